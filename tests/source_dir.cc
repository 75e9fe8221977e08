#include "source_dir.h"

namespace kinfold {

// The one file that knows its absolute place, so that no other has to be compiled anew in another clone.
std::string source_dir() { return KINFOLD_SOURCE_DIR; }

}  // namespace kinfold
