#include "seal/custody.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "seal/note.h"
#include "seal_testing.h"

namespace kinfold::seal {
namespace {

class Custody : public testing::Test {
 protected:
  std::vector<NamedShare> some(const std::vector<int>& which) const {
    std::vector<NamedShare> given;
    for (const int i : which) {
      given.push_back({"share-" + std::to_string(i), shares_[static_cast<std::size_t>(i - 1)].clone()});
    }
    return given;
  }
  std::string refusal(const std::vector<NamedShare>& given) const {
    auto combined = combine_keys(given, card_of(keys_));
    return combined.ok() ? "combined" : combined.error().message;
  }
  SiteKeys keys_ = make_site_keys("ons");
  std::vector<SecretBytes> shares_ = split_keys(keys_, {3, 5}).value();
};

TEST_F(Custody, BringsTheKeysBackFromAnyThreeOfFiveInAnyOrder) {
  std::vector<int> mask{0, 0, 1, 1, 1};
  int tried = 0;
  do {
    std::vector<int> which;
    for (int i = 0; i < 5; ++i) {
      if (mask[static_cast<std::size_t>(i)] != 0) which.insert(which.begin(), i + 1);
    }
    auto combined = combine_keys(some(which), card_of(keys_));
    ASSERT_TRUE(combined.ok()) << combined.error().message;
    EXPECT_EQ(card_of(combined.value()), card_of(keys_));
    EXPECT_TRUE(std::ranges::equal(combined.value().master.bytes(), keys_.master.bytes()));
    ++tried;
  } while (std::next_permutation(mask.begin(), mask.end()));
  EXPECT_EQ(tried, 10);
  EXPECT_EQ(refusal(some({1, 2, 3, 4, 5})), "combined");
}

TEST_F(Custody, TakesNoFewer) {
  EXPECT_EQ(refusal(some({2, 5})), "2 shares are not enough: 3 are needed");
  EXPECT_EQ(refusal({}), "0 shares are not enough");
  EXPECT_EQ(refusal(some({2, 5, 2})), "share-2: this share was given twice");
}

TEST_F(Custody, NamesTheShareThatWasAltered) {
  for (const std::size_t at : {std::size_t{30}, shares_[1].size() / 2, shares_[1].size() - 5}) {
    auto given = some({1, 2, 3});
    given[1].text.bytes()[at] ^= std::byte{1};
    EXPECT_EQ(refusal(given), "share-2: this share was altered, or is not this site's; leave it out") << at;
  }
}

TEST_F(Custody, RefusesSharesOfAnotherSplittingOrAnotherSite) {
  auto given = some({1, 2});
  given.push_back({"old-3", split_keys(keys_, {3, 5}).value()[2].clone()});
  EXPECT_EQ(refusal(given), "old-3: this share is of another splitting than the first");
  given.back() = {"dwp-3", split_keys(make_site_keys("dwp"), {3, 5}).value()[2].clone()};
  EXPECT_EQ(refusal(given), "dwp-3: this share was altered, or is not this site's; leave it out");
}

TEST_F(Custody, KeepsToItsLimits) {
  for (const CustodyRule rule :
       {CustodyRule{1, 3}, CustodyRule{4, 3}, CustodyRule{2, 17}, CustodyRule{-1, -1}}) {
    EXPECT_EQ(split_keys(keys_, rule).error().code, ErrorCode::kInvalid);
  }
  EXPECT_EQ(split_keys(keys_, {16, 16}).value().size(), 16u);
}

TEST_F(Custody, TellsNothingWithTwoOfThree) {
  // Two shares fit every secret: with another third share's value they lead elsewhere, and only the
  // box, which needs the right one, can tell. So a forged third share, signed by the site, is refused.
  const auto text = verify_note(as_text(shares_[2].bytes()), "ons", keys_.signer.open).value();
  std::string forged = text;
  const auto at = forged.find("value: ") + 7;
  forged[at] = forged[at] == '0' ? '1' : '0';
  const auto note = sign_note(forged, "ons", keys_.signer).value();
  auto given = some({1, 2});
  given.push_back({"share-3", SecretBytes::copy_of(as_bytes(note))});
  EXPECT_EQ(refusal(given), "the shares do not fit together");
}

}  // namespace
}  // namespace kinfold::seal
