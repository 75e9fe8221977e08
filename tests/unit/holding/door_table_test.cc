// Every role x kind (with its data classes) x duty x purpose x time: what the door does is what the
// charter's list of openings says, looked up here by a plain loop of its own.
#include <set>

#include "holding_testing.h"
#include "measured.h"

namespace kinfold::holding {
namespace {

struct Who {
  const char* actor;
  Duty duty;
};
constexpr Who kWho[] = {{"in-1", Duty::kIntake},
                        {"link-1", Duty::kLinkage},
                        {"ana-1", Duty::kAnalysis},
                        {"check-1", Duty::kOutputChecking},
                        {"dp-1", Duty::kDataProtection}};
constexpr const char* kParties[] = {"east-cheshire", "ons-demo", "dwp", "moj", "dfe", "ministry"};

bool listed(charter::Role role, Kind kind, Duty duty, const std::string& purpose) {
  for (const auto& opening : demo_charter().openings) {
    if (opening.role != role || opening.kind != kind) continue;
    if (std::find(opening.duties.begin(), opening.duties.end(), duty) == opening.duties.end()) continue;
    if (std::find(opening.purposes.begin(), opening.purposes.end(), purpose) != opening.purposes.end())
      return true;
  }
  return false;
}

/// A document, not a table: thousands of openings need not read Parquet each time.
seal::Contents a_note() {
  seal::Contents contents;
  const auto text = seal::as_bytes("something held");
  contents.documents.push_back({"note.txt", {text.begin(), text.end()}});
  return contents;
}

/// Every data class alone, and none: objections and receipts hold no data of the charter's classes.
std::vector<std::vector<std::string>> classes() {
  std::vector<std::vector<std::string>> all = {{}};
  for (const auto& data_class : demo_charter().data_classes) all.push_back({data_class.id});
  return all;
}

/// Holdings of every kind and data class that the site may hold.
std::vector<Holding> fill(Site& site, const std::string& party) {
  std::vector<Holding> holdings;
  for (int kind = 0; kind <= static_cast<int>(Kind::kNotice); ++kind) {
    for (const auto& data_classes : classes()) {
      NewHolding what;
      what.kind = static_cast<Kind>(kind);
      what.data_classes = data_classes;
      what.origin = party;
      for (const auto& purpose : demo_charter().purposes) {
        what.purpose = purpose.id;
        auto stored = site.door->store(what, a_note(), {"in-1", purpose.id, {}, {}});
        if (!stored.ok()) continue;
        holdings.push_back(stored.value());
        break;
      }
    }
  }
  return holdings;
}

/// One line of the charter's openings, written out.
std::string line_of(Kind kind, Duty duty, const std::string& purpose) {
  return std::string(charter::name(kind)) + " by " + std::string(charter::name(duty)) + " for " + purpose;
}

/// All that the charter lets this role open.
std::set<std::string> lines_of(charter::Role role) {
  std::set<std::string> lines;
  for (const auto& opening : demo_charter().openings) {
    if (opening.role != role) continue;
    for (const auto duty : opening.duties) {
      for (const auto& purpose : opening.purposes) lines.insert(line_of(opening.kind, duty, purpose));
    }
  }
  return lines;
}

class DoorTable : public testing::TestWithParam<const char*> {};

TEST_P(DoorTable, OpensExactlyWhatTheCharterLists) {
  const std::string party = GetParam();
  const auto role = demo_charter().find_party(party)->role;
  const seal::TemporaryFolder folder;
  const seal::SiteKeys keys = seal::make_site_keys(party);
  Site site(party, folder / "site", keys);
  ASSERT_TRUE(site.start().ok());
  const auto holdings = fill(site, party);
  ASSERT_FALSE(holdings.empty());
  std::set<std::string> seen;
  int opened_count = 0;
  int asked_count = 0;
  for (const char* time : {"2021-03-01T10:00:00Z", "2021-04-01T23:59:59Z", "2021-04-02T00:00:00Z",
                           "2022-12-31T23:59:59Z", "2023-01-01T00:00:00Z"}) {
    site.clock.set(*parse_rfc3339(time));
    for (const auto& holding : holdings) {
      for (const auto& who : kWho) {
        for (const auto& purpose : demo_charter().purposes) {
          const bool in_time =
              site.clock.today() <= holding.expires && site.clock.today() <= demo_charter().ends;
          const bool expected = in_time && listed(role, holding.kind, who.duty, purpose.id);
          const auto opened = site.door->open(holding.id, {who.actor, purpose.id, {}, {}});
          // Past the programme's end a few kinds may be finished; those are looked at by the charter's tests.
          if (site.clock.today() > demo_charter().ends && in_time == false &&
              holding.expires >= site.clock.today())
            continue;
          EXPECT_EQ(opened.ok(), expected)
              << party << " " << charter::name(holding.kind) << " "
              << (holding.data_classes.empty() ? "no class" : holding.data_classes[0]) << " "
              << charter::name(who.duty) << " " << purpose.id << " " << time << ": "
              << (opened.ok() ? "opened" : opened.error().message);
          ++asked_count;
          opened_count += opened.ok() ? 1 : 0;
          if (opened.ok()) seen.insert(line_of(holding.kind, who.duty, purpose.id));
        }
      }
    }
  }
  EXPECT_EQ(seen, lines_of(role)) << "a line of the charter that was never tried proves nothing";
  EXPECT_GT(asked_count, opened_count);
  if (party == "ons-demo") {
    record_measured("inside",
                    "openings tried at the trusted party: each kind, data class, duty, purpose and time",
                    std::to_string(asked_count) + " tried, " + std::to_string(opened_count) +
                        " opened, each of them listed in the charter");
  }
}

INSTANTIATE_TEST_SUITE_P(Parties, DoorTable, testing::ValuesIn(kParties), [](const auto& given) {
  std::string name = given.param;
  std::erase(name, '-');
  return name;
});

}  // namespace
}  // namespace kinfold::holding
