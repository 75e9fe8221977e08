#include <gtest/gtest.h>

#include "person/address.h"
#include "person/date_parse.h"
#include "person/gender.h"
#include "person/nino.h"
#include "person/postcode.h"

namespace kinfold::person {
namespace {

std::string iso(std::string_view text) {
  const auto reading = parse_people_date(text);
  return reading.date ? to_iso(*reading.date) : std::string(reading.complaint.reason);
}

TEST(ParsePeopleDate, ReadsTheFormsThatCouncilsSend) {
  for (const std::string_view text :
       {"31/12/2009", "31.12.09", "31-12-2009", "2009-12-31", "2009/12/31", "20091231", "31122009",
        "31-Dec-2009", "31st December 2009", "December 31, 2009", "Thursday 31 Dec 09", "2009-12-31 00:00:00",
        "2009-12-31T00:00:00Z", "31/12/2009 09:30", "40178", "40178.5", "12/31/2009"}) {
    EXPECT_EQ(iso(text), "2009-12-31") << text;
  }
}

TEST(ParsePeopleDate, PutsTwoDigitYearsIntoTheHundredYearsUpToTheLatest) {
  EXPECT_EQ(iso("01/02/29"), "2029-02-01");
  EXPECT_EQ(iso("01/02/30"), "1930-02-01");
  EXPECT_TRUE(parse_people_date("01/02/30").two_digit_year);
}

TEST(ParsePeopleDate, SaysWhyItCannotRead) {
  EXPECT_EQ(iso("31/02/2009"), "there is no such day in the calendar");
  EXPECT_TRUE(parse_people_date("1856-86-18").impossible);
  EXPECT_EQ(iso("1985"), "date is a year only");
  EXPECT_EQ(iso("soon"), "date is not in a form that is understood");
  EXPECT_EQ(iso("31 Smarch 2009"), "date has a word in it that is not a month");
  EXPECT_EQ(iso(""), "date is empty");
  EXPECT_TRUE(parse_people_date(" n/a ").missing);
}

TEST(ParsePeopleDate, FlagsWhatMayMeanSomethingElse) {
  EXPECT_TRUE(parse_people_date("03/04/2009").ambiguous);
  EXPECT_FALSE(parse_people_date("04/04/2009").ambiguous);
  EXPECT_FALSE(parse_people_date("2009-04-03").ambiguous);
  EXPECT_TRUE(parse_people_date("1990-01-01").placeholder);
}

TEST(ParsePostcode, TakesItApart) {
  const auto postcode = parse_postcode("sw1a2bj");
  ASSERT_TRUE(postcode.valid);
  EXPECT_EQ(postcode.text, "SW1A 2BJ");
  EXPECT_EQ(postcode.area, "SW");
  EXPECT_EQ(postcode.district, "SW1A");
  EXPECT_EQ(postcode.sector, "SW1A 2");
  EXPECT_FALSE(postcode.repaired);
}

TEST(ParsePostcode, MendsLookAlikes) {
  const auto postcode = parse_postcode("M1 IAE");
  ASSERT_TRUE(postcode.valid);
  EXPECT_EQ(postcode.text, "M1 1AE");
  EXPECT_TRUE(postcode.repaired);
  EXPECT_EQ(parse_postcode("BSZ OEL").text, "BS2 0EL");
}

TEST(ParsePostcode, SaysWhyItCannotRead) {
  EXPECT_EQ(parse_postcode("TQ1W 8DF9").complaint.reason,
            "postcode does not have five to seven letters and digits");
  EXPECT_EQ(parse_postcode("12345").complaint.reason, "postcode does not have the shape of a UK postcode");
  EXPECT_TRUE(parse_postcode("").missing);
}

TEST(ParseNino, KnowsTheFormat) {
  EXPECT_TRUE(parse_nino("AB 12 34 56 C").valid);
  EXPECT_EQ(parse_nino("ab123456c").text, "AB123456C");
  EXPECT_TRUE(parse_nino("AB123456").no_suffix);
  EXPECT_TRUE(parse_nino("TN311209F").temporary);
  for (const std::string_view text :
       {"DA123456C", "AO123456C", "BG123456A", "ZZ123456A", "AB123456E", "A1234567C", "AB12345C"}) {
    EXPECT_FALSE(parse_nino(text).valid) << text;
    EXPECT_FALSE(parse_nino(text).complaint.none()) << text;
  }
}

TEST(ParseAddress, FindsFlatBuildingAndStreet) {
  const auto address = parse_address("Flat 3, 12A St. John's Road, Bristol BS2 0EL");
  EXPECT_EQ(address.flat, "3");
  EXPECT_EQ(address.building, "12A");
  EXPECT_EQ(address.postcode, "BS2 0EL");
  EXPECT_EQ(address.street, (std::vector<std::string>{"ST", "JOHNS", "RD", "BRISTOL"}));
  EXPECT_TRUE(parse_address("no fixed abode").empty());
}

TEST(ParseGender, ReadsWordsAndCodes) {
  EXPECT_EQ(parse_gender("Female").gender, Gender::kFemale);
  EXPECT_EQ(parse_gender("m").gender, Gender::kMale);
  EXPECT_EQ(parse_gender("non-binary").gender, Gender::kOther);
  EXPECT_TRUE(parse_gender("9").missing);
  EXPECT_FALSE(parse_gender("blue").complaint.none());
}

TEST(DateOrder, IsTheOneThatTheUnambiguousDatesHave) {
  const auto day_first = [](std::initializer_list<const char*> texts) {
    DateOrder order;
    for (const auto* text : texts) order.see(text);
    return order.day_first();
  };
  EXPECT_TRUE(day_first({}));
  EXPECT_TRUE(day_first({"03/04/2009", "2009-12-31", "19841231", "", "31"}));
  EXPECT_TRUE(day_first({"31/12/2009", "12-31-2009", "28.2.09"}));
  EXPECT_FALSE(day_first({"03/04/2009", "12/31/2009", "2-28-09"}));
}

}  // namespace
}  // namespace kinfold::person
