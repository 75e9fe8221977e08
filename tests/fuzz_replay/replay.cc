// Runs every seed of the corpus, and KINFOLD_FUZZ_MUTATIONS (200) small changes of each, through every
// fuzzer. A finding ends the program as it would end a fuzzer: by a signal, or by the sanitizers in the asan
// build.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/random.h"
#include "fuzzers.h"

namespace {

using Input = std::vector<unsigned char>;

std::vector<Input> seeds_of(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<Input> seeds(1);  // nothing at all is an input too
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return seeds;
}

/// One to four changes: a byte, a run of bytes gone, a run twice, the end cut off.
Input changed(Input input, kinfold::RandomStream& random) {
  for (int left = random.between(1, 4); left > 0; --left) {
    if (input.empty()) input.push_back('x');
    const auto at = static_cast<std::ptrdiff_t>(random.below(input.size()));
    const auto count = static_cast<std::ptrdiff_t>(
        std::min<std::size_t>(random.below(16) + 1, input.size() - static_cast<std::size_t>(at)));
    switch (random.below(4)) {
      case 0: input[static_cast<std::size_t>(at)] = static_cast<unsigned char>(random.below(256)); break;
      case 1: input.erase(input.begin() + at, input.begin() + at + count); break;
      case 2: {
        const Input run(input.begin() + at, input.begin() + at + count);
        input.insert(input.begin() + at, run.begin(), run.end());
        break;
      }
      default: input.resize(static_cast<std::size_t>(at)); break;
    }
  }
  return input;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const char* asked = std::getenv("KINFOLD_FUZZ_MUTATIONS");
  const int mutation_count = asked != nullptr ? std::atoi(asked) : 200;
  kinfold::RandomStream random(1);
  for (const auto& fuzzer : kFuzzers) {
    const auto seeds = seeds_of(std::string(arguments[1]) + "/" + fuzzer.name);
    std::size_t runs = 0;
    for (const auto& seed : seeds) {
      fuzzer.run(seed.data(), seed.size());
      for (int i = 0; i < mutation_count; ++i, ++runs) {
        const auto input = changed(seed, random);
        fuzzer.run(input.data(), input.size());
      }
    }
    std::printf("%s: %zu seeds, %zu changed\n", fuzzer.name, seeds.size(), runs);
    std::fflush(stdout);
  }
  return 0;
}
