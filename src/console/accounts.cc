#include "console/accounts.h"

#include <sodium.h>
#include <sys/stat.h>

#include <array>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "console/totp.h"
#include "seal/state_file.h"

namespace kinfold::console {
namespace {

using nlohmann::json;

constexpr std::size_t kInvitationBytes = 15;

const Error kWrong = refused("The user, the password or the code is not right");

struct Account {
  std::string password_hash;
  seal::Bytes totp_secret;
  std::int64_t used_step = 0;
  int wrong_tries = 0;
  std::int64_t locked_until = 0;
  std::string invitation_hash;  ///< SHA-256, hex: the code has 120 random bits, so nothing slower is needed.
  std::int64_t invited_until = 0;
  seal::Bytes fresh_secret;  ///< Of an enrolment that is not finished.
};
using Accounts = std::map<std::string, Account>;

json to_json(const Account& account) {
  return {{"password", account.password_hash}, {"totp", seal::to_hex(account.totp_secret)},
          {"step", account.used_step},         {"wrong", account.wrong_tries},
          {"locked", account.locked_until},    {"invitation", account.invitation_hash},
          {"invited", account.invited_until},  {"fresh", seal::to_hex(account.fresh_secret)}};
}

Account from_json(const json& read) {
  Account account;
  account.password_hash = read.value("password", "");
  account.totp_secret = seal::from_hex(read.value("totp", "")).value_or(seal::Bytes{});
  account.used_step = read.value("step", std::int64_t{0});
  account.wrong_tries = read.value("wrong", 0);
  account.locked_until = read.value("locked", std::int64_t{0});
  account.invitation_hash = read.value("invitation", "");
  account.invited_until = read.value("invited", std::int64_t{0});
  account.fresh_secret = seal::from_hex(read.value("fresh", "")).value_or(seal::Bytes{});
  return account;
}

std::string invitation_hash(std::string_view invitation) {
  std::string plain;
  for (const char c : invitation) {
    if (c != '-' && c != ' ') plain += static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  }
  return seal::to_hex(seal::sha256(seal::as_bytes(plain)));
}

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// Which file it is, and whether it was written since: files are replaced, never altered.
struct Stamp {
  std::uint64_t inode = 0;
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
  bool operator==(const Stamp&) const = default;
};

Stamp stamp_of(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return {};
  return {facts.st_ino, facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec};
}

}  // namespace

struct AccountStore::State {
  State(seal::StateFile with, const Clock& by, Work cost) : file(std::move(with)), clock(by), work(cost) {}

  seal::StateFile file;
  const Clock& clock;
  Work work;
  std::string decoy_hash;  ///< Worked on for an account that is not there, so that the time tells nothing.
  std::mutex seen_mutex;
  std::optional<Stamp> seen;
  std::set<std::string> seen_enrolled;

