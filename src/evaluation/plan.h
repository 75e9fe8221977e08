// An evaluation plan (TOML): what is to be estimated, written down before the data is opened.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace kinfold::evaluation {

/// A column of the data as the plan names it, so that a name which the data does not have can be shown where
/// it is written.
struct NamedColumn {
  enum class In {
    kPeople,
    kPanel,
    kStaggered
  };  ///< kStaggered: the panel, or the people table where there is none.
  std::string name;
  std::string where;  ///< "treatment.column"
  std::size_t line = 0;
  In in = In::kPeople;
};

/// One condition on a column of the people table: `age_at_start < 18`, `gender = 'female'`,
/// `relation in ('head', 'partner')`, `linked_dwp != 'none'`, `problem_work` (is true).
/// A NULL never meets a condition.
struct Condition {
  std::string text;  ///< As written, for the report.
  std::string column;
  enum class Op { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kIn, kTrue } op = Op::kTrue;
  std::vector<std::string> values;  ///< One, or several for kIn; numbers as text.
};

enum class Measure {
  kAny,    ///< 1 if anything in any quarter of the window, else 0.
  kCount,  ///< Sum over the window.
  kRate,   ///< Sum over the window divided by its quarters.
  kMean    ///< Mean of the values that there are.
};

/// A number for each person: a column of the people table, or a summary of a panel variable over
/// quarters relative to the start. Missing where any quarter it needs is missing (kMean: where all are).
struct Quantity {
  std::string column;     ///< Column of the people table; empty if from the panel.
  std::string variable;   ///< Panel variable; empty if from the people table.
  int first_quarter = 0;  ///< Both ends included.
  int last_quarter = 0;
  Measure measure = Measure::kAny;
};

struct Outcome {
  std::string id;
  std::string title;
  std::string population;  ///< In words, "children", "adults": for the report.
  Quantity quantity;
  std::vector<Condition> where;                 ///< Whom it is about.
  bool is_share = true;                         ///< True: effects are shown in percentage points.
  bool good_is_less = true;                     ///< For the sentences in the report.
  std::vector<std::string> covariates;          ///< Ids; empty: all of the plan's. Of the score.
  std::vector<std::string> outcome_covariates;  ///< Of regressions on the outcome; empty: `covariates`.
  std::string linked_column;                    ///< Grade column this outcome depends on; may be empty.
  std::string truth_outcome;                    ///< Its name and population in a truth table, if any.
  std::string truth_population;
};

struct Covariate {
  std::string id;
  Quantity quantity;
  bool is_category = false;  ///< Coded as indicator columns, most common level left out.
};

struct Subgroup {
  std::string id;
  std::string title;
  std::vector<Condition> where;
};

enum class MethodKind {
  kRawDifference,
  kRegression,
  kNearest,
  kNearestGreedy,
  kKernel,
  kIpw,
  kEntropyBalancing,
  kRegressionAdjustment,
  kAipw,
  kIpwra
};
/// kAtm: those who could as well be in either group (matching weights, or the treated that a caliper or
/// discard rule kept).
enum class Estimand { kAtt, kAte, kAtc, kAtm };
/// Which standard error where a kind has several, in the plan's words: default; classic, hc1, hc2, hc3
/// (regression, default hc2); stacked, efficient (aipw, default stacked); score estimated, score known
/// (nearest, default estimated).
enum class ErrorKind {
  kDefault,
  kClassic,
  kHc1,
  kHc2,
  kHc3,
  kStacked,
  kEfficient,
  kScoreEstimated,
  kScoreKnown
};
enum class KernelKind { kEpanechnikov, kGaussian, kUniform };
enum class ScoreLink { kLogit, kProbit };
/// Whom greedy pairs serve first (nearest.h), in the plan's words: largest, smallest, data, closest.
enum class MatchOrder { kLargest, kSmallest, kData, kClosest };
/// Units whose score is beyond the range of the other group's are left out: nobody, treated, comparison or
/// both.
enum class Support { kAll, kTreated, kComparison, kBoth };
std::string_view estimand_name(Estimand estimand);

struct Method {
  std::string id;
  std::string title;
  MethodKind kind = MethodKind::kNearest;
  Estimand estimand = Estimand::kAtt;
  ScoreLink link = ScoreLink::kLogit;
  int neighbours = 1;
  std::optional<double> caliper_sd;  ///< In standard deviations of the score.
  std::vector<std::string> exact;    ///< Category covariates to match exactly on.
  std::vector<std::pair<std::string, double>>
      covariate_calipers;                   ///< Covariate and largest difference, in its standard deviations.
  MatchOrder order = MatchOrder::kLargest;  ///< Of greedy pairs.
  Support support = Support::kAll;
  KernelKind kernel = KernelKind::kEpanechnikov;
  double bandwidth = 0.06;
  std::optional<double> trim;  ///< Scores outside [trim, 1 - trim] are dropped.
  ErrorKind errors = ErrorKind::kDefault;
};

