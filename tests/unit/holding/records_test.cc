#include "holding/records.h"

#include <set>

#include "holding_testing.h"

namespace kinfold::holding {
namespace {

const Asking kLinker{"link-1", "linkage", {}, {}};

class Vault : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(site_.start().ok());
    NewHolding what;
    what.kind = Kind::kVault;
    what.data_classes = {"identity"};
    what.origin = "ons-demo";
    what.purpose = "linkage";
    auto made = site_.door->create_records(what, kLinker);
    ASSERT_TRUE(made.ok()) << made.error().message;
    id_ = made.value().id;
  }
  RecordRing open() {
    auto ring = site_.door->open_records(id_, kLinker);
    EXPECT_TRUE(ring.ok()) << (ring.ok() ? "" : ring.error().message);
    return std::move(ring).value();
  }
  std::string text(const RecordRing& ring, RecordId record, const seal::Bytes& body) {
    auto plain = ring.open(record, body);
    return plain.ok() ? std::string(seal::as_text(plain.value())) : plain.error().message;
  }

  seal::TemporaryFolder folder_;
  seal::SiteKeys keys_ = seal::make_site_keys("ons-demo");
  Site site_{"ons-demo", folder_ / "ons", keys_};
  Id id_;
};

TEST_F(Vault, OpensEachRecordAcrossOpenings) {
  std::vector<std::pair<RecordId, seal::Bytes>> records;
  {
    RecordRing ring = open();
    for (int i = 0; i < 100; ++i)
      records.push_back(ring.add(seal::as_bytes("person " + std::to_string(i))).value());
    ASSERT_TRUE(ring.sync().ok());
  }
  RecordRing ring = open();
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(records[i].first.number, i + 1);
    EXPECT_EQ(text(ring, records[i].first, records[i].second), "person " + std::to_string(i));
  }
  EXPECT_EQ(ring.opened_count(), 100u);
  ASSERT_TRUE(ring.close().ok());
  const auto last = site_.ledger->entries().value().back().entry;
  EXPECT_EQ(last.verb, ledger::Verb::kOpen);
  EXPECT_EQ(last.counts[0].number, 100u);
  EXPECT_FALSE(ring.open(records[0].first, records[0].second).ok());
}

