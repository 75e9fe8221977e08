#include "linkage/expression_internal.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>

#include "base/number.h"
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
  const auto number = parse_number<double>(words[at + 1]);
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
  if ((a.detail->word_bits & b.detail->word_bits) == 0) return 0.0;
  const std::size_t fewer = std::min(a.detail->words.size(), b.detail->words.size());
  if (fewer == 0) return 0.0;
  std::size_t shared = 0;
  for (std::size_t i = 0, j = 0; i < a.detail->words.size() && j < b.detail->words.size();) {
    if (a.detail->words[i] == b.detail->words[j]) ++shared, ++i, ++j;
    else if (a.detail->words[i] < b.detail->words[j]) ++i;
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

bool jaro_at_least(const Value& a, const Value& b, double bound, PairMemo& memo) {
  if (memo.jaro < 0.0) {
    if (jaro_at_most(a, b) < bound) return false;
    memo.jaro = jaro(a.text, b.text);
  }
  return memo.jaro >= bound;
}

bool jaro_winkler_at_least(const Value& a, const Value& b, double bound, PairMemo& memo) {
  if (memo.jaro_winkler < 0.0) {
    const double most = jaro_at_most(a, b);
    if (most + 0.4 * (1.0 - most) < bound) return false;
    memo.jaro_winkler = jaro_winkler(a.text, b.text);
  }
  return memo.jaro_winkler >= bound;
}

// One edit takes away at most one letter of each text.
bool edits_may_be_within(const Value& a, const Value& b, std::size_t limit) {
  return std::max(bit_count(a.letters & ~b.letters), bit_count(b.letters & ~a.letters)) <= limit;
}

bool edits_within(std::size_t (*distance)(std::string_view, std::string_view, std::size_t), std::size_t& known, const Value& a,
                  const Value& b, std::size_t limit, const PairMemo& memo) {
  if (known == PairMemo::kUnknown) {
    if (!edits_may_be_within(a, b, limit)) return false;
    known = distance(a.text, b.text, std::max(limit, memo.edit_limit));
  }
  return known <= limit;
}

bool jaccard_at_least(const Value& a, const Value& b, double bound) {
  const std::size_t only_a = bit_count(a.detail->bigrams & ~b.detail->bigrams);
  const std::size_t only_b = bit_count(b.detail->bigrams & ~a.detail->bigrams);
  const auto shared = static_cast<double>(std::min(a.detail->bigram_count - std::min<std::size_t>(only_a, a.detail->bigram_count),
                                                   b.detail->bigram_count - std::min<std::size_t>(only_b, b.detail->bigram_count)));
  const double all = static_cast<double>(a.detail->bigram_count) + static_cast<double>(b.detail->bigram_count) - shared;
  if (all <= 0.0 || shared / all < bound) return false;
  return jaccard_bigrams(a.text, b.text) >= bound;
}

bool shares_prefix(std::string_view a, std::string_view b, std::size_t count) {
  return a.size() >= count && b.size() >= count && a.substr(0, count) == b.substr(0, count);
}

bool swapped_day_month(const Value& a, const Value& b) {
  return a.detail->year == b.detail->year && a.detail->year != 0 && a.detail->month != 0 && a.detail->month == b.detail->day && a.detail->day == b.detail->month && a.detail->month != a.detail->day;
}

bool date_test(Test test, double bound, const Value& a, const Value& b) {
  const bool years = a.detail->year != 0 && b.detail->year != 0;
  const bool days = a.detail->month != 0 && b.detail->month != 0;
  switch (test) {
    case Test::kSameYear: return years && a.detail->year == b.detail->year;
    case Test::kSameMonthDay: return days && a.detail->month == b.detail->month && a.detail->day == b.detail->day;
    case Test::kSameYearMonth: return years && days && a.detail->year == b.detail->year && a.detail->month == b.detail->month;
    case Test::kSameYearDay: return years && days && a.detail->year == b.detail->year && a.detail->day == b.detail->day;
    case Test::kDayMonthSwapped: return swapped_day_month(a, b);
    case Test::kDays: return a.detail->has_date && b.detail->has_date && std::abs(a.detail->days - b.detail->days) <= bound;
    case Test::kYears: return years && std::abs(a.detail->year - b.detail->year) <= bound;
    default: return false;
  }
}

bool number_test(Test test, double bound, const Value& a, const Value& b) {
  if (!a.detail->has_number || !b.detail->has_number) return false;
  const double difference = std::fabs(a.detail->number - b.detail->number);
  if (test == Test::kNumber) return difference <= bound;
  return difference <= bound / 100.0 * std::max(std::fabs(a.detail->number), std::fabs(b.detail->number));
}

bool text_test(Test test, double bound, const Value& a, const Value& b, PairMemo& memo) {
  const auto limit = static_cast<std::size_t>(bound);
  switch (test) {
    case Test::kJaro: return jaro_at_least(a, b, bound, memo);
    case Test::kJaroWinkler: return jaro_winkler_at_least(a, b, bound, memo);
    case Test::kLevenshtein: return edits_within(levenshtein, memo.levenshtein, a, b, limit, memo);
    case Test::kOsa: return edits_within(osa, memo.osa, a, b, limit, memo);
    case Test::kDamerau: return edits_within(damerau, memo.damerau, a, b, limit, memo);
    case Test::kJaccard: return jaccard_at_least(a, b, bound);
    case Test::kCosine: return cosine_tokens(a.text, b.text) >= bound;
    case Test::kTokenOverlap: return word_overlap(a, b) >= bound;
    case Test::kPrefix: return shares_prefix(a.text, b.text, limit);
    case Test::kContains: return word_overlap(a, b) >= 1.0;
    case Test::kSorted: return same_letters(a.text, b.text);
    default: return false;
  }
}

bool literal_holds(const Literal& literal, const Value& a, const Value& b, PairMemo& memo) {
  switch (literal.test) {
    case Test::kElse: return true;
    case Test::kExact: return a.whole == b.whole;
    case Test::kFirst: return both(a.detail->first, b.detail->first);
    case Test::kNickname: return both(a.detail->root, b.detail->root);
    case Test::kSoundex: return both(a.detail->sound, b.detail->sound);
    case Test::kMetaphone: return both(a.detail->metaphone, b.detail->metaphone);
    case Test::kInitial:
      return (a.text.size() == 1 || b.text.size() == 1) && a.text[0] == b.text[0];
    case Test::kSameArea: return both(a.detail->area, b.detail->area);
    case Test::kSameDistrict: return both(a.detail->district, b.detail->district);
    case Test::kSameSector:
    case Test::kSameLocal: return both(a.detail->sector, b.detail->sector);
    case Test::kSwapped: return false;
    case Test::kNumber:
    case Test::kPercent: return number_test(literal.test, literal.bound, a, b);
    case Test::kSameYear: case Test::kSameMonthDay: case Test::kSameYearMonth: case Test::kSameYearDay:
    case Test::kDayMonthSwapped: case Test::kDays: case Test::kYears:
      return date_test(literal.test, literal.bound, a, b);
    default: return text_test(literal.test, literal.bound, a, b, memo);
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

std::size_t edit_limit_of(const Expression& expression) {
  std::size_t limit = 0;
  for (const auto& all : expression.alternatives) {
    for (const auto& literal : all) {
      const bool edits = literal.test == Test::kLevenshtein || literal.test == Test::kOsa || literal.test == Test::kDamerau;
      if (edits && literal.bound > 0) limit = std::max(limit, static_cast<std::size_t>(literal.bound));
    }
  }
  return limit;
}

bool holds(const Expression& expression, const Value& a, const Value& b, PairMemo& memo) {
  for (const auto& all : expression.alternatives) {
    const bool every = std::all_of(all.begin(), all.end(), [&](const Literal& literal) {
      return literal_holds(literal, a, b, memo) != literal.negated;
    });
    if (every) return true;
  }
  return false;
}

bool holds(const Expression& expression, const Value& a, const Value& b) {
  PairMemo memo;
  memo.edit_limit = edit_limit_of(expression);
  return holds(expression, a, b, memo);
}

}  // namespace kinfold::linkage
