#include <algorithm>
#include <array>
#include <charconv>
#include <mutex>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/parallel.h"
#include "base/text.h"
#include "table/duckdb_internal.h"

namespace kinfold::table {
namespace {

/// The number right after `mark` in a DuckDB message, if it is there.
std::optional<std::uint64_t> number_after(std::string_view message, std::string_view mark) {
  const auto at = message.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  message.remove_prefix(at + mark.size());
  while (message.starts_with(' ')) message.remove_prefix(1);
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(message.data(), message.data() + message.size(), number);
  if (parsed.ec != std::errc{}) return std::nullopt;
  return number;
}

std::string csv_reason(std::string_view message) {
  const auto has = [&](std::string_view part) { return message.find(part) != std::string_view::npos; };
  const auto expected = number_after(message, "Expected Number of Columns:");
  const auto found = number_after(message, "Found:");
  if (expected && found) return fmt::format("{} fields where the header has {}", *found, *expected);
  if (has("unterminated quote") || has("Unterminated quote")) return "a quotation mark is not closed";
  if (has("not utf-8") || has("Invalid unicode") || has("not UTF-8")) return "bytes that are not UTF-8";
  if (has("Maximum line size")) return "a line is too long";
  if (has("Error when converting column")) return "a value does not fit the type of its column";
  return "the line cannot be split into fields";
}

ErrorCode code_of(duckdb_error_type type) {
  switch (type) {
    case DUCKDB_ERROR_IO:
    case DUCKDB_ERROR_OUT_OF_MEMORY: return ErrorCode::kIo;
    case DUCKDB_ERROR_INTERNAL:
    case DUCKDB_ERROR_FATAL: return ErrorCode::kInternal;
    default: return ErrorCode::kInvalid;
  }
}

/// Messages of these kinds are about the query's own words, not about values.
bool is_about_the_query(duckdb_error_type type) {
  return type == DUCKDB_ERROR_PARSER || type == DUCKDB_ERROR_SYNTAX || type == DUCKDB_ERROR_BINDER ||
         type == DUCKDB_ERROR_CATALOG || type == DUCKDB_ERROR_PERMISSION;
}

class Config {
 public:
  Config() { created_ = duckdb_create_config(&config_) == DuckDBSuccess; }
  Config(const Config&) = delete;
  Config& operator=(const Config&) = delete;
  ~Config() { duckdb_destroy_config(&config_); }
  bool set(const char* name, const std::string& value) {
    return created_ && duckdb_set_config(config_, name, value.c_str()) == DuckDBSuccess;
  }
  duckdb_config get() const { return config_; }

