#include "rights/access_copy.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "unit/identity/support.h"

namespace kinfold::rights {
namespace {

using identity::testing::person;

Date date(const char* iso) { return *parse_iso_date(iso); }

table::Table council_rows(std::int64_t family, const char* relation) {
  table::Table rows;
  rows.add("row", table::ColumnType::kInt64).append_int(41);
  rows.add("family", table::ColumnType::kInt64).append_int(family);
  rows.add("relation", table::ColumnType::kString).append_string(relation);
  rows.add("group", table::ColumnType::kString).append_string("programme");
  rows.add("start_date", table::ColumnType::kDate).append_date(date("2019-03-01"));
  rows.add("end_date", table::ColumnType::kDate).append_null();
  rows.add("problem_school", table::ColumnType::kDate).append_date(date("2019-02-01"));
  return rows;
}

table::Table benefit_rows() {
  table::Table rows;
  rows.add("reference", table::ColumnType::kString).append_string("7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
  rows.add("variable", table::ColumnType::kString).append_string("universal_credit");
  rows.add("start_date", table::ColumnType::kDate).append_date(date("2018-05-06"));
  rows.add("end_date", table::ColumnType::kDate).append_date(date("2018-09-10"));
  rows.add("value", table::ColumnType::kDouble).append_double(0.25);
  return rows;
}

Found found_about(const identity::Identity& somebody) {
  Found found;
  found.programme = "Family Focus";
  found.holder = "Office for National Statistics";
  found.case_id = "01H455VB4PEX5VSKNK084SN02Q";
  found.made_on = date("2020-06-30");
  found.purpose = "To see how well services work.";
  found.lawful_basis = "6(1)(e)";
  found.party_names = {{"stockport", "Stockport Metropolitan Borough"}};
  found.kept_until = date("2022-12-31");
  found.versions = {{somebody, {"stockport", "s1", date("2020-01-15")}, identity::FamilyId{{0xAB}}, false}};
  found.attributes.push_back({"Stockport Council", "What the council told us",
                              "6(1)(e), 9(2)(g), DPA 2018 Schedule 1 paragraph 6", date("2020-01-15"),
                              date("2022-12-31"), council_rows(7, "partner")});
  found.attributes.push_back({"Department for Work and Pensions", "Benefits", "", date("2020-03-01"),
                              date("2022-12-31"), benefit_rows()});
  found.recipients = {{"Department for Work and Pensions", "your name and date of birth",
                       "to find your benefits", date("2020-02-01"), date("2020-03-01"), true}};
  found.releases = {date("2020-04-02")};
  found.labels = {{"universal_credit", "Universal Credit"}, {"problem_school", "school absence"}};
  found.contacts = {"dataprotection@example.gov.uk"};
  return found;
}

const identity::Identity kAnn =
    person("Ann", "Lee", "1985-02-01", "female", "1 High St", "SK1 1AA", "AB123456C");

TEST(AccessCopy, HoldsEverythingWithItsDateAndSourceInBothForms) {
  const auto copy = make_access_copy(found_about(kAnn));
  ASSERT_TRUE(copy.ok());
  for (const char* text : {"Ann",
                           "Lee",
                           "1 February 1985",
                           "1 High St",
                           "AB123456C",
                           "Stockport Metropolitan Borough",
                           "Stockport Council",
                           "article 6(1)(e) of the UK GDPR",
                           "15 January 2020",
                           "1 February 2019",
                           "article 9(2)(g) of the UK GDPR, DPA 2018 Schedule 1 paragraph 6",
                           "Universal Credit",
                           "School absence",
                           "6 May 2018",
                           "1 March 2020",
                           "destroyed, with a certificate",
                           "31 December 2022",
                           "Research data set of 2 April 2020",
                           "dataprotection@example.gov.uk",
                           "01H455VB4PEX5VSKNK084SN02Q"}) {
    EXPECT_NE(copy.value().html.find(text), std::string::npos) << text;
  }
  const auto json = nlohmann::json::parse(copy.value().json);
  EXPECT_EQ(json["identities"][0]["date_of_birth"], "1985-02-01");
  EXPECT_EQ(json["attributes"][1]["rows"][0]["variable"], "universal_credit");
  EXPECT_EQ(json["attributes"][1]["rows"][0]["value"], 0.25);
  EXPECT_TRUE(json["attributes"][0]["rows"][0]["end_date"].is_null());
  EXPECT_EQ(json["recipients"][0]["destroyed"], true);
  EXPECT_EQ(json["releases"][0], "2020-04-02");
}

TEST(AccessCopy, NeitherContainsNorConfirmsAnotherMemberOfTheFamily) {
  auto in_a_family = found_about(kAnn);
  auto alone = found_about(kAnn);
  alone.attributes[0].rows = council_rows(912, "head");
  alone.versions[0].family.reset();
  const auto first = make_access_copy(in_a_family);
  const auto second = make_access_copy(alone);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first.value().html, second.value().html) << "nothing depends on who else there is";
  EXPECT_EQ(first.value().json, second.value().json);
}

TEST(AccessCopy, HoldsNoReferenceByWhichFilesCouldBeJoined) {
  const auto copy = make_access_copy(found_about(kAnn));
  ASSERT_TRUE(copy.ok());
  EXPECT_EQ(copy.value().html.find("7ZZZZ"), std::string::npos);
  EXPECT_EQ(copy.value().json.find("7ZZZZ"), std::string::npos);
}

TEST(AccessCopy, RefusesAColumnThatMayBeAboutSomebodyElse) {
  auto found = found_about(kAnn);
  found.attributes[0].rows.add("mothers_name", table::ColumnType::kString).append_string("Canary");
  const auto copy = make_access_copy(found);
  ASSERT_FALSE(copy.ok());
  EXPECT_EQ(copy.error().code, ErrorCode::kRefused);
  EXPECT_EQ(copy.error().message,
            "the column 'mothers_name' is not known to be about one person alone; it cannot go into a copy");
}

TEST(AccessCopy, WhatSomebodyTypedIsTextOnThePage) {
  for (const auto& name : identity::testing::hostile_names()) {
    const auto copy = make_access_copy(found_about(person(name, name, "1985-02-01", "", name, name, name)));
    ASSERT_TRUE(copy.ok());
    EXPECT_EQ(copy.value().html.find("<script>alert"), std::string::npos);
    EXPECT_TRUE(nlohmann::json::accept(copy.value().json));
  }
}

TEST(AccessCopy, SaysWhenNothingIsHeld) {
  Found found = found_about(kAnn);
  found.versions.clear();
  found.attributes.clear();
  found.recipients.clear();
  const auto copy = make_access_copy(found);
  ASSERT_TRUE(copy.ok());
  EXPECT_NE(copy.value().html.find("We hold no name"), std::string::npos);
  EXPECT_NE(copy.value().html.find("Nobody."), std::string::npos);
}

}  // namespace
}  // namespace kinfold::rights
