#include "seal/package.h"

#include <fmt/format.h>
#include <sodium.h>
#include <unistd.h>

#include <charconv>
#include <utility>

#include "seal/archive.h"
#include "seal/files.h"
#include "seal/sodium_internal.h"

namespace kinfold::seal {
namespace {

constexpr std::string_view kManifestName = "manifest.json";
constexpr std::string_view kCommentStart = "kinfold sealed file v1, bytes ";
constexpr std::size_t kSignatureBytesMax = 64 * 1024;

Error with_file(std::string_view name, const Error& error) {
  return {error.code, std::string(name) + ": " + error.message};
}

std::vector<DocumentFact> document_facts(const std::vector<Document>& documents) {
  std::vector<DocumentFact> facts;
  for (const auto& document : documents) {
    facts.push_back({document.name, document.bytes.size(), sha256(document.bytes)});
  }
  return facts;
}

/// What went by: both digests of it, and how much it was.
class Passing {
 public:
  Passing() {
    crypto_hash_sha256_init(&sha256_);
    crypto_generichash_init(&blake2b_, nullptr, 0, sizeof(ContentHash));
  }
  void add(ByteView bytes) {
    if (bytes.empty()) return;
    crypto_hash_sha256_update(&sha256_, u8(bytes), bytes.size());
    crypto_generichash_update(&blake2b_, u8(bytes), bytes.size());
    byte_count_ += bytes.size();
  }
  Source watch(Source in) {
    return [this, in = std::move(in)](std::span<std::byte> out) {
      auto count = in(out);
      if (count.ok()) add(out.first(count.value()));
      return count;
    };
  }
  /// Once each, at the end.
  Digest digest() {
    Digest digest;
    crypto_hash_sha256_final(&sha256_, digest.bytes.data());
    return digest;
  }
  ContentHash content_hash() {
    ContentHash hash{};
    crypto_generichash_final(&blake2b_, hash.data(), hash.size());
    return hash;
  }
  std::uint64_t byte_count() const { return byte_count_; }

