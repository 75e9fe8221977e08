// A self-contained HTML page: one style, one way to write tables and charts, nothing loaded from
// outside. Everything passed as text is escaped here; only `html` takes markup.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "page/bars.h"
#include "table/table.h"

namespace kinfold::page {

/// One number large on the page, with what it is below it.
struct Figure {
  std::string value;
  std::string label;
};

class Page {
 public:
  explicit Page(std::string title, std::string subtitle = {});

  Page& heading(std::string_view text);  ///< A section: gets an anchor and a place in the contents.
  Page& subheading(std::string_view text);
  Page& paragraph(std::string_view text);
  Page& note(std::string_view text);  ///< Set apart: a limit, a caution.
  Page& list(const std::vector<std::string>& items);
  Page& figures(const std::vector<Figure>& figures);
  /// `caption` is read out first. Numbers are right-aligned. At most `row_count_max` rows are shown
  /// and the rest is counted.
  Page& table(std::string_view caption, const table::Table& table, std::size_t row_count_max = 200);
  /// A Vega-Lite spec (JSON, version 6) with its data inside; `alternative` says in a sentence what
  /// the chart shows, for those who cannot see it.
  Page& chart(std::string_view caption, std::string_view vega_lite_json, std::string_view alternative);
  Page& bars(const Bars& bars);
  /// The figures behind a chart, folded away until somebody asks for them.
  Page& details(std::string_view summary, std::string_view caption, const table::Table& table,
                std::size_t row_count_max = 400);
  /// Markup written by us. Never data.
  Page& html(std::string_view markup);
  /// JavaScript written by us, run once the page is there. The page runs no other: it is named by its hash.
  Page& script(std::string_view javascript);
  /// Style of a page's own, after the common one. Written by us.
  Page& style(std::string_view css);

  std::string render() const;

 private:
  struct Section {
    std::string anchor;
    std::string title;
  };
  std::string title_;
  std::string subtitle_;
  std::string body_;
  std::string style_;
  std::vector<Section> sections_;
  std::vector<std::string> scripts_;
  int chart_count_ = 0;
};

}  // namespace kinfold::page
