#include <array>
#include <cerrno>
#include <cstddef>
#include <list>

#include "table/arrow.h"

namespace kinfold::table {
namespace {

/// Everything that one batch handed out refers to; freed by its release.
struct Batch {
  std::shared_ptr<const Table> table;
  std::list<Column> copies;  // Of borrowed views of texts.
  std::list<std::vector<std::uint8_t>> bits;
  std::list<std::vector<std::int32_t>> days;
  std::list<std::vector<std::uint64_t>> offsets;
  std::vector<ArrowArray> children;
  std::vector<ArrowArray*> pointers;
  std::vector<std::array<const void*, 3>> buffers;
  const void* none = nullptr;
};

struct SchemaParts {
  std::vector<std::string> names;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> pointers;
};

struct Stream {
  std::shared_ptr<const Table> table;
  bool done = false;
};

// Each structure, child or parent, holds a share of what it refers to: a receiver may keep a child and
// release the parent before it.
template <typename Struct, typename Parts>
void release(Struct* own) {
  for (std::int64_t n = 0; n < own->n_children; ++n) {
    auto* child = own->children[n];
    if (child->release != nullptr) child->release(child);
  }
  own->release = nullptr;
  delete static_cast<std::shared_ptr<Parts>*>(own->private_data);
}

template <typename Struct, typename Parts>
void share(Struct& own, const std::shared_ptr<Parts>& parts) {
  own.private_data = new std::shared_ptr<Parts>(parts);
  own.release = &release<Struct, Parts>;
}

// A borrowed column whose values can be handed on where they lie.
bool is_lent(const Column& column) {
  return column.is_borrowed() &&
         (column.type() != ColumnType::kString || column.borrowed()->text != Borrowed::Text::kViews);
}

const char* format_of(ColumnType type) {
  switch (type) {
    case ColumnType::kString: return "U";
    case ColumnType::kInt64: return "l";
    case ColumnType::kDouble: return "g";
    case ColumnType::kBool: return "b";
    case ColumnType::kDate: return "tdD";
  }
  return "n";
}

template <typename IsSet>
const void* bits_of(Batch& batch, std::size_t count, IsSet&& is_set) {
  auto& bits = batch.bits.emplace_back((count + 7) / 8);
  for (std::size_t row = 0; row < count; ++row)
    if (is_set(row)) bits[row / 8] = static_cast<std::uint8_t>(bits[row / 8] | (1U << (row % 8)));
  return bits.data();
}

// In the memory where it lies, which the table keeps; 32-bit offsets of texts are widened.
void lend_column(Batch& batch, const Column& column, ArrowArray& array, std::array<const void*, 3>& buffers) {
  const Borrowed& borrowed = *column.borrowed();
  const std::size_t first = borrowed.first_row;
  const std::size_t count = borrowed.row_count;
  array = {};
  array.length = static_cast<std::int64_t>(count);
  array.null_count = borrowed.validity == nullptr ? 0 : -1;  // Not counted.
  array.n_buffers = column.type() == ColumnType::kString ? 3 : 2;
  array.buffers = buffers.data();
  buffers = {nullptr, static_cast<const std::uint64_t*>(borrowed.values) + first,
             borrowed.bytes.empty() ? nullptr : borrowed.bytes[0]};
  if (borrowed.validity != nullptr)
    buffers[0] = first % 8 == 0
                     ? borrowed.validity + first / 8
                     : bits_of(batch, count, [&](std::size_t row) { return !column.is_null(row); });
  if (column.type() == ColumnType::kString && borrowed.text == Borrowed::Text::kOffsets32) {
    const auto* narrow = static_cast<const std::uint32_t*>(borrowed.values) + first;
    buffers[1] = batch.offsets.emplace_back(narrow, narrow + count + 1).data();
  }
}

void fill_column(Batch& batch, const Column& given, ArrowArray& array, std::array<const void*, 3>& buffers) {
  if (is_lent(given)) return lend_column(batch, given, array, buffers);
  const Column* column = &given;
  const std::size_t count = column->size();
  if (column->is_borrowed()) {
    auto& copy = batch.copies.emplace_back(column->name(), column->type());
    for (std::size_t row = 0; row < count; ++row) copy.append_from(*column, row);
    column = &copy;
  }
  array = {};
  array.length = static_cast<std::int64_t>(count);
  array.null_count = static_cast<std::int64_t>(column->null_count());
  array.n_buffers = column->type() == ColumnType::kString ? 3 : 2;
  array.buffers = buffers.data();
  buffers = {nullptr, column->own_values(), nullptr};
  if (array.null_count > 0)
    buffers[0] = bits_of(batch, count, [&](std::size_t row) { return !column->is_null(row); });
  if (column->type() == ColumnType::kString) buffers[2] = column->own_bytes().data();
  if (column->type() == ColumnType::kBool)
    buffers[1] = bits_of(batch, count, [&](std::size_t row) { return column->bool_at(row); });
  if (column->type() == ColumnType::kDate) {
    auto& days = batch.days.emplace_back(count);
    for (std::size_t row = 0; row < count; ++row) days[row] = column->date_at(row).days;
    buffers[1] = days.data();
  }
}

void fill_batch(const std::shared_ptr<const Table>& table, ArrowArray& out) {
  const auto batch = std::make_shared<Batch>();
  batch->table = table;
  const std::size_t count = table->column_count();
  batch->children.resize(count);
  batch->buffers.resize(count);
  for (std::size_t n = 0; n < count; ++n) {
    fill_column(*batch, table->columns()[n], batch->children[n], batch->buffers[n]);
    share(batch->children[n], batch);
    batch->pointers.push_back(&batch->children[n]);
  }
  out = {};
  out.length = static_cast<std::int64_t>(table->row_count());
  out.n_buffers = 1;
  out.buffers = &batch->none;
  out.n_children = static_cast<std::int64_t>(count);
  out.children = batch->pointers.data();
  share(out, batch);
}

constexpr std::int64_t kNullable = 2;  // ARROW_FLAG_NULLABLE

void fill_schema(const Table& table, ArrowSchema& out) {
  const auto parts = std::make_shared<SchemaParts>();
  const std::size_t count = table.column_count();
  parts->children.resize(count);
  for (const auto& column : table.columns()) parts->names.push_back(column.name());
  for (std::size_t n = 0; n < count; ++n) {
    auto& child = parts->children[n];
    child = {};
    child.format = format_of(table.columns()[n].type());
    child.name = parts->names[n].c_str();
    child.flags = kNullable;
    share(child, parts);
    parts->pointers.push_back(&child);
  }
  out = {};
  out.format = "+s";
  out.name = "";
  out.n_children = static_cast<std::int64_t>(count);
  out.children = parts->pointers.data();
  share(out, parts);
}

Stream& stream_of(ArrowArrayStream* stream) { return *static_cast<Stream*>(stream->private_data); }

// Called from C: an exception may not leave, and only memory can run out here.
template <typename Fill>
int guarded(Fill&& fill) {
  try {
    fill();
    return 0;
  } catch (...) {
    return ENOMEM;
  }
}

}  // namespace

void write_arrow(std::shared_ptr<const Table> table, ArrowArrayStream& out) {
  out.get_schema = [](ArrowArrayStream* stream, ArrowSchema* schema) {
    return guarded([&] { fill_schema(*stream_of(stream).table, *schema); });
  };
  out.get_next = [](ArrowArrayStream* stream, ArrowArray* array) {
    return guarded([&] {
      auto& own = stream_of(stream);
      if (own.done)
        array->release = nullptr;  // The end.
      else
        fill_batch(own.table, *array);
      own.done = true;
    });
  };
  out.get_last_error = [](ArrowArrayStream*) -> const char* { return "out of memory"; };
  out.release = [](ArrowArrayStream* stream) {
    delete static_cast<Stream*>(stream->private_data);
    stream->release = nullptr;
  };
  out.private_data = new Stream{std::move(table), false};
}

}  // namespace kinfold::table
