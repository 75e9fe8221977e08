// The public files with known truth: the starting model, untouched, and the threshold chosen without it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "linkage/command.h"
#include "source_dir.h"

namespace kinfold::linkage {
namespace {

std::filesystem::path data_folder() {
  const char* given = std::getenv("KINFOLD_DATA");
  return given != nullptr ? std::filesystem::path(given)
                          : std::filesystem::path(source_dir()) / ".." / "shared" / "data";
}

struct Case {
  const char* name;
  const char* left;
  const char* right;
  const char* truth_column;
  const char* truth_pattern;
  double f1_min;
};

class PublicData : public testing::TestWithParam<Case> {};

TEST_P(PublicData, IsLinkedAtLeastAsWellAsPromised) {
  const auto folder = data_folder() / "linkage";
  if (!std::filesystem::exists(folder / GetParam().left))
    GTEST_SKIP() << "the public file is not here; set KINFOLD_DATA";
  LinkCommand command;
  command.left_path = (folder / GetParam().left).string();
  if (*GetParam().right != '\0') command.right_path = (folder / GetParam().right).string();
  command.truth_column = GetParam().truth_column;
  command.truth_pattern = GetParam().truth_pattern;
  command.out_dir = testing::TempDir() + "kinfold_link_" + GetParam().name;
  const auto report = run_link(command);
  ASSERT_TRUE(report.ok()) << report.error().message;
  ASSERT_TRUE(report.value().quality.has_value());
  EXPECT_GE(report.value().quality->f1, GetParam().f1_min);
  for (const auto& file : report.value().files)
    EXPECT_TRUE(std::filesystem::exists(std::filesystem::path(command.out_dir) / file)) << file;
  std::filesystem::remove_all(command.out_dir);
}

// The bounds are the project's targets, not what was measured.
INSTANTIATE_TEST_SUITE_P(
    Files, PublicData,
    testing::Values(Case{"febrl4", "febrl4a.csv", "febrl4b.csv", "", "rec-(\\d+)-", 0.9998},
                    Case{"fake_1000", "fake_1000.csv", "", "cluster", "", 0.88},
                    Case{"historical_50k", "historical_50k.parquet", "", "cluster", "", 0.90}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(RunLink, SaysWhatIsWrongAndWritesNothing) {
  LinkCommand command;
  command.left_path = "no_such_file.csv";
  command.out_dir = testing::TempDir() + "kinfold_link_nothing";
  const auto report = run_link(command);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().message.substr(0, 15), "the left file: ");
  EXPECT_FALSE(std::filesystem::exists(command.out_dir));
}

}  // namespace
}  // namespace kinfold::linkage
