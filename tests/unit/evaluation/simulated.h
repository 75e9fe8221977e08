// Synthetic samples with a known effect, for the tests that need many of them.
#pragma once

#include <cstdlib>
#include <string>

#include "base/random.h"
#include "evaluation/effect.h"

namespace kinfold::evaluation {

/// Families of two with shared luck, in ten authorities; the score is known to be 0.2 + 0.6 x; the effect is
/// 0.
inline Sample families(std::size_t count, std::uint64_t seed) {
  RandomStream random(seed);
  Sample s;
  s.x = Matrix(2 * count, 2);
  s.names = {"intercept", "x"};
  for (std::size_t f = 0; f < count; ++f) {
    const double x = random.uniform();
    const bool treated = random.chance(0.2 + 0.6 * x);
    const double luck = random.normal();
    for (std::size_t m = 0; m < 2; ++m) {
      const auto i = 2 * f + m;
      s.x.at(i, 0) = 1;
      s.x.at(i, 1) = x + 0.02 * random.normal();
      s.treated.push_back(treated);
      s.cluster.push_back(static_cast<std::uint32_t>(f));
      s.y.push_back(2 * x + luck + random.normal());
    }
  }
  return s;
}

/// How many draws a simulation takes: few in every build, KINFOLD_SIMULATION_DRAWS for the published figures.
inline int simulation_draws(int few) {
  const char* asked = std::getenv("KINFOLD_SIMULATION_DRAWS");
  return asked != nullptr ? std::atoi(asked) : few;
}

}  // namespace kinfold::evaluation
