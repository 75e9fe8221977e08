// Who is signed in: random tokens in cookies, their hashes here, and two clocks that end them.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "seal/state_file.h"

namespace kinfold::console {

inline constexpr std::int64_t kIdleSecondsMax = 15 * 60;       // ASVS 3.3.2 (level 2: 30 minutes)
inline constexpr std::int64_t kSessionSecondsMax = 10 * 3600;  // ASVS 3.3.2 (level 2: 12 hours)

struct Session {
  std::string actor;
  std::string csrf;  ///< What each form of this session has to bring back.
  std::string id;    ///< Names the session within the server; says nothing.
  Instant created;
  Instant seen;
};

/// Thread-safe. Sessions outlive a restart: they lie in a sealed file, without their tokens.
class Sessions {
 public:
  Sessions(seal::StateFile file, const Clock& clock);
  /// \retval kRefused if the file was altered: everybody signs in again once it is removed.
  Status load();

  struct Started {
    std::string token;  ///< For the cookie: 256 random bits, base64url.
    Session session;
  };
  /// Always a fresh token: none that a browser brought along is ever taken up.
  Result<Started> start(const std::string& actor);
  /// The session of a cookie's token, if it has not ended; counts as use.
  std::optional<Session> find(std::string_view token);
  Status end(std::string_view token);
  /// Everything this actor has open, for example when the account is reset.
  Status end_all(const std::string& actor);
  std::size_t count() const;

 private:
  Status save_locked();
  bool ended(const Session& session) const;

  mutable std::mutex mutex_;
  seal::StateFile file_;
  const Clock& clock_;
  std::map<std::string, Session> by_hash_;
  Instant saved_;
};

/// Compares in the same time whatever differs.
bool same_token(std::string_view a, std::string_view b);

}  // namespace kinfold::console