 private:
  duckdb_config config_ = nullptr;
  bool created_ = false;
};

}  // namespace

std::string quote_identifier(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string quote_literal(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + '\'';
}

Error scrubbed_error(duckdb_error_type type, std::string_view message) {
  if (message.find("CSV Error on Line") != std::string_view::npos) {
    const auto line = number_after(message, "CSV Error on Line:");
    return invalid(fmt::format("line {}: {}. Mend the line, or read the file with its bad lines set aside",
                               line.value_or(0), csv_reason(message)));
  }
  if (is_about_the_query(type)) {
    return {code_of(type), fmt::format("query: {}", message.substr(0, message.find('\n')))};
  }
  if (type == DUCKDB_ERROR_OUT_OF_MEMORY) {
    return io_error(
        "not enough memory, and nothing may be put on disk instead: use a machine with more memory");
  }
  for (const char* full : {"No space left on device", "Disk quota exceeded"}) {
    if (type == DUCKDB_ERROR_IO && message.find(full) != std::string_view::npos)
      return io_error("the file cannot be written: the disk is full; make room");
  }
  const auto kind = message.substr(0, std::min(message.find(':'), message.size()));
  const bool plain_kind = kind.size() < 40 && message.size() > kind.size();
  return {code_of(type), fmt::format("{} (what follows is left out because it may hold values)",
                                     plain_kind ? kind : "DuckDB reported an error")};
}

Result<std::unique_ptr<Session>> Session::open(std::size_t thread_count, const std::string& allowed_path,
                                               const ReadLimits& limits) {
  std::unique_ptr<Session> session(new Session);
  Config config;
  const std::size_t threads = thread_count == 0 ? default_thread_count() : thread_count;
  const std::array<std::pair<const char*, std::string>, 6> settings = {{
      {"threads", std::to_string(threads)},
      {"temp_directory", ""},
      {"max_temp_directory_size", "0KB"},
      {"autoinstall_known_extensions", "false"},
      {"autoload_known_extensions", "false"},
      {"allow_community_extensions", "false"},
  }};
  for (const auto& [name, value] : settings) {
    if (!config.set(name, value)) return internal_error(fmt::format("DuckDB refused its setting {}", name));
  }
  // A page of Parquet may say that it expands to 2 GiB, and there are as many pages as columns.
  constexpr std::uint64_t kOwnBytes = 256 << 20;
  if (!limits.none() &&
      !config.set("memory_limit", fmt::format("{}B", 2 * limits.byte_count_max + kOwnBytes))) {
    return internal_error("DuckDB refused its limit of memory");
  }
  // One after the other: what DuckDB sets up while it opens is partly shared by all that are open.
  static std::mutex opening;
  const std::lock_guard one_at_a_time(opening);
  char* message = nullptr;
  const auto state = duckdb_open_ext(nullptr, &session->database_, config.get(), &message);
  if (message != nullptr) duckdb_free(message);
  if (state != DuckDBSuccess || duckdb_connect(session->database_, &session->connection_) != DuckDBSuccess) {
    return io_error("DuckDB could not start in memory: is there enough memory?");
  }
  if (!allowed_path.empty()) {
    const auto allowed = session->run("SET allowed_paths = [" + quote_literal(allowed_path) + "]");
    if (!allowed.ok()) return allowed.error();
  }
  for (const auto* sql : {"SET enable_progress_bar = false", "SET errors_as_json = false",
                          "SET enable_external_access = false", "SET lock_configuration = true"}) {
    const auto set = session->run(sql);
    if (!set.ok()) return set.error();
  }
  return session;
}

Session::~Session() {
  duckdb_disconnect(&connection_);
  duckdb_close(&database_);
}

Status Session::run(const std::string& sql) {
  duckdb_result raw{};
  const auto state = duckdb_query(connection_, sql.c_str(), &raw);
  const QueryResult result(raw);
  if (state == DuckDBSuccess) return {};
  const char* message = duckdb_result_error(&raw);
  return scrubbed_error(duckdb_result_error_type(&raw), message == nullptr ? "" : message);
}

namespace {

class Statement {
 public:
  Statement(duckdb_connection connection, const std::string& sql) {
    prepared_ok_ = duckdb_prepare(connection, sql.c_str(), &statement_) == DuckDBSuccess;
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { duckdb_destroy_prepare(&statement_); }
  bool ok() const { return prepared_ok_; }
  duckdb_prepared_statement get() const { return statement_; }
  Error error() const {
    const char* message = duckdb_prepare_error(statement_);
    const std::string_view text = message == nullptr ? "" : message;
    // The C API gives no type here; the message starts with it.
    const auto type = text.starts_with("Binder Error")       ? DUCKDB_ERROR_BINDER
                      : text.starts_with("Parser Error")     ? DUCKDB_ERROR_PARSER
                      : text.starts_with("Catalog Error")    ? DUCKDB_ERROR_CATALOG
                      : text.starts_with("Permission Error") ? DUCKDB_ERROR_PERMISSION
                      : text.starts_with("IO Error")         ? DUCKDB_ERROR_IO
                                                             : DUCKDB_ERROR_INVALID_INPUT;
    return scrubbed_error(type, text);
  }

 private:
  duckdb_prepared_statement statement_ = nullptr;
  bool prepared_ok_ = false;
};

}  // namespace

Result<std::unique_ptr<QueryResult>> Session::stream(const std::string& sql) {
  const Statement statement(connection_, sql);
  if (!statement.ok()) return statement.error();
  duckdb_pending_result pending = nullptr;
  if (duckdb_pending_prepared_streaming(statement.get(), &pending) != DuckDBSuccess) {
    const char* message = duckdb_pending_error(pending);
    const Error error = scrubbed_error(DUCKDB_ERROR_INVALID_INPUT, message == nullptr ? "" : message);
    duckdb_destroy_pending(&pending);
    return error;
  }
  duckdb_result raw{};
  const auto state = duckdb_execute_pending(pending, &raw);
  duckdb_destroy_pending(&pending);
  auto result = std::make_unique<QueryResult>(raw);
  if (state == DuckDBSuccess) return result;
  const char* message = duckdb_result_error(&raw);
  return scrubbed_error(duckdb_result_error_type(&raw), message == nullptr ? "" : message);
}

Result<std::vector<std::pair<std::string, duckdb_type>>> Session::describe(const std::string& sql) {
  const Statement statement(connection_, sql);
  if (!statement.ok()) return statement.error();
  std::vector<std::pair<std::string, duckdb_type>> columns;
  for (idx_t k = 0; k < duckdb_prepared_statement_column_count(statement.get()); ++k) {
    const char* name = duckdb_prepared_statement_column_name(statement.get(), k);
    columns.emplace_back(name, duckdb_prepared_statement_column_type(statement.get(), k));
    duckdb_free(const_cast<char*>(name));
  }
  return columns;
}

}  // namespace kinfold::table
