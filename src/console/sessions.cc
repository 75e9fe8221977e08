#include "console/sessions.h"

#include <sodium.h>

#include <array>
#include <nlohmann/json.hpp>

namespace kinfold::console {
namespace {

using nlohmann::json;

constexpr std::int64_t kSaveSeconds = 60;

std::string random_text() {
  std::array<std::byte, 32> random{};
  seal::fill_random(random);
  std::string text = seal::to_base64_unpadded(random);
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

std::string hash_of(std::string_view token) { return seal::to_hex(seal::sha256(seal::as_bytes(token))); }

}  // namespace

bool same_token(std::string_view a, std::string_view b) {
  return !a.empty() && a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

Sessions::Sessions(seal::StateFile file, const Clock& clock)
    : file_(std::move(file)), clock_(clock), saved_(clock.now()) {}

bool Sessions::ended(const Session& session) const {
  const auto now = clock_.now().seconds;
  return now - session.seen.seconds > kIdleSecondsMax || now - session.created.seconds > kSessionSecondsMax;
}

Status Sessions::load() {
  const std::lock_guard guard(mutex_);
  const auto bytes = file_.read();
  if (!bytes.ok()) return bytes.error();
  const auto parsed = json::parse(seal::as_text(bytes.value()), nullptr, false);
  if (!parsed.is_object()) return {};
  for (const auto& [hash, read] : parsed.items()) {
    Session session{read.value("actor", ""),
                    read.value("csrf", ""),
                    read.value("id", ""),
                    {read.value("created", std::int64_t{0})},
                    {read.value("seen", std::int64_t{0})}};
    if (!ended(session)) by_hash_[hash] = session;
  }
  return {};
}

Status Sessions::save_locked() {
  std::erase_if(by_hash_, [&](const auto& entry) { return ended(entry.second); });
  json all = json::object();
  for (const auto& [hash, session] : by_hash_) {
    all[hash] = {{"actor", session.actor},
                 {"csrf", session.csrf},
                 {"id", session.id},
                 {"created", session.created.seconds},
                 {"seen", session.seen.seconds}};
  }
  saved_ = clock_.now();
  return file_.write(all.dump());
}

Result<Sessions::Started> Sessions::start(const std::string& actor) {
  const std::lock_guard guard(mutex_);
  const auto now = clock_.now();
  Started started{random_text(), {actor, random_text(), seal::to_hex(seal::random_id()), now, now}};
  by_hash_[hash_of(started.token)] = started.session;
  if (auto s = save_locked(); !s.ok()) return s.error();
  return started;
}

std::optional<Session> Sessions::find(std::string_view token) {
  if (token.empty() || token.size() > 64) return std::nullopt;
  const std::lock_guard guard(mutex_);
  const auto found = by_hash_.find(hash_of(token));
  if (found == by_hash_.end()) return std::nullopt;
  if (ended(found->second)) {
    by_hash_.erase(found);
    return std::nullopt;
  }
  found->second.seen = clock_.now();
  // Written once a minute at most: a machine that stops costs nobody more than that of idle time.
  if (clock_.now().seconds - saved_.seconds >= kSaveSeconds && !save_locked().ok()) saved_ = clock_.now();
  return found->second;
}

Status Sessions::end(std::string_view token) {
  const std::lock_guard guard(mutex_);
  by_hash_.erase(hash_of(token));
  return save_locked();
}

Status Sessions::end_all(const std::string& actor) {
  const std::lock_guard guard(mutex_);
  std::erase_if(by_hash_, [&](const auto& entry) { return entry.second.actor == actor; });
  return save_locked();
}

std::size_t Sessions::count() const {
  const std::lock_guard guard(mutex_);
  return by_hash_.size();
}

}  // namespace kinfold::console
