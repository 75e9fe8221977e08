// What write_programme() leaves on the disk, read back as the other rooms will read it.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "scratch_folder.h"
#include "synth/mistakes.h"
#include "synth/programme.h"
#include "synth/synth.h"
#include "table/io.h"

namespace kinfold::synth {
namespace {

SynthOptions small_options(std::size_t thread_count = 2) {
  SynthOptions options;
  options.family_count = 900;
  options.seed = 7;
  options.register_sizes = {7'000, 6'000, 6'500};
  options.thread_count = thread_count;
  return options;
}

SynthSummary write(const std::string& dir, const SynthOptions& options) {
  NoProgress progress;
  auto written = write_programme(dir, options, progress);
  EXPECT_TRUE(written.ok()) << written.error().message;
  return written.ok() ? written.value() : SynthSummary{};
}

/// Written once for the tests that only read.
class ProgrammeFiles : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new ScratchFolder("programme");
    summary_ = new SynthSummary(write(folder_->path(), small_options()));
    NoProgress progress;
    truth_ = new Programme(build_programme(small_options(), progress));
  }
  static void TearDownTestSuite() {
    delete folder_;
    delete summary_;
    delete truth_;
  }

  static table::Table read(const std::string& file) {
    auto table = table::read_file(folder_->path(file));
    EXPECT_TRUE(table.ok()) << file << ": " << table.error().message;
    return table.ok() ? std::move(table.value()) : table::Table{};
  }
  static const Person& person(std::int64_t id) {
    const auto index = static_cast<std::size_t>((id - 1) / kPeopleMax);
    return truth_->families.at(index).household.people.at(static_cast<std::size_t>((id - 1) % kPeopleMax));
  }

  static ScratchFolder* folder_;
  static SynthSummary* summary_;
  static Programme* truth_;
};
ScratchFolder* ProgrammeFiles::folder_ = nullptr;
SynthSummary* ProgrammeFiles::summary_ = nullptr;
Programme* ProgrammeFiles::truth_ = nullptr;

TEST(WriteProgramme, GivesTheSameBytesOnOneTwoAndThreeThreads) {
  const ScratchFolder one("one");
  const auto summary = write(one.path(), small_options(1));
  ASSERT_EQ(summary.files.size(), 16U);
  for (const std::size_t threads : {2U, 3U}) {
    const ScratchFolder other("other");
    write(other.path(), small_options(threads));
    for (const auto& file : summary.files) {
      const auto bytes = bytes_of(one.path(file));
      EXPECT_FALSE(bytes.empty()) << file;
      EXPECT_EQ(bytes == bytes_of(other.path(file)), true) << file << " on " << threads << " threads";
    }
  }
}

TEST(WriteProgramme, GivesOtherPeopleForAnotherSeed) {
  auto options = small_options();
  options.family_count = 50;
  options.register_sizes = {200, 200, 200};
  const ScratchFolder a("a");
  const ScratchFolder b("b");
  write(a.path(), options);
  options.seed = 8;
  write(b.path(), options);
  EXPECT_NE(bytes_of(a.path("councils/east-cheshire.csv")), bytes_of(b.path("councils/east-cheshire.csv")));
  EXPECT_NE(bytes_of(a.path("registers/dwp/people.parquet")),
            bytes_of(b.path("registers/dwp/people.parquet")));
}

TEST(WriteProgramme, WorksForOneFamily) {
  auto options = small_options();
  options.family_count = 1;
  options.register_sizes = {1, 1, 1};
  const ScratchFolder folder("single");
  EXPECT_EQ(write(folder.path(), options).family_count, 1U);
}

TEST(WriteProgramme, RefusesOptionsOutOfRange) {
  const auto message = [](auto change) {
    auto options = small_options();
    change(options);
    NoProgress progress;
    const ScratchFolder folder("refused");
    const auto result = write_programme(folder.path(), options, progress);
    EXPECT_FALSE(result.ok());
    EXPECT_FALSE(std::filesystem::exists(folder.path()));
    return result.ok() ? "" : result.error().message;
  };
  EXPECT_EQ(message([](auto& o) { o.family_count = 0; }), "family_count is 0; choose 1 to 2000000");
  EXPECT_EQ(message([](auto& o) {
              o.authorities = {"a", "a", "b"};
            }),
            "authorities must be three distinct ids of lower-case letters, digits and hyphens");
  EXPECT_EQ(message([](auto& o) { o.authorities[0] = "../x"; }),
            "authorities must be three distinct ids of lower-case letters, digits and hyphens");
  EXPECT_EQ(message([](auto& o) { o.problems.pop_back(); }),
            "problems must be six distinct ids of lower-case letters, digits and underscores");
  EXPECT_EQ(message([](auto& o) { o.start_last = Date{0}; }),
            "the start dates must lie between 2005-01-01 and 2018-12-31, the first not after the last");
  EXPECT_EQ(message([](auto& o) { o.register_coverage = 1.5; }),
            "register_coverage must lie between 0 and 1");
}

TEST(WriteProgramme, SaysThatItCannotWrite) {
  NoProgress progress;
  const auto result = write_programme("/proc/no-such-place", small_options(), progress);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::kIo);
}

