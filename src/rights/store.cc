#include "rights/store.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "identity/database.h"

namespace kinfold::rights {
namespace {

using nlohmann::ordered_json;

constexpr const char* kSchema = "CREATE TABLE cases(record INTEGER PRIMARY KEY, sealed BLOB NOT NULL);";
// Sealed sizes say nothing about how much happened in a case.
constexpr std::size_t kSizeStep = 1'024;

Error not_a_case(const std::string& why) { return invalid("this is not a case: " + why); }

Result<CaseEvent> event_from_json(const ordered_json& json) {
  CaseEvent event;
  const auto what = parse_event(json.at("event").get<std::string>());
  const auto on = parse_iso_date(json.at("on").get<std::string>());
  if (!what || !on) return not_a_case("an event has no known name or no date");
  event.event = *what;
  event.on = *on;
  event.actor = json.at("actor").get<std::string>();
  event.detail = json.at("detail").get<std::string>();
  return event;
}

Result<Case> parse_case(std::string_view text) {
  const auto json = ordered_json::parse(text);
  Case read;
  const auto right = parse_right(json.at("right").get<std::string>());
  const auto received = parse_iso_date(json.at("received").get<std::string>());
  if (!right || !received) return not_a_case("no known right, or no date of receipt");
  read.id = json.at("id").get<std::string>();
  read.right = *right;
  read.received = *received;
  read.received_by = json.at("received_by").get<std::string>();
  if (const auto& person = json.at("person"); !person.is_null()) {
    read.person = identity::parse_person_id(person.get<std::string>());
    if (!read.person) return not_a_case("the person's id cannot be read");
  }
  for (const auto& each : json.at("events")) {
    auto event = event_from_json(each);
    if (!event.ok()) return event.error();
    if (auto applied = apply(read, event.value()); !applied.ok()) return not_a_case(applied.error().message);
  }
  return read;
}

seal::PlainBytes padded(const std::string& text) {
  const auto bytes = seal::as_bytes(text);
  seal::PlainBytes plain(bytes.begin(), bytes.end());
  plain.resize((plain.size() + kSizeStep - 1) / kSizeStep * kSizeStep, std::byte{' '});
  return plain;
}

bool same(const CaseEvent& left, const CaseEvent& right) {
  return left.event == right.event && left.on == right.on && left.actor == right.actor &&
         left.detail == right.detail;
}

}  // namespace

std::string to_json(const Case& a_case) {
  ordered_json json = {
      {"id", a_case.id},
      {"right", name(a_case.right)},
      {"received", to_iso(a_case.received)},
      {"received_by", a_case.received_by},
      {"person", a_case.person ? ordered_json(identity::to_text(*a_case.person)) : ordered_json()}};
  json["events"] = ordered_json::array();
  for (const auto& event : a_case.events) {
    json["events"].push_back({{"event", name(event.event)},
                              {"on", to_iso(event.on)},
                              {"actor", event.actor},
                              {"detail", event.detail}});
  }
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Result<Case> case_from_json(std::string_view text) {
  try {
    return parse_case(text);
  } catch (const nlohmann::json::exception&) {
    return not_a_case("it is not JSON, or a field is missing or of another kind");
  }
}

struct CaseStore::State {
  identity::Database database;
  identity::RecordKeys* keys;
  struct Stored {
    Case value;
    identity::RecordNumber record = 0;
  };
  std::map<std::string, Stored, std::less<>> cases;

  Status load();
};

Status CaseStore::State::load() {
  auto asked = database.prepare("SELECT record, sealed FROM cases");
  if (!asked.ok()) return asked.error();
  for (;;) {
    auto row = asked.value().step();
    if (!row.ok()) return row.error();
    if (!row.value()) return {};
    const auto record = static_cast<identity::RecordNumber>(asked.value().int_at(0));
    auto plain = keys->open(record, asked.value().bytes_at(1));
    if (!plain.ok()) return plain.error();
    auto read = case_from_json(seal::as_text(plain.value()));
    if (!read.ok()) return read.error();
    auto id = read.value().id;
    cases[id] = {std::move(read).value(), record};
  }
}

CaseStore::CaseStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
CaseStore::CaseStore(CaseStore&&) noexcept = default;
CaseStore& CaseStore::operator=(CaseStore&&) noexcept = default;
CaseStore::~CaseStore() = default;

Result<CaseStore> CaseStore::open(const std::string& path, identity::RecordKeys& keys) {
  auto database = identity::Database::open(path, "the case store", "kinfold cases 1", kSchema);
  if (!database.ok()) return database.error();
  auto state = std::make_unique<State>(State{std::move(database).value(), &keys, {}});
  if (auto loaded = state->load(); !loaded.ok()) return loaded.error();
  return CaseStore(std::move(state));
}

Status CaseStore::save(const Case& a_case) {
  const auto plain = padded(to_json(a_case));
  const auto found = state_->cases.find(a_case.id);
  if (found == state_->cases.end()) {
    auto added = state_->keys->add(plain);
    if (!added.ok()) return added.error();
    if (auto synced = state_->keys->sync(); !synced.ok()) return synced;
    auto insert = state_->database.prepare("INSERT INTO cases VALUES(?1, ?2)");
    if (!insert.ok()) return insert.error();
    auto& row = insert.value().bind(1, static_cast<std::int64_t>(added.value().first));
    if (auto ran = row.bind(2, seal::ByteView(added.value().second)).run(); !ran.ok()) return ran;
    state_->cases[a_case.id] = {a_case, added.value().first};
    return {};
  }
  const auto& before = found->second.value.events;
  if (before.size() > a_case.events.size() ||
      !std::equal(before.begin(), before.end(), a_case.events.begin(), same)) {
    return refused("what happened in a case is not rewritten; events can only be added");
  }
  auto sealed = state_->keys->seal(found->second.record, plain);
  if (!sealed.ok()) return sealed.error();
  auto update = state_->database.prepare("UPDATE cases SET sealed = ?2 WHERE record = ?1");
  if (!update.ok()) return update.error();
  auto& row = update.value().bind(1, static_cast<std::int64_t>(found->second.record));
  if (auto ran = row.bind(2, seal::ByteView(sealed.value())).run(); !ran.ok()) return ran;
  found->second.value = a_case;
  return {};
}

std::optional<Case> CaseStore::find(std::string_view id) const {
  const auto found = state_->cases.find(id);
  return found == state_->cases.end() ? std::nullopt : std::optional<Case>(found->second.value);
}

std::vector<Case> CaseStore::list(Date today) const {
  std::vector<Case> all;
  for (const auto& [id, stored] : state_->cases) all.push_back(stored.value);
  const auto urgency = [today](const Case& a_case) {
    const auto clock = clock_of(a_case, today);
    const int group = is_closed(state_of(a_case)) ? 2 : clock.running && clock.due ? 0 : 1;
    return std::tuple(group, group == 0 ? clock.due->days : a_case.received.days, a_case.id);
  };
  std::sort(all.begin(), all.end(),
            [&](const Case& left, const Case& right) { return urgency(left) < urgency(right); });
  return all;
}

}  // namespace kinfold::rights
