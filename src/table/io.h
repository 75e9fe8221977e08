// CSV and Parquet in and out, through DuckDB's C API. Files that hold nobody's data in the clear
// may lie on disk; decrypted bytes go through memory only (a sealed memfd), and DuckDB may not spill.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "table/table.h"

namespace kinfold::table {

struct ReadOptions {
  bool all_strings = false;            ///< CSV: do not guess types; every column is kString.
  std::vector<std::string> columns{};  ///< Only these (empty: all).
  std::size_t thread_count = 0;        ///< 0: all cores.
};

/// Reads a whole CSV or Parquet file; which of the two is told by the content, not the name.
/// CSV must have a header row. UTF-8, UTF-8 with BOM, UTF-16 with BOM and Windows-1252 are read.
/// \retval kIo if it cannot be opened; kInvalid (file, line, reason, remedy) if it cannot be parsed.
Result<Table> read_file(const std::string& path, const ReadOptions& options = {});
Result<Table> read_parquet_bytes(std::span<const std::byte> bytes, const ReadOptions& options = {});

/// A row that could not even be split into fields.
struct BadLine {
  std::uint64_t line = 0;  ///< 1 is the header.
  std::string column;      ///< "" when the whole line is at fault.
  std::string reason;
};
struct CsvText {
  Table table;                      ///< All kString. Rows in file order.
  std::vector<std::uint64_t> line;  ///< Line number in the file of each table row.
  std::vector<BadLine> bad_lines;
  std::string encoding;  ///< "UTF-8", "UTF-16LE", "windows-1252" ...
};
/// Reads a CSV that people made: nothing is guessed, good rows are kept, lines that cannot be
/// split are set aside with their number and reason. rows + bad_lines = data lines in the file.
Result<CsvText> read_csv_text(const std::string& path);
/// The same of a file that was read already; `file_name` is for messages.
Result<CsvText> parse_csv_bytes(std::string bytes, const std::string& file_name);

/// Streams a file too large for memory, `rows_per_batch` rows at a time, in file order.
class BatchReader {
 public:
  virtual ~BatchReader() = default;
  /// An empty table (0 rows) at the end.
  virtual Result<Table> next() = 0;
};
Result<std::unique_ptr<BatchReader>> open_batches(const std::string& path, const ReadOptions& options = {},
                                                  std::size_t rows_per_batch = 122'880);

Status write_parquet(const Table& table, const std::string& path);
/// UTF-8, commas, LF. Null and NaN are empty fields; texts that a spreadsheet would run are disarmed
/// as csv_field() does.
Status write_csv(const Table& table, const std::string& path);
/// The same bytes for the same table.
Result<std::vector<std::byte>> parquet_bytes(const Table& table);

/// An in-memory SQL engine over tables; nothing it holds touches a disk.
class Engine {
 public:
  static Result<Engine> create(std::size_t thread_count = 0);
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;
  ~Engine();
  /// Copies `table` in under `name`, which must be a plain identifier.
  Status add(const std::string& name, const Table& table);
  /// Result types are mapped to ColumnType (all integers to kInt64, decimals to kDouble).
  Result<Table> query(const std::string& sql);

 private:
  struct State;
  explicit Engine(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kinfold::table
