// What may be published: the rules of output checking, with defaults that a charter can tighten.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "charter/charter.h"

namespace kinfold::disclosure {

/// Whose contributions are counted. Ten children may be two families, so rules hold at each level.
enum class Level { kPerson, kFamily, kAuthority };
inline constexpr std::size_t kLevelCount = 3;
std::string_view level_name(Level level);    ///< "person", "family", "authority"
std::string_view level_plural(Level level);  ///< "persons", "families", "authorities"

/// What happens to counts that are too small. Other statistics that fail a rule are hidden in any case.
enum class Method { kSuppress, kRound, kControlledRound, kCellKey };

class PerturbationTable;  // rounding.h
/// What secondary suppression tries to keep: as many cells, as large counts, or what matters most.
enum class CostBasis { kCells, kCounts, kImportance };

struct Rules {
  /// Fewest unweighted contributors of a shown count, by Level. A cell of a table that is broken
  /// down by authority is about that authority: the authority level is not asked of it.
  std::array<int, kLevelCount> threshold{10, 10, 2};
  /// A statistic whose contributors at this level are not stated fails; where false it is a remark.
  std::array<bool, kLevelCount> level_required{true, false, false};
  bool zeros_disclosive = true;   ///< A zero that is not structural says something of everybody.
  int dominance_count = 2;        ///< (n, k): the n largest contributors ...
  double dominance_share = 0.90;  ///< ... may not make up k or more of a magnitude.
  double p_share = 0.10;          ///< p %: the second largest may not estimate the largest so closely.
  /// q: what everybody knows of each contribution beforehand, to within this share of it; above p_share. 1:
  /// nothing, which is the p % rule; less is the prior-posterior rule, and an attacker starts from it.
  double prior_share = 1;
  bool largest_required = true;   ///< A sum whose largest contributions are not stated fails.
  int residual_df_min = 10;       ///< Of a regression or a difference of means.
  int survival_min = 10;          ///< At risk at every step of a survival curve.
  int difference_min = 10;        ///< Smallest group that may be computable by subtracting tables.
  bool extremes_allowed = false;  ///< Minimum and maximum are somebody's values.
  int rounding_base = 5;
  Method method = Method::kSuppress;
  CostBasis cost = CostBasis::kCounts;
  /// Width that an attacker's interval for a hidden count must have; 0: the person threshold.
  double protection_width = 0;
  /// Tables of at most so many cells are protected by an integer programme, within so many nodes.
  int exact_cell_count_max = 60;
  int exact_node_count_max = 2000;
  int attempt_count = 5;  ///< Of the heuristic, in tables of up to 2,000 numbers; the cheapest is kept.
  /// Up to so many hidden cells have exact intervals in the certificate; beyond, proven ones.
  int interval_count_max = 1000;
  /// kCellKey: the file of the perturbation table, and what is in it (whoever reads the rules fills it).
  std::string perturbation_file;
  std::shared_ptr<const PerturbationTable> perturbation;
  int checker_count = 1;  ///< Actors, other than the author, who must approve: 1 or 2.
  std::vector<std::string> blocked_extensions{"svg",    "rds", "rdata",  "pkl",
                                              "pickle", "gph", "joblib", "onnx"};

  int threshold_of(Level level) const { return threshold[static_cast<std::size_t>(level)]; }
  double width() const { return protection_width > 0 ? protection_width : threshold_of(Level::kPerson); }
};

/// Reads `[disclosure]` of a TOML text (a rules file, or a charter: other tables are left alone).
/// Keys are in docs/formats/disclosure.md; those that are absent keep their defaults.
/// \retval kInvalid naming the line, the key, what was found and what is allowed.
Result<Rules> parse_rules(std::string_view toml_text);
Result<Rules> read_rules(const std::string& path);
/// The charter's text has the last word; a charter built in memory gives its DisclosureRules.
Result<Rules> rules_from_charter(const charter::Charter& charter);

/// The rules as TOML in a fixed order: what an output's record keeps, and its hash is taken of.
std::string to_toml(const Rules& rules);

}  // namespace kinfold::disclosure
