#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <tuple>

#include "base/text.h"
#include "disclosure/check_internal.h"
#include "disclosure/recode_internal.h"

namespace kinfold::disclosure {
namespace {

constexpr std::size_t kRowWorkMax = 40'000;  // rows judged a dimension: well under a second

/// What a coarser table costs: figures that still fail, rows that go, people in rows that became wider.
struct Cost {
  std::size_t failing = 0;
  std::size_t rows = 0;
  double people = 0;
  Cost operator+(const Cost& other) const { return {failing + other.failing, rows + other.rows, people + other.people}; }
  bool operator<(const Cost& other) const {
    return std::tie(failing, rows, people) < std::tie(other.failing, other.rows, other.people);
  }
};

/// Fields (others of the row's labels, then the column) that fail a rule, and how many there are with what follows from them.
struct Judged {
  std::set<std::string> fields;
  std::size_t failing = 0;
};

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

double people_in(const Output& output, std::size_t row) {
  for (std::size_t c = 0; c < output.table.column_count(); ++c) {
    const auto* layout = layout_of(output, c);
    const bool counts = layout != nullptr && layout->level == Level::kPerson &&
                        (layout->role == Role::kCount || layout->role == Role::kContributors);
    if (counts && output.table.columns()[c].type() != table::ColumnType::kString && !output.table.columns()[c].is_null(row)) {
      return output.table.columns()[c].number_at(row);
    }
  }
  return 0;
}

/// "age 0-4, 5-9 and 10-15"
std::string listed(const std::string& column, const std::vector<std::string>& labels) {
  std::string words = column + " ";
  for (std::size_t i = 0; i < labels.size(); ++i) {
    words += (i == 0 ? "" : i + 1 == labels.size() ? " and " : ", ") + labels[i];
  }
  return words;
}

bool is_window(const std::string& column) {
  constexpr std::array<std::string_view, 8> kTimes{"quarter", "month", "year", "week", "period", "window", "time", "step"};
  const auto name = ascii_lower(column);
  return std::any_of(kTimes.begin(), kTimes.end(), [&](std::string_view time) { return name.find(time) != std::string::npos; });
}

std::string combining(const std::string& column, const std::vector<std::string>& labels) {
  return is_window(column) ? "widen the window: take " + listed(column, labels) + " together"
                           : "combine " + listed(column, labels);
}

std::string group_name(const std::vector<std::string>& labels) {
  return labels.size() == 2 ? labels[0] + " or " + labels[1] : labels.front() + " to " + labels.back();
}

/// One dimension: its categories in order, and the judgement of every run of neighbours that was tried.
class Dimension {
 public:
  Dimension(const Output& output, std::size_t column, const Rules& rules);
  std::size_t column() const { return column_; }
  const std::string& name() const { return output_.table.columns()[column_].name(); }
  /// The cheapest way of combining neighbours; empty where nothing is to be combined.
  std::vector<std::vector<std::string>> best_groups();
  /// The shortest run around `label` in which the field passes.
  std::vector<std::string> shortest_run(const std::string& label, const std::string& field);
  /// Categories in whose rows something fails.
  std::vector<std::string> failing_labels();

 private:
  struct Run {
    std::vector<std::string> labels;
    Judged judged;
    Cost cost;
  };
  const Run& run(std::size_t list, std::size_t from, std::size_t length);

  const Output& output_;
  const Rules& rules_;
  std::size_t column_;
  std::size_t length_max_ = 1;
  std::vector<std::vector<std::string>> lists_;  ///< Categories with the same parent.
  std::map<std::string, std::vector<std::size_t>> rows_;
  std::map<std::tuple<std::size_t, std::size_t, std::size_t>, Run> runs_;
};

Dimension::Dimension(const Output& output, std::size_t column, const Rules& rules)
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
    const auto [found, is_new] = list_of.emplace(parent == layout.parent.end() ? "" : parent->second, lists_.size());
    if (is_new) lists_.emplace_back();
    lists_[found->second].push_back(label);
  }
  while ((length_max_ + 1) * (length_max_ + 1) * row_count <= 2 * kRowWorkMax && length_max_ < rows_.size()) ++length_max_;
}

