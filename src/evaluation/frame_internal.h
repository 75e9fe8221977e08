// The data of an evaluation as numbers: who is in, on which side, and every quantity of the plan.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "evaluation/effect.h"
#include "evaluation/evaluate.h"

namespace kinfold::evaluation {

/// A covariate as columns of a design: one for a number, one a level for a category, and one that marks
/// where it is missing (the number itself is 0 there).
struct DesignColumn {
  std::string name;
  std::size_t covariate = 0;  ///< In Plan::covariates.
  bool marks_missing = false;
  std::vector<double> values;  ///< Shape [unit_count].
};

/// Units in the population with a treatment value, in an order that follows from their content and not
/// from the order of the rows.
struct Frame {
  std::vector<std::size_t> row;  ///< Of the people table.
  std::vector<std::uint8_t> treated;
  std::vector<std::uint32_t> cluster;                  ///< Empty if the plan names none.
  std::vector<std::uint32_t> authority;                ///< Empty if the plan names none.
  std::vector<std::vector<double>> outcome;            ///< [outcome][unit]; NaN: missing.
  std::vector<std::vector<std::uint8_t>> in_outcome;   ///< [outcome][unit]: whom it is about.
  std::vector<std::vector<std::uint8_t>> in_subgroup;  ///< [subgroup][unit].
  std::vector<std::vector<std::uint8_t>>
      grade_accepted;  ///< [outcome][unit]; 1 if the outcome names no grade.
  std::vector<std::vector<std::uint8_t>>
      grade_eligible;  ///< [outcome][unit]; 0 for those whom the department could not know.
  std::vector<std::vector<double>>
      link_weight;  ///< [outcome]: empty, or one a unit: how many like it were missed.
  std::vector<DesignColumn> design;
  std::map<std::string, std::vector<std::uint32_t>> category;  ///< Level of each category covariate, by id.
  std::uint64_t outside_population = 0;                        ///< Rows left out, and why.
  std::uint64_t without_treatment = 0;
  std::vector<std::string> notes;  ///< Covariates left out from the start, and why.
  std::size_t size() const { return row.size(); }
};

/// The panel's cells by unit and quarter. Unit numbers are rows of the people table.
class PanelIndex {
 public:
  static Result<PanelIndex> build(const table::Table& people, const table::Table* panel,
                                  const std::string& id_column);
  /// Value of `quantity` for each row of the people table; NaN: missing.
  Result<std::vector<double>> summarise(const Quantity& quantity) const;
  bool present() const { return panel_ != nullptr; }
  const table::Table* panel() const { return panel_; }
  const std::vector<std::uint32_t>& person_of_row() const { return person_of_row_; }
  const std::vector<int>& quarter_of_row() const { return quarter_of_row_; }
  static constexpr std::uint32_t kNobody = 0xFFFFFFFF;

 private:
  const table::Table* panel_ = nullptr;
  std::size_t person_count_ = 0;
  std::vector<std::uint32_t> person_of_row_;
  std::vector<int> quarter_of_row_;
};

/// 1 for rows of `people` that meet every condition. \retval kInvalid naming the column.
Result<std::vector<std::uint8_t>> meets(const table::Table& people, const std::vector<Condition>& conditions);

/// A column as numbers, NaN where missing. Text is read as numbers where all of it is: empty, NA, NaN, NULL
/// and a lone point are missing. \retval kInvalid naming the first row that holds something else, or that is
/// infinite.
Result<std::vector<double>> numbers_of(const table::Column& column);

/// A quantity for each row of the people table; NaN: missing.
Result<std::vector<double>> quantity_of(const table::Table& people, const PanelIndex& panel,
                                        const Quantity& quantity);

Result<Frame> build_frame(const EvaluationData& data, const Plan& plan, const PanelIndex& panel);

/// Dense numbers 0 ... G-1 for the values of a column, by first appearance in `rows`.
std::vector<std::uint32_t> number_values(const table::Column& column, const std::vector<std::size_t>& rows);

}  // namespace kinfold::evaluation
