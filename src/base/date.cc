#include "base/date.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace kinfold {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;

/// Digits only: no sign, no space, so that exactly one spelling of a date is accepted.
std::optional<int> parse_digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::int32_t to_days(std::chrono::year_month_day ymd) {
  return static_cast<std::int32_t>(std::chrono::sys_days{ymd}.time_since_epoch().count());
}

std::chrono::year_month_day to_chrono(Date date) {
  return std::chrono::sys_days{std::chrono::days{date.days}};
}

}  // namespace

std::optional<Date> make_date(int year, int month, int day) {
  if (year < 1 || year > 9999 || month < 1 || day < 1 || month > 12 || day > 31) return std::nullopt;
  const std::chrono::year_month_day ymd{std::chrono::year{year},
                                        std::chrono::month{static_cast<unsigned>(month)},
                                        std::chrono::day{static_cast<unsigned>(day)}};
  if (!ymd.ok()) return std::nullopt;
  return Date{to_days(ymd)};
}

YearMonthDay to_ymd(Date date) {
  const auto ymd = to_chrono(date);
  return {static_cast<int>(ymd.year()), static_cast<int>(static_cast<unsigned>(ymd.month())),
          static_cast<int>(static_cast<unsigned>(ymd.day()))};
}

std::optional<Date> parse_iso_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = parse_digits(text.substr(0, 4));
  const auto month = parse_digits(text.substr(5, 2));
  const auto day = parse_digits(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  return make_date(*year, *month, *day);
}

std::string to_iso(Date date) {
  const auto ymd = to_ymd(date);
  if (ymd.year < 0 || ymd.year > 9999) {
    std::array<char, 32> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%04d-%02d-%02d", ymd.year, ymd.month, ymd.day);
    return buffer.data();
  }
  // Millions of people are standardised with it: snprintf() was an eighth of that.
  std::string text = "0000-00-00";
  const auto put = [&](std::size_t last, int number) {
    for (; number > 0; number /= 10) text[last--] = static_cast<char>('0' + number % 10);
  };
  put(3, ymd.year);
  put(6, static_cast<int>(ymd.month));
  put(9, static_cast<int>(ymd.day));
  return text;
}

Date add_months(Date date, int month_count) {
  const auto ymd = to_chrono(date);
  const auto moved = std::chrono::year_month{ymd.year(), ymd.month()} + std::chrono::months{month_count};
  const std::chrono::year_month_day exact{moved.year(), moved.month(), ymd.day()};
  if (exact.ok()) return {to_days(exact)};
  return {to_days(std::chrono::year_month_day{moved.year() / moved.month() / std::chrono::last})};
}

int months_between(Date from, Date to) {
  const auto a = to_ymd(from);
  const auto b = to_ymd(to);
  int months = (b.year - a.year) * 12 + (b.month - a.month);
  while (add_months(from, months) > to) --months;
  return months;
}

int age_years(Date born, Date on) {
  const auto b = to_ymd(born);
  const auto o = to_ymd(on);
  const bool had_birthday = o.month > b.month || (o.month == b.month && o.day >= b.day);
  return o.year - b.year - (had_birthday ? 0 : 1);
}

Date date_of(Instant instant) {
  std::int64_t days = instant.seconds / kSecondsPerDay;
  if (instant.seconds % kSecondsPerDay < 0) --days;
  return {static_cast<std::int32_t>(days)};
}

Instant start_of_day(Date date) { return {static_cast<std::int64_t>(date.days) * kSecondsPerDay}; }

std::string to_rfc3339(Instant instant) {
  const Date day = date_of(instant);
  const auto rest = static_cast<int>(instant.seconds - start_of_day(day).seconds);
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "T%02d:%02d:%02dZ", rest / 3600, rest / 60 % 60, rest % 60);
  return to_iso(day) + buffer.data();
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  if (text.size() != 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != 'Z') {
    return std::nullopt;
  }
  const auto day = parse_iso_date(text.substr(0, 10));
  const auto hour = parse_digits(text.substr(11, 2));
  const auto minute = parse_digits(text.substr(14, 2));
  const auto second = parse_digits(text.substr(17, 2));
  if (!day || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) {
    return std::nullopt;
  }
  return Instant{start_of_day(*day).seconds + *hour * 3600 + *minute * 60 + *second};
}

}  // namespace kinfold
