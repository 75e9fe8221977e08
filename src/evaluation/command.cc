#include "evaluation/command.h"

#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "base/parallel.h"
#include "evaluation/plan_columns_internal.h"
#include "evaluation/report.h"
#include "evaluation/sentences_internal.h"
#include "table/column_names.h"
#include "table/io.h"

namespace kinfold::evaluation {
namespace {

namespace fs = std::filesystem;

struct Tables {
  table::Table people;
  std::optional<table::Table> panel;
  std::optional<table::Table> truth;
};

std::optional<std::string> find_table(const fs::path& folder, const std::string& stem) {
  for (const char* ending : {".parquet", ".csv"}) {
    const auto path = folder / (stem + ending);
    if (fs::exists(path)) return path.string();
  }
  return std::nullopt;
}

struct Files {
  std::string people;
  std::optional<std::string> panel;
};

Result<Files> find_files(const std::string& data, const Plan& plan) {
  std::error_code ignored;
  if (!fs::is_directory(data, ignored)) return Files{data, std::nullopt};
  const auto people = find_table(data, "people");
  if (!people)
    return invalid("data: the folder has no people.parquet or people.csv; give a file or a release's folder");
  return Files{*people, uses_panel(plan) ? find_table(data, "panel") : std::nullopt};
}

/// Only these of the columns that a file has; a table of no columns would have no rows, so one is always
/// read.
Result<table::Table> read_columns(const std::string& path, std::vector<std::string> wanted,
                                  const std::vector<std::string>& there) {
  table::ReadOptions options;
  options.columns = std::move(wanted);
  if (options.columns.empty()) options.columns.push_back(there.front());
  return table::read_file(path, options);
}

/// A file may have ten thousand columns of which the plan names ten: what it does not name is not read.
Result<Tables> read_tables(const EvaluateCommand& command, const Plan& plan) {
  const auto files = find_files(command.data, plan);
  if (!files.ok()) return files.error();
  const auto& [people_path, panel_path] = files.value();
  const auto people = table::column_names(people_path);
  if (!people.ok()) return people.error();
  std::vector<std::string> panel;
  if (panel_path) {
    auto names = table::column_names(*panel_path);
    if (!names.ok()) return names.error();
    panel = std::move(names.value());
  }
  const ColumnNames panel_names(panel.begin(), panel.end());
  const auto checked = check_columns(plan, {people.value().begin(), people.value().end()},
                                     panel_path ? &panel_names : nullptr);
  if (!checked.ok()) return checked.error();

  Tables tables;
  auto read = read_columns(people_path, people_columns(plan, panel_path.has_value()), people.value());
  if (!read.ok()) return read.error();
  tables.people = std::move(read.value());
  if (panel_path) {
    auto of_panel = read_columns(*panel_path, panel_columns(plan), panel);
    if (!of_panel.ok()) return of_panel.error();
    tables.panel = std::move(of_panel.value());
  }
  if (!command.truth.empty()) {
    auto truth = table::read_file(command.truth);
    if (!truth.ok()) return truth.error();
    tables.truth = std::move(truth.value());
  }
  return tables;
}

Status write_text(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file)
    return io_error("cannot write " + path.filename().string() +
                    " in the output folder; check space and rights");
  return {};
}

nlohmann::json number_or_null(const std::optional<double>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

}  // namespace

std::string estimates_to_json(const std::vector<Estimate>& estimates) {
  auto all = nlohmann::json::array();
  for (const auto& e : estimates) {
    nlohmann::json one = {{"outcome", e.outcome},
                          {"subgroup", e.subgroup},
                          {"method", e.method},
                          {"estimand", e.estimand},
                          {"estimate", number_or_null(e.estimate)},
                          {"std_error", number_or_null(e.std_error)},
                          {"ci_low", number_or_null(e.ci_low)},
                          {"ci_high", number_or_null(e.ci_high)},
                          {"p_value", number_or_null(e.p_value)},
                          {"p_adjusted", number_or_null(e.p_adjusted)},
                          {"programme_mean", number_or_null(e.treated_mean)},
                          {"comparison_mean", number_or_null(e.comparison_mean)},
                          {"n_treated", e.n_treated},
                          {"n_comparison", e.n_comparison}};
    if (!e.not_estimable_because.empty()) one["not_estimable_because"] = e.not_estimable_because;
    all.push_back(std::move(one));
  }
  return all.dump(2);
}

std::vector<std::string> summary_of(const Plan& plan, const std::vector<OutputTable>& outputs) {
  auto summary = headline_sentences(plan, outputs);
  for (auto& sentence : staggered_sentences(plan, outputs)) summary.push_back(std::move(sentence));
  for (auto& sentence : cost_sentences(plan, outputs)) summary.push_back(std::move(sentence));
  return summary;
}

Result<EvaluateCommandResult> run_evaluate(const EvaluateCommand& command) {
  auto plan = read_plan(command.plan);
  if (!plan.ok()) return plan.error();
  auto tables = read_tables(command, plan.value());
  if (!tables.ok()) return tables.error();
  const EvaluationData data{&tables.value().people, tables.value().panel ? &*tables.value().panel : nullptr,
                            tables.value().truth ? &*tables.value().truth : nullptr};
  EvaluateOptions options;
  options.thread_count = command.thread_count == 0 ? default_thread_count() : command.thread_count;
  options.progress = command.progress;
  auto evaluation = evaluate(data, plan.value(), options);
  if (!evaluation.ok()) return evaluation.error();
  const auto& result = evaluation.value();
  if (auto status = write_output_files(result.outputs, command.out_folder); !status.ok())
    return status.error();
  ReportOptions report;
  report.data_name = fs::path(command.data).filename().string();
  const auto path = fs::path(command.out_folder) / "report.html";
  const auto page = render_report(plan.value(), result.outputs, result.notes, report);
  if (auto status = write_text(path, page); !status.ok()) return status.error();
  EvaluateCommandResult out;
  out.estimates_json = estimates_to_json(result.estimates);
  out.summary = summary_of(plan.value(), result.outputs);
  out.report_path = path.string();
  return out;
}

}  // namespace kinfold::evaluation
