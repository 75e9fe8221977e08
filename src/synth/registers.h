// Departments' registers: programme people as each department knows them, among everybody else.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "synth/programme.h"

namespace kinfold::synth {

struct RegisterRow {
  Department department = Department::kDwp;
  std::string register_id;
  std::int64_t true_person = 0;
};

struct RegisterFiles {
  std::vector<RegisterRow> rows;  ///< Programme people only; everybody else is nobody's match.
  std::uint64_t person_count = 0;
  std::uint64_t event_count = 0;
};

/// Whether a person is of the ages that the department's register covers.
bool in_scope(const Person& person, Department department);

/// Writes people.parquet, events.parquet and register.toml into `folder` and adds to `files`.
/// \retval kIo if a file cannot be written.
Status write_register(const std::string& folder, Department department, const Programme& programme,
                      const SynthOptions& options, Progress& progress, RegisterFiles& files);

}  // namespace kinfold::synth
