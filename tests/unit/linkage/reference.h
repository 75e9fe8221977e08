// Slow twins of the kernels, short enough to check against the papers by eye.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
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
      if (used[static_cast<std::size_t>(i)] || a[static_cast<std::size_t>(i)] != b[static_cast<std::size_t>(j)]) continue;
      used[static_cast<std::size_t>(i)] = true;
      from_b += b[static_cast<std::size_t>(j)];
      break;
    }
  }
  std::string from_a;
  for (std::size_t i = 0; i < a.size(); ++i) if (used[i]) from_a += a[i];
  if (from_a.empty()) return 0.0;
  int different = 0;
  for (std::size_t n = 0; n < from_a.size(); ++n) different += from_a[n] != from_b[n];
  const double m = static_cast<double>(from_a.size());
  return (m / static_cast<double>(a.size()) + m / static_cast<double>(b.size()) + (m - different / 2) / m) / 3.0;
}

/// The textbook tables: Levenshtein, and with swaps of neighbours optimal string alignment.
inline std::size_t edits(std::string_view a, std::string_view b, bool swaps) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (swaps && i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
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
      d[i + 1][j + 1] = std::min({d[i][j] + !same, d[i + 1][j] + 1, d[i][j + 1] + 1, d[row][at] + (i - row - 1) + 1 + (j - at - 1)});
    }
    last[a[i - 1]] = i;
  }
  return d[a.size() + 1][b.size() + 1];
}

}  // namespace kinfold::linkage::reference
