#include "ledger/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ledger/database_internal.h"
#include "ledger/proof_internal.h"
#include "ledger/walk_internal.h"
#include "seal/files.h"
#include "seal/note.h"

namespace kinfold::ledger {
namespace {

constexpr std::size_t kDataClassCountMax = 16;
constexpr std::size_t kCountCountMax = 8;
constexpr std::size_t kMarkCountMax = 4;
// Network time steps a clock by less than this; anybody who wants to stretch a month needs more.
constexpr std::int64_t kClockSlackSeconds = 2;

Error clock_set_back(Instant last) {
  return refused("the clock stands before the last entry of the ledger (" + to_rfc3339(last) +
                 "); nothing is done until it is set right");
}

template <typename Item>
bool kinds_differ(const std::vector<Item>& items) {
  std::set<decltype(Item::kind)> kinds;
  for (const auto& item : items) kinds.insert(item.kind);
  return kinds.size() == items.size();
}

Status check_entry(const Entry& entry, const Vocabulary& vocabulary) {
  if (entry.data_classes.size() > kDataClassCountMax || entry.counts.size() > kCountCountMax ||
      entry.marks.size() > kMarkCountMax || !kinds_differ(entry.counts) || !kinds_differ(entry.marks)) {
    return internal_error("a ledger entry has too many parts, or one of them twice");
  }
  std::vector<Word> words = entry.data_classes;
  for (const auto& word :
       {entry.kind, entry.party, entry.actor, entry.duty, entry.second_actor, entry.purpose}) {
    words.push_back(word);
  }
  for (const auto& word : words) {
    // The word itself stays out of the message: it may be what must not be written.
    if (word.bad() || !vocabulary.has(word)) {
      return internal_error(
          "a ledger entry has a word that neither the charter nor the list of actors knows");
    }
  }
  return {};
}

}  // namespace

struct Ledger::State {
  LedgerSetting setting;
  seal::Card card;
  Database database;
  std::vector<Digest> leaves;
  TreeFrontier frontier;
  Instant last_at{INT64_MIN};
  std::string head_note;

