#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>
#include <set>
#include <span>

#include <fmt/format.h>

#include "base/stop.h"
#include "base/text.h"
#include "table/arrow.h"

namespace kinfold::table {
namespace {

template <typename Struct>
struct Released {
  Struct value{};
  Released() = default;
  Released(const Released&) = delete;
  Released& operator=(const Released&) = delete;
  ~Released() {
    if (value.release != nullptr) value.release(&value);
  }
};
using Batch = std::shared_ptr<Released<ArrowArray>>;

/// One column of one batch: where its rows start in its buffers, and how many there are.
struct Piece {
  const ArrowArray* array = nullptr;
  std::size_t first_row = 0;
  std::size_t row_count = 0;

  bool is_null(std::size_t row) const {
    const auto* bits = static_cast<const std::uint8_t*>(array->n_buffers > 0 ? array->buffers[0] : nullptr);
    const std::size_t bit = first_row + row;
    return bits != nullptr && ((bits[bit / 8] >> (bit % 8)) & 1U) == 0;
  }
  template <typename Raw>
  Raw raw(std::size_t row) const {
    Raw value;
    std::memcpy(&value, static_cast<const char*>(array->buffers[1]) + (first_row + row) * sizeof(Raw),
                sizeof value);
    return value;
  }
};

std::optional<Borrowed::Text> text_layout(std::string_view format) {
  if (format == "u") return Borrowed::Text::kOffsets32;
  if (format == "U") return Borrowed::Text::kOffsets64;
  if (format == "vu") return Borrowed::Text::kViews;
  return std::nullopt;
}

/// What tells the layout of texts apart from that of numbers; `owner` may be null for a look in passing.
Borrowed borrow(const Piece& piece, std::string_view format, std::shared_ptr<const void> owner) {
  Borrowed borrowed;
  borrowed.owner = std::move(owner);
  borrowed.row_count = piece.row_count;
  borrowed.first_row = piece.first_row;
  const auto buffers = std::span(piece.array->buffers, static_cast<std::size_t>(piece.array->n_buffers));
  borrowed.validity = static_cast<const std::uint8_t*>(buffers[0]);
  borrowed.values = buffers[1];
  const auto layout = text_layout(format);
  if (!layout) return borrowed;
  borrowed.text = *layout;
  // Views: then the blocks, and last their lengths.
  const std::size_t end = *layout == Borrowed::Text::kViews ? buffers.size() - 1 : buffers.size();
  for (std::size_t n = 2; n < end; ++n) borrowed.bytes.push_back(static_cast<const char*>(buffers[n]));
  if (*layout != Borrowed::Text::kViews && borrowed.bytes.empty()) borrowed.bytes.push_back(nullptr);
  return borrowed;
}

constexpr bool is_borrowable(std::string_view format) {
  return format == "u" || format == "U" || format == "vu" || format == "l" || format == "g";
}

Error cannot_read(std::string_view column, std::string_view what) {
  return invalid(fmt::format("column '{}' {}", column, what));
}

/// Ticks of a timestamp's unit in a day.
std::optional<std::int64_t> ticks_per_day(std::string_view format) {
  if (format == "tdm") return 86'400'000;
  if (format.size() < 4 || format.substr(0, 2) != "ts") return std::nullopt;
  switch (format[2]) {
    case 's': return 86'400;
    case 'm': return 86'400'000;
    case 'u': return 86'400'000'000;
    case 'n': return 86'400'000'000'000;
    default: return std::nullopt;
  }
}

std::string iso_text(std::int64_t ticks, std::int64_t per_day, bool utc) {
  std::int64_t day = ticks / per_day;
  std::int64_t rest = ticks % per_day;
  if (rest < 0) {
    rest += per_day;
    --day;
  }
  const std::int64_t seconds = rest / (per_day / 86'400);
  return fmt::format("{}T{:02}:{:02}:{:02}{}", to_iso(Date{static_cast<std::int32_t>(day)}), seconds / 3600,
                     seconds / 60 % 60, seconds % 60, utc ? "Z" : "");
}

/// Every row of every piece: `append` for those with a value.
template <typename Append>
void each(const std::vector<Piece>& pieces, Column& to, Append&& append) {
  for (const auto& piece : pieces) {
    stop_point();
    for (std::size_t row = 0; row < piece.row_count; ++row) {
      if (piece.is_null(row))
        to.append_null();
      else
        append(piece, row);
    }
  }
}

Column times_column(const std::string& name, std::string_view format, const std::vector<Piece>& pieces) {
  const std::int64_t per_day = *ticks_per_day(format);
  const bool zoned = format.substr(0, 2) == "ts" && format.size() > 4;
  bool whole_days = !zoned;
  for (const auto& piece : pieces) {
    for (std::size_t row = 0; row < piece.row_count && whole_days; ++row) {
      whole_days = piece.is_null(row) || piece.raw<std::int64_t>(row) % per_day == 0;
    }
  }
  Column column(name, whole_days ? ColumnType::kDate : ColumnType::kString);
  each(pieces, column, [&](const Piece& piece, std::size_t row) {
    const auto ticks = piece.raw<std::int64_t>(row);
    if (whole_days)
      column.append_date({static_cast<std::int32_t>(ticks / per_day)});
    else
      column.append_string(iso_text(ticks, per_day, zoned));
  });
  return column;
}

template <typename Raw>
Column ints_column(const std::string& name, const std::vector<Piece>& pieces) {
  Column column(name, ColumnType::kInt64);
  each(pieces, column, [&](const Piece& piece, std::size_t row) {
    column.append_int(static_cast<std::int64_t>(piece.raw<Raw>(row)));
  });
  return column;
}

template <typename Raw>
Column doubles_column(const std::string& name, const std::vector<Piece>& pieces) {
  Column column(name, ColumnType::kDouble);
  each(pieces, column, [&](const Piece& piece, std::size_t row) {
    column.append_double(static_cast<double>(piece.raw<Raw>(row)));
  });
  return column;
}

Result<Column> wide_ints_column(const std::string& name, const std::vector<Piece>& pieces) {
  Column column = ints_column<std::uint64_t>(name, pieces);
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (column.int_at(row) < 0)
      return cannot_read(name, "has integers beyond 64 bits with sign; pass them as text");
  }
  return column;
}

Result<Column> decimals_column(const std::string& name, std::string_view format,
                               const std::vector<Piece>& pieces) {
  const auto parts = split(format.substr(2), ',');
  const int scale = parts.size() > 1 ? std::atoi(std::string(parts[1]).c_str()) : 0;
  if (parts.size() > 2 && parts[2] != "128")
    return cannot_read(name, "is a decimal of other than 128 bits; pass it as float64 or text");
  Column column(name, ColumnType::kDouble);
  double unit = 1.0;
  for (int n = 0; n < scale; ++n) unit *= 10.0;
  each(pieces, column, [&](const Piece& piece, std::size_t row) {
    std::uint64_t half[2];
    std::memcpy(half, static_cast<const char*>(piece.array->buffers[1]) + (piece.first_row + row) * 16,
                sizeof half);
    const auto low = static_cast<std::int64_t>(half[0]);
    const auto high = static_cast<std::int64_t>(half[1]);
    // Within 64 bits exactly: the sum of two halves would round a small negative one away.
    const double whole = high == (low < 0 ? -1 : 0) ? static_cast<double>(low)
                                                    : static_cast<double>(high) * 18446744073709551616.0 +
                                                          static_cast<double>(half[0]);
    column.append_double(whole / unit);
  });
  return column;
}

Column texts_column(const std::string& name, std::string_view format, const std::vector<Piece>& pieces) {
  Column column(name, ColumnType::kString);
  for (const auto& piece : pieces) {
    stop_point();
    const Borrowed view = borrow(piece, format, nullptr);
    for (std::size_t row = 0; row < piece.row_count; ++row) {
      if (piece.is_null(row))
        column.append_null();
      else
        column.append_string(view.string_at(row));
    }
  }
  return column;
}

Column bools_column(const std::string& name, const std::vector<Piece>& pieces) {
  Column column(name, ColumnType::kBool);
  each(pieces, column, [&](const Piece& piece, std::size_t row) {
    const std::size_t bit = piece.first_row + row;
    column.append_bool(
        ((static_cast<const std::uint8_t*>(piece.array->buffers[1])[bit / 8] >> (bit % 8)) & 1U) != 0);
  });
  return column;
}

Column nothing_column(const std::string& name, const std::vector<Piece>& pieces) {
  Column column(name, ColumnType::kString);
  for (const auto& piece : pieces)
    for (std::size_t row = 0; row < piece.row_count; ++row) column.append_null();
  return column;
}

Result<Column> copied_column(const std::string& name, std::string_view format,
                             const std::vector<Piece>& pieces) {
  if (text_layout(format)) return texts_column(name, format, pieces);
  if (format == "n") return nothing_column(name, pieces);
  if (format == "b") return bools_column(name, pieces);
  if (format == "c") return ints_column<std::int8_t>(name, pieces);
  if (format == "C") return ints_column<std::uint8_t>(name, pieces);
  if (format == "s") return ints_column<std::int16_t>(name, pieces);
  if (format == "S") return ints_column<std::uint16_t>(name, pieces);
  if (format == "i") return ints_column<std::int32_t>(name, pieces);
  if (format == "I") return ints_column<std::uint32_t>(name, pieces);
  if (format == "l") return ints_column<std::int64_t>(name, pieces);
  if (format == "L") return wide_ints_column(name, pieces);
  if (format == "f") return doubles_column<float>(name, pieces);
  if (format == "g") return doubles_column<double>(name, pieces);
  if (ticks_per_day(format)) return times_column(name, format, pieces);
  if (format == "tdD") {
    Column column(name, ColumnType::kDate);
    each(pieces, column,
         [&](const Piece& piece, std::size_t row) { column.append_date({piece.raw<std::int32_t>(row)}); });
    return column;
  }
  if (format.substr(0, 2) == "d:") return decimals_column(name, format, pieces);
  return cannot_read(name, fmt::format("has Arrow's type '{}', which is neither text, number, date nor "
                                       "Boolean; leave it out, or convert it to text",
                                       format));
}

/// A row number in the dictionary for each row; -1 where there is none.
Result<Column> dictionary_column(const std::string& name, const ArrowSchema& schema,
                                 const std::vector<Piece>& pieces) {
  std::optional<Column> all;
  for (const auto& piece : pieces) {
    const auto* values = piece.array->dictionary;
    auto words = copied_column(
        name, schema.dictionary->format,
        {{values, static_cast<std::size_t>(values->offset), static_cast<std::size_t>(values->length)}});
    if (!words.ok()) return words;
    auto indexes = copied_column(name, schema.format, {piece});
    if (!indexes.ok()) return indexes;
    if (!all) all.emplace(name, words.value().type());
    const std::int64_t count = static_cast<std::int64_t>(words.value().size());
    for (std::size_t row = 0; row < piece.row_count; ++row) {
      const std::int64_t word = piece.is_null(row) ? -1 : indexes.value().int_at(row);
      if (word >= count) return cannot_read(name, "points beyond its dictionary; its sender is at fault");
      if (word < 0)
        all->append_null();
      else
        all->append_from(words.value(), static_cast<std::size_t>(word));
    }
  }
  return all ? *std::move(all) : Column(name, ColumnType::kString);
}

Result<Column> read_column(const ArrowSchema& schema, std::size_t number, const std::vector<Batch>& batches) {
  const std::string name = schema.name == nullptr ? "" : schema.name;
  std::vector<Piece> pieces;
  Batch last;
  for (const auto& batch : batches) {
    const auto& parent = batch->value;
    const ArrowArray* own = parent.children[number];
    if (parent.length == 0) continue;
    if (own->length < parent.offset + parent.length)
      return cannot_read(name, "is shorter than its batch; its sender is at fault");
    pieces.push_back({own, static_cast<std::size_t>(parent.offset + own->offset),
                      static_cast<std::size_t>(parent.length)});
    last = batch;
  }
  if (schema.dictionary != nullptr) return dictionary_column(name, schema, pieces);
  if (pieces.size() == 1 && is_borrowable(schema.format)) {
    const auto type = text_layout(schema.format)               ? ColumnType::kString
                      : std::string_view(schema.format) == "l" ? ColumnType::kInt64
                                                               : ColumnType::kDouble;
    return Column(name, type, borrow(pieces[0], schema.format, last));
  }
  return copied_column(name, schema.format, pieces);
}

Error sender_failed(ArrowArrayStream& stream) {
  // The sender's own words may hold a value: they are not repeated.
  (void)stream;
  return invalid(
      "the sender of the Arrow data could not give it; try what made it on its own, for example by turning "
      "it into a pyarrow table");
}

}  // namespace

Result<Table> read_arrow(ArrowArrayStream& stream) {
  Released<ArrowSchema> schema;
  if (stream.get_schema(&stream, &schema.value) != 0) return sender_failed(stream);
  if (std::string_view(schema.value.format) != "+s")
    return invalid("the Arrow data is no table; pass a table or a data frame, not a single column");
  std::vector<Batch> batches;
  for (;;) {
    stop_point();
    auto batch = std::make_shared<Released<ArrowArray>>();
    if (stream.get_next(&stream, &batch->value) != 0) return sender_failed(stream);
    if (batch->value.release == nullptr) break;
    if (batch->value.n_buffers > 0 && batch->value.buffers[0] != nullptr && batch->value.null_count != 0) {
      return invalid("whole rows of the Arrow data are null; leave them out");
    }
    batches.push_back(std::move(batch));
  }
  std::vector<Column> columns;
  std::set<std::string> names;
  for (std::size_t number = 0; number < static_cast<std::size_t>(schema.value.n_children); ++number) {
    auto column = read_column(*schema.value.children[number], number, batches);
    if (!column.ok()) return column.error();
    if (!names.insert(column.value().name()).second)
      return cannot_read(column.value().name(), "is there twice; give every column a name of its own");
    columns.push_back(std::move(column).value());
  }
  return Table(std::move(columns));
}

}  // namespace kinfold::table
