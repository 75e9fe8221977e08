// One party's installation: a folder with its charter, keys, ledger and holdings, opened with its
// passphrase. The verbs that a party does are in the other files of this room, one file each.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "charter/charter.h"
#include "holding/door.h"
#include "ledger/ledger.h"
#include "seal/keys.h"
#include "seal/package.h"

namespace kinfold::site {

struct InitOptions {
  std::string folder;
  std::string charter_path;
  std::string party;        ///< Id of a party of the charter.
  std::string actors_path;  ///< actors.toml to copy; empty: one actor for each duty of the party's role.
  seal::WorkFactor work;    ///< Cost of guessing the passphrase.
};

/// Makes keys, ledger and an empty catalogue. Nothing is there, or everything: a folder with half a
/// site in it (a killed run) is finished by running it again with the same passphrase.
/// \retval kInvalid if the charter has no such party; kRefused if the folder is a site already.
Status init_site(const InitOptions& options, const seal::SecretBytes& passphrase, const Clock& clock);

/// Where things lie in a site's folder.
struct SitePaths {
  std::string folder;
  std::string charter() const { return folder + "/charter.toml"; }
  std::string actors() const { return folder + "/actors.toml"; }
  std::string party() const { return folder + "/party"; }
  std::string keys() const { return folder + "/keys/site.key"; }
  std::string card() const { return folder + "/keys/site.card"; }
  std::string keyring() const { return folder + "/keyring"; }
  std::string ledger() const { return folder + "/ledger.sqlite"; }
  std::string holdings() const { return folder + "/holdings"; }
  std::string outbox() const { return folder + "/outbox"; }
  std::string certificates() const { return folder + "/certificates"; }
  std::string published() const { return folder + "/published"; }
};

/// Not thread-safe; one process at a time (the door holds a lock).
class Site {
 public:
  /// The charter is the one that the ledger names last; a change of the actors is written to it.
  /// \retval kIo if it is no site or another process has it open; kRefused if the passphrase is
  ///         wrong, the ledger was tampered with, the clock stands before its last entry, or charter.toml was
  ///         changed.
  static Result<std::unique_ptr<Site>> open(const std::string& folder, const seal::SecretBytes& passphrase,
                                            const Clock& clock);
  /// Takes up a new version of the charter: the ledger has its hash from then on, and who took it up. What is
  /// held keeps its expiry. \retval kInvalid if it is no charter; kRefused if this party is not in it in the
  /// same role, or the actor is not of this site.
  static Status take_up_charter(const std::string& folder, const seal::SecretBytes& passphrase,
                                const Clock& clock, const std::string& charter_path,
                                const std::string& actor);
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  const charter::Charter& charter() const { return charter_; }
  const charter::Party& party() const { return *party_; }
  const SitePaths& paths() const { return paths_; }
  const seal::SiteKeys& keys() const { return *keys_; }
  const Clock& clock() const { return clock_; }
  Date today() const { return clock_.today(); }
  holding::Door& door() { return *door_; }
  const holding::Door& door() const { return *door_; }
  ledger::Ledger& ledger() { return *ledger_; }
  const holding::ActorRegistry& actors() const { return actors_; }

  /// The card of another party, as this site trusts it.
  /// \retval kRefused, with the command that mends it, if there is none.
  Result<seal::Card> card_of(std::string_view party) const;
  /// Every trusted card.
  std::vector<seal::Card> cards() const;
  /// Keeps a card. \retval kRefused if the charter has no such party, or another card is kept
  /// for it: keys do not change silently.
  Status trust(const std::string& card_path);

  /// Writes an entry: what was done, to how many; never to whom.
  Status note(const ledger::Entry& entry);
  /// Writes a refusal to the ledger and hands the error on.
  Error refuse(ledger::Verb verb, ledger::Reason reason, const Error& error);

  /// Asks the charter whether `classes` may go to `to`; a refusal is written to the ledger.
  Status may_send(charter::Kind kind, const std::string& to, const std::vector<std::string>& classes);
  /// Seals for `to`, by the charter's flow for this kind, and puts it into the outbox as
  /// `<kind>-<to>-<id>.age`. \returns the sealed file's path and manifest.
  struct Sent {
    std::string path;
    seal::Manifest manifest;
  };
  struct Letter {
    seal::PackageKind kind = seal::PackageKind::kNotice;
    std::string to;
    std::string purpose;
    std::vector<std::string> data_classes;
    std::optional<seal::Id> id;  ///< Empty: random.
    std::optional<seal::Id> in_answer_to;
    Date expires;
  };
  Result<Sent> send(const Letter& letter, const seal::Contents& contents);

 private:
  Site(SitePaths paths, const Clock& clock) : paths_(std::move(paths)), clock_(clock) {}
  static Result<std::unique_ptr<Site>> open_ledger(const std::string& folder,
                                                   const seal::SecretBytes& passphrase, const Clock& clock);
  Status open_door();
  Status hold_to_rules();

  SitePaths paths_;
  const Clock& clock_;
  charter::Charter charter_;
  const charter::Party* party_ = nullptr;
  holding::ActorRegistry actors_;
  std::optional<seal::SiteKeys> keys_;
  std::optional<ledger::Ledger> ledger_;
  std::optional<holding::Door> door_;
};

/// Path of a sealed file in the outbox.
std::string outbox_path(const SitePaths& paths, seal::PackageKind kind, std::string_view to,
                        const seal::Id& id);

}  // namespace kinfold::site
