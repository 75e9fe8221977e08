#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>

#include "base/random.h"
#include "evaluation/frame_internal.h"

namespace kinfold::evaluation {
namespace {

using table::Column;
using table::Table;

template <typename T>
std::vector<T> pick(const std::vector<T>& values, const std::vector<std::size_t>& at) {
  std::vector<T> out;
  out.reserve(at.size());
  for (const auto i : at) out.push_back(values[i]);
  return out;
}

/// -1: neither, 0: comparison, 1: treated.
Result<std::vector<int>> treatment_of(const Table& people, const Plan& plan) {
  auto column = people.require(plan.treatment_column);
  if (!column.ok()) return invalid("plan, treatment: " + column.error().message);
  const auto listed = [](const std::vector<std::string>& values, const std::string& value) {
    return std::find(values.begin(), values.end(), value) != values.end();
  };
  std::vector<int> out(people.row_count(), -1);
  for (std::size_t row = 0; row < out.size(); ++row) {
    if (column.value()->is_null(row)) continue;
    const auto text = column.value()->text_at(row);
    if (listed(plan.treated_values, text)) {
      out[row] = 1;
    } else if (listed(plan.comparison_values, text)) {
      out[row] = 0;
    }
  }
  return out;
}

/// Levels of a category by size, largest first, then by name: the first is the one left out.
std::vector<std::string> levels_of(const Column& column, const std::vector<std::size_t>& rows) {
  std::map<std::string, std::size_t> counts;
  for (const auto row : rows) {
    if (!column.is_null(row)) ++counts[column.text_at(row)];
  }
  std::vector<std::string> levels;
  for (const auto& [level, count] : counts) levels.push_back(level);
  std::stable_sort(levels.begin(), levels.end(),
                   [&](const auto& a, const auto& b) { return counts[a] > counts[b]; });
  return levels;
}

void add_missing_marks(Frame& frame, std::size_t covariate, const std::string& id,
                       const std::vector<double>& marks) {
  if (std::find(marks.begin(), marks.end(), 1.0) == marks.end()) return;
  frame.design.push_back({id + " is missing", covariate, true, marks});
}

Status add_category(Frame& frame, const Table& people, const Plan& plan, std::size_t covariate) {
  const auto& one = plan.covariates[covariate];
  if (one.quantity.column.empty()) {
    return invalid("plan, covariate " + one.id + ": category = true goes with a column of the people table");
  }
  auto column = people.require(one.quantity.column);
  if (!column.ok()) return invalid("plan, covariate " + one.id + ": " + column.error().message);
  const auto levels = levels_of(*column.value(), frame.row);
  if (levels.size() > 200) {
    return invalid("plan, covariate " + one.id + ": " + std::to_string(levels.size()) +
                   " levels; a category has at most 200");
  }
  std::unordered_map<std::string, std::uint32_t> number;
  for (std::uint32_t k = 0; k < levels.size(); ++k) number[levels[k]] = k;
  auto& level_of = frame.category[one.id];
  std::vector<double> marks;
  for (const auto row : frame.row) {
    const bool missing = column.value()->is_null(row);
    level_of.push_back(missing ? static_cast<std::uint32_t>(levels.size())
                               : number[column.value()->text_at(row)]);
    marks.push_back(missing ? 1 : 0);
  }
  for (std::uint32_t k = 1; k < levels.size(); ++k) {
    DesignColumn indicator{one.id + " = " + levels[k], covariate, false, {}};
    for (const auto level : level_of) indicator.values.push_back(level == k ? 1 : 0);
    frame.design.push_back(std::move(indicator));
  }
  add_missing_marks(frame, covariate, one.id, marks);
  return {};
}

Status add_number(Frame& frame, const Table& people, const PanelIndex& panel, const Plan& plan,
                  std::size_t covariate) {
  const auto& one = plan.covariates[covariate];
  auto values = quantity_of(people, panel, one.quantity);
  if (!values.ok()) {
    const bool text = !one.quantity.column.empty() &&
                      people.find(one.quantity.column)->type() == table::ColumnType::kString;
    return invalid("covariate " + one.id + ": " + values.error().message +
                   (text ? "; for a covariate of categories write category = true" : ""));
  }
  DesignColumn column{one.id, covariate, false, pick(values.value(), frame.row)};
  if (std::all_of(column.values.begin(), column.values.end(), [](double v) { return std::isnan(v); })) {
    frame.notes.push_back("The covariate " + one.id + " is missing for everybody and was left out.");
    return {};
  }
  std::vector<double> marks;
  for (auto& value : column.values) {
    marks.push_back(std::isnan(value) ? 1 : 0);
    if (std::isnan(value)) value = 0;
  }
  frame.design.push_back(std::move(column));
  add_missing_marks(frame, covariate, one.id, marks);
  return {};
}

Status add_design(Frame& frame, const EvaluationData& data, const Plan& plan, const PanelIndex& panel) {
  for (std::size_t c = 0; c < plan.covariates.size(); ++c) {
    const auto status = plan.covariates[c].is_category ? add_category(frame, *data.people, plan, c)
                                                       : add_number(frame, *data.people, panel, plan, c);
    if (!status.ok()) return status;
  }
  return {};
}

Result<std::vector<std::uint8_t>> accepted(const Table& people, const Outcome& outcome, const Plan& plan) {
  std::vector<std::uint8_t> out(people.row_count(), 1);
  if (outcome.linked_column.empty()) return out;
  auto column = people.require(outcome.linked_column);
  if (!column.ok()) return invalid("plan, outcome " + outcome.id + ": " + column.error().message);
  for (std::size_t row = 0; row < out.size(); ++row) {
    const auto grade = column.value()->text_at(row);
    out[row] = std::find(plan.accepted_grades.begin(), plan.accepted_grades.end(), grade) !=
               plan.accepted_grades.end();
  }
  return out;
}

/// 0 for those whom the department of the outcome could not know (too young for it).
std::vector<std::uint8_t> eligible(const Table& people, const Outcome& outcome,
                                   const std::vector<std::size_t>& rows) {
  std::vector<std::uint8_t> out(rows.size(), 1);
  if (outcome.linked_column.empty()) return out;
  const auto* column = people.find(outcome.linked_column);
  for (std::size_t k = 0; k < rows.size(); ++k) out[k] = column->text_at(rows[k]) != "not_eligible";
  return out;
}

/// A share of 40 is 40 per cent to its author and forty times certain to everybody else.
Status check_share(const Outcome& outcome, const std::vector<double>& values) {
  if (!outcome.is_share) return {};
  const auto beyond = std::find_if(values.begin(), values.end(), [](double v) { return v < 0 || v > 1; });
  if (beyond == values.end()) return {};
  return invalid(
      "outcome " + outcome.id + ": row " + std::to_string(beyond - values.begin() + 1) +
      " is below 0 or above 1, which no share is; divide percentages by 100, or write unit = \"number\"");
}

Status add_outcomes(Frame& frame, const EvaluationData& data, const Plan& plan, const PanelIndex& panel) {
  for (const auto& outcome : plan.outcomes) {
    auto values = quantity_of(*data.people, panel, outcome.quantity);
    if (!values.ok()) return invalid("outcome " + outcome.id + ": " + values.error().message);
    if (auto status = check_share(outcome, values.value()); !status.ok()) return status;
    auto in = meets(*data.people, outcome.where);
    if (!in.ok()) return in.error();
    auto grade = accepted(*data.people, outcome, plan);
    if (!grade.ok()) return grade.error();
    frame.outcome.push_back(pick(values.value(), frame.row));
    frame.in_outcome.push_back(pick(in.value(), frame.row));
    frame.grade_accepted.push_back(pick(grade.value(), frame.row));
    frame.grade_eligible.push_back(eligible(*data.people, outcome, frame.row));
    frame.link_weight.emplace_back();
  }
  for (const auto& subgroup : plan.subgroups) {
    auto in = meets(*data.people, subgroup.where);
    if (!in.ok()) return in.error();
    frame.in_subgroup.push_back(pick(in.value(), frame.row));
  }
  return {};
}

/// FNV-1a: the same on every machine, unlike std::hash.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

/// Mixes what is known of each unit into one number, which says nothing of how large any of it is.
class Fingerprints {
 public:
  explicit Fingerprints(std::size_t count) : value_(count, 0) {}
  void mix(std::size_t unit, std::uint64_t next) { value_[unit] = mix64(value_[unit] ^ mix64(next)); }
  void mix(const std::vector<double>& values) {
    for (std::size_t i = 0; i < values.size(); ++i)
      mix(i, std::isnan(values[i]) ? 1 : std::bit_cast<std::uint64_t>(values[i] + 0.0));  // -0 is 0
  }
  void mix(const Column& column, const std::vector<std::size_t>& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) mix(i, hash_of(column.text_at(rows[i])));
  }
  /// Units that are alike in everything get numbers of their own; which of them gets which changes nothing.
  std::vector<std::uint64_t> apart() const {
    std::vector<std::uint32_t> order(value_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return value_[a] < value_[b]; });
    auto out = value_;
    std::uint64_t alike = 0;
    for (std::size_t k = 1; k < order.size(); ++k) {
      alike = value_[order[k]] == value_[order[k - 1]] ? alike + 1 : 0;
      if (alike > 0) out[order[k]] = mix64(value_[order[k]] ^ mix64(alike));
    }
    return out;
  }

