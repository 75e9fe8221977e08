#include "linkage/output_internal.h"

#include <sodium.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <tuple>

#include "linkage/records_internal.h"
#include "linkage/shown_internal.h"
#include "table/io.h"

namespace kinfold::linkage {

using table::ColumnType;

table::Table pairs_table(const table::Table& left, const table::Table& right, const LinkResult& result, const Model& model) {
  const auto* left_id = find_id(left, model);
  const auto* right_id = find_id(right, model);
  table::Column left_column("left_id", ColumnType::kString);
  table::Column right_column("right_id", ColumnType::kString);
  table::Column weight("weight_bits", ColumnType::kDouble);
  table::Column probability("probability", ColumnType::kDouble);
  table::Column linked("linked", ColumnType::kBool);
  std::vector<table::Column> levels;
  for (const auto& comparison : result.model.comparisons) levels.emplace_back("level_" + comparison.name, ColumnType::kString);
  for (const auto& pair : result.pairs) {
    left_column.append_string(id_text(left_id, pair.left));
    right_column.append_string(id_text(right_id, pair.right));
    weight.append_double(pair.weight_bits);
    probability.append_double(pair.probability);
    linked.append_bool(pair.linked);
    for (std::size_t n = 0; n < levels.size(); ++n) {
      const auto level = result.patterns[pair.pattern][n];
      if (level == 255) levels[n].append_null();
      else levels[n].append_string(result.model.comparisons[n].levels[level].when);
    }
  }
  std::vector<table::Column> columns;
  for (auto* column : {&left_column, &right_column, &weight, &probability, &linked}) columns.push_back(std::move(*column));
  for (auto& column : levels) columns.push_back(std::move(column));
  return table::Table(std::move(columns));
}

table::Table clusters_table(const table::Table& left, const table::Table* right, const LinkResult& result, const Model& model) {
  table::Column cluster("cluster", ColumnType::kInt64);
  table::Column source("source", ColumnType::kString);
  table::Column id("id", ColumnType::kString);
  const auto add = [&](const table::Table& table, const std::vector<std::uint32_t>& numbers, std::string_view name) {
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

namespace {

Status write_text(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return io_error("a file in the output folder could not be written; check space and permissions");
  return {};
}

Result<std::string> hash_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return io_error("an input could not be read again for its hash");
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  std::vector<char> buffer(1 << 20);
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || file.gcount() > 0) {
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(buffer.data()), static_cast<unsigned long long>(file.gcount()));
  }
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256_final(&state, digest);
  char hex[2 * crypto_hash_sha256_BYTES + 1];
  sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
  return std::string(hex);
}

Result<std::string> manifest_json(const LinkCommand& command, const LinkResult& result, const LinkReport& report) {
  nlohmann::ordered_json json;
  json["kinfold"] = KINFOLD_VERSION;
  json["command"] = "link";
  for (const auto* path : {&command.left_path, &command.right_path, &command.model_path}) {
    if (path->empty()) continue;
    auto hash = hash_file(*path);
    if (!hash.ok()) return hash.error();
    const char* role = path == &command.left_path ? "left" : path == &command.right_path ? "right" : "model";
    json["inputs"][role] = {{"file", std::filesystem::path(*path).filename().string()}, {"sha256", hash.value()}};
  }
  json["model"] = {{"name", result.model.name}, {"fitted", "model.toml"}, {"starting", command.model_path.empty() ? "built in" : "given"}};
  json["seed"] = result.model.settings.seed;
  json["pairing"] = {{"asked", pairing_name(command.pairing)}, {"used", pairing_name(result.pairing)}};
  json["threshold"] = {{"given", command.threshold.has_value()}, {"probability", report.threshold}};
  json["truth"] = {{"column", command.truth_column}, {"pattern", command.truth_pattern}, {"used_for", "measuring only"}};
  json["result"] = {{"pairs", report.pair_count}, {"clusters", report.cluster_count}, {"candidate_pairs", report.candidate_pair_count}};
  return json.dump(2) + "\n";
}

}  // namespace

Result<std::vector<std::string>> write_outputs(const LinkCommand& command, const ReportInput& input) {
  const auto& [result, report, left, right] = std::tie(input.result, input.report, input.left, input.right);
  std::error_code error;
  std::filesystem::create_directories(command.out_dir, error);
  if (error) return io_error("the output folder cannot be made; name one below a folder that you may write to");
  const auto at = [&](const char* name) { return (std::filesystem::path(command.out_dir) / name).string(); };
  const auto manifest = manifest_json(command, result, report);
  if (!manifest.ok()) return manifest.error();
  std::vector<std::string> files;
  const auto write = [&](const char* name, auto&& writer) -> Status {
    files.emplace_back(name);
    return writer(at(name));
  };
  const auto tables = [&](const char* csv, const char* parquet, const table::Table& table) -> Status {
    if (command.write_csv) {
      if (auto status = write(csv, [&](const std::string& path) { return table::write_csv(table, path); }); !status.ok()) return status;
    }
    return command.write_parquet ? write(parquet, [&](const std::string& path) { return table::write_parquet(table, path); }) : Status{};
  };
  if (auto status = tables("pairs.csv", "pairs.parquet", pairs_table(left, right == nullptr ? left : *right, result, result.model)); !status.ok()) return status.error();
  if (auto status = tables("clusters.csv", "clusters.parquet", clusters_table(left, right, result, result.model)); !status.ok()) return status.error();
  for (const auto& [name, text] : {std::pair{"model.toml", model_to_toml(result.model)}, std::pair{"report.html", render_report(input)},
                                   std::pair{"manifest.json", manifest.value()}}) {
    const std::string& own = text;
    if (auto status = write(name, [&](const std::string& path) { return write_text(path, own); }); !status.ok()) return status.error();
  }
  return files;
}

}  // namespace kinfold::linkage
