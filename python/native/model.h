// A linkage model that Python holds.
#pragma once

#include <memory>
#include <utility>

#include "linkage/model.h"

namespace kinfold::python {

struct ModelHandle {
  std::shared_ptr<const linkage::Model> model;
};
inline ModelHandle hold(linkage::Model model) {
  return {std::make_shared<const linkage::Model>(std::move(model))};
}

}  // namespace kinfold::python
