// A linkage of the same files with decoys among the left records.
#pragma once

#include <cstddef>

#include "linkage/competition_internal.h"
#include "linkage/link.h"

namespace kinfold::linkage {

/// What such a run takes from the one that it is to judge.
struct DecoyRun {
  std::size_t count = 0;  ///< So many rows at the end of the left table are decoys; each is linked as if it
                          ///< were the only one.
  PartnerShares shares;   ///< Decoys have no partner, and must not make it seem that fewer people have one.
};

/// link() where two files are linked one to one; elsewhere decoys are records like any others.
Result<LinkResult> link_decoys(const table::Table& left, const table::Table& right, const Model& model,
                               const LinkOptions& options, const DecoyRun& decoys);

}  // namespace kinfold::linkage
