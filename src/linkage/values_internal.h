// What is derived once from each distinct value of a field, so that pairs need not.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/large_vector.h"
#include "base/random.h"
#include "linkage/model.h"

namespace kinfold::linkage {

inline constexpr std::uint64_t kNoHash = 0;

/// The first `count` bytes (at most eight) as a number, the first the lowest. Loads of fixed size that
/// overlap: a copy of a size that is not known in advance is a call.
inline std::uint64_t bytes_as_number(const char* bytes, std::size_t count) {
  std::uint64_t number = 0;
  const auto byte = [&](std::size_t n) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[n])) << (8 * n);
  };
  if constexpr (std::endian::native != std::endian::little) {
    for (std::size_t n = 0; n < count; ++n) number |= byte(n);
  } else if (count == 8) {
    std::memcpy(&number, bytes, 8);
  } else if (count >= 4) {
    std::uint32_t head = 0;
    std::uint32_t tail = 0;
    std::memcpy(&head, bytes, 4);
    std::memcpy(&tail, bytes + count - 4, 4);
    number = head | static_cast<std::uint64_t>(tail) << (8 * (count - 4));
  } else if (count > 0) {
    number = byte(0) | byte(count / 2) | byte(count - 1);
  }
  return number;
}

/// 64-bit hash of a text; never kNoHash for a text with something in it, kNoHash for "".
inline std::uint64_t hash_text(std::string_view text, std::uint64_t seed = 0) {
  if (text.empty()) return kNoHash;
  std::uint64_t hash = seed ^ (text.size() * 0x9E3779B97F4A7C15ULL);
  for (std::size_t at = 0; at < text.size(); at += 8) {
    hash = mix64(hash ^ bytes_as_number(text.data() + at, std::min<std::size_t>(8, text.size() - at)));
  }
  return hash == kNoHash ? 1 : hash;
}

/// What else is known about a value. Members not of its kind are zero.
struct ValueDetail {
  std::uint64_t first = 0;      ///< Hash of the first word.
  std::uint64_t root = 0;       ///< Hash of the first word's nickname root.
  std::uint64_t sound = 0;      ///< Soundex of the first word.
  std::uint64_t metaphone = 0;  ///< Metaphone of the first word.
  std::uint64_t area = 0;  ///< Postcode parts; of an address street, building and flat; a mail address's part
                           ///< before the @ (in `sector`).
  std::uint64_t district = 0;
  std::uint64_t sector = 0;
  std::uint64_t bigrams = 0;         ///< Bit for each hashed pair of neighbours.
  std::uint64_t word_bits = 0;       ///< Bit for each hashed word.
  std::uint16_t bigram_count = 0;    ///< Distinct ones.
  std::vector<std::uint32_t> words;  ///< Hashes of the distinct words, sorted.
  double number = 0.0;               ///< Of a place: its latitude.
  double longitude = 0.0;
  const struct Value* parts =
      nullptr;            ///< Of a field that is put together: its parts' values, in their order.
  std::int32_t days = 0;  ///< Since 1970-01-01, where has_date.
  std::int16_t year = 0;  ///< 0: not known.
  std::int8_t month = 0;
  std::int8_t day = 0;
  bool has_date = false;
  bool has_number = false;
};

/// One distinct value in its standard form. Refers to its owner's bytes.
struct Value {
  std::string_view text;    ///< Standard form; dates as digits YYYYMMDD, or what digits there are.
  std::uint64_t whole = 0;  ///< Hash without blanks.
  std::uint64_t letters =
      0;  ///< Bits of signs in the text: one that only this text has stands for a sign the other lacks.
  const ValueDetail* detail = nullptr;  ///< Never null in a ValueTable.
};

/// What the model's levels and keys ask of a value beyond its text: the rest is not worked out.
struct ValueNeeds {
  bool sounds = true;  ///< Soundex and Metaphone.
  bool root = true;    ///< Nickname class.
  bool words = true;
  bool bigrams = true;
  bool address_parts = true;  ///< Street, building and flat.
};

/// The standard form of `raw` as text ("" when there is nothing in it).
/// `day_first`: 03/04/2009 is 3 April.
std::string standard_text(FieldKind kind, std::string_view raw, bool day_first = true);
ValueDetail make_detail(FieldKind kind, std::string_view standard, const ValueNeeds& needs = {});

/// Values that differ in blanks alone are two.
bool blanks_count(FieldKind kind);

/// The distinct values of one field by code; code 0 is "missing". Owns what its values refer to.
class ValueTable {
 public:
  ValueTable() = default;
  /// Texts end to end: value n is bytes[offset[n], offset[n + 1]); the first is "".
  ValueTable(FieldKind kind, LargeVector<char> bytes, const LargeVector<std::uint64_t>& offset,
             const ValueNeeds& needs, std::size_t thread_count);
  std::size_t size() const { return values_.size(); }
  const Value& operator[](std::size_t code) const { return values_[code]; }
  /// Of a field that is put together: value n has the parts values[n * k], ..., values[n * k + k - 1]. What
  /// they refer to must outlive the table.
  void take_parts(std::vector<Value> values);

 private:
  LargeVector<char> bytes_;
  LargeVector<Value> values_;
  std::vector<ValueDetail> details_;  // One for each value, or one for all where the kind has none.
  std::vector<Value> parts_;
};

/// Hashes of one part of a value for blocking ("", "soundex", "year", "tokens" ...); none when the
/// value lacks it. \retval false if `kind` has no such part.
bool part_exists(FieldKind kind, std::string_view part);
void append_part(const Value& value, std::string_view part, std::vector<std::uint64_t>& hashes);

}  // namespace kinfold::linkage
