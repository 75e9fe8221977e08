// A submission is parted in memory: identities to the vault, attributes to a holding of their own.
// The sealed file itself is not kept.
#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "site/receive.h"
#include "site/vault.h"

namespace kinfold::site {
namespace {

using table::ColumnType;
using table::Table;

/// Row `row` of attributes for each row of identities; the two tables have the same rows.
Result<std::vector<std::size_t>> pair_rows(const Table& identities, const Table& attributes) {
  const auto left = identities.require("row", ColumnType::kInt64);
  if (!left.ok()) return left.error();
  const auto right = attributes.require("row", ColumnType::kInt64);
  if (!right.ok()) return right.error();
  std::unordered_map<std::int64_t, std::size_t> place;
  for (std::size_t row = 0; row < attributes.row_count(); ++row)
    place.emplace(right.value()->int_at(row), row);
  std::vector<std::size_t> rows(identities.row_count());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto at = place.find(left.value()->int_at(row));
    if (at == place.end())
      return invalid("submission: a row of `identities` has no row in `attributes`; ask for a new file");
    rows[row] = at->second;
  }
  if (place.size() != attributes.row_count() || rows.size() != attributes.row_count()) {
    return invalid("submission: `identities` and `attributes` do not have the same rows; ask for a new file");
  }
  return rows;
}

/// Those who objected here before stay out, whatever the authority sends. The rest is taken in the order of
/// its values: the file's own order is random, and must not decide which of two spellings is the one in use.
std::vector<std::size_t> without_objectors(const std::vector<identity::Identity>& people,
                                           const identity::ObjectionBook& book) {
  std::vector<std::pair<std::string, std::size_t>> keep;
  for (std::size_t row = 0; row < people.size(); ++row) {
    if (!book.matches(people[row])) keep.emplace_back(identity::spelling(people[row]), row);
  }
  std::sort(keep.begin(), keep.end());
  std::vector<std::size_t> rows;
  for (auto& [key, row] : keep) {
    rows.push_back(row);
    seal::wipe(key.data(), key.size());
  }
  return rows;
}

/// The attribute side of the parted file: the reference in place of the person, and the two coarse
/// facts that a study needs (docs/decisions/0003).
Result<Table> attribute_rows(const Table& attributes, const std::vector<identity::Identity>& people,
                             const std::vector<identity::Reference>& references) {
  const auto start = attributes.require("start_date", ColumnType::kDate);
  if (!start.ok()) return start.error();
  table::Column reference("reference", ColumnType::kString);
  table::Column gender("gender", ColumnType::kString);
  table::Column age("age_at_start", ColumnType::kInt64);
  for (std::size_t row = 0; row < people.size(); ++row) {
    reference.append_string(identity::to_text(references[row]));
    people[row].gender.empty() ? gender.append_null() : gender.append_string(people[row].gender);
    if (people[row].date_of_birth && !start.value()->is_null(row)) {
      age.append_int(age_years(*people[row].date_of_birth, start.value()->date_at(row)));
    } else {
      age.append_null();
    }
  }
  std::vector<table::Column> columns{std::move(reference), std::move(gender), std::move(age)};
  for (const auto& column : attributes.columns()) {
    if (column.name() != "row" && column.name() != "family") columns.push_back(column);
  }
  // Sorted by reference, which is random: the order of the file is forgotten.
  Table table(std::move(columns));
  std::vector<std::size_t> order(people.size());
  for (std::size_t row = 0; row < order.size(); ++row) order[row] = row;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return references[a] < references[b]; });
  Table sorted = table.take(order);
  table.wipe();
  return sorted;
}

/// One reference a person, also for a person with two rows; those of an interrupted run are taken up again.
Result<std::vector<identity::Reference>> references_for(identity::Vault& vault,
                                                        const identity::ReferenceScope& scope,
                                                        const std::vector<identity::PersonId>& persons) {
  const auto scopes = vault.scopes();
  const bool issued =
      std::any_of(scopes.begin(), scopes.end(), [&](const auto& each) { return each.id == scope.id; });
  if (!issued) {
    std::vector<identity::PersonId> distinct(persons);
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    if (const auto fresh = vault.issue(scope, distinct); !fresh.ok()) return fresh.error();
  }
  std::vector<identity::Reference> references;
  for (const auto& person : persons) {
    const auto reference = vault.reference_of(scope.id, person);
    if (!reference.ok()) return reference.error();
    if (!reference.value()) return internal_error("the references of this submission are incomplete");
    references.push_back(*reference.value());
  }
  return references;
}

