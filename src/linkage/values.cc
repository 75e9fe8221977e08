#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <vector>

#include "base/date.h"
#include "base/number.h"
#include "base/parallel.h"
#include "base/random.h"
#include "base/text.h"
#include "linkage/kernels.h"
#include "linkage/lists_internal.h"
#include "linkage/values_internal.h"
#include "person/address.h"
#include "person/date_parse.h"
#include "person/gender.h"
#include "person/name.h"
#include "person/nino.h"
#include "person/postcode.h"

namespace kinfold::linkage {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string digits_of(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits), is_digit);
  return digits;
}

int to_int(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

struct DateDigits {
  std::string digits;  ///< YYYYMMDD, whatever numbers stand for month and day.
  bool year_first = false;
  int month = 0;
};

// Three numbers with a year of four digits before or after the two others; nothing for any other text.
std::optional<DateDigits> three_numbers(std::string_view raw, bool day_first) {
  std::vector<std::string> runs;
  for (std::size_t at = 0; at < raw.size(); ++at) {
    if (!is_digit(raw[at])) continue;
    if (at == 0 || !is_digit(raw[at - 1])) runs.emplace_back();
    runs.back() += raw[at];
  }
  if (runs.size() != 3 || runs[1].size() > 2) return std::nullopt;
  const bool year_first = runs[0].size() == 4 && runs[2].size() <= 2;
  if (!year_first && (runs[2].size() != 4 || runs[0].size() > 2)) return std::nullopt;
  const auto& year = runs[year_first ? 0 : 2];
  const auto& month = runs[year_first || day_first ? 1 : 0];
  const auto& day = runs[year_first ? 2 : day_first ? 0 : 1];
  const auto two = [](const std::string& number) { return number.size() == 1 ? "0" + number : number; };
  return DateDigits{year + two(month) + two(day), year_first, to_int(month)};
}

// A date as digits YYYYMMDD, also where there is no such day or month: one wrong digit is still evidence.
// Whoever writes the year first writes the month next, so that a month of 14 is a slip and not a day.
std::string standard_date(std::string_view raw, bool day_first) {
  const auto numbers = three_numbers(raw, day_first);
  if (numbers && numbers->year_first && numbers->month > 12) return numbers->digits;
  person::DateParseOptions options;
  options.day_first = day_first;
  const auto reading = person::parse_people_date(raw, options);
  if (reading.date) {
    auto iso = to_iso(*reading.date);
    std::erase(iso, '-');
    return iso;
  }
  if (reading.missing) return {};
  if (numbers) return numbers->digits;
  const std::string digits = digits_of(raw);
  return digits.size() >= 4 && digits.size() <= 8 ? digits : std::string{};
}

std::string standard_code(std::string_view raw) {
  std::string code;
  for (const char c : person::fold_upper(raw)) {
    if (is_digit(c) || (c >= 'A' && c <= 'Z')) code += c;
  }
  // "No number" written as all nines or zeros is no number.
  const bool one_sign =
      code.size() > 1 && std::all_of(code.begin(), code.end(), [&](char c) { return c == code[0]; });
  return one_sign && !is_digit(code.empty() ? '1' : code[0]) ? std::string{} : code;
}

std::string standard_words(std::string_view raw) {
  std::string text;
  for (const char c : person::fold_upper(raw)) {
    const bool sign = is_digit(c) || (c >= 'A' && c <= 'Z');
    if (sign)
      text += c;
    else if (c != '\'' && !text.empty() && text.back() != ' ')
      text += ' ';
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  for (const std::string_view nothing : {"UNKNOWN", "NULL", "NONE", "N A", "NA", "NAN", "NOT KNOWN"}) {
    if (text == nothing) return {};
  }
  return text;
}

// "51.5,-0.12", also with blanks or a semicolon between; nothing for what is no place on Earth.
std::optional<Place> place_of(std::string_view text) {
  text = trim(text);
  const auto end = text.find_first_of(",; ");
  if (end == std::string_view::npos) return std::nullopt;
  const auto rest = text.find_first_not_of(",; ", end);
  const auto latitude = parse_number<double>(text.substr(0, end));
  const auto longitude =
      rest == std::string_view::npos ? std::nullopt : parse_number<double>(text.substr(rest));
  if (!latitude || !longitude || !(std::fabs(*latitude) <= 90.0) || !(std::fabs(*longitude) <= 180.0))
    return std::nullopt;
  return Place{*latitude, *longitude};
}

std::string standard_place(std::string_view raw) {
  const auto place = place_of(raw);
  return place ? fmt::format("{},{}", place->latitude, place->longitude) : std::string{};
}

std::string standard_email(std::string_view raw) {
  std::string text = person::fold_upper(raw);
  std::erase(text, ' ');
  return text.find_first_not_of("@.-") == std::string::npos ? std::string{} : text;
}

void fill_date(ValueDetail& value, std::string_view digits) {
  if (digits.size() >= 4) value.year = static_cast<std::int16_t>(to_int(digits.substr(0, 4)));
  if (digits.size() < 8) return;
  value.month = static_cast<std::int8_t>(to_int(digits.substr(4, 2)));
  value.day = static_cast<std::int8_t>(to_int(digits.substr(6, 2)));
  if (const auto date = make_date(value.year, value.month, value.day)) {
    value.days = date->days;
    value.has_date = true;
  }
}

void fill_postcode(ValueDetail& value, std::string_view text) {
  const auto postcode = person::parse_postcode(text);
  if (postcode.valid) {
    value.area = hash_text(postcode.area);
    value.district = hash_text(postcode.district);
    value.sector = hash_text(postcode.sector);
  } else if (text.size() >= 3) {
    // Other countries' codes grow finer from left to right too.
    value.area = hash_text(text.substr(0, 1));
    value.district = hash_text(text.substr(0, 2));
    value.sector = hash_text(text.substr(0, 3));
  }
}

void fill_words(ValueDetail& value, std::string_view text, const ValueNeeds& needs) {
  const std::string_view first = text.substr(0, text.find(' '));
  value.first = hash_text(first);
  if (needs.root) value.root = hash_text(person::nickname_root(first));
  if (!needs.sounds) return;
  value.sound = hash_text(person::soundex(first));
  value.metaphone = hash_text(person::metaphone(first));
}

void fill_address(ValueDetail& value, std::string_view text) {
  const auto address = person::parse_address(text);
  value.area = hash_text(join(address.street, " "));
  value.district = hash_text(address.building);
  value.sector = hash_text(address.flat);
}

void append_tokens(std::string_view text, std::vector<std::uint64_t>& hashes, std::size_t length_min) {
  for (const auto word : split(text, ' ')) {
    if (word.size() >= length_min) hashes.push_back(hash_text(word));
  }
}

// A bit for each letter (large and small have one) and digit, others for their second and later occurrences,
// so that a bit that only one of two texts has is a sign that the other lacks. Blanks have none: two texts
// that are alike but for blanks have the same bits.
std::uint64_t letters_of(std::string_view text) {
  std::array<std::uint8_t, 36> seen{};
  std::uint64_t letters = 0;
  for (const char c : text) {
    if (c == ' ') continue;
    const char large = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    const bool letter = large >= 'A' && large <= 'Z';
    if (!letter && !is_digit(c)) {
      letters |= std::uint64_t{1} << 62;
      continue;
    }
    const int sign = letter ? large - 'A' : 26 + c - '0';
    const int times = seen[static_cast<std::size_t>(sign)]++;
    // Which signs share a bit costs sharpness only: each bit stands for occurrences that the text has.
    const int again = letter ? 36 + sign : 26 + 10 * std::min(times, 3) + (sign - 26) - (times >= 3 ? 2 : 0);
    letters |= std::uint64_t{1} << (times == 0 ? sign : again);
  }
  return letters;
}

std::uint64_t hash_without_blanks(std::string_view text) {
  if (text.find(' ') == std::string_view::npos) return hash_text(text);
  std::string squeezed(text);
  std::erase(squeezed, ' ');
  return hash_text(squeezed);
}

// Summaries from which most pairs of texts are seen to be far apart without looking at the texts.
void fill_bigrams(ValueDetail& value, std::string_view text) {
  std::vector<std::uint32_t> grams;
  for (std::size_t n = 0; n + 1 < text.size(); ++n) {
    grams.push_back(static_cast<std::uint32_t>(static_cast<unsigned char>(text[n])) << 8 |
                    static_cast<unsigned char>(text[n + 1]));
  }
  std::sort(grams.begin(), grams.end());
  grams.erase(std::unique(grams.begin(), grams.end()), grams.end());
  value.bigram_count = static_cast<std::uint16_t>(grams.size());
  for (const auto gram : grams) value.bigrams |= std::uint64_t{1} << (mix64(gram) >> 58);
}

void fill_word_set(ValueDetail& value, std::string_view text) {
  for_each_element(text, [&](std::string_view word) {
    value.words.push_back(static_cast<std::uint32_t>(hash_text(word) >> 32));
  });
  for (const auto word : value.words) value.word_bits |= std::uint64_t{1} << (word & 63);
  std::sort(value.words.begin(), value.words.end());
  value.words.erase(std::unique(value.words.begin(), value.words.end()), value.words.end());
}

bool has_detail(FieldKind kind, const ValueNeeds& needs) {
  const bool bare = kind == FieldKind::kCode || kind == FieldKind::kGender || kind == FieldKind::kNino ||
                    kind == FieldKind::kAsWritten || kind == FieldKind::kList ||
                    kind == FieldKind::kListAsWritten;
  return !bare || needs.words || needs.bigrams;
}

// Every text that is left when one byte is taken out, and the whole: two words one edit apart share one.
void append_deletions(std::string_view text, std::vector<std::uint64_t>& hashes) {
  constexpr std::size_t kLengthMax = 16;
  const std::string head(text.substr(0, kLengthMax));
  hashes.push_back(hash_text(head));
  for (std::size_t n = 0; n < head.size() && head.size() > 3; ++n) {
    if (n > 0 && head[n] == head[n - 1]) continue;
    hashes.push_back(hash_text(head.substr(0, n) + head.substr(n + 1)));
  }
}

std::uint64_t hash_number(std::uint64_t tag, int number) {
  return mix64(tag << 32 | static_cast<std::uint32_t>(number)) | 1;
}

void push(std::vector<std::uint64_t>& hashes, std::uint64_t hash) {
  if (hash != kNoHash) hashes.push_back(hash);
}

constexpr std::array<std::string_view, 15> kWordParts = {
    "first",  "root",   "soundex",   "metaphone", "initial", "prefix3", "prefix4", "suffix3",
    "sorted", "tokens", "deletions", "last",      "local",   "sounds",  "letters"};
constexpr std::array<std::string_view, 9> kDateParts = {"year",  "month_day", "year_month", "year_day", "day",
                                                        "month", "decade",    "swapped",    "deletions"};
constexpr std::array<std::string_view, 3> kAddressParts = {"street", "building", "flat"};
constexpr std::array<std::string_view, 5> kPostcodeParts = {"area", "district", "sector", "deletions",
                                                            "prefix3"};

}  // namespace

std::string standard_text(FieldKind kind, std::string_view raw, bool day_first) {
  switch (kind) {
    case FieldKind::kForenames: return person::standardise_forenames(raw).joined();
    case FieldKind::kSurname: return person::standardise_surname(raw).joined();
    case FieldKind::kFullName: return person::standardise_forenames(raw).joined();
    case FieldKind::kDate: return standard_date(raw, day_first);
    case FieldKind::kPostcode: {
      const auto postcode = person::parse_postcode(raw);
      return postcode.valid ? postcode.text : postcode.missing ? std::string{} : standard_code(raw);
    }
    case FieldKind::kNino: {
      const auto nino = person::parse_nino(raw);
      if (nino.missing) return {};
      return nino.valid ? (nino.temporary ? std::string{} : nino.stem) : standard_code(raw);
    }
    case FieldKind::kCode: return standard_code(raw);
    case FieldKind::kAddress: return person::parse_address(raw).text;
    case FieldKind::kText:
    case FieldKind::kPlace: return standard_words(raw);
    case FieldKind::kEmail: return standard_email(raw);
    case FieldKind::kGender: {
      const auto reading = person::parse_gender(raw);
      return std::string(person::gender_name(reading.gender));
    }
    case FieldKind::kNumber: return std::string(trim(raw));
    case FieldKind::kAsWritten:
    case FieldKind::kTogether: return std::string(raw);
    case FieldKind::kLocation: return standard_place(raw);
    case FieldKind::kList: return list_text(raw, standard_words);
    case FieldKind::kListAsWritten: return list_text(raw, nullptr);
  }
  return {};
}

ValueDetail make_detail(FieldKind kind, std::string_view standard, const ValueNeeds& needs) {
  ValueDetail value;
  if (needs.bigrams) fill_bigrams(value, standard);
  if (needs.words) fill_word_set(value, standard);
  switch (kind) {
    case FieldKind::kDate: fill_date(value, standard); break;
    case FieldKind::kPostcode: fill_postcode(value, standard); break;
    case FieldKind::kEmail: value.sector = hash_text(standard.substr(0, standard.find('@'))); break;
    case FieldKind::kNumber: {
      const std::string text(standard);
      char* end = nullptr;
      value.number = std::strtod(text.c_str(), &end);
      value.has_number = end != text.c_str();
      break;
    }
    case FieldKind::kForenames:
    case FieldKind::kSurname:
    case FieldKind::kFullName:
    case FieldKind::kAddress:
      fill_words(value, standard, needs);
      if (needs.address_parts) fill_address(value, standard);
      break;
    case FieldKind::kText:
    case FieldKind::kPlace: fill_words(value, standard, needs); break;
    case FieldKind::kNino:
    case FieldKind::kCode:
    case FieldKind::kGender:
    case FieldKind::kAsWritten:
    case FieldKind::kList:
    case FieldKind::kListAsWritten:
    case FieldKind::kTogether: break;
    case FieldKind::kLocation:
      if (const auto place = place_of(standard)) {
        value.has_number = true;
        value.number = place->latitude;
        value.longitude = place->longitude;
      }
      break;
  }
  return value;
}

ValueTable::ValueTable(FieldKind kind, LargeVector<char> bytes, const LargeVector<std::uint64_t>& offset,
                       const ValueNeeds& needs, std::size_t thread_count)
    : bytes_(std::move(bytes)) {
  const std::string_view all(bytes_.data(), bytes_.size());
  const bool detailed = has_detail(kind, needs);
  const bool exact = blanks_count(kind);
  values_.resize(offset.size() - 1);
  details_.resize(detailed ? values_.size() : 1);
  parallel_chunks(values_.size(), 4096, thread_count, [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t code = begin; code < end; ++code) {
      const std::string_view text = all.substr(offset[code], offset[code + 1] - offset[code]);
      if (detailed && !text.empty()) details_[code] = make_detail(kind, text, needs);
      values_[code] = {text, exact ? hash_text(text) : hash_without_blanks(text), letters_of(text),
                       &details_[detailed ? code : 0]};
    }
  });
}

