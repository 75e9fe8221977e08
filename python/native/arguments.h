// Arguments that functions of several parts of the module take.
#pragma once

#include <nanobind/nanobind.h>

#include <string>

#include "linkage/link.h"
#include "tables.h"
#include "task.h"

namespace kinfold::python {

/// Holds nothing where Python gives None: one file is linked with itself.
inline TableHandle table_or_none(const nanobind::object& object) {
  return object.is_none() ? TableHandle{} : nanobind::cast<TableHandle>(object);
}

/// Throws Failure where there is no pairing of that name.
inline linkage::Pairing pairing_named(const std::string& name) {
  const auto known = linkage::pairing_of(name);
  if (!known)
    throw Failure{
        invalid("there is no such pairing; it is auto, one-to-one, one-to-many, many-to-one or many")};
  return *known;
}

}  // namespace kinfold::python
