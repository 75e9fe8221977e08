#include "linkage/output_internal.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numeric>
#include <tuple>

#include "base/parallel.h"
#include "linkage/compare_internal.h"
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

// The name of each pair's level of one comparison.
Making levels_of_pairs(const LinkResult& result, std::size_t comparison) {
  const auto& own = result.model.comparisons[comparison];
  return {table::Column("level_" + own.name, ColumnType::kString),
          [&result, &own, comparison](table::Column& column) {
            std::vector<const std::string*> names;  // By pattern; null where a value is missing.
            for (const auto& pattern : result.patterns)
              names.push_back(pattern[comparison] == kMissingLevel ? nullptr
                                                                   : &own.levels[pattern[comparison]].when);
            std::size_t byte_count = 0;
            for (const auto& pair : result.pairs)
              if (const auto* name = names[pair.pattern]; name != nullptr) byte_count += name->size();
            column.reserve(result.pairs.size(), byte_count);
            for (const auto& pair : result.pairs) {
              if (const auto* name = names[pair.pattern]; name != nullptr)
                column.append_string(*name);
              else
                column.append_null();
            }
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
  for (std::size_t n = 0; n < result.model.comparisons.size(); ++n)
    making.push_back(levels_of_pairs(result, n));
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
                      column.append_repeated("left", result.left_cluster.size());
                      column.append_repeated("right", result.right_cluster.size());
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

namespace {

// A file of the folder, and how it is written; in the order of the manifest.
struct Output {
  std::string name;
  std::function<Status(const std::string& path)> write;
};

Status take_hash(const std::string& path, std::string& hash) {
  auto taken = sha256_of_file(path);
  if (!taken.ok()) return taken.error();
  hash = std::move(taken).value();
  return {};
}

// What takes longest first, so that no thread is left alone with it: Parquet, then CSV.
std::vector<std::size_t> longest_first(const std::vector<Output>& outputs) {
  const auto rank = [&](std::size_t n) {
    const auto& name = outputs[n].name;
    return name.ends_with(".parquet") ? 0 : name.ends_with(".csv") ? 1 : 2;
  };
  std::vector<std::size_t> order(outputs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return rank(a) < rank(b); });
  return order;
}

// Files know nothing of one another: each is written and hashed by a thread of its own, inputs are hashed
// beside them. The first of the errors in the manifest's order, where there is one.
Status write_and_hash(const std::string& dir, const std::vector<Output>& outputs, std::size_t thread_count,
                      std::vector<ManifestInput>& inputs, std::vector<ManifestOutput>& written) {
  const auto order = longest_first(outputs);
  written.resize(outputs.size());
  std::vector<Status> done(outputs.size() + inputs.size());
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  parallel_chunks(done.size(), 1, thread_count, [&](std::size_t, std::size_t, std::size_t) {
    const std::size_t n = next++;
    if (failed) return;
    const std::size_t which = n < order.size() ? order[n] : n;
    if (n < order.size()) {
      const std::string path = (std::filesystem::path(dir) / outputs[which].name).string();
      written[which].name = outputs[which].name;
      done[which] = outputs[which].write(path);
      if (done[which].ok()) done[which] = take_hash(path, written[which].sha256);
    } else {
      done[which] = take_hash(inputs[n - order.size()].path, inputs[n - order.size()].sha256);
    }
    if (!done[which].ok()) failed = true;
  });
  for (auto& status : done)
    if (!status.ok()) return status;
  return {};
}

}  // namespace

Result<std::vector<std::string>> write_outputs(const LinkCommand& command, const ReportInput& input,
                                               const std::string& rejects) {
  const auto& [result, report, left, right] = std::tie(input.result, input.report, input.left, input.right);
  const std::size_t threads = command.thread_count == 0 ? default_thread_count() : command.thread_count;
  if (auto status = make_out_dir(command.out_dir); !status.ok()) return status.error();
  // An earlier run's rejects would be taken for this one's.
  std::error_code ignored;
  std::filesystem::remove(std::filesystem::path(command.out_dir) / "rejects.csv", ignored);
  const auto pairs = pairs_table(left, right == nullptr ? left : *right, result, result.model, threads);
  const auto clusters = clusters_table(left, right, result, result.model, threads);
  std::vector<Output> outputs;
  for (const auto& [name, rows] : {std::pair{"pairs", &pairs}, std::pair{"clusters", &clusters}}) {
    if (command.write_csv)
      outputs.push_back({name + std::string(".csv"),
                         [rows = rows](const std::string& path) { return table::write_csv(*rows, path); }});
    if (command.write_parquet)
      outputs.push_back({name + std::string(".parquet"), [rows = rows](const std::string& path) {
                           return table::write_parquet(*rows, path);
                         }});
  }
  outputs.push_back({"model.toml", [&, &model = result.model](const std::string& path) {
                       return write_text(path, model_text(model, command.out_dir));
                     }});
  outputs.push_back(
      {"report.html", [&](const std::string& path) { return write_text(path, render_report(input)); }});
  if (!rejects.empty())
    outputs.push_back({"rejects.csv", [&](const std::string& path) { return write_text(path, rejects); }});
  auto inputs = inputs_of(command, result.model);
  std::vector<ManifestOutput> written;
  if (auto status = write_and_hash(command.out_dir, outputs, threads, inputs, written); !status.ok())
    return status.error();
  // Last: a folder with a manifest is whole.
  const std::string manifest = (std::filesystem::path(command.out_dir) / "manifest.json").string();
  if (auto status = write_text(manifest, manifest_json(command, result, report, inputs, written));
      !status.ok())
    return status.error();
  std::vector<std::string> files;
  for (const auto& output : written) files.push_back(output.name);
  files.emplace_back("manifest.json");
  return files;
}

}  // namespace kinfold::linkage
