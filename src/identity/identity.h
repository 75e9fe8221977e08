// Who somebody is: the identity fields, the ids the vault gives, and where randomness comes from.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "table/table.h"

namespace kinfold::identity {

/// One spelling of somebody's identity. Empty text and no date mean not known. UTF-8.
struct Identity {
  std::string forenames;
  std::string surname;
  std::optional<Date> date_of_birth;
  std::string gender;  ///< "female", "male", "other" or "".
  std::string address;
  std::string postcode;
  std::string nino;

  bool operator==(const Identity&) const = default;
};

/// 128 random bits that say nothing. As text: 32 lower-case hex digits.
struct PersonId {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const PersonId&) const = default;
};
struct FamilyId {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const FamilyId&) const = default;
};
std::string to_text(const PersonId& id);
std::string to_text(const FamilyId& id);
std::optional<PersonId> parse_person_id(std::string_view text);
std::optional<FamilyId> parse_family_id(std::string_view text);

/// Fills a buffer with random bytes. Ids, references and orders are only as secret as this is.
using RandomBytes = std::function<void(std::span<std::uint8_t>)>;
/// libsodium's generator: what every site uses.
RandomBytes system_random();
/// Uniform in [0, bound), without bias; bound > 0.
std::uint64_t random_below(const RandomBytes& random, std::uint64_t bound);
/// A uniformly drawn order of 0 ... count - 1 (Fisher and Yates 1938; Durstenfeld 1964).
std::vector<std::size_t> random_order(const RandomBytes& random, std::size_t count);

/// All fields one after another: the same text for the same spelling, and an order that does not depend on
/// where a record stood in a file. Wipe it when done.
std::string spelling(const Identity& identity);

/// The identity columns of docs/formats/data.md, in their order, with no rows.
table::Table empty_identities();
/// `identities` has the columns that empty_identities() has; others are not looked at.
void append_identity(table::Table& identities, const Identity& identity);
/// \retval kInvalid naming the column that is missing or has another type.
Result<std::vector<Identity>> identities_of(const table::Table& identities);

}  // namespace kinfold::identity
