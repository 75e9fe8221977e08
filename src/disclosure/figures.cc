// Is each figure one that its column can have? What is not would be judged as something else, or passed over.
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <optional>
#include <unordered_map>

#include "base/text.h"
#include "disclosure/check_internal.h"

namespace kinfold::disclosure {
namespace {

bool counts_people(Role role) {
  return role == Role::kCount || role == Role::kContributors || role == Role::kPart;
}
bool is_label(Role role) { return role == Role::kDimension || role == Role::kText; }

/// One column of an output, and what is wrong with it.
class Figures {
 public:
  Figures(const Output& output, const ColumnLayout& layout)
      : output_(output),
        layout_(layout),
        data_(*output.table.find(layout.column)),
        of_(output.table.find(layout.of)) {
    if (of_ != nullptr && of_->type() == table::ColumnType::kString) of_ = nullptr;
  }

  Status check() const {
    if (is_label(layout_.role) || layout_.role == Role::kStructuralZero) return {};
    if (data_.type() == table::ColumnType::kString) return not_numbers();
    const bool counted = counts_people(layout_.role);
    if (!counted && !is_share(layout_.role) && layout_.role != Role::kSum && layout_.role != Role::kLargest)
      return {};
    for (std::size_t row = 0; row < data_.size(); ++row) {
      if (data_.is_null(row)) continue;
      if (const auto wrong = what_is_wrong(row); !wrong.empty()) return at(row, wrong);
    }
    return {};
  }

 private:
  Status at(std::size_t row, std::string_view wrong) const {
    return invalid(
        fmt::format("output {}: row {}, column {}: {}", output_.id, row + 1, layout_.column, wrong));
  }

  Status not_numbers() const {
    if (data_.size() == 0) return invalid(fmt::format("output {}: the table has no rows", output_.id));
    std::size_t row = 0;
    for (; row + 1 < data_.size(); ++row) {
      const auto text = std::string(trim(data_.string_at(row)));
      char* end = nullptr;
      if (!text.empty() && (std::strtod(text.c_str(), &end), *end != '\0')) break;
    }
    return at(row, fmt::format("text where its role, {}, needs a number; mend the cell, leave it empty where "
                               "there is no figure, or give "
                               "the column another role",
                               role_name(layout_.role)));
  }

  std::string_view what_is_wrong(std::size_t row) const {
    constexpr double kPeopleMax = 1e12;  // beyond it a double no longer tells every sum of a table apart
    constexpr double kNoise = 1e-9;
    const double value = data_.number_at(row);
    if (!std::isfinite(value)) return "not a number; leave the cell empty where there is no figure";
    if (counts_people(layout_.role)) {
      if (value < 0)
        return "a number of people cannot be negative; mend the table, or give the column another role";
      if (value != std::floor(value)) {
        return "a number of people must be whole; for weighted or estimated numbers give the column the role "
               "sum, with the unweighted "
               "people behind it as contributors";
      }
      if (value > kPeopleMax)
        return "more people than there are; mend the table, or give the column the role sum";
    }
    if (layout_.role == Role::kPart && of_ != nullptr && !of_->is_null(row) && value > of_->number_at(row)) {
      return "a part cannot be more than what it is of; mend the table, or say of which column it is a part: "
             "of = \"...\"";
    }
    if (layout_.role == Role::kShare && (value < -kNoise || value > 1 + kNoise)) {
      return "a share lies between 0 and 1; give the column the role percentage if it is per cent; for rates "
             "per 1,000 give the count "
             "instead";
    }
    if (layout_.role == Role::kPercentage && (value < -100 * kNoise || value > 100 * (1 + kNoise))) {
      return "a percentage lies between 0 and 100; give the count instead, or the column another role";
    }
    return {};
  }

  const Output& output_;
  const ColumnLayout& layout_;
  const table::Column& data_;
  const table::Column* of_;
};

// Two figures for one cell: which of them would the check protect, and from which sum?
Status one_row_a_label(const Output& output) {
  // A column that nobody explained may be what tells them apart: the table is refused for it, and says so
  // better.
  for (const auto& column : output.table.columns()) {
    if (layout_of(output.layout, column.name()) == nullptr) return {};
  }
  std::vector<const table::Column*> labels, figures;
  for (const auto& layout : output.layout) {
    const auto* data = output.table.find(layout.column);
    if (is_label(layout.role)) labels.push_back(data);
    if (counts_people(layout.role) || is_share(layout.role) || layout.role == Role::kSum)
      figures.push_back(data);
  }
  const auto same = [](const table::Column& column, std::size_t a, std::size_t b) {
    if (column.is_null(a) || column.is_null(b)) return column.is_null(a) == column.is_null(b);
    return column.number_at(a) == column.number_at(b);
  };
  std::unordered_map<std::string, std::size_t> first_with;
  for (std::size_t row = 0; row < output.table.row_count(); ++row) {
    std::string key;
    for (const auto* label : labels) key += label->text_at(row) + '\x1f';
    const auto [first, is_new] = first_with.emplace(std::move(key), row);
    if (is_new) continue;
    for (const auto* column : figures) {
      if (same(*column, first->second, row)) continue;
      return invalid(
          fmt::format("output {}: rows {} and {} have the same labels, but other figures in column {}; leave "
                      "one of them out, or "
                      "add the column that tells them apart",
                      output.id, first->second + 1, row + 1, column->name()));
    }
  }
  return {};
}

// A label that is, in the end, part of itself would be in no sum at all.
Status parents_end(const Output& output) {
  for (const auto& layout : output.layout) {
    for (const auto& [child, parent] : layout.parent) {
      auto label = parent;
      for (std::size_t step = 0; step <= layout.parent.size(); ++step) {
        if (label == child) {
          return invalid(
              fmt::format("output {}: column {}: by its parents the label {} is a part of itself; mend "
                          "parent in the rules file",
                          output.id, layout.column, child));
        }
        const auto above = layout.parent.find(label);
        if (above == layout.parent.end()) break;
        label = above->second;
      }
    }
  }
  return {};
}

}  // namespace

Status check_figures(const Output& output) {
  for (const auto& layout : output.layout) {
    if (output.table.find(layout.column) == nullptr) {
      return invalid(fmt::format("output {}: the layout names a column {} that the table does not have",
                                 output.id, layout.column));
    }
    if (!layout.of.empty() && output.table.find(layout.of) == nullptr) {
      return invalid(
          fmt::format("output {}: column {} is said to be of column {}, which the table does not have",
                      output.id, layout.column, layout.of));
    }
    if (auto status = Figures(output, layout).check(); !status.ok()) return status;
  }
  if (auto status = parents_end(output); !status.ok()) return status;
  return one_row_a_label(output);
}

}  // namespace kinfold::disclosure
