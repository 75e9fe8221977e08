// The bootstrap of an evaluation: the main method's estimates of all outcomes in each replicate.
#include <algorithm>
#include <cmath>

#include "evaluation/bootstrap.h"
#include "evaluation/output_builder_internal.h"
#include "evaluation/run_internal.h"

namespace kinfold::evaluation {
namespace {

/// Clusters of the frame (units, if the plan names none) and the authority of each.
struct Clusters {
  std::vector<std::uint32_t> of_unit;
  std::vector<std::uint32_t> stratum;
  std::size_t count = 0;
};

Clusters clusters_of(const Frame& frame) {
  Clusters out;
  for (std::uint32_t i = 0; i < frame.size(); ++i)
    out.of_unit.push_back(frame.cluster.empty() ? i : frame.cluster[i]);
  out.count = *std::max_element(out.of_unit.begin(), out.of_unit.end()) + std::size_t{1};
  if (frame.authority.empty() || frame.authority == frame.cluster) return out;
  out.stratum.assign(out.count, 0);
  for (std::size_t i = frame.size(); i-- > 0;) out.stratum[out.of_unit[i]] = frame.authority[i];
  return out;
}

struct Grouped {
  std::vector<BootstrapGroup> groups;
  std::vector<std::size_t> run;  // of each column
};

/// Outcomes that rest on the same people share a group, so that their score is fitted once a replicate.
Grouped group_runs(const Plan& plan, const Frame& frame, const Clusters& clusters,
                   const std::vector<MethodRun>& runs, const std::vector<std::size_t>& at) {
  Grouped out;
  std::vector<std::vector<std::uint32_t>> units;
  std::vector<std::vector<std::size_t>> members;
  for (const auto r : at) {
    const auto outcome = static_cast<std::size_t>(
        std::find_if(plan.outcomes.begin(), plan.outcomes.end(),
                     [&](const auto& o) { return o.id == runs[r].estimate.outcome; }) -
        plan.outcomes.begin());
    auto of = make_sample(plan, frame, outcome, kEverybody, {});
    std::size_t g = 0;
    while (g < units.size() && !(units[g] == of.unit && out.groups[g].sample.names == of.sample.names &&
                                 out.groups[g].sample.outcome_names == of.sample.outcome_names &&
                                 out.groups[g].sample.weight == of.sample.weight))
      ++g;
    auto y = std::move(of.sample.y);
    if (g == units.size()) {
      of.sample.cluster.clear();
      for (const auto unit : of.unit) of.sample.cluster.push_back(clusters.of_unit[unit]);
      units.push_back(std::move(of.unit));
      members.emplace_back();
      out.groups.push_back({std::move(of.sample), {}});
    }
    out.groups[g].y.push_back(std::move(y));
    members[g].push_back(r);
  }
  for (const auto& group : members) out.run.insert(out.run.end(), group.begin(), group.end());
  return out;
}

/// Who is trimmed, or beyond the support, is settled once: then the influences of those kept are reweighted.
bool starts_anew(const Method& method) {
  return is_estimated_anew(method.kind) && !method.trim && method.support == Support::kAll;
}

Result<Matrix> replicates_of(const Plan& plan, const Frame& frame, const std::vector<MethodRun>& runs,
                             const BootstrapOptions& options, std::vector<std::size_t>& at) {
  const auto clusters = clusters_of(frame);
  const ClusterDraws draws(clusters.count, clusters.stratum);
  const auto& method = plan.methods.front();
  if (starts_anew(method)) {
    auto grouped = group_runs(plan, frame, clusters, runs, at);
    at = std::move(grouped.run);
    return bootstrap_estimates(grouped.groups, {method.kind, method.estimand, method.link}, draws, options);
  }
  std::vector<double> estimates;
  std::vector<std::vector<double>> sums;
  for (const auto r : at) {
    estimates.push_back(*runs[r].estimate.estimate);
    sums.push_back(cluster_influence(frame, runs[r]));
  }
  return bootstrap_influences(estimates, sums, draws, options);
}

void take_over(const Plan& plan, double variance, Estimate& e) {
  const double error = std::sqrt(variance);
  const double z = normal_quantile(0.5 + plan.confidence / 2);
  e.std_error = error;
  e.ci_low = *e.estimate - z * error;
  e.ci_high = *e.estimate + z * error;
  e.p_value = std::erfc(std::fabs(*e.estimate / error) / std::sqrt(2.0));
}

}  // namespace

Result<std::optional<BootstrapRun>> run_bootstrap(const Plan& plan, const Frame& frame,
                                                  std::size_t thread_count, std::vector<MethodRun>& runs,
                                                  Evaluation& out) {
  if (plan.bootstrap_replicates == 0) return std::optional<BootstrapRun>();
  BootstrapRun made;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const auto& e = runs[r].estimate;
    if (e.method == plan.methods.front().id && e.subgroup == "all" && e.std_error) made.run.push_back(r);
  }
  if (made.run.empty()) return std::optional<BootstrapRun>();
  BootstrapOptions options{plan.bootstrap_replicates, plan.seed, thread_count};
  auto replicates = replicates_of(plan, frame, runs, options, made.run);
  if (!replicates.ok()) return replicates.error();
  made.replicates = std::move(replicates.value());
  auto covariance = replicate_covariance(made.replicates);
  if (!covariance)
    return invalid(
        "bootstrap: an estimate could not be made in a third of the replicates or more; narrow the "
        "population or take covariates out");
  made.covariance = std::move(*covariance);

  OutputBuilder table("bootstrap", "Standard errors by the cluster bootstrap beside those by formula");
  const std::vector<std::string> n = {"n_treated", "n_comparison"};
  table.dimension("outcome")
      .count("n_treated")
      .count("n_comparison")
      .estimate("std_error_formula", n)
      .estimate("std_error_bootstrap", n)
      .estimate("percentile_low", n)
      .estimate("percentile_high", n)
      .whole_number("replicates")
      .text("how");
  const bool anew = starts_anew(plan.methods.front());
  for (std::size_t k = 0; k < made.run.size(); ++k) {
    auto& e = runs[made.run[k]].estimate;
    const double formula = *e.std_error;
    take_over(plan, made.covariance.at(k, k), e);
    const double tail = (1 - plan.confidence) / 2;
    table.row({e.outcome, count_cell(e.n_treated), count_cell(e.n_comparison), formula, *e.std_error,
               replicate_quantile(made.replicates, k, tail), replicate_quantile(made.replicates, k, 1 - tail),
               static_cast<std::int64_t>(plan.bootstrap_replicates),
               std::string(anew ? "estimated anew" : "influences reweighted")});
  }
  out.outputs.push_back(table.take());
  return std::optional<BootstrapRun>(std::move(made));
}

}  // namespace kinfold::evaluation
