// The kernels on texts as long as names and as addresses; beside rapidfuzz-cpp where its headers are found,
// in the same run. NAME/pair: one text with one other. NAME/many: one text with 64, which is what rapidfuzz's
// cached interface is for.
#include <benchmark/benchmark.h>

#include <string>
#include <string_view>
#include <vector>

#include "../../tests/unit/linkage/reference.h"
#include "base/random.h"
#include "linkage/kernels.h"

#ifdef KINFOLD_WITH_RAPIDFUZZ
#include <rapidfuzz/distance.hpp>
#endif

namespace {

using Texts = std::vector<std::string>;

constexpr std::uint64_t kSeed = 20261122;
constexpr std::size_t kTextCount = 4096;
constexpr std::size_t kOthers = 64;

// Every other text is a near copy of the one before; `gap`: a blank about every so many letters, 0: none.
Texts made_texts(int shortest, int longest, int gap) {
  kinfold::RandomStream random(kSeed);
  Texts texts;
  for (std::size_t n = 0; n < kTextCount; ++n) {
    std::string text;
    if (n % 2 == 1) {
      text = texts.back();
      text[static_cast<std::size_t>(random.below(text.size()))] = 'E';
    } else {
      for (int length = random.between(shortest, longest); length > 0; --length) {
        text += gap > 0 && random.chance(1.0 / gap) ? ' ' : static_cast<char>('A' + random.below(26));
      }
    }
    texts.push_back(text);
  }
  return texts;
}
const Texts& names() {
  static const Texts texts = made_texts(4, 10, 0);
  return texts;
}
const Texts& addresses() {
  static const Texts texts = made_texts(60, 100, 7);
  return texts;
}

template <typename Kernel>
void add_pair(const std::string& name, const Texts& texts, Kernel kernel) {
  benchmark::RegisterBenchmark(name.c_str(), [&texts, kernel](benchmark::State& state) {
    std::size_t n = 0;
    for (auto _ : state) {
      benchmark::DoNotOptimize(kernel(texts[n % kTextCount], texts[(n * 7 + 1) % kTextCount]));
      ++n;
    }
    state.SetItemsProcessed(state.iterations());
  });
}

template <typename Prepare, typename Kernel>
void add_many(const std::string& name, const Texts& texts, Prepare prepare, Kernel kernel) {
  benchmark::RegisterBenchmark(name.c_str(), [&texts, prepare, kernel](benchmark::State& state) {
    std::size_t n = 0;
    for (auto _ : state) {
      const auto prepared = prepare(texts[n % kTextCount]);
      for (std::size_t other = 1; other <= kOthers; ++other)
        benchmark::DoNotOptimize(kernel(prepared, texts[(n + other) % kTextCount]));
      ++n;
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kOthers));
  });
}

template <typename Kernel>
void add_own(const std::string& name, const Texts& texts, Kernel kernel) {
  add_pair(name + "/pair/kinfold", texts, kernel);
  add_many(
      name + "/many/kinfold", texts, [](const std::string& text) { return std::string_view(text); }, kernel);
}

namespace own = kinfold::linkage;
namespace twin = kinfold::linkage::reference;

// A limit as the levels of a model have it, and `kNone`: the exact distance whatever it is.
constexpr std::size_t kLimit = 2;
constexpr std::size_t kNone = 1000;

void add_kinfold(const std::string& kind, const Texts& texts) {
  add_own(kind + "/jaro", texts, [](std::string_view a, std::string_view b) { return own::jaro(a, b); });
  add_own(kind + "/jaro_winkler", texts,
          [](std::string_view a, std::string_view b) { return own::jaro_winkler(a, b); });
  add_own(kind + "/levenshtein_2", texts,
          [](std::string_view a, std::string_view b) { return own::levenshtein(a, b, kLimit); });
  add_own(kind + "/levenshtein", texts,
          [](std::string_view a, std::string_view b) { return own::levenshtein(a, b, kNone); });
  add_own(kind + "/osa_2", texts,
          [](std::string_view a, std::string_view b) { return own::osa(a, b, kLimit); });
  add_own(kind + "/osa", texts, [](std::string_view a, std::string_view b) { return own::osa(a, b, kNone); });
  add_own(kind + "/damerau_2", texts,
          [](std::string_view a, std::string_view b) { return own::damerau(a, b, kLimit); });
  add_own(kind + "/damerau", texts,
          [](std::string_view a, std::string_view b) { return own::damerau(a, b, kNone); });
}

