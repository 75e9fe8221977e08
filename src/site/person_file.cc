// Who a rights case is about, read from a file or standard input: never from a command line.
#include <toml++/toml.h>
#include <algorithm>
#include <iostream>
#include <iterator>

#include "base/text.h"
#include "person/date_parse.h"
#include "seal/files.h"
#include "site/rights.h"

namespace kinfold::site {
namespace {

constexpr std::size_t kPersonBytesMax = 1 << 16;

Result<std::string> read_all(const std::string& path) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  const auto bytes = seal::read_whole_file(path, kPersonBytesMax);
  if (!bytes.ok()) return bytes.error();
  return std::string(seal::as_text(bytes.value()));
}

constexpr std::string_view kTextKeys[] = {"forenames", "surname", "gender", "address", "postcode", "nino"};

/// A key that is misspelt would be passed over, and somebody else be found. The line is named, never what
/// stands in it.
Status check_keys(const toml::table& file) {
  for (const auto& [key, value] : file) {
    const auto where = "person file, line " + std::to_string(value.source().begin.line) + ": ";
    const bool text = std::find(std::begin(kTextKeys), std::end(kTextKeys), key.str()) != std::end(kTextKeys);
    if (!text && key.str() != "date_of_birth")
      return invalid(where + "not one of forenames, surname, date_of_birth, gender, address, postcode, nino");
    if (text && !value.is_string()) return invalid(where + "must be a text in quotation marks");
    if (!text && !value.is_string() && !value.is_date())
      return invalid(where + "must be a date, like 2007-03-27");
  }
  return {};
}

Status read_date(const toml::table& file, identity::Identity& person) {
  const auto node = file["date_of_birth"];
  if (const auto date = node.value<toml::date>()) {
    person.date_of_birth = make_date(date->year, date->month, date->day);
  } else if (const auto text = node.value<std::string>()) {
    const auto reading = person::parse_people_date(*text);
    if (!reading.date)
      return invalid("person file: date_of_birth: " + std::string(reading.complaint.reason) + "; " +
                     std::string(reading.complaint.remedy));
    person.date_of_birth = reading.date;
  }
  return {};
}

}  // namespace

Result<identity::Identity> read_identity(const std::string& path) {
  auto text = read_all(path);
  if (!text.ok()) return text.error();
  auto person = parse_person(text.value());
  seal::wipe(text.value().data(), text.value().size());
  return person;
}

Result<identity::Identity> parse_person(std::string_view text) {
  identity::Identity person;
  try {
    const auto file = toml::parse(text);
    if (auto s = check_keys(file); !s.ok()) return s.error();
    const auto read = [&](const char* key) { return std::string(trim(file[key].value_or(std::string()))); };
    person.forenames = read("forenames");
    person.surname = read("surname");
    person.gender = read("gender");
    person.address = read("address");
    person.postcode = read("postcode");
    person.nino = read("nino");
    if (auto s = read_date(file, person); !s.ok()) return s.error();
  } catch (const toml::parse_error& error) {
    return invalid("person file, line " + std::to_string(error.source().begin.line) +
                   ": not TOML; write one `key = \"value\"` a line");
  }
  const bool named = !person.surname.empty() && person.date_of_birth.has_value();
  if (!named && person.nino.empty()) {
    return invalid("person file: too little to know a person by: give surname and date_of_birth, or nino");
  }
  return person;
}

}  // namespace kinfold::site
