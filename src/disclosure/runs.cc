#include "disclosure/runs_internal.h"

#include <algorithm>

#include "disclosure/check_internal.h"
#include "disclosure/recode_internal.h"

namespace kinfold::disclosure {
namespace {

double people_in(const Output& output, std::size_t row) {
  for (std::size_t c = 0; c < output.table.column_count(); ++c) {
    const auto* layout = layout_of(output, c);
    const bool counts = layout != nullptr && layout->level == Level::kPerson &&
                        (layout->role == Role::kCount || layout->role == Role::kContributors);
    if (counts && output.table.columns()[c].type() != table::ColumnType::kString &&
        !output.table.columns()[c].is_null(row)) {
      return output.table.columns()[c].number_at(row);
    }
  }
  return 0;
}

}  // namespace

bool is_dimension(const Output& output, std::size_t c) {
  const auto* layout = layout_of(output, c);
  return layout != nullptr && layout->role == Role::kDimension;
}

std::string field_key(const Output& output, std::size_t row, std::size_t c, std::size_t without) {
  std::string key = std::to_string(c);
  for (std::size_t d = 0; d < output.table.column_count(); ++d) {
    if (d != without && is_dimension(output, d)) key += '\x1f' + output.table.columns()[d].text_at(row);
  }
  return key;
}

Judged judge_table(const Output& output, const Rules& rules, std::size_t without) {
  Judged judged;
  auto encoded = encode(std::span(&output, 1), rules, ReleaseLedger{});
  if (!encoded.ok()) return {{}, static_cast<std::size_t>(-1) / 4};
  auto& encoding = encoded.value();
  add_relations(encoding, rules);
  for (const auto& facts : encoding.facts) judged.failing += facts.implied && facts.verdict.fails() ? 1U : 0U;
  const auto column_count = output.table.column_count();
  for (std::size_t row = 0; row < output.table.row_count(); ++row) {
    for (std::size_t c = 0; c < column_count; ++c) {
      if (layout_of(output, c) == nullptr || output.table.columns()[c].is_null(row)) continue;
      const auto& cells = encoding.field_cells[0][row * column_count + c];
      bool fails = judge_statistic_field(output, row, c, rules).fails();
      for (const auto cell : cells) fails = fails || encoding.facts[cell].verdict.fails();
      if (!fails) continue;
      ++judged.failing;
      judged.fields.insert(field_key(output, row, c, without));
    }
  }
  return judged;
}

std::string group_name(const std::vector<std::string>& labels) {
  return labels.size() == 2 ? labels[0] + " or " + labels[1] : labels.front() + " to " + labels.back();
}

Runs::Runs(const Output& output, std::size_t column, const Rules& rules)
    : output_(output), rules_(rules), column_(column) {
  const auto& layout = *layout_of(output, column);
  std::set<std::string> above;
  for (const auto& [child, parent] : layout.parent) above.insert(parent);
  std::map<std::string, std::size_t> list_of;
  const auto row_count = output.table.row_count();
  for (std::size_t row = 0; row < row_count; ++row) {
    const auto label = output.table.columns()[column].text_at(row);
    if (label.empty() || label == layout.total || above.count(label) > 0) continue;
    auto& rows = rows_[label];
    rows.push_back(row);
    if (rows.size() > 1) continue;
    const auto parent = layout.parent.find(label);
    const auto [found, is_new] =
        list_of.emplace(parent == layout.parent.end() ? "" : parent->second, lists_.size());
    if (is_new) lists_.emplace_back();
    lists_[found->second].push_back(label);
  }
  while ((length_max_ + 1) * (length_max_ + 1) * row_count <= 2 * kRowWorkMax && length_max_ < rows_.size())
    ++length_max_;
}

const Runs::Run& Runs::run(std::size_t list, std::size_t from, std::size_t length) {
  auto [found, is_new] = runs_.emplace(std::tuple(list, from, length), Run{});
  auto& run = found->second;
  if (!is_new) return run;
  const auto begin = lists_[list].begin() + static_cast<std::ptrdiff_t>(from);
  run.labels.assign(begin, begin + static_cast<std::ptrdiff_t>(length));
  std::vector<std::size_t> rows;
  std::map<std::string, std::string> group;
  for (const auto& label : run.labels) {
    rows.insert(rows.end(), rows_[label].begin(), rows_[label].end());
    if (length > 1) group[label] = group_name(run.labels);
  }
  std::sort(rows.begin(), rows.end());
  Output part{output_.id, output_.title, output_.population, output_.table.take(rows), output_.layout};
  const auto merged = merge_rows(part, column_, group);
  run.judged = judge_table(merged, rules_, column_);
  run.cost = {run.judged.failing, rows.size() - merged.table.row_count(), 0};
  for (const auto row : rows) run.cost.people += length > 1 ? people_in(output_, row) : 0;
  return run;
}

std::vector<std::vector<std::string>> Runs::best_groups() {
  std::vector<std::vector<std::string>> groups;
  for (std::size_t list = 0; list < lists_.size(); ++list) {
    const auto count = lists_[list].size();
    std::vector<CoarserCost> best(count + 1);
    std::vector<std::size_t> length_at(count + 1, 0);  // of the last run of the best way that ends here
    for (std::size_t end = 1; end <= count; ++end) {
      for (std::size_t length = 1; length <= std::min(length_max_, end); ++length) {
        const auto cost = best[end - length] + run(list, end - length, length).cost;
        if (length_at[end] != 0 && !(cost < best[end])) continue;
        best[end] = cost;
        length_at[end] = length;
      }
    }
    for (auto end = count; end > 0; end -= length_at[end]) {
      if (length_at[end] > 1) groups.push_back(run(list, end - length_at[end], length_at[end]).labels);
    }
  }
  std::reverse(groups.begin(), groups.end());
  return groups;
}

std::vector<std::string> Runs::shortest_run(const std::string& label, const std::string& field) {
  for (std::size_t list = 0; list < lists_.size(); ++list) {
    const auto& labels = lists_[list];
    const auto at = static_cast<std::size_t>(std::find(labels.begin(), labels.end(), label) - labels.begin());
    if (at == labels.size()) continue;
    for (std::size_t length = 2; length <= std::min(length_max_, labels.size()); ++length) {
      const Run* best = nullptr;
      for (auto from = at + 1 > length ? at + 1 - length : 0; from <= at && from + length <= labels.size();
           ++from) {
        const auto& tried = run(list, from, length);
        if (tried.judged.fields.count(field) > 0) continue;
        if (best == nullptr || tried.cost.people < best->cost.people) best = &tried;
      }
      if (best != nullptr) return best->labels;
    }
  }
  return {};
}

std::vector<std::string> Runs::failing_labels() {
  std::vector<std::string> failing;
  for (std::size_t list = 0; list < lists_.size(); ++list) {
    for (std::size_t i = 0; i < lists_[list].size(); ++i) {
      if (run(list, i, 1).judged.failing > 0) failing.push_back(lists_[list][i]);
    }
  }
  return failing;
}

}  // namespace kinfold::disclosure
