// Weights that let the linked stand for those like them who were missed.
#include <algorithm>
#include <cmath>

#include "evaluation/linear.h"
#include "evaluation/run_internal.h"
#include "evaluation/score_internal.h"

namespace kinfold::evaluation {
namespace {

constexpr double kChanceMin = 0.02;  // of being linked: one person for more than fifty is no basis

/// Intercept and the covariates of the people table: those of the panel are themselves only known of the
/// linked.
std::vector<std::string> fill_columns(const Plan& plan, const Frame& frame,
                                      const std::vector<std::uint32_t>& unit, Matrix& x) {
  Matrix all(unit.size(), 1);
  std::fill(all.values.begin(), all.values.end(), 1.0);
  std::vector<std::string> names = {"intercept"};
  for (const auto& column : frame.design) {
    if (column.marks_missing || plan.covariates[column.covariate].quantity.column.empty()) continue;
    for (const auto i : unit) all.values.push_back(column.values[i]);
    ++all.cols;
    names.push_back(column.name);
  }
  const auto kept = independent_columns(all);
  x = take_columns(all, kept);
  std::vector<std::string> out;
  for (const auto c : kept) out.push_back(names[c]);
  return out;
}

/// The chance of being linked in one arm; 1 for everybody where nobody was missed.
Status weigh_arm(const Plan& plan, const Frame& frame, std::size_t outcome, std::uint8_t arm,
                 std::vector<double>& weight) {
  std::vector<std::uint32_t> unit;
  std::vector<std::uint8_t> linked;
  for (std::uint32_t i = 0; i < frame.size(); ++i) {
    if (frame.treated[i] != arm || frame.in_outcome[outcome][i] == 0 || frame.grade_eligible[outcome][i] == 0)
      continue;
    unit.push_back(i);
    linked.push_back(frame.grade_accepted[outcome][i]);
  }
  if (std::all_of(linked.begin(), linked.end(), [](auto one) { return one != 0; })) return {};
  Matrix x;
  const auto names = fill_columns(plan, frame, unit, x);
  const auto fit = fit_score(x, names, linked);
  if (!fit.ok()) return invalid("weights for missed links: " + fit.error().message);
  for (std::size_t k = 0; k < unit.size(); ++k) {
    if (linked[k] == 0) continue;
    if (fit.value().probability[k] < kChanceMin) {
      return invalid("weights for missed links: " + strongest_column(x, names, fit.value().coefficients) +
                     " leaves hardly anybody linked, so a few would stand for many; leave it out or narrow "
                     "the population");
    }
    weight[unit[k]] = 1 / fit.value().probability[k];
  }
  return {};
}

}  // namespace

Result<std::vector<double>> link_weights(const Plan& plan, const Frame& frame, std::size_t outcome) {
  std::vector<double> weight(frame.size(), 1.0);
  for (const std::uint8_t arm : {std::uint8_t{0}, std::uint8_t{1}}) {
    if (auto status = weigh_arm(plan, frame, outcome, arm, weight); !status.ok()) return status.error();
  }
  return weight;
}

}  // namespace kinfold::evaluation
