// Sums of a kernel over a pool of points, for many queries, in time that grows with their number and
// not with its square.
#pragma once

#include <span>
#include <vector>

#include "evaluation/plan.h"

namespace kinfold::evaluation {

/// For each query q: the sum over j of K((q - point[j]) / bandwidth) * value[j].
///
/// K is 3/4 (1 - u^2) or 1/2 on |u| < 1, or exp(-u^2 / 2); the constants that cancel in a ratio are kept out
/// for the Gaussian. Polynomial kernels: running sums about the middle of cells one bandwidth wide, so a
/// query adds up three short pieces and loses no digits: O(n + m) for queries in ascending order (others
/// search anew wherever they step back). Gaussian: Taylor sums about the middle of cells (Greengard and
/// Strain 1991), relative error below 1e-11; points beyond 9 bandwidths count for nothing. `point` ascending,
/// finite; `value` of the same shape; bandwidth > 0.
std::vector<double> kernel_sums(std::span<const double> query, std::span<const double> point,
                                std::span<const double> value, KernelKind kernel, double bandwidth);

}  // namespace kinfold::evaluation
