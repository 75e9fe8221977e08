// Between DuckDB's vectors and our columns, chunk by chunk.
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/stop.h"
#include "base/text.h"
#include "table/duckdb_internal.h"

namespace kinfold::table {
namespace {

std::optional<ColumnType> column_type_of(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN: return ColumnType::kBool;
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT: return ColumnType::kInt64;
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
    case DUCKDB_TYPE_DECIMAL: return ColumnType::kDouble;
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_SQLNULL: return ColumnType::kString;
    case DUCKDB_TYPE_DATE: return ColumnType::kDate;
    default: return std::nullopt;
  }
}

/// One column of one chunk, with what is needed to read it.
struct VectorView {
  const void* data;
  const std::uint64_t* validity;  // Null: every row is valid.
  std::size_t row_count;

  bool is_valid(std::size_t row) const {
    return validity == nullptr || ((validity[row / 64] >> (row % 64)) & 1U) != 0;
  }
};

template <typename Raw, typename Append>
void append_all(const VectorView& view, Column& to, Append&& append) {
  const auto* values = static_cast<const Raw*>(view.data);
  for (std::size_t row = 0; row < view.row_count; ++row) {
    if (view.is_valid(row)) {
      append(values[row]);
    } else {
      to.append_null();
    }
  }
}

template <typename Raw>
void append_ints(const VectorView& view, Column& to) {
  append_all<Raw>(view, to, [&](Raw value) { to.append_int(static_cast<std::int64_t>(value)); });
}

/// \returns false if a value is beyond 64 bits.
bool append_wide_ints(duckdb_type type, const VectorView& view, Column& to) {
  bool fits = true;
  if (type == DUCKDB_TYPE_UBIGINT) {
    append_all<std::uint64_t>(view, to, [&](std::uint64_t value) {
      fits = fits && value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
      to.append_int(static_cast<std::int64_t>(value));
    });
  } else {
    append_all<duckdb_hugeint>(view, to, [&](const duckdb_hugeint& value) {
      const auto low = static_cast<std::int64_t>(value.lower);
      fits = fits && value.upper == (low < 0 ? -1 : 0);
      to.append_int(low);
    });
  }
  return fits;
}

void append_decimals(duckdb_vector vector, const VectorView& view, Column& to) {
  duckdb_logical_type type = duckdb_vector_get_column_type(vector);
  const double divisor = std::pow(10.0, duckdb_decimal_scale(type));
  const duckdb_type raw = duckdb_decimal_internal_type(type);
  duckdb_destroy_logical_type(&type);
  const auto scaled = [&](auto value) { to.append_double(static_cast<double>(value) / divisor); };
  switch (raw) {
    case DUCKDB_TYPE_SMALLINT: return append_all<std::int16_t>(view, to, scaled);
    case DUCKDB_TYPE_INTEGER: return append_all<std::int32_t>(view, to, scaled);
    case DUCKDB_TYPE_BIGINT: return append_all<std::int64_t>(view, to, scaled);
    default:
      append_all<duckdb_hugeint>(view, to, [&](const duckdb_hugeint& value) {
        to.append_double(duckdb_hugeint_to_double(value) / divisor);
      });
  }
}

/// \returns false if a value does not fit the column.
bool append_vector(duckdb_vector vector, duckdb_type type, std::size_t row_count, Column& to) {
  const VectorView view{duckdb_vector_get_data(vector), duckdb_vector_get_validity(vector), row_count};
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN: append_all<bool>(view, to, [&](bool value) { to.append_bool(value); }); break;
    case DUCKDB_TYPE_TINYINT: append_ints<std::int8_t>(view, to); break;
    case DUCKDB_TYPE_SMALLINT: append_ints<std::int16_t>(view, to); break;
    case DUCKDB_TYPE_INTEGER: append_ints<std::int32_t>(view, to); break;
    case DUCKDB_TYPE_BIGINT: append_ints<std::int64_t>(view, to); break;
    case DUCKDB_TYPE_UTINYINT: append_ints<std::uint8_t>(view, to); break;
    case DUCKDB_TYPE_USMALLINT: append_ints<std::uint16_t>(view, to); break;
    case DUCKDB_TYPE_UINTEGER: append_ints<std::uint32_t>(view, to); break;
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT: return append_wide_ints(type, view, to);
    case DUCKDB_TYPE_FLOAT:
      append_all<float>(view, to, [&](float value) { to.append_double(static_cast<double>(value)); });
      break;
    case DUCKDB_TYPE_DOUBLE:
      append_all<double>(view, to, [&](double value) { to.append_double(value); });
      break;
    case DUCKDB_TYPE_DECIMAL: append_decimals(vector, view, to); break;
    case DUCKDB_TYPE_DATE:
      append_all<duckdb_date>(view, to, [&](duckdb_date value) { to.append_date(Date{value.days}); });
      break;
    case DUCKDB_TYPE_VARCHAR:
      append_all<duckdb_string_t>(view, to, [&](duckdb_string_t value) {
        to.append_string({duckdb_string_t_data(&value), duckdb_string_t_length(value)});
      });
      break;
    default:
      for (std::size_t row = 0; row < row_count; ++row) to.append_null();
  }
  return true;
}

