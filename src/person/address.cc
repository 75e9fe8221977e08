#include "person/address.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/text.h"
#include "person/missing_internal.h"
#include "person/name.h"
#include "person/postcode.h"

namespace kinfold::person {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;
constexpr std::array<Pair, 26> kStandardWords = {
    {{"ROAD", "RD"},  {"STREET", "ST"},     {"STR", "ST"},         {"AVENUE", "AVE"},   {"AV", "AVE"},
     {"LANE", "LN"},  {"DRIVE", "DR"},      {"DRV", "DR"},         {"CLOSE", "CL"},     {"CLO", "CL"},
     {"COURT", "CT"}, {"CRT", "CT"},        {"PLACE", "PL"},       {"SQUARE", "SQ"},    {"TERRACE", "TCE"},
     {"TERR", "TCE"}, {"CRESCENT", "CRES"}, {"CRES.", "CRES"},     {"GARDENS", "GDNS"}, {"GROVE", "GR"},
     {"PARK", "PK"},  {"SAINT", "ST"},      {"APARTMENT", "FLAT"}, {"APT", "FLAT"},     {"NORTH", "N"},
     {"SOUTH", "S"}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool has_digit(std::string_view word) { return std::any_of(word.begin(), word.end(), is_digit); }

std::vector<std::string> words_of(std::string_view folded) {
  std::vector<std::string> words;
  std::string word;
  const auto flush = [&] {
    if (word.empty()) return;
    for (const auto& [long_form, short_form] : kStandardWords) {
      if (word == long_form) word = short_form;
    }
    words.push_back(std::move(word));
    word.clear();
  };
  for (const char c : folded) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      word += c;
    else if (c == '-' && !word.empty() && is_digit(word.back()))
      word += c;
    else if (c == '/' && !word.empty() && is_digit(word.back()))
      word += c;
    else if (c != '\'')
      flush();
  }
  flush();
  return words;
}

// The last two words, or the last, where they make a whole postcode.
void take_postcode(std::vector<std::string>& words, Address& address) {
  for (const std::size_t count : {std::size_t{2}, std::size_t{1}}) {
    if (words.size() < count) continue;
    std::string tail;
    for (std::size_t n = words.size() - count; n < words.size(); ++n) tail += words[n];
    const Postcode postcode = parse_postcode(tail);
    if (!postcode.valid || postcode.repaired) continue;
    address.postcode = postcode.text;
    words.resize(words.size() - count);
    return;
  }
}

constexpr std::array<std::string_view, 5> kUnits = {"FLAT", "UNIT", "ROOM", "SUITE", "STUDIO"};
constexpr std::array<std::string_view, 9> kStoreys = {"BASEMENT", "GROUND", "TOP",  "GARDEN", "UPPER",
                                                      "LOWER",    "FRONT",  "REAR", "ATTIC"};

bool is_unit(std::string_view word) { return std::find(kUnits.begin(), kUnits.end(), word) != kUnits.end(); }

// "2ND", but not "2" or "2B".
bool is_ordinal(std::string_view word) {
  return word.size() > 2 && is_digit(word[0]) &&
         (word.ends_with("ST") || word.ends_with("ND") || word.ends_with("RD") || word.ends_with("TH"));
}

// "GROUND FLOOR", "2ND FLOOR", "BASEMENT" at the end of `words`, which say which flat it is; how many words
// they are.
std::size_t storey_words(const std::vector<std::string>& words) {
  if (words.empty()) return 0;
  if (words.back() == "FLOOR") return words.size() > 1 ? 2 : 0;
  return std::find(kStoreys.begin(), kStoreys.end(), words.back()) != kStoreys.end() ? 1 : 0;
}

std::string take_storey(std::vector<std::string>& words, std::size_t count) {
  std::string storey;
  for (std::size_t n = words.size() - count; n < words.size(); ++n)
    storey += (storey.empty() ? "" : " ") + words[n];
  words.resize(words.size() - count);
  return storey;
}

// "3/12", Scottish and Australian: flat and building. False where it is no such thing.
bool take_pair(const std::string& word, Address& address) {
  const auto slash = word.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 >= word.size() || !address.flat.empty())
    return false;
  address.flat = word.substr(0, slash);
  address.building = word.substr(slash + 1);
  return true;
}

}  // namespace

Address parse_address(std::string_view text) {
  Address address;
  const std::string folded = fold_upper(text);
  if (says_missing(folded)) return address;
  auto words = words_of(folded);
  address.text = join(words, " ");
  take_postcode(words, address);
  for (std::size_t n = 0; n < words.size(); ++n) {
    auto& word = words[n];
    const bool more = n + 1 < words.size();
    if (is_unit(word) && address.flat.empty()) {
      const std::size_t storey = storey_words(address.street);
      // "GROUND FLOOR FLAT 12": 12 is the building. "12 COVENT GARDEN FLAT 3": it is known already.
      if (storey > 0 && (!more || address.building.empty()))
        address.flat = take_storey(address.street, storey);
      else if (!more)
        address.street.push_back(word);
      else if (!take_pair(words[++n], address))
        address.flat = words[n];
    } else if (is_ordinal(word) && more && words[n + 1] == "FLOOR") {
      address.street.push_back(word);
    } else if (has_digit(word) && address.building.empty()) {
      if (!take_pair(word, address)) address.building = word;
    } else if (word == "FLOOR" && address.flat.empty() && !address.street.empty() &&
               !(more && is_unit(words[n + 1]))) {
      address.street.push_back(word);
      address.flat = take_storey(address.street, 2);
    } else if (word != "NO" && word != "NUMBER") {
      address.street.push_back(word);
    }
  }
  return address;
}

}  // namespace kinfold::person
