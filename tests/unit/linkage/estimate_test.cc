#include "linkage/estimate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "linkage/estimate_internal.h"
#include "people.h"
#include "repetitions.h"

namespace kinfold::linkage {
namespace {

using testing_people::People;

// A result of pairs whose truth is known and whose probabilities are too sure of themselves.
struct Made {
  table::Table left, right;
  LinkResult result;
  std::vector<bool> same;

  explicit Made(std::uint32_t count, std::uint64_t seed) {
    for (auto* table : {&left, &right}) {
      table->add("id", table::ColumnType::kString);
      table->add("area", table::ColumnType::kString);
    }
    RandomStream random(seed, {1});
    for (std::uint32_t n = 0; n < count; ++n) {
      for (auto* table : {&left, &right}) {
        table->columns()[0].append_string("r" + std::to_string(n));
        table->columns()[1].append_string(n % 4 == 0 ? "north" : "south");
      }
      const double bits = random.chance(0.6) ? 8.0 + 12.0 * random.uniform() : 12.0 * random.uniform() - 4.0;
      ScoredPair pair;
      pair.left = pair.right = n;
      pair.probability = 1.0 / (1.0 + std::exp2(-bits));
      pair.linked = bits > 1.0;
      result.pairs.push_back(pair);
      // The north is linked worse than it seems.
      same.push_back(random.chance(1.0 / (1.0 + std::exp2(-0.5 * bits + (n % 4 == 0 ? 1.0 : 0.0)))));
      result.left_cluster.push_back(n);
      result.right_cluster.push_back(n);
    }
    result.cluster_count = count;
  }

  std::vector<Decision> decide(const std::vector<SampledPair>& sample, double cannot_tell,
                               std::uint64_t seed) const {
    std::vector<Decision> decisions;
    RandomStream random(seed, {2});
    for (const auto& pair : sample) {
      const auto verdict = random.chance(cannot_tell) ? Verdict::kCannotTell
                           : same[pair.rows.first]    ? Verdict::kSame
                                                      : Verdict::kDifferent;
      const std::string id = "r" + std::to_string(pair.rows.first);
      decisions.push_back({id, id, "kim", verdict, Drawn::kSample});
    }
    return decisions;
  }

