// Requests, returns and releases become holdings as they are, when their tables are what they must be.
#include <unordered_set>

#include "identity/reference.h"
#include "site/receive.h"
#include "site/vault.h"

namespace kinfold::site {
namespace {

using table::ColumnType;

Result<Report> keep(Site& site, seal::OpenedFile& file, const holding::NewHolding& what,
                    const holding::Asking& who, std::string headline) {
  if (const auto before = holding_of_package(site, file.manifest.id)) return already_held(*before);
  const auto stored = site.door().store(what, file.contents, who);
  if (!stored.ok()) return stored.error();
  Report report;
  report.headline = std::move(headline);
  report.count("rows", "Rows", stored.value().row_count)
      .text("holding", "Holding", seal::to_hex(stored.value().id))
      .text("expires", "Can be opened until", to_iso(stored.value().expires));
  return report;
}

holding::NewHolding as_sent(const seal::Manifest& manifest, charter::Kind kind) {
  holding::NewHolding what;
  what.kind = kind;
  what.data_classes = manifest.data_classes;
  what.origin = manifest.from;
  what.purpose = manifest.purpose;
  what.expires = manifest.expires;
  what.package = manifest.id;
  what.in_answer_to = manifest.in_answer_to;
  return what;
}

/// A column that the format does not have could be an identity in the wrong place.
Status only_columns(const table::Table& table, const std::vector<std::string>& allowed, const char* name) {
  for (const auto& column : table.columns()) {
    if (std::find(allowed.begin(), allowed.end(), column.name()) == allowed.end()) {
      return refused(std::string("table `") + name +
                     "` has a column that this kind of file may not have; ask for a new file");
    }
  }
  for (const auto& column : allowed) {
    if (table.find(column) == nullptr) {
      return refused(std::string("table `") + name + "` lacks the column `" + column +
                     "`; ask for a new file");
    }
  }
  return {};
}

/// Each reference once, each with a grade; events only of references that are linked, and only of
/// variables that the charter lets this department return.
Status check_return(const Site& site, const seal::OpenedFile& file) {
  const auto links = file.contents.require("links");
  if (!links.ok()) return links.error();
  const auto events = file.contents.require("events");
  if (!events.ok()) return events.error();
  if (auto s = only_columns(*links.value(), {"reference", "grade"}, "links"); !s.ok()) return s;
  if (auto s = only_columns(*events.value(), {"reference", "variable", "start_date", "end_date", "value"},
                            "events");
      !s.ok())
    return s;
  const auto grade = links.value()->require("grade", ColumnType::kString);
  if (!grade.ok()) return grade.error();
  const auto reference = links.value()->require("reference", ColumnType::kString);
  if (!reference.ok()) return reference.error();
  std::unordered_set<std::string_view> linked;
  std::unordered_set<std::string_view> seen;
  for (std::size_t row = 0; row < links.value()->row_count(); ++row) {
    if (!seen.insert(reference.value()->string_at(row)).second)
      return refused("return: a reference is there twice; ask for a new file");
    if (grade.value()->string_at(row) != "none") linked.insert(reference.value()->string_at(row));
  }
  const auto event_reference = events.value()->require("reference", ColumnType::kString);
  if (!event_reference.ok()) return event_reference.error();
  const auto variable = events.value()->require("variable", ColumnType::kString);
  if (!variable.ok()) return variable.error();
  for (std::size_t row = 0; row < events.value()->row_count(); ++row) {
    if (!linked.contains(event_reference.value()->string_at(row))) {
      return refused("return: events of a reference that is not linked; ask for a new file");
    }
    const auto* data_class = site.charter().data_class_of_variable(variable.value()->string_at(row));
    if (data_class == nullptr ||
        std::find(file.manifest.data_classes.begin(), file.manifest.data_classes.end(), data_class->id) ==
            file.manifest.data_classes.end()) {
      return refused(
          "return: a variable that the charter does not let this department return; ask for a new file");
    }
  }
  return {};
}

/// The request it answers is one of ours, and is still awaited.
Status answers_ours(Site& site, const seal::OpenedFile& file) {
  if (!file.manifest.in_answer_to)
    return refused("return: it does not say which request it answers; ask for a new file");
  const auto sent = ledger::was_sent(site.ledger(), *file.manifest.in_answer_to, file.manifest.from);
  if (!sent.ok()) return sent.error();
  if (!sent.value())
    return site.refuse(ledger::Verb::kReceive, ledger::Reason::kNotAnswering,
                       refused("return: it answers no request that was sent to this department"));
  return {};
}

}  // namespace

Result<Report> receive_request(Site& site, seal::OpenedFile& file, const std::string& actor) {
  if (site.party().role != charter::Role::kDepartment) return refused("only a department receives requests");
  const auto people = file.contents.require("people");
  if (!people.ok()) return people.error();
  const auto allowed = only_columns(
      *people.value(),
      {"reference", "forenames", "surname", "date_of_birth", "gender", "address", "postcode", "nino"},
      "people");
  if (!allowed.ok()) return allowed.error();
  auto report = keep(site, file, as_sent(file.manifest, charter::Kind::kRequest),
                     {actor, file.manifest.purpose, charter::Duty::kLinkage, {}}, "Received a request.");
  if (report.ok())
    report.value().notes.push_back(
        "Next: kinfold match, then let the request be destroyed (kinfold retention).");
  return report;
}

Result<Report> receive_return(Site& site, seal::OpenedFile& file, const std::string& actor) {
  if (site.party().role != charter::Role::kTrustedParty)
    return refused("only the trusted party receives returns");
  if (auto s = answers_ours(site, file); !s.ok()) return s.error();
  if (auto s = check_return(site, file); !s.ok())
    return site.refuse(ledger::Verb::kReceive, ledger::Reason::kAltered, s.error());
  auto what = as_sent(file.manifest, charter::Kind::kReturn);
  what.party = file.manifest.from;
  what.purpose = kEvaluationPurpose;
  return keep(site, file, what, {actor, kLinkagePurpose, charter::Duty::kLinkage, {}}, "Received a return.");
}

Result<Report> receive_release(Site& site, seal::OpenedFile& file, const std::string& actor) {
  if (site.party().role != charter::Role::kResearch)
    return refused("only the research site receives releases");
  for (const char* name : {"people", "panel", "dictionary"}) {
    if (const auto table = file.contents.require(name); !table.ok()) return table.error();
  }
  return keep(site, file, as_sent(file.manifest, charter::Kind::kRelease),
              {actor, file.manifest.purpose, charter::Duty::kAnalysis, {}}, "Received a release.");
}

}  // namespace kinfold::site
