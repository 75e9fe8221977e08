#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "base/text.h"
#include "disclosure/check_internal.h"
#include "page/page.h"

namespace kinfold::disclosure {
namespace {

// Told apart by a word, a letter, a border and a pattern: colour is only a help.
constexpr std::string_view kStyle = R"(
.dc{overflow-x:auto;max-height:85vh}
.dc td{white-space:nowrap;padding-left:.4em} .dc .p{border:3px solid #8a1c1c;font-weight:bold}
.dc thead th{position:sticky;top:0;background:Canvas;z-index:1}
.dc .s{border:3px dashed #2c5aa0;background:repeating-linear-gradient(45deg,transparent 0 6px,rgba(44,90,160,.14) 6px 12px)}
.dc .r{border:3px dotted #555} .dc .w{opacity:.75;font-style:italic}
.dc .tag{font-size:.75em;margin-left:.4em;padding:0 .3em;border:1px solid currentColor;border-radius:.2em}
.dc details{display:inline} .dc details[open]{white-space:normal} .dc details[open]>span{display:block;min-width:15em;max-width:26em;font-weight:normal}
.dc summary{display:inline;cursor:help}
.only-changed:checked~.dc tr.same{display:none}
@media print{.dc{overflow:visible;max-height:none} .dc thead th{position:static} .dc tr{break-inside:avoid} .dc .s{print-color-adjust:exact}}
)";

// On paper nothing can be opened: reasons are printed open.
constexpr std::string_view kPrintOpen = R"(
const all = () => document.querySelectorAll('.dc details');
addEventListener('beforeprint', () => all().forEach((d) => { d.open = true; }));
addEventListener('afterprint', () => all().forEach((d) => { d.open = false; }));
)";

std::string_view css_class(CellStatus status) {
  switch (status) {
    case CellStatus::kPrimary: return "p";
    case CellStatus::kSecondary: return "s";
    case CellStatus::kRounded: return "r";
    case CellStatus::kWithheld: return "w";
    default: return "";
  }
}

std::string_view tag(CellStatus status) {
  switch (status) {
    case CellStatus::kPrimary: return "FAILS";
    case CellStatus::kSecondary: return "2nd";
    case CellStatus::kRounded: return "rounded";
    case CellStatus::kStructural: return "true zero";
    case CellStatus::kWithheld: return "not published";
    default: return "";
  }
}

std::string bound_text(double value) {
  return std::isfinite(value) ? fmt::format("{:g}", value) : "no limit";
}

/// Certificate lines by field: row * columns + column.
using LineOfField = std::unordered_map<std::size_t, const CellCertificate*>;

LineOfField lines_by_field(const CheckedOutput& output) {
  LineOfField lines;
  const auto column_count = output.original.column_count();
  for (const auto& line : output.certificate) {
    if (line.column < column_count) lines.emplace(line.row * column_count + line.column, &line);
  }
  return lines;
}

std::string interval_text(const CheckedOutput& output, const Finding& finding, const LineOfField& lines) {
  const auto found = lines.find(finding.row * output.original.column_count() + finding.column);
  if (found == lines.end()) return {};
  return fmt::format(" An outsider can only say: {} to {}{}.", bound_text(found->second->low),
                     bound_text(found->second->high), found->second->exact ? "" : ", or wider");
}

std::string field_html(const CheckedOutput& output, const Finding& finding, const LineOfField& lines) {
  const auto& column = output.original.columns()[finding.column];
  const auto value = html_escape(field_text(column, layout_of(output.layout, column.name()), finding.row));
  const auto word = tag(finding.status);
  if (word.empty()) return "<td>" + value + "</td>";
  std::string out = fmt::format("<td class=\"{}\">{}", css_class(finding.status), value);
  const bool fails = finding.status == CellStatus::kPrimary;
  const auto label = "<span class=\"tag\">" + std::string(word) +
                     (fails ? " " + html_escape(finding.rule) : std::string()) + "</span>";
  if (finding.status == CellStatus::kRounded) {
    return out + label + fmt::format(" shown as {:g}</td>", finding.shown_value);
  }
  if (finding.reason.empty()) return out + label + "</td>";
  return out + "<details><summary>" + label + "</summary> <span>" +
         html_escape(finding.rule + ": " + finding.reason + "." + interval_text(output, finding, lines)) +
         " <em>" + html_escape(finding.remedy) + ".</em></span></details></td>";
}

bool is_changed(const Finding& finding) {
  return finding.status == CellStatus::kPrimary || finding.status == CellStatus::kSecondary ||
         finding.status == CellStatus::kRounded;
}

std::string output_table(const CheckedOutput& output, std::size_t position) {
  constexpr std::size_t kRowCountMax = 20'000;  // some megabytes: a browser still scrolls through them
  constexpr std::size_t kRowCountAtOnce =
      100;  // beyond, only rows in which something changes are shown at first
  const auto row_count = output.original.row_count();
  const auto column_count = output.original.column_count();
  const auto lines = lines_by_field(output);
  const auto changed = [&](std::size_t row) {
    const auto begin = output.findings.begin() + static_cast<std::ptrdiff_t>(row * column_count);
    return std::any_of(begin, begin + static_cast<std::ptrdiff_t>(column_count), is_changed);
  };
  std::string out =
      fmt::format(
          "<div><input type=\"checkbox\" class=\"only-changed\" id=\"only-{0}\"{1}> <label for=\"only-{0}\">"
          "only rows in which a figure is hidden or changed</label>\n<div class=\"dc\" role=\"region\" "
          "aria-label=\"{2}: as computed\" tabindex=\"0\"><table><caption>",
          position, row_count > kRowCountAtOnce ? " checked" : "", html_escape(output.title)) +
      html_escape(output.title + ": as computed, with what happens to each figure") + "</caption><thead><tr>";
  for (const auto& column : output.original.columns())
    out += "<th scope=\"col\">" + html_escape(column.name()) + "</th>";
  out += "</tr></thead><tbody>\n";
  std::size_t left_out = 0;
  std::size_t written = 0;
  for (std::size_t row = 0; row < row_count; ++row) {
    const bool same = !changed(row);
    if (written >= kRowCountMax || (row_count > kRowCountMax && same)) {
      ++left_out;
      continue;
    }
    ++written;
    out += same ? "<tr class=\"same\">" : "<tr>";
    for (std::size_t c = 0; c < column_count; ++c) out += field_html(output, output.at(row, c), lines);
    out += "</tr>\n";
  }
  out += "</tbody></table></div>";
  if (left_out > 0)
    out += fmt::format("<p>{} further rows are in check.json and in the CSV.</p>",
                       with_thousands(static_cast<long long>(left_out)));
  return out + "</div>";
}

/// How many figures each rule took, and in which columns.
table::Table changes_table(const CheckedOutput& output) {
  std::map<std::string, std::map<std::string, std::int64_t>> count;
  for (const auto& finding : output.findings) {
    if (!is_changed(finding)) continue;
    ++count[finding.rule.empty() ? "rounded" : finding.rule]
           [output.original.columns()[finding.column].name()];
  }
  table::Table out;
  out.add("rule", table::ColumnType::kString);
  out.add("column", table::ColumnType::kString);
  out.add("figures", table::ColumnType::kInt64);
  for (const auto& [rule, columns] : count) {
    for (const auto& [column, figures] : columns) {
      out.columns()[0].append_string(rule);
      out.columns()[1].append_string(column);
      out.columns()[2].append_int(figures);
    }
  }
  return out;
}

table::Table certificate_table(const CheckedOutput& output) {
  table::Table out;
  for (const auto* name : {"figure", "why", "truth", "can be said", "must reach", "proof"}) {
    out.add(name, table::ColumnType::kString);
  }
  for (const auto& line : output.certificate) {
    auto& columns = out.columns();
    columns[0].append_string(line.what);
    columns[1].append_string(line.status == CellStatus::kPrimary ? "fails a rule" : "protects others");
    columns[2].append_string(bound_text(line.value));
    columns[3].append_string(bound_text(line.low) + " to " + bound_text(line.high) +
                             (line.exact ? "" : " or wider"));
    columns[4].append_string(
        line.status != CellStatus::kPrimary
            ? std::string()
            : fmt::format("{:g} to {:g}, width {:g}", line.need_low, line.need_high, line.need_width));
    columns[5].append_string(!line.safe ? "NOT SAFE" : line.confirmed ? "checked twice" : "linear programme");
  }
  return out;
}

/// Hundreds of thousands are no power of ten to who reads them.
std::string cost_text(double cost) {
  return cost < 1000 ? fmt::format("{:.4g}", cost) : fmt::format("{:.0f}", cost);
}

/// How good the secondary suppression is, where there was any.
std::string effort_text(const CheckedOutput& output) {
  if (output.secondary_count == 0 || (output.method != "exact" && output.method != "heuristic")) return {};
  const auto cost = fmt::format(
      "Protected by the {} method: what is hidden besides, in all tables checked together, costs {} (by what "
      "the "
      "rules say hiding costs). ",
      output.method, cost_text(output.cost));
  const auto gap = gap_percent(output);
  if (!gap)
    return cost +
           "How much less a cheaper choice would cost was not worked out: there are too many figures for "
           "that.";
  if (*gap == 0) return cost + "No safe choice costs less.";
  return cost + fmt::format("No safe choice costs less than {}: a gap of {:.0f} % at most.",
                            cost_text(output.cost_bound), std::ceil(*gap));
}

void add_output(page::Page& page, const CheckedOutput& output, std::size_t position) {
  page.heading(output.title);
  page.paragraph(output.publishable() ? "May be published as protected, once another actor approves it."
                                      : "May not be published.");
  if (!output.refusals.empty()) page.list(output.refusals);
  if (!output.remarks.empty()) page.list(output.remarks);
  page.figures(
      {{std::to_string(output.shown_count), "figures shown"},
       {std::to_string(output.primary_count), "fail a rule"},
       {std::to_string(output.secondary_count), "hidden besides, so that nothing can be worked out"}});
  if (const auto effort = effort_text(output); !effort.empty()) page.paragraph(effort);
  if (const auto changes = changes_table(output); changes.row_count() > 0)
    page.table("What changes, by rule", changes);
  page.html(output_table(output, position));
  constexpr std::size_t kPublicRowCountMax = 1000;
  page.subheading("What will be published");
  if (!output.publishable()) {
    page.paragraph("Nothing, as long as it is refused.");
  } else if (output.original.row_count() > kPublicRowCountMax) {
    page.paragraph(fmt::format("{0}.html and {0}.csv beside this page: {1} rows.", output.id,
                               with_thousands(static_cast<long long>(output.original.row_count()))));
  } else {
    page.html("<div class=\"scroll\" role=\"region\" aria-label=\"" + html_escape(output.title) +
              ": what will be published\" tabindex=\"0\">" + public_html(output) + "</div>");
  }
  if (!output.recodings.empty()) {
    page.subheading("What would mend it");
    page.paragraph(
        "Coarser tables that were tried, the cheapest first. Each was judged by the same rules, as a table "
        "of its own.");
    std::vector<std::string> lines;
    for (const auto& recoding : output.recodings) lines.push_back(recoding.words + ".");
    page.list(lines);
  }
  if (!output.attacks.empty()) {
    page.subheading("Attacks by adding and subtracting");
    std::vector<std::string> lines;
    for (const auto& attack : output.attacks) {
      lines.push_back((attack.mended ? "Mended by hiding. " : "NOT MENDED, so refused. ") + attack.words +
                      ". In figures: " + attack.arithmetic + ".");
    }
    page.list(lines);
  }
  if (output.certificate.empty()) return;
  page.subheading("Certificate");
  page.paragraph(
      "What somebody who has everything that is published, now and earlier, can say of each hidden figure. "
      "\"Checked twice\": two complete tables that agree with all that is published were verified in whole "
      "numbers, without the solver.");
  page.table("Intervals of hidden figures", certificate_table(output), 500);
}

}  // namespace

std::string checker_page(const Checked& checked) {
  page::Page page("Disclosure check", "For output checkers: holds figures that are not to be published");
  page.style(kStyle);
  page.script(kPrintOpen);
  page.note(
      "FAILS (solid border): breaks a rule itself. 2nd (dashed, striped): hidden so that a failing figure "
      "cannot be "
      "worked out. Open a tag for the reason and what would mend it.");
  for (std::size_t o = 0; o < checked.outputs.size(); ++o) add_output(page, checked.outputs[o], o);
  return page.render();
}

}  // namespace kinfold::disclosure
