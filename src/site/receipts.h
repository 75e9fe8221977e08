// Receipts between parties: whoever was told of a withdrawal or a correction answers with a signed note.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "site/site.h"

namespace kinfold::site {

/// A notice that went out, and whose receipt is awaited.
struct Notice {
  std::string party;
  seal::Id id;
  std::string path;
};
/// As a case remembers it: `dwp:` and the notice's id.
std::string awaited_as(const Notice& notice);
/// The party of what awaited_as() made.
std::string party_of(std::string_view awaited);

/// Seals a notice for `party`. No data class but `data_classes`.
Result<Notice> send_notice(Site& site, const std::string& party, const std::vector<std::string>& data_classes,
                           const std::optional<seal::Id>& about, const seal::Contents& contents);

/// A receipt as it was signed: docs/formats/receipt.md.
struct SignedReceipt {
  std::string party;  ///< Who answers.
  seal::Id notice;    ///< What it answers.
  Date done;
  std::uint64_t row_count = 0;  ///< Rows taken out there.
};
/// \retval kInvalid if it is no receipt; kRefused if `card`'s party did not sign it.
Result<SignedReceipt> verify_receipt(std::string_view note, const seal::Card& card);

/// Signs and seals the receipt for a notice. The same notice has the same receipt, however often it is
/// answered. \returns the sealed file's path.
Result<std::string> answer_notice(Site& site, const std::string& to, const seal::Id& notice,
                                  std::uint64_t row_count);

/// Checks a receipt that came in and files it under `certificates`.
Status file_receipt(Site& site, const std::string& note, const std::string& party);
/// The filed receipt for a notice; empty while it is awaited.
std::optional<SignedReceipt> receipt_for(const Site& site, const std::string& party, const seal::Id& notice);

/// At the trusted party: answers each council whose objectors were received, once everybody who was told
/// of anything has answered here. \returns paths of what was sealed.
Result<std::vector<std::string>> answer_councils(Site& site);

}  // namespace kinfold::site
