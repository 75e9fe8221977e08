// `kinfold link PEOPLE REGISTER --register`: a right file of any length passes by once, part after part.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/result.h"

namespace kinfold::linkage {

struct RegisterCommand {
  std::string people_path;
  std::string register_path;
  std::string model_path;  ///< "": the starting model for people, or the one fitted in earlier_dir.
  std::string out_dir;     ///< Made if it is not there; files of an earlier run are replaced.
  /// "": none. The out_dir of an earlier run with the same people: what it found stands beside what the
  /// register given now holds, which is records that came later. May be out_dir itself.
  std::string earlier_dir;
  std::optional<double> threshold;  ///< Probability from which a match is taken; not set: one half.
  std::size_t thread_count = 0;     ///< 0: all cores.
  std::size_t rows_per_part = 0;  ///< 0: as many as there are people, at least 500,000 and at most 2,000,000.
  bool write_csv = true;          ///< matches.csv
  bool write_parquet = true;      ///< matches.parquet
  Progress* progress = nullptr;   ///< Not owned.
};

struct RegisterReport {
  std::uint64_t people_row_count = 0;
  std::uint64_t register_row_count = 0;  ///< Of this run and, where it continues one, the earlier ones.
  std::uint64_t part_count = 0;
  std::uint64_t candidate_pair_count = 0;
  std::uint64_t match_count = 0;
  double seconds = 0.0;
  std::uint64_t peak_bytes = 0;  ///< Of the process, as the kernel counts it.
  std::vector<std::string> notes;
  std::vector<std::string> files;  ///< Written, relative to out_dir.

  std::string to_json() const;
  std::string to_text() const;
};

/// Writes matches (each person, the register's id where there is a match, weight, probability, grade),
/// candidates.parquet (for a later run that continues this one), model.toml (fitted) and manifest.json to
/// out_dir. Memory follows the people and the part, not the register; time grows linearly with it. \retval
/// kInvalid, kIo as the readers and RegisterMatcher say, for repeated ids among the people, and where
/// earlier_dir is
///         not of these people; nothing is written then.
Result<RegisterReport> run_register(const RegisterCommand& command);

}  // namespace kinfold::linkage
