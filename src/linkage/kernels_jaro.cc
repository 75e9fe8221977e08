// Jaro and Jaro-Winkler.
#include "linkage/kernels.h"

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

#include "linkage/occurrences_internal.h"

namespace kinfold::linkage {
namespace {

// m / n for the sizes that names have: what division gives, without waiting for it.
constexpr std::size_t kQuotientMax = 32;
constexpr auto kQuotient = [] {
  std::array<std::array<double, kQuotientMax>, kQuotientMax> quotient{};
  for (std::size_t m = 0; m < kQuotientMax; ++m) {
    for (std::size_t n = 1; n < kQuotientMax; ++n)
      quotient[m][n] = static_cast<double>(m) / static_cast<double>(n);
  }
  return quotient;
}();

double jaro_from(std::size_t matched, std::size_t transposed, std::size_t size_a, std::size_t size_b) {
  if (matched == 0) return 0.0;
  const std::size_t in_order = matched - transposed / 2;
  if (std::max(size_a, size_b) < kQuotientMax) {
    return (kQuotient[matched][size_a] + kQuotient[matched][size_b] + kQuotient[in_order][matched]) / 3.0;
  }
  const auto m = static_cast<double>(matched);
  return (m / static_cast<double>(size_a) + m / static_cast<double>(size_b) +
          static_cast<double>(in_order) / m) /
         3.0;
}

// The matched letters of `b` whose partner, in the order of `a`, is another letter.
template <typename Index>
std::size_t transposed_among(const Index& in_a, std::string_view b, std::uint64_t taken_a,
                             std::uint64_t taken_b) {
  std::size_t transposed = 0;
  for (; taken_b != 0; taken_b &= taken_b - 1) {
    const char c = b[static_cast<std::size_t>(std::countr_zero(taken_b))];
    transposed += (in_a[c] & (taken_a & (~taken_a + 1))) == 0;
    taken_a &= taken_a - 1;
  }
  return transposed;
}

// Letters match within half the longer text, less one.
std::size_t jaro_reach(std::string_view a, std::string_view b) {
  const std::size_t longer = std::max(a.size(), b.size());
  return longer / 2 > 0 ? longer / 2 - 1 : 0;
}

template <typename Index>
double jaro_word(std::string_view a, std::string_view b) {
  const Index in_a(a);
  const std::size_t reach = jaro_reach(a, b);
  std::uint64_t taken_a = 0;
  std::uint64_t taken_b = 0;
  std::uint64_t window = reach + 1 >= kWordBits ? ~std::uint64_t{0} : (std::uint64_t{1} << (reach + 1)) - 1;
  bool crossed =
      false;  // A letter was taken from before one that was taken already; else none are transposed.
  for (std::size_t n = 0; n < b.size(); ++n) {
    const std::uint64_t free = in_a[b[n]] & window & ~taken_a;
    const std::uint64_t first = free & (~free + 1);
    crossed |= first - 1 < taken_a;  // 0 - 1 is above everything.
    taken_a |= first;
    taken_b |= static_cast<std::uint64_t>(free != 0) << n;
    window = (window << 1) | static_cast<std::uint64_t>(n < reach);
  }
  const std::size_t transposed = crossed ? transposed_among(in_a, b, taken_a, taken_b) : 0;
  return jaro_from(static_cast<std::size_t>(std::popcount(taken_a)), transposed, a.size(), b.size());
}

// The same for texts of any length: where each byte occurs in `a` is a row of words.
double jaro_long(std::string_view a, std::string_view b) {
  const std::size_t reach = jaro_reach(a, b);
  const std::size_t word_count = a.size() / kWordBits + 1;
  std::vector<std::uint64_t> free(256 * word_count, 0);
  for (std::size_t n = 0; n < a.size(); ++n)
    free[index_of(a[n]) * word_count + n / kWordBits] |= std::uint64_t{1} << (n % kWordBits);
  std::vector<char> taken(a.size(), 0);
  std::string from_b;
  for (std::size_t n = 0; n < b.size(); ++n) {
    const std::size_t begin = n > reach ? n - reach : 0;
    const std::size_t end = std::min(a.size(), n + reach + 1);
    std::uint64_t* row = &free[index_of(b[n]) * word_count];
    for (std::size_t word = begin / kWordBits; word * kWordBits < end; ++word) {
      std::uint64_t here = row[word];
      if (word == begin / kWordBits) here &= ~std::uint64_t{0} << (begin % kWordBits);
      if (here == 0) continue;
      const std::size_t place = word * kWordBits + static_cast<std::size_t>(std::countr_zero(here));
      if (place >= end) break;
      row[word] &= ~(std::uint64_t{1} << (place % kWordBits));
      taken[place] = 1;
      from_b += b[n];
      break;
    }
  }
  std::size_t transposed = 0;
  std::size_t next = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (taken[k] != 0 && a[k] != from_b[next++]) ++transposed;
  }
  return jaro_from(from_b.size(), transposed, a.size(), b.size());
}

}  // namespace

double jaro(std::string_view a, std::string_view b) {
  if (a.empty() && b.empty()) return 1.0;
  if (a.empty() || b.empty()) return 0.0;
  if (a.size() <= kShortMax && b.size() <= kWordBits) return jaro_word<ShortOccurrences>(a, b);
  return a.size() <= kWordBits && b.size() <= kWordBits ? jaro_word<Occurrences>(a, b) : jaro_long(a, b);
}

std::size_t winkler_prefix(std::string_view a, std::string_view b) {
  std::size_t prefix = 0;
  while (prefix < 4 && prefix < a.size() && prefix < b.size() && a[prefix] == b[prefix]) ++prefix;
  return prefix;
}

double jaro_winkler(std::string_view a, std::string_view b) {
  const double similarity = jaro(a, b);
  if (similarity <= 0.7) return similarity;
  return similarity + static_cast<double>(winkler_prefix(a, b)) * 0.1 * (1.0 - similarity);
}

}  // namespace kinfold::linkage
