#include <fmt/format.h>

#include <cmath>

#include "base/text.h"
#include "disclosure/check.h"
#include "page/page.h"

namespace kinfold::disclosure {
namespace {

// Told apart by a word, a letter, a border and a pattern: colour is only a help.
constexpr std::string_view kStyle = R"(<style>
.dc td{white-space:nowrap} .dc .p{border:3px solid #8a1c1c;font-weight:bold}
.dc .s{border:3px dashed #2c5aa0;background:repeating-linear-gradient(45deg,transparent 0 6px,rgba(44,90,160,.14) 6px 12px)}
.dc .r{border:3px dotted #555} .dc .w{opacity:.6;font-style:italic}
.dc .tag{font-size:.75em;margin-left:.4em;padding:0 .3em;border:1px solid currentColor;border-radius:.2em}
.dc details{display:inline} .dc summary{display:inline;cursor:help}
</style>)";

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

std::string bound_text(double value) { return std::isfinite(value) ? fmt::format("{:g}", value) : "no limit"; }

std::string interval_text(const CheckedOutput& output, const Finding& finding) {
  for (const auto& line : output.certificate) {
    if (line.row == finding.row && line.column == finding.column) {
      return fmt::format(" An outsider can only say: {} to {}.", bound_text(line.low), bound_text(line.high));
    }
  }
  return {};
}

std::string field_html(const CheckedOutput& output, const Finding& finding) {
  const auto value = html_escape(output.original.columns()[finding.column].text_at(finding.row));
  const auto word = tag(finding.status);
  if (word.empty()) return "<td>" + value + "</td>";
  std::string out = fmt::format("<td class=\"{}\">{}", css_class(finding.status), value);
  const auto label = fmt::format("<span class=\"tag\">{}</span>", word);
  if (finding.reason.empty()) return out + label + "</td>";
  return out + "<details><summary>" + label + "</summary> " +
         html_escape(finding.rule + ": " + finding.reason + "." + interval_text(output, finding)) + " <em>" +
         html_escape(finding.remedy) + ".</em></details></td>";
}

std::string output_table(const CheckedOutput& output) {
  constexpr std::size_t kRowCountMax = 2000;
  std::string out = "<div class=\"dc\"><table><caption>" +
                    html_escape(output.title + ": as computed, with what happens to each figure") +
                    "</caption><thead><tr>";
  for (const auto& column : output.original.columns()) out += "<th scope=\"col\">" + html_escape(column.name()) + "</th>";
  out += "</tr></thead><tbody>\n";
  const auto row_count = output.original.row_count();
  for (std::size_t row = 0; row < row_count && row < kRowCountMax; ++row) {
    out += "<tr>";
    for (std::size_t c = 0; c < output.original.column_count(); ++c) out += field_html(output, output.at(row, c));
    out += "</tr>\n";
  }
  out += "</tbody></table>";
  if (row_count > kRowCountMax) out += fmt::format("<p>{} further rows are in the CSV.</p>", row_count - kRowCountMax);
  return out + "</div>";
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
    columns[3].append_string(bound_text(line.low) + " to " + bound_text(line.high) + (line.exact ? "" : " or wider"));
    columns[4].append_string(line.status != CellStatus::kPrimary
                                 ? std::string()
                                 : fmt::format("{:g} to {:g}, width {:g}", line.need_low, line.need_high, line.need_width));
    columns[5].append_string(!line.safe ? "NOT SAFE" : line.confirmed ? "checked twice" : "linear programme");
  }
  return out;
}

void add_output(page::Page& page, const CheckedOutput& output) {
  page.heading(output.title);
  page.paragraph(output.publishable() ? "May be published as protected, once another actor approves it."
                                      : "May not be published.");
  if (!output.refusals.empty()) page.list(output.refusals);
  if (!output.remarks.empty()) page.list(output.remarks);
  page.figures({{std::to_string(output.shown_count), "figures shown"},
                {std::to_string(output.primary_count), "fail a rule"},
                {std::to_string(output.secondary_count), "hidden to protect them"}});
  page.html(output_table(output));
  page.subheading("What will be published");
  page.html(public_html(output));
  if (!output.recodings.empty()) {
    page.subheading("What would mend it");
    page.paragraph("Coarser tables that were tried, the cheapest first. Each was judged by the same rules, as a table of its own.");
    std::vector<std::string> lines;
    for (const auto& recoding : output.recodings) lines.push_back(recoding.words + ".");
    page.list(lines);
  }
  if (!output.attacks.empty()) {
    page.subheading("Attacks by adding and subtracting");
    std::vector<std::string> lines;
    for (const auto& attack : output.attacks) {
      lines.push_back((attack.mended ? "Mended by hiding. " : "NOT MENDED, so refused. ") + attack.words + ". In figures: " +
                      attack.arithmetic + ".");
    }
    page.list(lines);
  }
  if (output.certificate.empty()) return;
  page.subheading("Certificate");
  page.paragraph("What somebody who has everything that is published, now and earlier, can say of each hidden figure. "
                 "\"Checked twice\": two complete tables that agree with all that is published were verified in whole "
                 "numbers, without the solver.");
  page.table("Intervals of hidden figures", certificate_table(output), 500);
}

}  // namespace

std::string checker_page(const Checked& checked) {
  page::Page page("Disclosure check", "For output checkers: holds figures that are not to be published");
  page.html(kStyle);
  page.note("FAILS (solid border): breaks a rule itself. 2nd (dashed, striped): hidden so that a failing figure cannot be "
            "worked out. Open a tag for the reason and what would mend it.");
  for (const auto& output : checked.outputs) add_output(page, output);
  return page.render();
}

}  // namespace kinfold::disclosure
