// The headings that councils use. Case, spaces and punctuation do not count: "D.O.B." is "dob".
#include <array>
#include <map>

#include "base/text.h"
#include "identity/intake_internal.h"

namespace kinfold::identity {
namespace {

struct Alias {
  std::string_view heading;
  Field field;
};

constexpr std::array kAliases = {
    Alias{"familyid", Field::kFamily},
    Alias{"family", Field::kFamily},
    Alias{"familyno", Field::kFamily},
    Alias{"familynumber", Field::kFamily},
    Alias{"familyref", Field::kFamily},
    Alias{"familyreference", Field::kFamily},
    Alias{"familyidentifier", Field::kFamily},
    Alias{"familyunitid", Field::kFamily},
    Alias{"familyunitidentifier", Field::kFamily},
    Alias{"household", Field::kFamily},
    Alias{"householdid", Field::kFamily},
    Alias{"personid", Field::kPerson},
    Alias{"personno", Field::kPerson},
    Alias{"personnumber", Field::kPerson},
    Alias{"personref", Field::kPerson},
    Alias{"individualid", Field::kPerson},
    Alias{"individualidentifier", Field::kPerson},
    Alias{"clientid", Field::kPerson},
    Alias{"forenames", Field::kForenames},
    Alias{"forename", Field::kForenames},
    Alias{"forename1", Field::kForenames},
    Alias{"firstname", Field::kForenames},
    Alias{"firstnames", Field::kForenames},
    Alias{"givenname", Field::kForenames},
    Alias{"givennames", Field::kForenames},
    Alias{"christianname", Field::kForenames},
    Alias{"middlename", Field::kMiddleNames},
    Alias{"middlenames", Field::kMiddleNames},
    Alias{"forename2", Field::kMiddleNames},
    Alias{"surname", Field::kSurname},
    Alias{"lastname", Field::kSurname},
    Alias{"familyname", Field::kSurname},
    Alias{"dateofbirth", Field::kDateOfBirth},
    Alias{"dob", Field::kDateOfBirth},
    Alias{"birthdate", Field::kDateOfBirth},
    Alias{"dateofbirthddmmyyyy", Field::kDateOfBirth},
    Alias{"dobddmmyyyy", Field::kDateOfBirth},
    Alias{"gender", Field::kGender},
    Alias{"sex", Field::kGender},
    Alias{"address", Field::kAddress},
    Alias{"fulladdress", Field::kAddress},
    Alias{"homeaddress", Field::kAddress},
    Alias{"currentaddress", Field::kAddress},
    Alias{"lastknownaddress", Field::kAddress},
    Alias{"postcode", Field::kPostcode},
    Alias{"postalcode", Field::kPostcode},
    Alias{"homepostcode", Field::kPostcode},
    Alias{"lastknownpostcode", Field::kPostcode},
    Alias{"nino", Field::kNino},
    Alias{"ni", Field::kNino},
    Alias{"nino", Field::kNino},
    Alias{"nin", Field::kNino},
    Alias{"ninumber", Field::kNino},
    Alias{"nationalinsurance", Field::kNino},
    Alias{"nationalinsuranceno", Field::kNino},
    Alias{"nationalinsurancenumber", Field::kNino},
    Alias{"relation", Field::kRelation},
    Alias{"relationship", Field::kRelation},
    Alias{"relationinfamily", Field::kRelation},
    Alias{"relationshiptohead", Field::kRelation},
    Alias{"roleinfamily", Field::kRelation},
    Alias{"group", Field::kGroup},
    Alias{"familygroup", Field::kGroup},
    Alias{"programmegroup", Field::kGroup},
    Alias{"cohort", Field::kGroup},
    Alias{"startdate", Field::kStartDate},
    Alias{"start", Field::kStartDate},
    Alias{"dateofstart", Field::kStartDate},
    Alias{"supportstart", Field::kStartDate},
    Alias{"supportstartdate", Field::kStartDate},
    Alias{"datesupportstarted", Field::kStartDate},
    Alias{"startofsupport", Field::kStartDate},
    Alias{"enddate", Field::kEndDate},
    Alias{"end", Field::kEndDate},
    Alias{"dateofend", Field::kEndDate},
    Alias{"supportend", Field::kEndDate},
    Alias{"supportenddate", Field::kEndDate},
    Alias{"datesupportended", Field::kEndDate},
    Alias{"endofsupport", Field::kEndDate},
    Alias{"objected", Field::kObjected},
    Alias{"objection", Field::kObjected},
    Alias{"objects", Field::kObjected},
    Alias{"optout", Field::kObjected},
    Alias{"optedout", Field::kObjected},
};

constexpr std::array<std::string_view, kFieldCount> kFieldNames = {
    "family_id",     "person_id", "forenames",  "middle_names", "surname",
    "date_of_birth", "gender",    "address",    "postcode",     "nino",
    "relation",      "group",     "start_date", "end_date",     "objected"};
constexpr std::array kNeeded = {Field::kFamily,      Field::kForenames, Field::kSurname,
                                Field::kDateOfBirth, Field::kGroup,     Field::kStartDate};

/// Letters and digits in lower case; other signs, also those outside ASCII, fall away.
std::string heading_key(std::string_view heading) {
  std::string key;
  for (const char c : ascii_lower(heading)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) key += c;
  }
  return key;
}

/// "address1", "addressline2" ...: 1 to 9; 0 for anything else.
int address_line_number(std::string_view key) {
  for (const std::string_view prefix : {"addressline", "address", "addrline", "addr"}) {
    if (key.size() == prefix.size() + 1 && key.starts_with(prefix) && key.back() >= '1' &&
        key.back() <= '9') {
      return key.back() - '0';
    }
  }
  return 0;
}

std::string known_headings(Field field) {
  std::vector<std::string> known;
  for (const auto& alias : kAliases) {
    if (alias.field == field && known.size() < 4) known.emplace_back(alias.heading);
  }
  return join(known, ", ");
}

Error two_of(std::string_view name) {
  return invalid("two columns are both read as '" + std::string(name) +
                 "'; delete or rename one of them, so that it is plain which to use");
}

class Mapper {
 public:
  explicit Mapper(const Eligibility& eligibility) {
    map_.field.assign(kFieldCount, -1);
    map_.problem.assign(eligibility.problems.size(), -1);
    for (const auto& alias : kAliases) fields_.emplace(alias.heading, alias.field);
    for (std::size_t i = 0; i < eligibility.problems.size(); ++i) {
      const auto key = heading_key(eligibility.problems[i]);
      problems_["problem" + key] = static_cast<int>(i);
      problems_["criterion" + key] = static_cast<int>(i);
      problems_.emplace(key, static_cast<int>(i));
    }
  }

