#include "table/csv_text.h"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/text.h"

namespace kinfold::table {
namespace {

/// Line ends and delimiter positions of one record; its fields with quotation marks undone.
struct Record {
  std::vector<std::string> fields;
  std::size_t end = 0;           ///< Where the next record starts.
  std::uint64_t line_count = 1;  ///< How many lines it covers.
  std::string fault;             ///< Empty: it could be split.
};

class Splitter {
 public:
  Splitter(std::string_view text, char delimiter, std::size_t field_byte_count_max)
      : text_(text), delimiter_(delimiter), field_byte_count_max_(field_byte_count_max) {}

  /// Splits the record at `begin`. Stops early where it covers several lines and has more than
  /// `field_count_max` fields, so that no text is read more than a few times.
  void split(std::size_t begin, std::size_t field_count_max, Record& record) const;
  /// The end of the line that holds `at`, past its line end.
  std::size_t next_line(std::size_t at) const;

 private:
  bool at_line_end(std::size_t at) const { return text_[at] == '\n' || text_[at] == '\r'; }
  std::size_t past_line_end(std::size_t at) const {
    return at + (text_[at] == '\r' && at + 1 < text_.size() && text_[at + 1] == '\n' ? 2 : 1);
  }
  std::uint64_t count_lines(std::size_t begin, std::size_t end) const;
  bool read_quoted(std::size_t& at, Record& record) const;
  bool read_plain(std::size_t& at, Record& record) const;
  bool fail(Record& record, std::string fault) const {
    record.fault = std::move(fault);
    return false;
  }

  std::string_view text_;
  char delimiter_;
  std::size_t field_byte_count_max_;
};

std::size_t Splitter::next_line(std::size_t at) const {
  const auto end = text_.find_first_of("\r\n", at);
  return end == std::string_view::npos ? text_.size() : past_line_end(end);
}

std::uint64_t Splitter::count_lines(std::size_t begin, std::size_t end) const {
  std::uint64_t count = 0;
  for (std::size_t at = begin; at < end;) {
    if (at_line_end(at)) {
      ++count;
      at = past_line_end(at);
    } else {
      ++at;
    }
  }
  return count;
}

/// `at` is the opening quotation mark; afterwards it is the delimiter, line end or end of the text.
bool Splitter::read_quoted(std::size_t& at, Record& record) const {
  const std::size_t opening = at;
  std::string& field = record.fields.emplace_back();
  std::size_t from = at + 1;
  for (;;) {
    const auto mark = text_.find('"', from);
    if (mark == std::string_view::npos) {
      return fail(record,
                  "a quotation mark is opened and never closed: close it, or double it where it is meant");
    }
    if (field.size() + (mark - from) > field_byte_count_max_) {
      return fail(record, fmt::format("a field is longer than {} bytes: is a quotation mark missing?",
                                      field_byte_count_max_));
    }
    field.append(text_.substr(from, mark - from));
    from = mark + 1;
    if (from < text_.size() && text_[from] == '"') {
      field += '"';
      ++from;
      continue;
    }
    at = from;
    break;
  }
  record.line_count += count_lines(opening, at);
  if (at == text_.size() || text_[at] == delimiter_ || at_line_end(at)) return true;
  return fail(record, "text follows a closing quotation mark: double the quotation marks inside the field");
}

bool Splitter::read_plain(std::size_t& at, Record& record) const {
  std::size_t end = at;
  while (end < text_.size() && text_[end] != delimiter_ && !at_line_end(end)) ++end;
  if (end - at > field_byte_count_max_) {
    return fail(record, fmt::format("a field is longer than {} bytes: is a delimiter missing?",
                                    field_byte_count_max_));
  }
  record.fields.emplace_back(text_.substr(at, end - at));
  at = end;
  return true;
}

void Splitter::split(std::size_t begin, std::size_t field_count_max, Record& record) const {
  record.fields.clear();
  record.line_count = 1;
  record.fault.clear();
  std::size_t at = begin;
  for (;;) {
    const bool quoted = at < text_.size() && text_[at] == '"';
    if (!(quoted ? read_quoted(at, record) : read_plain(at, record))) break;
    if (record.line_count > 1 && record.fields.size() > field_count_max) {
      record.fault = "more fields than the header";
      break;
    }
    if (at < text_.size() && text_[at] == delimiter_) {
      ++at;
      continue;
    }
    record.end = at < text_.size() ? past_line_end(at) : at;
    return;
  }
  record.end = next_line(begin);
  record.line_count = 1;
}

bool is_blank(const Record& record) {
  return record.fault.empty() && std::all_of(record.fields.begin(), record.fields.end(),
                                             [](const std::string& field) { return trim(field).empty(); });
}

/// Empty if the record fits under the header.
std::string fault_of(const Record& record, std::size_t field_count) {
  if (!record.fault.empty()) return record.fault;
  if (record.fields.size() < field_count) {
    return fmt::format("{} {} where the header has {}: add what is missing, or the delimiters for it",
                       record.fields.size(), record.fields.size() == 1 ? "field" : "fields", field_count);
  }
  if (record.fields.size() > field_count) {
    return fmt::format(
        "{} fields where the header has {}: put quotation marks round a field that holds the "
        "delimiter",
        record.fields.size(), field_count);
  }
  for (const auto& field : record.fields) {
    if (field.find('\0') != std::string::npos)
      return "holds a NUL byte: the file may be damaged; export it again";
  }
  return {};
}

char commonest_delimiter(std::string_view line) {
  char best = ',';
  std::ptrdiff_t best_count = 0;
  for (const char candidate : {',', ';', '\t'}) {
    std::ptrdiff_t count = 0;
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') quoted = !quoted;
      count += !quoted && c == candidate ? 1 : 0;
    }
    if (count > best_count) {
      best = candidate;
      best_count = count;
    }
  }
  return best;
}

Status name_columns(std::vector<std::string>& names) {
  std::set<std::string> seen;
  for (std::size_t k = 0; k < names.size(); ++k) {
    auto& name = names[k];
    name = std::string(trim(name));
    if (name.find('\0') != std::string::npos) {
      return invalid(
          fmt::format("line 1: the name of column {} holds a NUL byte: export the file again", k + 1));
    }
    if (name.empty()) name = fmt::format("column_{}", k + 1);
    if (!seen.insert(name).second) {
      const auto first = std::find(names.begin(), names.end(), name) - names.begin() + 1;
      return invalid(
          fmt::format("line 1: columns {} and {} have the same name: rename or delete one", first, k + 1));
    }
  }
  return {};
}

}  // namespace

