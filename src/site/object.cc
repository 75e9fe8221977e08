#include "site/object.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "site/cases.h"
#include "site/vault.h"

namespace kinfold::site {
namespace {

using table::ColumnType;

const char* const kObjectors = "objectors";
const char* const kWithdrawn = "withdrawn";

Status note_objection(Site& site, ledger::Verb verb, const std::string& actor, std::uint64_t person_count,
                      ledger::Reason reason = ledger::Reason::kNone) {
  ledger::Entry entry;
  entry.verb = verb;
  entry.reason = reason;
  entry.actor = actor;
  entry.purpose = kRightsPurpose;
  entry.counts = {{ledger::CountKind::kPeople, person_count}};
  return site.note(entry);
}

Result<Notice> tell_trusted_party(Site& site, const identity::Identity& person) {
  const auto trusted = site.charter().parties_with(charter::Role::kTrustedParty);
  if (trusted.empty()) return invalid("the charter has no trusted party");
  auto objectors = identity::empty_identities();
  identity::append_identity(objectors, person);
  seal::Contents contents;
  contents.tables.push_back({kObjectors, std::move(objectors)});
  auto notice = send_notice(site, trusted.front()->id, {kIdentityClass}, {}, contents);
  contents.wipe();
  return notice;
}

/// Which of the vault's people this is; records judged to be the same person, not a guess.
Result<std::vector<identity::PersonId>> people_of(const identity::Vault& vault,
                                                  const identity::Identity& person) {
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
  std::vector<Notice> notices;
};

/// Restricts the people in the vault and tells each department that still holds a request with them, and
/// research.
Result<Stopped> stop(Site& site, const std::vector<identity::Identity>& objectors,
                     const holding::Asking& linking) {
  auto vault = open_vault_to_search(site, linking);
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
  auto notices = tell_everybody(site, vault.value().vault, people);
  if (!notices.ok()) return notices.error();
  stopped.notices = std::move(notices).value();
  return stopped;
}

}  // namespace

Result<std::vector<Notice>> tell_departments(Site& site, const identity::Vault& vault,
                                             const std::vector<identity::PersonId>& people) {
  std::vector<Notice> notices;
  for (const auto& scope : vault.scopes()) {
    const auto* party = site.charter().find_party(scope.recipient);
    if (party == nullptr || party->role != charter::Role::kDepartment || scope.expires < site.today())
      continue;
    table::Table withdrawn;
    auto& reference = withdrawn.add("reference", ColumnType::kString);
    for (const auto& person : people) {
      const auto known = vault.reference_of(scope.id, person);
      if (!known.ok()) return known.error();
      if (known.value()) reference.append_string(identity::to_text(*known.value()));
    }
    const auto request = seal::parse_id(scope.id);
    if (withdrawn.row_count() == 0 || !request) continue;
    seal::Contents contents;
    contents.tables.push_back({kWithdrawn, std::move(withdrawn)});
    auto notice = send_notice(site, scope.recipient, {}, *request, contents);
    if (!notice.ok()) return notice.error();
    notices.push_back(std::move(notice).value());
  }
  return notices;
}

Result<std::vector<Notice>> tell_research(Site& site, const Withdrawal& told) {
  std::vector<Notice> notices;
  for (const auto* research : site.charter().parties_with(charter::Role::kResearch)) {
    const auto released = ledger::has_entry(site.ledger(), [&](const ledger::Entry& entry) {
      return entry.verb == ledger::Verb::kSend && entry.kind.text() == "release" &&
             entry.party.text() == research->id;
    });
    if (!released.ok()) return released.error();
    if (!released.value()) continue;
    // Nobody's row can be named there: a release has neither names nor references. What is told is that the
    // next one has other people, so that a table made again is not laid beside the one before.
    const std::string text =
        "{\"format\":\"kinfold withdrawal 1\",\"people\":" + std::to_string(told.person_count) +
        (told.came_back ? ",\"came_back\":true}" : "}");
    const auto bytes = seal::as_bytes(text);
    seal::Contents contents;
    contents.documents.push_back({kWithdrawalDocument, seal::PlainBytes(bytes.begin(), bytes.end())});
    auto notice = send_notice(site, research->id, {}, {}, contents);
    if (!notice.ok()) return notice.error();
    notices.push_back(std::move(notice).value());
  }
  return notices;
}

Result<std::vector<Notice>> tell_everybody(Site& site, const identity::Vault& vault,
                                           const std::vector<identity::PersonId>& people) {
  auto notices = tell_departments(site, vault, people);
  if (!notices.ok() || people.empty()) return notices;
  auto research = tell_research(site, {people.size(), false});
  if (!research.ok()) return research;
  for (auto& notice : research.value()) notices.value().push_back(std::move(notice));
  return notices;
}

Result<Report> object(Site& site, const identity::Identity& person, const std::string& actor,
                      const std::string& linker, const std::string& case_id) {
  const auto role = site.party().role;
  if (role != charter::Role::kAuthority && role != charter::Role::kTrustedParty) {
    return refused("objections are taken by an authority or the trusted party");
  }
  const bool has_case = role == charter::Role::kAuthority || !linker.empty();
  if (has_case) {
    if (auto s = site.door().may_act(actor, charter::Duty::kDataProtection); !s.ok()) return s.error();
    if (role == charter::Role::kTrustedParty) {
      if (auto s = site.door().may_act(linker, charter::Duty::kLinkage); !s.ok()) return s.error();
    }
    if (auto s = case_can_be_answered(site, rights::Right::kObjection, case_id, actor); !s.ok())
      return s.error();
  } else if (!case_id.empty()) {
    return refused("a case is answered by two people: --with somebody of the duty `linkage`");
  } else if (auto s = site.door().may_act(actor, charter::Duty::kLinkage); !s.ok()) {
    return refused(
        "here an objection is noted by the duty `linkage`, or by `data-protection` with somebody of it "
        "beside them (--with)");
  }
  RightsAct act{rights::Right::kObjection, ledger::Verb::kObject, actor, linker, {}, {}, 0, case_id};
  // Told first: what cannot be passed on is not said to be noted.
  if (role == charter::Role::kAuthority) {
    auto notice = tell_trusted_party(site, person);
    if (!notice.ok()) return notice.error();
    act.notices.push_back(std::move(notice).value());
  }
  auto added = [&]() -> Result<bool> {
    auto objections = open_objections(site, actor);
    if (!objections.ok()) return objections.error();
    return objections.value().book.add(person, site.today());
  }();
  if (!added.ok()) return added.error();
  Report report;
  report.headline = added.value() ? "The objection is noted, without the name."
                                  : "This person's objection was noted before.";
  if (role == charter::Role::kTrustedParty) {
    auto stopped =
        stop(site, {person},
             {has_case ? linker : actor, kRightsPurpose, charter::Duty::kLinkage, has_case ? actor : ""});
    if (!stopped.ok()) return stopped.error();
    report.count("restricted", "Records restricted in the vault", stopped.value().person_count);
    act.notices = std::move(stopped.value().notices);
  }
  if (has_case) {
    const auto a_case = keep_case(site, act);
    if (!a_case.ok()) return a_case.error();
    tell_of(report, a_case.value(), act.notices);
  } else {
    if (auto s = note_objection(site, ledger::Verb::kObject, actor, 1); !s.ok()) return s.error();
    for (const auto& notice : act.notices)
      report.notes.push_back("Notice for " + notice.party + ": " + notice.path);
  }
  report.notes.push_back("Figures that are already published cannot be taken back; they name nobody.");
  return report;
}

Result<Report> receive_objectors(Site& site, const table::Table& objectors, const std::string& actor) {
  if (site.party().role != charter::Role::kTrustedParty)
    return refused("only the trusted party receives objections from authorities");
  const auto people = identity::identities_of(objectors);
  if (!people.ok()) return people.error();
  {
    auto objections = open_objections(site, actor);
    if (!objections.ok()) return objections.error();
    if (auto s = objections.value().book.add_all(people.value(), site.today()); !s.ok()) return s.error();
  }
  auto stopped = stop(site, people.value(), {actor, kRightsPurpose, charter::Duty::kLinkage, {}});
  if (!stopped.ok()) return stopped.error();
  if (auto s = note_objection(site, ledger::Verb::kWithdraw, actor, stopped.value().person_count); !s.ok())
    return s.error();
  Report report;
  report.headline = "Noted the objections; from now on nothing about these people goes out.";
  report.count("objectors", "Objections", people.value().size())
      .count("restricted", "Records restricted in the vault", stopped.value().person_count);
  for (const auto& notice : stopped.value().notices)
    report.notes.push_back("Notice for " + notice.party + ": " + notice.path);
  return report;
}

Result<Report> receive_withdrawn(Site& site, const seal::OpenedFile& file, const table::Table& withdrawn,
                                 const std::string& actor) {
  if (site.party().role != charter::Role::kDepartment)
    return refused("only a department receives withdrawals by reference");
  const auto reference = withdrawn.require("reference", ColumnType::kString);
  if (!reference.ok()) return reference.error();
  std::vector<std::string> gone;
  for (std::size_t row = 0; row < withdrawn.row_count(); ++row)
    gone.emplace_back(reference.value()->string_at(row));
  std::sort(gone.begin(), gone.end());

  Report report;
  const auto live = site.door().live(charter::Kind::kRequest);
  if (!live.ok()) return live.error();
  std::uint64_t row_count = 0;
  bool here = false;
  for (const auto& request : live.value()) {
    if (request.package != file.manifest.in_answer_to) continue;
    here = true;
    const auto dropped =
        drop_rows(site, request, "people", gone, {actor, kLinkagePurpose, charter::Duty::kLinkage, {}});
    if (!dropped.ok()) return dropped.error();
    row_count += dropped.value();
  }
  report.headline = row_count > 0 ? "Took them out of the request."
                    : here        ? "None of them is in the request any more; there is nothing to take out."
                                  : "The request is gone already; there is nothing to take out.";
  report.count("rows", "Rows taken out", row_count);
  const auto receipt = answer_notice(site, file.manifest.from, file.manifest.id, row_count);
  if (!receipt.ok()) return receipt.error();
  report.text("sealed_file", "Receipt", receipt.value());
  return report;
}

Result<Withdrawal> parse_withdrawal(std::string_view json) {
  const auto told = nlohmann::json::parse(json, nullptr, false);
  const bool whole = told.is_object() && told.contains("people") && told["people"].is_number_unsigned() &&
                     (!told.contains("came_back") || told["came_back"].is_boolean());
  if (!whole) return invalid("the notice of a withdrawal is malformed; ask for a new one");
  return Withdrawal{told["people"].get<std::uint64_t>(), told.value("came_back", false)};
}

Result<Report> receive_withdrawal(Site& site, const seal::OpenedFile& file,
                                  const seal::Document& withdrawal) {
  if (site.party().role != charter::Role::kResearch)
    return refused("only research is told how many people withdrew");
  const auto told = parse_withdrawal(seal::as_text(withdrawal.bytes));
  if (!told.ok()) return told.error();
  const auto& [person_count, came_back] = told.value();
  // As at the trusted party, the end of a restriction is told from it by its reason.
  const auto noted =
      came_back ? note_objection(site, ledger::Verb::kRestrict, {}, person_count, ledger::Reason::kRights)
                : note_objection(site, ledger::Verb::kWithdraw, {}, person_count);
  if (!noted.ok()) return noted.error();
  const auto receipt = answer_notice(site, file.manifest.from, file.manifest.id, 0);
  if (!receipt.ok()) return receipt.error();
  Report report;
  report.headline = came_back ? "Restrictions were lifted: the next release has these people again."
                              : "People withdrew: the next release is without them.";
  report.count("people", "People", person_count).text("sealed_file", "Receipt", receipt.value());
  report.notes.push_back(
      "A table made again from the next release differs from the published one by these people alone; "
      "`kinfold check` holds the two against each other.");
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
      if (!std::binary_search(references.begin(), references.end(), std::string(column->string_at(row))))
        keep.push_back(row);
    }
    if (each.name == table_name) dropped = each.table.row_count() - keep.size();
    auto kept = each.table.take(keep);
    each.table.wipe();
    each.table = std::move(kept);
  }
  if (dropped == 0) return dropped;
  const auto stored = site.door().store(holding::as_new(from), contents.value(), who);
  contents.value().wipe();
  if (!stored.ok()) return stored.error();
  if (const auto old = site.door().destroy(from.id, who.actor, ledger::Reason::kRights); !old.ok())
    return old.error();
  return dropped;
}

}  // namespace kinfold::site