  PrecisionRecall truth(bool north_only) const {
    double linked = 0, matching = 0, both = 0;
    for (std::size_t n = 0; n < same.size(); ++n) {
      if (north_only && n % 4 != 0) continue;
      linked += result.pairs[n].linked;
      matching += same[n];
      both += result.pairs[n].linked && same[n];
    }
    return {{both / linked, 0, 0}, {both / matching, 0, 0}};
  }
};

bool within(const ShareEstimate& estimate, double truth) {
  return estimate.low <= truth && truth <= estimate.high;
}

TEST(Sample, SeesEveryStratumAndNoPairTwice) {
  const Made made(3000, 5);
  const auto strata = strata_of(made.result);
  const auto sample = draw_sample(made.result, 300, 1);
  ASSERT_EQ(sample.size(), 300U);
  std::vector<std::size_t> by_stratum(strata.size());
  std::vector<bool> seen(3000);
  for (const auto& pair : sample) {
    ++by_stratum[pair.stratum];
    EXPECT_FALSE(seen[pair.rows.first]);
    seen[pair.rows.first] = true;
  }
  for (std::size_t n = 0; n < strata.size(); ++n)
    EXPECT_GE(by_stratum[n], std::min<std::size_t>(strata[n].pair_count, 5)) << n;
  EXPECT_EQ(draw_sample(made.result, 300, 1)[7].rows, sample[7].rows);
  EXPECT_EQ(draw_sample(made.result, 100'000, 1).size(), 3000U);
}

// Tolerance: 200 runs of a true 95 % would fall below .91 once in a hundred times.
TEST(ClericalEstimate, IntervalsHoldTheTruthAsOftenAsTheySay) {
  constexpr int kRuns = kRepeats ? 200 : 20;
  int precision = 0, recall = 0, north_precision = 0, north_recall = 0;
  double width = 0.0;
  for (int run = 0; run < kRuns; ++run) {
    const auto seed = static_cast<std::uint64_t>(run);
    const Made made(3000, 100 + seed);
    const auto decisions = made.decide(draw_sample(made.result, 250, seed), 0.0, seed);
    const auto estimate =
        estimate_from_decisions(made.left, &made.right, made.result, decisions, {{"area"}, 50, seed});
    ASSERT_TRUE(estimate.ok()) << estimate.error().message;
    const auto& all = estimate.value().estimates;
    ASSERT_EQ(all.size(), 3U);
    precision += within(all[0].precision, made.truth(false).precision.value);
    recall += within(all[0].recall, made.truth(false).recall.value);
    width += (all[0].precision.high - all[0].precision.low) / kRuns;
    const auto& north = all[1].value == "north" ? all[1] : all[2];
    north_precision += within(north.precision, made.truth(true).precision.value);
    north_recall += within(north.recall, made.truth(true).recall.value);
  }
  if (kRepeats) {
    for (const int held : {precision, recall, north_precision, north_recall}) EXPECT_GE(held, 0.91 * kRuns);
  }
  EXPECT_LT(width, 0.10);  // An interval that says nothing would hold the truth too.
}

TEST(ClericalEstimate, CarriesCannotTellIntoTheRange) {
  const Made made(2000, 9);
  const auto sample = draw_sample(made.result, 400, 3);
  const auto sure = estimate_from_decisions(made.left, &made.right, made.result, made.decide(sample, 0.0, 1));
  const auto unsure =
      estimate_from_decisions(made.left, &made.right, made.result, made.decide(sample, 0.2, 1));
  ASSERT_TRUE(sure.ok() && unsure.ok());
  const auto width = [](const ShareEstimate& e) { return e.high - e.low; };
  EXPECT_GT(unsure.value().cannot_tell_count, 50U);
  EXPECT_GT(width(unsure.value().estimates[0].precision), width(sure.value().estimates[0].precision) + 0.1);
  EXPECT_TRUE(within(unsure.value().estimates[0].precision, made.truth(false).precision.value));
  EXPECT_TRUE(within(unsure.value().estimates[0].recall, made.truth(false).recall.value));
}

TEST(ClericalEstimate, OfAllPairsJudgedIsTheTruthItself) {
  const Made made(500, 11);
  const auto estimate = estimate_from_decisions(made.left, &made.right, made.result,
                                                made.decide(draw_sample(made.result, 500, 1), 0.0, 1));
  ASSERT_TRUE(estimate.ok());
  EXPECT_NEAR(estimate.value().estimates[0].precision.low, made.truth(false).precision.value, 1e-9);
  EXPECT_NEAR(estimate.value().estimates[0].recall.high, made.truth(false).recall.value, 1e-9);
}

TEST(ClericalEstimate, LeavesOutWhatWasNotDrawnByChanceOrIsNotOfThisRun) {
  const Made made(200, 13);
  auto decisions = made.decide(draw_sample(made.result, 100, 1), 0.0, 1);
  decisions.push_back({"r1", "r2", "kim", Verdict::kSame, Drawn::kSample});
  decisions.push_back({"nobody", "r2", "kim", Verdict::kSame, Drawn::kSample});
  const auto estimate = estimate_from_decisions(made.left, &made.right, made.result, decisions);
  ASSERT_TRUE(estimate.ok());
  EXPECT_EQ(estimate.value().unknown_count, 2U);
  EXPECT_EQ(estimate.value().estimates[0].judged_count, 100U);
  for (auto& decision : decisions) decision.drawn = Drawn::kChosen;
  const auto none = estimate_from_decisions(made.left, &made.right, made.result, decisions);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().message,
            "no decision drawn as a sample is about a pair of this run; give decisions made on these files, "
            "with ids as the files have them");
}

TEST(ClericalEstimate, RefusesAColumnThatMakesNoGroups) {
  const Made made(200, 13);
  const auto decisions = made.decide(draw_sample(made.result, 100, 1), 0.0, 1);
  const auto message = [&](const std::string& column) {
    const auto estimate =
        estimate_from_decisions(made.left, &made.right, made.result, decisions, {{column}, 50, 1});
    return estimate.ok() ? std::string("estimated") : estimate.error().message;
  };
  EXPECT_EQ(message("id"),
            "estimates by column: id has more than 50 values; name a column that makes groups");
  EXPECT_NE(message("ward").find("ward"), std::string::npos);
}

// Pairs that only their cluster joins are linked pairs too.
TEST(ClericalEstimate, OfOneFileSamplesPairsThatNoRuleFound) {
  LinkResult result;
  result.left_cluster = {0, 0, 0, 1};
  result.cluster_count = 2;
  ScoredPair pair;
  pair.right = 1;
  pair.probability = 0.99;
  pair.linked = true;
  result.pairs = {pair};
  const auto strata = strata_of(result);
  EXPECT_EQ(strata.back().pair_count, 2U);
  EXPECT_TRUE(strata.back().not_compared);
  EXPECT_EQ(draw_sample(result, 10, 1).size(), 3U);
}

LinkOptions one_thread() {
  LinkOptions options;
  options.thread_count = 1;
  return options;
}

// Files of which half of the people are in both, with little to tell them apart by.
struct Pair {
  table::Table left, right;
  LinkResult result;
  double false_share = 0.0;
};
Pair link_hard_files(int count, bool with_address, std::uint64_t seed) {
  const People people(count, seed);
  Pair made{people.file(0, count * 2 / 3, 0.1, 1), people.file(count / 3, count, 0.1, 2), {}, 0.0};
  for (auto* table : {&made.left, &made.right}) {
    auto& columns = table->columns();
    if (!with_address) columns.erase(columns.begin() + 6, columns.end());
    table::Column year("year_of_birth", table::ColumnType::kString);
    for (std::size_t row = 0; row < columns[4].size(); ++row) {
      if (columns[4].is_null(row))
        year.append_null();
      else
        year.append_string(
            std::to_string(1940 + std::stoi(std::string(columns[4].string_at(row).substr(0, 4))) % 20));
    }
    columns[4] = std::move(year);
  }
  auto linked = link(made.left, &made.right, people_model(), one_thread());
  EXPECT_TRUE(linked.ok());
  made.result = std::move(linked).value();
  double links = 0, wrong = 0;
  for (const auto& pair : made.result.pairs) {
    if (!pair.linked) continue;
    ++links;
    wrong += made.left.columns()[1].string_at(pair.left) != made.right.columns()[1].string_at(pair.right);
  }
  made.false_share = wrong / std::max(1.0, links);
  return made;
}

TEST(Decoys, TellTheShareOfFalseLinks) {
  int held = 0;
  for (const auto seed : seeds({21, 22, 23, 24, 25})) {
    const auto made = link_hard_files(3000, false, seed);
    const auto estimates =
        estimate_from_decoys(made.left, &made.right, made.result, 3000, one_thread(), {{"gender"}, 50, 1});
    ASSERT_TRUE(estimates.ok()) << estimates.error().message;
    ASSERT_GE(estimates.value().size(), 3U);
    const auto& all = estimates.value()[0];
    EXPECT_EQ(all.stranger_count + all.relative_count, 3000U);
    EXPECT_GT(made.false_share, 0.01) << "the files are not hard";
    EXPECT_LT(all.false_link_share.high, made.false_share + 0.04) << "beside " << made.false_share;
    held += within(all.false_link_share, made.false_share);
  }
  if (kRepeats) {
    EXPECT_GE(held, 4);  // Of five; 95 % intervals fail twice once in forty times.
  }
}

TEST(Decoys, AreSeldomLinkedWhereThereIsEnoughToTellPeopleApartBy) {
  const auto made = link_hard_files(3000, true, 21);
  const auto estimates = estimate_from_decoys(made.left, &made.right, made.result, 2000, one_thread());
  ASSERT_TRUE(estimates.ok()) << estimates.error().message;
  EXPECT_LT(estimates.value()[0].false_link_share.high, 0.01);
  EXPECT_LE(made.false_share, estimates.value()[0].false_link_share.high);
}

TEST(Decoys, OfOneFileTellTheShareOfFalsePairs) {
  for (const auto seed : seeds({31, 32})) {
    const auto files = link_hard_files(3000, false, seed);
    table::Table both = files.left;
    for (std::size_t row = 0; row < files.right.row_count(); ++row) {
      for (std::size_t c = 0; c < both.column_count(); ++c)
        both.columns()[c].append_from(files.right.columns()[c], row);
    }
    const auto linked = link(both, nullptr, people_model(), one_thread());
    ASSERT_TRUE(linked.ok());
    const auto estimates = estimate_from_decoys(both, nullptr, linked.value(), 3000, one_thread());
    ASSERT_TRUE(estimates.ok()) << estimates.error().message;
    double links = 0, wrong = 0;
    const auto& cluster = linked.value().left_cluster;
    for (std::uint32_t a = 0; a < both.row_count(); ++a) {
      for (std::uint32_t b = a + 1; b < both.row_count(); ++b) {
        if (cluster[a] != cluster[b]) continue;
        ++links;
        wrong += both.columns()[1].string_at(a) != both.columns()[1].string_at(b);
      }
    }
    const auto& all = estimates.value()[0];
    // Somewhat low: groups that merge make more false pairs than one decoy does.
    EXPECT_GT(all.false_link_share.value, 0.5 * wrong / links);
    EXPECT_LT(all.false_link_share.value, 1.5 * wrong / links);
  }
}

}  // namespace
}  // namespace kinfold::linkage
