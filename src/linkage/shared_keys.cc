#include "linkage/shared_keys_internal.h"

#include <algorithm>
#include <array>

namespace kinfold::linkage {
namespace {

std::uint64_t* copy_shared(const std::uint64_t* begin, const std::uint64_t* end, std::uint64_t* out) {
  while (begin < end) {
    const auto* next = begin + 1;
    while (next < end && *next >> 32 == *begin >> 32) ++next;
    if (next - begin > 1) out = std::copy(begin, next, out);
    begin = next;
  }
  return out;
}

// Leaves out most of those whose key no other has: the bits of which of 2^14 places of a part are taken once,
// and twice, lie in the processor's nearest memory.
class Sift {
 public:
  std::size_t operator()(std::uint64_t* begin, std::size_t count, int bits) {
    once_.fill(0);
    twice_.fill(0);
    const auto place_of = [&](std::uint64_t entry) {
      return static_cast<std::size_t>(entry << bits >> (64 - kPlaceBits));
    };
    for (std::size_t n = 0; n < count; ++n) {
      const std::size_t place = place_of(begin[n]);
      const auto bit = std::uint64_t{1} << (place & 63);
      twice_[place >> 6] |= once_[place >> 6] & bit;
      once_[place >> 6] |= bit;
    }
    std::size_t left = 0;
    for (std::size_t n = 0; n < count; ++n) {
      const std::uint64_t entry = begin[n];
      const std::size_t place = place_of(entry);
      begin[left] = entry;
      left += twice_[place >> 6] >> (place & 63) & 1;
    }
    return left;
  }

 private:
  static constexpr int kPlaceBits = 14;
  std::array<std::uint64_t, (std::size_t{1} << kPlaceBits) / 64> once_, twice_;
};

}  // namespace

LargeVector<std::uint64_t> shared_keys(NumberParts parts) {
  NumberParts::Desk desk;
  Sift sift;
  auto* const first = parts.begin(0);
  auto* out = first;  // Never beyond the part that is looked at.
  for (std::size_t part = 0; part < parts.count(); ++part) {
    const std::size_t shared = sift(parts.begin(part), parts.size(part), parts.bits());
    parts.for_each_bucket(part, shared, desk, [&](std::uint64_t* begin, std::uint64_t* end) {
      if (end - begin < 2) return;
      // Most buckets hold one key only.
      const bool one_key =
          std::all_of(begin + 1, end, [&](std::uint64_t entry) { return entry >> 32 == *begin >> 32; });
      if (!one_key)
        sort_bucket(begin, end, [](std::uint64_t a, std::uint64_t b) { return a >> 32 < b >> 32; });
      out = copy_shared(begin, end, out);
    });
  }
  return std::move(parts).first(static_cast<std::size_t>(out - first));
}

}  // namespace kinfold::linkage
