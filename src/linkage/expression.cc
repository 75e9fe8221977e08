#include "linkage/expression_internal.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "linkage/kernels.h"

namespace kinfold::linkage {
namespace {

enum class Bound { kNone, kAtLeast, kAtMost };

struct Word {
  std::string_view name;
  Test test;
  Bound bound;
};

constexpr std::array<Word, 31> kWords = {{
    {"else", Test::kElse, Bound::kNone},
    {"exact", Test::kExact, Bound::kNone},
    {"same_first_word", Test::kFirst, Bound::kNone},
    {"nickname", Test::kNickname, Bound::kNone},
    {"soundex", Test::kSoundex, Bound::kNone},
    {"metaphone", Test::kMetaphone, Bound::kNone},
    {"initial", Test::kInitial, Bound::kNone},
    {"same_letters", Test::kSorted, Bound::kNone},
    {"contains", Test::kContains, Bound::kNone},
    {"jaro", Test::kJaro, Bound::kAtLeast},
    {"jaro_winkler", Test::kJaroWinkler, Bound::kAtLeast},
    {"levenshtein", Test::kLevenshtein, Bound::kAtMost},
    {"osa", Test::kOsa, Bound::kAtMost},
    {"damerau", Test::kDamerau, Bound::kAtMost},
    {"jaccard", Test::kJaccard, Bound::kAtLeast},
    {"cosine", Test::kCosine, Bound::kAtLeast},
    {"token_overlap", Test::kTokenOverlap, Bound::kAtLeast},
    {"prefix", Test::kPrefix, Bound::kAtLeast},
    {"same_year", Test::kSameYear, Bound::kNone},
    {"same_month_day", Test::kSameMonthDay, Bound::kNone},
    {"same_year_month", Test::kSameYearMonth, Bound::kNone},
    {"same_year_day", Test::kSameYearDay, Bound::kNone},
    {"day_month_swapped", Test::kDayMonthSwapped, Bound::kNone},
    {"days", Test::kDays, Bound::kAtMost},
    {"years", Test::kYears, Bound::kAtMost},
    {"same_area", Test::kSameArea, Bound::kNone},
    {"same_district", Test::kSameDistrict, Bound::kNone},
    {"same_sector", Test::kSameSector, Bound::kNone},
    {"same_local_part", Test::kSameLocal, Bound::kNone},
    {"number", Test::kNumber, Bound::kAtMost},
    {"percent", Test::kPercent, Bound::kAtMost},
}};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto flush = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  for (const char c : text) {
    const bool sign = c == '<' || c == '>' || c == '=';
    const bool in_sign = !word.empty() && (word[0] == '<' || word[0] == '>');
    if (c == ' ') {
      flush();
      continue;
    }
    if (sign != in_sign) flush();
    word += c;
  }
  flush();
  return words;
}

std::optional<double> to_number(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<Literal> parse_literal(const std::vector<std::string>& words, std::size_t& at) {
  Literal literal;
  if (words[at] == "not") {
    literal.negated = true;
    if (++at == words.size()) return invalid("'not' stands at the end; write a test after it");
  }
  const std::string& name = words[at++];
  if (name == "swapped") {
    if (at == words.size()) return invalid("'swapped' needs the name of the other field after it");
    literal.test = Test::kSwapped;
    literal.other_field = words[at++];
    return literal;
  }
  const auto word = std::find_if(kWords.begin(), kWords.end(), [&](const Word& w) { return w.name == name; });
  if (word == kWords.end()) return invalid("'" + name + "' is not a test; the tests are in docs/methods/linkage.md");
  literal.test = word->test;
  if (word->bound == Bound::kNone) return literal;
  const std::string wanted = word->bound == Bound::kAtLeast ? ">=" : "<=";
  if (at + 1 >= words.size() || words[at] != wanted) {
    return invalid("'" + name + "' needs '" + wanted + "' and a number after it");
  }
  const auto number = to_number(words[at + 1]);
  if (!number) return invalid("'" + name + " " + wanted + "' needs a number after it");
  literal.bound = *number;
  at += 2;
  return literal;
}

bool both(std::uint64_t a, std::uint64_t b) { return a != kNoHash && a == b; }

bool same_letters(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::is_permutation(a.begin(), a.end(), b.begin());
}

double word_overlap(const Value& a, const Value& b) {
  if ((a.word_bits & b.word_bits) == 0) return 0.0;
  const std::size_t fewer = std::min(a.words.size(), b.words.size());
  if (fewer == 0) return 0.0;
  std::size_t shared = 0;
  for (std::size_t i = 0, j = 0; i < a.words.size() && j < b.words.size();) {
    if (a.words[i] == b.words[j]) ++shared, ++i, ++j;
    else if (a.words[i] < b.words[j]) ++i;
    else ++j;
  }
  return static_cast<double>(shared) / static_cast<double>(fewer);
}

std::size_t bit_count(std::uint64_t bits) { return static_cast<std::size_t>(std::popcount(bits)); }

// The most that Jaro can be: every letter that the other text lacks is unmatched.
double jaro_at_most(const Value& a, const Value& b) {
  const std::size_t only_a = bit_count(a.letters & ~b.letters);
  const std::size_t only_b = bit_count(b.letters & ~a.letters);
  const auto size_a = static_cast<double>(a.text.size());
  const auto size_b = static_cast<double>(b.text.size());
  const double matched = std::min(size_a - static_cast<double>(only_a), size_b - static_cast<double>(only_b));
  return matched <= 0.0 ? 0.0 : (matched / size_a + matched / size_b + 1.0) / 3.0;
}

bool jaro_winkler_at_least(const Value& a, const Value& b, double bound) {
  const double most = jaro_at_most(a, b);
  if (most + 0.4 * (1.0 - most) < bound) return false;
  return jaro_winkler(a.text, b.text) >= bound;
}

// One edit takes away at most one letter of each text.
bool edits_may_be_within(const Value& a, const Value& b, std::size_t limit) {
  return std::max(bit_count(a.letters & ~b.letters), bit_count(b.letters & ~a.letters)) <= limit;
}

bool jaccard_at_least(const Value& a, const Value& b, double bound) {
  const std::size_t only_a = bit_count(a.bigrams & ~b.bigrams);
  const std::size_t only_b = bit_count(b.bigrams & ~a.bigrams);
  const auto shared = static_cast<double>(std::min(a.bigram_count - std::min<std::size_t>(only_a, a.bigram_count),
                                                   b.bigram_count - std::min<std::size_t>(only_b, b.bigram_count)));
  const double all = static_cast<double>(a.bigram_count) + static_cast<double>(b.bigram_count) - shared;
  if (all <= 0.0 || shared / all < bound) return false;
  return jaccard_bigrams(a.text, b.text) >= bound;
}

bool shares_prefix(std::string_view a, std::string_view b, std::size_t count) {
  return a.size() >= count && b.size() >= count && a.substr(0, count) == b.substr(0, count);
}

bool swapped_day_month(const Value& a, const Value& b) {
  return a.year == b.year && a.year != 0 && a.month != 0 && a.month == b.day && a.day == b.month && a.month != a.day;
}

bool date_test(Test test, double bound, const Value& a, const Value& b) {
  const bool years = a.year != 0 && b.year != 0;
  const bool days = a.month != 0 && b.month != 0;
  switch (test) {
    case Test::kSameYear: return years && a.year == b.year;
    case Test::kSameMonthDay: return days && a.month == b.month && a.day == b.day;
    case Test::kSameYearMonth: return years && days && a.year == b.year && a.month == b.month;
    case Test::kSameYearDay: return years && days && a.year == b.year && a.day == b.day;
    case Test::kDayMonthSwapped: return swapped_day_month(a, b);
    case Test::kDays: return a.has_date && b.has_date && std::abs(a.days - b.days) <= bound;
    case Test::kYears: return years && std::abs(a.year - b.year) <= bound;
    default: return false;
  }
}

bool number_test(Test test, double bound, const Value& a, const Value& b) {
  if (!a.has_number || !b.has_number) return false;
  const double difference = std::fabs(a.number - b.number);
  if (test == Test::kNumber) return difference <= bound;
  return difference <= bound / 100.0 * std::max(std::fabs(a.number), std::fabs(b.number));
}

bool text_test(Test test, double bound, const Value& a, const Value& b) {
  const auto limit = static_cast<std::size_t>(bound);
  switch (test) {
    case Test::kJaro: return jaro_at_most(a, b) >= bound && jaro(a.text, b.text) >= bound;
    case Test::kJaroWinkler: return jaro_winkler_at_least(a, b, bound);
    case Test::kLevenshtein: return edits_may_be_within(a, b, limit) && levenshtein(a.text, b.text, limit) <= limit;
    case Test::kOsa: return edits_may_be_within(a, b, limit) && osa(a.text, b.text, limit) <= limit;
    case Test::kDamerau: return edits_may_be_within(a, b, limit) && damerau(a.text, b.text, limit) <= limit;
    case Test::kJaccard: return jaccard_at_least(a, b, bound);
    case Test::kCosine: return cosine_tokens(a.text, b.text) >= bound;
    case Test::kTokenOverlap: return word_overlap(a, b) >= bound;
    case Test::kPrefix: return shares_prefix(a.text, b.text, limit);
    case Test::kContains: return word_overlap(a, b) >= 1.0;
    case Test::kSorted: return same_letters(a.text, b.text);
    default: return false;
  }
}

bool literal_holds(const Literal& literal, const Value& a, const Value& b) {
  switch (literal.test) {
    case Test::kElse: return true;
    case Test::kExact: return a.whole == b.whole;
    case Test::kFirst: return both(a.first, b.first);
    case Test::kNickname: return both(a.root, b.root);
    case Test::kSoundex: return both(a.sound, b.sound);
    case Test::kMetaphone: return both(a.metaphone, b.metaphone);
    case Test::kInitial:
      return (a.text.size() == 1 || b.text.size() == 1) && a.text[0] == b.text[0];
    case Test::kSameArea: return both(a.area, b.area);
    case Test::kSameDistrict: return both(a.district, b.district);
    case Test::kSameSector:
    case Test::kSameLocal: return both(a.sector, b.sector);
    case Test::kSwapped: return false;
    case Test::kNumber:
    case Test::kPercent: return number_test(literal.test, literal.bound, a, b);
    case Test::kSameYear: case Test::kSameMonthDay: case Test::kSameYearMonth: case Test::kSameYearDay:
    case Test::kDayMonthSwapped: case Test::kDays: case Test::kYears:
      return date_test(literal.test, literal.bound, a, b);
    default: return text_test(literal.test, literal.bound, a, b);
  }
}

}  // namespace

Result<Expression> parse_expression(std::string_view text) {
  const auto words = words_of(text);
  if (words.empty()) return invalid("a level's `when` is empty; write a test such as \"exact\" or \"else\"");
  Expression expression;
  expression.alternatives.emplace_back();
  for (std::size_t at = 0; at < words.size();) {
    auto literal = parse_literal(words, at);
    if (!literal.ok()) return literal.error();
    expression.alternatives.back().push_back(std::move(literal).value());
    if (at == words.size()) break;
    if (words[at] == "or") expression.alternatives.emplace_back();
    else if (words[at] != "and") return invalid("'" + words[at] + "' stands where 'and' or 'or' is expected");
    if (++at == words.size()) return invalid("'" + words[at - 1] + "' stands at the end; write a test after it");
  }
  return expression;
}

bool holds(const Expression& expression, const Value& a, const Value& b) {
  for (const auto& all : expression.alternatives) {
    const bool every = std::all_of(all.begin(), all.end(), [&](const Literal& literal) {
      return literal_holds(literal, a, b) != literal.negated;
    });
    if (every) return true;
  }
  return false;
}

}  // namespace kinfold::linkage
