// The copy somebody gets of everything held about them: in plain words, with dates, sources and who
// received what. It neither contains nor confirms another member of the family.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "identity/vault.h"
#include "table/table.h"

namespace kinfold::rights {

/// Rows about this one person from one source. Columns are those of docs/formats/data.md; numbers
/// of rows and families, references and the relation in the family are taken out here.
struct HeldAttributes {
  std::string source;  ///< Name of the party that sent it: "Stockport Council".
  std::string what;    ///< "What the council told us about the programme", "Benefits" ...
  std::string law;     ///< "6(1)(e), 9(2)(g), DPA 2018 Schedule 1 paragraph 6"
  Date received;
  Date expires;  ///< When it will be destroyed.
  table::Table rows;
};

/// A party that was sent something about this person.
struct Recipient {
  std::string name;
  std::string what;  ///< "your name, date of birth, gender, address and NI number"
  std::string what_for;
  Date sent;
  Date kept_until;
  bool destroyed = false;  ///< Its certificate of destruction has come.
};

/// Everything the site found. Gathered by two people through the door; wiped by the caller.
struct Found {
  std::string programme;
  std::string holder;  ///< Who answers: the trusted party's name.
  std::string case_id;
  Date made_on;
  std::string purpose;       ///< Why the data is held, in the charter's words.
  std::string lawful_basis;  ///< As in the charter: "6(1)(e)" is read as an article of the UK GDPR.
  Date kept_until;
  std::vector<identity::IdentityVersion> versions;  ///< `family` is not looked at.
  /// Names of the parties that the versions came from, by id. An id without a name is shown as it is.
  std::map<std::string, std::string> party_names;
  bool restricted = false;
  std::vector<HeldAttributes> attributes;
  std::vector<Recipient> recipients;
  std::vector<Date> releases;  ///< When research data sets were made that the rows went into, without a name.
  /// The charter's words for a column ("problem_school") or a variable ("universal_credit"). What has none is
  /// shown as it is.
  std::map<std::string, std::string> labels;
  std::vector<std::string> contacts;  ///< Whom to ask, and the Information Commissioner.
};

struct AccessCopy {
  std::string html;
  std::string json;
};

/// \retval kRefused naming the column, where a table has one that is not known to be about this
///         person alone.
Result<AccessCopy> make_access_copy(const Found& found);

}  // namespace kinfold::rights
