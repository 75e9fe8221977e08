// One line of a council's file, value by value.
#include <array>

#include "base/text.h"
#include "identity/intake_internal.h"
#include "person/date_parse.h"
#include "person/gender.h"
#include "person/name.h"
#include "person/nino.h"
#include "person/postcode.h"

namespace kinfold::identity {
namespace {

constexpr std::size_t kNameByteCountMax = 200;
constexpr std::size_t kAddressByteCountMax = 1'000;
constexpr std::size_t kIdByteCountMax = 100;
constexpr int kAgeYearsMax = 120;

/// What a spreadsheet leaves behind when it has lost a value.
bool is_spreadsheet_error(std::string_view value) {
  if (value.size() >= 4 && value.find_first_not_of('#') == std::string_view::npos) return true;
  for (const std::string_view error : {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"}) {
    if (value == error) return true;
  }
  return false;
}

/// "1.23E+05": a long number of which a spreadsheet kept three digits.
bool is_shortened_number(std::string_view value) {
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < value.size() && value[at] >= '0' && value[at] <= '9') ++at;
    return at > from;
  };
  if (!digits()) return false;
  if (at < value.size() && (value[at] == '.' || value[at] == ',')) {
    ++at;
    if (!digits()) return false;
  }
  if (at >= value.size() || (value[at] != 'E' && value[at] != 'e')) return false;
  ++at;
  if (at >= value.size() || (value[at] != '+' && value[at] != '-')) return false;
  ++at;
  return digits() && at == value.size();
}

/// Control characters, and those that turn the direction of writing or cannot be seen.
bool is_invisible(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0xAD || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF;
}

bool is_blank(char32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xA0 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x3000;
}

/// The next code point of valid UTF-8, and how many bytes it takes.
std::pair<char32_t, std::size_t> next_code_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t point = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return {point, length};
}

enum class Answer { kYes, kNo, kUnclear };

Answer read_answer(std::string_view text) {
  const auto word = ascii_lower(text);
  for (const std::string_view yes : {"yes", "y", "true", "t", "1", "x", "objected", "objects"}) {
    if (word == yes) return Answer::kYes;
  }
  for (const std::string_view no : {"", "no", "n", "false", "f", "0", "-", "n/a", "na", "none"}) {
    if (word == no) return Answer::kNo;
  }
  return Answer::kUnclear;
}

struct Word {
  std::string_view word;
  std::string_view meaning;
};
constexpr std::array kGroups = {Word{"programme", "programme"},      Word{"onprogramme", "programme"},
                                Word{"ontheprogramme", "programme"}, Word{"program", "programme"},
                                Word{"supported", "programme"},      Word{"attached", "programme"},
                                Word{"waiting", "waiting"},          Word{"waitinglist", "waiting"},
                                Word{"onwaitinglist", "waiting"},    Word{"waitingforaplace", "waiting"},
                                Word{"assessed", "assessed"},        Word{"assessedonly", "assessed"},
                                Word{"onlyassessed", "assessed"},    Word{"assessment", "assessed"},
                                Word{"screened", "assessed"}};