std::string_view sql_type_of(ColumnType type) {
  switch (type) {
    case ColumnType::kString: return "VARCHAR";
    case ColumnType::kInt64: return "BIGINT";
    case ColumnType::kDouble: return "DOUBLE";
    case ColumnType::kBool: return "BOOLEAN";
    case ColumnType::kDate: return "DATE";
  }
  return "";
}

template <typename Raw, typename Get>
void fill(void* data, std::uint64_t* validity, const Column& from, std::size_t begin, std::size_t count,
          Get&& get) {
  auto* values = static_cast<Raw*>(data);
  for (std::size_t k = 0; k < count; ++k) {
    values[k] = get(begin + k);
    if (from.is_null(begin + k)) duckdb_validity_set_row_invalid(validity, k);
  }
}

/// \returns the first row that is not valid UTF-8, if any.
std::optional<std::size_t> fill_strings(duckdb_vector vector, std::uint64_t* validity, const Column& from,
                                        std::size_t begin, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t row = begin + k;
    if (from.is_null(row)) {
      duckdb_validity_set_row_invalid(validity, k);
      continue;
    }
    const auto text = from.string_at(row);
    if (!is_valid_utf8(text)) return row;
    duckdb_vector_assign_string_element_len(vector, k, text.data(), text.size());
  }
  return std::nullopt;
}

}  // namespace

duckdb_type duckdb_type_of(ColumnType type) {
  switch (type) {
    case ColumnType::kString: return DUCKDB_TYPE_VARCHAR;
    case ColumnType::kInt64: return DUCKDB_TYPE_BIGINT;
    case ColumnType::kDouble: return DUCKDB_TYPE_DOUBLE;
    case ColumnType::kBool: return DUCKDB_TYPE_BOOLEAN;
    case ColumnType::kDate: return DUCKDB_TYPE_DATE;
  }
  return DUCKDB_TYPE_INVALID;
}

Status fill_vector(duckdb_vector vector, const Column& from, std::size_t begin, std::size_t count) {
  duckdb_vector_ensure_validity_writable(vector);
  std::uint64_t* validity = duckdb_vector_get_validity(vector);
  void* data = duckdb_vector_get_data(vector);
  switch (from.type()) {
    case ColumnType::kInt64:
      fill<std::int64_t>(data, validity, from, begin, count,
                         [&](std::size_t row) { return from.int_at(row); });
      break;
    case ColumnType::kDouble:
      fill<double>(data, validity, from, begin, count, [&](std::size_t row) { return from.double_at(row); });
      break;
    case ColumnType::kBool:
      fill<bool>(data, validity, from, begin, count, [&](std::size_t row) { return from.bool_at(row); });
      break;
    case ColumnType::kDate:
      fill<duckdb_date>(data, validity, from, begin, count,
                        [&](std::size_t row) { return duckdb_date{from.date_at(row).days}; });
      break;
    case ColumnType::kString:
      if (const auto row = fill_strings(vector, validity, from, begin, count)) {
        return invalid(fmt::format("row {} of column '{}' is not UTF-8: convert the text before it is stored",
                                   *row + 1, from.name()));
      }
  }
  return {};
}