Result<CsvHeader> parse_csv_header(std::string_view utf8) {
  CsvHeader header;
  Splitter lines(utf8, ',', kFieldByteCountMax);
  std::size_t begin = 0;
  std::uint64_t line = 1;
  std::optional<char> declared;
  const auto first = utf8.substr(0, utf8.find_first_of("\r\n"));
  if (first.size() == 5 && starts_with_ignore_case(first, "sep=")) {
    declared = first[4];
    begin = lines.next_line(0);
    line = 2;
  }
  while (begin < utf8.size() && trim(utf8.substr(begin, lines.next_line(begin) - begin)).empty()) {
    begin = lines.next_line(begin);
    ++line;
  }
  if (begin >= utf8.size()) return invalid("line 1: there is no header: the file is empty");
  header.delimiter =
      declared.value_or(commonest_delimiter(utf8.substr(begin, lines.next_line(begin) - begin)));
  if (header.delimiter == '"' || header.delimiter == '\0')
    return invalid("line 1: sep= names no usable delimiter");
  Record record;
  Splitter(utf8, header.delimiter, kFieldByteCountMax).split(begin, utf8.size(), record);
  if (!record.fault.empty()) return invalid(fmt::format("line {}: {}", line, record.fault));
  header.names = std::move(record.fields);
  const auto named = name_columns(header.names);
  if (!named.ok()) return named.error();
  header.body = record.end;
  header.skipped_line_count = line - 1;
  header.body_line = line + record.line_count;
  return header;
}

Result<CsvText> parse_csv_text(std::string_view utf8, std::size_t field_byte_count_max) {
  const auto parsed = parse_csv_header(utf8);
  if (!parsed.ok()) return parsed.error();
  const CsvHeader& header = parsed.value();
  const std::size_t field_count = header.names.size();
  CsvText result;
  for (const auto& name : header.names) result.table.add(name, ColumnType::kString);
  const Splitter splitter(utf8, header.delimiter, field_byte_count_max);
  Record record;
  std::uint64_t line = header.body_line;
  for (std::size_t at = header.body; at < utf8.size();) {
    splitter.split(at, field_count, record);
    auto fault = fault_of(record, field_count);
    if (!fault.empty() && record.line_count > 1) {
      // A quotation mark that was never closed may have swallowed good lines: give them back.
      record.end = splitter.next_line(at);
      record.line_count = 1;
    }
    if (is_blank(record)) {
      // Nothing to keep and nothing to set aside.
    } else if (!fault.empty()) {
      result.bad_lines.push_back({line, "", std::move(fault)});
    } else {
      for (std::size_t k = 0; k < field_count; ++k) {
        Column& column = result.table.columns()[k];
        record.fields[k].empty() ? column.append_null() : column.append_string(record.fields[k]);
      }
      result.line.push_back(line);
    }
    at = record.end;
    line += record.line_count;
  }
  return result;
}

}  // namespace kinfold::table
