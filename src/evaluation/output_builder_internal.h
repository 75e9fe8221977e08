// Builds an OutputTable row by row; the role of a column decides its type.
#pragma once

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
  OutputBuilder& text(const std::string& name);
  OutputBuilder& count(const std::string& name, OutputLevel level = OutputLevel::kPerson);
  OutputBuilder& contributors(const std::string& name, OutputLevel level);
  OutputBuilder& share(const std::string& name, const std::string& of);
  OutputBuilder& mean(const std::string& name, const std::string& of);
  OutputBuilder& estimate(const std::string& name, std::vector<std::string> n);
  /// A number that says nothing of people (a price, a year).
  OutputBuilder& plain_number(const std::string& name);

  /// One cell a column, in order; NaN and infinity become NULL.
  void row(const std::vector<Cell>& cells);
  OutputTable take() { return std::move(output_); }

 private:
  OutputBuilder& add(OutputColumn column, table::ColumnType type);
  OutputTable output_;
};

inline Cell cell_of(const std::optional<double>& value) { return value ? Cell(*value) : Cell(); }
inline Cell count_cell(std::size_t value) { return static_cast<std::int64_t>(value); }

}  // namespace kinfold::evaluation
