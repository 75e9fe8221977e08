#include "linkage/screen_internal.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <numeric>

#include "base/parallel.h"

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
  const auto edit_level = [&](std::size_t edits) { return level([&](double bound) { return static_cast<double>(edits) <= bound; }); };
  if (is_edits(ladder.test)) {
    std::size_t longer = 0;
    for (std::size_t code = 1; code < values.size(); ++code) longer += values[code].text.size() > kBytesMax;
    if (longer * kLongShare <= values.size()) {
      kind_ = Kind::kBytes;
      for (std::size_t edits = 0; edits <= kBytesMax; ++edits) edit_level_[edits] = edit_level(std::max<std::size_t>(edits, 1));
      return;
    }
  }
  kind_ = Kind::kLetters;
  constexpr std::size_t kWidth = kSizeMax + 1;
  level_.resize(kWidth * kWidth * kWidth);
  for (std::size_t a = 1; a < kWidth; ++a) {
    for (std::size_t b = 1; b < kWidth; ++b) {
      for (std::size_t matched = 0; matched < kWidth; ++matched) {
        const std::size_t most = std::min({matched, a, b});
        std::uint8_t& own = level_[(a * kWidth + b) * kWidth + matched];
        if (is_edits(ladder.test)) {
          own = edit_level(std::max(a, b) - most);
          continue;
        }
        // The margin keeps the bound on the safe side of rounding.
        double similarity = jaro_of(static_cast<double>(most), static_cast<double>(a), static_cast<double>(b)) + 1e-9;
        if (ladder.test == Test::kJaroWinkler && similarity > 0.7) {
          const auto prefix = static_cast<double>(std::min<std::size_t>(4, most));
          similarity += prefix * 0.1 * (1.0 - similarity);
        }
        own = level([&](double bound) { return similarity >= bound; });
      }
    }
  }
}

LevelBound::Look LevelBound::look(const Value& value) const {
  const std::string_view text = value.text;
  if (kind_ == Kind::kNone) return {};
  if (kind_ == Kind::kLetters) return {value.letters, 0, 0.0F, static_cast<std::uint8_t>(std::min<std::size_t>(text.size(), kSizeMax + 1))};
  // Where blanks do not count, values with such may be held to be equal; and zeros fill up what is short.
  const bool plain = text.size() <= kBytesMax && (blanks_count_ || text.find(' ') == std::string_view::npos) && text.find('\0') == std::string_view::npos;
  if (!plain) return {0, 0, 0.0F, kOpen};
  const std::size_t head = std::min<std::size_t>(8, text.size());
  return {bytes_as_number(text.data(), head), bytes_as_number(text.data() + head, text.size() - head), 0.0F, static_cast<std::uint8_t>(text.size())};
}

namespace {

__extension__ using Bytes = unsigned __int128;  // The first of a text is the lowest.

Bytes bytes_of(const LevelBound::Look& look) { return static_cast<Bytes>(look.more) << 64 | look.bits; }

// Bytes that are not zero.
int bytes_set(std::uint64_t x) {
  constexpr std::uint64_t kLow = 0x7F7F7F7F7F7F7F7FULL;
  return std::popcount((((x & kLow) + kLow) | x) & ~kLow);
}
int bytes_set(Bytes x) { return bytes_set(static_cast<std::uint64_t>(x)) + bytes_set(static_cast<std::uint64_t>(x >> 64)); }

// Of an x that is not zero: its first byte that is not, and one past its last.
int first_set(Bytes x) {
  const auto low = static_cast<std::uint64_t>(x);
  return low != 0 ? std::countr_zero(low) / 8 : 8 + std::countr_zero(static_cast<std::uint64_t>(x >> 64)) / 8;
}
int end_set(Bytes x) {
  const auto high = static_cast<std::uint64_t>(x >> 64);
  return high != 0 ? 16 - std::countl_zero(high) / 8 : 8 - std::countl_zero(static_cast<std::uint64_t>(x)) / 8;
}

// The bytes from `begin` on, up to `end`.
Bytes part(Bytes bytes, int begin, int end) {
  if (begin >= end) return 0;
  const Bytes cut = bytes >> (8 * begin);
  return end - begin == 16 ? cut : cut & ((Bytes{1} << (8 * (end - begin))) - 1);
}

}  // namespace

