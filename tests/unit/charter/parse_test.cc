#include <algorithm>
#include <sstream>

#include "sample.h"

namespace kinfold::charter {
namespace {

/// One slip in the demo's charter: the first `from` behind `after` becomes `to`. The message is
/// expected at the line where `at` (the first behind `after`) then stands; where one slip has
/// several consequences, all are listed.
struct Slip {
  const char* after;
  const char* from;
  const char* to;
  const char* at;
  const char* message;
};

int line_of(const std::string& text, std::size_t at) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

/// Every message without its `demo.toml:12: `.
std::string without_lines(const std::string& message) {
  std::string out;
  std::istringstream lines(message);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.starts_with("demo.toml:")) << line;
    out += (out.empty() ? "" : "\n") + line.substr(line.find(' ') + 1);
  }
  return out;
}

void expect_refused(const Slip& slip) {
  const std::string text = with(demo_text(), slip.after, slip.from, slip.to);
  const auto at = text.find(slip.at, std::min(text.find(slip.after), text.find(slip.at)));
  ASSERT_NE(at, std::string::npos) << slip.at;
  const auto charter = parse(text, "demo.toml");
  ASSERT_FALSE(charter.ok()) << "accepted: " << slip.to;
  EXPECT_EQ(charter.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(charter.error().message.substr(0, charter.error().message.find(' ')),
            "demo.toml:" + std::to_string(line_of(text, at)) + ":");
  EXPECT_EQ(without_lines(charter.error().message), slip.message);
}

TEST(ParseCharter, ReadsBothChartersOfTheRepository) {
  const Charter charter = demo();
  EXPECT_EQ(charter.programme, "family-focus-demo");
  EXPECT_EQ(charter.parties.size(), 8U);
  EXPECT_EQ(charter.criteria.problems.size(), 6U);
  EXPECT_EQ(charter.criteria.needed, 2);
  EXPECT_EQ(charter.find_variable("ks2_score")->kind, Variable::Kind::kMeasure);
  EXPECT_EQ(charter.find_variable("absence"), nullptr);
  EXPECT_EQ(charter.data_class_of_variable("conviction")->id, "offending");
  EXPECT_EQ(charter.find_party("dfe")->age_max, 18);
  EXPECT_EQ(charter.find_party("dwp")->age_max, std::nullopt);
  EXPECT_EQ(to_iso(*charter.find_flow(Kind::kReturn, "dwp", "ons-demo")->window_until), "2020-12-31");
  EXPECT_EQ(charter.find_flow(Kind::kSubmission, "north-riding", "trusted-party"), nullptr);
  EXPECT_EQ(charter.find_flow(Kind::kSubmission, "north-riding", "ons-demo")->purpose, "linkage");
  EXPECT_EQ(charter.parties_with(Role::kDepartment).size(), 3U);
  EXPECT_FALSE(charter.automated_decisions);
  EXPECT_FALSE(charter.transfers_abroad);
  EXPECT_EQ(real().programme, "troubled-families");
}

TEST(ParseCharter, KeepsTheExactTextAndItsSha256) {
  EXPECT_EQ(demo().source_text, demo_text());
  EXPECT_EQ(demo().hash.size(), 64U);
  EXPECT_EQ(demo().hash, demo().hash);
  EXPECT_NE(demo().hash, must_parse(demo_text() + "\n").hash);
}

TEST(ParseCharter, TellsEverySlipWithItsLineAndRemedy) {
  const std::vector<Slip> slips{
      // Reading.
      {"[charter]", "title = ", "titel = ", "[charter]",
       "charter: key 'title' is missing; add title = ... (text)\ncharter: unknown key 'titel'; did you mean "
       "'title'?"},
      {"[charter]", "version = \"1\"", "version = 1", "version = 1",
       "charter: key 'version' is a whole number where text is expected; write text"},
      {"[charter]", "starts = 2020-06-01", "starts = \"2020-06-01\"", "starts = \"",
       "charter: key 'starts' is text where a date is expected; write it as 2022-12-31, without quotes"},
      {"[charter]", "starts = 2020-06-01", "starts = 0020-06-01", "starts = 0020",
       "charter: key 'starts' is outside the years 1900 to 2200; check the year"},
      {"[charter]", "automated_decisions = \"none\"", "automated_decisions = \"some\"",
       "automated_decisions = \"some", "charter: key 'automated_decisions' is 'some'; use one of: none"},
      {"[charter]", "programme = \"family-focus-demo\"", "programme = \"Family Focus\"", "programme = \"F",
       "charter: key 'programme' is 'Family Focus', which is not an id; use at most 40 of a-z, 0-9, '-' and "
       "'_'"},
      {"[charter]", "title = \"Evaluation", "title = \"\\u0007Evaluation",
       "title = ", "charter: key 'title' holds a control character; take it out"},
      {"[charter]", "title = \"Evaluation", "title = \"\\u202EEvaluation",
       "title = ", "charter: key 'title' holds a control character; take it out"},
      {"[charter]", "issued_by = \"The Ministry for Families (made up)\"", "issued_by = \"  \"", "issued_by",
       "charter: key 'issued_by' is empty; write something or leave the key out"},
      {"id = \"dwp\"", "role = \"department\"", "role = \"ministry\"", "role = \"ministry",
       "party 'dwp': key 'role' is 'ministry'; use one of: authority, trusted-party, department, research"},
      {"id = \"dwp\"", "country = \"GB\"", "country = \"gb\"", "[[party]]\nid = \"dwp\"",
       "party 'dwp': country 'gb' is not a country code; write two capital letters, for example GB"},
      {"id = \"dwp\"", "age_min = 16", "age_min = 160", "age_min = 160",
       "party 'dwp': key 'age_min' is 160, outside 0 to 130; choose a number within"},
      {"id = \"dfe\"", "age_min = 3", "age_min = 30", "[[party]]\nid = \"dfe\"",
       "party 'dfe': age_min is above age_max; swap them"},
      {"id = \"jsa\"", "kind = \"spell\"", "kind = \"spel\"", "kind = \"spel\"",
       "data_class 'benefits', variables: key 'kind' is 'spel'; use one of: spell, event, measure"},
      {"[[flow]]", "kind = \"submission\"", "kind = \"submision\"", "kind = \"submision",
       "flow.1: key 'kind' is 'submision'; use one of: submission, vault, attributes, request, return, "
       "release, output, objections, cases, notice"},
      {"[[flow]]", "data_classes = [\"identity\", \"family\"", "data_classes = [7, \"family\"",
       "data_classes = [7",
       "flow.1: key 'data_classes' holds a whole number where text is expected; put it in quotes"},
      {"[[opening]]", "duties = [\"intake\"]", "duties = [\"intak\"]", "[[opening]]",
       "opening.1: unknown duty 'intak'; use one of: intake, linkage, analysis, output-checking, "
       "data-protection"},
      {"incompatible = [", "[\"linkage\", \"analysis\"],", "[\"linkage\"],", "  [\"linkage\"],",
       "duties: a set of incompatible duties needs two or more; write [\"linkage\", \"analysis\"]"},
      {"incompatible = [", "[\"linkage\", \"analysis\"],", "[\"linkage\", \"gossip\"],",
       "  [\"linkage\", \"gossip\"]",
       "duties: unknown duty 'gossip'; use one of: intake, linkage, analysis, output-checking, "
       "data-protection"},
      {"[[retention]]", "months = 1\n", "\n", "[[retention]]",
       "retention.1: no period is given; add months = 1, days = 30 or until = 2022-12-31"},
      {"[criteria]", "needed = 2", "need = 2", "[criteria]",
       "criteria: key 'needed' is missing; add needed = ... (a whole number)\ncriteria: unknown key 'need'; "
       "did you mean 'needed'?"},
      {"[disclosure]", "dominance_share = 0.9", "dominance_share = 9.0", "dominance_share = 9.0",
       "disclosure: key 'dominance_share' is outside its range; choose a number within the range in "
       "docs/formats/charter.md"},
      {"[[contact]]", "familyfocus@east-cheshire.example", "familyfocus at east-cheshire", "[[contact]]",
       "contact.1: the e-mail address of 'family-focus' is not one; write name@place, or leave it out"},
      {"[disclosure]", "[disclosure]", "[disclosures]", "[disclosures]",
       "charter: unknown key 'disclosures'; did you mean 'disclosure'?"},
      {"[disclosure]", "[disclosure]", "[xyz]\n[disclosure]", "[xyz]",
       "charter: unknown key 'xyz'; take it out; known are: charter, notice, duties, criteria, disclosure, "
       "release_limits, "
       "party, purpose, data_class, flow, opening, retention, condition, gateway, accreditation, contact, "
       "right"},
      // Programme and parties.
      {"[charter]", "starts = 2020-06-01", "starts = 2023-06-01", "[charter]",
       "charter: ends is before starts; check the two dates"},
      {"[charter]", "closes = 2023-12-31", "closes = 2021-12-31", "[charter]",
       "charter: closes is before ends; set it to ends or later, or leave it out"},
      {"id = \"south-marches\"", "id = \"south-marches\"", "id = \"north-riding\"",
       "[[party]]\nid = \"north-riding\"\nname = \"South",
       "party.3: id 'north-riding' is there twice; give one of them another id"},
      {"id = \"south-marches\"", "id = \"south-marches\"", "id = \"public\"", "[[party]]\nid = \"public\"",
       "party.public: a party may not be called like a role or 'public'; choose another id\nflow.9: there is "
       "no retention rule for output at 'authority'; add a [[retention]] with this kind and holder"},
      {"id = \"dwp\"", "country = \"GB\"", "country = \"IE\"", "[[party]]\nid = \"dwp\"",
       "party.dwp: the party is in country 'IE' while transfers_abroad = \"none\"; leave the party out, or "
       "say in the notice that data goes abroad"},
      {"id = \"south-marches\"", "role = \"authority\"", "role = \"trusted-party\"", "[charter]",
       "charter: there is more than one trusted party; name one: names lie in one vault only"},
      // Data classes and the law.
      {"id = \"benefits\"", "holder = \"dwp\"", "holder = \"dpw\"", "[[data_class]]\nid = \"benefits\"",
       "data_class.benefits: unknown holder 'dpw'; did you mean 'dwp'?\nflow.5: data class 'benefits' is not "
       "held by 'dwp'; set its holder, or take it out"},
      {"id = \"benefits\"", "function = \"public-authority\"", "function = \"health-service\"",
       "[[data_class]]\nid = \"benefits\"",
       "data_class.benefits: gateway 'dea-2017-s64' does not reach information held for the function "
       "'health-service'; leave it out, or name another [[gateway]] that reaches it"},
      {"id = \"benefits\"", "function = \"public-authority\"", "function = \"adult-social-care\"",
       "[[data_class]]\nid = \"benefits\"",
       "data_class.benefits: gateway 'dea-2017-s64' does not reach information held for the function "
       "'adult-social-care'; leave it out, or name another [[gateway]] that reaches it"},
      {"id = \"benefits\"", "function = \"public-authority\"", "function = \"public-authorit\"",
       "[[data_class]]\nid = \"benefits\"",
       "data_class.benefits: unknown function 'public-authorit'; did you mean 'public-authority'?"},
      {"id = \"benefits\"", "gateway = \"dea-2017-s64\"", "gateway = \"dea-2017\"",
       "[[data_class]]\nid = \"benefits\"",
       "data_class.benefits: unknown gateway 'dea-2017'; use one of: dea-2017-s64"},
      {"id = \"benefits\"", "lawful_basis = \"6(1)(e)\"", "lawful_basis = \"6(1)(g)\"",
       "[[data_class]]\nid = \"benefits\"",
       "data_class.benefits: unknown lawful basis '6(1)(g)'; did you mean '6(1)(a)'?"},
      {"id = \"benefits\"", "lawful_basis = \"6(1)(e)\"\n", "", "[[data_class]]\nid = \"benefits\"",
       "data_class 'benefits': key 'lawful_basis' is missing; add lawful_basis = ... (text)"},
      {"id = \"benefits\"", "special_condition = \"9(2)(g)\"", "special_condition = \"9(2)(z)\"",
       "[[data_class]]\nid = \"benefits\"",
       "data_class.benefits: unknown special condition '9(2)(z)'; did you mean '9(2)(a)'?"},
      {"id = \"offending\"", "national_law = \"DPA 2018 Schedule 1 paragraph 6\"\n", "",
       "[[data_class]]\nid = \"offending\"",
       "data_class.offending: articles 9(2)(g) and 10 need a basis in national law; add national_law, for "
       "example \"DPA 2018 Schedule 1 paragraph 6\""},
      {"id = \"identity\"", "fields = [\"name\",", "fields = [\"nhs_number\", \"name\",",
       "[[data_class]]\nid = \"identity\"",
       "data_class.identity: the NHS number is health-service information, which gateway 'dea-2017-s64' does "
       "not reach; leave it out, or name another [[gateway]] that reaches health-service"},
      {"id = \"identity\"", "fields = [\"name\",", "fields = [\"nmae\",", "[[data_class]]\nid = \"identity\"",
       "data_class.identity: unknown identity field 'nmae'; did you mean 'name'?"},
      {"id = \"identity\"", "fields = [\"name\", \"date_of_birth\", \"gender\", \"address\", \"nino\"]\n", "",
       "[[data_class]]\nid = \"identity\"",
       "data_class.identity: the identity class names no fields; add fields = [\"name\", \"date_of_birth\"]"},
      {"id = \"employment\"", "lawful_basis", "fields = [\"name\"]\nlawful_basis",
       "[[data_class]]\nid = \"employment\"",
       "data_class.employment: only the identity class has fields; put them in variables, or set identity = "
       "true"},
      {"id = \"employment\"", "id = \"employed\"", "id = \"esa\"", "[[data_class]]\nid = \"employment\"",
       "data_class.employment: variable 'esa' is in the charter twice; give one of them another id"},
      {"id = \"employment\"", "\n[[data_class]]",
       "\n[[gateway]]\nid = \"dea-2017-s64\"\ntext = \"wider\"\nreaches = "
       "[\"health-service\"]\n\n[[data_class]]",
       "[[gateway]]", "gateway.dea-2017-s64: this gateway is built in and cannot be changed; take it out"},
      {"id = \"employment\"", "\n[[data_class]]",
       "\n[[gateway]]\nid = \"x\"\ntext = \"x\"\nreaches = [\"health\"]\n\n[[data_class]]", "[[gateway]]",
       "gateway.x: unknown function 'health'; use one of: public-authority, health-service, "
       "adult-social-care"},
      {"id = \"accredited-research\"", "expires_on = 2022-12-31", "expires_on = 2020-04-30",
       "[[condition]]\nid = \"accredited-research\"",
       "condition.accredited-research: expires_on is before met_on; check the two dates"},
      {"[[condition]]", "[[condition]]",
       "[[accreditation]]\nactor = \"ann\"\nparty = \"ministri\"\nnumber = \"AR-1\"\ngranted_on = "
       "2020-06-01\nexpires_on = 2021-06-01\n\n[[condition]]",
       "[[accreditation]]", "accreditation.1: unknown party 'ministri'; did you mean 'ministry'?"},
      // Flows.
      {"kind = \"request\"", "to = \"dwp\"", "to = \"dpw\"", "[[flow]]\nkind = \"request\"",
       "flow.2: unknown recipient 'dpw'; did you mean 'dwp'?\nflow.2: a request goes from 'trusted-party' to "
       "'department' only; correct from and to"},
      {"kind = \"request\"", "to = \"dwp\"", "to = \"ministry\"", "[[flow]]\nkind = \"request\"",
       "flow.2: a request goes from 'trusted-party' to 'department' only; correct from and to\nflow.2: "
       "identities never flow to research; take 'identity' out\nflow.2: there is no retention rule for "
       "request at 'research'; add a [[retention]] with this kind and holder"},
      {"kind = \"request\"", "data_classes = [\"identity\"]", "data_classes = [\"identity\", \"problems\"]",
       "[[flow]]\nkind = \"request\"", "flow.2: a request carries identities only; take 'problems' out"},
      {"kind = \"request\"", "data_classes = [\"identity\"]", "data_classes = []",
       "[[flow]]\nkind = \"request\"", "flow.2: the flow carries no data class; name at least one"},
      {"kind = \"return\"\nfrom = \"moj\"", "data_classes = [\"offending\"]", "data_classes = [\"identity\"]",
       "[[flow]]\nkind = \"return\"\nfrom = \"moj\"",
       "flow.6: a return carries no identities; take 'identity' out\nflow.6: data class 'identity' is not "
       "held by 'moj'; set its holder, or take it out"},
      {"kind = \"return\"\nfrom = \"moj\"", "data_classes = [\"offending\"]", "data_classes = [\"care\"]",
       "[[flow]]\nkind = \"return\"\nfrom = \"moj\"",
       "flow.6: data class 'care' is not held by 'moj'; set its holder, or take it out"},
      {"kind = \"return\"\nfrom = \"moj\"", "data_classes = [\"offending\"]", "data_classes = [\"offendin\"]",
       "[[flow]]\nkind = \"return\"\nfrom = \"moj\"",
       "flow.6: unknown data class 'offendin'; did you mean 'offending'?"},
      {"kind = \"return\"\nfrom = \"moj\"", "window_until = 2020-12-31", "window_until = 2010-12-31",
       "[[flow]]\nkind = \"return\"\nfrom = \"moj\"",
       "flow.6: window_until is before window_from; check the two dates"},
      {"kind = \"release\"", "data_classes = [\"family\"", "data_classes = [\"identity\", \"family\"",
       "[[flow]]\nkind = \"release\"", "flow.8: identities never flow to research; take 'identity' out"},
      {"kind = \"output\"", "data_classes = [\"family\"", "data_classes = [\"identity\", \"family\"",
       "[[flow]]\nkind = \"output\"", "flow.9: an output carries no identities; take 'identity' out"},
      {"kind = \"output\"", "to = \"public\"", "to = \"dwp\"", "[[flow]]\nkind = \"output\"",
       "flow.9: an output goes from research to the public only; write from = \"research\", to = "
       "\"public\"\nflow.9: there is no retention rule for output at 'department'; add a [[retention]] with "
       "this kind and holder"},
      {"kind = \"notice\"", "data_classes = [\"identity\"]", "data_classes = [\"problems\"]",
       "[[flow]]\nkind = \"notice\"", "flow.10: a notice carries no attributes; take 'problems' out"},
      {"kind = \"notice\"\nfrom = \"ons-demo\"\nto = \"ministry\"", "data_classes = []",
       "data_classes = [\"identity\"]", "[[flow]]\nkind = \"notice\"\nfrom = \"ons-demo\"\nto = \"ministry\"",
       "flow.14: identities never flow to research; take 'identity' out"},
      {"kind = \"notice\"\nfrom = \"ons-demo\"\nto = \"department\"", "to = \"department\"",
       "to = \"authority\"",
       "[[flow]]\nkind = \"notice\"\nfrom = \"ons-demo\"\nto = \"authority\"\ndata_classes = []\npurpose = "
       "\"rights\"\n\n[[flow]]\nkind = \"notice\"\nfrom = \"dep",
       "flow.12: the same kind already flows between these parties in flow.11; join the two"},
      {"kind = \"request\"", "purpose = \"linkage\"", "purpose = \"linkag\"", "[[flow]]\nkind = \"request\"",
       "flow.2: unknown purpose 'linkag'; did you mean 'linkage'?"},
      {"kind = \"request\"", "kind = \"request\"", "kind = \"vault\"", "[[flow]]\nkind = \"vault\"",
       "flow.2: vault never leaves the site that holds it; take the flow out\nflow.2: there is no retention "
       "rule for vault at 'department'; add a [[retention]] with this kind and holder"},
      // Openings, walls, retention.
      {"role = \"trusted-party\"\nduties = [\"linkage\"]", "duties = [\"linkage\"]",
       "duties = [\"linkage\", \"analysis\"]",
       "[[opening]]\nkind = \"release\"\nrole = \"trusted-party\"\nduties = [\"analysis\"]",
       "opening.7: the duty 'analysis' opens both identities and attributes at the trusted party; give one "
       "of them to another duty"},
      {"kind = \"release\"\nrole = \"research\"", "kind = \"release\"", "kind = \"vault\"",
       "[[opening]]\nkind = \"vault\"\nrole = \"research\"",
       "opening.13: research never opens a vault; take the opening out\nopening.13: there is no retention "
       "rule for vault at 'research'; add a [[retention]] with this kind and holder"},
      {"[[opening]]", "duties = [\"intake\"]", "duties = []", "[[opening]]",
       "opening.1: the opening names no duty; name at least one, or take it out"},
      {"[[opening]]", "purposes = [\"linkage\"]", "purposes = []", "[[opening]]",
       "opening.1: the opening names no purpose; name at least one, or take it out"},
      {"[[opening]]", "purposes = [\"linkage\"]", "purposes = [\"research\"]", "[[opening]]",
       "opening.1: unknown purpose 'research'; use one of: linkage, evaluation, rights"},
      {"kind = \"vault\"\nholder = \"trusted-party\"", "kind = \"vault\"", "kind = \"submission\"",
       "[[flow]]\nkind = \"submission\"",
       "flow.1: there is no retention rule for vault at 'trusted-party'; add a [[retention]] with this kind "
       "and holder\nopening.3: there is no retention rule for vault at 'trusted-party'; add a [[retention]] "
       "with this kind and holder\nretention.3: there is already a rule for this kind and holder; join the "
       "two"},
      {"kind = \"vault\"\nholder = \"trusted-party\"", "until = 2022-12-31", "until = 2023-12-31",
       "[[retention]]\nkind = \"vault\"",
       "retention.3: until is after the programme ends on 2022-12-31; set it to that day or earlier"},
      // Criteria, rights, purposes.
      {"[criteria]", "needed = 2", "needed = 7", "[criteria]",
       "criteria: more problems are needed than there are; lower needed or add problems"},
      {"[criteria]", "id = \"school\"", "id = \"crime\"",
       "[[criteria.problem]]\nid = \"crime\"\nlabel = \"Off",
       "criteria.problem.4: id 'crime' is there twice; give one of them another id"},
      {"id = \"be-told\"", "contact = \"council-dpo\"", "contact = \"council\"",
       "[[right]]\nid = \"be-told\"",
       "right.be-told: unknown contact 'council'; use one of: family-focus, council-dpo, ministry-dpo, ico"},
      {"[[right]]", "id = \"object\"", "id = \"object-to-it\"", "[charter]",
       "charter: the right 'object' is missing; add a [[right]] with id = \"object\""},
      {"id = \"rights\"", "\n[[data_class]]",
       "\n[[purpose]]\nid = \"marketing\"\ntext = \"to sell\"\n\n[[data_class]]",
       "[[purpose]]\nid = \"marketing\"",
       "purpose.marketing: nothing uses the purpose; take it out, or name it in a flow or an opening"},
  };
  for (const auto& slip : slips) expect_refused(slip);
}

TEST(ParseCharter, TellsEverySlipAtOnceInTheOrderOfLines) {
  std::string text = with(demo_text(), "[criteria]", "needed = 2", "needed = 7");
  text = with(text, "[charter]", "ends = 2022-12-31", "ends = 2020-06-02");
  const auto charter = parse(text, "demo.toml");
  ASSERT_FALSE(charter.ok());
  const auto& message = charter.error().message;
  EXPECT_NE(message.find("retention.3: until is after the programme ends on 2020-06-02"), std::string::npos);
  EXPECT_NE(message.find("criteria: more problems are needed"), std::string::npos);
  EXPECT_LT(message.find("retention.3:"), message.find("criteria:"));
}

TEST(ParseCharter, RefusesWhatIsNotTomlNotUtf8OrTooLarge) {
  EXPECT_TRUE(parse("[charter\n", "x.toml").error().message.starts_with("x.toml:1: not TOML: "));
  EXPECT_EQ(parse("title = \"\xFF\"", "x.toml").error().message,
            "x.toml:1: the charter is not UTF-8; save it as UTF-8");
  EXPECT_EQ(parse(std::string(kSourceBytesMax + 1, '#'), "x.toml").error().message,
            "x.toml:1: the charter is larger than 1,048,576 bytes; shorten it");
  const auto empty = parse("", "x.toml");
  ASSERT_FALSE(empty.ok());
  EXPECT_NE(
      empty.error().message.find("x.toml:1: charter: key 'charter' is missing; add charter = ... (a table)"),
      std::string::npos);
  EXPECT_FALSE(parse("a = " + std::string(5000, '[') + std::string(5000, ']'), "x.toml").ok());
  EXPECT_FALSE(
      parse(with(demo_text(), "[charter]", "title = \"", "title = \"" + std::string(4001, 'a')), "x.toml")
          .ok());
}

TEST(ParseCharter, StopsCountingSlipsAtAHundred) {
  std::string text;
  for (int number = 0; number < 300; ++number) text += "unknown" + std::to_string(number) + " = 1\n";
  const auto charter = parse(text, "x.toml");
  ASSERT_FALSE(charter.ok());
  const auto& message = charter.error().message;
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 100);
  EXPECT_TRUE(message.ends_with("x.toml: and 212 more")) << message.substr(message.size() - 60);
}

