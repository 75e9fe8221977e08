// One DuckDB instance in memory, and the way from its vectors to our columns and back.
// Private to this room.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <duckdb.h>

#include "base/result.h"
#include "table/read_limits.h"
#include "table/table.h"

namespace kinfold::table {

/// An SQL identifier or string literal that says exactly `text`, whatever is in it but NUL.
std::string quote_identifier(std::string_view text);
std::string quote_literal(std::string_view text);

/// A streaming or whole result; chunks are fetched in order.
class QueryResult {
 public:
  explicit QueryResult(duckdb_result result) : result_(result) {}
  QueryResult(const QueryResult&) = delete;
  QueryResult& operator=(const QueryResult&) = delete;
  ~QueryResult() { duckdb_destroy_result(&result_); }

  /// Columns of our types for this result, still empty.
  /// \retval kInvalid if a type has no counterpart or two columns have the same name.
  Result<Table> empty_table();
  /// Appends the next chunk; false at the end. \retval kInvalid before anything is appended that passes a
  /// limit.
  Result<bool> fetch_into(Table& table, const ReadLimits& limits = {});

 private:
  duckdb_result result_;
};

/// A database that lies in memory only: it may not spill, load extensions or open any file but
/// the one allowed. Not thread-safe.
class Session {
 public:
  /// `allowed_path` empty: no file at all. `limits`: DuckDB's own memory follows from them.
  static Result<std::unique_ptr<Session>> open(std::size_t thread_count, const std::string& allowed_path = {},
                                               const ReadLimits& limits = {});
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  /// Errors name the kind of fault and, where DuckDB tells it, the line; never a value.
  Status run(const std::string& sql);
  Result<std::unique_ptr<QueryResult>> stream(const std::string& sql);
  /// The types that `sql` would give, without running it.
  Result<std::vector<std::pair<std::string, duckdb_type>>> describe(const std::string& sql);
  /// Copies `table` in under `name`; one that is there already gives way.
  /// \retval kInvalid if a column's name is empty, not UTF-8 or taken, or a text is not UTF-8.
  Status load(const Table& table, const std::string& name);
  /// Runs `sql`, in which `name`() stands for the rows of `table`, in their order, read where they lie. To be
  /// called once, and `sql` may read them once. \retval kInvalid as load() says.
  Status run_over(const Table& table, const std::string& name, const std::string& sql);

 private:
  Session() = default;
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
};

/// The type that holds ours.
duckdb_type duckdb_type_of(ColumnType type);
/// \retval kInvalid if a column's name is empty, not UTF-8 or taken.
Status check_loadable(const Table& table);
/// Rows from `begin` on, into a vector of the column's type. \retval kInvalid if a text is not UTF-8.
Status fill_vector(duckdb_vector vector, const Column& from, std::size_t begin, std::size_t count);

/// A value of it may be of any size: a list, a structure ...
bool is_nested_type(duckdb_type type);
/// Whether empty_table() has a counterpart for the type.
bool is_readable_type(duckdb_type type);
/// A DuckDB message without any value: its kind, and the line number where there is one.
Error scrubbed_error(duckdb_error_type type, std::string_view message);

}  // namespace kinfold::table
