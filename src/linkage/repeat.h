// Does a run again from its manifest, and says whether everything is as it was.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "linkage/command.h"

namespace kinfold::linkage {

struct RepeatReport {
  LinkReport link;
  std::vector<std::string> same;       ///< Output files with the hashes of the first run.
  std::vector<std::string> different;  ///< Those that came out otherwise, or did not come out.
  std::string first_version;           ///< Of the program that made the first run.
  bool version_is_same = true;

  bool all_same() const { return different.empty(); }
  std::string to_json() const;
  std::string to_text() const;
};

/// `command` gives the output folder, the threads, and, where they are not "", other places of the two files.
/// \retval kInvalid if an input is not the file that was linked, or the output folder is that of the first
/// run.
Result<RepeatReport> repeat_link(const std::string& manifest_path, const LinkCommand& command);

}  // namespace kinfold::linkage
