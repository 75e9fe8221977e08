#include "evaluation/bootstrap.h"

#include <algorithm>
#include <cmath>

#include "base/parallel.h"
#include "base/random.h"
#include "evaluation/algebra_internal.h"
#include "evaluation/bootstrap_internal.h"

namespace kinfold::evaluation {

ClusterDraws::ClusterDraws(std::size_t cluster_count, const std::vector<std::uint32_t>& stratum)
    : cluster_count_(cluster_count) {
  const std::size_t count =
      stratum.empty() ? 1 : *std::max_element(stratum.begin(), stratum.end()) + std::size_t{1};
  std::vector<std::vector<std::uint32_t>> by_stratum(count);
  for (std::uint32_t c = 0; c < cluster_count; ++c) by_stratum[stratum.empty() ? 0 : stratum[c]].push_back(c);
  std::vector<std::uint32_t> alone;
  for (auto& members : by_stratum) {
    if (members.size() == 1) alone.push_back(members[0]);
    if (members.size() > 1) members_.push_back(std::move(members));
  }
  if (!alone.empty()) members_.push_back(std::move(alone));
}

std::vector<std::uint32_t> ClusterDraws::draw(std::uint64_t seed, std::uint64_t replicate) const {
  RandomStream random(seed, {replicate});
  std::vector<std::uint32_t> count(cluster_count_, 0);
  for (const auto& members : members_) {
    for (std::size_t k = 0; k < members.size(); ++k) ++count[members[random.below(members.size())]];
  }
  return count;
}

bool is_estimated_anew(MethodKind kind) {
  switch (kind) {
    case MethodKind::kRawDifference:
    case MethodKind::kRegression:
    case MethodKind::kIpw:
    case MethodKind::kRegressionAdjustment:
    case MethodKind::kAipw:
    case MethodKind::kIpwra: return true;
    default: return false;
  }
}

Result<Matrix> bootstrap_estimates(const std::vector<BootstrapGroup>& groups, const BootstrapMethod& method,
                                   const ClusterDraws& draws, const BootstrapOptions& options) {
  std::vector<ReplicateEstimator> estimators;
  std::size_t outcome_count = 0;
  for (const auto& group : groups) {
    auto made = ReplicateEstimator::make(group, method);
    if (!made.ok()) return made.error();
    estimators.push_back(std::move(made.value()));
    outcome_count += group.y.size();
  }
  Matrix out(options.replicate_count, outcome_count);
  parallel_chunks(options.replicate_count, 1, std::max<std::size_t>(1, options.thread_count),
                  [&](std::size_t, std::size_t r, std::size_t) {
                    const auto count = draws.draw(options.seed, r);
                    std::size_t column = 0;
                    for (const auto& estimator : estimators) {
                      for (const double value : estimator.estimate(count)) out.at(r, column++) = value;
                    }
                  });
  return out;
}

Matrix bootstrap_influences(const std::vector<double>& estimates,
                            const std::vector<std::vector<double>>& sums, const ClusterDraws& draws,
                            const BootstrapOptions& options) {
  Matrix out(options.replicate_count, estimates.size());
  parallel_chunks(options.replicate_count, 1, std::max<std::size_t>(1, options.thread_count),
                  [&](std::size_t, std::size_t r, std::size_t) {
                    const auto count = draws.draw(options.seed, r);
                    for (std::size_t k = 0; k < estimates.size(); ++k) {
                      double value = estimates[k];
                      for (std::size_t c = 0; c < count.size(); ++c)
                        value += (static_cast<double>(count[c]) - 1) * sums[k][c];
                      out.at(r, k) = value;
                    }
                  });
  return out;
}

std::optional<Matrix> replicate_covariance(const Matrix& replicates) {
  std::vector<std::size_t> rows;
  for (std::size_t r = 0; r < replicates.rows; ++r) {
    bool complete = true;
    for (std::size_t c = 0; c < replicates.cols; ++c)
      complete = complete && std::isfinite(replicates.at(r, c));
    if (complete) rows.push_back(r);
  }
  if (rows.size() < 2 || 3 * rows.size() < 2 * replicates.rows) return std::nullopt;
  Matrix centred(rows.size(), replicates.cols);
  for (std::size_t c = 0; c < replicates.cols; ++c) {
    double mean = 0;
    for (const auto r : rows) mean += replicates.at(r, c) / static_cast<double>(rows.size());
    for (std::size_t k = 0; k < rows.size(); ++k) centred.at(k, c) = replicates.at(rows[k], c) - mean;
  }
  Matrix covariance = weighted_gram(centred, {});
  for (auto& v : covariance.values) v /= static_cast<double>(rows.size() - 1);
  return covariance;
}

double replicate_quantile(const Matrix& replicates, std::size_t column, double p) {
  std::vector<double> values;
  for (std::size_t r = 0; r < replicates.rows; ++r) {
    if (std::isfinite(replicates.at(r, column))) values.push_back(replicates.at(r, column));
  }
  if (values.empty()) return NAN;
  std::sort(values.begin(), values.end());
  return quantile_of_sorted(values, p);
}

}  // namespace kinfold::evaluation
