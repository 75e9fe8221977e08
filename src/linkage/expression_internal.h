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
  kElse,
  kExact,
  kFirst,
  kNickname,
  kSoundex,
  kMetaphone,
  kInitial,
  kSorted,
  kContains,
  kJaro,
  kJaroWinkler,
  kLevenshtein,
  kOsa,
  kDamerau,
  kJaccard,
  kCosine,
  kTokenOverlap,
  kPrefix,
  kSameYear,
  kSameMonthDay,
  kSameYearMonth,
  kSameYearDay,
  kDayMonthSwapped,
  kDays,
  kYears,
  kSameArea,
  kSameDistrict,
  kSameSector,
  kSameLocal,
  kNumber,
  kPercent,
  kSwapped,
  kKm,
  kShared,
  kAny,
  kPart,
  kSameStreet,
  kSameBuilding,
  kSameFlat
};

struct Literal {
  Test test = Test::kElse;
  bool negated = false;
  double bound = 0.0;          ///< kPercent: as a share.
  std::size_t gram_size = 2;   ///< kJaccard: bytes.
  std::string other_field;     ///< kSwapped: the field; kPart: the part's name.
  std::vector<Literal> inner;  ///< kAny: what is asked of elements; kPart: of the part. One.
  std::size_t part = 0;  ///< kPart, and kSwapped inside it: index of the part, known after fit_to_field().
};

/// Any of the alternatives, each all of its literals.
struct Expression {
  std::vector<std::vector<Literal>> alternatives;
  bool is(Test test) const {
    return alternatives.size() == 1 && alternatives[0].size() == 1 && alternatives[0][0].test == test &&
           !alternatives[0][0].negated;
  }
};

/// Brackets are multiplied out. \retval kInvalid naming the word that is not understood, or what is too long.
Result<Expression> parse_expression(std::string_view text);
/// Finds the parts that are named. \retval kInvalid where the field has no such part, or values that a test
/// is not about.
Status fit_to_field(Expression& expression, const Field& field);
/// Calls visit(literal, field) for every test, those inside others too, with the field (of `own` or a part of
/// it) that it is asked of.
template <typename Visit>
void for_each_literal(const Expression& expression, std::string_view own, Visit&& visit) {
  for (const auto& all : expression.alternatives) {
    for (const auto& outer : all) {
      const Literal* literal = &outer;
      std::string_view field = own;
      for (;;) {
        visit(*literal, field);
        if (literal->inner.empty()) break;
        if (literal->test == Test::kPart) field = literal->other_field;
        literal = &literal->inner.front();
      }
    }
  }
}

/// Similarities of one pair of values that several levels ask for: each is worked out once.
struct PairMemo {
  std::size_t edit_limit = 0;  ///< The largest bound on edits that will be asked for.
  double jaro = -1.0;          ///< Negative: not yet known.
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