Status check_loadable(const Table& table) {
  if (table.column_count() == 0) return invalid("a table without columns cannot be stored: add a column");
  std::set<std::string> seen;
  for (const auto& column : table.columns()) {
    const auto& name = column.name();
    if (name.empty()) return invalid("a column has no name: name every column");
    if (name.find('\0') != std::string::npos || !is_valid_utf8(name)) {
      return invalid("a column's name is not UTF-8 or holds a NUL byte: rename the column");
    }
    if (!seen.insert(ascii_lower(name)).second) {
      return invalid(fmt::format("two columns are called '{}' (capitals do not count): rename one", name));
    }
    if (column.size() != table.row_count()) {
      return internal_error(
          fmt::format("column '{}' has {} rows; the table has {}", name, column.size(), table.row_count()));
    }
  }
  return {};
}

namespace {

/// Owns the appender and the one chunk that is filled again and again.
class ChunkWriter {
 public:
  ChunkWriter(const ChunkWriter&) = delete;
  ChunkWriter& operator=(const ChunkWriter&) = delete;
  ChunkWriter(duckdb_connection connection, const std::string& table_name, const Table& table) {
    opened_ = duckdb_appender_create(connection, nullptr, table_name.c_str(), &appender_) == DuckDBSuccess;
    std::vector<duckdb_logical_type> types;
    for (const auto& column : table.columns()) {
      types.push_back(duckdb_create_logical_type(duckdb_type_of(column.type())));
    }
    chunk_ = duckdb_create_data_chunk(types.data(), types.size());
    for (auto& type : types) duckdb_destroy_logical_type(&type);
  }
  ~ChunkWriter() {
    duckdb_destroy_data_chunk(&chunk_);
    duckdb_appender_destroy(&appender_);
  }

  Status write(const Table& table) {
    if (!opened_) return internal_error("DuckDB would not take rows for a table it had just made");
    const std::size_t chunk_rows = duckdb_vector_size();
    for (std::size_t begin = 0; begin < table.row_count(); begin += chunk_rows) {
      const std::size_t count = std::min(chunk_rows, table.row_count() - begin);
      duckdb_data_chunk_reset(chunk_);
      for (std::size_t k = 0; k < table.column_count(); ++k) {
        const auto filled =
            fill_vector(duckdb_data_chunk_get_vector(chunk_, k), table.columns()[k], begin, count);
        if (!filled.ok()) return filled;
      }
      duckdb_data_chunk_set_size(chunk_, count);
      if (duckdb_append_data_chunk(appender_, chunk_) != DuckDBSuccess) return failure();
    }
    if (duckdb_appender_close(appender_) != DuckDBSuccess) return failure();
    return {};
  }

 private:
  static Error failure() { return io_error("DuckDB could not hold the table: is there enough memory?"); }

  duckdb_appender appender_ = nullptr;
  duckdb_data_chunk chunk_ = nullptr;
  bool opened_ = false;
};

}  // namespace

bool is_nested_type(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_LIST:
    case DUCKDB_TYPE_STRUCT:
    case DUCKDB_TYPE_MAP:
    case DUCKDB_TYPE_ARRAY:
    case DUCKDB_TYPE_UNION: return true;
    default: return false;
  }
}

bool is_readable_type(duckdb_type type) { return column_type_of(type).has_value(); }

