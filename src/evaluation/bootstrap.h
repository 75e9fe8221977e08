// The cluster bootstrap, by reweighting: a replicate is a number of times that each cluster counts, and no
// row is copied.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "evaluation/effect.h"

namespace kinfold::evaluation {

/// How often each cluster is in a replicate: as many clusters as there are drawn with replacement within each
/// stratum (families within an authority). Strata of one cluster are drawn as one stratum together, since
/// alone they would never vary. `stratum`: one a cluster; empty: one stratum. Deterministic for the seed and
/// the replicate's number.
class ClusterDraws {
 public:
  ClusterDraws(std::size_t cluster_count, const std::vector<std::uint32_t>& stratum);
  std::vector<std::uint32_t> draw(std::uint64_t seed, std::uint64_t replicate) const;

 private:
  std::size_t cluster_count_;
  std::vector<std::vector<std::uint32_t>> members_;
};

/// Several outcomes of one set of units, which share a score and designs.
struct BootstrapGroup {
  Sample sample;                       ///< `y` is not used; `cluster` numbers the draws' clusters.
  std::vector<std::vector<double>> y;  ///< [outcome][rows].
};

/// What is estimated anew in each replicate.
struct BootstrapMethod {
  MethodKind kind = MethodKind::kIpw;
  Estimand estimand = Estimand::kAtt;
  ScoreLink link = ScoreLink::kLogit;
};
/// Raw differences, regression, weighting, regression adjustment, AIPW and IPWRA. Of matching, kernels and
/// entropy balancing the influences are reweighted instead: for matching with a fixed number of neighbours
/// the usual bootstrap is wrong (Abadie and Imbens 2008) and this is right (Otsu and Rai 2017, "Bootstrap
/// inference of matching estimators", JASA 112).
bool is_estimated_anew(MethodKind kind);

struct BootstrapOptions {
  std::size_t replicate_count = 1000;
  std::uint64_t seed = 1;
  std::size_t thread_count = 1;  ///< The result is the same for any.
};

/// Estimates of every outcome, groups one after another, in every replicate; shape [replicates, outcomes].
/// NaN where one could not be made. The score starts from the whole sample's and moves by Newton steps with
/// its information, which takes a few passes over the data. Time O(replicates * rows * cols) for weighting,
/// times cols where there are regressions; memory: the groups, and six vectors of rows a thread. \retval
/// kInvalid where the whole sample's estimate does not exist.
Result<Matrix> bootstrap_estimates(const std::vector<BootstrapGroup>& groups, const BootstrapMethod& method,
                                   const ClusterDraws& draws, const BootstrapOptions& options);

/// The same by reweighting influences: estimate + sum over clusters of (count - 1) times the cluster's
/// influence. `sums`: cluster sums of influence, one row an outcome.
Matrix bootstrap_influences(const std::vector<double>& estimates,
                            const std::vector<std::vector<double>>& sums, const ClusterDraws& draws,
                            const BootstrapOptions& options);

/// Covariance of the columns over the rows that are complete. \retval empty if fewer than two thirds are.
std::optional<Matrix> replicate_covariance(const Matrix& replicates);
/// The p quantile of a column's finite values.
double replicate_quantile(const Matrix& replicates, std::size_t column, double p);

}  // namespace kinfold::evaluation
