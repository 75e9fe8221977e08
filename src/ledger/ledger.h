// The append-only, hash-chained record of everything done at a site, with signed heads.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "ledger/entry.h"
#include "ledger/tree.h"
#include "seal/keys.h"

namespace kinfold::ledger {

/// A C2SP checkpoint: size and root of the tree, and when. Signed, it is a note.
struct Head {
  std::string party;
  std::uint64_t size = 0;
  Digest root;
  Instant at;
  bool operator==(const Head&) const = default;
};
std::string to_text(const Head& head);
Result<Head> parse_head(std::string_view text);
/// \retval kRefused if `card`'s party did not sign it, or it is another party's head.
Result<Head> verify_head(std::string_view note, const seal::Card& card);

/// Where a ledger was found wanting.
struct Damage {
  std::uint64_t index = 0;  ///< The first entry that is not as it was written.
  std::string what;         ///< `edited`, `missing`, `out of order`, `cut short`, `forked`, ...
};
struct Verdict {
  std::uint64_t entry_count = 0;
  std::uint64_t head_count = 0;
  Head head;
  std::vector<Damage> damages;  ///< Empty: sound.
  bool sound() const { return damages.empty(); }
};

struct LedgerSetting {
  std::string path;                      ///< SQLite file; made if missing.
  const seal::SiteKeys* keys = nullptr;  ///< Must outlive the ledger; signs the heads.
  const Clock* clock = nullptr;          ///< Must outlive the ledger.
  Vocabulary vocabulary;
};

/// One site's ledger. Not thread-safe; several processes may hold one, appends take turns.
/// Invariants: 1. entries are never changed or removed; 2. an append that returned is on disk;
/// 3. times never fall; 4. every append leaves a head signed over everything so far.
class Ledger {
 public:
  /// Reads and checks everything that is there.
  /// \retval kRefused if it was tampered with (where, what) or the clock stands before its last
  ///         head; kIo if it cannot be opened or written.
  static Result<Ledger> open(LedgerSetting setting);
  Ledger(Ledger&&) noexcept;
  Ledger& operator=(Ledger&&) noexcept;
  ~Ledger();

  /// Words that the charter or the actor list gained since.
  void add_words(const std::vector<std::string>& words);

  /// Durable when it returns. \returns its index.
  /// \retval kInternal for a word outside the vocabulary or too many counts (nothing written);
  ///         kRefused if the clock was set back; kIo if the disk is full or the file is locked.
  Result<std::uint64_t> append(const Entry& entry);

  std::uint64_t size() const;
  Result<std::vector<Recorded>> entries() const;
  /// Calls `see` for each entry from `first` on, until it returns false.
  Status for_each(std::uint64_t first, const std::function<bool(const Recorded&)>& see) const;

  /// The last head as a signed note.
  std::string head_note() const;
  /// Lines, then the head: what `kinfold-verify ledger` reads.
  Status export_text(const std::string& path) const;

  /// A small text that lets anybody check that entry `index` is under the last head.
  Result<std::string> prove_inclusion(std::uint64_t index) const;
  Result<std::string> prove_consistency(std::uint64_t first_size) const;

  /// For a sealed file to `party`: our head, and the proof that it goes on from the one sent last.
  struct Greeting {
    std::string head;
    std::string proof;  ///< Empty the first time.
  };
  Result<Greeting> greet(std::string_view party);
  /// Holds another party's head, with its proof, against the last one it showed us, and keeps it.
  /// \retval kRefused if its ledger was cut or rewritten since (a fork), which is recorded.
  Status witness(const seal::Card& card, std::string_view head_note, std::string_view proof);
  /// The last head seen of `party`, as a note; empty if none.
  Result<std::string> witnessed(std::string_view party) const;

  /// Reads everything from disk again and checks it: each line, the chain, every head, and heads
  /// of ours that other parties kept (notes).
  Result<Verdict> verify(const std::vector<std::string>& heads_kept_elsewhere = {}) const;

 private:
  struct State;
  explicit Ledger(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Whether `is_it` says yes to any entry; an entry that cannot be read is an error, not a no.
Result<bool> has_entry(const Ledger& ledger, const std::function<bool(const Entry&)>& is_it);
/// The sealed file with this id was received here, and what came of it is done.
Result<bool> was_received(const Ledger& ledger, const seal::Id& package);
/// The sealed file with this id went from here to `party`.
Result<bool> was_sent(const Ledger& ledger, const seal::Id& package, std::string_view party);

/// Checks a ledger file without keys to sign and without writing: for an auditor.
Result<Verdict> verify_file(const std::string& path, const seal::Card& card,
                            const std::vector<std::string>& heads_kept_elsewhere = {});

/// \returns the entry, if the proof text shows it under a head that `card` signed.
Result<Recorded> check_inclusion_proof(std::string_view proof, const seal::Card& card);
Status check_consistency_proof(std::string_view proof, const seal::Card& card);

}  // namespace kinfold::ledger
