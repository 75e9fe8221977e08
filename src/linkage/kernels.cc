#include "linkage/kernels.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace kinfold::linkage {
namespace {

constexpr std::size_t kWordBits = 64;

std::size_t index_of(char c) { return static_cast<unsigned char>(c); }

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
// The same for a text of at most 16 bytes, held in one register.
class ShortOccurrences {
 public:
  static constexpr std::size_t kSizeMax = 16;
  explicit ShortOccurrences(std::string_view text) : mask_((std::uint32_t{1} << text.size()) - 1) {
    alignas(16) char bytes[kSizeMax] = {};
    copy(text, bytes);
    bytes_ = _mm_load_si128(reinterpret_cast<const __m128i*>(bytes));
  }
  std::uint64_t operator[](char c) const {
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(c)))) & mask_;
  }

 private:
  // Two overlapping copies of fixed size are faster than one of a size not known in advance.
  static void copy(std::string_view text, char* to) {
    if (text.size() >= 8) {
      std::memcpy(to, text.data(), 8);
      std::memcpy(to + text.size() - 8, text.data() + text.size() - 8, 8);
    } else if (text.size() >= 4) {
      std::memcpy(to, text.data(), 4);
      std::memcpy(to + text.size() - 4, text.data() + text.size() - 4, 4);
    } else {
      for (std::size_t n = 0; n < text.size(); ++n) to[n] = text[n];
    }
  }
  __m128i bytes_;
  std::uint32_t mask_;
};
#else
using ShortOccurrences = Occurrences;
#endif
constexpr std::size_t kShortMax = 16;

double jaro_from(std::size_t matched, std::size_t transposed, std::size_t size_a, std::size_t size_b) {
  if (matched == 0) return 0.0;
  const auto m = static_cast<double>(matched);
  return (m / static_cast<double>(size_a) + m / static_cast<double>(size_b) +
          (m - static_cast<double>(transposed / 2)) / m) / 3.0;
}

template <typename Index>
double jaro_short(std::string_view a, std::string_view b) {
  const Index in_a(a);
  const std::size_t longer = std::max(a.size(), b.size());
  const std::size_t reach = longer / 2 > 0 ? longer / 2 - 1 : 0;
  std::uint64_t taken_a = 0;
  std::uint64_t taken_b = 0;
  std::uint64_t window = reach + 1 >= kWordBits ? ~std::uint64_t{0} : (std::uint64_t{1} << (reach + 1)) - 1;
  for (std::size_t n = 0; n < b.size(); ++n) {
    const std::uint64_t free = in_a[b[n]] & window & ~taken_a;
    taken_a |= free & (~free + 1);
    taken_b |= static_cast<std::uint64_t>(free != 0) << n;
    window = n < reach ? (window << 1) | 1 : window << 1;
  }
  const auto matched = static_cast<std::size_t>(std::popcount(taken_a));
  std::size_t transposed = 0;
  while (taken_b != 0) {
    const char c = b[static_cast<std::size_t>(std::countr_zero(taken_b))];
    transposed += (in_a[c] & (taken_a & (~taken_a + 1))) == 0;
    taken_a &= taken_a - 1;
    taken_b &= taken_b - 1;
  }
  return jaro_from(matched, transposed, a.size(), b.size());
}

