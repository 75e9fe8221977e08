#include "seal/state_file.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <unistd.h>

namespace kinfold::seal {
namespace {

constexpr std::uint64_t kBytesMax = 16 << 20;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

unsigned char* raw(std::byte* bytes) { return static_cast<unsigned char*>(static_cast<void*>(bytes)); }
const unsigned char* raw(const std::byte* bytes) {
  return static_cast<const unsigned char*>(static_cast<const void*>(bytes));
}
const unsigned char* raw(std::string_view text) { return raw(as_bytes(text).data()); }

}  // namespace

Secret<32> derive_key(const SiteKeys& keys, std::string_view use) {
  Secret<32> key;
  const std::string message = "kinfold console " + std::string(use);
  crypto_generichash(raw(key.bytes().data()), 32, raw(std::string_view(message)), message.size(),
                     raw(keys.master.bytes().data()), 32);
  return key;
}

StateFile::StateFile(std::string path, const SiteKeys& keys, std::string_view use)
    : path_(std::move(path)), use_(use), key_(derive_key(keys, use)) {}

Result<PlainBytes> StateFile::read() const {
  if (::access(path_.c_str(), F_OK) != 0) return PlainBytes{};
  const auto sealed = read_whole_file(path_, kBytesMax);
  if (!sealed.ok()) return sealed.error();
  const auto& bytes = sealed.value();
  const Error altered =
      refused("the console's file of " + use_ +
              " was altered, or is another site's; restore it, or remove it and start anew");
  if (bytes.size() < kNonceBytes + kTagBytes) return altered;
  PlainBytes plain(bytes.size() - kNonceBytes - kTagBytes);
  const auto* cipher = raw(bytes.data()) + kNonceBytes;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          raw(plain.data()), nullptr, nullptr, cipher, bytes.size() - kNonceBytes,
          raw(std::string_view(use_)), use_.size(), raw(bytes.data()), raw(key_.bytes().data())) != 0) {
    return altered;
  }
  return plain;
}

Status StateFile::write(std::string_view plain) const {
  Bytes out(kNonceBytes + plain.size() + kTagBytes);
  fill_random({out.data(), kNonceBytes});
  crypto_aead_xchacha20poly1305_ietf_encrypt(raw(out.data()) + kNonceBytes, nullptr, raw(plain), plain.size(),
                                             raw(std::string_view(use_)), use_.size(), nullptr,
                                             raw(out.data()), raw(key_.bytes().data()));
  return write_whole_file(path_, out);
}

Result<FileLock> FileLock::take(const std::string& path) {
  FileHandle handle(::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!handle || ::flock(handle.get(), LOCK_EX) != 0)
    return io_error("the console's lock file cannot be made; may this user write to the site's folder?");
  return FileLock(std::move(handle));
}

}  // namespace kinfold::seal
