#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>

#include <cstring>
#include <optional>

#include "base/number.h"
#include "base/text.h"
#include "seal/files.h"
#include "seal/key_material_internal.h"
#include "seal/private_file.h"
#include "seal/sodium_internal.h"

namespace kinfold::seal {
namespace {

constexpr std::string_view kFirstLine = "kinfold key file v1";
constexpr std::uint64_t kMemoryBytesMax = 4ULL << 30;
constexpr std::uint64_t kMemoryBytesMin = crypto_pwhash_argon2id_MEMLIMIT_MIN;
constexpr std::uint64_t kPassesMax = 64;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kScalarBytes = 32;
constexpr std::size_t kSeedBytes = crypto_sign_SEEDBYTES;
constexpr std::size_t kKeyIdBytes = 8;
constexpr std::size_t kMasterBytes = 32;
static_assert(kKeyMaterialBytes == kScalarBytes + kSeedBytes + kKeyIdBytes + kMasterBytes);

std::string head_text(std::string_view party, const WorkFactor& work, ByteView salt) {
  return fmt::format("{}\nparty: {}\nargon2id-passes: {}\nargon2id-memory: {}\nsalt: {}\n", kFirstLine, party,
                     work.passes, work.memory_bytes, to_base64(salt));
}

Result<Secret<32>> stretch(const SecretBytes& passphrase, ByteView salt, const WorkFactor& work) {
  if (passphrase.empty()) return invalid("the passphrase is empty; give one of at least four words");
  Secret<32> key;
  if (crypto_pwhash(u8(key.bytes()), 32, reinterpret_cast<const char*>(passphrase.bytes().data()),
                    passphrase.size(), u8(salt), work.passes, work.memory_bytes,
                    crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return io_error(fmt::format("the key file needs {} MiB of memory to open; free some and try again",
                                work.memory_bytes >> 20));
  }
  return key;
}

struct Parts {
  std::string party;
  WorkFactor work;
  Bytes salt;
  Bytes box;
};

Result<Parts> parse_parts(std::string_view text) {
  const auto lines = split(text, '\n');
  constexpr std::string_view kFields[] = {
      "", "party: ", "argon2id-passes: ", "argon2id-memory: ", "salt: ", "box: "};
  if (lines.size() != 7 || !lines[6].empty() || lines[0] != kFirstLine) {
    return invalid(fmt::format("is not a key file (it begins with '{}' and has six lines)", kFirstLine));
  }
  std::string_view values[6];
  for (std::size_t i = 1; i < 6; ++i) {
    if (!lines[i].starts_with(kFields[i])) {
      return invalid(fmt::format("line {}: expected '{}'", i + 1, kFields[i]));
    }
    values[i] = lines[i].substr(kFields[i].size());
  }
  const auto passes = parse_number<std::uint64_t>(values[2]);
  const auto memory = parse_number<std::uint64_t>(values[3]);
  if (!passes || *passes < 1 || *passes > kPassesMax || !memory || *memory < kMemoryBytesMin ||
      *memory > kMemoryBytesMax) {
    return invalid("asks for a work factor outside what is allowed; it is not a key file that kinfold wrote");
  }
  auto salt = from_base64(values[4]);
  auto box = from_base64(values[5]);
  if (!salt || salt->size() != crypto_pwhash_SALTBYTES || !box ||
      box->size() != kNonceBytes + kKeyMaterialBytes + kTagBytes) {
    return invalid("is damaged; take it from a backup");
  }
  return Parts{std::string(values[1]), {*passes, *memory}, std::move(*salt), std::move(*box)};
}

}  // namespace

SecretBytes pack_keys(const SiteKeys& keys) {
  SecretBytes plain(kKeyMaterialBytes);
  auto* at = u8(plain.bytes());
  std::memcpy(at, keys.identity.scalar.bytes().data(), kScalarBytes);
  crypto_sign_ed25519_sk_to_seed(at + kScalarBytes, u8(keys.signer.secret.bytes()));
  std::memcpy(at + kScalarBytes + kSeedBytes, keys.signer.open.key_id.data(), kKeyIdBytes);
  std::memcpy(at + kScalarBytes + kSeedBytes + kKeyIdBytes, keys.master.bytes().data(), kMasterBytes);
  return plain;
}

SiteKeys unpack_keys(const SecretBytes& plain, std::string party) {
  SiteKeys keys;
  keys.party = std::move(party);
  const auto* at = u8(plain.bytes());
  std::memcpy(keys.identity.scalar.bytes().data(), at, kScalarBytes);
  crypto_sign_seed_keypair(keys.signer.open.point.data(), u8(keys.signer.secret.bytes()), at + kScalarBytes);
  std::memcpy(keys.signer.open.key_id.data(), at + kScalarBytes + kSeedBytes, kKeyIdBytes);
  std::memcpy(keys.master.bytes().data(), at + kScalarBytes + kSeedBytes + kKeyIdBytes, kMasterBytes);
  return keys;
}

Status save_keys(const SiteKeys& keys, const std::string& path, const SecretBytes& passphrase,
                 const WorkFactor& work) {
  require_sodium();
  if (auto safe = keys_stay_in_memory(); !safe.ok()) return safe;
  struct stat facts {};
  if (::stat(path.c_str(), &facts) == 0) {
    return io_error(file_name(path) + ": there is a key file already; it is not overwritten");
  }
  Bytes salt(crypto_pwhash_SALTBYTES);
  fill_random(salt);
  auto key = stretch(passphrase, salt, work);
  if (!key.ok()) return key.error();
  const std::string head = head_text(keys.party, work, salt);
  const auto plain = pack_keys(keys);
  Bytes box(kNonceBytes + kKeyMaterialBytes + kTagBytes);
  fill_random(std::span(box).first(kNonceBytes));
  crypto_aead_xchacha20poly1305_ietf_encrypt(u8(std::span(box).subspan(kNonceBytes)), nullptr,
                                             u8(plain.bytes()), plain.size(), u8(as_bytes(head)), head.size(),
                                             nullptr, u8(std::span(box)), u8(key.value().bytes()));
  return write_whole_file(path, as_bytes(head + "box: " + to_base64(box) + "\n"));
}

Result<SiteKeys> load_keys(const std::string& path, const SecretBytes& passphrase) {
  require_sodium();
  if (auto safe = keys_stay_in_memory(); !safe.ok()) return safe.error();
  auto bytes = read_private_file(path, 4096);
  if (!bytes.ok()) return bytes.error();
  auto parts = parse_parts(as_text(bytes.value()));
  if (!parts.ok()) return Error{parts.error().code, file_name(path) + ": " + parts.error().message};
  const Parts& found = parts.value();
  auto key = stretch(passphrase, found.salt, found.work);
  if (!key.ok()) return key.error();
  const std::string head = head_text(found.party, found.work, found.salt);
  SecretBytes plain(kKeyMaterialBytes);
  const auto sealed = std::span<const std::byte>(found.box).subspan(kNonceBytes);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          u8(plain.bytes()), nullptr, nullptr, u8(sealed), sealed.size(), u8(as_bytes(head)), head.size(),
          u8(std::span<const std::byte>(found.box)), u8(key.value().bytes())) != 0) {
    return refused(file_name(path) + ": the passphrase is wrong, or the key file was altered");
  }
  return unpack_keys(plain, found.party);
}

}  // namespace kinfold::seal
