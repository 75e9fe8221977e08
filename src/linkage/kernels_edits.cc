// Edit distances.
#include "linkage/kernels.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "linkage/occurrences_internal.h"

namespace kinfold::linkage {
namespace {

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

// The textbook table, of which only the cells within `limit` of the diagonal are filled: a path that leaves
// them costs more (Ukkonen 1985). A row is its diagonals: place d of row i is the column i + d - limit.
constexpr std::size_t kBandLimitMax = 15;
template <bool kSwaps>
std::size_t edit_band(std::string_view a, std::string_view b, std::size_t limit) {
  const std::size_t beyond = limit + 1;
  using Row =
      std::array<std::size_t, 2 * kBandLimitMax + 3>;  // One more at each end, beyond the limit for good.
  Row rows[3];
  for (auto& row : rows) std::fill_n(row.begin(), 2 * limit + 3, beyond);
  Row* before = &rows[0];
  Row* above = &rows[1];
  Row* row = &rows[2];
  for (std::size_t j = 0; j <= std::min(b.size(), limit); ++j) (*above)[1 + j + limit] = j;
  std::size_t least_above = 0;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    const std::size_t begin = i > limit ? 0 : limit - i;
    const std::size_t end = std::min(2 * limit, b.size() + limit - i);
    std::size_t least = beyond;
    for (std::size_t d = begin; d <= end; ++d) {
      const std::size_t j = i + d - limit;
      std::size_t& cell = (*row)[1 + d];
      if (j == 0) {
        cell = i;
      } else {
        cell = std::min({(*above)[2 + d] + 1, d == begin ? beyond : (*row)[d] + 1,
                         (*above)[1 + d] + (a[i - 1] == b[j - 1] ? 0 : 1)});
        if (kSwaps && i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
          cell = std::min(cell, (*before)[1 + d] + 1);
      }
      least = std::min(least, cell);
    }
    if (end < 2 * limit) (*row)[2 + end] = beyond;
    if (std::min(least, least_above) > limit) return beyond;  // A swap reaches over one row, not over two.
    least_above = least;
    std::swap(before, above);
    std::swap(above, row);
  }
  return (*above)[1 + b.size() + limit - a.size()];
}

// edit_short() with `a` cut into words, each of which hands the bits at its upper end on to the next.
template <bool kSwaps>
std::size_t edit_words(std::string_view a, std::string_view b) {
  struct Word {
    std::uint64_t positive = ~std::uint64_t{0};
    std::uint64_t negative = 0;
    std::uint64_t zero = 0;
    std::uint64_t before = 0;
  };
  std::vector<Word> words((a.size() - 1) / kWordBits + 1);
  std::vector<std::uint64_t> in_a(256 * words.size(), 0);
  for (std::size_t n = 0; n < a.size(); ++n)
    in_a[index_of(a[n]) * words.size() + n / kWordBits] |= std::uint64_t{1} << (n % kWordBits);
  const std::uint64_t last = std::uint64_t{1} << ((a.size() - 1) % kWordBits);
  std::size_t distance = a.size();
  for (const char c : b) {
    const std::uint64_t* here = &in_a[index_of(c) * words.size()];
    std::uint64_t up_in = 1;
    std::uint64_t down_in = 0;
    std::uint64_t swap_in = 0;
    for (std::size_t n = 0; n < words.size(); ++n) {
      Word& word = words[n];
      const std::uint64_t same = here[n] | down_in;
      const std::uint64_t open = kSwaps ? ~word.zero & here[n] : 0;
      const std::uint64_t swapped = ((open << 1) | swap_in) & word.before;
      word.zero = (((same & word.positive) + word.positive) ^ word.positive) | same | word.negative | swapped;
      std::uint64_t up = word.negative | ~(word.zero | word.positive);
      std::uint64_t down = word.positive & word.zero;
      if (n + 1 == words.size()) {
        distance += (up & last) != 0;
        distance -= (down & last) != 0;
      }
      const std::uint64_t up_out = up >> (kWordBits - 1);
      const std::uint64_t down_out = down >> (kWordBits - 1);
      up = (up << 1) | up_in;
      down = (down << 1) | down_in;
      word.positive = down | ~(word.zero | up);
      word.negative = up & word.zero;
      word.before = here[n];
      up_in = up_out;
      down_in = down_out;
      swap_in = open >> (kWordBits - 1);
    }
  }
  return distance;
}

// Up to two edits, by trying each where the texts first differ: what is left must be the same but for the
// others. Most texts are too far apart for that after a few letters.
template <bool kSwaps, std::size_t kLimit>
std::size_t few_edits(std::string_view a, std::string_view b) {
  if (size_difference(a, b) > kLimit) return kLimit + 1;
  if constexpr (kLimit == 0) {
    return a.empty() || (a.front() == b.front() && a == b) ? 0 : 1;  // A look at one letter before a call.
  } else {
    std::size_t same = 0;
    while (same < a.size() && same < b.size() && a[same] == b[same]) ++same;
    a.remove_prefix(same);
    b.remove_prefix(same);
    if (a.empty() || b.empty()) return std::max(a.size(), b.size());
    std::size_t after = few_edits<kSwaps, kLimit - 1>(a.substr(1), b.substr(1));
    after = std::min(after, few_edits<kSwaps, kLimit - 1>(a.substr(1), b));
    after = std::min(after, few_edits<kSwaps, kLimit - 1>(a, b.substr(1)));
    if (kSwaps && a.size() > 1 && b.size() > 1 && a[0] == b[1] && a[1] == b[0]) {
      after = std::min(after, few_edits<kSwaps, kLimit - 1>(a.substr(2), b.substr(2)));
    }
    return after + 1;
  }
}

template <bool kSwaps>
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  if (size_difference(a, b) > limit) return limit + 1;
  strip_common(a, b);
  if (a.size() > b.size()) std::swap(a, b);
  if (a.empty()) return std::min(b.size(), limit + 1);
  // The longer one in the register: fewer steps, and too far apart is seen sooner.
  if (b.size() <= kShortMax) return std::min(edit_short<kSwaps, ShortOccurrences>(b, a, limit), limit + 1);
  if (limit == 1) return few_edits<kSwaps, 1>(a, b);
  if (limit == 2) return few_edits<kSwaps, 2>(a, b);
  if (a.size() <= kWordBits) return std::min(edit_short<kSwaps, Occurrences>(a, b, limit), limit + 1);
  if (limit <= kBandLimitMax) return std::min(edit_band<kSwaps>(a, b, limit), limit + 1);
  return std::min(edit_words<kSwaps>(a, b), limit + 1);
}

// Zhao and Sahni (2020): of Lowrance and Wagner's table (1975) two rows, and per column the cell above the
// last equal letter, are all that a later cell can ask for: a swap with letters left out on both sides is
// never the cheapest way. Cells more than `band` off the diagonal cost more than it and are not filled.
// `rows` has room for three rows of b.size() + 1; |a.size() - b.size()| <= band.
std::size_t damerau_rows(std::string_view a, std::string_view b, std::size_t band, std::uint32_t* rows) {
  const std::size_t width = b.size() + 1;
  const auto beyond = static_cast<std::uint32_t>(a.size() + b.size() + 1);
  std::uint32_t* above = rows;
  std::uint32_t* row = rows + width;
  std::uint32_t* before_equal = rows + 2 * width;  // Cell (k - 1, j - 2), k the last row equal to b[j - 1].
  std::fill_n(above, width, beyond);
  std::iota(row, row + width, 0U);
  std::fill_n(before_equal, width, beyond);
  std::array<std::uint32_t, 256> last_row{};
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(above, row);  // What lies in `row` now is two rows old.
    const std::size_t begin = i > band ? i - band : 1;
    std::uint32_t two_above = row[begin - 1];
    std::uint32_t before_swap = beyond;  // Cell (i - 2, last_equal - 1).
    std::size_t last_equal = 0;
    row[begin - 1] = begin == 1 && i <= band ? static_cast<std::uint32_t>(i) : beyond;
    for (std::size_t j = begin; j <= std::min(b.size(), i + band); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      std::uint32_t least = std::min({above[j - 1] + (same ? 0U : 1U), row[j - 1] + 1, above[j] + 1});
      if (same) {
        last_equal = j;
        before_equal[j] = j > 1 ? above[j - 2] : beyond;
        before_swap = two_above;
      } else if (const std::uint32_t k = last_row[index_of(b[j - 1])]; last_equal + 1 == j) {
        least = std::min(least, before_equal[j] + static_cast<std::uint32_t>(i - k));
      } else if (k + 1 == i) {
        least = std::min(least, before_swap + static_cast<std::uint32_t>(j - last_equal));
      }
      two_above = row[j];
      row[j] = least;
    }
    last_row[index_of(a[i - 1])] = static_cast<std::uint32_t>(i);
  }
  return row[b.size()];
}