double jaro_long(std::string_view a, std::string_view b) {
  const std::size_t longer = std::max(a.size(), b.size());
  const std::size_t reach = longer / 2 > 0 ? longer / 2 - 1 : 0;
  std::vector<char> taken(a.size(), 0);
  std::vector<char> from_b;
  for (std::size_t n = 0; n < b.size(); ++n) {
    const std::size_t begin = n > reach ? n - reach : 0;
    const std::size_t end = std::min(a.size(), n + reach + 1);
    for (std::size_t k = begin; k < end; ++k) {
      if (taken[k] != 0 || a[k] != b[n]) continue;
      taken[k] = 1;
      from_b.push_back(b[n]);
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

void strip_common(std::string_view& a, std::string_view& b) {
  while (!a.empty() && !b.empty() && a.front() == b.front()) {
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    a.remove_suffix(1);
    b.remove_suffix(1);
  }
}

std::size_t size_difference(std::string_view a, std::string_view b) {
  return a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
}

// Hyyrö's vertical deltas: VP, VN; with kSwaps, the term that lets two neighbours change places. Stops
// once the letters that are left cannot bring the distance back to the limit.
template <bool kSwaps, typename Index>
std::size_t edit_short(std::string_view a, std::string_view b, std::size_t limit) {
  const Index in_a(a);
  std::uint64_t positive = ~std::uint64_t{0};
  std::uint64_t negative = 0;
  std::uint64_t zero = 0;
  std::uint64_t before = 0;
  std::size_t distance = a.size();
  const std::uint64_t last = std::uint64_t{1} << (a.size() - 1);
  std::size_t left = b.size();
  for (const char c : b) {
    const std::uint64_t here = in_a[c];
    const std::uint64_t swapped = kSwaps ? (((~zero) & here) << 1) & before : 0;
    zero = (((here & positive) + positive) ^ positive) | here | negative | swapped;
    std::uint64_t up = negative | ~(zero | positive);
    std::uint64_t down = positive & zero;
    distance += (up & last) != 0;
    distance -= (down & last) != 0;
    up = (up << 1) | 1;
    down <<= 1;
    positive = down | ~(zero | up);
    negative = up & zero;
    before = here;
    if (distance > limit + --left) return limit + 1;
  }
  return distance;
}

std::size_t edit_long(std::string_view a, std::string_view b, bool swaps) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t n = 0; n <= b.size(); ++n) above[n] = n;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (swaps && i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit, bool swaps) {
  if (size_difference(a, b) > limit) return limit + 1;
  strip_common(a, b);
  if (a.size() > b.size()) std::swap(a, b);
  if (a.empty()) return std::min(b.size(), limit + 1);
  std::size_t distance = 0;
  if (a.size() > kWordBits) distance = edit_long(a, b, swaps);
  else if (a.size() > kShortMax) distance = swaps ? edit_short<true, Occurrences>(a, b, limit) : edit_short<false, Occurrences>(a, b, limit);
  else distance = swaps ? edit_short<true, ShortOccurrences>(a, b, limit) : edit_short<false, ShortOccurrences>(a, b, limit);
  return std::min(distance, limit + 1);
}

// Lowrance and Wagner (1975): the whole table, with the last row where each byte was seen.
std::size_t damerau_full(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 2;
  const std::size_t beyond = a.size() + b.size();
  std::vector<std::size_t> cost((a.size() + 2) * width);
  std::array<std::size_t, 256> last_row{};
  const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& { return cost[i * width + j]; };
  at(0, 0) = beyond;
  for (std::size_t i = 0; i <= a.size(); ++i) {
    at(i + 1, 0) = beyond;
    at(i + 1, 1) = i;
  }
  for (std::size_t j = 0; j <= b.size(); ++j) {
    at(0, j + 1) = beyond;
    at(1, j + 1) = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t last_column = 0;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t row = last_row[index_of(b[j - 1])];
      const std::size_t column = last_column;
      const bool same = a[i - 1] == b[j - 1];
      if (same) last_column = j;
      at(i + 1, j + 1) = std::min({at(i, j) + (same ? 0 : 1), at(i + 1, j) + 1, at(i, j + 1) + 1,
                                   at(row, column) + (i - row - 1) + 1 + (j - column - 1)});
    }
    last_row[index_of(a[i - 1])] = i;
  }
  return at(a.size() + 1, b.size() + 1);
}

std::vector<std::string_view> sorted_words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::sort(words.begin(), words.end());
  return words;
}

std::vector<std::uint16_t> sorted_bigrams(std::string_view text) {
  std::vector<std::uint16_t> grams;
  for (std::size_t n = 0; n + 1 < text.size(); ++n) {
    grams.push_back(static_cast<std::uint16_t>(index_of(text[n]) << 8 | index_of(text[n + 1])));
  }
  std::sort(grams.begin(), grams.end());
  grams.erase(std::unique(grams.begin(), grams.end()), grams.end());
  return grams;
}

