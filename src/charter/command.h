// What `kinfold charter check|show|promises` and `--ask` print: words for people, JSON for programs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "charter/charter.h"

namespace kinfold::charter {

/// What a reader of the charter should know although it is valid: it has ended, a condition has no
/// date or is about to expire, nobody is accredited where it is asked for. One sentence each.
std::vector<std::string> warnings(const Charter& charter, Date today);

/// A summary on one screen, with the warnings.
std::string check_words(const Charter& charter, Date today);
std::string check_json(const Charter& charter, Date today);

/// The whole charter in words: parties, what may flow, who may open what, how long, on which ground.
std::string show_words(const Charter& charter, Date today);
std::string show_json(const Charter& charter);

/// Every promise with what keeps it and what can be looked at on a running site.
std::string promises_words(const Charter& charter);
std::string promises_json(const Charter& charter);

/// Reads `ons-demo send request to dwp for linkage`, `dwp hold request for linkage`,
/// `ons-demo open vault as linkage for rights by ann-1`; a kind may be followed by `of class,class`,
/// and everything by `on 2021-01-05` (otherwise `today`).
/// \retval kInvalid saying which word was not understood and what it may be.
Result<Question> parse_question(std::string_view text, Date today);
/// "yes: ... (flow.2)" or "no: ... (ends)".
std::string answer_words(const Answer& answer);
std::string answer_json(const Answer& answer);

}  // namespace kinfold::charter
