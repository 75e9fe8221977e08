#include "linkage/command.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "linkage/estimate.h"
#include "linkage/input_internal.h"
#include "linkage/link.h"
#include "linkage/output_internal.h"
#include "linkage/records_internal.h"
#include "linkage/run_internal.h"
#include "linkage/stages_internal.h"
#include "linkage/truth_internal.h"

namespace kinfold::linkage {
namespace {

std::uint64_t choose_two(std::uint64_t n) { return n * (n - (n > 0 ? 1 : 0)) / 2; }

std::uint64_t pairs_within(const std::vector<std::uint32_t>& cluster) {
  std::vector<std::uint32_t> sizes;  // Clusters are numbered from 0.
  for (const auto number : cluster) {
    if (number >= sizes.size()) sizes.resize(std::size_t{number} + 1);
    ++sizes[number];
  }
  std::uint64_t pairs = 0;
  for (const auto size : sizes) pairs += choose_two(size);
  return pairs;
}

// The row with this id. The id is the asker's own word, and is still not repeated.
Result<std::uint32_t> row_of(const table::Table& table, const Model& model, const std::string& id,
                             std::string_view which) {
  const auto* column = find_id(table, model);
  if (column == nullptr)
    return invalid("the " + std::string(which) +
                   " file has no id column to find the pair by; name one as id_column");
  for (std::size_t row = 0; row < table.row_count(); ++row)
    if (column->text_at(row) == id) return static_cast<std::uint32_t>(row);
  return invalid("the " + std::string(which) + " file has no record with the id that is to be explained");
}

Result<RowPair> rows_of(const std::pair<std::string, std::string>& ids, const table::Table& left,
                        const table::Table* right, const Model& model) {
  const auto one = row_of(left, model, ids.first, "left");
  if (!one.ok()) return one.error();
  const auto other =
      row_of(right == nullptr ? left : *right, model, ids.second, right == nullptr ? "left" : "right");
  if (!other.ok()) return other.error();
  return RowPair{one.value(), other.value()};
}

std::uint64_t peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

// How good the linkage is by people's decisions and by decoys, where they are asked for.
Status estimate_error(const LinkCommand& command, const table::Table& left, const table::Table* right,
                      const LinkResult& result, const LinkOptions& options, LinkReport& report) {
  EstimateOptions by;
  by.seed = result.model.settings.seed;
  if (!command.group_column.empty()) by.by_columns = {command.group_column};
  const auto& decided = options.decisions;
  if (std::any_of(decided.begin(), decided.end(),
                  [](const Decision& decision) { return decision.drawn == Drawn::kSample; })) {
    auto estimate = estimate_from_decisions(left, right, result, decided, by);
    if (!estimate.ok()) return estimate.error();
    report.clerical = std::move(estimate).value();
  }
  if (command.decoy_count == 0) return {};
  auto decoys = estimate_from_decoys(left, right, result, command.decoy_count, options, by);
  if (!decoys.ok()) return decoys.error();
  report.decoys = std::move(decoys).value();
  return {};
}

// What a reader of the result should know of the files.
std::vector<std::string> notes_on(const Inputs& inputs, const LinkCommand& command) {
  std::vector<std::string> notes;
  const std::size_t rejected = inputs.left.rejected.size() + inputs.right.rejected.size();
  if (rejected > 0) {
    notes.push_back(std::to_string(rejected) + (rejected == 1 ? " line" : " lines") +
                    " could not be split into fields and took no part; rejects.csv says which and why");
  }
  std::error_code error;
  if (inputs.two_files && std::filesystem::equivalent(command.left_path, command.right_path, error)) {
    notes.emplace_back(
        "both files are the same file, so that records find themselves; give it once to find duplicates "
        "within it");
  }
  return notes;
}

Result<std::vector<std::string>> write_with_truth(const LinkCommand& command, const table::Table& left,
                                                  const table::Table* right, const LinkOutcome& outcome,
                                                  const Truth& truth, const std::string& rejects) {
  ReportInput input{outcome.result,      outcome.report,       left, right,
                    command.show_values, command.group_column, {}};
  if (!command.group_column.empty()) {
    auto groups = quality_by_group(left, command.group_column, outcome.result, truth);
    if (!groups.ok()) return groups.error();
    input.groups = std::move(groups).value();
  }
  return write_outputs(command, input, rejects);
}

Result<LinkOptions> options_of(const LinkCommand& command, const table::Table& left,
                               const table::Table* right, const Model& model) {
  if (!command.household_column.empty() && find_column(left, {command.household_column}) == nullptr) {
    return invalid("the left file has no column " + command.household_column +
                   ", which is named as the household; name one that it has");
  }
  LinkOptions options;
  options.thread_count = command.thread_count;
  if (!command.decisions_path.empty()) {
    auto decisions = read_decisions(command.decisions_path);
    if (!decisions.ok()) return decisions.error();
    options.decisions = std::move(decisions).value();
  }
  options.pairing = command.pairing;
  options.threshold = command.threshold;
  options.progress = command.progress;
  options.pair_count_max = command.pair_count_max;
  options.insight = !command.out_dir.empty() || command.explain;
  if (!command.explain) return options;
  const auto rows = rows_of(*command.explain, left, right, model);
  if (!rows.ok()) return rows.error();
  options.explain_rows.push_back(rows.value());
  return options;
}

LinkReport report_of(const LinkResult& result, const LinkCommand& command, const table::Table& left,
                     const table::Table* right) {
  LinkReport report;
  report.left_row_count = left.row_count();
  report.right_row_count = right != nullptr ? right->row_count() : 0;
  report.candidate_pair_count = result.candidate_pair_count;
  const auto linked = std::count_if(result.pairs.begin(), result.pairs.end(),
                                    [](const ScoredPair& pair) { return pair.linked; });
  report.pair_count =
      right != nullptr ? static_cast<std::uint64_t>(linked) : pairs_within(result.left_cluster);
  report.cluster_count = result.cluster_count;
  report.threshold = result.threshold_probability;
  report.threshold_given = command.threshold.has_value();
  report.blocking = result.blocking;
  report.fit = result.fit;
  report.stages = result.stages;
  report.converged = result.fit.converged;
  report.notes = result.notes;
  const auto& explained = result.insight.explained;
  if (!explained.empty() && explained.front().asked) report.explanation = explained.front().explanation;
  return report;
}

Result<LinkOutcome> link_and_write(const LinkCommand& command, const table::Table& left,
                                   const table::Table* right, const Model& model, const Inputs* inputs) {
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  auto truth = read_truth(left, right, command, model);
  if (!truth.ok()) return truth.error();
  const auto options = options_of(command, left, right, model);
  if (!options.ok()) return options.error();
  Model staged = model;
  if (!command.household_column.empty()) add_household_stage(staged, command.household_column);
  auto linked = link(left, right, staged, options.value());
  if (!linked.ok()) return linked.error();
  LinkOutcome outcome{std::move(linked).value(), {}};
  outcome.report = report_of(outcome.result, command, left, right);
  LinkReport& report = outcome.report;
  if (inputs != nullptr) {
    report.rejected_count = inputs->left.rejected.size() + inputs->right.rejected.size();
    const auto notes = notes_on(*inputs, command);
    report.notes.insert(report.notes.end(), notes.begin(), notes.end());
  }
  if (truth.value().known()) report.quality = measure(outcome.result, truth.value(), right != nullptr);
  if (auto status = estimate_error(command, left, right, outcome.result, options.value(), report);
      !status.ok())
    return status.error();
  report.seconds = seconds();
  if (!command.out_dir.empty()) {
    const StageScope stage(command.progress, "write");
    auto written = write_with_truth(command, left, right, outcome, truth.value(),
                                    report.rejected_count > 0 ? rejects_csv(*inputs) : std::string{});
    if (!written.ok()) return written.error();
    report.files = std::move(written).value();
    report.seconds = seconds();
  }
  report.peak_bytes = peak_bytes();
  return outcome;
}

}  // namespace

Result<LinkOutcome> link_tables(const LinkCommand& command, const table::Table& left,
                                const table::Table* right, const Model& model) {
  return link_and_write(command, left, right, model, nullptr);
}

Result<LinkReport> run_link(const LinkCommand& command) {
  const auto start = std::chrono::steady_clock::now();
  if (auto status = check_out_dir(command.out_dir); !status.ok()) return status.error();
  const auto read = read_inputs(command);
  if (!read.ok()) return read.error();
  const Inputs& inputs = read.value();
  auto outcome = link_and_write(command, inputs.left.table, inputs.right_table(), inputs.model, &inputs);
  if (!outcome.ok()) return outcome.error();
  LinkReport& report = outcome.value().report;
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return std::move(report);
}

Result<std::vector<std::string>> write_files(const LinkCommand& command, const table::Table& left,
                                             const table::Table* right, LinkOutcome& outcome) {
  if (outcome.result.insight.self_weights.empty()) {
    LinkOptions options;
    options.thread_count = command.thread_count;
    auto insight = insight_of(left, right, outcome.result, options);
    if (!insight.ok()) return insight.error();
    outcome.result.insight = std::move(insight).value();
  }
  return write_with_truth(command, left, right, outcome, {}, {});
}

Result<Quality> measure(const LinkCommand& command, const table::Table& left, const table::Table* right,
                        const LinkResult& result) {
  const auto truth = read_truth(left, right, command, result.model);
  if (!truth.ok()) return truth.error();
  if (!truth.value().known()) return invalid("name a truth column or a truth pattern to measure by");
  return measure(result, truth.value(), right != nullptr);
}

Result<PairExplanation> explain_ids(const table::Table& left, const table::Table* right, const Model& fitted,
                                    const std::string& one, const std::string& other) {
  const auto rows = rows_of({one, other}, left, right, fitted);
  if (!rows.ok()) return rows.error();
  auto explained = explain_pairs(left, right, fitted, {rows.value()});
  if (!explained.ok()) return explained.error();
  return explained.value().front();
}

Result<ExplainReport> explain_pair(const LinkCommand& command) {
  const auto read = read_inputs(command);
  if (!read.ok()) return read.error();
  const Inputs& inputs = read.value();
  const auto start = std::chrono::steady_clock::now();
  auto explained = explain_ids(inputs.left.table, inputs.right_table(), inputs.model, command.explain->first,
                               command.explain->second);
  if (!explained.ok()) return explained.error();
  return ExplainReport{std::move(explained).value(),
                       std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()};
}

}  // namespace kinfold::linkage
