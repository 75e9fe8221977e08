#include "charter/law.h"

#include <algorithm>
#include <array>

#include "charter/charter.h"

namespace kinfold::charter {
namespace {

constexpr std::array<std::string_view, 3> kFunctions{"public-authority", "health-service",
                                                     "adult-social-care"};

const Condition* find_condition(const Charter& charter, std::string_view id) {
  const auto it = std::find_if(charter.conditions.begin(), charter.conditions.end(),
                               [&](const Condition& condition) { return condition.id == id; });
  return it == charter.conditions.end() ? nullptr : &*it;
}

LawAnswer in_force(std::string_view what, std::string rule, std::optional<Date> from,
                   std::optional<Date> until, Date today) {
  if (!from) return {std::move(rule), std::string(what) + " has no date on which it was met"};
  if (today < *from) return {std::move(rule), std::string(what) + " is met only from " + to_iso(*from)};
  if (until && today > *until) return {std::move(rule), std::string(what) + " expired on " + to_iso(*until)};
  return {};
}

}  // namespace

const std::vector<ResearchCondition>& research_conditions() {
  // Source: Digital Economy Act 2017, section 64(3) to (10), first to sixth condition.
  static const std::vector<ResearchCondition> kConditions{
      {"no-identity",
       "before it is disclosed it is processed so that nobody's identity is given, or is reasonably likely "
       "to be deduced"},
      {"reasonable-steps",
       "everybody who processes it takes reasonable steps against disclosing an identity, by accident or on "
       "purpose"},
      {"discloser",
       "it is disclosed by the public authority that holds it or by somebody who processes it for that"},
      {"accredited-research", "the research is accredited"},
      {"accredited-people", "those who process it, receive it and use it are accredited"},
      {"code-of-practice", "everybody who discloses or processes it has regard to the code of practice"}};
  return kConditions;
}

bool is_known_function(std::string_view function) {
  return std::find(kFunctions.begin(), kFunctions.end(), function) != kFunctions.end();
}

bool gateway_reaches(const Charter& charter, std::string_view gateway, std::string_view function) {
  if (gateway == kResearchGateway) return function == "public-authority";
  for (const auto& declared : charter.gateways) {
    if (declared.id != gateway) continue;
    return std::find(declared.reaches.begin(), declared.reaches.end(), function) != declared.reaches.end();
  }
  return false;
}

LawAnswer lawful_to_disclose(const Charter& charter, const DataClass& data_class) {
  const std::string rule = "data_class." + data_class.id;
  if (data_class.lawful_basis.empty()) {
    return {rule + ".lawful_basis", "data class '" + data_class.id + "' has no lawful basis"};
  }
  if (data_class.gateway.empty()) {
    return {rule + ".gateway", "data class '" + data_class.id + "' names no legal gateway for disclosure"};
  }
  if (!gateway_reaches(charter, data_class.gateway, data_class.function)) {
    return {rule + ".gateway", "the gateway '" + data_class.gateway +
                                   "' does not reach information held for the function '" +
                                   data_class.function + "' (data class '" + data_class.id + "')"};
  }
  return {};
}

LawAnswer conditions_met(const Charter& charter, const std::vector<std::string>& data_classes, Date today) {
  const bool research = std::any_of(data_classes.begin(), data_classes.end(), [&](const std::string& id) {
    const DataClass* data_class = charter.find_data_class(id);
    return data_class != nullptr && data_class->gateway == kResearchGateway;
  });
  if (research) {
    for (const auto& needed : research_conditions()) {
      if (find_condition(charter, needed.id) == nullptr) {
        return {"condition." + std::string(needed.id), "the charter does not say that the condition '" +
                                                           std::string(needed.id) + "' of the gateway '" +
                                                           std::string(kResearchGateway) + "' is met"};
      }
    }
  }
  for (const auto& condition : charter.conditions) {
    auto answer = in_force("condition '" + condition.id + "'", "condition." + condition.id, condition.met_on,
                           condition.expires_on, today);
    if (!answer.rule.empty()) return answer;
  }
  return {};
}

LawAnswer accredited(const Charter& charter, std::string_view party, std::string_view actor, Date today) {
  LawAnswer answer{"accreditation.none", "no accreditation for this actor is in the charter"};
  for (const auto& held : charter.accreditations) {
    if (held.actor != actor || held.party != party) continue;
    answer = in_force("accreditation '" + held.number + "'", "accreditation." + held.number, held.granted_on,
                      held.expires_on, today);
    if (answer.rule.empty()) return answer;
  }
  return answer;
}

}  // namespace kinfold::charter
