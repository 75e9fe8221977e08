#include "linkage/output_internal.h"

#include <filesystem>
#include <fstream>
#include <tuple>

#include "linkage/input_internal.h"
#include "linkage/manifest_internal.h"
#include "linkage/records_internal.h"
#include "linkage/shown_internal.h"
#include "table/io.h"

namespace kinfold::linkage {

using table::ColumnType;

table::Table pairs_table(const table::Table& left, const table::Table& right, const LinkResult& result,
                         const Model& model) {
  const auto* left_id = find_id(left, model);
  const auto* right_id = find_id(right, model);
  table::Column left_column("left_id", ColumnType::kString);
  table::Column right_column("right_id", ColumnType::kString);
  table::Column weight("weight_bits", ColumnType::kDouble);
  table::Column probability("probability", ColumnType::kDouble);
  table::Column linked("linked", ColumnType::kBool);
  table::Column stage("stage", ColumnType::kString);
  std::vector<table::Column> levels;
  for (const auto& comparison : result.model.comparisons)
    levels.emplace_back("level_" + comparison.name, ColumnType::kString);
  for (const auto& pair : result.pairs) {
    left_column.append_string(id_text(left_id, pair.left));
    right_column.append_string(id_text(right_id, pair.right));
    weight.append_double(pair.weight_bits);
    probability.append_double(pair.probability);
    linked.append_bool(pair.linked);
    if (pair.stage < result.stages.size()) stage.append_string(result.stages[pair.stage].name);
    else stage.append_null();
    for (std::size_t n = 0; n < levels.size(); ++n) {
      const auto level = result.patterns[pair.pattern][n];
      if (level == 255)
        levels[n].append_null();
      else
        levels[n].append_string(result.model.comparisons[n].levels[level].when);
    }
  }
  std::vector<table::Column> columns;
  for (auto* column : {&left_column, &right_column, &weight, &probability, &linked, &stage})
    columns.push_back(std::move(*column));
  for (auto& column : levels) columns.push_back(std::move(column));
  return table::Table(std::move(columns));
}

table::Table clusters_table(const table::Table& left, const table::Table* right, const LinkResult& result,
                            const Model& model) {
  table::Column cluster("cluster", ColumnType::kInt64);
  table::Column source("source", ColumnType::kString);
  table::Column id("id", ColumnType::kString);
  const auto add = [&](const table::Table& table, const std::vector<std::uint32_t>& numbers,
                       std::string_view name) {
    const auto* own = find_id(table, model);
    for (std::size_t row = 0; row < numbers.size(); ++row) {
      cluster.append_int(numbers[row]);
      source.append_string(name);
      id.append_string(id_text(own, row));
    }
  };
  add(left, result.left_cluster, "left");
  if (right != nullptr) add(*right, result.right_cluster, "right");
  std::vector<table::Column> columns;
  for (auto* column : {&cluster, &source, &id}) columns.push_back(std::move(*column));
  return table::Table(std::move(columns));
}

Status write_text(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return io_error("a file in the output folder could not be written; check space and permissions");
  return {};
}

Result<std::vector<std::string>> write_outputs(const LinkCommand& command, const ReportInput& input,
                                               const std::string& rejects) {
  const auto& [result, report, left, right] = std::tie(input.result, input.report, input.left, input.right);
  std::vector<ManifestOutput> outputs;
  Status status = make_out_dir(command.out_dir);
  const auto write = [&](const char* name, const auto& writer) {
    if (!status.ok()) return;
    const std::string path = (std::filesystem::path(command.out_dir) / name).string();
    status = writer(path);
    if (!status.ok()) return;
    auto hash = sha256_of_file(path);
    if (hash.ok())
      outputs.push_back({name, hash.value()});
    else
      status = hash.error();
  };
  const auto table = [&](const char* csv, const char* parquet, const table::Table& rows) {
    if (command.write_csv) write(csv, [&](const std::string& path) { return table::write_csv(rows, path); });
    if (command.write_parquet)
      write(parquet, [&](const std::string& path) { return table::write_parquet(rows, path); });
  };
  const auto text = [&](const char* name, const std::string& own) {
    write(name, [&](const std::string& path) { return write_text(path, own); });
  };
  // An earlier run's rejects would be taken for this one's.
  std::error_code ignored;
  std::filesystem::remove(std::filesystem::path(command.out_dir) / "rejects.csv", ignored);
  table("pairs.csv", "pairs.parquet",
        pairs_table(left, right == nullptr ? left : *right, result, result.model));
  table("clusters.csv", "clusters.parquet", clusters_table(left, right, result, result.model));
  text("model.toml", model_to_toml(result.model));
  text("report.html", render_report(input));
  if (!rejects.empty()) text("rejects.csv", rejects);
  if (!status.ok()) return status.error();
  const auto manifest = manifest_json(command, result, report, outputs);
  if (!manifest.ok()) return manifest.error();
  text("manifest.json", manifest.value());
  if (!status.ok()) return status.error();
  std::vector<std::string> files;
  for (const auto& output : outputs) files.push_back(output.name);
  return files;
}

}  // namespace kinfold::linkage
