// The telling parts of an address line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kinfold::person {

struct Address {
  std::string building;  ///< "12", "12A", "12-14"; "" if none is named.
  std::string flat;      ///< "3", "B", "GROUND FLOOR"; "" if none. A flat's number is never the building's.
  std::vector<std::string> street;  ///< Capital ASCII words, kinds of street in one form (ROAD to RD).
  std::string postcode;             ///< A postcode found at the end of the text, standard form; "" if none.
  std::string text;                 ///< Everything, capital ASCII, standard words, one blank between.
  bool empty() const { return text.empty(); }
};

/// Never fails: what is not understood stays among the words.
Address parse_address(std::string_view text);

}  // namespace kinfold::person
