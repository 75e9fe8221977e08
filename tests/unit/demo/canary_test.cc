#include "demo/canary.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "seal/bytes.h"

namespace kinfold::demo {
namespace {

class Canaries : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/kinfold-canary-" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_ + "/below");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// What the search finds when `bytes` lie in a file somewhere below the folder.
  std::vector<Finding> found_in(const std::string& bytes) {
    std::ofstream(folder_ + "/below/file.bin", std::ios::binary) << "before" << bytes << "after";
    const auto search = seek_canaries(folder_);
    EXPECT_TRUE(search.ok());
    return search.value().findings;
  }

  std::string folder_;
};

TEST_F(Canaries, AreFoundInEveryEncoding) {
  const std::string name = canaries().front().surname;
  std::string wide;
  for (const char c : name) wide += std::string(1, c) + '\0';
  EXPECT_FALSE(found_in(name).empty());
  EXPECT_FALSE(found_in(ascii_upper(name)).empty());
  EXPECT_FALSE(found_in(wide).empty());
  EXPECT_FALSE(found_in(seal::to_hex(seal::as_bytes(name))).empty());
  for (const char* prefix : {"", "a", "ab"}) {
    const std::string shifted = prefix + name + "tail";
    EXPECT_FALSE(found_in(seal::to_base64(seal::as_bytes(shifted))).empty()) << prefix;
  }
  EXPECT_FALSE(found_in(to_iso(*canaries().front().date_of_birth)).empty());
  for (const char* date : {"09/03/1987", "03/09/1987", "9/3/1987", "1987/03/09", "19870309", "09031987",
                           "1987.03.09", "9 March 1987", "9 MAR 1987", "90-30-7891"}) {
    EXPECT_FALSE(found_in(date).empty()) << date;
  }
  EXPECT_FALSE(found_in(std::string(name.rbegin(), name.rend())).empty());
}

TEST_F(Canaries, AreNotFoundWhereTheyAreNot) {
  EXPECT_TRUE(found_in("Quillfeathe").empty());
  EXPECT_TRUE(found_in("nothing to see").empty());
}

TEST_F(Canaries, ArePlantedOnce) {
  const std::string path = folder_ + "/council.csv";
  std::ofstream(path) << "family_id,person_id\n";
  ASSERT_TRUE(plant_canaries(path).ok());
  const auto size = std::filesystem::file_size(path);
  ASSERT_TRUE(plant_canaries(path).ok());
  EXPECT_EQ(std::filesystem::file_size(path), size);
}

}  // namespace
}  // namespace kinfold::demo
