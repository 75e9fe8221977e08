// Fits the Fellegi-Sunter model with its classes of pairs to counts of agreement patterns.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"

namespace kinfold::linkage {

inline constexpr std::uint8_t kPatternMissing = 255;

/// One pattern and how many compared pairs showed it (a fraction where pairs were sampled).
struct PatternCount {
  std::vector<std::uint8_t> level;  ///< Shape [K]; kPatternMissing where a value is missing.
  double pair_count = 0.0;
};

/// Shape [K][levels of comparison k]; each row sums to 1.
using LevelShares = std::vector<std::vector<double>>;

struct EmProblem {
  std::vector<PatternCount> patterns;  ///< Of the pairs that blocking found.
  double random_pair_count = 0.0;      ///< All pairs there are, blocked or not; > 0.
  LevelShares random_share;            ///< Levels among all those pairs, matches included.
  /// Shape [K], or empty: relatives agree at a level at most this share of the way from strangers (0) to
  /// one person (1). Without it, the third class takes a file's badly damaged matches for relatives.
  std::vector<double> related_own_max;
  /// Shape [K], or empty: whether a comparison's value changes when somebody moves house.
  std::vector<bool> changes_on_moving = {};
};

/// In which comparisons some different people are as alike as one person is.
struct AlikeIn {
  bool namesake = false;  ///< Of strangers with one name: in names, and in what follows from them (gender).
  bool related_name = false;  ///< Of relatives with one forename (fathers and sons).
};

struct EmModel {
  double match_rate = 0.0;    ///< Of all pairs; in (0, 1).
  double related_rate = 0.0;  ///< 0: no third class.
  LevelShares m;  ///< Of matches; where a comparison changes on moving, of those who did not move.
  LevelShares related;
  LevelShares u;            ///< Follows from random_share; ignored in a start.
  double moved_rate = 0.0;  ///< Of matches: those who moved between the two records. 0: not modelled.
  LevelShares moved =
      {};  ///< Of those; equal to m where a comparison does not change on moving. Empty: not modelled.
  std::vector<AlikeIn> alike = {};  ///< Shape [K], or empty: nobody else is alike.
  /// Such people, in all other comparisons like strangers (of all pairs) and like relatives (to one relative
  /// of related_rate, in which they are not). 0: not modelled.
  double namesake_rate = 0.0;
  double related_name_share = 0.0;
  AlikeIn alike_in(std::size_t comparison) const { return alike.empty() ? AlikeIn{} : alike[comparison]; }
  /// Model::household_related_share; not estimated here.
  std::optional<double> household_related_share = std::nullopt;
};

/// m of all matches, movers or not.
double match_share(const EmModel& model, std::size_t comparison, std::size_t level);

struct EmOptions {
  int iteration_count_max = 200;
  double tolerance = 1e-6;       ///< Largest change of a probability in one iteration.
  double prior_pair_count = 20;  ///< Weight of the start, as so many pairs, in m and related.
};

struct EmFit {
  EmModel model;
  std::vector<std::vector<double>> m_pair_count;  ///< Expected matches behind each m, without the prior.
  bool converged = false;
  int iteration_count = 0;
  double log_likelihood_nats = 0.0;
  double expected_match_count = 0.0;
};

/// Expectation-maximisation over patterns, classes match (stayed, moved) / related / unrelated.
///
/// Whoever moves house changes street, town, postcode and telephone at once. Independent fields would count
/// that as so many disagreements of their own and lose the pair; so matches are a mixture of those who
/// stayed and those who moved, alike in all that does not change on moving (a latent class within the
/// matches: Winkler 1993, Larsen and Rubin 2001). Movers are held to half the way from strangers, and m is
/// that of those who stayed.
///
/// Strangers' names are not independent: who has a forename has the gender that it says, and surnames go with
/// forenames. Without a class of their own namesakes would pass for matches with another date of birth, and
/// make that look usual; so would fathers and sons of one name. How many there are is one number each: in
/// names they are as alike as matches, in all else as strangers or relatives.
///
/// u is not free: all pairs together show each level at `random_share`, so
/// u = (random_share - match_rate m - related_rate related) / the rest. Blocking therefore cannot
/// pull u up, and what independence of the fields cannot explain (relatives, households, namesakes)
/// goes to the related class and not into the matches. Pairs that blocking did not find count as
/// unrelated. Deterministic. Time O(iterations x patterns x K).
///
/// \returns the fit, also when it did not converge: read `converged`.
/// \retval kInvalid if shapes differ, nothing was counted, or a start is outside (0, 1).
/// Source: Winkler (1988), "Using the EM algorithm for weight computation in the Fellegi-Sunter
/// model of record linkage"; three classes as in Larsen and Rubin (2001), JASA 96, 32-41.
Result<EmFit> fit_em(const EmProblem& problem, const EmModel& start, const EmOptions& options = {});

/// Puts what is known of relatives from elsewhere in the place of what those show whom blocking found: `rate`
/// of all pairs are relatives, and what a household shares (related_own_max 1) is alike among them no more
/// often than among matches, whose values are one person's. What is cut off goes to the other levels. u
/// follows.
void set_relatives(const EmProblem& problem, double rate, EmModel& model);

}  // namespace kinfold::linkage
