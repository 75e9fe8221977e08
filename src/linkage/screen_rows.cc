// The inner loops of the screen, for processors that count the bits of eight 64-bit numbers at once and for
// all others. The former look at every pair of a row, without branches; the compiler makes vectors of that.
#include <cmath>
#include <numbers>

#include "linkage/screen_internal.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define KINFOLD_WIDE_VECTORS __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq")))
#else
#define KINFOLD_WIDE_VECTORS
#endif
#define KINFOLD_IN_LINE [[gnu::always_inline]] inline

namespace kinfold::linkage {
namespace {

// What adding up floats may lose, in nats; far more than it does.
constexpr double kRounding = 0.01;
constexpr float kOut = -1e30F;

// What is known of a value; the same names as LevelBound::Look has.
struct Known {
  std::uint64_t bits, more;
  std::uint32_t size, again;
};

// One comparison of a row: a value on the left, those on the right.
struct Values {
  std::uint32_t code;
  float equal, other;  // What an equal value is worth, and another one at most.
  Known known;
  const std::uint32_t* codes;
  const std::uint64_t *bits, *more;
  const std::uint32_t *size, *again;

  KINFOLD_IN_LINE Known at(std::size_t k) const { return {bits[k], more[k], size[k], again[k]}; }
  KINFOLD_IN_LINE bool may_differ(std::size_t k) const { return (codes[k] != code) & (codes[k] != 0); }
};

LevelBound::Look look_of(const Known& known) {
  return {known.bits, known.more,
          0.0F,       static_cast<std::uint8_t>(known.size),
          0,          static_cast<std::uint8_t>(known.again)};
}

// What each pair can reach by which codes are equal alone.
KINFOLD_IN_LINE void add_hopes(const Values& own, std::size_t lanes, float* sums) {
  for (std::size_t k = 0; k < lanes; ++k)
    sums[k] += own.codes[k] == own.code ? own.equal : own.codes[k] == 0 ? 0.0F : own.other;
}

// Takes off what was hoped too much of values that differ.
template <typename PlaceOf, typename WorthOf>
KINFOLD_IN_LINE void lower_all(const Values& own, std::size_t lanes, float* sums, PlaceOf&& place_of,
                               WorthOf&& worth_of) {
  alignas(64) std::int32_t place[TileSide::kCountMax];
  for (std::size_t k = 0; k < lanes; ++k) place[k] = static_cast<std::int32_t>(place_of(own.at(k)));
  for (std::size_t k = 0; k < lanes; ++k) {
    const float most = worth_of(place[k]);
    const float less = most < own.other ? own.other - most : 0.0F;
    sums[k] -= own.may_differ(k) ? less : 0.0F;
  }
}

KINFOLD_IN_LINE void lower_by_signs(const Values& own, const float* worth, std::size_t lanes, float* sums) {
  const Known known = own.known;
  lower_all(
      own, lanes, sums, [known](const Known& other) { return LevelBound::place_of_signs(known, other); },
      [worth](std::int32_t place) { return worth[place]; });
}

// Three edits stand for more: a choice among four numbers is quicker than a look into a table.
template <bool swaps>
KINFOLD_IN_LINE void lower_by_bytes(const Values& own, const float* worth, std::size_t lanes, float* sums) {
  const Known known = own.known;
  const float none = worth[0];
  const float one = worth[1];
  const float two = worth[2];
  const float more = worth[3];
  lower_all(
      own, lanes, sums,
      [known](const Known& other) { return LevelBound::place_of_bytes(known, other, swaps); },
      [=](std::int32_t edits) {
        return edits == 0 ? none : edits == 1 ? one : edits == 2 ? two : more;
      });
}

KINFOLD_IN_LINE void lower_in_wide_vectors(const Values& own, const LevelBound& bound, const float* worth,
                                           std::size_t lanes, float* sums) {
  if (bound.kind() == LevelBound::Kind::kSigns)
    lower_by_signs(own, worth, lanes, sums);
  else if (bound.swaps())
    lower_by_bytes<true>(own, worth, lanes, sums);
  else
    lower_by_bytes<false>(own, worth, lanes, sums);
}

// The same, pair by pair, of those that are still possible.
void lower_one_by_one(const Values& own, const LevelBound& bound, const float* worth, std::size_t lanes,
                      float floor, float* sums) {
  const auto look = look_of(own.known);
  for (std::size_t k = 0; k < lanes; ++k) {
    if (sums[k] < floor || !own.may_differ(k)) continue;
    sums[k] -= std::max(0.0F, own.other - worth[bound.place(look, look_of(own.at(k)))]);
  }
}

KINFOLD_IN_LINE bool any_reaches(float floor, std::size_t lanes, const float* sums) {
  std::uint32_t any = 0;
  for (std::size_t k = 0; k < lanes; ++k) any |= static_cast<std::uint32_t>(sums[k] >= floor);
  return any != 0;
}

}  // namespace

bool Screen::has_wide_vectors() {
#if defined(__x86_64__) && defined(__GNUC__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vpopcntdq");
#else
  return false;
#endif
}

Screen::Screen(const Scorer& scorer, const RatioBounds& bounds, double floor_bits, bool wide_vectors)
    : scorer_(&scorer),
      bounds_(bounds),
      count_(scorer.comparer().comparison_count()),
      wide_vectors_(wide_vectors) {
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
    const std::size_t row = n * TileSide::kRoom;
    for (std::size_t at = 0; at < tile.count(); ++at) {
      const auto& look = bounds_.look(n, codes[at]);
      side.bits[row + at] = look.bits;
      side.more[row + at] = look.more;
      side.size[row + at] = look.size;
      side.again[row + at] = look.again;
      side.first[row + at] = look.first;
      side.equal[row + at] = look.equal;
    }
    tile.close_circle(side.bits.data() + row);
    tile.close_circle(side.more.data() + row);
    tile.close_circle(side.size.data() + row);
    tile.close_circle(side.again.data() + row);
  }
}

