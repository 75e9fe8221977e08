#include "evaluation/score.h"

#include <algorithm>
#include <cmath>

#include "base/stop.h"
#include "evaluation/algebra_internal.h"
#include "evaluation/score_internal.h"

namespace kinfold::evaluation {
namespace {

constexpr int kRoundsMax = 50;
// A coefficient that runs off takes the linear predictor with it while its standard error grows
// faster still; these two together do not happen to a coefficient that exists.
constexpr double kRunawaySpan = 10.0;
constexpr double kRunawayRatio = 3.0;

struct Working {
  double probability;
  double weight;    // of the working response
  double response;  // working response
};

Working working_values(double eta, bool treated, ScoreLink link) {
  constexpr double kEdge = 2.3e-16;
  double p;
  double slope;
  if (link == ScoreLink::kLogit) {
    p = 1.0 / (1.0 + std::exp(-eta));
    p = std::clamp(p, kEdge, 1.0 - kEdge);
    slope = p * (1.0 - p);
  } else {
    p = std::clamp(normal_cdf(eta), kEdge, 1.0 - kEdge);
    slope = std::max(normal_density(eta), 1e-300);
  }
  const double weight = slope * slope / (p * (1.0 - p));
  return {p, weight, eta + ((treated ? 1.0 : 0.0) - p) / slope};
}

double deviance_of(const Vector& probability, std::span<const std::uint8_t> treated,
                   std::span<const double> weights) {
  double sum = 0;
  for (std::size_t i = 0; i < treated.size(); ++i) {
    const double term = 2.0 * (treated[i] ? std::log(probability[i]) : std::log1p(-probability[i]));
    sum -= weights.empty() ? term : weights[i] * term;
  }
  return sum;
}

/// The column whose coefficient ran off, or cols if none did.
std::size_t runaway_column(const Matrix& x, const Vector& beta, const Vector& errors) {
  std::size_t worst = x.cols;
  double worst_span = 0;
  for (std::size_t c = 0; c < x.cols; ++c) {
    const auto [low, high] = std::minmax_element(x.column(c), x.column(c) + x.rows);
    const double span = std::fabs(beta[c]) * (*high - *low);
    if (span > kRunawaySpan && errors[c] > kRunawayRatio * std::fabs(beta[c]) && span > worst_span) {
      worst = c;
      worst_span = span;
    }
  }
  return worst;
}

Error separated(const std::string& name) {
  return invalid(
      "propensity score: " + name +
      " tells the treated from the others without fail for some units, so the score does not exist; "
      "leave it out, join its levels, or restrict the population");
}

/// Whether every treated unit lies above every other: then no maximum exists (Albert and Anderson 1984,
/// complete separation).
bool lies_apart(const Vector& eta, std::span<const std::uint8_t> treated) {
  double lowest_treated = INFINITY;
  double highest_other = -INFINITY;
  for (std::size_t i = 0; i < eta.size(); ++i) {
    if (treated[i])
      lowest_treated = std::min(lowest_treated, eta[i]);
    else
      highest_other = std::max(highest_other, eta[i]);
  }
  return lowest_treated > highest_other;
}

Error no_overlap(const std::string& name) {
  return invalid("propensity score: the groups do not overlap: " + name +
                 " tells all the treated from all the others, so the score does not exist; leave it out, or "
                 "restrict the population");
}

bool all_finite(const Vector& v) {
  return std::all_of(v.begin(), v.end(), [](double one) { return std::isfinite(one); });
}

/// Sets the weight of each unit in a round and its working response times that weight.
void set_round(const Vector& eta, std::span<const std::uint8_t> treated, ScoreLink link,
               std::span<const double> weights, Vector& weight, Vector& weighted_response) {
  for (std::size_t i = 0; i < eta.size(); ++i) {
    const auto work = working_values(eta[i], treated[i] != 0, link);
    weight[i] = weights.empty() ? work.weight : weights[i] * work.weight;
    weighted_response[i] = weight[i] * work.response;
  }
}

Result<ScoreFit> iterate(const Matrix& x, const std::vector<std::string>& names,
                         std::span<const std::uint8_t> treated, ScoreLink link, double deviance_tolerance,
                         std::span<const double> weights, std::string* apart = nullptr) {
  ScoreFit fit;
  fit.link = link;
  fit.probability.resize(x.rows);
  // R's glm starts from fitted values half way to the data, (y + 1/2) / 2; so do we.
  const double start = link == ScoreLink::kLogit ? std::log(3.0) : normal_quantile(0.75);
  Vector eta(x.rows), weight(x.rows), weighted_response(x.rows);
  for (std::size_t i = 0; i < x.rows; ++i) eta[i] = treated[i] ? start : -start;
  Matrix information;
  double deviance_before = 0;
  for (fit.iteration_count = 1; fit.iteration_count <= kRoundsMax; ++fit.iteration_count) {
    stop_point();
    set_round(eta, treated, link, weights, weight, weighted_response);
    information = weighted_gram(x, weight);
    fit.coefficients = solve_symmetric(information, transposed_product(x, weighted_response));
    if (!all_finite(fit.coefficients)) return separated("the covariates together");
    eta = product(x, fit.coefficients);
    if (lies_apart(eta, treated)) {
      const auto name = strongest_column(x, names, fit.coefficients);
      if (apart != nullptr) *apart = name;
      return no_overlap(name);
    }
    for (std::size_t i = 0; i < x.rows; ++i) {
      fit.probability[i] = working_values(eta[i], treated[i] != 0, link).probability;
    }
    fit.deviance = deviance_of(fit.probability, treated, weights);
    if (fit.deviance < 1e-6 * static_cast<double>(x.rows))
      return separated(strongest_column(x, names, fit.coefficients));
    if (fit.iteration_count > 1 &&
        std::fabs(fit.deviance - deviance_before) <= deviance_tolerance * (fit.deviance + 0.1)) {
      fit.converged = true;
      break;
    }
    deviance_before = fit.deviance;
  }
  fit.inverse_information = inverse_of_symmetric(information);
  fit.std_errors.resize(x.cols);
  for (std::size_t c = 0; c < x.cols; ++c)
    fit.std_errors[c] = std::sqrt(std::max(0.0, fit.inverse_information.at(c, c)));
  const auto runaway = runaway_column(x, fit.coefficients, fit.std_errors);
  if (runaway < x.cols) return separated("covariate " + names[runaway]);
  if (!fit.converged) {
    return invalid("propensity score: no convergence in " + std::to_string(kRoundsMax) +
                   " rounds; put covariates on similar scales or take some out");
  }
  fit.linear = std::move(eta);
  return fit;
}

}  // namespace

std::string separating_column(const Matrix& x, const std::vector<std::string>& names,
                              std::span<const std::uint8_t> treated) {
  std::string apart;
  (void)iterate(x, names, treated, ScoreLink::kLogit, 1e-6, {}, &apart);
  return apart;
}

std::string strongest_column(const Matrix& x, const std::vector<std::string>& names, const Vector& beta) {
  std::size_t strongest = x.cols;
  double widest = 0;
  for (std::size_t c = 0; c < x.cols; ++c) {
    const auto [low, high] = std::minmax_element(x.column(c), x.column(c) + x.rows);
    const double span = std::fabs(beta[c]) * (*high - *low);
    if (span > widest) {
      widest = span;
      strongest = c;
    }
  }
  return strongest < x.cols ? "covariate " + names[strongest] : "the covariates together";
}

ScoreMoment score_moment(ScoreLink link, double eta, double p, bool treated) {
  if (link == ScoreLink::kLogit) return {(treated ? 1.0 : 0.0) - p, -p * (1 - p)};
  const double density = normal_density(eta);
  if (treated) {
    const double ratio = density / p;
    return {ratio, -ratio * (ratio + eta)};
  }
  const double ratio = density / (1 - p);
  return {-ratio, -ratio * (ratio - eta)};
}

WeightAt weight_at(ScoreLink link, Estimand estimand, double eta, double p, bool treated) {
  const double dp = score_slope(link, eta, p);
  if (estimand == Estimand::kAtm) {
    // Of the rarer arm at this score every unit counts 1, of the other the ratio of the two.
    if (treated == (p <= 0.5)) return {1, 0};
    estimand = treated ? Estimand::kAtc : Estimand::kAtt;
  }
  if (treated) {
    if (estimand == Estimand::kAtt) return {1, 0};
    return {estimand == Estimand::kAte ? 1 / p : (1 - p) / p, -dp / (p * p)};
  }
  if (estimand == Estimand::kAtc) return {1, 0};
  return {estimand == Estimand::kAte ? 1 / (1 - p) : p / (1 - p), dp / ((1 - p) * (1 - p))};
}

double score_slope(ScoreLink link, double eta, double p) {
  return link == ScoreLink::kLogit ? p * (1 - p) : normal_density(eta);
}

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }
double normal_density(double z) { return std::exp(-0.5 * z * z) / std::sqrt(2.0 * 3.14159265358979323846); }

