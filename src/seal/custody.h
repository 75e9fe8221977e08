// A site's keys in the custody of several people: any k of n shares bring them back, fewer tell
// nothing.
// Source: Shamir (1979), "How to share a secret", CACM 22(11). The arithmetic is libsodium's, modulo
// the order of ristretto255; what is shared is a random scalar, which opens a box with the keys.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "seal/keys.h"

namespace kinfold::seal {

struct CustodyRule {
  int needed = 2;  ///< At least 2.
  int count = 3;   ///< At least `needed`, at most 16.
};

/// One text for each keeper, to be written to that keeper's own medium: it is a secret. Signed by the
/// site, so that a share that was altered is told from a good one.
/// \retval kInvalid for a rule outside the limits.
Result<std::vector<SecretBytes>> split_keys(const SiteKeys& keys, const CustodyRule& rule);

struct NamedShare {
  std::string name;  ///< Of the file, for messages.
  SecretBytes text;
};
/// \retval kRefused naming the share that was altered, is another site's, of another splitting, or
///         given twice; or if there are too few.
Result<SiteKeys> combine_keys(const std::vector<NamedShare>& shares, const Card& card);

}  // namespace kinfold::seal
