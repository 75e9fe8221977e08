#include "identity/identity.h"

#include <sodium.h>

#include <cstdlib>
#include <utility>

namespace kinfold::identity {
namespace {

std::string hex_of(const std::array<std::uint8_t, 16>& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(32);
  for (const auto byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::optional<std::array<std::uint8_t, 16>> parse_hex(std::string_view text) {
  std::array<std::uint8_t, 16> bytes{};
  if (text.size() != 32) return std::nullopt;
  for (std::size_t i = 0; i < 16; ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return bytes;
}

constexpr std::array<const char*, 7> kIdentityColumns = {"forenames", "surname",  "date_of_birth", "gender",
                                                         "address",   "postcode", "nino"};

void append_text(table::Column& column, const std::string& value) {
  if (value.empty()) {
    column.append_null();
  } else {
    column.append_string(value);
  }
}

}  // namespace

std::string to_text(const PersonId& id) { return hex_of(id.bytes); }
std::string to_text(const FamilyId& id) { return hex_of(id.bytes); }

std::optional<PersonId> parse_person_id(std::string_view text) {
  const auto bytes = parse_hex(text);
  return bytes ? std::optional<PersonId>(PersonId{*bytes}) : std::nullopt;
}

std::optional<FamilyId> parse_family_id(std::string_view text) {
  const auto bytes = parse_hex(text);
  return bytes ? std::optional<FamilyId>(FamilyId{*bytes}) : std::nullopt;
}

RandomBytes system_random() {
  // Without a working generator every id would be guessable: there is no sense in going on.
  if (sodium_init() < 0) std::abort();
  return [](std::span<std::uint8_t> out) { randombytes_buf(out.data(), out.size()); };
}

std::uint64_t random_below(const RandomBytes& random, std::uint64_t bound) {
  // Draws below 2^64 mod bound are thrown away, so that every outcome is equally likely.
  const std::uint64_t refuse_below = (0 - bound) % bound;
  for (;;) {
    std::array<std::uint8_t, 8> bytes{};
    random(bytes);
    std::uint64_t drawn = 0;
    for (const auto byte : bytes) drawn = drawn << 8 | byte;
    if (drawn >= refuse_below) return drawn % bound;
  }
}

std::vector<std::size_t> random_order(const RandomBytes& random, std::size_t count) {
  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  for (std::size_t i = count; i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<std::size_t>(random_below(random, i))]);
  }
  return order;
}

std::string spelling(const Identity& identity) {
  std::string text = identity.forenames + '\x1F' + identity.surname + '\x1F';
  if (identity.date_of_birth) text += to_iso(*identity.date_of_birth);
  for (const auto* field : {&identity.gender, &identity.address, &identity.postcode, &identity.nino})
    text += '\x1F' + *field;
  return text;
}

table::Table empty_identities() {
  table::Table identities;
  for (const auto* name : kIdentityColumns) {
    identities.add(name, std::string_view(name) == "date_of_birth" ? table::ColumnType::kDate
                                                                   : table::ColumnType::kString);
  }
  return identities;
}

void append_identity(table::Table& identities, const Identity& identity) {
  append_text(*identities.find("forenames"), identity.forenames);
  append_text(*identities.find("surname"), identity.surname);
  auto& born = *identities.find("date_of_birth");
  if (identity.date_of_birth) {
    born.append_date(*identity.date_of_birth);
  } else {
    born.append_null();
  }
  append_text(*identities.find("gender"), identity.gender);
  append_text(*identities.find("address"), identity.address);
  append_text(*identities.find("postcode"), identity.postcode);
  append_text(*identities.find("nino"), identity.nino);
}

Result<std::vector<Identity>> identities_of(const table::Table& identities) {
  std::array<const table::Column*, kIdentityColumns.size()> columns{};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto type = i == 2 ? table::ColumnType::kDate : table::ColumnType::kString;
    auto column = identities.require(kIdentityColumns[i], type);
    if (!column.ok()) return column.error();
    columns[i] = column.value();
  }
  std::vector<Identity> found(identities.row_count());
  for (std::size_t row = 0; row < found.size(); ++row) {
    auto& identity = found[row];
    identity.forenames = columns[0]->string_at(row);
    identity.surname = columns[1]->string_at(row);
    if (!columns[2]->is_null(row)) identity.date_of_birth = columns[2]->date_at(row);
    identity.gender = columns[3]->string_at(row);
    identity.address = columns[4]->string_at(row);
    identity.postcode = columns[5]->string_at(row);
    identity.nino = columns[6]->string_at(row);
  }
  return found;
}

}  // namespace kinfold::identity
