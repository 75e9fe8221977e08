#include "console/identity_form.h"

#include <algorithm>

#include "base/text.h"
#include "person/date_parse.h"
#include "seal/bytes.h"

namespace kinfold::console {
namespace {

constexpr std::size_t kValueBytesMax = 300;

Field* field_of(std::vector<Field>& fields, const std::string& name) {
  for (auto& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

}  // namespace

std::vector<Field> identity_fields(const Request* filled, const std::string& prefix) {
  using Kind = Field::Kind;
  std::vector<Field> fields = {
      {Kind::kText, prefix + "forenames", "Forenames", {}, {}, {}, "given-name", {}, {}},
      {Kind::kText, prefix + "surname", "Surname", {}, {}, {}, "family-name", {}, {}},
      {Kind::kText,
       prefix + "date_of_birth",
       "Date of birth",
       "For example 27 3 2007",
       {},
       {},
       "bday",
       {},
       {}},
      {Kind::kSelect,
       prefix + "gender",
       "Gender",
       "Leave out if you would rather not say",
       {},
       {},
       "sex",
       {{"", "Not said", {}}, {"female", "Female", {}}, {"male", "Male", {}}, {"other", "Other", {}}},
       {}},
      {Kind::kText,
       prefix + "address",
       "Last known address",
       "Helps to find the right person; may be left out",
       {},
       {},
       "street-address",
       {},
       {}},
      {Kind::kText, prefix + "postcode", "Postcode", "May be left out", {}, {}, "postal-code", {}, {}},
      {Kind::kText,
       prefix + "nino",
       "National Insurance number",
       "Only if known. For example QQ 12 34 56 C",
       {},
       {},
       "off",
       {},
       {}},
  };
  if (filled != nullptr) {
    for (auto& field : fields) field.value = filled->field(field.name);
  }
  return fields;
}

bool ReadIdentity::ok() const {
  return std::all_of(fields.begin(), fields.end(), [](const Field& field) { return field.error.empty(); });
}

ReadIdentity read_identity_form(const Request& request, const std::string& prefix) {
  ReadIdentity read;
  read.fields = identity_fields(&request, prefix);
  const auto value = [&](const char* name) { return std::string(trim(request.field(prefix + name))); };
  const auto wrong = [&](const char* name, const char* message) {
    field_of(read.fields, prefix + name)->error = message;
  };
  read.identity = {value("forenames"), value("surname"),  {},           value("gender"),
                   value("address"),   value("postcode"), value("nino")};
  if (read.identity.forenames.empty()) wrong("forenames", "Enter the forenames");
  if (read.identity.surname.empty()) wrong("surname", "Enter the surname");
  for (auto& field : read.fields) {
    if (field.value.size() > kValueBytesMax) field.error = field.label + " must be shorter";
  }
  if (value("date_of_birth").empty()) {
    wrong("date_of_birth", "Enter the date of birth");
  } else if (const auto date = person::parse_people_date(value("date_of_birth")).date) {
    read.identity.date_of_birth = *date;
  } else {
    wrong("date_of_birth", "The date of birth must be a real date, for example 27 3 2007");
  }
  const auto& gender = read.identity.gender;
  if (!gender.empty() && gender != "female" && gender != "male" && gender != "other")
    wrong("gender", "Choose one of the list");
  return read;
}

void wipe(identity::Identity& identity) {
  for (auto* text : {&identity.forenames, &identity.surname, &identity.gender, &identity.address,
                     &identity.postcode, &identity.nino}) {
    seal::wipe(text->data(), text->size());
    text->clear();
  }
  identity.date_of_birth.reset();
}

}  // namespace kinfold::console
