// Where each byte occurs in a text, as bits: what the bit-parallel kernels ask for each letter of the other
// text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace kinfold::linkage {

inline constexpr std::size_t kWordBits = 64;

inline std::size_t index_of(char c) { return static_cast<unsigned char>(c); }

// Where each byte occurs in a text of at most 64 bytes. Only the entries of the text's own bytes are
// set, and they are cleared again by the destructor: the table is reused by every call of a thread.
class Occurrences {
 public:
  explicit Occurrences(std::string_view text) : text_(text), bits_(table().data()) {
    for (std::size_t n = 0; n < text.size(); ++n) bits_[index_of(text[n])] |= std::uint64_t{1} << n;
  }
  ~Occurrences() {
    for (const char c : text_) bits_[index_of(c)] = 0;
  }
  Occurrences(const Occurrences&) = delete;
  Occurrences& operator=(const Occurrences&) = delete;
  std::uint64_t operator[](char c) const { return bits_[index_of(c)]; }

 private:
  static std::array<std::uint64_t, 256>& table() {
    thread_local std::array<std::uint64_t, 256> bits{};
    return bits;
  }
  std::string_view text_;
  std::uint64_t* bits_;
};

#ifdef __SSE2__
template <typename Word>
std::uint64_t word_at(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}
// A text of at most 16 bytes in one register, filled up with zeros.
// Two loads that overlap in the middle, put side by side in registers: through memory, the processor would
// wait for the narrow writes before it can read them back as one.
inline __m128i load_short(std::string_view text) {
  const char* from = text.data();
  const std::size_t size = text.size();
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  if (size >= 8) {
    low = word_at<std::uint64_t>(from);
    if (size > 8) high = word_at<std::uint64_t>(from + size - 8) >> (8 * (16 - size));
  } else if (size >= 4) {
    low = word_at<std::uint32_t>(from) | word_at<std::uint32_t>(from + size - 4) << (8 * (size - 4));
  } else {
    for (std::size_t n = 0; n < size; ++n) low |= std::uint64_t{index_of(from[n])} << (8 * n);
  }
  return _mm_set_epi64x(static_cast<long long>(high), static_cast<long long>(low));
}

// The same for a text of at most 16 bytes, held in one register.
class ShortOccurrences {
 public:
  explicit ShortOccurrences(std::string_view text)
      : bytes_(load_short(text)), mask_((std::uint32_t{1} << text.size()) - 1) {}
  std::uint64_t operator[](char c) const {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(c)))) & mask_;
  }

 private:
  __m128i bytes_;
  std::uint32_t mask_;
};
#else
using ShortOccurrences = Occurrences;
#endif
inline constexpr std::size_t kShortMax = 16;

}  // namespace kinfold::linkage
