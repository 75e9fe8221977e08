// Edit distances.
#include "linkage/kernels.h"

#include <algorithm>
#include <bit>
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

// Hyyrö's vertical deltas: VP, VN; with kSwaps, the term that lets two neighbours change places.
template <bool kSwaps>
struct Column {
  std::uint64_t positive = ~std::uint64_t{0};
  std::uint64_t negative = 0;
  std::uint64_t zero = 0;
  std::uint64_t before = 0;

  // The next one; where it is one more (`up`) or one less than this one, row by row.
  void step(std::uint64_t here, std::uint64_t& up, std::uint64_t& down) {
    const std::uint64_t swapped = kSwaps ? (((~zero) & here) << 1) & before : 0;
    zero = (((here & positive) + positive) ^ positive) | here | negative | swapped;
    up = negative | ~(zero | positive);
    down = positive & zero;
    const std::uint64_t up_next = (up << 1) | 1;
    positive = (down << 1) | ~(zero | up_next);
    negative = up_next & zero;
    before = here;
  }
};

// Stops once the letters that are left cannot bring the distance back to the limit.
template <bool kSwaps, typename Index>
std::size_t edit_limited(std::string_view a, std::string_view b, std::size_t limit) {
  const Index in_a(a);
  Column<kSwaps> column;
  std::size_t distance = a.size();
  const std::uint64_t last = std::uint64_t{1} << (a.size() - 1);
  std::size_t left = b.size();
  for (const char c : b) {
    std::uint64_t up = 0;
    std::uint64_t down = 0;
    column.step(in_a[c], up, down);
    distance += (up & last) != 0;
    distance -= (down & last) != 0;
    if (distance > limit + --left) return limit + 1;
  }
  return distance;
}

// The distance whatever it is: the top of the last column and all its steps down. Not in line: its registers
// would be put by for texts that are too far apart at a glance, too.
template <bool kSwaps, typename Index>
[[gnu::noinline]] std::size_t edit_unlimited(std::string_view a, std::string_view b) {
  const Index in_a(a);
  Column<kSwaps> column;
  for (const char c : b) {
    std::uint64_t up = 0;
    std::uint64_t down = 0;
    column.step(in_a[c], up, down);
  }
  const std::uint64_t rows = ~std::uint64_t{0} >> (kWordBits - a.size());
  const auto count = [](std::uint64_t bits) { return static_cast<std::size_t>(std::popcount(bits)); };
  return b.size() + count(column.positive & rows) - count(column.negative & rows);
}

// Of two names without a limit: to look for what they have in common at both ends takes longer than it saves.
template <bool kSwaps>
[[gnu::noinline]] std::size_t edit_names(std::string_view a, std::string_view b) {
  const std::string_view shorter = a.size() < b.size() ? a : b;
  const std::string_view longer = a.size() < b.size() ? b : a;
  return shorter.empty() ? longer.size() : edit_unlimited<kSwaps, ShortOccurrences>(longer, shorter);
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
  if (limit >= kShortMax && a.size() <= kShortMax && b.size() <= kShortMax) return edit_names<kSwaps>(a, b);
  strip_common(a, b);
  if (a.size() > b.size()) std::swap(a, b);
  if (a.empty()) return std::min(b.size(), limit + 1);
  // The longer one in the register: fewer steps, and too far apart is seen sooner.
  if (b.size() <= kShortMax) return std::min(edit_limited<kSwaps, ShortOccurrences>(b, a, limit), limit + 1);
  if (limit == 1) return few_edits<kSwaps, 1>(a, b);
  if (limit == 2) return few_edits<kSwaps, 2>(a, b);
  if (a.size() <= kWordBits) {
    return limit < b.size() ? std::min(edit_limited<kSwaps, Occurrences>(a, b, limit), limit + 1)
                            : edit_unlimited<kSwaps, Occurrences>(a, b);
  }
  if (limit <= kBandLimitMax) return std::min(edit_band<kSwaps>(a, b, limit), limit + 1);
  return std::min(edit_words<kSwaps>(a, b), limit + 1);
}

// Zhao and Sahni (2020): of Lowrance and Wagner's table (1975) three rows, and per column the cell above the
// last equal letter, are all that a later cell can ask for: a swap with letters left out on both sides is
// never the cheapest way. Cells more than `band` off the diagonal cost more than it and are not filled.
// A swap can end in a cell only right of an equal letter, or where the row before had an equal one: all other
// cells, nearly all of them, are the least of three numbers.
// `room` is for four rows of b.size() + 1; |a.size() - b.size()| <= band.
std::size_t damerau_rows(std::string_view a, std::string_view b, std::size_t band, std::uint32_t* room) {
  const std::size_t width = b.size() + 1;
  const auto beyond = static_cast<std::uint32_t>(a.size() + b.size() + 1);
  std::uint32_t* two_above = room;
  std::uint32_t* above = room + width;
  std::uint32_t* row = room + 2 * width;
  std::uint32_t* before_equal = room + 3 * width;  // Cell (k - 1, j - 2), k the last row equal to b[j - 1].
  std::fill_n(above, width, beyond);
  std::iota(row, row + width, 0U);
  std::fill_n(before_equal, width, beyond);
  std::array<std::uint32_t, 256> last_row{};
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::uint32_t* const oldest = two_above;
    two_above = above;
    above = row;
    row = oldest;
    const char letter = a[i - 1];
    const char letter_above = i > 1 ? a[i - 2] : letter;
    const std::size_t begin = i > band ? i - band : 1;
    const std::size_t end = std::min(b.size(), i + band);
    std::size_t last_equal = 0;
    std::uint32_t left = row[begin - 1] = begin == 1 && i <= band ? static_cast<std::uint32_t>(i) : beyond;
    for (std::size_t j = begin; j <= end; ++j) {
      const char other = b[j - 1];
      std::uint32_t least = std::min(std::min(above[j - 1], above[j]), left) + 1;
      if (other == letter) {
        least = std::min(least, above[j - 1]);
        before_equal[j] = j > 1 ? above[j - 2] : beyond;
        last_equal = j;
      } else if (last_equal + 1 == j) {
        least = std::min(least, before_equal[j] + static_cast<std::uint32_t>(i - last_row[index_of(other)]));
      } else if (other == letter_above && last_equal > 0) {
        least = std::min(least, two_above[last_equal - 1] + static_cast<std::uint32_t>(j - last_equal));
      }
      row[j] = left = least;
    }
    if (end < b.size()) row[end + 1] = beyond;
    last_row[index_of(letter)] = static_cast<std::uint32_t>(i);
  }
  return row[b.size()];
}

std::size_t damerau_full(std::string_view a, std::string_view b, std::size_t band) {
  constexpr std::size_t kFewLetters = 127;
  if (b.size() <= kFewLetters) {
    std::array<std::uint32_t, 4 * (kFewLetters + 1)> rows;
    return damerau_rows(a, b, band, rows.data());
  }
  std::vector<std::uint32_t> rows(4 * (b.size() + 1));
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
