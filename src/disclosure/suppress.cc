#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "base/random.h"
#include "disclosure/solver_internal.h"
#include "disclosure/system.h"

namespace kinfold::disclosure {
namespace {

constexpr double kMoved = 1e-7;            // A deviation smaller than this is the solver's noise.
constexpr double kHiddenCostShare = 1e-4;  // Hidden cells are nearly free: short paths among them.

/// One thing the audit will ask for: cell `cell` can lie `amount` above (or below) the truth.
struct Demand {
  CellIndex cell = 0;
  bool up = true;
  double amount = 0;
};

/// Finds alternative tables: each cell goes up by y+ or down by y-, relations keep to zero.
class Alternatives {
 public:
  explicit Alternatives(const System& system)
      : system_(system), free_(system.cells.size()), program_(build()) {
    for (CellIndex c = 0; c < system_.cells.size(); ++c) {
      const auto& cell = system_.cells[c];
      const double cost = !cell.shown || !cell.can_hide ? kHiddenCostShare : cell.cost;
      price(up(c), cost);
      price(down(c), cost);
    }
  }

  void hide(CellIndex cell) {
    free_[cell] = true;
    release(cell);
  }
  void fix(CellIndex cell) {
    bound(up(cell), 0, 0);
    bound(down(cell), 0, 0);
  }
  void release(CellIndex cell);
  /// The cheapest alternative that meets all demands at once; empty if there is none.
  Result<std::vector<double>> find(std::span<const Demand> demands);
  bool is_free(CellIndex cell) const { return free_[cell]; }

 private:
  static int up(CellIndex cell) { return static_cast<int>(2 * cell); }
  static int down(CellIndex cell) { return static_cast<int>(2 * cell + 1); }
  LinearProgram build();
  double room_up(CellIndex cell) const;
  double room_down(CellIndex cell) const;

  bool is_whole(std::span<const double> solution) const;
  std::vector<double> whole_solution(std::span<const Demand> demands) const;
  void bound(int column, double low, double high) {
    low_[static_cast<std::size_t>(column)] = low;
    high_[static_cast<std::size_t>(column)] = high;
    program_.set_bounds(column, low, high);
  }
  void price(int column, double cost) {
    cost_[static_cast<std::size_t>(column)] = cost;
    program_.set_cost(column, cost);
  }

  const System& system_;
  std::vector<bool> free_;  ///< Hidden, or shown only within a range.
  SparseColumns columns_;
  std::vector<double> low_, high_, cost_;  ///< By column, as in program_.
  LinearProgram program_;
};

double Alternatives::room_up(CellIndex c) const {
  const auto& cell = system_.cells[c];
  if (cell.shown && !free_[c] && !cell.can_hide) return std::max(0.0, cell.shown_high - cell.value);
  return cell.upper - cell.value;
}

double Alternatives::room_down(CellIndex c) const {
  const auto& cell = system_.cells[c];
  if (cell.shown && !free_[c] && !cell.can_hide) return std::max(0.0, cell.value - cell.shown_low);
  return cell.value - cell.lower;
}

LinearProgram Alternatives::build() {
  std::vector<std::vector<std::pair<int, double>>> entries(system_.cells.size());
  for (std::size_t r = 0; r < system_.relations.size(); ++r) {
    for (const auto& term : system_.relations[r].terms) {
      entries[term.cell].push_back({static_cast<int>(r), term.coefficient});
    }
  }
  columns_.row_count = static_cast<int>(system_.relations.size());
  for (CellIndex c = 0; c < system_.cells.size(); ++c) {
    free_[c] = !system_.cells[c].shown;
    for (const double sign : {1.0, -1.0}) {
      for (const auto& [row, value] : entries[c]) {
        columns_.rows.push_back(row);
        columns_.values.push_back(sign * value);
      }
      columns_.end_column();
      low_.push_back(0);
      high_.push_back(sign > 0 ? room_up(c) : room_down(c));
    }
  }
  cost_.resize(high_.size());
  const std::vector<double> zero(system_.relations.size(), 0.0);
  return {columns_, low_, high_, zero, zero};
}

void Alternatives::release(CellIndex cell) {
  bound(up(cell), 0, room_up(cell));
  bound(down(cell), 0, room_down(cell));
  if (!free_[cell]) return;
  price(up(cell), kHiddenCostShare);
  price(down(cell), kHiddenCostShare);
}

Result<std::vector<double>> Alternatives::find(std::span<const Demand> demands) {
  for (const auto& demand : demands) {
    if ((demand.up ? room_up(demand.cell) : room_down(demand.cell)) < demand.amount) return std::vector<double>{};
  }
  for (const auto& demand : demands) {
    const double room = demand.up ? room_up(demand.cell) : room_down(demand.cell);
    bound(up(demand.cell), demand.up ? demand.amount : 0, demand.up ? room : 0);
    bound(down(demand.cell), demand.up ? 0 : demand.amount, demand.up ? 0 : room);
  }
  const auto outcome = program_.minimise();
  std::vector<double> solution(program_.solution().begin(), program_.solution().end());
  if (outcome == LinearProgram::Outcome::kOptimal && !is_whole(solution)) {
    if (auto whole = whole_solution(demands); !whole.empty()) solution = std::move(whole);
  }
  for (const auto& demand : demands) release(demand.cell);
  if (outcome == LinearProgram::Outcome::kInfeasible) return std::vector<double>{};
  if (outcome != LinearProgram::Outcome::kOptimal) {
    return internal_error("disclosure: the linear programme of the suppression could not be solved");
  }
  std::vector<double> deviation(system_.cells.size());
  for (CellIndex c = 0; c < deviation.size(); ++c) {
    deviation[c] = solution[static_cast<std::size_t>(up(c))] - solution[static_cast<std::size_t>(down(c))];
  }
  return deviation;
}

bool Alternatives::is_whole(std::span<const double> solution) const {
  for (CellIndex c = 0; c < system_.cells.size(); ++c) {
    if (!system_.cells[c].integer) continue;
    for (const int column : {up(c), down(c)}) {
      const double value = solution[static_cast<std::size_t>(column)];
      if (std::abs(value - std::nearbyint(value)) > kMoved) return false;
    }
  }
  return true;
}

// Three and more dimensions can have corners that are no whole tables; an attacker would know.
std::vector<double> Alternatives::whole_solution(std::span<const Demand> demands) const {
  constexpr std::size_t kCellCountMax = 3000;
  if (system_.cells.size() > kCellCountMax || demands.size() > 8) return {};
  std::vector<bool> integer(low_.size());
  for (CellIndex c = 0; c < system_.cells.size(); ++c) {
    integer[static_cast<std::size_t>(up(c))] = integer[static_cast<std::size_t>(down(c))] = system_.cells[c].integer;
  }
  const std::vector<double> zero(system_.relations.size(), 0.0);
  return minimise_integer({&columns_, low_, high_, cost_, zero, zero, &integer, 200}).solution;
}

/// One way through the sensitive cells; others end elsewhere.
struct Attempt {
  std::uint64_t seed = 1;        ///< Of the directions in which cells are moved.
  std::size_t batch_size = 32;
};

class Heuristic {
 public:
  Heuristic(const System& system, const Attempt& attempt)
      : system_(system), attempt_(attempt), alternatives_(system), low_(system.cells.size()),
        high_(system.cells.size()) {}

