#include "table/plain_csv.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include "base/large_vector.h"
#include "base/parallel.h"
#include "base/text.h"

namespace kinfold::table {
namespace {

constexpr std::size_t kPartByteCount = 1 << 20;
constexpr std::size_t kLineByteCountMax = 16'777'216;  // DuckDB's limit here: longer lines are its to refuse.
constexpr std::size_t kNotWanted = ~std::size_t{0};

/// Whole lines of the file, and what they have of each wanted column.
struct Part {
  std::string_view text;
  std::size_t row_count = 0;
  std::size_t first_row = 0;
  std::vector<std::size_t> byte_count;
  std::vector<std::size_t> first_byte;
};

/// The values of a column end to end; an empty one is null.
template <typename Offset>
struct Texts {
  LargeVector<Offset> offset;
  LargeVector<char> bytes;
  LargeVector<std::uint8_t> validity;  // Bits, as Arrow has them.
};

std::vector<Part> parts_of(std::string_view body) {
  std::vector<Part> parts;
  for (std::size_t begin = 0; begin < body.size();) {
    std::size_t end =
        body.size() - begin <= kPartByteCount ? body.size() : body.find('\n', begin + kPartByteCount);
    end = end >= body.size() ? body.size() : end + 1;
    parts.push_back({body.substr(begin, end - begin), 0, 0, {}, {}});
    begin = end;
  }
  return parts;
}

/// Nothing in it needs a look beyond delimiters and line ends.
bool is_plain(std::string_view text) {
  if (text.find('"') != std::string_view::npos || text.find('\0') != std::string_view::npos) return false;
  for (auto at = text.find('\r'); at != std::string_view::npos; at = text.find('\r', at + 1))
    if (at + 1 == text.size() || text[at + 1] != '\n') return false;
  return is_valid_utf8(text);
}

/// Calls take(field, value), which says whether to go on, and end_line() after each line. \returns false if
/// `take` said no, or for a line that is blank, too long or has too many or too few fields.
template <typename Take, typename EndLine>
bool split(std::string_view text, std::size_t field_count, char delimiter, Take&& take, EndLine&& end_line) {
  while (!text.empty()) {
    const auto lf = text.find('\n');
    std::string_view line = text.substr(0, lf);
    text.remove_prefix(lf == std::string_view::npos ? text.size() : lf + 1);
    if (line.size() > kLineByteCountMax) return false;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) return false;
    for (std::size_t field = 0; field < field_count; ++field) {
      const auto end = line.find(delimiter);
      const bool last = field + 1 == field_count;
      if (last != (end == std::string_view::npos)) return false;
      if (!take(field, line.substr(0, end))) return false;
      if (!last) line.remove_prefix(end + 1);
    }
    end_line();
  }
  return true;
}

class Parser {
 public:
  Parser(std::string_view body, const std::vector<std::string>& names, const std::vector<std::size_t>& wanted,
         char delimiter, std::size_t thread_count)
      : names_(names),
        wanted_(wanted),
        delimiter_(delimiter),
        thread_count_(thread_count),
        place_(names.size(), kNotWanted),
        parts_(parts_of(body)) {
    for (std::size_t n = 0; n < wanted.size(); ++n) place_[wanted[n]] = n;
  }

  bool measure();
  template <typename Offset>
  std::optional<Table> read();

 private:
  template <typename Offset>
  bool read_part(const Part& part, std::vector<Texts<Offset>*>& columns) const;
  template <typename Work>
  bool all_parts(Work&& work) {
    std::atomic<bool> good{true};
    parallel_chunks(parts_.size(), 1, thread_count_, [&](std::size_t, std::size_t n, std::size_t) {
      if (good && !work(parts_[n])) good = false;
    });
    return good;
  }

