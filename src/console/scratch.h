// For verbs that write what they make into a folder: one in memory (tmpfs), for this user alone, that
// is emptied and gone when the act is done.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "console/jobs.h"

namespace kinfold::console {

class ScratchFolder {
 public:
  ScratchFolder();  ///< path() is empty where the machine has no /dev/shm.
  ScratchFolder(const ScratchFolder&) = delete;
  ~ScratchFolder();
  const std::string& path() const { return path_; }
  /// The files of these names that are there.
  std::vector<std::shared_ptr<Handout>> take(const std::vector<std::string>& names) const;

 private:
  std::string path_;
};

/// Null if it cannot be read. The type is that of the name's ending.
std::shared_ptr<Handout> read_handout(const std::string& path, const std::string& name);

}  // namespace kinfold::console
