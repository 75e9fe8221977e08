// Reproducible pseudo-random numbers for simulation and tests. NEVER for keys, references or
// anything secret: those come from libsodium in `seal`.
#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>

namespace kinfold {

/// A bijective 64-bit mixer (the finaliser of SplitMix64; Steele, Lea and Flood 2014).
constexpr std::uint64_t mix64(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

/// One independent stream per (seed, keys...): work split over any number of threads draws the
/// same numbers when each item has its own keys. Not thread-safe; make one per item.
class RandomStream {
 public:
  explicit RandomStream(std::uint64_t seed, std::initializer_list<std::uint64_t> keys = {})
      : state_(mix64(seed)) {
    for (const auto key : keys) state_ = mix64(state_ ^ mix64(key));
  }

  std::uint64_t next() { return mix64(state_++ * 0xD1342543DE82EF95ULL + 1); }
  /// In [0, 1), 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  /// In [0, bound); bound > 0. Bias below 2^-32 for the bounds used here.
  std::uint64_t below(std::uint64_t bound) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(next()) * bound) >> 64);
  }
  /// In [low, high].
  int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<std::uint64_t>(high - low + 1)));
  }
  bool chance(double probability) { return uniform() < probability; }
  /// Standard normal (Box and Muller 1958).
  double normal() {
    const double u = 1.0 - uniform();
    return std::sqrt(-2.0 * std::log(u)) * std::cos(6.283185307179586 * uniform());
  }

 private:
  std::uint64_t state_;
};

}  // namespace kinfold
