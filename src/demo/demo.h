// The whole cycle of a synthetic programme on separate sites, as `kinfold demo` runs it.
#pragma once

#include <cstdint>
#include <string>

#include "base/date.h"
#include "base/progress.h"
#include "base/result.h"
#include "site/report.h"

namespace kinfold::demo {

struct DemoOptions {
  std::string folder;
  std::uint64_t family_count = 20'000;
  std::uint64_t seed = 1;
  std::uint64_t register_person_count =
      0;  ///< Of each department; 0: the default of `synth` (400,000 and more).
  std::size_t thread_count = 0;
  /// A programme that is under way today, for people who want to go on with it in the console: the charter's
  /// days are moved, and nothing after the departments' returns has happened yet.
  bool live = false;
};

/// Three councils, the trusted party, three departments and the ministry, each with a folder, keys, ledger
/// and holdings of its own, exchange nothing but sealed files. Leaves `index.html`. A run that was killed is
/// taken up where it stopped, and ends the same.
/// \retval kInvalid if the folder holds a demo of other options; kRefused if a promise was found broken.
Result<site::Report> run_demo(const DemoOptions& options, Progress& progress);

}  // namespace kinfold::demo
