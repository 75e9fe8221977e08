#include "linkage/run_folder_internal.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <unordered_map>

#include "linkage/command.h"
#include "linkage/manifest_internal.h"
#include "linkage/records_internal.h"
#include "linkage/shown_internal.h"
#include "table/io.h"

namespace kinfold::linkage {
namespace {

namespace fs = std::filesystem;

Result<table::Table> read_strings(const std::string& path) {
  table::ReadOptions options;
  options.all_strings = true;
  return table::read_file(path, options);
}

// Parquet first: a CSV disarms ids that a spreadsheet would run.
Result<table::Table> read_either(const std::string& dir, const std::string& name) {
  for (const char* kind : {".parquet", ".csv"}) {
    const auto path = fs::path(dir) / (name + kind);
    std::error_code error;
    if (fs::exists(path, error)) return read_strings(path.string());
  }
  return io_error("the run's folder has no " + name + " file; link again");
}

constexpr std::uint32_t kNoRow = 0xFFFFFFFF;
using RowOf = std::unordered_map<std::string, std::uint32_t>;

RowOf rows_by_id(const table::Table& table, const Model& model) {
  const auto* id = find_id(table, model);
  RowOf rows;
  for (std::size_t row = 0; row < table.row_count(); ++row)
    rows.emplace(id_text(id, row), static_cast<std::uint32_t>(row));
  return rows;
}

double number_at(const table::Column& column, std::size_t row) {
  return column.type() == table::ColumnType::kString ? std::strtod(column.text_at(row).c_str(), nullptr)
                                                     : column.number_at(row);
}

// As it was before a CSV disarmed it for spreadsheets; an id that truly begins so is found as it stands.
std::uint32_t row_of(const RowOf& rows, const std::string& id) {
  auto found = rows.find(id);
  if (found == rows.end() && id.starts_with("'")) found = rows.find(id.substr(1));
  return found == rows.end() ? kNoRow : found->second;
}

Status add_pairs(const table::Table& pairs, RunFolder& run) {
  const RowOf left = rows_by_id(run.left, run.result.model);
  const RowOf right = run.right ? rows_by_id(*run.right, run.result.model) : RowOf{};
  const table::Column* columns[5] = {};
  std::size_t n = 0;
  for (const char* name : {"left_id", "right_id", "weight_bits", "probability", "linked"}) {
    auto column = pairs.require(name);
    if (!column.ok()) return invalid("the run's pairs file: " + column.error().message);
    columns[n++] = column.value();
  }
  for (std::size_t row = 0; row < pairs.row_count(); ++row) {
    const auto one = row_of(left, columns[0]->text_at(row));
    const auto other = row_of(run.right ? right : left, columns[1]->text_at(row));
    if (one == kNoRow || other == kNoRow)
      return invalid("the run's pairs file names a record that the files do not have; link again");
    run.result.pairs.push_back({one, other, number_at(*columns[2], row), number_at(*columns[3], row), 0,
                                columns[4]->text_at(row) == "true"});
  }
  return {};
}

Status add_clusters(const table::Table& clusters, RunFolder& run) {
  const auto number = clusters.require("cluster");
  const auto source = clusters.require("source");
  if (!number.ok() || !source.ok())
    return invalid("the run's clusters file is not one that `kinfold link` wrote; link again");
  for (std::size_t row = 0; row < clusters.row_count(); ++row) {
    const auto cluster = static_cast<std::uint32_t>(number_at(*number.value(), row));
    (source.value()->text_at(row) == "left" ? run.result.left_cluster : run.result.right_cluster)
        .push_back(cluster);
    run.result.cluster_count = std::max<std::uint64_t>(run.result.cluster_count, cluster + std::uint64_t{1});
  }
  if (run.result.left_cluster.size() != run.left.row_count() ||
      run.result.right_cluster.size() != (run.right ? run.right->row_count() : 0)) {
    return invalid("the run's clusters file has not as many records as the files; link again");
  }
  return {};
}

}  // namespace

Result<RunFolder> read_run_folder(const std::string& run_dir) {
  auto manifest = read_manifest((fs::path(run_dir) / "manifest.json").string());
  if (!manifest.ok()) return manifest.error();
  for (const auto& input : manifest.value().inputs) {
    if (input.role != "left" && input.role != "right") continue;
    const auto hash = sha256_of_file(input.path);
    if (!hash.ok())
      return io_error("the " + input.role +
                      " file of the run is not where it was; put it back, or link again");
    if (hash.value() != input.sha256)
      return invalid("the " + input.role + " file of the run has changed since; link again");
  }
  RunFolder run;
  const LinkCommand& command = manifest.value().command;
  auto left = read_strings(command.left_path);
  if (!left.ok()) return left.error();
  run.left = std::move(left).value();
  if (!command.right_path.empty()) {
    auto right = read_strings(command.right_path);
    if (!right.ok()) return right.error();
    run.right = std::move(right).value();
  }
  auto model = read_model((fs::path(run_dir) / "model.toml").string());
  if (!model.ok()) return model.error();
  run.result.model = std::move(model).value();
  run.result.pairing = command.pairing;
  auto pairs = read_either(run_dir, "pairs");
  if (!pairs.ok()) return pairs.error();
  if (auto status = add_pairs(pairs.value(), run); !status.ok()) return status.error();
  auto clusters = read_either(run_dir, "clusters");
  if (!clusters.ok()) return clusters.error();
  if (auto status = add_clusters(clusters.value(), run); !status.ok()) return status.error();
  return run;
}

}  // namespace kinfold::linkage
