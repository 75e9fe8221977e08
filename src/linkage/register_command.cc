#include "linkage/register_command.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/text.h"
#include "linkage/manifest_internal.h"
#include "linkage/output_internal.h"
#include "linkage/records_internal.h"
#include "linkage/register.h"
#include "linkage/run_internal.h"
#include "table/io.h"

namespace kinfold::linkage {
namespace {

using table::ColumnType;

constexpr std::size_t kRowsPerPartMin = 500'000;
constexpr std::size_t kRowsPerPartMax = 2'000'000;
constexpr const char* kCandidatesFile = "candidates.parquet";

std::string path_in(const std::string& folder, const char* name) {
  return (std::filesystem::path(folder) / name).string();
}

// The id of each row as the file has it, or the row's number (1 is the first) where it has none.
std::string id_text(const table::Column* id, std::size_t row, std::uint64_t first_row) {
  return id == nullptr ? std::to_string(first_row + row + 1) : id->text_at(row);
}

// The people's rows by id.
Result<std::unordered_map<std::string, std::uint32_t>> rows_by_id(const table::Table& people,
                                                                  const Model& model) {
  const auto* id = find_id(people, model);
  std::unordered_map<std::string, std::uint32_t> rows;
  rows.reserve(people.row_count());
  for (std::uint32_t row = 0; row < people.row_count(); ++row) {
    const auto [held, fresh] = rows.emplace(id_text(id, row, 0), row);
    if (!fresh) {
      return invalid("column " + id->name() + " of the left file has the same id in rows " +
                     std::to_string(held->second + 1) + " and " + std::to_string(row + 1) +
                     "; give every record an id of its own, or name another column as id_column");
    }
  }
  return rows;
}

// What was found so far, and what the register calls the records in it.
struct Found {
  std::vector<RegisterMatcher::Candidate> candidates;
  std::uint64_t register_row_count = 0;
  std::unordered_map<std::uint32_t, std::string> register_id;  // By row of the register.
};

Result<Found> read_earlier(const RegisterCommand& command,
                           const std::unordered_map<std::string, std::uint32_t>& row_of) {
  const auto read = table::read_file(path_in(command.earlier_dir, kCandidatesFile), {});
  if (!read.ok()) return Error{read.error().code, "the folder to continue from: " + read.error().message};
  Found found;
  std::vector<const table::Column*> columns;
  for (const auto& [name, type] : {std::pair{"left_id", ColumnType::kString},
                                   {"right_id", ColumnType::kString},
                                   {"right_row", ColumnType::kInt64},
                                   {"weight_bits", ColumnType::kDouble},
                                   {"log_odds_bits", ColumnType::kDouble}}) {
    const auto column = read.value().require(name, type);
    if (!column.ok())
      return Error{column.error().code, "the folder to continue from: " + column.error().message};
    columns.push_back(column.value());
  }
  // The last row stands for the register itself: how many rows have passed by.
  for (std::size_t row = 0; row < read.value().row_count(); ++row) {
    const auto right_row = columns[2]->int_at(row);
    if (right_row < 0 || right_row > RegisterMatch::kNoRow)
      return invalid(
          "the folder to continue from names a row that no register has; run the whole register again");
    if (columns[0]->is_null(row)) {
      found.register_row_count = static_cast<std::uint64_t>(right_row);
      continue;
    }
    const auto person = row_of.find(std::string(columns[0]->string_at(row)));
    if (person == row_of.end()) {
      return invalid(
          "the folder to continue from is of other people: the left file lacks an id that was there; give "
          "the same file, or leave --continue out");
    }
    const auto register_row = static_cast<std::uint32_t>(right_row);
    found.candidates.push_back(
        {person->second, register_row, columns[3]->double_at(row), columns[4]->double_at(row)});
    found.register_id.emplace(register_row, columns[1]->string_at(row));
  }
  return found;
}

table::Table candidates_table(const Found& found, const table::Table& people, const Model& model) {
  table::Table table;
  for (const char* name : {"left_id", "right_id"}) table.add(name, ColumnType::kString);
  table.add("right_row", ColumnType::kInt64);
  for (const char* name : {"weight_bits", "log_odds_bits"}) table.add(name, ColumnType::kDouble);
  auto& columns = table.columns();
  const auto* id = find_id(people, model);
  for (const auto& one : found.candidates) {
    columns[0].append_string(id_text(id, one.person_row, 0));
    columns[1].append_string(found.register_id.at(one.register_row));
    columns[2].append_int(one.register_row);
    columns[3].append_double(one.weight_bits);
    columns[4].append_double(one.log_odds_bits);
  }
  columns[0].append_null();
  columns[1].append_null();
  columns[2].append_int(static_cast<std::int64_t>(found.register_row_count));
  columns[3].append_null();
  columns[4].append_null();
  return table;
}

table::Table matches_table(const RegisterMatches& matches, const Found& found, const table::Table& people) {
  table::Table table;
  for (const char* name : {"left_id", "right_id"}) table.add(name, ColumnType::kString);
  for (const char* name : {"weight_bits", "probability"}) table.add(name, ColumnType::kDouble);
  table.add("grade", ColumnType::kString);
  auto& columns = table.columns();
  const auto* id = find_id(people, matches.model);
  for (std::size_t row = 0; row < matches.matches.size(); ++row) {
    const auto& match = matches.matches[row];
    columns[0].append_string(id_text(id, row, 0));
    columns[4].append_string(grade_name(match.grade));
    if (match.register_row == RegisterMatch::kNoRow) {
      for (const std::size_t n : {1U, 2U, 3U}) columns[n].append_null();
      continue;
    }
    columns[1].append_string(found.register_id.at(match.register_row));
    columns[2].append_double(match.weight_bits);
    columns[3].append_double(match.probability);
  }
  return table;
}

Result<std::string> manifest(const RegisterCommand& command, const Model& model,
                             const RegisterReport& report) {
  nlohmann::ordered_json json;
  json["kinfold"] = KINFOLD_VERSION;
  json["command"] = "link --register";
  for (const auto& [role, path] : {std::pair{"left", command.people_path},
                                   {"register", command.register_path},
                                   {"model", command.model_path}}) {
    if (path.empty()) continue;
    auto hash = sha256_of_file(path);
    if (!hash.ok()) return hash.error();
    json["inputs"][role] = {{"file", std::filesystem::path(path).filename().string()},
                            {"sha256", hash.value()}};
  }
  json["continues"] = !command.earlier_dir.empty();
  json["seed"] = model.settings.seed;
  json["threshold"] = command.threshold.value_or(kWeakProbabilityMin);
  json["rows_per_part"] = command.rows_per_part;
  json["result"] = {{"matches", report.match_count},
                    {"register_rows", report.register_row_count},
                    {"candidate_pairs", report.candidate_pair_count}};
  return json.dump(2) + "\n";
}

Status write_files(const RegisterCommand& command, const table::Table& people, const RegisterMatches& matches,
                   const Found& found, RegisterReport& report) {
  std::error_code error;
  std::filesystem::create_directories(command.out_dir, error);
  if (error)
    return io_error("the output folder cannot be made; name one below a folder that you may write to");
  const auto text = manifest(command, matches.model, report);
  if (!text.ok()) return text.error();
  const auto table = matches_table(matches, found, people);
  const auto write = [&](const char* name, auto&& writer) -> Status {
    report.files.emplace_back(name);
    return writer(path_in(command.out_dir, name));
  };
  if (command.write_csv) {
    if (auto s = write("matches.csv", [&](const std::string& path) { return table::write_csv(table, path); });
        !s.ok())
      return s;
  }
  if (command.write_parquet) {
    if (auto s = write("matches.parquet",
                       [&](const std::string& path) { return table::write_parquet(table, path); });
        !s.ok())
      return s;
  }
  const auto candidates = candidates_table(found, people, matches.model);
  if (auto s = write(kCandidatesFile,
                     [&](const std::string& path) { return table::write_parquet(candidates, path); });
      !s.ok())
    return s;
  if (auto s = write("model.toml",
                     [&](const std::string& path) {
                       return write_text(path, model_text(matches.model, command.out_dir));
                     });
      !s.ok())
    return s;
  return write("manifest.json", [&](const std::string& path) { return write_text(path, text.value()); });
}

// Part after part; the register's ids are kept of the rows that are in a pair only.
Status pass_by(const RegisterCommand& command, std::size_t rows_per_part, RegisterMatcher& matcher,
               const Model& model, Found& found, RegisterReport& report) {
  table::ReadOptions read;
  read.all_strings = true;
  read.thread_count = command.thread_count;
  auto batches = table::open_batches(command.register_path, read, rows_per_part);
  if (!batches.ok()) return Error{batches.error().code, "the register: " + batches.error().message};
  std::size_t known = found.candidates.size();
  for (;;) {
    const auto part = batches.value()->next();
    if (!part.ok()) return Error{part.error().code, "the register: " + part.error().message};
    if (part.value().row_count() == 0) break;
    const std::uint64_t first_row = matcher.register_row_count();
    if (auto status = matcher.add(part.value()); !status.ok()) return status;
    const auto* id = find_id(part.value(), model);
    found.candidates = matcher.candidates();
    for (; known < found.candidates.size(); ++known) {
      const auto row = found.candidates[known].register_row;
      found.register_id.try_emplace(row, id_text(id, row - first_row, first_row));
    }
    ++report.part_count;
  }
  found.register_row_count = matcher.register_row_count();
  if (report.part_count == 0) return invalid("the register has no rows; nobody can be looked up in it");
  return {};
}

Result<Model> model_of(const RegisterCommand& command) {
  if (!command.model_path.empty()) return read_model(command.model_path);
  if (!command.earlier_dir.empty()) return read_model(path_in(command.earlier_dir, "model.toml"));
  return people_model();
}

}  // namespace

Result<RegisterReport> run_register(const RegisterCommand& command) {
  const auto start = std::chrono::steady_clock::now();
  const auto model = model_of(command);
  if (!model.ok()) return model.error();
  table::ReadOptions read;
  read.all_strings = true;
  read.thread_count = command.thread_count;
  auto people = [&] {
    const StageScope stage(command.progress, "read");
    return table::read_file(command.people_path, read);
  }();
  if (!people.ok()) return Error{people.error().code, "the left file: " + people.error().message};
  if (people.value().row_count() == 0)
    return invalid("the left file has no rows; there is nobody to look up");
  Found found;
  if (auto rows = rows_by_id(people.value(), model.value()); !rows.ok()) {
    return rows.error();
  } else if (!command.earlier_dir.empty()) {
    auto earlier = read_earlier(command, rows.value());
    if (!earlier.ok()) return earlier.error();
    found = std::move(earlier).value();
  }
  LinkOptions options;
  options.thread_count = command.thread_count;
  options.threshold = command.threshold;
  options.progress = command.progress;
  RegisterMatcher matcher(people.value(), model.value(), options);
  matcher.resume(found.register_row_count, found.candidates);
  RegisterReport report;
  const std::size_t rows_per_part =
      command.rows_per_part > 0 ? command.rows_per_part
                                : std::clamp(people.value().row_count(), kRowsPerPartMin, kRowsPerPartMax);
  if (auto status = pass_by(command, rows_per_part, matcher, model.value(), found, report); !status.ok())
    return status.error();
  const auto matches = matcher.matches();
  report.people_row_count = people.value().row_count();
  report.register_row_count = found.register_row_count;
  report.candidate_pair_count = matches.candidate_pair_count;
  report.match_count = static_cast<std::uint64_t>(
      std::count_if(matches.matches.begin(), matches.matches.end(),
                    [](const RegisterMatch& match) { return match.register_row != RegisterMatch::kNoRow; }));
  report.notes = matches.notes;
  const StageScope stage(command.progress, "write");
  if (auto status = write_files(command, people.value(), matches, found, report); !status.ok())
    return status.error();
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  report.peak_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
  return report;
}

std::string RegisterReport::to_json() const {
  const nlohmann::ordered_json json = {{"left_rows", people_row_count},
                                       {"register_rows", register_row_count},
                                       {"parts", part_count},
                                       {"candidate_pairs", candidate_pair_count},
                                       {"pairs", match_count},
                                       {"seconds", seconds},
                                       {"peak_bytes", peak_bytes},
                                       {"notes", notes},
                                       {"files", files}};
  return json.dump(2);
}

std::string RegisterReport::to_text() const {
  const auto count = [](std::uint64_t n) { return with_thousands(static_cast<long long>(n)); };
  std::string text = "  people         " + count(people_row_count) + "\n  register       " +
                     count(register_row_count) + " in " + count(part_count) +
                     (part_count == 1 ? " part" : " parts") + "\n  pairs compared " +
                     count(candidate_pair_count) + "\n  matched        " + count(match_count) + "\n";
  for (const auto& note : notes) text += "  note           " + note + "\n";
  return text;
}

}  // namespace kinfold::linkage
