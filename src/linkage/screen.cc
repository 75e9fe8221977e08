#include "linkage/screen_internal.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <numbers>
#include <numeric>

#include "base/parallel.h"
#include "base/random.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace kinfold::linkage {
namespace {

// What adding up floats may lose, in nats; far more than it does.
constexpr double kRounding = 0.01;
// Where more values than one in so many are too long for their bytes to be kept, their signs tell more.
constexpr std::size_t kLongShare = 20;

double jaro_of(double matched, double size_a, double size_b) {
  return matched <= 0.0 ? 0.0 : (matched / size_a + matched / size_b + 1.0) / 3.0;
}

bool is_edits(Test test) { return test == Test::kLevenshtein || test == Test::kOsa; }

}  // namespace

LevelBound::LevelBound(const Records& records, const Comparer& comparer, std::size_t comparison) {
  const auto ladder = comparer.ladder(comparison);
  if (ladder.test == Test::kElse || comparer.swapped_field_of(comparison) >= 0) return;
  const auto& values = records.fields[comparer.field_of(comparison)].values;
  swaps_ = ladder.test == Test::kOsa;
  blanks_count_ = blanks_count(records.fields[comparer.field_of(comparison)].field.kind);
  const auto level = [&](auto&& reaches) {
    std::size_t n = 0;
    while (n < ladder.bounds.size() && !reaches(ladder.bounds[n])) ++n;
    return static_cast<std::uint8_t>(n + 1);
  };
  const auto edit_level = [&](std::size_t edits) {
    return level([&](double bound) { return static_cast<double>(edits) <= bound; });
  };
  if (is_edits(ladder.test)) {
    std::size_t longer = 0;
    for (std::size_t code = 1; code < values.size(); ++code) longer += values[code].text.size() > kBytesMax;
    if (longer * kLongShare <= values.size()) {
      kind_ = Kind::kBytes;
      for (std::size_t edits = 0; edits <= kBytesMax; ++edits)
        edit_level_[edits] = edit_level(std::max<std::size_t>(edits, 1));
      return;
    }
  }
  kind_ = Kind::kLetters;
  level_.resize(kWidth * kWidth * kWidth * (kPrefixMax + 1));
  for (std::size_t a = 1; a < kWidth; ++a) {
    for (std::size_t b = 1; b < kWidth; ++b) {
      for (std::size_t matched = 0; matched <= std::min(a, b); ++matched) {
        for (std::size_t prefix = 0; prefix <= kPrefixMax; ++prefix) {
          std::uint8_t& own = level_[place(a, b, matched, prefix)];
          if (is_edits(ladder.test)) {
            own = edit_level(std::max(a, b) - matched);
            continue;
          }
          // The margin keeps the bound on the safe side of rounding.
          double similarity =
              jaro_of(static_cast<double>(matched), static_cast<double>(a), static_cast<double>(b)) + 1e-9;
          if (ladder.test == Test::kJaroWinkler && similarity > 0.7)
            similarity += static_cast<double>(prefix) * 0.1 * (1.0 - similarity);
          own = level([&](double bound) { return similarity >= bound; });
        }
      }
    }
  }
}

LevelBound::Look LevelBound::look(const Value& value) const {
  const std::string_view text = value.text;
  if (kind_ == Kind::kNone) return {};
  if (kind_ == Kind::kLetters) {
    return {value.letters, bytes_as_number(text.data(), std::min(kPrefixMax, text.size())), 0.0F,
            static_cast<std::uint8_t>(std::min(text.size(), kSizeMax + 1)), 0};
  }
  // Where blanks do not count, values with such may be held to be equal; and zeros fill up what is short.
  const bool plain = text.size() <= kBytesMax &&
                     (blanks_count_ || text.find(' ') == std::string_view::npos) &&
                     text.find('\0') == std::string_view::npos;
  if (!plain) return {0, 0, 0.0F, kOpen, 0};
  const std::size_t head = std::min<std::size_t>(8, text.size());
  return {bytes_as_number(text.data(), head), bytes_as_number(text.data() + head, text.size() - head), 0.0F,
          static_cast<std::uint8_t>(text.size()), 0};
}

