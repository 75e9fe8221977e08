// The answers of the charter. Every path that is not a plain yes is a no with its rule.
#include <algorithm>
#include <set>

#include "charter/charter.h"

namespace kinfold::charter {
namespace {

Answer deny(std::string rule, std::string reason) { return {false, std::move(rule), std::move(reason)}; }
Answer allow(std::string rule, std::string reason) { return {true, std::move(rule), std::move(reason)}; }

std::string numbered(std::string_view section, std::size_t index) {
  return std::string(section) + "." + std::to_string(index + 1);
}

template <typename T>
bool contains(const std::vector<T>& items, const T& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

/// Certificates and receipts, and an authority's open cases, may outlive the programme until it closes.
bool may_outlive(Kind kind, Role role) {
  return kind == Kind::kNotice || (kind == Kind::kCases && role == Role::kAuthority);
}

Date last_day(const Charter& charter, Kind kind, Role role) {
  return may_outlive(kind, role) ? charter.closes.value_or(charter.ends) : charter.ends;
}

/// What holds whatever is asked: who, when, and the promises made for the whole programme.
std::optional<Answer> general_denial(const Charter& charter, const Question& question) {
  const Party* party = charter.find_party(question.party);
  if (party == nullptr) return deny("party", "the party that asks is not in the charter");
  if (charter.automated_decisions) {
    return deny("automated_decisions", "the charter does not rule out automated decisions about people");
  }
  if (party->country != "GB" && !charter.transfers_abroad) {
    return deny("transfers_abroad",
                "party '" + party->id + "' is abroad and the charter allows no transfer abroad");
  }
  if (question.today < charter.starts) {
    return deny("starts", "the programme starts on " + to_iso(charter.starts));
  }
  if (question.today > last_day(charter, question.kind, party->role)) {
    return deny("ends",
                "the programme ended on " + to_iso(charter.ends) + ": everything held for it has expired");
  }
  const bool known = std::any_of(charter.purposes.begin(), charter.purposes.end(),
                                 [&](const Purpose& purpose) { return purpose.id == question.purpose; });
  if (!known) return deny("purpose", "a purpose of the charter must be named");
  return std::nullopt;
}

std::optional<std::size_t> retention_index(const Charter& charter, Kind kind, Role role) {
  for (std::size_t index = 0; index < charter.retention.size(); ++index) {
    if (charter.retention[index].kind == kind && charter.retention[index].holder == role) return index;
  }
  return std::nullopt;
}

/// The data classes that may lie at this role as this kind, read off the flows: the vault and the
/// attributes are the two halves of the submissions.
std::set<std::string> holdable(const Charter& charter, Kind kind, const Party& party) {
  const bool half = kind == Kind::kVault || kind == Kind::kAttributes;
  const Kind source = half ? Kind::kSubmission : kind;
  std::set<std::string> found;
  for (const auto& flow : charter.flows) {
    const auto is_end = [&](const std::string& end) { return end == party.id || end == name(party.role); };
    // A person's case may hold whatever came to or went from this party.
    const bool fits = kind == Kind::kCases || flow.kind == source;
    if (!fits || (!is_end(flow.from) && !is_end(flow.to))) continue;
    for (const auto& id : flow.data_classes) {
      const DataClass* data_class = charter.find_data_class(id);
      if (data_class == nullptr) continue;
      if (half && data_class->identity != (kind == Kind::kVault)) continue;
      found.insert(id);
    }
  }
  return found;
}

Answer ask_hold(const Charter& charter, const Question& question, const Party& party) {
  const auto index = retention_index(charter, question.kind, party.role);
  const std::string what =
      std::string(name(question.kind)) + " at role '" + std::string(name(party.role)) + "'";
  if (!index) return deny("retention.none", "no retention rule lets a party hold " + what);
  const std::string rule = numbered("retention", *index);
  const auto& retention = charter.retention[*index];
  if (retention.until && question.today > *retention.until) {
    return deny(rule + ".until", what + " had to be destroyed by " + to_iso(*retention.until));
  }
  const auto allowed = holdable(charter, question.kind, party);
  for (const auto& id : question.data_classes) {
    if (!allowed.contains(id)) {
      return deny(rule + ".data_classes",
                  "no flow of the charter brings data class '" + id + "' into " + what);
    }
  }
  return allow(rule, what + " may be held under its retention rule");
}

Answer ask_open(const Charter& charter, const Question& question, const Party& party) {
  const std::string what =
      std::string(name(question.kind)) + " at role '" + std::string(name(party.role)) + "'";
  Answer nearest = deny("opening.none", "the charter lets nobody open " + what);
  for (std::size_t index = 0; index < charter.openings.size(); ++index) {
    const auto& opening = charter.openings[index];
    if (opening.kind != question.kind || opening.role != party.role) continue;
    const std::string rule = numbered("opening", index);
    if (!question.duty || !contains(opening.duties, *question.duty)) {
      if (nearest.rule == "opening.none") nearest = deny(rule + ".duties", "this duty may not open " + what);
      continue;
    }
    if (!contains(opening.purposes, question.purpose)) {
      nearest = deny(rule + ".purposes", what + " may not be opened for this purpose");
      continue;
    }
    if (opening.accredited) {
      auto answer = accredited(charter, party.id, question.actor, question.today);
      if (!answer.rule.empty()) return deny(std::move(answer.rule), std::move(answer.reason));
    }
    return allow(rule, "duty '" + std::string(name(*question.duty)) + "' may open " + what + " for '" +
                           question.purpose + "'");
  }
  return nearest;
}

/// An accredited disclosure also needs the law's conditions, and every class a basis.
std::optional<Answer> unlawful(const Charter& charter, const Question& question,
                               const std::vector<std::string>& ids) {
  for (const auto& id : ids) {
    auto answer = lawful_to_disclose(charter, *charter.find_data_class(id));
    if (!answer.rule.empty()) return deny(std::move(answer.rule), std::move(answer.reason));
  }
  if (question.kind == Kind::kRequest || question.kind == Kind::kReturn || question.kind == Kind::kRelease) {
    auto answer = conditions_met(charter, ids, question.today);
    if (!answer.rule.empty()) return deny(std::move(answer.rule), std::move(answer.reason));
  }
  return std::nullopt;
}

Answer ask_send(const Charter& charter, const Question& question, const Party& party) {
  const Party* other = charter.find_party(question.other_party);
  const bool to_public = question.kind == Kind::kOutput && question.other_party == "public";
  if (other == nullptr && !to_public) return deny("party", "the party to send to is not in the charter");
  if (other != nullptr && other->country != "GB" && !charter.transfers_abroad) {
    return deny("transfers_abroad",
                "party '" + other->id + "' is abroad and the charter allows no transfer abroad");
  }
  const Flow* flow = charter.find_flow(question.kind, party.id, question.other_party);
  if (flow == nullptr) {
    return deny("flow.none", "no flow of the charter takes a " + std::string(name(question.kind)) +
                                 " from '" + party.id + "' to '" + question.other_party + "'");
  }
  const std::string rule = numbered("flow", static_cast<std::size_t>(flow - charter.flows.data()));
  if (flow->purpose != question.purpose) {
    return deny(rule + ".purpose", "this flow serves the purpose '" + flow->purpose + "' only");
  }
  for (const auto& id : question.data_classes) {
    if (!contains(flow->data_classes, id))
      return deny(rule + ".data_classes", "this flow does not carry data class '" + id + "'");
  }
  const auto& ids = question.data_classes.empty() ? flow->data_classes : question.data_classes;
  for (const auto& id : ids) {
    if (charter.find_data_class(id) == nullptr)
      return deny(rule + ".data_classes", "data class '" + id + "' is not in the charter");
  }
  if (auto denial = unlawful(charter, question, ids)) return *denial;
  return allow(rule, "the charter's flow from '" + flow->from + "' to '" + flow->to + "' allows it");
}

}  // namespace

Answer ask(const Charter& charter, const Question& question) {
  if (auto denial = general_denial(charter, question)) return *denial;
  const Party& party = *charter.find_party(question.party);
  switch (question.act) {
    case Act::kHold: return ask_hold(charter, question, party);
    case Act::kOpen: return ask_open(charter, question, party);
    case Act::kSend: return ask_send(charter, question, party);
  }
  return deny("act", "the charter does not know this act");
}

Answer may_combine(const Charter& charter, const std::vector<Duty>& duties) {
  for (std::size_t index = 0; index < charter.incompatible_duties.size(); ++index) {
    std::vector<Duty> clashing;
    for (const Duty duty : charter.incompatible_duties[index]) {
      if (contains(duties, duty) && !contains(clashing, duty)) clashing.push_back(duty);
    }
    if (clashing.size() < 2) continue;
    return deny(numbered("duties", index), "one actor may not have the duties '" +
                                               std::string(name(clashing[0])) + "' and '" +
                                               std::string(name(clashing[1])) + "'");
  }
  return allow("duties", "the charter lets one actor have these duties");
}

Result<Date> expiry(const Charter& charter, Kind kind, std::string_view holder, Date received) {
  const Party* party = charter.find_party(holder);
  const auto role = party != nullptr ? std::optional(party->role) : parse_role(holder);
  if (!role)
    return refused("retention: the holder is neither a party nor a role of the charter; name one that is");
  const auto index = retention_index(charter, kind, *role);
  if (!index) {
    return refused("retention.none: no retention rule lets role '" + std::string(name(*role)) + "' hold a " +
                   std::string(name(kind)) + "; it may not be kept at all");
  }
  const auto& rule = charter.retention[*index];
  std::optional<Date> last;
  const auto at_most = [&](Date date) { last = last ? std::min(*last, date) : date; };
  if (rule.months) at_most(add_months(received, *rule.months));
  if (rule.days) at_most(add_days(received, *rule.days));
  if (rule.until) at_most(*rule.until);
  if (*role == Role::kTrustedParty || *role == Role::kResearch) at_most(last_day(charter, kind, *role));
  if (!last) {
    return refused(numbered("retention", *index) + ": the rule gives no period; add months, days or until");
  }
  return *last;
}

}  // namespace kinfold::charter
