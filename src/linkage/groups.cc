#include "linkage/groups_internal.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "linkage/records_internal.h"

namespace kinfold::linkage {
namespace {

struct Grouping {
  std::vector<std::string> name;        ///< Of each group.
  std::vector<std::uint32_t> group_of;  ///< By row of the left file.
};

Result<Grouping> group_rows(const table::Table& left, const std::string& column_name) {
  const auto* column = find_column(left, {column_name});
  if (column == nullptr)
    return invalid("the left file has no column '" + column_name +
                   "' to show quality by; name one that it has with --by");
  std::map<std::string, std::uint64_t> counts;
  for (std::size_t row = 0; row < left.row_count(); ++row) {
    ++counts[column->text_at(row)];
    if (counts.size() > 100 * kGroupCountMax) break;  // A column of names is not read to its end.
  }
  Grouping grouping;
  std::map<std::string, std::uint32_t> number;
  std::optional<std::uint32_t> small;
  for (const auto& [value, count] : counts) {
    if (value.empty() || count < kGroupRecordCountMin) continue;
    number[value] = static_cast<std::uint32_t>(grouping.name.size());
    grouping.name.push_back(value);
  }
  if (counts.size() > 100 * kGroupCountMax || grouping.name.size() > kGroupCountMax) {
    return invalid("the column '" + column_name + "' has more than " + std::to_string(kGroupCountMax) +
                   " groups of " + std::to_string(kGroupRecordCountMin) +
                   " records or more; name one with fewer values with --by, such as sex or region");
  }
  const auto extra = [&](const char* name) {
    grouping.name.emplace_back(name);
    return static_cast<std::uint32_t>(grouping.name.size() - 1);
  };
  for (const auto& [value, count] : counts) {
    if (value.empty()) {
      number[value] = extra("no value");
    } else if (count < kGroupRecordCountMin) {
      if (!small) small = extra("groups of fewer than 10 records");
      number[value] = *small;
    }
  }
  grouping.group_of.resize(left.row_count());
  for (std::size_t row = 0; row < left.row_count(); ++row)
    grouping.group_of[row] = number[column->text_at(row)];
  return grouping;
}

// Sums over the pairs that a group's records take part in.
struct Sums {
  double links = 0.0, link_probability = 0.0, probability = 0.0;
  double both = 0.0, true_pairs = 0.0;
};

// Each true pair of one file counts half for either record; of two files once, for the left one.
void add_true_pairs(const Grouping& grouping, const Truth& truth, bool two_files, std::vector<Sums>& sums) {
  std::unordered_map<std::string, double> partners;
  for (const auto& person : two_files ? truth.right : truth.left)
    if (!person.empty()) partners[person] += 1.0;
  for (std::size_t row = 0; row < truth.left.size(); ++row) {
    const auto found = partners.find(truth.left[row]);
    if (truth.left[row].empty() || found == partners.end()) continue;
    sums[grouping.group_of[row]].true_pairs += two_files ? found->second : (found->second - 1.0) / 2.0;
  }
}

// The links of one file are all pairs within its clusters, also those that were never weighed by themselves.
void add_cluster_pairs(const Grouping& grouping, const std::vector<std::uint32_t>& cluster,
                       const Truth& truth, std::vector<Sums>& sums) {
  std::unordered_map<std::uint32_t, double> size;
  std::map<std::pair<std::uint32_t, std::string>, double> same;
  for (std::size_t row = 0; row < cluster.size(); ++row) {
    size[cluster[row]] += 1.0;
    if (!truth.left.empty() && !truth.left[row].empty()) same[{cluster[row], truth.left[row]}] += 1.0;
  }
  for (std::size_t row = 0; row < cluster.size(); ++row) {
    auto& own = sums[grouping.group_of[row]];
    own.links += (size[cluster[row]] - 1.0) / 2.0;
    if (!truth.left.empty() && !truth.left[row].empty())
      own.both += (same[{cluster[row], truth.left[row]}] - 1.0) / 2.0;
  }
}

std::vector<bool> has_partner(const LinkResult& result) {
  std::vector<std::uint32_t> size(result.cluster_count, 0);
  for (const auto* numbers : {&result.left_cluster, &result.right_cluster})
    for (const auto number : *numbers) ++size[number];
  std::vector<bool> linked;
  for (const auto number : result.left_cluster) linked.push_back(size[number] > 1);
  return linked;
}

}  // namespace

Result<std::vector<GroupQuality>> quality_by_group(const table::Table& left, const std::string& column,
                                                   const LinkResult& result, const Truth& truth) {
  const auto grouped = group_rows(left, column);
  if (!grouped.ok()) return grouped.error();
  const Grouping& grouping = grouped.value();
  const bool two_files = !result.right_cluster.empty();
  std::vector<Sums> sums(grouping.name.size());
  std::vector<double> weighed(grouping.name.size(), 0.0);
  for (const auto& pair : result.pairs) {
    const auto add = [&](std::uint32_t row, double part) {
      const auto group = grouping.group_of[row];
      auto& own = sums[group];
      own.probability += part * pair.probability;
      if (!pair.linked) return;
      weighed[group] += part;
      own.link_probability += part * pair.probability;
      if (!two_files) return;
      own.links += part;
      if (!truth.left.empty() && !truth.left[pair.left].empty() &&
          truth.left[pair.left] == truth.right[pair.right])
        own.both += part;
    };
    add(pair.left, two_files ? 1.0 : 0.5);
    if (!two_files) add(pair.right, 0.5);
  }
  if (!two_files) add_cluster_pairs(grouping, result.left_cluster, truth, sums);
  if (!truth.left.empty()) add_true_pairs(grouping, truth, two_files, sums);
  std::vector<GroupQuality> groups(grouping.name.size());
  const auto partner = has_partner(result);
  for (std::size_t row = 0; row < partner.size(); ++row) {
    auto& group = groups[grouping.group_of[row]];
    ++group.record_count;
    group.linked_count += partner[row];
  }
  const auto share = [](double part, double whole) {
    return whole > 0.0 ? std::min(1.0, part / whole) : 0.0;
  };
  for (std::size_t n = 0; n < groups.size(); ++n) {
    const auto& own = sums[n];
    groups[n].name = grouping.name[n];
    groups[n].link_count = own.links;
    groups[n].expected_precision = share(own.link_probability, weighed[n]);
    groups[n].expected_recall = share(own.link_probability, own.probability);
    if (truth.left.empty()) continue;
    groups[n].measured = Quality{share(own.both, own.links), share(own.both, own.true_pairs),
                                 share(2.0 * own.both, own.links + own.true_pairs),
                                 static_cast<std::uint64_t>(own.true_pairs + 0.5)};
  }
  return groups;
}

}  // namespace kinfold::linkage
