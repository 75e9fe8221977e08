#include "synth/mistakes.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/text.h"

namespace kinfold::synth {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

char like(char model, char lower) { return is_upper(model) ? static_cast<char>(lower - 'a' + 'A') : lower; }

/// The keys beside each letter on a UK keyboard, a to z.
constexpr std::array<std::string_view, 26> kBeside{
    "qwsz",   "vghn",  "xdfv", "serfcx", "wsdr", "drtgvc", "ftyhbv", "gyujnb", "ujko",
    "huikmn", "jiolm", "kop",  "njk",    "bhjm", "iklp",   "ol",     "wa",     "edft",
    "awedxz", "rfgy",  "yhji", "cfgb",   "qase", "zsdc",   "tghu",   "asx"};

using Spelling = std::pair<std::string_view, std::string_view>;
constexpr Spelling kSpellings[] = {
    {"ph", "f"},  {"ck", "k"},  {"ie", "y"},  {"ey", "y"}, {"ou", "u"}, {"ee", "ea"}, {"ea", "ee"},
    {"gh", "g"},  {"ll", "l"},  {"ss", "s"},  {"tt", "t"}, {"nn", "n"}, {"mm", "m"},  {"rr", "r"},
    {"ai", "ay"}, {"ay", "ai"}, {"ei", "ie"}, {"th", "t"}, {"ke", "k"}, {"ne", "n"},  {"se", "ce"},
    {"er", "or"}, {"an", "en"}, {"en", "an"}, {"oo", "u"}, {"z", "s"},  {"c", "k"},   {"k", "c"},
    {"y", "i"},   {"i", "y"},   {"v", "w"}};

std::string spelt_otherwise(std::string_view text, RandomStream& random) {
  const auto begin = random.below(std::size(kSpellings));
  for (std::size_t i = 0; i < std::size(kSpellings); ++i) {
    const auto& [from, to] = kSpellings[(begin + i) % std::size(kSpellings)];
    const auto at = text.find(from, 1);
    if (at == std::string_view::npos) continue;
    return std::string(text.substr(0, at)) + std::string(to) + std::string(text.substr(at + from.size()));
  }
  return std::string(text);
}

std::string digit_typo(std::string text, RandomStream& random) {
  for (int attempt = 0; attempt < 12; ++attempt) {
    const auto at = random.below(text.size());
    if (std::isdigit(static_cast<unsigned char>(text[at])) == 0) continue;
    if (at + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[at + 1])) != 0 &&
        text[at] != text[at + 1] && random.chance(0.5)) {
      std::swap(text[at], text[at + 1]);
    } else {
      text[at] = static_cast<char>('0' + (text[at] - '0' + random.between(1, 9)) % 10);
    }
    return text;
  }
  return text;
}

std::string without_hyphen(const std::string& surname, RandomStream& random) {
  const auto at = surname.find('-');
  if (at == std::string::npos) return surname;
  const double u = random.uniform();
  if (u < 0.4) return surname.substr(at + 1);
  if (u < 0.6) return surname.substr(0, at);
  std::string spaced = surname;
  spaced[at] = ' ';
  return spaced;
}

std::optional<Date> birth_as_written(Date born, const MistakeRates& rates, RandomStream& random) {
  if (random.chance(rates.birth_missing)) return std::nullopt;
  const auto ymd = to_ymd(born);
  if (random.chance(rates.first_january)) return make_date(ymd.year, 1, 1);
  if (ymd.day <= 12 && random.chance(rates.day_month_swapped)) return make_date(ymd.year, ymd.day, ymd.month);
  if (random.chance(rates.birth_digit)) {
    const double u = random.uniform();
    const int sign = random.chance(0.5) ? 1 : -1;
    std::optional<Date> other;
    if (u < 0.45)
      other = make_date(ymd.year, ymd.month, ymd.day + sign * (random.chance(0.7) ? 1 : 10));
    else if (u < 0.65)
      other = make_date(ymd.year, ymd.month + sign, ymd.day);
    else
      other = make_date(ymd.year + sign * (random.chance(0.8) ? 1 : 10), ymd.month, ymd.day);
    if (other) return other;
  }
  return born;
}

std::string forenames_as_written(const Person& person, const MistakeRates& rates, RandomStream& random) {
  std::string first = person.forename;
  if (random.chance(rates.nickname)) first = nickname_of(first, random);
  if (random.chance(rates.forename_typo)) first = with_typo(first, random);
  if (person.middle.empty() || random.chance(rates.middle_left_out)) return first;
  const auto initial_bytes = static_cast<unsigned char>(person.middle[0]) >= 0xC0 ? 2U : 1U;
  if (random.chance(rates.middle_initial)) return first + " " + person.middle.substr(0, initial_bytes);
  return first + " " + person.middle;
}

std::string surname_as_written(const Person& person, const MistakeRates& rates, RandomStream& random) {
  std::string surname = person.surname;
  if (!person.former_surname.empty() && random.chance(rates.former_surname)) surname = person.former_surname;
  if (random.chance(rates.hyphen_lost)) surname = without_hyphen(surname, random);
  if (random.chance(rates.surname_typo)) surname = with_typo(surname, random);
  return surname;
}

