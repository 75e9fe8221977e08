// Where the repository is, for tests that read a file of it.
#pragma once

#include <string>

namespace kinfold {

// Without a slash at the end.
std::string source_dir();

}  // namespace kinfold
