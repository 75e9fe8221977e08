#include "table/io.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/parallel.h"
#include "base/text.h"
#include "table/column_names.h"
#include "table/csv_text.h"
#include "table/duckdb_internal.h"
#include "table/file_internal.h"
#include "table/plain_csv.h"

namespace kinfold::table {
namespace {

/// A header longer than this is no header.
constexpr long kHeaderByteCountMax = 4'000'000;

/// What is to be read, and the SQL that reads it. The descriptor must outlive every query.
struct Source {
  Descriptor file;
  std::string name;  ///< For messages.
  std::unique_ptr<Session> session;
  std::string sql;
  ReadLimits limits{};  ///< Of Parquet.
};

/// A CSV file's columns, and the SQL table that has them all as text.
struct CsvPlan {
  std::vector<std::string> names;
  std::string from;
};

Status check_columns(const std::vector<std::string>& wanted, const std::vector<std::string>& present) {
  for (const auto& name : wanted) {
    if (std::find(present.begin(), present.end(), name) == present.end()) {
      return no_such_column(name, {present.begin(), present.end()});
    }
  }
  return {};
}

enum class LineEnds { kLf, kCrLf, kOther };

LineEnds line_ends_of(std::string_view text) {
  bool lf = false;
  bool crlf = false;
  for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    (at > 0 && text[at - 1] == '\r' ? crlf : lf) = true;
    if (lf && crlf) return LineEnds::kOther;
  }
  if (!lf && !crlf) return text.find('\r') == std::string_view::npos ? LineEnds::kLf : LineEnds::kOther;
  return lf ? LineEnds::kLf : LineEnds::kCrLf;
}

/// CR, and CRLF among LF, become LF.
std::string with_lf(std::string text) {
  std::size_t to = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool before_lf = at + 1 < text.size() && text[at + 1] == '\n';
    if (text[at] == '\r' && before_lf) continue;
    text[to++] = text[at] == '\r' ? '\n' : text[at];
  }
  text.resize(to);
  return text;
}

/// DuckDB reads UTF-8 with LF or CRLF throughout; anything else is put right in memory first.
Status decode_in_place(Source& source) {
  std::string text;
  {
    const auto bytes = MappedFile::map(source.file);
    if (!bytes.ok()) return bytes.error();
    const std::string_view view = bytes.value().bytes();
    const bool plain = is_valid_utf8(view) && view.find('\0') == std::string_view::npos;
    if (plain && line_ends_of(view) != LineEnds::kOther) return {};
    auto decoded = decode_text(std::string(view));
    if (!decoded.ok()) return decoded.error();
    text = std::move(decoded.value().text);
  }
  if (line_ends_of(text) == LineEnds::kOther) text = with_lf(std::move(text));
  auto memory = create_sealed_memory_file(text);
  if (!memory.ok()) return memory.error();
  source.file = std::move(memory.value());
  return {};
}

/// Nothing is left for DuckDB to guess: its sniffer may take a later line for the header where the
/// lines differ in their number of fields, and drop what came before. Columns are c0, c1, ... here.
std::string csv_reader_sql(const Source& source, const CsvHeader& header) {
  std::string columns;
  for (std::size_t k = 0; k < header.names.size(); ++k) {
    columns += fmt::format("{}'c{}': 'VARCHAR'", k > 0 ? ", " : "", k);
  }
  return fmt::format(
      "read_csv({}, auto_detect = false, header = true, skip = {}, delim = {}, quote = '\"', escape = '\"', "
      "columns = {{{}}}, compression = 'none', hive_partitioning = false, "
      "strict_mode = true, null_padding = false, ignore_errors = false, max_line_size = 16777216)",
      quote_literal(source.file.proc_path()), header.skipped_line_count,
      quote_literal(std::string(1, header.delimiter)), columns);
}

/// The narrowest type that says each value as it is written, from every line of the file: 007 and
/// numbers of 16 digits and more are text, as are dates that are not ISO (03/04/2010 has two
/// readings) and yes-or-no columns (a gender column of F alone is not false).
std::string guess_sql(std::string_view column, bool whole_numbers, bool numbers, bool dates) {
  constexpr std::string_view kWhole =
      "WHEN bool_and({0} IS NOT DISTINCT FROM TRY_CAST({0} AS BIGINT)::VARCHAR) THEN 'BIGINT' ";
  constexpr std::string_view kNumber =
      "WHEN bool_and({0} IS NULL OR (TRY_CAST({0} AS DOUBLE) IS NOT NULL AND "
      "NOT regexp_full_match({0}, '-?[0-9]{{16,}}') AND "
      "regexp_full_match({0}, '[-+]?(0|[1-9][0-9]*)?([.][0-9]*)?([eE][-+]?[0-9]+)?'))) THEN 'DOUBLE' ";
  constexpr std::string_view kDate =
      "WHEN bool_and({0} IS NOT DISTINCT FROM TRY_CAST({0} AS DATE)::VARCHAR) THEN 'DATE' ";
  return fmt::format("CASE WHEN count({0}) = 0 THEN '' ", column) +
         (whole_numbers ? fmt::format(kWhole, column) : "") + (numbers ? fmt::format(kNumber, column) : "") +
         (dates ? fmt::format(kDate, column) : "") + "ELSE 'VARCHAR' END";
}

