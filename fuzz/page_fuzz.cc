// Any bytes as text, table cells and chart specification of a page: no markup gets in.
// LINKS: page table
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "page/page.h"

namespace {

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size()))
    ++count;
  return count;
}

/// How many elements a page has that is built from `text`, up to the chart library.
std::size_t element_count(std::string_view text) {
  kinfold::table::Table table;
  table.add(std::string(text), kinfold::table::ColumnType::kString).append_string(text);
  const std::string html = kinfold::page::Page(std::string(text), std::string(text))
                               .heading(text)
                               .paragraph(text)
                               .list({std::string(text)})
                               .figures({{std::string(text), std::string(text)}})
                               .table(text, table)
                               .chart(text, R"({"mark":"bar"})", text)
                               .render();
  if (!kinfold::is_valid_utf8(html)) std::abort();
  const auto own = std::string_view(html).substr(0, html.find("<script>"));
  return count_of(own, "<") - count_of(own, "<bdi>") - count_of(own, "</bdi>");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::size_t expected = element_count("plain");
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (!text.empty() && element_count(text) != expected) std::abort();
  // A chart may be anything: it stays inside its script element.
  const auto html = kinfold::page::Page("P").chart("C", text, "A").render();
  const auto figure = std::string_view(html).substr(0, html.find("</figure>"));
  if (count_of(figure, "<script") != count_of(figure, "</script>")) std::abort();
  return 0;
}
