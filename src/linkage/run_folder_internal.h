// A folder that `kinfold link` wrote, read back: for the review, which looks at pairs of an earlier run.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "linkage/link.h"
#include "table/table.h"

namespace kinfold::linkage {

struct RunFolder {
  table::Table left;
  std::optional<table::Table> right;
  /// What can be told from the files: model, pairs (without their patterns), clusters, threshold.
  LinkResult result;

  const table::Table& second() const { return right ? *right : left; }
};

/// Reads manifest, inputs, fitted model, pairs and clusters.
/// \retval kInvalid if an input is no longer the file that was linked; kIo if one cannot be read.
Result<RunFolder> read_run_folder(const std::string& run_dir);

}  // namespace kinfold::linkage
