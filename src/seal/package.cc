#include "seal/package.h"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>

#include "seal/archive.h"
#include "seal/files.h"

namespace kinfold::seal {
namespace {

constexpr std::string_view kManifestName = "manifest.json";
constexpr std::string_view kPaddingName = "padding";
constexpr std::string_view kCommentStart = "kinfold sealed file v1, bytes ";
constexpr std::uint64_t kSmallestBytes = 64 * 1024;
constexpr std::uint64_t kTarBlock = 512;

Error with_file(std::string_view name, const Error& error) {
  return {error.code, std::string(name) + ": " + error.message};
}

std::vector<TableFact> table_facts(const Contents& contents) {
  std::vector<TableFact> facts;
  for (const auto& named : contents.tables) {
    TableFact fact{named.name, named.table.row_count(), {}};
    for (const auto& column : named.table.columns()) fact.columns.push_back({column.name(), column.type()});
    facts.push_back(std::move(fact));
  }
  return facts;
}

std::vector<DocumentFact> document_facts(const Contents& contents) {
  std::vector<DocumentFact> facts;
  for (const auto& document : contents.documents) {
    facts.push_back({document.name, document.bytes.size(), sha256(document.bytes)});
  }
  return facts;
}

/// The last file in the archive, sized so that the whole comes to a padded size.
ArchiveFile padding_for(const std::vector<ArchiveFile>& files) {
  std::uint64_t total = 2 * kTarBlock + kTarBlock;  // the end of the archive, and the padding's own head
  for (const auto& file : files) total += kTarBlock + (file.bytes.size() + kTarBlock - 1) / kTarBlock * kTarBlock;
  const std::uint64_t target = padded_size(std::max(total, kSmallestBytes));
  return {std::string(kPaddingName), PlainBytes(target - total)};
}

Result<std::vector<ArchiveFile>> files_to_seal(const Manifest& manifest, const Contents& contents) {
  const std::string json = to_json(manifest);
  if (auto read_back = parse_manifest(json); !read_back.ok()) return read_back.error();
  auto inner = to_files(contents);
  if (!inner.ok()) return inner.error();
  std::vector<ArchiveFile> files;
  files.push_back({std::string(kManifestName), PlainBytes(as_bytes(json).begin(), as_bytes(json).end())});
  for (auto& file : inner.value()) files.push_back(std::move(file));
  files.push_back(padding_for(files));
  return files;
}

/// Why a signature that is the sender's does not fit these bytes.
Status explain_mismatch(const Signature& signature, std::size_t byte_count) {
  const std::string_view comment = signature.trusted_comment;
  std::uint64_t signed_count = 0;
  if (comment.starts_with(kCommentStart)) {
    const auto number = comment.substr(kCommentStart.size());
    std::from_chars(number.data(), number.data() + number.size(), signed_count);
    if (byte_count < signed_count) {
      return refused(fmt::format("is cut short: {} of {} bytes; fetch it again", byte_count, signed_count));
    }
    if (byte_count > signed_count) {
      return refused(fmt::format("has {} bytes added at its end; fetch it again", byte_count - signed_count));
    }
  }
  return refused("was altered after it was signed; fetch it again");
}

Status verify_sealed(ByteView sealed, std::string_view signature_text, const Card& sender) {
  auto signature = parse_signature(signature_text);
  if (!signature.ok()) return signature.error();
  if (auto status = verify_signer(signature.value(), sender.signer); !status.ok()) return status;
  if (auto status = verify(source_of(sealed), signature.value(), sender.signer); !status.ok()) {
    return explain_mismatch(signature.value(), sealed.size());
  }
  return {};
}

Result<OpenedFile> read_archive(PlainBytes tar) {
  auto files = read_tar(tar);
  if (!files.ok()) return files.error();
  auto& found = files.value();
  if (found.size() < 2 || found.front().name != kManifestName || found.back().name != kPaddingName) {
    return invalid("is an age file, but not one that kinfold made: the manifest or the padding is missing");
  }
  OpenedFile opened;
  auto manifest = parse_manifest(as_text(found.front().bytes));
  if (!manifest.ok()) return manifest.error();
  opened.manifest = std::move(manifest).value();
  found.pop_back();
  found.erase(found.begin());
  auto contents = to_contents(std::move(found));
  if (!contents.ok()) return contents.error();
  opened.contents = std::move(contents).value();
  if (table_facts(opened.contents) != opened.manifest.tables) {
    return invalid("holds tables that differ from its manifest in names, columns or row counts");
  }
  if (document_facts(opened.contents) != opened.manifest.documents) {
    return invalid("holds documents that differ from its manifest");
  }
  return opened;
}

}  // namespace

Result<SealedFile> seal_package(Manifest manifest, const Contents& contents, const Card& recipient,
                                const SiteKeys& sender) {
  if (manifest.from != sender.party || manifest.to != recipient.party) {
    return invalid("the manifest's sender or recipient is not the party whose keys are used");
  }
  if (manifest.id.is_zero()) manifest.id = random_id();
  manifest.tables = table_facts(contents);
  manifest.documents = document_facts(contents);
  auto files = files_to_seal(manifest, contents);
  if (!files.ok()) return files.error();
  auto tar = write_tar(files.value());
  if (!tar.ok()) return tar.error();
  SealedFile file;
  file.sealed.reserve(tar.value().size() + tar.value().size() / 2048 + 1024);
  if (auto status = age_encrypt(source_of(tar.value()), sink_into(file.sealed), std::span(&recipient.recipient, 1));
      !status.ok()) {
    return status.error();
  }
  auto signature = sign(source_of(file.sealed), sender.signer,
                        std::string(kCommentStart) + std::to_string(file.sealed.size()));
  if (!signature.ok()) return signature.error();
  file.signature = std::move(signature).value();
  file.digest = sha256(file.sealed);
  file.manifest = std::move(manifest);
  return file;
}

Status write_sealed(const SealedFile& file, const std::string& path) {
  // The signature first: a sealed file that is there always has its signature beside it.
  if (auto status = write_whole_file(path + ".minisig", as_bytes(file.signature)); !status.ok()) return status;
  return write_whole_file(path, file.sealed);
}

Result<OpenedFile> open_package_bytes(ByteView sealed, std::string_view signature, const SiteKeys& ours,
                                      const Card& sender) {
  if (sealed.size() > kPackageBytesMax) return invalid("is larger than a sealed file may be");
  if (auto status = verify_sealed(sealed, signature, sender); !status.ok()) return status.error();
  PlainBytes tar;
  tar.reserve(sealed.size());
  if (auto status = age_decrypt(source_of(sealed), sink_into(tar), ours.identity); !status.ok()) return status.error();
  auto opened = read_archive(std::move(tar));
  if (opened.ok()) opened.value().digest = sha256(sealed);
  return opened;
}

Result<OpenedFile> open_package(const std::string& path, const SiteKeys& ours, const Card& sender) {
  auto sealed = read_whole_file(path, kPackageBytesMax);
  if (!sealed.ok()) return sealed.error();
  auto signature = read_whole_file(path + ".minisig", 64 * 1024);
  if (!signature.ok()) {
    return refused(file_name(path) + ": is not signed: there is no " + file_name(path) +
                   ".minisig beside it; ask the sender for both files");
  }
  auto opened = open_package_bytes(sealed.value(), as_text(signature.value()), ours, sender);
  if (!opened.ok()) return with_file(file_name(path), opened.error());
  return opened;
}

Result<std::array<std::uint8_t, 8>> signer_key_id(const std::string& path) {
  auto bytes = read_whole_file(path + ".minisig", 64 * 1024);
  if (!bytes.ok()) return refused(file_name(path) + ": is not signed: there is no signature file beside it");
  auto signature = parse_signature(as_text(bytes.value()));
  if (!signature.ok()) return with_file(file_name(path), signature.error());
  return signature.value().key_id;
}

}  // namespace kinfold::seal
