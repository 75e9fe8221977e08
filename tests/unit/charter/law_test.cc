#include "sample.h"

namespace kinfold::charter {
namespace {

const char* const kDuring = "2021-01-05";

Answer ask_release(const Charter& charter, Date today) {
  return ask(charter, {Act::kSend, Kind::kRelease, "ons-demo", "ministry", {}, "evaluation", {}, today, {}});
}

TEST(ResearchConditions, AreTheSixOfTheActAndTheDemoMeetsThem) {
  ASSERT_EQ(research_conditions().size(), 6U);
  EXPECT_TRUE(ask_release(demo(), day(kDuring)).allowed);
}

TEST(ResearchConditions, EachRefusesRequestReturnAndReleaseWhileMissingUndatedOrExpired) {
  for (const auto& condition : research_conditions()) {
    const std::string id(condition.id);
    const auto find = [&](Charter& charter) {
      return std::find_if(charter.conditions.begin(), charter.conditions.end(),
                          [&](const Condition& c) { return c.id == id; });
    };
    Charter missing = demo();
    missing.conditions.erase(find(missing));
    Charter undated = demo();
    find(undated)->met_on.reset();
    Charter later = demo();
    find(later)->met_on = day("2021-06-01");
    Charter expired = demo();
    find(expired)->expires_on = day("2020-12-31");
    struct Case {
      const Charter& charter;
      std::string reason;
    };
    const std::vector<Case> cases{{missing, "the charter does not say that the condition '" + id +
                                                "' of the gateway 'dea-2017-s64' is met"},
                                  {undated, "condition '" + id + "' has no date on which it was met"},
                                  {later, "condition '" + id + "' is met only from 2021-06-01"},
                                  {expired, "condition '" + id + "' expired on 2020-12-31"}};
    for (const auto& item : cases) {
      const Date today = day(kDuring);
      const std::vector<Question> questions{
          {Act::kSend, Kind::kRequest, "ons-demo", "dwp", {}, "linkage", {}, today, {}},
          {Act::kSend, Kind::kReturn, "moj", "ons-demo", {}, "linkage", {}, today, {}},
          {Act::kSend, Kind::kRelease, "ons-demo", "ministry", {}, "evaluation", {}, today, {}}};
      for (const auto& question : questions) {
        const auto answer = ask(item.charter, question);
        EXPECT_FALSE(answer.allowed);
        EXPECT_EQ(answer.rule, "condition." + id);
        EXPECT_EQ(answer.reason, item.reason);
      }
      EXPECT_TRUE(
          ask(item.charter, {Act::kSend, Kind::kNotice, "ons-demo", "dwp", {}, "rights", {}, today, {}})
              .allowed);
    }
  }
}

TEST(ResearchConditions, CountFromTheDayTheyAreMetToTheDayTheyExpire) {
  Charter charter = demo();
  for (auto& condition : charter.conditions) {
    condition.met_on = day("2021-01-05");
    condition.expires_on = day("2021-01-06");
  }
  EXPECT_FALSE(ask_release(charter, day("2021-01-04")).allowed);
  EXPECT_TRUE(ask_release(charter, day("2021-01-05")).allowed);
  EXPECT_TRUE(ask_release(charter, day("2021-01-06")).allowed);
  EXPECT_FALSE(ask_release(charter, day("2021-01-07")).allowed);
}

TEST(ResearchConditions, OfTheRealCharterHaveNoDatesSoEveryDisclosureWasRefusedAllAlong) {
  const auto answer =
      ask(real(), {Act::kSend, Kind::kRequest, "ons", "dwp", {}, "linkage", {}, day("2019-06-03"), {}});
  EXPECT_FALSE(answer.allowed);
  EXPECT_EQ(answer.rule, "condition.no-identity");
}

TEST(Gateway, OfTheResearchPowerReachesNeitherHealthNorAdultSocialCare) {
  const Charter charter = demo();
  EXPECT_TRUE(gateway_reaches(charter, "dea-2017-s64", "public-authority"));
  EXPECT_FALSE(gateway_reaches(charter, "dea-2017-s64", "health-service"));
  EXPECT_FALSE(gateway_reaches(charter, "dea-2017-s64", "adult-social-care"));
  EXPECT_FALSE(gateway_reaches(charter, "", "public-authority"));
  EXPECT_FALSE(gateway_reaches(charter, "somebody-said-so", "public-authority"));
}

TEST(Gateway, CannotBeWidenedByACharterBuiltInMemory) {
  Charter charter = demo();
  charter.gateways.push_back({"dea-2017-s64", "the Act, as somebody wishes it were", {"health-service"}});
  EXPECT_FALSE(gateway_reaches(charter, "dea-2017-s64", "health-service"));
}

TEST(Gateway, DeclaredByACharterReachesWhatItSays) {
  Charter charter = demo();
  charter.gateways.push_back(
      {"nhs-2006-s251", "National Health Service Act 2006, section 251", {"health-service"}});
  EXPECT_TRUE(gateway_reaches(charter, "nhs-2006-s251", "health-service"));
  EXPECT_FALSE(gateway_reaches(charter, "nhs-2006-s251", "adult-social-care"));
}

struct Unlawful {
  const char* what;
  void (*spoil)(DataClass&);
  const char* rule;
  const char* reason;
};

TEST(AskToSend, RefusesADataClassWithoutALawfulWay) {
  const std::vector<Unlawful> cases{
      {"no basis", [](DataClass& c) { c.lawful_basis.clear(); }, "data_class.benefits.lawful_basis",
       "data class 'benefits' has no lawful basis"},
      {"no gateway", [](DataClass& c) { c.gateway.clear(); }, "data_class.benefits.gateway",
       "data class 'benefits' names no legal gateway for disclosure"},
      {"health", [](DataClass& c) { c.function = "health-service"; }, "data_class.benefits.gateway",
       "the gateway 'dea-2017-s64' does not reach information held for the function 'health-service' (data "
       "class 'benefits')"},
      {"adult social care", [](DataClass& c) { c.function = "adult-social-care"; },
       "data_class.benefits.gateway",
       "the gateway 'dea-2017-s64' does not reach information held for the function 'adult-social-care' "
       "(data class 'benefits')"}};
  for (const auto& item : cases) {
    Charter charter = demo();
    for (auto& data_class : charter.data_classes) {
      if (data_class.id == "benefits") item.spoil(data_class);
    }
    const auto answer =
        ask(charter,
            {Act::kSend, Kind::kReturn, "dwp", "ons-demo", {}, "linkage", {"benefits"}, day(kDuring), {}});
    EXPECT_FALSE(answer.allowed) << item.what;
    EXPECT_EQ(answer.rule, item.rule);
    EXPECT_EQ(answer.reason, item.reason);
    EXPECT_TRUE(
        ask(charter,
            {Act::kSend, Kind::kReturn, "dwp", "ons-demo", {}, "linkage", {"employment"}, day(kDuring), {}})
            .allowed);
    EXPECT_FALSE(
        ask(charter, {Act::kSend, Kind::kReturn, "dwp", "ons-demo", {}, "linkage", {}, day(kDuring), {}})
            .allowed)
        << "a question about the whole flow must not forget one of its classes";
  }
}

TEST(Accreditation, IsAskedForWhereTheOpeningSaysSo) {
  Charter charter = demo();
  for (auto& opening : charter.openings)
    opening.accredited = opening.kind == Kind::kRelease && opening.role == Role::kResearch;
  charter.accreditations = {{"ann", "ministry", "AR-1", day("2020-07-01"), day("2021-06-30")},
                            {"ann", "ministry", "AR-2", day("2022-01-01"), day("2022-12-31")},
                            {"bob", "dwp", "AR-3", day("2020-07-01"), day("2025-06-30")}};
  const auto open = [&](const std::string& actor, const char* today) {
    return ask(
        charter,
        {Act::kOpen, Kind::kRelease, "ministry", {}, Duty::kAnalysis, "evaluation", {}, day(today), actor});
  };
  EXPECT_FALSE(open("ann", "2020-06-30").allowed);
  EXPECT_TRUE(open("ann", "2020-07-01").allowed);
  EXPECT_TRUE(open("ann", "2021-06-30").allowed);
  EXPECT_EQ(open("ann", "2021-07-01").rule, "accreditation.AR-2");
  EXPECT_EQ(open("ann", "2021-07-01").reason, "accreditation 'AR-2' is met only from 2022-01-01");
  EXPECT_TRUE(open("ann", "2022-02-01").allowed);
  EXPECT_EQ(open("bob", kDuring).rule, "accreditation.none") << "accredited elsewhere is not accredited here";
  EXPECT_EQ(open("", kDuring).rule, "accreditation.none");
  EXPECT_EQ(accredited(charter, "ministry", "ann", day("2023-01-01")).reason,
            "accreditation 'AR-2' expired on 2022-12-31");
}

}  // namespace
}  // namespace kinfold::charter
