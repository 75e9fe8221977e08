// Who may sign in: one account for each actor that has one, with a password (Argon2id), an
// authenticator app (TOTP) and a lock after too many wrong tries.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "seal/keys.h"

namespace kinfold::console {

inline constexpr std::size_t kPasswordCharactersMin = 12;   // ASVS 2.1.1
inline constexpr std::size_t kPasswordCharactersMax = 128;  // ASVS 2.1.2
inline constexpr int kWrongTriesMax = 5;                    // ASVS 2.2.1, 11.1.x: far below 100 an hour
inline constexpr std::int64_t kLockSeconds = 15 * 60;
inline constexpr std::int64_t kInvitationSeconds = 72 * 3600;

struct AccountFacts {
  std::string actor;
  bool enrolled = false;  ///< Has a password and an app.
  std::optional<Instant> locked_until;
  std::optional<Instant> invited_until;
};

/// What an app needs, shown once while somebody enrols.
struct Enrolment {
  std::string secret_text;
  std::string address;
};

/// One file, sealed under a key derived from the site's: whoever can write it but has not the site's
/// passphrase can read no hash and make no account. Several processes may use it (the console, and
/// `kinfold account`): each call reads and writes it anew under a lock. Not thread-safe, but for enrolled().
class AccountStore {
 public:
  /// Cost of one guess at a password.
  struct Work {
    std::uint64_t passes = 3;
    std::uint64_t memory_bytes = 64ULL << 20;
    static Work quick() { return {1, 8ULL << 20}; }
  };
  /// `path` is made with the first account. `keys` are needed while opening only; `clock` must outlive the
  /// store.
  static Result<AccountStore> open(const std::string& path, const seal::SiteKeys& keys, const Clock& clock,
                                   Work work);
  AccountStore(AccountStore&&) noexcept;
  AccountStore& operator=(AccountStore&&) noexcept;
  ~AccountStore();

  /// Makes the account, or resets one whose password or telephone is lost. \returns the invitation code to
  /// hand over in person; it is nowhere else and good for 72 hours.
  Result<std::string> invite(const std::string& actor);
  /// \retval kInvalid if there is no such account.
  Status remove(const std::string& actor);
  Result<std::vector<AccountFacts>> list() const;
  /// Whether there is an account with a password. Thread-safe; reads the file only when it is another.
  bool enrolled(const std::string& actor) const;

  /// The first step of enrolment: a fresh app secret for whoever shows the invitation.
  /// \retval kRefused for a wrong or late invitation (wrong ones count towards the lock).
  Result<Enrolment> begin_enrolment(const std::string& actor, std::string_view invitation);
  /// The second: a password, and a code that shows the app works. Uses the invitation up.
  /// \retval kInvalid for a weak password or a wrong code, saying which.
  Status finish_enrolment(const std::string& actor, std::string_view invitation, std::string_view password,
                          std::string_view code);

  /// The same refusal whether account, password or code is wrong, after the same work.
  /// \retval kRefused; after kWrongTriesMax in a row, for kLockSeconds whatever is typed.
  Status sign_in(const std::string& actor, std::string_view password, std::string_view code);
  /// Of somebody who is signed in: proves both again, and a wrong one counts as at signing in. The app stays.
  /// \retval kInvalid for a weak new password, or one that is no other; kRefused as sign_in().
  Status change_password(const std::string& actor, std::string_view password, std::string_view code,
                         std::string_view fresh);

 private:
  struct State;
  explicit AccountStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Twelve characters or more, not a common one, not the account's or the service's name.
/// \retval kInvalid saying what to do. Source: NIST SP 800-63B 5.1.1.2; ASVS 4.0.3 V2.1.
Status check_password(std::string_view password, std::string_view actor);

}  // namespace kinfold::console
