// The book of those who do not want to be part: keyed tokens, not names, so that an objection goes
// on working for later files without keeping anybody's identity.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "holding/records.h"
#include "identity/identity.h"

namespace kinfold::identity {

using Token = holding::Token;
/// A keyed hash of a text within a domain: that of the objections' holding (RecordRing::token), so
/// that the book means nothing once the holding's key is destroyed. Thread-safe.
using TokenMaker = std::function<Token(std::string_view domain, std::string_view text)>;
TokenMaker tokens_of(const holding::RecordRing& ring);  ///< The ring must outlive it.

/// The combinations that fit this identity: exact name and date of birth; nickname class and date
/// of birth; sound of the name, date of birth and postcode district; names swapped; day and month
/// swapped; NI number and date of birth ... Combinations whose fields are not known are left out.
std::vector<Token> objection_tokens(const Identity& identity, const TokenMaker& make);

/// Persistent, one file. Not thread-safe for changes; `matches` may run on several threads.
/// Invariants: (1) nothing but keyed tokens, dates and random entry numbers is stored; (2) an
/// addition is there whole or not at all, whatever happens to the process.
class ObjectionBook {
 public:
  /// Makes the file (mode 0600) where there is none.
  /// \retval kIo; kInvalid if the file is not an objection book of this version, or of another key.
  static Result<ObjectionBook> open(const std::string& path, TokenMaker make);
  ObjectionBook(ObjectionBook&&) noexcept;
  ObjectionBook& operator=(ObjectionBook&&) noexcept;
  ~ObjectionBook();

  /// Adding somebody who is there already changes nothing. \returns whether it was new.
  /// \retval kInvalid where too little is known of the person to know them again: a date of birth
  ///         and a name, or a NI number, are needed.
  Result<bool> add(const Identity& identity, Date on);
  struct Added {
    std::uint64_t new_count = 0;
    std::uint64_t known_count = 0;           ///< Were there already.
    std::uint64_t unrecognisable_count = 0;  ///< Too little is known of them to know them again.
  };
  /// All in one: those who cannot be recognised are counted, and stop nobody else.
  Result<Added> add_all(const std::vector<Identity>& identities, Date on);

  /// Whether somebody in the book shares a token with this identity. False matches are rare and
  /// only ever leave somebody out; their rate is measured in tests and stated in vault.md.
  bool matches(const Identity& identity) const;
  /// The person has changed their mind: takes out every entry that `matches` finds.
  Result<std::uint64_t> remove(const Identity& identity);

  std::uint64_t entry_count() const;

 private:
  struct State;
  explicit ObjectionBook(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kinfold::identity
