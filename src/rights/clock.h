// The legal clock of rights cases in England and Wales, as pure functions of dates.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/date.h"

namespace kinfold::rights {

struct BankHoliday {
  Date date;
  std::string name;
  bool substitute = false;  ///< The day given instead of a holiday that falls on a weekend.
};

/// Western Easter Sunday. Source: Meeus (1991), "Astronomical Algorithms", ch. 8 (the "anonymous
/// Gregorian" computation of 1876).
Date easter_sunday(int year);
/// England and Wales, in order of date. The yearly ones are computed by the rules of the Banking
/// and Financial Dealings Act 1971 and the proclamations made every year; days moved or added
/// once (2020, 2022, 2023 ...) are data in clock.cc. Meant for 2018 to 2035.
std::vector<BankHoliday> bank_holidays(int year);
bool is_bank_holiday(Date date);
/// Neither Saturday, Sunday nor bank holiday.
bool is_working_day(Date date);
/// `date` itself if it is a working day.
Date working_day_from(Date date);

/// The corresponding day `month_count` months later, or the last day of a shorter month, moved to
/// the next working day. Source: ICO, "Right of access", time limits; UK GDPR article 12(3), 12A.
Date due_after_months(Date start, int month_count, int paused_day_count = 0);
/// 30 days, the day of receipt not counted, moved to the next working day. Source: Data Protection
/// Act 2018 s.164A(3) (from 19 June 2026); ICO, "How to deal with data protection complaints".
Date complaint_acknowledgement_due(Date received);

/// While the person is asked to make clear what they want. Both days inclusive in the statute;
/// we count `until - from`, one day fewer, so that we are never late by any reading.
struct Pause {
  Date from;
  std::optional<Date> until;  ///< Empty: still waiting.
};

struct ClockInput {
  Date received;
  /// Proof of identity asked for: the month begins on the day it arrives.
  std::optional<Date> identity_asked;
  std::optional<Date> identity_shown;
  std::vector<Pause> pauses;  ///< In order, not overlapping.
  bool extended = false;      ///< By two further months.
};
struct ClockReading {
  bool running = false;           ///< Not while identity or clarification is awaited.
  Date starts;                    ///< The day the month counts from.
  std::optional<Date> due;        ///< Empty while the clock has not started or stands still.
  std::optional<Date> extend_by;  ///< Last day to tell the person of an extension.
  int paused_day_count = 0;
  std::optional<int> days_left;  ///< From `today` to `due`; negative when overdue.
};
ClockReading read_clock(const ClockInput& input, Date today);

}  // namespace kinfold::rights
