// Reads the tests that stand in a level's `when`.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/number.h"
#include "linkage/expression_internal.h"
#include "linkage/kernels.h"

namespace kinfold::linkage {
namespace {

enum class Bound { kNone, kAtLeast, kAtMost };

struct Word {
  std::string_view name;
  Test test;
  Bound bound;
};

constexpr std::array<Word, 36> kWords = {{
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
    {"shared", Test::kShared, Bound::kAtLeast},
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
    {"same_street", Test::kSameStreet, Bound::kNone},
    {"same_building", Test::kSameBuilding, Bound::kNone},
    {"same_flat", Test::kSameFlat, Bound::kNone},
    {"same_local_part", Test::kSameLocal, Bound::kNone},
    {"number", Test::kNumber, Bound::kAtMost},
    {"percent", Test::kPercent, Bound::kAtMost},
    {"km", Test::kKm, Bound::kAtMost},
}};

constexpr std::size_t kLiteralsMax = 256;  // Once brackets are multiplied out.
constexpr std::size_t kDepthMax = 32;
constexpr double kCountMax = 1e6;  // No text has more edits or words.

bool counts(Test test) {
  return test == Test::kLevenshtein || test == Test::kOsa || test == Test::kDamerau ||
         test == Test::kPrefix || test == Test::kShared;
}

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
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      flush();
    } else if (c == '(' || c == ')') {
      flush();
      words.emplace_back(1, c);
    } else {
      if (sign != in_sign) flush();
      word += c;
      if (c == ':') flush();
    }
  }
  flush();
  return words;
}

using Alternatives = std::vector<std::vector<Literal>>;

class Parser {
 public:
  explicit Parser(std::string_view text) : words_(words_of(text)) {}

  Result<Expression> parse() {
    if (words_.empty())
      return invalid("a level's `when` is empty; write a test such as \"exact\" or \"else\"");
    auto all = alternatives(false, 0);
    if (!all.ok()) return all.error();
    if (at_ < words_.size()) return invalid("'" + words_[at_] + "' stands where 'and' or 'or' is expected");
    return Expression{std::move(all).value()};
  }

 private:
  // Tests joined by 'or'; negated, all of their opposites.
  Result<Alternatives> alternatives(bool negated, std::size_t depth) { return joined("or", negated, depth); }

  Result<Alternatives> joined(std::string_view by, bool negated, std::size_t depth) {
    const bool widest = by == "or";
    const auto next = [&] { return widest ? joined("and", negated, depth) : one(negated, depth); };
    auto sofar = next();
    while (sofar.ok() && at_ < words_.size() && words_[at_] == by) {
      if (++at_ == words_.size())
        return invalid("'" + std::string(by) + "' stands at the end; write a test after it");
      auto more = next();
      if (!more.ok()) return more.error();
      sofar = widest != negated ? either(std::move(sofar).value(), more.value())
                                : both(sofar.value(), more.value());
    }
    return sofar;
  }

  static Result<Alternatives> either(Alternatives a, const Alternatives& b) {
    a.insert(a.end(), b.begin(), b.end());
    return checked(std::move(a));
  }
  static Result<Alternatives> both(const Alternatives& a, const Alternatives& b) {
    if (a.size() * b.size() > kLiteralsMax) return too_long();
    Alternatives all;
    for (const auto& one : a) {
      for (const auto& other : b) {
        all.push_back(one);
        all.back().insert(all.back().end(), other.begin(), other.end());
      }
    }
    return checked(std::move(all));
  }
  static Error too_long() {
    return invalid(
        "a level's `when` has too many tests once its brackets are multiplied out (at most 256); make it "
        "shorter");
  }
  static Result<Alternatives> checked(Alternatives all) {
    std::size_t count = 0;
    for (const auto& one : all) count += one.size();
    if (count > kLiteralsMax) return too_long();
    return all;
  }

  Result<Alternatives> one(bool negated, std::size_t depth) {
    if (depth > kDepthMax)
      return invalid("brackets and 'not' stand more than 32 deep in a level's `when`; make it simpler");
    if (words_[at_] == "not") {
      if (++at_ == words_.size()) return invalid("'not' stands at the end; write a test after it");
      return one(!negated, depth + 1);
    }
    if (words_[at_] == "(") {
      if (++at_ == words_.size()) return invalid("'(' stands at the end; write a test after it");
      auto inside = alternatives(negated, depth + 1);
      if (!inside.ok()) return inside.error();
      if (at_ == words_.size()) return invalid("a bracket is opened and not closed; write ')'");
      if (words_[at_] != ")")
        return invalid("'" + words_[at_] + "' stands where 'and', 'or' or ')' is expected");
      ++at_;
      return inside;
    }
    auto literal = test(true);
    if (!literal.ok()) return literal.error();
    literal.value().negated = negated;
    return Alternatives{{std::move(literal).value()}};
  }

