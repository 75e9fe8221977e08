// Words that stand for nothing.
#pragma once

#include <string_view>

namespace kinfold::person {

/// `folded` is fold_upper's output: blank, UNKNOWN, N/A, NOT KNOWN, NULL, NONE, TBC, -, ...
bool says_missing(std::string_view folded);

}  // namespace kinfold::person
