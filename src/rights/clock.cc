#include "rights/clock.h"

#include <algorithm>
#include <array>

namespace kinfold::rights {
namespace {

enum Weekday { kMonday = 0, kSaturday = 5, kSunday = 6 };

/// 1970-01-01 was a Thursday.
int weekday(Date date) {
  const int shifted = (date.days + 3) % 7;
  return shifted < 0 ? shifted + 7 : shifted;
}

Date day(int year, int month, int day_of_month) { return *make_date(year, month, day_of_month); }

Date first_monday(int year, int month) {
  const Date first = day(year, month, 1);
  return add_days(first, (7 - weekday(first)) % 7);
}

Date last_monday(int year, int month) {
  const Date last = add_days(month == 12 ? day(year + 1, 1, 1) : day(year, month + 1, 1), -1);
  return add_days(last, -weekday(last));
}

/// What Parliament or a proclamation changed once. A moved day replaces the rule's own.
struct OneOff {
  std::array<int, 3> date;
  const char* name;
  const char* moves;  ///< The yearly holiday it stands for that year; null: an extra day.
};
constexpr const char* kEarlyMay = "Early May bank holiday";
constexpr const char* kSpring = "Spring bank holiday";
constexpr std::array<OneOff, 5> kOneOffs = {{
    {{2020, 5, 8}, "Early May bank holiday (VE day)", kEarlyMay},
    {{2022, 6, 2}, "Spring bank holiday", kSpring},
    {{2022, 6, 3}, "Platinum Jubilee bank holiday", nullptr},
    {{2022, 9, 19}, "Bank Holiday for the State Funeral of Queen Elizabeth II", nullptr},
    {{2023, 5, 8}, "Bank holiday for the coronation of King Charles III", nullptr},
}};

void add_new_year(int year, std::vector<BankHoliday>& holidays) {
  const Date first = day(year, 1, 1);
  const int on = weekday(first);
  const int shift = on == kSaturday ? 2 : on == kSunday ? 1 : 0;
  holidays.push_back({add_days(first, shift), "New Year’s Day", shift != 0});
}

void add_christmas(int year, std::vector<BankHoliday>& holidays) {
  const Date christmas = day(year, 12, 25);
  const Date boxing = day(year, 12, 26);
  // A Sunday Christmas gives the Tuesday, because Boxing Day itself is the Monday.
  const int christmas_shift = weekday(christmas) >= kSaturday ? 2 : 0;
  const int boxing_shift = weekday(boxing) >= kSaturday ? 2 : 0;
  holidays.push_back({add_days(christmas, christmas_shift), "Christmas Day", christmas_shift != 0});
  holidays.push_back({add_days(boxing, boxing_shift), "Boxing Day", boxing_shift != 0});
}

void apply_one_offs(int year, std::vector<BankHoliday>& holidays) {
  for (const auto& once : kOneOffs) {
    if (once.date[0] != year) continue;
    if (once.moves != nullptr) {
      std::erase_if(holidays, [&](const BankHoliday& holiday) { return holiday.name == once.moves; });
    }
    holidays.push_back({day(once.date[0], once.date[1], once.date[2]), once.name, false});
  }
}

}  // namespace

Date easter_sunday(int year) {
  // Names as in Meeus, who numbers the steps by letters.
  const int a = year % 19;
  const int b = year / 100;
  const int c = year % 100;
  const int d = b / 4;
  const int e = b % 4;
  const int f = (b + 8) / 25;
  const int g = (b - f + 1) / 3;
  const int h = (19 * a + b - d - g + 15) % 30;
  const int i = c / 4;
  const int k = c % 4;
  const int l = (32 + 2 * e + 2 * i - h - k) % 7;
  const int m = (a + 11 * h + 22 * l) / 451;
  const int n = h + l - 7 * m + 114;
  return day(year, n / 31, n % 31 + 1);
}

std::vector<BankHoliday> bank_holidays(int year) {
  std::vector<BankHoliday> holidays;
  add_new_year(year, holidays);
  const Date easter = easter_sunday(year);
  holidays.push_back({add_days(easter, -2), "Good Friday", false});
  holidays.push_back({add_days(easter, 1), "Easter Monday", false});
  holidays.push_back({first_monday(year, 5), kEarlyMay, false});
  holidays.push_back({last_monday(year, 5), kSpring, false});
  holidays.push_back({last_monday(year, 8), "Summer bank holiday", false});
  add_christmas(year, holidays);
  apply_one_offs(year, holidays);
  std::sort(holidays.begin(), holidays.end(),
            [](const BankHoliday& left, const BankHoliday& right) { return left.date < right.date; });
  return holidays;
}

bool is_bank_holiday(Date date) {
  const auto holidays = bank_holidays(to_ymd(date).year);
  return std::any_of(holidays.begin(), holidays.end(),
                     [&](const BankHoliday& holiday) { return holiday.date == date; });
}

bool is_working_day(Date date) { return weekday(date) < kSaturday && !is_bank_holiday(date); }

Date working_day_from(Date date) {
  while (!is_working_day(date)) date = add_days(date, 1);
  return date;
}

Date due_after_months(Date start, int month_count, int paused_day_count) {
  return working_day_from(add_days(add_months(start, month_count), paused_day_count));
}

Date complaint_acknowledgement_due(Date received) { return working_day_from(add_days(received, 30)); }

ClockReading read_clock(const ClockInput& input, Date today) {
  ClockReading reading;
  reading.starts = input.received;
  if (input.identity_asked && !input.identity_shown) return reading;
  if (input.identity_shown) reading.starts = std::max(input.received, *input.identity_shown);
  for (const auto& pause : input.pauses) {
    if (!pause.until) return reading;
    // A pause while the month had not begun delays nothing.
    const Date from = std::max(pause.from, reading.starts);
    if (*pause.until > from) reading.paused_day_count += pause.until->days - from.days;
  }
  reading.running = true;
  const int months = input.extended ? 3 : 1;
  reading.due = due_after_months(reading.starts, months, reading.paused_day_count);
  reading.extend_by = due_after_months(reading.starts, 1, reading.paused_day_count);
  reading.days_left = reading.due->days - today.days;
  return reading;
}

}  // namespace kinfold::rights
