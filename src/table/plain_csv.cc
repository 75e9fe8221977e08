#include "table/plain_csv.h"

#include <array>
#include <atomic>
#include <utility>

#include "base/parallel.h"

namespace kinfold::table {
namespace {

constexpr std::size_t kPartByteCount = 8 << 20;
constexpr std::size_t kLineByteCountMax = 16'777'216;  // DuckDB's limit here: longer lines are its to refuse.
constexpr std::size_t kNotWanted = ~std::size_t{0};

enum class Sign : std::uint8_t { kText, kDelimiter, kLineEnd, kOther };

struct ColumnPart {
  std::vector<std::uint8_t> valid;
  std::vector<std::uint64_t> end;  // Of each value in `bytes`.
  std::string bytes;
};

// Bounds of parts of about equal size, each ending with a line.
std::vector<std::pair<std::size_t, std::size_t>> parts_of(std::string_view body) {
  std::vector<std::pair<std::size_t, std::size_t>> parts;
  for (std::size_t begin = 0; begin < body.size();) {
    std::size_t end =
        body.size() - begin <= kPartByteCount ? body.size() : body.find('\n', begin + kPartByteCount);
    end = end >= body.size() ? body.size() : end + 1;
    parts.emplace_back(begin, end);
    begin = end;
  }
  return parts;
}

class PartParser {
 public:
  PartParser(char delimiter, const std::vector<std::size_t>& place, std::size_t wanted_count)
      : place_(&place), columns_(wanted_count) {
    signs_[static_cast<unsigned char>(delimiter)] = Sign::kDelimiter;
    signs_[static_cast<unsigned char>('\n')] = Sign::kLineEnd;
    for (const char c : {'"', '\r', '\0'}) signs_[static_cast<unsigned char>(c)] = Sign::kOther;
  }

  bool parse(std::string_view text) {
    std::size_t field = 0;
    std::size_t begin = 0;
    std::size_t line = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
      const Sign sign = signs_[static_cast<unsigned char>(text[at])];
      if (sign == Sign::kText) continue;
      if (sign == Sign::kOther && !ends_line(text, at)) return false;
      if (!take(field, text.substr(begin, at - begin))) return false;
      const bool blank = at == line;
      if (sign == Sign::kOther) ++at;
      begin = at + 1;
      if (sign == Sign::kDelimiter) {
        ++field;
        continue;
      }
      if (field + 1 != place_->size() || blank || at - line > kLineByteCountMax) return false;
      field = 0;
      line = begin;
    }
    if (line == text.size()) return true;  // The last line, without its end.
    return take(field, text.substr(begin)) && field + 1 == place_->size();
  }

  std::vector<ColumnPart>& columns() { return columns_; }

 private:
  static bool ends_line(std::string_view text, std::size_t at) {
    return text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
  }
  bool take(std::size_t field, std::string_view value) {
    if (field >= place_->size()) return false;
    const std::size_t place = (*place_)[field];
    if (place == kNotWanted) return true;
    auto& column = columns_[place];
    column.valid.push_back(value.empty() ? 0 : 1);
    column.bytes.append(value);
    column.end.push_back(column.bytes.size());
    return true;
  }

  std::array<Sign, 256> signs_{};
  const std::vector<std::size_t>* place_;
  std::vector<ColumnPart> columns_;
};

Column join(std::vector<PartParser>& parts, std::size_t number, const std::string& name) {
  std::size_t rows = 0;
  for (auto& part : parts) rows += part.columns()[number].valid.size();
  Column column(name, ColumnType::kString);
  column.reserve(rows);
  for (auto& part : parts) {
    const ColumnPart own = std::exchange(part.columns()[number], ColumnPart{});
    std::uint64_t begin = 0;
    for (std::size_t row = 0; row < own.valid.size(); ++row) {
      if (own.valid[row] == 0)
        column.append_null();
      else
        column.append_string(std::string_view(own.bytes).substr(begin, own.end[row] - begin));
      begin = own.end[row];
    }
  }
  return column;
}

}  // namespace

std::optional<Table> parse_plain_csv(std::string_view body, const std::vector<std::string>& names,
                                     const std::vector<std::size_t>& wanted, char delimiter,
                                     std::size_t thread_count) {
  if (names.size() < 2) return std::nullopt;  // A blank line would be a row there.
  std::vector<std::size_t> place(names.size(), kNotWanted);
  for (std::size_t n = 0; n < wanted.size(); ++n) place[wanted[n]] = n;
  const auto bounds = parts_of(body);
  std::vector<PartParser> parts(bounds.size(), PartParser(delimiter, place, wanted.size()));
  std::atomic<bool> plain{true};
  parallel_chunks(parts.size(), 1, thread_count, [&](std::size_t, std::size_t part, std::size_t) {
    const auto [begin, end] = bounds[part];
    if (plain && !parts[part].parse(body.substr(begin, end - begin))) plain = false;
  });
  if (!plain) return std::nullopt;
  std::vector<Column> columns;
  for (std::size_t n = 0; n < wanted.size(); ++n) columns.emplace_back(names[wanted[n]], ColumnType::kString);
  parallel_chunks(wanted.size(), 1, thread_count, [&](std::size_t, std::size_t n, std::size_t) {
    columns[n] = join(parts, n, names[wanted[n]]);
  });
  return Table(std::move(columns));
}

}  // namespace kinfold::table
