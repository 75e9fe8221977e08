#include "charter/command.h"

#include "charter/record.h"
#include "sample.h"

namespace kinfold::charter {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(CheckCommand, SaysOfTheRealCharterTodayThatItEnded) {
  EXPECT_EQ(
      warnings(real(), day("2026-11-22")),
      std::vector<std::string>{
          "the programme ended on 2022-12-31: everything held for it has expired, and every act is refused"});
  EXPECT_TRUE(has(check_words(real(), day("2026-11-22")), "  note: the programme ended on 2022-12-31"));
}

TEST(CheckCommand, WarnsOfConditionsWithoutADateAndOfThoseAboutToExpire) {
  EXPECT_EQ(warnings(real(), day("2019-01-01")).size(), 6U);
  EXPECT_EQ(warnings(real(), day("2019-01-01"))[3],
            "condition 'accredited-research' has no date on which it was met: requests, returns and releases "
            "are refused");
  EXPECT_TRUE(warnings(demo(), day("2021-01-01")).empty());
  EXPECT_EQ(warnings(demo(), day("2022-11-01"))[0], "condition 'no-identity' expires on 2022-12-31");
  EXPECT_EQ(warnings(demo(), day("2020-05-31"))[0],
            "the programme starts on 2020-06-01: until then every act is refused");
  Charter charter = demo();
  charter.conditions.pop_back();
  charter.conditions[0].expires_on = day("2020-12-31");
  charter.openings[0].accredited = true;
  EXPECT_EQ(warnings(charter, day("2021-01-01")),
            (std::vector<std::string>{
                "condition 'code-of-practice' of dea-2017-s64 is not in the charter",
                "condition 'no-identity' expired on 2020-12-31: requests, returns and releases are refused",
                "accreditation is asked for, but nobody has one"}));
}

TEST(ShowCommand, ShowsEveryPartyFlowOpeningAndPeriod) {
  const Charter charter = demo();
  const auto text = show_words(charter, day("2021-01-05"));
  for (const auto& party : charter.parties) EXPECT_TRUE(has(text, "  " + party.id + " ")) << party.id;
  for (std::size_t flow = 1; flow <= charter.flows.size(); ++flow)
    EXPECT_TRUE(has(text, "  flow." + std::to_string(flow) + " "));
  for (std::size_t opening = 1; opening <= charter.openings.size(); ++opening)
    EXPECT_TRUE(has(text, "  opening." + std::to_string(opening) + " "));
  EXPECT_TRUE(has(text, "identity *"));
  EXPECT_TRUE(has(text, "2012-01-01 to 2020-12-31"));
  EXPECT_TRUE(has(text, "never in one hand: linkage and analysis"));
  EXPECT_TRUE(has(text, "for a month"));
  const auto json = show_json(charter);
  EXPECT_TRUE(has(json, "\"sha256\": \"" + charter.hash + "\""));
  EXPECT_TRUE(has(json, "\"automated_decisions\": false"));
}

TEST(PromisesCommand, TellsWhatATestKeepsAndWhatASiteCanCheck) {
  const auto text = promises_words(real());
  EXPECT_TRUE(
      has(text, "\nons-end: Everything at ONS is destroyed by 31 December 2022.\n  tested by Expiry."));
  EXPECT_TRUE(has(text, "on a site: check 'retention'\n"));
  EXPECT_TRUE(has(text, "on a site: only people can keep this\n"));
  EXPECT_TRUE(has(promises_json(real()), "\"check\": \"retention\""));
}

TEST(ParseQuestion, ReadsTheThreeForms) {
  const Date today = day("2021-01-05");
  const auto asked = [&](const char* text) {
    const auto question = parse_question(text, today);
    EXPECT_TRUE(question.ok()) << text;
    return question.ok() ? answer_words(ask(demo(), question.value())) : std::string{};
  };
  EXPECT_EQ(asked("ons-demo send request to dwp for linkage"),
            "yes: the charter's flow from 'ons-demo' to 'dwp' allows it (flow.2)\n");
  EXPECT_EQ(asked("ons-demo send request of identity,problems to dwp for linkage"),
            "no: this flow does not carry data class 'problems' (flow.2.data_classes)\n");
  EXPECT_EQ(asked("dwp hold request for linkage"),
            "yes: request at role 'department' may be held under its retention rule (retention.8)\n");
  EXPECT_EQ(asked("ons-demo open vault as linkage for rights by ann-1"),
            "yes: duty 'linkage' may open vault at role 'trusted-party' for 'rights' (opening.3)\n");
  EXPECT_EQ(asked("ons-demo open vault as linkage for rights on 2026-11-22"),
            "no: the programme ended on 2022-12-31: everything held for it has expired (ends)\n");
}

TEST(ParseQuestion, SaysWhichWordItDidNotUnderstand) {
  const auto why = [](const std::string& text) { return parse_question(text, Date{}).error().message; };
  EXPECT_TRUE(why("").starts_with("question: it does not have the form of one; ask like '"));
  EXPECT_TRUE(why("ons send request to").starts_with("question: it does not have the form of one; "));
  EXPECT_TRUE(why("ons eat request").starts_with("question: act 'eat' is not known; "));
  EXPECT_TRUE(why("ons send cake").starts_with("question: kind 'cake' is not known; "));
  EXPECT_TRUE(why("ons open vault as king").starts_with("question: duty 'king' is not known; "));
  EXPECT_TRUE(why("ons open vault on monday").starts_with("question: day 'monday' is not known; "));
  EXPECT_TRUE(why("ons open vault under table").starts_with("question: word 'under' is not known; "));
  EXPECT_TRUE(why(std::string(1001, 'a')).starts_with("question: longer than 1,000 bytes; "));
}

TEST(RecordOfProcessing, HasEveryPointOfArticle30ForEveryParty) {
  const Charter charter = real();
  const auto text = record_of_processing_markdown(charter);
  for (const auto& party : charter.parties) {
    const auto start = text.find("\n## " + party.name + "\n");
    ASSERT_NE(start, std::string::npos) << party.name;
    const auto part = text.substr(start, text.find("\n## ", start + 1) - start);
    for (const char* point : {"30(1)(b)", "30(1)(c)", "30(1)(d)", "30(1)(e)", "30(1)(f)", "30(1)(g)"})
      EXPECT_TRUE(has(part, point)) << party.id << " " << point;
  }
  EXPECT_TRUE(has(text, "30(1)(a)"));
  const auto research = text.substr(text.find("\n## Ministry of Housing"));
  EXPECT_FALSE(has(research, "Who you are")) << "research never has identities";
  EXPECT_TRUE(has(research, "the public (output)"));
  const auto dwp = text.substr(text.find("\n## Department for Work"), 2000);
  EXPECT_TRUE(has(dwp, "requests: identities to look up: for a month"));
}

TEST(Dpia, ListsEveryRiskWithItsMeasureAndWhatWasMeasured) {
  const std::vector<Measured> measured{
      {"joining", "frequency attack on references", "no better than guessing", "a test"},
      {"something-else", "another attack", "a figure", "another test"}};
  const auto text = dpia_markdown(real(), measured);
  for (const auto& risk : dpia_risks()) EXPECT_TRUE(has(text, "### " + risk.text)) << risk.id;
  EXPECT_TRUE(
      has(text, "- **Measured:** frequency attack on references: no better than guessing (a test)\n"));
  EXPECT_TRUE(has(text, "- **Also measured:** another attack: a figure (another test)\n"));
  EXPECT_TRUE(has(text, "- **Measured:** nothing yet.\n"));
  EXPECT_TRUE(has(text, "The research is accredited: not dated"));
  EXPECT_TRUE(has(text, "To be answered: "));
  for (const char* point : {"35(7)(a)", "35(7)(b)", "35(7)(c)", "(d)"}) EXPECT_TRUE(has(text, point));
}

TEST(Dpia, EscapesHostileTextOfACharterAndOfResults) {
  Charter charter = real();
  charter.title += "<script>";
  charter.wording.aims[0] += "\n# x";
  const auto text =
      dpia_markdown(charter, {{"joining", "<b>", "|", "`"}}) + record_of_processing_markdown(charter);
  EXPECT_FALSE(has(text, "<script>"));
  EXPECT_FALSE(has(text, "\n# x"));
  EXPECT_FALSE(has(text, "<b>"));
}

TEST(Dpia, ReadsMeasuredResultsAndNamesTheLineThatIsNone) {
  const auto measured =
      parse_measured("{\"risk\":\"joining\",\"what\":\"w\",\"result\":\"r\",\"source\":\"s\"}\n\n");
  ASSERT_TRUE(measured.ok());
  ASSERT_EQ(measured.value().size(), 1U);
  EXPECT_EQ(measured.value()[0].risk, "joining");
  const auto refused = parse_measured("\n{\"risk\":\"joining\"}");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message,
            "measured results, line 2: is no JSON object with risk, what, result and source");
}

}  // namespace
}  // namespace kinfold::charter
