#include "evaluation/costs.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "evaluation/algebra_internal.h"
#include "evaluation/score.h"

namespace kinfold::evaluation {
namespace {

double triangular(double low, double mode, double high, double u) {
  if (high <= low) return mode;
  const double split = (mode - low) / (high - low);
  if (u < split) return low + std::sqrt(u * (high - low) * (mode - low));
  return high - std::sqrt((1 - u) * (high - low) * (high - mode));
}

double benefit_of(const CostLine& line, double change, double pounds, double optimism_bias) {
  const double saved = line.saving_when_less ? -change : change;
  return saved * line.population_share * pounds * line.years_value * (1 - optimism_bias);
}

struct Total {
  double all = 0;
  double fiscal = 0;
};

template <typename ChangeOf, typename PoundsOf>
Total total_of(const CostInputs& inputs, ChangeOf change_of, PoundsOf pounds_of) {
  Total total;
  for (std::size_t k = 0; k < inputs.lines.size(); ++k) {
    const auto& line = inputs.lines[k];
    const double benefit = benefit_of(line, change_of(k), pounds_of(k), inputs.optimism_bias);
    total.all += benefit;
    if (line.kind == "fiscal") total.fiscal += benefit;
  }
  return total;
}

void draw_intervals(const CostInputs& inputs, const Matrix& root, CostResult& result) {
  std::vector<double> all, fiscal;
  std::size_t above = 0;
  for (int d = 0; d < inputs.draw_count; ++d) {
    RandomStream random(inputs.seed, {static_cast<std::uint64_t>(d)});
    Vector z(root.cols);
    for (auto& v : z) v = random.normal();
    const Vector moved = product(root, z);
    std::vector<double> pounds;
    for (const auto& line : inputs.lines) {
      pounds.push_back(triangular(line.pounds_low, line.pounds, line.pounds_high, random.uniform()));
    }
    const auto total = total_of(
        inputs, [&](std::size_t k) { return inputs.lines[k].change + moved[inputs.change_index[k]]; },
        [&](std::size_t k) { return pounds[k]; });
    all.push_back(total.all / result.cost);
    fiscal.push_back(total.fiscal / result.cost);
    if (total.all > result.cost) ++above;
  }
  std::sort(all.begin(), all.end());
  std::sort(fiscal.begin(), fiscal.end());
  const double tail = (1 - inputs.confidence) / 2;
  result.per_pound_low = quantile_of_sorted(all, tail);
  result.per_pound_high = quantile_of_sorted(all, 1 - tail);
  result.fiscal_per_pound_low = quantile_of_sorted(fiscal, tail);
  result.fiscal_per_pound_high = quantile_of_sorted(fiscal, 1 - tail);
  result.chance_of_breaking_even = static_cast<double>(above) / inputs.draw_count;
}

void add_tornado(const CostInputs& inputs, CostResult& result) {
  const double z = normal_quantile(0.5 + inputs.confidence / 2);
  const auto as_is_pounds = [&](std::size_t k) { return inputs.lines[k].pounds; };
  const auto as_is_change = [&](std::size_t k) { return inputs.lines[k].change; };
  const auto add = [&](const std::string& what, double a, double b) {
    result.tornado.push_back({what, std::min(a, b) / result.cost, std::max(a, b) / result.cost});
  };
  for (std::size_t o = 0; o < inputs.covariance.rows; ++o) {
    const double reach = z * std::sqrt(inputs.covariance.at(o, o));
    std::string name;
    for (std::size_t k = 0; k < inputs.lines.size(); ++k) {
      if (inputs.change_index[k] == o) name = inputs.lines[k].outcome;
    }
    const auto shifted = [&](double by) {
      return total_of(
                 inputs,
                 [&](std::size_t k) {
                   return inputs.lines[k].change + (inputs.change_index[k] == o ? by : 0);
                 },
                 as_is_pounds)
          .all;
    };
    if (!name.empty()) add("effect on " + name, shifted(-reach), shifted(reach));
  }
  for (std::size_t line = 0; line < inputs.lines.size(); ++line) {
    const auto priced = [&](double pounds) {
      return total_of(inputs, as_is_change,
                      [&](std::size_t k) { return k == line ? pounds : inputs.lines[k].pounds; })
          .all;
    };
    add("unit cost " + inputs.lines[line].code + ", " + inputs.lines[line].outcome,
        priced(inputs.lines[line].pounds_low), priced(inputs.lines[line].pounds_high));
  }
  std::stable_sort(result.tornado.begin(), result.tornado.end(),
                   [](const auto& a, const auto& b) { return a.high - a.low > b.high - b.low; });
}

}  // namespace

double discount_factor(double years, const std::vector<DiscountBand>& bands) {
  double log_factor = 0;
  for (std::size_t b = 0; b < bands.size(); ++b) {
    if (years <= bands[b].from_year) break;
    const double end = b + 1 < bands.size() ? std::min(years, bands[b + 1].from_year) : years;
    log_factor -= (end - bands[b].from_year) * std::log1p(bands[b].rate);
  }
  return std::exp(log_factor);
}

std::vector<double> annuity_by_year(double years, double decay, const std::vector<DiscountBand>& bands) {
  std::vector<double> parts;
  for (int year = 0; year < years; ++year) {
    const double part = std::min(1.0, years - year);  // the last year may be a part of one
    parts.push_back(part * std::pow(1 - decay, year) * discount_factor(year + part / 2, bands));
  }
  return parts;
}

double annuity(double years, double decay, const std::vector<DiscountBand>& bands) {
  return sum_of(annuity_by_year(years, decay, bands));
}

BenefitRatio benefit_ratio(double net_benefit, double cost) {
  return {(net_benefit + cost) / cost, net_benefit / cost};
}

Result<CostResult> add_up_costs(const CostInputs& inputs) {
  CostResult result;
  result.cost = inputs.programme_pounds - inputs.comparison_pounds;
  if (!(result.cost > 0))
    return invalid(
        "costs: the programme must cost more than what the comparison group gets; check "
        "costs.programme_pounds");
  const auto root = square_root(inputs.covariance);
  if (!root) return invalid("costs: the covariance of the effects is none; estimate again with more units");
  for (const auto& line : inputs.lines) {
    const double benefit = benefit_of(line, line.change, line.pounds, inputs.optimism_bias);
    result.line_benefit.push_back(benefit);
    result.by_bearer[line.bearer] += benefit;
    result.by_kind[line.kind] += benefit;
    result.benefit += benefit;
    if (line.kind == "fiscal") result.fiscal_benefit += benefit;
  }
  result.net = result.benefit - result.cost;
  result.net_fiscal = result.fiscal_benefit - result.cost;
  result.per_pound = result.benefit / result.cost;
  result.fiscal_per_pound = result.fiscal_benefit / result.cost;
  result.net_per_pound = result.net / result.cost;
  result.switching_cost = result.benefit;
  draw_intervals(inputs, *root, result);
  add_tornado(inputs, result);
  return result;
}

}  // namespace kinfold::evaluation
