#include "seal/bytes.h"

#include <sodium.h>
#include <algorithm>

#include <cstring>
#include <utility>

#include "seal/sodium_internal.h"

namespace kinfold::seal {

void wipe(void* memory, std::size_t byte_count) {
  if (byte_count > 0) sodium_memzero(memory, byte_count);
}

ByteView as_bytes(std::string_view text) { return std::as_bytes(std::span(text.data(), text.size())); }

std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string to_hex(ByteView bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const auto byte : bytes) {
    text += kDigits[std::to_integer<unsigned>(byte) >> 4];
    text += kDigits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  const auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  Bytes bytes(text.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int high = digit(text[2 * i]);
    const int low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<std::byte>(high * 16 + low);
  }
  return bytes;
}

namespace {

std::string encode_base64(ByteView bytes, int variant) {
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), u8(bytes), bytes.size(), variant);
  text.pop_back();  // the terminating zero
  return text;
}

std::optional<Bytes> decode_base64(std::string_view text, int variant) {
  Bytes bytes(text.size() / 4 * 3 + 3);
  std::size_t byte_count = 0;
  const char* end = nullptr;
  if (sodium_base642bin(u8(std::span(bytes)), bytes.size(), text.data(), text.size(), nullptr, &byte_count,
                        &end, variant) != 0 ||
      end != text.data() + text.size()) {
    return std::nullopt;
  }
  bytes.resize(byte_count);
  // Writing it again shows whether padding bits and padding were as they must be.
  if (encode_base64(bytes, variant) != text) return std::nullopt;
  return bytes;
}

template <typename Fixed>
std::optional<Fixed> fixed_from_hex(std::string_view hex) {
  Fixed fixed;
  const auto bytes = from_hex(hex);
  if (!bytes || bytes->size() != fixed.bytes.size()) return std::nullopt;
  std::memcpy(fixed.bytes.data(), bytes->data(), bytes->size());
  return fixed;
}

}  // namespace

std::string to_base64(ByteView bytes) { return encode_base64(bytes, sodium_base64_VARIANT_ORIGINAL); }
std::string to_base64_unpadded(ByteView bytes) {
  return encode_base64(bytes, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
}
std::optional<Bytes> from_base64(std::string_view text) {
  return decode_base64(text, sodium_base64_VARIANT_ORIGINAL);
}
std::optional<Bytes> from_base64_unpadded(std::string_view text) {
  return decode_base64(text, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
}

Digest sha256(ByteView bytes) {
  Digest digest;
  crypto_hash_sha256(digest.bytes.data(), u8(bytes), bytes.size());
  return digest;
}

std::string to_hex(const Digest& digest) { return to_hex(std::as_bytes(std::span(digest.bytes))); }
std::optional<Digest> parse_digest(std::string_view hex) { return fixed_from_hex<Digest>(hex); }
std::string to_hex(const Id& id) { return to_hex(std::as_bytes(std::span(id.bytes))); }
std::optional<Id> parse_id(std::string_view hex) { return fixed_from_hex<Id>(hex); }

Id id_of(std::string_view text) {
  const auto digest = sha256(as_bytes(text));
  Id id;
  std::copy_n(digest.bytes.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

Id random_id() {
  Id id;
  fill_random(std::as_writable_bytes(std::span(id.bytes)));
  return id;
}

void fill_random(std::span<std::byte> out) {
  require_sodium();
  randombytes_buf(out.data(), out.size());
}

std::uint64_t random_below(std::uint64_t bound) {
  require_sodium();
  const std::uint64_t limit = bound * (UINT64_MAX / bound);  // a multiple of bound: no bias below it
  std::uint64_t drawn = 0;
  do {
    randombytes_buf(&drawn, sizeof drawn);
  } while (drawn >= limit);
  return drawn % bound;
}

std::vector<std::size_t> random_order(std::size_t count) {
  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random_below(i)]);
  return order;
}

}  // namespace kinfold::seal