TEST(ParseCharter, NeverPrintsWhatATerminalWouldObey) {
  const auto charter = parse("\"\\u001b[31m\" = 1\n", "x.toml");
  ASSERT_FALSE(charter.ok());
  EXPECT_EQ(charter.error().message.find('\x1b'), std::string::npos);
}

TEST(ParseCharter, AcceptsTheNhsNumberOnlyThroughAGatewayThatReachesIt) {
  std::string text =
      with(demo_text(), "id = \"identity\"", "gateway = \"dea-2017-s64\"", "gateway = \"nhs-2006-s251\"");
  text = with(text, "id = \"identity\"", "fields = [", "fields = [\"nhs_number\", ");
  text =
      with(text, "[[data_class]]", "[[data_class]]",
           "[[gateway]]\nid = \"nhs-2006-s251\"\ntext = \"National Health Service Act 2006, section 251\"\n"
           "reaches = [\"public-authority\", \"health-service\"]\n\n[[data_class]]");
  EXPECT_EQ(must_parse(text).find_data_class("identity")->fields.front(), "nhs_number");
}

TEST(LoadCharter, SaysWhenTheFileIsNotThere) {
  const auto charter = load("no-such-charter.toml");
  ASSERT_FALSE(charter.ok());
  EXPECT_EQ(charter.error().code, ErrorCode::kIo);
  EXPECT_EQ(charter.error().message,
            "no-such-charter.toml: the charter cannot be opened; check the path and that it may be read");
  EXPECT_TRUE(load(source_path("charters/troubled-families.toml")).ok());
}

}  // namespace
}  // namespace kinfold::charter
