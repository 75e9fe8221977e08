#include "linkage/level_bound_internal.h"

#include <cstdlib>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace kinfold::linkage {
namespace {

// Where more values than one in so many are too long for their bytes to be kept, their signs tell more.
constexpr std::size_t kLongShare = 20;
// As the size of a value that is too long, or that has blanks which do not count: nothing is known of it.
constexpr std::uint8_t kOpen = 255;

double jaro_of(double matched, double size_a, double size_b) {
  return matched <= 0.0 ? 0.0 : (matched / size_a + matched / size_b + 1.0) / 3.0;
}

bool is_edits(Test test) { return test == Test::kLevenshtein || test == Test::kOsa; }

// The first level of which `reaches` is true of the bound.
template <typename Reaches>
std::uint8_t first_level(const Comparer::Ladder& ladder, Reaches&& reaches) {
  std::size_t n = 0;
  while (n < ladder.bounds.size() && !reaches(ladder.bounds[n])) ++n;
  return static_cast<std::uint8_t>(n + 1);
}

std::uint8_t level_of_edits(const Comparer::Ladder& ladder, std::size_t edits) {
  return first_level(ladder, [&](double bound) { return static_cast<double>(edits) <= bound; });
}

}  // namespace

LevelBound::LevelBound(const Records& records, const Comparer& comparer, std::size_t comparison)
    : level_(1, 0) {
  const auto ladder = comparer.ladder(comparison);
  if (ladder.test == Test::kElse || comparer.swapped_field_of(comparison) >= 0) return;
  const auto& values = records.fields[comparer.field_of(comparison)].values;
  swaps_ = ladder.test == Test::kOsa;
  blanks_count_ = blanks_count(records.fields[comparer.field_of(comparison)].field.kind);
  if (is_edits(ladder.test)) {
    std::size_t longer = 0;
    for (std::size_t code = 1; code < values.size(); ++code) longer += values[code].text.size() > kBytesMax;
    if (longer * kLongShare <= values.size()) {
      kind_ = Kind::kBytes;
      for (std::size_t edits = 1; edits <= kBytesMax; ++edits)
        level_.push_back(level_of_edits(ladder, edits));
      return;
    }
  }
  kind_ = Kind::kSigns;
  know_signs(ladder);
}

void LevelBound::know_signs(const Comparer::Ladder& ladder) {
  level_.resize(kWidth * kWidth * kWidth * (kPrefixMax + 1));
  for (std::size_t a = 1; a <= kSizeMax; ++a) {
    for (std::size_t b = 1; b <= kSizeMax; ++b) {
      for (std::size_t matched = 0; matched <= std::min(a, b); ++matched) {
        for (std::size_t prefix = 0; prefix <= kPrefixMax; ++prefix) {
          std::uint8_t& own = level_[((a * kWidth + b) * kWidth + matched) * (kPrefixMax + 1) + prefix];
          if (is_edits(ladder.test)) {
            own = level_of_edits(ladder, std::max<std::size_t>(std::max(a, b) - matched, 1));
            continue;
          }
          // The margin keeps the bound on the safe side of rounding.
          double similarity =
              jaro_of(static_cast<double>(matched), static_cast<double>(a), static_cast<double>(b)) + 1e-9;
          if (ladder.test == Test::kJaroWinkler && similarity > 0.7)
            similarity += static_cast<double>(prefix) * 0.1 * (1.0 - similarity);
          own = first_level(ladder, [&](double bound) { return similarity >= bound; });
        }
      }
    }
  }
}

LevelBound::Look LevelBound::look(const Value& value) const {
  const std::string_view text = value.text;
  if (kind_ == Kind::kNone) return {};
  if (kind_ == Kind::kSigns) {
    const std::size_t size = std::min<std::size_t>(text.size(), kSizeMax + 1);
    // Of what is longer nothing is known; without signs its place is among those of its length.
    const std::uint64_t signs = size > kSizeMax ? 0 : value.letters;
    return {signs, bytes_as_number(text.data(), std::min<std::size_t>(kPrefixMax, size)),
            0.0F,  static_cast<std::uint8_t>(size),
            0,     static_cast<std::uint8_t>(size > kSizeMax ? 0 : size - count(signs))};
  }
  // Where blanks do not count, values with such may be held to be equal; and zeros fill up what is short.
  const bool plain = text.size() <= kBytesMax &&
                     (blanks_count_ || text.find(' ') == std::string_view::npos) &&
                     text.find('\0') == std::string_view::npos;
  if (!plain) return {0, 0, 0.0F, kOpen, 0, 0};
  const std::size_t head = std::min<std::size_t>(8, text.size());
  return {bytes_as_number(text.data(), head),
          bytes_as_number(text.data() + head, text.size() - head),
          0.0F,
          static_cast<std::uint8_t>(text.size()),
          0,
          0};
}

namespace {

using Look = LevelBound::Look;

// A bit for each byte of `a` that, moved down by `down` places, is equal to that of `b`.
template <int down>
std::uint32_t equal_bytes(const Look& a, const Look& b) {
#ifdef __SSE2__
  const auto bytes = [](const Look& look) {
    return _mm_set_epi64x(static_cast<long long>(look.more), static_cast<long long>(look.bits));
  };
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_srli_si128(bytes(a), down), bytes(b))));
#else
  const auto byte = [](const Look& look, int n) {
    return n > 15 ? 0 : (n > 7 ? look.more >> (8 * n - 64) : look.bits >> (8 * n)) & 0xFF;
  };
  std::uint32_t equal = 0;
  for (int n = 0; n < 16; ++n) equal |= static_cast<std::uint32_t>(byte(a, n + down) == byte(b, n)) << n;
  return equal;
#endif
}

}  // namespace

std::uint32_t LevelBound::edits_of_bytes(const Look& a, const Look& b) const {
  if (a.size == kOpen || b.size == kOpen) return 0;
  const std::uint32_t differing = ~equal_bytes<0>(a, b) & 0xFFFF;
  if (differing == 0) return 0;
  const int first = std::countr_zero(differing);
  // Whether from there up to `end` the first text's bytes are the second's, each one place later.
  const auto moved = [&](std::uint32_t equal_if_moved, int end) {
    const std::uint32_t between = (std::uint32_t{1} << end) - (std::uint32_t{1} << first);
    return (between & ~equal_if_moved) == 0;
  };
  if (a.size == b.size) {
    const auto count = static_cast<std::uint32_t>(std::popcount(differing));
    const std::uint32_t replaced = swaps_ ? (count + 1) / 2 : count;
    if (replaced <= 2) return replaced;
    // Otherwise two edits are one byte out and one in: between the two everything has moved by one place.
    const int last = static_cast<int>(std::bit_width(differing)) - 1;
    return moved(equal_bytes<1>(a, b), last) || moved(equal_bytes<1>(b, a), last) ? 2 : 3;
  }
  const int gap = std::abs(a.size - b.size);
  if (gap > 1) return static_cast<std::uint32_t>(gap);
  const auto& longer = a.size > b.size ? a : b;
  const auto& shorter = a.size > b.size ? b : a;
  return moved(equal_bytes<1>(longer, shorter), shorter.size) ? 1 : 2;
}

}  // namespace kinfold::linkage
