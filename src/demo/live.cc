#include "demo/live.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "console/serve.h"
#include "console/totp.h"
#include "demo/state.h"

namespace kinfold::demo {
namespace {

/// A code opens once, and the one that shows that the app works is used up: it is one of a minute ago.
constexpr std::int64_t kEnrolledSecondsAgo = 60;

struct Guest {
  std::string actor;
  std::string duties;
  std::string password;
  seal::Bytes secret;
};

Result<std::string> random_password() {
  std::array<std::byte, 10> random{};
  seal::fill_random(random);
  const auto text = console::totp_secret_text(random);
  if (!text.ok()) return text.error();
  return ascii_lower(console::in_fours(text.value(), '-'));
}

Result<Guest> let_in(console::AccountStore& accounts, const holding::Actor& actor, const Clock& clock) {
  Guest guest{actor.id, {}, {}, {}};
  for (const auto duty : actor.duties)
    guest.duties += (guest.duties.empty() ? "" : ", ") + std::string(charter::name(duty));
  auto password = random_password();
  if (!password.ok()) return password.error();
  guest.password = std::move(password).value();
  const auto invitation = accounts.invite(actor.id);
  if (!invitation.ok()) return invitation.error();
  const auto begun = accounts.begin_enrolment(actor.id, invitation.value());
  if (!begun.ok()) return begun.error();
  auto secret = console::totp_secret_bytes(begun.value().secret_text);
  if (!secret.ok()) return secret.error();
  guest.secret = std::move(secret).value();
  const auto code = console::totp_code(guest.secret, clock.now());
  if (!code.ok()) return code.error();
  if (auto s = accounts.finish_enrolment(actor.id, invitation.value(), guest.password, code.value()); !s.ok())
    return s.error();
  return guest;
}

Result<std::vector<Guest>> let_everybody_in(site::Site& site, const console::AccountStore::Work& work) {
  ManualClock before({site.clock().now().seconds - kEnrolledSecondsAgo});
  auto accounts =
      console::AccountStore::open(site.paths().folder + "/console.accounts", site.keys(), before, work);
  if (!accounts.ok()) return accounts.error();
  std::vector<Guest> guests;
  for (const auto& actor : site.actors().actors) {
    auto guest = let_in(accounts.value(), actor, before);
    if (!guest.ok()) return guest.error();
    guests.push_back(std::move(guest).value());
  }
  return guests;
}

std::string codes_line(const std::vector<Guest>& guests, Instant now) {
  std::string line = "Codes now:";
  for (const auto& guest : guests) {
    const auto code = console::totp_code(guest.secret, now);
    line += "  " + guest.actor + " " + (code.ok() ? code.value() : "-");
  }
  return line;
}

/// Says the codes again whenever they are others.
class Codes {
 public:
  Codes(const std::vector<Guest>& guests, const Clock& clock,
        const std::function<void(const std::string&)>& say)
      : thread_([this, &guests, &clock, &say] {
          std::unique_lock lock(mutex_);
          while (!ended_) {
            const auto now = clock.now();
            say(codes_line(guests, now));
            changed_.wait_for(
                lock,
                std::chrono::seconds(console::kTotpStepSeconds - now.seconds % console::kTotpStepSeconds),
                [this] { return ended_; });
          }
        }) {}
  Codes(const Codes&) = delete;
  ~Codes() {
    {
      const std::lock_guard guard(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace

Status serve_demo(const ServeDemo& asked, const std::function<void(const std::string& line)>& say) {
  auto state = State::open_made(asked.folder);
  if (!state.ok()) return state.error();
  if (!state.value().options().live)
    return invalid(
        "the programme of this demo is over; make one that is under way: kinfold demo FOLDER --live");
  const auto parties = all_parties();
  if (std::find(parties.begin(), parties.end(), asked.party) == parties.end())
    return invalid("no such site in a demo; there are " + join(parties, ", "));
  const SystemClock clock;
  const auto words = seal::read_whole_file(state.value().passphrase_file(asked.party), 1024);
  if (!words.ok()) return words.error();
  auto site = site::Site::open(state.value().site_folder(asked.party),
                               seal::SecretBytes::copy_of(words.value()), clock);
  if (!site.ok()) return site.error();

  console::ServeOptions options;
  options.server.port = asked.port;
  options.console.password_work = console::AccountStore::Work::quick();
  const auto role = site.value()->party().role;
  if (role == charter::Role::kDepartment)
    options.console.register_path = state.value().path("data/registers/" + asked.party + "/register.toml");
  if (role == charter::Role::kAuthority) options.console.objections_as = "data-protection-1";
  const auto guests = let_everybody_in(*site.value(), options.console.password_work);
  if (!guests.ok()) return guests.error();
  std::unique_ptr<Codes> codes;
  return console::serve(*site.value(), options, [&](const std::string& address) {
    say("The console of " + site.value()->party().name + " is at " + address);
    say("Nobody in it exists. Sign in as one of these, with the code of the moment; the passwords are good "
        "until this is started again.");
    for (const auto& guest : guests.value())
      say("  " + guest.actor + "   password " + guest.password + "   (" + guest.duties + ")");
    codes = std::make_unique<Codes>(guests.value(), clock, say);
  });
}

}  // namespace kinfold::demo
