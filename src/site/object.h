// The pieces of an objection's way: from the council to the vault, to departments, and back as receipts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "identity/vault.h"
#include "site/receipts.h"
#include "site/rights.h"

namespace kinfold::site {

/// From this probability on, what a person's words say and a vault record are one person.
inline constexpr double kSamePersonProbabilityMin = 0.95;

/// What research is told since its release: how many people left the data, or came back to it; never who.
struct Withdrawal {
  std::uint64_t person_count = 0;
  bool came_back = false;  ///< A restriction was lifted.
};

/// Seals, for each department with a live request about any of them, the references it has to take out.
Result<std::vector<Notice>> tell_departments(Site& site, const identity::Vault& vault,
                                             const std::vector<identity::PersonId>& people);
/// Tells research, where a release went to, that the next one has fewer people, or some again.
Result<std::vector<Notice>> tell_research(Site& site, const Withdrawal& told);
/// Both, of people who leave.
Result<std::vector<Notice>> tell_everybody(Site& site, const identity::Vault& vault,
                                           const std::vector<identity::PersonId>& people);

Result<Report> receive_objectors(Site& site, const table::Table& objectors, const std::string& actor);
Result<Report> receive_withdrawn(Site& site, const seal::OpenedFile& file, const table::Table& withdrawn,
                                 const std::string& actor);

/// Stores a holding anew without the rows of these references (sorted), then destroys the old one.
/// \returns how many rows of `table_name` went; 0: the holding stays as it is.
Result<std::uint64_t> drop_rows(Site& site, const holding::Holding& from, const std::string& table_name,
                                const std::vector<std::string>& references, const holding::Asking& who);

inline constexpr const char* kWithdrawalDocument = "withdrawal.json";
Result<Withdrawal> parse_withdrawal(std::string_view json);
Result<Report> receive_withdrawal(Site& site, const seal::OpenedFile& file, const seal::Document& withdrawal);

}  // namespace kinfold::site
