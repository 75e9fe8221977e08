// The site's holdings of records (vault, objections, cases): found or made, opened through the door.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "holding/door.h"
#include "identity/objections.h"
#include "site/site.h"

namespace kinfold::site {

struct OpenRecords {
  holding::Holding holding;
  holding::RecordRing ring;
  std::string folder;  ///< For its database: sealed bodies and tokens only.
};
/// The live holding of records of this kind; made, with an expiry from the charter, where there is
/// none. \retval kRefused as the door says.
Result<OpenRecords> open_records(Site& site, charter::Kind kind, const std::vector<std::string>& data_classes,
                                 const holding::Asking& who);

/// The objections of this site, keyed by its holding of objections.
struct OpenObjections {
  std::unique_ptr<OpenRecords> records;  ///< In one place: the book makes its tokens with this ring.
  identity::ObjectionBook book;
};
Result<OpenObjections> open_objections(Site& site, const std::string& actor);

inline constexpr const char* kIdentityClass = "identity";
inline constexpr const char* kRightsPurpose = "rights";

}  // namespace kinfold::site
