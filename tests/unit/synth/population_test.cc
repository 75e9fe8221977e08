#include "synth/population.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

namespace kinfold::synth {
namespace {

constexpr Date kStart{17'400};

TEST(WeightedDraw, DrawsEachIndexAsOftenAsItsWeight) {
  const std::vector<double> weights{5, 1, 0.5, 3, 0.5};
  const WeightedDraw draw(weights);
  RandomStream random(7);
  std::vector<int> count(weights.size());
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) ++count[draw(random)];
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double expected = weights[i] / 10.0;
    // Four standard errors of a binomial share.
    EXPECT_NEAR(count[i] / static_cast<double>(kDraws), expected,
                4 * std::sqrt(expected * (1 - expected) / kDraws))
        << i;
  }
}

TEST(NinoOf, IsValidInFormNeverIssuedAndDistinct) {
  std::set<std::string> seen;
  for (std::int64_t id = 1; id <= 100'000; ++id) {
    const auto nino = nino_of(id);
    ASSERT_EQ(nino.size(), 9U);
    EXPECT_EQ(nino[0], 'X');
    EXPECT_EQ(std::string("DFIOQUV").find(nino[1]), std::string::npos);
    EXPECT_TRUE(
        std::all_of(nino.begin() + 2, nino.begin() + 8, [](unsigned char c) { return std::isdigit(c); }));
    EXPECT_TRUE(nino[8] >= 'A' && nino[8] <= 'D');
    EXPECT_TRUE(seen.insert(nino).second);
  }
}

TEST(ProgrammeHousehold, HasAnAdultAndAChildAndParentsOldEnough) {
  for (std::uint64_t f = 0; f < 3'000; ++f) {
    RandomStream random(11, {f});
    const auto household = programme_household(static_cast<int>(f % 3), kStart,
                                               1 + static_cast<std::int64_t>(f) * kPeopleMax, random);
    ASSERT_LE(household.people.size(), static_cast<std::size_t>(kPeopleMax));
    int adults = 0;
    int children = 0;
    std::set<std::string> names;
    for (std::size_t i = 0; i < household.people.size(); ++i) {
      const auto& person = household.people[i];
      EXPECT_EQ(person.id, 1 + static_cast<std::int64_t>(f) * kPeopleMax + static_cast<std::int64_t>(i));
      EXPECT_LE(person.born, kStart);
      EXPECT_FALSE(person.forename.empty());
      EXPECT_FALSE(person.surname.empty());
      const int age = age_years(person.born, kStart);
      adults += age >= 18 ? 1 : 0;
      children += age < 18 && person.relation == Relation::kChild ? 1 : 0;
      if (person.relation != Relation::kChild) continue;
      for (const auto& parent : household.people) {
        if (parent.relation != Relation::kHead || parent.sex == Sex::kMale) continue;
        EXPECT_GT(person.born.days - parent.born.days, 14 * 365) << "family " << f;
      }
    }
    EXPECT_GE(adults, 1) << f;
    EXPECT_GE(children, 1) << f;
    EXPECT_EQ(household.people.front().relation, Relation::kHead);
  }
}

TEST(ProgrammeHousehold, HasTwinsNamesakesAndDoubleBarrelledNames) {
  int twins = 0;
  int namesakes = 0;
  int double_barrelled = 0;
  int renamed = 0;
  int not_ascii = 0;
  constexpr int kFamilies = 5'000;
  for (std::uint64_t f = 0; f < kFamilies; ++f) {
    RandomStream random(12, {f});
    const auto household = programme_household(0, kStart, 1, random);
    for (std::size_t i = 0; i < household.people.size(); ++i) {
      const auto& a = household.people[i];
      double_barrelled += a.surname.find('-') != std::string::npos ? 1 : 0;
      renamed += a.former_surname.empty() ? 0 : 1;
      not_ascii +=
          std::any_of(a.surname.begin(), a.surname.end(), [](char c) { return (c & 0x80) != 0; }) ? 1 : 0;
      for (std::size_t j = 0; j < i; ++j) {
        const auto& b = household.people[j];
        twins += a.born == b.born ? 1 : 0;
        namesakes +=
            a.forename == b.forename && a.relation == Relation::kChild && b.relation != Relation::kChild ? 1
                                                                                                         : 0;
      }
    }
  }
  EXPECT_GT(twins, kFamilies / 100);
  EXPECT_LT(twins, kFamilies / 20);
  EXPECT_GT(namesakes, kFamilies / 200);
  EXPECT_GT(double_barrelled, kFamilies / 50);
  EXPECT_GT(renamed, kFamilies / 10);
  EXPECT_GT(not_ascii, kFamilies / 100);
}

TEST(Names, FollowTheYearOfBirth) {
  std::map<std::string, int> old_names;
  std::map<std::string, int> young_names;
  RandomStream random(3);
  for (int i = 0; i < 20'000; ++i) {
    ++old_names[forename_of(Sex::kFemale, Culture::kBritish, 1945, random)];
    ++young_names[forename_of(Sex::kFemale, Culture::kBritish, 2010, random)];
  }
  EXPECT_GT(old_names["Margaret"], 10 * young_names["Margaret"]);
  EXPECT_GT(young_names["Olivia"], 10 * old_names["Olivia"]);
}

TEST(Names, HaveAFewCommonSurnamesAndALongTail) {
  std::map<std::string, int> count;
  RandomStream random(4);
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) ++count[surname_of(Culture::kBritish, random)];
  EXPECT_GT(count.size(), 1'500U);
  EXPECT_GT(count["Smith"], kDraws / 150);
  EXPECT_LT(count["Smith"], kDraws / 50);
  // Smith is about twice as frequent as the twentieth: the shape of Zipf with a flattened head.
  EXPECT_GT(count["Smith"], count["Harris"] * 3 / 2);
}

TEST(Names, OfPolishAndSikhWomenTakeTheirForm) {
  EXPECT_EQ(feminine_surname("Kowalski", Culture::kEastern), "Kowalska");
  EXPECT_EQ(feminine_surname("Nowak", Culture::kEastern), "Nowak");
  EXPECT_EQ(feminine_surname("Singh", Culture::kIndian), "Kaur");
  EXPECT_EQ(feminine_surname("Kowalski", Culture::kBritish), "Kowalski");
}

TEST(Addresses, KeepToAreasThatDoNotExistAndStreetsToTheirPostcodes) {
  std::map<std::string, std::set<std::string>> streets;
  RandomStream random(5);
  for (int i = 0; i < 20'000; ++i) {
    const auto address = address_in(i % kAreaCount, 0.5, random);
    const auto area = address.postcode.substr(0, 2);
    EXPECT_TRUE(area == "CE" || area == "NH" || area == "SU" || area == "WX" || area == "GK") << area;
    const auto space = address.postcode.find(' ');
    ASSERT_EQ(address.postcode.size() - space, 4U);
  }
  for (int i = 0; i < 200; ++i) {
    const auto home = address_in(0, 0.5, random);
    const auto near = address_near(home, random);
    EXPECT_EQ(home.postcode.substr(0, home.postcode.size() - 2),
              near.postcode.substr(0, near.postcode.size() - 2));
  }
}

TEST(OtherHousehold, IsTheSameForTheSameKeys) {
  RandomStream first(1, {5, 77});
  RandomStream second(1, {5, 77});
  const auto a = other_household(kStart, 1, first);
  const auto b = other_household(kStart, 1, second);
  ASSERT_EQ(a.people.size(), b.people.size());
  for (std::size_t i = 0; i < a.people.size(); ++i) {
    EXPECT_EQ(a.people[i].forename, b.people[i].forename);
    EXPECT_EQ(a.people[i].born, b.people[i].born);
  }
  EXPECT_EQ(a.address.line, b.address.line);
}

}  // namespace
}  // namespace kinfold::synth