/// What a killed run had put into the vault: every row's spelling is there, as it came.
Result<identity::ReceivedPeople> people_there(const identity::Vault& vault,
                                              const std::vector<identity::Identity>& rows) {
  std::map<std::string, std::pair<identity::PersonId, identity::FamilyId>> known;
  for (const auto& id : vault.people()) {
    const auto person = vault.find(id);
    if (!person) continue;
    for (const auto& version : person->versions) {
      known.insert_or_assign(identity::spelling(version.identity),
                             std::pair(id, version.family.value_or(identity::FamilyId{})));
    }
  }
  identity::ReceivedPeople people;
  for (const auto& row : rows) {
    const auto found = known.find(identity::spelling(row));
    if (found == known.end())
      return internal_error("the vault has this submission, but not all of its people");
    people.persons.push_back(found->second.first);
    people.families.push_back(found->second.second);
  }
  people.found_person_count = people.persons.size();
  return people;
}

struct Parted {
  Table attributes;
  identity::ReceivedPeople people;
  std::uint64_t objected_count = 0;
};

Result<Parted> part(Site& site, const seal::OpenedFile& file, const std::string& actor) {
  const auto identities = file.contents.require("identities");
  if (!identities.ok()) return identities.error();
  const auto attributes = file.contents.require("attributes");
  if (!attributes.ok()) return attributes.error();
  const auto paired = pair_rows(*identities.value(), *attributes.value());
  if (!paired.ok()) return paired.error();
  auto everybody = identity::identities_of(*identities.value());
  if (!everybody.ok()) return everybody.error();
  auto objections = open_objections(site, actor);
  if (!objections.ok()) return objections.error();
  const auto keep = without_objectors(everybody.value(), objections.value().book);

  std::vector<identity::Identity> people;
  std::vector<std::size_t> attribute_order;
  for (const auto row : keep) {
    people.push_back(std::move(everybody.value()[row]));
    attribute_order.push_back(paired.value()[row]);
  }
  Table kept_identities = identities.value()->take(keep);
  Table kept_attributes = attributes.value()->take(attribute_order);
  const auto family = kept_attributes.require("family", ColumnType::kInt64);
  if (!family.ok()) return family.error();
  std::vector<std::int64_t> families;
  for (std::size_t row = 0; row < kept_attributes.row_count(); ++row)
    families.push_back(family.value()->int_at(row));

  auto vault = open_vault(site, {actor, kLinkagePurpose, charter::Duty::kLinkage, {}});
  if (!vault.ok()) return vault.error();
  const std::string submission = seal::to_hex(file.manifest.id);
  auto received = vault.value().vault.has_submission(submission)
                      ? people_there(vault.value().vault, people)
                      : vault.value().vault.add_or_find(kept_identities, families,
                                                        {file.manifest.from, submission, site.today()});
  kept_identities.wipe();
  if (!received.ok()) return received.error();
  const auto expires =
      charter::expiry(site.charter(), charter::Kind::kAttributes, site.party().id, site.today());
  if (!expires.ok()) return expires.error();
  const auto references = references_for(
      vault.value().vault, {submission, site.party().id, kEvaluationPurpose, site.today(), expires.value()},
      received.value().persons);
  if (!references.ok()) return references.error();
  auto rows = attribute_rows(kept_attributes, people, references.value());
  kept_attributes.wipe();
  if (!rows.ok()) return rows.error();
  return Parted{std::move(rows).value(), std::move(received).value(), everybody.value().size() - keep.size()};
}

}  // namespace

Result<Report> receive_submission(Site& site, seal::OpenedFile& file, const std::string& actor) {
  if (site.party().role != charter::Role::kTrustedParty)
    return refused("only the trusted party receives submissions");
  if (auto s = site.door().may_act(actor, charter::Duty::kLinkage); !s.ok()) return s.error();
  if (const auto before = holding_of_package(site, file.manifest.id)) return already_held(*before);
  auto parted = part(site, file, actor);
  if (!parted.ok()) return parted.error();
  auto& [attributes, people, objected_count] = parted.value();

  holding::NewHolding fresh;
  fresh.kind = charter::Kind::kAttributes;
  fresh.data_classes = file.manifest.data_classes;
  std::erase(fresh.data_classes, kIdentityClass);
  fresh.origin = file.manifest.from;
  fresh.purpose = kEvaluationPurpose;
  fresh.package = file.manifest.id;
  seal::Contents contents;
  contents.tables.push_back({"attributes", std::move(attributes)});
  const auto stored =
      site.door().store(fresh, contents, {actor, kLinkagePurpose, charter::Duty::kLinkage, {}});
  contents.wipe();
  if (!stored.ok()) return stored.error();

  Report report;
  report.headline = "Received and parted: identities to the vault, attributes to a holding of their own.";
  report.count("people", "People", people.persons.size())
      .count("new_people", "  new in the vault", people.new_person_count)
      .count("found_people", "  there already", people.found_person_count)
      .count("new_spellings", "  of those, spelt otherwise", people.new_spelling_count)
      .count("objected", "Objected here before, left out", objected_count)
      .text("holding", "Holding of attributes", seal::to_hex(stored.value().id));
  return report;
}

}  // namespace kinfold::site
