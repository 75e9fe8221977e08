// From effects to pounds: deflate, scale, discount, add up by bearer, and carry the uncertainty along.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "evaluation/matrix.h"

namespace kinfold::evaluation {

/// Price levels by year; any index, since only ratios count.
class Deflator {
 public:
  /// Columns `year` (financial, "2013/14") and `index`. Lines that begin with # are comments.
  /// \retval kInvalid naming the line.
  static Result<Deflator> parse(std::string_view csv);
  /// Year and index, each year once, indices above 0.
  static Deflator from_series(const std::vector<std::pair<std::string, double>>& series);
  /// The GDP deflator that comes with Kinfold (data/gdp-deflator.csv says source and date).
  static const Deflator& built_in();
  /// What a pound of `from` is worth in `to`. A calendar year ("2013") that is not in the series lies in two
  /// financial years: a quarter of the earlier and three of the later. \retval kInvalid naming the year that
  /// is not in the series.
  Result<double> factor(const std::string& from, const std::string& to) const;
  /// Who publishes it, and when: the file's line "# Source: ..."; empty if it has none.
  const std::string& source() const { return source_; }

 private:
  Result<double> index_of(const std::string& year) const;
  std::map<std::string, double> index_;
  std::string source_;
};

/// A rate that holds from one year to the next step, as the Green Book's.
struct DiscountBand {
  double from_year = 0;  ///< The band begins here ...
  double rate = 0;       ///< ... and discounts each year in it by 1 / (1 + rate).
};
/// Columns `from_year` and `rate`, ascending from 0. \retval kInvalid naming the line.
Result<std::vector<DiscountBand>> parse_discount_bands(std::string_view csv);
/// HM Treasury's Green Book (2022), annex 6: 3.5 % to year 30, then in steps down to 1 %.
const std::vector<DiscountBand>& green_book_bands();
/// Where green_book_bands() come from (data/discount-bands.csv).
const std::string& green_book_source();
/// What a pound in `years` is worth today: the product over the bands, so that it never jumps.
double discount_factor(double years, const std::vector<DiscountBand>& bands);
/// Present value of 1 a year for `years` years, each paid in mid-year, less `decay` of it each year.
double annuity(double years, double decay, const std::vector<DiscountBand>& bands);
/// Its parts, one for each year begun: they sum to annuity().
std::vector<double> annuity_by_year(double years, double decay, const std::vector<DiscountBand>& bands);

/// One line of the account: what a person on the programme saves or costs one bearer.
struct CostLine {
  std::string outcome;
  std::string code;
  std::string kind;  ///< fiscal, economic, social.
  std::string bearer;
  double change = 0;            ///< Effect for one person of the outcome's population; less is negative.
  double population_share = 1;  ///< Of the programme's people, whom the outcome is about.
  double pounds = 0;            ///< Of one unit, in the base year's prices; a saving if `change` is negative.
  double pounds_low = 0;        ///< Range, for the Monte Carlo (triangular).
  double pounds_high = 0;
  double years_value = 1;  ///< annuity() of its duration.
  bool saving_when_less = true;
};

struct CostInputs {
  std::vector<CostLine> lines;
  std::vector<std::size_t>
      change_index;              ///< Line -> row of `covariance`: lines of one outcome move together.
  Matrix covariance;             ///< Of the changes; shape [outcomes, outcomes].
  double programme_pounds = 0;   ///< For one person, base year's prices.
  double comparison_pounds = 0;  ///< What those without it get instead, for one person.
  double optimism_bias = 0;
  int draw_count = 1000;
  std::uint64_t seed = 1;
  double confidence = 0.95;
};

/// Pounds for one person on the programme; benefits positive.
struct CostResult {
  std::vector<double> line_benefit;  ///< Of each line.
  std::map<std::string, double> by_bearer;
  std::map<std::string, double> by_kind;
  double cost = 0;     ///< Programme less what the comparison group got.
  double benefit = 0;  ///< All kinds.
  double fiscal_benefit = 0;
  double net = 0;  ///< benefit - cost.
  double net_fiscal = 0;
  double per_pound = 0;  ///< benefit / cost: gross, as the national evaluation counts.
  double fiscal_per_pound = 0;
  double net_per_pound = 0;  ///< (benefit - cost) / cost: the other definition in use.
  double per_pound_low = 0, per_pound_high = 0;
  double fiscal_per_pound_low = 0, fiscal_per_pound_high = 0;
  double chance_of_breaking_even = 0;  ///< Share of draws with benefit above cost.
  struct Swing {
    std::string what;
    double low = 0, high = 0;  ///< GBP per GBP 1 when only this moves through its interval.
  };
  std::vector<Swing> tornado;  ///< Widest first.
  double switching_cost = 0;   ///< Cost for one person at which GBP 1 gives GBP 1 back.
};

/// Adds up the account. Every effect counts, also one that is not significant or that goes the wrong
/// way: leaving those out would make any programme pay. Draws: normal changes with the given covariance
/// (which may be semi-definite), triangular unit costs; deterministic for the seed.
/// \retval kInvalid if the cost is not above 0 or the covariance is none.
Result<CostResult> add_up_costs(const CostInputs& inputs);

/// Benefit and cost as totals give both ratios: `benefit / cost` and `(benefit - cost) / cost`.
struct BenefitRatio {
  double gross_per_pound = 0;
  double net_per_pound = 0;
};
BenefitRatio benefit_ratio(double net_benefit, double cost);

}  // namespace kinfold::evaluation
