#include "linkage/truth_internal.h"

#include <map>
#include <regex>
#include <unordered_map>

#include "linkage/records_internal.h"

namespace kinfold::linkage {
namespace {

// What each row's person is called by the truth; "" where it does not say.
Result<std::vector<std::string>> truth_of(const table::Table& table, const LinkCommand& command,
                                          const Model& model, std::string_view which) {
  const table::Column* column = nullptr;
  if (!command.truth_column.empty()) {
    auto found = table.require(command.truth_column);
    if (!found.ok())
      return invalid("the truth column in the " + std::string(which) + " file: " + found.error().message);
    column = found.value();
  } else {
    column = find_id(table, model);
    if (column == nullptr)
      return invalid("the " + std::string(which) +
                     " file has no id column to take the truth from; name a truth column");
  }
  std::vector<std::string> truth(table.row_count());
  std::regex pattern;
  if (!command.truth_pattern.empty()) {
    try {
      pattern = std::regex(command.truth_pattern);
    } catch (const std::regex_error&) {
      return invalid("the truth pattern is not a regular expression; write one such as rec-(\\d+)-");
    }
  }
  for (std::size_t row = 0; row < truth.size(); ++row) {
    truth[row] = column->text_at(row);
    if (command.truth_pattern.empty()) continue;
    std::smatch found;
    const std::string text = truth[row];
    truth[row] = std::regex_search(text, found, pattern)
                     ? (found.size() > 1 ? found[1].str() : found[0].str())
                     : std::string{};
  }
  return truth;
}

struct PairCounts {
  std::uint64_t linked = 0;
  std::uint64_t matching = 0;
  std::uint64_t both = 0;
};

std::uint64_t choose_two(std::uint64_t n) { return n * (n - (n > 0 ? 1 : 0)) / 2; }

// One file: pairs within clusters against pairs within people.
PairCounts count_within(const std::vector<std::uint32_t>& cluster, const std::vector<std::string>& truth) {
  std::map<std::uint32_t, std::uint64_t> by_cluster;
  std::unordered_map<std::string, std::uint64_t> by_truth;
  std::map<std::pair<std::uint32_t, std::string>, std::uint64_t> by_both;
  for (std::size_t row = 0; row < cluster.size(); ++row) {
    ++by_cluster[cluster[row]];
    if (truth[row].empty()) continue;
    ++by_truth[truth[row]];
    ++by_both[{cluster[row], truth[row]}];
  }
  PairCounts counts;
  for (const auto& [key, n] : by_cluster) counts.linked += choose_two(n);
  for (const auto& [key, n] : by_truth) counts.matching += choose_two(n);
  for (const auto& [key, n] : by_both) counts.both += choose_two(n);
  return counts;
}

PairCounts count_between(const LinkResult& result, const std::vector<std::string>& left,
                         const std::vector<std::string>& right) {
  std::unordered_map<std::string, std::uint64_t> on_left;
  for (const auto& person : left)
    if (!person.empty()) ++on_left[person];
  PairCounts counts;
  for (const auto& person : right) {
    const auto found = on_left.find(person);
    if (found != on_left.end()) counts.matching += found->second;
  }
  for (const auto& pair : result.pairs) {
    if (!pair.linked) continue;
    ++counts.linked;
    if (!left[pair.left].empty() && left[pair.left] == right[pair.right]) ++counts.both;
  }
  return counts;
}

Quality quality_of(const PairCounts& counts) {
  Quality quality;
  quality.true_pair_count = counts.matching;
  quality.precision =
      counts.linked == 0 ? 0.0 : static_cast<double>(counts.both) / static_cast<double>(counts.linked);
  quality.recall =
      counts.matching == 0 ? 0.0 : static_cast<double>(counts.both) / static_cast<double>(counts.matching);
  const double sum = static_cast<double>(counts.linked + counts.matching);
  quality.f1 = sum == 0.0 ? 0.0 : 2.0 * static_cast<double>(counts.both) / sum;
  return quality;
}

}  // namespace

Result<Truth> read_truth(const table::Table& left, const table::Table* right, const LinkCommand& command,
                         const Model& model) {
  Truth truth;
  if (command.truth_column.empty() && command.truth_pattern.empty()) return truth;
  auto own = truth_of(left, command, model, "left");
  if (!own.ok()) return own.error();
  truth.left = std::move(own).value();
  if (right == nullptr) return truth;
  auto other = truth_of(*right, command, model, "right");
  if (!other.ok()) return other.error();
  truth.right = std::move(other).value();
  return truth;
}

Quality measure(const LinkResult& result, const Truth& truth, bool two_files) {
  return quality_of(two_files ? count_between(result, truth.left, truth.right)
                              : count_within(result.left_cluster, truth.left));
}

}  // namespace kinfold::linkage
