// The native module's parts, one for each room that Python reaches.
#pragma once

#include <nanobind/nanobind.h>

namespace kinfold::python {

void bind_linkage(nanobind::module_& module);
void bind_parts(nanobind::module_& module);
void bind_research(nanobind::module_& module);
void bind_charter(nanobind::module_& module);

}  // namespace kinfold::python
