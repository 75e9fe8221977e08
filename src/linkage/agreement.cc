#include "linkage/agreement.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

namespace kinfold::linkage {
namespace {

constexpr std::string_view kAgreed = "agreed";
using Ids = std::pair<std::string, std::string>;
using Words = std::map<Ids, Verdict>;

std::map<std::string, Words> words_by_coder(const std::vector<Decision>& decisions) {
  std::map<std::string, Words> by_coder;
  for (const auto& decision : decisions) {
    if (decision.coder != kAgreed)
      by_coder[decision.coder][{decision.left_id, decision.right_id}] = decision.verdict;
  }
  return by_coder;
}

// Fleiss, Cohen and Everitt (1969), equation 13: the variance of kappa under no assumption about the margins.
double standard_error(const Agreement& agreement, const std::array<double, 3>& rows,
                      const std::array<double, 3>& columns, double chance) {
  const auto n = static_cast<double>(agreement.both_count);
  const double kappa = *agreement.kappa;
  double diagonal = 0.0;
  double rest = 0.0;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      const double p = static_cast<double>(agreement.count[i][j]) / n;
      if (i == j)
        diagonal += p * std::pow(1.0 - (rows[i] + columns[i]) * (1.0 - kappa), 2);
      else
        rest += p * std::pow(columns[i] + rows[j], 2);
    }
  }
  const double variance =
      (diagonal + (1.0 - kappa) * (1.0 - kappa) * rest - std::pow(kappa - chance * (1.0 - kappa), 2)) /
      (n * (1.0 - chance) * (1.0 - chance));
  return std::sqrt(std::max(0.0, variance));
}

// The table as shares, with its margins.
struct Shares {
  std::uint64_t both_count = 0;
  double observed = 0.0;
  double chance = 0.0;
  std::array<double, 3> rows{};
  std::array<double, 3> columns{};
};

Shares shares_of(const VerdictCounts& count) {
  Shares shares;
  for (const auto& row : count)
    shares.both_count = std::accumulate(row.begin(), row.end(), shares.both_count);
  if (shares.both_count == 0) return shares;
  const auto n = static_cast<double>(shares.both_count);
  for (std::size_t i = 0; i < 3; ++i) {
    shares.observed += static_cast<double>(count[i][i]) / n;
    for (std::size_t j = 0; j < 3; ++j) {
      shares.rows[i] += static_cast<double>(count[i][j]) / n;
      shares.columns[j] += static_cast<double>(count[i][j]) / n;
    }
  }
  for (std::size_t i = 0; i < 3; ++i) shares.chance += shares.rows[i] * shares.columns[i];
  return shares;
}

std::optional<double> kappa_of(const Shares& shares) {
  if (shares.both_count == 0 || shares.chance >= 1.0 - 1e-12) return std::nullopt;
  return (shares.observed - shares.chance) / (1.0 - shares.chance);
}

void add_kappa(Agreement& agreement) {
  const auto shares = shares_of(agreement.count);
  agreement.both_count = shares.both_count;
  agreement.observed = shares.observed;
  agreement.kappa = kappa_of(shares);
  if (!agreement.kappa) return;
  const double error = standard_error(agreement, shares.rows, shares.columns, shares.chance);
  agreement.kappa_low = std::max(-1.0, *agreement.kappa - 1.96 * error);
  agreement.kappa_high = std::min(1.0, *agreement.kappa + 1.96 * error);
}

}  // namespace

std::optional<double> cohens_kappa(const VerdictCounts& count) { return kappa_of(shares_of(count)); }

std::vector<Agreement> agreements(const std::vector<Decision>& decisions) {
  const auto by_coder = words_by_coder(decisions);
  std::vector<Agreement> all;
  for (auto first = by_coder.begin(); first != by_coder.end(); ++first) {
    for (auto second = std::next(first); second != by_coder.end(); ++second) {
      Agreement own;
      own.first_coder = first->first;
      own.second_coder = second->first;
      for (const auto& [ids, verdict] : first->second) {
        const auto other = second->second.find(ids);
        if (other == second->second.end()) continue;
        ++own.count[static_cast<std::size_t>(verdict)][static_cast<std::size_t>(other->second)];
        if (verdict != other->second)
          own.disagreements.push_back({ids.first, ids.second, verdict, other->second});
      }
      add_kappa(own);
      all.push_back(std::move(own));
    }
  }
  return all;
}

std::vector<Ids> open_disagreements(const std::vector<Decision>& decisions) {
  std::map<Ids, std::set<Verdict>> said;
  for (const auto& [coder, words] : words_by_coder(decisions)) {
    for (const auto& [ids, verdict] : words) said[ids].insert(verdict);
  }
  for (const auto& decision : decisions)
    if (decision.coder == kAgreed) said.erase({decision.left_id, decision.right_id});
  std::vector<Ids> open;
  for (const auto& [ids, verdicts] : said)
    if (verdicts.size() > 1) open.push_back(ids);
  return open;
}

}  // namespace kinfold::linkage