void ValueTable::take_parts(std::vector<Value> values) {
  parts_ = std::move(values);
  const std::size_t each = parts_.size() / std::max<std::size_t>(1, values_.size());
  for (std::size_t code = 0; code < values_.size(); ++code)
    details_[code].parts = parts_.data() + code * each;
}

bool blanks_count(FieldKind kind) {
  return kind == FieldKind::kAsWritten || kind == FieldKind::kListAsWritten || kind == FieldKind::kTogether ||
         kind == FieldKind::kLocation;
}

bool part_exists(FieldKind kind, std::string_view part) {
  const auto among = [&](const auto& parts) {
    return std::find(parts.begin(), parts.end(), part) != parts.end();
  };
  if (part.empty()) return true;
  if (kind == FieldKind::kDate) return among(kDateParts);
  if (kind == FieldKind::kPostcode) return among(kPostcodeParts);
  if (kind == FieldKind::kAddress && among(kAddressParts)) return true;
  return among(kWordParts);
}

void append_part(const Value& value, std::string_view part, std::vector<std::uint64_t>& hashes) {
  const std::string_view text = value.text;
  if (text.empty()) return;
  if (part.empty())
    push(hashes, value.whole);
  else if (part == "first")
    push(hashes, value.detail->first);
  else if (part == "last")
    push(hashes, hash_text(text.substr(text.rfind(' ') == std::string_view::npos ? 0 : text.rfind(' ') + 1)));
  else if (part == "root")
    push(hashes, value.detail->root);
  else if (part == "soundex")
    push(hashes, value.detail->sound);
  else if (part == "metaphone")
    push(hashes, value.detail->metaphone);
  else if (part == "initial")
    push(hashes, hash_text(text.substr(0, 1)));
  else if (part == "prefix3")
    push(hashes, hash_text(text.substr(0, 3)));
  else if (part == "prefix4")
    push(hashes, hash_text(text.substr(0, 4)));
  else if (part == "suffix3")
    push(hashes, hash_text(text.substr(text.size() > 3 ? text.size() - 3 : 0)));
  else if (part == "sorted" || part == "letters") {
    std::string sorted(text);
    std::erase(sorted, ' ');
    std::sort(sorted.begin(), sorted.end());
    push(hashes, hash_text(sorted));
  } else if (part == "tokens")
    append_tokens(text, hashes, 3);
  else if (part == "sounds") {
    for (const auto word : split(text, ' ')) {
      if (word.size() >= 3) push(hashes, hash_text(person::soundex(word)));
    }
  } else if (part == "deletions")
    append_deletions(text, hashes);
  else if (part == "local" || part == "sector" || part == "flat")
    push(hashes, value.detail->sector);
  else if (part == "area" || part == "street")
    push(hashes, value.detail->area);
  else if (part == "district" || part == "building")
    push(hashes, value.detail->district);
  else if (part == "year" && value.detail->year != 0)
    hashes.push_back(hash_number(1, value.detail->year));
  else if (part == "decade" && value.detail->year != 0)
    hashes.push_back(hash_number(9, value.detail->year / 10));
  else if (value.detail->month != 0 || value.detail->day != 0) {
    if (part == "month_day")
      hashes.push_back(hash_number(2, value.detail->month * 100 + value.detail->day));
    else if (part == "year_month")
      hashes.push_back(hash_number(3, value.detail->year * 100 + value.detail->month));
    else if (part == "year_day")
      hashes.push_back(hash_number(4, value.detail->year * 100 + value.detail->day));
    else if (part == "day")
      hashes.push_back(hash_number(5, value.detail->day));
    else if (part == "month")
      hashes.push_back(hash_number(6, value.detail->month));
    else if (part == "swapped") {
      const int low = std::min(value.detail->day, value.detail->month);
      const int high = std::max(value.detail->day, value.detail->month);
      hashes.push_back(hash_number(7, (value.detail->year * 100 + low) * 100 + high));
    }
  }
}

}  // namespace kinfold::linkage