// Exact up to two edits for texts of one length, else a lower bound on the edits.
std::uint8_t LevelBound::best_of_bytes(const Look& a, const Look& b) const {
  if (a.size == kOpen || b.size == kOpen) return 0;
  const Bytes bytes_a = bytes_of(a);
  const Bytes bytes_b = bytes_of(b);
  const Bytes x = bytes_a ^ bytes_b;
  if (x == 0) return 0;
  const int first = first_set(x);
  if (a.size == b.size) {
    const int differing = bytes_set(x);
    const int replaced = swaps_ ? (differing + 1) / 2 : differing;
    if (replaced <= 2) return level_of_edits(static_cast<std::size_t>(replaced));
    // Otherwise two edits are one byte out and one in: between the two everything has moved by one place.
    const int end = end_set(x);
    const bool moved = part(bytes_a, first + 1, end) == part(bytes_b, first, end - 1) || part(bytes_b, first + 1, end) == part(bytes_a, first, end - 1);
    return level_of_edits(moved ? 2 : 3);
  }
  const Bytes longer = a.size > b.size ? bytes_a : bytes_b;
  const Bytes shorter = a.size > b.size ? bytes_b : bytes_a;
  const int size = std::max(a.size, b.size);
  const int gap = size - std::min(a.size, b.size);
  if (gap > 1) return level_of_edits(static_cast<std::size_t>(gap));
  return level_of_edits(part(longer, first + 1, size) == part(shorter, first, size - 1) ? 1 : 2);
}

RatioBounds::RatioBounds(const Scorer& scorer, std::size_t thread_count)
    : looks_(scorer.comparer().comparison_count()), best_(scorer.comparer().comparison_count()) {
  const auto& comparer = scorer.comparer();
  const auto& records = scorer.records();
  const std::size_t count = looks_.size();
  for (std::size_t n = 0; n < count; ++n) {
    bound_.emplace_back(records, comparer, n);
    // Where another comparison finds two fields exchanged, or two records have no part in common, this one has nothing to say, which
    // may be better than what it has.
    bool silenced = false;
    for (std::size_t other = 0; other < count; ++other) silenced |= comparer.swapped_field_of(other) == static_cast<int>(comparer.field_of(n));
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
    auto& looks = looks_[n];
    looks.resize(values.size());
    parallel_chunks(values.size(), 16384, thread_count, [&](std::size_t, std::size_t begin, std::size_t end) {
      for (auto code = static_cast<std::uint32_t>(std::max<std::size_t>(begin, 1)); code < end; ++code) {
        looks[code] = bound_[n].look(values[code]);
        const auto ratio = exact ? scorer.field_ratio(n, 0, code, code) : Scorer::FieldRatio{};
        looks[code].equal = exact ? most(std::max(ratio.match, ratio.moved)) : best_[n][0];
      }
    });
  }
}

Screen::Screen(const Scorer& scorer, const RatioBounds& bounds, double floor_bits)
    : scorer_(&scorer), bounds_(bounds), count_(scorer.comparer().comparison_count()) {
  base_ = static_cast<float>(scorer.prior_nats());
  floor_ = static_cast<float>(floor_bits / std::numbers::log2e - kRounding);
  for (std::size_t n = 0; n < count_; ++n) if (bounds_.bound(n).useful()) order_.push_back(n);
  const auto gap = [&](std::size_t n) {
    return bounds_.at_level(n, 0) - bounds_.at_level(n, static_cast<std::uint8_t>(scorer.comparer().comparison(n).levels.size() - 1));
  };
  std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return gap(a) > gap(b); });
}

void Screen::load(const TileSide& tile, Side& side) const {
  for (std::size_t n = 0; n < count_; ++n) {
    const std::uint32_t* codes = tile.codes(n);
    for (std::size_t at = 0; at < tile.count(); ++at) __builtin_prefetch(&bounds_.look(n, codes[at]));
  }
  for (std::size_t n = 0; n < count_; ++n) {
    const std::uint32_t* codes = tile.codes(n);
    for (std::size_t at = 0; at < tile.count(); ++at) side.look[n * TileSide::kCountMax + at] = bounds_.look(n, codes[at]);
  }
}

bool Screen::may_reach(const TileSide& left, const Side& left_side, std::size_t i, const TileSide& right, const Side& right_side,
                       std::size_t j, float sum) const {
  for (const auto n : order_) {
    const std::uint32_t code_a = left.codes(n)[i];
    const std::uint32_t code_b = right.codes(n)[j];
    if (code_a == code_b || code_a == 0 || code_b == 0) continue;
    const auto level = bounds_.bound(n).best(left_side.look[n * TileSide::kCountMax + i], right_side.look[n * TileSide::kCountMax + j]);
    sum -= bounds_.at_level(n, 0) - bounds_.at_level(n, level);
    if (sum < floor_) return false;
  }
  return true;
}

}  // namespace kinfold::linkage
