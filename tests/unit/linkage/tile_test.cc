#include "linkage/tile_internal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "linkage/run_internal.h"

namespace kinfold::linkage {
namespace {

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

// One block of `size` records with one surname; those whose numbers are alike by `modulus` share a birthday
// too, which is the first rule.
table::Table block_of(int size, int modulus) {
  table::Table table;
  for (const char* name : {"id", "surname", "date_of_birth"}) table.add(name, table::ColumnType::kString);
  for (int n = 0; n < size; ++n) {
    table.columns()[0].append_string(std::to_string(1000 + n));
    table.columns()[1].append_string("Okonkwo");
    table.columns()[2].append_string("1990-01-" + std::to_string(10 + n % modulus));
  }
  return table;
}

Model model_of_two_rules() {
  auto model = parse_model_toml(R"(
name = "two rules"
[[field]]
name = "surname"
kind = "code"
[[field]]
name = "date_of_birth"
kind = "code"
[[comparison]]
field = "surname"
levels = [{ when = "exact", m = 0.8 }, { when = "else" }]
[[comparison]]
field = "date_of_birth"
levels = [{ when = "exact", m = 0.8 }, { when = "else" }]
[[block]]
keys = ["date_of_birth"]
[[block]]
keys = ["surname"]
)");
  EXPECT_TRUE(model.ok()) << (model.ok() ? "" : model.error().message);
  return model.value();
}

// The pairs of all rows that no earlier rule finds, sorted.
Pairs pairs_of_rows(const Run& run) {
  Pairs pairs;
  TileSide left(*run.blocker, *run.records, *run.comparer);
  TileSide right = left;
  for (std::size_t chunk = 0; chunk < run.blocker->work_count(); ++chunk) {
    for_each_row(
        *run.blocker, chunk, left, right, [](std::uint32_t, std::uint32_t) { return true; },
        [&](std::uint32_t, std::uint32_t one, std::uint32_t other) { pairs.emplace_back(one, other); },
        [](const TileSide&) {},
        [&](const TileRow& row) {
          EXPECT_LE(row.begin + row.lanes(), TileSide::kRoom);
          for (std::size_t k = 0; k < row.count; ++k) {
            if (row.found[k] != 0) continue;
            const auto [one, other] = row.pair(k);
            pairs.emplace_back(one, other);
            // What lies in the rows of numbers is the same record's.
            const bool in_order = one == row.left.record(row.record);
            EXPECT_EQ(row.right.codes(1)[row.begin + k],
                      run.records->of(in_order ? other : one)[run.comparer->field_of(1)]);
          }
        });
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

TEST(Tile, RecordsOfOneFileMeetOnceEach) {
  for (const int size :
       {2, 3, 4, 5, 8, 15, 16, 17, 31, 32, 33, 34, 47, 63, 64, 65, 255, 256, 257, 300, 513}) {
    const auto run = prepare(block_of(size, 3), nullptr, model_of_two_rules(), {}, true);
    ASSERT_TRUE(run.ok()) << run.error().message;
    Pairs all;
    for (std::uint32_t a = 0; a < static_cast<std::uint32_t>(size); ++a)
      for (std::uint32_t b = a + 1; b < static_cast<std::uint32_t>(size); ++b) all.emplace_back(a, b);
    EXPECT_EQ(pairs_of_rows(run.value()), all) << size << " records";
  }
}

TEST(Tile, RecordsOfTwoFilesMeetOnceEach) {
  for (const auto& [left, right] : {std::pair{1, 40}, {4, 4}, {16, 33}, {257, 20}, {20, 300}}) {
    const auto table = block_of(right, 3);
    const auto run = prepare(block_of(left, 2), &table, model_of_two_rules(), {}, true);
    ASSERT_TRUE(run.ok()) << run.error().message;
    const auto left_count = static_cast<std::uint32_t>(left);
    const auto right_count = static_cast<std::uint32_t>(right);
    Pairs all;
    for (std::uint32_t a = 0; a < left_count; ++a)
      for (std::uint32_t b = 0; b < right_count; ++b) all.emplace_back(a, left_count + b);
    EXPECT_EQ(pairs_of_rows(run.value()), all) << left << " and " << right << " records";
  }
}

}  // namespace
}  // namespace kinfold::linkage
