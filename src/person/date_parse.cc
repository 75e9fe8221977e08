#include "person/date_parse.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "person/missing_internal.h"
#include "person/name.h"

namespace kinfold::person {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"JANUARY",   "FEBRUARY", "MARCH",    "APRIL",
                                                      "MAY",       "JUNE",     "JULY",     "AUGUST",
                                                      "SEPTEMBER", "OCTOBER",  "NOVEMBER", "DECEMBER"};
constexpr std::string_view kUnreadable = "date is not in a form that is understood";
constexpr std::string_view kHowToWrite = "write it as DD/MM/YYYY or YYYY-MM-DD";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }

int month_of(std::string_view word) {
  if (word.size() < 3) return 0;
  if (word == "SEPT") return 9;
  for (std::size_t n = 0; n < kMonths.size(); ++n) {
    if (word.size() <= kMonths[n].size() && kMonths[n].substr(0, word.size()) == word)
      return static_cast<int>(n) + 1;
  }
  return 0;
}

struct Piece {
  std::string text;
  bool number = false;
  int value() const { return text.size() > 9 ? -1 : std::atoi(text.c_str()); }
};

bool is_ordinal(std::string_view word) {
  return word == "ST" || word == "ND" || word == "RD" || word == "TH";
}

// Numbers and words in order, without separators, ordinals, weekdays, and without a time of day.
std::vector<Piece> pieces_of(const std::string& folded) {
  std::vector<Piece> pieces;
  for (std::size_t n = 0; n < folded.size();) {
    if (folded[n] == ':') {  // The number before it was the hour.
      if (!pieces.empty()) pieces.pop_back();
      break;
    }
    const bool number = is_digit(folded[n]);
    if (!number && !is_letter(folded[n])) {
      ++n;
      continue;
    }
    std::size_t end = n;
    while (end < folded.size() && (number ? is_digit(folded[end]) : is_letter(folded[end]))) ++end;
    std::string text = folded.substr(n, end - n);
    n = end;
    const bool weekday = !number && text.size() >= 3 && text.ends_with("DAY");
    if (!number && (is_ordinal(text) || text == "T" || text == "OF" || weekday)) continue;
    pieces.push_back({std::move(text), number});
  }
  return pieces;
}

DateReading fail(std::string_view reason, std::string_view remedy = kHowToWrite) {
  DateReading reading;
  reading.complaint = {reason, remedy};
  return reading;
}

DateReading impossible(std::string_view reason) {
  DateReading reading = fail(reason, "check the date against the person's papers");
  reading.impossible = true;
  return reading;
}

int full_year(const Piece& piece, const DateParseOptions& options, DateReading& reading) {
  int year = piece.value();
  if (piece.text.size() <= 2) {
    reading.two_digit_year = true;
    const int century = options.latest_year / 100 * 100;
    year += century;
    if (year > options.latest_year) year -= 100;
  }
  return year;
}

DateReading finish(int year, int month, int day, const DateParseOptions& options, DateReading reading) {
  if (year < options.earliest_year || year > options.latest_year + 75) {
    return impossible("date has a year that cannot be right");
  }
  reading.date = make_date(year, month, day);
  if (!reading.date) return impossible("there is no such day in the calendar");
  reading.placeholder = day == 1 && month == 1;
  return reading;
}

// Three numbers: year first if the first has four digits, else day and month in the order asked for.
DateReading from_numbers(const Piece& a, const Piece& b, const Piece& c, const DateParseOptions& options) {
  DateReading reading;
  if (a.text.size() == 4) {
    const bool month_first = b.value() <= 12;
    return finish(a.value(), month_first ? b.value() : c.value(), month_first ? c.value() : b.value(),
                  options, reading);
  }
  if (a.text.size() > 2 || b.text.size() > 2 || (c.text.size() != 4 && c.text.size() != 2))
    return fail(kUnreadable);
  int day = options.day_first ? a.value() : b.value();
  int month = options.day_first ? b.value() : a.value();
  if (month > 12 && day <= 12) std::swap(day, month);
  reading.ambiguous = day <= 12 && month <= 12 && day != month;
  return finish(full_year(c, options, reading), month, day, options, reading);
}

