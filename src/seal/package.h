// The sealed file that crosses between parties: age around a tar of a manifest, tables and
// padding, with a detached minisign signature. docs/formats/sealed-file.md says it byte by byte.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "seal/keys.h"
#include "table/table.h"

namespace kinfold::seal {

enum class PackageKind { kSubmission, kRequest, kReturn, kRelease, kNotice, kReceipt };
std::string_view name(PackageKind kind);
std::optional<PackageKind> parse_package_kind(std::string_view text);

struct ColumnFact {
  std::string name;
  table::ColumnType type = table::ColumnType::kString;
  bool operator==(const ColumnFact&) const = default;
};
struct TableFact {
  std::string name;  ///< [a-z0-9_]+
  std::uint64_t row_count = 0;
  std::vector<ColumnFact> columns;
  bool operator==(const TableFact&) const = default;
};
struct DocumentFact {
  std::string name;  ///< [a-z0-9_-]+ with .json, .toml or .txt
  std::uint64_t byte_count = 0;
  Digest digest;
  bool operator==(const DocumentFact&) const = default;
};

/// What the sender says about the content. `tables` and `documents` are filled in by sealing.
struct Manifest {
  int version = 1;
  Id id;  ///< Random; a second file with the same id is a replay.
  PackageKind kind = PackageKind::kSubmission;
  std::string charter_hash;  ///< 64 hex digits
  std::string from;          ///< Party ids
  std::string to;
  std::string purpose;
  std::vector<std::string> data_classes;
  Instant created;
  Date expires;  ///< Last day on which the recipient may keep it.
  std::optional<Id> in_answer_to;
  std::string ledger_head;   ///< The sender's signed head (a note), or empty.
  std::string ledger_proof;  ///< Consistency with the head this recipient saw last, or empty.
  std::vector<TableFact> tables;
  std::vector<DocumentFact> documents;
  bool operator==(const Manifest&) const = default;
};
std::string to_json(const Manifest& manifest);
/// Strict: every field known, present and in range.
Result<Manifest> parse_manifest(std::string_view json);

struct NamedTable {
  std::string name;
  table::Table table;
};
struct Document {
  std::string name;
  PlainBytes bytes;
};
struct Contents {
  std::vector<NamedTable> tables;
  std::vector<Document> documents;
  const table::Table* find(std::string_view name) const;
  /// \retval kInvalid naming the table that is missing.
  Result<const table::Table*> require(std::string_view name) const;
  const Document* find_document(std::string_view name) const;
  void wipe();
};

/// Tables that come in parts: what they will be, and one part after the other, in the order of `tables`, at
/// least one for each; none at the end.
struct Parts {
  std::vector<TableFact> tables;
  std::function<Result<std::optional<NamedTable>>()> next;
};
/// About so much of a table in memory is one part.
inline constexpr std::size_t kPartBytes = 32 << 20;
/// Copies of bounded size; `contents` must outlive it.
Parts parts_of(const Contents& contents);
std::vector<TableFact> facts_of(const Contents& contents);

struct SealedFile {
  Manifest manifest;             ///< As sealed, with tables, documents and id filled in.
  Digest digest;                 ///< SHA-256 of the sealed bytes.
  std::uint64_t byte_count = 0;  ///< Of them.
};
/// Writes `path` and `path.minisig`: the signature is in place first, each whole or not at all. A zero
/// `manifest.id` gets a random one. Nothing in the clear leaves memory, and memory holds one part at a time,
/// whatever the size. Sizes are padded (eight to each doubling, at least 64 KiB), so that the size says
/// little about the number of rows. \retval kInvalid if the manifest is incomplete, `from` is not ours, or
/// `to` is not the card's; kIo.
Result<SealedFile> seal_package(const std::string& path, Manifest manifest, Parts parts,
                                const std::vector<Document>& documents, const Card& recipient,
                                const SiteKeys& sender);
Result<SealedFile> seal_package(const std::string& path, Manifest manifest, const Contents& contents,
                                const Card& recipient, const SiteKeys& sender);

struct OpenedFile {
  Manifest manifest;
  Contents contents;
  Digest digest;  ///< SHA-256 of the sealed bytes: what the ledger records.
};
/// In this order: the signature, then decryption in memory, then content against manifest. Each
/// refusal has its own reason: not signed, signed by another, cut short, added to, altered, not an
/// age file, sealed for another key, content that is not what the manifest says.
Result<OpenedFile> open_package(const std::string& path, const SiteKeys& ours, const Card& sender);
/// The same in the memory of one part: each goes to `take`, and `contents` has the documents only. That all
/// of it is right is known at the end: what was taken counts if this succeeds.
using TakePart = std::function<Status(const std::string& table, table::Table part)>;
Result<OpenedFile> open_package(const std::string& path, const SiteKeys& ours, const Card& sender,
                                const TakePart& take);
/// The key id of the signature beside `path`, to find whose card to check it with.
Result<std::array<std::uint8_t, 8>> signer_key_id(const std::string& path);

/// What the recipient expects. Pure: the caller brings the clock and its memory of ids.
struct Expectations {
  std::string charter_hash;
  std::string from;                   ///< Party of the card that verified it.
  std::string to;                     ///< Us.
  std::vector<PackageKind> kinds;     ///< Empty: any.
  std::vector<std::string> purposes;  ///< Empty: any.
  Instant now;
  std::int64_t clock_slack_seconds = 300;      ///< How far ahead the sender's clock may be.
  std::function<bool(const Id&)> seen_before;  ///< May be empty.
  std::optional<Id> in_answer_to;              ///< If set, it must answer this.
};
/// \retval kRefused with the first thing that does not fit: charter, sender, recipient, kind,
///         purpose, created in the future, expired, replay, answers something else.
Status check_manifest(const Manifest& manifest, const Expectations& expectations);

}  // namespace kinfold::seal
