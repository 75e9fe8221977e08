#include "site/match.h"

#include <algorithm>
#include <unordered_map>

#include "base/text.h"
#include "linkage/model.h"
#include "linkage/register.h"
#include "site/apart.h"
#include "site/register.h"

namespace kinfold::site {
namespace {

using table::ColumnType;
using table::Table;

Result<holding::Holding> find_request(Site& site, const std::string& name) {
  auto live = site.door().live(charter::Kind::kRequest);
  if (!live.ok()) return live.error();
  std::vector<holding::Holding> fitting;
  for (auto& each : live.value()) {
    const bool named = seal::to_hex(each.id) == name || (each.package && seal::to_hex(*each.package) == name);
    if (name.empty() || named) fitting.push_back(std::move(each));
  }
  if (fitting.size() == 1) return std::move(fitting.front());
  if (fitting.empty())
    return refused(
        "there is no such live request here: it expired, was destroyed, or was never received (kinfold "
        "retention status)");
  return invalid("several requests are live here: name one (kinfold retention status lists their ids)");
}

EventFilter filter_of(const charter::Charter& charter, const charter::Flow& flow) {
  EventFilter filter;
  filter.window_from = flow.window_from;
  filter.window_until = flow.window_until;
  for (const auto& id : flow.data_classes) {
    const auto* data_class = charter.find_data_class(id);
    if (data_class == nullptr) continue;
    for (const auto& variable : data_class->variables) {
      filter.is_spell.emplace(variable.id, variable.kind == charter::Variable::Kind::kSpell);
    }
  }
  return filter;
}

struct Linked {
  Table links;
  std::vector<std::string> register_ids;  ///< Of those who were matched,
  std::vector<std::string> references;    ///< and the references that stand for them.
  std::uint64_t grade_count[4] = {0, 0, 0, 0};
};

/// Each part costs an encoding of the people, so few large ones; only one of them is in memory.
constexpr std::size_t kRowsPerPart = 2'000'000;

/// For each of the people, in their order, their record in the register. It is read part after part, and of
/// its ids only those are kept that may be somebody's.
Result<std::vector<Found>> look_up(const Table& people, table::BatchReader& register_people,
                                   const linkage::LinkOptions& options) {
  linkage::RegisterMatcher matcher(people, linkage::people_model(), options);
  std::unordered_map<std::uint32_t, std::string> id_of;
  std::size_t known = 0;
  for (;;) {
    auto part = register_people.next();
    if (!part.ok()) return part.error();
    if (part.value().row_count() == 0) break;
    const auto first_row = matcher.register_row_count();
    if (const auto added = matcher.add(part.value()); !added.ok()) return added.error();
    const auto candidates = matcher.candidates();
    const auto* ids = part.value().find("id");
    for (; known < candidates.size(); ++known) {
      const auto row = candidates[known].register_row;
      id_of.try_emplace(row, ids->string_at(row - first_row));
    }
    part.value().wipe();
  }
  const auto matches = matcher.matches();
  std::vector<Found> found;
  for (const auto& match : matches.matches) {
    const bool none = match.grade == linkage::Grade::kNone;
    found.push_back({none ? std::string() : id_of.at(match.register_row), match.grade});
  }
  return found;
}

/// Every reference of the request has one row, whether or not it is linked: `people` is sorted by reference.
Linked links_of(const Table& people, const std::vector<Found>& found) {
  Linked linked;
  linked.links.add("reference", ColumnType::kString);
  linked.links.add("grade", ColumnType::kString);
  const auto* references = people.find("reference");
  for (std::size_t row = 0; row < people.row_count(); ++row) {
    ++linked.grade_count[static_cast<std::size_t>(found[row].grade)];
    linked.links.columns()[0].append_string(references->string_at(row));
    linked.links.columns()[1].append_string(linkage::grade_name(found[row].grade));
    if (found[row].grade == linkage::Grade::kNone) continue;
    linked.register_ids.push_back(found[row].register_id);
    linked.references.emplace_back(references->string_at(row));
  }
  return linked;
}

/// The return to a request has one id, whoever runs this how often: a run that was killed can be
/// repeated, and the trusted party takes it once.
seal::Id return_id(const seal::Id& request) { return seal::id_of("return to " + seal::to_hex(request)); }

Status note_match(Site& site, const holding::Holding& request, const std::string& actor,
                  const Linked& linked) {
  const auto none = linked.grade_count[static_cast<std::size_t>(linkage::Grade::kNone)];
  ledger::Entry entry;
  entry.verb = ledger::Verb::kMatch;
  entry.subject = request.package.value_or(request.id);
  entry.party = request.origin;
  entry.actor = actor;
  entry.duty = charter::name(charter::Duty::kLinkage);
  entry.counts = {{ledger::CountKind::kMatched, linked.references.size()},
                  {ledger::CountKind::kUnmatched, none}};
  return site.note(entry);
}

}  // namespace

Result<Report> match_request(Site& site, const std::string& request, const MatchOptions& options,
                             Progress& progress) {
  if (site.party().role != charter::Role::kDepartment)
    return refused("only a department matches a request against its register");
  const auto holding = find_request(site, request);
  if (!holding.ok()) return holding.error();
  const auto* flow =
      site.charter().find_flow(charter::Kind::kReturn, site.party().id, holding.value().origin);
  if (flow == nullptr) return refused("the charter has no return from here to that party");

  // Before the request is opened: a register that is not there, or not as its TOML says, opens nothing.
  const auto register_ = read_register(options.register_path);
  if (!register_.ok()) return register_.error();
  const auto register_people = apart([&] { return open_people(register_.value(), kRowsPerPart); });
  if (!register_people.ok()) return register_people.error();
  auto contents = site.door().open(holding.value().id,
                                   {options.actor, holding.value().purpose, charter::Duty::kLinkage, {}});
  if (!contents.ok()) return contents.error();
  const auto people = contents.value().require("people");
  if (!people.ok()) return people.error();

  linkage::LinkOptions link_options;
  link_options.thread_count = options.thread_count;
  link_options.progress = &progress;
  const auto found = apart([&] { return look_up(*people.value(), *register_people.value(), link_options); });
  if (!found.ok()) return found.error();
  if (options.observer) options.observer(*people.value(), found.value());
  Linked linked = links_of(*people.value(), found.value());
  contents.value().wipe();

  auto events =
      events_of(register_.value(), linked.register_ids, linked.references, filter_of(site.charter(), *flow));
  if (!events.ok()) return events.error();
  const auto event_count = events.value().row_count();
  const auto expires =
      charter::expiry(site.charter(), charter::Kind::kReturn, holding.value().origin, site.today());
  if (!expires.ok()) return expires.error();
  seal::Contents back;
  back.tables.push_back({"links", std::move(linked.links)});
  back.tables.push_back({"events", std::move(events).value()});
  const auto sent =
      site.send({seal::PackageKind::kReturn, holding.value().origin, flow->purpose, flow->data_classes,
                 return_id(holding.value().package.value_or(holding.value().id)), holding.value().package,
                 expires.value()},
                back);
  back.wipe();
  if (!sent.ok()) return sent.error();
  if (auto s = note_match(site, holding.value(), options.actor, linked); !s.ok()) return s.error();

  Report report;
  report.headline = "Matched and sealed the return.";
  report.count("people", "People asked about", found.value().size())
      .count("strong", "  linked, grade strong",
             linked.grade_count[static_cast<std::size_t>(linkage::Grade::kStrong)])
      .count("good", "  linked, grade good",
             linked.grade_count[static_cast<std::size_t>(linkage::Grade::kGood)])
      .count("weak", "  linked, grade weak",
             linked.grade_count[static_cast<std::size_t>(linkage::Grade::kWeak)])
      .count("none", "  not linked", linked.grade_count[static_cast<std::size_t>(linkage::Grade::kNone)])
      .count("events", "Events returned", event_count)
      .text("sealed_file", "Sealed file", sent.value().path);
  report.notes.push_back("The request can be destroyed now: kinfold retention destroy " +
                         seal::to_hex(holding.value().id));
  return report;
}

}  // namespace kinfold::site
