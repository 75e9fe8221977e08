// Tables for tests, and a folder that is gone afterwards.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "base/random.h"
#include "table/table.h"

namespace kinfold::table::testing {

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "kinfold-test-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() { std::filesystem::remove_all(path_); }
  std::string path(const std::string& name) const { return path_ + "/" + name; }
  std::string write(const std::string& name, std::string_view bytes) const {
    std::ofstream(path(name), std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return path(name);
  }

 private:
  std::string path_;
};

/// All five types with nulls, the same for the same count.
inline Table mixed_table(std::size_t row_count) {
  Table table({Column("id", ColumnType::kInt64), Column("name", ColumnType::kString),
               Column("day", ColumnType::kDate), Column("share", ColumnType::kDouble),
               Column("flag", ColumnType::kBool), Column("count", ColumnType::kInt64)});
  auto& columns = table.columns();
  for (std::size_t row = 0; row < row_count; ++row) {
    RandomStream random(42, {row});
    columns[0].append_int(static_cast<std::int64_t>(row));
    const auto length = random.below(40);
    std::string text;
    for (std::uint64_t k = 0; k < length; ++k) text += "abcdefgh é,\"\n"[random.below(8)];
    random.chance(0.1) ? columns[1].append_null() : columns[1].append_string(text + "Zoë");
    random.chance(0.1) ? columns[2].append_null()
                       : columns[2].append_date(Date{random.between(-9000, 20000)});
    random.chance(0.1) ? columns[3].append_null() : columns[3].append_double(random.normal());
    random.chance(0.1) ? columns[4].append_null() : columns[4].append_bool(random.chance(0.5));
    random.chance(0.1) ? columns[5].append_null() : columns[5].append_int(random.between(-100, 100));
  }
  return table;
}

inline void expect_same(const Table& expected, const Table& actual) {
  ASSERT_EQ(expected.column_count(), actual.column_count());
  ASSERT_EQ(expected.row_count(), actual.row_count());
  for (std::size_t k = 0; k < expected.column_count(); ++k) {
    const auto& a = expected.columns()[k];
    const auto& b = actual.columns()[k];
    EXPECT_EQ(a.name(), b.name());
    ASSERT_EQ(a.type(), b.type()) << a.name();
    for (std::size_t row = 0; row < a.size(); ++row) {
      ASSERT_EQ(a.is_null(row), b.is_null(row)) << a.name() << " row " << row;
      ASSERT_EQ(a.text_at(row), b.text_at(row)) << a.name() << " row " << row;
    }
  }
}

}  // namespace kinfold::table::testing
