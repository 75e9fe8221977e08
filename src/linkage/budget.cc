#include "linkage/budget.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "linkage/input_internal.h"
#include "linkage/run_internal.h"

namespace kinfold::linkage {
namespace {

struct RuleBlock {
  const RuleYield* rule;
  BlockSize size;
};

std::vector<RuleBlock> largest_blocks(const std::vector<RuleYield>& rules) {
  std::vector<RuleBlock> blocks;
  for (const auto& rule : rules)
    for (const auto& block : rule.largest_blocks) blocks.push_back({&rule, block});
  std::stable_sort(blocks.begin(), blocks.end(), [](const RuleBlock& a, const RuleBlock& b) {
    return a.size.pair_count > b.size.pair_count;
  });
  blocks.resize(std::min<std::size_t>(3, blocks.size()));
  return blocks;
}

std::string block_text(const RuleBlock& block) {
  const auto count = [](std::uint64_t n) { return with_thousands(static_cast<long long>(n)); };
  const std::string records = block.size.right_count > 0
                                  ? count(block.size.left_count) + " by " + count(block.size.right_count)
                                  : count(block.size.left_count);
  return records + " records with one value of " + block.rule->name + " (" +
         short_count(block.size.pair_count) + " pairs)";
}

}  // namespace

std::string short_count(std::uint64_t count) {
  constexpr std::pair<double, const char*> kUnits[] = {{1e12, " T"}, {1e9, " G"}, {1e6, " M"}};
  for (const auto& [unit, name] : kUnits) {
    if (static_cast<double>(count) < unit) continue;
    char text[32];
    std::snprintf(text, sizeof text, "%.1f%s", static_cast<double>(count) / unit, name);
    return text;
  }
  return with_thousands(static_cast<long long>(count));
}

std::string budget_sentence(const std::vector<RuleYield>& rules) {
  std::uint64_t pairs = 0;
  std::uint64_t left_out = 0;
  for (const auto& rule : rules) {
    pairs += rule.pair_count;
    left_out += rule.skipped_pair_count;
  }
  std::string text = "the rules make " + short_count(pairs) + " pairs";
  if (left_out > 0) text += " and leave out " + short_count(left_out) + " in blocks that are too large";
  const auto blocks = largest_blocks(rules);
  if (blocks.empty()) return text;
  text += "; the largest blocks are";
  for (std::size_t n = 0; n < blocks.size(); ++n)
    text += (n == 0 ? " " : n + 1 == blocks.size() ? " and " : ", ") + block_text(blocks[n]);
  return text;
}

Result<Budget> count_pairs(const LinkCommand& command) {
  auto read = read_inputs(command);
  if (!read.ok()) return read.error();
  const Inputs& inputs = read.value();
  if (inputs.left.table.row_count() == 0 || (inputs.two_files && inputs.right.table.row_count() == 0)) {
    return invalid("the " + std::string(inputs.left.table.row_count() == 0 ? "left" : "right") +
                   " file has no rows; nothing can be linked");
  }
  LinkOptions options;
  options.thread_count = command.thread_count;
  options.progress = command.progress;
  options.pair_count_max = std::numeric_limits<std::uint64_t>::max();
  auto prepared = prepare(inputs.left.table, inputs.right_table(), inputs.model, options, true);
  if (!prepared.ok()) return prepared.error();
  Budget budget;
  budget.pair_count_max = command.pair_count_max;
  for (const auto& rule : prepared.value().blocker->yields()) {
    if (!rule.usable) continue;
    budget.pair_count += rule.pair_count;
    budget.left_out_count += rule.skipped_pair_count;
    budget.rules.push_back(rule);
  }
  return budget;
}

std::string Budget::to_json() const {
  nlohmann::ordered_json json = {{"pairs", pair_count},
                                 {"pairs_left_out", left_out_count},
                                 {"pairs_max", pair_count_max},
                                 {"within_budget", pair_count <= pair_count_max}};
  json["rules"] = nlohmann::ordered_json::array();
  for (const auto& rule : rules) {
    nlohmann::ordered_json own = {{"agree_on", rule.name},
                                  {"pairs", rule.pair_count},
                                  {"blocks_left_out", rule.skipped_block_count},
                                  {"pairs_left_out", rule.skipped_pair_count}};
    own["largest_blocks"] = nlohmann::ordered_json::array();
    for (const auto& block : rule.largest_blocks)
      own["largest_blocks"].push_back(
          {{"left", block.left_count}, {"right", block.right_count}, {"pairs", block.pair_count}});
    json["rules"].push_back(std::move(own));
  }
  return json.dump(2);
}

std::string Budget::to_text() const {
  std::string text = "  " + budget_sentence(rules) + ".\n\n";
  for (const auto& rule : rules) {
    std::string count = short_count(rule.pair_count);
    count.insert(0, count.size() < 12 ? 12 - count.size() : 0, ' ');
    text +=
        "  " + count + "  " + rule.name +
        (rule.skipped_pair_count > 0 ? "   (" + short_count(rule.skipped_pair_count) + " left out)" : "") +
        "\n";
  }
  if (pair_count > pair_count_max)
    text += "\n  More than the limit of " + short_count(pair_count_max) +
            ": make the rules finer, lower pairs_per_record_max, or raise --pairs-max.\n";
  return text;
}

}  // namespace kinfold::linkage
