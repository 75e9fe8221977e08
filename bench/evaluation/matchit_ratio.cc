// Nearest-neighbour matching beside Debian's MatchIt in one run, on the same scores: prints both times and
// their ratio, and fails if it matches fewer people or less closely. (MatchIt 4.5.1 takes the nearest from
// below alone: docs/methods/evaluation.md.) Usage: kinfold_matchit_ratio UNITS MATCHIT_R_SCRIPT
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/random.h"
#include "evaluation/nearest.h"
#include "peak_memory.h"

namespace {

using namespace kinfold::evaluation;

struct Scores {
  std::vector<double> treated;
  std::vector<double> pool;
};

/// A third is treated and has higher scores; written with all digits, so that both programs read the same
/// numbers.
Scores make_scores(std::size_t count, const std::string& path) {
  kinfold::RandomStream random(7);
  std::FILE* file = std::fopen(path.c_str(), "w");
  if (file == nullptr) std::exit(1);
  std::fputs("treat,score\n", file);
  Scores out;
  for (std::size_t i = 0; i < count; ++i) {
    const bool treated = i % 3 == 0;
    const double score = 1 / (1 + std::exp(-(random.normal() + (treated ? 0.3 : -0.3))));
    (treated ? out.treated : out.pool).push_back(score);
    std::fprintf(file, "%d,%.17g\n", treated ? 1 : 0, score);
  }
  std::fclose(file);
  return out;
}

struct MatchRun {
  double seconds = 0;
  std::size_t matched = 0;
  double mean_distance = 0;
  double megabytes = 0;  ///< Beyond the data itself.
};

template <typename Work>
MatchRun best_of_five(Work work) {
  MatchRun out;
  const PeakMemory memory;
  for (int k = 0; k < 5; ++k) {
    const auto start = std::chrono::steady_clock::now();
    MatchRun now = work();
    now.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (k == 0 || now.seconds < out.seconds) out = now;
  }
  out.megabytes = memory.megabytes();
  return out;
}

MatchRun without_replacement(const Scores& scores) {
  const auto matched =
      match_without_replacement(scores.treated, scores.pool, MatchOrder::kLargest, std::nullopt);
  MatchRun out;
  for (std::size_t i = 0; i < matched.size(); ++i) {
    if (matched[i] == kUnmatched) continue;
    ++out.matched;
    out.mean_distance += std::fabs(scores.pool[matched[i]] - scores.treated[i]);
  }
  out.mean_distance /= static_cast<double>(out.matched);
  return out;
}

MatchRun with_replacement(const Scores& scores) {
  const auto pool = sort_scores(scores.pool);
  const auto ranges = match_with_replacement(scores.treated, pool, {1, std::nullopt, 0});
  MatchRun out;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (ranges[i].count() == 0) continue;
    ++out.matched;
    out.mean_distance += std::fabs(pool.score[ranges[i].begin] - scores.treated[i]);
  }
  out.mean_distance /= static_cast<double>(out.matched);
  return out;
}

bool compare(const char* what, const MatchRun& ours, const MatchRun& theirs) {
  std::printf(
      "%s: MatchIt %.2f s, Kinfold %.4f s, ratio %.0f; %.0f and %.0f MB; %zu and %zu matched, mean distance "
      "%.3g and %.3g\n",
      what, theirs.seconds, ours.seconds, theirs.seconds / ours.seconds, theirs.megabytes, ours.megabytes,
      theirs.matched, ours.matched, theirs.mean_distance, ours.mean_distance);
  return ours.matched >= theirs.matched &&
         (ours.matched > theirs.matched || ours.mean_distance <= theirs.mean_distance * (1 + 1e-9));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const auto path = (std::filesystem::temp_directory_path() / "kinfold_matchit_scores.csv").string();
  const auto scores = make_scores(static_cast<std::size_t>(std::atoll(argv[1])), path);
  const MatchRun ours[2] = {best_of_five([&] { return without_replacement(scores); }),
                            best_of_five([&] { return with_replacement(scores); })};
  std::FILE* r = popen(("Rscript --vanilla '" + std::string(argv[2]) + "' '" + path + "'").c_str(), "r");
  MatchRun theirs[2];
  bool complete = r != nullptr;
  for (auto& one : theirs)
    complete = complete && std::fscanf(r, "%lf %zu %lf %lf", &one.seconds, &one.matched, &one.mean_distance,
                                       &one.megabytes) == 4;
  if (r != nullptr) pclose(r);
  std::filesystem::remove(path);
  if (!complete) return 1;
  const bool a = compare("without replacement", ours[0], theirs[0]);
  const bool b = compare("with replacement", ours[1], theirs[1]);
  return a && b ? 0 : 1;
}
