#include "linkage/match.h"

#include "linkage/pairing_internal.h"
#include "linkage/run_internal.h"
#include "linkage/screen_internal.h"

namespace kinfold::linkage {

std::string_view grade_name(Grade grade) {
  switch (grade) {
    case Grade::kStrong: return "strong";
    case Grade::kGood: return "good";
    case Grade::kWeak: return "weak";
    case Grade::kNone: break;
  }
  return "none";
}

Grade grade_of(double probability) {
  if (probability >= kStrongProbabilityMin) return Grade::kStrong;
  if (probability >= kGoodProbabilityMin) return Grade::kGood;
  return probability >= kWeakProbabilityMin ? Grade::kWeak : Grade::kNone;
}

Result<RegisterMatches> match_to_register(const table::Table& people, const table::Table& register_table,
                                          const Model& model, const LinkOptions& options) {
  RegisterMatches result;
  result.matches.resize(people.row_count());
  result.model = model;
  if (people.row_count() == 0 || register_table.row_count() == 0) {
    result.notes.emplace_back(people.row_count() == 0 ? "there was nobody to look up"
                                                      : "the register has no rows");
    return result;
  }
  auto prepared = prepare(people, &register_table, model, options, false);
  if (!prepared.ok()) return prepared.error();
  const Run& run = prepared.value();
  if (run.blocker->pair_count() == 0) {
    result.notes.emplace_back("no person shares a blocking key with any record of the register");
    return result;
  }
  RandomShares random;
  auto fit = fit_model(run, model, random);
  if (!fit.ok()) return fit.error();
  write_back(*run.comparer, fit.value(), random, result.model);
  const Scorer scorer(*run.records, *run.comparer, fit.value().model, model.settings.term_frequency_by_u);
  const RatioBounds bounds(scorer, run.thread_count);
  auto yields = run.blocker->yields();
  const auto kept = score_pairs(scorer, bounds, *run.blocker, model.settings.weight_floor_bits, yields,
                                run.thread_count, options.progress);
  result.fit = fit_report(fit.value(), blocking_recall(run, kept));
  for (const auto& yield : yields) result.candidate_pair_count += yield.first_pair_count;
  const auto probability = compete(kept, run.records->count);
  const double least = options.threshold.value_or(kWeakProbabilityMin);
  for (const auto n : assign(kept, result.notes)) {
    if (probability[n] < least) continue;
    auto& match = result.matches[run.records->row[kept[n].left]];
    match = {run.records->row[kept[n].right], kept[n].weight_bits, probability[n], grade_of(probability[n])};
  }
  return result;
}

}  // namespace kinfold::linkage
