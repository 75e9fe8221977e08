// How far coders agree, beyond what chance would give.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "linkage/decisions.h"

namespace kinfold::linkage {

struct Disagreement {
  std::string left_id;
  std::string right_id;
  Verdict first = Verdict::kSame;
  Verdict second = Verdict::kSame;
};

/// Pairs by what two coders said of each: [verdict of the first][of the second], in the order of Verdict.
using VerdictCounts = std::array<std::array<std::uint64_t, 3>, 3>;

/// Two coders on the pairs that both judged.
struct Agreement {
  std::string first_coder;
  std::string second_coder;
  VerdictCounts count{};
  std::uint64_t both_count = 0;
  double observed = 0.0;        ///< Share of pairs on which they agree.
  std::optional<double> kappa;  ///< cohens_kappa().
  double kappa_low = 0.0;       ///< 95 % interval.
  double kappa_high = 0.0;
  std::vector<Disagreement> disagreements;
};

/// Cohen's kappa: 1 is full agreement, 0 what chance gives.
/// \returns nothing where no pair was judged, or chance alone would agree on everything.
/// Source: Cohen (1960), Educational and Psychological Measurement 20, 37-46.
std::optional<double> cohens_kappa(const VerdictCounts& count);

/// Every two coders, by name; "agreed" is nobody's own word and takes no part. A later word of a coder
/// replaces an earlier one. Time O(decisions x coders). Source of the standard error: Fleiss, Cohen and
/// Everitt (1969), Psychological Bulletin 72, 323-327, equation 13.
std::vector<Agreement> agreements(const std::vector<Decision>& decisions);

/// Pairs on which coders differ and nobody wrote an "agreed" row, once each, by ids.
std::vector<std::pair<std::string, std::string>> open_disagreements(const std::vector<Decision>& decisions);

}  // namespace kinfold::linkage
