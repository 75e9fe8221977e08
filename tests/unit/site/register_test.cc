#include "site/register.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "table/io.h"

namespace kinfold::site {
namespace {

class RegisterFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/kinfold-register-" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
    write("people.csv", "nr,first,last,born\n1,Ann,Example,2001-02-03\n2,Bob,Example,1999-05-06\n");
    write("register.toml",
          "[register]\npeople = \"people.csv\"\nevents = \"events.csv\"\n"
          "[people]\nid = \"nr\"\nforenames = \"first\"\nsurname = \"last\"\ndate_of_birth = \"born\"\n"
          "[events]\nid = \"who\"\nvariable = \"what\"\nstart_date = \"from\"\nend_date = \"to\"\nvalue = "
          "\"value\"\n");
    write("events.csv",
          "who,what,from,to,value\n"
          "1,jsa,2010-01-01,2013-06-30,1.5\n"    // begins before the window: cut
          "1,jsa,2020-06-01,,2.5\n"              // still open: cut at its end
          "1,jsa,2009-01-01,2011-12-31,1.0\n"    // over before it
          "1,conviction,2011-05-05,,1.0\n"       // before it
          "1,conviction,2015-05-05,,1.0\n"       // in it
          "1,secret,2015-05-05,,1.0\n"           // not a variable of the charter
          "2,jsa,2015-01-01,2015-02-01,1.0\n");  // somebody who was not matched
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
  }
  std::string toml() const { return folder_ + "/register.toml"; }

  std::string folder_;
};

EventFilter filter() {
  EventFilter filter;
  filter.is_spell = {{"jsa", true}, {"conviction", false}};
  filter.window_from = parse_iso_date("2012-01-01");
  filter.window_until = parse_iso_date("2020-12-31");
  return filter;
}

TEST_F(RegisterFiles, ReturnsOnlyWhatTheCharterAllowsCutToItsWindow) {
  const auto source = read_register(toml());
  ASSERT_TRUE(source.ok()) << source.error().message;
  const auto events = events_of(source.value(), {"1"}, {"REF"}, filter());
  ASSERT_TRUE(events.ok()) << events.error().message;
  const auto& table = events.value();
  ASSERT_EQ(table.row_count(), 3U);
  const auto row = [&](std::size_t k) {
    return table.find("variable")->text_at(k) + " " + table.find("start_date")->text_at(k) + " " +
           table.find("end_date")->text_at(k);
  };
  EXPECT_EQ(row(0), "conviction 2015-05-05 ");
  EXPECT_EQ(row(1), "jsa 2012-01-01 2013-06-30");
  EXPECT_EQ(row(2), "jsa 2020-06-01 2020-12-31");
  for (std::size_t k = 0; k < table.row_count(); ++k) EXPECT_EQ(table.find("reference")->string_at(k), "REF");
}

TEST_F(RegisterFiles, HandsItsPeopleOutInPartsUnderKinfoldsNames) {
  const auto source = read_register(toml());
  ASSERT_TRUE(source.ok()) << source.error().message;
  const auto reader = open_people(source.value(), 1);
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  for (const std::string id : {"1", "2"}) {
    const auto part = reader.value()->next();
    ASSERT_TRUE(part.ok()) << part.error().message;
    ASSERT_EQ(part.value().row_count(), 1U);
    EXPECT_EQ(part.value().find("id")->string_at(0), id);
    EXPECT_EQ(part.value().find("surname")->string_at(0), "Example");
    EXPECT_EQ(part.value().find("date_of_birth")->type(), table::ColumnType::kDate);
  }
  const auto end = reader.value()->next();
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(end.value().row_count(), 0U);
}

TEST_F(RegisterFiles, NamesTheColumnThatThePeopleLack) {
  write("people.csv", "nr,first,last\n1,Ann,Example\n");
  const auto source = read_register(toml());
  ASSERT_TRUE(source.ok());
  const auto reader = open_people(source.value(), 10);
  ASSERT_FALSE(reader.ok());
  EXPECT_NE(reader.error().message.find("born"), std::string::npos) << reader.error().message;
}

TEST_F(RegisterFiles, SaysWhichKeyIsMissing) {
  write("register.toml", "[register]\npeople = \"people.csv\"\n");
  const auto source = read_register(toml());
  ASSERT_FALSE(source.ok());
  EXPECT_EQ(source.error().message, "register.toml: [people] needs a text `id`; see docs/formats/data.md");
}

TEST_F(RegisterFiles, SaysWhereTheTomlIsBroken) {
  write("register.toml", "[register]\npeople = \n");
  const auto source = read_register(toml());
  ASSERT_FALSE(source.ok());
  EXPECT_EQ(source.error().message.rfind("register.toml:2:", 0), 0U) << source.error().message;
}

}  // namespace
}  // namespace kinfold::site
