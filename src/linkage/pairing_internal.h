// Two files: how often a record may be linked, and what its other candidates then mean.
#pragma once

#include <cstdint>
#include <vector>

#include "linkage/competition_internal.h"
#include "linkage/link.h"
#include "linkage/score_internal.h"

namespace kinfold::linkage {

/// Which files hold several records of one person, from the pairs themselves: a file does where, of the
/// other file's records that have a sure partner in it, more than two in a hundred have two that are also
/// sure partners of each other (twins and namesakes are not) with nearly one forename and date of birth
/// (where everybody has a twin or a father of one name, the model is sure of these too). Where either is
/// missing, they count as far as those do that have both. Never kAuto.
Pairing detect_pairing(const Scorer& scorer, const KeptPairs& kept);

/// Probability of each pair by itself, or where a record can have one partner only against all its other
/// candidates: those of both records (one_to_one_probabilities()) or of the one that is linked once.
std::vector<double> pair_probabilities(const KeptPairs& kept, Pairing pairing, const Scorer& scorer,
                                       const std::optional<PartnerShares>& shares, const DecoyFlags& decoys);

/// Indexes of the pairs that may be linked, increasing: the best assignment; each record's best pair where
/// only one side is linked once; all.
std::vector<std::size_t> pairs_allowed(const KeptPairs& kept, Pairing pairing, std::size_t record_count,
                                       std::vector<std::string>& notes);

/// Probability of each pair by itself, and where a record can have one partner only: then every
/// other candidate of either record counts against it.
std::vector<double> plain_probabilities(const KeptPairs& kept);
std::vector<double> compete(const KeptPairs& kept, std::size_t record_count);

/// Indexes of the pairs of the best one-to-one assignment.
std::vector<std::size_t> assign(const KeptPairs& kept, std::vector<std::string>& notes);

}  // namespace kinfold::linkage