constexpr std::array kRelations = {Word{"head", "head"},          Word{"headofhousehold", "head"},
                                   Word{"headoffamily", "head"},  Word{"maincarer", "head"},
                                   Word{"mainapplicant", "head"}, Word{"self", "head"},
                                   Word{"lead", "head"},          Word{"mother", "head"},
                                   Word{"father", "head"},        Word{"parent", "head"},
                                   Word{"mum", "head"},           Word{"dad", "head"},
                                   Word{"partner", "partner"},    Word{"spouse", "partner"},
                                   Word{"wife", "partner"},       Word{"husband", "partner"},
                                   Word{"cohabitee", "partner"},  Word{"child", "child"},
                                   Word{"son", "child"},          Word{"daughter", "child"},
                                   Word{"stepchild", "child"},    Word{"stepson", "child"},
                                   Word{"stepdaughter", "child"}, Word{"fosterchild", "child"},
                                   Word{"stepmother", "head"},    Word{"stepfather", "head"},
                                   Word{"guardian", "head"},      Word{"carer", "head"},
                                   Word{"fostercarer", "head"},   Word{"grandmother", "other"},
                                   Word{"grandfather", "other"},  Word{"nephew", "other"},
                                   Word{"niece", "other"},        Word{"cousin", "other"},
                                   Word{"unborn", "child"},       Word{"youngperson", "child"},
                                   Word{"baby", "child"},         Word{"other", "other"},
                                   Word{"grandparent", "other"},  Word{"grandchild", "other"},
                                   Word{"sibling", "other"},      Word{"brother", "other"},
                                   Word{"sister", "other"},       Word{"aunt", "other"},
                                   Word{"uncle", "other"},        Word{"lodger", "other"},
                                   Word{"friend", "other"}};

template <std::size_t N>
std::string_view meaning_in(const std::array<Word, N>& words, std::string_view value) {
  std::string key;
  for (const char c : ascii_lower(value)) {
    if (c >= 'a' && c <= 'z') key += c;
  }
  for (const auto& word : words) {
    if (word.word == key) return word.meaning;
  }
  return {};
}

bool has_letter(const person::StandardName& name) {
  for (const char c : name.squeezed()) {
    if (c >= 'A' && c <= 'Z') return true;
  }
  return false;
}

class RowReader {
 public:
  RowReader(const table::Table& file, const ColumnMap& columns, std::size_t index, std::uint64_t line,
            Date today, NoteSink notes)
      : file_(file), columns_(columns), index_(index), today_(today), notes_(notes) {
    row_.line = line;
  }

  Row read() {
    read_objection();
    read_family();
    read_names();
    read_date_of_birth();
    read_other_identity();
    read_relation_and_group();
    read_support_dates();
    read_problems();
    // The word of somebody who objected comes before what is wrong with their line.
    if (objected_) row_.fate = LineFate::kObjected;
    return std::move(row_);
  }

 private:
  std::string text_at(int column) const {
    if (column < 0) return {};
    const auto& values = file_.columns()[static_cast<std::size_t>(column)];
    if (values.is_null(index_)) return {};
    // A leading apostrophe is how spreadsheets are told that a value is text.
    auto text = clean_text(values.string_at(index_));
    if (text.size() > 1 && text[0] == '\'') text.erase(0, 1);
    return text;
  }
  std::string text_of(Field field) const { return text_at(columns_.of(field)); }

  LineNote note(int column, std::string_view reason, std::string_view remedy) const {
    return {row_.line, column < 0 ? "" : file_.columns()[static_cast<std::size_t>(column)].name(),
            std::string(reason), std::string(remedy)};
  }
  void reject(int column, std::string_view reason, std::string_view remedy) {
    // One reason a line is enough to count it; the rest would be found the next time.
    if (!objected_ && row_.fate == LineFate::kKept) notes_.rejects.push_back(note(column, reason, remedy));
    row_.fate = LineFate::kRejected;
  }
  void warn(int column, std::string_view reason, std::string_view remedy) {
    if (!objected_) notes_.warnings.push_back(note(column, reason, remedy));
  }

  void read_objection() {
    const int column = columns_.of(Field::kObjected);
    const auto answer = read_answer(text_at(column));
    if (answer == Answer::kUnclear) {
      warn(column, "neither yes nor no; the person was left out, to be on the safe side", "write yes or no");
    }
    objected_ = answer != Answer::kNo;
  }

