#include "disclosure/command.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>

#include "base/terminal.h"
#include "disclosure/check_internal.h"
#include "disclosure/rounding.h"
#include "disclosure/toml_internal.h"
#include "table/io.h"

namespace kinfold::disclosure {
namespace {

namespace fs = std::filesystem;

Result<std::string> read_text(const std::string& path, std::string_view what) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return io_error(fmt::format("{}: the file cannot be opened; check its name and permissions", what));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Status write_text(const fs::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file)
    return io_error(
        "check: an output file could not be written; is the folder there, and the disk not full?");
  return {};
}

/// `[table.STEM]` of the rules file where it has one, else `[table]`.
Result<TableSpec> spec_for(const std::string& rules_text, const std::string& stem) {
  auto document = parse_toml(rules_text);
  if (!document.ok()) return document.error();
  const auto* tables = document.value()["tables"].as_table();
  const auto* own = tables == nullptr ? nullptr : tables->get_as<toml::table>(stem);
  if (own == nullptr) return parse_table_spec(rules_text);
  toml::table wrapped;
  wrapped.insert("table", *own);
  std::ostringstream text;
  text << wrapped;
  return parse_table_spec(text.str());
}

Result<ReleaseLedger> read_ledger(const std::string& path) {
  if (path.empty()) return ReleaseLedger();
  auto text = read_text(path, "release ledger");
  if (!text.ok()) return text.error();
  return ReleaseLedger::from_json(text.value());
}

/// Files that the rules name lie beside them.
std::string beside(const std::string& rules_path, const std::string& name) {
  return (fs::path(rules_path).parent_path() / name).string();
}

Status read_perturbation(const std::string& rules_path, Rules& rules) {
  if (rules.perturbation_file.empty()) return {};
  auto text = read_text(beside(rules_path, rules.perturbation_file), "perturbation table");
  if (!text.ok()) return text.error();
  auto table = PerturbationTable::parse(text.value());
  if (!table.ok()) return table.error();
  rules.perturbation = std::make_shared<PerturbationTable>(std::move(table).value());
  return {};
}

Result<std::vector<Output>> read_outputs(const CheckCommand& command, const Rules& rules,
                                         const std::string& rules_text) {
  std::vector<Output> outputs;
  for (const auto& path : command.tables) {
    if (auto status = check_file_kind(path, rules); !status.ok()) return status.error();
    auto table = table::read_file(path);
    if (!table.ok()) return table.error();
    const auto stem = fs::path(path).stem().string();
    auto output = output_for(stem, std::move(table).value(), rules_text);
    if (!output.ok()) return output.error();
    auto spec = spec_for(rules_text, stem);
    if (!spec.ok()) return spec.error();
    if (const auto& microdata = spec.value().microdata; !microdata.file.empty()) {
      auto people = table::read_file(beside(command.rules, microdata.file));
      if (!people.ok()) return people.error();
      if (auto status = count_contributors(output.value(), people.value(), microdata, rules); !status.ok())
        return status.error();
    }
    outputs.push_back(std::move(output).value());
  }
  return outputs;
}

Status write_results(const CheckCommand& command, const Checked& checked) {
  if (command.out.empty()) return {};
  std::error_code failed;
  fs::create_directories(command.out, failed);
  const fs::path folder(command.out);
  // For the checker, not for publication: true figures are in both.
  if (auto status = write_text(folder / "check.html", checker_page(checked)); !status.ok()) return status;
  if (auto status = write_text(folder / "check.json", to_json(checked)); !status.ok()) return status;
  for (const auto& output : checked.outputs) {
    if (!output.publishable()) continue;
    if (auto status = write_text(folder / (output.id + ".csv"), public_csv(output)); !status.ok())
      return status;
    const auto html = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>" +
                      html_escape(output.title) + "</title>\n" + public_html(output) + "</html>\n";
    if (auto status = write_text(folder / (output.id + ".html"), html); !status.ok()) return status;
  }
  return {};
}

// Terminals are logged and copied: which rule and what to do, not the figure. Reasons are in check.html and
// check.json. Labels are somebody else's text: a line of ours stays one line.
void print_words(const Checked& checked, std::ostream& out) {
  const auto line = [&](const std::string& text) { out << tame(text) << "\n"; };
  for (const auto& output : checked.outputs) {
    const auto gap = output.secondary_count > 0 ? gap_percent(output) : std::nullopt;
    line(fmt::format("{}: {} figures shown, {} fail a rule, {} hidden besides ({}{})", output.id,
                     output.shown_count, output.primary_count, output.secondary_count, output.method,
                     gap ? fmt::format(", gap {:.0f} %", std::ceil(*gap)) : std::string()));
    for (const auto& finding : output.findings) {
      if (finding.status != CellStatus::kPrimary) continue;
      line(fmt::format("  row {}, column {}: fails rule {}; {}", finding.row + 1,
                       output.original.columns()[finding.column].name(), finding.rule, finding.remedy));
    }
    for (const auto& recoding : output.recodings) line("  to mend: " + recoding.words);
    for (const auto& refusal : output.refusals) line("  refused: " + refusal);
    for (const auto& remark : output.remarks) line("  note: " + remark);
  }
}

Result<Checked> run(const CheckCommand& command, Progress& progress) {
  auto rules_text = read_text(command.rules, "rules");
  if (!rules_text.ok()) return rules_text.error();
  auto rules = parse_rules(rules_text.value());
  if (!rules.ok()) return rules.error();
  if (auto status = read_perturbation(command.rules, rules.value()); !status.ok()) return status.error();
  auto ledger = read_ledger(command.released);
  if (!ledger.ok()) return ledger.error();
  auto outputs = read_outputs(command, rules.value(), rules_text.value());
  if (!outputs.ok()) return outputs.error();
  auto checked = check(outputs.value(), rules.value(), ledger.value(), progress);
  if (!checked.ok()) return checked.error();
  if (auto status = write_results(command, checked.value()); !status.ok()) return status.error();
  if (!command.released_out.empty() && checked.value().publishable()) {
    for (const auto& output : checked.value().outputs)
      ledger.value().add(to_released(output, command.published));
    if (auto status = write_text(command.released_out, ledger.value().to_json()); !status.ok())
      return status.error();
  }
  return checked;
}

}  // namespace

Result<Output> output_for(const std::string& id, table::Table table, const std::string& rules_toml) {
  auto spec = spec_for(rules_toml, id);
  if (!spec.ok()) return spec.error();
  return make_output(id, std::move(table), spec.value());
}

int run_check(const CheckCommand& command, std::ostream& stdout_stream, std::ostream& stderr_stream,
              Progress& progress) {
  auto checked = run(command, progress);
  if (!checked.ok()) {
    stderr_stream << "error: " << tame(checked.error().message) << "\n";
    return 1;
  }
  if (command.json) {
    stdout_stream << to_json(checked.value(), JsonFor::kStdout);
  } else {
    print_words(checked.value(), stdout_stream);
  }
  return checked.value().publishable() ? 0 : 1;
}

}  // namespace kinfold::disclosure
