#include "charter/notice.h"

#include <algorithm>

#include "base/text.h"

#include "sample.h"

namespace kinfold::charter {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The words alone, as a reader sees them.
std::string words_of_html(const std::string& html) {
  std::string out;
  bool in_tag = false;
  const auto body = html.find("<body>");
  for (const char c : html.substr(body == std::string::npos ? 0 : body)) {
    if (c == '<') in_tag = true;
    if (!in_tag) out += c;
    if (c == '>') in_tag = false;
  }
  for (auto at = out.find("&#39;"); at != std::string::npos; at = out.find("&#39;")) out.replace(at, 5, "'");
  return out;
}

TEST(Notice, NamesEveryPartyPeriodProblemRightAndContact) {
  for (const Charter& charter : {real(), demo()}) {
    for (const std::string& text : {notice_markdown(charter), words_of_html(notice_html(charter))}) {
      for (const auto& party : charter.parties) {
        EXPECT_TRUE(has(text, party.name)) << party.name;
        EXPECT_TRUE(party.role == Role::kAuthority || has(text, party.what_for)) << party.what_for;
      }
      for (const auto& problem : charter.criteria.problems)
        EXPECT_TRUE(has(text, problem.label)) << problem.label;
      for (const auto& contact : charter.contacts) {
        EXPECT_TRUE(has(text, contact.email)) << contact.email;
        EXPECT_TRUE(has(text, contact.what_for)) << contact.what_for;
      }
      for (const auto& right : charter.rights) EXPECT_TRUE(has(text, right.text)) << right.text;
      for (const auto& condition : charter.conditions)
        EXPECT_TRUE(has(text, condition.text.substr(20))) << condition.id;
      EXPECT_TRUE(has(text, "31 December 2022"));
      EXPECT_TRUE(has(text, "DWP, MoJ and DfE keep your name for this research for a month and no longer"));
      EXPECT_TRUE(has(text, "two or more of these problems"));
      EXPECT_TRUE(has(text, "keep no records showing that you were part of this research"));
    }
  }
}

TEST(Notice, SaysWhatOnlyPeopleCanKeep) {
  const Charter charter = real();
  const auto& words = charter.wording;
  for (const std::string& text : {notice_markdown(charter), words_of_html(notice_html(charter))}) {
    for (const auto& said :
         {words.led_by, words.responsibility, words.linking, words.researchers, words.receiving,
          words.publication, words.ask_in_person, words.authority_task, words.research_task, words.storage,
          words.refusal, words.change_of_mind, words.see_also}) {
      EXPECT_FALSE(said.empty());
      EXPECT_TRUE(has(text, said.substr(1))) << said;  // the first letter may have become a capital
    }
    for (const auto* list : {&words.aims, &words.legal_powers, &words.corrections}) {
      EXPECT_FALSE(list->empty());
      for (const auto& said : *list) EXPECT_TRUE(has(text, said)) << said;
    }
  }
}

TEST(Notice, HasASectionForEveryHeadingOfThePrintedNotice) {
  const auto text = notice_markdown(real());
  EXPECT_TRUE(has(text, "(Family Focus): privacy notice"));
  for (const char* heading :
       {"What personal information is used, and what for", "Why your family", "What happens to the results",
        "Why we are allowed to use your information", "Who we share your information with",
        "Where we get your information from", "How long we keep your information",
        "How your information is stored", "If you do not want to be part of this",
        "Is your information used to make automated decisions?", "Is your information transferred abroad?",
        "Your rights"}) {
    EXPECT_TRUE(has(text, std::string("\n## ") + heading + "\n")) << heading;
  }
  EXPECT_TRUE(has(text, "Article 6"));
  EXPECT_TRUE(has(text, "Article 9(2)(g)"));
}

TEST(Notice, SaysWhatEachDepartmentLooksUpInTheWordsOfThePrintedNotice) {
  const auto text = notice_markdown(real());
  EXPECT_TRUE(has(text, "to see what benefits you have received and whether you have been employed"));
  EXPECT_TRUE(has(text, "to see what contact you may have had with the criminal justice system"));
  EXPECT_TRUE(has(text,
                  "to see when your child has been in school, how well they are doing at each Key Stage and "
                  "whether they are a Child in Need"));
}

TEST(Notice, IsRightWhereThePrintedOneErrs) {
  const auto text = notice_markdown(real());
  EXPECT_TRUE(has(text, "Data Protection Act 2018"));
  EXPECT_TRUE(has(text, "The printed notice names the 'DPA 2017'. The Act is the Data Protection Act 2018."));
  EXPECT_TRUE(has(text, "your copy is put together at the trusted party, by two people, for your case only"));
}

TEST(Notice, AnswersTheTwoQuestionsWithNo) {
  const auto text = notice_markdown(real());
  EXPECT_TRUE(has(text, "## Is your information used to make automated decisions?\n\nNo.\n"));
  EXPECT_TRUE(has(text, "## Is your information transferred abroad?\n\nNo.\n"));
  Charter abroad = real();
  abroad.transfers_abroad = true;
  EXPECT_TRUE(has(notice_markdown(abroad), "## Is your information transferred abroad?\n\nYes.\n"));
}

TEST(Notice, FollowsTheCharterWhenAPeriodOrANumberChanges) {
  Charter charter = demo();
  for (auto& retention : charter.retention) {
    if (retention.kind == Kind::kRequest && retention.holder == Role::kDepartment) retention.months = 2;
  }
  charter.ends = day("2023-06-30");
  charter.criteria.needed = 3;
  charter.disclosure.threshold = 15;
  const auto text = notice_markdown(charter);
  EXPECT_TRUE(has(text, "keep your name for this research for two months and no longer"));
  EXPECT_TRUE(has(text, "destroyed by 30 June 2023"));
  EXPECT_TRUE(has(text, "three or more of these problems"));
  EXPECT_TRUE(has(text, "at least 15 people"));
}

TEST(Notice, IsAPageThatLoadsNothingAndFitsATelephone) {
  const auto html = notice_html(real());
  EXPECT_TRUE(html.starts_with("<!doctype html>"));
  EXPECT_TRUE(has(html, "name=\"viewport\""));
  EXPECT_FALSE(has(html, "http://"));
  EXPECT_FALSE(has(html, "https://"));
  EXPECT_FALSE(has(html, "<script"));
  EXPECT_FALSE(has(html, "src="));
  EXPECT_TRUE(has(html, "<a href=\"mailto:familyfocus@cheshireeast.gov.uk\">"));
}

/// Every text of a charter, hostile at once.
Charter hostile_charter(const std::string& poison) {
  Charter charter = demo();
  const auto spoil = [&](std::string& text) { text += poison; };
  for (std::string* text :
       {&charter.title, &charter.issued_by, &charter.version, &charter.wording.service,
        &charter.wording.led_by, &charter.wording.responsibility, &charter.wording.linking,
        &charter.wording.researchers, &charter.wording.receiving, &charter.wording.publication,
        &charter.wording.ask_in_person, &charter.wording.authority_task, &charter.wording.research_task,
        &charter.wording.storage, &charter.wording.refusal, &charter.wording.change_of_mind,
        &charter.wording.see_also}) {
    spoil(*text);
  }
  for (auto* texts : {&charter.wording.aims, &charter.wording.legal_powers, &charter.wording.corrections}) {
    for (auto& text : *texts) spoil(text);
  }
  for (auto& party : charter.parties) {
    spoil(party.name);
    spoil(party.short_name);
    spoil(party.what_for);
  }
  for (auto& data_class : charter.data_classes) {
    spoil(data_class.label);
    spoil(data_class.lawful_basis);
    spoil(data_class.special_condition);
    spoil(data_class.national_law);
  }
  for (auto& condition : charter.conditions) spoil(condition.text);
  for (auto& problem : charter.criteria.problems) spoil(problem.label);
  for (auto& right : charter.rights) spoil(right.text);
  for (auto& contact : charter.contacts) {
    spoil(contact.name);
    spoil(contact.email);
    spoil(contact.what_for);
  }
  return charter;
}

TEST(Notice, TurnsNoTextOfACharterIntoMarkup) {
  const std::vector<std::string> poisons{"<script>alert(1)</script>",
                                         "\"><img src=x onerror=alert(1)>",
                                         "' onmouseover='x",
                                         "&lt;b&gt;",
                                         "</li></ul><h1>",
                                         "<!--"};
  for (const auto& poison : poisons) {
    const auto html = notice_html(hostile_charter(poison));
    EXPECT_FALSE(has(html, "<script"));
    EXPECT_FALSE(has(html, "<img"));
    EXPECT_FALSE(has(html, "' onmouseover='"));
    EXPECT_FALSE(has(html, "<!--"));
    EXPECT_TRUE(has(html, html_escape(poison).substr(0, 4)));
    const auto tag_count = [](const std::string& text) { return std::count(text.begin(), text.end(), '<'); };
    EXPECT_EQ(tag_count(html), tag_count(notice_html(hostile_charter("x"))))
        << "as many tags as with harmless text";
  }
}

TEST(Notice, EscapesWhatMarkdownWouldObey) {
  const std::vector<std::string> poisons{"[a](javascript:x)", "![i](http://x)", "<b>x</b>", "**x**", "`x`",
                                         "\n# heading",       "\n- item",       "|a|b|"};
  for (const auto& poison : poisons) {
    const auto text = notice_markdown(hostile_charter(poison));
    EXPECT_FALSE(has(text, poison)) << poison;
    const auto line_count = [](const std::string& all) { return std::count(all.begin(), all.end(), '\n'); };
    EXPECT_EQ(line_count(text), line_count(notice_markdown(hostile_charter("x")))) << poison;
  }
}

}  // namespace
}  // namespace kinfold::charter