 private:
  std::vector<std::uint64_t> value_;
};

/// Sorts units by treatment and covariates, and those that agree in these by their fingerprints: so no result
/// follows from the order of rows, and who comes first among people with the same score (whom greedy pairs
/// take first) has nothing to do with their outcome.
void put_in_order(Frame& frame, const EvaluationData& data, const Plan& plan) {
  Fingerprints prints(frame.size());
  for (const auto& column : frame.design) prints.mix(column.values);
  for (const auto& outcome : frame.outcome) prints.mix(outcome);
  for (const auto& name : {plan.cluster_column, plan.authority_column}) {
    if (!name.empty()) prints.mix(*data.people->find(name), frame.row);
  }
  const auto print = prints.apart();
  std::vector<std::uint32_t> order(frame.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto less = [&](std::uint32_t a, std::uint32_t b) {
    if (frame.treated[a] != frame.treated[b]) return frame.treated[a] < frame.treated[b];
    for (const auto& column : frame.design) {
      if (column.values[a] != column.values[b]) return column.values[a] < column.values[b];
    }
    return print[a] != print[b] ? print[a] < print[b] : a < b;
  };
  std::sort(order.begin(), order.end(), less);
  const std::vector<std::size_t> at(order.begin(), order.end());
  frame.row = pick(frame.row, at);
  frame.treated = pick(frame.treated, at);
  for (auto* block : {&frame.in_outcome, &frame.in_subgroup, &frame.grade_accepted, &frame.grade_eligible}) {
    for (auto& values : *block) values = pick(values, at);
  }
  for (auto& values : frame.outcome) values = pick(values, at);
  for (auto& column : frame.design) column.values = pick(column.values, at);
  for (auto& [id, levels] : frame.category) levels = pick(levels, at);
}

/// Once units are in order, so that clusters have numbers (and random draws) that the order of rows does not
/// change.
Status number_clusters(Frame& frame, const EvaluationData& data, const Plan& plan) {
  if (!plan.cluster_column.empty()) {
    const auto& column = *data.people->find(plan.cluster_column);
    for (const auto row : frame.row) {
      if (!column.is_null(row)) continue;
      return invalid(
          "people, row " + std::to_string(row + 1) + ": column " + column.name() +
          " (data.cluster) is empty; give the row a value of its own, or leave it out by population.where");
    }
    frame.cluster = number_values(column, frame.row);
  }
  if (!plan.authority_column.empty())
    frame.authority = number_values(*data.people->find(plan.authority_column), frame.row);
  return {};
}

}  // namespace

