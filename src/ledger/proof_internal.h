// The texts of proofs; docs/formats/ledger.md has their grammar. Private to the room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/ledger.h"

namespace kinfold::ledger {

inline constexpr std::string_view kExportTitle = "kinfold ledger v1";
inline constexpr std::string_view kInclusionTitle = "kinfold inclusion proof v1";
inline constexpr std::string_view kConsistencyTitle = "kinfold consistency proof v1";
inline constexpr std::string_view kSectionLine = "--";
inline constexpr std::size_t kBridgeCountMax = 8;

std::string inclusion_text(std::string_view line, const std::vector<Digest>& path,
                           std::string_view head_note);
std::string consistency_text(const std::vector<Digest>& path, std::string_view first_note,
                             std::string_view second_note);

/// A proof from one size to the sender's present head, as it stands in a manifest.
std::string bridge_text(std::uint64_t first, const std::vector<Digest>& path);
/// Looks for the bridge that begins at `before`.
Status check_bridge(const Head& before, const Head& after, std::string_view bridges);

std::string sizes_text(const std::vector<std::uint64_t>& sizes);
std::vector<std::uint64_t> parse_sizes(std::string_view text);

}  // namespace kinfold::ledger
