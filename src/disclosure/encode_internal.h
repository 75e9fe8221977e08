// From outputs and earlier releases to one System: which numbers there are, which are the same, how
// they add up, and which fields tell them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "disclosure/judge_internal.h"
#include "disclosure/release_ledger.h"
#include "disclosure/system.h"
#include "disclosure/table.h"

namespace kinfold::disclosure {

inline constexpr std::uint32_t kNoField = static_cast<std::uint32_t>(-1);

/// What is known of one system cell besides its number.
struct CellFacts {
  Selection selection;
  Level level = Level::kPerson;
  bool magnitude = false;
  bool alone = false;                     ///< One person or family makes it up, and knows the figure.
  std::optional<std::uint64_t> cell_key;  ///< Of the records behind a count, where the table gives it.
  bool implied = false;                   ///< No field shows it; it follows from those that do.
  /// Of a rounded share whose count nobody stated: the count is one of these, and the cell's value is one
  /// that fits.
  std::optional<std::pair<double, double>> within;
  std::string released_in;          ///< Title and day of the earlier output that shows it; "" if none.
  std::uint32_t output = kNoField;  ///< Where it is a field of: the first such field.
  std::uint32_t row = 0, column = 0;
  Verdict verdict;
};

struct Encoding {
  System system;
  std::vector<CellFacts> facts;                                  ///< One a cell.
  std::vector<std::vector<std::vector<CellIndex>>> field_cells;  ///< [output][row * columns + column]
  std::unordered_map<std::string, CellIndex> by_key;
  std::vector<Relation> tentative;  ///< Sums that hold as far as rounded shares tell.
  std::map<std::string, std::map<std::string, std::string>> parents;  ///< variable -> label -> label above
  std::vector<std::vector<std::string>>
      remarks;  ///< Of each output: what its reader should know of the encoding.
};

/// \retval kInvalid naming row and column (never the figure) where a figure cannot be what its role says,
/// where two rows have the same labels but other figures, or where a label is a part of itself.
Status check_figures(const Output& output);

/// Cells and what shows them, judged; relations follow with add_relations().
Result<Encoding> encode(std::span<const Output> outputs, const Rules& rules, const ReleaseLedger& ledger);

/// A share of `n` as the counts it may stand for: `count` is the nearest, and low = high where the figure
/// tells it.
struct ShareReading {
  double count = 0, low = 0, high = 0;
};
/// `scale`: 1 for a share, 100 for a percentage. \p decimals: as published; empty: in full.
ShareReading read_share(double share, double scale, double n, std::optional<int> decimals);

/// The count that a share of `people` is, if it is one.
std::optional<double> whole_part(double share, double people);
/// The count whose yes or no has this standard deviation, by either divisor: the smaller of the two that have
/// it.
std::optional<double> part_with_deviation(double deviation, double people);
/// By how much a figure with few decimals may have been rounded; 0: it is given in full.
double rounded_by(double x);

/// With how many decimals shares were rounded: what the layout says, else the fewest that all figures have,
/// if the counts they imply are not all whole. Empty: they are given in full.
std::optional<int> decimals_of(const table::Column& shares, const table::Column& n, double scale,
                               const ColumnLayout& layout);

/// By how much the values of a relation may fail to add up because shares among them were rounded.
double rounding_slack(const Encoding& encoding, const Relation& relation);

/// Gives the counts behind rounded shares whole values that fit their ranges and all sums, the tentative ones
/// with them: those join the system's relations. \returns false where nothing fits: the tentative sums are
/// left out.
bool settle_rounded_shares(Encoding& encoding);
/// The cell takes another value that fits what is known of it; what an attacker may not reach does not move.
void take_value(Encoding& encoding, CellIndex cell, double value);

/// Adds what was published before, and what is still hidden of it.
void encode_released(Encoding& encoding, const ReleasedOutput& released);

/// Sums along every variable, across all outputs; what a sum leaves over; differences between
/// overlapping populations and between data versions. Adds implied cells with their verdicts.
void add_relations(Encoding& encoding, const Rules& rules);

/// Where each contribution is known to within q beforehand, so is each sum of contributions of one sign, and
/// what it hides can be no wider: bounds and needs of magnitudes.
void assume_prior_knowledge(Encoding& encoding, const Rules& rules);

/// Costs of hiding, by the rules' basis.
void set_costs(Encoding& encoding, const Rules& rules);

/// Rounds the counts that are ours to change: `rounded` gets what is shown instead (NaN: unchanged), the
/// cells get the range in which that leaves the truth. \returns a remark, or "".
std::string round_cells(Encoding& encoding, const Rules& rules, std::vector<double>& rounded);

/// The same by cell keys: each count that has one gets the change that the perturbation table says. Counts
/// without a key are left to the rules.
std::string perturb_cells(Encoding& encoding, const Rules& rules, std::vector<double>& rounded);

}  // namespace kinfold::disclosure
