#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "base/random.h"
#include "disclosure/alternatives_internal.h"
#include "disclosure/system.h"

namespace kinfold::disclosure {
namespace {

/// One way through the sensitive cells; others end elsewhere.
struct Attempt {
  std::uint64_t seed = 1;  ///< Of the directions in which cells are moved.
  std::size_t batch_size = 1;
};

constexpr std::size_t kSmall = 2000;  // cells: below, several attempts take less than a second
constexpr std::size_t kLarge = 4000;  // cells: above, alternatives are looked for near the target first

class Heuristic {
 public:
  Heuristic(const System& system, const Attempt& attempt)
      : system_(system),
        attempt_(attempt),
        alternatives_(system),
        low_(system.cells.size()),
        high_(system.cells.size()) {
    if (system.cells.size() > kLarge) local_.emplace(system);
  }

  Result<Suppression> run();

 private:
  Status learn_from_hidden();
  std::optional<Demand> next_demand(CellIndex cell, bool prefer_up) const;
  Status protect_in_batches(std::vector<CellIndex>& sensitive);
  Status protect(CellIndex cell);
  Result<bool> meet(std::span<const Demand> demands);
  Status give_back();
  Result<bool> can_spare(CellIndex cell);
  void keep(const Witness& found);

  const System& system_;
  Attempt attempt_;
  Alternatives alternatives_;
  std::optional<LocalAlternatives> local_;  ///< In large systems.
  std::vector<double> low_, high_;          ///< Deviations reached by alternatives so far.
  std::vector<CellIndex> hidden_;
  std::vector<CellIndex> exposed_;
  std::vector<Witness> witnesses_;
};

void Heuristic::keep(const Witness& found) {
  Witness witness;
  for (const auto& [c, deviation] : found) {
    const double nearest = std::nearbyint(deviation);
    witness.push_back({c, std::abs(deviation - nearest) < kMoved ? nearest : deviation});
    low_[c] = std::min(low_[c], deviation);
    high_[c] = std::max(high_[c], deviation);
    const auto& cell = system_.cells[c];
    if (!cell.shown || !cell.can_hide || alternatives_.is_free(c)) continue;
    alternatives_.hide(c);
    if (local_) local_->hide(c);
    hidden_.push_back(c);
  }
  witnesses_.push_back(std::move(witness));
}

Result<bool> Heuristic::meet(std::span<const Demand> demands) {
  if (local_ && demands.size() == 1) {
    auto near = local_->find(demands[0]);
    if (!near.ok()) return near.error();
    if (!near.value().empty()) {
      keep(near.value());
      return true;
    }
  }
  auto found = alternatives_.find(demands);
  if (!found.ok()) return found.error();
  if (found.value().empty()) return false;
  keep(found.value());
  return true;
}

// What the cells hidden by rule do for each other already.
Status Heuristic::learn_from_hidden() {
  AuditOptions options;
  options.integer_cell_count_max = 0;  // what is lacking is found below, at its cost
  auto audited = audit(system_, options);
  if (!audited.ok()) return audited.error();
  witnesses_ = audited.value().witnesses;
  for (CellIndex c = 0; c < system_.cells.size(); ++c) {
    low_[c] = audited.value().intervals[c].witness_low - system_.cells[c].value;
    high_[c] = audited.value().intervals[c].witness_high - system_.cells[c].value;
  }
  return {};
}

/// What cell `c` lacks still; nothing once it is protected.
std::optional<Demand> Heuristic::next_demand(CellIndex c, bool prefer_up) const {
  const auto& need = system_.cells[c].need;
  const bool lacks_up = high_[c] < need.above - kMoved;
  const bool lacks_down = -low_[c] < need.below - kMoved;
  if (lacks_up && (prefer_up || !lacks_down)) return Demand{c, true, need.above};
  if (lacks_down) return Demand{c, false, need.below};
  // The sliding width: further up, where there is always room for a count.
  if (high_[c] - low_[c] < need.width - kMoved) return Demand{c, true, need.width + low_[c]};
  return std::nullopt;
}

// Many demands in one programme: alternatives that serve several cells are cheaper than one for
// each, and there are far fewer programmes. Directions vary so that cells can balance each other.
Status Heuristic::protect_in_batches(std::vector<CellIndex>& sensitive) {
  constexpr int kRoundMax = 6;
  RandomStream directions(attempt_.seed);
  for (int round = 0; round < kRoundMax; ++round) {
    std::vector<CellIndex> left;
    std::vector<Demand> batch;
    const auto flush = [&]() -> Status {
      if (batch.empty()) return {};
      auto met = meet(batch);
      batch.clear();
      return met.ok() ? Status() : Status(met.error());
    };
    for (const auto c : sensitive) {
      const auto demand = next_demand(c, directions.chance(0.5));
      if (!demand) continue;
      left.push_back(c);
      batch.push_back(*demand);
      if (batch.size() < attempt_.batch_size) continue;
      if (auto status = flush(); !status.ok()) return status;
    }
    if (auto status = flush(); !status.ok()) return status;
    sensitive = std::move(left);
    if (sensitive.empty()) break;
  }
  return {};
}

Status Heuristic::protect(CellIndex c) {
  constexpr int kDemandMax = 4;  // up, down, width, and one more that rounding may leave
  for (int i = 0; i < kDemandMax; ++i) {
    const auto demand = next_demand(c, true);
    if (!demand) return {};
    auto met = meet(std::span(&*demand, 1));
    if (!met.ok()) return met.error();
    if (met.value()) continue;
    if (!demand->up || demand->amount <= system_.cells[c].need.above) break;
    const Demand down{c, false, system_.cells[c].need.width - high_[c]};  // no room further up
    met = meet(std::span(&down, 1));
    if (!met.ok()) return met.error();
    if (!met.value()) break;
  }
  if (next_demand(c, true)) exposed_.push_back(c);
  return {};
}

// Hides as little as still meets every demand: the audit on the result is the judge of that.
Result<bool> Heuristic::can_spare(CellIndex cell) {
  System without = system_;
  for (const auto h : hidden_) without.cells[h].shown = h == cell;
  AuditOptions options;
  options.witnesses = &witnesses_;  // those that leave the cell alone still hold
  options.exposed_count_max = exposed_.size();
  auto audited = audit(without, options);
  if (!audited.ok()) return audited.error();
  return audited.value().exposed.size() <= exposed_.size();
}

Status Heuristic::give_back() {
  constexpr std::size_t kWorkMax = 20'000;  // cells times hidden cells: about a second of audits
  if (hidden_.size() * system_.cells.size() > kWorkMax) return {};
  std::sort(hidden_.begin(), hidden_.end(), [&](CellIndex a, CellIndex b) {
    return std::pair(-system_.cells[a].cost, a) < std::pair(-system_.cells[b].cost, b);
  });
  for (std::size_t i = 0; i < hidden_.size();) {
    auto spare = can_spare(hidden_[i]);
    if (!spare.ok()) return spare.error();
    if (spare.value()) {
      hidden_.erase(hidden_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  return {};
}

Result<Suppression> Heuristic::run() {
  std::vector<CellIndex> sensitive;
  for (CellIndex c = 0; c < system_.cells.size(); ++c) {
    if (system_.cells[c].sensitive) sensitive.push_back(c);
  }
  // The hardest first: what protects them often protects the rest.
  std::stable_sort(sensitive.begin(), sensitive.end(), [&](CellIndex a, CellIndex b) {
    const auto hardness = [&](CellIndex c) {
      const auto& need = system_.cells[c].need;
      return std::max(need.above + need.below, need.width);
    };
    return hardness(a) > hardness(b);
  });
  if (auto status = learn_from_hidden(); !status.ok()) return status.error();
  if (auto status = protect_in_batches(sensitive); !status.ok()) return status.error();
  for (const auto c : sensitive) {
    if (auto status = protect(c); !status.ok()) return status.error();
  }
  if (auto status = give_back(); !status.ok()) return status.error();
  std::sort(hidden_.begin(), hidden_.end());
  Suppression result;
  result.hidden = hidden_;
  result.exposed = exposed_;
  result.witnesses = std::move(witnesses_);
  for (const auto c : hidden_) result.cost += system_.cells[c].cost;
  return result;
}

}  // namespace

Result<Suppression> suppress_heuristic(const System& system, int attempt_count) {
  auto best = Heuristic(system, {}).run();
  if (!best.ok() || best.value().hidden.empty() || system.cells.size() > kSmall) return best;
  constexpr Attempt kOthers[] = {{4, 1}, {3, 4}, {5, 1}, {2, 16}};
  const auto other_count = static_cast<std::size_t>(std::clamp(attempt_count - 1, 0, 4));
  for (const Attempt& attempt : std::span(kOthers).first(other_count)) {
    auto other = Heuristic(system, attempt).run();
    if (!other.ok()) return other;
    if (std::pair(other.value().exposed.size(), other.value().cost) <
        std::pair(best.value().exposed.size(), best.value().cost))
      best = std::move(other);
  }
  return best;
}

}  // namespace kinfold::disclosure
