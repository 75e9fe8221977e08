// Tables and documents to an archive (a tar) and back, part by part, so that no more than a part is in memory
// beside what the caller holds. It is sealed by the caller: as a package between parties, or a holding at
// rest.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "seal/package.h"

namespace kinfold::seal {

struct ArchiveFile {
  std::string name;
  PlainBytes bytes;
};

/// File after file; none at the end.
using NextFile = std::function<Result<std::optional<ArchiveFile>>()>;

/// A plain ustar archive, made as it is read, with one of its files in memory at a time; the same bytes
/// for the same files. `padded`: with a last file of zeros that brings it to a padded size.
Source archive_of(NextFile next, bool padded);

inline constexpr std::string_view kPaddingName = "padding";

/// The way back: plain files only, at most kArchiveFileCountMax, each held once.
class ArchiveReader {
 public:
  /// `byte_count_max`: what the archive cannot be longer than, so that no claim of size is believed.
  ArchiveReader(Source in, std::uint64_t byte_count_max);
  ~ArchiveReader();
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;
  /// The next file, without the content of the padding. At the end `in` was read to its own end, so that what
  /// authenticates it has seen the whole.
  /// \retval kInvalid for anything but plain files, an archive that ends early, more behind its end.
  Result<std::optional<ArchiveFile>> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};
inline constexpr std::size_t kArchiveFileCountMax = 65'536;
/// Of one file inside, which is held in memory. Kinfold's own are far smaller (kPartBytes).
inline constexpr std::uint64_t kArchiveFileBytesMax = 8ULL << 30;

/// Parts of tables and documents, as the files of an archive. A table is NAME.parquet, and NAME.2.parquet,
/// NAME.3.parquet ... behind it where it has more parts. `documents` must outlive it.
/// \retval kInternal for a name that is taken twice or malformed, and for parts that are not what `parts`
/// said.
NextFile files_of(Parts parts, const std::vector<Document>& documents);

/// The most that one part may take in memory once it is read, thirty times what Kinfold makes: a few
/// kilobytes of Parquet can stand for any amount of rows, and who signed them may have been broken into.
inline constexpr std::uint64_t kPartBytesMax = std::uint64_t{1} << 30;

/// What the files of an archive make up again.
struct Unpacked {
  std::vector<TableFact> tables;  ///< With the rows of all their parts.
  std::vector<Document> documents;
  bool padded = false;
};
/// Hands on each part of a table as soon as it is read. A file that was read before is
/// the caller's. `said`: what the tables must be, where somebody else made the archive; null for our own.
/// \retval kInvalid for a file that has no place, a part that is missing, out of order or of other
/// columns; where something is said, for a table that goes beyond it, or a part beyond kPartBytesMax.
Result<Unpacked> unpack(ArchiveReader& archive, const TakePart& take,
                        const std::vector<TableFact>* said = nullptr);
/// A TakePart that puts the parts together.
/// \retval kInvalid where they would take more than `byte_count_max` of memory.
TakePart gather_into(std::vector<NamedTable>& tables,
                     std::uint64_t byte_count_max = std::numeric_limits<std::uint64_t>::max());

/// The next of eight sizes to each doubling: at most an eighth more. Coarser than Padme (Nikitin et
/// al. 2019, PoPETs 2019(4)), whose steps of 3 % at our sizes let an intruder see 1 % more people too
/// often (docs/threat-model.md).
std::uint64_t padded_size(std::uint64_t byte_count);

bool is_table_name(std::string_view name);     ///< [a-z][a-z0-9_]*, at most 40
bool is_document_name(std::string_view name);  ///< [a-z][a-z0-9_-]*\.(json|toml|txt), at most 60

}  // namespace kinfold::seal