  void read_family() {
    const int column = columns_.of(Field::kFamily);
    auto family = text_at(column);
    if (family.ends_with(".0")) family.resize(family.size() - 2);
    if (family.empty() || is_spreadsheet_error(family)) {
      reject(column, "no family number", "give the family's number");
    } else if (is_shortened_number(family)) {
      reject(column, "a spreadsheet shortened the number and its last digits are lost",
             "format the column as text, enter the number again and save");
    } else if (family.size() > kIdByteCountMax) {
      reject(column, "the family number is longer than 100 characters", "give the family's number");
    } else {
      row_.has_family = true;
      row_.family = ascii_upper(family);
    }
    row_.person = ascii_upper(text_of(Field::kPerson));
    // A damaged or overlong number tells nobody apart.
    if (is_spreadsheet_error(row_.person) || is_shortened_number(row_.person) ||
        row_.person.size() > kIdByteCountMax) {
      row_.person.clear();
    }
  }

  /// \returns whether there is a name of this kind that can be used.
  bool read_name(Field field, std::string_view what, std::string& into, person::StandardName& standard) {
    const int column = columns_.of(field);
    into = text_at(column);
    if (into.size() > kNameByteCountMax) {
      reject(column, std::string(what) + " is longer than 200 characters",
             "check that the columns are in place");
      into.clear();
      return false;
    }
    standard =
        field == Field::kSurname ? person::standardise_surname(into) : person::standardise_forenames(into);
    if (is_spreadsheet_error(into) || !has_letter(standard)) {
      reject(column, "no " + std::string(what), "give the name; without one nobody can be found");
      return false;
    }
    return true;
  }

  void read_names() {
    person::StandardName forenames;
    person::StandardName surname;
    const bool first = read_name(Field::kForenames, "forename", row_.identity.forenames, forenames);
    const bool last = read_name(Field::kSurname, "surname", row_.identity.surname, surname);
    if (first && last) row_.name_key = forenames.squeezed() + '|' + surname.squeezed();
    const int column = columns_.of(Field::kMiddleNames);
    const auto middle = text_at(column);
    if (middle.empty() || !first) return;
    if (row_.identity.forenames.size() + middle.size() >= kNameByteCountMax || is_spreadsheet_error(middle)) {
      warn(column, "the middle names cannot be read; they were left out",
           "check the value, or leave it empty");
    } else {
      row_.identity.forenames += ' ' + middle;
    }
  }

  std::optional<Date> read_date(int column, person::DateReading& reading) const {
    auto text = text_at(column);
    // Excel writes day numbers with a decimal when the column is a number.
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    person::DateParseOptions options;
    options.latest_year = to_ymd(today_).year;
    options.earliest_year = 1850;
    reading = person::parse_people_date(text, options);
    return reading.date;
  }

  void read_date_of_birth() {
    const int column = columns_.of(Field::kDateOfBirth);
    person::DateReading reading;
    const auto born = read_date(column, reading);
    if (reading.missing) {
      reject(column, "no date of birth", "give the date of birth");
    } else if (!born) {
      reject(column, reading.complaint.reason, reading.complaint.remedy);
    } else if (*born > today_) {
      reject(column, "the date of birth lies in the future", "check the year and the order of day and month");
    } else if (age_years(*born, today_) > kAgeYearsMax) {
      reject(column, "the date of birth lies more than 120 years back", "check the year");
    } else {
      row_.identity.date_of_birth = born;
    }
  }

  void read_other_identity() {
    const int gender_column = columns_.of(Field::kGender);
    const auto gender = person::parse_gender(text_at(gender_column));
    row_.identity.gender = person::gender_name(gender.gender);
    if (!gender.complaint.none()) warn(gender_column, gender.complaint.reason, gender.complaint.remedy);

    const int postcode_column = columns_.of(Field::kPostcode);
    const auto postcode = person::parse_postcode(text_at(postcode_column));
    if (postcode.valid) row_.identity.postcode = postcode.text;
    if (!postcode.valid && !postcode.missing) {
      warn(postcode_column, postcode.complaint.reason, postcode.complaint.remedy);
    }

    const int nino_column = columns_.of(Field::kNino);
    const auto nino = person::parse_nino(text_at(nino_column));
    if (nino.valid) row_.identity.nino = nino.text;
    if (!nino.valid && !nino.missing) warn(nino_column, nino.complaint.reason, nino.complaint.remedy);
    read_address();
  }

