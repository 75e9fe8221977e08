#include "holding/certificate.h"

#include "holding_testing.h"

namespace kinfold::holding {
namespace {

TEST_F(DwpSite, CertifiesWhatWasDestroyedForAnybodyWhoHasTheCard) {
  NewHolding what = a_request();
  what.package = seal::random_id();
  const Holding holding = site_.door->store(what, some_people(7), {"link-1", "linkage", {}, {}}).value();
  site_.clock.advance_seconds(86'400);
  const auto certificate = site_.door->destroy(holding.id, "link-1", ledger::Reason::kNone).value();
  auto read = verify_certificate(certificate.note, seal::card_of(keys_));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read.value().holding, holding.id);
  EXPECT_EQ(read.value().package, what.package);
  EXPECT_EQ(read.value().row_count, 7u);
  EXPECT_EQ(read.value().kind, "request");
  EXPECT_EQ(read.value().origin, "ons-demo");
  EXPECT_EQ(read.value().key_id, holding.key_id);
  EXPECT_EQ(read.value().destroyed, site_.clock.now());
  EXPECT_TRUE(read.value().in_time());
  EXPECT_NE(certificate.note.find("cannot-prove: that nobody copied the data in the clear"),
            std::string::npos);
  EXPECT_EQ(certificate.note.find("canary"), std::string::npos);
}

TEST_F(DwpSite, RefusesACertificateThatWasChangedOrIsAnothers) {
  const auto note = site_.door->destroy(store(7).id, "link-1", ledger::Reason::kNone).value().note;
  const seal::Card card = seal::card_of(keys_);
  std::string changed = note;
  changed.replace(changed.find("rows: 7"), 7, "rows: 8");
  EXPECT_EQ(verify_certificate(changed, card).error().message,
            "the certificate was altered after it was signed");
  EXPECT_FALSE(verify_certificate(note, seal::card_of(seal::make_site_keys("dwp"))).ok());
  EXPECT_FALSE(verify_certificate("", card).ok());
  EXPECT_EQ(verify_certificate(site_.ledger->head_note(), card).error().message,
            "is not a destruction certificate");
}

}  // namespace
}  // namespace kinfold::holding
