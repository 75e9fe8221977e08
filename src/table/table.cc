#include "table/table.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/near_name.h"
#include "table/column_names.h"

namespace kinfold::table {
namespace {

/// Writes zeros that the compiler may not leave out because the memory is given back next.
template <typename Container>
void wipe_container(Container& container) {
  using Value = typename Container::value_type;
  // Spare capacity may hold earlier values: make it part of the container before writing to it.
  container.resize(container.capacity());
  volatile Value* values = container.data();
  for (std::size_t k = 0; k < container.size(); ++k) values[k] = Value{};
  container.clear();
}

}  // namespace

std::string_view Borrowed::string_at(std::size_t row) const {
  if (is_null(row)) return {};
  const std::size_t n = first_row + row;
  if (text ==
      Text::kViews) {  // 4 bytes of length; up to 12 bytes themselves, else 4 of them, a block and an offset.
    const char* view = static_cast<const char*>(values) + 16 * n;
    std::int32_t part[4];
    std::memcpy(part, view, sizeof part);
    const auto length = static_cast<std::size_t>(part[0]);
    return {length <= 12 ? view + 4 : bytes[static_cast<std::size_t>(part[2])] + part[3], length};
  }
  const auto cut = [&](const auto* offsets) {
    return std::string_view(bytes[0] + offsets[n], static_cast<std::size_t>(offsets[n + 1] - offsets[n]));
  };
  return text == Text::kOffsets32 ? cut(static_cast<const std::int32_t*>(values))
                                  : cut(static_cast<const std::int64_t*>(values));
}

std::string_view type_name(ColumnType type) {
  switch (type) {
    case ColumnType::kString: return "string";
    case ColumnType::kInt64: return "int64";
    case ColumnType::kDouble: return "double";
    case ColumnType::kBool: return "bool";
    case ColumnType::kDate: return "date";
  }
  return "unknown";
}

Column::Column(std::string name, ColumnType type) : name_(std::move(name)), type_(type) {
  if (type_ == ColumnType::kString) offsets_.push_back(0);
}

Column::Column(std::string name, ColumnType type, Borrowed borrowed)
    : borrowed_(std::make_shared<const Borrowed>(std::move(borrowed))), name_(std::move(name)), type_(type) {
  assert(type_ == ColumnType::kString || type_ == ColumnType::kInt64 || type_ == ColumnType::kDouble);
}

void Column::own() {
  Column copy(name_, type_);
  copy.reserve(size());
  for (std::size_t row = 0; row < size(); ++row) copy.append_from(*this, row);
  *this = std::move(copy);
}

const void* Column::own_values() const {
  if (borrowed_) return nullptr;
  if (type_ == ColumnType::kString) return offsets_.data();
  return type_ == ColumnType::kDouble ? static_cast<const void*>(doubles_.data())
                                      : static_cast<const void*>(ints_.data());
}

void Column::reserve(std::size_t row_count, std::size_t text_byte_count) {
  if (borrowed_) own();
  valid_.reserve(row_count);
  switch (type_) {
    case ColumnType::kString:
      offsets_.reserve(row_count + 1);
      bytes_.reserve(text_byte_count);
      break;
    case ColumnType::kDouble: doubles_.reserve(row_count); break;
    default: ints_.reserve(row_count);
  }
}

void Column::append_null() {
  if (borrowed_) own();
  valid_.push_back(0);
  switch (type_) {
    case ColumnType::kString: offsets_.push_back(bytes_.size()); break;
    case ColumnType::kDouble: doubles_.push_back(0.0); break;
    default: ints_.push_back(0);
  }
}

void Column::append_string(std::string_view value) {
  if (borrowed_) own();
  assert(type_ == ColumnType::kString);
  valid_.push_back(1);
  bytes_.append(value);
  offsets_.push_back(bytes_.size());
}

void Column::append_repeated(std::string_view value, std::size_t count) {
  if (borrowed_) own();
  assert(type_ == ColumnType::kString);
  valid_.insert(valid_.end(), count, 1);
  const std::size_t begin = bytes_.size();
  bytes_.reserve(begin + count * value.size());
  for (std::size_t n = 0; n < count; ++n) bytes_.append(value);
  const std::size_t first = offsets_.size();
  offsets_.resize(first + count);
  for (std::size_t n = 0; n < count; ++n) offsets_[first + n] = begin + (n + 1) * value.size();
}

void Column::append_int(std::int64_t value) {
  if (borrowed_) own();
  assert(type_ == ColumnType::kInt64);
  valid_.push_back(1);
  ints_.push_back(value);
}

void Column::append_double(double value) {
  if (borrowed_) own();
  assert(type_ == ColumnType::kDouble);
  valid_.push_back(1);
  doubles_.push_back(value);
}

void Column::append_bool(bool value) {
  if (borrowed_) own();
  assert(type_ == ColumnType::kBool);
  valid_.push_back(1);
  ints_.push_back(value ? 1 : 0);
}

void Column::append_date(Date value) {
  if (borrowed_) own();
  assert(type_ == ColumnType::kDate);
  valid_.push_back(1);
  ints_.push_back(value.days);
}

void Column::append_from(const Column& from, std::size_t row) {
  assert(type_ == from.type_);
  if (from.is_null(row)) return append_null();
  switch (type_) {
    case ColumnType::kString: return append_string(from.string_at(row));
    case ColumnType::kDouble: return append_double(from.double_at(row));
    case ColumnType::kInt64: return append_int(from.int_at(row));
    default: valid_.push_back(1); ints_.push_back(from.ints_[row]);
  }
}

void Column::append_rows(const Column& from, std::size_t begin, std::size_t count) {
  assert(type_ == from.type_ && begin + count <= from.size());
  if (borrowed_) own();
  if (from.borrowed_) {
    for (std::size_t row = begin; row < begin + count; ++row) append_from(from, row);
    return;
  }
  const auto copy = [&](auto& to, const auto& values) {
    if (values.empty()) return;
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(begin);
    to.insert(to.end(), first, first + static_cast<std::ptrdiff_t>(count));
  };
  copy(valid_, from.valid_);
  copy(ints_, from.ints_);
  copy(doubles_, from.doubles_);
  if (type_ != ColumnType::kString) return;
  const std::uint64_t old_end = bytes_.size();
  const std::uint64_t start = from.offsets_[begin];
  bytes_.append(from.bytes_, start, from.offsets_[begin + count] - start);
  for (std::size_t row = begin; row < begin + count; ++row)
    offsets_.push_back(old_end + from.offsets_[row + 1] - start);
}

std::size_t Column::null_count() const {
  std::size_t count = 0;
  for (std::size_t row = 0; row < size(); ++row) count += is_null(row);
  return count;
}

std::string_view Column::string_at(std::size_t row) const {
  assert(type_ == ColumnType::kString && row < size());
  if (borrowed_) return borrowed_->string_at(row);
  return {bytes_.data() + offsets_[row], offsets_[row + 1] - offsets_[row]};
}

std::int64_t Column::int_at(std::size_t row) const {
  assert(type_ == ColumnType::kInt64 && row < size());
  if (!borrowed_) return ints_[row];
  return is_null(row) ? 0 : static_cast<const std::int64_t*>(borrowed_->values)[borrowed_->first_row + row];
}

double Column::double_at(std::size_t row) const {
  assert(type_ == ColumnType::kDouble && row < size());
  if (!borrowed_) return doubles_[row];
  return is_null(row) ? 0.0 : static_cast<const double*>(borrowed_->values)[borrowed_->first_row + row];
}

bool Column::bool_at(std::size_t row) const {
  assert(type_ == ColumnType::kBool && row < size());
  return ints_[row] != 0;
}

Date Column::date_at(std::size_t row) const {
  assert(type_ == ColumnType::kDate && row < size());
  return {static_cast<std::int32_t>(ints_[row])};
}

double Column::number_at(std::size_t row) const {
  assert(type_ != ColumnType::kString && row < size());
  if (is_null(row)) return std::numeric_limits<double>::quiet_NaN();
  if (type_ == ColumnType::kDouble) return double_at(row);
  return static_cast<double>(type_ == ColumnType::kInt64 ? int_at(row) : ints_[row]);
}

std::string Column::text_at(std::size_t row) const {
  if (is_null(row)) return {};
  switch (type_) {
    case ColumnType::kString: return std::string(string_at(row));
    case ColumnType::kInt64: return std::to_string(int_at(row));
    case ColumnType::kDouble: return fmt::format("{}", double_at(row));
    case ColumnType::kBool: return ints_[row] != 0 ? "true" : "false";
    case ColumnType::kDate: return to_iso(date_at(row));
  }
  return {};
}

std::size_t Column::byte_count() const {
  return valid_.capacity() + ints_.capacity() * sizeof(std::int64_t) + doubles_.capacity() * sizeof(double) +
         offsets_.capacity() * sizeof(std::uint64_t) + bytes_.capacity() + name_.capacity() + sizeof(*this);
}

void Column::wipe() {
  borrowed_.reset();
  wipe_container(valid_);
  wipe_container(ints_);
  wipe_container(doubles_);
  wipe_container(offsets_);
  wipe_container(bytes_);
  if (type_ == ColumnType::kString) offsets_.push_back(0);
}

Error no_such_column(std::string_view name, const std::vector<std::string_view>& known) {
  return invalid(fmt::format("no column '{}'; {}there are: {}. Add the column or correct its name", name,
                             did_you_mean(name, known), list_names(known)));
}

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {
  assert(std::all_of(columns_.begin(), columns_.end(),
                     [&](const Column& column) { return column.size() == columns_.front().size(); }));
}

std::size_t Table::row_count() const { return columns_.empty() ? 0 : columns_.front().size(); }

Column& Table::add(std::string name, ColumnType type) {
  assert(find(name) == nullptr);
  // A table is mostly put together column by column with references in hand: keep those good.
  if (columns_.capacity() < kColumnCountReserved) columns_.reserve(kColumnCountReserved);
  return columns_.emplace_back(std::move(name), type);
}

const Column* Table::find(std::string_view name) const {
  for (const auto& column : columns_) {
    if (column.name() == name) return &column;
  }
  return nullptr;
}

Column* Table::find(std::string_view name) {
  for (auto& column : columns_) {
    if (column.name() == name) return &column;
  }
  return nullptr;
}

Result<const Column*> Table::require(std::string_view name) const {
  if (const Column* column = find(name)) return column;
  std::vector<std::string_view> known;
  for (const auto& column : columns_) known.emplace_back(column.name());
  return no_such_column(name, known);
}

Result<const Column*> Table::require(std::string_view name, ColumnType type) const {
  auto found = require(name);
  if (!found.ok() || found.value()->type() == type) return found;
  return invalid(fmt::format("column '{}' is of type {}; {} is needed. Convert it before it is read here",
                             name, type_name(found.value()->type()), type_name(type)));
}

Table Table::take(const std::vector<std::size_t>& rows) const {
  Table taken;
  taken.columns_.reserve(columns_.size());
  for (const auto& from : columns_) {
    Column& to = taken.columns_.emplace_back(from.name(), from.type());
    to.reserve(rows.size());
    for (const auto row : rows) to.append_from(from, row);
  }
  return taken;
}

Table Table::slice(std::size_t begin, std::size_t count) const {
  Table part;
  part.columns_.reserve(columns_.size());
  for (const auto& from : columns_)
    part.columns_.emplace_back(from.name(), from.type()).append_rows(from, begin, count);
  return part;
}

void Table::append(const Table& from, std::size_t begin, std::size_t count) {
  assert(columns_.size() == from.columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i].append_rows(from.columns_[i], begin, count);
}

std::size_t Table::byte_count() const {
  std::size_t count = sizeof(*this);
  for (const auto& column : columns_) count += column.byte_count();
  return count;
}

void Table::wipe() {
  for (auto& column : columns_) column.wipe();
}

}  // namespace kinfold::table
