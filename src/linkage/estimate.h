// How good a linkage is where there is no truth: from people's verdicts on a sample of its pairs, and from
// decoys, records that cannot match. docs/methods/linkage-error.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "linkage/decisions.h"
#include "linkage/link.h"

namespace kinfold::linkage {

/// A share with its 95 % interval. 'Cannot tell' is carried: `low` is the interval's lower end were all of
/// them bad for the share, `high` the upper end were all of them good; `value` leaves them out.
struct ShareEstimate {
  double value = 0.0;
  double low = 0.0;
  double high = 1.0;
};

/// Pairs of one weight band, linked or not: within it the sample is drawn by chance.
struct Stratum {
  double bits_low = 0.0;  ///< Posterior log odds of its pairs: in [bits_low, bits_high).
  double bits_high = 0.0;
  bool linked = false;
  bool not_compared =
      false;  ///< Pairs that only their cluster joins: no rule found them; they have no weight.
  std::uint64_t pair_count = 0;
  std::uint64_t judged_count = 0;  ///< Of the sample; same + different + cannot_tell.
  std::uint64_t same_count = 0;
  std::uint64_t different_count = 0;
  std::uint64_t cannot_tell_count = 0;
  double expected_same_share = 0.0;  ///< By the model: for a reliability chart beside what people said.
};

struct QualityEstimate {
  std::string column;  ///< "" and "": everybody.
  std::string value;   ///< Of the left record.
  std::uint64_t linked_count = 0;
  std::uint64_t judged_count = 0;
  ShareEstimate precision;  ///< Of linked pairs, those of one person.
  /// Of the pairs of one person above the weight floor, those linked. What blocking and the floor lost is not
  /// in it: FitReport::blocking_recall.
  ShareEstimate recall;
};

struct ClericalEstimate {
  std::vector<Stratum> strata;
  std::vector<QualityEstimate> estimates;  ///< Everybody first, then by column and value.
  std::uint64_t cannot_tell_count = 0;
  std::uint64_t unknown_count = 0;  ///< Decisions on pairs that this run does not have.
};

/// What became of the records that cannot match.
struct DecoyEstimate {
  std::string column;
  std::string value;
  std::uint64_t stranger_count = 0;  ///< Decoys that share nothing with anybody but by chance,
  std::uint64_t stranger_linked_count = 0;
  std::uint64_t relative_count =
      0;  ///< and made-up relatives of real people: their surname, address, telephone.
  std::uint64_t relative_linked_count = 0;
  double relative_share = 0.0;     ///< Of people without a match, those expected to have a relative there.
  double unmatched_count = 0.0;    ///< Expected records without a match.
  ShareEstimate false_link_share;  ///< Of links. A lower bound where records with a match are linked wrongly.
};

struct EstimateOptions {
  std::vector<std::string> by_columns;  ///< Of the left file: estimates for each value too.
  std::size_t values_max = 50;          ///< A column of more values is refused.
  std::uint64_t seed = 1;
};

/// A pair chosen by chance for people to look at.
struct SampledPair {
  RowPair rows;
  std::size_t stratum = 0;  ///< Index into strata_of().
};

/// `pair_count` pairs, about equally from each stratum and never fewer than there are, in an order that tells
/// nothing: for the review. The same pairs for the same result and seed.
std::vector<SampledPair> draw_sample(const LinkResult& result, std::size_t pair_count, std::uint64_t seed);
/// The strata of a result, with counts of pairs but nothing judged.
std::vector<Stratum> strata_of(const LinkResult& result);

/// Precision and recall by stratified sampling from decisions with Drawn::kSample. `left` and `right` are the
/// tables that were linked.
/// Source: Cochran (1977), Sampling Techniques, ch. 5; intervals from Jeffreys' prior in each stratum (Brown,
/// Cai and DasGupta 2001, Statistical Science 16, 101-133). \retval kInvalid if no decision is about a pair
/// of the result, or a column is missing or has too many values.
Result<ClericalEstimate> estimate_from_decisions(const table::Table& left, const table::Table* right,
                                                 const LinkResult& result,
                                                 const std::vector<Decision>& decisions,
                                                 const EstimateOptions& options = {});

/// Links `decoy_count` decoys along with the left file under the result's model and threshold, and counts
/// those that find somebody. Everybody first, then by column and value. \retval kInvalid as link() says, or a
/// column is missing or has too many values.
Result<std::vector<DecoyEstimate>> estimate_from_decoys(const table::Table& left, const table::Table* right,
                                                        const LinkResult& result, std::size_t decoy_count,
                                                        const LinkOptions& link_options,
                                                        const EstimateOptions& options = {});

}  // namespace kinfold::linkage
