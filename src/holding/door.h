// The one door to data at rest: a catalogue of holdings, each under a key of its own, opened only
// through the charter, the clock, the actor's duties, the objections and the ledger.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "charter/charter.h"
#include "holding/actors.h"
#include "holding/certificate.h"
#include "holding/records.h"
#include "ledger/ledger.h"
#include "seal/keys.h"
#include "seal/package.h"

namespace kinfold::holding {

using seal::Id;

enum class HoldingState { kLive, kDestroyed };

/// A row of the catalogue: facts about data, never data.
struct Holding {
  Id id;
  charter::Kind kind = charter::Kind::kSubmission;
  std::vector<std::string> data_classes;
  std::string origin;  ///< Party it came from; ourselves if made here.
  std::string party;   ///< The party it is about or for (a request's department), or empty.
  std::string purpose;
  Instant created;
  Date expires;  ///< Last day on which it can be opened.
  HoldingState state = HoldingState::kLive;
  std::optional<Instant> destroyed;
  std::optional<Id> package;       ///< Sealed file it came in or went out as.
  std::optional<Id> in_answer_to;  ///< Package or holding that it answers.
  bool records = false;            ///< Opened record by record (RecordRing).
  std::uint64_t row_count = 0;     ///< Rows of all tables when stored.
  std::string key_id;              ///< 16 hex digits that name its key without telling it.
};

struct NewHolding {
  charter::Kind kind = charter::Kind::kSubmission;
  std::vector<std::string> data_classes;
  std::string origin;
  std::string party;
  std::string purpose;
  std::optional<Date> expires;  ///< The charter's expiry counts where it is earlier.
  std::optional<Id> package;
  std::optional<Id> in_answer_to;
};

/// What to store in the place of a holding: the same in everything but its content. It expires no later.
NewHolding as_new(const Holding& holding);

/// Who acts, and what for. The duty is found: the first of the actor's that the charter lets open
/// this kind for this purpose; or name one.
struct Asking {
  std::string actor;
  std::string purpose;
  std::optional<charter::Duty> duty;
  std::string second_actor;  ///< Where two duties are needed; of another duty than the first.
};

/// Takes out of opened data the people who objected to this purpose. \returns how many rows went.
using ObjectionFilter =
    std::function<Result<std::uint64_t>(const Holding&, std::string_view purpose, seal::Contents&)>;

struct DoorSetting {
  std::string folder;                         ///< The site's `holdings` folder; made if missing.
  std::string party;                          ///< Ours.
  const charter::Charter* charter = nullptr;  ///< All of these must outlive the door.
  const seal::SiteKeys* keys = nullptr;
  ledger::Ledger* ledger = nullptr;
  const Clock* clock = nullptr;
  const ActorRegistry* actors = nullptr;
  ObjectionFilter objections;  ///< May be empty; can be set later.
};

/// Not thread-safe. One process at a time holds a site's door; a second is refused.
/// Invariants: 1. the ledger has the intent on disk before a key is unwrapped; 2. a wrapped key lies
/// in one place only, so overwriting that place destroys it; 3. whatever moment the machine stops,
/// the next start finds each holding whole or gone; 4. past its expiry, with a clock set back, or with
/// a changed catalogue row, nothing opens: those facts are bound into the wrapped key.
class Door {
 public:
  /// Also finishes or undoes what an interrupted run left.
  /// \retval kIo if another process holds it, the disk is full or read-only.
  static Result<Door> at(DoorSetting setting);
  Door(Door&&) noexcept;
  Door& operator=(Door&&) noexcept;
  ~Door();

  void set_objections(ObjectionFilter filter);

  /// Everything ever held here, oldest first, destroyed ones included.
  Result<std::vector<Holding>> list() const;
  Result<Holding> find(const Id& id) const;
  /// The live, unexpired holdings of a kind, oldest first.
  Result<std::vector<Holding>> live(charter::Kind kind) const;

  /// Encrypts and keeps. `actor` needs a duty, and the charter a rule to hold this here.
  Result<Holding> store(const NewHolding& what, const seal::Contents& contents, const Asking& who);
  /// The one way to read a holding.
  /// \retval kRefused naming the rule: charter, duty, expiry, clock, destroyed; written to the
  ///         ledger too. kInvalid if its file was altered.
  Result<seal::Contents> open(const Id& id, const Asking& who);

  /// A holding of records (kVault, kObjections, kCases): a key, and a folder for the database.
  Result<Holding> create_records(const NewHolding& what, const Asking& who);
  Result<RecordRing> open_records(const Id& id, const Asking& who);
  /// Where the owner of a records holding keeps its database; destroyed with the holding. Only
  /// sealed bodies and tokens may be written there.
  std::string folder_of(const Id& id) const;

  /// Destroys the key, then the data, and signs a certificate. Again on a destroyed one: the same
  /// certificate. `why`: kRetention, kRights, kNone (asked for) ...
  Result<Certificate> destroy(const Id& id, const std::string& actor, ledger::Reason why);
  /// Destroys everything that is past its expiry. Needs no actor: the charter is the authority.
  Result<std::vector<Certificate>> enforce();
  /// Days from today to the last day on which it can be opened; negative when past.
  int days_left(const Holding& holding) const;
  Result<std::vector<Certificate>> certificates() const;

  /// For acts that open nothing (approving an output): registry, duties, ledger.
  Status may_act(const std::string& actor, charter::Duty duty) const;

 private:
  struct State;
  explicit Door(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kinfold::holding
