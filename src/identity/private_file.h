// Writes a file that only its owner may read, whole or not at all.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace kinfold::identity {

/// Replaces `path` with mode 0600 by way of a file beside it, and waits until it is on the disk.
/// \retval kIo naming the step and what to do; what was there before is then untouched.
Status write_private_file(const std::string& path, std::string_view content);

}  // namespace kinfold::identity
