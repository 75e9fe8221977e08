#include "linkage/link.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "base/parallel.h"
#include "linkage/auto_block_internal.h"
#include "linkage/budget.h"
#include "linkage/decoy_run_internal.h"
#include "linkage/frequencies_internal.h"
#include "linkage/insight_internal.h"
#include "linkage/run_internal.h"
#include "linkage/screen_internal.h"

namespace kinfold::linkage {
namespace {

std::size_t threads_of(const LinkOptions& options) {
  return options.thread_count == 0 ? default_thread_count() : options.thread_count;
}

// The pairs of all candidate rules together, for one look at each: so many for a rule and record.
constexpr double kSearchPairsMax = 2e8;

void widen_to_candidates(Model& model, std::size_t record_count) {
  std::erase_if(model.blocking, [](const BlockingRule& rule) { return !rule.on_clusters; });
  const auto candidates = candidate_rules(model);
  model.blocking.insert(model.blocking.begin(), candidates.begin(), candidates.end());
  const double each = kSearchPairsMax / (static_cast<double>(record_count) *
                                         static_cast<double>(std::max<std::size_t>(1, candidates.size())));
  model.settings.pairs_per_record_max = std::min(
      {model.settings.pairs_per_record_max, model.settings.auto_pairs_per_record, std::max(5.0, each)});
}

Status make_blocks(Run& run, const BlockShare& share) {
  run.parts = std::make_unique<PartTables>(*run.records, run.model, run.thread_count);
  auto blocker = Blocker::create(*run.records, run.model, *run.parts, run.thread_count, share);
  if (!blocker.ok()) return blocker.error();
  run.blocker = std::make_unique<Blocker>(std::move(blocker).value());
  return {};
}

}  // namespace

Result<Run> prepare(const table::Table& left, const table::Table* right, const Model& model,
                    const LinkOptions& options, bool ids_must_differ, const Part& part) {
  for (const auto& field : model.fields) {
    if (!field.frequencies.file.empty() && field.frequencies.counts.empty()) {
      return invalid(
          "field " + field.name +
          " names a table of frequencies that was not read; read the model from its file, or give the table");
    }
  }
  Run run;
  run.thread_count = threads_of(options);
  run.model = model;
  if (model.settings.blocking_auto)
    widen_to_candidates(run.model, left.row_count() + (right == nullptr ? 0 : right->row_count()));
  auto records = [&] {
    const StageScope stage(options.progress, "encode");
    return encode(left, right, run.model, {run.thread_count, ids_must_differ, false, part.census});
  }();
  if (!records.ok()) return records.error();
  run.records = std::make_unique<Records>(std::move(records).value());
  if (part.census != nullptr) take_counts(*run.records, *part.census);
  const StageScope stage(options.progress, "block");
  auto comparer = Comparer::create(*run.records, run.model);
  if (!comparer.ok()) return comparer.error();
  run.comparer = std::make_unique<Comparer>(std::move(comparer).value());
  if (auto status = make_blocks(run, part.share); !status.ok()) return status.error();
  if (model.settings.blocking_auto && run.blocker->pair_count() > 0) {
    auto chosen = choose_blocking(run, run.model);
    if (!chosen.ok()) return chosen.error();
    std::erase_if(run.model.blocking, [](const BlockingRule& rule) { return !rule.on_clusters; });
    run.model.blocking.insert(run.model.blocking.begin(), chosen.value().rules.begin(),
                              chosen.value().rules.end());
    run.model.settings.blocking_auto =
        false;  // The fitted model names its rules, and links alike when it is given again.
    run.choice_note = std::move(chosen.value().note);
    run.fit = std::move(chosen.value().fit);
    run.random = std::move(chosen.value().random);
    if (auto status = make_blocks(run, part.share); !status.ok()) return status.error();
  }
  if (run.blocker->pair_count() > options.pair_count_max) {
    return invalid(budget_sentence(run.blocker->yields()) + ": more than the limit of " +
                   short_count(options.pair_count_max) +
                   " pairs. Make the rules finer, lower pairs_per_record_max in the model's settings, or "
                   "raise the limit with --pairs-max");
  }
  give_back_heap();
  return run;
}

void compare_few(Run& run, Progress* progress) {
  run.compared = ComparedPairs::of(*run.records, *run.comparer, *run.blocker, run.thread_count, progress);
}

namespace {

Status check_rows(const table::Table& left, const table::Table* right) {
  if (left.row_count() > 0 && (right == nullptr || right->row_count() > 0)) return {};
  return invalid("the " + std::string(left.row_count() == 0 ? "left" : "right") +
                 " file has no rows; nothing can be linked");
}

}  // namespace

Result<Training> train(const table::Table& left, const table::Table* right, const Model& model,
                       const LinkOptions& options) {
  if (auto status = check_rows(left, right); !status.ok()) return status.error();
  auto prepared = prepare(left, right, model, options, true);
  if (!prepared.ok()) return prepared.error();
  Run& run = prepared.value();
  Training training{run.model, {}, run.blocker->pair_count(), run.records->notes};
  training.notes.insert(training.notes.end(), model.notes.begin(), model.notes.end());
  if (run.blocker->pair_count() == 0)
    return invalid(
        "no two records share a blocking key: there is nothing to fit a model to; check the blocking rules");
  if (!model.fitted && !run.fit) compare_few(run, options.progress);
  const StageScope stage(options.progress, "estimate");
  RandomShares random;
  const auto fit = fit_model(run, model, random);
  if (!fit.ok()) return fit.error();
  write_back(*run.comparer, fit.value(), random, training.model);
  training.fit = fit_report(fit.value(), {});
  return training;
}

namespace {

// What follows once the model is fitted.
Status score_and_decide(LinkResult& result, Run& run, const EmFit& fit, const table::Table& left,
                        const table::Table* right, const LinkOptions& options, const DecoyRun* decoys) {
  const auto& settings = run.model.settings;
  const Scorer scorer(*run.records, *run.comparer, fit.model, settings.term_frequency_by_u);
  std::optional<RatioBounds> bounds;
  if (!run.compared) bounds.emplace(scorer, run.thread_count);
  const double floor_bits = settings.weight_floor_bits;
  auto kept = run.compared ? score_compared(scorer, *run.compared, floor_bits, result.blocking,
                                            run.thread_count, options.progress)
                           : score_pairs(scorer, *bounds, *run.blocker, floor_bits, result.blocking,
                                         run.thread_count, options.progress);
  for (const auto& yield : result.blocking) result.candidate_pair_count += yield.first_pair_count;
  result.fit = fit_report(fit, blocking_recall(run, kept));
  if (!run.scored_again) {
    run.compared.reset();
    run.blocker->release_blocks();
  }
  return decide(result, run, scorer, std::move(bounds), std::move(kept), left, right, options, decoys);
}

Result<LinkResult> link_among(const table::Table& left, const table::Table* right, const Model& model,
                              const LinkOptions& options, const DecoyRun* decoys) {
  if (auto status = check_rows(left, right); !status.ok()) return status.error();
  const std::size_t second_count = right == nullptr ? left.row_count() : right->row_count();
  for (const auto& [one, other] : options.explain_rows) {
    if (one >= left.row_count() || other >= second_count)
      return invalid(
          "a pair to be explained names a row that its table does not have; rows are counted from 0");
  }
  auto prepared = prepare(left, right, model, options, true);
  if (!prepared.ok()) return prepared.error();
  Run& run = prepared.value();
  LinkResult result;
  result.notes = run.records->notes;
  result.notes.insert(result.notes.end(), model.notes.begin(), model.notes.end());
  if (!run.choice_note.empty()) result.notes.push_back(run.choice_note);
  result.model = run.model;
  if (run.blocker->pair_count() == 0) {
    result.notes.emplace_back(
        "no two records share a blocking key: nothing was compared, and nothing is linked");
    result.blocking = run.blocker->yields();
    result.insight.completeness = completeness_of(*run.records);
    std::vector<std::uint32_t> alone(run.records->count);
    std::iota(alone.begin(), alone.end(), 0U);
    number_clusters(result, *run.records, alone);
    return result;
  }
  constexpr std::size_t kFewRecords = 100;
  if (!model.fitted && run.records->count < kFewRecords) {
    result.notes.emplace_back(
        "so few records hardly say how common a value is, and weights are rough: a model fitted to more of "
        "them (--model) or tables "
        "of frequencies (--frequencies) say it better");
  }
  compare_few(run, options.progress);
  RandomShares random;
  auto fit = [&] {
    const StageScope stage(options.progress, "estimate");
    return fit_model(run, model, random);
  }();
  if (!fit.ok()) return fit.error();
  write_back(*run.comparer, fit.value(), random, result.model);
  result.blocking = run.blocker->yields();
  if (model.settings.term_frequency_by_person) {
    LinkResult first = result;
    LinkOptions quick = options;
    quick.insight = false;
    run.scored_again = true;
    if (auto status = score_and_decide(first, run, fit.value(), left, right, quick, decoys); !status.ok())
      return status.error();
    run.scored_again = false;
    count_by_person(*run.records, first.left_cluster, first.right_cluster);
  }
  if (auto status = score_and_decide(result, run, fit.value(), left, right, options, decoys); !status.ok())
    return status.error();
  return result;
}

}  // namespace

Result<LinkResult> link(const table::Table& left, const table::Table* right, const Model& model,
                        const LinkOptions& options) {
  return link_among(left, right, model, options, nullptr);
}

Result<LinkResult> link_decoys(const table::Table& left, const table::Table& right, const Model& model,
                               const LinkOptions& options, const DecoyRun& decoys) {
  return link_among(left, &right, model, options, &decoys);
}

}  // namespace kinfold::linkage
