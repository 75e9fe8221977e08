// Builds an OutputTable row by row; the role of a column decides its type.
#pragma once

#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "evaluation/evaluate.h"

namespace kinfold::evaluation {

using Cell = std::variant<std::monostate, std::string, std::int64_t, double>;

class OutputBuilder {
 public:
  OutputBuilder(std::string id, std::string title);
  OutputBuilder& dimension(const std::string& name);
  OutputBuilder& whole_dimension(const std::string& name);  ///< Labels that are whole numbers (quarters).
  OutputBuilder& text(const std::string& name);
  OutputBuilder& count(const std::string& name, OutputLevel level = OutputLevel::kPerson);
  OutputBuilder& contributors(const std::string& name, OutputLevel level);
  OutputBuilder& share(const std::string& name, const std::string& of);
  OutputBuilder& mean(const std::string& name, const std::string& of);
  OutputBuilder& estimate(const std::string& name, std::vector<std::string> n);
  /// A number that says nothing of people (a price, a year).
  OutputBuilder& plain_number(const std::string& name);
  OutputBuilder& whole_number(const std::string& name);

  /// One cell a column, in order; NaN and infinity become NULL.
  void row(const std::vector<Cell>& cells);
  OutputTable take() { return std::move(output_); }

 private:
  OutputBuilder& add(OutputColumn column, table::ColumnType type);
  OutputTable output_;
};

/// An empty value is written as NaN, which row() turns into NULL.
inline Cell cell_of(const std::optional<double>& value) {
  return value.value_or(std::numeric_limits<double>::quiet_NaN());
}
inline Cell count_cell(std::size_t value) { return static_cast<std::int64_t>(value); }

}  // namespace kinfold::evaluation