struct Screen::Loops {
  const Screen& screen;
  const Row& row;

  KINFOLD_IN_LINE Values values(std::size_t n) const {
    const std::size_t one = n * TileSide::kRoom + row.tile.record;
    const std::size_t other = n * TileSide::kRoom + row.tile.begin;
    const Side& left = row.left;
    const Side& right = row.right;
    return {row.tile.left.codes(n)[row.tile.record],
            left.equal[one],
            screen.bounds_.at_level(n, left.first[one]),
            {left.bits[one], left.more[one], left.size[one], left.again[one]},
            row.tile.right.codes(n) + row.tile.begin,
            right.bits.data() + other,
            right.more.data() + other,
            right.size.data() + other,
            right.again.data() + other};
  }

  template <bool wide_vectors>
  KINFOLD_IN_LINE std::size_t run(Open& open) const {
    const float floor = screen.floor_;
    const float base = screen.base_;
    const std::size_t lanes = row.tile.lanes();
    const std::uint32_t* found = row.tile.found;
    alignas(64) float sums[TileSide::kCountMax];  // Here, where nothing else can point to it.
    for (std::size_t k = 0; k < lanes; ++k) sums[k] = found[k] == 0 ? base : kOut;
    std::fill(sums + row.tile.count, sums + lanes, kOut);
    for (std::size_t n = 0; n < screen.count_; ++n)
      if (const Values own = values(n); own.code != 0) add_hopes(own, lanes, sums);
    if (!any_reaches(floor, lanes, sums)) return 0;
    for (const auto n : screen.bounds_.order()) {
      const Values own = values(n);
      if (own.code == 0) continue;
      const LevelBound& bound = screen.bounds_.bound(n);
      const float* worth = screen.bounds_.by_place(n);
      if constexpr (wide_vectors)
        lower_in_wide_vectors(own, bound, worth, lanes, sums);
      else
        lower_one_by_one(own, bound, worth, row.tile.count, floor, sums);
      if (!any_reaches(floor, lanes, sums)) return 0;
    }
    std::size_t count = 0;
    for (std::size_t k = 0; k < row.tile.count; ++k) {
      open[count] = static_cast<std::uint16_t>(k);
      count += static_cast<std::size_t>(sums[k] >= floor);
    }
    return count;
  }
};

KINFOLD_WIDE_VECTORS std::size_t Screen::possible_in_wide_vectors(const Row& row, Open& open) const {
  return Loops{*this, row}.run<true>(open);
}

std::size_t Screen::possible_one_by_one(const Row& row, Open& open) const {
  return Loops{*this, row}.run<false>(open);
}

}  // namespace kinfold::linkage
