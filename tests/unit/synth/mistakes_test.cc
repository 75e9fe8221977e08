#include "synth/mistakes.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace kinfold::synth {
namespace {

Household sample_household() {
  Household household;
  Person person;
  person.id = 42;
  person.born = *make_date(1984, 3, 7);
  person.forename = "Elizabeth";
  person.middle = "Zoë";
  person.surname = "Kowalska-Brown";
  person.former_surname = "Kowalska";
  household.people.push_back(person);
  household.address = {0, 4, "12 Canal Street, Aldermoor", "CE4 7AB"};
  household.former_address = {0, 5, "3 Mill Lane, Dunsley", "CE5 1QX"};
  return household;
}

TEST(Observe, WritesTheTruthWhereNothingGoesWrong) {
  const auto household = sample_household();
  RandomStream random(1);
  const auto seen = observe(household.people[0], household, {}, random);
  EXPECT_EQ(seen.forenames, "Elizabeth Zoë");
  EXPECT_EQ(seen.surname, "Kowalska-Brown");
  EXPECT_EQ(seen.born, make_date(1984, 3, 7));
  EXPECT_EQ(seen.sex, Sex::kFemale);
  EXPECT_EQ(seen.address, "12 Canal Street, Aldermoor");
  EXPECT_EQ(seen.postcode, "CE4 7AB");
  EXPECT_EQ(seen.nino, nino_of(42));
}

TEST(Observe, DoesWhatEachRateSays) {
  const auto household = sample_household();
  const auto seen_with = [&](MistakeRates rates) {
    RandomStream random(9);
    return observe(household.people[0], household, rates, random);
  };
  EXPECT_EQ(seen_with({.day_month_swapped = 1}).born, make_date(1984, 7, 3));
  EXPECT_EQ(seen_with({.first_january = 1}).born, make_date(1984, 1, 1));
  EXPECT_NE(seen_with({.birth_digit = 1}).born, make_date(1984, 3, 7));
  EXPECT_FALSE(seen_with({.birth_missing = 1}).born.has_value());
  EXPECT_EQ(seen_with({.former_surname = 1}).surname, "Kowalska");
  EXPECT_EQ(seen_with({.names_swapped = 1}).surname, "Elizabeth Zoë");
  EXPECT_EQ(seen_with({.hyphen_lost = 1}).surname.find('-'), std::string::npos);
  EXPECT_EQ(seen_with({.middle_left_out = 1}).forenames, "Elizabeth");
  EXPECT_EQ(seen_with({.middle_initial = 1}).forenames, "Elizabeth Z");
  EXPECT_EQ(seen_with({.accents_lost = 1}).forenames, "Elizabeth Zoe");
  EXPECT_EQ(seen_with({.former_address = 1}).postcode, "CE5 1QX");
  EXPECT_NE(seen_with({.postcode_typo = 1}).postcode, "CE4 7AB");
  EXPECT_NE(seen_with({.nino_typo = 1}).nino, nino_of(42));
  EXPECT_EQ(seen_with({.nino_missing = 1}).nino, "");
  EXPECT_EQ(seen_with({.sex_wrong = 1}).sex, Sex::kMale);
}

TEST(Observe, KeepsToTheRatesOverManyPeople) {
  const auto household = sample_household();
  const MistakeRates rates{.surname_typo = 0.05, .first_january = 0.02, .postcode_missing = 0.1};
  constexpr int kDraws = 40'000;
  int typos = 0;
  int januaries = 0;
  int missing = 0;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    RandomStream random(2, {i});
    const auto seen = observe(household.people[0], household, rates, random);
    typos += seen.surname != "Kowalska-Brown" ? 1 : 0;
    januaries += seen.born == make_date(1984, 1, 1) ? 1 : 0;
    missing += seen.postcode.empty() ? 1 : 0;
  }
  const auto near = [](int count, double rate) {  // Four standard errors.
    EXPECT_NEAR(count / static_cast<double>(kDraws), rate, 4 * std::sqrt(rate * (1 - rate) / kDraws));
  };
  near(typos, rates.surname_typo);
  near(januaries, rates.first_january);
  near(missing, rates.postcode_missing);
}

TEST(WithTypo, ChangesLittleAndLeavesTheFirstLetter) {
  RandomStream random(3);
  int changed = 0;
  for (int i = 0; i < 5'000; ++i) {
    const auto typo = with_typo("Christopher", random);
    EXPECT_EQ(typo[0], 'C');
    EXPECT_LE(std::abs(static_cast<int>(typo.size()) - 11), 1);
    changed += typo != "Christopher" ? 1 : 0;
  }
  EXPECT_GT(changed, 4'900);
  EXPECT_EQ(with_typo("Li", random), "Li");
  EXPECT_EQ(with_typo("", random), "");
}

TEST(AsOldSystem, KnowsOnlyCapitalAscii) {
  EXPECT_EQ(as_old_system("Wiśniewska"), "WISNIEWSKA");
  EXPECT_EQ(as_old_system("Małgorzata O'Brien-Łukasz"), "MALGORZATA O'BRIEN-LUKASZ");
  EXPECT_EQ(without_accents("Zoë Núñez"), "Zoe Nunez");
}

}  // namespace
}  // namespace kinfold::synth