const Dimension::Run& Dimension::run(std::size_t list, std::size_t from, std::size_t length) {
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

std::vector<std::vector<std::string>> Dimension::best_groups() {
  std::vector<std::vector<std::string>> groups;
  for (std::size_t list = 0; list < lists_.size(); ++list) {
    const auto count = lists_[list].size();
    std::vector<Cost> best(count + 1);
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

std::vector<std::string> Dimension::shortest_run(const std::string& label, const std::string& field) {
  for (std::size_t list = 0; list < lists_.size(); ++list) {
    const auto& labels = lists_[list];
    const auto at = static_cast<std::size_t>(std::find(labels.begin(), labels.end(), label) - labels.begin());
    if (at == labels.size()) continue;
    for (std::size_t length = 2; length <= std::min(length_max_, labels.size()); ++length) {
      const Run* best = nullptr;
      for (auto from = at + 1 > length ? at + 1 - length : 0; from <= at && from + length <= labels.size(); ++from) {
        const auto& tried = run(list, from, length);
        if (tried.judged.fields.count(field) > 0) continue;
        if (best == nullptr || tried.cost.people < best->cost.people) best = &tried;
      }
      if (best != nullptr) return best->labels;
    }
  }
  return {};
}

std::vector<std::string> Dimension::failing_labels() {
  std::vector<std::string> failing;
  for (std::size_t list = 0; list < lists_.size(); ++list) {
    for (std::size_t i = 0; i < lists_[list].size(); ++i) {
      if (run(list, i, 1).judged.failing > 0) failing.push_back(lists_[list][i]);
    }
  }
  return failing;
}

Output without_labels(const Output& output, std::size_t column, const std::set<std::string>& dropped) {
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < output.table.row_count(); ++row) {
    if (dropped.count(output.table.columns()[column].text_at(row)) == 0) rows.push_back(row);
  }
  return {output.id, output.title, output.population, output.table.take(rows), output.layout};
}

class Proposer {
 public:
  Proposer(const Output& output, const Rules& rules) : output_(output), rules_(rules) {
    for (std::size_t c = 0; c < output.table.column_count(); ++c) {
      if (is_dimension(output, c)) dimensions_.emplace_back(output, c, rules);
    }
  }
  std::string remedy(std::size_t row, std::size_t c);
  std::string end_of_curve(std::size_t row) const;
  std::vector<Recoding> recodings();

 private:
  struct Candidate {
    Recoding recoding;
    Output coarser;
  };
  void finish(Candidate& candidate) const;
  std::optional<Candidate> combine(Dimension& dimension) const;
  std::optional<Candidate> drop(Dimension& dimension) const;

  const Output& output_;
  const Rules& rules_;
  std::vector<Dimension> dimensions_;
};

std::string Proposer::remedy(std::size_t row, std::size_t c) {
  std::string best;
  std::size_t fewest = 0;
  for (auto& dimension : dimensions_) {
    const auto label = output_.table.columns()[dimension.column()].text_at(row);
    const auto labels = dimension.shortest_run(label, field_key(output_, row, c, dimension.column()));
    if (labels.empty() || (!best.empty() && labels.size() >= fewest)) continue;
    fewest = labels.size();
    best = combining(dimension.name(), labels);
  }
  return best;
}

/// Where the survival curve that `row` is a step of can end: at the last step before too few are at risk.
std::string Proposer::end_of_curve(std::size_t row) const {
  const Dimension* time = nullptr;
  for (const auto& dimension : dimensions_) {
    if (time == nullptr || !is_window(time->name())) time = &dimension;
  }
  const auto at_risk = std::find_if(output_.layout.begin(), output_.layout.end(), [](const ColumnLayout& c) { return c.role == Role::kAtRisk; });
  if (time == nullptr || at_risk == output_.layout.end()) return {};
  const auto* counts = output_.table.find(at_risk->column);
  const auto curve = field_key(output_, row, 0, time->column());
  std::string last;
  for (std::size_t step = 0; step < output_.table.row_count(); ++step) {
    if (field_key(output_, step, 0, time->column()) != curve || counts->is_null(step)) continue;
    if (judge_at_risk(counts->number_at(step), rules_).fails()) break;
    last = output_.table.columns()[time->column()].text_at(step);
  }
  if (last.empty()) return "leave this curve out: too few are at risk from its start";
  return "end the curve at " + time->name() + " " + last;
}

void Proposer::finish(Candidate& candidate) const {
  auto& recoding = candidate.recoding;
  recoding.failing_left = judge_table(candidate.coarser, rules_, 0).failing;
  recoding.rows_lost = output_.table.row_count() - candidate.coarser.table.row_count();
  constexpr std::size_t kInWordsMax = 6;  // all steps are in the JSON
  std::vector<std::string> words;
  for (const auto& step : recoding.steps) {
    if (words.size() == kInWordsMax && recoding.steps.size() > kInWordsMax + 1) {
      words.push_back(fmt::format("and {} more groups of neighbours", recoding.steps.size() - kInWordsMax));
      break;
    }
    if (step.kind == "combine") words.push_back(combining(step.column, step.labels));
    else words.push_back("leave out " + listed(step.column, step.labels));
  }
  recoding.words = join(words, "; ") + (recoding.failing_left == 0
                                            ? fmt::format(": no figure fails a rule then ({} of {} rows go)", recoding.rows_lost,
                                                          output_.table.row_count())
                                            : fmt::format(": {} still fail{} a rule then", recoding.failing_left == 1 ? "1 figure" : fmt::format("{} figures", recoding.failing_left),
                                                          recoding.failing_left == 1 ? "s" : ""));
}

std::optional<Proposer::Candidate> Proposer::combine(Dimension& dimension) const {
  const auto groups = dimension.best_groups();
  if (groups.empty()) return std::nullopt;
  std::map<std::string, std::string> group_of;
  Candidate candidate;
  for (const auto& labels : groups) {
    for (const auto& label : labels) group_of[label] = group_name(labels);
    candidate.recoding.steps.push_back({"combine", dimension.name(), labels});
  }
  candidate.coarser = merge_rows(output_, dimension.column(), group_of);
  for (auto& layout : candidate.coarser.layout) {  // a group is below what its members were below
    if (layout.column != dimension.name()) continue;
    for (const auto& [label, group] : group_of) {
      const auto parent = layout.parent.find(label);
      if (parent != layout.parent.end()) layout.parent[group] = parent->second;
    }
  }
  finish(candidate);
  return candidate;
}

// A row that goes must not be left over by a total: the totals along the dimension go, too.
std::optional<Proposer::Candidate> Proposer::drop(Dimension& dimension) const {
  auto labels = dimension.failing_labels();
  if (labels.empty()) return std::nullopt;
  const auto& layout = *layout_of(output_, dimension.column());
  if (!layout.parent.empty()) return std::nullopt;
  if (!layout.total.empty()) labels.push_back(layout.total);
  Candidate candidate;
  candidate.recoding.steps.push_back({"drop", dimension.name(), labels});
  candidate.coarser = without_labels(output_, dimension.column(), {labels.begin(), labels.end()});
  if (candidate.coarser.table.row_count() * 4 < output_.table.row_count()) return std::nullopt;  // little would be left
  finish(candidate);
  return candidate;
}

std::vector<Recoding> Proposer::recodings() {
  constexpr std::size_t kProposedMax = 3;
  std::vector<Candidate> candidates;
  for (auto& dimension : dimensions_) {
    for (auto found : {combine(dimension), drop(dimension)}) {
      if (found) candidates.push_back(std::move(*found));
    }
  }
  const auto order = [](const Recoding& a, const Recoding& b) {
    return std::tie(a.failing_left, a.rows_lost) < std::tie(b.failing_left, b.rows_lost);
  };
  std::stable_sort(candidates.begin(), candidates.end(),
                   [&](const Candidate& a, const Candidate& b) { return order(a.recoding, b.recoding); });
  // Where one dimension is not enough, the best of it and then another one.
  if (!candidates.empty() && candidates.front().recoding.failing_left > 0 && dimensions_.size() > 1) {
    const auto first = candidates.front();
    Proposer next(first.coarser, rules_);
    for (auto& second : next.dimensions_) {
      if (second.name() == first.recoding.steps.front().column) continue;
      auto more = next.combine(second);
      if (!more) continue;
      auto steps = first.recoding.steps;
      steps.insert(steps.end(), more->recoding.steps.begin(), more->recoding.steps.end());
      more->recoding.steps = std::move(steps);
      finish(*more);
      candidates.push_back(std::move(*more));
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [&](const Candidate& a, const Candidate& b) { return order(a.recoding, b.recoding); });
  }
  std::vector<Recoding> proposed;
  for (auto& candidate : candidates) {
    if (proposed.size() < kProposedMax) proposed.push_back(std::move(candidate.recoding));
  }
  return proposed;
}

}  // namespace

Proposals propose_recodings(const Output& output, const CheckedOutput& checked, const Rules& rules) {
  Proposals proposals;
  if (checked.primary_count == 0 || output.table.row_count() * 8 > 2 * kRowWorkMax) return proposals;
  Proposer proposer(output, rules);
  for (const auto& finding : checked.findings) {
    if (finding.status != CellStatus::kPrimary) continue;
    auto words = finding.rule == "survival" ? proposer.end_of_curve(finding.row) : proposer.remedy(finding.row, finding.column);
    if (!words.empty()) {
      proposals.remedy_of[{finding.row, finding.column}] = std::move(words);
    }
  }
  proposals.recodings = proposer.recodings();
  return proposals;
}

}  // namespace kinfold::disclosure
