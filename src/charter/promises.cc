#include "charter/promises.h"

#include <array>
#include <utility>

#include "charter/notice_map.h"
#include "charter/plain_internal.h"

namespace kinfold::charter {
namespace {

constexpr std::array<std::pair<LiveCheck, std::string_view>, 11> kNames{
    {{LiveCheck::kCharter, "charter"},
     {LiveCheck::kLedger, "ledger"},
     {LiveCheck::kDoor, "door"},
     {LiveCheck::kRetention, "retention"},
     {LiveCheck::kCertificates, "certificates"},
     {LiveCheck::kWalls, "walls"},
     {LiveCheck::kReferences, "references"},
     {LiveCheck::kObjections, "objections"},
     {LiveCheck::kDisclosure, "disclosure"},
     {LiveCheck::kCases, "cases"},
     {LiveCheck::kPeople, "people"}}};

using Values = std::vector<std::pair<std::string, std::string>>;

void add_list(Values& values, const std::string& key, const std::vector<std::string>& items) {
  for (std::size_t index = 0; index < items.size(); ++index)
    values.emplace_back(key + std::to_string(index + 1), items[index]);
}

void add_rights(const Charter& charter, Values& values) {
  for (const auto& right : charter.rights) {
    std::string key = "right_" + right.id;
    for (char& c : key) c = c == '-' ? '_' : c;
    values.emplace_back(key, right.text);
    for (const auto& contact : charter.contacts) {
      if (contact.id == right.contact) values.emplace_back(key + "_contact", contact.name);
    }
  }
}

/// What `{...}` may stand for. A key that this charter does not fill is not there.
Values values_of(const Charter& charter) {
  const auto& words = charter.wording;
  Values values{{"title", charter.title},
                {"led_by", words.led_by},
                {"responsibility", words.responsibility},
                {"receiving", words.receiving},
                {"see_also", words.see_also},
                {"ends", long_date(charter.ends)},
                {"needed", plain_number(charter.criteria.needed)},
                {"threshold", plain_number(charter.disclosure.threshold)},
                {"family_threshold", plain_number(charter.disclosure.family_threshold)},
                {"trusted", plain_parties(charter, Role::kTrustedParty)},
                {"departments", plain_parties(charter, Role::kDepartment)}};
  for (const auto& data_class : charter.data_classes) {
    if (data_class.identity) values.emplace_back("identity", data_class.label);
  }
  if (const auto* kept = find_retention(charter, Kind::kRequest, Role::kDepartment))
    values.emplace_back("request_period", plain_period(*kept));
  if (const auto* kept = find_retention(charter, Kind::kReturn, Role::kDepartment))
    values.emplace_back("return_period", plain_period(*kept));
  add_list(values, "aim", words.aims);
  std::vector<std::string> items;
  for (const auto& problem : charter.criteria.problems) items.push_back(lower_first(problem.label));
  add_list(values, "problem", items);
  items.clear();
  for (const Party* party : charter.parties_with(Role::kDepartment))
    items.push_back(party->short_name + " is asked " + party->what_for);
  add_list(values, "department", items);
  items.clear();
  for (const auto& contact : charter.contacts) items.push_back(contact.name);
  add_list(values, "contact", items);
  add_rights(charter, values);
  return values;
}

/// Empty where the charter has nothing to fill in. What is filled in is never filled again.
std::string filled(std::string_view text, const Values& values) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = text.find('}', open);
    if (close == std::string_view::npos) return {};
    const auto key = text.substr(open + 1, close - open - 1);
    std::string_view value;
    for (const auto& [name, candidate] : values) {
      if (name == key) value = candidate;
    }
    if (value.empty()) return {};
    out += value;
    text.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace

std::string_view name(LiveCheck check) {
  for (const auto& [candidate, text] : kNames) {
    if (candidate == check) return text;
  }
  return "unknown";
}

std::optional<LiveCheck> parse_live_check(std::string_view text) {
  for (const auto& [check, candidate] : kNames) {
    if (candidate == text) return check;
  }
  return std::nullopt;
}

const std::vector<LiveCheck>& live_checks() {
  static const std::vector<LiveCheck> kAll = [] {
    std::vector<LiveCheck> all;
    for (const auto& entry : kNames) all.push_back(entry.first);
    return all;
  }();
  return kAll;
}

bool applies_at(LiveCheck check, Role role) {
  switch (check) {
    case LiveCheck::kCharter:
    case LiveCheck::kLedger:
    case LiveCheck::kDoor:
    case LiveCheck::kRetention:
    case LiveCheck::kWalls: return true;
    case LiveCheck::kCertificates: return role == Role::kDepartment || role == Role::kTrustedParty;
    case LiveCheck::kReferences: return role == Role::kTrustedParty || role == Role::kResearch;
    case LiveCheck::kObjections:
    case LiveCheck::kCases: return role == Role::kAuthority || role == Role::kTrustedParty;
    case LiveCheck::kDisclosure: return role == Role::kResearch;
    case LiveCheck::kPeople: return false;
  }
  return false;
}

std::vector<Promise> promises(const Charter& charter) {
  std::vector<Promise> out;
  const auto sentences = notice_map();
  // The map is built in and a test reads it: there is nothing to say to a user if it cannot be read.
  if (!sentences.ok()) return out;
  const auto values = values_of(charter);
  for (const auto& sentence : sentences.value()) {
    const auto check = parse_live_check(sentence.check);
    auto text = upper_first(filled(sentence.promise, values));
    if (!check || text.empty()) continue;
    out.push_back({sentence.id, std::move(text), sentence.field, sentence.tests, *check});
  }
  return out;
}

}  // namespace kinfold::charter
