// UK National Insurance numbers: the format, not whether one was issued.
#pragma once

#include <string>
#include <string_view>

#include "person/reading.h"

namespace kinfold::person {

struct Nino {
  bool valid = false;
  bool missing = false;    ///< Blank, or a word that says so.
  bool temporary = false;  ///< A temporary number (TN + date of birth + sex): evidence of little.
  bool no_suffix = false;  ///< The last letter was left out, as many systems do.
  std::string text;        ///< "AB123456C" without blanks; without the suffix letter where it was left out.
  std::string stem;        ///< The first eight characters, which identify.
  Complaint complaint;     ///< Set exactly when not valid.
};

/// Source: HMRC, National Insurance Manual NIM39110 (format and prefixes not used: D F I Q U V in
/// either place, O in the second; BG GB KN NK NT TN ZZ; suffix A to D).
Nino parse_nino(std::string_view text);

}  // namespace kinfold::person
