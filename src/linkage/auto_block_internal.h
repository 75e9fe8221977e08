// Blocking rules chosen by the files themselves: settings.blocking = "auto".
#pragma once

#include <vector>

#include "linkage/run_internal.h"

namespace kinfold::linkage {

/// Rules that may be chosen from, by the kinds of the model's fields: the list in docs/methods/linkage.md.
std::vector<BlockingRule> candidate_rules(const Model& model);

struct RuleWorth {
  double pair_count = 0.0;
  std::vector<bool> finds;  ///< By match.
};
/// Indexes of rules in the order in which they were taken: each time the rule that finds most matches (by
/// `weight`) not yet found for each pair that it costs, until the budget is spent or a rule adds less than
/// `gain_min` of all weight. A rule that alone exceeds what is left is passed over. Time O(rules^2 x
/// matches). Source: greedy cover under a budget (Khuller, Moss and Naor 1999); blocking as a cover: Bilenko,
/// Kamath and Mooney (2006).
std::vector<std::size_t> choose_rules(const std::vector<RuleWorth>& rules, const std::vector<double>& weight,
                                      double pair_budget, double gain_min);

struct ChosenBlocking {
  std::vector<BlockingRule> rules;
  std::string note;
  EmFit fit;            ///< By which they were chosen.
  RandomShares random;  ///< Behind it.
};
/// Of the candidates that `run` was prepared with: compares their pairs, estimates the model once, and
/// chooses by the matches that each rule then finds.
Result<ChosenBlocking> choose_blocking(const Run& run, const Model& model);

}  // namespace kinfold::linkage
