#include "person/name.h"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/text.h"
#include "person/missing_internal.h"

namespace kinfold::person {
namespace {

constexpr std::array<std::string_view, 33> kTitles = {
    "MR",   "MRS",        "MS",  "MISS",   "MX",      "MSTR",    "MASTER",  "DR",   "DOCTOR",
    "PROF", "PROFESSOR",  "SIR", "DAME",   "LADY",    "LORD",    "REV",     "REVD", "REVEREND",
    "CLLR", "COUNCILLOR", "HON", "CAPT",   "CAPTAIN", "COL",     "COLONEL", "LT",   "SGT",
    "FR",   "MADAM",      "MME", "MISTER", "MESSRS",  "BARONESS"};

constexpr std::array<std::string_view, 18> kSuffixes = {
    "JR",  "JNR", "JUNIOR", "SR", "SNR",  "SENIOR", "ESQ",      "ESQUIRE", "OBE",
    "MBE", "CBE", "PHD",    "BT", "BART", "DECD",   "DECEASED", "KBE",     "QC"};

constexpr std::array<std::string_view, 23> kParticles = {
    "DE",  "DA",  "DI",  "DO", "DOS", "DU", "DEL", "DELLA", "LA",  "LE",  "VAN", "VON",
    "DER", "DEN", "TER", "MC", "MAC", "O",  "AL",  "EL",    "BIN", "IBN", "ST"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

icu::UnicodeString decode(std::string_view text) {
  if (is_valid_utf8(text)) {
    return icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  }
  return {text.data(), static_cast<std::int32_t>(text.size()), "windows-1252"};
}

// ICU's rules are built once a thread: a Transliterator may not be shared between threads.
std::string to_ascii(std::string_view text) {
  thread_local const std::unique_ptr<icu::Transliterator> rules = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> made(icu::Transliterator::createInstance(
        "Any-Latin; NFKD; [:Nonspacing Mark:] Remove; Latin-ASCII", UTRANS_FORWARD, status));
    return U_SUCCESS(status) ? std::move(made) : nullptr;
  }();
  icu::UnicodeString wide = decode(text);
  if (rules != nullptr) rules->transliterate(wide);
  std::string narrow;
  wide.toUTF8String(narrow);
  std::erase_if(narrow, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  return narrow;
}

std::string_view cut(std::string_view text) {
  if (text.size() <= kNameBytesMax) return text;
  std::size_t end = kNameBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

bool is_letter_or_digit(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

std::vector<std::string> words_of(std::string_view folded) {
  std::vector<std::string> words;
  std::string word;
  const auto flush = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  for (const char c : folded) {
    if (is_letter_or_digit(c)) {
      word += c;
    } else if (c != '\'' && c != '`' && c != '"') {
      flush();
    }
  }
  flush();
  return words;
}

void drop_titles(std::vector<std::string>& words) {
  std::size_t first = 0;
  while (first + 1 < words.size() && among(kTitles, words[first])) ++first;
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(first));
}

std::vector<std::string> join_particles(const std::vector<std::string>& words) {
  std::vector<std::string> joined;
  std::string pending;
  for (std::size_t n = 0; n < words.size(); ++n) {
    if (n + 1 < words.size() && among(kParticles, words[n])) {
      pending += words[n];
    } else {
      joined.push_back(pending + words[n]);
      pending.clear();
    }
  }
  return joined;
}

}  // namespace

std::string fold_upper(std::string_view text) {
  const std::string_view part = cut(text);
  const std::string plain = is_ascii(part) ? std::string(part) : to_ascii(part);
  std::string folded;
  folded.reserve(plain.size());
  for (const char c : plain) {
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7F) {
      if (!folded.empty() && folded.back() != ' ') folded += ' ';
    } else {
      folded += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
  }
  if (!folded.empty() && folded.back() == ' ') folded.pop_back();
  return folded;
}

std::string StandardName::joined() const { return join(tokens, " "); }
std::string StandardName::squeezed() const { return join(tokens, ""); }

StandardName standardise_forenames(std::string_view text) {
  const std::string folded = fold_upper(text);
  if (says_missing(folded)) return {};
  StandardName name{words_of(folded)};
  drop_titles(name.tokens);
  if (name.tokens.size() == 1 && among<2>({"BABY", "INFANT"}, name.tokens.front())) name.tokens.clear();
  return name;
}

StandardName standardise_surname(std::string_view text) {
  const std::string folded = fold_upper(text);
  if (says_missing(folded)) return {};
  auto words = words_of(folded);
  drop_titles(words);
  while (words.size() > 1 && among(kSuffixes, words.back())) words.pop_back();
  return {join_particles(words)};
}

}  // namespace kinfold::person
