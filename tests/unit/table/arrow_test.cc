#include "table/arrow.h"

#include <gtest/gtest.h>

#include <cstring>

namespace kinfold::table {
namespace {

// A sender with its arrays in its own hands, which counts what was given back.
struct Sender {
  struct ColumnParts {
    std::string name, format;
    std::vector<std::vector<const void*>> buffers;  // By batch.
    std::vector<std::int64_t> offset;
  };
  std::vector<ColumnParts> columns;
  std::vector<std::int64_t> lengths;  // Of each batch.
  std::vector<std::int64_t> batch_offset;
  std::size_t next = 0;
  int live = 0;
  bool fails = false;
};

struct Held {
  Sender* sender;
  std::vector<ArrowArray> arrays;
  std::vector<ArrowArray*> array_pointers;
  std::vector<std::vector<const void*>> buffers;
  std::vector<ArrowSchema> schemas;
  std::vector<ArrowSchema*> schema_pointers;
  const void* none = nullptr;
};

template <typename Struct>
void give_back(Struct* own) {
  auto* held = static_cast<Held*>(own->private_data);
  --held->sender->live;
  delete held;
  own->release = nullptr;
}

int give_schema(ArrowArrayStream* stream, ArrowSchema* out) {
  auto& sender = *static_cast<Sender*>(stream->private_data);
  auto* held = new Held{&sender, {}, {}, {}, {}, {}};
  held->schemas.resize(sender.columns.size());
  for (std::size_t n = 0; n < sender.columns.size(); ++n) {
    held->schemas[n] = {};
    held->schemas[n].format = sender.columns[n].format.c_str();
    held->schemas[n].name = sender.columns[n].name.c_str();
    held->schema_pointers.push_back(&held->schemas[n]);
  }
  *out = {};
  out->format = "+s";
  out->n_children = static_cast<std::int64_t>(sender.columns.size());
  out->children = held->schema_pointers.data();
  out->release = &give_back<ArrowSchema>;
  out->private_data = held;
  ++sender.live;
  return 0;
}

int give_batch(ArrowArrayStream* stream, ArrowArray* out) {
  auto& sender = *static_cast<Sender*>(stream->private_data);
  if (sender.fails) return 5;
  *out = {};
  if (sender.next == sender.lengths.size()) return 0;
  const std::size_t batch = sender.next++;
  auto* held = new Held{&sender, {}, {}, {}, {}, {}};
  held->arrays.resize(sender.columns.size());
  for (const auto& column : sender.columns) held->buffers.push_back(column.buffers[batch]);
  for (std::size_t n = 0; n < sender.columns.size(); ++n) {
    auto& array = held->arrays[n];
    array = {};
    array.offset = sender.columns[n].offset.empty() ? 0 : sender.columns[n].offset[batch];
    array.length = sender.lengths[batch] + (sender.batch_offset.empty() ? 0 : sender.batch_offset[batch]);
    array.n_buffers = static_cast<std::int64_t>(held->buffers[n].size());
    array.buffers = held->buffers[n].data();
    held->array_pointers.push_back(&array);
  }
  out->length = sender.lengths[batch];
  out->offset = sender.batch_offset.empty() ? 0 : sender.batch_offset[batch];
  out->n_buffers = 1;
  out->buffers = &held->none;
  out->n_children = static_cast<std::int64_t>(sender.columns.size());
  out->children = held->array_pointers.data();
  out->release = &give_back<ArrowArray>;
  out->private_data = held;
  ++sender.live;
  return 0;
}

ArrowArrayStream stream_of(Sender& sender) { return {&give_schema, &give_batch, nullptr, nullptr, &sender}; }

TEST(Arrow, TextIntegersAndDoublesAreReadWhereTheyLieAndGivenBackWithTheLastColumn) {
  const std::int32_t offsets[] = {0, 3, 3, 6};
  const char bytes[] = "AnnBob";
  const std::int64_t ints[] = {7, 8, 9};
  const double doubles[] = {0.5, 1.5, 2.5};
  const std::uint8_t valid[] = {0b101};
  Sender sender{{{"name", "u", {{valid, offsets, bytes}}, {}},
                 {"n", "l", {{nullptr, ints}}, {}},
                 {"x", "g", {{valid, doubles}}, {}}},
                {3},
                {}};
  auto stream = stream_of(sender);
  auto read = read_arrow(stream);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(sender.live, 1);
  {
    const Table table = std::move(read).value();
    for (const auto& column : table.columns()) EXPECT_TRUE(column.is_borrowed()) << column.name();
    EXPECT_EQ(table.columns()[0].string_at(0).data(), bytes);
    EXPECT_EQ(table.columns()[0].string_at(2), "Bob");
    EXPECT_TRUE(table.columns()[0].is_null(1));
    EXPECT_EQ(table.columns()[1].int_at(2), 9);
    EXPECT_EQ(table.columns()[2].double_at(1), 0.0);
    EXPECT_EQ(table.columns()[2].null_count(), 1U);
    Column longer = table.columns()[0];
    longer.append_string("Cy");
    EXPECT_FALSE(longer.is_borrowed());
    EXPECT_EQ(longer.string_at(2), "Bob");
    EXPECT_EQ(longer.string_at(3), "Cy");
  }
  read = Table{};
  EXPECT_EQ(sender.live, 0);
}

TEST(Arrow, WhatIsBorrowedIsHandedOnWhereItLiesAndKeptUntilThen) {
  const std::int32_t offsets[] = {0, 2, 5, 5, 8};
  const char bytes[] = "..AnnBob";
  const std::int64_t ints[] = {6, 7, 8, 9};
  const std::uint8_t valid[] = {0b1011};
  Sender sender{{{"name", "u", {{valid, offsets, bytes}}, {1}}, {"n", "l", {{nullptr, ints}}, {1}}}, {3}, {}};
  auto stream = stream_of(sender);
  auto read = read_arrow(stream);
  ASSERT_TRUE(read.ok()) << read.error().message;
  auto table = std::make_shared<const Table>(std::move(read).value());
  ArrowArrayStream out;
  write_arrow(table, out);
  table.reset();
  read = Table{};
  ArrowArray batch;
  ASSERT_EQ(out.get_next(&out, &batch), 0);
  EXPECT_EQ(batch.children[0]->buffers[2], bytes);
  EXPECT_EQ(batch.children[1]->buffers[1], ints + 1);
  batch.release(&batch);
  out.release(&out);
  EXPECT_EQ(sender.live, 0);
}

TEST(Arrow, WhatIsHandedOnIsReadAsItWasBorrowed) {
  const std::int32_t offsets[] = {0, 2, 5, 5, 8};
  const char bytes[] = "..AnnBob";
  const double doubles[] = {0.5, 1.5, 2.5, 3.5};
  const std::uint8_t valid[] = {0b1011};
  Sender sender{
      {{"name", "u", {{valid, offsets, bytes}}, {1}}, {"x", "g", {{valid, doubles}}, {1}}}, {3}, {}};
  auto stream = stream_of(sender);
  auto read = read_arrow(stream);
  ASSERT_TRUE(read.ok()) << read.error().message;
  ArrowArrayStream out;
  write_arrow(std::make_shared<const Table>(std::move(read).value()), out);
  read = read_arrow(out);
  ASSERT_TRUE(read.ok()) << read.error().message;
  const Table& table = read.value();
  EXPECT_EQ(table.columns()[0].string_at(0), "Ann");
  EXPECT_TRUE(table.columns()[0].is_null(1));
  EXPECT_EQ(table.columns()[0].string_at(2), "Bob");
  EXPECT_EQ(table.columns()[1].double_at(0), 1.5);
  EXPECT_EQ(table.columns()[1].null_count(), 1U);
  EXPECT_EQ(table.columns()[1].double_at(2), 3.5);
  out.release(&out);
  EXPECT_EQ(sender.live, 1) << "the table that was read keeps what lies in it";
  read = Table{};
  EXPECT_EQ(sender.live, 0);
}

TEST(Arrow, ViewsAreReadWhereTheyLie) {
  char views[32] = {};
  const char block[] = "..Featherstonehaugh";
  const std::int32_t short_length = 3;
  const std::int32_t long_view[] = {17, 0, 0, 2};
  std::memcpy(views, &short_length, 4);
  std::memcpy(views + 4, "Ann", 3);
  std::memcpy(views + 16, long_view, 16);
  const std::int64_t lengths[] = {19};
  Sender sender{{{"name", "vu", {{nullptr, views, block, lengths}}, {}}}, {2}, {}};
  auto stream = stream_of(sender);
  const auto read = read_arrow(stream);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().columns()[0].string_at(0), "Ann");
  EXPECT_EQ(read.value().columns()[0].string_at(1), "Featherstonehaugh");
  EXPECT_EQ(read.value().columns()[0].string_at(1).data(), block + 2);
}

TEST(Arrow, OffsetsOfSlicesCountForTheBatchAndForItsColumns) {
  const std::int64_t ints[] = {1, 2, 3, 4, 5};
  const std::uint8_t valid[] = {0b10111};
  Sender sender{{{"n", "l", {{valid, ints}}, {1}}}, {2}, {1}};  // Rows 2 and 3 of the buffer: 3 and a null.
  auto stream = stream_of(sender);
  const auto read = read_arrow(stream);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().columns()[0].int_at(0), 3);
  EXPECT_TRUE(read.value().columns()[0].is_null(1));
}

