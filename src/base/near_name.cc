#include "base/near_name.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"

namespace kinfold {
namespace {

constexpr std::size_t kLengthMax = 64;

char plain(char c) {
  if (c == '-' || c == '.' || c == ' ') return '_';
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

/// Optimal string alignment distance (Damerau 1964), three rows at a time.
std::size_t distance(std::string_view a, std::string_view b) {
  std::array<std::array<std::size_t, kLengthMax + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = plain(a[i - 1]) == plain(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0U : 1U)});
      const bool swapped =
          i > 1 && j > 1 && plain(a[i - 1]) == plain(b[j - 2]) && plain(a[i - 2]) == plain(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], rows[(i + 1) % 3][j - 2] + 1);
    }
  }
  return rows[a.size() % 3][b.size()];
}

}  // namespace

std::string_view near_name(std::string_view written, const std::vector<std::string_view>& known) {
  std::string_view best;
  std::size_t nearest = std::max<std::size_t>(2, written.size() / 3) + 1;
  if (written.empty() || written.size() > kLengthMax) return best;
  for (const auto name : known) {
    const auto longer = std::max(name.size(), written.size());
    if (name.empty() || name.size() > kLengthMax || longer - std::min(name.size(), written.size()) >= nearest)
      continue;
    const auto away = distance(written, name);
    // Two changes turn any name of two letters into any other: at least one letter must be left.
    if (away >= nearest || away >= longer) continue;
    nearest = away;
    best = name;
  }
  return best;
}

std::string did_you_mean(std::string_view written, const std::vector<std::string_view>& known) {
  const auto near = near_name(written, known);
  return near.empty() ? std::string() : "did you mean '" + std::string(near) + "'? ";
}

std::string list_names(const std::vector<std::string_view>& known, std::size_t count_max) {
  if (known.empty()) return "none";
  std::string out;
  for (std::size_t i = 0; i < std::min(count_max, known.size()); ++i)
    out += (i == 0 ? "" : ", ") + std::string(known[i]);
  if (known.size() > count_max)
    out += " and " + with_thousands(static_cast<long long>(known.size() - count_max)) + " more";
  return out;
}

}  // namespace kinfold
