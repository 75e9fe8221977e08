#include "evaluation/score.h"

#include <algorithm>
#include <cmath>

#include "evaluation/eigen_internal.h"

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

double deviance_of(const std::vector<double>& probability, std::span<const std::uint8_t> treated) {
  double sum = 0;
  for (std::size_t i = 0; i < treated.size(); ++i) {
    sum -= 2.0 * (treated[i] ? std::log(probability[i]) : std::log1p(-probability[i]));
  }
  return sum;
}

/// The column whose coefficient ran off, or cols if none did.
std::size_t runaway_column(const Matrix& x, const VectorXd& beta, const VectorXd& errors) {
  std::size_t worst = x.cols;
  double worst_span = 0;
  for (std::size_t c = 0; c < x.cols; ++c) {
    const auto [low, high] = std::minmax_element(x.column(c), x.column(c) + x.rows);
    const double b = std::fabs(beta[static_cast<Index>(c)]);
    const double span = b * (*high - *low);
    const double error = errors[static_cast<Index>(c)];
    if (span > kRunawaySpan && error > kRunawayRatio * b && span > worst_span) {
      worst = c;
      worst_span = span;
    }
  }
  return worst;
}

Error separated(const std::string& name) {
  return invalid("propensity score: " + name +
                 " tells the treated from the others without fail for some units, so the score does not exist; "
                 "leave it out, join its levels, or restrict the population");
}

}  // namespace

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
                           std::span<const std::uint8_t> treated, ScoreLink link, double deviance_tolerance) {
  if (treated.size() != x.rows || names.size() != x.cols) return internal_error("fit_score: shapes differ");
  const auto treated_count = static_cast<std::size_t>(std::count(treated.begin(), treated.end(), std::uint8_t{1}));
  if (treated_count == 0) return invalid("propensity score: nobody is treated; check the plan's treatment values");
  if (treated_count == x.rows) return invalid("propensity score: everybody is treated; there is nobody to compare with");
  if (x.rows <= x.cols) {
    return invalid("propensity score: " + std::to_string(x.rows) + " units for " + std::to_string(x.cols) +
                   " coefficients; take covariates out");
  }
  const auto ex = as_eigen(x);
  VectorXd beta = VectorXd::Zero(ex.cols());
  ScoreFit fit;
  fit.probability.resize(x.rows);
  // R's glm starts from fitted values half way to the data, (y + 1/2) / 2; so do we.
  const double start = link == ScoreLink::kLogit ? std::log(3.0) : normal_quantile(0.75);
  VectorXd eta(ex.rows());
  for (std::size_t i = 0; i < x.rows; ++i) eta[static_cast<Index>(i)] = treated[i] ? start : -start;
  VectorXd weight(ex.rows()), response(ex.rows());
  MatrixXd information;
  double deviance_before = 0;
  for (fit.iteration_count = 1; fit.iteration_count <= kRoundsMax; ++fit.iteration_count) {
    for (std::size_t i = 0; i < x.rows; ++i) {
      const auto work = working_values(eta[static_cast<Index>(i)], treated[i] != 0, link);
      weight[static_cast<Index>(i)] = work.weight;
      response[static_cast<Index>(i)] = work.response;
    }
    const MatrixXd wx = weight.asDiagonal() * ex;
    information = wx.transpose() * ex;
    const Eigen::LDLT<MatrixXd> solver(information);
    const VectorXd next = solver.solve(wx.transpose() * response);
    if (!next.allFinite()) return separated("the covariates together");
    beta = next;
    eta = row_products(x, beta);
    for (std::size_t i = 0; i < x.rows; ++i) {
      fit.probability[i] = working_values(eta[static_cast<Index>(i)], treated[i] != 0, link).probability;
    }
    fit.deviance = deviance_of(fit.probability, treated);
    if (fit.deviance < 1e-6 * static_cast<double>(x.rows)) return separated("the covariates together");
    if (fit.iteration_count > 1 && std::fabs(fit.deviance - deviance_before) <= deviance_tolerance * (fit.deviance + 0.1)) {
      fit.converged = true;
      break;
    }
    deviance_before = fit.deviance;
  }
  const VectorXd errors =
      information.ldlt().solve(MatrixXd::Identity(ex.cols(), ex.cols())).diagonal().cwiseMax(0).cwiseSqrt();
  const auto runaway = runaway_column(x, beta, errors);
  if (runaway < x.cols) return separated("covariate " + names[runaway]);
  if (!fit.converged) {
    return invalid("propensity score: no convergence in " + std::to_string(kRoundsMax) +
                   " rounds; put covariates on similar scales or take some out");
  }
  fit.coefficients = to_vector(beta);
  fit.std_errors = to_vector(errors);
  fit.linear = to_vector(eta);
  return fit;
}

}  // namespace kinfold::evaluation
