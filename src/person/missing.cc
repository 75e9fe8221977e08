#include "person/missing_internal.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace kinfold::person {
namespace {

constexpr std::array<std::string_view, 26> kMissingWords = {"NULL",
                                                            "NONE",
                                                            "N/A",
                                                            "NA",
                                                            "N.A.",
                                                            "NK",
                                                            "N/K",
                                                            "UNKNOWN",
                                                            "NOT KNOWN",
                                                            "NOT GIVEN",
                                                            "TBC",
                                                            "NAN",
                                                            "NIL",
                                                            "UNK",
                                                            "NOT STATED",
                                                            "NOT RECORDED",
                                                            "NO NAME",
                                                            "UNNAMED",
                                                            "NOT PROVIDED",
                                                            "REFUSED",
                                                            "MISSING",
                                                            "NO FIXED ABODE",
                                                            "NFA",
                                                            "NO DATA",
                                                            "TO BE CONFIRMED",
                                                            "UN-KNOWN"};

}  // namespace

bool says_missing(std::string_view folded) {
  const bool any_sign = std::any_of(folded.begin(), folded.end(),
                                    [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; });
  if (!any_sign) return true;
  return std::find(kMissingWords.begin(), kMissingWords.end(), folded) != kMissingWords.end();
}

}  // namespace kinfold::person
