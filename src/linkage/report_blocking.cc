// Which pairs were compared, what each rule brought, and what no rule found.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "linkage/report_internal.h"

namespace kinfold::linkage {
namespace {

using table::ColumnType;

std::string expected_text(double matches) {
  return matches < 100.0 ? fmt::format("{:.1f}", matches)
                         : count_text(static_cast<std::uint64_t>(std::llround(matches)));
}

page::Bars yield_bars(const LinkResult& result) {
  double expected = 0.0;
  std::uint64_t most = 1;
  for (const auto& yield : result.blocking) {
    expected += yield.expected_matches;
    most = std::max(most, yield.first_pair_count);
  }
  const double recall = result.fit.blocking_recall;
  const double missed = recall > 0.0 ? expected / recall - expected : 0.0;
  page::Bars bars;
  bars.caption = "Blocking rules in order: what each adds to those before it";
  bars.columns = {"records agree on", "new pairs", "new matches"};
  bars.lanes = {{"new pairs", 0.0, static_cast<double>(most), "0", count_text(most), std::nullopt},
                {"matches found so far", 0.0, std::max(1.0, expected + missed), "0",
                 count_text(static_cast<std::uint64_t>(std::llround(expected + missed))), std::nullopt}};
  double sum = 0.0;
  for (const auto& yield : result.blocking) {
    if (!yield.usable) continue;
    bars.rows.push_back(
        {{yield.name, count_text(yield.first_pair_count), expected_text(yield.expected_matches)},
         {page::BarSpan{0.0, static_cast<double>(yield.first_pair_count)},
          page::BarSpan{sum, sum + yield.expected_matches}}});
    sum += yield.expected_matches;
  }
  // Drawn leftwards, hence hollow: what is not there.
  bars.rows.push_back({{"found by no rule (estimated)", "\u2013", expected_text(missed)},
                       {std::nullopt, page::BarSpan{sum + missed, sum}},
                       false,
                       true});
  return bars;
}

std::string block_text(const BlockSize& block, bool two_files) {
  return two_files ? fmt::format("{} \u00d7 {}", count_text(block.left_count), count_text(block.right_count))
                   : count_text(block.left_count);
}

table::Table rules_table(const LinkResult& result, bool two_files) {
  table::Table table;
  table.add("records agree on", ColumnType::kString);
  table.add("pairs", ColumnType::kInt64);
  table.add("largest blocks (records)", ColumnType::kString);
  for (const char* name : {"blocks left out", "pairs left out"}) table.add(name, ColumnType::kInt64);
  auto& columns = table.columns();
  for (const auto& yield : result.blocking) {
    if (!yield.usable) continue;
    std::string largest;
    for (const auto& block : yield.largest_blocks)
      largest += (largest.empty() ? "" : ", ") + block_text(block, two_files);
    columns[0].append_string(yield.name);
    columns[1].append_int(static_cast<std::int64_t>(yield.pair_count));
    columns[2].append_string(largest);
    columns[3].append_int(static_cast<std::int64_t>(yield.skipped_block_count));
    columns[4].append_int(static_cast<std::int64_t>(yield.skipped_pair_count));
  }
  return table;
}

}  // namespace

void add_blocking(page::Page& page, const ReportInput& input) {
  const auto& result = input.result;
  page.heading("Which pairs were compared");
  std::uint64_t unusable = 0;
  std::uint64_t left_out = 0;
  for (const auto& yield : result.blocking) {
    unusable += !yield.usable;
    left_out += yield.skipped_pair_count;
  }
  page.paragraph(
      "A pair is compared when its records agree on all keys of a rule, and counted at the first rule that "
      "finds it. A rule that brings many pairs and "
      "hardly any matches costs time only; one that brings matches late, which the others miss, is worth its "
      "pairs.");
  page.bars(yield_bars(result));
  if (result.fit.blocking_recall > 0.0) {
    page.paragraph(fmt::format(
        "About {} of all matches are found by some rule, as far as the overlap of the rules tells: matches "
        "found by one rule only, against those found "
        "by two, show how many are found by none. Rules that fail together make this too favourable.",
        percent_text(result.fit.blocking_recall)));
  }
  if (left_out > 0) {
    page.note(
        fmt::format("{} pairs were not compared because their blocks are too large for the rule's budget "
                    "(pairs_per_record_max in the model's settings). "
                    "Other rules may still have found them; the table below says which rules lost what.",
                    count_text(left_out)));
  }
  page.details("Pairs and the largest blocks of each rule", "Every rule by itself",
               rules_table(result, input.two_files()));
  if (unusable > 0)
    page.paragraph(
        fmt::format("{} more rules of the model need fields that the files do not have.", unusable));
}

}  // namespace kinfold::linkage
