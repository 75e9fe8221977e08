// Links two files, or finds the duplicates in one, with a Fellegi-Sunter model fitted to them.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "linkage/decisions.h"
#include "linkage/explanation.h"
#include "linkage/insight.h"
#include "linkage/model.h"
#include "table/table.h"

namespace kinfold::linkage {

/// Two files: how often a record may be linked. "One to many": a record of the left file to several of the
/// right one, each of which to it alone. kAuto looks whether a file holds people more than once.
enum class Pairing { kAuto, kOneToOne, kOneToMany, kManyToOne, kMany };
std::string_view pairing_name(Pairing pairing);  ///< "auto", "one-to-one" ...
std::optional<Pairing> pairing_of(std::string_view name);

struct LinkOptions {
  std::size_t thread_count = 0;  ///< 0: all cores. The result is the same on any number.
  Pairing pairing = Pairing::kAuto;
  /// Posterior probability from which a pair is taken. Not set: chosen so that the expected F1 is
  /// highest, from the fitted probabilities alone.
  std::optional<double> threshold;
  std::uint64_t pair_count_max =
      4'000'000'000;  ///< More candidate pairs than this are refused before starting.
  std::vector<Decision>
      decisions;  ///< Drawn::kChosen ones are honoured where the model has a clerical stage.
  std::vector<RowPair> explain_rows;  ///< Pairs to be explained, whether or not a rule finds them.
  bool insight =
      true;  ///< Work out LinkResult::insight too, which reports show; else insight_of() can later.
  std::size_t doubtful_explained_max =
      6;                         ///< So many of the pairs nearest to the threshold are explained too.
  Progress* progress = nullptr;  ///< Not owned.
};

inline constexpr std::uint8_t kNoStage = 255;

/// What a stage of the model did.
struct StageYield {
  std::string name;
  StageKind kind = StageKind::kProbabilistic;
  std::uint64_t link_count = 0;      ///< Pairs that it linked.
  std::uint64_t conflict_count = 0;  ///< Matchkey: records whose key leads to several.
  std::uint64_t review_count = 0;    ///< Clerical: pairs set aside that nobody has decided.
};

/// A pair of records, by row number in the tables given (both in the left one when one file is
/// deduplicated; left < right then).
struct ScoredPair {
  std::uint32_t left = 0;
  std::uint32_t right = 0;
  double weight_bits = 0.0;       ///< log2 of the likelihood ratio, term frequencies included.
  double probability = 0.0;       ///< Posterior, calibrated as docs/methods/linkage.md says.
  std::uint32_t pattern = 0;      ///< Index into LinkResult::patterns.
  bool linked = false;            ///< In the final answer (above the threshold, assigned, in one cluster).
  std::uint8_t stage = kNoStage;  ///< Index into LinkResult::stages: by which it was linked or, not linked,
                                  ///< set aside for people.
};

/// The size of a block; what its records have in common is not told.
struct BlockSize {
  std::uint64_t left_count = 0;
  std::uint64_t right_count = 0;  ///< 0 where one file is deduplicated.
  std::uint64_t pair_count = 0;
};

/// What a blocking rule brought in.
struct RuleYield {
  std::string name;
  std::uint64_t pair_count = 0;           ///< Pairs that it finds.
  std::uint64_t first_pair_count = 0;     ///< Of those, found by no rule before it.
  std::uint64_t skipped_block_count = 0;  ///< Blocks left out as too large.
  std::uint64_t skipped_pair_count = 0;
  std::vector<BlockSize> largest_blocks;  ///< At most three, left out or not, the largest first.
  double expected_matches = 0.0;          ///< Sum of probabilities over its first pairs.
  bool usable = true;                     ///< False: a file lacks one of its fields.
};

struct FitReport {
  bool converged = false;
  int iteration_count = 0;
  double log_likelihood_nats = 0.0;
  double match_rate = 0.0;
  double expected_match_count = 0.0;  ///< Among candidate pairs.
  double blocking_recall = 0.0;       ///< Estimated share of matches that the rules find,
  double blocking_recall_low = 0.0;   ///< and its 95 % interval, as far as the rules fail independently.
  double blocking_recall_high = 0.0;
};

struct ThresholdPoint {
  double probability = 0.0;
  double expected_precision = 0.0;
  double expected_recall = 0.0;
  double expected_f1 = 0.0;
  std::uint64_t pair_count = 0;
};

struct LinkResult {
  std::vector<ScoredPair> pairs;             ///< Every pair above the floor, by (left, right).
  std::vector<std::uint32_t> left_cluster;   ///< Cluster number of each row; numbered by first row.
  std::vector<std::uint32_t> right_cluster;  ///< Empty when one file was deduplicated.
  std::uint64_t cluster_count = 0;
  std::uint64_t candidate_pair_count = 0;
  double threshold_probability = 0.0;
  Pairing pairing = Pairing::kOneToOne;  ///< As used; kAuto where one file was deduplicated.
  std::vector<ThresholdPoint> threshold_curve;
  std::vector<std::vector<std::uint8_t>> patterns;  ///< Level of each comparison; 255: a value is missing.
  std::vector<RuleYield> blocking;
  std::vector<StageYield> stages;  ///< In the model's order; one where it has no list.
  FitReport fit;
  Insight insight;                 ///< Only completeness at most where LinkOptions::insight is off.
  Model model;                     ///< Fitted; only the comparisons that were used.
  std::vector<std::string> notes;  ///< What was left out or assumed, in plain words.
};

/// `right` null: finds duplicates within `left`.
///
/// Fields are assumed independent given the class of a pair, which is one of three: the same
/// person, two unrelated people, two people who belong together (a household); the third takes up
/// the dependence that matters most. Deterministic, whatever the order of the rows, provided the
/// ids are kept.
/// \retval kInvalid for duplicate ids, an empty file, no usable comparison or rule, too many pairs.
/// Source: Fellegi and Sunter (1969), "A theory for record linkage", JASA 64; docs/methods/linkage.md.
Result<LinkResult> link(const table::Table& left, const table::Table* right, const Model& model,
                        const LinkOptions& options = {});

/// LinkResult::insight of a result that came without, from the same tables and options.
Result<Insight> insight_of(const table::Table& left, const table::Table* right, const LinkResult& result,
                           const LinkOptions& options = {});

/// A model fitted to the tables' own pairs, and how the fit went.
struct Training {
  Model model;
  FitReport fit;  ///< blocking_recall is 0: it takes scored pairs.
  std::uint64_t candidate_pair_count = 0;
  std::vector<std::string> notes;
};
/// The part of link() that fits: link() with the model handed back finds what it would have found with the
/// model given here. A model that is fitted already comes back as it is.
/// \retval kInvalid as link().
Result<Training> train(const table::Table& left, const table::Table* right, const Model& model,
                       const LinkOptions& options = {});

}  // namespace kinfold::linkage
