#include "identity/intake.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sys/stat.h>

#include <map>
#include <set>

#include "base/text.h"
#include "support.h"

namespace kinfold::identity {
namespace {

using testing::TemporaryFolder;
using testing::write_text;

const Date kToday = *parse_iso_date("2020-06-30");
const Eligibility kTwoOfThree = {{"worklessness", "school", "health"}, 2};
const std::string kHeader =
    "family_id,person_id,forenames,surname,date_of_birth,gender,address,postcode,nino,relation,group,start_"
    "date,"
    "end_date,objected,problem_worklessness,problem_school,problem_health\n";

/// A good line of family `family`, with two problems.
std::string line(const std::string& family, const std::string& forenames, const std::string& surname,
                 const std::string& born, const std::string& rest_of_identity = "F,1 High St,SK1 1AA,",
                 const std::string& objected = "") {
  return family + ",," + forenames + "," + surname + "," + born + "," + rest_of_identity +
         ",head,programme,2019-03-01,," + objected + ",2019-01-05,2019-02-01,\n";
}

class IntakeTest : public ::testing::Test {
 protected:
  Result<Intake> try_read(const std::string& text, const Eligibility& eligibility = kTwoOfThree) {
    write_text(folder_.file("families.csv"), text);
    return read_council_file(folder_.file("families.csv"), eligibility, kToday);
  }
  Intake read(const std::string& text) {
    auto intake = try_read(text);
    EXPECT_TRUE(intake.ok()) << (intake.ok() ? "" : intake.error().message);
    return intake.ok() ? std::move(intake).value() : Intake{};
  }
  TemporaryFolder folder_;
};

void expect_counts_add_up(const IntakeCounts& counts) {
  EXPECT_EQ(counts.data_line_count, counts.kept_count + counts.rejected_count + counts.merged_count +
                                        counts.ineligible_count + counts.objected_count);
}

TEST_F(IntakeTest, KeepsGoodLines) {
  const auto intake = read(kHeader + line("F1", "Mary Ann", "O'Neil", "31/12/1985") +
                           line("F1", "Zoë", "O'Neil", "2009-05-01"));
  EXPECT_EQ(intake.counts.kept_count, 2U);
  EXPECT_EQ(intake.counts.family_count, 1U);
  EXPECT_EQ(intake.line, (std::vector<std::uint64_t>{2, 3}));
  const auto people = identities_of(intake.identities);
  ASSERT_TRUE(people.ok());
  EXPECT_EQ(people.value()[0].forenames, "Mary Ann");
  EXPECT_EQ(to_iso(*people.value()[0].date_of_birth), "1985-12-31");
  EXPECT_EQ(people.value()[0].gender, "female");
  EXPECT_EQ(people.value()[1].forenames, "Zoë");
  EXPECT_EQ(to_iso(intake.attributes.find("problem_school")->date_at(0)), "2019-02-01");
  EXPECT_TRUE(intake.rejects.empty());
}

TEST_F(IntakeTest, UnderstandsOtherHeadings) {
  const auto intake = read(
      "sep=;\nFamily No.;First Name;LAST-NAME;D.O.B.;Sex;Address 1;Address 2;Post Code;NI "
      "Number;Cohort;Start;"
      "Worklessness;Problem: School;Health\n"
      "7;Ann;Lee;1.2.85;F;Flat 3;9 Mill Lane;sk1 1aa;qq 12 34 56 c;Waiting "
      "list;01-Mar-2019;2019-01-01;5/2/2019;\n");
  EXPECT_EQ(intake.counts.kept_count, 1U) << (intake.rejects.empty() ? "" : intake.rejects[0].reason);
  EXPECT_EQ(intake.line[0], 3U);
  EXPECT_EQ(intake.identities.find("address")->string_at(0), "Flat 3, 9 Mill Lane");
  EXPECT_EQ(intake.identities.find("postcode")->string_at(0), "SK1 1AA");
  EXPECT_EQ(intake.attributes.find("group")->string_at(0), "waiting");
}

TEST_F(IntakeTest, RefusesAFileWithoutANeededColumnAndSaysWhichNamesItMayHave) {
  const auto intake =
      try_read("family_id,forenames,surname,gender,group,start_date\n1,A,B,F,programme,2019-01-01\n");
  ASSERT_FALSE(intake.ok());
  EXPECT_EQ(intake.error().message,
            "line 1: no column 'date_of_birth'; the first line must hold the headings; this one may also be "
            "called: "
            "dateofbirth, dob, birthdate, dateofbirthddmmyyyy");
}

TEST_F(IntakeTest, NeverQuotesAHeaderThatMayBeSomebodysData) {
  const auto intake = try_read("17,Canary,Nightingale,1980-01-01,F,programme,2019-01-01\n");
  ASSERT_FALSE(intake.ok());
  EXPECT_EQ(intake.error().message.find("Canary"), std::string::npos);
  EXPECT_EQ(intake.error().message.find("Nightingale"), std::string::npos);
}

TEST_F(IntakeTest, RefusesAFileWithoutAProblemOfTheCharter) {
  auto eligibility = kTwoOfThree;
  eligibility.problems.push_back("domestic_abuse");
  const auto intake = try_read(kHeader + line("F1", "Ann", "Lee", "1985-02-01"), eligibility);
  ASSERT_FALSE(intake.ok());
  EXPECT_NE(intake.error().message.find("problem_domestic_abuse"), std::string::npos);
}

TEST_F(IntakeTest, RefusesTwoColumnsForOneThing) {
  EXPECT_FALSE(try_read("forename,first name,family,surname,dob,group,start\na,b,c,d,e,f,g\n").ok());
}

struct BadLineCase {
  const char* name;
  std::string line;
  const char* column;
};

TEST_F(IntakeTest, SetsBadLinesAsideWithTheirColumnAndARemedy) {
  const std::vector<BadLineCase> cases = {
      {"no family", line("", "Ann", "Lee", "1985-02-01"), "family_id"},
      {"family number lost by Excel", line("1.23E+05", "Ann", "Lee", "1985-02-01"), "family_id"},
      {"no forename", line("F1", "", "Lee", "1985-02-01"), "forenames"},
      {"no surname", line("F1", "Ann", "  ", "1985-02-01"), "surname"},
      {"a name that says none", line("F1", "Unknown", "Lee", "1985-02-01"), "forenames"},
      {"a title alone", line("F1", "123", "Lee", "1985-02-01"), "forenames"},
      {"a name far too long", line("F1", std::string(10'000, 'x'), "Lee", "1985-02-01"), "forenames"},
      {"no date of birth", line("F1", "Ann", "Lee", ""), "date_of_birth"},
      {"no such day", line("F1", "Ann", "Lee", "31/04/1985"), "date_of_birth"},
      {"not a date", line("F1", "Ann", "Lee", "in spring"), "date_of_birth"},
      {"born tomorrow", line("F1", "Ann", "Lee", "2020-07-01"), "date_of_birth"},
      {"born too long ago", line("F1", "Ann", "Lee", "1889-02-01"), "date_of_birth"},
      {"hashes from a narrow column", line("F1", "Ann", "Lee", "########"), "date_of_birth"},
      {"no group", "F1,,Ann,Lee,1985-02-01,F,,,,head,,2019-03-01,,,2019-01-05,2019-02-01,\n", "group"},
      {"a group not known", "F1,,Ann,Lee,1985-02-01,F,,,,head,blue,2019-03-01,,,2019-01-05,2019-02-01,\n",
       "group"},
      {"no start", "F1,,Ann,Lee,1985-02-01,F,,,,head,programme,,,,2019-01-05,2019-02-01,\n", "start_date"},
      {"a start to come", "F1,,Ann,Lee,1985-02-01,F,,,,head,programme,2021-01-01,,,2019-01-05,2019-02-01,\n",
       "start_date"},
  };
  for (const auto& bad : cases) {
    const auto intake = read(kHeader + bad.line + line("F2", "Good", "Person", "1990-01-01"));
    ASSERT_EQ(intake.counts.rejected_count, 1U) << bad.name;
    EXPECT_EQ(intake.counts.kept_count, 1U) << bad.name << ": a bad line stops no good one";
    ASSERT_EQ(intake.rejects.size(), 1U) << bad.name;
    EXPECT_EQ(intake.rejects[0].line, 2U) << bad.name;
    EXPECT_EQ(intake.rejects[0].column, bad.column) << bad.name;
    EXPECT_FALSE(intake.rejects[0].reason.empty()) << bad.name;
    EXPECT_FALSE(intake.rejects[0].remedy.empty()) << bad.name;
    expect_counts_add_up(intake.counts);
  }
}

TEST_F(IntakeTest, ABadNumberOrPostcodeCostsOnlyThatValue) {
  const auto intake =
      read(kHeader + line("F1", "Ann", "Lee", "1985-02-01", "wizard,,NOT A POSTCODE,QQ999") +
           "F1,,Bob,Lee,1984-02-01,M,,,,grand vizier,programme,2019-03-01,2018-01-01,,2025-01-05,soon,\n");
  EXPECT_EQ(intake.counts.kept_count, 2U);
  std::set<std::string> columns;
  for (const auto& warning : intake.warnings) {
    columns.insert(warning.column);
    EXPECT_FALSE(warning.remedy.empty()) << warning.column;
  }
  EXPECT_EQ(columns, (std::set<std::string>{"gender", "postcode", "nino", "relation", "end_date",
                                            "problem_worklessness", "problem_school"}));
  EXPECT_EQ(intake.counts.warning_count, intake.warnings.size());
  EXPECT_TRUE(intake.identities.find("nino")->is_null(0));
  EXPECT_TRUE(intake.identities.find("postcode")->is_null(0));
}

TEST_F(IntakeTest, ReadsDatesInManyFormsAndExcelsDayNumbers) {
  for (const char* born : {"31/12/1985", "1985-12-31", "31.12.85", "31-Dec-1985", "31st December 1985",
                           "1985-12-31 00:00:00", "19851231", "31412", "31412.0"}) {
    const auto intake = read(kHeader + line("F1", "Ann", "Lee", born));
    ASSERT_EQ(intake.counts.kept_count, 1U) << born;
    EXPECT_EQ(to_iso(intake.identities.find("date_of_birth")->date_at(0)), "1985-12-31") << born;
  }
}

TEST_F(IntakeTest, TwoDigitYearsOfBirthLieInThePast) {
  const auto intake =
      read(kHeader + line("F1", "Ann", "Lee", "01/02/21") + line("F1", "Bo", "Lee", "01/02/19"));
  ASSERT_EQ(intake.counts.kept_count, 2U);
  EXPECT_EQ(to_iso(intake.identities.find("date_of_birth")->date_at(0)), "1921-02-01");
  EXPECT_EQ(to_iso(intake.identities.find("date_of_birth")->date_at(1)), "2019-02-01");
}

TEST_F(IntakeTest, MergesAPersonWhoIsTwiceInOneFamilyAndKeepsWhatEitherLineSays) {
  const auto intake =
      read(kHeader + "F1,,Ann Marie,Lee-Smith,1985-02-01,,,,,head,programme,2019-03-01,,,2019-05-05,,\n" +
           "f1,,ANN  MARIE,LEE SMITH,01/02/1985,F,,SK1 "
           "1AA,AB123456C,,programme,2019-03-01,,,2019-01-05,2019-02-01,\n");
  EXPECT_EQ(intake.counts.kept_count, 1U);
  EXPECT_EQ(intake.counts.merged_count, 1U);
  EXPECT_EQ(intake.identities.find("gender")->string_at(0), "female");
  EXPECT_EQ(intake.identities.find("nino")->string_at(0), "AB123456C");
  EXPECT_EQ(to_iso(intake.attributes.find("problem_worklessness")->date_at(0)), "2019-01-05")
      << "the earlier date";
  EXPECT_EQ(intake.rejects.at(0).reason,
            "the same person as in line 2 of the same family; the two were made one");
  expect_counts_add_up(intake.counts);
}

TEST_F(IntakeTest, TwinsAndNamesakesAreNotMerged) {
  const auto intake =
      read(kHeader + line("F1", "Ann", "Lee", "1985-02-01") + line("F1", "Amy", "Lee", "1985-02-01") +
           line("F1", "Ann", "Lee", "2005-02-01") + line("F2", "Ann", "Lee", "1985-02-01"));
  EXPECT_EQ(intake.counts.kept_count, 4U);
  EXPECT_EQ(intake.counts.merged_count, 0U);
}

TEST_F(IntakeTest, EligibilityBelongsToTheFamilyNotThePerson) {
  const std::string one_each =
      "F1,,Ann,Lee,1985-02-01,F,,,,head,programme,2019-03-01,,,2019-01-05,,\n"
      "F1,,Bob,Lee,1984-02-01,M,,,,partner,programme,2019-03-01,,,,2019-01-07,\n";
  const auto together = read(kHeader + one_each);
  EXPECT_EQ(together.counts.kept_count, 2U);
  const auto same_problem = read(kHeader +
                                 "F1,,Ann,Lee,1985-02-01,F,,,,head,programme,2019-03-01,,,2019-01-05,,\n"
                                 "F1,,Bob,Lee,1984-02-01,M,,,,partner,programme,2019-03-01,,,2019-01-07,,\n" +
                                 line("F2", "Eve", "Ray", "1980-01-01"));
  EXPECT_EQ(same_problem.counts.ineligible_count, 2U) << "one problem, twice, is one problem";
  EXPECT_EQ(same_problem.counts.ineligible_family_count, 1U);
  EXPECT_EQ(same_problem.counts.kept_count, 1U);
  EXPECT_EQ(same_problem.rejects.at(0).reason, "the family shows 1 of the problems and 2 are needed");
}

TEST_F(IntakeTest, TakesOutThoseWhoObjectedAndJudgesTheirFamilyWithoutThem) {
  const auto intake = read(kHeader + line("F1", "Ann", "Lee", "1985-02-01", "F,,,", "Yes") +
                           "F1,,Bob,Lee,1984-02-01,M,,,,partner,programme,2019-03-01,,no,,2019-01-07,\n" +
                           line("F2", "ANN", "LEE", "01/02/1985") + line("F3", "Eve", "Ray", "1980-01-01"));
  EXPECT_EQ(intake.counts.objected_count, 2U) << "the same person in another family, too";
  EXPECT_EQ(intake.counts.ineligible_count, 1U);
  EXPECT_EQ(intake.counts.kept_count, 1U);
  ASSERT_EQ(intake.objectors.size(), 2U);
  EXPECT_EQ(intake.objectors[0].surname, "Lee");
  for (const auto& note : intake.rejects) EXPECT_NE(note.line, 2U) << "no second record of an objection";
  expect_counts_add_up(intake.counts);
}

TEST_F(IntakeTest, AnUnclearAnswerCountsAsAnObjectionAndABadLineStillCountsAsOne) {
  const auto unclear = read(kHeader + line("F1", "Ann", "Lee", "1985-02-01", "F,,,", "maybe"));
  EXPECT_EQ(unclear.counts.objected_count, 1U);
  const auto bad =
      read(kHeader + line("F1", "Ann", "Lee", "never", "F,,,", "y") + line("F1", "Ann", "Lee", "1985-02-01"));
  EXPECT_EQ(bad.counts.objected_count, 2U) << "by name within the family, where the date is not known";
}

TEST_F(IntakeTest, OneFamilyHasOneGroup) {
  const auto intake = read(kHeader + line("F1", "Ann", "Lee", "1985-02-01") +
                           "F1,,Bob,Lee,1984-02-01,M,,,,partner,assessed,2019-03-01,,,,2019-01-07,\n");
  EXPECT_EQ(intake.attributes.find("group")->string_at(1), "programme");
  EXPECT_EQ(intake.warnings.at(0).column, "group");
}

TEST_F(IntakeTest, ReadsWindows1252AndUtf16) {
  const auto western = read(kHeader + line("F1", "Zo\xEB", "Lee", "1985-02-01"));
  EXPECT_EQ(western.encoding, "windows-1252");
  EXPECT_EQ(western.identities.find("forenames")->string_at(0), "Zoë");
  std::string wide = "\xFF\xFE";
  for (const char c : kHeader + line("F1", "Ann", "Lee", "1985-02-01")) wide += std::string(1, c) + '\0';
  EXPECT_EQ(read(wide).counts.kept_count, 1U);
}

TEST_F(IntakeTest, HostileNamesAreKeptOrSetAsideButNeverDoHarm) {
  for (const auto& name : testing::hostile_names()) {
    const auto intake = read(kHeader + line("F1", csv_field(name), csv_field(name), "1985-02-01"));
    EXPECT_EQ(intake.counts.data_line_count, 1U) << name.substr(0, 30);
    expect_counts_add_up(intake.counts);
    ASSERT_TRUE(write_rejects_csv(intake, folder_.file("x.rejects.csv")).ok());
    const auto people = identities_of(intake.identities);
    ASSERT_TRUE(people.ok());
    for (const auto& kept : people.value()) {
      for (const char c : kept.forenames)
        EXPECT_FALSE(static_cast<unsigned char>(c) < 0x20) << "control character";
      EXPECT_EQ(kept.forenames.find("\xE2\x80\xAE"), std::string::npos) << "direction override";
    }
  }
}

TEST_F(IntakeTest, RejectsFileIsPrivateAndNeverHoldsAValue) {
  const auto intake =
      read(kHeader +
           line("F1", "Canaryforename", "Canarysurname", "31/04/1985", "canary,Canary Road,CANARY,CANARYNI") +
           line("CANARY9E+09", "Canaryforename", "Canarysurname", "1985-01-01"));
  const auto path = folder_.file("families.csv.rejects.csv");
  ASSERT_TRUE(write_rejects_csv(intake, path).ok());
  struct stat facts {};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
  const auto text = testing::read_text(path);
  EXPECT_EQ(ascii_lower(text).find("canary"), std::string::npos) << text;
  EXPECT_EQ(text.substr(0, 29), "line,column,reason,remedy\r\n2,") << text;
}

TEST_F(IntakeTest, RejectsFileIsReplacedWholeOrNotAtAll) {
  const auto intake = read(kHeader + line("F1", "", "Lee", "1985-02-01"));
  const auto written = write_rejects_csv(intake, folder_.path() + "/missing/x.csv");
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code, ErrorCode::kIo);
}

/// A file made at random out of good and bad parts.
std::string random_file(const std::vector<int>& choices) {
  std::string text = kHeader;
  const std::vector<std::string> families = {"F1", "F2", "f1", "3", "", "1.2E+10"};
  const std::vector<std::string> names = {"Ann", "Bob", "", "Zoë", "\"O'Neil, Jr\"", "Unknown"};
  const std::vector<std::string> births = {"1985-02-01", "1/2/85", "31412", "", "2099-01-01", "oops"};
  const std::vector<std::string> objections = {"", "no", "yes", "", "?"};
  const std::vector<std::string> problems = {"2019-01-05", "", "nonsense", "2019-02-01"};
  std::size_t at = 0;
  const auto pick = [&](const std::vector<std::string>& from) {
    return from[static_cast<std::size_t>(choices[at++]) % from.size()];
  };
  while (at + 8 <= choices.size()) {
    text += pick(families) + ",," + pick(names) + "," + pick(names) + "," + pick(births) +
            ",F,,,,child,programme,2019-03-01,," + pick(objections) + "," + pick(problems) + "," +
            pick(problems) + "," + pick(problems) + "\n";
  }
  return text + "\"a line that never ends\n";
}

TEST_F(IntakeTest, EveryLineEndsInExactlyOnePlaceWhateverTheFile) {
  EXPECT_TRUE(rc::check([&] {
    const auto choices = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 60));
    const auto text = random_file(choices);
    const auto intake = read(text);
    const auto& counts = intake.counts;
    RC_ASSERT(counts.data_line_count == choices.size() / 8 + 1);
    RC_ASSERT(counts.data_line_count == counts.kept_count + counts.rejected_count + counts.merged_count +
                                            counts.ineligible_count + counts.objected_count);
    RC_ASSERT(intake.fates.size() == counts.data_line_count);
    RC_ASSERT(intake.rejects.size() == counts.rejected_count + counts.merged_count + counts.ineligible_count);
    RC_ASSERT(intake.identities.row_count() == counts.kept_count);
    RC_ASSERT(intake.attributes.row_count() == counts.kept_count);
    const auto submission = to_submission(intake, nullptr, system_random());
    RC_ASSERT(submission.ok());
    RC_ASSERT(submission.value().identities.row_count() == counts.kept_count);
    RC_ASSERT(submission.value().counts.family_count == counts.family_count);
  }));
}

TEST_F(IntakeTest, SubmissionIsShuffledAndItsTablesBelongTogether) {
  std::string text = kHeader;
  for (int i = 0; i < 200; ++i) {
    text += line("F" + std::to_string(i / 2), "Name" + std::to_string(i),
                 "Lee" + std::string(static_cast<std::size_t>(i % 7) + 1, 'x'), "1985-02-01");
  }
  const auto intake = read(text);
  ASSERT_EQ(intake.counts.kept_count, 200U) << intake.rejects[0].reason;
  const auto submission = to_submission(intake, nullptr, testing::seeded(1));
  ASSERT_TRUE(submission.ok());
  const auto& identities = submission.value().identities;
  const auto& attributes = submission.value().attributes;
  ASSERT_EQ(identities.columns()[0].name(), "row");
  ASSERT_EQ(attributes.columns()[1].type(), table::ColumnType::kInt64);
  std::map<std::int64_t, std::set<std::string>> members;
  int in_place = 0;
  for (std::size_t row = 0; row < 200; ++row) {
    EXPECT_EQ(identities.find("row")->int_at(row), static_cast<std::int64_t>(row) + 1);
    EXPECT_EQ(attributes.find("row")->int_at(row), static_cast<std::int64_t>(row) + 1);
    const auto name = identities.find("forenames")->string_at(row);
    members[attributes.find("family")->int_at(row)].insert(std::string(name));
    if (name == "Name" + std::to_string(row)) ++in_place;
  }
  EXPECT_LT(in_place, 10) << "about one is expected by chance";
  ASSERT_EQ(members.size(), 100U);
  for (const auto& [family, names] : members) {
    ASSERT_EQ(names.size(), 2U);
    const int first = std::stoi(names.begin()->substr(4));
    const int second = std::stoi(names.rbegin()->substr(4));
    EXPECT_EQ(first / 2, second / 2) << "a family stays together";
  }
}

TEST_F(IntakeTest, SubmissionLeavesOutThoseInTheBookAndJudgesTheirFamiliesAgain) {
  const auto intake =
      read(kHeader + "F1,,Ann,Lee,1985-02-01,F,,,,head,programme,2019-03-01,,,2019-01-05,,\n" +
           "F1,,Bob,Lee,1984-02-01,M,,,,partner,programme,2019-03-01,,,,2019-01-07,\n" +
           line("F2", "Eve", "Ray", "1980-01-01"));
  ASSERT_EQ(intake.counts.kept_count, 3U);
  auto book = ObjectionBook::open(folder_.file("book.db"), testing::token_maker());
  ASSERT_TRUE(book.ok()) << book.error().message;
  ASSERT_TRUE(book.value().add(testing::person("Anne", "Lee", "1985-02-01"), kToday).ok());
  const auto submission = to_submission(intake, &book.value(), testing::seeded(1));
  ASSERT_TRUE(submission.ok());
  const auto& counts = submission.value().counts;
  EXPECT_EQ(counts.objected_count, 1U);
  EXPECT_EQ(counts.ineligible_count, 1U);
  EXPECT_EQ(counts.kept_count, 1U);
  EXPECT_EQ(counts.ineligible_family_count, 1U);
  EXPECT_EQ(counts.family_count, 1U);
  expect_counts_add_up(counts);
  EXPECT_EQ(submission.value().identities.find("forenames")->string_at(0), "Eve");
}

}  // namespace
}  // namespace kinfold::identity