 private:
  crypto_hash_sha256_state sha256_;
  crypto_generichash_state blake2b_;
  std::uint64_t byte_count_ = 0;
};

/// The manifest's file before those of the content.
NextFile behind_manifest(const std::string& json, NextFile rest) {
  return [json, rest = std::move(rest), first = true]() mutable -> Result<std::optional<ArchiveFile>> {
    if (!std::exchange(first, false)) return rest();
    return std::optional<ArchiveFile>(
        {std::string(kManifestName), PlainBytes(as_bytes(json).begin(), as_bytes(json).end())});
  };
}

/// Why a signature that is the sender's does not fit these bytes.
Status explain_mismatch(const Signature& signature, std::uint64_t byte_count) {
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

Status verify_sealed(const Source& sealed, std::string_view signature_text, const Card& sender,
                     Passing& passing) {
  auto signature = parse_signature(signature_text);
  if (!signature.ok()) return signature.error();
  if (auto status = verify_signer(signature.value(), sender.signer); !status.ok()) return status;
  if (auto status = verify(passing.watch(sealed), signature.value(), sender.signer); !status.ok()) {
    return status.error().code == ErrorCode::kRefused
               ? explain_mismatch(signature.value(), passing.byte_count())
               : status;
  }
  return {};
}

std::uint64_t half_of_memory() {
  return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) / 2;
}

Error not_ours() {
  return invalid("is an age file, but not one that kinfold made: the manifest or the padding is missing");
}

Result<OpenedFile> read_archive(ArchiveReader& archive, const TakePart& take) {
  OpenedFile opened;
  auto first = archive.next();
  if (!first.ok()) return first.error();
  if (!first.value() || first.value()->name != kManifestName) return not_ours();
  auto manifest = parse_manifest(as_text(first.value()->bytes));
  if (!manifest.ok()) return manifest.error();
  opened.manifest = std::move(manifest).value();
  auto unpacked = unpack(archive, take, &opened.manifest.tables);
  if (!unpacked.ok()) return unpacked.error();
  if (!unpacked.value().padded) return not_ours();
  if (unpacked.value().tables != opened.manifest.tables) {
    return invalid("holds tables that differ from its manifest in names, columns or row counts");
  }
  opened.contents.documents = std::move(unpacked.value().documents);
  if (document_facts(opened.contents.documents) != opened.manifest.documents) {
    return invalid("holds documents that differ from its manifest");
  }
  return opened;
}

/// `sealed` gives the same bytes from their beginning each time: once for the signature, once to open.
Result<OpenedFile> open_sealed(const std::function<Source()>& sealed, std::string_view signature,
                               const SiteKeys& ours, const Card& sender, const TakePart& take) {
  Passing verified;
  if (auto status = verify_sealed(sealed(), signature, sender, verified); !status.ok()) return status.error();
  Passing read;
  auto plain = age_opened(read.watch(sealed()), ours.identity);
  if (!plain.ok()) return plain.error();
  ArchiveReader archive(std::move(plain).value(), verified.byte_count());
  auto opened = read_archive(archive, take);
  if (!opened.ok()) return opened;
  opened.value().digest = verified.digest();
  if (read.digest() != opened.value().digest) return refused("was changed while it was read; fetch it again");
  return opened;
}

}  // namespace

Result<SealedFile> seal_package(const std::string& path, Manifest manifest, Parts parts,
                                const std::vector<Document>& documents, const Card& recipient,
                                const SiteKeys& sender) {
  if (manifest.from != sender.party || manifest.to != recipient.party) {
    return invalid("the manifest's sender or recipient is not the party whose keys are used");
  }
  if (manifest.id.is_zero()) manifest.id = random_id();
  manifest.tables = parts.tables;
  manifest.documents = document_facts(documents);
  const std::string json = to_json(manifest);
  if (auto read_back = parse_manifest(json); !read_back.ok()) return read_back.error();
  auto file = WholeFile::begin(path);
  if (!file.ok()) return file.error();
  Passing passing;
  const Sink out = [&](ByteView bytes) {
    passing.add(bytes);
    return file.value().write(bytes);
  };
  const Source plain = archive_of(behind_manifest(json, files_of(std::move(parts), documents)), true);
  if (auto status = age_encrypt(plain, out, std::span(&recipient.recipient, 1)); !status.ok())
    return status.error();
  auto signature = sign(passing.content_hash(), sender.signer,
                        std::string(kCommentStart) + std::to_string(passing.byte_count()));
  if (!signature.ok()) return signature.error();
  // The signature first: a sealed file that is there always has its signature beside it.
  if (auto status = write_whole_file(path + ".minisig", as_bytes(signature.value())); !status.ok())
    return status.error();
  if (auto status = file.value().put_in_place(); !status.ok()) return status.error();
  return SealedFile{std::move(manifest), passing.digest(), passing.byte_count()};
}

Result<SealedFile> seal_package(const std::string& path, Manifest manifest, const Contents& contents,
                                const Card& recipient, const SiteKeys& sender) {
  return seal_package(path, std::move(manifest), parts_of(contents), contents.documents, recipient, sender);
}

Result<OpenedFile> open_package(const std::string& path, const SiteKeys& ours, const Card& sender,
                                const TakePart& take) {
  const auto file = open_plain_file(path);
  if (!file.ok()) return file.error();
  auto signature = read_whole_file(path + ".minisig", kSignatureBytesMax);
  if (!signature.ok()) {
    return refused(file_name(path) + ": is not signed: there is no " + file_name(path) +
                   ".minisig beside it; ask the sender for both files");
  }
  auto opened = open_sealed([&] { return source_of(file.value(), path); }, as_text(signature.value()), ours,
                            sender, take);
  if (!opened.ok()) return with_file(file_name(path), opened.error());
  return opened;
}

Result<OpenedFile> open_package(const std::string& path, const SiteKeys& ours, const Card& sender) {
  std::vector<NamedTable> tables;
  auto opened = open_package(path, ours, sender, gather_into(tables, half_of_memory()));
  if (!opened.ok()) {
    for (auto& named : tables) named.table.wipe();
    return opened;
  }
  opened.value().contents.tables = std::move(tables);
  return opened;
}

Result<std::array<std::uint8_t, 8>> signer_key_id(const std::string& path) {
  auto bytes = read_whole_file(path + ".minisig", kSignatureBytesMax);
  if (!bytes.ok()) return refused(file_name(path) + ": is not signed: there is no signature file beside it");
  auto signature = parse_signature(as_text(bytes.value()));
  if (!signature.ok()) return with_file(file_name(path), signature.error());
  return signature.value().key_id;
}

}  // namespace kinfold::seal
