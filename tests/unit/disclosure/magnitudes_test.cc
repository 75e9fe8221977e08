// Sums of money or days, and the means that tell them: dominance, what subtracting gives, and contributions
// from the microdata.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

#include "disclosure/check.h"
#include "unit/disclosure/tables.h"

namespace kinfold::disclosure {
namespace {

using ::testing::HasSubstr;

struct Row {
  const char* area;
  int n;
  double sum, largest_1, largest_2;
};

/// Costs by area, with the two largest contributions of each.
Output costs(const std::vector<Row>& rows) {
  table::Table table;
  table.add("area", table::ColumnType::kString);
  table.add("n", table::ColumnType::kInt64);
  for (const char* name : {"sum", "largest_1", "largest_2"}) table.add(name, table::ColumnType::kDouble);
  for (const auto& row : rows) {
    table.columns()[0].append_string(row.area);
    table.columns()[1].append_int(row.n);
    table.columns()[2].append_double(row.sum);
    table.columns()[3].append_double(row.largest_1);
    table.columns()[4].append_double(row.largest_2);
  }
  auto layout = guess_layout(table);
  return {"costs", "Costs", {}, std::move(table), std::move(layout)};
}

const std::vector<Row> kOneDominated{{"A", 100, 10'000, 9'000, 500},
                                     {"B", 120, 24'000, 600, 500},
                                     {"C", 80, 16'000, 400, 350},
                                     {"Total", 300, 50'000, 9'000, 600}};

CheckedOutput checked(const Output& output, const Rules& rules = {}) {
  NoProgress progress;
  auto result = check(std::span(&output, 1), rules, ReleaseLedger{}, progress);
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
  return result.ok() ? std::move(result.value().outputs[0]) : CheckedOutput{};
}

const CellCertificate& line_of(const CheckedOutput& output, std::size_t row) {
  for (const auto& line : output.certificate) {
    if (line.row == row) return line;
  }
  ADD_FAILURE() << "no line";
  return output.certificate.front();
}

TEST(Magnitudes, ADominatedSumAndWhatWouldGiveItAwayAreHidden) {
  const auto output = checked(costs(kOneDominated));
  EXPECT_EQ(output.at(0, 2).rule, "dominance");
  EXPECT_EQ(output.at(0, 1).status, CellStatus::kPublished);  // how many there are says nothing of it
  EXPECT_EQ(output.secondary_count, 1U);
  const auto& line = line_of(output, 0);
  EXPECT_TRUE(line.safe);
  EXPECT_TRUE(line.confirmed);
  EXPECT_LE(line.low, 9'000);
  EXPECT_GE(line.high, 9'500 / 0.9 - 1e-6);  // the classical upper protection level
}

TEST(Magnitudes, ASumWithoutItsLargestContributionsIsNotTakenOnTrust) {
  auto output = costs(kOneDominated);
  output.table.columns().erase(output.table.columns().begin() + 3, output.table.columns().end());
  output.layout = guess_layout(output.table);
  EXPECT_EQ(checked(output).at(1, 2).rule, "not-stated-largest");
  Rules rules;
  rules.largest_required = false;
  EXPECT_EQ(checked(output, rules).primary_count, 0U);
}

// Whoever knows each contribution to within 20 % knows a sum so, too: the interval is no wider than that to
// begin with.
TEST(Magnitudes, WithPriorKnowledgeTheAttackerStartsFromIt) {
  auto rows = kOneDominated;
  rows[0] = {"A", 100, 10'000, 4'000,
             1'200};  // p %: a rest of 4,800; known to within 20 % it is 960, of which 10 % of 4,000 is kept
  EXPECT_EQ(checked(costs(rows)).primary_count, 0U);
  Rules rules;
  rules.prior_share = 0.2;
  rules.p_share = 0.2;
  rows[0].largest_2 = 2'500;  // a rest of 3,500
  const auto output = checked(costs(rows), rules);
  EXPECT_EQ(output.at(0, 2).rule, "prior-posterior");
  const auto& line = line_of(output, 0);
  EXPECT_TRUE(line.safe);
  EXPECT_GE(line.low, 8'000 - 1e-6);
  EXPECT_LE(line.high, 12'000 + 1e-6);
}

TEST(Magnitudes, AMeanTimesItsCountIsTheSumAndGoesWithIt) {
  auto output = costs(kOneDominated);
  auto& mean = output.table.add("mean", table::ColumnType::kDouble);
  for (const auto& row : kOneDominated) mean.append_double(row.sum / row.n);
  output.layout = guess_layout(output.table);
  const auto result = checked(output);
  EXPECT_NE(result.at(0, 5).status, CellStatus::kPublished);
  for (std::size_t row = 0; row < 4; ++row) {
    EXPECT_EQ(result.at(row, 2).status == CellStatus::kPublished,
              result.at(row, 5).status == CellStatus::kPublished)
        << row;
  }
}

/// Means of a yes or no by area, with their standard deviations; three of A's hundred have it.
Output yes_or_no() {
  table::Table table;
  table.add("area", table::ColumnType::kString);
  table.add("n", table::ColumnType::kInt64);
  table.add("mean", table::ColumnType::kDouble);
  table.add("sd", table::ColumnType::kDouble);
  for (const auto& [area, n, part] :
       {std::tuple{"A", 100, 3}, {"B", 120, 40}, {"C", 80, 30}, {"Total", 300, 73}}) {
    table.columns()[0].append_string(area);
    table.columns()[1].append_int(n);
    const double share = static_cast<double>(part) / n;
    table.columns()[2].append_double(share);
    table.columns()[3].append_double(std::sqrt(share * (1 - share)));
  }
  auto layout = guess_layout(table);
  return {"care", "Care", {}, std::move(table), std::move(layout)};
}

// 73 of 300 less 40 of 120 and 30 of 80 are A's three: one more area must go, its standard deviation with it.
TEST(Magnitudes, AMeanOfAYesOrNoIsProtectedFromSubtractingTheOthers) {
  const auto output = checked(yes_or_no());
  EXPECT_NE(output.at(0, 2).status, CellStatus::kPublished);
  EXPECT_NE(output.at(0, 3).status, CellStatus::kPublished);
  std::size_t others = 0;
  for (std::size_t row = 1; row < 4; ++row) {
    others += output.at(row, 2).status == CellStatus::kPublished ? 0U : 1U;
    EXPECT_EQ(output.at(row, 2).status == CellStatus::kPublished,
              output.at(row, 3).status == CellStatus::kPublished)
        << row;
  }
  EXPECT_EQ(others, 1U);
}

TEST(Magnitudes, UnderRoundingAMeanOfAYesOrNoIsLeftOut) {
  Rules rules;
  rules.method = Method::kRound;
  const auto output = checked(yes_or_no(), rules);
  EXPECT_EQ(output.at(1, 1).status, CellStatus::kRounded);
  for (std::size_t row = 0; row < 4; ++row) {
    EXPECT_TRUE(output.at(row, 2).status == CellStatus::kPrimary || output.at(row, 2).rule == "rounding")
        << row;
  }
}

/// Twelve people of three families in A, 30 of thirty in B; one of A's families has nearly all of its days.
table::Table people() {
  table::Table people;
  people.add("area", table::ColumnType::kString);
  people.add("family", table::ColumnType::kInt64);
  people.add("sum", table::ColumnType::kInt64);
  for (int p = 0; p < 42; ++p) {
    people.columns()[0].append_string(p < 12 ? "A" : "B");
    people.columns()[1].append_int(p < 12 ? p % 3 : 100 + p);
    people.columns()[2].append_int(p < 12 ? (p % 3 == 0 ? 100 : 2 + p % 3) : 5 + p % 7);
  }
  return people;
}

TEST(Magnitudes, TheLargestContributionsComeFromTheMicrodataByFamily) {
  const auto microdata = people();
  double a = 0;
  double b = 0;
  for (std::size_t p = 0; p < 42; ++p) (p < 12 ? a : b) += microdata.columns()[2].number_at(p);
  auto output = costs({{"A", 12, a, 0, 0}, {"B", 30, b, 0, 0}});
  output.table.columns().erase(output.table.columns().begin() + 3, output.table.columns().end());
  output.layout = guess_layout(output.table);
  Rules rules;
  rules.threshold[1] = 1;
  ASSERT_TRUE(count_contributors(output, microdata, {"people.csv", "family", "", ""}, rules).ok());
  const auto* largest = output.table.find("sum largest 1");
  ASSERT_NE(largest, nullptr);
  EXPECT_EQ(largest->number_at(0), 400);  // a family's four, of whom none has more than 100
  EXPECT_EQ(output.table.find("sum largest 2")->number_at(0), 16);
  const auto result = checked(output, rules);
  EXPECT_EQ(result.at(0, 2).rule, "dominance");
  EXPECT_EQ(result.protected_table.find("sum largest 1"), nullptr);
  auto other = costs({{"A", 12, a + 2, 0, 0}, {"B", 30, b, 0, 0}});
  other.table.columns().erase(other.table.columns().begin() + 3, other.table.columns().end());
  other.layout = guess_layout(other.table);
  const auto status = count_contributors(other, microdata, {"people.csv", "family", "", ""}, rules);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message,
              HasSubstr("row 1 of costs, column sum: the microdata add up to another sum"));
}

}  // namespace
}  // namespace kinfold::disclosure
