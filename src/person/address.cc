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
constexpr std::array<Pair, 26> kStandardWords = {{
    {"ROAD", "RD"}, {"STREET", "ST"}, {"STR", "ST"}, {"AVENUE", "AVE"}, {"AV", "AVE"}, {"LANE", "LN"},
    {"DRIVE", "DR"}, {"DRV", "DR"}, {"CLOSE", "CL"}, {"CLO", "CL"}, {"COURT", "CT"}, {"CRT", "CT"},
    {"PLACE", "PL"}, {"SQUARE", "SQ"}, {"TERRACE", "TCE"}, {"TERR", "TCE"}, {"CRESCENT", "CRES"},
    {"CRES.", "CRES"}, {"GARDENS", "GDNS"}, {"GROVE", "GR"}, {"PARK", "PK"}, {"SAINT", "ST"},
    {"APARTMENT", "FLAT"}, {"APT", "FLAT"}, {"NORTH", "N"}, {"SOUTH", "S"}}};

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
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) word += c;
    else if (c == '-' && !word.empty() && is_digit(word.back())) word += c;
    else if (c == '/' && !word.empty() && is_digit(word.back())) word += c;
    else if (c != '\'') flush();
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
    if ((word == "FLAT" || word == "UNIT" || word == "ROOM") && n + 1 < words.size() && address.flat.empty()) {
      address.flat = words[++n];
    } else if (has_digit(word) && address.building.empty()) {
      const auto slash = word.find('/');  // Scottish and Australian style: flat/building.
      if (slash != std::string::npos && slash + 1 < word.size() && address.flat.empty()) {
        address.flat = word.substr(0, slash);
        address.building = word.substr(slash + 1);
      } else {
        address.building = word;
      }
    } else if (word != "NO" && word != "NUMBER") {
      address.street.push_back(word);
    }
  }
  return address;
}

}  // namespace kinfold::person