/// Difference in differences where units begin at different times: one row a unit and period, all in one
/// table.
struct Staggered {
  std::string id;
  std::string title;
  std::string population;  ///< In words, "counties".
  std::string unit_column;
  std::string period_column;  ///< Whole numbers: years, quarters counted from anywhere.
  std::string
      first_treated_column;  ///< The period in which the unit began; missing or one of `never`: it did not.
  std::string outcome_column;
  std::string cluster_column;                  ///< Empty: every unit on its own.
  std::vector<std::string> covariate_columns;  ///< Numbers; their values in a unit's first period count.
  std::vector<std::string> never = {"0"};
  std::vector<Condition> where;
  bool not_yet_treated = false;  ///< Those who begin later are compared with as well, until they begin.
  bool is_share = false;
  bool good_is_less = true;
};

/// What a change of one unit in an outcome is worth, and to whom.
struct UnitCost {
  std::string code;
  std::string outcome;               ///< Outcome id.
  double pounds = 0;                 ///< Per unit of the outcome, in prices of `price_year`.
  std::optional<double> pounds_low;  ///< Range for the Monte Carlo; absent: +-20 %.
  std::optional<double> pounds_high;
  std::string unit;
  std::string price_year;             ///< Financial year, "2013/14", or calendar year, "2013".
  std::string kind;                   ///< fiscal, economic, social.
  std::string bearer;                 ///< Who pays it, in words.
  double years = 1;                   ///< How long the effect lasts.
  double decay = 0;                   ///< Share of the effect lost each year.
  std::vector<std::string> includes;  ///< Outcomes already inside it: not counted again.
  std::string source;
  std::string confidence;  ///< How sure its source is, in words; may be empty.
};

struct CostPlan {
  std::string base_year;        ///< Prices are brought to this financial year.
  double programme_pounds = 0;  ///< Per person on the programme, in prices of programme_price_year.
  std::string programme_price_year;
  std::string programme_bearer;
  double comparison_pounds = 0;  ///< Services that the comparison group had, per person.
  double optimism_bias = 0;      ///< Share taken off every benefit.
  std::vector<UnitCost> items;
  std::vector<std::pair<std::string, double>> deflator;  ///< Year, index; empty: the built-in series.
  std::string deflator_source;                           ///< Of the plan's own series, with its date.
  std::vector<std::pair<double, double>> discount;       ///< From year, rate; empty: the Green Book's.
  std::string discount_source;
  int draw_count = 1000;  ///< Monte Carlo.
};

enum class Multiplicity { kNone, kHolm, kBenjaminiHochberg, kRomanoWolf };

struct Plan {
  std::string title;
  std::string edition;
  std::string text;                  ///< The TOML as read: what is hashed into the ledger.
  std::string source_name;           ///< Of the file, for messages.
  std::vector<NamedColumn> columns;  ///< Every column that the plan names.

  std::string id_column;         ///< Of people and panel; needed with a panel.
  std::string cluster_column;    ///< Standard errors are clustered by it; empty: none.
  std::string authority_column;  ///< For bases of output cells; may be empty.
  std::vector<Condition> population;
  std::string treatment_column;
  std::vector<std::string> treated_values;
  std::vector<std::string> comparison_values;  ///< Rows with neither are left out and counted.

  std::vector<Outcome> outcomes;
  std::vector<Covariate> covariates;
  std::vector<Subgroup> subgroups;
  std::vector<Method> methods;       ///< The first is the main one.
  std::vector<Staggered> staggered;  ///< Where there is one, outcomes and a treatment may be left out.
  std::vector<std::string> describe_columns;    ///< Of the people table.
  std::vector<std::string> describe_variables;  ///< Of the panel: by quarter, before and after.
  std::vector<std::string> linked_columns;      ///< For the match-rate table.
  std::vector<std::string> accepted_grades = {"strong", "good", "weak"};

  /// Expected share of false links by grade, for the correction of estimates; a grade not named: none.
  std::map<std::string, double> false_link_shares;

  bool weigh_for_missed_links = false;   ///< The linked stand for those like them who were missed.
  bool adjust_event_study = false;       ///< Event studies doubly robust given the people table's covariates.
  std::size_t bootstrap_replicates = 0;  ///< Of the main method's standard errors; 0: by formula.

  double confidence = 0.95;
  Multiplicity multiplicity = Multiplicity::kHolm;
  std::size_t units_min = 10;  ///< Fewer treated or comparison units: not estimable.
  double smd_limit = 0.1;
  std::uint64_t seed = 1;
  std::optional<CostPlan> costs;
};

/// \retval kInvalid naming `source_name`, the line, what was found and what to write instead.
Result<Plan> parse_plan(std::string_view toml, std::string_view source_name);
Result<Plan> read_plan(const std::string& path);

}  // namespace kinfold::evaluation
