// Three ways of keeping records: a tidy system, an old one in Windows-1252, and a workbook.
#include "synth/council_row_internal.h"

#include <array>
#include <cstdio>

#include "base/text.h"
#include "synth/mistakes.h"

namespace kinfold::synth {

namespace {

enum Column : std::size_t {
  kFamily,
  kPerson,
  kForenames,
  kSurname,
  kBorn,
  kGender,
  kAddress,
  kPostcode,
  kNino,
  kRelation,
  kGroup,
  kStart,
  kEnd,
  kObjected,
  kProblemFirst,
  kColumnCount = kProblemFirst + kProblemCount
};
enum Council : std::size_t { kTidy, kOld, kWorkbook };

constexpr std::array<std::array<std::string_view, kProblemFirst>, 3> kHeadings{{
    {"Family ID", "Person ID", "Forenames", "Surname", "Date of Birth", "Gender", "Address", "Postcode",
     "NI Number", "Relation", "Group", "Start Date", "End Date", "Objected"},
    {"FAMILY_NO", "CLIENT_ID", "FIRST_NAMES", "LAST_NAME", "DOB", "SEX", "HOME_ADDRESS", "POST_CODE", "NINO",
     "RELATIONSHIP", "COHORT", "SUPPORT_START", "SUPPORT_END", "OPT_OUT"},
    {"Family Ref", "Individual ID", "First Name", "Surname", "D.O.B.", "Gender", "Full address", "Post Code",
     "National Insurance No.", "Relationship to head", "Programme group", "Date support started",
     "Date support ended", "Objected?"},
}};

constexpr MistakeRates kCouncilRates{.forename_typo = 0.020,
                                     .surname_typo = 0.018,
                                     .nickname = 0.06,
                                     .middle_left_out = 0.75,
                                     .middle_initial = 0.25,
                                     .former_surname = 0.07,
                                     .names_swapped = 0.004,
                                     .hyphen_lost = 0.12,
                                     .accents_lost = 0.30,
                                     .day_month_swapped = 0.010,
                                     .first_january = 0.006,
                                     .birth_digit = 0.008,
                                     .birth_missing = 0.002,
                                     .sex_wrong = 0.004,
                                     .sex_missing = 0.015,
                                     .former_address = 0.07,
                                     .address_typo = 0.03,
                                     .address_missing = 0.03,
                                     .postcode_typo = 0.012,
                                     .postcode_missing = 0.03,
                                     .nino_missing = 0.40,
                                     .nino_typo = 0.012};

std::string format(const char* pattern, int a, int b, int c) {
  char text[32];
  std::snprintf(text, sizeof text, pattern, a, b, c);
  return text;
}

std::string month_form(const YearMonthDay& d) {
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return format("%02d-", d.day, 0, 0) + kMonths[d.month - 1] + format("-%04d", d.year, 0, 0);
}

std::string date_as_written(Date date, std::size_t council, RandomStream& random) {
  const auto d = to_ymd(date);
  const double u = random.uniform();
  const bool short_year = d.year >= 1935;  // Shorter would be read as the next century.
  switch (council) {
    case kTidy:
      if (u < 0.10) return to_iso(date);
      if (u < 0.15) return month_form(d);
      if (u < 0.18) return format("%d/%d/%d", d.day, d.month, d.year);
      return format("%02d/%02d/%04d", d.day, d.month, d.year);
    case kOld:
      if (u < 0.55) return month_form(d);
      if (u < 0.70 && short_year) return format("%02d.%02d.%02d", d.day, d.month, d.year % 100);
      return format("%02d/%02d/%04d", d.day, d.month, d.year);
    default:
      // 25569 days lie between Excel's day 0 and 1970.
      if (u < 0.22) return std::to_string(date.days + 25'569);
      if (u < 0.27 && short_year) return format("%d/%d/%02d", d.day, d.month, d.year % 100);
      if (u < 0.30) return to_iso(date) + " 00:00:00";
      return format("%02d/%02d/%04d", d.day, d.month, d.year);
  }
}

std::string title_for(const Person& person, int age, RandomStream& random) {
  if (age < 18) return random.chance(0.3) ? (person.sex == Sex::kMale ? "Master " : "Miss ") : "";
  const double u = random.uniform();
  if (u < 0.02) return "Dr ";
  if (person.sex == Sex::kMale) return u < 0.2 ? "Mr. " : "Mr ";
  return u < 0.4 ? "Mrs " : u < 0.7 ? "Miss " : "Ms ";
}

void dress_names(Observed& seen, const Person& person, std::size_t council, int age, RandomStream& random) {
  if (random.chance(council == kWorkbook ? 0.10 : 0.03))
    seen.forenames = title_for(person, age, random) + seen.forenames;
  if (random.chance(0.004)) seen.forenames += " (" + nickname_of(person.forename, random) + ")";
  if (!person.former_surname.empty() && random.chance(0.02)) seen.surname += " nee " + person.former_surname;
  if (council == kOld && random.chance(0.85)) seen.surname = as_old_system(seen.surname);
  if (council == kTidy && random.chance(0.01)) seen.surname = ascii_upper(seen.surname);
  if (random.chance(0.01)) seen.surname += " ";
  if (random.chance(0.006)) seen.forenames = " " + seen.forenames;
  if (random.chance(0.003)) seen.forenames = ascii_lower(seen.forenames);
}

std::string nino_as_written(const std::string& nino, int age_at_extract, RandomStream& random) {
  const double u = random.uniform();
  if (age_at_extract < 16) return u < 0.01 ? "N/A" : "";
  if (nino.empty()) {
    if (u < 0.02) return "unknown";
    if (u < 0.03) return "TBC";
    // A temporary number of the old kind: TN, the date of birth and the sex.
    return u < 0.05 ? "TN" + std::to_string(100'000 + random.below(899'999)) + "F" : "";
  }
  if (u < 0.25) {
    return nino.substr(0, 2) + " " + nino.substr(2, 2) + " " + nino.substr(4, 2) + " " + nino.substr(6, 2) +
           " " + nino.substr(8);
  }
  if (u < 0.29) return nino.substr(0, 8);
  if (u < 0.32) return ascii_lower(nino);
  if (u < 0.325) return nino.substr(0, 7);    // A digit short.
  if (u < 0.33) return nino.substr(1) + "0";  // Fell out of step.
  if (u < 0.335) {
    std::string confused = nino;
    for (char& c : confused) c = c == '0' ? 'O' : c;
    return confused;
  }
  return nino;
}

std::string postcode_as_written(std::string postcode, RandomStream& random) {
  const double u = random.uniform();
  if (postcode.empty()) return u < 0.1 ? "NFA" : "";
  if (u < 0.10)
    std::erase(postcode, ' ');
  else if (u < 0.13)
    postcode = ascii_lower(postcode);
  else if (u < 0.14)
    postcode = postcode.substr(0, postcode.find(' '));
  else if (u < 0.145)
    postcode += "?";
  else if (u < 0.15) {
    for (char& c : postcode) c = c == '0' ? 'O' : c == '1' ? 'I' : c;
  }
  return postcode;
}

std::string gender_as_written(std::optional<Sex> sex, std::size_t council) {
  if (!sex) return council == kOld ? "9" : "";
  const bool male = *sex == Sex::kMale;
  if (council == kTidy) return male ? "Male" : "Female";
  return male ? "M" : "F";
}

std::string relation_as_written(const Person& person, std::size_t council) {
  const bool male = person.sex == Sex::kMale;
  switch (person.relation) {
    case Relation::kHead: return council == kTidy ? "Head" : council == kOld ? "LEAD" : "Main carer";
    case Relation::kPartner:
      return council == kWorkbook && person.former_surname.empty() ? "Cohabitee" : "Partner";
    case Relation::kChild: return council == kWorkbook ? (male ? "Son" : "Daughter") : "Child";
    case Relation::kOther: return council == kWorkbook ? (male ? "Grandfather" : "Grandmother") : "Other";
  }
  return "";
}

std::string group_as_written(Group group, std::size_t council) {
  constexpr std::array<std::array<std::string_view, 3>, 3> kWords{
      {{"Programme", "Waiting", "Assessed"},
       {"ON PROGRAMME", "WAITING LIST", "ASSESSED ONLY"},
       {"Supported", "Waiting list", "Assessment"}}};
  return std::string(kWords[council][static_cast<std::size_t>(group)]);
}

/// Rising, with gaps: families that the council looked at and did not send.
std::uint64_t file_number(const Family& family) {
  return 10'000 + family.index * 3 + mix64(family.index) % 3;
}

std::string family_number(const Family& family, std::size_t council) {
  const auto number = file_number(family);
  if (council == kTidy) return "EC" + std::to_string(number);
  if (council == kOld) return std::to_string(number);
  return "TF/" + std::to_string(to_ymd(family.start).year) + "/" + std::to_string(number);
}

/// What a workbook does to text on its way through several hands.
void damage(std::vector<std::string>& row, RandomStream& random) {
  if (random.chance(0.004)) row[kPostcode] = "#N/A";
  if (random.chance(0.003)) row[kNino] = "#REF!";
  if (random.chance(0.003)) row[kEnd] = "########";
  if (random.chance(0.01)) row[kPerson] = "1.0" + std::to_string(random.below(9'999)) + "E+06";
  if (random.chance(0.02)) row[kSurname] += "\xC2\xA0";  // A no-break space from a web page.
  if (random.chance(0.01)) {
    const auto comma = row[kAddress].find(", ");
    if (comma != std::string::npos) row[kAddress].replace(comma, 2, "\n");  // Alt and Enter within the cell.
  }
  // 2-4 High Street and the like become a day in a month.
  if (random.chance(0.004))
    row[kAddress] = "04-Feb" + row[kAddress].substr(std::min(row[kAddress].find(' '), row[kAddress].size()));
}

std::string in_windows_1252(std::string_view utf8) {
  std::string bytes;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    if (lead < 0x80) {
      bytes += utf8[i];
      continue;
    }
    const std::string_view letter = utf8.substr(i++, 2);
    const unsigned point = (lead & 0x1FU) << 6U | (static_cast<unsigned char>(letter[1]) & 0x3FU);
    if (point < 0x100)
      bytes += static_cast<char>(point);
    else if (point == 0x160)
      bytes += static_cast<char>(0x8A);
    else if (point == 0x161)
      bytes += static_cast<char>(0x9A);
    else if (const auto plain = without_accents(letter); plain.size() == 1)
      bytes += plain;
    else
      bytes += '?';
  }
  return bytes;
}

std::string quoted(std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(field);
  std::string text = "\"";
  for (const char c : field) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

}  // namespace

std::string line_end(std::size_t council) { return council == kTidy ? "\n" : "\r\n"; }

std::string csv_header(std::size_t council, const std::vector<std::string>& problems) {
  std::vector<std::string> headings(kHeadings[council].begin(), kHeadings[council].end());
  for (const auto& id : problems) {
    std::string heading = "problem_" + id;
    if (council == kOld) heading = ascii_upper(heading);
    if (council == kWorkbook) {
      heading = "Problem: " + id;
      for (char& c : heading) c = c == '_' ? ' ' : c;
    }
    headings.push_back(heading);
  }
  if (council == kOld)
    headings.emplace_back("LEAD_WORKER");  // Nobody asked for it, and it comes all the same.
  return (council == kWorkbook ? "\xEF\xBB\xBF" : "") + join(headings, ",") + line_end(council);
}

std::vector<std::string> council_row(const Family& family, std::size_t place, std::size_t council,
                                     RandomStream& random) {
  const auto& person = family.household.people[place];
  auto seen = observe(person, family.household, kCouncilRates, random);
  const int age = age_years(person.born, family.start);
  const int age_at_extract = age_years(person.born, kExtractDay);
  dress_names(seen, person, council, age, random);
  std::vector<std::string> row(kColumnCount);
  row[kFamily] = family_number(family, council);
  row[kPerson] = council == kOld ? std::to_string(4'000'000 + person.id % 3'000'000)
                                 : std::to_string(file_number(family)) + "-" + std::to_string(place + 1);
  row[kForenames] = seen.forenames;
  row[kSurname] = seen.surname;
  row[kBorn] = seen.born ? date_as_written(*seen.born, council, random) : random.chance(0.5) ? "unknown" : "";
  row[kGender] = gender_as_written(seen.sex, council);
  row[kAddress] = council == kOld ? ascii_upper(without_accents(seen.address)) : seen.address;
  row[kPostcode] = postcode_as_written(seen.postcode, random);
  row[kNino] = nino_as_written(seen.nino, age_at_extract, random);
  row[kRelation] = relation_as_written(person, council);
  row[kGroup] = random.chance(0.0005) ? "" : group_as_written(family.group, council);
  row[kStart] = random.chance(0.0005) ? "" : date_as_written(family.start, council, random);
  row[kEnd] = family.end.days == 0 ? "" : date_as_written(family.end, council, random);
  row[kObjected] = random.chance(0.008) ? (council == kTidy ? "yes" : "Y") : council == kOld ? "N" : "";
  // A problem is the family's: every member's line carries it.
  for (std::size_t k = 0; k < kProblemCount; ++k) {
    if (family.has_problem(k))
      row[kProblemFirst + k] = date_as_written(family.problem_shown[k], council, random);
  }
  if (council == kWorkbook) damage(row, random);
  if (council == kOld) row.push_back("Worker " + std::to_string(1 + family.index % 60));
  return row;
}

std::string csv_record(const std::vector<std::string>& fields, std::size_t council) {
  std::string record;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) record += ',';
    record += quoted(fields[i]);
  }
  if (council == kOld) record = in_windows_1252(record);
  return record + line_end(council);
}

}  // namespace kinfold::synth
