// A date as people read it.
#pragma once

#include <array>
#include <string>

#include "base/date.h"

namespace kinfold {

/// 31 December 2022
inline std::string long_date(Date date) {
  static constexpr std::array<const char*, 12> kMonths = {"January",   "February", "March",    "April",
                                                          "May",       "June",     "July",     "August",
                                                          "September", "October",  "November", "December"};
  const auto ymd = to_ymd(date);
  return std::to_string(ymd.day) + ' ' + kMonths[static_cast<std::size_t>(ymd.month - 1)] + ' ' +
         std::to_string(ymd.year);
}

}  // namespace kinfold
