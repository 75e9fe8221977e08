#include "seal/secret.h"

#include <sodium.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <new>
#include <string>

#include "seal/sodium_internal.h"

namespace kinfold::seal {

Status start_crypto() {
  if (sodium_init() < 0) return io_error("the cryptographic library could not start; is /dev/urandom there?");
  return {};
}

void require_sodium() {
  static const bool started = sodium_init() >= 0;
  if (!started) {
    std::fputs("kinfold: the cryptographic library could not start\n", stderr);
    std::abort();
  }
}

SecretBytes::SecretBytes(std::size_t byte_count) : byte_count_(byte_count) {
  require_sodium();
  if (byte_count == 0) return;
  memory_ = static_cast<std::byte*>(sodium_malloc(byte_count));
  if (memory_ == nullptr) throw std::bad_alloc();  // out of memory may end the process
  std::memset(memory_, 0, byte_count);
}

SecretBytes SecretBytes::random(std::size_t byte_count) {
  SecretBytes secret(byte_count);
  fill_random(secret.bytes());
  return secret;
}

SecretBytes SecretBytes::copy_of(ByteView bytes) {
  SecretBytes secret(bytes.size());
  if (!bytes.empty()) std::memcpy(secret.memory_, bytes.data(), bytes.size());
  return secret;
}

SecretBytes SecretBytes::clone() const { return copy_of(bytes()); }

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : memory_(std::exchange(other.memory_, nullptr)), byte_count_(std::exchange(other.byte_count_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    sodium_free(memory_);  // wipes
    memory_ = std::exchange(other.memory_, nullptr);
    byte_count_ = std::exchange(other.byte_count_, 0);
  }
  return *this;
}

SecretBytes::~SecretBytes() { sodium_free(memory_); }

bool names_a_swap(std::string_view proc_swaps) {
  return std::count(proc_swaps.begin(), proc_swaps.end(), '\n') > 1;  // the first line is a heading
}

Status keys_stay_in_memory() {
  // As much as the keys of a site and of a few holdings take, each on a page between guard pages.
  alignas(4096) static std::array<std::byte, 64 * 1024> tried{};
  if (::mlock(tried.data(), tried.size()) == 0) {
    ::munlock(tried.data(), tried.size());
    return {};
  }
  std::ifstream file("/proc/swaps");
  const std::string swaps{std::istreambuf_iterator<char>(file), {}};
  if (!names_a_swap(swaps)) return {};
  return refused(
      "memory cannot be locked while swap is on, so that keys could be written to a disk; raise the limit "
      "(ulimit -l, LimitMEMLOCK=) or switch swap off");
}

Status harden_process() {
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return io_error("core dumps could not be switched off");
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return io_error("the process could not be closed to other processes");
  }
  umask(077);
  return start_crypto();
}

}  // namespace kinfold::seal
