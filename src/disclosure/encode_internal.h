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
  bool alone = false;               ///< One person or family makes it up, and knows the figure.
  std::optional<std::uint64_t> cell_key;  ///< Of the records behind a count, where the table gives it.
  bool implied = false;             ///< No field shows it; it follows from those that do.
  std::string released_in;          ///< Title and day of the earlier output that shows it; "" if none.
  std::uint32_t output = kNoField;  ///< Where it is a field of: the first such field.
  std::uint32_t row = 0, column = 0;
  Verdict verdict;
};

struct Encoding {
  System system;
  std::vector<CellFacts> facts;                     ///< One a cell.
  std::vector<std::vector<std::vector<CellIndex>>> field_cells;  ///< [output][row * columns + column]
  std::unordered_map<std::string, CellIndex> by_key;
  std::map<std::string, std::map<std::string, std::string>> parents;  ///< variable -> label -> label above
};

/// Cells and what shows them, judged; relations follow with add_relations().
Result<Encoding> encode(std::span<const Output> outputs, const Rules& rules, const ReleaseLedger& ledger);

/// Adds what was published before, and what is still hidden of it.
void encode_released(Encoding& encoding, const ReleasedOutput& released);

/// Sums along every variable, across all outputs; what a sum leaves over; differences between
/// overlapping populations and between data versions. Adds implied cells with their verdicts.
void add_relations(Encoding& encoding, const Rules& rules);

/// Costs of hiding, by the rules' basis.
void set_costs(Encoding& encoding, const Rules& rules);

/// Rounds the counts that are ours to change: `rounded` gets what is shown instead (NaN: unchanged), the
/// cells get the range in which that leaves the truth. \returns a remark, or "".
std::string round_cells(Encoding& encoding, const Rules& rules, std::vector<double>& rounded);

/// The same by cell keys: each count that has one gets the change that the perturbation table says. Counts without a key
/// are left to the rules.
std::string perturb_cells(Encoding& encoding, const Rules& rules, std::vector<double>& rounded);

}  // namespace kinfold::disclosure
