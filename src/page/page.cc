#include "page/page.h"

#include <exception>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "page/page_internal.h"

namespace kinfold::page {
namespace {

constexpr std::size_t kContentsFromSectionCount = 3;

/// A chart that says nothing about its width takes that of the page; charts made of several views
/// cannot.
void fit_to_page(nlohmann::json& spec) {
  for (const char* several : {"facet", "hconcat", "vconcat", "concat", "repeat"}) {
    if (spec.contains(several)) return;
  }
  if (spec.contains("encoding") && spec["encoding"].is_object()) {
    for (const char* several : {"facet", "row", "column"}) {
      if (spec["encoding"].contains(several)) return;
    }
  }
  if (spec.contains("width")) return;
  spec["width"] = "container";
  if (!spec.contains("autosize")) spec["autosize"] = {{"type", "fit"}, {"contains", "padding"}};
}

/// \returns the spec as JSON that is safe inside a script element; empty if it is no JSON object.
std::string embedded_spec(std::string_view vega_lite_json) {
  try {
    auto spec = nlohmann::json::parse(vega_lite_json);
    if (!spec.is_object()) return {};
    fit_to_page(spec);
    // ASCII only and no `<` at all: nothing in the data can end the script element.
    std::string text = spec.dump(-1, ' ', true);
    std::string safe;
    safe.reserve(text.size());
    for (const char c : text) {
      if (c == '<') {
        safe += "\\u003c";
      } else {
        safe += c;
      }
    }
    return safe;
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace

Page::Page(std::string title, std::string subtitle)
    : title_(std::move(title)), subtitle_(std::move(subtitle)) {}

Page& Page::heading(std::string_view text) {
  const auto anchor = fmt::format("section-{}", sections_.size() + 1);
  body_ += fmt::format("<h2 id=\"{}\">{}</h2>\n", anchor, isolated_text(text));
  sections_.push_back({anchor, std::string(text)});
  return *this;
}

Page& Page::subheading(std::string_view text) {
  body_ += fmt::format("<h3>{}</h3>\n", isolated_text(text));
  return *this;
}

Page& Page::paragraph(std::string_view text) {
  body_ += fmt::format("<p>{}</p>\n", isolated_text(text));
  return *this;
}

Page& Page::note(std::string_view text) {
  body_ += fmt::format("<div class=\"note\" role=\"note\"><p>{}</p></div>\n", isolated_text(text));
  return *this;
}

Page& Page::list(const std::vector<std::string>& items) {
  if (items.empty()) return *this;
  body_ += "<ul>\n";
  for (const auto& item : items) body_ += fmt::format("<li>{}</li>\n", isolated_text(item));
  body_ += "</ul>\n";
  return *this;
}

Page& Page::figures(const std::vector<Figure>& figures) {
  if (figures.empty()) return *this;
  body_ += "<dl class=\"figures\">\n";
  for (const auto& figure : figures) {
    body_ += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", isolated_text(figure.label),
                         isolated_text(figure.value));
  }
  body_ += "</dl>\n";
  return *this;
}

Page& Page::table(std::string_view caption, const table::Table& table, std::size_t row_count_max) {
  // The number of bytes so far is a number that no other table of the page has.
  body_ += table_markup(fmt::format("table-{}", body_.size()), caption, table, row_count_max);
  return *this;
}

Page& Page::chart(std::string_view caption, std::string_view vega_lite_json, std::string_view alternative) {
  const auto spec = embedded_spec(vega_lite_json);
  body_ += fmt::format("<figure class=\"chart\">\n<figcaption>{}</figcaption>\n", isolated_text(caption));
  if (spec.empty()) {
    body_ += fmt::format(
        "<p class=\"fallback\">The chart has no valid specification. What it would show: {}</p>\n",
        isolated_text(alternative));
  } else {
    ++chart_count_;
    // Without JavaScript the sentence stays where the chart would be.
    body_ += fmt::format(
        "<div class=\"scroll\"><div class=\"drawing\" id=\"chart-{0}\" role=\"img\" aria-label=\"{1}\">"
        "<p class=\"fallback\">What the chart shows: {1}</p></div></div>\n"
        "<script type=\"application/json\" data-chart=\"chart-{0}\">{2}</script>\n",
        chart_count_, safe_text(alternative), spec);
  }
  body_ += "</figure>\n";
  return *this;
}

Page& Page::bars(const Bars& bars) {
  body_ += bars_markup(fmt::format("table-{}", body_.size()), bars);
  return *this;
}

Page& Page::details(std::string_view summary, std::string_view caption, const table::Table& table,
                    std::size_t row_count_max) {
  body_ += fmt::format("<details><summary>{}</summary>\n", isolated_text(summary));
  this->table(caption, table, row_count_max);
  body_ += "</details>\n";
  return *this;
}

Page& Page::script(std::string_view javascript) {
  scripts_.emplace_back(javascript);
  return *this;
}

Page& Page::style(std::string_view css) {
  style_ += css;
  return *this;
}

Page& Page::html(std::string_view markup) {
  body_ += markup;
  body_ += '\n';
  return *this;
}

std::string Page::render() const {
  std::string contents;
  if (sections_.size() >= kContentsFromSectionCount) {
    contents +=
        "<nav class=\"contents\" aria-labelledby=\"contents\">\n<h2 id=\"contents\">Contents</h2>\n<ol>\n";
    for (const auto& section : sections_) {
      contents +=
          fmt::format("<li><a href=\"#{}\">{}</a></li>\n", section.anchor, isolated_text(section.title));
    }
    contents += "</ol>\n</nav>\n";
  }
  const std::string subtitle =
      subtitle_.empty() ? "" : fmt::format("<p class=\"subtitle\">{}</p>\n", isolated_text(subtitle_));
  std::vector<Script> scripts = chart_count_ > 0 ? chart_scripts() : std::vector<Script>{};
  for (const auto& javascript : scripts_) scripts.push_back(make_script(javascript));
  // The browser is told to load nothing from anywhere, and to run these scripts alone: the page is complete
  // or it is wrong. The chart library compiles its expressions, hence 'unsafe-eval' where there are charts.
  std::string script_policy;
  for (const auto& script : scripts)
    script_policy += (script_policy.empty() ? " script-src " : " ") + script.policy_source;
  if (!script_policy.empty()) script_policy += chart_count_ > 0 ? " 'unsafe-eval';" : ";";
  std::string page = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline';"
      "{} img-src data:; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>{}</title>\n<style>\n",
      script_policy, safe_text(title_));
  page += style_sheet();
  page += style_;
  page += fmt::format(
      "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to main content</a>\n"
      "<main id=\"main\" tabindex=\"-1\">\n<header>\n<h1>{}</h1>\n{}</header>\n",
      isolated_text(title_), subtitle);
  page += contents;
  page += body_;
  page += "</main>\n";
  for (const auto& script : scripts) page += script.element;
  page += "</body>\n</html>\n";
  return page;
}

}  // namespace kinfold::page
