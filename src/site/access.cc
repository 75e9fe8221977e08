// A copy of everything held about one person, by two people: one opens the vault, the other the rest.
#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "identity/reference.h"
#include "rights/access_copy.h"
#include "seal/files.h"
#include "site/cases.h"
#include "site/certificates.h"
#include "site/held.h"
#include "site/release.h"
#include "site/rights.h"
#include "site/vault.h"

namespace kinfold::site {
namespace {

/// The person's own rows of one table, without the reference.
table::Table rows_of(const table::Table& table, const std::string& reference) {
  const auto* column = table.find("reference");
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; column != nullptr && row < table.row_count(); ++row) {
    if (column->string_at(row) == reference) rows.push_back(row);
  }
  return table.take(rows);
}

std::string labels_of(const charter::Charter& charter, const std::vector<std::string>& classes) {
  std::vector<std::string> labels;
  for (const auto& id : classes) {
    if (const auto* data_class = charter.find_data_class(id)) labels.push_back(data_class->label);
  }
  return join(labels, "; ");
}

/// Every law that these classes rest on, once each.
std::string laws_of(const charter::Charter& charter, const std::vector<std::string>& classes) {
  std::vector<std::string> laws;
  for (const auto& id : classes) {
    const auto* data_class = charter.find_data_class(id);
    if (data_class == nullptr) continue;
    for (const auto* text :
         {&data_class->lawful_basis, &data_class->special_condition, &data_class->national_law}) {
      for (const auto part : split(*text, ',')) {
        const std::string law(trim(part));
        if (!law.empty() && std::find(laws.begin(), laws.end(), law) == laws.end()) laws.push_back(law);
      }
    }
  }
  return join(laws, ", ");
}

std::string name_of(const charter::Charter& charter, const std::string& id) {
  const auto* party = charter.find_party(id);
  return party == nullptr ? id : party->name;
}

Result<std::vector<rights::HeldAttributes>> attributes_of(Site& site, const PersonTrail& trail,
                                                          const holding::Asking& who) {
  const auto held = holdings_with(site, trail);
  if (!held.ok()) return held.error();
  std::vector<rights::HeldAttributes> found;
  for (const auto& each : held.value()) {
    auto contents = site.door().open(each.holding.id, who);
    if (!contents.ok()) return contents.error();
    for (const auto& named : contents.value().tables) {
      if (named.name == "links") continue;  // a grade says something of records, nothing of the person
      auto rows = rows_of(named.table, each.reference);
      if (rows.row_count() == 0) continue;
      found.push_back({name_of(site.charter(), each.holding.origin),
                       labels_of(site.charter(), each.holding.data_classes),
                       laws_of(site.charter(), each.holding.data_classes), date_of(each.holding.created),
                       each.holding.expires, std::move(rows)});
    }
    contents.value().wipe();
  }
  return found;
}

std::vector<rights::Recipient> recipients_of(const Site& site, const PersonTrail& trail) {
  std::vector<rights::Recipient> recipients;
  for (const auto& each : trail.scopes) {
    const auto* party = site.charter().find_party(each.scope.recipient);
    if (party == nullptr || party->role != charter::Role::kDepartment) continue;
    const auto* identity = site.charter().find_data_class(kIdentityClass);
    const auto request = seal::parse_id(each.scope.id);
    const bool destroyed = request && destroyed_packages(site, party->id).contains(*request);
    recipients.push_back({party->name, identity == nullptr ? "" : identity->label, party->what_for,
                          each.scope.issued, each.scope.expires, destroyed});
  }
  return recipients;
}

Result<rights::Found> everything(Site& site, const PersonTrail& trail, const holding::Asking& who) {
  rights::Found found;
  const auto& charter = site.charter();
  found.programme = charter.title;
  found.holder = site.party().name;
  found.made_on = site.today();
  for (const auto& purpose : charter.purposes) {
    if (purpose.id == kEvaluationPurpose) found.purpose = purpose.text;
  }
  found.lawful_basis = laws_of(charter, {kIdentityClass});
  for (const auto& data_class : charter.data_classes) {
    for (const auto& variable : data_class.variables) found.labels.emplace(variable.id, variable.label);
  }
  found.kept_until = charter.ends;
  for (const auto& party : charter.parties) found.party_names.emplace(party.id, party.name);
  found.versions = trail.record.versions;
  found.restricted = trail.record.restricted;
  auto attributes = attributes_of(site, trail, who);
  if (!attributes.ok()) return attributes.error();
  found.attributes = std::move(attributes).value();
  found.recipients = recipients_of(site, trail);
  const auto days = release_days(site);
  if (!days.ok()) return days.error();
  found.releases = days.value();
  for (const auto& contact : charter.contacts) {
    found.contacts.push_back(contact.name + (contact.email.empty() ? "" : " (" + contact.email + ")"));
  }
  return found;
}

constexpr const char* kCopyFiles[] = {"copy.html", "copy.json"};

Status write_copy(const rights::AccessCopy& copy, const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return io_error("cannot make the folder for the copy: " + error.message());
  const std::string* texts[] = {&copy.html, &copy.json};
  for (std::size_t k = 0; k < std::size(kCopyFiles); ++k) {
    if (auto s = seal::write_whole_file(folder + "/" + kCopyFiles[k], seal::as_bytes(*texts[k])); !s.ok())
      return s;
  }
  return {};
}

}  // namespace

Result<Report> access(Site& site, const identity::Identity& person, const std::string& actor,
                      const std::string& linker, const std::string& out_folder, const std::string& case_id) {
  if (auto s = case_can_be_answered(site, rights::Right::kAccess, case_id, actor); !s.ok()) return s.error();
  const auto trail = find_with(site, person, actor, linker);
  if (!trail.ok()) return trail.error();
  auto found =
      everything(site, trail.value(), {actor, kRightsPurpose, charter::Duty::kDataProtection, linker});
  if (!found.ok()) return found.error();
  RightsAct act{rights::Right::kAccess,
                ledger::Verb::kAccess,
                actor,
                linker,
                trail.value().record.person,
                {},
                0,
                case_id,
                {}};
  if (case_id.empty()) act.fresh_id = identity::to_text(identity::fresh_reference(identity::system_random()));
  found.value().case_id = case_id.empty() ? act.fresh_id : case_id;
  const auto copy = rights::make_access_copy(found.value());
  if (!copy.ok()) return copy.error();
  // The copy first: a case is not answered by a copy that there was no room for.
  if (auto s = write_copy(copy.value(), out_folder); !s.ok()) return s.error();
  const auto a_case = keep_case(site, act);
  if (!a_case.ok()) {
    std::error_code ignored;
    for (const char* name : kCopyFiles) std::filesystem::remove(out_folder + "/" + name, ignored);
    return a_case.error();
  }
  Report report;
  report.headline = "The copy is made: everything held about this person, and about nobody else.";
  report.count("versions", "Spellings of the identity", found.value().versions.size())
      .count("sources", "Sources of facts", found.value().attributes.size())
      .count("recipients", "Times a department received the identity", found.value().recipients.size())
      .text("case", "Case", a_case.value().id)
      .text("folder", "Folder", out_folder);
  report.notes.push_back("The copy is in the clear: hand it over, then delete it.");
  return report;
}

}  // namespace kinfold::site
