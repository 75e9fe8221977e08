#include "base/date.h"

#include <gtest/gtest.h>

namespace kinfold {
namespace {

Date day(const char* iso) { return *parse_iso_date(iso); }

TEST(Date, EveryDayOfFourCenturiesComesBackAsItself) {
  for (Date d = day("1800-01-01"); d <= day("2200-01-01"); d = add_days(d, 1)) {
    ASSERT_EQ(parse_iso_date(to_iso(d)), d) << to_iso(d);
  }
}

TEST(Date, RefusesDaysThatDoNotExistAndOtherSpellings) {
  for (const char* text : {"2023-02-29", "2024-02-30", "2024-04-31", "2024-13-01", "2024-00-10", "2024-01-00",
                           "2024-1-01", "24-01-01", "2024/01/01", "2024-01-01 ", "+024-01-01", ""}) {
    EXPECT_FALSE(parse_iso_date(text)) << text;
  }
}

TEST(Date, AddMonthsStopsAtTheEndOfAShorterMonth) {
  EXPECT_EQ(to_iso(add_months(day("2024-01-31"), 1)), "2024-02-29");
  EXPECT_EQ(to_iso(add_months(day("2023-01-31"), 1)), "2023-02-28");
  EXPECT_EQ(to_iso(add_months(day("2024-03-31"), -1)), "2024-02-29");
  EXPECT_EQ(to_iso(add_months(day("2023-11-30"), 3)), "2024-02-29");
}

TEST(Date, MonthsBetweenIsTheLargestCountThatDoesNotPassTheEnd) {
  const Date from = day("2019-08-31");
  for (Date to = day("2018-01-01"); to < day("2021-12-31"); to = add_days(to, 1)) {
    const int months = months_between(from, to);
    ASSERT_LE(add_months(from, months), to) << to_iso(to);
    ASSERT_GT(add_months(from, months + 1), to) << to_iso(to);
  }
}

TEST(Date, AgeTurnsOnTheBirthday) {
  EXPECT_EQ(age_years(day("2004-05-17"), day("2014-05-16")), 9);
  EXPECT_EQ(age_years(day("2004-05-17"), day("2014-05-17")), 10);
  EXPECT_EQ(age_years(day("2004-02-29"), day("2015-02-28")), 10);
  EXPECT_EQ(age_years(day("2004-02-29"), day("2015-03-01")), 11);
}

TEST(Instant, ComesBackAsItselfAlsoBefore1970) {
  for (const char* text : {"1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "2026-11-22T19:41:33Z"}) {
    ASSERT_TRUE(parse_rfc3339(text)) << text;
    EXPECT_EQ(to_rfc3339(*parse_rfc3339(text)), text);
  }
  EXPECT_FALSE(parse_rfc3339("2026-11-22T24:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("2026-11-22 19:41:33Z"));
}

}  // namespace
}  // namespace kinfold
