#include "holding/actors.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

#include "base/text.h"
#include "holding/duties_internal.h"
#include "seal/files.h"

namespace kinfold::holding {
namespace {

/// Collects every problem with its line, so that a file is mended in one go.
class Problems {
 public:
  explicit Problems(std::string_view file) : file_(file) {}
  void add(const toml::node& node, std::string_view what) {
    lines_.push_back(fmt::format("{}:{}: {}", file_, node.source().begin.line, what));
  }
  void add(std::string_view what) { lines_.push_back(fmt::format("{}: {}", file_, what)); }
  bool none() const { return lines_.empty(); }
  Error error() const { return invalid(join(lines_, "\n")); }

 private:
  std::string file_;
  std::vector<std::string> lines_;
};

std::optional<Date> read_date(const toml::table& table, std::string_view field, Problems& problems) {
  const auto* node = table.get(field);
  if (node == nullptr) return std::nullopt;
  const auto* date = node->as_date();
  if (date == nullptr) {
    problems.add(*node, fmt::format("'{}' is not a date; write it as 2026-01-31, without quotes", field));
    return std::nullopt;
  }
  return make_date((*date)->year, (*date)->month, (*date)->day);
}

void read_duties(const toml::table& table, Actor& actor, Problems& problems) {
  const auto* list = table.get_as<toml::array>("duties");
  if (list == nullptr || list->empty()) {
    problems.add(table, "an actor needs 'duties', a list of at least one");
    return;
  }
  for (const auto& item : *list) {
    const auto duty = charter::parse_duty(item.value_or(std::string_view()));
    if (duty) {
      actor.duties.push_back(*duty);
    } else {
      problems.add(item,
                   "no such duty; there are intake, linkage, analysis, output-checking and data-protection");
    }
  }
}

Result<toml::table> parse_toml(std::string_view text, std::string_view file_name) {
  try {
    return toml::parse(text, file_name);
  } catch (const toml::parse_error& error) {
    return invalid(
        fmt::format("{}:{}: {}", file_name, error.source().begin.line, std::string(error.description())));
  }
}

Actor read_actor(const toml::table& table, Problems& problems) {
  Actor actor;
  actor.id = table["id"].value_or(std::string());
  const ledger::Word word(actor.id);
  if (word.empty() || word.bad())
    problems.add(table, "an actor needs an 'id' of a-z, 0-9, - and _, at most 40 long");
  read_duties(table, actor, problems);
  actor.from = read_date(table, "from", problems);
  actor.until = read_date(table, "until", problems);
  actor.accredited_until = read_date(table, "accredited_until", problems);
  for (const auto& [key, node] : table) {
    const std::string_view field = key.str();
    if (field != "id" && field != "duties" && field != "from" && field != "until" &&
        field != "accredited_until") {
      problems.add(node,
                   "an actor has 'id', 'duties', 'from', 'until' and 'accredited_until', and nothing else");
    }
  }
  return actor;
}

}  // namespace

const Actor* ActorRegistry::find(std::string_view id) const {
  const auto at =
      std::find_if(actors.begin(), actors.end(), [&](const Actor& actor) { return actor.id == id; });
  return at == actors.end() ? nullptr : &*at;
}

std::vector<std::string> ActorRegistry::ids() const {
  std::vector<std::string> all;
  for (const auto& actor : actors) all.push_back(actor.id);
  return all;
}

Result<ActorRegistry> parse_actors(std::string_view text, std::string_view file_name) {
  auto parsed = parse_toml(text, file_name);
  if (!parsed.ok()) return parsed.error();
  Problems problems(file_name);
  ActorRegistry registry;
  const auto* list = parsed.value().get_as<toml::array>("actor");
  if (list == nullptr || parsed.value().size() != 1) {
    problems.add("the list of actors holds [[actor]] entries and nothing else");
    return problems.error();
  }
  for (const auto& item : *list) {
    const auto* table = item.as_table();
    if (table == nullptr) {
      problems.add(item, "an actor is a [[actor]] entry");
      continue;
    }
    Actor actor = read_actor(*table, problems);
    if (registry.find(actor.id) != nullptr) problems.add(item, "an actor of this id is there already");
    registry.actors.push_back(std::move(actor));
  }
  if (!problems.none()) return problems.error();
  return registry;
}

Result<ActorRegistry> load_actors(const std::string& path) {
  auto bytes = seal::read_whole_file(path, 1 << 20);
  if (!bytes.ok()) return bytes.error();
  return parse_actors(seal::as_text(bytes.value()), seal::file_name(path));
}

Status DutyMemory::catch_up(const ledger::Ledger& ledger) {
  return ledger.for_each(next_, [&](const ledger::Recorded& recorded) {
    const auto& entry = recorded.entry;
    next_ = recorded.index + 1;
    const auto duty = charter::parse_duty(entry.duty.text());
    if (duty && entry.phase != ledger::Phase::kRefused) seen_[std::string(entry.actor.text())].insert(*duty);
    return true;
  });
}

const std::set<charter::Duty>& DutyMemory::of(const std::string& actor) const {
  static const std::set<charter::Duty> kNone;
  const auto found = seen_.find(actor);
  return found == seen_.end() ? kNone : found->second;
}

std::optional<Refusal> refuse_actor(const ActorRegistry& registry, const std::string& id, Date today) {
  const Actor* actor = registry.find(id);
  // The id is not repeated: somebody may have typed a name.
  if (actor == nullptr) {
    return Refusal{ledger::Reason::kUnknownActor,
                   refused("no such actor at this site; actors.toml lists them")};
  }
  if ((actor->from && today < *actor->from) || (actor->until && today > *actor->until)) {
    return Refusal{ledger::Reason::kUnknownActor,
                   refused(fmt::format("actor '{}' is not in service today; see actors.toml", id))};
  }
  if (actor->accredited_until && today > *actor->accredited_until) {
    return Refusal{ledger::Reason::kDuty, refused(fmt::format("the accreditation of actor '{}' ended on {}",
                                                              id, to_iso(*actor->accredited_until)))};
  }
  return std::nullopt;
}

std::optional<Refusal> refuse_duty(const ActorRegistry& registry, const charter::Charter& charter,
                                   const DutyMemory& memory, const std::string& id, charter::Duty duty,
                                   Date today) {
  if (auto refusal = refuse_actor(registry, id, today)) return refusal;
  const Actor* actor = registry.find(id);
  if (std::find(actor->duties.begin(), actor->duties.end(), duty) == actor->duties.end()) {
    return Refusal{ledger::Reason::kDuty,
                   refused(fmt::format("actor '{}' does not have the duty '{}'", id, charter::name(duty)))};
  }
  const auto now = charter::may_combine(charter, actor->duties);
  if (!now.allowed) {
    return Refusal{ledger::Reason::kIncompatibleDuties,
                   refused(fmt::format("actor '{}' has duties that one actor may not combine ({}): {}", id,
                                       now.rule, now.reason))};
  }
  for (const auto past : memory.of(id)) {
    if (past == duty) continue;
    const auto over_time = charter::may_combine(charter, {past, duty});
    if (!over_time.allowed) {
      return Refusal{
          ledger::Reason::kIncompatibleDuties,
          refused(fmt::format("actor '{}' acted in the duty '{}' before and may not now act in '{}' ({})", id,
                              charter::name(past), charter::name(duty), over_time.rule))};
    }
  }
  return std::nullopt;
}

Status may_act(const ActorRegistry& registry, const charter::Charter& charter, const ledger::Ledger& ledger,
               std::string_view actor, charter::Duty duty, Date today) {
  DutyMemory memory;
  if (auto status = memory.catch_up(ledger); !status.ok()) return status;
  const auto refusal = refuse_duty(registry, charter, memory, std::string(actor), duty, today);
  return refusal ? Status(refusal->error) : Status();
}

ledger::Vocabulary vocabulary_of(const charter::Charter& charter, const ActorRegistry& registry) {
  ledger::Vocabulary vocabulary;
  vocabulary.add("public");
  for (const auto& party : charter.parties) vocabulary.add(party.id);
  for (const auto& purpose : charter.purposes) vocabulary.add(purpose.id);
  for (const auto& data_class : charter.data_classes) vocabulary.add(data_class.id);
  for (int kind = 0; kind <= static_cast<int>(charter::Kind::kNotice); ++kind) {
    vocabulary.add(charter::name(static_cast<charter::Kind>(kind)));
  }
  for (int duty = 0; duty <= static_cast<int>(charter::Duty::kDataProtection); ++duty) {
    vocabulary.add(charter::name(static_cast<charter::Duty>(duty)));
  }
  vocabulary.add_all(registry.ids());
  return vocabulary;
}

}  // namespace kinfold::holding
