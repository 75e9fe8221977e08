// Published and hidden numbers as an attacker sees them: unknowns between bounds, tied by sums.
// Everything the check knows about tables, shares, totals and earlier releases is put into this one
// form; the attack, the suppression and the certificate work on it alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "base/result.h"

namespace kinfold::disclosure {

inline constexpr double kUnbounded = std::numeric_limits<double>::infinity();
using CellIndex = std::uint32_t;

/// How far an attacker's interval must reach past the truth.
struct Need {
  double below = 0;  ///< low <= value - below
  double above = 0;  ///< high >= value + above
  double width = 0;  ///< high - low >= width (the sliding protection level)
};

/// One number. Source of the model: Fischetti and Salazar (2001), "Solving the cell suppression
/// problem on tabular data with linear constraints", Management Science 47(7), section 2.
struct SystemCell {
  double value = 0;
  double lower = 0, upper = kUnbounded;  ///< What anybody knows without the table.
  double shown_low = 0, shown_high = 0;  ///< What a shown cell tells: equal unless rounded.
  bool shown = true;
  bool can_hide = true;  ///< false: out already, or nothing of ours to hide.
  bool integer = true;
  bool sensitive = false;  ///< Must not be worked out more closely than `need`.
  double cost = 1;         ///< Of hiding it; > 0.
  Need need;
};

struct Term {
  CellIndex cell = 0;
  double coefficient = 0;
};
/// The terms add up to zero.
struct Relation {
  std::vector<Term> terms;
};

/// Invariant: the true values satisfy every relation and bound.
struct System {
  std::vector<SystemCell> cells;
  std::vector<Relation> relations;
};

/// What an attacker can work out about one cell.
struct Interval {
  double low = 0;
  double high = kUnbounded;
  bool exact = false;      ///< Best possible; else at least this wide.
  bool confirmed = false;  ///< The need is met by what witnesses reach, checked in whole numbers.
  double witness_low = 0, witness_high = 0;  ///< What complete, checked alternative tables reach.
};

/// Slack for floating point: an interval must pass the need by no less than minus this much, and a
/// hidden count's bounds are rounded inwards with it. 1e-6 is ten times Clp's primal tolerance.
inline constexpr double kAuditTolerance = 1e-6;

bool satisfies(const Interval& interval, const SystemCell& cell);

/// An alternative table, as what differs from the truth.
using Witness = std::vector<std::pair<CellIndex, double>>;

struct AuditOptions {
  bool exact_intervals = false;  ///< Every hidden cell's best bounds, not just "wide enough".
  const std::vector<Witness>* witnesses = nullptr;  ///< Tried first; each is checked, none is believed.
  /// People come in whole numbers: where the linear programme finds no whole alternative, an integer
  /// programme looks for one, up to this many cells tied together; without one the cell is exposed.
  std::size_t integer_cell_count_max = 600;
  /// Stops once more than so many cells prove to be exposed: for who only asks whether a choice will do.
  std::size_t exposed_count_max = static_cast<std::size_t>(-1);
};
struct Audit {
  std::vector<Interval> intervals;  ///< One a cell; of cells that are not sensitive only if exact.
  std::vector<CellIndex> exposed;   ///< Sensitive cells that can be worked out too closely.
  std::size_t lp_count = 0;
  std::vector<Witness> witnesses;  ///< Some of those found: other audits may start from them.
  bool safe() const { return exposed.empty(); }
};

/// The attacker's linear programmes for every sensitive cell (hidden or implied).
/// A sensitive cell that is shown is exposed. \retval kInternal if the solver fails.
Result<Audit> audit(const System& system, const AuditOptions& options = {});

/// What an attacker combines to bound a cell: weight times each shown figure, added up.
struct AttackStep {
  CellIndex cell = 0;
  double weight = 0;
};
/// The attack behind one bound of `cell`, from the linear programme's dual solution; empty if nothing
/// that is shown bounds it. \retval kInternal if the solver fails.
Result<std::vector<AttackStep>> explain(const System& system, CellIndex cell, bool upper_bound);

struct Suppression {
  std::vector<CellIndex> hidden;   ///< Cells to hide in addition to those the rules hid, sorted.
  std::vector<CellIndex> exposed;  ///< Cannot be protected by hiding what may be hidden.
  double cost = 0;
  double bound = 0;  ///< No safe choice costs less (0 where none was proven).
  bool optimal = false;
  std::vector<Witness> witnesses;  ///< For the audit.
};

/// Hides cells until every sensitive cell that can be protected is; the caller has set shown =
/// false on those that fail a rule. One linear programme per sensitive cell and direction, whose
/// solution is a complete alternative table (Fischetti and Salazar 2001, section 5; Kelly, Golden and
/// Assad 1992 for the network case), then redundant cells are given back.
/// The cheapest of `attempt_count` (1 to 5) ways through the sensitive cells; large systems get one.
Result<Suppression> suppress_heuristic(const System& system, int attempt_count = 5);

/// The cheapest safe choice, as one integer programme solved with CBC; `start` is a feasible one.
/// `optimal` is false where the nodes ran out: then `bound` says how far off it may be.
Result<Suppression> suppress_exact(const System& system, const Suppression& start, int node_count_max);

/// Somebody who is alone in a hidden cell.
struct Insider {
  CellIndex cell = 0;
  std::vector<CellIndex> own;  ///< Parts of that cell: they know themselves which of them they are in.
};

/// Somebody who is alone in a hidden cell knows its figure, and can take it out of every sum. Hides
/// more until no such insider can work out another sensitive cell. Few insiders of a small system are
/// looked at one by one; beyond, in groups that together hold every pair apart (a group
/// knows more than each of its members: safe, and dearer).
/// Marks what it hides in `system` and in `suppression`, where `exposed` gets what cannot be helped.
Status protect_from_insiders(System& system, const std::vector<Insider>& insiders, Suppression& suppression,
                             int attempt_count = 5);

}  // namespace kinfold::disclosure
