// Protection by changing figures a little instead of hiding them: rounding and cell keys.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "disclosure/system.h"

namespace kinfold::disclosure {

/// To the nearest multiple of `base`, halves away from zero. base > 0.
double round_to_base(double value, int base);

struct ControlledRounding {
  std::vector<double> rounded;  ///< One a cell: a multiple of base, less than base (or 2 base) away.
  int steps = 1;                ///< 1: a neighbouring multiple everywhere; 2: one further was needed.
  double distance = 0;          ///< Sum of |rounded - value|.
  double bound = 0;             ///< No such rounding is nearer.
  bool optimal = false;
};
/// What round_controlled() asks of the solver's answer before it is believed: multiples of base, less than
/// `steps` of them from the truth, none below its lower bound, and all sums kept in whole numbers.
bool is_controlled_rounding(const System& system, std::span<const double> rounded, int base, int steps);
/// Rounds every cell so that all sums still hold, as near to the truth as that can be: an integer
/// programme. In two dimensions a zero-restricted rounding (a multiple of base stays) always exists.
/// \retval kRefused if there is none within two steps, none was found within the nodes, or the solver's
/// answer is none. Source: Cox (1987), "A constructive procedure for unbiased controlled rounding", JASA
/// 82(398), for the problem; Salazar (2006), "Controlled rounding and cell perturbation", Mathematical
/// Programming 105.
Result<ControlledRounding> round_controlled(const System& system, int base, int node_count_max);

/// What is added to a count, by the count and its cell key.
///
/// Every record has a random key for good; a cell's key is the sum of its records' keys modulo the table's
/// key range, so that the same people give the same noise in any table. Counts above the table's last row
/// use its last 250 rows again and again (501 to 750 in the published sample).
/// Source: Fraser and Wooton (2005), UNECE work session on statistical data confidentiality; the table's
/// form is that of the Office for National Statistics (`pcv,ckey,pvalue`).
class PerturbationTable {
 public:
  /// CSV text with the columns pcv (1 ... rows), ckey (0 ... keys - 1), pvalue; every pair once.
  /// \retval kInvalid naming the line.
  static Result<PerturbationTable> parse(std::string_view csv);

  int key_count() const { return key_count_; }
  std::uint32_t cell_key(std::span<const std::uint32_t> record_keys) const;
  /// Zero stays zero. count >= 0; key < key_count().
  std::int64_t perturb(std::int64_t count, std::uint32_t key) const;
  /// The fewest and the most that `shown` may stand for, whatever the key: what everybody can say who has the
  /// table.
  std::pair<std::int64_t, std::int64_t> range_of(std::int64_t shown) const;

 private:
  int row_count_ = 0;
  int key_count_ = 0;
  std::int64_t change_max_ = 0;       ///< The largest change, either way.
  std::vector<std::int16_t> change_;  ///< [(pcv - 1) * key_count_ + key]
};

}  // namespace kinfold::disclosure
