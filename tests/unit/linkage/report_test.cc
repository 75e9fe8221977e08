// The report as `kinfold link` writes it: what is in it, and what must not be.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "linkage/command.h"
#include "table/io.h"
#include "unit/linkage/people.h"

namespace kinfold::linkage {
namespace {

namespace fs = std::filesystem;

/// Two files of made-up people in a folder that goes away; one value of each is hostile.
class Report : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("kinfold-report-" + std::to_string(getpid()));
    fs::create_directories(folder_);
    const testing_people::People people(500, 21);
    ASSERT_TRUE(table::write_csv(with_hostile_name(people.file(0, 400, 0.1, 1)), path("left.csv")).ok());
    ASSERT_TRUE(table::write_csv(with_hostile_name(people.file(100, 500, 0.3, 2)), path("right.csv")).ok());
    command_.left_path = path("left.csv");
    command_.right_path = path("right.csv");
    command_.out_dir = path("out");
  }
  void TearDown() override { fs::remove_all(folder_); }

  static table::Table with_hostile_name(const table::Table& table) {
    table::Table own;
    for (const auto& column : table.columns()) {
      auto& copy = own.add(column.name(), table::ColumnType::kString);
      for (std::size_t row = 0; row < column.size(); ++row) {
        if (row == 100 && column.name() == "address")
          copy.append_string("<img src=x onerror=alert(1)>");
        else if (column.is_null(row))
          copy.append_null();
        else
          copy.append_string(column.string_at(row));
      }
    }
    return own;
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  // Without the chart library, which is longer than all the rest.
  std::string page() {
    const auto report = run_link(command_);
    EXPECT_TRUE(report.ok()) << report.error().message;
    std::ifstream file(path("out/report.html"));
    std::stringstream text;
    text << file.rdbuf();
    return text.str().substr(0, text.str().find("<script>"));
  }

  fs::path folder_;
  LinkCommand command_;
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_F(Report, HasEverySectionThatAnAnalystLooksFor) {
  command_.group_column = "gender";
  command_.truth_column = "person";
  const auto html = page();
  for (const char* heading :
       {"Where the line is drawn", "Pairs by weight", "What each agreement is worth",
        "How often each level is seen", "Why a pair weighs what it does", "Which pairs were compared",
        "How complete the records are", "Records that nothing could link", "Clusters", "Quality by group"}) {
    EXPECT_TRUE(has(html, std::string(">") + heading + "</h2>")) << heading;
  }
  EXPECT_TRUE(has(html, "before anything is compared"));
  EXPECT_TRUE(has(html, "Near the threshold, pair 1"));
  EXPECT_TRUE(has(html, "found by no rule (estimated)"));
  EXPECT_TRUE(has(html, "precision (truth)"));
  EXPECT_TRUE(has(html, ">female</th>"));
}

TEST_F(Report, ShowsNobodysValuesUnlessItIsAskedTo) {
  command_.explain = {"F1-200", "F2-200"};
  const auto html = page();
  EXPECT_TRUE(has(html, "The pair asked about ("));
  for (const char* value : {"onerror", "F1-200", "F2-200", " Road"}) EXPECT_FALSE(has(html, value)) << value;
  const auto people = table::read_file(path("left.csv"), {.all_strings = true});
  ASSERT_TRUE(people.ok());
  for (const char* column : {"forenames", "surname", "date_of_birth", "postcode"}) {
    for (std::size_t row = 0; row < people.value().row_count(); ++row) {
      const auto value = people.value().find(column)->text_at(row);
      ASSERT_FALSE(value.size() >= 5 && has(html, value)) << column << " of row " << row;
    }
  }
}

TEST_F(Report, ShowsHostileValuesAsTextWhereTheyAreAskedFor) {
  command_.explain = {"F1-100", "F2-200"};
  command_.show_values = true;
  const auto html = page();
  EXPECT_TRUE(has(html, "The pair asked about: F1-100 and F2-200"));
  EXPECT_TRUE(has(html, "&lt;img src=x onerror=alert(1)&gt;"));
  EXPECT_FALSE(has(html, "<img"));
}

TEST_F(Report, SaysThatAThresholdWasGiven) {
  EXPECT_TRUE(has(page(), "no truth was used to choose it"));
  command_.threshold = 0.9;
  const auto html = page();
  EXPECT_TRUE(has(html, "probability of 0.9000 (+3.17 bits), as given"));
  EXPECT_FALSE(has(html, "no truth was used to choose it"));
}

TEST_F(Report, SaysOfTwoFilesThatCandidatesDecideAndNotGroups) {
  command_.threshold = 0.999;
  const auto html = page();
  EXPECT_TRUE(has(html, "Left of the threshold but linked: "));
  EXPECT_FALSE(has(html, "hold these clusters together"));
}

TEST_F(Report, RefusesToShowQualityByAColumnThatTellsPeopleApart) {
  command_.group_column = "date_of_birth";
  EXPECT_TRUE(run_link(command_).ok()) << "all groups are small and put together";
  command_.group_column = "no_such";
  auto refused = run_link(command_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message,
            "the left file has no column 'no_such' to show quality by; name one that it has with --by");
}

TEST_F(Report, MeasuresEachGroupAgainstTheTruth) {
  command_.group_column = "gender";
  command_.truth_column = "person";
  const auto html = page();
  // Made-up people with few errors: the linkage must be near perfect for either.
  const auto at = html.find("Links by gender");
  ASSERT_NE(at, std::string::npos);
  const auto table = html.substr(at);
  EXPECT_TRUE(has(table, "data-label=\"precision (truth)\" class=\"number\">100.00 %") ||
              has(table, "class=\"number\">9"));
}

}  // namespace
}  // namespace kinfold::linkage