template <typename T>
std::size_t shared_count(const std::vector<T>& a, const std::vector<T>& b) {
  std::size_t shared = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) ++shared, ++i, ++j;
    else if (a[i] < b[j]) ++i;
    else ++j;
  }
  return shared;
}

}  // namespace

double jaro(std::string_view a, std::string_view b) {
  if (a.empty() && b.empty()) return 1.0;
  if (a.empty() || b.empty()) return 0.0;
  if (a.size() <= kShortMax && b.size() <= kWordBits) return jaro_short<ShortOccurrences>(a, b);
  return a.size() <= kWordBits && b.size() <= kWordBits ? jaro_short<Occurrences>(a, b) : jaro_long(a, b);
}

double jaro_winkler(std::string_view a, std::string_view b) {
  const double similarity = jaro(a, b);
  if (similarity <= 0.7) return similarity;
  std::size_t prefix = 0;
  while (prefix < 4 && prefix < a.size() && prefix < b.size() && a[prefix] == b[prefix]) ++prefix;
  return similarity + static_cast<double>(prefix) * 0.1 * (1.0 - similarity);
}

std::size_t levenshtein(std::string_view a, std::string_view b, std::size_t limit) {
  return edit_distance(a, b, limit, false);
}

std::size_t osa(std::string_view a, std::string_view b, std::size_t limit) {
  return edit_distance(a, b, limit, true);
}

std::size_t damerau(std::string_view a, std::string_view b, std::size_t limit) {
  if (size_difference(a, b) > limit) return limit + 1;
  const std::size_t restricted = osa(a, b, limit);
  // Below two edits the restriction cannot matter: the unrestricted distance is never larger, and
  // differs only where a swap is followed by an edit between the swapped letters.
  if (restricted <= 2) return restricted;
  strip_common(a, b);
  return std::min(damerau_full(a, b), limit + 1);
}

double jaccard_bigrams(std::string_view a, std::string_view b) {
  const auto grams_a = sorted_bigrams(a);
  const auto grams_b = sorted_bigrams(b);
  const std::size_t shared = shared_count(grams_a, grams_b);
  const std::size_t all = grams_a.size() + grams_b.size() - shared;
  return all == 0 ? 0.0 : static_cast<double>(shared) / static_cast<double>(all);
}

double cosine_tokens(std::string_view a, std::string_view b) {
  const auto words_a = sorted_words(a);
  const auto words_b = sorted_words(b);
  if (words_a.empty() || words_b.empty()) return 0.0;
  double dot = 0.0;
  double square_a = 0.0;
  double square_b = 0.0;
  const auto run = [](const std::vector<std::string_view>& words, std::size_t at) {
    std::size_t end = at;
    while (end < words.size() && words[end] == words[at]) ++end;
    return end - at;
  };
  for (std::size_t i = 0; i < words_a.size(); i += run(words_a, i)) {
    square_a += static_cast<double>(run(words_a, i) * run(words_a, i));
  }
  for (std::size_t j = 0; j < words_b.size(); j += run(words_b, j)) {
    square_b += static_cast<double>(run(words_b, j) * run(words_b, j));
    const auto [first, last] = std::equal_range(words_a.begin(), words_a.end(), words_b[j]);
    dot += static_cast<double>(static_cast<std::size_t>(last - first) * run(words_b, j));
  }
  return dot / std::sqrt(square_a * square_b);
}

double token_overlap(std::string_view a, std::string_view b) {
  auto words_a = sorted_words(a);
  auto words_b = sorted_words(b);
  words_a.erase(std::unique(words_a.begin(), words_a.end()), words_a.end());
  words_b.erase(std::unique(words_b.begin(), words_b.end()), words_b.end());
  const std::size_t fewer = std::min(words_a.size(), words_b.size());
  return fewer == 0 ? 0.0 : static_cast<double>(shared_count(words_a, words_b)) / static_cast<double>(fewer);
}

}  // namespace kinfold::linkage