DateReading from_named_month(const std::vector<Piece>& pieces, std::size_t at,
                             const DateParseOptions& options) {
  const int month = month_of(pieces[at].text);
  if (month == 0) return fail("date has a word in it that is not a month");
  std::array<Piece, 2> numbers;
  for (std::size_t n = 0, m = 0; n < 3; ++n) {
    if (n != at) numbers[m++] = pieces[n];
  }
  if (!numbers[0].number || !numbers[1].number) return fail(kUnreadable);
  if (numbers[0].text.size() == 4) std::swap(numbers[0], numbers[1]);
  if (numbers[0].text.size() > 2 || (numbers[1].text.size() != 4 && numbers[1].text.size() != 2))
    return fail(kUnreadable);
  DateReading reading;
  return finish(full_year(numbers[1], options, reading), month, numbers[0].value(), options, reading);
}

int number_at(std::string_view digits, std::size_t from, std::size_t count) {
  int value = 0;
  for (const char c : digits.substr(from, count)) value = value * 10 + (c - '0');
  return value;
}

DateReading from_one_number(const std::string& digits, const DateParseOptions& options) {
  if (digits.size() == 8) {
    const int year = number_at(digits, 0, 4);
    if (year >= 1200 && year <= options.latest_year + 75) {
      return finish(year, number_at(digits, 4, 2), number_at(digits, 6, 2), options, {});
    }
    return from_numbers({digits.substr(0, 2), true}, {digits.substr(2, 2), true}, {digits.substr(4), true},
                        options);
  }
  if (digits.size() == 5) {
    constexpr std::int32_t kExcelDayZero = -25569;  // 1899-12-30; right from 1 March 1900 on.
    DateReading reading;
    reading.day_number = true;
    const auto ymd = to_ymd({kExcelDayZero + number_at(digits, 0, 5)});
    return finish(ymd.year, ymd.month, ymd.day, options, reading);
  }
  if (digits.size() == 4) return fail("date is a year only", "write day, month and year");
  return fail(kUnreadable);
}

}  // namespace

DateReading parse_people_date(std::string_view text, const DateParseOptions& options) {
  const std::string folded = fold_upper(text);
  if (says_missing(folded)) {
    DateReading reading = fail("date is empty");
    reading.missing = true;
    return reading;
  }
  auto pieces = pieces_of(folded);
  // A spreadsheet's day number with a fraction, or a time without colons, after a whole date.
  if (pieces.size() == 2 && pieces[0].number && pieces[1].number &&
      (pieces[0].text.size() == 5 || pieces[0].text.size() == 8)) {
    pieces.pop_back();
  }
  if (pieces.size() == 1 && pieces[0].number) return from_one_number(pieces[0].text, options);
  if (pieces.size() < 3) return fail(kUnreadable);
  if (pieces.size() > 3) return fail(kUnreadable);
  for (std::size_t n = 0; n < 3; ++n) {
    if (!pieces[n].number) return from_named_month(pieces, n, options);
  }
  return from_numbers(pieces[0], pieces[1], pieces[2], options);
}

void DateOrder::see(std::string_view text) {
  std::array<int, 2> number{};
  std::size_t at = 0;
  for (auto& value : number) {
    const std::size_t from = at;
    for (; at < text.size() && is_digit(text[at]) && at - from < 2; ++at)
      value = value * 10 + (text[at] - '0');
    if (at == from || at >= text.size() || is_digit(text[at])) return;
    ++at;
  }
  if (number[0] > 12 && number[0] <= 31 && number[1] <= 12) ++day_first_count_;
  if (number[1] > 12 && number[1] <= 31 && number[0] <= 12) ++month_first_count_;
}

}  // namespace kinfold::person
