// `kinfold check` on files as its users have them: microdata beside the table, cell keys, and bad input.
#include "disclosure/command.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "disclosure/check.h"
#include "disclosure/rounding.h"
#include "source_dir.h"

namespace kinfold::disclosure {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

class CheckFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) /
              ("check_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  std::string read(const std::string& name) const {
    std::ifstream file(folder_ / name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  int check_table(const std::string& csv, const std::string& rules) {
    write("t.csv", csv);
    write("rules.toml", rules);
    CheckCommand command;
    command.tables = {(folder_ / "t.csv").string()};
    command.rules = (folder_ / "rules.toml").string();
    command.out = (folder_ / "out").string();
    command.json = json_;
    std::ostringstream out, errors;
    NoProgress progress;
    const int code = run_check(command, out, errors, progress);
    said_ = out.str();
    errors_ = errors.str();
    return code;
  }

  fs::path folder_;
  bool json_ = false;
  std::string said_, errors_;
};

// 12 people of three families in A, 30 of thirty in B.
std::string people(bool keys) {
  std::string csv = std::string("authority,family") + (keys ? ",key" : "") + "\n";
  for (int p = 0; p < 42; ++p) {
    csv += (p < 12 ? "A," + std::to_string(p % 3) : "B," + std::to_string(100 + p)) +
           (keys ? "," + std::to_string(p * 7 % 256) : "") + "\n";
  }
  return csv;
}

TEST_F(CheckFiles, ContributorsAreCountedInTheMicrodataAtEachLevel) {
  write("people.csv", people(false));
  EXPECT_EQ(check_table("authority,n\nA,12\nB,30\nTotal,42\n",
                        "[table.microdata]\nfile = \"people.csv\"\nfamily = \"family\"\n"),
            0)
      << errors_;
  EXPECT_THAT(read("out/check.json"), HasSubstr("threshold-family"));  // twelve people are three families
  EXPECT_THAT(read("out/t.csv"), HasSubstr("A,[c]"));
  EXPECT_THAT(read("out/t.csv"), Not(HasSubstr("contributing")));
}

TEST_F(CheckFiles, AFigureWrittenAsTextIsRefusedAndNotPassedOver) {
  EXPECT_EQ(check_table("age,n\na,3\nb,5 or fewer\nTotal,7\n", "[disclosure]\nthreshold = 5\n"), 1);
  EXPECT_THAT(errors_, HasSubstr("row 2, column n: text where its role, count, needs a number"));
  EXPECT_THAT(errors_, Not(HasSubstr("fewer\n")));
  EXPECT_FALSE(fs::exists(folder_ / "out" / "t.csv"));
}

TEST_F(CheckFiles, FiguresWrittenAsTextAndRowsWithoutALabelAreNoCategories) {
  // As a spreadsheet leaves them: commas for points, "<5", a label only in the first row of its group.
  EXPECT_EQ(
      check_table("age,n,pupils,share in care,notes\n0-4,40,<5,\"12,5\",\n5-9,50,31,\"9,7\",estimated\n",
                  "[disclosure]\n"),
      1);
  EXPECT_THAT(said_,
              HasSubstr("column pupils: it lacks a label in some rows, or holds figures written as text"));
  EXPECT_THAT(said_, HasSubstr("column share in care: "));
  EXPECT_THAT(said_, Not(HasSubstr("column notes")));
  EXPECT_FALSE(fs::exists(folder_ / "out" / "t.csv"));
  EXPECT_EQ(check_table("area,age,n\nA,0-4,40\n,5-9,50\nB,0-4,30\n,5-9,20\n", "[disclosure]\n"), 1);
  EXPECT_THAT(said_, HasSubstr("column area: it lacks a label"));
  // Whole numbers are labels still: ages, quarters, codes. And ages in bands.
  EXPECT_EQ(check_table("age,n\n0-4,40\n5+,50\n", "[disclosure]\n"), 0) << said_;
}

TEST_F(CheckFiles, ATableInWhichNothingWouldBeCheckedIsRefused) {
  EXPECT_EQ(check_table("age,number_of_them\na,3\nb,4\n", "[disclosure]\nthreshold = 5\n"), 1);
  EXPECT_THAT(errors_, HasSubstr("no column is known to hold figures"));
  EXPECT_EQ(check_table("age,number_of_them\na,3\nb,40\n",
                        "[disclosure]\nthreshold = 5\n[table.columns.number_of_them]\nrole = \"count\"\n"),
            0)
      << errors_;
  EXPECT_THAT(read("out/t.csv"), HasSubstr("a,[c]"));
}

TEST_F(CheckFiles, ATableThatIsNotOfTheseMicrodataIsAnErrorWithoutFigures) {
  write("people.csv", people(false));
  EXPECT_EQ(check_table("authority,n\nA,12\nB,31\nTotal,43\n", "[table.microdata]\nfile = \"people.csv\"\n"),
            1);
  EXPECT_THAT(errors_, HasSubstr("row 2 of t, column n: the microdata has another number of people"));
  EXPECT_THAT(errors_, Not(HasSubstr("31")));
}

TEST_F(CheckFiles, CellKeysReproduceTheRuleSetThatTheUserGives) {
  // pcv 1 to 20, two keys: a key of 1 adds one, 0 takes one away.
  std::string table = "pcv,ckey,pvalue\n";
  for (int count = 1; count <= 20; ++count) table += fmt::format("{0},0,-1\n{0},1,1\n", count);
  write("ptable.csv", table);
  EXPECT_EQ(check_table("age,n,cell_key\na,14,6\nb,15,3\n",
                        "[disclosure]\nmethod = \"cell-key\"\nperturbation_table = \"ptable.csv\"\n"),
            0)
      << errors_ << said_;
  EXPECT_THAT(read("out/t.csv"), HasSubstr("a,13 [r]"));  // key 6 modulo 2
  EXPECT_THAT(read("out/t.csv"), HasSubstr("b,16 [r]"));
  EXPECT_THAT(read("out/t.csv"), Not(HasSubstr("cell_key")));
}

TEST_F(CheckFiles, ThePublishedOnsTableIsAppliedToKeysFromTheMicrodata) {
  const char* given = std::getenv("KINFOLD_DATA");
  const auto source = fs::path(given != nullptr ? given : source_dir() + "/../shared/data") /
                      "evaluation/ons_ptable_10_5_rule.csv";
  if (!fs::exists(source))
    GTEST_SKIP() << "ons_ptable_10_5_rule.csv is not in KINFOLD_DATA or ../shared/data";
  fs::copy_file(source, folder_ / "ons.csv");
  write("people.csv", people(true));
  EXPECT_EQ(check_table("authority,n\nA,12\nB,30\n",
                        "[disclosure]\nmethod = \"cell-key\"\nperturbation_table = \"ons.csv\"\n"
                        "[table.microdata]\nfile = \"people.csv\"\nrecord_key = \"key\"\n"),
            0)
      << errors_ << said_;
  EXPECT_THAT(read("out/t.csv"), HasSubstr("A,10 [r]"));
  EXPECT_THAT(read("out/t.csv"), HasSubstr("B,30 [r]"));
}

TEST_F(CheckFiles, TheExampleRulesSayEveryKeyAndItsDefault) {
  std::ifstream file(source_dir() + "/examples/disclosure/rules.toml", std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  const auto rules = parse_rules(text.str());
  ASSERT_TRUE(rules.ok()) << rules.error().message;
  EXPECT_EQ(to_toml(rules.value()), to_toml(Rules{}));
  const auto defaults = to_toml(Rules{});
  for (const auto line : split(defaults, '\n')) {
    const auto key = line.substr(0, line.find(" = "));
    if (key.size() == line.size()) continue;
    EXPECT_THAT(text.str(), HasSubstr("\n" + std::string(key) + " = "));
  }
  std::ifstream visits(source_dir() + "/examples/disclosure/visits.csv", std::ios::binary);
  std::ostringstream csv;
  csv << visits.rdbuf();
  EXPECT_EQ(check_table(csv.str(), text.str()), 0) << errors_ << said_;
  EXPECT_THAT(read("out/t.csv"), HasSubstr("5-9,A,[c],[c]"));
}

TEST_F(CheckFiles, CellKeysWithoutATableAreAnError) {
  EXPECT_EQ(check_table("age,n\na,14\n", "[disclosure]\nmethod = \"cell-key\"\n"), 1);
  EXPECT_THAT(errors_, HasSubstr("needs a perturbation table"));
}

TEST_F(CheckFiles, BadInputIsRefusedOrJudgedNeverPassedOver) {
  const std::string rules = "[disclosure]\n";
  EXPECT_EQ(check_table("", rules), 1);  // empty
  EXPECT_THAT(errors_, HasSubstr("error:"));
  EXPECT_EQ(check_table("age,percent\na,12.5\n", rules), 1);  // a percentage of what?
  EXPECT_THAT(said_, HasSubstr("of how many people"));
  EXPECT_EQ(check_table("age,n,strange\na,12,4\n", rules), 1);
  EXPECT_THAT(said_, HasSubstr("column strange"));
  EXPECT_EQ(check_table("age,n\na,-4\nb,30\n", rules), 1);  // no number of people
  EXPECT_THAT(said_ + errors_, HasSubstr("row 1"));
  check_table("age,n\na,4\nb,30\n", rules);  // no margins: the small one is hidden alone
  EXPECT_THAT(read("out/t.csv"), HasSubstr("a,[c]"));
  check_table("age,n\na,4\nb,30\nc,50\nTotal,90\n",
              rules);  // margins that do not add up: what is left over is small
  EXPECT_THAT(read("out/t.csv"), HasSubstr("a,[c]"));
  check_table("age,n\na,4\na,4\nb,30\nTotal,38\n", rules);  // a row twice
  EXPECT_THAT(read("out/t.csv"), HasSubstr("a,[c]\r\na,[c]"));
}

TEST_F(CheckFiles, HostileLabelsStayText) {
  const std::string long_label(10'000, 'x');
  check_table(
      "age,n\n\"<b>x</b>\",4\n=1+1,40\n\"two\nlines\",50\n\xE2\x80\xAE"
      "rtl,60\n" +
          long_label + ",70\nTotal,224\n",
      "[disclosure]\n");
  EXPECT_THAT(read("out/check.html"), Not(HasSubstr("<b>x</b>")));
  EXPECT_THAT(read("out/t.csv"), HasSubstr("'=1+1"));
  EXPECT_THAT(read("out/t.csv"), HasSubstr(long_label));
  EXPECT_THAT(said_, Not(HasSubstr("\xE2\x80\xAE")));
  // Those that fail, and stand in what is said of them.
  EXPECT_EQ(check_table("age,n\n\"two\nlines\",4\n\xE2\x80\xAE"
                        "rtl,60\n" +
                            long_label + ",7\n\"e\x1B[2Jsc\",80\nTotal,151\n",
                        "[disclosure]\n"),
            0);
  EXPECT_THAT(said_, HasSubstr("combine age two\uFFFDlines and \uFFFDrtl"));
  EXPECT_THAT(said_, Not(HasSubstr("\x1B")));
  EXPECT_LT(said_.size(), 2000U);
}

TEST_F(CheckFiles, ATableWithoutRowsIsSaidToHaveNone) {
  EXPECT_EQ(check_table("age,n\n", "[disclosure]\n"), 1);
  EXPECT_THAT(errors_, HasSubstr("the table has no rows"));
}

TEST_F(CheckFiles, StandardOutputNamesTheRuleAndTheRemedyButNoFigure) {
  const std::string csv = "age,n\na,7\nb,7654321\nc,7654320\nTotal,15308648\n";
  EXPECT_EQ(check_table(csv, "[disclosure]\n"), 0) << errors_;
  EXPECT_THAT(said_, HasSubstr("row 1, column n: fails rule threshold-person; combine age a and b"));
  EXPECT_THAT(read("out/check.json"), HasSubstr("7 persons stand behind it"));
  for (const bool json : {false, true}) {
    json_ = json;
    check_table(csv, "[disclosure]\n");
    EXPECT_THAT(said_, HasSubstr("threshold-person"));
    EXPECT_THAT(said_, Not(HasSubstr("7 persons")));
    EXPECT_THAT(said_, Not(HasSubstr("765432")));
    EXPECT_THAT(said_, Not(HasSubstr("15308648")));
  }
}

TEST_F(CheckFiles, WhatIsPublishedHasTheDecimalsThatItWasJudgedWith) {
  // In full these tell 6 of 7,300 and 900 of 7,500; with no decimal the first is anything up to 36.
  EXPECT_EQ(
      check_table("area,n,percent\nA,7300,0.0821917808219178\nB,7500,12\nC,9000,33.3333333333333\n",
                  "[disclosure]\n[table.columns.percent]\nrole = \"percentage\"\nof = \"n\"\ndecimals = 1\n"),
      0)
      << errors_;
  EXPECT_EQ(read("out/t.csv"), "area,n,percent\r\nA,7300,[c]\r\nB,7500,12.0\r\nC,9000,33.3\r\n");
  EXPECT_THAT(read("out/t.html"), HasSubstr("<td class=\"num\">33.3</td>"));
  EXPECT_THAT(read("out/check.html"), HasSubstr("<td>12.0</td>"));
  EXPECT_THAT(read("out/check.json"), Not(HasSubstr("33.33")));
}

TEST_F(CheckFiles, NothingOnStderrHoldsAFigureOfTheTable) {
  EXPECT_EQ(check_table("age,n\na,7654321\nb,x\n", "[disclosure]\nthreshold = 0\n"), 1);
  EXPECT_THAT(errors_, HasSubstr("rules: line 2"));
  EXPECT_THAT(errors_, Not(HasSubstr("7654321")));
}

}  // namespace
}  // namespace kinfold::disclosure
