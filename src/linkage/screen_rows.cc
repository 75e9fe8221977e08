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

  KINFOLD_IN_LINE Known at(std::size_t j) const { return {bits[j], more[j], size[j], again[j]}; }
  KINFOLD_IN_LINE bool may_differ(std::size_t j) const { return (codes[j] != code) & (codes[j] != 0); }
};

LevelBound::Look look_of(const Known& known) {
  return {known.bits, known.more,
          0.0F,       static_cast<std::uint8_t>(known.size),
          0,          static_cast<std::uint8_t>(known.again)};
}

// What each pair can reach by which codes are equal alone.
KINFOLD_IN_LINE void add_hopes(const Values& own, std::size_t from, std::size_t to, float* sums) {
  for (std::size_t j = from; j < to; ++j)
    sums[j] += own.codes[j] == own.code ? own.equal : own.codes[j] == 0 ? 0.0F : own.other;
}

// Takes off what was hoped too much of values that differ; `worth` by place.
template <typename PlaceOf>
KINFOLD_IN_LINE void lower_all(const Values& own, const float* worth, std::size_t from, std::size_t to,
                               float* sums, PlaceOf&& place_of) {
  alignas(64) std::int32_t place[TileSide::kCountMax];
  for (std::size_t j = from; j < to; ++j) place[j] = static_cast<std::int32_t>(place_of(own.at(j)));
  for (std::size_t j = from; j < to; ++j) {
    const float most = worth[place[j]];
    const float less = most < own.other ? own.other - most : 0.0F;
    sums[j] -= own.may_differ(j) ? less : 0.0F;
  }
}

KINFOLD_IN_LINE void lower_in_wide_vectors(const Values& own, const LevelBound& bound, const float* worth,
                                           std::size_t from, std::size_t to, float* sums) {
  const Known known = own.known;
  if (bound.kind() == LevelBound::Kind::kSigns) {
    lower_all(own, worth, from, to, sums,
              [known](const Known& other) { return LevelBound::place_of_signs(known, other); });
  } else if (bound.swaps()) {
    lower_all(own, worth, from, to, sums,
              [known](const Known& other) { return LevelBound::place_of_bytes(known, other, true); });
  } else {
    lower_all(own, worth, from, to, sums,
              [known](const Known& other) { return LevelBound::place_of_bytes(known, other, false); });
  }
}

// The same, pair by pair, of those that are still possible.
void lower_one_by_one(const Values& own, const LevelBound& bound, const float* worth, std::size_t from,
                      std::size_t to, float floor, float* sums) {
  const auto look = look_of(own.known);
  for (std::size_t j = from; j < to; ++j) {
    if (sums[j] < floor || !own.may_differ(j)) continue;
    sums[j] -= std::max(0.0F, own.other - worth[bound.place(look, look_of(own.at(j)))]);
  }
}

KINFOLD_IN_LINE bool any_reaches(float floor, std::size_t from, std::size_t to, const float* sums) {
  std::uint32_t any = 0;
  for (std::size_t j = from; j < to; ++j) any |= static_cast<std::uint32_t>(sums[j] >= floor);
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
    for (std::size_t at = 0; at < tile.count(); ++at) {
      const auto& look = bounds_.look(n, codes[at]);
      const std::size_t to = n * TileSide::kCountMax + at;
      side.bits[to] = look.bits;
      side.more[to] = look.more;
      side.size[to] = look.size;
      side.again[to] = look.again;
      side.first[to] = look.first;
      side.equal[to] = look.equal;
    }
  }
}

struct Screen::Loops {
  const Screen& screen;
  const Row& row;

  KINFOLD_IN_LINE Values values(std::size_t n) const {
    const std::size_t side = n * TileSide::kCountMax;
    const std::size_t at = side + row.record;
    const Side& left = row.left_side;
    const Side& right = row.right_side;
    return {row.left.codes(n)[row.record],
            left.equal[at],
            screen.bounds_.at_level(n, left.first[at]),
            {left.bits[at], left.more[at], left.size[at], left.again[at]},
            row.right.codes(n),
            right.bits.data() + side,
            right.more.data() + side,
            right.size.data() + side,
            right.again.data() + side};
  }

  template <bool wide_vectors>
  KINFOLD_IN_LINE std::size_t run(Open& open) const {
    const float floor = screen.floor_;
    const float base = screen.base_;
    const std::size_t end = row.right.count();
    const auto [from, to] = TileSide::padded(row.begin, end);
    alignas(64) float sums[TileSide::kCountMax];  // Here, where nothing else can point to it.
    for (std::size_t j = from; j < to; ++j) sums[j] = row.found[j] == 0 ? base : kOut;
    std::fill(sums + from, sums + row.begin, kOut);
    std::fill(sums + end, sums + to, kOut);
    for (std::size_t n = 0; n < screen.count_; ++n)
      if (const Values own = values(n); own.code != 0) add_hopes(own, from, to, sums);
    if (!any_reaches(floor, from, to, sums)) return 0;
    for (const auto n : screen.bounds_.order()) {
      const Values own = values(n);
      if (own.code == 0) continue;
      const LevelBound& bound = screen.bounds_.bound(n);
      const float* worth = screen.bounds_.by_place(n);
      if constexpr (wide_vectors)
        lower_in_wide_vectors(own, bound, worth, from, to, sums);
      else
        lower_one_by_one(own, bound, worth, row.begin, end, floor, sums);
      if (!any_reaches(floor, from, to, sums)) return 0;
    }
    std::size_t count = 0;
    for (std::size_t j = row.begin; j < end; ++j) {
      open[count] = static_cast<std::uint16_t>(j);
      count += static_cast<std::size_t>(sums[j] >= floor);
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