  Status take(const std::string& heading, int index) {
    const auto key = heading_key(heading);
    if (const auto field = fields_.find(key); field != fields_.end()) {
      int& place = map_.field[static_cast<std::size_t>(field->second)];
      if (place >= 0) return two_of(kFieldNames[static_cast<std::size_t>(field->second)]);
      place = index;
    } else if (const auto problem = problems_.find(key); problem != problems_.end()) {
      int& place = map_.problem[static_cast<std::size_t>(problem->second)];
      if (place >= 0) return two_of("problem_...");
      place = index;
    } else if (const int number = address_line_number(key); number > 0) {
      if (!lines_.emplace(number, index).second) return two_of("address line");
    } else {
      ++map_.unused_column_count;
    }
    return {};
  }

  ColumnMap finish() {
    for (const auto& [number, index] : lines_) map_.address_lines.push_back(index);
    return std::move(map_);
  }

 private:
  ColumnMap map_;
  std::map<std::string, Field, std::less<>> fields_;
  std::map<std::string, int, std::less<>> problems_;
  std::map<int, int> lines_;
};

}  // namespace

Result<ColumnMap> map_columns(const table::Table& file, const Eligibility& eligibility) {
  Mapper mapper(eligibility);
  for (std::size_t i = 0; i < file.column_count(); ++i) {
    auto taken = mapper.take(file.columns()[i].name(), static_cast<int>(i));
    if (!taken.ok()) return taken.error();
  }
  ColumnMap map = mapper.finish();
  for (const auto field : kNeeded) {
    if (map.of(field) >= 0) continue;
    return invalid(
        "line 1: no column '" + std::string(kFieldNames[static_cast<std::size_t>(field)]) +
        "'; the first line must hold the headings; this one may also be called: " + known_headings(field));
  }
  for (std::size_t i = 0; i < map.problem.size(); ++i) {
    if (map.problem[i] >= 0) continue;
    return invalid("line 1: no column 'problem_" + eligibility.problems[i] +
                   "'; the charter needs one for each of its " + std::to_string(map.problem.size()) +
                   " problems: add it, empty where the problem was not shown");
  }
  return map;
}

}  // namespace kinfold::identity
