// Soundex and Metaphone on capital ASCII.
#include <string>
#include <string_view>

#include "person/name.h"

namespace kinfold::person {
namespace {

constexpr std::string_view kSoundexCodes = "01230120022455012623010202";  // A to Z; 0: vowels, Y, H, W

bool is_vowel(char c) { return c == 'A' || c == 'E' || c == 'I' || c == 'O' || c == 'U'; }
bool is_front_vowel(char c) { return c == 'E' || c == 'I' || c == 'Y'; }

std::string letters_of(std::string_view token) {
  std::string letters;
  for (const char c : token) {
    if (c >= 'A' && c <= 'Z') letters += c;
  }
  return letters;
}

// The word without double letters (but C) and with its silent beginning taken off.
std::string metaphone_start(std::string_view token) {
  const std::string letters = letters_of(token);
  std::string word;
  for (const char c : letters) {
    if (word.empty() || c != word.back() || c == 'C') word += c;
  }
  const std::string_view head = std::string_view(word).substr(0, 2);
  if (head == "AE" || head == "GN" || head == "KN" || head == "PN" || head == "WR")
    word.erase(0, 1);
  else if (head == "WH")
    word.erase(1, 1);
  else if (head.starts_with('X'))
    word[0] = 'S';
  return word;
}

// One letter's sound; `at` looks at a neighbour ('\0' outside the word).
template <typename At>
std::string_view sound_of(char c, At at, bool first) {
  switch (c) {
    case 'A':
    case 'E':
    case 'I':
    case 'O':
    case 'U': {
      constexpr std::string_view kVowels = "AEIOU";
      return first ? kVowels.substr(kVowels.find(c), 1) : "";
    }
    case 'B': return at(-1) == 'M' && at(1) == '\0' ? "" : "B";
    case 'C':
      if (at(1) == 'I' && at(2) == 'A') return "X";
      if (at(1) == 'H') return at(-1) == 'S' ? "K" : "X";
      if (is_front_vowel(at(1))) return at(-1) == 'S' ? "" : "S";
      return at(1) == 'K' ? "" : "K";
    case 'D': return at(1) == 'G' && is_front_vowel(at(2)) ? "J" : "T";
    case 'G':
      if (at(1) == 'H') return is_vowel(at(2)) ? "K" : "";
      if (at(1) == 'N' && (at(2) == '\0' || (at(2) == 'E' && at(3) == 'D'))) return "";
      if (at(-1) == 'D' && is_front_vowel(at(1))) return "";
      return is_front_vowel(at(1)) ? "J" : "K";
    case 'H': {
      const char before = at(-1);
      if (before == 'C' || before == 'S' || before == 'P' || before == 'T' || before == 'G') return "";
      return is_vowel(at(1)) ? "H" : "";
    }
    case 'K': return "K";
    case 'P': return at(1) == 'H' ? "F" : "P";
    case 'Q': return "K";
    case 'S':
      if (at(1) == 'H') return "X";
      return at(1) == 'I' && (at(2) == 'O' || at(2) == 'A') ? "X" : "S";
    case 'T':
      if (at(1) == 'I' && (at(2) == 'O' || at(2) == 'A')) return "X";
      if (at(1) == 'H') return "0";
      return at(1) == 'C' && at(2) == 'H' ? "" : "T";
    case 'V': return "F";
    case 'W': return is_vowel(at(1)) ? "W" : "";
    case 'X': return "KS";
    case 'Y': return is_vowel(at(1)) ? "Y" : "";
    case 'Z': return "S";
    case 'F': return "F";
    case 'J': return "J";
    case 'L': return "L";
    case 'M': return "M";
    case 'N': return "N";
    case 'R': return "R";
    default: return "";
  }
}

}  // namespace

std::string soundex(std::string_view token) {
  const std::string letters = letters_of(token);
  if (letters.empty()) return {};
  std::string key(1, letters[0]);
  char previous = kSoundexCodes[static_cast<std::size_t>(letters[0] - 'A')];
  for (std::size_t n = 1; n < letters.size() && key.size() < 4; ++n) {
    const char c = letters[n];
    if (c == 'H' || c == 'W') continue;
    const char code = kSoundexCodes[static_cast<std::size_t>(c - 'A')];
    if (code != '0' && code != previous) key += code;
    previous = code;
  }
  key.resize(4, '0');
  return key;
}

std::string metaphone(std::string_view token) {
  const std::string word = metaphone_start(token);
  std::string key;
  for (std::size_t n = 0; n < word.size() && key.size() < 8; ++n) {
    const auto at = [&](int step) {
      const auto index = static_cast<std::ptrdiff_t>(n) + step;
      return index >= 0 && index < static_cast<std::ptrdiff_t>(word.size())
                 ? word[static_cast<std::size_t>(index)]
                 : '\0';
    };
    key += sound_of(word[n], at, n == 0);
  }
  return key.substr(0, 8);
}

}  // namespace kinfold::person
