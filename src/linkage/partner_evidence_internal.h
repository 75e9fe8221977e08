// What the partners of both records tell of the model's m.
#pragma once

#include <vector>

#include "linkage/competition_internal.h"
#include "linkage/score_internal.h"

namespace kinfold::linkage {

/// m counted anew from one-to-one probabilities. To the model, which sees every pair by itself, a relative
/// with the same forename passes for a match with another date of birth, though either has their own partner;
/// so that date becomes too usual among matches. The new m bears on probabilities alone: weights, and the
/// model that is written, stay. Comparisons that change on moving keep their m.
class PartnerEvidence {
 public:
  /// All three are read as long as this lives.
  PartnerEvidence(const Scorer& scorer, const KeptPairs& kept, const DecoyFlags& decoys);

  /// The pairs with log odds by the m that `probability`, of `kept`, tells. Decoys tell nothing.
  const KeptPairs& odds_by(const std::vector<double>& probability);

 private:
  LevelShares gained_bits(const std::vector<double>& probability) const;
  double stayed_share(const Levels& levels) const;

  const Scorer& scorer_;
  const KeptPairs& kept_;
  const DecoyFlags& decoys_;
  KeptPairs odds_;
};

}  // namespace kinfold::linkage