std::vector<std::uint32_t> number_values(const Column& column, const std::vector<std::size_t>& rows) {
  std::unordered_map<std::string, std::uint32_t> known;
  std::vector<std::uint32_t> out;
  out.reserve(rows.size());
  for (const auto row : rows) {
    out.push_back(known.emplace(column.text_at(row), static_cast<std::uint32_t>(known.size())).first->second);
  }
  return out;
}

Result<Frame> build_frame(const EvaluationData& data, const Plan& plan, const PanelIndex& panel) {
  auto in = meets(*data.people, plan.population);
  if (!in.ok()) return in.error();
  auto treatment = treatment_of(*data.people, plan);
  if (!treatment.ok()) return treatment.error();
  Frame frame;
  for (std::size_t row = 0; row < data.people->row_count(); ++row) {
    if (in.value()[row] == 0) {
      ++frame.outside_population;
    } else if (treatment.value()[row] < 0) {
      ++frame.without_treatment;
    } else {
      frame.row.push_back(row);
      frame.treated.push_back(static_cast<std::uint8_t>(treatment.value()[row]));
    }
  }
  if (auto status = add_design(frame, data, plan, panel); !status.ok()) return status.error();
  if (auto status = add_outcomes(frame, data, plan, panel); !status.ok()) return status.error();
  put_in_order(frame, data, plan);
  if (auto status = number_clusters(frame, data, plan); !status.ok()) return status.error();
  return frame;
}

}  // namespace kinfold::evaluation