  void read_address() {
    std::vector<std::string> parts;
    std::vector<int> places = columns_.address_lines;
    if (columns_.of(Field::kAddress) >= 0) places.insert(places.begin(), columns_.of(Field::kAddress));
    std::size_t byte_count = 0;
    for (const int column : places) {
      auto part = text_at(column);
      if (part.empty() || is_spreadsheet_error(part)) continue;
      byte_count += part.size() + 2;
      if (byte_count > kAddressByteCountMax) {
        warn(column, "the address is longer than 1,000 characters; it was left out",
             "check that the columns are in place");
        return;
      }
      parts.push_back(std::move(part));
    }
    row_.identity.address = join(parts, ", ");
  }

  void read_relation_and_group() {
    const int relation_column = columns_.of(Field::kRelation);
    const auto relation = text_at(relation_column);
    row_.relation = meaning_in(kRelations, relation);
    if (row_.relation.empty() && !relation.empty()) {
      row_.relation = "other";
      warn(relation_column, "not a relation that is known; 'other' was used",
           "write head, partner, child or other");
    }
    const int group_column = columns_.of(Field::kGroup);
    row_.group = meaning_in(kGroups, text_at(group_column));
    if (row_.group.empty()) {
      reject(group_column, "the group is missing or not known", "write programme, waiting or assessed");
    }
  }

  void read_support_dates() {
    person::DateReading reading;
    const int start_column = columns_.of(Field::kStartDate);
    row_.start_date = read_date(start_column, reading);
    if (reading.missing) {
      reject(start_column, "no start date", "give the start of support, or the date of the assessment");
    } else if (!row_.start_date) {
      reject(start_column, reading.complaint.reason, reading.complaint.remedy);
    } else if (*row_.start_date > today_) {
      reject(start_column, "the start date lies in the future", "send the family when support has begun");
    }
    const int end_column = columns_.of(Field::kEndDate);
    row_.end_date = read_date(end_column, reading);
    if (!row_.end_date && !reading.missing) {
      warn(end_column, reading.complaint.reason, reading.complaint.remedy);
    } else if (row_.end_date &&
               (*row_.end_date > today_ || (row_.start_date && *row_.end_date < *row_.start_date))) {
      row_.end_date.reset();
      warn(end_column, "the end lies before the start or in the future; it was left out", "check both dates");
    }
  }

  void read_problems() {
    for (const int column : columns_.problem) {
      auto& shown = row_.problems.emplace_back();
      if (read_answer(text_at(column)) == Answer::kNo) continue;
      person::DateReading reading;
      shown = read_date(column, reading);
      if (!shown && !reading.missing) {
        warn(column, "not a date; the problem was not counted", "give the date on which it was shown");
      } else if (shown && *shown > today_) {
        shown.reset();
        warn(column, "the date lies in the future; the problem was not counted", "check the date");
      }
    }
  }

  const table::Table& file_;
  const ColumnMap& columns_;
  std::size_t index_;
  Date today_;
  NoteSink notes_;
  Row row_;
  bool objected_ = false;
};

}  // namespace

std::string clean_text(std::string_view text) {
  std::string clean;
  bool blank = false;
  if (!is_valid_utf8(text)) return clean;
  while (!text.empty()) {
    const auto [point, length] = next_code_point(text);
    if (is_blank(point)) {
      blank = !clean.empty();
    } else if (!is_invisible(point)) {
      if (blank) clean += ' ';
      blank = false;
      clean += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return clean;
}

Row read_row(const table::Table& file, const ColumnMap& columns, std::size_t row, std::uint64_t line,
             Date today, NoteSink notes) {
  return RowReader(file, columns, row, line, today, notes).read();
}

}  // namespace kinfold::identity
