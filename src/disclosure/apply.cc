#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "disclosure/check_internal.h"

namespace kinfold::disclosure {
namespace {

bool is_hidden(CellStatus status) {
  return status == CellStatus::kPrimary || status == CellStatus::kSecondary;
}

std::string_view symbol(CellStatus status) {
  if (is_hidden(status)) return "c";
  return status == CellStatus::kRounded ? "r" : "";
}

bool is_withheld(const ColumnLayout* layout) {
  return layout != nullptr && (layout->role == Role::kContributors || layout->role == Role::kLargest ||
                               layout->role == Role::kStructuralZero || layout->role == Role::kCellKey);
}

/// Columns of the original that are published, with where they lie in the protected table.
struct PublishedColumn {
  std::size_t original = 0;
  const table::Column* values = nullptr;
  const table::Column* symbols = nullptr;  ///< Null: all shown as they are.
  const ColumnLayout* layout = nullptr;
};

std::vector<PublishedColumn> published_columns(const CheckedOutput& checked) {
  std::vector<PublishedColumn> columns;
  for (std::size_t c = 0; c < checked.original.column_count(); ++c) {
    const auto& name = checked.original.columns()[c].name();
    const auto* values = checked.protected_table.find(name);
    const auto* layout = layout_of(checked.layout, name);
    if (values == nullptr || is_withheld(layout)) continue;
    columns.push_back({c, values, checked.protected_table.find(name + "_symbol"), layout});
  }
  return columns;
}

std::string shown_text(const PublishedColumn& column, std::size_t row) {
  const auto mark = column.symbols == nullptr ? std::string() : column.symbols->text_at(row);
  if (mark == "c") return "[c]";
  return field_text(*column.values, column.layout, row) + (mark == "r" ? " [r]" : "");
}

bool is_number(const table::Column& column) {
  return column.type() == table::ColumnType::kInt64 || column.type() == table::ColumnType::kDouble;
}

}  // namespace

std::string field_text(const table::Column& values, const ColumnLayout* layout, std::size_t row) {
  const bool fixed = layout != nullptr && layout->decimals && values.type() == table::ColumnType::kDouble &&
                     !values.is_null(row);
  return fixed ? fmt::format("{:.{}f}", values.double_at(row), *layout->decimals) : values.text_at(row);
}

table::Table apply(const CheckedOutput& checked) {
  table::Table out;
  const auto row_count = checked.original.row_count();
  for (std::size_t c = 0; c < checked.original.column_count(); ++c) {
    const auto& from = checked.original.columns()[c];
    if (is_withheld(layout_of(checked.layout, from.name()))) continue;
    bool any = false;
    auto& values = out.add(from.name(), from.type());
    for (std::size_t row = 0; row < row_count; ++row) {
      const auto status = checked.at(row, c).status;
      any = any || !symbol(status).empty();
      if (is_hidden(status) || from.is_null(row)) {
        values.append_null();
      } else if (status == CellStatus::kRounded) {
        const double shown = checked.at(row, c).shown_value;
        if (from.type() == table::ColumnType::kInt64) {
          values.append_int(std::llround(shown));
        } else {
          values.append_double(shown);
        }
      } else {
        values.append_from(from, row);
      }
    }
    if (!any) continue;
    auto& symbols = out.add(from.name() + "_symbol", table::ColumnType::kString);
    for (std::size_t row = 0; row < row_count; ++row)
      symbols.append_string(symbol(checked.at(row, c).status));
  }
  return out;
}

std::string public_csv(const CheckedOutput& checked) {
  const auto columns = published_columns(checked);
  std::string out;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    out += (i == 0 ? "" : ",") + csv_field(columns[i].values->name());
  }
  out += "\r\n";
  for (std::size_t row = 0; row < checked.original.row_count(); ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto text = shown_text(columns[i], row);
      // A negative number is no formula; text is made safe for spreadsheets.
      out += (i == 0 ? "" : ",") + (is_number(*columns[i].values) ? text : csv_field(text));
    }
    out += "\r\n";
  }
  return out;
}

std::string public_html(const CheckedOutput& checked) {
  const auto columns = published_columns(checked);
  bool hidden = false;
  bool rounded = false;
  std::string out = "<table><caption>" + html_escape(checked.title) + "</caption>\n<thead><tr>";
  for (const auto& column : columns)
    out += "<th scope=\"col\">" + html_escape(column.values->name()) + "</th>";
  out += "</tr></thead>\n<tbody>\n";
  for (std::size_t row = 0; row < checked.original.row_count(); ++row) {
    out += "<tr>";
    for (const auto& column : columns) {
      const auto text = shown_text(column, row);
      const auto status = checked.at(row, column.original).status;
      hidden = hidden || is_hidden(status);
      rounded = rounded || status == CellStatus::kRounded;
      out += is_number(*column.values) ? "<td class=\"num\">" : "<td>";
      out += html_escape(text) + "</td>";
    }
    out += "</tr>\n";
  }
  out += "</tbody></table>\n";
  if (hidden) {
    out +=
        "<p class=\"note\">[c] Confidential: hidden so that nobody can be pointed at, or so that a hidden "
        "figure "
        "cannot be worked out.</p>\n";
  }
  if (rounded) out += "<p class=\"note\">[r] Rounded so that nobody can be pointed at.</p>\n";
  return out;
}

}  // namespace kinfold::disclosure
