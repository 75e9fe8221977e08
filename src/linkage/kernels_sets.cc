// Texts as sets of runs of letters or of words.
#include "linkage/kernels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "linkage/occurrences_internal.h"

namespace kinfold::linkage {
namespace {

std::vector<std::string_view> sorted_words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::sort(words.begin(), words.end());
  return words;
}

// The distinct runs of `size` neighbouring bytes, in order; those of a name need no memory from the heap.
// Number has room for a run.
template <typename Number>
class Grams {
 public:
  Grams(std::string_view text, std::size_t size) {
    const std::size_t count = text.size() < size ? 0 : text.size() - size + 1;
    if (count > few_.size()) many_.resize(count);
    Number* grams = many_.empty() ? few_.data() : many_.data();
    for (std::size_t n = 0; n < count; ++n) {
      std::uint64_t gram = 0;
      for (std::size_t byte = 0; byte < size; ++byte) gram = gram << 8 | index_of(text[n + byte]);
      grams[n] = static_cast<Number>(gram);
    }
    std::sort(grams, grams + count);
    distinct_ = {grams, static_cast<std::size_t>(std::unique(grams, grams + count) - grams)};
  }
  Grams(const Grams&) = delete;
  Grams& operator=(const Grams&) = delete;
  std::span<const Number> distinct() const { return distinct_; }

 private:
  std::array<Number, 64> few_;
  std::vector<Number> many_;
  std::span<const Number> distinct_;
};

template <typename Sorted>
std::size_t shared_count(const Sorted& a, const Sorted& b) {
  std::size_t shared = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const auto one = a[i];
    const auto other = b[j];
    shared += one == other;
    i += one <= other;
    j += other <= one;
  }
  return shared;
}

template <typename Number>
double jaccard_of(std::string_view a, std::string_view b, std::size_t size) {
  const Grams<Number> of_a(a, size);
  const Grams<Number> of_b(b, size);
  const auto grams_a = of_a.distinct();
  const auto grams_b = of_b.distinct();
  const std::size_t shared = shared_count(grams_a, grams_b);
  const std::size_t all = grams_a.size() + grams_b.size() - shared;
  return all == 0 ? 0.0 : static_cast<double>(shared) / static_cast<double>(all);
}

}  // namespace

double jaccard_bigrams(std::string_view a, std::string_view b) { return jaccard_of<std::uint16_t>(a, b, 2); }

double jaccard_grams(std::string_view a, std::string_view b, std::size_t size) {
  return jaccard_of<std::uint64_t>(a, b, size);
}

double cosine_tokens(std::string_view a, std::string_view b) {
  const auto words_a = sorted_words(a);
  const auto words_b = sorted_words(b);
  if (words_a.empty() || words_b.empty()) return 0.0;
  double dot = 0.0;
  double square_a = 0.0;
  double square_b = 0.0;
  const auto run = [](const std::vector<std::string_view>& words, std::size_t at) {
    std::size_t end = at;
    while (end < words.size() && words[end] == words[at]) ++end;
    return end - at;
  };
  for (std::size_t i = 0; i < words_a.size(); i += run(words_a, i)) {
    square_a += static_cast<double>(run(words_a, i) * run(words_a, i));
  }
  for (std::size_t j = 0; j < words_b.size(); j += run(words_b, j)) {
    square_b += static_cast<double>(run(words_b, j) * run(words_b, j));
    const auto [first, last] = std::equal_range(words_a.begin(), words_a.end(), words_b[j]);
    dot += static_cast<double>(static_cast<std::size_t>(last - first) * run(words_b, j));
  }
  return dot / std::sqrt(square_a * square_b);
}

double token_overlap(std::string_view a, std::string_view b) {
  auto words_a = sorted_words(a);
  auto words_b = sorted_words(b);
  words_a.erase(std::unique(words_a.begin(), words_a.end()), words_a.end());
  words_b.erase(std::unique(words_b.begin(), words_b.end()), words_b.end());
  const std::size_t fewer = std::min(words_a.size(), words_b.size());
  return fewer == 0 ? 0.0 : static_cast<double>(shared_count(words_a, words_b)) / static_cast<double>(fewer);
}

}  // namespace kinfold::linkage