TEST_F(ProgrammeFiles, CountUp) {
  std::uint64_t lines = 0;
  for (const auto& authority : small_options().authorities) {
    const auto csv = table::read_csv_text(folder_->path("councils/" + authority + ".csv"));
    ASSERT_TRUE(csv.ok()) << csv.error().message;
    lines += csv.value().table.row_count() + csv.value().bad_lines.size();
  }
  EXPECT_EQ(lines, summary_->council_line_count);
  EXPECT_GT(summary_->broken_line_count, 8U);
  // Everybody once, and the rest are duplicates or of nobody.
  const auto rows = read("truth/council_rows.csv");
  EXPECT_EQ(rows.row_count() - summary_->duplicate_line_count, summary_->person_count);
  EXPECT_NEAR(static_cast<double>(summary_->duplicate_line_count) / static_cast<double>(lines), 0.022, 0.012);
}

TEST_F(ProgrammeFiles, HaveATruePersonForEveryLineOfSomebody) {
  const auto rows = read("truth/council_rows.csv");
  std::map<std::string, std::map<std::uint64_t, std::int64_t>> true_person;
  for (std::size_t i = 0; i < rows.row_count(); ++i) {
    const auto id = rows.find("true_person")->int_at(i);
    EXPECT_EQ(rows.find("true_family")->int_at(i), (id - 1) / kPeopleMax + 1);
    true_person[std::string(rows.find("authority")->string_at(i))]
               [static_cast<std::uint64_t>(rows.find("line")->int_at(i))] = id;
  }
  for (const auto& authority : small_options().authorities) {
    const auto csv = table::read_csv_text(folder_->path("councils/" + authority + ".csv"));
    ASSERT_TRUE(csv.ok());
    std::size_t right = 0;
    std::size_t known = 0;
    const auto& surname = csv.value().table.columns()[3];
    for (std::size_t i = 0; i < csv.value().line.size(); ++i) {
      const auto found = true_person[authority].find(csv.value().line[i]);
      if (found == true_person[authority].end()) continue;
      ++known;
      right +=
          as_old_system(trim(surname.string_at(i))) == as_old_system(person(found->second).surname) ? 1U : 0U;
    }
    EXPECT_GE(known + 3, csv.value().line.size()) << authority;
    // Typing errors, former names and lost hyphens make up the rest.
    EXPECT_GT(static_cast<double>(right), 0.90 * static_cast<double>(known)) << authority;
    EXPECT_LT(right, known) << authority;
  }
}

TEST_F(ProgrammeFiles, ComeInThreeEncodings) {
  const auto encoding = [&](const std::string& authority) {
    const auto csv = table::read_csv_text(folder_->path("councils/" + authority + ".csv"));
    return csv.ok() ? ascii_lower(csv.value().encoding) : "";
  };
  EXPECT_EQ(encoding("east-cheshire"), "utf-8");
  EXPECT_EQ(encoding("north-riding"), "windows-1252");
  EXPECT_EQ(bytes_of(folder_->path("councils/south-marches.csv")).substr(0, 3), "\xEF\xBB\xBF");
}

TEST_F(ProgrammeFiles, HaveTheMistakesThatCouncilsMake) {
  const auto all = bytes_of(folder_->path("councils/east-cheshire.csv")) +
                   bytes_of(folder_->path("councils/south-marches.csv"));
  for (const auto* sign : {",Mr ", ",Mrs ", "unknown", "-Jan-", "/2009,", "00:00:00", "#N/A"}) {
    EXPECT_NE(all.find(sign), std::string::npos) << sign;
  }
}

