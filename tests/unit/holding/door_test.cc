#include "holding/door.h"

#include <sqlite3.h>

#include "holding_testing.h"

namespace kinfold::holding {
namespace {

const Asking kLinker{"link-1", "linkage", {}, {}};

void change_catalogue(const std::string& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  char* message = nullptr;
  EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK)
      << (message ? message : "");
  sqlite3_free(message);
  sqlite3_close(handle);
}

TEST_F(DwpSite, OpensWhatWasStored) {
  const Holding holding = store(1000);
  EXPECT_EQ(holding.expires, *parse_iso_date("2021-04-01"));
  EXPECT_EQ(holding.row_count, 1000u);
  auto opened = site_.door->open(holding.id, kLinker);
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  EXPECT_EQ(opened.value().find("people")->row_count(), 1000u);
  EXPECT_EQ(opened.value().find("people")->find("reference")->string_at(999), "canary-999");
}

TEST_F(DwpSite, EntersTheIntentBeforeTheActAndWhatCameOfIt) {
  const Holding holding = store();
  ASSERT_TRUE(site_.door->open(holding.id, kLinker).ok());
  const auto entries = site_.ledger->entries().value();
  ASSERT_EQ(entries.size(), 4u);
  EXPECT_EQ(entries[2].entry.verb, ledger::Verb::kOpen);
  EXPECT_EQ(entries[2].entry.phase, ledger::Phase::kIntent);
  EXPECT_EQ(entries[3].entry.phase, ledger::Phase::kDone);
  EXPECT_EQ(entries[3].entry.actor.text(), "link-1");
  EXPECT_EQ(entries[3].entry.duty.text(), "linkage");
  EXPECT_EQ(entries[3].entry.subject, holding.id);
  EXPECT_EQ(entries[3].entry.counts[0].number, 3u);
}

TEST_F(DwpSite, LeavesNothingInTheClearOnDisk) {
  const Holding holding = store(50);
  ASSERT_TRUE(site_.door->open(holding.id, kLinker).ok());
  EXPECT_FALSE(found_below(folder_.path(), "canary"));
  EXPECT_FALSE(found_below(folder_.path(), "PAR1"));
}

TEST_F(DwpSite, RefusesAnActorWhoIsNotThereOrHasAnotherDutyOrPurpose) {
  const Holding holding = store();
  EXPECT_EQ(open_error(holding.id, {"Sarah Jones", "linkage", {}, {}}),
            "no such actor at this site; actors.toml lists them");
  EXPECT_EQ(last_entry().reason, ledger::Reason::kUnknownActor);
  EXPECT_TRUE(last_entry().actor.empty());
  EXPECT_NE(open_error(holding.id, {"ana-1", "linkage", {}, {}}).find("this duty may not open"),
            std::string::npos);
  EXPECT_EQ(last_entry().reason, ledger::Reason::kCharter);
  EXPECT_EQ(last_entry().phase, ledger::Phase::kRefused);
  EXPECT_NE(open_error(holding.id, {"link-1", "evaluation", {}, {}}), "opened");
  EXPECT_NE(open_error(holding.id, {"link-1", "curiosity", {}, {}}), "opened");
  EXPECT_NE(open_error(holding.id, {"link-1", "linkage", Duty::kIntake, {}}), "opened");
  EXPECT_EQ(open_error(seal::random_id(), kLinker),
            "there is no such holding at this site; 'kinfold retention status' lists them");
}

TEST_F(DwpSite, NeedsASecondActorToBeAnotherInAnotherDuty) {
  const Holding holding = store();
  EXPECT_EQ(open_error(holding.id, {"link-1", "linkage", {}, "dp-1"}), "opened");
  EXPECT_EQ(last_entry().second_actor.text(), "dp-1");
  for (const auto* second : {"link-1", "gone-1", "nobody"}) {
    EXPECT_EQ(open_error(holding.id, {"link-1", "linkage", {}, second}),
              "the second actor must be somebody else, in another duty than the first");
  }
}

TEST_F(DwpSite, OpensNothingPastItsExpiryAlthoughNobodyEnforcedIt) {
  const Holding holding = store();
  site_.clock.set(*parse_rfc3339("2021-04-01T23:59:59Z"));
  EXPECT_EQ(open_error(holding.id, kLinker), "opened");
  EXPECT_EQ(site_.door->days_left(holding), 0);
  site_.clock.advance_seconds(1);
  EXPECT_EQ(open_error(holding.id, kLinker), "the holding expired: its last day was 2021-04-01");
  EXPECT_EQ(last_entry().reason, ledger::Reason::kExpired);
  EXPECT_TRUE(site_.door->live(Kind::kRequest).value().empty());
}

TEST_F(DwpSite, OpensNothingWhenTheClockWasSetBack) {
  const Holding holding = store();
  site_.clock.set(*parse_rfc3339("2021-04-02T00:00:00Z"));
  EXPECT_NE(open_error(holding.id, kLinker), "opened");
  site_.clock.set(*parse_rfc3339("2021-03-15T00:00:00Z"));
  EXPECT_NE(open_error(holding.id, kLinker).find("the clock stands before the last entry"),
            std::string::npos);
}

TEST_F(DwpSite, OpensNothingWhoseCatalogueRowWasChanged) {
  const Holding holding = store();
  const std::string catalogue = site_.folder() + "/holdings/catalogue.db";
  for (const std::string change :
       {"expires = expires + 365", "data_classes = ''", "origin = 'moj'", "purpose = 'rights'",
        "kind = 'return'", "created = created + 86400", "row_count = 4"}) {
    site_.stop();
    std::filesystem::copy_file(catalogue, folder_ / "kept",
                               std::filesystem::copy_options::overwrite_existing);
    change_catalogue(catalogue, "UPDATE holdings SET " + change + ";");
    ASSERT_TRUE(site_.start().ok());
    EXPECT_NE(open_error(holding.id, kLinker), "opened") << change;
    site_.stop();
    std::filesystem::copy_file(folder_ / "kept", catalogue,
                               std::filesystem::copy_options::overwrite_existing);
    ASSERT_TRUE(site_.start().ok());
  }
  EXPECT_EQ(open_error(holding.id, kLinker), "opened");
}

TEST_F(DwpSite, OpensNoFileThatWasAlteredCutOrSwapped) {
  const Holding holding = store(5000);
  const Holding other = store(5000);
  const std::string path = site_.door->folder_of(holding.id) + "/data";
  const auto good = seal::read_whole_file(path, 1 << 30).value();
  for (std::size_t at = 0; at < good.size(); at += good.size() / 23) {
    auto bad = good;
    bad[at] ^= std::byte{1};
    ASSERT_TRUE(seal::write_whole_file(path, bad).ok());
    EXPECT_NE(open_error(holding.id, kLinker), "opened") << at;
    ASSERT_TRUE(seal::write_whole_file(path, seal::ByteView(good).first(at)).ok());
    EXPECT_NE(open_error(holding.id, kLinker), "opened") << at;
  }
  const auto others = seal::read_whole_file(site_.door->folder_of(other.id) + "/data", 1 << 30).value();
  ASSERT_TRUE(seal::write_whole_file(path, others).ok());
  EXPECT_EQ(open_error(holding.id, kLinker),
            "the holding's file was altered or cut short; take it from a backup");
}

TEST_F(DwpSite, AsksTheObjectionsBeforeItHandsAnythingOut) {
  const Holding holding = store(3);
  site_.door->set_objections([](const Holding&, std::string_view purpose, seal::Contents& contents) {
    EXPECT_EQ(purpose, "linkage");
    contents.tables[0].table = contents.tables[0].table.take({0, 2});
    return Result<std::uint64_t>(1);
  });
  auto opened = site_.door->open(holding.id, kLinker);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened.value().tables[0].table.row_count(), 2u);
  EXPECT_EQ(last_entry().counts[1].number, 1u);
  site_.door->set_objections([](const Holding&, std::string_view, seal::Contents&) {
    return Result<std::uint64_t>(refused("the objections cannot be read"));
  });
  EXPECT_EQ(open_error(holding.id, kLinker), "the objections cannot be read");
}

