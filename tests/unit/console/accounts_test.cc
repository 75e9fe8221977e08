#include "console/accounts.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "console/sessions.h"
#include "console/throttle.h"
#include "console/totp.h"
#include "console/web.h"
#include "seal/state_file.h"
#include "unit/console/enrol.h"

namespace kinfold::console {
namespace {

const std::string& kPassword = kTestPassword;

/// A folder of its own, and a clock that the test moves.
class AccountsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string made = testing::TempDir() + "kinfold-accounts-XXXXXX";
    ASSERT_NE(::mkdtemp(made.data()), nullptr);
    folder_ = made;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  AccountStore open() {
    auto store = AccountStore::open(folder_ + "/accounts", keys_, clock_, AccountStore::Work::quick());
    EXPECT_TRUE(store.ok());
    return std::move(store).value();
  }
  std::string code() {
    const auto bytes = secret_;
    const auto made = totp_code(bytes, clock_.now());
    return made.ok() ? made.value() : "";
  }
  /// Invites and enrols; keeps the app's secret.
  void enrol(AccountStore& store, const std::string& actor) {
    secret_ = console::enrol(store, actor, clock_);
    ASSERT_FALSE(secret_.empty());
    clock_.advance_seconds(60);
  }

  std::string folder_;
  ManualClock clock_{{1'700'000'000}};
  seal::SiteKeys keys_ = seal::make_site_keys("ons-demo");
  seal::Bytes secret_;
};

TEST_F(AccountsTest, WhoeverEnrolledSignsInOnceWithEachCode) {
  auto store = open();
  enrol(store, "linkage-1");
  const auto now = code();
  EXPECT_TRUE(store.sign_in("linkage-1", kPassword, now).ok());
  EXPECT_FALSE(store.sign_in("linkage-1", kPassword, now).ok());
  clock_.advance_seconds(30);
  EXPECT_TRUE(store.sign_in("linkage-1", kPassword, code()).ok());
}

TEST_F(AccountsTest, EveryRefusalSaysTheSame) {
  auto store = open();
  enrol(store, "linkage-1");
  const auto password = store.sign_in("linkage-1", "not the password", code());
  const auto wrong_code = store.sign_in("linkage-1", kPassword, "000000");
  const auto nobody = store.sign_in("nobody", kPassword, code());
  ASSERT_FALSE(password.ok() || wrong_code.ok() || nobody.ok());
  EXPECT_EQ(password.error().message, wrong_code.error().message);
  EXPECT_EQ(password.error().message, nobody.error().message);
}

TEST_F(AccountsTest, FiveWrongTriesLockForAQuarterOfAnHour) {
  auto store = open();
  enrol(store, "linkage-1");
  for (int k = 0; k < kWrongTriesMax; ++k)
    EXPECT_FALSE(store.sign_in("linkage-1", "wrong wrong wrong", code()).ok());
  EXPECT_FALSE(store.sign_in("linkage-1", kPassword, code()).ok());
  clock_.advance_seconds(kLockSeconds - 60);
  EXPECT_FALSE(store.sign_in("linkage-1", kPassword, code()).ok());
  clock_.advance_seconds(120);
  EXPECT_TRUE(store.sign_in("linkage-1", kPassword, code()).ok());
}

TEST_F(AccountsTest, AnInvitationIsGoodForThreeDaysAndOnce) {
  auto store = open();
  const auto invitation = store.invite("linkage-1");
  ASSERT_TRUE(invitation.ok());
  EXPECT_FALSE(store.begin_enrolment("linkage-1", "AAAA-BBBB").ok());
  EXPECT_TRUE(store.begin_enrolment("linkage-1", invitation.value()).ok());
  clock_.advance_seconds(kInvitationSeconds + 1);
  EXPECT_FALSE(store.begin_enrolment("linkage-1", invitation.value()).ok());
  enrol(store, "linkage-1");
  EXPECT_FALSE(store.begin_enrolment("linkage-1", invitation.value()).ok());
}

TEST_F(AccountsTest, AnAlteredFileOrAnotherSitesIsRefused) {
  {
    auto store = open();
    enrol(store, "linkage-1");
  }
  const auto other = seal::make_site_keys("ons-demo");
  EXPECT_FALSE(AccountStore::open(folder_ + "/accounts", other, clock_, AccountStore::Work::quick()).ok());
  std::fstream file(folder_ + "/accounts", std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(40);
  file.put('x');
  file.close();
  const auto altered = AccountStore::open(folder_ + "/accounts", keys_, clock_, AccountStore::Work::quick());
  ASSERT_FALSE(altered.ok());
  EXPECT_EQ(altered.error().code, ErrorCode::kRefused);
}

TEST_F(AccountsTest, TheFileShowsNeitherPasswordHashNorActor) {
  auto store = open();
  enrol(store, "linkage-1");
  const auto bytes = seal::read_whole_file(folder_ + "/accounts", 1 << 20);
  ASSERT_TRUE(bytes.ok());
  const auto text = seal::as_text(bytes.value());
  EXPECT_EQ(text.find("argon2id"), std::string_view::npos);
  EXPECT_EQ(text.find("linkage-1"), std::string_view::npos);
}

TEST_F(AccountsTest, PasswordsAreArgon2idAtTheFullCost) {
  auto store = open();
  enrol(store, "linkage-1");
  const auto plain = seal::StateFile(folder_ + "/accounts", keys_, "accounts").read();
  ASSERT_TRUE(plain.ok());
  EXPECT_NE(seal::as_text(plain.value()).find("$argon2id$v=19$m=8192,t=1,p=1$"),
            std::string_view::npos);  // Work::quick()
  EXPECT_EQ(AccountStore::Work{}.memory_bytes, 64U << 20);
  EXPECT_EQ(AccountStore::Work{}.passes, 3U);
}

TEST_F(AccountsTest, WhoeverIsInvitedAfreshOrTakenAwayIsNotEnrolled) {
  auto store = open();
  EXPECT_FALSE(store.enrolled("linkage-1"));
  enrol(store, "linkage-1");
  EXPECT_TRUE(store.enrolled("linkage-1"));
  {
    auto other = open();  // `kinfold account` beside the console
    ASSERT_TRUE(other.invite("linkage-1").ok());
  }
  EXPECT_FALSE(store.enrolled("linkage-1"));
  enrol(store, "linkage-1");
  EXPECT_TRUE(store.enrolled("linkage-1"));
  ASSERT_TRUE(store.remove("linkage-1").ok());
  EXPECT_FALSE(store.enrolled("linkage-1"));
}

TEST_F(AccountsTest, AWrongInvitationIsCountedAndLocksToo) {
  auto store = open();
  const auto invitation = store.invite("linkage-1");
  ASSERT_TRUE(invitation.ok());
  for (int k = 0; k < kWrongTriesMax; ++k) EXPECT_FALSE(store.begin_enrolment("linkage-1", "AAAA-BBBB").ok());
  EXPECT_FALSE(store.begin_enrolment("linkage-1", invitation.value()).ok());
}

TEST_F(AccountsTest, TheCodeThatEnrolledDoesNotSignIn) {
  auto store = open();
  secret_ = console::enrol(store, "linkage-1", clock_);
  EXPECT_FALSE(store.sign_in("linkage-1", kPassword, code()).ok());
  clock_.advance_seconds(30);
  EXPECT_TRUE(store.sign_in("linkage-1", kPassword, code()).ok());
}

TEST_F(AccountsTest, APasswordIsChangedByWhoeverProvesTheOldOneAndTheApp) {
  auto store = open();
  enrol(store, "linkage-1");
  const std::string fresh = "granite otter lantern";
  EXPECT_EQ(store.change_password("linkage-1", "wrong wrong wrong", code(), fresh).error().code,
            ErrorCode::kRefused);
  EXPECT_EQ(store.change_password("linkage-1", kPassword, "000000", fresh).error().code, ErrorCode::kRefused);
  EXPECT_EQ(store.change_password("nobody", kPassword, code(), fresh).error().code, ErrorCode::kRefused);
  EXPECT_EQ(store.change_password("linkage-1", kPassword, code(), "short").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(store.change_password("linkage-1", kPassword, code(), kPassword).error().code,
            ErrorCode::kInvalid);
  const auto used = code();
  ASSERT_TRUE(store.change_password("linkage-1", kPassword, used, fresh).ok());
  EXPECT_FALSE(store.sign_in("linkage-1", fresh, used).ok()) << "a code works once";
  clock_.advance_seconds(30);
  EXPECT_FALSE(store.sign_in("linkage-1", kPassword, code()).ok());
  clock_.advance_seconds(30);
  EXPECT_TRUE(store.sign_in("linkage-1", fresh, code()).ok());
  const auto plain = seal::StateFile(folder_ + "/accounts", keys_, "accounts").read();
  ASSERT_TRUE(plain.ok());
  EXPECT_NE(seal::as_text(plain.value()).find("$argon2id$v=19$m=8192,t=1,p=1$"),
            std::string_view::npos);  // Work::quick()
  EXPECT_EQ(seal::as_text(plain.value()).find(fresh), std::string_view::npos);
}

TEST_F(AccountsTest, WrongTriesAtChangingAPasswordLockTheAccount) {
  auto store = open();
  enrol(store, "linkage-1");
  for (int k = 0; k < kWrongTriesMax; ++k)
    EXPECT_FALSE(
        store.change_password("linkage-1", "wrong wrong wrong", code(), "granite otter lantern").ok());
  EXPECT_FALSE(store.change_password("linkage-1", kPassword, code(), "granite otter lantern").ok());
  EXPECT_FALSE(store.sign_in("linkage-1", kPassword, code()).ok());
}

TEST(Network, OfAnIpv6AddressIsItsSlash64) {
  const auto network = [](const char* address) {
    Request request;
    request.address = address;
    return request.network();
  };
  EXPECT_EQ(network("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2:ffff::1"));
  EXPECT_NE(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
}

TEST(CheckPassword, RefusesWhatIsTriedFirst) {
  for (const char* weak :
       {"short", "password12345678", "Kinfold is good", "aaaaaaaaaaaaaaaa", "my name linkage-1 x"}) {
    EXPECT_FALSE(check_password(weak, "linkage-1").ok()) << weak;
  }
  EXPECT_FALSE(check_password(std::string(129, 'x') + "abcd", "linkage-1").ok());
  EXPECT_TRUE(check_password(kPassword, "linkage-1").ok());
  EXPECT_TRUE(check_password("Häuser über Flüsse", "linkage-1").ok());
}

class SessionsTest : public AccountsTest {
 protected:
  Sessions open_sessions() {
    return Sessions(seal::StateFile(folder_ + "/sessions", keys_, "sessions"), clock_);
  }
};

TEST_F(SessionsTest, ASessionOutlivesARestartAndNotItsClocks) {
  std::string token;
  {
    auto sessions = open_sessions();
    const auto started = sessions.start("linkage-1");
    ASSERT_TRUE(started.ok());
    token = started.value().token;
    EXPECT_EQ(token.size(), 43U);
  }
  auto again = open_sessions();
  ASSERT_TRUE(again.load().ok());
  ASSERT_TRUE(again.find(token).has_value());
  EXPECT_EQ(again.find(token)->actor, "linkage-1");
  clock_.advance_seconds(kIdleSecondsMax + 1);
  EXPECT_FALSE(again.find(token).has_value());
}

TEST_F(SessionsTest, UseKeepsASessionUntilItsLastHour) {
  auto sessions = open_sessions();
  const auto token = sessions.start("linkage-1").value().token;
  std::int64_t passed = 0;
  while (passed + 600 <= kSessionSecondsMax) {
    clock_.advance_seconds(600);
    passed += 600;
    ASSERT_TRUE(sessions.find(token).has_value()) << passed;
  }
  clock_.advance_seconds(600);
  EXPECT_FALSE(sessions.find(token).has_value());
}

TEST_F(SessionsTest, SigningOutEndsItAtOnceAndNothingElse) {
  auto sessions = open_sessions();
  const auto one = sessions.start("linkage-1").value();
  const auto two = sessions.start("linkage-1").value();
  EXPECT_NE(one.token, two.token);
  EXPECT_NE(one.session.csrf, two.session.csrf);
  ASSERT_TRUE(sessions.end(one.token).ok());
  EXPECT_FALSE(sessions.find(one.token).has_value());
  EXPECT_TRUE(sessions.find(two.token).has_value());
  ASSERT_TRUE(sessions.end_all("linkage-1").ok());
  EXPECT_FALSE(sessions.find(two.token).has_value());
}

TEST(Throttle, LetsSoManyInAndFillsAgain) {
  ManualClock clock({1000});
  Throttle throttle(3, 30, clock);
  for (int k = 0; k < 3; ++k) EXPECT_TRUE(throttle.take("a"));
  EXPECT_FALSE(throttle.take("a"));
  EXPECT_TRUE(throttle.take("b"));
  clock.advance_seconds(10);
  EXPECT_TRUE(throttle.take("a"));
  EXPECT_FALSE(throttle.take("a"));
}

}  // namespace
}  // namespace kinfold::console
