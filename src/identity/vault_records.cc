// How the vault's records are laid out as bytes: docs/formats/vault.md.
#include <algorithm>
#include <bit>
#include <cstring>

#include "identity/vault_internal.h"

namespace kinfold::identity {
namespace {

constexpr std::uint64_t kPersonLayout = 1;
constexpr std::uint64_t kVersionLayout = 2;
constexpr std::uint64_t kMembersLayout = 3;
constexpr std::uint64_t kReferencesLayout = 4;
constexpr std::uint64_t kScopeHeadLayout = 7;
constexpr std::uint64_t kPersonWithVersionLayout = 9;
constexpr std::uint64_t kNoDate = 0;
constexpr std::uint64_t kDateOffset = std::uint64_t{1} << 32;  // so that no day is written as kNoDate

}  // namespace

void Packer::put(std::uint64_t number) {
  static_assert(std::endian::native == std::endian::little);
  put(std::span(reinterpret_cast<const std::uint8_t*>(&number), sizeof number));
}

void Packer::put(std::string_view text) {
  put(static_cast<std::uint64_t>(text.size()));
  const auto bytes = seal::as_bytes(text);
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void Packer::put(const std::optional<Date>& date) {
  put(date ? kDateOffset + static_cast<std::uint64_t>(static_cast<std::int64_t>(date->days)) : kNoDate);
}

void Packer::put(std::span<const std::uint8_t> bytes) {
  const auto view = std::as_bytes(bytes);
  bytes_.insert(bytes_.end(), view.begin(), view.end());
}

const seal::PlainBytes& Packer::finish(std::size_t step) {
  bytes_.resize((bytes_.size() + step - 1) / step * step, std::byte{0});
  return bytes_;
}

seal::ByteView Unpacker::take(std::size_t byte_count) {
  if (!ok_ || rest_.size() < byte_count) {
    ok_ = false;
    return {};
  }
  const auto taken = rest_.first(byte_count);
  rest_ = rest_.subspan(byte_count);
  return taken;
}

std::uint64_t Unpacker::number() {
  std::uint64_t number = 0;
  const auto taken = take(sizeof number);
  if (ok_) std::memcpy(&number, taken.data(), sizeof number);
  return number;
}

std::string Unpacker::text() {
  const auto size = number();
  if (size > rest_.size()) ok_ = false;
  return std::string(seal::as_text(take(ok_ ? static_cast<std::size_t>(size) : 0)));
}

std::optional<Date> Unpacker::date() {
  const auto number = this->number();
  if (!ok_ || number == kNoDate) return std::nullopt;
  return Date{static_cast<std::int32_t>(static_cast<std::int64_t>(number - kDateOffset))};
}

void Unpacker::bytes(std::span<std::uint8_t> into) {
  const auto taken = take(into.size());
  if (ok_) std::memcpy(into.data(), taken.data(), into.size());
}

namespace {

void put_version(Packer& packer, const IdentityVersion& version) {
  const auto& identity = version.identity;
  for (const auto* text :
       {&identity.forenames, &identity.surname, &identity.gender, &identity.address, &identity.postcode,
        &identity.nino, &version.origin.authority, &version.origin.submission}) {
    packer.put(std::string_view(*text));
  }
  packer.put(identity.date_of_birth);
  packer.put(std::optional<Date>(version.origin.received));
  packer.put(std::uint64_t{version.corrected});
  packer.put(std::uint64_t{version.family.has_value()});
  packer.put(std::span<const std::uint8_t>(version.family.value_or(FamilyId{}).bytes));
}

void take_version(Unpacker& unpacker, IdentityVersion& version) {
  auto& identity = version.identity;
  for (auto* text :
       {&identity.forenames, &identity.surname, &identity.gender, &identity.address, &identity.postcode,
        &identity.nino, &version.origin.authority, &version.origin.submission}) {
    *text = unpacker.text();
  }
  identity.date_of_birth = unpacker.date();
  version.origin.received = unpacker.date().value_or(Date{});
  version.corrected = unpacker.number() != 0;
  const bool has_family = unpacker.number() != 0;
  FamilyId family;
  unpacker.bytes(family.bytes);
  if (has_family) version.family = family;
}

}  // namespace

seal::PlainBytes pack_person(const PersonEntry& person, const IdentityVersion* first) {
  Packer packer;
  packer.put(first == nullptr ? kPersonLayout : kPersonWithVersionLayout);
  packer.put(std::span<const std::uint8_t>(person.id.bytes));
  packer.put(std::uint64_t{person.restricted});
  if (first == nullptr) return packer.finish(64);
  put_version(packer, *first);
  return packer.finish();
}

bool unpack_person(seal::ByteView bytes, PersonEntry& person) {
  Unpacker unpacker(bytes);
  const auto layout = unpacker.number();
  person.first_inside = layout == kPersonWithVersionLayout;
  unpacker.bytes(person.id.bytes);
  person.restricted = unpacker.number() != 0;
  if (person.first_inside) take_version(unpacker, person.versions.emplace_back());
  return (person.first_inside || layout == kPersonLayout) && unpacker.ok();
}

seal::PlainBytes pack_version(const IdentityVersion& version) {
  Packer packer;
  packer.put(kVersionLayout);
  put_version(packer, version);
  return packer.finish();
}

bool unpack_version(seal::ByteView bytes, IdentityVersion& version) {
  Unpacker unpacker(bytes);
  const bool known = unpacker.number() == kVersionLayout;
  take_version(unpacker, version);
  return known && unpacker.ok();
}

namespace {

void put_scope(Packer& packer, const ReferenceScope& scope) {
  for (const auto* text : {&scope.id, &scope.recipient, &scope.purpose}) packer.put(std::string_view(*text));
  packer.put(std::optional<Date>(scope.issued));
  packer.put(std::optional<Date>(scope.expires));
}

void take_scope(Unpacker& unpacker, ReferenceScope& scope) {
  for (auto* text : {&scope.id, &scope.recipient, &scope.purpose}) *text = unpacker.text();
  scope.issued = unpacker.date().value_or(Date{});
  scope.expires = unpacker.date().value_or(Date{});
}

}  // namespace

seal::PlainBytes pack_scope_head(const ReferenceScope& scope) {
  Packer packer;
  packer.put(kScopeHeadLayout);
  put_scope(packer, scope);
  return packer.finish();
}

bool unpack_scope_head(seal::ByteView bytes, ReferenceScope& scope) {
  Unpacker unpacker(bytes);
  const bool known = unpacker.number() == kScopeHeadLayout;
  take_scope(unpacker, scope);
  return known && unpacker.ok();
}

seal::PlainBytes pack_members(const ScopeEntry& entry) {
  Packer packer;
  packer.put(kMembersLayout);
  put_scope(packer, entry.scope);
  packer.put(static_cast<std::uint64_t>(entry.members.size()));
  for (const auto& member : entry.members) packer.put(std::span<const std::uint8_t>(member.bytes));
  return packer.finish(4096);
}

bool unpack_members(seal::ByteView bytes, ScopeEntry& entry) {
  Unpacker unpacker(bytes);
  const bool known = unpacker.number() == kMembersLayout;
  take_scope(unpacker, entry.scope);
  const auto count = unpacker.number();
  if (!known || !unpacker.ok() || count > bytes.size()) return false;
  entry.members.resize(static_cast<std::size_t>(count));
  for (auto& member : entry.members) unpacker.bytes(member.bytes);
  return unpacker.ok();
}

seal::PlainBytes pack_references(const ScopeEntry& entry) {
  Packer packer;
  packer.put(kReferencesLayout);
  packer.put(static_cast<std::uint64_t>(entry.references.size()));
  for (const auto& reference : entry.references) packer.put(std::span<const std::uint8_t>(reference.bytes));
  return packer.finish(4096);
}

bool unpack_references(seal::ByteView bytes, ScopeEntry& entry) {
  Unpacker unpacker(bytes);
  const bool known = unpacker.number() == kReferencesLayout;
  const auto count = unpacker.number();
  if (!known || count != entry.members.size()) return false;
  entry.references.resize(static_cast<std::size_t>(count));
  for (auto& reference : entry.references) unpacker.bytes(reference.bytes);
  return unpacker.ok();
}

void ScopeEntry::index() {
  place_of.clear();
  member_of.clear();
  for (std::size_t i = 0; i < members.size(); ++i) place_of.emplace(members[i], i);
  for (std::size_t i = 0; i < references.size(); ++i) member_of.emplace(references[i], i);
}

std::optional<std::size_t> ScopeEntry::place(const PersonId& person) const {
  if (place_of.empty()) {
    const auto at = std::find(members.begin(), members.end(), person);
    return at == members.end() ? std::nullopt : std::optional(static_cast<std::size_t>(at - members.begin()));
  }
  const auto at = place_of.find(person);
  return at == place_of.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace kinfold::identity
