// Files with a secret in them: refused where others than their owner can read or change them, as ssh does.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "seal/bytes.h"

namespace kinfold::seal {

/// A secret in a file that others can read or change has been read by others, for all we know. A pipe or a
/// terminal is nobody's file. \retval kRefused, with what to do about it.
Status only_for_its_owner(int descriptor, std::string_view path);
/// As read_whole_file(), of a file that is only_for_its_owner().
Result<Bytes> read_private_file(const std::string& path, std::uint64_t byte_count_max);

}  // namespace kinfold::seal
