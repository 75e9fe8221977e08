#include "charter/charter.h"

#include <algorithm>
#include <array>
#include <utility>

namespace kinfold::charter {
namespace {

template <typename T, std::size_t N>
using Names = std::array<std::pair<T, std::string_view>, N>;

constexpr Names<Role, 4> kRoles{{{Role::kAuthority, "authority"},
                                 {Role::kTrustedParty, "trusted-party"},
                                 {Role::kDepartment, "department"},
                                 {Role::kResearch, "research"}}};
constexpr Names<Duty, 5> kDuties{{{Duty::kIntake, "intake"},
                                  {Duty::kLinkage, "linkage"},
                                  {Duty::kAnalysis, "analysis"},
                                  {Duty::kOutputChecking, "output-checking"},
                                  {Duty::kDataProtection, "data-protection"}}};
constexpr Names<Kind, 10> kKinds{{{Kind::kSubmission, "submission"},
                                  {Kind::kVault, "vault"},
                                  {Kind::kAttributes, "attributes"},
                                  {Kind::kRequest, "request"},
                                  {Kind::kReturn, "return"},
                                  {Kind::kRelease, "release"},
                                  {Kind::kOutput, "output"},
                                  {Kind::kObjections, "objections"},
                                  {Kind::kCases, "cases"},
                                  {Kind::kNotice, "notice"}}};
constexpr Names<Act, 3> kActs{{{Act::kHold, "hold"}, {Act::kOpen, "open"}, {Act::kSend, "send"}}};

template <typename T, std::size_t N>
std::string_view name_in(const Names<T, N>& names, T value) {
  for (const auto& [candidate, text] : names) {
    if (candidate == value) return text;
  }
  return "unknown";
}

template <typename T, std::size_t N>
std::optional<T> parse_in(const Names<T, N>& names, std::string_view text) {
  for (const auto& [value, candidate] : names) {
    if (candidate == text) return value;
  }
  return std::nullopt;
}

template <typename T>
const T* find_by_id(const std::vector<T>& items, std::string_view id) {
  const auto it = std::find_if(items.begin(), items.end(), [&](const T& item) { return item.id == id; });
  return it == items.end() ? nullptr : &*it;
}

/// A flow's end (party id or role) against an asked one (either, too).
bool same_end(const Charter& charter, std::string_view in_flow, std::string_view asked) {
  if (in_flow == asked) return true;
  const Party* party = charter.find_party(asked);
  return party != nullptr && name(party->role) == in_flow;
}

}  // namespace

std::string_view name(Role role) { return name_in(kRoles, role); }
std::string_view name(Duty duty) { return name_in(kDuties, duty); }
std::string_view name(Kind kind) { return name_in(kKinds, kind); }
std::string_view name(Act act) { return name_in(kActs, act); }
std::optional<Role> parse_role(std::string_view text) { return parse_in(kRoles, text); }
std::optional<Duty> parse_duty(std::string_view text) { return parse_in(kDuties, text); }
std::optional<Kind> parse_kind(std::string_view text) { return parse_in(kKinds, text); }

const Party* Charter::find_party(std::string_view id) const { return find_by_id(parties, id); }

const DataClass* Charter::find_data_class(std::string_view id) const { return find_by_id(data_classes, id); }

const DataClass* Charter::data_class_of_variable(std::string_view variable) const {
  for (const auto& data_class : data_classes) {
    if (find_by_id(data_class.variables, variable) != nullptr) return &data_class;
  }
  return nullptr;
}

const Variable* Charter::find_variable(std::string_view id) const {
  const DataClass* data_class = data_class_of_variable(id);
  return data_class == nullptr ? nullptr : find_by_id(data_class->variables, id);
}

std::vector<const Party*> Charter::parties_with(Role role) const {
  std::vector<const Party*> found;
  for (const auto& party : parties) {
    if (party.role == role) found.push_back(&party);
  }
  return found;
}

const Flow* Charter::find_flow(Kind kind, std::string_view from, std::string_view to) const {
  for (const auto& flow : flows) {
    if (flow.kind == kind && same_end(*this, flow.from, from) && same_end(*this, flow.to, to)) return &flow;
  }
  return nullptr;
}

}  // namespace kinfold::charter