// rapidfuzz-cpp has no such kernels: these are beside their slow twins.
void add_sets(const std::string& kind, const Texts& texts) {
  add_pair(kind + "/jaccard_bigrams/pair/kinfold", texts,
           [](const auto& a, const auto& b) { return own::jaccard_bigrams(a, b); });
  add_pair(kind + "/jaccard_bigrams/pair/twin", texts,
           [](const auto& a, const auto& b) { return twin::jaccard_grams(a, b, 2); });
  add_pair(kind + "/cosine_tokens/pair/kinfold", texts,
           [](const auto& a, const auto& b) { return own::cosine_tokens(a, b); });
  add_pair(kind + "/cosine_tokens/pair/twin", texts,
           [](const auto& a, const auto& b) { return twin::cosine_tokens(a, b); });
}

#ifdef KINFOLD_WITH_RAPIDFUZZ
namespace peer = rapidfuzz;

template <typename Cached, typename Kernel>
void add_cached(const std::string& name, const Texts& texts, Kernel kernel) {
  add_many(
      name + "/many/rapidfuzz", texts, [](const std::string& text) { return Cached(text); }, kernel);
}

void add_rapidfuzz(const std::string& kind, const Texts& texts) {
  add_pair(kind + "/jaro/pair/rapidfuzz", texts,
           [](const auto& a, const auto& b) { return peer::jaro_similarity(a, b); });
  add_cached<peer::CachedJaro<char>>(kind + "/jaro", texts,
                                     [](const auto& a, const auto& b) { return a.similarity(b); });
  add_pair(kind + "/jaro_winkler/pair/rapidfuzz", texts,
           [](const auto& a, const auto& b) { return peer::jaro_winkler_similarity(a, b); });
  add_cached<peer::CachedJaroWinkler<char>>(kind + "/jaro_winkler", texts,
                                            [](const auto& a, const auto& b) { return a.similarity(b); });
  for (const auto& [suffix, limit] : {std::pair{"_2", kLimit}, {"", kNone}}) {
    const auto levenshtein = kind + "/levenshtein" + suffix;
    add_pair(levenshtein + "/pair/rapidfuzz", texts, [limit = limit](const auto& a, const auto& b) {
      return peer::levenshtein_distance(a, b, {1, 1, 1}, limit);
    });
    add_cached<peer::CachedLevenshtein<char>>(
        levenshtein, texts, [limit = limit](const auto& a, const auto& b) { return a.distance(b, limit); });
    const auto osa = kind + "/osa" + suffix;
    add_pair(osa + "/pair/rapidfuzz", texts,
             [limit = limit](const auto& a, const auto& b) { return peer::osa_distance(a, b, limit); });
    add_cached<peer::CachedOSA<char>>(
        osa, texts, [limit = limit](const auto& a, const auto& b) { return a.distance(b, limit); });
    const auto damerau = kind + "/damerau" + suffix;
    add_pair(damerau + "/pair/rapidfuzz", texts, [limit = limit](const auto& a, const auto& b) {
      return peer::experimental::damerau_levenshtein_distance(a, b, limit);
    });
    add_cached<peer::experimental::CachedDamerauLevenshtein<char>>(
        damerau, texts, [limit = limit](const auto& a, const auto& b) { return a.distance(b, limit); });
  }
}
#endif

}  // namespace

int main(int argc, char** argv) {
  for (const auto& [kind, texts] :
       {std::pair<const char*, const Texts&>{"names", names()}, {"addresses", addresses()}}) {
    add_kinfold(kind, texts);
    add_sets(kind, texts);
#ifdef KINFOLD_WITH_RAPIDFUZZ
    add_rapidfuzz(kind, texts);
#endif
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