TEST(Arrow, SeveralBatchesBecomeOneColumn) {
  const std::int64_t first[] = {0, 1}, second[] = {0, 2, 4};
  Sender sender{{{"name", "U", {{nullptr, first, "A"}, {nullptr, first, ""}, {nullptr, second, "BbCc"}}, {}}},
                {1, 0, 2},
                {}};
  auto stream = stream_of(sender);
  const auto read = read_arrow(stream);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().row_count(), 3U);
  EXPECT_EQ(read.value().columns()[0].string_at(2), "Cc");
  EXPECT_EQ(sender.live, 0);
}

TEST(Arrow, TimestampsAtMidnightAreDatesAndOthersTexts) {
  const std::int64_t days[] = {86'400'000'000 * 2, -86'400'000'000};
  const std::int64_t times[] = {90, -1};
  Sender sender{{{"born", "tsu:", {{nullptr, days}}, {}}, {"seen", "tss:", {{nullptr, times}}, {}}}, {2}, {}};
  auto stream = stream_of(sender);
  const auto read = read_arrow(stream);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().columns()[0].text_at(0), "1970-01-03");
  EXPECT_EQ(read.value().columns()[0].text_at(1), "1969-12-31");
  EXPECT_EQ(read.value().columns()[1].text_at(0), "1970-01-01T00:01:30");
  EXPECT_EQ(read.value().columns()[1].text_at(1), "1969-12-31T23:59:59");
}

