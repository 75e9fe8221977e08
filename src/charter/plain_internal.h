// Plain English for dates, periods and lists, for everything that the charter prints.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/long_date.h"
#include "charter/charter.h"

namespace kinfold::charter {

/// One to twelve in words.
std::string plain_number(int number);
/// "a month", "12 months", "30 days", "until 31 December 2022"; where several, the earliest counts.
std::string plain_period(const Retention& retention);
/// "a, b and c"
std::string plain_list(const std::vector<std::string>& items);
std::string lower_first(std::string_view text);
std::string upper_first(std::string_view text);

/// The party's short name; "the public"; for a role "each local authority" and the like.
std::string plain_end(const Charter& charter, std::string_view end);
std::string plain_role(Role role);
/// "vault: names and other identities", as a family or an auditor would understand it.
std::string plain_kind(Kind kind);
std::string plain_duty(Duty duty);
/// The short names of all the parties with this role: "DWP, MoJ and DfE".
std::string plain_parties(const Charter& charter, Role role);
/// The labels of these data classes.
std::vector<std::string> labels(const Charter& charter, const std::vector<std::string>& data_classes);

const Retention* find_retention(const Charter& charter, Kind kind, Role holder);

/// One line of text that no Markdown reader takes for markup.
std::string markdown_escape(std::string_view text);

}  // namespace kinfold::charter