std::size_t damerau_full(std::string_view a, std::string_view b, std::size_t band) {
  constexpr std::size_t kFewLetters = 127;
  if (b.size() <= kFewLetters) {
    std::array<std::uint32_t, 3 * (kFewLetters + 1)> rows;
    return damerau_rows(a, b, band, rows.data());
  }
  std::vector<std::uint32_t> rows(3 * (b.size() + 1));
  return damerau_rows(a, b, band, rows.data());
}

}  // namespace

std::size_t levenshtein(std::string_view a, std::string_view b, std::size_t limit) {
  return edit_distance<false>(a, b, limit);
}

std::size_t osa(std::string_view a, std::string_view b, std::size_t limit) {
  return edit_distance<true>(a, b, limit);
}

std::size_t damerau(std::string_view a, std::string_view b, std::size_t limit) {
  // The unrestricted distance is never larger, and smaller only where a swap is followed by g edits between
  // the two letters: it costs 1 + g, and without that move, by leaving out and putting in, 2 + g. So it is
  // the same below three edits, and never less than two thirds.
  const std::size_t restricted = osa(a, b, limit + limit / 2);
  if (restricted <= 2) return std::min(restricted, limit + 1);
  if (restricted > limit + limit / 2 || size_difference(a, b) > limit) return limit + 1;
  strip_common(a, b);
  return std::min(damerau_full(a, b, std::min(limit, restricted)), limit + 1);
}

}  // namespace kinfold::linkage
