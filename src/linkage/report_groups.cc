// Who is linked less well than others.
#include <fmt/format.h>

#include "linkage/report_internal.h"

namespace kinfold::linkage {

void add_groups(page::Page& page, const ReportInput& input) {
  if (input.groups.empty()) return;
  const bool measured = input.groups.front().measured.has_value();
  page::Bars bars;
  bars.caption = fmt::format("Links by {}", input.group_column);
  bars.columns = {input.group_column, "records", "with a partner", "expected precision", "expected recall"};
  if (measured) bars.columns.insert(bars.columns.end(), {"precision (truth)", "recall (truth)"});
  bars.lanes = {{"records with a partner", 0.0, 1.0, "0 %", "100 %", std::nullopt}};
  for (const auto& group : input.groups) {
    const double rate = group.record_count == 0 ? 0.0
                                                : static_cast<double>(group.linked_count) /
                                                      static_cast<double>(group.record_count);
    page::BarRow row{{group.name, count_text(group.record_count), percent_text(rate),
                      percent_text(group.expected_precision), percent_text(group.expected_recall)},
                     {page::BarSpan{0.0, rate}}};
    if (measured)
      row.cells.insert(row.cells.end(),
                       {percent_text(group.measured->precision), percent_text(group.measured->recall)});
    bars.rows.push_back(std::move(row));
  }
  page.heading("Quality by group");
  page.paragraph(fmt::format(
      "By {} in the {}file. A group that is linked less often is under-represented in whatever is made of "
      "the links; one of low precision has other people's "
      "data mixed into it. Expected figures are the model's own, and take one model to hold for every group.",
      input.group_column, input.two_files() ? "left " : ""));
  page.bars(bars);
}

}  // namespace kinfold::linkage
