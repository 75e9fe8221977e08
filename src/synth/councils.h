// Councils' CSV files of their families, as councils really send them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "synth/programme.h"

namespace kinfold::synth {

/// Whose line it truly is. Lines of nobody (totals, stray notes) are not listed.
struct CouncilRow {
  int authority = 0;
  std::uint64_t line = 0;  ///< The line of the file on which the record begins; the header is 1.
  std::int64_t true_person = 0;
  std::uint64_t true_family = 0;
};

struct CouncilFiles {
  std::vector<CouncilRow> rows;
  std::uint64_t line_count = 0;       ///< Records, without headers.
  std::uint64_t duplicate_count = 0;  ///< Records of somebody who has one already in any council.
  std::uint64_t broken_count = 0;  ///< Records that cannot be split into the right fields, or are of nobody.
};

/// \retval kIo if a file cannot be written.
Result<CouncilFiles> write_councils(const std::string& folder, const Programme& programme,
                                    const SynthOptions& options);

/// Replaces the file. \retval kIo with the remedy.
Status write_bytes(const std::string& path, const std::string& bytes);

}  // namespace kinfold::synth
