#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>

#include <fmt/format.h>

#include "base/parallel.h"
#include "base/text.h"
#include "table/csv_text.h"
#include "table/duckdb_internal.h"
#include "table/file_internal.h"
#include "table/io.h"

namespace kinfold::table {
namespace {

/// DuckDB's own default; named because the bytes of a Parquet file depend on it.
constexpr int kRowGroupSize = 122'880;

/// One thread and rows in their order, so that the same table gives the same bytes.
Status write_parquet_to(const Table& table, const Descriptor& to) {
  const auto session = Session::open(1, to.proc_path());
  if (!session.ok()) return session.error();
  return session.value()->run_over(
      table, "kinfold_rows",
      fmt::format("COPY (FROM kinfold_rows()) TO {} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {}, "
                  "USE_TMP_FILE false)",
                  quote_literal(to.proc_path()), kRowGroupSize));
}

/// As csv_field() says, without a copy where there is nothing to do.
void append_csv_text(std::string_view text, std::string& to) {
  constexpr auto plain = [](char c) { return c != ',' && c != '"' && c != '\r' && c != '\n'; };
  constexpr auto harmless = [](char c) { return c != '=' && c != '+' && c != '-' && c != '@' && c != '\t'; };
  if (text.empty())
    to += "\"\"";
  else if (harmless(text.front()) && std::all_of(text.begin(), text.end(), plain))
    to += text;
  else
    to += csv_field(text);
}

void append_csv_value(const Column& column, std::size_t row, std::string& to) {
  if (column.is_null(row)) return;
  switch (column.type()) {
    case ColumnType::kString: return append_csv_text(column.string_at(row), to);
    case ColumnType::kInt64: fmt::format_to(std::back_inserter(to), "{}", column.int_at(row)); return;
    case ColumnType::kDouble:
      // A word in a column of numbers would make text of the whole column when it is read again.
      if (!std::isnan(column.double_at(row)))
        fmt::format_to(std::back_inserter(to), "{}", column.double_at(row));
      return;
    default: to += column.text_at(row);
  }
}

void append_csv_row(const Table& table, std::size_t row, std::string& to) {
  for (const auto& column : table.columns()) {
    if (&column != &table.columns().front()) to += ',';
    append_csv_value(column, row, to);
  }
  // A line with nothing on it would be no row.
  if (table.column_count() == 1 && table.columns().front().is_null(row)) to += "\"\"";
  to += '\n';
}

}  // namespace

Status write_parquet(const Table& table, const std::string& path) {
  auto file = NewFile::create(path);
  if (!file.ok()) return file.error();
  const auto written = write_parquet_to(table, file.value().descriptor());
  if (!written.ok()) return in_file(file_name_of(path), written.error());
  return file.value().commit();
}

Status write_csv(const Table& table, const std::string& path) {
  constexpr std::size_t kRowsPerPart = 16'384;
  constexpr std::size_t kPartsAtOnce = 16;
  auto file = NewFile::create(path);
  if (!file.ok()) return file.error();
  std::string header;
  for (const auto& column : table.columns()) {
    if (&column != &table.columns().front()) header += ',';
    header += csv_field(column.name());
  }
  if (const auto written = write_all(file.value().descriptor(), header + '\n'); !written.ok())
    return in_file(file_name_of(path), written.error());
  std::vector<std::string> parts(kPartsAtOnce);
  for (std::size_t first = 0; first < table.row_count(); first += kRowsPerPart * kPartsAtOnce) {
    for (auto& part : parts) part.clear();
    const std::size_t rows = std::min(table.row_count() - first, kRowsPerPart * kPartsAtOnce);
    parallel_chunks(rows, kRowsPerPart, default_thread_count(),
                    [&](std::size_t part, std::size_t begin, std::size_t end) {
                      for (std::size_t row = begin; row < end; ++row)
                        append_csv_row(table, first + row, parts[part]);
                    });
    for (const auto& part : parts) {
      if (const auto written = write_all(file.value().descriptor(), part); !written.ok())
        return in_file(file_name_of(path), written.error());
    }
  }
  return file.value().commit();
}

Result<std::vector<std::byte>> parquet_bytes(const Table& table) {
  const auto file = create_memory_file();
  if (!file.ok()) return file.error();
  const auto written = write_parquet_to(table, file.value());
  if (!written.ok()) return written.error();
  const auto bytes = read_all(file.value());
  if (!bytes.ok()) return bytes.error();
  std::vector<std::byte> copy(bytes.value().size());
  std::memcpy(copy.data(), bytes.value().data(), copy.size());
  return copy;
}

}  // namespace kinfold::table
