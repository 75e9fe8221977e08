// The folders of holdings on disk: put in place whole, overwritten before they go. Private to the room.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "holding/cipher_internal.h"

namespace kinfold::holding {

inline constexpr std::string_view kDataFile = "data";
inline constexpr std::string_view kRecordKeysFile = "record-keys";
inline constexpr std::string_view kUnfinished = ".new";

/// Makes `folder` appear with one file in it, whole and durable, or not at all.
Status place_data(const std::string& folder, const Key& key, const seal::Source& plain);
Status place_records(const std::string& folder);

/// Overwrites every file in it with zeros, flushes, removes them and the folder. Gone already: fine.
Status shred_folder(const std::string& folder);

/// Names of the folders below, without dots' own.
Result<std::vector<std::string>> folder_names(const std::string& folder);

/// Mode 0700; made with its parents if missing.
Status make_private_folder(const std::string& folder);

}  // namespace kinfold::holding
