#include "module.h"

#include <nanobind/stl/string.h>

#include "tables.h"
#include "task.h"

namespace nb = nanobind;

namespace kinfold::python {
namespace {

const char* class_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid: return "InvalidInput";
    case ErrorCode::kRefused: return "Refused";
    case ErrorCode::kIo: return "MachineError";
    case ErrorCode::kInternal: return "InternalError";
  }
  return "Error";
}

void translate(const std::exception_ptr& thrown, void*) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Failure& failure) {
    const nb::object type = nb::module_::import_("kinfold._errors").attr(class_of(failure.error.code));
    PyErr_SetString(type.ptr(), failure.error.message.c_str());
  }
}

}  // namespace
}  // namespace kinfold::python

NB_MODULE(_native, module) {
  namespace own = kinfold::python;
  nb::register_exception_translator(&own::translate);
  module.attr("version") = KINFOLD_VERSION;
  module.def("stop_tasks", &own::stop_tasks);
  own::bind_tables(module);
  own::bind_linkage(module);
  own::bind_parts(module);
  own::bind_research(module);
  own::bind_charter(module);
}