/// Letters for digits and the other way round, as a scanner or a hurried eye does.
std::string postcode_typo(std::string text, RandomStream& random) {
  if (random.chance(0.45)) return digit_typo(std::move(text), random);
  const auto letter = text.size() - 1 - random.below(2);
  text[letter] = kBeside[static_cast<std::size_t>(text[letter] - 'A')][0];
  text[letter] = static_cast<char>(text[letter] - 'a' + 'A');
  return text;
}

/// Latin-1 Supplement and Latin Extended-A, the letters that the name lists use, by code point.
struct Plain {
  char32_t from;
  char to;
};
constexpr Plain kPlain[] = {
    {U'à', 'a'}, {U'á', 'a'}, {U'â', 'a'}, {U'ã', 'a'}, {U'ä', 'a'}, {U'å', 'a'}, {U'ç', 'c'}, {U'è', 'e'},
    {U'é', 'e'}, {U'ê', 'e'}, {U'ë', 'e'}, {U'ì', 'i'}, {U'í', 'i'}, {U'î', 'i'}, {U'ï', 'i'}, {U'ñ', 'n'},
    {U'ò', 'o'}, {U'ó', 'o'}, {U'ô', 'o'}, {U'õ', 'o'}, {U'ö', 'o'}, {U'ø', 'o'}, {U'ù', 'u'}, {U'ú', 'u'},
    {U'û', 'u'}, {U'ü', 'u'}, {U'ý', 'y'}, {U'ą', 'a'}, {U'ć', 'c'}, {U'č', 'c'}, {U'ē', 'e'}, {U'ę', 'e'},
    {U'ğ', 'g'}, {U'ī', 'i'}, {U'ı', 'i'}, {U'ł', 'l'}, {U'ń', 'n'}, {U'ņ', 'n'}, {U'ś', 's'}, {U'š', 's'},
    {U'ş', 's'}, {U'ź', 'z'}, {U'ż', 'z'}, {U'Á', 'A'}, {U'Å', 'A'}, {U'Ç', 'C'}, {U'É', 'E'}, {U'Ö', 'O'},
    {U'Ø', 'O'}, {U'Ł', 'L'}, {U'Ś', 'S'}, {U'Š', 'S'}, {U'Ş', 'S'}, {U'Ż', 'Z'}};

}  // namespace

std::string with_typo(std::string_view text, RandomStream& random) {
  std::string result(text);
  if (result.size() < 3) return result;
  const double kind = random.uniform();
  if (kind < 0.25) return spelt_otherwise(text, random);
  for (int attempt = 0; attempt < 12; ++attempt) {
    const auto at = random.below(result.size() - 1) + 1;  // The first letter is seldom wrong.
    const char c = result[at];
    if (!is_letter(c)) continue;
    if (kind < 0.45) {
      const auto& keys = kBeside[static_cast<std::size_t>(std::tolower(static_cast<unsigned char>(c)) - 'a')];
      result[at] = like(c, keys[random.below(keys.size())]);
    } else if (kind < 0.65) {
      if (at + 1 >= result.size() || !is_letter(result[at + 1]) || result[at + 1] == c) continue;
      std::swap(result[at], result[at + 1]);
    } else if (kind < 0.85) {
      result.erase(at, 1);
    } else {
      result.insert(at, 1, c);
    }
    return result;
  }
  return result;
}

std::string without_accents(std::string_view utf8) {
  std::string plain;
  plain.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    if (lead < 0xC0 || lead >= 0xE0 || i + 1 >= utf8.size()) {
      plain += utf8[i];
      continue;
    }
    const char32_t point = ((lead & 0x1FU) << 6U) | (static_cast<unsigned char>(utf8[i + 1]) & 0x3FU);
    const auto* found =
        std::find_if(std::begin(kPlain), std::end(kPlain), [&](const Plain& p) { return p.from == point; });
    if (found != std::end(kPlain))
      plain += found->to;
    else
      plain.append(utf8.substr(i, 2));
    ++i;
  }
  return plain;
}

std::string as_old_system(std::string_view utf8) { return ascii_upper(without_accents(utf8)); }

Observed observe(const Person& person, const Household& household, const MistakeRates& rates,
                 RandomStream& random) {
  Observed seen;
  seen.forenames = forenames_as_written(person, rates, random);
  seen.surname = surname_as_written(person, rates, random);
  if (random.chance(rates.names_swapped)) std::swap(seen.forenames, seen.surname);
  if (random.chance(rates.accents_lost)) {
    seen.forenames = without_accents(seen.forenames);
    seen.surname = without_accents(seen.surname);
  }
  seen.born = birth_as_written(person.born, rates, random);
  if (!random.chance(rates.sex_missing)) {
    const bool wrong = random.chance(rates.sex_wrong);
    seen.sex = (person.sex == Sex::kMale) != wrong ? Sex::kMale : Sex::kFemale;
  }
  const auto& home = random.chance(rates.former_address) ? household.former_address : household.address;
  if (!random.chance(rates.address_missing)) {
    seen.address = random.chance(rates.address_typo) ? with_typo(home.line, random) : home.line;
  }
  if (!random.chance(rates.postcode_missing)) {
    seen.postcode = random.chance(rates.postcode_typo) ? postcode_typo(home.postcode, random) : home.postcode;
  }
  if (!random.chance(rates.nino_missing)) {
    seen.nino = nino_of(person.id);
    if (random.chance(rates.nino_typo)) seen.nino = digit_typo(std::move(seen.nino), random);
  }
  return seen;
}

}  // namespace kinfold::synth