TEST_F(DwpSite, KeepsOnlyWhatTheCharterLetsItHold) {
  NewHolding what = a_request();
  what.data_classes = {"offending"};
  EXPECT_FALSE(site_.door->store(what, some_people(1), kLinker).ok());
  what = a_request();
  what.kind = Kind::kRelease;
  EXPECT_FALSE(site_.door->store(what, some_people(1), kLinker).ok());
  what = a_request();
  what.purpose = "curiosity";
  EXPECT_FALSE(site_.door->store(what, some_people(1), kLinker).ok());
  EXPECT_FALSE(site_.door->store(a_request(), some_people(1), {"nobody", "linkage", {}, {}}).ok());
  what = a_request();
  what.expires = parse_iso_date("2021-02-01");
  EXPECT_EQ(site_.door->store(what, some_people(1), kLinker).error().message,
            "'request' may not be kept here any more: the last day was 2021-02-01");
  what.expires = parse_iso_date("2030-01-01");
  EXPECT_EQ(site_.door->store(what, some_people(1), kLinker).value().expires, parse_iso_date("2021-04-01"));
  EXPECT_EQ(site_.door->list().value().size(), 1u);
}

TEST_F(DwpSite, DestroysTheKeyEverywhereAndThenTheData) {
  const Holding holding = store(100);
  const auto keys = seal::read_whole_file(site_.folder() + "/holdings/keys", 1 << 20).value();
  const std::string wrapped(seal::as_text(keys).substr(72, 72));
  const auto data = seal::read_whole_file(site_.door->folder_of(holding.id) + "/data", 1 << 30).value();
  const std::string piece(seal::as_text(data).substr(100, 64));
  ASSERT_TRUE(found_below(folder_.path(), wrapped));
  ASSERT_TRUE(found_below(folder_.path(), piece));
  auto certificate = site_.door->destroy(holding.id, "dp-1", ledger::Reason::kRights);
  ASSERT_TRUE(certificate.ok()) << certificate.error().message;
  EXPECT_FALSE(found_below(folder_.path(), wrapped));
  EXPECT_FALSE(found_below(folder_.path(), piece));
  EXPECT_FALSE(std::filesystem::exists(site_.door->folder_of(holding.id)));
  EXPECT_EQ(open_error(holding.id, kLinker), "the holding was destroyed; its certificate says when and how");
  EXPECT_EQ(site_.door->destroy(holding.id, "dp-1", ledger::Reason::kNone).value().note,
            certificate.value().note);
  EXPECT_FALSE(site_.door->destroy(holding.id, "nobody", ledger::Reason::kNone).ok());
}

