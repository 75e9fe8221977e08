#include "linkage/command.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <tuple>
#include <unordered_map>

#include "base/text.h"
#include "linkage/estimate_internal.h"
#include "linkage/link.h"
#include "linkage/output_internal.h"
#include "linkage/records_internal.h"
#include "linkage/run_internal.h"
#include "table/io.h"

namespace kinfold::linkage {
namespace {

Result<table::Table> read_side(const std::string& path, std::string_view which, std::size_t thread_count) {
  table::ReadOptions options;
  options.all_strings = true;  // 007 is not 7, and a postcode is not a number.
  options.thread_count = thread_count;
  auto table = table::read_file(path, options);
  if (!table.ok()) return Error{table.error().code, "the " + std::string(which) + " file: " + table.error().message};
  return table;
}

// What each row's person is called by the truth; "" where it does not say.
Result<std::vector<std::string>> truth_of(const table::Table& table, const LinkCommand& command, const Model& model, std::string_view which) {
  const table::Column* column = nullptr;
  if (!command.truth_column.empty()) {
    auto found = table.require(command.truth_column);
    if (!found.ok()) return invalid("the truth column in the " + std::string(which) + " file: " + found.error().message);
    column = found.value();
  } else {
    column = find_id(table, model);
    if (column == nullptr) return invalid("the " + std::string(which) + " file has no id column to take the truth from; name a truth column");
  }
  std::vector<std::string> truth(table.row_count());
  std::regex pattern;
  if (!command.truth_pattern.empty()) {
    try {
      pattern = std::regex(command.truth_pattern);
    } catch (const std::regex_error&) {
      return invalid("the truth pattern is not a regular expression; write one such as rec-(\\d+)-");
    }
  }
  for (std::size_t row = 0; row < truth.size(); ++row) {
    truth[row] = column->text_at(row);
    if (command.truth_pattern.empty()) continue;
    std::smatch found;
    const std::string text = truth[row];
    truth[row] = std::regex_search(text, found, pattern) ? (found.size() > 1 ? found[1].str() : found[0].str()) : std::string{};
  }
  return truth;
}

Result<Truth> truths_of(const LinkCommand& command, const table::Table& left, const table::Table* right, const Model& model) {
  Truth truth;
  for (const auto& [table, own, name] : {std::tuple{&left, &truth.left, "left"}, std::tuple{right, &truth.right, "right"}}) {
    if (table == nullptr) continue;
    auto read = truth_of(*table, command, model, name);
    if (!read.ok()) return read.error();
    *own = std::move(read).value();
  }
  return truth;
}

struct PairCounts {
  std::uint64_t linked = 0;
  std::uint64_t matching = 0;
  std::uint64_t both = 0;
};

std::uint64_t choose_two(std::uint64_t n) { return n * (n - (n > 0 ? 1 : 0)) / 2; }

// One file: pairs within clusters against pairs within people.
PairCounts count_within(const std::vector<std::uint32_t>& cluster, const std::vector<std::string>& truth) {
  std::map<std::uint32_t, std::uint64_t> by_cluster;
  std::unordered_map<std::string, std::uint64_t> by_truth;
  std::map<std::pair<std::uint32_t, std::string>, std::uint64_t> by_both;
  for (std::size_t row = 0; row < cluster.size(); ++row) {
    ++by_cluster[cluster[row]];
    if (truth[row].empty()) continue;
    ++by_truth[truth[row]];
    ++by_both[{cluster[row], truth[row]}];
  }
  PairCounts counts;
  for (const auto& [key, n] : by_cluster) counts.linked += choose_two(n);
  for (const auto& [key, n] : by_truth) counts.matching += choose_two(n);
  for (const auto& [key, n] : by_both) counts.both += choose_two(n);
  return counts;
}

PairCounts count_between(const LinkResult& result, const std::vector<std::string>& left, const std::vector<std::string>& right) {
  std::unordered_map<std::string, std::uint64_t> on_left;
  for (const auto& person : left) if (!person.empty()) ++on_left[person];
  PairCounts counts;
  for (const auto& person : right) {
    const auto found = on_left.find(person);
    if (found != on_left.end()) counts.matching += found->second;
  }
  for (const auto& pair : result.pairs) {
    if (!pair.linked) continue;
    ++counts.linked;
    if (!left[pair.left].empty() && left[pair.left] == right[pair.right]) ++counts.both;
  }
  return counts;
}

Quality quality_of(const PairCounts& counts) {
  Quality quality;
  quality.true_pair_count = counts.matching;
  quality.precision = counts.linked == 0 ? 0.0 : static_cast<double>(counts.both) / static_cast<double>(counts.linked);
  quality.recall = counts.matching == 0 ? 0.0 : static_cast<double>(counts.both) / static_cast<double>(counts.matching);
  const double sum = static_cast<double>(counts.linked + counts.matching);
  quality.f1 = sum == 0.0 ? 0.0 : 2.0 * static_cast<double>(counts.both) / sum;
  return quality;
}

Quality quality_by(const Truth& truth, const LinkResult& result, bool two) {
  return quality_of(two ? count_between(result, truth.left, truth.right) : count_within(result.left_cluster, truth.left));
}

std::uint64_t pairs_within(const std::vector<std::uint32_t>& cluster) {
  std::unordered_map<std::uint32_t, std::uint64_t> sizes;
  for (const auto number : cluster) ++sizes[number];
  std::uint64_t pairs = 0;
  for (const auto& [number, size] : sizes) pairs += choose_two(size);
  return pairs;
}

// The row with this id. The id is the asker's own word, and is still not repeated.
Result<std::uint32_t> row_of(const table::Table& table, const Model& model, const std::string& id, std::string_view which) {
  const auto* column = find_id(table, model);
  if (column == nullptr) return invalid("the " + std::string(which) + " file has no id column to find the pair by; name one as id_column");
  for (std::size_t row = 0; row < table.row_count(); ++row) if (column->text_at(row) == id) return static_cast<std::uint32_t>(row);
  return invalid("the " + std::string(which) + " file has no record with the id that is to be explained");
}

Result<RowPair> rows_of(const std::pair<std::string, std::string>& ids, const table::Table& left, const table::Table* right, const Model& model) {
  const auto one = row_of(left, model, ids.first, "left");
  if (!one.ok()) return one.error();
  const auto other = row_of(right == nullptr ? left : *right, model, ids.second, right == nullptr ? "left" : "right");
  if (!other.ok()) return other.error();
  return RowPair{one.value(), other.value()};
}

std::string bits_text(double bits) {
  char text[24];
  std::snprintf(text, sizeof text, "%+8.2f", bits);
  return text;
}

std::string explanation_text(const PairExplanation& pair) {
  std::string text = "  the pair asked about, in bits (each doubles the odds):\n    " + bits_text(pair.prior_bits) + "  two records drawn at random\n";
  for (const auto& step : pair.steps) {
    text += "    " + bits_text(step.weight_bits) + "  " + step.comparison + ": " + step.level + "\n";
    if (std::abs(step.term_frequency_bits) >= 0.005) {
      text += "    " + bits_text(step.term_frequency_bits) + "  " + step.comparison + ": a " + (step.term_frequency_bits > 0 ? "rare" : "common") + " value\n";
    }
  }
  if (std::abs(pair.moved_bits) >= 0.005) text += "    " + bits_text(pair.moved_bits) + "  whoever moves house changes several of these at once\n";
  if (pair.related_bits < -0.005) text += "    " + bits_text(pair.related_bits) + "  relatives would agree like this too\n";
  return text + "    " + bits_text(pair.prior_bits + pair.weight_bits) + "  together; probability " + std::to_string(pair.probability) + "\n";
}

nlohmann::ordered_json explanation_json(const PairExplanation& pair) {
  nlohmann::ordered_json json = {{"prior_bits", pair.prior_bits}, {"weight_bits", pair.weight_bits}, {"moved_bits", pair.moved_bits}, {"related_bits", pair.related_bits}, {"probability", pair.probability}};
  json["steps"] = nlohmann::ordered_json::array();
  for (const auto& step : pair.steps) {
    json["steps"].push_back({{"comparison", step.comparison}, {"level", step.level}, {"m", step.m}, {"u", step.u},
                             {"weight_bits", step.weight_bits}, {"term_frequency_bits", step.term_frequency_bits}});
  }
  return json;
}

std::uint64_t peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

// How good the linkage is by people's decisions and by decoys, where they are asked for.
Status estimate_error(const LinkCommand& command, const table::Table& left, const table::Table* right, const LinkResult& result,
                      const LinkOptions& options, LinkReport& report) {
  EstimateOptions by;
  by.seed = result.model.settings.seed;
  if (!command.group_column.empty()) by.by_columns = {command.group_column};
  if (!command.decisions_path.empty()) {
    const auto decisions = read_decisions(command.decisions_path);
    if (!decisions.ok()) return decisions.error();
    auto estimate = estimate_from_decisions(left, right, result, decisions.value(), by);
    if (!estimate.ok()) return estimate.error();
    report.clerical = std::move(estimate).value();
  }
  if (command.decoy_count == 0) return {};
  auto decoys = estimate_from_decoys(left, right, result, command.decoy_count, options, by);
  if (!decoys.ok()) return decoys.error();
  report.decoys = std::move(decoys).value();
  return {};
}

Result<std::vector<std::string>> write_with_truth(const LinkCommand& command, const table::Table& left, const table::Table* right,
                                                  const LinkOutcome& outcome, const Truth& truth) {
  ReportInput input{outcome.result, outcome.report, left, right, command.show_values, command.threshold.has_value(), command.group_column, {}};
  if (!command.group_column.empty()) {
    auto groups = quality_by_group(left, command.group_column, outcome.result, truth);
    if (!groups.ok()) return groups.error();
    input.groups = std::move(groups).value();
  }
  return write_outputs(command, input);
}

}  // namespace

Result<LinkOutcome> link_tables(const LinkCommand& command, const table::Table& left, const table::Table* right, const Model& model) {
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  const bool two = right != nullptr;
  const bool with_truth = !command.truth_column.empty() || !command.truth_pattern.empty();
  Truth truth;
  if (with_truth) {
    auto read = truths_of(command, left, right, model);
    if (!read.ok()) return read.error();
    truth = std::move(read).value();
  }
  LinkOptions options;
  options.thread_count = command.thread_count;
  options.pairing = command.pairing;
  options.threshold = command.threshold;
  options.progress = command.progress;
  if (command.explain) {
    const auto rows = rows_of(*command.explain, left, right, model);
    if (!rows.ok()) return rows.error();
    options.explain_rows.push_back(rows.value());
  }
  auto linked = link(left, right, model, options);
  if (!linked.ok()) return linked.error();
  LinkOutcome outcome{std::move(linked).value(), {}};
  const LinkResult& result = outcome.result;
  LinkReport& report = outcome.report;
  if (!result.insight.explained.empty() && result.insight.explained.front().asked) report.explanation = result.insight.explained.front().explanation;
  report.left_row_count = left.row_count();
  report.right_row_count = two ? right->row_count() : 0;
  report.candidate_pair_count = result.candidate_pair_count;
  report.pair_count = two ? static_cast<std::uint64_t>(std::count_if(result.pairs.begin(), result.pairs.end(), [](const ScoredPair& p) { return p.linked; }))
                          : pairs_within(result.left_cluster);
  report.cluster_count = result.cluster_count;
  report.threshold = result.threshold_probability;
  report.converged = result.fit.converged;
  report.notes = result.notes;
  if (with_truth) report.quality = quality_by(truth, result, two);
  if (auto status = estimate_error(command, left, right, result, options, report); !status.ok()) return status.error();
  report.seconds = seconds();
  if (!command.out_dir.empty()) {
    const StageScope stage(command.progress, "write");
    auto written = write_with_truth(command, left, right, outcome, truth);
    if (!written.ok()) return written.error();
    report.files = std::move(written).value();
    report.seconds = seconds();
  }
  report.peak_bytes = peak_bytes();
  return outcome;
}

Result<LinkReport> run_link(const LinkCommand& command) {
  const auto start = std::chrono::steady_clock::now();
  Model model = people_model();
  if (!command.model_path.empty()) {
    auto read = read_model(command.model_path);
    if (!read.ok()) return read.error();
    model = std::move(read).value();
  }
  const bool two = !command.right_path.empty();
  auto left = [&] {
    const StageScope stage(command.progress, "read");
    return read_side(command.left_path, "left", command.thread_count);
  }();
  if (!left.ok()) return left.error();
  Result<table::Table> right = table::Table{};
  if (two) {
    right = read_side(command.right_path, "right", command.thread_count);
    if (!right.ok()) return right.error();
  }
  auto outcome = link_tables(command, left.value(), two ? &right.value() : nullptr, model);
  if (!outcome.ok()) return outcome.error();
  LinkReport report = std::move(outcome).value().report;
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

Result<std::vector<std::string>> write_files(const LinkCommand& command, const table::Table& left, const table::Table* right,
                                             const LinkOutcome& outcome) {
  return write_with_truth(command, left, right, outcome, {});
}

Result<Quality> measure(const LinkCommand& command, const table::Table& left, const table::Table* right, const LinkResult& result) {
  const auto truth = truths_of(command, left, right, result.model);
  if (!truth.ok()) return truth.error();
  return quality_by(truth.value(), result, right != nullptr);
}

Result<PairExplanation> explain_ids(const table::Table& left, const table::Table* right, const Model& fitted, const std::string& one, const std::string& other) {
  const auto rows = rows_of({one, other}, left, right, fitted);
  if (!rows.ok()) return rows.error();
  auto explained = explain_pairs(left, right, fitted, {rows.value()});
  if (!explained.ok()) return explained.error();
  return explained.value().front();
}

std::string LinkReport::to_json() const {
  nlohmann::ordered_json json;
  json["left_rows"] = left_row_count;
  json["right_rows"] = right_row_count;
  json["candidate_pairs"] = candidate_pair_count;
  json["pairs"] = pair_count;
  json["clusters"] = cluster_count;
  json["threshold"] = threshold;
  json["precision"] = quality ? nlohmann::ordered_json(quality->precision) : nullptr;
  json["recall"] = quality ? nlohmann::ordered_json(quality->recall) : nullptr;
  json["f1"] = quality ? nlohmann::ordered_json(quality->f1) : nullptr;
  json["true_pairs"] = quality ? nlohmann::ordered_json(quality->true_pair_count) : nullptr;
  json["clerical"] = clerical ? estimate_json(*clerical) : nullptr;
  json["decoys"] = decoys.empty() ? nlohmann::ordered_json(nullptr) : estimate_json(decoys);
  json["converged"] = converged;
  json["seconds"] = seconds;
  json["peak_bytes"] = peak_bytes;
  json["notes"] = notes;
  json["files"] = files;
  if (explanation) json["explanation"] = explanation_json(*explanation);
  return json.dump(2);
}

std::string LinkReport::to_text() const {
  const auto percent = [](double share) {
    char text[16];
    std::snprintf(text, sizeof text, "%.2f %%", share * 100.0);
    return std::string(text);
  };
  std::string text;
  text += "  records        " + with_thousands(static_cast<long long>(left_row_count)) +
          (right_row_count > 0 ? " and " + with_thousands(static_cast<long long>(right_row_count)) : "") + "\n";
  text += "  pairs compared " + with_thousands(static_cast<long long>(candidate_pair_count)) + "\n";
  text += "  pairs linked   " + with_thousands(static_cast<long long>(pair_count)) + "\n";
  text += "  people         " + with_thousands(static_cast<long long>(cluster_count)) + "\n";
  text += "  threshold      " + percent(threshold) + " probability, chosen without the truth\n";
  if (quality) {
    text += "  precision      " + percent(quality->precision) + "\n  recall         " + percent(quality->recall) +
            "\n  F1             " + percent(quality->f1) + "\n";
  }
  const auto interval = [&](const char* name, const ShareEstimate& share, const char* how) {
    text += name + percent(share.value) + " (" + percent(share.low) + " to " + percent(share.high) + "), " + how + "\n";
  };
  if (clerical) {
    interval("  precision      ", clerical->estimates[0].precision, "by people's decisions");
    interval("  recall         ", clerical->estimates[0].recall, "of the pairs that were compared, by people's decisions");
  }
  if (!decoys.empty()) interval("  false links    ", decoys[0].false_link_share, "by decoys");
  if (!converged) text += "  caution        the estimation stopped before it converged; see the report\n";
  for (const auto& note : notes) text += "  note           " + note + "\n";
  if (explanation) text += explanation_text(*explanation);
  return text;
}

}  // namespace kinfold::linkage