Result<Table> QueryResult::empty_table() {
  Table table;
  for (idx_t k = 0; k < duckdb_column_count(&result_); ++k) {
    const std::string name = duckdb_column_name(&result_, k);
    const auto type = column_type_of(duckdb_column_type(&result_, k));
    if (!type) {
      return invalid(
          fmt::format("column '{}' has a type that is none of ours: cast it to VARCHAR, BIGINT, "
                      "DOUBLE, BOOLEAN or DATE in the query",
                      name));
    }
    if (table.find(name) != nullptr) {
      return invalid(fmt::format("two columns are called '{}': give one another name", name));
    }
    table.add(name, *type);
  }
  return table;
}

namespace {

/// What the chunk's texts come to: many rows may share one long text in a dictionary.
std::uint64_t text_byte_count(duckdb_vector vector, std::size_t row_count) {
  const VectorView view{duckdb_vector_get_data(vector), duckdb_vector_get_validity(vector), row_count};
  const auto* values = static_cast<const duckdb_string_t*>(view.data);
  std::uint64_t count = 0;
  for (std::size_t row = 0; row < row_count; ++row) {
    if (view.is_valid(row)) count += duckdb_string_t_length(values[row]);
  }
  return count;
}

Status check_limits(const Table& table, std::uint64_t text_bytes, std::size_t row_count,
                    const ReadLimits& limits) {
  const auto too_long =
      row_count > limits.row_count_max || table.row_count() > limits.row_count_max - row_count;
  if (too_long)
    return invalid(
        fmt::format("there are more than {} rows, the most that are taken here", limits.row_count_max));
  constexpr std::uint64_t kBytesAValue = sizeof(std::int64_t) + 1;
  if (table.byte_count() + text_bytes + table.column_count() * row_count * kBytesAValue <=
      limits.byte_count_max)
    return {};
  return invalid(fmt::format(
      "it takes more than {} MiB of memory, the most that is taken here: write it in parts of fewer rows",
      limits.byte_count_max >> 20));
}

}  // namespace

Result<bool> QueryResult::fetch_into(Table& table, const ReadLimits& limits) {
  stop_point();
  duckdb_data_chunk chunk = duckdb_fetch_chunk(result_);
  if (chunk == nullptr) {
    const char* message = duckdb_result_error(&result_);
    if (message != nullptr && *message != '\0') {
      return scrubbed_error(duckdb_result_error_type(&result_), message);
    }
    return false;
  }
  const std::size_t row_count = duckdb_data_chunk_get_size(chunk);
  std::optional<Error> error;
  if (!limits.none()) {
    std::uint64_t texts = 0;
    for (std::size_t k = 0; k < table.column_count(); ++k) {
      if (duckdb_column_type(&result_, k) == DUCKDB_TYPE_VARCHAR)
        texts += text_byte_count(duckdb_data_chunk_get_vector(chunk, k), row_count);
    }
    if (auto fits = check_limits(table, texts, row_count, limits); !fits.ok()) error = fits.error();
  }
  for (std::size_t k = 0; k < table.column_count() && !error; ++k) {
    Column& to = table.columns()[k];
    if (!append_vector(duckdb_data_chunk_get_vector(chunk, k), duckdb_column_type(&result_, k), row_count,
                       to)) {
      error = invalid(fmt::format(
          "column '{}' has a whole number beyond 64 bits: cast it to DOUBLE or VARCHAR", to.name()));
    }
  }
  duckdb_destroy_data_chunk(&chunk);
  if (error) return *error;
  return row_count > 0;
}

Status Session::load(const Table& table, const std::string& name) {
  auto status = check_loadable(table);
  if (!status.ok()) return status;
  std::string sql = "CREATE OR REPLACE TABLE " + quote_identifier(name) + " (";
  for (std::size_t k = 0; k < table.column_count(); ++k) {
    if (k > 0) sql += ", ";
    sql += quote_identifier(table.columns()[k].name());
    sql += ' ';
    sql += sql_type_of(table.columns()[k].type());
  }
  status = run(sql + ")");
  if (!status.ok()) return status;
  return ChunkWriter(connection_, name, table).write(table);
}

}  // namespace kinfold::table
