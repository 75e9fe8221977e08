// The separate verifier against what the rooms write: it must agree where all is well, and find each
// change that somebody could make.
#include "base/random.h"
#include "seal/note.h"
#include "unit/holding/holding_testing.h"
#include "verify/checks.h"
#include "verify/merkle.h"

namespace kinfold::holding {
namespace {

namespace kv = kinfold_verify;

class Verifier : public DwpSite {
 protected:
  void SetUp() override {
    DwpSite::SetUp();
    card_ = kv::read_card(seal::card_file(keys_).value()).value();
    for (int i = 0; i < 5; ++i) store();
  }
  std::string exported() {
    const std::string path = folder_ / "ledger.txt";
    EXPECT_TRUE(site_.ledger->export_text(path).ok());
    return std::string(seal::as_text(seal::read_whole_file(path, 1 << 24).value()));
  }
  kv::Card card_;
};

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST_F(Verifier, ReadsACardAndItsFingerprintAsKinfoldDoes) {
  const std::string text = seal::card_file(keys_).value();
  EXPECT_EQ(card_.party, "dwp");
  EXPECT_EQ(kv::fingerprint(text), seal::fingerprint(seal::card_of(keys_)));
  EXPECT_FALSE(kv::read_card(replaced(text, "dwp", "moj")));
  EXPECT_FALSE(kv::read_card(""));
}

TEST_F(Verifier, FindsASoundLedgerSoundWithHeadsKeptElsewhere) {
  const std::string kept = site_.ledger->head_note();
  store();
  const auto outcome = kv::check_ledger(exported(), card_, {kept});
  EXPECT_TRUE(outcome.sound) << outcome.words;
  EXPECT_NE(outcome.words.find("12 entries"), std::string::npos) << outcome.words;
}

TEST_F(Verifier, LocatesEachChangeToALedger) {
  const std::string text = exported();
  const auto words = [&](const std::string& changed) { return kv::check_ledger(changed, card_, {}).words; };
  EXPECT_EQ(words(replaced(text, "rows=3", "rows=4")), "entry 0 was edited: entry 1 names another hash");
  const auto third = text.find("\n2 ");
  const auto fourth = text.find("\n3 ");
  EXPECT_EQ(words(text.substr(0, third) + text.substr(fourth)), "entry 2 is missing or out of order");
  const auto tenth = text.find("\n9 ");
  const auto end = text.find("\n--\n");
  EXPECT_EQ(words(text.substr(0, tenth) + text.substr(end)),
            "cut short: its own head is over 10 entries, and 9 are here");
  EXPECT_EQ(words(replaced(text, "\n10\n", "\n11\n")), "the head is not signed by dwp");
  EXPECT_EQ(words(""), "is not an exported ledger");
}

TEST_F(Verifier, RefusesALedgerWithAnyOneCharacterChanged) {
  const std::string text = exported();
  RandomStream random(41);
  for (int round = 0; round < 300; ++round) {
    std::string changed = text;
    const auto at = random.below(text.size() - 1);  // the last line end is not signed
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(kv::check_ledger(changed, card_, {}).sound) << "byte " << at;
  }
}

TEST_F(Verifier, ChecksProofsOfEveryEntryAndEverySize) {
  for (std::uint64_t i = 0; i < site_.ledger->size(); ++i) {
    const std::string inclusion = site_.ledger->prove_inclusion(i).value();
    const auto outcome = kv::check_proof(inclusion, card_);
    EXPECT_TRUE(outcome.sound) << outcome.words;
    EXPECT_FALSE(kv::check_proof(replaced(inclusion, "rows=3", "rows=1"), card_).sound);
    const std::string consistency = site_.ledger->prove_consistency(i + 1).value();
    EXPECT_TRUE(kv::check_proof(consistency, card_).sound) << kv::check_proof(consistency, card_).words;
  }
  EXPECT_FALSE(kv::check_proof("", card_).sound);
}

TEST_F(Verifier, SaysOfACertificateWhetherItWasInTime) {
  const Holding holding = store();
  const auto note = site_.door->destroy(holding.id, "link-1", ledger::Reason::kNone).value().note;
  const auto outcome = kv::check_certificate(note, card_);
  EXPECT_TRUE(outcome.sound) << outcome.words;
  EXPECT_NE(outcome.words.find("in time"), std::string::npos);
  EXPECT_NE(outcome.words.find("cannot prove"), std::string::npos);
  EXPECT_FALSE(kv::check_certificate(replaced(note, "rows: 3", "rows: 9"), card_).sound);
  EXPECT_FALSE(kv::check_certificate(site_.ledger->head_note(), card_).sound);
  site_.clock.set(*parse_rfc3339("2021-05-01T00:00:00Z"));
  const auto late = site_.door->enforce().value();
  EXPECT_NE(kv::check_certificate(late[0].note, card_).words.find("LATE"), std::string::npos);
}

TEST_F(Verifier, ReadsAnySignedNote) {
  const auto note = seal::sign_note("receipt\n", "dwp", keys_.signer).value();
  EXPECT_TRUE(kv::check_note(note, card_).sound);
  EXPECT_FALSE(kv::check_note(replaced(note, "receipt", "deceipt"), card_).sound);
}

TEST(Merkle, AgreesWithTheLedgersOwnTreesAtEverySize) {
  std::vector<kv::Hash> theirs;
  std::vector<ledger::Digest> ours;
  for (std::uint64_t size = 1; size <= 40; ++size) {
    const std::string line = "entry " + std::to_string(size);
    theirs.push_back(kv::leaf(line));
    ours.push_back(ledger::leaf_hash(line));
    ASSERT_EQ(kv::root(theirs, 0, size), ledger::tree_root(ours).bytes);
    for (std::uint64_t i = 0; i < size; ++i) {
      std::vector<kv::Hash> path;
      for (const auto& digest : ledger::inclusion_path(ours, i)) path.push_back(digest.bytes);
      EXPECT_EQ(kv::root_from_inclusion(theirs[i], i, size, path), ledger::tree_root(ours).bytes);
      path.clear();
      for (const auto& digest : ledger::consistency_path(ours, i + 1)) path.push_back(digest.bytes);
      const auto first = ledger::tree_root(std::span(ours).first(i + 1)).bytes;
      const auto roots = kv::roots_from_consistency(i + 1, size, first, path);
      ASSERT_TRUE(roots) << i + 1 << " of " << size;
      EXPECT_EQ(roots->first, first);
      EXPECT_EQ(roots->second, ledger::tree_root(ours).bytes);
    }
  }
}

}  // namespace
}  // namespace kinfold::holding
