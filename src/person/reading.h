// What a parser of people's values says when it cannot read one.
#pragma once

#include <string_view>

namespace kinfold::person {

/// Fixed texts only: they go into rejects files and logs, so they never hold any part of the value.
/// Both are empty when the value was read.
struct Complaint {
  std::string_view reason;
  std::string_view remedy;
  bool none() const { return reason.empty(); }
};

}  // namespace kinfold::person