  Status take_others();
  Result<Recorded> place(const Entry& entry) const;
  Result<std::string> signed_head(const TreeFrontier& grown, Instant at) const;
};

/// What another process appended since we looked.
Status Ledger::State::take_others() {
  std::string fault;
  const auto first = static_cast<std::int64_t>(leaves.size()) + 1;
  bool grew = false;
  auto status = database.read_lines(first, [&](const StoredLine& stored) {
    Result<Recorded> recorded = internal_error("");
    fault =
        fault_of_next(stored, leaves.size(), leaves.empty() ? Digest{} : leaves.back(), last_at, recorded);
    if (!fault.empty()) return false;
    frontier.append(recorded.value().leaf);
    leaves.push_back(recorded.value().leaf);
    last_at = recorded.value().at;
    grew = true;
    return true;
  });
  if (!status.ok()) return status;
  if (!fault.empty())
    return refused(fmt::format("the ledger was tampered with at entry {}: {}", leaves.size(), fault));
  if (!grew) return {};
  auto note = database.last_head();
  if (!note.ok()) return note.error();
  auto head = verify_head(note.value(), card);
  if (!head.ok()) return head.error();
  if (head.value().size != frontier.size() || head.value().root != frontier.root()) {
    return refused("the ledger was tampered with while it was open");
  }
  head_note = std::move(note).value();
  return {};
}

Result<Recorded> Ledger::State::place(const Entry& entry) const {
  const Instant now = setting.clock->now();
  if (now.seconds + kClockSlackSeconds < last_at.seconds) return clock_set_back(last_at);
  Recorded recorded;
  recorded.index = leaves.size();
  recorded.at = std::max(now, last_at);
  recorded.entry = entry;
  recorded.previous = leaves.empty() ? Digest{} : leaves.back();
  return recorded;
}

Result<std::string> Ledger::State::signed_head(const TreeFrontier& grown, Instant at) const {
  return seal::sign_note(to_text(Head{card.party, grown.size(), grown.root(), at}), card.party,
                         setting.keys->signer);
}

Ledger::Ledger(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

Result<Ledger> Ledger::open(LedgerSetting setting) {
  auto state = std::make_unique<State>();
  state->setting = std::move(setting);
  state->card = seal::card_of(*state->setting.keys);
  auto database = Database::open(state->setting.path, Database::Mode::kWrite);
  if (!database.ok()) return database.error();
  state->database = std::move(database).value();
  auto walked = walk(state->database, state->card, HeadCheck::kLast, {});
  if (!walked.ok()) return walked.error();
  Walk& found = walked.value();
  if (!found.verdict.sound()) {
    const Damage& damage = found.verdict.damages.front();
    return refused(fmt::format("the ledger was tampered with at entry {}: {}", damage.index, damage.what));
  }
  if (state->setting.clock->now().seconds + kClockSlackSeconds < found.last_at.seconds) {
    return clock_set_back(found.last_at);
  }
  for (const auto& leaf : found.leaves) state->frontier.append(leaf);
  state->leaves = std::move(found.leaves);
  state->last_at = found.last_at;
  auto note = state->database.last_head();
  if (!note.ok()) return note.error();
  state->head_note = std::move(note).value();
  return Ledger(std::move(state));
}

void Ledger::add_words(const std::vector<std::string>& words) { state_->setting.vocabulary.add_all(words); }

Result<std::uint64_t> Ledger::append(const Entry& entry) {
  State& state = *state_;
  if (auto status = check_entry(entry, state.setting.vocabulary); !status.ok()) return status.error();
  if (auto status = state.database.begin(); !status.ok()) return status.error();
  const auto give_up = [&](const Error& error) {
    state.database.roll_back();
    return error;
  };
  if (auto status = state.take_others(); !status.ok()) return give_up(status.error());
  auto recorded = state.place(entry);
  if (!recorded.ok()) return give_up(recorded.error());
  const std::string line = to_line(recorded.value());
  const Digest leaf = leaf_hash(line);
  TreeFrontier grown = state.frontier;
  grown.append(leaf);
  auto note = state.signed_head(grown, recorded.value().at);
  if (!note.ok()) return give_up(note.error());
  const auto row = static_cast<std::int64_t>(grown.size());
  if (auto status = state.database.add_line(row, line); !status.ok()) return give_up(status.error());
  if (auto status = state.database.add_head(row, note.value()); !status.ok()) return give_up(status.error());
  if (auto status = state.database.commit(); !status.ok()) return give_up(status.error());
  state.frontier = std::move(grown);
  state.leaves.push_back(leaf);
  state.last_at = recorded.value().at;
  state.head_note = std::move(note).value();
  return recorded.value().index;
}

std::uint64_t Ledger::size() const { return state_->leaves.size(); }
std::string Ledger::head_note() const { return state_->head_note; }

Status Ledger::for_each(std::uint64_t first, const std::function<bool(const Recorded&)>& see) const {
  Status fault;
  auto status =
      state_->database.read_lines(static_cast<std::int64_t>(first) + 1, [&](const StoredLine& stored) {
        auto recorded = parse_line(stored.line);
        if (!recorded.ok()) {
          fault = recorded.error();
          return false;
        }
        return see(recorded.value());
      });
  return status.ok() ? fault : status;
}

Result<std::vector<Recorded>> Ledger::entries() const {
  std::vector<Recorded> all;
  auto status = for_each(0, [&](const Recorded& recorded) {
    all.push_back(recorded);
    return true;
  });
  if (!status.ok()) return status.error();
  return all;
}

Status Ledger::export_text(const std::string& path) const {
  std::string text = std::string(kExportTitle) + "\n";
  auto status = state_->database.read_lines(1, [&](const StoredLine& stored) {
    text += stored.line + "\n";
    return true;
  });
  if (!status.ok()) return status;
  text += std::string(kSectionLine) + "\n" + state_->head_note;
  return seal::write_whole_file(path, seal::as_bytes(text));
}

Result<std::string> Ledger::prove_inclusion(std::uint64_t index) const {
  if (index >= size())
    return invalid(fmt::format("the ledger has {} entries; there is no entry {}", size(), index));
  std::string line;
  auto status =
      state_->database.read_lines(static_cast<std::int64_t>(index) + 1, [&](const StoredLine& stored) {
        line = stored.line;
        return false;
      });
  if (!status.ok()) return status.error();
  return inclusion_text(line, inclusion_path(state_->leaves, index), state_->head_note);
}

Result<std::string> Ledger::prove_consistency(std::uint64_t first_size) const {
  if (first_size == 0 || first_size > size()) {
    return invalid(
        fmt::format("the ledger has {} entries; it cannot be compared with {}", size(), first_size));
  }
  std::string first_note;
  auto status = state_->database.read_heads([&](StoredHead stored) {
    if (stored.size == static_cast<std::int64_t>(first_size)) first_note = std::move(stored.note);
    return first_note.empty();
  });
  if (!status.ok()) return status.error();
  return consistency_text(consistency_path(state_->leaves, first_size), first_note, state_->head_note);
}

Result<Ledger::Greeting> Ledger::greet(std::string_view party) {
  State& state = *state_;
  auto sent = state.database.exchanged(party, false);
  if (!sent.ok()) return sent.error();
  auto sizes = parse_sizes(sent.value());
  Greeting greeting{state.head_note, ""};
  // A file may be lost on its way, so the proof goes back to each of the last heads sent.
  for (const auto first : sizes) {
    if (first > 0 && first <= size())
      greeting.proof += bridge_text(first, consistency_path(state.leaves, first));
  }
  if (sizes.empty() || sizes.back() != size()) sizes.push_back(size());
  if (sizes.size() > kBridgeCountMax) sizes.erase(sizes.begin());
  if (auto status = state.database.set_exchanged(party, false, sizes_text(sizes)); !status.ok())
    return status.error();
  return greeting;
}

Result<std::string> Ledger::witnessed(std::string_view party) const {
  return state_->database.exchanged(party, true);
}

Status Ledger::witness(const seal::Card& card, std::string_view head_note, std::string_view proof) {
  auto head = verify_head(head_note, card);
  if (!head.ok()) return head.error();
  auto known = witnessed(card.party);
  if (!known.ok()) return known.error();
  Entry entry;
  entry.verb = Verb::kWitness;
  entry.party = card.party;
  entry.marks = {{DigestKind::kHead, head.value().root}};
  Status verdict;
  if (!known.value().empty()) {
    auto before = verify_head(known.value(), card);
    // A party that changed its keys starts anew; its old heads cannot speak for the new key.
    if (before.ok()) {
      // An older file that arrives late, also one of the same second: two notices need not come in order.
      if (before.value().size > head.value().size && before.value().at >= head.value().at) return {};
      verdict = check_bridge(before.value(), head.value(), proof);
    }
  }
  if (!verdict.ok()) {
    entry.phase = Phase::kRefused;
    entry.reason = Reason::kFork;
  }
  if (auto index = append(entry); !index.ok()) return index.error();
  if (!verdict.ok()) return verdict;
  return state_->database.set_exchanged(card.party, true, head_note);
}

Result<Verdict> Ledger::verify(const std::vector<std::string>& heads_kept_elsewhere) const {
  auto walked = walk(state_->database, state_->card, HeadCheck::kEvery, heads_kept_elsewhere);
  if (!walked.ok()) return walked.error();
  return std::move(walked.value().verdict);
}

Result<bool> has_entry(const Ledger& ledger, const std::function<bool(const Entry&)>& is_it) {
  bool found = false;
  auto read = ledger.for_each(0, [&](const Recorded& recorded) {
    found = is_it(recorded.entry);
    return !found;
  });
  if (!read.ok()) return read.error();
  return found;
}

Result<bool> was_received(const Ledger& ledger, const seal::Id& package) {
  return has_entry(ledger, [&](const Entry& entry) {
    return entry.verb == Verb::kReceive && entry.phase == Phase::kDone && entry.subject == package;
  });
}

Result<bool> was_sent(const Ledger& ledger, const seal::Id& package, std::string_view party) {
  return has_entry(ledger, [&](const Entry& entry) {
    return entry.verb == Verb::kSend && entry.subject == package && entry.party.text() == party;
  });
}

}  // namespace kinfold::ledger
