#include "holding/actors.h"

#include "holding_testing.h"

namespace kinfold::holding {
namespace {

TEST(Actors, AreReadFromTheirFile) {
  auto registry = parse_actors(kActorsToml, "actors.toml");
  ASSERT_TRUE(registry.ok()) << registry.error().message;
  EXPECT_EQ(registry.value().actors.size(), 7u);
  EXPECT_EQ(registry.value().find("both-1")->duties.size(), 2u);
  EXPECT_EQ(registry.value().find("gone-1")->until, parse_iso_date("2021-01-31"));
  EXPECT_EQ(registry.value().find("nobody"), nullptr);
}

TEST(Actors, AreRefusedWithEveryProblemAtOnce) {
  const auto problems = parse_actors(
      "[[actor]]\nid = \"Ann Smith\"\nduties = [\"intake\"]\n[[actor]]\nid = \"b-1\"\nduties = "
      "[\"everything\"]\n"
      "until = \"2021\"\nname = \"B\"\n[[actor]]\nid = \"b-1\"\n",
      "actors.toml");
  ASSERT_FALSE(problems.ok());
  const std::string& text = problems.error().message;
  EXPECT_NE(text.find("actors.toml:1: an actor needs an 'id' of a-z, 0-9, - and _"), std::string::npos)
      << text;
  EXPECT_NE(text.find("no such duty; there are intake"), std::string::npos) << text;
  EXPECT_NE(text.find("'until' is not a date"), std::string::npos) << text;
  EXPECT_NE(text.find("and nothing else"), std::string::npos) << text;
  EXPECT_NE(text.find("an actor needs 'duties'"), std::string::npos) << text;
  EXPECT_NE(text.find("an actor of this id is there already"), std::string::npos) << text;
  EXPECT_EQ(text.find("Ann Smith"), std::string::npos) << "an id that may be a name is not repeated";
  EXPECT_EQ(parse_actors("[[actor]\n", "a.toml").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(parse_actors("", "a.toml").error().code, ErrorCode::kInvalid);
}

TEST_F(DwpSite, LetsAnActorActInADutyThatItHas) {
  EXPECT_TRUE(site_.door->may_act("link-1", Duty::kLinkage).ok());
  EXPECT_EQ(site_.door->may_act("link-1", Duty::kAnalysis).error().message,
            "actor 'link-1' does not have the duty 'analysis'");
  EXPECT_EQ(site_.door->may_act("nobody", Duty::kLinkage).error().message,
            "no such actor at this site; actors.toml lists them");
  EXPECT_EQ(site_.door->may_act("gone-1", Duty::kLinkage).error().message,
            "actor 'gone-1' is not in service today; see actors.toml");
  const auto both = site_.door->may_act("both-1", Duty::kLinkage);
  EXPECT_EQ(both.error().code, ErrorCode::kRefused);
  EXPECT_NE(both.error().message.find("may not combine"), std::string::npos) << both.error().message;
}

TEST_F(DwpSite, RemembersADutyThatAnActorHadBefore) {
  const Holding holding = store();
  ASSERT_TRUE(site_.door->open(holding.id, {"link-1", "linkage", {}, {}}).ok());
  // The list of actors is changed: the one who linked is now to analyse.
  for (auto& actor : site_.registry.actors) {
    if (actor.id == "link-1") actor.duties = {Duty::kAnalysis};
  }
  EXPECT_EQ(site_.door->may_act("link-1", Duty::kAnalysis).error().message,
            "actor 'link-1' acted in the duty 'linkage' before and may not now act in 'analysis' (duties.1)");
}

}  // namespace
}  // namespace kinfold::holding
