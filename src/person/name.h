// Standard forms of people's names.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kinfold::person {

/// Longer values are cut here, at a character: no real name is longer, and a field that holds a
/// whole document must not slow everybody else's down.
inline constexpr std::size_t kNameBytesMax = 400;

/// Capital ASCII form of any text: accents off (Unicode NFKD without marks), other letters
/// transliterated by ICU (ß to SS, Ø to O, Ж to Z), runs of blanks made one, ends trimmed.
/// Bytes that are not UTF-8 are read as Windows-1252. Thread-safe. Cut at kNameBytesMax.
std::string fold_upper(std::string_view text);

/// A name as words in capital ASCII.
struct StandardName {
  std::vector<std::string> tokens;  ///< "Mary-Ann O'Neil" as a forename: MARY, ANN, ONEIL.
  std::string joined() const;       ///< With one space between tokens; "" if there are none.
  std::string squeezed() const;     ///< Without anything between them.
};

/// Titles (MR, DR, REV ...) come off the front while another word remains; apostrophes close up
/// (O'Neil to ONEIL); hyphens, commas and full stops part words; anything else not a letter or
/// digit goes. Values that say "no name" (UNKNOWN, N/A, BABY, NOT KNOWN ...) give no tokens.
StandardName standardise_forenames(std::string_view text);

/// As forenames, and: honours and suffixes (JR, ESQ, OBE ...) come off the end; particles join
/// what follows (DE LA CRUZ to DELACRUZ, MC DONALD to MCDONALD, VAN DER BERG to VANDERBERG), so that
/// they compare equal however they were spaced; a double-barrelled name stays two tokens.
StandardName standardise_surname(std::string_view text);

/// The root of the class of English forenames that `token` (capital ASCII) belongs to: BOB, ROB,
/// ROBERT, BOBBY give ROBERT; a name in no class gives itself. The table is in nickname.cc and is
/// documented in docs/methods/linkage.md. A name in several classes (ALEX) has a class of its own
/// that joins them.
std::string_view nickname_root(std::string_view token);

/// American Soundex, four characters ("ROBERT" to "R163"); "" for a token without letters.
/// Source: Knuth, The Art of Computer Programming, volume 3, section 6 (H and W do not part
/// letters of one code).
std::string soundex(std::string_view token);

/// Metaphone key of at most eight characters; "" for a token without letters.
/// Source: Philips (1990), "Hanging on the Metaphone", Computer Language 7(12).
std::string metaphone(std::string_view token);

}  // namespace kinfold::person
