#include "linkage/expression_internal.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "linkage/kernels.h"
#include "linkage/lists_internal.h"

namespace kinfold::linkage {
namespace {

bool literal_holds(const Literal& literal, const Value& a, const Value& b, PairMemo& memo);

bool both(std::uint64_t a, std::uint64_t b) { return a != kNoHash && a == b; }

bool same_letters(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::is_permutation(a.begin(), a.end(), b.begin());
}

// Distinct words, or elements of lists, that both have.
std::size_t words_shared(const Value& a, const Value& b) {
  std::size_t shared = 0;
  if ((a.detail->word_bits & b.detail->word_bits) == 0) return shared;
  for (std::size_t i = 0, j = 0; i < a.detail->words.size() && j < b.detail->words.size();) {
    if (a.detail->words[i] == b.detail->words[j])
      ++shared, ++i, ++j;
    else if (a.detail->words[i] < b.detail->words[j])
      ++i;
    else
      ++j;
  }
  return shared;
}

double word_overlap(const Value& a, const Value& b) {
  const std::size_t fewer = std::min(a.detail->words.size(), b.detail->words.size());
  return fewer == 0 ? 0.0 : static_cast<double>(words_shared(a, b)) / static_cast<double>(fewer);
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
    if (most + 0.1 * static_cast<double>(winkler_prefix(a.text, b.text)) * (1.0 - most) < bound) return false;
    memo.jaro_winkler = jaro_winkler(a.text, b.text);
  }
  return memo.jaro_winkler >= bound;
}

// One edit takes away at most one letter of each text.
bool edits_may_be_within(const Value& a, const Value& b, std::size_t limit) {
  return std::max(bit_count(a.letters & ~b.letters), bit_count(b.letters & ~a.letters)) <= limit;
}

bool edits_within(std::size_t (*distance)(std::string_view, std::string_view, std::size_t),
                  std::size_t& known, const Value& a, const Value& b, std::size_t limit,
                  const PairMemo& memo) {
  if (known == PairMemo::kUnknown) {
    if (!edits_may_be_within(a, b, limit)) return false;
    known = distance(a.text, b.text, std::max(limit, memo.edit_limit));
  }
  return known <= limit;
}

bool jaccard_at_least(const Value& a, const Value& b, double bound, std::size_t gram_size) {
  if (gram_size != 2) return jaccard_grams(a.text, b.text, gram_size) >= bound;
  const std::size_t only_a = bit_count(a.detail->bigrams & ~b.detail->bigrams);
  const std::size_t only_b = bit_count(b.detail->bigrams & ~a.detail->bigrams);
  const auto shared = static_cast<double>(
      std::min(a.detail->bigram_count - std::min<std::size_t>(only_a, a.detail->bigram_count),
               b.detail->bigram_count - std::min<std::size_t>(only_b, b.detail->bigram_count)));
  const double all =
      static_cast<double>(a.detail->bigram_count) + static_cast<double>(b.detail->bigram_count) - shared;
  if (all <= 0.0 || shared / all < bound) return false;
  return jaccard_bigrams(a.text, b.text) >= bound;
}

bool shares_prefix(std::string_view a, std::string_view b, std::size_t count) {
  return a.size() >= count && b.size() >= count && a.substr(0, count) == b.substr(0, count);
}

bool swapped_day_month(const Value& a, const Value& b) {
  return a.detail->year == b.detail->year && a.detail->year != 0 && a.detail->month != 0 &&
         a.detail->month == b.detail->day && a.detail->day == b.detail->month &&
         a.detail->month != a.detail->day;
}

bool date_test(Test test, double bound, const Value& a, const Value& b) {
  const bool years = a.detail->year != 0 && b.detail->year != 0;
  const bool days = a.detail->month != 0 && b.detail->month != 0;
  switch (test) {
    case Test::kSameYear: return years && a.detail->year == b.detail->year;
    case Test::kSameMonthDay:
      return days && a.detail->month == b.detail->month && a.detail->day == b.detail->day;
    case Test::kSameYearMonth:
      return years && days && a.detail->year == b.detail->year && a.detail->month == b.detail->month;
    case Test::kSameYearDay:
      return years && days && a.detail->year == b.detail->year && a.detail->day == b.detail->day;
    case Test::kDayMonthSwapped: return swapped_day_month(a, b);
    case Test::kDays:
      return a.detail->has_date && b.detail->has_date && std::abs(a.detail->days - b.detail->days) <= bound;
    case Test::kYears: return years && std::abs(a.detail->year - b.detail->year) <= bound;
    default: return false;
  }
}

bool number_test(Test test, double bound, const Value& a, const Value& b) {
  if (!a.detail->has_number || !b.detail->has_number) return false;
  const double difference = std::fabs(a.detail->number - b.detail->number);
  if (test == Test::kNumber) return difference <= bound;
  const double larger = std::max(std::fabs(a.detail->number), std::fabs(b.detail->number));
  return larger > 0.0 ? difference / larger <= bound : difference <= bound;
}

bool places_within(const Value& a, const Value& b, double km) {
  if (!a.detail->has_number || !b.detail->has_number) return false;
  return great_circle_km({a.detail->number, a.detail->longitude}, {b.detail->number, b.detail->longitude}) <=
         km;
}

// Tests of texts alone, which need nothing that was derived from a whole value.
bool elements_agree(const Literal& literal, std::string_view a, std::string_view b) {
  const auto limit = static_cast<std::size_t>(literal.bound);
  switch (literal.test) {
    case Test::kExact: return a == b;
    case Test::kJaro: return jaro(a, b) >= literal.bound;
    case Test::kJaroWinkler: return jaro_winkler(a, b) >= literal.bound;
    case Test::kLevenshtein: return levenshtein(a, b, limit) <= limit;
    case Test::kOsa: return osa(a, b, limit) <= limit;
    case Test::kDamerau: return damerau(a, b, limit) <= limit;
    case Test::kJaccard: return jaccard_grams(a, b, literal.gram_size) >= literal.bound;
    case Test::kPrefix: return shares_prefix(a, b, limit);
    case Test::kSorted: return same_letters(a, b);
    default: return false;
  }
}

bool any_elements_agree(const Literal& literal, const Value& a, const Value& b) {
  bool found = false;
  for_each_element(a.text, [&](std::string_view one) {
    for_each_element(b.text,
                     [&](std::string_view other) { found = found || elements_agree(literal, one, other); });
  });
  return found;
}

// Where a part is missing nothing is known: neither the test nor its negation holds, as in SQL.
bool part_holds(const Literal& literal, const Value& a, const Value& b) {
  const Literal& asked = literal.inner.front();
  const Value& one = a.detail->parts[literal.part];
  const Value& other = b.detail->parts[literal.part];
  bool known = !one.text.empty() && !other.text.empty();
  bool holding = false;
  if (asked.test == Test::kSwapped) {
    const Value& beside_one = a.detail->parts[asked.part];
    const Value& beside_other = b.detail->parts[asked.part];
    known = known && !beside_one.text.empty() && !beside_other.text.empty();
    holding = known && one.whole == beside_other.whole && other.whole == beside_one.whole;
  } else if (known) {
    PairMemo memo;
    memo.edit_limit = static_cast<std::size_t>(asked.bound);
    holding = literal_holds(asked, one, other, memo);
  }
  return known ? holding : literal.negated;
}

bool text_test(const Literal& literal, const Value& a, const Value& b, PairMemo& memo) {
  const double bound = literal.bound;
  const auto limit = static_cast<std::size_t>(bound);
  switch (literal.test) {
    case Test::kJaro: return jaro_at_least(a, b, bound, memo);
    case Test::kJaroWinkler: return jaro_winkler_at_least(a, b, bound, memo);
    case Test::kLevenshtein: return edits_within(levenshtein, memo.levenshtein, a, b, limit, memo);
    case Test::kOsa: return edits_within(osa, memo.osa, a, b, limit, memo);
    case Test::kDamerau: return edits_within(damerau, memo.damerau, a, b, limit, memo);
    case Test::kJaccard: return jaccard_at_least(a, b, bound, literal.gram_size);
    case Test::kCosine: return cosine_tokens(a.text, b.text) >= bound;
    case Test::kTokenOverlap: return word_overlap(a, b) >= bound;
    case Test::kPrefix: return shares_prefix(a.text, b.text, limit);
    case Test::kContains: return word_overlap(a, b) >= 1.0;
    case Test::kSorted: return same_letters(a.text, b.text);
    case Test::kShared: return words_shared(a, b) >= limit;
    case Test::kAny: return any_elements_agree(literal.inner.front(), a, b);
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
    case Test::kInitial: return (a.text.size() == 1 || b.text.size() == 1) && a.text[0] == b.text[0];
    case Test::kSameArea: return both(a.detail->area, b.detail->area);
    case Test::kSameDistrict: return both(a.detail->district, b.detail->district);
    case Test::kSameStreet: return both(a.detail->area, b.detail->area);
    case Test::kSameBuilding: return both(a.detail->district, b.detail->district);
    case Test::kSameFlat: return a.detail->sector == b.detail->sector;  // Also where neither names one.
    case Test::kSameSector:
    case Test::kSameLocal: return both(a.detail->sector, b.detail->sector);
    case Test::kSwapped: return false;
    case Test::kNumber:
    case Test::kPercent: return number_test(literal.test, literal.bound, a, b);
    case Test::kSameYear:
    case Test::kSameMonthDay:
    case Test::kSameYearMonth:
    case Test::kSameYearDay:
    case Test::kDayMonthSwapped:
    case Test::kDays:
    case Test::kYears: return date_test(literal.test, literal.bound, a, b);
    case Test::kKm: return places_within(a, b, literal.bound);
    case Test::kPart: return part_holds(literal, a, b);
    default: return text_test(literal, a, b, memo);
  }
}

}  // namespace

std::size_t edit_limit_of(const Expression& expression) {
  std::size_t limit = 0;
  for (const auto& all : expression.alternatives) {
    for (const auto& literal : all) {
      const bool edits =
          literal.test == Test::kLevenshtein || literal.test == Test::kOsa || literal.test == Test::kDamerau;
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
