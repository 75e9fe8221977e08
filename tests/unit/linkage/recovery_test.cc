// Whether the estimation finds the parameters that simulated files were made with.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "linkage/link.h"
#include "people.h"
#include "repetitions.h"

namespace kinfold::linkage {
namespace {

// What the files themselves show: shares of exact agreement among their true pairs.
std::map<std::string, double> shown_by_true_pairs(const table::Table& left, const table::Table& right,
                                                  std::map<std::string, double>& counts) {
  std::map<std::string, std::size_t> row_of;
  for (std::size_t row = 0; row < right.row_count(); ++row)
    row_of[std::string(right.columns()[1].string_at(row))] = row;
  std::map<std::string, double> same;
  for (std::size_t row = 0; row < left.row_count(); ++row) {
    const auto other = row_of.find(std::string(left.columns()[1].string_at(row)));
    if (other == row_of.end()) continue;
    for (std::size_t c = 2; c < left.column_count(); ++c) {
      const auto& one = left.columns()[c];
      const auto& two = right.columns()[c];
      if (one.is_null(row) || two.is_null(other->second)) continue;
      counts[one.name()] += 1.0;
      same[one.name()] += one.string_at(row) == two.string_at(other->second);
    }
  }
  for (auto& [name, share] : same) share /= counts[name];
  return same;
}

// Every value is wrong in one of twenty cases in either file. The stated error: four standard errors of a
// share among so many matches, and a hundredth for what blocking misses (matches that no rule finds have more
// errors than the others).
TEST(Estimation, RecoversTheParametersOfSimulatedFiles) {
  for (const auto seed : seeds({81, 82, 83})) {
    const testing_people::People people(6000, seed);
    const auto left = people.file(0, 4000, 0.1, 1);
    const auto right = people.file(2000, 6000, 0.1, 2);
    LinkOptions options;
    options.thread_count = 1;
    const auto training = train(left, &right, people_model(), options);
    ASSERT_TRUE(training.ok()) << training.error().message;
    EXPECT_TRUE(training.value().fit.converged);
    std::map<std::string, double> counts;
    const auto shown = shown_by_true_pairs(left, right, counts);
    const double rate = 2000.0 / (4000.0 * 4000.0);
    EXPECT_NEAR(training.value().model.match_rate / rate, 1.0, 0.02) << "seed " << seed;
    std::size_t compared = 0;
    for (const auto& comparison : training.value().model.comparisons) {
      const auto truth = shown.find(comparison.name);
      if (truth == shown.end() || comparison.name == "gender")
        continue;  // A misspelt gender is read as none.
      ++compared;
      const double error = std::sqrt(truth->second * (1.0 - truth->second) / counts[comparison.name]);
      EXPECT_NEAR(comparison.levels[0].m.value, truth->second, 4.0 * error + 0.01)
          << comparison.name << ", seed " << seed;
    }
    EXPECT_EQ(compared, 5U);
  }
}

}  // namespace
}  // namespace kinfold::linkage
