// Gender as files write it.
#pragma once

#include <string_view>

#include "person/reading.h"

namespace kinfold::person {

enum class Gender { kUnknown, kFemale, kMale, kOther };

struct GenderReading {
  Gender gender = Gender::kUnknown;
  bool missing = false;  ///< Blank or "not known", 0 or 9 in ISO 5218's and the NHS's codes.
  Complaint complaint;   ///< Set when there is something, and it cannot be read.
};

/// F, female, woman, girl, 2 · M, male, man, boy, 1 · other, non-binary, X, indeterminate.
GenderReading parse_gender(std::string_view text);

/// "female", "male", "other", or "" for kUnknown.
std::string_view gender_name(Gender gender);

}  // namespace kinfold::person
