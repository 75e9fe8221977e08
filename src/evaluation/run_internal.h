// One estimate after another: sample, score, effect. Private to the room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evaluation/effect.h"
#include "evaluation/frame_internal.h"
#include "evaluation/score.h"

namespace kinfold::evaluation {

inline constexpr std::size_t kEverybody = static_cast<std::size_t>(-1);

/// The units of one estimate: a sample, and which unit of the frame each of its rows is.
struct SampleOf {
  Sample sample;
  std::vector<std::uint32_t> unit;
  std::vector<std::string> left_out;  ///< Covariates that depend on others here.
  std::string problem;                ///< Not empty: no estimate can be made, and why.
};

/// `subgroup` is an index or kEverybody. `exact` names covariates to stratify by.
SampleOf make_sample(const Plan& plan, const Frame& frame, std::size_t outcome, std::size_t subgroup,
                     const std::vector<std::string>& exact);

/// What one method made of one sample.
struct MethodRun {
  Estimate estimate;
  std::optional<Effect> effect;     ///< Empty where not estimable.
  std::vector<std::uint32_t> unit;  ///< Of the effect's rows, in the frame.
  std::vector<double> score;        ///< Propensity score of those rows; empty: none was used.
  std::size_t offered[2] = {
      0, 0};  ///< Comparison and treated units with the outcome, before any rule left some out.
  std::vector<std::string> left_out;
  std::string note;  ///< What the reader must know of this run; may be empty.
};
MethodRun run_method(const Plan& plan, const Frame& frame, std::size_t outcome, std::size_t subgroup,
                     const Method& method);

/// The influence of a run as sums by cluster of the frame (by unit if it has none); aligned between runs.
std::vector<double> cluster_influence(const Frame& frame, const MethodRun& run);

// Tables of the report, each from what the run has left.
void add_description_tables(const EvaluationData& data, const Plan& plan, const Frame& frame,
                            const PanelIndex& panel, Evaluation& out);
Status add_match_rate_table(const EvaluationData& data, const Plan& plan, const Frame& frame,
                            Evaluation& out);
void add_impact_tables(const EvaluationData& data, const Plan& plan, const Frame& frame,
                       const std::vector<MethodRun>& runs, Evaluation& out);
Status add_planted_table(const EvaluationData& data, const Plan& plan, Evaluation& out);
/// The account in pounds; nothing if the plan has no costs.
struct BootstrapRun;
Status add_cost_tables(const Plan& plan, const Frame& frame, const std::vector<MethodRun>& runs,
                       const BootstrapRun* bootstrap, Evaluation& out);
/// How strong something unmeasured would have to be, and how estimates move with the grade accepted.
void add_sensitivity_tables(const EvaluationData& data, const Plan& plan, const Frame& frame,
                            const std::vector<MethodRun>& runs, Evaluation& out);

/// Weights for those eligible for an outcome's department who were not linked: the inverse of the chance of
/// being linked, given the group and the covariates of the people table (missing at random given these). One
/// a unit; 1 where nobody was missed. \retval kInvalid naming the covariate that leaves hardly anybody
/// linked.
Result<std::vector<double>> link_weights(const Plan& plan, const Frame& frame, std::size_t outcome);
/// Estimates by the grades accepted, with the missed left out and weighted for, corrected and bounded for
/// false links.
void add_linkage_table(const EvaluationData& data, const Plan& plan, const Frame& frame, Evaluation& out);
/// Tests of each subgroup against everybody else.
void add_interaction_table(const Plan& plan, const Frame& frame, const std::vector<MethodRun>& runs,
                           Evaluation& out);
/// How many of those with the outcome each method used.
void add_units_table(const Frame& frame, const std::vector<MethodRun>& runs, Evaluation& out);

/// Replicates of the main method's estimates for everybody, by family within authority, and the covariance of
/// all at once.
struct BootstrapRun {
  std::vector<std::size_t> run;  ///< Of each column: which of the runs.
  Matrix replicates;             ///< [replicates, columns].
  Matrix covariance;             ///< [columns, columns].
};
/// Replaces standard errors, intervals and p values of the main method by the bootstrap's and adds a table
/// beside the others'. Empty if the plan asks for none. \retval kInvalid if too few replicates could be
/// estimated.
Result<std::optional<BootstrapRun>> run_bootstrap(const Plan& plan, const Frame& frame,
                                                  std::size_t thread_count, std::vector<MethodRun>& runs,
                                                  Evaluation& out);

/// Differences in differences of each described variable against the quarter before the start.
void add_event_study_table(const Plan& plan, const Frame& frame, const PanelIndex& panel,
                           std::size_t people_count, Evaluation& out);

/// How many families and authorities stand behind a set of units of the frame.
struct Contributors {
  std::size_t families = 0;
  std::size_t authorities = 0;
};
Contributors count_contributors(const Frame& frame, const std::vector<std::uint32_t>& units);

}  // namespace kinfold::evaluation