TEST_F(ProgrammeFiles, LinkRegistersToTruePeopleOfTheRightAges) {
  const auto truth = read("truth/registers.csv");
  std::map<std::string, std::int64_t> person_of;
  std::map<std::string, std::set<std::int64_t>> people;
  for (std::size_t i = 0; i < truth.row_count(); ++i) {
    const auto id = truth.find("true_person")->int_at(i);
    person_of[std::string(truth.find("register_id")->string_at(i))] = id;
    people[std::string(truth.find("department")->string_at(i))].insert(id);
  }
  const Date extract{18'444};
  for (const auto id : people["dwp"]) EXPECT_GE(age_years(person(id).born, extract), 16);
  for (const auto id : people["moj"]) EXPECT_GE(age_years(person(id).born, extract), 10);
  for (const auto id : people["dfe"]) EXPECT_GE(person(id).born, *make_date(1998, 9, 1));
  for (const std::string department : {"dwp", "moj", "dfe"}) {
    const auto table = read("registers/" + department + "/people.parquet");
    std::set<std::string> ids;
    std::size_t true_count = 0;
    std::size_t same_birth = 0;
    for (std::size_t i = 0; i < table.row_count(); ++i) {
      const std::string id(table.find("register_id")->string_at(i));
      EXPECT_TRUE(ids.insert(id).second) << "twice in " << department;
      const auto found = person_of.find(id);
      if (found == person_of.end()) continue;
      ++true_count;
      same_birth += table.find("date_of_birth")->date_at(i) == person(found->second).born ? 1U : 0U;
    }
    EXPECT_GT(static_cast<double>(same_birth), 0.93 * static_cast<double>(true_count)) << department;
    EXPECT_LT(same_birth, true_count) << department;
    EXPECT_EQ(table.find("nino") != nullptr, department == "dwp");
  }
  const auto& sizes = small_options().register_sizes;
  EXPECT_EQ(read("registers/dwp/people.parquet").row_count(), sizes.dwp);
  EXPECT_EQ(read("registers/dfe/people.parquet").row_count(), sizes.dfe);
}

TEST_F(ProgrammeFiles, MissSomeOfTheEligibleInEachRegister) {
  const auto truth = read("truth/registers.csv");
  std::map<std::string, std::set<std::int64_t>> held;
  for (std::size_t i = 0; i < truth.row_count(); ++i) {
    held[std::string(truth.find("department")->string_at(i))].insert(truth.find("true_person")->int_at(i));
  }
  std::size_t adults = 0;
  for (const auto& family : truth_->families) {
    for (const auto& p : family.household.people) adults += age_years(p.born, Date{18'444}) >= 16 ? 1U : 0U;
  }
  // 0.935 of about 2,000: four standard errors are 0.022.
  EXPECT_NEAR(static_cast<double>(held["dwp"].size()) / static_cast<double>(adults), 0.935, 0.022);
}

TEST_F(ProgrammeFiles, HaveEventsOfTheRightVariablesOnly) {
  const std::map<std::string, std::set<std::string>> allowed{
      {"dwp", {"jsa", "esa", "income_support", "universal_credit", "employed"}},
      {"moj", {"caution", "conviction", "custodial_sentence"}},
      {"dfe",
       {"absence_rate", "ks2_score", "ks4_score", "child_in_need", "child_protection_plan", "looked_after"}}};
  for (const auto& [department, variables] : allowed) {
    const auto people = read("registers/" + department + "/people.parquet");
    std::set<std::string> ids;
    for (std::size_t i = 0; i < people.row_count(); ++i)
      ids.insert(std::string(people.find("register_id")->string_at(i)));
    const auto events = read("registers/" + department + "/events.parquet");
    std::set<std::string> seen;
    for (std::size_t i = 0; i < events.row_count(); ++i) {
      const std::string variable(events.find("variable")->string_at(i));
      ASSERT_TRUE(ids.contains(std::string(events.find("register_id")->string_at(i))));
      seen.insert(variable);
      const bool measure = variable == "absence_rate" || variable.starts_with("ks");
      ASSERT_EQ(events.find("value")->is_null(i), !measure);
      ASSERT_GE(events.find("start_date")->date_at(i), *make_date(2012, 1, 1));
      ASSERT_LE(events.find("start_date")->date_at(i), *make_date(2020, 7, 1));
      if (!events.find("end_date")->is_null(i)) {
        ASSERT_LE(events.find("start_date")->date_at(i), events.find("end_date")->date_at(i));
        ASSERT_LE(events.find("end_date")->date_at(i), *make_date(2020, 7, 1));
      }
    }
    EXPECT_EQ(seen, variables) << department;
  }
}

TEST_F(ProgrammeFiles, TellTheEffectsOfThisDraw) {
  const auto effects = read("truth/effects.csv");
  ASSERT_EQ(effects.row_count(), 7U);
  for (std::size_t i = 0; i < effects.row_count(); ++i) {
    const auto& expected = summary_->effects[i];
    EXPECT_EQ(effects.find("outcome")->string_at(i), expected.outcome);
    EXPECT_NEAR(effects.find("comparison_share")->double_at(i), expected.comparison_share, 1e-6);
    EXPECT_NEAR(effects.find("difference")->double_at(i),
                expected.programme_share - expected.comparison_share, 2e-6);
    EXPECT_EQ(effects.find("published_comparison_share")->is_null(i),
              expected.published_comparison_share < 0);
  }
  EXPECT_EQ(effects.find("population")->string_at(0), "children");
  EXPECT_EQ(effects.find("published_programme_share")->double_at(0), 0.017);
}

TEST_F(ProgrammeFiles, HaveATableOfUnitCosts) {
  const auto costs = read("unit-costs.csv");
  EXPECT_GE(costs.row_count(), 6U);
  for (const auto* column :
       {"code", "outcome", "unit", "value_pence", "price_year", "kind", "bearer", "source", "confidence"}) {
    EXPECT_NE(costs.find(column), nullptr) << column;
  }
  std::set<std::string> outcomes;
  for (const auto& effect : summary_->effects) outcomes.insert(effect.outcome);
  for (std::size_t i = 0; i < costs.row_count(); ++i) {
    EXPECT_TRUE(outcomes.contains(std::string(costs.find("outcome")->string_at(i))));
  }
}

}  // namespace
}  // namespace kinfold::synth