double normal_quantile(double p) {
  double low = -40;
  double high = 40;
  for (int i = 0; i < 60; ++i) {
    const double mid = 0.5 * (low + high);
    (normal_cdf(mid) < p ? low : high) = mid;
  }
  const double z = 0.5 * (low + high);
  const double density = normal_density(z);
  return density > 1e-280 ? z - (normal_cdf(z) - p) / density : z;
}

Result<ScoreFit> fit_score(const Matrix& x, const std::vector<std::string>& names,
                           std::span<const std::uint8_t> treated, ScoreLink link, double deviance_tolerance,
                           std::span<const double> weights) {
  if (treated.size() != x.rows || names.size() != x.cols || (!weights.empty() && weights.size() != x.rows)) {
    return internal_error("fit_score: shapes differ");
  }
  const auto treated_count =
      static_cast<std::size_t>(std::count(treated.begin(), treated.end(), std::uint8_t{1}));
  if (treated_count == 0)
    return invalid("propensity score: nobody is treated; check the plan's treatment values");
  if (treated_count == x.rows)
    return invalid("propensity score: everybody is treated; there is nobody to compare with");
  if (x.rows <= x.cols) {
    return invalid("propensity score: " + std::to_string(x.rows) + " units for " + std::to_string(x.cols) +
                   " coefficients; take covariates out");
  }
  return iterate(x, names, treated, link, deviance_tolerance, weights);
}

}  // namespace kinfold::evaluation
