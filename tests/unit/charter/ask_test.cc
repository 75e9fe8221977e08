// Every question there is, against a table written by hand from the notice and the walls.
#include <set>

#include "sample.h"

namespace kinfold::charter {
namespace {

using Row = std::string;

const std::vector<Role> kRoles{Role::kAuthority, Role::kTrustedParty, Role::kDepartment, Role::kResearch};
const std::vector<Kind> kKinds{Kind::kSubmission, Kind::kVault,   Kind::kAttributes, Kind::kRequest,
                               Kind::kReturn,     Kind::kRelease, Kind::kOutput,     Kind::kObjections,
                               Kind::kCases,      Kind::kNotice};
const std::vector<Duty> kDuties{Duty::kIntake, Duty::kLinkage, Duty::kAnalysis, Duty::kOutputChecking,
                                Duty::kDataProtection};
const std::vector<std::string> kPurposes{"linkage", "evaluation", "rights"};

/// role kind duty purpose. What is not here is refused.
const std::set<Row> kMayOpen{
    "authority submission intake linkage",
    "authority objections intake linkage",
    "authority objections intake rights",
    "authority objections data-protection linkage",
    "authority objections data-protection rights",
    "authority cases data-protection rights",
    "authority notice intake linkage",
    "authority notice intake rights",
    "authority notice data-protection linkage",
    "authority notice data-protection rights",
    "trusted-party submission intake linkage",
    "trusted-party vault linkage linkage",
    "trusted-party vault linkage rights",
    "trusted-party request linkage linkage",
    "trusted-party request linkage rights",
    "trusted-party attributes analysis linkage",
    "trusted-party attributes analysis evaluation",
    "trusted-party attributes data-protection rights",
    "trusted-party return analysis linkage",
    "trusted-party return analysis evaluation",
    "trusted-party return data-protection rights",
    "trusted-party release analysis evaluation",
    "trusted-party release data-protection rights",
    "trusted-party objections intake linkage",
    "trusted-party objections intake evaluation",
    "trusted-party objections intake rights",
    "trusted-party objections linkage linkage",
    "trusted-party objections linkage evaluation",
    "trusted-party objections linkage rights",
    "trusted-party objections analysis linkage",
    "trusted-party objections analysis evaluation",
    "trusted-party objections analysis rights",
    "trusted-party objections data-protection linkage",
    "trusted-party objections data-protection evaluation",
    "trusted-party objections data-protection rights",
    "trusted-party cases data-protection rights",
    "trusted-party notice intake linkage",
    "trusted-party notice intake rights",
    "trusted-party notice linkage linkage",
    "trusted-party notice linkage rights",
    "trusted-party notice analysis linkage",
    "trusted-party notice analysis rights",
    "trusted-party notice data-protection linkage",
    "trusted-party notice data-protection rights",
    "department request linkage linkage",
    "department return linkage linkage",
    "department notice linkage linkage",
    "department notice linkage rights",
    "department notice data-protection linkage",
    "department notice data-protection rights",
    "research release analysis evaluation",
    "research output analysis evaluation",
    "research output output-checking evaluation",
    "research notice analysis evaluation",
    "research notice analysis rights",
    "research notice output-checking evaluation",
    "research notice output-checking rights",
    "research notice data-protection evaluation",
    "research notice data-protection rights",
};

/// role kind: what may lie there at all.
const std::set<Row> kMayHold{
    "authority submission",     "authority objections",  "authority cases",          "authority notice",
    "trusted-party submission", "trusted-party vault",   "trusted-party attributes", "trusted-party request",
    "trusted-party return",     "trusted-party release", "trusted-party objections", "trusted-party cases",
    "trusted-party notice",     "department request",    "department return",        "department notice",
    "research release",         "research output",       "research notice"};

/// kind, from and to as roles, purpose.
const std::set<Row> kMaySend{
    "submission authority trusted-party linkage", "request trusted-party department linkage",
    "return department trusted-party linkage",    "release trusted-party research evaluation",
    "output research public evaluation",          "notice authority trusted-party rights",
    "notice trusted-party authority rights",      "notice trusted-party department rights",
    "notice department trusted-party rights",     "notice trusted-party research rights",
    "notice research trusted-party rights"};

struct Time {
  const char* day;
  bool running;
  bool closing;  ///< After the end, before everything closes.
};
const std::vector<Time> kTimes{{"2020-05-31", false, false}, {"2020-06-01", true, false},
                               {"2021-03-15", true, false},  {"2022-12-31", true, false},
                               {"2023-01-01", false, true},  {"2023-12-31", false, true},
                               {"2024-01-01", false, false}};

bool in_time(const Time& time, Role role, Kind kind) {
  const bool outlives = kind == Kind::kNotice || (kind == Kind::kCases && role == Role::kAuthority);
  return time.running || (time.closing && outlives);
}

Row row(std::initializer_list<std::string_view> words) {
  Row out;
  for (const auto word : words) {
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out;
}

void expect(const Charter& charter, const Question& question, bool allowed, const Row& what) {
  const auto answer = ask(charter, question);
  EXPECT_EQ(answer.allowed, allowed) << what << " on " << to_iso(question.today) << ": " << answer.rule;
  EXPECT_FALSE(answer.rule.empty()) << what;
  EXPECT_FALSE(answer.reason.empty()) << what;
}

TEST(AskToOpen, FollowsTheTableForEveryRoleKindDutyPurposeAndTime) {
  const Charter charter = demo();
  std::size_t allowed_count = 0;
  for (const auto& party : charter.parties) {
    for (const Kind kind : kKinds) {
      for (const Duty duty : kDuties) {
        for (const auto& purpose : kPurposes) {
          const Row what = row({name(party.role), name(kind), name(duty), purpose});
          for (const auto& time : kTimes) {
            const bool allowed = kMayOpen.contains(what) && in_time(time, party.role, kind);
            allowed_count += allowed ? 1 : 0;
            expect(charter, {Act::kOpen, kind, party.id, {}, duty, purpose, {}, day(time.day), {}}, allowed,
                   what);
          }
        }
      }
    }
  }
  EXPECT_GT(allowed_count, 200U);
}

TEST(AskToHold, FollowsTheTableForEveryRoleKindPurposeAndTime) {
  const Charter charter = demo();
  for (const auto& party : charter.parties) {
    for (const Kind kind : kKinds) {
      for (const auto& purpose : kPurposes) {
        const Row what = row({name(party.role), name(kind)});
        for (const auto& time : kTimes) {
          const bool allowed = kMayHold.contains(what) && in_time(time, party.role, kind);
          expect(charter, {Act::kHold, kind, party.id, {}, {}, purpose, {}, day(time.day), {}}, allowed,
                 what);
        }
      }
    }
  }
}

TEST(AskToSend, FollowsTheTableForEveryKindPairPurposeAndTime) {
  const Charter charter = demo();
  std::vector<std::pair<std::string, std::string>> recipients{{"public", "public"}};
  for (const auto& party : charter.parties) recipients.emplace_back(party.id, name(party.role));
  for (const auto& party : charter.parties) {
    for (const auto& [other, other_role] : recipients) {
      for (const Kind kind : kKinds) {
        for (const auto& purpose : kPurposes) {
          const Row what = row({name(kind), name(party.role), other_role, purpose});
          for (const auto& time : kTimes) {
            const bool allowed = kMaySend.contains(what) && in_time(time, party.role, kind);
            expect(charter, {Act::kSend, kind, party.id, other, {}, purpose, {}, day(time.day), {}}, allowed,
                   what);
          }
        }
      }
    }
  }
}

/// An end that is a party's own flow: only DWP sends benefits, only DfE schooling.
TEST(AskToSend, LetsEachDepartmentReturnOnlyItsOwnDataClasses) {
  const Charter charter = demo();
  const std::set<Row> own{"dwp benefits",  "dwp employment", "moj offending",
                          "dfe schooling", "dfe attainment", "dfe care"};
  for (const Party* party : charter.parties_with(Role::kDepartment)) {
    for (const auto& data_class : charter.data_classes) {
      const Row what = row({party->id, data_class.id});
      expect(charter,
             {Act::kSend,
              Kind::kReturn,
              party->id,
              "ons-demo",
              {},
              "linkage",
              {data_class.id},
              day("2021-01-05"),
              {}},
             own.contains(what), what);
    }
  }
}

TEST(AskToSend, NeverLetsIdentitiesReachResearchOrThePublic) {
  const Charter charter = demo();
  for (const Kind kind : kKinds) {
    for (const auto& party : charter.parties) {
      for (const std::string other : {"ministry", "public"}) {
        for (const auto& purpose : kPurposes) {
          expect(charter,
                 {Act::kSend, kind, party.id, other, {}, purpose, {"identity"}, day("2021-01-05"), {}}, false,
                 party.id + " to " + other);
        }
      }
    }
  }
}

TEST(AskToHold, KeepsIdentitiesInTheVaultAndAttributesOutOfIt) {
  const Charter charter = demo();
  const auto hold = [&](Kind kind, const std::string& party, const std::string& data_class) {
    return ask(charter, {Act::kHold, kind, party, {}, {}, "linkage", {data_class}, day("2021-01-05"), {}});
  };
  EXPECT_TRUE(hold(Kind::kVault, "ons-demo", "identity").allowed);
  EXPECT_FALSE(hold(Kind::kVault, "ons-demo", "problems").allowed);
  EXPECT_TRUE(hold(Kind::kAttributes, "ons-demo", "problems").allowed);
  EXPECT_FALSE(hold(Kind::kAttributes, "ons-demo", "identity").allowed);
  EXPECT_TRUE(hold(Kind::kRequest, "dwp", "identity").allowed);
  EXPECT_FALSE(hold(Kind::kRequest, "dwp", "problems").allowed);
  EXPECT_FALSE(hold(Kind::kRelease, "ministry", "identity").allowed);
  EXPECT_EQ(hold(Kind::kVault, "ons-demo", "problems").reason,
            "no flow of the charter brings data class 'problems' into vault at role 'trusted-party'");
}

struct Denial {
  const char* what;
  Question question;
  const char* rule;
  const char* reason;
};

TEST(Ask, NamesTheRuleAndTheReasonOfEveryRefusal) {
  const Charter charter = demo();
  const Date today = day("2021-01-05");
  const std::vector<Denial> denials{
      {"a stranger",
       {Act::kOpen, Kind::kVault, "nobody", {}, Duty::kLinkage, "linkage", {}, today, {}},
       "party",
       "the party that asks is not in the charter"},
      {"no purpose",
       {Act::kOpen, Kind::kVault, "ons-demo", {}, Duty::kLinkage, "", {}, today, {}},
       "purpose",
       "a purpose of the charter must be named"},
      {"an unknown purpose",
       {Act::kOpen, Kind::kVault, "ons-demo", {}, Duty::kLinkage, "curiosity", {}, today, {}},
       "purpose",
       "a purpose of the charter must be named"},
      {"no duty",
       {Act::kOpen, Kind::kVault, "ons-demo", {}, {}, "linkage", {}, today, {}},
       "opening.3.duties",
       "this duty may not open vault at role 'trusted-party'"},
      {"another duty",
       {Act::kOpen, Kind::kVault, "ons-demo", {}, Duty::kAnalysis, "linkage", {}, today, {}},
       "opening.3.duties",
       "this duty may not open vault at role 'trusted-party'"},
      {"another purpose",
       {Act::kOpen, Kind::kVault, "ons-demo", {}, Duty::kLinkage, "evaluation", {}, today, {}},
       "opening.3.purposes",
       "vault at role 'trusted-party' may not be opened for this purpose"},
      {"somebody else's kind",
       {Act::kOpen, Kind::kVault, "ministry", {}, Duty::kAnalysis, "evaluation", {}, today, {}},
       "opening.none",
       "the charter lets nobody open vault at role 'research'"},
      {"before the start",
       {Act::kOpen, Kind::kVault, "ons-demo", {}, Duty::kLinkage, "linkage", {}, day("2020-05-31"), {}},
       "starts",
       "the programme starts on 2020-06-01"},
      {"after the end",
       {Act::kOpen, Kind::kVault, "ons-demo", {}, Duty::kLinkage, "linkage", {}, day("2023-01-01"), {}},
       "ends",
       "the programme ended on 2022-12-31: everything held for it has expired"},
      {"to a stranger",
       {Act::kSend, Kind::kRequest, "ons-demo", "hmrc", {}, "linkage", {}, today, {}},
       "party",
       "the party to send to is not in the charter"},
      {"the wrong way",
       {Act::kSend, Kind::kRequest, "dwp", "moj", {}, "linkage", {}, today, {}},
       "flow.none",
       "no flow of the charter takes a request from 'dwp' to 'moj'"},
      {"for another purpose",
       {Act::kSend, Kind::kRequest, "ons-demo", "dwp", {}, "evaluation", {}, today, {}},
       "flow.2.purpose",
       "this flow serves the purpose 'linkage' only"},
      {"more than the flow carries",
       {Act::kSend, Kind::kRequest, "ons-demo", "dwp", {}, "linkage", {"identity", "problems"}, today, {}},
       "flow.2.data_classes",
       "this flow does not carry data class 'problems'"},
      {"held without a rule",
       {Act::kHold, Kind::kVault, "dwp", {}, {}, "linkage", {}, today, {}},
       "retention.none",
       "no retention rule lets a party hold vault at role 'department'"}};
  for (const auto& denial : denials) {
    const auto answer = ask(charter, denial.question);
    EXPECT_FALSE(answer.allowed) << denial.what;
    EXPECT_EQ(answer.rule, denial.rule) << denial.what;
    EXPECT_EQ(answer.reason, denial.reason) << denial.what;
  }
}

TEST(Ask, DeniesEverythingUnderAnEmptyCharter) {
  const Charter charter;
  EXPECT_EQ(ask(charter, {}).rule, "party");
  EXPECT_FALSE(ask(charter, {Act::kSend, Kind::kOutput, "a", "public", {}, "b", {}, {}, {}}).allowed);
}

TEST(Ask, DeniesAPartyAbroadOnEitherEnd) {
  Charter charter = demo();
  charter.parties[4].country = "FR";  // dwp; parse() would not have let it through
  const Date today = day("2021-01-05");
  EXPECT_EQ(
      ask(charter, {Act::kOpen, Kind::kRequest, "dwp", {}, Duty::kLinkage, "linkage", {}, today, {}}).rule,
      "transfers_abroad");
  EXPECT_EQ(ask(charter, {Act::kSend, Kind::kRequest, "ons-demo", "dwp", {}, "linkage", {}, today, {}}).rule,
            "transfers_abroad");
  charter.transfers_abroad = true;
  EXPECT_TRUE(
      ask(charter, {Act::kSend, Kind::kRequest, "ons-demo", "dwp", {}, "linkage", {}, today, {}}).allowed);
}

TEST(Ask, DeniesEverythingWhereAutomatedDecisionsAreNotRuledOut) {
  Charter charter = demo();
  charter.automated_decisions = true;
  EXPECT_EQ(
      ask(charter,
          {Act::kOpen, Kind::kVault, "ons-demo", {}, Duty::kLinkage, "linkage", {}, day("2021-01-05"), {}})
          .rule,
      "automated_decisions");
}

TEST(Ask, SaysUnderTheRealCharterThatEverythingHasExpired) {
  const Charter charter = real();
  const Date today = day("2026-11-22");
  std::size_t asked = 0;
  for (const auto& party : charter.parties) {
    for (const auto& other : charter.parties) {
      for (const Kind kind : kKinds) {
        for (const Act act : {Act::kHold, Act::kOpen, Act::kSend}) {
          for (const Duty duty : kDuties) {
            const auto answer = ask(charter, {act, kind, party.id, other.id, duty, "linkage", {}, today, {}});
            EXPECT_FALSE(answer.allowed);
            EXPECT_EQ(answer.rule, "ends");
            EXPECT_EQ(answer.reason, "the programme ended on 2022-12-31: everything held for it has expired");
            ++asked;
          }
        }
      }
    }
  }
  EXPECT_EQ(asked, 6U * 6 * 10 * 3 * 5);
}

struct Expiry {
  Kind kind;
  const char* holder;
  const char* received;
  const char* last;
};

TEST(Duties, ThatWouldJoinNamesAndFactsInOneHandMayNotBeCombined) {
  const Charter charter = demo();
  const std::set<std::pair<Duty, Duty>> clashing{{Duty::kLinkage, Duty::kAnalysis},
                                                 {Duty::kAnalysis, Duty::kOutputChecking},
                                                 {Duty::kLinkage, Duty::kDataProtection}};
  for (const Duty first : kDuties) {
    EXPECT_TRUE(may_combine(charter, {first, first}).allowed);
    for (const Duty second : kDuties) {
      const bool clash = clashing.contains({first, second}) || clashing.contains({second, first});
      EXPECT_EQ(may_combine(charter, {first, Duty::kIntake, second}).allowed, !clash)
          << name(first) << " " << name(second);
    }
  }
  const auto answer = may_combine(charter, {Duty::kOutputChecking, Duty::kAnalysis});
  EXPECT_EQ(answer.rule, "duties.2");
  EXPECT_EQ(answer.reason, "one actor may not have the duties 'analysis' and 'output-checking'");
}

TEST(Expiry, IsTheEarlierOfTheRuleAndTheProgrammesEnd) {
  const Charter charter = demo();
  const std::vector<Expiry> cases{{Kind::kRequest, "dwp", "2021-01-05", "2021-02-05"},
                                  {Kind::kRequest, "moj", "2021-01-31", "2021-02-28"},
                                  {Kind::kRequest, "dfe", "2022-12-20", "2023-01-20"},
                                  {Kind::kReturn, "dwp", "2020-07-31", "2020-08-31"},
                                  {Kind::kRequest, "department", "2021-01-05", "2021-02-05"},
                                  {Kind::kRequest, "ons-demo", "2022-12-20", "2022-12-31"},
                                  {Kind::kSubmission, "ons-demo", "2021-03-31", "2021-04-30"},
                                  {Kind::kVault, "ons-demo", "2021-01-05", "2022-12-31"},
                                  {Kind::kAttributes, "ons-demo", "2020-06-01", "2022-12-31"},
                                  {Kind::kReturn, "ons-demo", "2021-01-05", "2022-12-31"},
                                  {Kind::kRelease, "ministry", "2021-01-05", "2022-12-31"},
                                  {Kind::kRelease, "research", "2022-12-31", "2022-12-31"},
                                  {Kind::kSubmission, "east-cheshire", "2020-06-30", "2020-07-30"},
                                  {Kind::kCases, "north-riding", "2022-11-30", "2023-11-30"},
                                  {Kind::kCases, "ons-demo", "2022-11-30", "2022-12-31"},
                                  {Kind::kNotice, "ons-demo", "2022-12-31", "2023-12-31"},
                                  {Kind::kNotice, "ministry", "2023-03-01", "2023-12-31"},
                                  {Kind::kNotice, "dwp", "2023-03-01", "2024-03-01"}};
  for (const auto& item : cases) {
    const auto last = expiry(charter, item.kind, item.holder, day(item.received));
    ASSERT_TRUE(last.ok()) << item.holder << ": " << last.error().message;
    EXPECT_EQ(to_iso(last.value()), item.last) << name(item.kind) << " at " << item.holder;
  }
}

TEST(Expiry, OfTheRealCharterIsDecember2022AtOnsAndAMonthAtDepartments) {
  const Charter charter = real();
  for (const Kind kind :
       {Kind::kVault, Kind::kAttributes, Kind::kReturn, Kind::kRelease, Kind::kObjections, Kind::kCases}) {
    EXPECT_EQ(to_iso(expiry(charter, kind, "ons", day("2019-02-01")).value()), "2022-12-31");
  }
  for (const char* department : {"dwp", "moj", "dfe"}) {
    EXPECT_EQ(to_iso(expiry(charter, Kind::kRequest, department, day("2019-02-01")).value()), "2019-03-01");
    EXPECT_EQ(to_iso(expiry(charter, Kind::kReturn, department, day("2019-02-01")).value()), "2019-03-01");
  }
}

TEST(Expiry, TakesTheEarliestWhereARuleGivesSeveralPeriods) {
  Charter charter = demo();
  charter.retention = {{Kind::kRequest, Role::kDepartment, 1, 10, day("2021-01-08")}};
  EXPECT_EQ(to_iso(expiry(charter, Kind::kRequest, "dwp", day("2021-01-05")).value()), "2021-01-08");
  EXPECT_EQ(to_iso(expiry(charter, Kind::kRequest, "dwp", day("2020-12-05")).value()), "2020-12-15");
}

TEST(Expiry, RefusesWhatHasNoRule) {
  const Charter charter = demo();
  const auto vault = expiry(charter, Kind::kVault, "dwp", day("2021-01-05"));
  ASSERT_FALSE(vault.ok());
  EXPECT_EQ(vault.error().code, ErrorCode::kRefused);
  EXPECT_EQ(
      vault.error().message,
      "retention.none: no retention rule lets role 'department' hold a vault; it may not be kept at all");
  EXPECT_EQ(expiry(charter, Kind::kVault, "nobody", day("2021-01-05")).error().message,
            "retention: the holder is neither a party nor a role of the charter; name one that is");
}

}  // namespace
}  // namespace kinfold::charter
