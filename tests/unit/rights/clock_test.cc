#include "rights/clock.h"

#include <gtest/gtest.h>

#include <vector>

namespace kinfold::rights {
namespace {

Date date(const char* iso) { return *parse_iso_date(iso); }

// Source: GOV.UK bank holidays, England and Wales (the published lists for 2018 to 2027), and the
// Easter dates of the Book of Common Prayer's table for the later ones.
TEST(BankHolidays, AreThoseThatWerePublished) {
  const std::vector<std::vector<const char*>> published = {
      {"2018-01-01", "2018-03-30", "2018-04-02", "2018-05-07", "2018-05-28", "2018-08-27", "2018-12-25",
       "2018-12-26"},
      {"2019-01-01", "2019-04-19", "2019-04-22", "2019-05-06", "2019-05-27", "2019-08-26", "2019-12-25",
       "2019-12-26"},
      {"2020-01-01", "2020-04-10", "2020-04-13", "2020-05-08", "2020-05-25", "2020-08-31", "2020-12-25",
       "2020-12-28"},
      {"2021-01-01", "2021-04-02", "2021-04-05", "2021-05-03", "2021-05-31", "2021-08-30", "2021-12-27",
       "2021-12-28"},
      {"2022-01-03", "2022-04-15", "2022-04-18", "2022-05-02", "2022-06-02", "2022-06-03", "2022-08-29",
       "2022-09-19", "2022-12-26", "2022-12-27"},
      {"2023-01-02", "2023-04-07", "2023-04-10", "2023-05-01", "2023-05-08", "2023-05-29", "2023-08-28",
       "2023-12-25", "2023-12-26"},
      {"2024-01-01", "2024-03-29", "2024-04-01", "2024-05-06", "2024-05-27", "2024-08-26", "2024-12-25",
       "2024-12-26"},
      {"2025-01-01", "2025-04-18", "2025-04-21", "2025-05-05", "2025-05-26", "2025-08-25", "2025-12-25",
       "2025-12-26"},
      {"2026-01-01", "2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31", "2026-12-25",
       "2026-12-28"},
      {"2027-01-01", "2027-03-26", "2027-03-29", "2027-05-03", "2027-05-31", "2027-08-30", "2027-12-27",
       "2027-12-28"},
  };
  for (const auto& year : published) {
    const auto computed = bank_holidays(to_ymd(date(year[0])).year);
    ASSERT_EQ(computed.size(), year.size()) << year[0];
    for (std::size_t i = 0; i < year.size(); ++i) EXPECT_EQ(to_iso(computed[i].date), year[i]);
  }
}

TEST(BankHolidays, FollowEasterUntil2035) {
  const std::vector<const char*> sundays = {
      "2018-04-01", "2019-04-21", "2020-04-12", "2021-04-04", "2022-04-17", "2023-04-09",
      "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01",
      "2030-04-21", "2031-04-13", "2032-03-28", "2033-04-17", "2034-04-09", "2035-03-25"};
  for (std::size_t i = 0; i < sundays.size(); ++i) {
    EXPECT_EQ(to_iso(easter_sunday(2018 + static_cast<int>(i))), sundays[i]);
  }
}

TEST(BankHolidays, AreAlwaysEightOrMoreWorkdaysInAYear) {
  for (int year = 2018; year <= 2035; ++year) {
    const auto holidays = bank_holidays(year);
    EXPECT_GE(holidays.size(), 8U) << year;
    for (std::size_t i = 0; i < holidays.size(); ++i) {
      const int weekday = (holidays[i].date.days + 3) % 7;
      EXPECT_LT(weekday, 5) << to_iso(holidays[i].date);
      if (i > 0) {
        EXPECT_LT(holidays[i - 1].date, holidays[i].date);
      }
    }
  }
}

struct DueCase {
  const char* received;
  int months;
  int paused;
  const char* due;
  const char* why;
};

// The corresponding day, worked out by hand with a calendar.
const std::vector<DueCase> kDue = {
    {"2024-09-03", 1, 0, "2024-10-03", "the ICO's own example: 3 September to 3 October"},
    {"2026-06-10", 1, 0, "2026-07-10", "an ordinary Friday"},
    {"2023-01-31", 1, 0, "2023-02-28", "no 31 February"},
    {"2024-01-31", 1, 0, "2024-02-29", "leap year"},
    {"2024-01-30", 1, 0, "2024-02-29", "leap year, no 30 February"},
    {"2024-01-29", 1, 0, "2024-02-29", "leap year, there is a 29th"},
    {"2023-01-29", 1, 0, "2023-02-28", "no 29 February in 2023"},
    {"2028-01-31", 1, 0, "2028-02-29", "leap year 2028"},
    {"2024-02-29", 1, 0, "2024-04-02", "29 March is Good Friday, 1 April Easter Monday"},
    {"2023-02-28", 1, 0, "2023-03-28", "the corresponding day, not the month's end"},
    {"2025-03-31", 1, 0, "2025-04-30", "no 31 April"},
    {"2026-03-31", 1, 0, "2026-04-30", "no 31 April"},
    {"2025-05-31", 1, 0, "2025-06-30", "no 31 June; Monday"},
    {"2025-08-31", 1, 0, "2025-09-30", "no 31 September"},
    {"2025-10-31", 1, 0, "2025-12-01", "30 November is a Sunday"},
    {"2024-11-25", 1, 0, "2024-12-27", "Christmas and Boxing Day"},
    {"2025-11-25", 1, 0, "2025-12-29", "Christmas, Boxing Day, then a weekend"},
    {"2020-11-25", 1, 0, "2020-12-29", "Boxing Day's substitute is Monday 28 December"},
    {"2021-11-25", 1, 0, "2021-12-29", "Saturday; substitutes on 27 and 28 December"},
    {"2022-11-25", 1, 0, "2022-12-28", "Sunday; Boxing Day and Christmas substitute"},
    {"2023-11-25", 1, 0, "2023-12-27", "Monday Christmas, Tuesday Boxing Day"},
    {"2027-11-26", 1, 0, "2027-12-29", "Sunday; substitutes on 27 and 28 December"},
    {"2024-12-01", 1, 0, "2025-01-02", "New Year's Day"},
    {"2021-12-01", 1, 0, "2022-01-04", "1 January 2022 is a Saturday; Monday is the substitute"},
    {"2022-12-01", 1, 0, "2023-01-03", "1 January 2023 is a Sunday; Monday is the substitute"},
    {"2025-12-31", 1, 0, "2026-02-02", "31 January is a Saturday"},
    {"2024-12-31", 1, 0, "2025-01-31", "over the turn of the year"},
    {"2019-03-19", 1, 0, "2019-04-23", "Good Friday to Easter Monday"},
    {"2035-02-23", 1, 0, "2035-03-27", "Good Friday 23 March 2035, Easter Monday the 26th"},
    {"2020-04-08", 1, 0, "2020-05-11", "early May moved to Friday 8 May for VE day"},
    {"2020-04-04", 1, 0, "2020-05-04", "the first Monday of May 2020 was a working day"},
    {"2022-05-02", 1, 0, "2022-06-06", "spring moved to Thursday, then the jubilee Friday"},
    {"2022-04-30", 1, 0, "2022-05-30", "the last Monday of May 2022 was a working day"},
    {"2022-08-19", 1, 0, "2022-09-20", "the state funeral"},
    {"2023-04-08", 1, 0, "2023-05-09", "the coronation"},
    {"2026-07-31", 1, 0, "2026-09-01", "31 August 2026 is the summer bank holiday"},
    {"2030-04-06", 1, 0, "2030-05-07", "early May 2030 is the 6th"},
    {"2033-04-30", 1, 0, "2033-05-31", "spring 2033 is Monday 30 May"},
    {"2034-07-28", 1, 0, "2034-08-29", "summer 2034 is Monday 28 August"},
    {"2034-11-25", 1, 0, "2034-12-27", "Christmas 2034 on a Monday"},
    {"2032-11-26", 1, 0, "2032-12-29", "Sunday; Christmas and Boxing substitutes in 2032"},
    {"2026-07-24", 1, 3, "2026-08-27", "three days' wait for a clarification"},
    {"2026-01-30", 1, 1, "2026-03-02", "28 February and a day: Sunday 1 March"},
    {"2026-06-10", 1, 30, "2026-08-10", "a month's wait; 9 August is a Sunday"},
    {"2025-11-30", 3, 0, "2026-03-02", "extended: 28 February 2026 is a Saturday"},
    {"2023-11-30", 3, 0, "2024-02-29", "extended into a leap year"},
    {"2026-06-10", 3, 0, "2026-09-10", "extended by two further months"},
    {"2025-09-25", 3, 0, "2025-12-29", "extended to Christmas"},
};

TEST(DueDate, IsTheCorrespondingDayOrTheNextWorkingDayAfterIt) {
  ASSERT_GE(kDue.size(), 40U);
  for (const auto& due : kDue) {
    EXPECT_EQ(to_iso(due_after_months(date(due.received), due.months, due.paused)), due.due)
        << due.received << ": " << due.why;
  }
}

TEST(DueDate, IsNeverEarlierThanTheDayBeforeForALaterRequest) {
  Date last = due_after_months(date("2018-01-01"), 1);
  for (Date on = date("2018-01-02"); on < date("2035-12-31"); on = add_days(on, 1)) {
    const Date due = due_after_months(on, 1);
    EXPECT_GE(due, last) << to_iso(on);
    EXPECT_TRUE(is_working_day(due)) << to_iso(on);
    EXPECT_LE(due.days - on.days, 31 + 5) << to_iso(on);
    last = due;
  }
}

TEST(Complaint, IsAcknowledgedWithinThirtyDaysOfTheDayAfterReceipt) {
  EXPECT_EQ(to_iso(complaint_acknowledgement_due(date("2026-06-22"))), "2026-07-22");
  EXPECT_EQ(to_iso(complaint_acknowledgement_due(date("2026-06-19"))), "2026-07-20") << "a Sunday";
  EXPECT_EQ(to_iso(complaint_acknowledgement_due(date("2026-11-25"))), "2026-12-29") << "Christmas";
}

TEST(Clock, StandsStillUntilIdentityIsShownAndThenStarts) {
  ClockInput input;
  input.received = date("2026-06-01");
  input.identity_asked = date("2026-06-02");
  auto waiting = read_clock(input, date("2026-06-20"));
  EXPECT_FALSE(waiting.running);
  EXPECT_FALSE(waiting.due.has_value());
  input.identity_shown = date("2026-06-15");
  auto running = read_clock(input, date("2026-06-20"));
  EXPECT_TRUE(running.running);
  EXPECT_EQ(to_iso(*running.due), "2026-07-15");
  EXPECT_EQ(running.days_left, 25);
}

TEST(Clock, PausesWhileAClarificationIsAwaited) {
  ClockInput input;
  input.received = date("2026-07-24");
  input.pauses = {{date("2026-07-28"), std::nullopt}};
  EXPECT_FALSE(read_clock(input, date("2026-07-30")).due.has_value());
  input.pauses[0].until = date("2026-07-31");
  const auto reading = read_clock(input, date("2026-08-31"));
  EXPECT_EQ(reading.paused_day_count, 3);
  EXPECT_EQ(to_iso(*reading.due), "2026-08-27");
  EXPECT_EQ(reading.days_left, -4) << "overdue";
}

TEST(Clock, AddsUpSeveralPausesAndIgnoresThoseBeforeItStarted) {
  ClockInput input;
  input.received = date("2026-03-02");
  input.identity_asked = date("2026-03-02");
  input.identity_shown = date("2026-03-10");
  input.pauses = {{date("2026-03-05"), date("2026-03-12")}, {date("2026-03-20"), date("2026-03-23")}};
  const auto reading = read_clock(input, date("2026-03-25"));
  EXPECT_EQ(reading.paused_day_count, 2 + 3);
  EXPECT_EQ(to_iso(*reading.due), "2026-04-15");
}

TEST(Clock, ExtendsByTwoMonthsFromTheStartAndSaysUntilWhenThatMustBeTold) {
  ClockInput input;
  input.received = date("2026-06-10");
  input.extended = true;
  const auto reading = read_clock(input, date("2026-06-10"));
  EXPECT_EQ(to_iso(*reading.due), "2026-09-10");
  EXPECT_EQ(to_iso(*reading.extend_by), "2026-07-10");
}

}  // namespace
}  // namespace kinfold::rights