namespace {

using Look = LevelBound::Look;

// A bit for each byte of `a` that, moved down by `down` places, is equal to that of `b`.
template <int down>
std::uint32_t equal_bytes(const Look& a, const Look& b) {
#ifdef __SSE2__
  __m128i bytes_a, bytes_b;
  std::memcpy(&bytes_a, &a, sizeof bytes_a);
  std::memcpy(&bytes_b, &b, sizeof bytes_b);
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_srli_si128(bytes_a, down), bytes_b)));
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

// Exact up to two edits for texts of one length, else a lower bound on the edits.
std::uint8_t LevelBound::best_of_bytes(const Look& a, const Look& b) const {
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
    const int count = std::popcount(differing);
    const int replaced = swaps_ ? (count + 1) / 2 : count;
    if (replaced <= 2) return level_of_edits(static_cast<std::size_t>(replaced));
    // Otherwise two edits are one byte out and one in: between the two everything has moved by one place.
    const int last = static_cast<int>(std::bit_width(differing)) - 1;
    return level_of_edits(moved(equal_bytes<1>(a, b), last) || moved(equal_bytes<1>(b, a), last) ? 2 : 3);
  }
  const int gap = std::abs(a.size - b.size);
  if (gap > 1) return level_of_edits(static_cast<std::size_t>(gap));
  const auto& longer = a.size > b.size ? a : b;
  const auto& shorter = a.size > b.size ? b : a;
  return level_of_edits(moved(equal_bytes<1>(longer, shorter), shorter.size) ? 1 : 2);
}

namespace {

// Values that another may equal which differs in blanks alone, as far as a hash of theirs tells.
class Twins {
 public:
  Twins(const ValueTable& values, bool blanks_count) {
    if (blanks_count) return;
    bits_.resize(8 * std::bit_ceil(values.size()));
    for (std::size_t code = 1; code < values.size(); ++code) {
      if (values[code].text.find(' ') != std::string_view::npos) bits_[place(values[code])] = true;
    }
  }
  bool may_have_one(const Value& value) const { return !bits_.empty() && bits_[place(value)]; }

 private:
  std::size_t place(const Value& value) const {
    return static_cast<std::size_t>(mix64(value.whole)) & (bits_.size() - 1);
  }
  std::vector<bool> bits_;
};

}  // namespace

RatioBounds::RatioBounds(const Scorer& scorer, std::size_t thread_count)
    : looks_(scorer.comparer().comparison_count()), best_(scorer.comparer().comparison_count()) {
  const auto& comparer = scorer.comparer();
  const auto& records = scorer.records();
  const std::size_t count = looks_.size();
  for (std::size_t n = 0; n < count; ++n) {
    bound_.emplace_back(records, comparer, n);
    // Where another comparison finds two fields exchanged, or two records have no part in common, this one
    // has nothing to say, which may be better than what it has.
    bool silenced = false;
    for (std::size_t other = 0; other < count; ++other)
      silenced |= comparer.swapped_field_of(other) == static_cast<int>(comparer.field_of(n));
    silenced |= comparer.may_say_nothing(n);
    const auto most = [&](double own) { return static_cast<float>(silenced ? std::max(own, 0.0) : own); };
    best_[n].resize(comparer.comparison(n).levels.size());
    double sofar = -1e30;
    for (std::size_t level = best_[n].size(); level-- > 0;) {
      sofar = std::max(sofar, scorer.level_nats_max(n, static_cast<std::uint8_t>(level)));
      best_[n][level] = most(sofar);
    }
    const auto& values = records.fields[comparer.field_of(n)].values;
    const bool exact = comparer.exact_first(n);
    const Twins twins(values, blanks_count(records.fields[comparer.field_of(n)].field.kind));
    auto& looks = looks_[n];
    looks.resize(values.size());
    looks[0] = {};  // No value.
    parallel_chunks(values.size(), 16384, thread_count, [&](std::size_t, std::size_t begin, std::size_t end) {
      for (auto code = static_cast<std::uint32_t>(std::max<std::size_t>(begin, 1)); code < end; ++code) {
        looks[code] = bound_[n].look(values[code]);
        const auto ratio = exact ? scorer.field_ratio(n, 0, code, code) : Scorer::FieldRatio{};
        looks[code].first = exact && !twins.may_have_one(values[code]) ? 1 : 0;
        looks[code].equal = exact ? most(std::max(ratio.match, ratio.moved)) : best_[n][0];
      }
    });
  }
  find_order(records, comparer);
}