  Result<Accounts> read() const {
    auto bytes = file.read();
    if (!bytes.ok()) return bytes.error();
    Accounts accounts;
    if (bytes.value().empty()) return accounts;
    const auto parsed = json::parse(seal::as_text(bytes.value()), nullptr, false);
    if (!parsed.is_object())
      return refused(
          "the console's file of accounts is not readable; restore it, or remove it and invite people again");
    for (const auto& [actor, entry] : parsed.items()) accounts.emplace(actor, from_json(entry));
    return accounts;
  }
  Status write(const Accounts& accounts) const {
    json all = json::object();
    for (const auto& [actor, account] : accounts) all[actor] = to_json(account);
    std::string text = all.dump();
    const auto written = file.write(text);
    seal::wipe(text.data(), text.size());
    return written;
  }
  Result<std::string> hash(std::string_view password) const {
    std::array<char, crypto_pwhash_STRBYTES> out{};
    if (crypto_pwhash_str_alg(out.data(), password.data(), password.size(), work.passes, work.memory_bytes,
                              crypto_pwhash_ALG_ARGON2ID13) != 0) {
      return io_error("there is not enough memory to work on a password");
    }
    return std::string(out.data());
  }
  bool locked(const Account& account) const { return clock.now().seconds < account.locked_until; }
  void count_wrong(Account& account) const {
    if (++account.wrong_tries < kWrongTriesMax) return;
    account.wrong_tries = 0;
    account.locked_until = clock.now().seconds + kLockSeconds;
  }
  /// Null, after the same work, where account, password or code is wrong: that is counted and written. Else
  /// the code is used up, and the caller writes.
  Result<Account*> proven(Accounts& accounts, const std::string& actor, std::string_view password,
                          std::string_view code) const {
    const auto found = accounts.find(actor);
    Account* account =
        found == accounts.end() || found->second.password_hash.empty() ? nullptr : &found->second;
    const std::string& hash_kept = account == nullptr ? decoy_hash : account->password_hash;
    const bool password_fits =
        crypto_pwhash_str_verify(hash_kept.c_str(), password.data(), password.size()) == 0;
    if (account == nullptr || locked(*account)) return static_cast<Account*>(nullptr);
    const auto step = totp_step_of(account->totp_secret, code, clock.now(), account->used_step);
    if (!password_fits || !step) {
      count_wrong(*account);
      if (auto s = write(accounts); !s.ok()) return s.error();
      return static_cast<Account*>(nullptr);
    }
    account->used_step = *step;
    account->wrong_tries = 0;
    return account;
  }
  /// What the owner of an account may do to it: under the file's lock, once the account is proven.
  Status change_proven(const std::string& actor, std::string_view password, std::string_view code,
                       const std::function<void(Account&)>& change) const {
    const auto lock = seal::FileLock::take(file.path());
    if (!lock.ok()) return lock.error();
    auto accounts = read();
    if (!accounts.ok()) return accounts.error();
    const auto account = proven(accounts.value(), actor, password, code);
    if (!account.ok()) return account.error();
    if (account.value() == nullptr) return kWrong;
    change(*account.value());
    return write(accounts.value());
  }
  /// Null where the invitation does not fit; a wrong one counts.
  Account* invited(Accounts& accounts, const std::string& actor, std::string_view invitation) const {
    const auto found = accounts.find(actor);
    if (found == accounts.end() || locked(found->second)) return nullptr;
    auto& account = found->second;
    const bool fits = !account.invitation_hash.empty() && clock.now().seconds <= account.invited_until &&
                      same(account.invitation_hash, invitation_hash(invitation));
    if (fits) return &account;
    count_wrong(account);
    return nullptr;
  }
};

AccountStore::AccountStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
AccountStore::AccountStore(AccountStore&&) noexcept = default;
AccountStore& AccountStore::operator=(AccountStore&&) noexcept = default;
AccountStore::~AccountStore() = default;

Result<AccountStore> AccountStore::open(const std::string& path, const seal::SiteKeys& keys,
                                        const Clock& clock, Work work) {
  if (auto s = seal::start_crypto(); !s.ok()) return s.error();
  auto state = std::make_unique<State>(seal::StateFile(path, keys, "accounts"), clock, work);
  if (const auto readable = state->read(); !readable.ok()) return readable.error();
  auto decoy = state->hash("nobody has this password");
  if (!decoy.ok()) return decoy.error();
  state->decoy_hash = std::move(decoy).value();
  return AccountStore(std::move(state));
}

Result<std::string> AccountStore::invite(const std::string& actor) {
  const auto lock = seal::FileLock::take(state_->file.path());
  if (!lock.ok()) return lock.error();
  auto accounts = state_->read();
  if (!accounts.ok()) return accounts.error();
  std::array<std::byte, kInvitationBytes> random{};
  seal::fill_random(random);
  const auto text = totp_secret_text(random);  // base32: 24 letters and digits that are easily read aloud
  if (!text.ok()) return text.error();
  std::string grouped = in_fours(text.value(), '-');
  Account account;
  account.invitation_hash = invitation_hash(grouped);
  account.invited_until = state_->clock.now().seconds + kInvitationSeconds;
  accounts.value()[actor] = account;
  if (auto s = state_->write(accounts.value()); !s.ok()) return s.error();
  return grouped;
}

Status AccountStore::remove(const std::string& actor) {
  const auto lock = seal::FileLock::take(state_->file.path());
  if (!lock.ok()) return lock.error();
  auto accounts = state_->read();
  if (!accounts.ok()) return accounts.error();
  if (accounts.value().erase(actor) == 0)
    return invalid("there is no account of that actor; `kinfold account list` names them");
  return state_->write(accounts.value());
}

Result<std::vector<AccountFacts>> AccountStore::list() const {
  const auto accounts = state_->read();
  if (!accounts.ok()) return accounts.error();
  std::vector<AccountFacts> facts;
  const auto now = state_->clock.now().seconds;
  for (const auto& [actor, account] : accounts.value()) {
    AccountFacts each{actor, !account.password_hash.empty(), {}, {}};
    if (account.locked_until > now) each.locked_until = Instant{account.locked_until};
    if (!account.invitation_hash.empty()) each.invited_until = Instant{account.invited_until};
    facts.push_back(each);
  }
  return facts;
}

bool AccountStore::enrolled(const std::string& actor) const {
  const std::lock_guard guard(state_->seen_mutex);
  const auto now = stamp_of(state_->file.path());
  if (state_->seen != now) {
    const auto accounts = state_->read();
    if (!accounts.ok()) return false;
    state_->seen_enrolled.clear();
    for (const auto& [id, account] : accounts.value()) {
      if (!account.password_hash.empty()) state_->seen_enrolled.insert(id);
    }
    state_->seen = now;
  }
  return state_->seen_enrolled.contains(actor);
}

Result<Enrolment> AccountStore::begin_enrolment(const std::string& actor, std::string_view invitation) {
  const auto lock = seal::FileLock::take(state_->file.path());
  if (!lock.ok()) return lock.error();
  auto accounts = state_->read();
  if (!accounts.ok()) return accounts.error();
  auto* account = state_->invited(accounts.value(), actor, invitation);
  if (account != nullptr && account->fresh_secret.empty()) {
    account->fresh_secret.resize(kTotpSecretBytes);
    seal::fill_random(account->fresh_secret);
  }
  if (auto s = state_->write(accounts.value()); !s.ok()) return s.error();
  if (account == nullptr) return refused("This invitation is not right, or its three days are over");
  auto text = totp_secret_text(account->fresh_secret);
  auto address = totp_address(account->fresh_secret, actor, "Kinfold");
  if (!text.ok()) return text.error();
  if (!address.ok()) return address.error();
  return Enrolment{std::move(text).value(), std::move(address).value()};
}

Status AccountStore::finish_enrolment(const std::string& actor, std::string_view invitation,
                                      std::string_view password, std::string_view code) {
  const auto lock = seal::FileLock::take(state_->file.path());
  if (!lock.ok()) return lock.error();
  auto accounts = state_->read();
  if (!accounts.ok()) return accounts.error();
  auto* account = state_->invited(accounts.value(), actor, invitation);
  if (account == nullptr || account->fresh_secret.empty()) {
    if (auto s = state_->write(accounts.value()); !s.ok()) return s;
    return refused("This invitation is not right, or its three days are over");
  }
  if (auto s = check_password(password, actor); !s.ok()) return s;
  const auto step = totp_step_of(account->fresh_secret, code, state_->clock.now(), 0);
  if (!step)
    return invalid(
        "The code is not the one that the app shows now; check that your telephone's clock is right");
  auto hash = state_->hash(password);
  if (!hash.ok()) return hash.error();
  Account ready;
  ready.password_hash = std::move(hash).value();
  ready.totp_secret = account->fresh_secret;
  ready.used_step = *step;
  *account = ready;
  return state_->write(accounts.value());
}

Status AccountStore::sign_in(const std::string& actor, std::string_view password, std::string_view code) {
  return state_->change_proven(actor, password, code, [](Account&) {});
}

Status AccountStore::change_password(const std::string& actor, std::string_view password,
                                     std::string_view code, std::string_view fresh) {
  if (auto s = check_password(fresh, actor); !s.ok()) return s;
  if (fresh == password) return invalid("The new password is the one that you have: choose another one");
  auto hash = state_->hash(fresh);
  if (!hash.ok()) return hash.error();
  return state_->change_proven(actor, password, code,
                               [&](Account& account) { account.password_hash = std::move(hash).value(); });
}

Status check_password(std::string_view password, std::string_view actor) {
  std::size_t characters = 0;
  for (const char c : password) characters += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  if (characters < kPasswordCharactersMin)
    return invalid("The password must have 12 characters or more: three or four words will do");
  if (characters > kPasswordCharactersMax) return invalid("The password must have 128 characters or fewer");
  const std::string folded = ascii_lower(password);
  for (const std::string_view common : {"password", "kinfold", "123456", "qwerty", "abcdef", "letmein",
                                        "welcome", "iloveyou", "football", "changeme"}) {
    if (folded.find(common) != std::string::npos)
      return invalid(
          "The password has a common word or row of keys in it that is tried first: choose other words");
  }
  if (!actor.empty() && folded.find(actor) != std::string::npos)
    return invalid("The password must not have your user name in it");
  std::array<bool, 256> seen{};
  int distinct = 0;
  for (const char c : folded) {
    auto& s = seen[static_cast<unsigned char>(c)];
    distinct += s ? 0 : 1;
    s = true;
  }
  if (distinct < 5) return invalid("The password repeats the same few characters: choose other words");
  return {};
}

}  // namespace kinfold::console
