// Tables and documents to one block of bytes in memory (a tar) and back. The block is sealed by the
// caller: as a package between parties, or as a holding at rest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "seal/package.h"

namespace kinfold::seal {

struct ArchiveFile {
  std::string name;
  PlainBytes bytes;
};

/// A plain ustar archive; the same bytes for the same files.
Result<PlainBytes> write_tar(const std::vector<ArchiveFile>& files);
/// Plain files only, each name once, at most `file_count_max`.
/// \retval kInvalid for anything else, and for an archive that ends early.
Result<std::vector<ArchiveFile>> read_tar(ByteView tar, std::size_t file_count_max = 256);

/// Each table as NAME.parquet, then each document under its name.
/// \retval kInvalid for a name that is taken twice or has other characters than it may.
Result<std::vector<ArchiveFile>> to_files(const Contents& contents);
Result<Contents> to_contents(std::vector<ArchiveFile> files);

/// The next of eight sizes to each doubling: at most an eighth more. Coarser than Padme (Nikitin et
/// al. 2019, PoPETs 2019(4)), whose steps of 3 % at our sizes let an intruder see 1 % more people too
/// often (docs/threat-model.md).
std::uint64_t padded_size(std::uint64_t byte_count);

bool is_table_name(std::string_view name);     ///< [a-z][a-z0-9_]*, at most 40
bool is_document_name(std::string_view name);  ///< [a-z][a-z0-9_-]*\.(json|toml|txt), at most 60

}  // namespace kinfold::seal
