// A columnar table in memory: what every room is handed and hands back.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/large_vector.h"
#include "base/result.h"

namespace kinfold::table {

enum class ColumnType { kString, kInt64, kDouble, kBool, kDate };
std::string_view type_name(ColumnType type);

/// Values that lie in somebody else's memory, in one of Arrow's layouts; a column can read them where they
/// lie.
struct Borrowed {
  enum class Text { kOffsets32, kOffsets64, kViews };
  std::shared_ptr<const void> owner;  ///< Keeps the memory; given back with the last column that reads it.
  std::size_t row_count = 0;
  std::size_t first_row = 0;               ///< Rows of the buffers before the column's first.
  const std::uint8_t* validity = nullptr;  ///< Bit set: there is a value. Null: there is one everywhere.
  const void* values = nullptr;            ///< int64, double, offsets or 16-byte views.
  Text text = Text::kOffsets64;
  std::vector<const char*> bytes;  ///< kString: one block, or what the views point into.

  bool is_null(std::size_t row) const {
    const std::size_t bit = first_row + row;
    return validity != nullptr && ((validity[bit / 8] >> (bit % 8)) & 1U) == 0;
  }
  std::string_view string_at(std::size_t row) const;
};

/// One named column. Values are stored by type, end to end (strings as offsets into one byte
/// block), with one validity byte a row. Reading a null row's value gives the type's zero.
/// Calling the accessor of another type is a defect (asserted). A borrowed column reads somebody else's
/// memory until something is appended: then it copies that first.
class Column {
 public:
  Column(std::string name, ColumnType type);
  /// `type` is kString, kInt64 or kDouble: the others lie differently here.
  Column(std::string name, ColumnType type, Borrowed borrowed);

  const std::string& name() const { return name_; }
  ColumnType type() const { return type_; }
  std::size_t size() const { return borrowed_ ? borrowed_->row_count : valid_.size(); }
  bool is_borrowed() const { return borrowed_ != nullptr; }
  /// Where the values of a borrowed column lie; null where they are its own.
  const Borrowed* borrowed() const { return borrowed_.get(); }
  /// Room for so many rows and, of texts, for so many bytes in all.
  void reserve(std::size_t row_count, std::size_t text_byte_count = 0);

  void append_null();
  void append_string(std::string_view value);
  void append_repeated(std::string_view value, std::size_t count);
  void append_int(std::int64_t value);
  void append_double(double value);
  void append_bool(bool value);
  void append_date(Date value);
  /// Copies row `row` of `from`, which has the same type.
  void append_from(const Column& from, std::size_t row);
  /// Copies `count` rows from row `begin` on.
  void append_rows(const Column& from, std::size_t begin, std::size_t count);

  bool is_null(std::size_t row) const { return borrowed_ ? borrowed_->is_null(row) : valid_[row] == 0; }
  std::size_t null_count() const;
  std::string_view string_at(std::size_t row) const;  ///< Valid until the next append.
  std::int64_t int_at(std::size_t row) const;
  double double_at(std::size_t row) const;
  bool bool_at(std::size_t row) const;
  Date date_at(std::size_t row) const;
  /// kInt64, kDouble, kBool or kDate (days) as a number; NaN where null.
  double number_at(std::size_t row) const;
  /// Any type as text for a CSV or a page: ISO dates, true/false, "" where null.
  std::string text_at(std::size_t row) const;

  void rename(std::string name) { name_ = std::move(name); }
  std::size_t byte_count() const;
  /// Overwrites the values with zeros before the memory is given back. Borrowed memory is only let go of.
  void wipe();
  /// A column's own values as they lie, for who hands them on without a copy: by type, null where borrowed.
  const void* own_values() const;
  std::string_view own_bytes() const { return bytes_; }

 private:
  void own();

  std::shared_ptr<const Borrowed> borrowed_;  // Else null, and the vectors count.
  std::string name_;
  ColumnType type_;
  LargeVector<std::uint8_t> valid_;
  LargeVector<std::int64_t> ints_;      // kInt64, kBool, kDate
  LargeVector<double> doubles_;         // kDouble
  LargeVector<std::uint64_t> offsets_;  // kString: size() + 1 entries
  using Bytes = std::basic_string<char, std::char_traits<char>, LargeAllocator<char>>;
  Bytes bytes_;  // kString
};

/// Columns of equal length with distinct names.
class Table {
 public:
  Table() = default;
  explicit Table(std::vector<Column> columns);

  std::size_t row_count() const;
  std::size_t column_count() const { return columns_.size(); }
  const std::vector<Column>& columns() const { return columns_; }
  std::vector<Column>& columns() { return columns_; }
  /// The reference stays good while further columns are added, up to kColumnCountReserved of them;
  /// for wider tables look the column up again.
  Column& add(std::string name, ColumnType type);
  static constexpr std::size_t kColumnCountReserved = 128;

  /// Null if there is none; names are compared exactly.
  const Column* find(std::string_view name) const;
  Column* find(std::string_view name);
  /// \retval kInvalid naming the missing column and the columns there are.
  Result<const Column*> require(std::string_view name) const;
  /// \retval kInvalid also if the column has another type.
  Result<const Column*> require(std::string_view name, ColumnType type) const;

  /// The rows named by `rows`, in that order.
  Table take(const std::vector<std::size_t>& rows) const;
  /// `count` rows from row `begin` on.
  Table slice(std::size_t begin, std::size_t count) const;
  /// Adds rows of `from`, whose columns have the same types in the same order.
  void append(const Table& from, std::size_t begin, std::size_t count);
  std::size_t byte_count() const;
  void wipe();

 private:
  std::vector<Column> columns_;
};

}  // namespace kinfold::table
