// Calendar dates and instants, UTC only.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kinfold {

/// A day of the proleptic Gregorian calendar, as days since 1970-01-01.
struct Date {
  std::int32_t days = 0;
  auto operator<=>(const Date&) const = default;
};

struct YearMonthDay {
  int year = 1970;
  int month = 1;
  int day = 1;
};

/// Empty if there is no such day (31 April, 29 February 2023).
std::optional<Date> make_date(int year, int month, int day);
YearMonthDay to_ymd(Date date);

/// Accepts exactly `YYYY-MM-DD`.
std::optional<Date> parse_iso_date(std::string_view text);
std::string to_iso(Date date);

inline Date add_days(Date date, int day_count) { return {date.days + day_count}; }
/// The same day of the month `month_count` later, or the month's last day where it is shorter.
Date add_months(Date date, int month_count);
/// Whole months from `from` to `to`, negative when `to` is earlier; floor, so that
/// add_months(from, months_between(from, to)) <= to.
int months_between(Date from, Date to);
/// Completed years of age on `on`; somebody born on 29 February has a birthday on 1 March.
int age_years(Date born, Date on);

/// Seconds since 1970-01-01T00:00:00Z.
struct Instant {
  std::int64_t seconds = 0;
  auto operator<=>(const Instant&) const = default;
};

Date date_of(Instant instant);
Instant start_of_day(Date date);
/// `2026-11-22T19:41:33Z`
std::string to_rfc3339(Instant instant);
std::optional<Instant> parse_rfc3339(std::string_view text);

}  // namespace kinfold
