#include "site/object.h"

#include <algorithm>

#include "site/cases.h"
#include "site/vault.h"

namespace kinfold::site {
namespace {

using table::ColumnType;

const char* const kObjectors = "objectors";
const char* const kWithdrawn = "withdrawn";

Status note_objection(Site& site, ledger::Verb verb, const std::string& actor, std::uint64_t person_count) {
  ledger::Entry entry;
  entry.verb = verb;
  entry.actor = actor;
  entry.purpose = kRightsPurpose;
  entry.counts = {{ledger::CountKind::kPeople, person_count}};
  return site.note(entry);
}

Result<std::string> tell_trusted_party(Site& site, const identity::Identity& person) {
  const auto trusted = site.charter().parties_with(charter::Role::kTrustedParty);
  if (trusted.empty()) return invalid("the charter has no trusted party");
  const std::string to = trusted.front()->id;
  const auto expires = charter::expiry(site.charter(), charter::Kind::kNotice, to, site.today());
  if (!expires.ok()) return expires.error();
  auto objectors = identity::empty_identities();
  identity::append_identity(objectors, person);
  seal::Contents contents;
  contents.tables.push_back({kObjectors, std::move(objectors)});
  const auto sent = site.send({seal::PackageKind::kNotice, to, kRightsPurpose, {kIdentityClass}, {}, {}, expires.value()}, contents);
  contents.wipe();
  if (!sent.ok()) return sent.error();
  return sent.value().path;
}

/// Which of the vault's people this is; records judged to be the same person, not a guess.
Result<std::vector<identity::PersonId>> people_of(const identity::Vault& vault, const identity::Identity& person) {
  const auto candidates = vault.search(person);
  if (!candidates.ok()) return candidates.error();
  std::vector<identity::PersonId> people;
  for (const auto& candidate : candidates.value()) {
    if (candidate.probability >= kSamePersonProbabilityMin) people.push_back(candidate.person);
  }
  return people;
}

struct Stopped {
  std::uint64_t person_count = 0;
  std::vector<std::string> notices;
};

/// Restricts the people in the vault and tells each department that still holds a request with them.
Result<Stopped> stop(Site& site, const std::vector<identity::Identity>& objectors, const std::string& actor) {
  auto vault = open_vault(site, {actor, kRightsPurpose, charter::Duty::kLinkage, {}});
  if (!vault.ok()) return vault.error();
  Stopped stopped;
  std::vector<identity::PersonId> people;
  for (const auto& objector : objectors) {
    const auto found = people_of(vault.value().vault, objector);
    if (!found.ok()) return found.error();
    for (const auto& person : found.value()) {
      if (auto s = vault.value().vault.restrict(person, true); !s.ok()) return s.error();
      people.push_back(person);
      ++stopped.person_count;
    }
  }
  auto notices = tell_departments(site, vault.value().vault, people);
  if (!notices.ok()) return notices.error();
  stopped.notices = std::move(notices).value();
  return stopped;
}

}  // namespace

Result<std::vector<std::string>> tell_departments(Site& site, const identity::Vault& vault,
                                                  const std::vector<identity::PersonId>& people) {
  std::vector<std::string> paths;
  for (const auto& scope : vault.scopes()) {
    const auto* party = site.charter().find_party(scope.recipient);
    if (party == nullptr || party->role != charter::Role::kDepartment || scope.expires < site.today()) continue;
    table::Table withdrawn;
    auto& reference = withdrawn.add("reference", ColumnType::kString);
    for (const auto& person : people) {
      if (const auto known = vault.reference_of(scope.id, person)) reference.append_string(identity::to_text(*known));
    }
    const auto request = seal::parse_id(scope.id);
    if (withdrawn.row_count() == 0 || !request) continue;
    const auto expires = charter::expiry(site.charter(), charter::Kind::kNotice, scope.recipient, site.today());
    if (!expires.ok()) return expires.error();
    seal::Contents contents;
    contents.tables.push_back({kWithdrawn, std::move(withdrawn)});
    const auto sent = site.send({seal::PackageKind::kNotice, scope.recipient, kRightsPurpose, {}, {}, *request, expires.value()}, contents);
    if (!sent.ok()) return sent.error();
    paths.push_back(sent.value().path);
  }
  return paths;
}

Result<Report> object(Site& site, const identity::Identity& person, const std::string& actor) {
  auto objections = open_objections(site, actor);
  if (!objections.ok()) return objections.error();
  const auto added = objections.value().book.add(person, site.today());
  if (!added.ok()) return added.error();
  Report report;
  report.headline = added.value() ? "The objection is noted, without the name." : "This person's objection was noted before.";
  if (site.party().role == charter::Role::kAuthority) {
    const auto path = tell_trusted_party(site, person);
    if (!path.ok()) return path.error();
    report.text("sealed_file", "Notice for the trusted party", path.value());
  } else if (site.party().role == charter::Role::kTrustedParty) {
    auto stopped = stop(site, {person}, actor);
    if (!stopped.ok()) return stopped.error();
    report.count("restricted", "Records restricted in the vault", stopped.value().person_count);
    for (const auto& path : stopped.value().notices) report.notes.push_back("Notice for a department: " + path);
  } else {
    return refused("objections are taken by an authority or the trusted party");
  }
  if (site.door().may_act(actor, charter::Duty::kDataProtection).ok()) {
    const auto a_case = keep_case(site, rights::Right::kObjection, actor, std::nullopt);
    if (!a_case.ok()) return a_case.error();
    report.text("case", "Case", a_case.value().id);
  }
  if (auto s = note_objection(site, ledger::Verb::kObject, actor, 1); !s.ok()) return s.error();
  report.notes.push_back("Figures that are already published cannot be taken back; they name nobody.");
  return report;
}

Result<Report> receive_objectors(Site& site, const table::Table& objectors, const std::string& actor) {
  if (site.party().role != charter::Role::kTrustedParty) return refused("only the trusted party receives objections from authorities");
  const auto people = identity::identities_of(objectors);
  if (!people.ok()) return people.error();
  {
    auto objections = open_objections(site, actor);
    if (!objections.ok()) return objections.error();
    if (auto s = objections.value().book.add_all(people.value(), site.today()); !s.ok()) return s.error();
  }
  auto stopped = stop(site, people.value(), actor);
  if (!stopped.ok()) return stopped.error();
  if (auto s = note_objection(site, ledger::Verb::kWithdraw, actor, stopped.value().person_count); !s.ok()) return s.error();
  Report report;
  report.headline = "Noted the objections; from now on nothing about these people goes out.";
  report.count("objectors", "Objections", people.value().size()).count("restricted", "Records restricted in the vault", stopped.value().person_count);
  for (const auto& path : stopped.value().notices) report.notes.push_back("Notice for a department: " + path);
  return report;
}

Result<Report> receive_withdrawn(Site& site, const seal::OpenedFile& file, const table::Table& withdrawn, const std::string& actor) {
  if (site.party().role != charter::Role::kDepartment) return refused("only a department receives withdrawals by reference");
  const auto reference = withdrawn.require("reference", ColumnType::kString);
  if (!reference.ok()) return reference.error();
  std::vector<std::string> gone;
  for (std::size_t row = 0; row < withdrawn.row_count(); ++row) gone.emplace_back(reference.value()->string_at(row));
  std::sort(gone.begin(), gone.end());

  Report report;
  const auto live = site.door().live(charter::Kind::kRequest);
  if (!live.ok()) return live.error();
  std::uint64_t row_count = 0;
  for (const auto& request : live.value()) {
    if (request.package != file.manifest.in_answer_to) continue;
    const auto dropped = drop_rows(site, request, "people", gone, {actor, kLinkagePurpose, charter::Duty::kLinkage, {}});
    if (!dropped.ok()) return dropped.error();
    row_count += dropped.value();
  }
  report.headline = row_count > 0 ? "Took them out of the request." : "The request is gone already; there is nothing to take out.";
  report.count("rows", "Rows taken out", row_count);
  const auto receipt = answer_notice(site, file.manifest, row_count);
  if (!receipt.ok()) return receipt.error();
  report.text("sealed_file", "Receipt", receipt.value());
  return report;
}

Result<std::uint64_t> drop_rows(Site& site, const holding::Holding& from, const std::string& table_name,
                                const std::vector<std::string>& references, const holding::Asking& who) {
  auto contents = site.door().open(from.id, who);
  if (!contents.ok()) return contents.error();
  std::uint64_t dropped = 0;
  for (auto& each : contents.value().tables) {
    const auto* column = each.table.find("reference");
    if (column == nullptr) continue;
    std::vector<std::size_t> keep;
    for (std::size_t row = 0; row < each.table.row_count(); ++row) {
      if (!std::binary_search(references.begin(), references.end(), std::string(column->string_at(row)))) keep.push_back(row);
    }
    if (each.name == table_name) dropped = each.table.row_count() - keep.size();
    auto kept = each.table.take(keep);
    each.table.wipe();
    each.table = std::move(kept);
  }
  if (dropped == 0) return dropped;
  holding::NewHolding fresh;
  fresh.kind = from.kind;
  fresh.data_classes = from.data_classes;
  fresh.origin = from.origin;
  fresh.party = from.party;
  fresh.purpose = from.purpose;
  fresh.expires = from.expires;
  fresh.package = from.package;
  fresh.in_answer_to = from.in_answer_to;
  const auto stored = site.door().store(fresh, contents.value(), who);
  contents.value().wipe();
  if (!stored.ok()) return stored.error();
  if (const auto old = site.door().destroy(from.id, who.actor, ledger::Reason::kRights); !old.ok()) return old.error();
  return dropped;
}

Result<std::string> answer_notice(Site& site, const seal::Manifest& notice, std::uint64_t row_count) {
  const auto expires = charter::expiry(site.charter(), charter::Kind::kNotice, notice.from, site.today());
  if (!expires.ok()) return expires.error();
  const std::string text = "{\"notice\":\"" + seal::to_hex(notice.id) + "\",\"done\":\"" + to_iso(site.today()) +
                           "\",\"rows\":" + std::to_string(row_count) + "}";
  const auto bytes = seal::as_bytes(text);
  seal::Contents contents;
  contents.documents.push_back({"receipt.json", seal::PlainBytes(bytes.begin(), bytes.end())});
  const auto sent = site.send({seal::PackageKind::kReceipt, notice.from, kRightsPurpose, {}, {}, notice.id, expires.value()}, contents);
  if (!sent.ok()) return sent.error();
  return sent.value().path;
}

}  // namespace kinfold::site
