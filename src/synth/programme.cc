#include "synth/programme.h"

#include <cmath>

#include "base/parallel.h"
#include "synth/life_internal.h"

namespace kinfold::synth {

namespace {

constexpr std::size_t kFamiliesPerChunk = 256;
constexpr double kProgrammeShare = 0.50;  ///< Of all families.
constexpr double kWaitingShare = 0.35;

std::size_t threads_of(const SynthOptions& options) {
  return options.thread_count == 0 ? default_thread_count() : options.thread_count;
}

int draw_authority(RandomStream& random) {
  const double u = random.uniform();
  return u < 0.45 ? 0 : u < 0.78 ? 1 : 2;
}

void begin_family(Family& family, std::uint64_t index, const SynthOptions& options) {
  RandomStream random(options.seed, {kStreamFamily, index});
  family.index = index;
  family.authority = draw_authority(random);
  family.start = Date{random.between(options.start_first.days, options.start_last.days)};
  const auto first_id = static_cast<std::int64_t>(index) * kPeopleMax + 1;
  family.household = programme_household(family.authority, family.start, first_id, random);
  live_until_start(family, options.seed);
}

/// The intercept at which the mean of logistic(intercept + score) is `target`, by bisection.
double solve_intercept(const std::vector<double>& scores, double target) {
  double low = -20;
  double high = 20;
  for (int step = 0; step < 44; ++step) {
    const double middle = (low + high) / 2;
    double sum = 0;
    for (const double score : scores) sum += logistic(middle + score);
    (sum < target * static_cast<double>(scores.size()) ? low : high) = middle;
  }
  return (low + high) / 2;
}

bool eligible(const Family& family) { return family.problem_count() >= 2; }

/// Support goes to the most needy first, as far as files show it; those who wait come next.
void choose_groups(std::vector<Family>& families, std::uint64_t seed) {
  std::vector<double> score(families.size());
  std::vector<double> eligible_scores;
  for (std::size_t i = 0; i < families.size(); ++i) {
    score[i] = selection_score(families[i]);
    if (eligible(families[i])) eligible_scores.push_back(score[i]);
  }
  if (eligible_scores.empty()) eligible_scores.push_back(0);
  const double eligible_share =
      static_cast<double>(eligible_scores.size()) / static_cast<double>(families.size());
  const double level = solve_intercept(eligible_scores, std::min(0.95, kProgrammeShare / eligible_share));
  std::vector<double> rest;
  for (auto& family : families) {
    RandomStream random(seed, {kStreamChoice, family.index});
    const bool chosen = random.chance(logistic(level + score[family.index]));
    family.group = eligible(family) && chosen ? Group::kProgramme : Group::kWaiting;
    if (family.group == Group::kProgramme) {
      family.end = add_days(family.start, random.between(120, 480));
    } else {
      rest.push_back(0.5 * score[family.index] + (eligible(family) ? 0 : -1.0));
    }
  }
  if (rest.empty()) return;
  const double waiting_level = solve_intercept(rest, kWaitingShare / (1 - kProgrammeShare));
  std::size_t place = 0;
  for (auto& family : families) {
    if (family.group == Group::kProgramme) continue;
    RandomStream random(seed, {kStreamChoice, family.index, 1});
    if (!random.chance(logistic(waiting_level + rest[place++]))) family.group = Group::kAssessed;
  }
}

Intercepts solve_outcomes(const std::vector<Family>& families, const SynthOptions& options) {
  std::array<std::vector<double>, kOutcomeCount> scores;
  for (const auto& family : families) {
    if (family.group != Group::kProgramme) continue;
    const double shared = family_effect_of(options.seed, family.index);
    for (std::size_t i = 0; i < family.members.size(); ++i) {
      for (std::size_t k = 0; k < kOutcomeCount; ++k) {
        if (!in_population(family.household.people[i], family.start, outcome_specs()[k].population)) continue;
        scores[k].push_back(static_cast<double>(family.members[i].risk_score[k]) + shared);
      }
    }
  }
  Intercepts intercepts;
  parallel_chunks(kOutcomeCount, 1, threads_of(options), [&](std::size_t k, std::size_t, std::size_t) {
    intercepts.of[k] =
        scores[k].empty() ? -4.0 : solve_intercept(scores[k], outcome_specs()[k].comparison_share);
  });
  return intercepts;
}

}  // namespace

Programme build_programme(const SynthOptions& options, Progress& progress) {
  Programme programme;
  auto& families = programme.families;
  families.resize(options.family_count);
  progress.begin("families", options.family_count);
  parallel_chunks(families.size(), kFamiliesPerChunk, threads_of(options),
                  [&](std::size_t, std::size_t begin, std::size_t end) {
                    for (std::size_t i = begin; i < end; ++i) begin_family(families[i], i, options);
                  });
  progress.advance(options.family_count / 2);
  choose_groups(families, options.seed);
  programme.intercepts = solve_outcomes(families, options);
  std::vector<OutcomeSums> sums((families.size() - 1) / kFamiliesPerChunk + 1);
  parallel_chunks(families.size(), kFamiliesPerChunk, threads_of(options),
                  [&](std::size_t chunk, std::size_t begin, std::size_t end) {
                    for (std::size_t i = begin; i < end; ++i) {
                      live_after_start(families[i], programme.intercepts, options.planted_effects,
                                       options.seed, sums[chunk]);
                    }
                  });
  for (const auto& part : sums) programme.sums.add(part);
  for (const auto& family : families) programme.person_count += family.members.size();
  progress.advance(options.family_count);
  progress.end();
  return programme;
}

}  // namespace kinfold::synth
