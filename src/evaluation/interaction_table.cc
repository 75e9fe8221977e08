// Is the effect another in a subgroup than among everybody else? A test for each outcome and subgroup.
#include <algorithm>
#include <cmath>

#include "evaluation/multiplicity.h"
#include "evaluation/output_builder_internal.h"
#include "evaluation/run_internal.h"

namespace kinfold::evaluation {
namespace {

struct Interaction {
  std::string outcome, subgroup;
  Estimate inside, outside;
  double difference = 0, std_error = 0, p = 1;
};

/// The difference of two effects. Families may have members on both sides: their covariance comes from the
/// influences.
std::optional<Interaction> compare(const Frame& frame, const MethodRun& inside, const MethodRun& outside) {
  if (!inside.estimate.std_error || !outside.estimate.std_error) return std::nullopt;
  Interaction out{inside.estimate.outcome, inside.estimate.subgroup, inside.estimate, outside.estimate};
  const auto a = cluster_influence(frame, inside);
  const auto b = cluster_influence(frame, outside);
  double covariance = 0;
  for (std::size_t c = 0; c < a.size(); ++c) covariance += a[c] * b[c];
  const double variance =
      std::pow(*inside.estimate.std_error, 2) + std::pow(*outside.estimate.std_error, 2) - 2 * covariance;
  if (!(variance > 0)) return std::nullopt;
  out.difference = *inside.estimate.estimate - *outside.estimate.estimate;
  out.std_error = std::sqrt(variance);
  out.p = std::erfc(std::fabs(out.difference / out.std_error) / std::sqrt(2.0));
  return out;
}

}  // namespace

void add_interaction_table(const Plan& plan, const Frame& frame, const std::vector<MethodRun>& runs,
                           Evaluation& out) {
  std::vector<Interaction> found;
  Frame others = frame;
  for (auto& in : others.in_subgroup) {
    for (auto& one : in) one = one == 0 ? 1 : 0;
  }
  for (std::size_t o = 0; o < plan.outcomes.size(); ++o) {
    for (std::size_t s = 0; s < plan.subgroups.size(); ++s) {
      const auto inside = std::find_if(runs.begin(), runs.end(), [&](const MethodRun& r) {
        return r.estimate.outcome == plan.outcomes[o].id && r.estimate.subgroup == plan.subgroups[s].id;
      });
      if (inside == runs.end() || !inside->effect) continue;
      const auto outside = run_method(plan, others, o, s, plan.methods.front());
      if (auto one = compare(frame, *inside, outside)) found.push_back(std::move(*one));
    }
  }
  if (found.empty()) return;
  std::vector<double> p;
  for (const auto& one : found) p.push_back(one.p);
  // Step-down by signs needs the influences of the looks themselves; Holm holds whatever their dependence.
  const auto how = plan.multiplicity == Multiplicity::kRomanoWolf ? Multiplicity::kHolm : plan.multiplicity;
  const auto adjusted = adjust_p_values(p, how);
  OutputBuilder table("interactions", "Is the effect another in a subgroup than among everybody else?");
  const std::vector<std::string> n = {"n_treated", "n_comparison"};
  table.dimension("outcome").dimension("subgroup");
  for (const auto& name : n) table.count(name);
  // How many the others are is for the check alone: beside another subgroup's number it would say how many
  // are in neither.
  table.contributors("n_treated_others", OutputLevel::kPerson)
      .contributors("n_comparison_others", OutputLevel::kPerson);
  for (const char* name :
       {"effect", "effect_others", "difference", "std_error", "ci_low", "ci_high", "p_value", "p_adjusted"})
    table.estimate(name, n);
  const double z = normal_quantile(0.5 + plan.confidence / 2);
  for (std::size_t k = 0; k < found.size(); ++k) {
    const auto& one = found[k];
    table.row({one.outcome, one.subgroup, count_cell(one.inside.n_treated),
               count_cell(one.inside.n_comparison), count_cell(one.outside.n_treated),
               count_cell(one.outside.n_comparison), *one.inside.estimate, *one.outside.estimate,
               one.difference, one.std_error, one.difference - z * one.std_error,
               one.difference + z * one.std_error, one.p,
               plan.multiplicity == Multiplicity::kNone ? NAN : adjusted[k]});
  }
  out.outputs.push_back(table.take());
}

}  // namespace kinfold::evaluation
