#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/random.h"
#include "disclosure/solver_internal.h"
#include "disclosure/system.h"
#include "disclosure/witness_internal.h"

namespace kinfold::disclosure {
namespace {

/// What complete, checked alternatives reach.
Interval witnessed(const Interval& interval) {
  return {interval.witness_low, interval.witness_high, false, false, 0, 0};
}

bool is_free(const SystemCell& cell) { return !cell.shown || cell.shown_low < cell.shown_high; }

/// Free cells tied to each other by relations: an attack on one says nothing of the others.
struct Component {
  std::vector<CellIndex> cells;
  std::vector<std::uint32_t> relations;
};

std::vector<Component> components_of(const System& system) {
  std::vector<std::uint32_t> parent(system.cells.size());
  std::iota(parent.begin(), parent.end(), 0U);
  const auto root = [&](std::uint32_t index) {
    while (parent[index] != index) index = parent[index] = parent[parent[index]];
    return index;
  };
  constexpr auto kNone = static_cast<std::uint32_t>(-1);
  std::vector<std::uint32_t> first_free(system.relations.size(), kNone);
  for (std::size_t r = 0; r < system.relations.size(); ++r) {
    for (const auto& term : system.relations[r].terms) {
      if (!is_free(system.cells[term.cell])) continue;
      if (first_free[r] == kNone) first_free[r] = term.cell;
      parent[root(term.cell)] = root(first_free[r]);
    }
  }
  std::vector<std::uint32_t> component_of_root(system.cells.size(), kNone);
  std::vector<Component> components;
  for (CellIndex c = 0; c < system.cells.size(); ++c) {
    if (!is_free(system.cells[c])) continue;
    auto& index = component_of_root[root(c)];
    if (index == kNone) {
      index = static_cast<std::uint32_t>(components.size());
      components.emplace_back();
    }
    components[index].cells.push_back(c);
  }
  for (std::uint32_t r = 0; r < system.relations.size(); ++r) {
    if (first_free[r] != kNone) components[component_of_root[root(first_free[r])]].relations.push_back(r);
  }
  return components;
}

/// The attack on one component, in deviations from the truth: zero is always a solution.
class Attack {
 public:
  Attack(const System& system, const Component& component, Audit& audit, std::vector<double>& scratch)
      : system_(system), component_(component), audit_(audit), scratch_(scratch), program_(build()) {}

  Status run(const AuditOptions& options);
  Result<std::vector<AttackStep>> explain(CellIndex cell, bool upper);

 private:
  LinearProgram build();
  Status bound(std::size_t position, bool upper);
  Status sweep();
  void box(double limit);
  void look_for_whole(std::size_t position);
  void learn(std::span<const double> solution);
  bool confirm(std::span<const double> rounded);

