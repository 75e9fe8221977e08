#include "site/receipts.h"

#include <gtest/gtest.h>

#include "seal/note.h"

namespace kinfold::site {
namespace {

class Receipts : public testing::Test {
 protected:
  std::string signed_by(const seal::SiteKeys& keys, const std::string& text) const {
    return seal::sign_note(text, keys.party, keys.signer).value();
  }
  static std::string text(const std::string& party = "dwp", const std::string& rows = "2") {
    return "kinfold receipt v1\nparty: " + party +
           "\nnotice: 0123456789abcdef0123456789abcdef\ndone: 2020-08-20\nrows: " + rows + "\n";
  }
  seal::SiteKeys dwp_ = seal::make_site_keys("dwp");
  seal::SiteKeys moj_ = seal::make_site_keys("moj");
};

TEST_F(Receipts, SayWhoAnswersWhatAndWhen) {
  const auto receipt = verify_receipt(signed_by(dwp_, text()), seal::card_of(dwp_));
  ASSERT_TRUE(receipt.ok()) << receipt.error().message;
  EXPECT_EQ(receipt.value().party, "dwp");
  EXPECT_EQ(seal::to_hex(receipt.value().notice), "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(to_iso(receipt.value().done), "2020-08-20");
  EXPECT_EQ(receipt.value().row_count, 2u);
}

TEST_F(Receipts, OfAnotherPartyAreRefused) {
  EXPECT_EQ(verify_receipt(signed_by(moj_, text()), seal::card_of(dwp_)).error().code, ErrorCode::kRefused);
  const auto for_another = verify_receipt(signed_by(dwp_, text("moj")), seal::card_of(dwp_));
  ASSERT_FALSE(for_another.ok());
  EXPECT_EQ(for_another.error().message, "the receipt is of another party than the one that signed it");
}

TEST_F(Receipts, ThatWereChangedInAnyCharacterAreRefused) {
  const auto note = signed_by(dwp_, text());
  for (std::size_t at = 0; at < text().size(); ++at) {
    auto changed = note;
    changed[at] = changed[at] == '1' ? '2' : '1';
    EXPECT_FALSE(verify_receipt(changed, seal::card_of(dwp_)).ok()) << at;
  }
}

TEST_F(Receipts, ThatAreNoReceiptsAreRefused) {
  for (const auto& wrong :
       {std::string("kinfold receipt v2\n"), text() + "more: 1\n", text("dwp", "-1"), text("dwp", "2x"),
        text("dwp", ""),
        std::string("kinfold receipt v1\nparty: dwp\nnotice: 01\ndone: 2020-08-20\nrows: 2\n")}) {
    const auto receipt = verify_receipt(signed_by(dwp_, wrong), seal::card_of(dwp_));
    ASSERT_FALSE(receipt.ok()) << wrong;
    EXPECT_EQ(receipt.error().message, "is not a receipt; ask the sender for a new one");
  }
}

}  // namespace
}  // namespace kinfold::site
