// The families of the programme and its comparison groups, with everything that happened to them.
#pragma once

#include <cstdint>
#include <vector>

#include "base/progress.h"
#include "synth/history.h"
#include "synth/synth.h"

namespace kinfold::synth {

struct Programme {
  std::vector<Family> families;
  Intercepts intercepts;
  OutcomeSums sums;
  std::uint64_t person_count = 0;
};

/// The true person of the first of all the households that are in registers only.
inline std::int64_t first_other_id(const SynthOptions& options) {
  return static_cast<std::int64_t>(options.family_count) * kPeopleMax + 1;
}

/// Families are drawn independently; group sizes and outcome levels are then set by intercepts that
/// are solved for over all of them.
Programme build_programme(const SynthOptions& options, Progress& progress);

}  // namespace kinfold::synth
