#include "holding/door.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>

#include "holding/door_state_internal.h"
#include "holding/folders_internal.h"
#include "holding/records_internal.h"
#include "seal/archive.h"

namespace kinfold::holding {
namespace {

using ledger::Phase;
using ledger::Reason;
using ledger::Verb;

Result<seal::FileHandle> take_lock(const std::string& folder) {
  const std::string path = folder + "/lock";
  seal::FileHandle file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) return seal::system_error("cannot be opened", path, errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return io_error("another kinfold is at work on this site; wait until it is done and run this again");
  }
  return file;
}

std::vector<ledger::Word> words(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

}  // namespace

Result<CatalogueRow> Door::State::find(const Id& id) const {
  auto row = catalogue.find(id);
  if (!row.ok()) return row.error();
  if (!row.value())
    return invalid("there is no such holding at this site; 'kinfold retention status' lists them");
  return std::move(*row.value());
}

ledger::Entry Door::State::entry_for(Verb verb, const Holding& holding, const Asking& who) const {
  ledger::Entry entry;
  entry.verb = verb;
  entry.subject = holding.id;
  entry.kind = charter::name(holding.kind);
  entry.party = holding.party.empty() ? holding.origin : holding.party;
  // Who is not on the list of actors may have typed a name: that is not written down.
  if (setting.actors->find(who.actor) != nullptr) entry.actor = who.actor;
  if (setting.actors->find(who.second_actor) != nullptr) entry.second_actor = who.second_actor;
  for (const auto& purpose : setting.charter->purposes) {
    if (purpose.id == who.purpose) entry.purpose = who.purpose;
  }
  entry.data_classes = words(holding.data_classes);
  return entry;
}

Error Door::State::refuse(ledger::Entry entry, Reason reason, const Error& error) {
  entry.phase = Phase::kRefused;
  entry.reason = reason;
  auto index = setting.ledger->append(entry);
  return index.ok() ? error : index.error();  // a clock set back is the graver matter
}

Error Door::State::fail(ledger::Entry entry, const Error& error) {
  entry.phase = Phase::kFailed;
  entry.reason = Reason::kStorage;
  static_cast<void>(setting.ledger->append(entry).ok());  // the error itself is what the caller must see
  return error;
}

Status Door::State::append(ledger::Entry entry, Phase phase) {
  entry.phase = phase;
  auto index = setting.ledger->append(entry);
  return index.ok() ? Status() : Status(index.error());
}

Result<std::vector<charter::Duty>> Door::State::duties_of(const Asking& who, Refusal& refusal) const {
  if (auto status = memory.catch_up(*setting.ledger); !status.ok()) return status.error();
  if (auto no = refuse_actor(*setting.actors, who.actor, today())) {
    refusal = *no;
    return refusal.error;
  }
  if (who.duty) return std::vector<charter::Duty>{*who.duty};
  return setting.actors->find(who.actor)->duties;
}

Result<charter::Duty> Door::State::ask_to_open(const Holding& holding, const Asking& who,
                                               Refusal& refusal) const {
  const auto duties = duties_of(who, refusal);
  if (!duties.ok()) return duties.error();
  charter::Question question;
  question.act = charter::Act::kOpen;
  question.kind = holding.kind;
  question.party = setting.party;
  question.purpose = who.purpose;
  question.data_classes = holding.data_classes;
  question.today = today();
  question.actor = who.actor;
  std::optional<Refusal> nearest;
  for (const auto duty : duties.value()) {
    question.duty = duty;
    const auto answer = charter::ask(*setting.charter, question);
    if (!answer.allowed) {
      if (!nearest)
        nearest = Refusal{Reason::kCharter, refused(fmt::format("{} (rule {})", answer.reason, answer.rule))};
      continue;
    }
    auto no = refuse_duty(*setting.actors, *setting.charter, memory, who.actor, duty, today());
    if (!no) return duty;
    nearest = no;
  }
  refusal = *nearest;
  return refusal.error;
}

Status Door::State::ask_second(const Asking& who, charter::Duty first, Refusal& refusal) const {
  if (who.second_actor.empty()) return {};
  refusal = {Reason::kDuty,
             refused("the second actor must be somebody else, in another duty than the first")};
  const Actor* second = setting.actors->find(who.second_actor);
  if (second == nullptr || who.second_actor == who.actor) return refusal.error;
  for (const auto duty : second->duties) {
    if (duty != first &&
        !refuse_duty(*setting.actors, *setting.charter, memory, who.second_actor, duty, today()))
      return {};
  }
  return refusal.error;
}

Result<Key> Door::State::unlock(const Id& id, const Asking& who, CatalogueRow& row, ledger::Entry& entry) {
  auto found = find(id);
  if (!found.ok()) return found.error();
  row = std::move(found).value();
  const Holding& holding = row.holding;
  entry = entry_for(Verb::kOpen, holding, who);
  if (holding.state == HoldingState::kDestroyed || !row.why.empty()) {
    return refuse(entry, Reason::kMissing,
                  refused("the holding was destroyed; its certificate says when and how"));
  }
  Refusal refusal;
  const auto duty = ask_to_open(holding, who, refusal);
  if (!duty.ok()) return refuse(entry, refusal.reason, duty.error());
  entry.duty = charter::name(duty.value());
  if (auto status = ask_second(who, duty.value(), refusal); !status.ok()) {
    return refuse(entry, refusal.reason, status.error());
  }
  if (today() > holding.expires) {
    return refuse(entry, Reason::kExpired,
                  refused(fmt::format("the holding expired: its last day was {}", to_iso(holding.expires))));
  }
  // The ledger also refuses here if the clock was set back.
  if (auto status = append(entry, Phase::kIntent); !status.ok()) return status.error();
  auto wrapped = slots.read(row.slot);
  if (!wrapped.ok()) return fail(entry, wrapped.error());
  if (!wrapped.value()) return fail(entry, refused("the holding's key was destroyed"));
  Key key;
  if (!unwrap(*wrapped.value(), wrapping, seal::as_bytes(bound_facts(holding)), key.bytes())) {
    return fail(
        entry,
        refused("the holding's key does not fit what the catalogue says of it (its class, expiry, origin "
                "...): the catalogue was altered"));
  }
  return key;
}

Door::Door(std::unique_ptr<State> state) : state_(std::move(state)) {}
Door::Door(Door&&) noexcept = default;
Door& Door::operator=(Door&&) noexcept = default;
Door::~Door() = default;

Result<Door> Door::at(DoorSetting setting) {
  if (auto status = make_private_folder(setting.folder); !status.ok()) return status.error();
  auto lock = take_lock(setting.folder);
  if (!lock.ok()) return lock.error();
  auto catalogue = Catalogue::open(setting.folder + "/catalogue.db");
  if (!catalogue.ok()) return catalogue.error();
  auto slots = KeySlots::open(setting.folder + "/keys");
  if (!slots.ok()) return slots.error();
  Door door(std::make_unique<State>(std::move(setting), std::move(lock).value(), std::move(catalogue).value(),
                                    std::move(slots).value()));
  if (auto status = door.state_->recover(); !status.ok()) return status.error();
  return door;
}

void Door::set_objections(ObjectionFilter filter) { state_->setting.objections = std::move(filter); }

Result<std::vector<Holding>> Door::list() const {
  auto rows = state_->catalogue.rows();
  if (!rows.ok()) return rows.error();
  std::vector<Holding> all;
  for (auto& row : rows.value()) all.push_back(std::move(row.holding));
  return all;
}

Result<Holding> Door::find(const Id& id) const {
  auto row = state_->find(id);
  if (!row.ok()) return row.error();
  return std::move(row.value().holding);
}

Result<std::vector<Holding>> Door::live(charter::Kind kind) const {
  auto all = list();
  if (!all.ok()) return all;
  std::erase_if(all.value(), [&](const Holding& holding) {
    return holding.kind != kind || holding.state != HoldingState::kLive || days_left(holding) < 0;
  });
  return all;
}

std::string Door::folder_of(const Id& id) const { return state_->folder(id); }
int Door::days_left(const Holding& holding) const { return holding.expires.days - state_->today().days; }

Status Door::may_act(const std::string& actor, charter::Duty duty) const {
  State& state = *state_;
  if (auto status = state.memory.catch_up(*state.setting.ledger); !status.ok()) return status;
  const auto no =
      refuse_duty(*state.setting.actors, *state.setting.charter, state.memory, actor, duty, state.today());
  return no ? Status(no->error) : Status();
}

namespace {

/// The whole of it, put together part by part; what was read of a bad file is wiped.
Result<seal::Contents> read_data(const std::string& path, const Key& key) {
  const auto file = seal::open_plain_file(path);
  if (!file.ok()) return file.error();
  auto plain = open_stream(key, seal::source_of(file.value(), path));
  if (!plain.ok()) return plain.error();
  seal::ArchiveReader archive(std::move(plain).value(), file.value().byte_count);
  seal::Contents contents;
  auto unpacked = seal::unpack(archive, seal::gather_into(contents.tables));
  if (!unpacked.ok()) {
    contents.wipe();
    return unpacked.error();
  }
  contents.documents = std::move(unpacked.value().documents);
  return contents;
}

}  // namespace

Result<seal::Contents> Door::open(const Id& id, const Asking& who) {
  State& state = *state_;
  CatalogueRow row;
  ledger::Entry entry;
  auto key = state.unlock(id, who, row, entry);
  if (!key.ok()) return key.error();
  if (row.holding.records) return state.fail(entry, invalid("the holding is opened record by record"));
  auto contents = read_data(state.folder(id) + "/" + std::string(kDataFile), key.value());
  if (!contents.ok()) return state.fail(entry, contents.error());
  std::uint64_t objected = 0;
  if (state.setting.objections) {
    auto taken_out = state.setting.objections(row.holding, who.purpose, contents.value());
    if (!taken_out.ok()) {
      contents.value().wipe();
      return state.fail(entry, taken_out.error());
    }
    objected = taken_out.value();
  }
  std::uint64_t rows = 0;
  for (const auto& named : contents.value().tables) rows += named.table.row_count();
  entry.counts = {{ledger::CountKind::kRows, rows}, {ledger::CountKind::kObjected, objected}};
  if (auto status = state.append(entry, Phase::kDone); !status.ok()) return status.error();
  return contents;
}

Result<RecordRing> Door::open_records(const Id& id, const Asking& who) {
  State& state = *state_;
  CatalogueRow row;
  ledger::Entry entry;
  auto key = state.unlock(id, who, row, entry);
  if (!key.ok()) return key.error();
  if (!row.holding.records) return state.fail(entry, invalid("the holding is not one of records"));
  auto slots = KeySlots::open(state.folder(id) + "/" + std::string(kRecordKeysFile));
  if (!slots.ok()) return state.fail(entry, slots.error());
  auto ring = std::make_unique<RecordRing::State>(std::move(slots).value(), key.value());
  ring->holding = std::move(row.holding);
  ring->entry = std::move(entry);
  ring->ledger = state.setting.ledger;
  ring->clock = state.setting.clock;
  return RecordRing(std::move(ring));
}

}  // namespace kinfold::holding
