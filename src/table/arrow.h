// Tables in and out through the Arrow C data interface, as pyarrow, pandas, Polars and DuckDB speak it.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "table/table.h"

// The three structures of the interface, laid out as its specification says; under its own guard, so that
// a program may include another declaration of them.
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
extern "C" {
struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  std::int64_t flags;
  std::int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};
struct ArrowArray {
  std::int64_t length;
  std::int64_t null_count;
  std::int64_t offset;
  std::int64_t n_buffers;
  std::int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};
}
#endif
#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE
extern "C" {
struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};
}
#endif

namespace kinfold::table {

/// Reads the stream to its end; the caller still releases it.
///
/// Nothing is copied where a column comes in one batch as text (32- or 64-bit offsets, or views), int64 or
/// double: the table then reads the sender's memory and keeps it until the last column is gone, from any
/// thread. Copied are: columns in several batches (into one piece), narrower numbers, Booleans, dates, and
/// dictionaries, whose values are written out. Timestamps without a zone that all fall on midnight are dates;
/// others are ISO texts. Decimals are doubles. \retval kInvalid for nested or binary columns, repeated names
/// and integers beyond 64 bits (naming the column),
///         or when the sender fails.
/// Source: Apache Arrow, "The Arrow C data interface" and "The Arrow C stream interface".
Result<Table> read_arrow(ArrowArrayStream& stream);

/// The table as a stream of one batch; `out` is filled and owns its share of the table until it is released.
/// Texts (64-bit offsets), int64 and double are handed on without a copy, borrowed ones too; what costs a
/// copy is the bits of validity (where a value is missing), Booleans, dates, 32-bit offsets of borrowed
/// texts, and borrowed views of texts.
void write_arrow(std::shared_ptr<const Table> table, ArrowArrayStream& out);

}  // namespace kinfold::table
