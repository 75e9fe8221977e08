#include <algorithm>
#include <bit>

#include "disclosure/system.h"

namespace kinfold::disclosure {
namespace {

/// Everybody who is against the rest: insiders with bit `bit` of their position set (or not set).
std::vector<Insider> group_of(const std::vector<Insider>& insiders, unsigned bit, bool set) {
  std::vector<Insider> group;
  for (std::size_t i = 0; i < insiders.size(); ++i) {
    if (((i >> bit) & 1U) == (set ? 1U : 0U)) group.push_back(insiders[i]);
  }
  return group;
}

std::vector<std::vector<Insider>> attackers(const System& system, const std::vector<Insider>& insiders) {
  constexpr std::size_t kWorkMax = 20'000;  // cells times audits
  std::vector<std::vector<Insider>> groups;
  if (insiders.size() * system.cells.size() <= kWorkMax) {
    for (const auto& insider : insiders) groups.push_back({insider});
    return groups;
  }
  // Any two insiders differ in a bit of their position, so one is in a group that the other is not in.
  for (unsigned bit = 0; bit < static_cast<unsigned>(std::bit_width(insiders.size() - 1)); ++bit) {
    groups.push_back(group_of(insiders, bit, true));
    groups.push_back(group_of(insiders, bit, false));
  }
  return groups;
}

System as_known_to(const System& system, const std::vector<Insider>& group) {
  System known = system;
  for (const auto& insider : group) {
    auto& cell = known.cells[insider.cell];
    cell.shown = true;
    cell.shown_low = cell.shown_high = cell.value;
    cell.can_hide = false;
    cell.sensitive = false;
    for (const auto part : insider.own) known.cells[part].sensitive = false;
  }
  return known;
}

}  // namespace

Status protect_from_insiders(System& system, const std::vector<Insider>& insiders, Suppression& suppression,
                             int attempt_count) {
  const auto exposed_to_all = suppression.exposed;
  const auto groups = attackers(system, insiders);
  auto witnesses = suppression.witnesses;
  for (const auto& group : groups) {
    auto known = as_known_to(system, group);
    // Those whom even outsiders find are somebody else's refusal.
    for (const auto c : exposed_to_all) known.cells[c].sensitive = false;
    AuditOptions options;
    options.witnesses = &witnesses;
    options.integer_cell_count_max =
        300;  // one audit for every insider: integer programmes only where they are small
    auto audited = audit(known, options);
    if (!audited.ok()) return audited.error();
    if (witnesses.size() < 512) {
      witnesses.insert(witnesses.end(), audited.value().witnesses.begin(), audited.value().witnesses.end());
    }
    if (audited.value().safe()) continue;
    auto more = suppress_heuristic(known, attempt_count);
    if (!more.ok()) return more.error();
    for (const auto c : more.value().hidden) {
      system.cells[c].shown = false;
      suppression.hidden.push_back(c);
      suppression.cost += system.cells[c].cost;
    }
    suppression.witnesses.insert(suppression.witnesses.end(), more.value().witnesses.begin(),
                                 more.value().witnesses.end());
    witnesses.insert(witnesses.end(), more.value().witnesses.begin(), more.value().witnesses.end());
    if (group.size() > 1) continue;  // what a group finds, one of them alone may not
    for (const auto c : more.value().exposed) {
      if (std::find(suppression.exposed.begin(), suppression.exposed.end(), c) == suppression.exposed.end()) {
        suppression.exposed.push_back(c);
      }
    }
  }
  std::sort(suppression.hidden.begin(), suppression.hidden.end());
  return {};
}

}  // namespace kinfold::disclosure
