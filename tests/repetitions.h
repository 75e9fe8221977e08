// How often a test repeats what it judges by statistics: the plain build all the times, a sanitizer once.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

namespace kinfold {

/// A sanitizer, some ten times as slow, sees all there is to see in one repetition, which is too little to
/// judge a share or a mean by.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kRepeats = false;
#else
constexpr bool kRepeats = true;
#endif

/// The seeds to draw with, one repetition each.
inline std::vector<std::uint64_t> seeds(std::initializer_list<std::uint64_t> all) {
  return {all.begin(), kRepeats ? all.end() : all.begin() + 1};
}

}  // namespace kinfold
