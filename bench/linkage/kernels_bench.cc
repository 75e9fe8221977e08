// The kernels on name-length texts; beside rapidfuzz-cpp where its headers are installed, in the same run.
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "linkage/kernels.h"

#ifdef KINFOLD_WITH_RAPIDFUZZ
#include <rapidfuzz/distance.hpp>
#endif

namespace {

constexpr std::uint64_t kSeed = 20261122;

// Names of 4 to 10 letters, every other one a near copy of the one before.
const std::vector<std::string>& names() {
  static const std::vector<std::string> made = [] {
    kinfold::RandomStream random(kSeed);
    std::vector<std::string> texts;
    for (int n = 0; n < 4096; ++n) {
      std::string text;
      if (n % 2 == 1) {
        text = texts.back();
        text[static_cast<std::size_t>(random.below(text.size()))] = 'E';
      } else {
        for (int length = random.between(4, 10); length > 0; --length) text += static_cast<char>('A' + random.below(26));
      }
      texts.push_back(text);
    }
    return texts;
  }();
  return made;
}

template <typename Kernel>
void run(benchmark::State& state, Kernel&& kernel) {
  const auto& texts = names();
  std::size_t n = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(kernel(texts[n & 4095], texts[(n * 7 + 1) & 4095]));
    ++n;
  }
  state.SetItemsProcessed(state.iterations());
}

// One text against many, which is what a cached interface is for: each text meets the 64 that follow it.
constexpr std::size_t kOthers = 64;
template <typename Prepare, typename Kernel>
void run_one_to_many(benchmark::State& state, Prepare&& prepare, Kernel&& kernel) {
  const auto& texts = names();
  std::size_t n = 0;
  for (auto _ : state) {
    const auto prepared = prepare(texts[n & 4095]);
    for (std::size_t other = 1; other <= kOthers; ++other) benchmark::DoNotOptimize(kernel(prepared, texts[(n + other) & 4095]));
    ++n;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kOthers));
}

namespace own = kinfold::linkage;
const auto as_it_is = [](const std::string& text) { return std::string_view(text); };
void jaro_winkler_kinfold_to_many(benchmark::State& s) { run_one_to_many(s, as_it_is, [](auto a, const auto& b) { return own::jaro_winkler(a, b); }); }
void levenshtein2_kinfold_to_many(benchmark::State& s) { run_one_to_many(s, as_it_is, [](auto a, const auto& b) { return own::levenshtein(a, b, 2); }); }
void osa2_kinfold_to_many(benchmark::State& s) { run_one_to_many(s, as_it_is, [](auto a, const auto& b) { return own::osa(a, b, 2); }); }
void damerau2_kinfold_to_many(benchmark::State& s) { run_one_to_many(s, as_it_is, [](auto a, const auto& b) { return own::damerau(a, b, 2); }); }
BENCHMARK(jaro_winkler_kinfold_to_many);
BENCHMARK(levenshtein2_kinfold_to_many);
BENCHMARK(osa2_kinfold_to_many);
BENCHMARK(damerau2_kinfold_to_many);

void jaro_winkler_kinfold(benchmark::State& s) { run(s, [](const auto& a, const auto& b) { return own::jaro_winkler(a, b); }); }
void levenshtein2_kinfold(benchmark::State& s) { run(s, [](const auto& a, const auto& b) { return own::levenshtein(a, b, 2); }); }
void osa2_kinfold(benchmark::State& s) { run(s, [](const auto& a, const auto& b) { return own::osa(a, b, 2); }); }
void damerau2_kinfold(benchmark::State& s) { run(s, [](const auto& a, const auto& b) { return own::damerau(a, b, 2); }); }
BENCHMARK(jaro_winkler_kinfold);
BENCHMARK(levenshtein2_kinfold);
BENCHMARK(osa2_kinfold);
BENCHMARK(damerau2_kinfold);

#ifdef KINFOLD_WITH_RAPIDFUZZ
void jaro_winkler_rapidfuzz(benchmark::State& s) { run(s, [](const auto& a, const auto& b) { return rapidfuzz::jaro_winkler_similarity(a, b); }); }
void levenshtein2_rapidfuzz(benchmark::State& s) {
  run(s, [](const auto& a, const auto& b) { return rapidfuzz::levenshtein_distance(a, b, {1, 1, 1}, 2); });
}
void osa2_rapidfuzz(benchmark::State& s) { run(s, [](const auto& a, const auto& b) { return rapidfuzz::osa_distance(a, b, 2); }); }
void damerau2_rapidfuzz(benchmark::State& s) {
  run(s, [](const auto& a, const auto& b) { return rapidfuzz::experimental::damerau_levenshtein_distance(a, b, 2); });
}
void jaro_winkler_rapidfuzz_cached(benchmark::State& s) {
  run_one_to_many(s, [](const auto& a) { return rapidfuzz::CachedJaroWinkler<char>(a); }, [](const auto& a, const auto& b) { return a.similarity(b); });
}
void levenshtein2_rapidfuzz_cached(benchmark::State& s) {
  run_one_to_many(s, [](const auto& a) { return rapidfuzz::CachedLevenshtein<char>(a); }, [](const auto& a, const auto& b) { return a.distance(b, 2); });
}
void osa2_rapidfuzz_cached(benchmark::State& s) {
  run_one_to_many(s, [](const auto& a) { return rapidfuzz::CachedOSA<char>(a); }, [](const auto& a, const auto& b) { return a.distance(b, 2); });
}
void damerau2_rapidfuzz_cached(benchmark::State& s) {
  run_one_to_many(s, [](const auto& a) { return rapidfuzz::experimental::CachedDamerauLevenshtein<char>(a); },
                  [](const auto& a, const auto& b) { return a.distance(b, 2); });
}
BENCHMARK(jaro_winkler_rapidfuzz_cached);
BENCHMARK(levenshtein2_rapidfuzz_cached);
BENCHMARK(osa2_rapidfuzz_cached);
BENCHMARK(damerau2_rapidfuzz_cached);
BENCHMARK(jaro_winkler_rapidfuzz);
BENCHMARK(levenshtein2_rapidfuzz);
BENCHMARK(osa2_rapidfuzz);
BENCHMARK(damerau2_rapidfuzz);
#endif

}  // namespace

BENCHMARK_MAIN();