  const std::vector<std::string>& names_;
  const std::vector<std::size_t>& wanted_;
  char delimiter_;
  std::size_t thread_count_;
  std::vector<std::size_t> place_;  // Of each field among the wanted ones.
  std::vector<Part> parts_;
  std::size_t row_count_ = 0;
  std::vector<std::size_t> byte_count_;
};

/// How much there is of everything; false if the file is not plain.
bool Parser::measure() {
  const bool plain = all_parts([&](Part& part) {
    part.byte_count.assign(wanted_.size(), 0);
    const auto take = [&](std::size_t field, std::string_view value) {
      if (place_[field] != kNotWanted) part.byte_count[place_[field]] += value.size();
      return true;
    };
    return is_plain(part.text) &&
           split(part.text, names_.size(), delimiter_, take, [&] { ++part.row_count; });
  });
  byte_count_.assign(wanted_.size(), 0);
  for (auto& part : parts_) {
    if (!plain) break;
    part.first_row = row_count_;
    part.first_byte = byte_count_;
    row_count_ += part.row_count;
    for (std::size_t n = 0; n < wanted_.size(); ++n) byte_count_[n] += part.byte_count[n];
  }
  return plain;
}

/// The file may be changed by others between the two looks at it: what does not fit its place is not put
/// there.
template <typename Offset>
bool Parser::read_part(const Part& part, std::vector<Texts<Offset>*>& columns) const {
  struct Place {
    Offset* offset;
    char* base;
    std::size_t at;
    std::size_t end;
  };
  std::vector<Place> places;
  for (std::size_t n = 0; n < wanted_.size(); ++n) {
    places.push_back({columns[n]->offset.data() + part.first_row + 1, columns[n]->bytes.data(),
                      part.first_byte[n], part.first_byte[n] + part.byte_count[n]});
  }
  std::size_t row = 0;
  const auto take = [&](std::size_t field, std::string_view value) {
    if (place_[field] == kNotWanted) return true;
    Place& to = places[place_[field]];
    if (row >= part.row_count || value.size() > to.end - to.at) return false;
    if (!value.empty()) std::memcpy(to.base + to.at, value.data(), value.size());
    to.at += value.size();
    to.offset[row] = static_cast<Offset>(to.at);
    return true;
  };
  return split(part.text, names_.size(), delimiter_, take, [&] { ++row; }) && row == part.row_count &&
         std::all_of(places.begin(), places.end(), [](const Place& to) { return to.at == to.end; });
}

/// \returns whether a value is missing.
template <typename Offset>
bool note_missing(Texts<Offset>& texts, std::size_t row_count, std::size_t thread_count) {
  constexpr std::size_t kRowsPerChunk = 1 << 16;  // Whole bytes of bits.
  std::atomic<bool> any{false};
  texts.validity.resize((row_count + 7) / 8);
  parallel_chunks(row_count, kRowsPerChunk, thread_count,
                  [&](std::size_t, std::size_t begin, std::size_t end) {
                    std::size_t valid = 0;
                    for (std::size_t row = begin; row < end; row += 8) {
                      unsigned bits = 0;
                      for (std::size_t k = 0; k < 8 && row + k < end; ++k)
                        bits |= unsigned{texts.offset[row + k] != texts.offset[row + k + 1]} << k;
                      texts.validity[row / 8] = static_cast<std::uint8_t>(bits);
                      valid += static_cast<std::size_t>(__builtin_popcount(bits));
                    }
                    if (valid != end - begin) any = true;
                  });
  return any;
}

template <typename Offset>
std::optional<Table> Parser::read() {
  std::vector<std::shared_ptr<Texts<Offset>>> owners;
  std::vector<Texts<Offset>*> columns;
  for (std::size_t n = 0; n < wanted_.size(); ++n) {
    auto& texts = *owners.emplace_back(std::make_shared<Texts<Offset>>());
    texts.offset.resize(row_count_ + 1);
    texts.offset[0] = 0;
    texts.bytes.resize(byte_count_[n]);
    columns.push_back(&texts);
  }
  if (!all_parts([&](const Part& part) { return read_part(part, columns); })) return std::nullopt;
  std::vector<Column> table;
  for (std::size_t n = 0; n < wanted_.size(); ++n) {
    Borrowed lent;
    lent.row_count = row_count_;
    if (note_missing(*columns[n], row_count_, thread_count_)) lent.validity = columns[n]->validity.data();
    lent.values = columns[n]->offset.data();
    lent.text = sizeof(Offset) == 4 ? Borrowed::Text::kOffsets32 : Borrowed::Text::kOffsets64;
    lent.bytes = {columns[n]->bytes.data()};
    lent.owner = std::move(owners[n]);
    table.emplace_back(names_[wanted_[n]], ColumnType::kString, std::move(lent));
  }
  return Table(std::move(table));
}

}  // namespace

std::optional<Table> parse_plain_csv(std::string_view body, const std::vector<std::string>& names,
                                     const std::vector<std::size_t>& wanted, char delimiter,
                                     std::size_t thread_count) {
  if (names.size() < 2) return std::nullopt;  // A blank line would be a row there.
  Parser parser(body, names, wanted, delimiter, thread_count);
  if (!parser.measure()) return std::nullopt;
  // Narrow offsets take half the memory of all else that a short value needs.
  if (body.size() <= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
    return parser.read<std::int32_t>();
  return parser.read<std::int64_t>();
}

}  // namespace kinfold::table