Result<Table> fetch_all(QueryResult& result, const ReadLimits& limits = {}) {
  auto table = result.empty_table();
  if (!table.ok()) return table;
  for (;;) {
    const auto more = result.fetch_into(table.value(), limits);
    if (!more.ok()) return more.error();
    if (!more.value()) return table;
  }
}

/// `types` of columns, where they are not text yet, from all rows of `from`; "" where there is no value. A
/// type that is there is the narrowest that earlier rows left. A group of columns a query: what binding a
/// query costs grows with the square of its columns.
Status guess_types(Source& source, const std::string& from, const std::vector<std::string>& inner,
                   std::vector<std::string>& types) {
  constexpr std::size_t kColumnsAQuery = 100;
  std::vector<std::size_t> open;
  for (std::size_t k = 0; k < inner.size(); ++k) {
    if (types[k] != "VARCHAR") open.push_back(k);
  }
  for (std::size_t begin = 0; begin < open.size(); begin += kColumnsAQuery) {
    const std::size_t end = std::min(open.size(), begin + kColumnsAQuery);
    std::string guesses;
    for (std::size_t n = begin; n < end; ++n) {
      const auto& left = types[open[n]];
      const bool any = left.empty();
      guesses += (guesses.empty() ? "" : ", ") +
                 guess_sql(inner[open[n]], any || left == "BIGINT",
                           any || left == "BIGINT" || left == "DOUBLE", any || left == "DATE") +
                 " AS " + quote_identifier(fmt::format("t{}", n));
    }
    const auto result = source.session->stream(fmt::format("SELECT {} FROM {}", guesses, from));
    if (!result.ok()) return result.error();
    const auto guessed = fetch_all(*result.value());
    if (!guessed.ok()) return guessed.error();
    for (std::size_t n = begin; n < end; ++n)
      types[open[n]] = guessed.value().columns()[n - begin].string_at(0);
  }
  return {};
}

Status choose_csv_columns(Source& source, const CsvPlan& plan, const ReadOptions& options) {
  const auto& wanted = options.columns.empty() ? plan.names : options.columns;
  std::vector<std::string> inner;
  for (const auto& name : wanted) {
    const auto at = std::find(plan.names.begin(), plan.names.end(), name) - plan.names.begin();
    inner.push_back(fmt::format("c{}", at));
  }
  std::vector<std::string> types(wanted.size(), options.all_strings ? "VARCHAR" : "");
  // A few rows say of most columns what they are not: a cast that fails costs twenty that do not.
  for (const auto& from : {fmt::format("(SELECT * FROM {} LIMIT 2048)", plan.from), plan.from}) {
    if (const auto guessed = guess_types(source, from, inner, types); !guessed.ok()) return guessed.error();
  }
  std::string list;
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    list += fmt::format("{}CAST({} AS {}) AS {}", k > 0 ? ", " : "", inner[k],
                        types[k].empty() ? "VARCHAR" : types[k], quote_identifier(wanted[k]));
  }
  source.sql = fmt::format("SELECT {} FROM {}", list, plan.from);
  return {};
}

/// May put a decoded file in the place of this one.
Result<CsvHeader> read_csv_header(Source& source) {
  const auto decoded = decode_in_place(source);
  if (!decoded.ok()) return decoded.error();
  const auto start = read_some(source.file, kHeaderByteCountMax);
  if (!start.ok()) return start.error();
  std::string_view text = start.value();
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return parse_csv_header(text);
}

Result<CsvPlan> plan_csv(Source& source, const ReadOptions& options) {
  const auto header = read_csv_header(source);
  if (!header.ok()) return header.error();
  const auto checked = check_columns(options.columns, header.value().names);
  if (!checked.ok()) return checked.error();
  return CsvPlan{header.value().names, csv_reader_sql(source, header.value())};
}

std::string parquet_reader_sql(const Source& source) {
  return fmt::format("read_parquet({}, hive_partitioning = false)", quote_literal(source.file.proc_path()));
}

