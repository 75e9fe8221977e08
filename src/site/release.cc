#include "site/release.h"

#include <map>
#include <unordered_map>

#include "base/text.h"
#include "research/protect.h"
#include "research/release.h"
#include "site/vault.h"

namespace kinfold::site {
namespace {

using table::ColumnType;
using table::Table;

struct PersonKey {
  std::int64_t person = 0;
  std::int64_t family = 0;
};
/// By scope (sealed file's id), then by reference.
using KeyMap = std::unordered_map<std::string, std::unordered_map<std::string, PersonKey>>;

Result<KeyMap> read_keys(const Table& keys) {
  KeyMap map;
  const auto scope = keys.require("scope", ColumnType::kString);
  const auto reference = keys.require("reference", ColumnType::kString);
  const auto person = keys.require("person", ColumnType::kInt64);
  const auto family = keys.require("family", ColumnType::kInt64);
  for (const auto* column : {&scope, &reference, &person, &family}) {
    if (!column->ok()) return column->error();
  }
  for (std::size_t row = 0; row < keys.row_count(); ++row) {
    const PersonKey key{person.value()->int_at(row), family.value()->is_null(row)
                                                         ? person.value()->int_at(row)
                                                         : family.value()->int_at(row)};
    map[std::string(scope.value()->string_at(row))].emplace(reference.value()->string_at(row), key);
  }
  return map;
}

/// The rows of `from` whose reference is in the key table, with `person` (and `family`) in its place.
Result<Table> with_person(const Table& from, const KeyMap& keys, const std::string& scope, bool with_family) {
  const auto reference = from.require("reference", ColumnType::kString);
  if (!reference.ok()) return reference.error();
  const auto in_scope = keys.find(scope);
  std::vector<std::size_t> rows;
  table::Column person("person", ColumnType::kInt64);
  table::Column family("family", ColumnType::kInt64);
  for (std::size_t row = 0; in_scope != keys.end() && row < from.row_count(); ++row) {
    const auto key = in_scope->second.find(std::string(reference.value()->string_at(row)));
    if (key == in_scope->second.end()) continue;
    rows.push_back(row);
    person.append_int(key->second.person);
    family.append_int(key->second.family);
  }
  const Table kept = from.take(rows);
  std::vector<table::Column> columns{std::move(person)};
  if (with_family) columns.push_back(std::move(family));
  for (const auto& column : kept.columns()) {
    if (column.name() != "reference") columns.push_back(column);
  }
  return Table(std::move(columns));
}

/// Adds the rows of `part` to `whole`, whose columns it has in any order.
Status append_rows(Table& whole, const Table& part) {
  if (whole.column_count() == 0) {
    whole = part;
    return {};
  }
  for (auto& column : whole.columns()) {
    const auto from = part.require(column.name(), column.type());
    if (!from.ok()) return from.error();
    for (std::size_t row = 0; row < part.row_count(); ++row) column.append_from(*from.value(), row);
  }
  return {};
}

research::VariableKind kind_of(charter::Variable::Kind kind) {
  switch (kind) {
    case charter::Variable::Kind::kSpell: return research::VariableKind::kSpell;
    case charter::Variable::Kind::kMeasure: return research::VariableKind::kMeasure;
    case charter::Variable::Kind::kEvent: break;
  }
  return research::VariableKind::kEvent;
}

std::vector<research::Variable> variables_of(const charter::Charter& charter,
                                             const charter::Party& department, const charter::Flow& back) {
  std::vector<research::Variable> variables;
  for (const auto& id : back.data_classes) {
    const auto* data_class = charter.find_data_class(id);
    if (data_class == nullptr) continue;
    for (const auto& variable : data_class->variables) {
      variables.push_back({variable.id,
                           kind_of(variable.kind),
                           variable.label,
                           back.window_from,
                           back.window_until,
                           {department.age_min.value_or(0), department.age_max.value_or(200)}});
    }
  }
  return variables;
}

class Gathering {
 public:
  Gathering(Site& site, const std::string& actor)
      : site_(site), who_{actor, kEvaluationPurpose, charter::Duty::kAnalysis, {}} {}