TEST(Arrow, RefusalsNameTheColumnAndTheRemedy) {
  const std::uint64_t wide[] = {UINT64_MAX};
  const struct {
    const char* format;
    std::string message;
  } refusals[] = {
      {"+l",
       "column 'c' has Arrow's type '+l', which is neither text, number, date nor Boolean; leave it out, or "
       "convert it to text"},
      {"L", "column 'c' has integers beyond 64 bits with sign; pass them as text"},
  };
  for (const auto& refusal : refusals) {
    Sender sender{{{"c", refusal.format, {{nullptr, wide}}, {}}}, {1}, {}};
    auto stream = stream_of(sender);
    const auto read = read_arrow(stream);
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().message, refusal.message);
    EXPECT_EQ(sender.live, 0);
  }
  const std::int64_t ints[] = {1};
  Sender twice{{{"c", "l", {{nullptr, ints}}, {}}, {"c", "l", {{nullptr, ints}}, {}}}, {1}, {}};
  auto stream = stream_of(twice);
  EXPECT_EQ(read_arrow(stream).error().message,
            "column 'c' is there twice; give every column a name of its own");
  Sender failing{{}, {}, {}, 0, 0, true};
  stream = stream_of(failing);
  EXPECT_FALSE(read_arrow(stream).ok());
}

std::shared_ptr<const Table> every_type() {
  auto table = std::make_shared<Table>();
  auto& text = table->add("text", ColumnType::kString);
  auto& whole = table->add("whole", ColumnType::kInt64);
  auto& real = table->add("real", ColumnType::kDouble);
  auto& yes = table->add("yes", ColumnType::kBool);
  auto& day = table->add("day", ColumnType::kDate);
  for (int n = 0; n < 20; ++n) {
    if (n % 7 == 3) {
      for (auto* column : {&text, &whole, &real, &yes, &day}) column->append_null();
      continue;
    }
    text.append_string(std::string(static_cast<std::size_t>(n), 'x'));
    whole.append_int(n - 5);
    real.append_double(n / 8.0);
    yes.append_bool(n % 3 == 0);
    day.append_date({n * 1000});
  }
  return table;
}

TEST(Arrow, WhatIsWrittenIsReadBackTheSame) {
  const auto table = every_type();
  ArrowArrayStream stream;
  write_arrow(table, stream);
  const auto read = read_arrow(stream);
  stream.release(&stream);
  EXPECT_EQ(stream.release, nullptr);
  ASSERT_TRUE(read.ok()) << read.error().message;
  ASSERT_EQ(read.value().column_count(), table->column_count());
  for (std::size_t n = 0; n < table->column_count(); ++n) {
    const auto& own = read.value().columns()[n];
    EXPECT_EQ(own.type(), table->columns()[n].type());
    for (std::size_t row = 0; row < table->row_count(); ++row) {
      EXPECT_EQ(own.is_null(row), table->columns()[n].is_null(row));
      EXPECT_EQ(own.text_at(row), table->columns()[n].text_at(row));
    }
  }
  EXPECT_EQ(read.value().columns()[0].string_at(2).data(),
            table->columns()[0].string_at(2).data());              // Not copied.
  const auto again = std::make_shared<const Table>(read.value());  // Borrowed columns are handed on as well.
  write_arrow(again, stream);
  EXPECT_EQ(read_arrow(stream).value().columns()[0].text_at(5), "xxxxx");
  stream.release(&stream);
}

TEST(Arrow, AChildOutlivesItsBatchAndItsStream) {
  ArrowArrayStream stream;
  write_arrow(every_type(), stream);
  ArrowArray batch;
  ASSERT_EQ(stream.get_next(&stream, &batch), 0);
  ArrowArray child = *batch.children[1];
  batch.children[1]->release = nullptr;  // Moved out.
  batch.release(&batch);
  stream.release(&stream);
  EXPECT_EQ(static_cast<const std::int64_t*>(child.buffers[1])[6], 1);
  child.release(&child);
}

TEST(Arrow, AnEmptyTableKeepsItsColumns) {
  auto table = std::make_shared<Table>();
  table->add("name", ColumnType::kString);
  ArrowArrayStream stream;
  write_arrow(table, stream);
  const auto read = read_arrow(stream);
  stream.release(&stream);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.value().row_count(), 0U);
  EXPECT_EQ(read.value().columns()[0].name(), "name");
}

}  // namespace
}  // namespace kinfold::table
