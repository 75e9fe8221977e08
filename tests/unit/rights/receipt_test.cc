#include "rights/receipt.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace kinfold::rights {
namespace {

Date date(const char* iso) { return *parse_iso_date(iso); }

ReceiptFacts facts() {
  ReceiptFacts facts;
  facts.programme = "Family Focus";
  facts.holder = "Office for National Statistics";
  facts.made_on = date("2020-06-30");
  facts.parties = {{"dwp", "Department for Work and Pensions"}, {"moj", "Ministry of Justice"}};
  facts.records_removed_count = 12;
  facts.release_count = 2;
  facts.figures_published = true;
  facts.kept_until = date("2022-12-31");
  facts.contacts = {"dataprotection@example.gov.uk", "Information Commissioner"};
  return facts;
}

Case erased() {
  auto a_case = open_case(Right::kErasure, date("2020-06-01"), "officer", identity::system_random());
  for (const auto& event :
       std::vector<CaseEvent>{{Event::kStart, date("2020-06-02"), "officer", ""},
                              {Event::kNotifyRecipients, date("2020-06-03"), "officer", "dwp, moj"},
                              {Event::kReceipt, date("2020-06-10"), "officer", "moj"},
                              {Event::kReceipt, date("2020-06-12"), "officer", "dwp"},
                              {Event::kFulfil, date("2020-06-12"), "officer", ""}}) {
    EXPECT_TRUE(apply(a_case, event).ok());
  }
  return a_case;
}

TEST(Receipt, SaysWhatWasDoneWhoWasToldAndWhatCannotBeUndone) {
  const auto receipt = make_receipt(erased(), facts());
  ASSERT_TRUE(receipt.ok());
  for (const char* text :
       {"Your information was erased", "12 further records", "Department for Work and Pensions",
        "12 June 2020", "What cannot be undone", "stay published", "2 research data sets",
        "no certificate can show", "Information Commissioner"}) {
    EXPECT_NE(receipt.value().html.find(text), std::string::npos) << text;
  }
  const auto json = nlohmann::json::parse(receipt.value().json);
  EXPECT_EQ(json["told"][0]["party"], "dwp");
  EXPECT_EQ(json["told"][0]["confirmed"], "2020-06-12");
  EXPECT_EQ(json["told"][1]["confirmed"], "2020-06-10");
  EXPECT_GE(json["cannot_be_undone"].size(), 4U);
}

TEST(Receipt, AlwaysSaysThatSomethingMayRemain) {
  for (const auto right : {Right::kAccess, Right::kRectification, Right::kErasure, Right::kRestriction,
                           Right::kObjection, Right::kComplaint}) {
    EXPECT_FALSE(what_cannot_be_undone(right, ReceiptFacts{}).empty()) << name(right);
  }
}

TEST(Receipt, IsNotMadeBeforeTheCaseIsClosed) {
  auto a_case = open_case(Right::kErasure, date("2020-06-01"), "officer", identity::system_random());
  const auto receipt = make_receipt(a_case, facts());
  ASSERT_FALSE(receipt.ok());
  EXPECT_EQ(receipt.error().message, "a receipt is made when the case is closed; it is received");
}

TEST(Receipt, OfARefusedCaseDoesNotSayThatItWasDone) {
  auto a_case = open_case(Right::kErasure, date("2020-06-01"), "officer", identity::system_random());
  ASSERT_TRUE(apply(a_case, {Event::kRefuse, date("2020-06-02"), "officer", "identity not shown"}).ok());
  const auto receipt = make_receipt(a_case, facts());
  ASSERT_TRUE(receipt.ok());
  EXPECT_EQ(receipt.value().html.find("was erased"), std::string::npos);
  EXPECT_NE(receipt.value().html.find("Your request was closed"), std::string::npos);
}

}  // namespace
}  // namespace kinfold::rights