  Result<Literal> test(bool of_whole) {
    Literal literal;
    const std::string& name = words_[at_++];
    const auto needs_more = [&] { return at_ == words_.size(); };
    if (name == "swapped") {
      if (needs_more()) return invalid("'swapped' needs the name of the other field after it");
      literal.test = Test::kSwapped;
      literal.other_field = words_[at_++];
      return literal;
    }
    if (name.size() > 1 && name.back() == ':' && of_whole) {
      if (needs_more())
        return invalid("'" + name + "' needs a test after it, such as \"" + name + " exact\"");
      literal.test = Test::kPart;
      literal.other_field = name.substr(0, name.size() - 1);
      return around(std::move(literal), test(false));
    }
    if (name == "any") {
      if (needs_more()) return invalid("'any' needs a test after it, such as \"any jaro_winkler >= 0.9\"");
      literal.test = Test::kAny;
      const std::string asked = words_[at_];
      auto inner = test(false);
      if (inner.ok() && !may_be_asked_of_elements(inner.value().test))
        return invalid("'any' cannot ask for '" + asked +
                       "'; it can ask for exact, similarities and edits of texts");
      return around(std::move(literal), std::move(inner));
    }
    const auto word =
        std::find_if(kWords.begin(), kWords.end(), [&](const Word& w) { return w.name == name; });
    if (word == kWords.end())
      return invalid("'" + name + "' is not a test; the tests are in docs/methods/linkage.md");
    literal.test = word->test;
    if (word->bound == Bound::kNone) return literal;
    if (literal.test == Test::kJaccard) {
      if (auto status = take_gram_size(literal); !status.ok()) return status.error();
    }
    return with_bound(std::move(literal), name, word->bound == Bound::kAtLeast);
  }

  static Result<Literal> around(Literal outer, Result<Literal> inner) {
    if (!inner.ok()) return inner.error();
    outer.inner.push_back(std::move(inner).value());
    return outer;
  }
  static bool may_be_asked_of_elements(Test test) {
    return test == Test::kExact || test == Test::kJaro || test == Test::kJaroWinkler ||
           test == Test::kLevenshtein || test == Test::kOsa || test == Test::kDamerau ||
           test == Test::kJaccard || test == Test::kPrefix || test == Test::kSorted;
  }

  // "jaccard 3 >= 0.5": of three bytes each; two where nothing is said.
  Status take_gram_size(Literal& literal) {
    if (at_ == words_.size() || words_[at_][0] == '>' || words_[at_][0] == '<') return {};
    const auto size = parse_number<int>(words_[at_]);
    if (!size || *size < 1 || *size > static_cast<int>(kGramSizeMax))
      return invalid(
          "'jaccard' needs '>=' and a number after it, or the letters of a gram (1 to 8) and then these");
    literal.gram_size = static_cast<std::size_t>(*size);
    ++at_;
    return {};
  }

  Result<Literal> with_bound(Literal literal, const std::string& name, bool at_least) {
    const std::string wanted = at_least ? ">=" : "<=";
    const std::string strictly = at_least ? ">" : "<";
    const bool there = at_ + 1 < words_.size() && (words_[at_] == wanted || words_[at_] == strictly);
    if (!there) return invalid("'" + name + "' needs '" + wanted + "' and a number after it");
    const bool strict = words_[at_] == strictly;
    const auto number = parse_number<double>(words_[at_ + 1]);
    if (!number || !std::isfinite(*number) || *number < 0.0)
      return invalid("'" + name + " " + words_[at_] + "' needs a number after it that is not below 0");
    at_ += 2;
    literal.bound = literal.test == Test::kPercent ? *number / 100.0
                    : counts(literal.test)         ? std::min(*number, kCountMax)
                                                   : *number;
    if (at_least && counts(literal.test))
      literal.bound = strict ? std::floor(literal.bound) + 1.0 : std::ceil(literal.bound);
    else if (strict)
      literal.bound =
          std::nextafter(literal.bound, at_least ? std::numeric_limits<double>::infinity() : -1.0);
    if (literal.bound < 0.0) return invalid("'" + name + " < 0' never holds; raise the number");
    return literal;
  }

  std::vector<std::string> words_;
  std::size_t at_ = 0;
};

Status fit_literal(Literal& literal, const Field& field) {
  const auto index_of = [&](const std::string& name) {
    return static_cast<std::size_t>(std::find(field.parts.begin(), field.parts.end(), name) -
                                    field.parts.begin());
  };
  const auto no_part = [&](const std::string& name) {
    return invalid("'" + name + "' is not one of the fields that " + field.name +
                   " is put together from (kind = \"together\", fields = [...])");
  };
  if (literal.test == Test::kKm && field.kind != FieldKind::kLocation)
    return invalid("'km' is about fields of kind location, and " + field.name + " is none");
  const bool of_address = literal.test == Test::kSameStreet || literal.test == Test::kSameBuilding ||
                          literal.test == Test::kSameFlat;
  if (of_address && field.kind != FieldKind::kAddress)
    return invalid("same_street, same_building and same_flat are about fields of kind address, and " +
                   field.name + " is none");
  if (literal.test == Test::kSwapped && field.kind == FieldKind::kTogether) {
    return invalid(
        "in a field that is put together write \"PART: swapped OTHER\" for two parts that have changed "
        "places");
  }
  if (literal.test != Test::kPart) return {};
  literal.part = index_of(literal.other_field);
  if (literal.part == field.parts.size()) return no_part(literal.other_field);
  auto& inner = literal.inner.front();
  if (inner.test != Test::kSwapped) return {};
  inner.part = index_of(inner.other_field);
  return inner.part == field.parts.size() ? Status(no_part(inner.other_field)) : Status{};
}

}  // namespace

Result<Expression> parse_expression(std::string_view text) { return Parser(text).parse(); }

Status fit_to_field(Expression& expression, const Field& field) {
  for (auto& all : expression.alternatives) {
    for (auto& literal : all) {
      if (auto status = fit_literal(literal, field); !status.ok()) return status;
    }
  }
  return {};
}

}  // namespace kinfold::linkage
