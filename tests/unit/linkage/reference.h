// Slow twins of the kernels, short enough to check against the papers by eye.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kinfold::linkage::reference {

/// Jaro (1989): letters match within half the longer length, less one; half the matched letters
/// that stand in another order are transpositions.
inline double jaro(std::string_view a, std::string_view b) {
  if (a.empty() && b.empty()) return 1.0;
  const int reach = std::max(0, static_cast<int>(std::max(a.size(), b.size())) / 2 - 1);
  std::vector<bool> used(a.size(), false);
  std::string from_b;
  for (int j = 0; j < static_cast<int>(b.size()); ++j) {
    for (int i = std::max(0, j - reach); i <= std::min(static_cast<int>(a.size()) - 1, j + reach); ++i) {
      if (used[static_cast<std::size_t>(i)] ||
          a[static_cast<std::size_t>(i)] != b[static_cast<std::size_t>(j)])
        continue;
      used[static_cast<std::size_t>(i)] = true;
      from_b += b[static_cast<std::size_t>(j)];
      break;
    }
  }
  std::string from_a;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (used[i]) from_a += a[i];
  if (from_a.empty()) return 0.0;
  int different = 0;
  for (std::size_t n = 0; n < from_a.size(); ++n) different += from_a[n] != from_b[n];
  const double m = static_cast<double>(from_a.size());
  return (m / static_cast<double>(a.size()) + m / static_cast<double>(b.size()) + (m - different / 2) / m) /
         3.0;
}

/// The textbook tables: Levenshtein, and with swaps of neighbours optimal string alignment.
inline std::size_t edits(std::string_view a, std::string_view b, bool swaps) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (swaps && i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

/// Lowrance and Wagner (1975), with the last row of each letter in a map.
inline std::size_t damerau(std::string_view a, std::string_view b) {
  const std::size_t far = a.size() + b.size() + 1;
  std::vector<std::vector<std::size_t>> d(a.size() + 2, std::vector<std::size_t>(b.size() + 2, far));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i + 1][1] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[1][j + 1] = j;
  std::map<char, std::size_t> last;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t column = 0;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t row = last.count(b[j - 1]) ? last[b[j - 1]] : 0;
      const std::size_t at = column;
      const bool same = a[i - 1] == b[j - 1];
      if (same) column = j;
      d[i + 1][j + 1] = std::min(
          {d[i][j] + !same, d[i + 1][j] + 1, d[i][j + 1] + 1, d[row][at] + (i - row - 1) + 1 + (j - at - 1)});
    }
    last[a[i - 1]] = i;
  }
  return d[a.size() + 1][b.size() + 1];
}

/// Winkler (1990): a tenth of what is missing for each of up to four first letters in common, above 0.7.
inline double jaro_winkler(std::string_view a, std::string_view b) {
  const double similarity = jaro(a, b);
  std::size_t prefix = 0;
  while (prefix < std::min({a.size(), b.size(), std::size_t{4}}) && a[prefix] == b[prefix]) ++prefix;
  return similarity > 0.7 ? similarity + 0.1 * static_cast<double>(prefix) * (1.0 - similarity) : similarity;
}

/// Jaccard (1912): shared over all, of the sets of `size` neighbouring letters.
inline double jaccard_grams(std::string_view a, std::string_view b, std::size_t size) {
  const auto grams = [size](std::string_view text) {
    std::set<std::string> set;
    for (std::size_t n = 0; n + size <= text.size(); ++n) set.emplace(text.substr(n, size));
    return set;
  };
  const auto of_a = grams(a);
  auto all = grams(b);
  std::size_t shared = 0;
  for (const auto& gram : of_a) shared += all.count(gram);
  all.insert(of_a.begin(), of_a.end());
  return all.empty() ? 0.0 : static_cast<double>(shared) / static_cast<double>(all.size());
}

inline std::map<std::string, double> word_counts(std::string_view text) {
  std::map<std::string, double> counts;
  std::string word;
  for (const char c : std::string(text) + ' ') {
    if (c != ' ')
      word += c;
    else if (!word.empty())
      ++counts[std::exchange(word, "")];
  }
  return counts;
}

/// Cosine of the angle between the two vectors of word counts.
inline double cosine_tokens(std::string_view a, std::string_view b) {
  const auto of_a = word_counts(a);
  const auto of_b = word_counts(b);
  double dot = 0.0, square_a = 0.0, square_b = 0.0;
  for (const auto& [word, count] : of_a) {
    square_a += count * count;
    if (of_b.count(word)) dot += count * of_b.at(word);
  }
  for (const auto& [word, count] : of_b) square_b += count * count;
  return dot == 0.0 ? 0.0 : dot / std::sqrt(square_a * square_b);
}

/// Szymkiewicz and Simpson: shared words over the words of the text that has fewer.
inline double token_overlap(std::string_view a, std::string_view b) {
  const auto of_a = word_counts(a);
  const auto of_b = word_counts(b);
  double shared = 0.0;
  for (const auto& [word, count] : of_a) shared += static_cast<double>(of_b.count(word));
  const auto fewer = std::min(of_a.size(), of_b.size());
  return fewer == 0 ? 0.0 : shared / static_cast<double>(fewer);
}

}  // namespace kinfold::linkage::reference