  Result<Suppression> run();

 private:
  Status learn_from_hidden();
  std::optional<Demand> next_demand(CellIndex cell, bool prefer_up) const;
  Status protect_in_batches(std::vector<CellIndex>& sensitive);
  Status protect(CellIndex cell);
  Result<bool> meet(std::span<const Demand> demands);
  Status give_back();
  Result<bool> can_spare(CellIndex cell);
  void keep(const std::vector<double>& deviation);

  const System& system_;
  Attempt attempt_;
  Alternatives alternatives_;
  std::vector<double> low_, high_;  ///< Deviations reached by alternatives so far.
  std::vector<CellIndex> hidden_;
  std::vector<CellIndex> exposed_;
  std::vector<Witness> witnesses_;
};

void Heuristic::keep(const std::vector<double>& deviation) {
  Witness witness;
  for (CellIndex c = 0; c < deviation.size(); ++c) {
    if (std::abs(deviation[c]) < kMoved) continue;
    const double nearest = std::nearbyint(deviation[c]);
    witness.push_back({c, std::abs(deviation[c] - nearest) < kMoved ? nearest : deviation[c]});
    low_[c] = std::min(low_[c], deviation[c]);
    high_[c] = std::max(high_[c], deviation[c]);
    const auto& cell = system_.cells[c];
    if (cell.shown && cell.can_hide && !alternatives_.is_free(c)) {
      alternatives_.hide(c);
      hidden_.push_back(c);
    }
  }
  witnesses_.push_back(std::move(witness));
}

Result<bool> Heuristic::meet(std::span<const Demand> demands) {
  auto deviation = alternatives_.find(demands);
  if (!deviation.ok()) return deviation.error();
  if (deviation.value().empty()) return false;
  keep(deviation.value());
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
  constexpr std::size_t kSmall = 2000;  // cells: below, several attempts take less than a second
  auto best = Heuristic(system, {}).run();
  if (!best.ok() || best.value().hidden.empty() || system.cells.size() > kSmall) return best;
  constexpr Attempt kOthers[] = {{4, 1}, {3, 4}, {5, 1}, {2, 32}};
  const auto other_count = static_cast<std::size_t>(std::clamp(attempt_count - 1, 0, 4));
  for (const Attempt& attempt : std::span(kOthers).first(other_count)) {
    auto other = Heuristic(system, attempt).run();
    if (!other.ok()) return other;
    if (std::pair(other.value().exposed.size(), other.value().cost) <
        std::pair(best.value().exposed.size(), best.value().cost)) best = std::move(other);
  }
  return best;
}

}  // namespace kinfold::disclosure
