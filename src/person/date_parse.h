// Dates as people and spreadsheets write them.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/date.h"
#include "person/reading.h"

namespace kinfold::person {

struct DateParseOptions {
  bool day_first = true;  ///< 03/04/2009 is 3 April. False: 4 March.
  /// The latest year a two-digit year can mean: 09 is in [latest - 99, latest]. Fixed, not taken
  /// from the clock, so that a file reads the same next year.
  int latest_year = 2029;
  int earliest_year = 1;  ///< Earlier (and later than latest_year + 75) is impossible.
};

struct DateReading {
  std::optional<Date> date;
  bool missing = false;         ///< Blank, or a word that says so: then `complaint` says that.
  bool ambiguous = false;       ///< Numeric, and day and month could be the other way round.
  bool placeholder = false;     ///< 1 January: often stands for "not known".
  bool two_digit_year = false;  ///< The century was decided by `latest_year`.
  bool day_number = false;      ///< Was a spreadsheet's day number.
  bool impossible = false;      ///< Has the shape of a date, but there is no such day.
  Complaint complaint;          ///< Set exactly when there is no date.
};

/// Reads 31/12/2009, 31.12.09, 31-12-2009, 2009-12-31, 2009/12/31, 20091231, 31122009, 31-Dec-2009,
/// 31st December 2009, December 31, 2009, any of them with a time of day after it, and Excel's day
/// numbers (five digits, 1900 date system). Where the first number cannot be a day or month as
/// DateParseOptions has it and the other way round can, the other way is read.
DateReading parse_people_date(std::string_view text, const DateParseOptions& options = {});

/// Whether a column's numeric dates have the day or the month first, from those that only one of the
/// two can read (31/12/2009, 12/31/2009).
class DateOrder {
 public:
  void see(std::string_view text);
  /// False where more dates are month first than day first; true where nothing tells.
  bool day_first() const { return day_first_count_ >= month_first_count_; }
  std::size_t day_first_count() const { return day_first_count_; }
  std::size_t month_first_count() const { return month_first_count_; }

 private:
  std::size_t day_first_count_ = 0;
  std::size_t month_first_count_ = 0;
};

}  // namespace kinfold::person