/// Types that are none of ours come as text.
Status prepare_parquet(Source& source, const ReadOptions& options) {
  const std::string from = parquet_reader_sql(source);
  const auto described = source.session->describe("SELECT * FROM " + from);
  if (!described.ok()) return described.error();
  if (described.value().size() > source.limits.column_count_max)
    return invalid(fmt::format("there are more than {} columns, the most that are taken here",
                               source.limits.column_count_max));
  std::vector<std::string> names;
  for (const auto& [name, type] : described.value()) {
    if (!source.limits.none() && is_nested_type(type))
      return invalid(fmt::format(
          "column '{}' has lists or structures in it: a value is a text, a number or a date", name));
    names.push_back(name);
  }
  const auto checked = check_columns(options.columns, names);
  if (!checked.ok()) return checked;
  std::string list;
  for (const auto& name : options.columns.empty() ? names : options.columns) {
    const auto at = std::find(names.begin(), names.end(), name) - names.begin();
    const auto quoted = quote_identifier(name);
    if (!list.empty()) list += ", ";
    list += is_readable_type(described.value()[static_cast<std::size_t>(at)].second)
                ? quoted
                : fmt::format("CAST({} AS VARCHAR) AS {}", quoted, quoted);
  }
  source.sql = fmt::format("SELECT {} FROM {}", list, from);
  return {};
}

Result<bool> is_parquet(const Descriptor& file) {
  const auto start = read_some(file, 4);
  if (!start.ok()) return start.error();
  if (start.value() != "PAR1") return false;
  const auto end = read_some(file, -4);
  if (!end.ok()) return end.error();
  if (end.value() != "PAR1") {
    return invalid("the Parquet file has no end: it was cut short; copy or write it again");
  }
  return true;
}

Status prepare(Source& source, const ReadOptions& options) {
  const auto parquet = is_parquet(source.file);
  if (!parquet.ok()) return parquet.error();
  CsvPlan plan;
  if (!parquet.value()) {
    // May put a decoded file in the place of this one, so the session is opened afterwards.
    auto planned = plan_csv(source, options);
    if (!planned.ok()) return planned.error();
    plan = std::move(planned.value());
  }
  auto session = Session::open(options.thread_count, source.file.proc_path(), source.limits);
  if (!session.ok()) return session.error();
  source.session = std::move(session.value());
  return parquet.value() ? prepare_parquet(source, options) : choose_csv_columns(source, plan, options);
}

Result<std::vector<std::string>> names_in(Source& source) {
  const auto parquet = is_parquet(source.file);
  if (!parquet.ok()) return parquet.error();
  if (!parquet.value()) {
    auto header = read_csv_header(source);
    if (!header.ok()) return header.error();
    return std::move(header.value().names);
  }
  const auto session = Session::open(1, source.file.proc_path());
  if (!session.ok()) return session.error();
  const auto described = session.value()->describe("SELECT * FROM " + parquet_reader_sql(source));
  if (!described.ok()) return described.error();
  std::vector<std::string> names;
  for (const auto& [name, type] : described.value()) names.push_back(name);
  return names;
}

/// A CSV of texts that needs no interpretation; nothing where it does, or where anything is wrong.
std::optional<Table> read_plain(const Source& source, const ReadOptions& options) {
  const auto bytes = MappedFile::map(source.file);
  if (!bytes.ok()) return std::nullopt;
  std::string_view text = bytes.value().bytes();
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto header = parse_csv_header(text.substr(0, kHeaderByteCountMax));
  if (!header.ok()) return std::nullopt;
  const std::string_view before = text.substr(0, header.value().body);
  if (!is_valid_utf8(before) || before.find('\0') != std::string_view::npos) return std::nullopt;
  const auto& names = header.value().names;
  std::vector<std::size_t> wanted;
  for (const auto& name : options.columns.empty() ? names : options.columns) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return std::nullopt;
    wanted.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  const std::size_t threads = options.thread_count == 0 ? default_thread_count() : options.thread_count;
  return parse_plain_csv(text.substr(header.value().body), names, wanted, header.value().delimiter, threads);
}

Result<Table> read_source(Source source, const ReadOptions& options) {
  const auto parquet = is_parquet(source.file);
  if (options.all_strings && parquet.ok() && !parquet.value()) {
    if (auto plain = read_plain(source, options)) return std::move(*plain);
    // What is not UTF-8 may be plain once it is.
    const int as_it_was = source.file.get();
    if (decode_in_place(source).ok() && source.file.get() != as_it_was)
      if (auto plain = read_plain(source, options)) return std::move(*plain);
  }
  const auto prepared = prepare(source, options);
  if (!prepared.ok()) return in_file(source.name, prepared.error());
  const auto result = source.session->stream(source.sql);
  if (!result.ok()) return in_file(source.name, result.error());
  auto table = fetch_all(*result.value(), source.limits);
  if (!table.ok()) return in_file(source.name, table.error());
  return table;
}