  Result<research::ReleaseInputs> gather() {
    if (auto s = gather_keys(); !s.ok()) return s.error();
    if (auto s = gather_attributes(); !s.ok()) return s.error();
    if (auto s = gather_returns(); !s.ok()) return s.error();
    for (const auto& problem : site_.charter().criteria.problems) {
      inputs_.problem_meanings.emplace_back("problem_" + problem.id, problem.label);
    }
    return std::move(inputs_);
  }

 private:
  Status gather_keys() {
    const auto tables = key_tables(site_);
    if (!tables.ok()) return tables.error();
    if (tables.value().empty())
      return refused(
          "there is no key table: somebody with the duty `linkage` runs `kinfold release prepare` first");
    auto contents = site_.door().open(tables.value().back().id, who_);
    if (!contents.ok()) return contents.error();
    const auto keys = contents.value().require("keys");
    if (!keys.ok()) return keys.error();
    auto map = read_keys(*keys.value());
    contents.value().wipe();
    if (!map.ok()) return map.error();
    keys_ = std::move(map).value();
    return {};
  }

  Status gather_attributes() {
    const auto live = site_.door().live(charter::Kind::kAttributes);
    if (!live.ok()) return live.error();
    for (const auto& holding : live.value()) {
      if (!holding.package) continue;
      auto contents = site_.door().open(holding.id, who_);
      if (!contents.ok()) return contents.error();
      const auto attributes = contents.value().require("attributes");
      if (!attributes.ok()) return attributes.error();
      auto rows = with_person(*attributes.value(), keys_, seal::to_hex(*holding.package), true);
      contents.value().wipe();
      if (!rows.ok()) return rows.error();
      table::Column authority("authority", ColumnType::kString);
      for (std::size_t row = 0; row < rows.value().row_count(); ++row)
        authority.append_string(holding.origin);
      rows.value().columns().push_back(std::move(authority));
      if (auto s = append_rows(inputs_.attributes, rows.value()); !s.ok()) return s;
    }
    return {};
  }

  Status gather_returns() {
    const auto live = site_.door().live(charter::Kind::kReturn);
    if (!live.ok()) return live.error();
    std::map<std::string, holding::Holding> latest;  // a later return of the same department replaces
    for (const auto& holding : live.value()) latest.insert_or_assign(holding.origin, holding);
    for (const auto& [department, holding] : latest) {
      const auto* party = site_.charter().find_party(department);
      const auto* back = site_.charter().find_flow(charter::Kind::kReturn, department, site_.party().id);
      if (party == nullptr || back == nullptr || !holding.in_answer_to) continue;
      auto contents = site_.door().open(holding.id, who_);
      if (!contents.ok()) return contents.error();
      const auto links = contents.value().require("links");
      const auto events = contents.value().require("events");
      if (!links.ok()) return links.error();
      if (!events.ok()) return events.error();
      const auto scope = seal::to_hex(*holding.in_answer_to);
      auto linked = with_person(*links.value(), keys_, scope, false);
      auto happened = with_person(*events.value(), keys_, scope, false);
      contents.value().wipe();
      if (!linked.ok()) return linked.error();
      if (!happened.ok()) return happened.error();
      inputs_.returns.push_back({department, variables_of(site_.charter(), *party, *back),
                                 std::move(linked).value(), std::move(happened).value()});
    }
    return {};
  }