TEST_F(DwpSite, EnforcesWhatIsDueAndLeavesTheRest) {
  const Holding first = store();
  site_.clock.set(*parse_rfc3339("2021-03-20T00:00:00Z"));
  const Holding second = store();
  EXPECT_TRUE(site_.door->enforce().value().empty());
  site_.clock.set(*parse_rfc3339("2021-04-05T00:00:00Z"));
  const auto certificates = site_.door->enforce().value();
  ASSERT_EQ(certificates.size(), 1u);
  EXPECT_EQ(certificates[0].holding, first.id);
  EXPECT_EQ(certificates[0].reason, "retention");
  EXPECT_FALSE(certificates[0].in_time());
  EXPECT_EQ(site_.door->find(first.id).value().state, HoldingState::kDestroyed);
  EXPECT_EQ(site_.door->find(second.id).value().state, HoldingState::kLive);
  EXPECT_TRUE(site_.door->enforce().value().empty());
  EXPECT_EQ(site_.door->certificates().value().size(), 1u);
}

TEST_F(DwpSite, LetsOneProcessInAtATime) {
  Site second("dwp", folder_ / "dwp", keys_);
  EXPECT_EQ(second.start().error().message,
            "another kinfold is at work on this site; wait until it is done and run this again");
  site_.stop();
  EXPECT_TRUE(second.start().ok());
}

TEST_F(DwpSite, SaysWhenTheFolderCannotBeWritten) {
  site_.stop();
  // A plain file where the folder of holdings should be: also root cannot write into that.
  std::filesystem::remove_all(folder_ / "dwp/holdings");
  ASSERT_TRUE(seal::write_whole_file(folder_ / "dwp/holdings", {}).ok());
  EXPECT_EQ(site_.start().error().code, ErrorCode::kIo);
}

TEST_F(DwpSite, CannotBeOpenedWithAnotherSitesKeys) {
  const Holding holding = store();
  site_.stop();
  const seal::SiteKeys stranger = seal::make_site_keys("dwp");
  std::filesystem::remove(folder_ / "dwp/ledger.db");  // or the ledger would refuse first
  Site other("dwp", folder_ / "dwp", stranger);
  ASSERT_TRUE(other.start().ok());
  EXPECT_FALSE(other.door->open(holding.id, kLinker).ok());
}

}  // namespace
}  // namespace kinfold::holding
