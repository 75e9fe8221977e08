// Identities planted in a council's file, and the search for them in every byte that the sites leave.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "identity/identity.h"

namespace kinfold::demo {

/// People who occur nowhere else. The first stays; the second objects; the third asks for a copy and then for
/// erasure.
const std::vector<identity::Identity>& canaries();

/// Adds their lines to a council's file of docs/formats/data.md's own columns. Once: a file that has them
/// stays.
Status plant_canaries(const std::string& csv_path);

struct Finding {
  std::string file;      ///< Relative to the folder.
  std::string encoding;  ///< "utf-8", "utf-16le", "hex", "base64" ...
};
struct Search {
  std::uint64_t file_count = 0;
  std::uint64_t byte_count = 0;
  std::uint64_t pattern_count = 0;
  std::vector<Finding> findings;  ///< Empty: nothing was found.
};
/// Looks for surnames, addresses, NI numbers and dates of birth of the canaries in every file below
/// `folder`, as UTF-8, UTF-16 (both orders), hexadecimal, base64 (three alignments), upper and lower case,
/// dates also reversed and without separators.
Result<Search> seek_canaries(const std::string& folder);

}  // namespace kinfold::demo