// By how much a look at two random records' values lowers what they can weigh; only the speed depends on it.
void RatioBounds::find_order(const Records& records, const Comparer& comparer) {
  constexpr std::uint64_t kPairs = 1000;
  std::vector<double> fall(bound_.size(), 0.0);
  for (std::uint64_t pair = 0; pair < kPairs; ++pair) {
    const auto* a = records.of(mix64(2 * pair + 1) % records.count);
    const auto* b = records.of(mix64(2 * pair + 2) % records.count);
    for (std::size_t n = 0; n < bound_.size(); ++n) {
      const std::size_t field = comparer.field_of(n);
      if (!bound_[n].useful() || a[field] == b[field] || a[field] == 0 || b[field] == 0) continue;
      const auto& known = look(n, a[field]);
      fall[n] += at_level(n, known.first) - at_level(n, bound_[n].best(known, look(n, b[field])));
    }
  }
  for (std::size_t n = 0; n < bound_.size(); ++n)
    if (bound_[n].useful()) order_.push_back(n);
  std::stable_sort(order_.begin(), order_.end(),
                   [&](std::size_t a, std::size_t b) { return fall[a] > fall[b]; });
}

Screen::Screen(const Scorer& scorer, const RatioBounds& bounds, double floor_bits)
    : scorer_(&scorer), bounds_(bounds), count_(scorer.comparer().comparison_count()) {
  base_ = static_cast<float>(scorer.prior_nats());
  floor_ = static_cast<float>(floor_bits / std::numbers::log2e - kRounding);
}

void Screen::load(const TileSide& tile, Side& side) const {
  for (std::size_t n = 0; n < count_; ++n) {
    const std::uint32_t* codes = tile.codes(n);
    for (std::size_t at = 0; at < tile.count(); ++at) __builtin_prefetch(&bounds_.look(n, codes[at]));
  }
  for (std::size_t n = 0; n < count_; ++n) {
    const std::uint32_t* codes = tile.codes(n);
    for (std::size_t at = 0; at < tile.count(); ++at)
      side.look[n * TileSide::kCountMax + at] = bounds_.look(n, codes[at]);
  }
}

std::size_t Screen::keep_possible(std::size_t n, const TileSide& left, const Side& left_side, std::size_t i,
                                  const TileSide& right, const Side& right_side, Row& row,
                                  std::size_t count) const {
  const std::uint32_t code = left.codes(n)[i];
  if (code == 0) return count;
  const LevelBound::Look& look = left_side.look[n * TileSide::kCountMax + i];
  const LevelBound::Look* looks = right_side.look.data() + n * TileSide::kCountMax;
  const std::uint32_t* codes = right.codes(n);
  const float hoped = bounds_.at_level(n, look.first);
  std::size_t kept = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t j = row.open[k];
    if (codes[j] != code && codes[j] != 0)
      row.sum[j] -= hoped - bounds_.at_level(n, bounds_.bound(n).best(look, looks[j]));
    row.open[kept] = row.open[k];
    kept += row.sum[j] >= floor_;
  }
  return kept;
}

}  // namespace kinfold::linkage
