#include "site/request.h"

#include <algorithm>
#include <filesystem>

#include "site/certificates.h"
#include "site/vault.h"

namespace kinfold::site {
namespace {

Result<std::vector<seal::Id>> sent_requests(Site& site, const std::string& department) {
  std::vector<seal::Id> sent;
  auto read = site.ledger().for_each(0, [&](const ledger::Recorded& recorded) {
    const auto& entry = recorded.entry;
    if (entry.verb == ledger::Verb::kSend && entry.kind.text() == "request" &&
        entry.party.text() == department) {
      sent.push_back(entry.subject);
    }
    return true;
  });
  if (!read.ok()) return read.error();
  return sent;
}

/// A run killed between sealing a request and recording it leaves a file that was never sent: it goes.
void discard_unrecorded(const Site& site, const std::string& department, const std::vector<seal::Id>& sent) {
  const std::string prefix = "request-" + department + "-";
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(site.paths().outbox(), error)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(prefix)) continue;
    const auto id = seal::parse_id(name.substr(prefix.size(), 32));
    if (id && std::find(sent.begin(), sent.end(), *id) == sent.end())
      std::filesystem::remove(entry.path(), error);
  }
}

/// Requests of which the department has sent no certificate of destruction.
std::size_t undestroyed(const Site& site, const std::string& department, const std::vector<seal::Id>& sent) {
  const auto destroyed = destroyed_packages(site, department);
  return static_cast<std::size_t>(
      std::count_if(sent.begin(), sent.end(), [&](const auto& id) { return !destroyed.contains(id); }));
}

/// Somebody who could not be in the department's register at any time that may be asked about is
/// not asked about: fewer names go out.
bool could_be_found(const identity::Identity& person, const charter::Party& department,
                    const charter::Flow& back, Date today) {
  if (!person.date_of_birth) return true;
  const Date first = back.window_from.value_or(*person.date_of_birth);
  const Date last = std::min(back.window_until.value_or(today), today);
  if (department.age_min && age_years(*person.date_of_birth, last) < *department.age_min) return false;
  if (department.age_max && age_years(*person.date_of_birth, first) > *department.age_max) return false;
  return true;
}

struct Chosen {
  std::vector<identity::PersonId> people;
  std::uint64_t restricted_count = 0;
  std::uint64_t objected_count = 0;
  std::uint64_t out_of_age_count = 0;
};

Chosen choose(const identity::Vault& vault, const identity::ObjectionBook& book,
              const charter::Party& department, const charter::Flow& back, Date today) {
  Chosen chosen;
  for (const auto& id : vault.people()) {
    const auto person = vault.find(id);
    if (!person || person->versions.empty()) continue;
    const auto& identity = person->versions.back().identity;
    const bool objected = std::any_of(person->versions.begin(), person->versions.end(),
                                      [&](const auto& version) { return book.matches(version.identity); });
    if (objected) {
      ++chosen.objected_count;
    } else if (person->restricted) {
      ++chosen.restricted_count;
    } else if (!could_be_found(identity, department, back, today)) {
      ++chosen.out_of_age_count;
    } else {
      chosen.people.push_back(id);
    }
  }
  return chosen;
}

Status note_request(Site& site, const seal::Id& id, const std::string& department, const std::string& actor,
                    const Chosen& chosen) {
  ledger::Entry entry;
  entry.verb = ledger::Verb::kRequest;
  entry.subject = id;
  entry.party = department;
  entry.actor = actor;
  entry.duty = charter::name(charter::Duty::kLinkage);
  entry.counts = {{ledger::CountKind::kPeople, chosen.people.size()},
                  {ledger::CountKind::kObjected, chosen.objected_count}};
  return site.note(entry);
}

}  // namespace

Result<Report> request_department(Site& site, const std::string& department, const std::string& actor) {
  if (site.party().role != charter::Role::kTrustedParty)
    return refused("only the trusted party sends requests");
  if (auto s = site.door().may_act(actor, charter::Duty::kLinkage); !s.ok()) return s.error();
  const auto* party = site.charter().find_party(department);
  if (party == nullptr || party->role != charter::Role::kDepartment) {
    return invalid("the charter has no such department");
  }
  const auto* flow = site.charter().find_flow(charter::Kind::kRequest, site.party().id, department);
  const auto* back = site.charter().find_flow(charter::Kind::kReturn, department, site.party().id);
  if (flow == nullptr || back == nullptr)
    return refused("the charter has no request to this department, or no return from it");
  if (auto s = site.may_send(charter::Kind::kRequest, department, flow->data_classes); !s.ok())
    return s.error();
  const auto earlier = sent_requests(site, department);
  if (!earlier.ok()) return earlier.error();
  discard_unrecorded(site, department, earlier.value());
  if (const auto count = undestroyed(site, department, earlier.value()); count > 0) {
    return site.refuse(ledger::Verb::kRequest, ledger::Reason::kOverdueDestruction,
                       refused("the department has sent no certificate of destruction for " +
                               std::to_string(count) + " earlier request(s): receive it, then ask again"));
  }
  const auto expires = charter::expiry(site.charter(), charter::Kind::kRequest, department, site.today());
  if (!expires.ok()) return expires.error();

  auto objections = open_objections(site, actor);
  if (!objections.ok()) return objections.error();
  auto vault = open_vault(site, {actor, kLinkagePurpose, charter::Duty::kLinkage, {}});
  if (!vault.ok()) return vault.error();
  const auto chosen = choose(vault.value().vault, objections.value().book, *party, *back, site.today());
  if (chosen.people.empty()) return refused("there is nobody to ask about: receive submissions first");

  const auto id = seal::random_id();
  const auto scope = seal::to_hex(id);
  const auto issued = vault.value().vault.issue(
      {scope, department, flow->purpose, site.today(), expires.value()}, chosen.people);
  if (!issued.ok()) return issued.error();
  auto people = vault.value().vault.request_people(scope);
  if (!people.ok()) return people.error();
  seal::Contents contents;
  contents.tables.push_back({"people", std::move(people).value()});
  const auto sent = site.send(
      {seal::PackageKind::kRequest, department, flow->purpose, flow->data_classes, id, {}, expires.value()},
      contents);
  contents.wipe();
  if (!sent.ok()) return sent.error();
  if (auto s = note_request(site, id, department, actor, chosen); !s.ok()) return s.error();

  Report report;
  report.headline = "Sealed a request for " + party->name + ".";
  report.count("people", "People asked about", chosen.people.size())
      .count("out_of_age", "Not asked about: could not be in that register", chosen.out_of_age_count)
      .count("objected", "Not asked about: objected", chosen.objected_count)
      .count("restricted", "Not asked about: restricted", chosen.restricted_count)
      .text("sealed_file", "Sealed file", sent.value().path)
      .text("expires", "Must be destroyed there by", to_iso(expires.value()));
  return report;
}

}  // namespace kinfold::site
