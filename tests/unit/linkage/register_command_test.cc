// Registers from the command line: in parts, and continued with records that came later.
#include "linkage/register_command.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <numeric>
#include <sstream>

#include "table/io.h"
#include "unit/linkage/people.h"

namespace kinfold::linkage {
namespace {

using testing_people::People;
namespace fs = std::filesystem;

class RunRegister : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("kinfold_register_" + std::to_string(getpid()));
    fs::create_directories(folder_);
    const People people(3000, 31);
    write("people.csv", people.file(0, 600, 0.1, 1));
    register_ = people.file(100, 3000, 0.1, 2);
    write("whole.csv", register_);
    write("first.csv", rows(0, 2000));
    write("later.csv", rows(2000, register_.row_count()));
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& name, const table::Table& table) const {
    ASSERT_TRUE(table::write_csv(table, at(name)).ok());
  }
  table::Table rows(std::size_t begin, std::size_t end) const {
    std::vector<std::size_t> taken(end - begin);
    std::iota(taken.begin(), taken.end(), begin);
    return register_.take(taken);
  }
  RegisterCommand command(const std::string& register_file, const std::string& out) const {
    RegisterCommand command;
    command.people_path = at("people.csv");
    command.register_path = at(register_file);
    command.out_dir = at(out);
    command.rows_per_part = 1000;
    command.write_parquet = false;
    return command;
  }
  std::string text(const std::string& name) const {
    std::stringstream bytes;
    bytes << std::ifstream(at(name), std::ios::binary).rdbuf();
    return bytes.str();
  }

  fs::path folder_;
  table::Table register_;
};

TEST_F(RunRegister, MatchesPeopleInParts) {
  const auto report = run_register(command("whole.csv", "out"));
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report.value().part_count, 3U);
  EXPECT_EQ(report.value().register_row_count, register_.row_count());
  for (const auto& file : report.value().files) EXPECT_TRUE(fs::exists(at("out") + "/" + file)) << file;
  const auto matches = table::read_file(at("out/matches.csv"), {.all_strings = true});
  ASSERT_TRUE(matches.ok());
  ASSERT_EQ(matches.value().row_count(), 600U);
  int right = 0;
  int wrong = 0;
  for (std::size_t row = 0; row < 600; ++row) {
    const auto* id = matches.value().find("right_id");
    if (id->is_null(row)) continue;
    // F1-n of the people is F2-n of the register.
    (id->string_at(row).substr(3) == matches.value().find("left_id")->string_at(row).substr(3) ? right
                                                                                               : wrong) += 1;
  }
  EXPECT_GE(right, 440);
  EXPECT_LE(wrong, 4);
}

TEST_F(RunRegister, GivesTheSameWhenTheRegisterComesInTwoRuns) {
  ASSERT_TRUE(run_register(command("whole.csv", "once")).ok());
  ASSERT_TRUE(run_register(command("first.csv", "twice")).ok());
  auto later = command("later.csv", "twice");
  later.earlier_dir = at("twice");
  const auto report = run_register(later);
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report.value().register_row_count, register_.row_count());
  EXPECT_EQ(report.value().part_count, 1U);
  EXPECT_EQ(text("twice/matches.csv"), text("once/matches.csv"));
}

TEST_F(RunRegister, GivesTheSameOnAnyNumberOfThreads) {
  auto one = command("whole.csv", "one");
  one.thread_count = 1;
  auto two = command("whole.csv", "two");
  two.thread_count = 2;
  ASSERT_TRUE(run_register(one).ok());
  ASSERT_TRUE(run_register(two).ok());
  EXPECT_EQ(text("one/matches.csv"), text("two/matches.csv"));
}

TEST_F(RunRegister, RefusesToContinueWithOtherPeople) {
  ASSERT_TRUE(run_register(command("first.csv", "out")).ok());
  auto later = command("later.csv", "more");
  later.earlier_dir = at("out");
  later.people_path = at("later.csv");
  const auto report = run_register(later);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().message,
            "the folder to continue from is of other people: the left file lacks an id that was there; give "
            "the same file, or leave --continue out");
  EXPECT_FALSE(fs::exists(at("more")));
}

TEST_F(RunRegister, RefusesAFolderThatNoRunMadeAndAnEmptyRegister) {
  auto later = command("later.csv", "out");
  later.earlier_dir = at("");
  EXPECT_FALSE(run_register(later).ok());
  write("empty.csv", rows(0, 0));
  const auto report = run_register(command("empty.csv", "out"));
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().message, "the register has no rows; nobody can be looked up in it");
  EXPECT_FALSE(fs::exists(at("out")));
}

TEST_F(RunRegister, RefusesPeopleWithTheSameId) {
  auto twice = table::read_file(at("people.csv"), {.all_strings = true});
  ASSERT_TRUE(twice.ok());
  write("people.csv", twice.value().take({0, 1, 0}));
  const auto report = run_register(command("whole.csv", "out"));
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().message,
            "column id of the left file has the same id in rows 1 and 3; give every record an id of its own, "
            "or name another column as id_column");
}

}  // namespace
}  // namespace kinfold::linkage
