#include "identity/reference.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <set>

#include "support.h"

namespace kinfold::identity {
namespace {

TEST(Reference, IsTwentySixCharactersOfCrockfordsBase32) {
  Reference zero;
  EXPECT_EQ(to_text(zero), "00000000000000000000000000");
  Reference most;
  most.bytes.fill(0xFF);
  EXPECT_EQ(to_text(most), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
  Reference one;
  one.bytes[15] = 1;
  EXPECT_EQ(to_text(one), "00000000000000000000000001");
}

TEST(Reference, ReadsBackWhatItWrote) {
  EXPECT_TRUE(rc::check([](std::array<std::uint8_t, 16> bytes) {
    const Reference reference{bytes};
    const auto text = to_text(reference);
    RC_ASSERT(text.size() == 26U);
    RC_ASSERT(parse_reference(text) == reference);
  }));
}

TEST(Reference, TextOrderIsByteOrder) {
  EXPECT_TRUE(rc::check([](std::array<std::uint8_t, 16> left, std::array<std::uint8_t, 16> right) {
    RC_ASSERT((Reference{left} < Reference{right}) == (to_text(Reference{left}) < to_text(Reference{right})));
  }));
}

TEST(Reference, ReadsWhatPeopleCopyByHand) {
  const auto reference = parse_reference("01H455VB4PEX5VSKNK084SN02Q");
  ASSERT_TRUE(reference.has_value());
  EXPECT_EQ(parse_reference("0lh455vb-4pex5vsknk-o84sno2q"), reference);
}

TEST(Reference, RefusesAnythingElse) {
  for (const char* text : {"", "0", "80000000000000000000000000", "0000000000000000000000000U",
                           "000000000000000000000000000", "0000000000000000000000000 ", "ABC\xC3\xA9"}) {
    EXPECT_FALSE(parse_reference(text).has_value()) << text;
  }
}

TEST(Reference, DiffersEveryTime) {
  std::set<std::string> seen;
  const auto random = system_random();
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(seen.insert(to_text(fresh_reference(random))).second);
}

TEST(PersonId, ReadsBackWhatItWrote) {
  PersonId id;
  system_random()(id.bytes);
  EXPECT_EQ(parse_person_id(to_text(id)), id);
  EXPECT_FALSE(parse_person_id("xyz").has_value());
  EXPECT_FALSE(parse_person_id(std::string(32, 'G')).has_value());
}

TEST(RandomOrder, IsAPermutationAndEveryPlaceIsReached) {
  const auto random = testing::seeded(7);
  std::vector<int> first_at(6, 0);
  for (int round = 0; round < 6'000; ++round) {
    auto order = random_order(random, 6);
    ++first_at[static_cast<std::size_t>(std::find(order.begin(), order.end(), 0U) - order.begin())];
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < order.size(); ++i) ASSERT_EQ(order[i], i);
  }
  // 1,000 expected; the bound is six standard deviations.
  for (const int count : first_at) EXPECT_NEAR(count, 1'000, 6 * 29);
}

}  // namespace
}  // namespace kinfold::identity
