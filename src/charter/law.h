// The law as data: what a legal gateway reaches, the conditions of research disclosure, and who is
// accredited. Facts are in the charter; what no charter may change is here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"

namespace kinfold::charter {

struct Charter;
struct DataClass;

/// A legal gateway that a charter names beside the built-in ones.
struct Gateway {
  std::string id;
  std::string text;                  ///< The enactment, as a lawyer would look it up.
  std::vector<std::string> reaches;  ///< Functions of the holder whose information it covers.
};

/// An actor's accreditation as a researcher or processor (Digital Economy Act 2017 s.71).
struct Accreditation {
  std::string actor;  ///< The actor's id at its site.
  std::string party;
  std::string number;
  std::optional<Date> granted_on;
  std::optional<Date> expires_on;
};

/// Digital Economy Act 2017, Part 5 Chapter 5: research.
inline constexpr std::string_view kResearchGateway = "dea-2017-s64";

/// The six conditions of section 64 as ids of the charter's [[condition]] entries.
struct ResearchCondition {
  std::string_view id;
  std::string_view meaning;
};
const std::vector<ResearchCondition>& research_conditions();

/// Whether information held for `function` may be disclosed through `gateway`. The research gateway
/// reaches neither health-service nor adult-social-care information, whatever a charter says; a
/// gateway that nobody declared reaches nothing.
bool gateway_reaches(const Charter& charter, std::string_view gateway, std::string_view function);
bool is_known_function(std::string_view function);

/// Why a data class may not be disclosed: no basis in Article 6, or a gateway that does not reach
/// it. `rule` is empty where it may.
struct LawAnswer {
  std::string rule;
  std::string reason;
};
LawAnswer lawful_to_disclose(const Charter& charter, const DataClass& data_class);

/// Every condition in the charter must be met and in force on `today`; where one of the classes goes
/// through the research gateway all six of section 64 must be there.
LawAnswer conditions_met(const Charter& charter, const std::vector<std::string>& data_classes, Date today);

/// Whether this actor of this party has an accreditation in force on `today`.
LawAnswer accredited(const Charter& charter, std::string_view party, std::string_view actor, Date today);

}  // namespace kinfold::charter