TEST_F(Vault, TakesManyRecordsAtOnceEachUnderAKeyOfItsOwn) {
  std::vector<seal::PlainBytes> many;
  const auto plain = [](const std::string& said) {
    const auto bytes = seal::as_bytes(said);
    return seal::PlainBytes(bytes.begin(), bytes.end());
  };
  for (int i = 0; i < 1'000; ++i) many.push_back(plain("person " + std::to_string(i)));
  AddedRecords added;
  {
    RecordRing ring = open();
    ASSERT_EQ(ring.add(seal::as_bytes("one before")).value().first.number, 1u);
    added = ring.add_all(many, 3).value();
    EXPECT_EQ(ring.add_all({}, 3).value().sealed.size(), 0u);
    EXPECT_EQ(ring.added_count(), 1'001u);
    ASSERT_TRUE(ring.close().ok());
    EXPECT_FALSE(ring.add_all(many, 3).ok()) << "it is closed";
  }
  EXPECT_EQ(added.first.number, 2u);
  RecordRing ring = open();
  std::set<seal::Bytes> different;
  for (std::size_t i = 0; i < many.size(); ++i) {
    const RecordId record{added.first.number + i};
    EXPECT_EQ(text(ring, record, added.sealed[i]), "person " + std::to_string(i));
    different.insert(seal::Bytes(added.sealed[i].begin(), added.sealed[i].begin() + 24));
  }
  EXPECT_EQ(different.size(), 1'000u) << "no nonce twice";
  const RecordId gone{added.first.number + 7};
  ASSERT_TRUE(ring.forget(std::span(&gone, 1)).ok());
  EXPECT_FALSE(ring.open(gone, added.sealed[7]).ok());
  EXPECT_TRUE(ring.open({gone.number + 1}, added.sealed[8]).ok());
}

TEST_F(Vault, MakesOnePersonUnreadableInEveryCopyOfTheBodies) {
  RecordRing ring = open();
  auto ann = ring.add(seal::as_bytes("ann")).value();
  auto bob = ring.add(seal::as_bytes("bob")).value();
  ASSERT_TRUE(ring.sync().ok());
  const auto keys = seal::read_whole_file(site_.door->folder_of(id_) + "/record-keys", 1 << 20).value();
  const std::string wrapped(seal::as_text(keys).substr(72, 72));
  ASSERT_TRUE(ring.forget(std::span(&ann.first, 1)).ok());
  EXPECT_EQ(text(ring, ann.first, ann.second), "the record's key was destroyed; nobody can open it");
  EXPECT_EQ(text(ring, bob.first, bob.second), "bob");
  EXPECT_FALSE(ring.readable(ann.first));
  EXPECT_TRUE(ring.readable(bob.first));
  EXPECT_FALSE(found_below(folder_.path(), wrapped));
  EXPECT_TRUE(ring.forget(std::span(&ann.first, 1)).ok()) << "twice is no error";
  EXPECT_FALSE(ring.seal(ann.first, seal::as_bytes("again")).ok());
  EXPECT_EQ(ring.add(seal::as_bytes("cat")).value().first.number, 3u) << "a place is never given out twice";
}

TEST_F(Vault, SealsANewVersionUnderTheSameKey) {
  RecordRing ring = open();
  auto record = ring.add(seal::as_bytes("smyth")).value();
  const auto mended = ring.seal(record.first, seal::as_bytes("smith")).value();
  EXPECT_EQ(text(ring, record.first, mended), "smith");
}

TEST_F(Vault, RefusesABodyOfAnotherRecordOrOneThatWasAltered) {
  RecordRing ring = open();
  auto ann = ring.add(seal::as_bytes("ann")).value();
  auto bob = ring.add(seal::as_bytes("bob")).value();
  const std::string refusal =
      "a sealed record was altered, or belongs to another record; take it from a backup";
  EXPECT_EQ(text(ring, ann.first, bob.second), refusal);
  for (auto& byte : ann.second) {
    byte ^= std::byte{1};
    EXPECT_EQ(text(ring, ann.first, ann.second), refusal);
    byte ^= std::byte{1};
  }
  EXPECT_EQ(text(ring, ann.first, {}), "a sealed record is too short to be one");
  EXPECT_EQ(text(ring, {99}, ann.second), "the record's key was destroyed; nobody can open it");
}

TEST_F(Vault, OpensNothingAfterItsLastDayEvenWithARingAtHand) {
  RecordRing ring = open();
  auto ann = ring.add(seal::as_bytes("ann")).value();
  site_.clock.set(*parse_rfc3339("2022-12-31T23:59:59Z"));
  EXPECT_EQ(text(ring, ann.first, ann.second), "ann");
  site_.clock.advance_seconds(1);
  EXPECT_EQ(text(ring, ann.first, ann.second),
            "the holding of records has expired; its records can no longer be opened");
}

TEST_F(Vault, MakesTokensThatDependOnDomainTextAndHolding) {
  const RecordRing ring = open();
  EXPECT_EQ(ring.token("block", "smith"), ring.token("block", "smith"));
  EXPECT_NE(ring.token("block", "smith"), ring.token("objection", "smith"));
  EXPECT_NE(ring.token("block", "smith"), ring.token("blocks", "mith"));
  EXPECT_NE(ring.token("blocks", "mith"), ring.token("block", "smith"));
  NewHolding what;
  what.kind = Kind::kVault;
  what.data_classes = {"identity"};
  what.purpose = "linkage";
  const auto other = site_.door->create_records(what, kLinker).value();
  EXPECT_NE(site_.door->open_records(other.id, kLinker).value().token("block", "smith"),
            ring.token("block", "smith"));
}

TEST_F(Vault, IsOpenedByItsDutyOnlyAndNotAsTables) {
  EXPECT_FALSE(site_.door->open_records(id_, {"ana-1", "linkage", {}, {}}).ok());
  EXPECT_EQ(site_.door->open(id_, kLinker).error().message, "the holding is opened record by record");
}

TEST_F(Vault, GoesWithEverythingInItsFolder) {
  RecordRing ring = open();
  auto ann = ring.add(seal::as_bytes("ann")).value();
  ASSERT_TRUE(ring.close().ok());
  const std::string body(seal::as_text(ann.second));
  ASSERT_TRUE(seal::write_whole_file(site_.door->folder_of(id_) + "/vault.db", ann.second).ok());
  ASSERT_TRUE(site_.door->destroy(id_, "dp-1", ledger::Reason::kRetention).ok());
  EXPECT_FALSE(std::filesystem::exists(site_.door->folder_of(id_)));
  EXPECT_FALSE(found_below(folder_.path(), body));
}

}  // namespace
}  // namespace kinfold::holding
