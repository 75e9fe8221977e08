// The files that are linked, as they lie on disk.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "linkage/command.h"
#include "linkage/model.h"
#include "table/io.h"
#include "table/table.h"

namespace kinfold::linkage {

struct InputFile {
  table::Table table;  ///< All text: 007 is not 7, and a postcode is not a number.
  std::vector<table::BadLine>
      rejected;  ///< Lines that could not be split into fields; rows and these add up to the file's lines.
};

/// `which` is "left" or "right", for messages.
Result<InputFile> read_input(const std::string& path, std::string_view which, std::size_t thread_count);

struct Inputs {
  Model model;
  InputFile left;
  InputFile right;
  bool two_files = false;

  const table::Table* right_table() const { return two_files ? &right.table : nullptr; }
};

/// The model and the files of a command.
Result<Inputs> read_inputs(const LinkCommand& command);

/// rejects.csv: file, line, column and reason of every line that was set aside. No value is in it.
std::string rejects_csv(const Inputs& inputs);

/// Sees that the folder can be made and written to, before any work is done; makes nothing.
/// \retval kIo.
Status check_out_dir(const std::string& out_dir);
Status make_out_dir(const std::string& out_dir);

}  // namespace kinfold::linkage
