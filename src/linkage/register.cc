#include "linkage/register.h"

#include <algorithm>

#include "linkage/pairing_internal.h"
#include "linkage/run_internal.h"
#include "linkage/screen_internal.h"

namespace kinfold::linkage {

struct RegisterMatcher::State {
  const table::Table* people = nullptr;
  Model model;  // Fitted by the first part that makes pairs.
  LinkOptions options;
  std::uint64_t register_row_count = 0;
  KeptPairs kept;  // left: row of people; right: row of the whole register.
  std::uint64_t candidate_pair_count = 0;
  FitReport fit;
  std::vector<std::string> notes;
};

RegisterMatcher::RegisterMatcher(const table::Table& people, const Model& model, const LinkOptions& options)
    : state_(std::make_unique<State>()) {
  state_->people = &people;
  state_->model = model;
  state_->options = options;
  state_->notes = model.notes;
}
RegisterMatcher::RegisterMatcher(RegisterMatcher&&) noexcept = default;
RegisterMatcher::~RegisterMatcher() = default;

Status RegisterMatcher::add(const table::Table& part) {
  State& state = *state_;
  if (part.row_count() == 0 || state.people->row_count() == 0) return {};
  if (state.register_row_count + part.row_count() >= RegisterMatch::kNoRow) {
    return invalid("the register has more rows than can be numbered (4,294,967,294); match it in two goes");
  }
  auto prepared = prepare(*state.people, &part, state.model, state.options, false);
  if (!prepared.ok()) return prepared.error();
  const Run& run = prepared.value();
  const std::uint64_t first_row = state.register_row_count;
  state.register_row_count += part.row_count();
  if (run.blocker->pair_count() == 0) return {};
  RandomShares random;
  auto fit = fit_model(run, state.model, random);
  if (!fit.ok()) return fit.error();
  if (!state.model.fitted) {
    write_back(*run.comparer, fit.value(), random, state.model);
    state.fit = fit_report(fit.value(), {});
  }
  const Scorer scorer(*run.records, *run.comparer, fit.value().model,
                      state.model.settings.term_frequency_by_u);
  const RatioBounds bounds(scorer, run.thread_count);
  auto yields = run.blocker->yields();
  auto kept = score_pairs(scorer, bounds, *run.blocker, state.model.settings.weight_floor_bits, yields,
                          run.thread_count, state.options.progress);
  for (const auto& yield : yields) state.candidate_pair_count += yield.first_pair_count;
  for (auto& pair : kept) {
    pair.left = run.records->row[pair.left];
    pair.right = static_cast<std::uint32_t>(first_row + run.records->row[pair.right]);
  }
  state.kept.insert(state.kept.end(), kept.begin(), kept.end());
  return {};
}

void RegisterMatcher::resume(std::uint64_t register_row_count, const std::vector<Candidate>& candidates) {
  state_->register_row_count = register_row_count;
  for (const auto& one : candidates)
    state_->kept.push_back({one.person_row, one.register_row, one.weight_bits, one.log_odds_bits, 0, 0.0});
}

std::vector<RegisterMatcher::Candidate> RegisterMatcher::candidates() const {
  std::vector<Candidate> candidates;
  for (const auto& pair : state_->kept)
    candidates.push_back({pair.left, pair.right, pair.weight_bits, pair.log_odds_bits});
  return candidates;
}

std::uint64_t RegisterMatcher::register_row_count() const { return state_->register_row_count; }

RegisterMatches RegisterMatcher::matches() const {
  const State& state = *state_;
  RegisterMatches result;
  result.matches.resize(state.people->row_count());
  result.candidate_pair_count = state.candidate_pair_count;
  result.fit = state.fit;
  result.model = state.model;
  result.notes = state.notes;
  // Register rows that are in a pair get small numbers after the people's, as records of two files have.
  std::vector<std::uint32_t> rows;
  for (const auto& pair : state.kept) rows.push_back(pair.right);
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  auto kept = state.kept;
  for (auto& pair : kept) {
    pair.right = static_cast<std::uint32_t>(
        state.people->row_count() +
        static_cast<std::size_t>(std::lower_bound(rows.begin(), rows.end(), pair.right) - rows.begin()));
  }
  std::sort(kept.begin(), kept.end(), [](const KeptPair& a, const KeptPair& b) {
    return a.left != b.left ? a.left < b.left : a.right < b.right;
  });
  const auto probability = compete(kept, state.people->row_count() + rows.size());
  const double least = state.options.threshold.value_or(kWeakProbabilityMin);
  for (const auto n : assign(kept, result.notes)) {
    if (probability[n] < least) continue;
    result.matches[kept[n].left] = {rows[kept[n].right - state.people->row_count()], kept[n].weight_bits,
                                    probability[n], grade_of(probability[n])};
  }
  return result;
}

}  // namespace kinfold::linkage
