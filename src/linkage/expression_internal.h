// "jaro_winkler >= 0.92 and soundex", compiled once and asked of many pairs of values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "linkage/model.h"
#include "linkage/values_internal.h"

namespace kinfold::linkage {

enum class Test : std::uint8_t {
  kElse, kExact, kFirst, kNickname, kSoundex, kMetaphone, kInitial, kSorted, kContains,
  kJaro, kJaroWinkler, kLevenshtein, kOsa, kDamerau, kJaccard, kCosine, kTokenOverlap, kPrefix,
  kSameYear, kSameMonthDay, kSameYearMonth, kSameYearDay, kDayMonthSwapped, kDays, kYears,
  kSameArea, kSameDistrict, kSameSector, kSameLocal, kNumber, kPercent, kSwapped
};

struct Literal {
  Test test = Test::kElse;
  bool negated = false;
  double bound = 0.0;
  std::string other_field;  ///< kSwapped only.
};

/// Any of the alternatives, each all of its literals.
struct Expression {
  std::vector<std::vector<Literal>> alternatives;
  bool is(Test test) const {
    return alternatives.size() == 1 && alternatives[0].size() == 1 && alternatives[0][0].test == test &&
           !alternatives[0][0].negated;
  }
};

/// \retval kInvalid naming the word that is not understood.
Result<Expression> parse_expression(std::string_view text);

/// Similarities of one pair of values that several levels ask for: each is worked out once.
struct PairMemo {
  std::size_t edit_limit = 0;   ///< The largest bound on edits that will be asked for.
  double jaro = -1.0;           ///< Negative: not yet known.
  double jaro_winkler = -1.0;
  static constexpr std::size_t kUnknown = ~std::size_t{0};
  std::size_t levenshtein = kUnknown;
  std::size_t osa = kUnknown;
  std::size_t damerau = kUnknown;
};
/// The largest bound on edits in an expression.
std::size_t edit_limit_of(const Expression& expression);

/// The same, for several expressions about one pair. `memo.edit_limit` covers them all.
bool holds(const Expression& expression, const Value& a, const Value& b, PairMemo& memo);
/// Both values have something in them. kSwapped is never true here: it is about whole records.
bool holds(const Expression& expression, const Value& a, const Value& b);

}  // namespace kinfold::linkage
