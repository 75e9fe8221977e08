#include "person/gender.h"

#include <algorithm>
#include <array>

#include "person/missing_internal.h"
#include "person/name.h"

namespace kinfold::person {

GenderReading parse_gender(std::string_view text) {
  const std::string folded = fold_upper(text);
  const auto is = [&](auto... words) { return ((folded == words) || ...); };
  if (says_missing(folded) || is("0", "9", "U", "NS", "PREFER NOT TO SAY"))
    return {Gender::kUnknown, true, {}};
  if (is("F", "FEMALE", "WOMAN", "GIRL", "2", "FEM", "W")) return {Gender::kFemale, false, {}};
  if (is("M", "MALE", "MAN", "BOY", "1")) return {Gender::kMale, false, {}};
  if (is("O", "OTHER", "X", "NON-BINARY", "NON BINARY", "NONBINARY", "NB", "INDETERMINATE", "I", "3",
         "INTERSEX", "TRANS")) {
    return {Gender::kOther, false, {}};
  }
  return {Gender::kUnknown, false, {"gender is not understood", "write F, M, other, or leave it empty"}};
}

std::string_view gender_name(Gender gender) {
  switch (gender) {
    case Gender::kFemale: return "female";
    case Gender::kMale: return "male";
    case Gender::kOther: return "other";
    case Gender::kUnknown: break;
  }
  return "";
}

}  // namespace kinfold::person
