// A table's rows for one query, read where they lie: a copy in DuckDB's own storage first would cost as much
// again.
#include <algorithm>
#include <optional>

#include "table/duckdb_internal.h"

namespace kinfold::table {
namespace {

/// What DuckDB's calls are about: rows that it has not been given yet, and what went wrong with one.
struct Rows {
  const Table* table = nullptr;
  std::size_t next = 0;
  std::optional<Error> error{};
};

void name_columns(duckdb_bind_info info) {
  const auto& rows = *static_cast<const Rows*>(duckdb_bind_get_extra_info(info));
  for (const auto& column : rows.table->columns()) {
    duckdb_logical_type type = duckdb_create_logical_type(duckdb_type_of(column.type()));
    duckdb_bind_add_result_column(info, column.name().c_str(), type);
    duckdb_destroy_logical_type(&type);
  }
}

/// From one thread alone rows come in their order.
void begin_rows(duckdb_init_info info) { duckdb_init_set_max_threads(info, 1); }

/// None left is the end.
void give_rows(duckdb_function_info info, duckdb_data_chunk chunk) {
  auto& rows = *static_cast<Rows*>(duckdb_function_get_extra_info(info));
  const Table& table = *rows.table;
  const auto count = std::min<std::size_t>(duckdb_vector_size(), table.row_count() - rows.next);
  for (std::size_t k = 0; k < table.column_count(); ++k) {
    const auto filled =
        fill_vector(duckdb_data_chunk_get_vector(chunk, k), table.columns()[k], rows.next, count);
    if (filled.ok()) continue;
    rows.error = filled.error();
    return duckdb_function_set_error(info, "a value cannot be stored");
  }
  rows.next += count;
  duckdb_data_chunk_set_size(chunk, count);
}

class TableFunction {
 public:
  TableFunction() : function_(duckdb_create_table_function()) {}
  TableFunction(const TableFunction&) = delete;
  TableFunction& operator=(const TableFunction&) = delete;
  ~TableFunction() { duckdb_destroy_table_function(&function_); }
  duckdb_table_function get() const { return function_; }

 private:
  duckdb_table_function function_;
};

}  // namespace

Status Session::run_over(const Table& table, const std::string& name, const std::string& sql) {
  if (auto loadable = check_loadable(table); !loadable.ok()) return loadable;
  Rows rows{&table};
  const TableFunction function;
  duckdb_table_function_set_name(function.get(), name.c_str());
  duckdb_table_function_set_extra_info(function.get(), &rows, nullptr);
  duckdb_table_function_set_bind(function.get(), name_columns);
  duckdb_table_function_set_init(function.get(), begin_rows);
  duckdb_table_function_set_function(function.get(), give_rows);
  if (duckdb_register_table_function(connection_, function.get()) != DuckDBSuccess)
    return internal_error("DuckDB would not take the rows of a table");
  auto done = run(sql);
  return rows.error ? *rows.error : done;
}

}  // namespace kinfold::table
