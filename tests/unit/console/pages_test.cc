// Pages without a server: routing by duty, forms that are ours, headers, hostile names.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "console/assets.h"
#include "console/identity_form.h"
#include "console/server.h"
#include "console/templates.h"
#include "unit/console/pages_fixture.h"

namespace kinfold::console {
namespace {

TEST_F(PagesTest, EveryRoomIsClosedToWhoeverIsNotSignedIn) {
  open("ons-demo");
  for (const auto& route : routes()) {
    if (route.who == Route::Who::kAnybody || std::string(route.method) != "GET" || route.path.back() == '*')
      continue;
    const auto response = get(route.path);
    if (response.status == 404) continue;  // at other sites
    EXPECT_EQ(response.status, 303) << route.path;
    EXPECT_EQ(header(response, "Location"), "/sign-in") << route.path;
  }
}

TEST_F(PagesTest, EachDutyEntersItsOwnRoomsAndNoOther) {
  open("ons-demo");
  for (const auto duty : {charter::Duty::kIntake, charter::Duty::kLinkage, charter::Duty::kAnalysis,
                          charter::Duty::kDataProtection}) {
    const auto session = sign_in(actor_with(duty));
    for (const auto& route : routes()) {
      const bool here = route.roles.empty() || std::find(route.roles.begin(), route.roles.end(),
                                                         charter::Role::kTrustedParty) != route.roles.end();
      if (route.who != Route::Who::kDuty || std::string(route.method) != "GET" || route.path.back() == '*')
        continue;
      const bool mine = std::find(route.duties.begin(), route.duties.end(), duty) != route.duties.end();
      const auto status = get(route.path, session.token).status;
      EXPECT_EQ(status, !here ? 404 : mine ? 200 : 403) << route.path << " for " << charter::name(duty);
    }
  }
}

TEST_F(PagesTest, EveryFormOfARoomIsClosedToOtherDuties) {
  open("ons-demo");
  const auto session = sign_in(actor_with(charter::Duty::kIntake));
  const auto before = site_->ledger().size();
  for (const auto& route : routes()) {
    if (route.who != Route::Who::kDuty || std::string(route.method) != "POST") continue;
    if (std::find(route.duties.begin(), route.duties.end(), charter::Duty::kIntake) != route.duties.end())
      continue;
    const auto status = post(route.path, session.token, {{"csrf", session.session.csrf}}).status;
    EXPECT_TRUE(status == 403 || status == 404) << route.path << ": " << status;
  }
  EXPECT_EQ(site_->ledger().size(), before);
}

TEST_F(PagesTest, AFormThatIsNotOursDoesNothing) {
  open("ons-demo");
  const auto session = sign_in(actor_with(charter::Duty::kDataProtection));
  EXPECT_EQ(post("/holdings", session.token, {}).status, 403);
  EXPECT_EQ(post("/holdings", session.token, {{"csrf", "x"}}).status, 403);
  EXPECT_EQ(post("/holdings", session.token, {{"csrf", console_->public_token()}}).status, 403);
  EXPECT_EQ(post("/holdings", session.token, {{"csrf", session.session.csrf}}, "http://elsewhere").status,
            403);
  EXPECT_EQ(post("/holdings", session.token, {{"csrf", session.session.csrf}}, "null").status, 403);
  EXPECT_EQ(post("/holdings", session.token, {{"csrf", session.session.csrf}}).status, 303);
}

TEST_F(PagesTest, AFormForEverybodyNeedsATokenOfTheLastTwoHours) {
  open("east-cheshire", "data-protection-1");
  const auto token = console_->public_token();
  EXPECT_TRUE(console_->public_token_fits(token));
  clock_.advance_seconds(3600);
  EXPECT_TRUE(console_->public_token_fits(token));
  clock_.advance_seconds(3600);
  EXPECT_FALSE(console_->public_token_fits(token));
  EXPECT_EQ(post("/object", "", {{"csrf", token}}).status, 403);
}

TEST_F(PagesTest, NoPageMayBeKeptFramedOrRunForeignScripts) {
  open("ons-demo");
  const auto session = sign_in(actor_with(charter::Duty::kLinkage));
  for (const char* path : {"/", "/notice", "/sign-in", "/people", "/no-such-page"}) {
    const auto response = get(path, session.token);
    EXPECT_EQ(header(response, "Cache-Control"), "no-store") << path;
    EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff") << path;
    const auto policy = header(response, "Content-Security-Policy");
    EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
    EXPECT_EQ(response.body.find("<script>"), std::string::npos) << path;
    EXPECT_EQ(response.body.find(" style=\""), std::string::npos) << path;
    EXPECT_EQ(response.body.find(" onclick"), std::string::npos) << path;
  }
}

TEST_F(PagesTest, AnObjectionFromTheStreetCountsAtOnceAndTheReceiptTellsNothing) {
  open("east-cheshire", "data-protection-1");
  const auto send = [&](const std::string& surname) {
    return post("/object", "",
                {{"csrf", console_->public_token()},
                 {"forenames", "Ada"},
                 {"surname", surname},
                 {"date_of_birth", "27 3 2007"}});
  };
  const auto first = send("Crow");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_NE(first.body.find("Your objection counts from now"), std::string::npos);
  EXPECT_EQ(first.body.find("Crow"), std::string::npos);
  const auto again = send("Crow");
  EXPECT_EQ(again.status, 200);
  EXPECT_NE(again.body.find("Your objection counts from now"), std::string::npos);
  bool in_ledger = false;
  ASSERT_TRUE(site_->ledger()
                  .for_each(0,
                            [&](const ledger::Recorded& recorded) {
                              in_ledger = in_ledger || (recorded.entry.verb == ledger::Verb::kObject &&
                                                        recorded.entry.actor.text() == "data-protection-1");
                              return true;
                            })
                  .ok());
  EXPECT_TRUE(in_ledger);
}

TEST_F(PagesTest, AnObjectionWithTooLittleIsAskedAgainBesideEachField) {
  open("east-cheshire", "data-protection-1");
  const auto response =
      post("/object", "",
           {{"csrf", console_->public_token()}, {"surname", "<b>Crow</b>"}, {"date_of_birth", "31 2 2007"}});
  EXPECT_EQ(response.status, 422);
  EXPECT_NE(response.body.find("Enter the forenames"), std::string::npos);
  EXPECT_NE(response.body.find("must be a real date"), std::string::npos);
  EXPECT_NE(response.body.find("value=\"&lt;b&gt;Crow&lt;/b&gt;\""), std::string::npos);
  EXPECT_EQ(response.body.find("<b>Crow"), std::string::npos);
}

TEST_F(PagesTest, LookingSomebodyUpIsInTheLedger) {
  open("ons-demo");
  const auto actor = actor_with(charter::Duty::kLinkage);
  const auto session = sign_in(actor);
  const auto page = post("/people", session.token,
                         {{"csrf", session.session.csrf},
                          {"forenames", "Ada"},
                          {"surname", "Crow"},
                          {"date_of_birth", "27 3 2007"}});
  ASSERT_EQ(page.status, 200) << page.body;
  bool opened = false;
  bool viewed = false;
  ASSERT_TRUE(
      site_->ledger()
          .for_each(0,
                    [&](const ledger::Recorded& recorded) {
                      const auto& entry = recorded.entry;
                      opened = opened || (entry.verb == ledger::Verb::kOpen && entry.kind.text() == "vault" &&
                                          entry.actor.text() == actor);
                      viewed = viewed || (entry.verb == ledger::Verb::kReview && entry.actor.text() == actor);
                      return true;
                    })
          .ok());
  EXPECT_TRUE(opened);
  EXPECT_TRUE(viewed);
}

TEST_F(PagesTest, AnActsPageIsOnlyForWhoeverDidIt) {
  open("ons-demo");
  const auto one = sign_in(actor_with(charter::Duty::kDataProtection));
  const auto two = sign_in(actor_with(charter::Duty::kLinkage));
  const auto started = post("/ledger", one.token, {{"csrf", one.session.csrf}});
  const auto page = header(started, "Location");
  for (int k = 0; k < 50 && get(page, one.token).body.find("The ledger is sound") == std::string::npos; ++k)
    console_->jobs().wait_briefly(page.substr(6));
  EXPECT_NE(get(page, one.token).body.find("The ledger is sound"), std::string::npos);
  EXPECT_EQ(get(page, two.token).status, 404);
}

TEST_F(PagesTest, AnAccountThatIsTakenAwayIsSignedOutAtOnce) {
  open("ons-demo");
  const auto actor = actor_with(charter::Duty::kDataProtection);
  const auto session = sign_in(actor);
  EXPECT_EQ(get("/ledger", session.token).status, 200);
  Request upload;
  upload.cookies["kinfold"] = session.token;
  EXPECT_TRUE(console_->may_upload(upload));
  ASSERT_TRUE(console_->accounts().remove(actor).ok());
  EXPECT_EQ(header(get("/ledger", session.token), "Location"), "/sign-in");
  EXPECT_FALSE(console_->may_upload(upload));
}

TEST_F(PagesTest, AChangedPasswordRenewsTheSessionAndEndsTheOthers) {
  open("ons-demo");
  const auto actor = actor_with(charter::Duty::kLinkage);
  const auto secret = enrol(console_->accounts(), actor, clock_);
  const auto here = sign_in(actor);
  const auto elsewhere = sign_in(actor);
  EXPECT_EQ(get("/password").status, 303);
  EXPECT_EQ(get("/password", here.token).status, 200);
  clock_.advance_seconds(60);
  const auto send = [&](const std::string& token, const std::string& csrf, const std::string& again) {
    return post("/password", token,
                {{"csrf", csrf},
                 {"password", kTestPassword},
                 {"fresh", "granite otter lantern"},
                 {"again", again},
                 {"code", totp_code(secret, clock_.now()).value()}});
  };
  EXPECT_EQ(send(here.token, "x", "granite otter lantern").status, 403);
  EXPECT_EQ(send(here.token, here.session.csrf, "granite otter").status, 422);
  const auto changed = send(here.token, here.session.csrf, "granite otter lantern");
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.body.find("granite"), std::string::npos);
  const auto cookie = header(changed, "Set-Cookie");
  const auto token = cookie.substr(cookie.find('=') + 1, 43);
  EXPECT_NE(token, here.token);
  EXPECT_EQ(get("/people", token).status, 200);
  EXPECT_EQ(get("/people", here.token).status, 303);
  EXPECT_EQ(get("/people", elsewhere.token).status, 303);
  const auto wrong = send(token, console_->sessions().find(token)->csrf, "granite otter lantern");
  EXPECT_EQ(wrong.status, 422) << "the old password, and a code that was used";
}

TEST_F(PagesTest, WithoutTlsOnlyThisMachinesOwnNamesAreAnswered) {
  open("ons-demo");
  const auto status = [&](const char* host) {
    Request request;
    request.method = "GET";
    request.path = "/notice";
    request.host = host;
    return console_->answer(request).status;
  };
  for (const char* own :
       {"localhost", "localhost:8443", "127.0.0.1:8443", "127.1.2.3", "[::1]:8443", "[::1]"})
    EXPECT_EQ(status(own), 200) << own;
  for (const char* other : {"evil.example", "evil.example:8443", "127.0.0.1.evil.example",
                            "localhost.evil.example", "10.0.0.1", "[::2]", "[", "[::1"}) {
    EXPECT_EQ(status(other), 421) << other;
  }
}

TEST_F(PagesTest, TheCookieIsBoundAndWithTlsSecure) {
  open("ons-demo");
  const auto plain = console_->cookie("token");
  for (const char* part : {"kinfold=token; ", "Path=/", "HttpOnly", "SameSite=Strict"})
    EXPECT_NE(plain.find(part), std::string::npos) << part;
  EXPECT_EQ(plain.find("Secure"), std::string::npos);
  EXPECT_EQ(header(get("/notice"), "Strict-Transport-Security"), "");
  console_.reset();
  ConsoleSetting setting;
  setting.tls = true;
  setting.password_work = AccountStore::Work::quick();
  auto with_tls = Console::open(*site_, setting);
  ASSERT_TRUE(with_tls.ok()) << with_tls.error().message;
  console_ = std::move(with_tls).value();
  const auto secure = console_->cookie("token");
  EXPECT_EQ(secure.rfind("__Host-kinfold=token; ", 0), 0U) << secure;
  EXPECT_NE(secure.find("; Secure"), std::string::npos);
  EXPECT_EQ(secure.find("Domain"), std::string::npos);
  EXPECT_EQ(header(get("/notice"), "Strict-Transport-Security").rfind("max-age=31536000", 0), 0U);
}

TEST_F(PagesTest, SigningOutForgetsWhatActsLeft) {
  open("ons-demo");
  const auto session = sign_in(actor_with(charter::Duty::kDataProtection));
  const auto page = header(post("/ledger", session.token, {{"csrf", session.session.csrf}}), "Location");
  for (int k = 0; k < 50 && get(page, session.token).body.find("The ledger is sound") == std::string::npos;
       ++k)
    console_->jobs().wait_briefly(page.substr(6));
  ASSERT_EQ(post("/sign-out", session.token, {{"csrf", session.session.csrf}}).status, 303);
  const auto again = sign_in(actor_with(charter::Duty::kDataProtection));
  const auto body = get(page, again.token).body;
  EXPECT_EQ(body.find("The ledger is sound"), std::string::npos);
  EXPECT_NE(body.find("is forgotten"), std::string::npos);
}

TEST_F(PagesTest, WhatAnActLeftIsForgottenAfterAnHour) {
  open("ons-demo");
  const auto session = sign_in(actor_with(charter::Duty::kDataProtection));
  const auto page = header(post("/ledger", session.token, {{"csrf", session.session.csrf}}), "Location");
  for (int k = 0; k < 50 && get(page, session.token).body.find("The ledger is sound") == std::string::npos;
       ++k)
    console_->jobs().wait_briefly(page.substr(6));
  clock_.advance_seconds(Jobs::kOutcomeSecondsMax + 1);
  const auto later = sign_in(actor_with(charter::Duty::kDataProtection));
  EXPECT_NE(get(page, later.token).body.find("is forgotten"), std::string::npos);
}

TEST_F(PagesTest, EachPromiseHasItsStatusOfNow) {
  open("ons-demo");
  const auto session = sign_in(actor_with(charter::Duty::kDataProtection));
  const auto page = get("/promises", session.token).body;
  EXPECT_NE(page.find("Everything that can be seen here is kept."), std::string::npos);
  EXPECT_NE(page.find("entries, all as they were written"), std::string::npos);
  EXPECT_NE(page.find("somebody of the duty linkage has to look"), std::string::npos);
}

TEST_F(PagesTest, NothingOutsideTheFoldersIsHandedOut) {
  open("ons-demo");
  const auto session = sign_in(actor_with(charter::Duty::kIntake));
  std::filesystem::create_directories(site_->paths().outbox());
  std::filesystem::create_symlink("/etc/passwd", site_->paths().outbox() + "/link.age");
  for (const char* path : {"/outbox/..%2f..%2fetc%2fpasswd", "/outbox/../keys/site.card", "/outbox/..",
                           "/outbox/.age", "/outbox/link.age", "/outbox/site.card", "/outbox/",
                           "/assets/../../etc/passwd", "/assets/x/layout.html", "/assets//etc/passwd",
                           "/published/..", "/rejects/../..", "/certificates/.."}) {
    EXPECT_EQ(get(path, session.token).status, 404) << path;
  }
}

TEST_F(PagesTest, EachOfAPersonsRightsHasAFormOfItsOwnThatTwoPeopleFillIn) {
  open("ons-demo");
  const auto session = sign_in(actor_with(charter::Duty::kDataProtection));
  EXPECT_NE(get("/rights", session.token).body.find("/rights?what=erase"), std::string::npos);
  Request form;
  form.method = "GET";
  form.path = "/rights";
  form.query["what"] = "rectify";
  form.cookies["kinfold"] = session.token;
  EXPECT_NE(console_->answer(form).body.find("new_surname"), std::string::npos);
  form.query["what"] = "access";
  const auto copy = console_->answer(form).body;
  EXPECT_EQ(copy.find("new_surname"), std::string::npos);
  EXPECT_NE(copy.find("second_password"), std::string::npos);
  const std::map<std::string, std::string> who = {{"csrf", session.session.csrf},
                                                  {"what", "access"},
                                                  {"forenames", "Ada"},
                                                  {"surname", "Crow"},
                                                  {"date_of_birth", "27 3 2007"}};
  auto alone = who;
  alone["second"] = session.session.actor;
  EXPECT_EQ(post("/rights", session.token, alone).status, 403);
  auto wrong = who;
  wrong["second"] = actor_with(charter::Duty::kLinkage);
  EXPECT_EQ(post("/rights", session.token, wrong).status, 403);
}

TEST(Compare, MarksOnlyWhereValuesPart) {
  const auto page = [](const std::vector<Compared>& rows, const std::vector<std::string>& names) {
    View view("x");
    view.compare(rows, names);
    const auto rendered = render("blocks.html", view.blocks());
    return rendered.ok() ? rendered.value() : rendered.error().message;
  };
  const auto pair = page(
      {{"Forenames", {"Katherine", "Catherine"}}, {"Town", {"Sale", "Sale"}}, {"Postcode", {"", "M1 1AA"}}},
      {"One", "Other"});
  EXPECT_NE(pair.find("<mark>K</mark>atherine"), std::string::npos);
  EXPECT_NE(pair.find("<mark>C</mark>atherine"), std::string::npos);
  EXPECT_EQ(pair.find("<mark>S"), std::string::npos);
  EXPECT_NE(pair.find("one is missing"), std::string::npos);
  // Two letters that begin with the same byte are not cut in two.
  EXPECT_NE(page({{"Surname", {"Mül", "Möl"}}}, {"One", "Other"}).find("M<mark>ü</mark>l"),
            std::string::npos);
  const auto cluster = page({{"Surname", {"Okafor", "Okafor", "Okaford"}}}, {"1", "2", "3"});
  EXPECT_NE(cluster.find("Okafor<mark>d</mark>"), std::string::npos);
  EXPECT_EQ(cluster.find("<mark>O"), std::string::npos);
  const auto apart = page({{"Surname", {"Marsh", "Marche", "Marsha"}}}, {"1", "2", "3"});
  EXPECT_NE(apart.find("Mar<mark>sh</mark>"), std::string::npos);
  EXPECT_NE(apart.find("Mar<mark>che</mark>"), std::string::npos);
  EXPECT_NE(apart.find("Marsh<mark>a</mark>"), std::string::npos);
}

TEST(Templates, EveryOneParses) { EXPECT_TRUE(check_templates().ok()); }

TEST(Templates, WhateverIsTypedStaysText) {
  View view("<script>alert(1)</script>");
  Grid grid{"\"><img src=x onerror=alert(1)>",
            {"<i>"},
            {{{"</td><script>", "javascript:alert(1)", {}, false}}},
            {},
            0,
            {}};
  view.grid(grid)
      .lead("' onmouseover='x")
      .form({"/x\"y",
             "<b>",
             {{Field::Kind::kText, "a", "<u>", "<s>", "\" autofocus onfocus=\"x", "<e>", {}, {}, {}}},
             {},
             false,
             false,
             false,
             false,
             {}},
            "t");
  const auto page = render("blocks.html", view.blocks());
  ASSERT_TRUE(page.ok());
  for (const char* markup : {"<script", "<img", "<i>", "<b>", "<u>", "<s>", "<e>",
                             "javascript:", "\" autofocus", "onerror=alert(1)>"}) {
    EXPECT_EQ(page.value().find(markup), std::string::npos) << markup;
  }
}

TEST(Server, RefusesPlainHttpOffThisMachine) {
  ServerSetting setting;
  setting.address = "0.0.0.0";
  const auto started = Server::start(
      setting, [](Request&) { return Response::text(200, ""); }, [](const Request&) { return false; },
      [](const Request&) { return Lane::kHere; });
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().code, ErrorCode::kRefused);
  EXPECT_TRUE(is_loopback("127.1.2.3"));
  EXPECT_TRUE(is_loopback("::1"));
  EXPECT_FALSE(is_loopback("10.0.0.1"));
  EXPECT_FALSE(is_loopback("localhost"));
}

TEST(SafeFileName, HasNoPathAndNothingStrange) {
  EXPECT_EQ(safe_file_name("../../etc/passwd"), "passwd");
  EXPECT_EQ(safe_file_name("a b<c>.age"), "a_b_c_.age");
  EXPECT_EQ(safe_file_name(".hidden"), "file.hidden");
  EXPECT_EQ(safe_file_name(""), "file");
}

}  // namespace
}  // namespace kinfold::console
