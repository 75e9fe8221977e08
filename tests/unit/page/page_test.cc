#include "page/page.h"

#include <cmath>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace kinfold::page {
namespace {

using table::ColumnType;

constexpr std::string_view kBarChart =
    R"({"mark":"bar","data":{"values":[{"a":"x","b":1}]},"encoding":{"x":{"field":"a"},"y":{"field":"b"}}})";

/// A page with a chart is 800 kB: a failed test must not print it.
bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string without_library(std::string html) { return html.substr(0, html.find("<script>")); }

std::size_t count_of(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

table::Table numbered(std::size_t row_count) {
  table::Table table;
  auto& id = table.add("row", ColumnType::kInt64);
  for (std::size_t row = 0; row < row_count; ++row) id.append_int(static_cast<std::int64_t>(row));
  return table;
}

TEST(Page, IsACompleteDocumentThatLoadsNothing) {
  const auto html = Page("Evaluation", "Autumn 2026").heading("Results").paragraph("It works.").render();
  EXPECT_TRUE(html.starts_with("<!doctype html>\n<html lang=\"en\">"));
  EXPECT_TRUE(html.ends_with("</html>\n"));
  EXPECT_TRUE(has(html, "<title>Evaluation</title>"));
  EXPECT_TRUE(has(html, "default-src 'none'"));
  EXPECT_FALSE(has(html, "<script"));
  EXPECT_FALSE(has(html, "http://"));
  EXPECT_FALSE(has(html, "https://"));
  EXPECT_TRUE(has(html, "<a class=\"skip\" href=\"#main\">"));
}

TEST(Page, HasContentsFromThreeSectionsOn) {
  Page page("P");
  page.heading("One").heading("Two");
  EXPECT_FALSE(has(page.render(), "class=\"contents\""));
  page.heading("Three & more");
  EXPECT_TRUE(has(page.render(), "<a href=\"#section-3\">Three &amp; more</a>"));
  EXPECT_TRUE(has(page.render(), "<h2 id=\"section-3\">Three &amp; more</h2>"));
}

TEST(Page, EscapesEverythingThatIsNotMarkup) {
  const std::string bad = "<img src=x onerror=\"alert('1')\">&";
  table::Table table;
  table.add(bad, ColumnType::kString).append_string(bad);
  const auto html = Page(bad, bad)
                        .heading(bad)
                        .subheading(bad)
                        .paragraph(bad)
                        .note(bad)
                        .list({bad})
                        .figures({{bad, bad}})
                        .table(bad, table)
                        .chart(bad, kBarChart, bad)
                        .render();
  EXPECT_FALSE(has(without_library(html), "<img"));
  EXPECT_EQ(count_of(html, "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;"), 16U);
}

TEST(Page, KeepsRightToLeftTextFromTurningItsNeighbours) {
  EXPECT_TRUE(has(Page("P").paragraph("\u202Eevil").render(), "<p><bdi>\u202Eevil</bdi></p>"));
}

TEST(Page, ReplacesBytesThatAreNotText) {
  using std::string_view_literals::operator""sv;
  EXPECT_TRUE(has(Page("P").paragraph("a\x00\xFFz"sv).render(), "a\uFFFD\uFFFDz"));
}

TEST(PageTable, CutsLongTablesAndCountsTheRest) {
  const auto html = Page("P").table("Rows", numbered(1'234)).render();
  EXPECT_EQ(count_of(html, "<tr>"), 201U);
  EXPECT_TRUE(has(html, "200 of 1,234 rows are shown; 1,034 are not."));
  EXPECT_FALSE(has(Page("P").table("Rows", numbered(200)).render(), "rows are shown"));
  EXPECT_TRUE(has(Page("P").table("Rows", numbered(0)).render(), "No rows."));
}

TEST(PageTable, AlignsNumbersAndWritesThemForReading) {
  table::Table table;
  auto& label = table.add("what", ColumnType::kString);
  auto& count = table.add("count", ColumnType::kInt64);
  auto& share = table.add("share", ColumnType::kDouble);
  label.append_string("a");
  count.append_int(1'234'567);
  share.append_double(0.25);
  label.append_string("b");
  count.append_int(-2018);
  share.append_double(0.1 + 0.2);
  label.append_null();
  count.append_null();
  share.append_double(0.000001);
  const auto html = Page("P").table("T", table).render();
  EXPECT_TRUE(has(html,
                  "<th scope=\"row\">a</th><td class=\"number\">1,234,567</td>"
                  "<td class=\"number\">0.2500</td>"));
  EXPECT_TRUE(has(html, "<td class=\"number\">\u22122018</td><td class=\"number\">0.3000</td>"));
  EXPECT_TRUE(has(html, "<td class=\"number\">&lt;\u00A00.0001</td>"));
  EXPECT_EQ(count_of(html, "title=\"no value\""), 2U);
}

TEST(PageTable, ShowsNoMoreDecimalsThanTheColumnNeeds) {
  table::Table table;
  auto& cost = table.add("cost", ColumnType::kDouble);
  cost.append_double(12'345.0);
  cost.append_double(1.5);
  auto& half = table.add("half", ColumnType::kDouble);
  half.append_double(0.5);
  half.append_double(1.0);
  const auto html = Page("P").table("T", table).render();
  EXPECT_TRUE(has(html, ">12,345<"));
  EXPECT_TRUE(has(html, ">0.5<"));
  EXPECT_TRUE(has(html, ">1.0<"));
}

Bars one_bar_each_way() {
  Bars bars;
  bars.caption = "Weights";
  bars.columns = {"level", "bits"};
  bars.lanes = {{"against or for", -10.0, 10.0, "-10", "+10", 5.0}};
  bars.rows = {{{"name"}, {}, true},
               {{"exact", "+5"}, {BarSpan{0.0, 5.0}}},
               {{"<b>else</b>", "-2.5"}, {BarSpan{0.0, -2.5}}},
               {{"not known", ""}, {std::nullopt}, false, true}};
  return bars;
}

TEST(PageBars, AreATableWhoseRowsAreDrawnToScale) {
  const auto html = Page("P").bars(one_bar_each_way()).render();
  EXPECT_TRUE(has(html,
                  "<th role=\"rowheader\" scope=\"row\">exact</th><td role=\"cell\" data-label=\"bits\" "
                  "class=\"number\">+5</td>"));
  EXPECT_TRUE(has(html, "<rect class=\"for\" x=\"500.0\" y=\"3\" width=\"250.0\""));
  EXPECT_TRUE(has(html, "<rect class=\"against\" x=\"375.0\" y=\"3\" width=\"125.0\""))
      << "hollow, from zero leftwards";
  EXPECT_EQ(count_of(html, "<rect"), 2U) << "nothing is drawn where there is no value";
  EXPECT_EQ(count_of(html, "class=\"mark\" d=\"M750.0"), 3U)
      << "the mark crosses every row but the group's head";
  EXPECT_TRUE(has(html, "&lt;b&gt;else"));
  EXPECT_FALSE(has(html, "<script")) << "a chart without a script";
}

TEST(PageBars, StayOnTheirScaleWhateverTheNumbersAre) {
  auto bars = one_bar_each_way();
  bars.rows = {{{"far", "1e9"}, {BarSpan{0.0, 1e9}}}, {{"none", ""}, {BarSpan{0.0, std::nan("")}}}};
  const auto html = Page("P").bars(bars).render();
  EXPECT_TRUE(has(html, "x=\"500.0\" y=\"3\" width=\"500.0\""));
  EXPECT_FALSE(has(html, "nan"));
}

TEST(PageScript, IsTheOnlyOneThatThePageRuns) {
  const auto html = Page("P").script("alert(1)").render();
  // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
  EXPECT_TRUE(has(html, "script-src 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=';"));
  EXPECT_FALSE(has(html, "'unsafe-inline' 'unsafe-eval'"));
  EXPECT_TRUE(has(html, "<script>alert(1)</script>"));
}

TEST(PageChart, BringsTheLibraryOnceAndOnlyWhereItIsNeeded) {
  Page page("P");
  EXPECT_LT(page.render().size(), 20'000U);
  page.chart("One", kBarChart, "A bar").chart("Two", kBarChart, "Another bar");
  const auto html = page.render();
  EXPECT_GT(html.size(), 800'000U);
  EXPECT_EQ(count_of(html, "data-chart=\"chart-"), 2U);
  EXPECT_EQ(count_of(html, "vegaEmbed(box"), 1U);
  EXPECT_TRUE(has(html, "id=\"chart-2\" role=\"img\" aria-label=\"Another bar\""));
  EXPECT_TRUE(has(html, "What the chart shows: A bar"));
  EXPECT_FALSE(has(html, "sourceMappingURL=vega"));
}

TEST(PageChart, CannotBeEndedByItsData) {
  const auto html =
      Page("P")
          .chart("C", R"({"data":{"values":[{"a":"</script><script>alert(1)</script><!--"}]},"mark":"bar"})",
                 "alt")
          .render();
  EXPECT_FALSE(has(html, "<script>alert"));
  EXPECT_TRUE(has(html, "\\u003c/script>"));
  // One element opened, one closed: the library's three files, the drawing, the one spec.
  EXPECT_EQ(count_of(html, "<script"), 5U);
  EXPECT_EQ(count_of(html, "</script"), 5U);
  EXPECT_EQ(count_of(html, "<!--"), 0U);
}

TEST(PageChart, TakesThePagesWidthUnlessItSaysOtherwise) {
  EXPECT_TRUE(has(Page("P").chart("C", kBarChart, "a").render(), "\"width\":\"container\""));
  EXPECT_TRUE(has(Page("P").chart("C", R"({"mark":"bar","width":300})", "a").render(), "\"width\":300"));
  EXPECT_FALSE(has(Page("P").chart("C", R"({"hconcat":[]})", "a").render(), "container\"}"));
}

TEST(PageChart, SaysInWordsWhatASpecThatIsNoJsonWouldShow) {
  const auto html = Page("P").chart("C", "{not json", "bars rise").render();
  EXPECT_TRUE(has(html, "What it would show: bars rise"));
  EXPECT_FALSE(has(html, "<script"));
}

}  // namespace
}  // namespace kinfold::page
