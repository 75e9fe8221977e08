// `kinfold evaluate` from files: what it writes, and that it reads no more than the plan names.
#include "evaluation/command.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "evaluation/plan_columns_internal.h"
#include "panel_people.h"
#include "table/io.h"

namespace kinfold::evaluation {
namespace {

namespace fs = std::filesystem;
using ::testing::Test;

class EvaluateFiles : public Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "kinfold-evaluate-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    fs::create_directories(folder_ / "data");
    command_.data = (folder_ / "data").string();
    command_.plan = (folder_ / "plan.toml").string();
    command_.out_folder = (folder_ / "out").string();
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const People& data, const std::string& plan = kPlan) {
    ASSERT_TRUE(table::write_parquet(data.people, (folder_ / "data/people.parquet").string()).ok());
    ASSERT_TRUE(table::write_csv(data.panel, (folder_ / "data/panel.csv").string()).ok());
    std::ofstream(command_.plan) << plan;
  }

  fs::path folder_;
  EvaluateCommand command_;
};

TEST_F(EvaluateFiles, GiveAReportAndOneFileATable) {
  write(make_people(600, 9));
  const auto result = run_evaluate(command_);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_NE(result.value().estimates_json.find("\"std_error\""), std::string::npos);
  EXPECT_EQ(result.value().summary.size(), 2u);
  for (const char* name : {"report.html", "effects.csv", "balance.csv", "overlap.csv", "trends.csv",
                           "description.csv", "match_rates.csv"}) {
    EXPECT_TRUE(fs::exists(folder_ / "out" / name)) << name;
  }
}

TEST_F(EvaluateFiles, GiveWhatTablesInMemoryGive) {
  auto data = make_people(400, 11);
  data.people.add("of_no_use", table::ColumnType::kString);
  for (std::size_t i = 0; i < data.people.row_count(); ++i) data.people.find("of_no_use")->append_string("?");
  write(data);
  const auto from_files = run_evaluate(command_);
  ASSERT_TRUE(from_files.ok()) << from_files.error().message;
  const auto in_memory = evaluate({&data.people, &data.panel, nullptr}, plan_of(kPlan), {});
  ASSERT_TRUE(in_memory.ok()) << in_memory.error().message;
  EXPECT_EQ(from_files.value().estimates_json, estimates_to_json(in_memory.value().estimates));
}

TEST_F(EvaluateFiles, SayOfAMissingColumnWhatTablesInMemorySay) {
  const auto data = make_people(60, 12);
  auto plan = std::string(kPlan);
  plan.replace(plan.find("column = \"score\""), 16, "column = \"scores\"");
  for (const bool csv : {false, true}) {
    write(data, plan);
    if (csv) {
      fs::remove(folder_ / "data/people.parquet");
      ASSERT_TRUE(table::write_csv(data.people, (folder_ / "data/people.csv").string()).ok());
    }
    const auto from_files = run_evaluate(command_);
    ASSERT_FALSE(from_files.ok());
    EXPECT_EQ(from_files.error().message,
              "plan.toml, line 19: outcome.column: no column 'scores'; did you mean 'score'? there are: "
              "person, family, "
              "authority, group, gender, linked_dwp, age, score. Add the column or correct its name");
    auto parsed = parse_plan(plan, "plan.toml");
    ASSERT_TRUE(parsed.ok());
    const auto in_memory = evaluate({&data.people, &data.panel, nullptr}, parsed.value(), {});
    ASSERT_FALSE(in_memory.ok());
    EXPECT_EQ(from_files.error().message, in_memory.error().message);
  }
}

TEST_F(EvaluateFiles, ReadAPanelOnlyWhereThePlanUsesIt) {
  write(make_people(200, 13),
        "[treatment]\ncolumn = 'group'\ntreated = 'programme'\ncomparison = 'waiting'\n"
        "[[outcome]]\nid = 'score'\ncolumn = 'score'\n");
  std::ofstream(folder_ / "data/panel.csv") << "person,person\n";  // would be refused if it were read
  const auto result = run_evaluate(command_);
  EXPECT_TRUE(result.ok()) << result.error().message;
}

TEST(PlanColumns, AreThoseItNamesEachOnce) {
  const auto plan = plan_of(kPlan);
  EXPECT_EQ(people_columns(plan, true),
            (std::vector<std::string>{"person", "family", "authority", "linked_dwp", "group", "score", "age",
                                      "gender"}));
  EXPECT_EQ(panel_columns(plan), (std::vector<std::string>{"jsa", "person", "quarter"}));
}

/// What is wrong with one row of a panel is told with the row.
struct BadPanel {
  const char* name;
  std::int64_t person;
  const char* quarter;
  std::string message;
};
class PanelRefusal : public ::testing::TestWithParam<BadPanel> {};

TEST_P(PanelRefusal, NamesTheRow) {
  const auto data = make_people(60, 14);
  table::Table panel;
  panel.add("person", table::ColumnType::kInt64);
  panel.add("quarter", table::ColumnType::kString);
  panel.add("jsa", table::ColumnType::kDouble);
  const auto add = [&](std::int64_t person, const char* quarter) {
    panel.columns()[0].append_int(person);
    panel.columns()[1].append_string(quarter);
    panel.columns()[2].append_double(1);
  };
  add(1000, "0");
  add(1000, "1");
  add(GetParam().person, GetParam().quarter);
  const auto result = evaluate({&data.people, &panel, nullptr}, plan_of(kPlan), {});
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.error().message.find(GetParam().message), std::string::npos) << result.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    All, PanelRefusal,
    ::testing::Values(
        BadPanel{"UnitAndQuarterTwice", 1000, "1",
                 "panel, row 3: an earlier row has the same unit and quarter; one row a unit and quarter is "
                 "needed"},
        BadPanel{"NoQuarter", 1001, "", "panel, row 3: column quarter needs a whole number"},
        BadPanel{"HalfAQuarter", 1001, "0.5", "panel, row 3: column quarter needs a whole number"},
        BadPanel{"AYear", 1001, "2019", "panel, row 3: column quarter needs a whole number"},
        BadPanel{"Text", 1001, "Q1", "panel: row 3 of column quarter holds text where a number is needed"}),
    [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace kinfold::evaluation
