#include "linkage/output_internal.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <tuple>

#include "base/parallel.h"
#include "linkage/input_internal.h"
#include "linkage/manifest_internal.h"
#include "linkage/records_internal.h"
#include "linkage/shown_internal.h"
#include "table/io.h"

namespace kinfold::linkage {

using table::ColumnType;

namespace {

using Fill = std::function<void(table::Column&)>;
struct Making {
  table::Column column;
  Fill fill;
};

// Columns know nothing of one another.
table::Table table_of(std::vector<Making>& making, std::size_t thread_count) {
  parallel_chunks(making.size(), 1, thread_count == 0 ? default_thread_count() : thread_count,
                  [&](std::size_t, std::size_t n, std::size_t) { making[n].fill(making[n].column); });
  std::vector<table::Column> columns;
  for (auto& one : making) columns.push_back(std::move(one.column));
  return table::Table(std::move(columns));
}

void append_id(table::Column& column, const table::Column* id, std::size_t row) {
  if (id != nullptr && id->type() == ColumnType::kString && !id->is_null(row))
    column.append_string(id->string_at(row));
  else
    column.append_string(id_text(id, row));
}

// One column with a value for each pair; `append(column, pair)` puts it there.
template <typename Append>
Making of_pairs(std::string name, ColumnType type, const std::vector<ScoredPair>& pairs, Append append) {
  return {table::Column(std::move(name), type), [&pairs, append = std::move(append)](table::Column& column) {
            column.reserve(pairs.size());
            for (const auto& pair : pairs) append(column, pair);
          }};
}

Making ids_of_clusters(const table::Table& left, const table::Table* right, const LinkResult& result,
                       const Model& model) {
  const auto* own = find_id(left, model);
  // The ids of one file are there already.
  if (right == nullptr && own != nullptr && own->type() == ColumnType::kString && own->null_count() == 0) {
    table::Column column = *own;
    column.rename("id");
    return {std::move(column), [](table::Column&) {}};
  }
  const auto* other = right == nullptr ? nullptr : find_id(*right, model);
  return {table::Column("id", ColumnType::kString), [&result, own, other](table::Column& column) {
            column.reserve(result.left_cluster.size() + result.right_cluster.size());
            for (std::size_t row = 0; row < result.left_cluster.size(); ++row) append_id(column, own, row);
            for (std::size_t row = 0; row < result.right_cluster.size(); ++row) append_id(column, other, row);
          }};
}

}  // namespace

table::Table pairs_table(const table::Table& left, const table::Table& right, const LinkResult& result,
                         const Model& model, std::size_t thread_count) {
  const auto* left_id = find_id(left, model);
  const auto* right_id = find_id(right, model);
  const auto& pairs = result.pairs;
  std::vector<Making> making;
  making.push_back(of_pairs("left_id", ColumnType::kString, pairs,
                            [=](auto& column, const auto& pair) { append_id(column, left_id, pair.left); }));
  making.push_back(of_pairs("right_id", ColumnType::kString, pairs, [=](auto& column, const auto& pair) {
    append_id(column, right_id, pair.right);
  }));
  making.push_back(of_pairs("weight_bits", ColumnType::kDouble, pairs,
                            [](auto& column, const auto& pair) { column.append_double(pair.weight_bits); }));
  making.push_back(of_pairs("probability", ColumnType::kDouble, pairs,
                            [](auto& column, const auto& pair) { column.append_double(pair.probability); }));
  making.push_back(of_pairs("linked", ColumnType::kBool, pairs,
                            [](auto& column, const auto& pair) { column.append_bool(pair.linked); }));
  making.push_back(of_pairs("stage", ColumnType::kString, pairs, [&result](auto& column, const auto& pair) {
    if (pair.stage < result.stages.size())
      column.append_string(result.stages[pair.stage].name);
    else
      column.append_null();
  }));
  for (std::size_t n = 0; n < result.model.comparisons.size(); ++n) {
    const auto& comparison = result.model.comparisons[n];
    making.push_back(of_pairs("level_" + comparison.name, ColumnType::kString, pairs,
                              [&result, &comparison, n](auto& column, const auto& pair) {
                                const auto level = result.patterns[pair.pattern][n];
                                if (level == 255)
                                  column.append_null();
                                else
                                  column.append_string(comparison.levels[level].when);
                              }));
  }
  return table_of(making, thread_count);
}

table::Table clusters_table(const table::Table& left, const table::Table* right, const LinkResult& result,
                            const Model& model, std::size_t thread_count) {
  std::vector<Making> making;
  making.push_back({table::Column("cluster", ColumnType::kInt64), [&result](table::Column& column) {
                      column.reserve(result.left_cluster.size() + result.right_cluster.size());
                      for (const auto* numbers : {&result.left_cluster, &result.right_cluster})
                        for (const auto number : *numbers) column.append_int(number);
                    }});
  making.push_back({table::Column("source", ColumnType::kString), [&result](table::Column& column) {
                      column.reserve(result.left_cluster.size() + result.right_cluster.size());
                      for (std::size_t n = 0; n < result.left_cluster.size(); ++n)
                        column.append_string("left");
                      for (std::size_t n = 0; n < result.right_cluster.size(); ++n)
                        column.append_string("right");
                    }});
  making.push_back(ids_of_clusters(left, right, result, model));
  return table_of(making, thread_count);
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
        pairs_table(left, right == nullptr ? left : *right, result, result.model, command.thread_count));
  table("clusters.csv", "clusters.parquet",
        clusters_table(left, right, result, result.model, command.thread_count));
  text("model.toml", model_text(result.model, command.out_dir));
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