  Site& site_;
  holding::Asking who_;
  KeyMap keys_;
  research::ReleaseInputs inputs_;
};

/// What the person who makes the release is shown of the risk, and of what was given up against it.
void tell_protection(Report& report, const research::Protection& done) {
  report
      .count("smallest_class_before", "Smallest group alike to an outsider, as gathered",
             done.before.smallest_class)
      .count("smallest_class", "  as released", done.after.smallest_class)
      .count("unique_before", "People alone in such a group, as gathered", done.before.unique_count)
      .count("unique", "  as released", done.after.unique_count)
      .count("below_limits_before", "People in groups below the charter's limits, as gathered",
             done.before.below_count)
      .count("below_limits", "  as released", done.after.below_count)
      .count("special_unique_before", "People alone in two facts or fewer, as gathered",
             done.before.special_unique_count)
      .count("special_unique", "  as released", done.after.special_unique_count)
      .count("lone_households_before", "Families like no other, as gathered",
             done.before.lone_household_count)
      .count("lone_households", "  as released", done.after.lone_household_count)
      .count("left_out", "People left out to keep to the limits", done.left_out_count);
  for (const auto& line : done.words()) report.notes.push_back(line);
  report.rows = done.summary();
}

Status note_release(Site& site, const seal::Id& id, const std::string& actor,
                    const research::Release& release) {
  ledger::Entry entry;
  entry.verb = ledger::Verb::kRelease;
  entry.subject = id;
  entry.actor = actor;
  entry.duty = charter::name(charter::Duty::kAnalysis);
  entry.counts = {{ledger::CountKind::kPeople, release.people.row_count()},
                  {ledger::CountKind::kRows, release.panel.row_count()}};
  return site.note(entry);
}

}  // namespace

Result<Report> make_release(Site& site, const std::string& actor) {
  if (site.party().role != charter::Role::kTrustedParty)
    return refused("only the trusted party makes releases");
  const auto research = site.charter().parties_with(charter::Role::kResearch);
  if (research.empty()) return invalid("the charter has no research party");
  const std::string to = research.front()->id;
  const auto* flow = site.charter().find_flow(charter::Kind::kRelease, site.party().id, to);
  if (flow == nullptr) return refused("the charter has no flow of releases to " + to);
  if (auto s = site.may_send(charter::Kind::kRelease, to, flow->data_classes); !s.ok()) return s.error();

  auto inputs = Gathering(site, actor).gather();
  if (!inputs.ok()) return inputs.error();
  auto release = research::build_release(inputs.value(), [] { return seal::random_below(~0ULL); });
  inputs.value().attributes.wipe();
  if (!release.ok()) return release.error();
  const auto done = research::protect_release(release.value(), site.charter().release_limits);
  if (!done.ok()) return site.refuse(ledger::Verb::kRelease, ledger::Reason::kDisclosure, done.error());
  const auto expires = charter::expiry(site.charter(), charter::Kind::kRelease, to, site.today());
  if (!expires.ok()) return expires.error();

  const auto people_count = release.value().people.row_count();
  const auto panel_count = release.value().panel.row_count();
  seal::Contents contents;
  contents.tables.push_back({"people", release.value().people});
  contents.tables.push_back({"panel", release.value().panel});
  contents.tables.push_back({"dictionary", release.value().dictionary});
  contents.tables.push_back({"protection", done.value().summary()});
  const auto sent =
      site.send({seal::PackageKind::kRelease, to, flow->purpose, flow->data_classes, {}, {}, expires.value()},
                contents);
  contents.wipe();
  if (!sent.ok()) return sent.error();
  if (auto s = note_release(site, sent.value().manifest.id, actor, release.value()); !s.ok())
    return s.error();

  Report report;
  report.headline = "Sealed a release for " + research.front()->name + ".";
  report.count("people", "People", people_count)
      .count("panel_rows", "Person quarters", panel_count)
      .count("repeated", "Rows of somebody counted already", release.value().repeated_row_count)
      .text("sealed_file", "Sealed file", sent.value().path)
      .text("expires", "Can be opened until", to_iso(expires.value()));
  tell_protection(report, done.value());
  for (const auto& aside : release.value().set_aside) {
    report.notes.push_back(with_thousands(static_cast<long long>(aside.row_count)) + " rows of " +
                           aside.what + " set aside: " + aside.reason);
  }
  return report;
}

Result<std::vector<Date>> release_days(Site& site) {
  std::vector<Date> days;
  const auto read = site.ledger().for_each(0, [&](const ledger::Recorded& recorded) {
    const bool done = recorded.entry.phase == ledger::Phase::kDone;
    if (recorded.entry.verb == ledger::Verb::kRelease && done) days.push_back(date_of(recorded.at));
    return true;
  });
  if (!read.ok()) return read.error();
  return days;
}

}  // namespace kinfold::site