  const System& system_;
  const Component& component_;
  Audit& audit_;
  std::vector<double>& scratch_;
  std::vector<double> low_, high_;  // deviations; before program_, whose making fills them
  SparseColumns columns_;
  LinearProgram program_;
};

LinearProgram Attack::build() {
  std::vector<std::vector<std::pair<int, double>>> entries(component_.cells.size());
  std::vector<std::uint32_t> position(system_.cells.size(), 0);
  for (std::uint32_t i = 0; i < component_.cells.size(); ++i) position[component_.cells[i]] = i;
  for (std::size_t r = 0; r < component_.relations.size(); ++r) {
    for (const auto& term : system_.relations[component_.relations[r]].terms) {
      if (is_free(system_.cells[term.cell])) {
        entries[position[term.cell]].push_back({static_cast<int>(r), term.coefficient});
      }
    }
  }
  columns_.row_count = static_cast<int>(component_.relations.size());
  for (std::size_t i = 0; i < component_.cells.size(); ++i) {
    for (const auto& [row, value] : entries[i]) {
      columns_.rows.push_back(row);
      columns_.values.push_back(value);
    }
    columns_.end_column();
    const auto& cell = system_.cells[component_.cells[i]];
    low_.push_back((cell.shown ? std::max(cell.lower, cell.shown_low) : cell.lower) - cell.value);
    high_.push_back((cell.shown ? std::min(cell.upper, cell.shown_high) : cell.upper) - cell.value);
  }
  const std::vector<double> zero(component_.relations.size(), 0.0);
  return {columns_, low_, high_, zero, zero};
}

bool Attack::confirm(std::span<const double> rounded) {
  for (std::size_t i = 0; i < rounded.size(); ++i) scratch_[component_.cells[i]] = rounded[i];
  const bool ok = is_witness(system_, scratch_, component_.relations);
  for (const auto c : component_.cells) scratch_[c] = 0;
  return ok;
}

// Every solution is a whole alternative table: it widens what is known to be possible for all cells.
void Attack::learn(std::span<const double> solution) {
  std::vector<double> rounded(solution.begin(), solution.end());
  for (std::size_t i = 0; i < rounded.size(); ++i) {
    if (system_.cells[component_.cells[i]].integer) rounded[i] = std::nearbyint(rounded[i]);
  }
  const bool confirmed = confirm(rounded);
  constexpr std::size_t kKeptMax = 64;
  if (confirmed && audit_.witnesses.size() < kKeptMax) {
    Witness witness;
    for (std::size_t i = 0; i < rounded.size(); ++i) {
      if (rounded[i] != 0) witness.push_back({component_.cells[i], rounded[i]});
    }
    audit_.witnesses.push_back(std::move(witness));
  }
  for (std::size_t i = 0; i < rounded.size(); ++i) {
    auto& interval = audit_.intervals[component_.cells[i]];
    const auto& cell = system_.cells[component_.cells[i]];
    const double value = cell.value + (confirmed ? rounded[i] : solution[i]);
    interval.low = std::min(interval.low, value);
    interval.high = std::max(interval.high, value);
    if (!confirmed) continue;
    interval.witness_low = std::min(interval.witness_low, value);
    interval.witness_high = std::max(interval.witness_high, value);
  }
}

Status Attack::bound(std::size_t position, bool upper) {
  const auto c = component_.cells[position];
  program_.set_cost(static_cast<int>(position), 1.0);
  const auto outcome = upper ? program_.maximise() : program_.minimise();
  ++audit_.lp_count;
  program_.set_cost(static_cast<int>(position), 0.0);
  auto& interval = audit_.intervals[c];
  if (outcome == LinearProgram::Outcome::kNoBound) {
    // A witness must be finite: ask for one that goes twice as far as anybody needs.
    const auto& cell = system_.cells[c];
    const double far = 2 * std::max({cell.need.above, cell.need.below, cell.need.width, 1.0});
    program_.set_bounds(static_cast<int>(position), upper ? 0 : -far, upper ? far : 0);
    program_.set_cost(static_cast<int>(position), 1.0);
    const auto capped = upper ? program_.maximise() : program_.minimise();
    program_.set_cost(static_cast<int>(position), 0.0);
    program_.set_bounds(static_cast<int>(position), low_[position], high_[position]);
    if (capped == LinearProgram::Outcome::kOptimal) learn(program_.solution());
    (upper ? interval.high : interval.low) = upper ? kUnbounded : -kUnbounded;
    return {};
  }
  if (outcome != LinearProgram::Outcome::kOptimal) {
    return internal_error(
        "disclosure audit: the linear programme could not be solved; report the table's shape");
  }
  learn(program_.solution());
  return {};
}

// Keeps the alternatives near the truth: enough for every need, and never without end.
void Attack::box(double limit) {
  for (std::size_t i = 0; i < component_.cells.size(); ++i) {
    program_.set_bounds(static_cast<int>(i), std::max(low_[i], -limit), std::min(high_[i], limit));
  }
}

// One programme that pushes many cells at once meets most needs; the rest are looked at one by one.
Status Attack::sweep() {
  constexpr int kSweepMax = 40;
  double limit = 0;
  for (const auto c : component_.cells) {
    const auto& need = system_.cells[c].need;
    if (system_.cells[c].sensitive) limit = std::max({limit, 2 * need.above, 2 * need.below, 2 * need.width});
  }
  box(limit);
  RandomStream directions(component_.cells.size());
  std::size_t lacking_before = 3 * component_.cells.size() + 1;
  for (int i = 0; i < kSweepMax; ++i) {
    std::size_t lacking = 0;
    for (std::size_t p = 0; p < component_.cells.size(); ++p) {
      const auto c = component_.cells[p];
      const auto& cell = system_.cells[c];
      const auto& interval = audit_.intervals[c];
      double push = 0;
      if (cell.sensitive && !satisfies(interval, cell)) {
        const bool up = interval.high < cell.value + cell.need.above;
        const bool down = interval.low > cell.value - cell.need.below;
        lacking += up && down ? 2 : 1;
        push = up == down ? (directions.chance(0.5) ? 1 : -1) : up ? 1 : -1;
      }
      program_.set_cost(static_cast<int>(p), push);
    }
    if (lacking == 0 || lacking + lacking / 50 >= lacking_before) break;
    lacking_before = lacking;
    if (program_.maximise() != LinearProgram::Outcome::kOptimal) break;
    ++audit_.lp_count;
    learn(program_.solution());
  }
  for (std::size_t p = 0; p < component_.cells.size(); ++p) program_.set_cost(static_cast<int>(p), 0);
  box(kUnbounded);
  return {};
}

// The linear programme says it is wide enough, but shows no whole table: is there one at all?
void Attack::look_for_whole(std::size_t position) {
  const auto& cell = system_.cells[component_.cells[position]];
  auto& interval = audit_.intervals[component_.cells[position]];
  std::vector<bool> integer;
  std::vector<double> low(low_);
  std::vector<double> high(high_);
  // No further than anybody needs: a solver that has got there is done, without a proof that it could go on.
  const double wanted = std::max({cell.need.above, cell.need.below, cell.need.width});
  for (std::size_t i = 0; i < low.size(); ++i) {
    integer.push_back(system_.cells[component_.cells[i]].integer);
    low[i] = std::max(low[i], -(i == position ? 1 : 4) * wanted);
    high[i] = std::min(high[i], (i == position ? 1 : 4) * wanted);
  }
  const std::vector<double> zero(component_.relations.size(), 0.0);
  std::vector<double> cost(low.size(), 0.0);
  constexpr int kNodeCountMax = 500;
  bool settled = true;
  for (const double sign : {-1.0, 1.0}) {
    cost[position] = sign;
    const auto found =
        minimise_integer({&columns_, low, high, cost, zero, zero, &integer, kNodeCountMax, {}, false});
    if (!found.solution.empty()) learn(found.solution);
    if (satisfies(witnessed(interval), cell)) return;
    settled = settled && found.optimal;
  }
  if (!settled) return;
  // What stopped short of the limit can go no further in whole numbers.
  if (interval.witness_low > cell.value - wanted) interval.low = std::max(interval.low, interval.witness_low);
  if (interval.witness_high < cell.value + wanted)
    interval.high = std::min(interval.high, interval.witness_high);
}

Status Attack::run(const AuditOptions& options) {
  if (component_.relations.empty()) {  // tied to nothing: all that anybody knows are its bounds
    const auto& cell = system_.cells[component_.cells.front()];
    auto& interval = audit_.intervals[component_.cells.front()];
    interval.low = interval.witness_low = cell.value + low_.front();
    interval.high = interval.witness_high = cell.value + high_.front();
    interval.exact = true;
    return {};
  }
  if (!options.exact_intervals) {
    if (auto status = sweep(); !status.ok()) return status;
  }
  for (std::size_t i = 0; i < component_.cells.size(); ++i) {
    const auto c = component_.cells[i];
    const auto& cell = system_.cells[c];
    auto& interval = audit_.intervals[c];
    if (!options.exact_intervals && (!cell.sensitive || satisfies(interval, cell))) continue;
    for (const bool upper : {true, false}) {
      if (auto status = bound(i, upper); !status.ok()) return status;
    }
    interval.exact = true;
    if (cell.sensitive && !satisfies(interval, cell)) audit_.exposed.push_back(c);
    if (audit_.exposed.size() > options.exposed_count_max) return {};
  }
  if (component_.cells.size() > options.integer_cell_count_max) return {};
  for (std::size_t i = 0; i < component_.cells.size(); ++i) {
    const auto c = component_.cells[i];
    const auto& interval = audit_.intervals[c];
    if (!system_.cells[c].sensitive || !satisfies(interval, system_.cells[c])) continue;
    if (satisfies(witnessed(interval), system_.cells[c])) continue;
    look_for_whole(i);
    if (!satisfies(interval, system_.cells[c])) audit_.exposed.push_back(c);
    if (audit_.exposed.size() > options.exposed_count_max) return {};
  }
  return {};
}

/// Alternatives that somebody else found widen the intervals once they prove to be such.
void try_witnesses(const System& system, const std::vector<Witness>& witnesses, std::vector<double>& scratch,
                   Audit& audit) {
  std::vector<std::vector<std::uint32_t>> relations_of(system.cells.size());
  for (std::uint32_t r = 0; r < system.relations.size(); ++r) {
    for (const auto& term : system.relations[r].terms) relations_of[term.cell].push_back(r);
  }
  for (const auto& witness : witnesses) {
    std::vector<std::uint32_t> touched;
    bool tied = true;
    for (const auto& [c, deviation] : witness) {
      scratch[c] = deviation;
      tied = tied && !relations_of[c].empty();
      touched.insert(touched.end(), relations_of[c].begin(), relations_of[c].end());
    }
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    if (tied && is_witness(system, scratch, touched)) {
      for (const auto& [c, deviation] : witness) {
        auto& interval = audit.intervals[c];
        const double value = system.cells[c].value + deviation;
        interval.low = std::min(interval.low, value);
        interval.high = std::max(interval.high, value);
        interval.witness_low = std::min(interval.witness_low, value);
        interval.witness_high = std::max(interval.witness_high, value);
      }
    }
    for (const auto& [c, deviation] : witness) scratch[c] = 0;
  }
}

Result<std::vector<AttackStep>> Attack::explain(CellIndex cell, bool upper) {
  const auto found = std::find(component_.cells.begin(), component_.cells.end(), cell);
  const auto position = static_cast<std::size_t>(found - component_.cells.begin());
  if (component_.relations.empty()) return std::vector<AttackStep>{};
  if (auto status = bound(position, upper); !status.ok()) return status.error();
  const auto duals = program_.row_duals();
  std::map<CellIndex, double> weights;
  for (std::size_t r = 0; r < component_.relations.size(); ++r) {
    if (std::abs(duals[r]) < kAuditTolerance) continue;
    for (const auto& term : system_.relations[component_.relations[r]].terms) {
      weights[term.cell] += duals[r] * term.coefficient;
    }
  }
  // The combination of relations in which the target has weight -1 says: target = what is left, of which what
  // is shown (exactly or within a range) is taken, and hidden cells stand at what everybody knows of them.
  const double own = weights[cell];
  std::vector<AttackStep> steps;
  if (std::abs(own) < kAuditTolerance) return steps;
  for (const auto& [c, weight] : weights) {
    if (c != cell && system_.cells[c].shown && std::abs(weight / own) > kAuditTolerance)
      steps.push_back({c, -weight / own});
  }
  return steps;
}

}  // namespace

bool satisfies(const Interval& interval, const SystemCell& cell) {
  double low = interval.low;
  double high = interval.high;
  double slack = kAuditTolerance * std::max(1.0, std::abs(cell.value));
  if (cell.integer) {  // an attacker knows that people come in whole numbers
    low = std::ceil(low - kAuditTolerance);
    high = std::floor(high + kAuditTolerance);
    slack = 0;
  }
  return low <= cell.value - cell.need.below + slack && high >= cell.value + cell.need.above - slack &&
         high - low >= cell.need.width - slack;
}

Result<Audit> audit(const System& system, const AuditOptions& options) {
  Audit result;
  result.intervals.resize(system.cells.size());
  for (std::size_t c = 0; c < system.cells.size(); ++c) {
    const double value = system.cells[c].value;
    result.intervals[c] = {value, value, false, false, value, value};
  }
  std::vector<double> scratch(system.cells.size(), 0.0);
  if (options.witnesses != nullptr) try_witnesses(system, *options.witnesses, scratch, result);
  for (const auto& component : components_of(system)) {
    const bool wanted =
        options.exact_intervals ||
        std::any_of(component.cells.begin(), component.cells.end(), [&](CellIndex c) {
          return system.cells[c].sensitive && !satisfies(witnessed(result.intervals[c]), system.cells[c]);
        });
    if (!wanted) continue;
    Attack attack(system, component, result, scratch);
    if (auto status = attack.run(options); !status.ok()) return status.error();
    if (result.exposed.size() > options.exposed_count_max) return result;
  }
  result.exposed.clear();  // in order, and with the cells that no attack was needed for
  for (CellIndex c = 0; c < system.cells.size(); ++c) {
    const auto& cell = system.cells[c];
    auto& interval = result.intervals[c];
    if (!is_free(cell)) interval.exact = true;
    if (!cell.sensitive) continue;
    interval.confirmed = satisfies(witnessed(interval), cell);
    if (!satisfies(interval, cell)) result.exposed.push_back(c);
  }
  return result;
}

Result<std::vector<AttackStep>> explain(const System& system, CellIndex cell, bool upper_bound) {
  if (!is_free(system.cells[cell])) return std::vector<AttackStep>{{cell, 1}};
  Audit unused;
  unused.intervals.resize(system.cells.size());
  std::vector<double> scratch(system.cells.size(), 0.0);
  for (const auto& component : components_of(system)) {
    if (std::find(component.cells.begin(), component.cells.end(), cell) == component.cells.end()) continue;
    return Attack(system, component, unused, scratch).explain(cell, upper_bound);
  }
  return std::vector<AttackStep>{};
}

}  // namespace kinfold::disclosure
