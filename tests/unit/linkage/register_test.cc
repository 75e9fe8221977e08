// Registers in parts, single pairs, and ids that must not decide anything.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "linkage/pairs.h"
#include "linkage/register.h"
#include "unit/linkage/people.h"

namespace kinfold::linkage {
namespace {

using testing_people::People;

std::vector<std::size_t> range(std::size_t begin, std::size_t end) {
  std::vector<std::size_t> rows(end - begin);
  std::iota(rows.begin(), rows.end(), begin);
  return rows;
}

TEST(RegisterMatcher, FindsInPartsWhomItFindsInOneGo) {
  const People people(3000, 21);
  const auto asked = people.file(0, 500, 0.1, 1);
  const auto registered = people.file(100, 3000, 0.1, 2);
  RegisterMatcher matcher(asked, people_model());
  for (std::size_t begin = 0; begin < registered.row_count(); begin += 1000) {
    const auto part = registered.take(range(begin, std::min(begin + 1000, registered.row_count())));
    ASSERT_TRUE(matcher.add(part).ok());
  }
  const auto matches = matcher.matches();
  ASSERT_EQ(matches.matches.size(), asked.row_count());
  int right = 0;
  int wrong = 0;
  for (std::size_t row = 0; row < asked.row_count(); ++row) {
    const auto found = matches.matches[row].register_row;
    if (found == RegisterMatch::kNoRow) continue;
    (registered.find("person")->string_at(found) == asked.find("person")->string_at(row) ? right : wrong) +=
        1;
  }
  EXPECT_LE(wrong, 4);
  // 14 % of the 400 have lost their forename or date of birth on one side or the other.
  EXPECT_GE(right, 360);
}

TEST(RegisterMatcher, GivesInOnePartWhatMatchToRegisterGives) {
  const People people(1500, 26);
  const auto asked = people.file(0, 400, 0.2, 1);
  const auto registered = people.file(100, 1500, 0.2, 2);
  const auto whole = match_to_register(asked, registered, people_model());
  ASSERT_TRUE(whole.ok()) << whole.error().message;
  RegisterMatcher matcher(asked, people_model());
  ASSERT_TRUE(matcher.add(registered).ok());
  const auto parts = matcher.matches();
  ASSERT_EQ(parts.matches.size(), whole.value().matches.size());
  for (std::size_t row = 0; row < parts.matches.size(); ++row) {
    const auto& one = parts.matches[row];
    const auto& other = whole.value().matches[row];
    ASSERT_EQ(one.register_row, other.register_row) << row;
    ASSERT_EQ(one.weight_bits, other.weight_bits) << row;
    ASSERT_EQ(one.probability, other.probability) << row;
  }
}

TEST(RegisterMatcher, TakesRecordsThatComeLaterWithoutTheEarlierOnes) {
  const People people(1200, 22);
  const auto asked = people.file(0, 300, 0.0, 1);
  const auto registered = people.file(0, 1200, 0.0, 2);
  RegisterMatcher matcher(asked, people_model());
  ASSERT_TRUE(matcher.add(registered.take(range(150, 1200))).ok());
  const auto before = matcher.matches();
  EXPECT_EQ(before.matches[10].grade, Grade::kNone);
  ASSERT_TRUE(matcher.add(registered.take(range(0, 150))).ok());
  const auto after = matcher.matches();
  EXPECT_NE(after.matches[10].grade, Grade::kNone);
  EXPECT_EQ(after.matches[10].register_row, 1050U + 10U);
  EXPECT_EQ(after.matches[200].register_row, 50U);
}

TEST(RegisterMatcher, IsEmptyForNobodyAndForNoParts) {
  const People people(20, 23);
  const auto asked = people.file(0, 20, 0.0, 1);
  RegisterMatcher matcher(asked, people_model());
  EXPECT_TRUE(matcher.add(asked.take({})).ok());
  for (const auto& match : matcher.matches().matches) EXPECT_EQ(match.grade, Grade::kNone);
}

TEST(MatchToRegister, DoesNotLetIdsOrTheOrderOfRowsDecide) {
  const People people(900, 24);
  auto asked = people.file(0, 300, 0.3, 1);
  const auto registered = people.file(0, 900, 0.3, 2);
  asked.columns()[0].rename("reference");
  const auto first = match_to_register(asked, registered, people_model());
  std::vector<std::size_t> order = range(0, asked.row_count());
  std::reverse(order.begin(), order.end());
  auto turned = asked.take(order);
  // Other references for the same people: they are drawn anew for every request.
  table::Column fresh("reference", table::ColumnType::kString);
  for (std::size_t row = 0; row < turned.row_count(); ++row)
    fresh.append_string("Z" + std::to_string((row * 7919) % 1000));
  turned.columns()[0] = std::move(fresh);
  const auto second = match_to_register(turned, registered, people_model());
  ASSERT_TRUE(first.ok() && second.ok());
  for (std::size_t row = 0; row < order.size(); ++row) {
    EXPECT_EQ(second.value().matches[row].register_row, first.value().matches[order[row]].register_row)
        << row;
    EXPECT_EQ(second.value().matches[row].weight_bits, first.value().matches[order[row]].weight_bits) << row;
  }
}

TEST(ExplainPairs, AddsUpToTheWeightThatLinkGives) {
  const People people(600, 25);
  const auto table = people.file(0, 600, 0.2, 1);
  const auto other = people.file(0, 600, 0.2, 2);
  const auto linked = link(table, &other, people_model());
  ASSERT_TRUE(linked.ok());
  std::vector<RowPair> pairs;
  for (const auto& pair : linked.value().pairs) pairs.emplace_back(pair.left, pair.right);
  ASSERT_GT(pairs.size(), 300U);
  const auto explained = explain_pairs(table, &other, linked.value().model, pairs);
  ASSERT_TRUE(explained.ok()) << explained.error().message;
  for (std::size_t n = 0; n < pairs.size(); ++n) {
    const auto& one = explained.value()[n];
    EXPECT_NEAR(one.weight_bits, linked.value().pairs[n].weight_bits, 1e-9);
    double sum = one.moved_bits + one.related_bits;
    for (const auto& step : one.steps) sum += step.weight_bits + step.term_frequency_bits;
    EXPECT_NEAR(sum, one.weight_bits, 1e-9);
    // Whom relatives do not resemble gains what the related class takes of all pairs.
    const auto& fitted = linked.value().model;
    EXPECT_LE(one.related_bits, -std::log2(1.0 - fitted.related_rate / (1.0 - fitted.match_rate)) + 1e-9);
    EXPECT_NEAR(one.probability, 1.0 / (1.0 + std::exp2(-one.prior_bits - one.weight_bits)), 1e-6);
  }
}

TEST(ExplainPairs, RefusesWithTheReason) {
  const People people(60, 26);
  const auto table = people.file(0, 60, 0.0, 1);
  const auto unfitted = explain_pairs(table, nullptr, people_model(), {{0, 1}});
  ASSERT_FALSE(unfitted.ok());
  EXPECT_EQ(unfitted.error().message,
            "only a fitted model can weigh pairs; link first and take the model that comes out");
  auto model = people_model();
  model.fitted = true;
  model.match_rate = 0.001;
  const auto beyond = explain_pairs(table, nullptr, model, {{0, 60}});
  ASSERT_FALSE(beyond.ok());
  EXPECT_EQ(beyond.error().message,
            "a pair names a row that its table does not have; rows are counted from 0");
}

}  // namespace
}  // namespace kinfold::linkage
