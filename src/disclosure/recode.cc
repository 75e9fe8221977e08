#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <tuple>

#include "base/terminal.h"
#include "base/text.h"
#include "disclosure/check_internal.h"
#include "disclosure/recode_internal.h"
#include "disclosure/runs_internal.h"

namespace kinfold::disclosure {
namespace {

/// "age 0-4, 5-9 and 10-15"
std::string listed(const std::string& column, const std::vector<std::string>& labels) {
  constexpr std::size_t kLetterCountMax = 60;  // the steps have labels in full
  std::string words = column + " ";
  for (std::size_t i = 0; i < labels.size(); ++i) {
    words += (i == 0 ? "" : i + 1 == labels.size() ? " and " : ", ") + tame(labels[i], kLetterCountMax);
  }
  return words;
}

bool is_window(const std::string& column) {
  constexpr std::array<std::string_view, 8> kTimes{"quarter", "month",  "year", "week",
                                                   "period",  "window", "time", "step"};
  const auto name = ascii_lower(column);
  return std::any_of(kTimes.begin(), kTimes.end(),
                     [&](std::string_view time) { return name.find(time) != std::string::npos; });
}

std::string combining(const std::string& column, const std::vector<std::string>& labels) {
  return is_window(column) ? "widen the window: take " + listed(column, labels) + " together"
                           : "combine " + listed(column, labels);
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
  std::optional<Candidate> combine(Runs& dimension) const;
  std::optional<Candidate> drop(Runs& dimension) const;

  const Output& output_;
  const Rules& rules_;
  std::vector<Runs> dimensions_;
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
  const Runs* time = nullptr;
  for (const auto& dimension : dimensions_) {
    if (time == nullptr || !is_window(time->name())) time = &dimension;
  }
  const auto at_risk = std::find_if(output_.layout.begin(), output_.layout.end(),
                                    [](const ColumnLayout& c) { return c.role == Role::kAtRisk; });
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
    if (step.kind == "combine")
      words.push_back(combining(step.column, step.labels));
    else
      words.push_back("leave out " + listed(step.column, step.labels));
  }
  recoding.words =
      join(words, "; ") +
      (recoding.failing_left == 0
           ? fmt::format(": no figure fails a rule then ({} of {} rows go)", recoding.rows_lost,
                         output_.table.row_count())
           : fmt::format(
                 ": {} still fail{} a rule then",
                 recoding.failing_left == 1 ? "1 figure" : fmt::format("{} figures", recoding.failing_left),
                 recoding.failing_left == 1 ? "s" : ""));
}

std::optional<Proposer::Candidate> Proposer::combine(Runs& dimension) const {
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
std::optional<Proposer::Candidate> Proposer::drop(Runs& dimension) const {
  auto labels = dimension.failing_labels();
  if (labels.empty()) return std::nullopt;
  const auto& layout = *layout_of(output_, dimension.column());
  if (!layout.parent.empty()) return std::nullopt;
  if (!layout.total.empty()) labels.push_back(layout.total);
  Candidate candidate;
  candidate.recoding.steps.push_back({"drop", dimension.name(), labels});
  candidate.coarser = without_labels(output_, dimension.column(), {labels.begin(), labels.end()});
  if (candidate.coarser.table.row_count() * 4 < output_.table.row_count())
    return std::nullopt;  // little would be left
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

bool may_propose(const Output& output) { return output.table.row_count() * 8 <= 2 * kRowWorkMax; }

Proposals propose_recodings(const Output& output, const CheckedOutput& checked, const Rules& rules) {
  Proposals proposals;
  if (checked.primary_count == 0 || !may_propose(output)) return proposals;
  Proposer proposer(output, rules);
  for (const auto& finding : checked.findings) {
    if (finding.status != CellStatus::kPrimary) continue;
    auto words = finding.rule == "survival" ? proposer.end_of_curve(finding.row)
                                            : proposer.remedy(finding.row, finding.column);
    if (!words.empty()) {
      proposals.remedy_of[{finding.row, finding.column}] = std::move(words);
    }
  }
  proposals.recodings = proposer.recodings();
  return proposals;
}

}  // namespace kinfold::disclosure
