// The key table of a release: made with the vault open and without any attribute.
#include <algorithm>
#include <map>

#include "site/release.h"
#include "site/vault.h"

namespace kinfold::site {
namespace {

using table::ColumnType;

/// Random, positive, and small enough to be exact in any program that reads numbers as doubles.
std::int64_t fresh_number() { return static_cast<std::int64_t>(seal::random_below(1ULL << 52)) + 1; }

struct Keys {
  table::Table table;
  std::uint64_t person_count = 0;
  std::uint64_t left_out_count = 0;
};

bool is_out(const identity::PersonRecord& person, const identity::ObjectionBook& book) {
  return person.restricted ||
         std::any_of(person.versions.begin(), person.versions.end(),
                     [&](const auto& version) { return book.matches(version.identity); });
}

Result<Keys> keys_of(const identity::Vault& vault, const identity::ObjectionBook& book) {
  Keys keys;
  keys.table.add("scope", ColumnType::kString);
  keys.table.add("reference", ColumnType::kString);
  keys.table.add("person", ColumnType::kInt64);
  keys.table.add("family", ColumnType::kInt64);
  auto& columns = keys.table.columns();
  const auto scopes = vault.scopes();
  std::map<identity::FamilyId, std::int64_t> families;
  for (const auto& id : vault.people()) {
    const auto person = vault.find(id);
    if (!person || person->versions.empty()) continue;
    if (is_out(*person, book)) {
      ++keys.left_out_count;
      continue;
    }
    ++keys.person_count;
    const auto number = fresh_number();
    for (const auto& scope : scopes) {
      const auto reference = vault.reference_of(scope.id, id);
      if (!reference.ok()) return reference.error();
      if (!reference.value()) continue;
      columns[0].append_string(scope.id);
      columns[1].append_string(identity::to_text(*reference.value()));
      columns[2].append_int(number);
      const auto version = std::find_if(person->versions.begin(), person->versions.end(),
                                        [&](const auto& each) { return each.origin.submission == scope.id; });
      const auto& family = (version != person->versions.end() ? *version : person->versions.back()).family;
      if (!family) {
        columns[3].append_null();
        continue;
      }
      const auto known = families.try_emplace(*family, 0).first;
      if (known->second == 0) known->second = fresh_number();
      columns[3].append_int(known->second);
    }
  }
  return keys;
}

}  // namespace

Result<Report> prepare_release(Site& site, const std::string& actor) {
  if (auto s = site.door().may_act(actor, charter::Duty::kLinkage); !s.ok()) return s.error();
  auto objections = open_objections(site, actor);
  if (!objections.ok()) return objections.error();
  auto vault = open_vault(site, {actor, kLinkagePurpose, charter::Duty::kLinkage, {}});
  if (!vault.ok()) return vault.error();
  auto keys = keys_of(vault.value().vault, objections.value().book);
  if (!keys.ok()) return keys.error();
  if (keys.value().table.row_count() == 0)
    return refused("there is nobody to release: receive submissions first");

  const auto earlier = key_tables(site);
  if (!earlier.ok()) return earlier.error();
  holding::NewHolding fresh;
  fresh.kind = charter::Kind::kAttributes;
  fresh.data_classes = {"family"};
  fresh.origin = site.party().id;
  fresh.purpose = kEvaluationPurpose;
  seal::Contents contents;
  contents.tables.push_back({"keys", std::move(keys.value().table)});
  const auto stored =
      site.door().store(fresh, contents, {actor, kLinkagePurpose, charter::Duty::kLinkage, {}});
  contents.wipe();
  if (!stored.ok()) return stored.error();
  for (const auto& old : earlier.value()) {
    if (const auto gone = site.door().destroy(old.id, actor, ledger::Reason::kNone); !gone.ok())
      return gone.error();
  }
  Report report;
  report.headline = "The key table is ready: an analyst can make the release now.";
  report.count("people", "People", keys.value().person_count)
      .count("left_out", "Left out: objected, withdrew or restricted", keys.value().left_out_count)
      .text("holding", "Holding", seal::to_hex(stored.value().id));
  return report;
}

Result<std::vector<holding::Holding>> key_tables(Site& site) {
  auto live = site.door().live(charter::Kind::kAttributes);
  if (!live.ok()) return live.error();
  std::vector<holding::Holding> found;
  for (auto& each : live.value()) {
    if (!each.package && each.origin == site.party().id) found.push_back(std::move(each));
  }
  return found;
}

}  // namespace kinfold::site
