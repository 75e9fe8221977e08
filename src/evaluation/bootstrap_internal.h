// One estimator of the bootstrap, with what all its replicates share.
#pragma once

#include "evaluation/algebra_internal.h"
#include "evaluation/bootstrap.h"

namespace kinfold::evaluation {

/// Thread-safe once made: estimate() changes nothing. The group must outlive it.
class ReplicateEstimator {
 public:
  static Result<ReplicateEstimator> make(const BootstrapGroup& group, const BootstrapMethod& method);
  /// One estimate an outcome, for clusters counting `count` times; NaN where there is none.
  Vector estimate(const std::vector<std::uint32_t>& count) const;

 private:
  struct Scored {
    Vector probability;
    Vector linear;
  };
  /// The score of the reweighted sample; empty if it runs off.
  std::optional<Scored> score(const Vector& unit_weight) const;
  /// Weights of each unit for its own arm; empty if the score runs off or weights explode.
  std::optional<Vector> arm_weights(const Vector& unit_weight) const;
  Vector by_means(const Vector& weight) const;
  Vector by_regression(const Vector& unit_weight) const;
  Vector by_predictions(const Vector& unit_weight, const Vector& weight) const;

  const BootstrapGroup* group_ = nullptr;
  BootstrapMethod method_;
  Vector start_;  // coefficients of the whole sample's score
  Matrix inverse_information_;
  Matrix with_treatment_;  // of the regression: treatment first
};

}  // namespace kinfold::evaluation
