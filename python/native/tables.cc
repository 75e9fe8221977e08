#include "tables.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "base/date.h"
#include "table/arrow.h"
#include "table/io.h"
#include "task.h"

namespace nb = nanobind;

namespace kinfold::python {
namespace {

constexpr const char* kStream = "arrow_array_stream";

void free_stream(PyObject* capsule) {
  auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule, kStream));
  if (stream->release != nullptr) stream->release(stream);
  delete stream;
}

nb::object to_arrow(const TableHandle& handle, const nb::object& /*requested_schema*/) {
  auto stream = std::make_unique<ArrowArrayStream>();
  table::write_arrow(handle.table, *stream);
  return nb::steal(PyCapsule_New(stream.release(), kStream, &free_stream));
}

TableHandle from_arrow(const nb::object& capsule) {
  auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule.ptr(), kStream));
  if (stream == nullptr) throw nb::python_error();
  const nb::gil_scoped_release released;
  return hand_over(unwrap(table::read_arrow(*stream)));
}

TableHandle read_file(const std::string& path, bool all_strings, std::size_t thread_count,
                      const nb::object& told) {
  return run(told, [=](Progress&) -> Result<TableHandle> {
    table::ReadOptions options;
    options.all_strings = all_strings;
    options.thread_count = thread_count;
    auto read = table::read_file(path, options);
    if (!read.ok()) return read.error();
    return hand_over(std::move(read).value());
  });
}

table::ColumnType type_of(const nb::handle& value, const std::string& name) {
  if (nb::isinstance<nb::bool_>(value)) return table::ColumnType::kBool;
  if (nb::isinstance<nb::int_>(value)) return table::ColumnType::kInt64;
  if (nb::isinstance<nb::float_>(value)) return table::ColumnType::kDouble;
  if (nb::isinstance<nb::str>(value)) return table::ColumnType::kString;
  if (nb::hasattr(value, "isoformat")) return table::ColumnType::kString;
  throw Failure{
      invalid("column '" + name +
              "' holds a Python value that is neither text, number, date nor Boolean; convert it to text")};
}

/// Lists of plain Python values, for small tables; None is a missing value.
TableHandle from_lists(const nb::dict& columns) {
  std::vector<table::Column> all;
  for (const auto& [key, list] : columns) {
    const auto name = nb::cast<std::string>(key);
    auto type = table::ColumnType::kString;
    bool typed = false;
    for (const auto& value : list) {
      if (value.is_none()) continue;
      const auto own = type_of(value, name);
      const bool numbers = typed && own != type && own != table::ColumnType::kString &&
                           own != table::ColumnType::kBool && type != table::ColumnType::kString &&
                           type != table::ColumnType::kBool;
      if (typed && own != type && !numbers)
        throw Failure{
            invalid("column '" + name + "' mixes kinds of values; make them all text, or all numbers")};
      type = numbers ? table::ColumnType::kDouble : own;
      typed = true;
    }
    table::Column column(name, type);
    for (const auto& value : list) {
      if (value.is_none())
        column.append_null();
      else if (type == table::ColumnType::kBool)
        column.append_bool(nb::cast<bool>(value));
      else if (type == table::ColumnType::kInt64)
        column.append_int(nb::cast<std::int64_t>(value));
      else if (type == table::ColumnType::kDouble)
        column.append_double(nb::cast<double>(value));
      else
        column.append_string(nb::cast<std::string>(nb::str(value)));
    }
    if (!all.empty() && all.front().size() != column.size())
      throw Failure{
          invalid("column '" + name +
                  "' has another number of values than the first; give every column one for each row")};
    all.push_back(std::move(column));
  }
  return hand_over(table::Table(std::move(all)));
}

nb::object cell(const table::Column& column, std::size_t row) {
  if (column.is_null(row)) return nb::none();
  switch (column.type()) {
    case table::ColumnType::kString:
      return nb::str(column.string_at(row).data(), column.string_at(row).size());
    case table::ColumnType::kInt64: return nb::int_(column.int_at(row));
    case table::ColumnType::kDouble: return nb::float_(column.double_at(row));
    case table::ColumnType::kBool: return nb::bool_(column.bool_at(row));
    case table::ColumnType::kDate:
      return nb::module_::import_("datetime").attr("date").attr("fromisoformat")(to_iso(column.date_at(row)));
  }
  return nb::none();
}

nb::list column_values(const TableHandle& handle, const std::string& name) {
  const auto* column = unwrap(handle.table->require(name));
  nb::list values;
  for (std::size_t row = 0; row < column->size(); ++row) values.append(cell(*column, row));
  return values;
}

nb::list rows(const TableHandle& handle, std::size_t begin, std::size_t end) {
  nb::list all;
  for (std::size_t row = begin; row < std::min(end, handle.table->row_count()); ++row) {
    nb::list one;
    for (const auto& column : handle.table->columns()) one.append(cell(column, row));
    all.append(nb::tuple(one));
  }
  return all;
}

}  // namespace

void bind_tables(nb::module_& module) {
  nb::class_<TableHandle>(module, "Table")
      .def("__arrow_c_stream__", &to_arrow, nb::arg("requested_schema").none() = nb::none())
      .def("__len__", [](const TableHandle& own) { return own.table->row_count(); })
      .def_prop_ro("column_names",
                   [](const TableHandle& own) {
                     std::vector<std::string> names;
                     for (const auto& column : own.table->columns()) names.push_back(column.name());
                     return names;
                   })
      .def_prop_ro("borrowed",
                   [](const TableHandle& own) {
                     std::vector<std::string> names;
                     for (const auto& column : own.table->columns())
                       if (column.is_borrowed()) names.push_back(column.name());
                     return names;
                   })
      .def("column", &column_values)
      .def("rows", &rows)
      .def("write_csv", [](const TableHandle& own,
                           const std::string& path) { unwrap(table::write_csv(*own.table, path)); })
      .def("write_parquet", [](const TableHandle& own, const std::string& path) {
        unwrap(table::write_parquet(*own.table, path));
      });
  module.def("from_arrow", &from_arrow);
  module.def("from_lists", &from_lists);
  module.def("read_file", &read_file, nb::arg("path"), nb::arg("all_strings"), nb::arg("threads"),
             nb::arg("told").none());
}

}  // namespace kinfold::python