class QueryBatches final : public BatchReader {
 public:
  QueryBatches(Source source, std::unique_ptr<QueryResult> result, std::size_t rows_per_batch)
      : source_(std::move(source)), result_(std::move(result)), rows_per_batch_(rows_per_batch) {}

  Result<Table> next() override {
    auto batch = result_->empty_table();
    if (!batch.ok()) return in_file(source_.name, batch.error());
    if (carried_.column_count() > 0) batch = std::exchange(carried_, Table{});
    while (!at_end_ && batch.value().row_count() < rows_per_batch_) {
      const auto more = result_->fetch_into(batch.value());
      if (!more.ok()) return in_file(source_.name, more.error());
      at_end_ = !more.value();
    }
    if (batch.value().row_count() > rows_per_batch_) split_off(batch.value());
    return batch;
  }

 private:
  /// Chunks come as DuckDB likes; what is over goes into the next batch.
  void split_off(Table& batch) {
    std::vector<std::size_t> rows(batch.row_count());
    for (std::size_t k = 0; k < rows.size(); ++k) rows[k] = k;
    const auto cut = rows.begin() + static_cast<std::ptrdiff_t>(rows_per_batch_);
    carried_ = batch.take({cut, rows.end()});
    batch = batch.take({rows.begin(), cut});
  }

  Source source_;  // Before result_: the query ends before its session does.
  std::unique_ptr<QueryResult> result_;
  std::size_t rows_per_batch_;
  Table carried_;
  bool at_end_ = false;
};

Result<Source> parquet_source(std::span<const std::byte> bytes, const ReadLimits& limits) {
  const std::string_view view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!view.starts_with("PAR1")) return invalid("the bytes are no Parquet file");
  auto file = create_sealed_memory_file(view);
  if (!file.ok()) return file.error();
  return Source{std::move(file.value()), {}, nullptr, {}, limits};
}

}  // namespace

Result<Table> read_file(const std::string& path, const ReadOptions& options) {
  auto file = open_for_reading(path);
  if (!file.ok()) return file.error();
  return read_source({std::move(file.value()), file_name_of(path), nullptr, {}}, options);
}

Result<std::vector<std::string>> column_names(const std::string& path) {
  auto file = open_for_reading(path);
  if (!file.ok()) return file.error();
  Source source{std::move(file.value()), file_name_of(path), nullptr, {}};
  auto names = names_in(source);
  if (!names.ok()) return in_file(source.name, names.error());
  return names;
}

Result<Table> read_parquet_bytes(std::span<const std::byte> bytes, const ReadOptions& options) {
  auto source = parquet_source(bytes, {});
  if (!source.ok()) return source.error();
  return read_source(std::move(source).value(), options);
}

Result<Table> read_parquet_within(std::span<const std::byte> bytes, const ReadLimits& limits) {
  auto source = parquet_source(bytes, limits);
  if (!source.ok()) return source.error();
  return read_source(std::move(source).value(), {});
}

Result<CsvText> read_csv_text(const std::string& path) {
  const auto file = open_for_reading(path);
  if (!file.ok()) return file.error();
  auto bytes = read_all(file.value());
  if (!bytes.ok()) return in_file(file_name_of(path), bytes.error());
  return parse_csv_bytes(std::move(bytes).value(), file_name_of(path));
}

Result<CsvText> parse_csv_bytes(std::string bytes, const std::string& file_name) {
  const auto decoded = decode_text(std::move(bytes));
  if (!decoded.ok()) return in_file(file_name, decoded.error());
  auto parsed = parse_csv_text(decoded.value().text);
  if (!parsed.ok()) return in_file(file_name, parsed.error());
  parsed.value().encoding = decoded.value().encoding;
  return parsed;
}

Result<std::unique_ptr<BatchReader>> open_batches(const std::string& path, const ReadOptions& options,
                                                  std::size_t rows_per_batch) {
  if (rows_per_batch == 0) return invalid("a batch of 0 rows would never end: ask for at least 1");
  auto file = open_for_reading(path);
  if (!file.ok()) return file.error();
  Source source{std::move(file.value()), file_name_of(path), nullptr, {}};
  const auto prepared = prepare(source, options);
  if (!prepared.ok()) return in_file(source.name, prepared.error());
  auto result = source.session->stream(source.sql);
  if (!result.ok()) return in_file(source.name, result.error());
  return std::unique_ptr<BatchReader>(
      std::make_unique<QueryBatches>(std::move(source), std::move(result.value()), rows_per_batch));
}

}  // namespace kinfold::table
