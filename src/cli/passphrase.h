// Where a site's passphrase comes from: a file, the terminal; never a command line.
#pragma once

#include <string>

#include "base/result.h"
#include "seal/secret.h"

namespace kinfold::cli {

/// `file` first (its first line), then the file that KINFOLD_PASSPHRASE_FILE names, then the terminal,
/// with the echo off. `twice`: asked again, for a new one.
/// \retval kInvalid if it is empty, or the two differ; kIo if there is nowhere to ask; kRefused if others
/// than its
///         owner can read or change the file.
Result<seal::SecretBytes> read_passphrase(const std::string& file, bool twice);

}  // namespace kinfold::cli
