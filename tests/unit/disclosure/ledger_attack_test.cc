// What was published before and a new output, taken together: each kind of attack is spelled out, and mended
// or refused. Words hold no figure; the arithmetic is for the checker's own file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "disclosure/check.h"
#include "unit/disclosure/systems.h"
#include "unit/disclosure/tables.h"

namespace kinfold::disclosure {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

CheckedOutput check_one(const Output& output, const ReleaseLedger& ledger = {}, const Rules& rules = {}) {
  NoProgress progress;
  auto checked = check(std::span(&output, 1), rules, ledger, progress);
  EXPECT_TRUE(checked.ok()) << (checked.ok() ? "" : checked.error().message);
  return checked.ok() ? std::move(checked.value().outputs[0]) : CheckedOutput{};
}

ReleaseLedger published(const Output& output, const Rules& rules = {}) {
  ReleaseLedger ledger;
  ledger.add(to_released(check_one(output, {}, rules), "2024-03-01T00:00:00Z"));
  return ledger;
}

Output titled(Output output, const std::string& title) {
  output.title = title;
  return output;
}

bool has_digit_beyond(const std::string& words, const std::string& allowed) {
  auto rest = words;
  for (auto at = rest.find(allowed); at != std::string::npos; at = rest.find(allowed))
    rest.erase(at, allowed.size());
  return rest.find_first_of("0123456789") != std::string::npos;
}

TEST(LedgerAttack, WithAndWithoutOneCouncilNamesTheEarlierOutputTheCellsAndTheArithmetic) {
  const auto ledger = published(
      titled(counts_output("all", {"age"}, {{"young", 60}, {"old", 50}, {"Total", 110}}), "All councils"));
  auto later =
      titled(counts_output("without", {"age"}, {{"young", 56}, {"old", 35}, {"Total", 91}}), "Without A");
  later.population.only["authority"] = {"B", "C"};
  const auto output = check_one(later, ledger);
  ASSERT_THAT(output.attacks, Not(::testing::IsEmpty()));
  const auto& attack = output.attacks[0];
  EXPECT_EQ(attack.rule, "differencing");
  EXPECT_TRUE(attack.mended);
  EXPECT_THAT(attack.words, HasSubstr("Taking persons with age young (in \"All councils, 2024-03-01\")"));
  EXPECT_THAT(attack.words,
              HasSubstr("subtracting persons with age young and authority B or C (in \"Without A\")"));
  EXPECT_THAT(attack.arithmetic,
              HasSubstr("60 [All councils, 2024-03-01: persons with age young] - 56 [Without A: "));
  EXPECT_THAT(attack.arithmetic, HasSubstr("= 4: "));
  EXPECT_FALSE(has_digit_beyond(attack.words, "2024-03-01")) << attack.words;
  EXPECT_NE(output.at(0, 1).status, CellStatus::kPublished);
  EXPECT_EQ(output.at(0, 1).reason, attack.words);  // the author reads why this very figure goes
  EXPECT_THAT(output.at(0, 1).remedy, HasSubstr("publish only one of the two"));
}

TEST(LedgerAttack, BeforeAndAfterAWithdrawal) {
  auto before =
      titled(counts_output("visits", {"age"}, {{"young", 60}, {"old", 50}, {"Total", 110}}), "Visits");
  before.population.data_version = "v1";
  auto after =
      titled(counts_output("visits", {"age"}, {{"young", 57}, {"old", 50}, {"Total", 107}}), "Visits again");
  after.population.data_version = "v2";
  const auto output = check_one(after, published(before));
  ASSERT_THAT(output.attacks, Contains(Field(&Attack::arithmetic,
                                             HasSubstr("60 [Visits, 2024-03-01: persons with age young] "
                                                       "- 57 [Visits again: persons with age young] = 3"))));
  EXPECT_NE(output.at(0, 1).status, CellStatus::kPublished);
}

TEST(LedgerAttack, AnotherPatternInTheNextVersionDoesNotTellWhatTheFirstOneHid) {
  // C is 5, and A goes with it: A and C are 48. One person of B leaves; a table that hid C and B but not A
  // would tell C.
  auto before =
      titled(counts_output("visits", {"area"}, {{"A", 43}, {"B", 140}, {"C", 5}, {"D", 60}, {"Total", 248}}),
             "Visits");
  before.population.data_version = "v1";
  auto after =
      titled(counts_output("visits", {"area"}, {{"A", 43}, {"B", 139}, {"C", 5}, {"D", 60}, {"Total", 247}}),
             "Again");
  after.population.data_version = "v2";
  const auto ledger = published(before);
  const auto same = check_one(after, ledger);
  EXPECT_TRUE(same.publishable());
  EXPECT_NE(same.at(0, 1).status, CellStatus::kPublished);
  // The same where one person came to A itself.
  after =
      titled(counts_output("visits", {"area"}, {{"A", 44}, {"B", 140}, {"C", 5}, {"D", 60}, {"Total", 249}}),
             "Again");
  after.population.data_version = "v2";
  const auto one_more = check_one(after, ledger);
  EXPECT_NE(one_more.at(0, 1).status, CellStatus::kPublished);
  EXPECT_THAT(one_more.at(0, 1).reason,
              HasSubstr("kept hidden in \"Visits, 2024-03-01\", and too few have come or gone"));
}

TEST(LedgerAttack, WhatWasHiddenEarlierIsGivenAwayByALaterTable) {
  // Earlier: a small cell and its neighbour hidden. Later, the neighbour alone in another table.
  const auto first =
      titled(counts_output("one", {"age"}, {{"a", 4}, {"b", 50}, {"c", 60}, {"Total", 114}}), "First");
  const auto ledger = published(first);
  const auto later = titled(counts_output("two", {"age"}, {{"b", 50}, {"c", 60}}), "Second");
  const auto output = check_one(later, ledger);
  ASSERT_THAT(output.attacks, Not(::testing::IsEmpty()));
  EXPECT_THAT(output.attacks[0].target, HasSubstr("age a"));
  EXPECT_THAT(output.attacks[0].words, HasSubstr("(in \"First, 2024-03-01\")"));
  EXPECT_THAT(output.attacks[0].words, HasSubstr("(in \"Second\")"));
  EXPECT_TRUE(output.at(0, 1).status != CellStatus::kPublished ||
              output.at(1, 1).status != CellStatus::kPublished);
}

TEST(LedgerAttack, ThroughAPercentage) {
  // Earlier: 40 % of 200. Later: how many of them in one council, which leaves three for the rest.
  auto first = titled(counts_output("share", {"authority"}, {{"Total", 200}}), "Care");
  first.table.add("in_care", table::ColumnType::kDouble).append_double(0.4);
  first.layout = guess_layout(first.table);
  ColumnLayout share;
  share.column = share.variable = "in_care";
  share.role = Role::kShare;
  share.of = "n";
  first.layout.push_back(share);
  auto later = titled(counts_output("care", {"authority"}, {{"A", 77}}), "Care in A");
  for (auto& column : later.layout) {
    if (column.column == "n") column.variable = "in_care";
  }
  const auto output = check_one(later, published(first));
  ASSERT_THAT(output.attacks, Not(::testing::IsEmpty()));
  EXPECT_THAT(output.attacks[0].arithmetic, HasSubstr("80 [Care, 2024-03-01"));
  EXPECT_THAT(output.attacks[0].arithmetic, HasSubstr("- 77 [Care in A"));
  EXPECT_THAT(output.attacks[0].arithmetic, HasSubstr("= 3: "));
  EXPECT_NE(output.at(0, 1).status, CellStatus::kPublished);
}

// Rounded to 5, a figure stands for five counts. b and c in full later narrow them by what the rounded total
// tells.
CheckedOutput in_full_after_rounding(std::int64_t a, std::int64_t b, std::int64_t c) {
  Rules rounded;
  rounded.method = Method::kRound;
  const auto ledger = published(
      titled(counts_output("r", {"age"}, {{"a", a}, {"b", b}, {"c", c}, {"Total", a + b + c}}), "Rounded"),
      rounded);
  return check_one(titled(counts_output("exact", {"age"}, {{"b", b}, {"c", c}}), "Exact"), ledger);
}

TEST(LedgerAttack, ThroughRoundedFiguresPublishedEarlier) {
  // a is 8 to 12, the total 48 to 52. Less 22 and 22 in full, a is at most 8: known exactly. So one of the
  // two is hidden.
  const auto given_away = in_full_after_rounding(8, 22, 22);
  EXPECT_EQ(given_away.secondary_count, 1U);
  EXPECT_TRUE(given_away.publishable());
  ASSERT_THAT(given_away.attacks, Not(::testing::IsEmpty()));
  EXPECT_THAT(given_away.attacks[0].arithmetic,
              HasSubstr("52 (at most when rounded) [Rounded, 2024-03-01: persons altogether] - 22 [Exact: "));
  EXPECT_THAT(given_away.attacks[0].arithmetic, HasSubstr("= 8: persons with age a"));
  // Less 21 and 20, a is 8 to 11 still: three wide, and two are asked. So both may be shown.
  EXPECT_EQ(in_full_after_rounding(8, 21, 20).secondary_count, 0U);
}

TEST(LedgerAttack, AWithdrawalDoesNotHideADifferenceOfPopulations) {
  // First all councils. Then data from which somebody withdrew, and without council A: 60 - 56 is nearly A's
  // four.
  auto before =
      titled(counts_output("all", {"age"}, {{"young", 60}, {"old", 50}, {"Total", 110}}), "All councils");
  before.population.data_version = "v1";
  auto after =
      titled(counts_output("without", {"age"}, {{"young", 56}, {"old", 30}, {"Total", 86}}), "Without A");
  after.population.data_version = "v2";
  after.population.only["authority"] = {"B", "C"};
  const auto output = check_one(after, published(before));
  EXPECT_NE(output.at(0, 1).status, CellStatus::kPublished);
  ASSERT_THAT(output.attacks,
              Contains(Field(&Attack::arithmetic,
                             HasSubstr("60 [All councils, 2024-03-01: persons with age young] - 56 "
                                       "[Without A: persons with age young and authority B or C] = 4"))));
  EXPECT_EQ(output.at(1, 1).rule, "secondary");  // or the total tells the young
  EXPECT_TRUE(output.publishable());
}

TEST(LedgerAttack, WhatCannotBeMendedIsRefusedWithoutAFigureInTheRefusal) {
  // Three figures are out already that give the fourth away, which was kept hidden; no hiding here helps.
  auto first =
      titled(counts_output("one", {"age"}, {{"a", 4}, {"b", 50}, {"c", 60}, {"Total", 114}}), "First");
  auto ledger = published(first);
  auto second = ledger.outputs()[0];
  second.title = "Second";
  for (auto& cell : second.cells) {
    if (!cell.sensitive) cell.shown = true;
  }
  ReleaseLedger careless;
  careless.add(second);
  const auto output =
      check_one(titled(counts_output("new", {"age"}, {{"b", 50}, {"Total", 114}}), "New"), careless);
  EXPECT_FALSE(output.publishable());
  ASSERT_THAT(output.attacks, Contains(Field(&Attack::mended, false)));
  ASSERT_FALSE(output.refusals.empty());
  EXPECT_THAT(output.refusals[0], HasSubstr("Taking persons altogether"));
  EXPECT_FALSE(has_digit_beyond(output.refusals[0], "2024-03-01")) << output.refusals[0];
  EXPECT_THAT(to_json(Checked{{output}, {}}), HasSubstr("114 ["));
}

TEST(Explain, TakesRoundedFiguresAtTheEndOfTheirRange) {
  auto system = small_part_of_a_sum();
  system.cells[2].shown_low = 53;
  system.cells[2].shown_high = 57;
  for (const bool upper : {true, false}) {
    const auto steps = explain(system, 0, upper);
    ASSERT_TRUE(steps.ok());
    ASSERT_EQ(steps.value().size(), 2U);
    EXPECT_EQ(steps.value()[0].weight, -1);
    EXPECT_EQ(steps.value()[1].weight, 1);
  }
}

}  // namespace
}  // namespace kinfold::disclosure
