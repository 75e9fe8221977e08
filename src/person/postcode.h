// UK postcodes: parsed, mended, taken apart.
#pragma once

#include <string>
#include <string_view>

#include "person/reading.h"

namespace kinfold::person {

/// The parts of "SW1A 2BJ". `valid` when the shape is one that Royal Mail uses.
struct Postcode {
  bool valid = false;
  bool missing = false;   ///< Blank, or a word that says so.
  bool repaired = false;  ///< A letter and a digit that look alike (O/0, I/1, S/5 ...) were exchanged.
  std::string text;       ///< "SW1A 2BJ"
  std::string area;       ///< "SW"
  std::string district;   ///< "SW1A", the outward code
  std::string sector;     ///< "SW1A 2"
  std::string unit;       ///< "BJ"
  Complaint complaint;    ///< Set exactly when not valid.
};

/// Shape only: whether a postcode is in use is not known here.
/// Source: BS 7666; "UK Government Data Standards Catalogue", postcode format.
Postcode parse_postcode(std::string_view text);

}  // namespace kinfold::person
