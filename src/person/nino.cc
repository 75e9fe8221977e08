#include "person/nino.h"

#include <algorithm>
#include <cctype>

#include "person/missing_internal.h"
#include "person/name.h"

namespace kinfold::person {
namespace {

bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }

bool prefix_allowed(std::string_view prefix) {
  constexpr std::string_view kNeither = "DFIQUV";
  if (kNeither.find(prefix[0]) != std::string_view::npos ||
      kNeither.find(prefix[1]) != std::string_view::npos) {
    return false;
  }
  if (prefix[1] == 'O') return false;
  for (const std::string_view unused : {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}) {
    if (prefix == unused) return false;
  }
  return true;
}

Nino fail(std::string_view reason, std::string_view remedy) {
  Nino nino;
  nino.complaint = {reason, remedy};
  return nino;
}

}  // namespace

Nino parse_nino(std::string_view text) {
  const std::string folded = fold_upper(text);
  if (says_missing(folded)) {
    Nino nino = fail("National Insurance number is empty", "leave it empty if it is not known");
    nino.missing = true;
    return nino;
  }
  std::string packed;
  for (const char c : folded) {
    if (is_letter(c) || is_digit(c))
      packed += c;
    else if (c != ' ' && c != '-' && c != '/' && c != '.') {
      return fail("National Insurance number has characters other than letters and digits",
                  "write two letters, six digits and a letter");
    }
  }
  if (packed.size() < 8 || packed.size() > 9 || !is_letter(packed[0]) || !is_letter(packed[1]) ||
      !all_digits(std::string_view(packed).substr(2, 6))) {
    return fail("National Insurance number is not two letters, six digits and a letter",
                "check it against a letter or payslip, or leave it empty");
  }
  Nino nino;
  nino.text = packed;
  nino.stem = packed.substr(0, 8);
  nino.no_suffix = packed.size() == 8;
  if (packed.starts_with("TN")) {
    nino.temporary = true;
    if (!nino.no_suffix && packed[8] != 'M' && packed[8] != 'F') {
      return fail("temporary National Insurance number does not end in M or F", "leave it empty");
    }
    nino.valid = true;
    return nino;
  }
  if (!prefix_allowed(std::string_view(packed).substr(0, 2))) {
    return fail("National Insurance number begins with letters that are not used",
                "check the first two letters, or leave it empty");
  }
  if (!nino.no_suffix && (packed[8] < 'A' || packed[8] > 'D')) {
    return fail("National Insurance number does not end in A, B, C or D",
                "check the last letter, or leave it out");
  }
  nino.valid = true;
  return nino;
}

}  // namespace kinfold::person
