#include <cassert>
#include <cmath>

#include "evaluation/output_builder_internal.h"

namespace kinfold::evaluation {

using table::ColumnType;

OutputBuilder::OutputBuilder(std::string id, std::string title) {
  output_.id = std::move(id);
  output_.title = std::move(title);
}

OutputBuilder& OutputBuilder::add(OutputColumn column, ColumnType type) {
  output_.table.add(column.name, type);
  output_.layout.push_back(std::move(column));
  return *this;
}

OutputBuilder& OutputBuilder::dimension(const std::string& name) {
  return add({name, OutputRole::kDimension, OutputLevel::kPerson, "", {}}, ColumnType::kString);
}
OutputBuilder& OutputBuilder::whole_dimension(const std::string& name) {
  return add({name, OutputRole::kDimension, OutputLevel::kPerson, "", {}}, ColumnType::kInt64);
}
OutputBuilder& OutputBuilder::text(const std::string& name) {
  return add({name, OutputRole::kText, OutputLevel::kPerson, "", {}}, ColumnType::kString);
}
OutputBuilder& OutputBuilder::count(const std::string& name, OutputLevel level) {
  return add({name, OutputRole::kCount, level, "", {}}, ColumnType::kInt64);
}
OutputBuilder& OutputBuilder::contributors(const std::string& name, OutputLevel level) {
  return add({name, OutputRole::kContributors, level, "", {}}, ColumnType::kInt64);
}
OutputBuilder& OutputBuilder::share(const std::string& name, const std::string& of) {
  return add({name, OutputRole::kShare, OutputLevel::kPerson, of, {}}, ColumnType::kDouble);
}
OutputBuilder& OutputBuilder::mean(const std::string& name, const std::string& of) {
  return add({name, OutputRole::kMean, OutputLevel::kPerson, of, {}}, ColumnType::kDouble);
}
OutputBuilder& OutputBuilder::estimate(const std::string& name, std::vector<std::string> n) {
  return add({name, OutputRole::kEstimate, OutputLevel::kPerson, "", std::move(n)}, ColumnType::kDouble);
}
OutputBuilder& OutputBuilder::plain_number(const std::string& name) {
  return add({name, OutputRole::kText, OutputLevel::kPerson, "", {}}, ColumnType::kDouble);
}
OutputBuilder& OutputBuilder::whole_number(const std::string& name) {
  return add({name, OutputRole::kText, OutputLevel::kPerson, "", {}}, ColumnType::kInt64);
}

void OutputBuilder::row(const std::vector<Cell>& cells) {
  auto& columns = output_.table.columns();
  assert(cells.size() == columns.size());
  for (std::size_t c = 0; c < cells.size(); ++c) {
    if (const auto* text = std::get_if<std::string>(&cells[c])) {
      columns[c].append_string(*text);
    } else if (const auto* whole = std::get_if<std::int64_t>(&cells[c])) {
      columns[c].append_int(*whole);
    } else if (const auto* number = std::get_if<double>(&cells[c]);
               number != nullptr && std::isfinite(*number)) {
      columns[c].append_double(*number);
    } else {
      columns[c].append_null();
    }
  }
}

}  // namespace kinfold::evaluation
