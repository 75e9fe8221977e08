#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "page/page_internal.h"

namespace kinfold::page {
namespace {

constexpr double kWide = 1000.0;               // Of a lane, in the drawing's own unit.
constexpr std::size_t kShortTextSizeMax = 12;  // A date, a postcode: not broken over lines.

double position(const BarLane& lane, double value) {
  const double share = (value - lane.low) / (lane.high - lane.low);
  return std::clamp(std::isfinite(share) ? share : 0.0, 0.0, 1.0) * kWide;
}

std::string lane_markup(const BarLane& lane, const BarSpan* span) {
  std::string drawing;
  if (lane.low < 0.0 && lane.high > 0.0) {
    drawing += fmt::format("<path class=\"zero\" d=\"M{0:.1f} 0V20\"/>", position(lane, 0.0));
  }
  if (lane.mark)
    drawing += fmt::format("<path class=\"mark\" d=\"M{0:.1f} 0V20\"/>", position(lane, *lane.mark));
  if (span) {
    const double from = position(lane, std::min(span->from, span->to));
    const double to = position(lane, std::max(span->from, span->to));
    drawing += fmt::format("<rect class=\"{}\" x=\"{:.1f}\" y=\"3\" width=\"{:.1f}\" height=\"14\"/>",
                           span->to < span->from ? "against" : "for", from, to - from);
  }
  return fmt::format(
      "<svg viewBox=\"0 0 {:.0f} 20\" preserveAspectRatio=\"none\" aria-hidden=\"true\" "
      "focusable=\"false\">{}</svg>",
      kWide, drawing);
}

std::string row_markup(const Bars& bars, const BarRow& row) {
  const std::size_t width = bars.columns.size() + bars.lanes.size();
  if (row.heads_group) {
    return fmt::format(
        "<tr role=\"row\" class=\"group\"><th role=\"rowheader\" scope=\"rowgroup\" "
        "colspan=\"{}\">{}</th></tr>\n",
        width, isolated_text(row.cells.empty() ? std::string{} : row.cells.front()));
  }
  std::string markup = row.total ? "<tr role=\"row\" class=\"total\">" : "<tr role=\"row\">";
  for (std::size_t n = 0; n < bars.columns.size(); ++n) {
    const std::string text = n < row.cells.size() ? row.cells[n] : std::string{};
    if (n == 0) {
      markup += fmt::format("<th role=\"rowheader\" scope=\"row\">{}</th>", isolated_text(text));
    } else {
      markup += fmt::format("<td role=\"cell\" data-label=\"{}\"{}>{}</td>", safe_text(bars.columns[n]),
                            n >= bars.text_column_count        ? " class=\"number\""
                            : text.size() <= kShortTextSizeMax ? " class=\"short\""
                                                               : "",
                            isolated_text(text));
    }
  }
  for (std::size_t n = 0; n < bars.lanes.size(); ++n) {
    const BarSpan* span = n < row.spans.size() && row.spans[n] ? &*row.spans[n] : nullptr;
    markup += fmt::format("<td role=\"cell\" class=\"lane\" data-label=\"{}\">{}</td>",
                          safe_text(bars.lanes[n].heading), lane_markup(bars.lanes[n], span));
  }
  return markup + "</tr>\n";
}

}  // namespace

// The roles are said again because narrow screens lay the rows out as boxes, which would take their meaning
// away.
std::string bars_markup(std::string_view id, const Bars& bars) {
  std::string markup = fmt::format(
      "<div class=\"scroll\" role=\"region\" aria-labelledby=\"{0}\" tabindex=\"0\">\n<table class=\"bars\" "
      "role=\"table\">\n"
      "<caption id=\"{0}\"><span>{1}</span></caption>\n<thead role=\"rowgroup\"><tr role=\"row\">",
      id, isolated_text(bars.caption));
  for (std::size_t n = 0; n < bars.columns.size(); ++n) {
    markup +=
        fmt::format("<th role=\"columnheader\" scope=\"col\"{}>{}</th>",
                    n >= bars.text_column_count ? " class=\"number\"" : "", isolated_text(bars.columns[n]));
  }
  for (const auto& lane : bars.lanes) {
    markup += fmt::format(
        "<th role=\"columnheader\" scope=\"col\" class=\"lane\">{}<span "
        "class=\"ends\"><span>{}</span><span>{}</span></span></th>",
        isolated_text(lane.heading), isolated_text(lane.low_label), isolated_text(lane.high_label));
  }
  markup += "</tr></thead>\n<tbody role=\"rowgroup\">\n";
  for (const auto& row : bars.rows) markup += row_markup(bars, row);
  return markup + "</tbody>\n</table>\n</div>\n";
}

}  // namespace kinfold::page
