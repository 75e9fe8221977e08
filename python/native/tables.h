// Tables between Python and the rooms.
#pragma once

#include <nanobind/nanobind.h>

#include <memory>

#include "table/table.h"

namespace kinfold::python {

/// A table that Python holds: shared with whatever works on it.
struct TableHandle {
  std::shared_ptr<const table::Table> table;
};

inline TableHandle hand_over(table::Table table) {
  return {std::make_shared<const table::Table>(std::move(table))};
}

void bind_tables(nanobind::module_& module);

}  // namespace kinfold::python
