// The second look: small groups against large ones, by all that the large ones know.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "linkage/screen_internal.h"

namespace kinfold::linkage {

struct AttachOptions {
  double probability_min = 0.5;
  int round_count_max = 3;
  std::size_t small_size_max = 3;    ///< Groups of more records are not attached to others.
  double pairs_per_group_max = 300;  ///< Budget of candidate groups for each small group and rule.
  /// So few candidates a record are weighed without bounds, which have to be known of every value.
  double unbounded_per_record_max = 0.01;
};

/// Puts small groups into the larger group that they most probably belong to.
///
/// A small group S belongs to group C with odds |C| times the likelihood ratio of their values, to nobody
/// known with odds of the number of groups, and may also merely be related to C; the probabilities of
/// all candidates add up to one. The likelihood ratio of a field is the mean over all pairs of values of
/// S and C: S may agree with one record of C on the name and with another on the date of birth, which no
/// pair of records shows. Candidates share a blocking key of the model, also one that no single record
/// of C has. `blocker` is that of `model`, whose keys are not made again; `bounds` are made here where
/// they pay and are not there. `cluster` holds a group number for
/// each record and is changed in place. Deterministic.
void attach_small_groups(const Scorer& scorer, std::optional<RatioBounds>& bounds, const Model& model,
                         const PartTables& tables, const Blocker& blocker, const KeptPairs& kept,
                         std::vector<std::uint32_t>& cluster, const AttachOptions& options,
                         std::size_t thread_count);

}  // namespace kinfold::linkage
