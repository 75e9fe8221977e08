// The stages that link() and match_to_register() share.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "linkage/assign.h"
#include "linkage/cluster.h"
#include "linkage/compared_pairs_internal.h"
#include "linkage/score_internal.h"

namespace kinfold::linkage {

/// One stage of the work on the progress report, from here to the end of the scope.
class StageScope {
 public:
  StageScope(Progress* progress, std::string_view stage) : progress_(progress) {
    if (progress_ != nullptr) progress_->begin(stage, 1);
  }
  ~StageScope() {
    if (progress_ != nullptr) progress_->end();
  }
  StageScope(const StageScope&) = delete;
  StageScope& operator=(const StageScope&) = delete;

 private:
  Progress* progress_;
};

/// Records, comparisons and blocks of one run. Held by pointer: they refer to one another.
struct Run {
  std::size_t thread_count = 1;
  std::unique_ptr<Records> records;
  std::unique_ptr<Comparer> comparer;
  std::unique_ptr<PartTables> parts;
  std::unique_ptr<Blocker> blocker;
  std::optional<ComparedPairs> compared;  ///< All candidate pairs, where compare_few() found them few.
  bool scored_again = false;              ///< It will be scored and decided once more.
  Model model;                            ///< As given, or with the blocking rules that were chosen.
  std::string choice_note;                ///< How they were; "" where none had to be chosen.
  /// What they were chosen by: a fit to the pairs of all candidate rules, which saw more than the chosen ones
  /// bring in.
  std::optional<EmFit> fit;
  RandomShares random;  ///< Behind that fit.
};

/// What `left` and `right` are of larger files; the whole of them where there is no census.
struct Part {
  const Census* census = nullptr;  ///< Must outlive the run.
  BlockShare share = {};
};
Result<Run> prepare(const table::Table& left, const table::Table* right, const Model& model,
                    const LinkOptions& options, bool ids_must_differ, const Part& part = {});

/// Fills run.compared.
void compare_few(Run& run, Progress* progress);

/// The estimates of a fitted model, for the comparisons in use.
EmModel given_model(const Comparer& comparer, const Model& model);
/// A share with its 95 % interval.
struct BlockingRecall {
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
};
FitReport fit_report(const EmFit& fit, const BlockingRecall& recall);
/// The run's own fit, where rules were chosen by one; a fitted model is taken as it is; any other is fitted
/// to the run's pairs. `counted`: the patterns, where they were counted elsewhere.
Result<EmFit> fit_model(const Run& run, const Model& model, RandomShares& random,
                        const std::vector<PatternCount>* counted = nullptr);
void write_back(const Comparer& comparer, const EmFit& fit, const RandomShares& random, Model& model);

struct DecoyRun;

/// The rest of link() once the pairs are scored: fills all of `result` but its model, fit and blocking, which
/// must be there. `bounds`: the scorer's, where they are there already. What `run` has that is not asked for
/// any more is given back on the way, unless it will be scored again.
Status decide(LinkResult& result, Run& run, const Scorer& scorer, std::optional<RatioBounds> bounds,
              KeptPairs kept, const table::Table& left, const table::Table* right, const LinkOptions& options,
              const DecoyRun* decoys = nullptr);
/// Fills the clusters of `result` from those of the records, numbered from 0 by the first row of the tables
/// that each has.
void number_clusters(LinkResult& result, const Records& records, const std::vector<std::uint32_t>& cluster);

/// Estimated share of all matches that blocking finds, from how many rules find each expected match:
/// of those found by one rule only (f1) and by two (f2), about f1^2 / (2 f2) more are found by none.
/// Rules that fail together make this too favourable. Source: Chao (1987), Biometrics 43, 783-791.
/// The interval is his, on the log of the number missed.
BlockingRecall blocking_recall(const Run& run, const KeptPairs& kept);
BlockingRecall recall_of_counts(double found, double found_once, double found_twice);

}  // namespace kinfold::linkage
