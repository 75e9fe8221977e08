#include "linkage/splink_condition_internal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/number.h"

namespace kinfold::linkage {
namespace {

constexpr std::size_t kSqlSizeMax = 4000;
constexpr std::size_t kDepthMax = 32;

struct Token {
  enum class Kind { kWord, kQuoted, kText, kNumber, kSign };
  Kind kind = Kind::kSign;
  std::string text;
};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// What stands between two of the mark at `at`; a doubled mark stands for itself. Nothing where it is not
// closed.
std::optional<std::string> between_marks(std::string_view sql, std::size_t& at) {
  const char mark = sql[at++];
  std::string text;
  for (; at < sql.size(); ++at) {
    if (sql[at] != mark)
      text += sql[at];
    else if (at + 1 < sql.size() && sql[at + 1] == mark)
      text += sql[at++];
    else
      return ++at, text;
  }
  return std::nullopt;
}

// Templates hold placeholders too: @l, @r, %l, %r (terms), # (a number), ? (a comparison).
std::optional<std::vector<Token>> tokens_of(std::string_view sql) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < sql.size();) {
    const char c = sql[at];
    std::size_t end = at;
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      ++at;
    } else if (c == '"' || c == '`' || c == '\'') {
      auto text = between_marks(sql, at);
      if (!text) return std::nullopt;
      tokens.push_back({c == '\'' ? Token::Kind::kText : Token::Kind::kQuoted, std::move(*text)});
    } else if (is_digit(c) || (c == '.' && at + 1 < sql.size() && is_digit(sql[at + 1]))) {
      while (end < sql.size() &&
             (is_word(sql[end]) || sql[end] == '.' ||
              ((sql[end] == '-' || sql[end] == '+') && (sql[end - 1] == 'e' || sql[end - 1] == 'E'))))
        ++end;
      tokens.push_back({Token::Kind::kNumber, std::string(sql.substr(at, end - at))});
      at = end;
    } else if (is_word(c)) {
      while (end < sql.size() && is_word(sql[end])) ++end;
      tokens.push_back({Token::Kind::kWord, std::string(sql.substr(at, end - at))});
      at = end;
    } else {
      static constexpr std::array<std::string_view, 8> kLong = {"<=", ">=", "<>", "->",
                                                                "@l", "@r", "%l", "%r"};
      const auto found = std::find(kLong.begin(), kLong.end(), sql.substr(at, 2));
      tokens.push_back({Token::Kind::kSign, std::string(sql.substr(at, found == kLong.end() ? 1 : 2))});
      at += tokens.back().text.size();
    }
  }
  return tokens;
}

enum class Bound { kNone, kAtLeast, kAtMost };

// A condition as Splink writes it, and the test that it is here.
struct Form {
  std::string sql;
  std::string test;
  Bound bound = Bound::kNone;
  FieldKind kind = FieldKind::kAsWritten;
  double scale = 1.0;  ///< The number there over the number here.
  std::vector<Token> tokens = {};
};

std::string great_circle_sql() {
  const std::string cosine =
      "(sin(radians(@l)) * sin(radians(@r)) + cos(radians(@l)) * cos(radians(@r)) * cos(radians(%r - %l)))";
  return "cast(acos(case when " + cosine + " > 1 then 1 when " + cosine + " < -1 then -1 else " + cosine +
         " end) * 6371 as float) ? #";
}

std::string best_of_pairs_sql(std::string_view best, std::string_view function) {
  return fmt::format(
      "{}(list_transform(flatten(list_transform(@l, x -> list_transform(@r, y -> [x, y]))), pair -> "
      "{}(pair[1], pair[2]))) ? #",
      best, function);
}

std::vector<Form> make_forms() {
  std::vector<Form> forms = {
      {"@l = @r", "exact"},
      {"@r = @l", "exact"},
      {"@l = %r and @r = %l", "swapped"},
      {"array_length(list_intersect(@l, @r)) ? #", "shared", Bound::kAtLeast, FieldKind::kListAsWritten},
      {"size(array_intersect(@l, @r)) ? #", "shared", Bound::kAtLeast, FieldKind::kListAsWritten},
      {"least(array_length(@l), array_length(@r)) <> 0 and array_length(array_intersect(@l, @r)) = "
       "least(array_length(@l), array_length(@r))",
       "contains", Bound::kNone, FieldKind::kListAsWritten},
      {"abs(epoch(@l) - epoch(@r)) ? #", "days", Bound::kAtMost, FieldKind::kDate, 86400.0},
      {"abs(@l - @r) ? #", "number", Bound::kAtMost, FieldKind::kNumber},
      {"(abs(@l - @r) / (case when @r > @l then @r else @l end)) ? #", "percent", Bound::kAtMost,
       FieldKind::kNumber, 0.01},
      {great_circle_sql(), "km", Bound::kAtMost, FieldKind::kLocation}};
  struct Function {
    const char* sql;
    const char* test;
    Bound bound;
  };
  constexpr std::array<Function, 7> kFunctions = {
      {{"jaro_winkler_similarity", "jaro_winkler", Bound::kAtLeast},
       {"jaro_winkler", "jaro_winkler", Bound::kAtLeast},
       {"jaro_similarity", "jaro", Bound::kAtLeast},
       {"jaro_sim", "jaro", Bound::kAtLeast},
       {"levenshtein", "levenshtein", Bound::kAtMost},
       {"damerau_levenshtein", "damerau", Bound::kAtMost},
       {"jaccard", "jaccard 1", Bound::kAtLeast}}};  // DuckDB's is of letters.
  for (const auto& function : kFunctions) {
    forms.push_back({fmt::format("{}(@l, @r) ? #", function.sql), function.test, function.bound});
    forms.push_back(
        {best_of_pairs_sql(function.bound == Bound::kAtLeast ? "list_max" : "list_min", function.sql),
         fmt::format("any {}", function.test), function.bound, FieldKind::kListAsWritten});
  }
  for (auto& form : forms) form.tokens = tokens_of(form.sql).value_or(std::vector<Token>{});
  return forms;
}

const std::vector<Form>& forms() {
  static const std::vector<Form> all = make_forms();
  return all;
}

struct Sided {
  SqlTerm term;
  bool left = false;
  bool empty_is_null = true;  // Else two records that lack what is looked for would agree on it.
};

class Reader {
 public:
  explicit Reader(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  std::optional<SqlCondition> read() {
    if (tokens_.size() == 1 && is(0, "else")) return SqlCondition{};
    auto whole = joined("or", SqlCondition::Kind::kOr, 0);
    return at_ == tokens_.size() ? whole : std::nullopt;
  }

 private:
  bool is(std::size_t at, std::string_view word) const {
    return at < tokens_.size() && tokens_[at].kind != Token::Kind::kText &&
           tokens_[at].kind != Token::Kind::kQuoted && lower(tokens_[at].text) == word;
  }
  bool take(std::string_view word) {
    if (!is(at_, word)) return false;
    ++at_;
    return true;
  }

  std::optional<SqlCondition> joined(std::string_view by, SqlCondition::Kind kind, std::size_t depth) {
    const auto next = [&] {
      return kind == SqlCondition::Kind::kOr ? joined("and", SqlCondition::Kind::kAnd, depth) : one(depth);
    };
    auto first = next();
    if (!first || !is(at_, by)) return first;
    SqlCondition all;
    all.kind = kind;
    all.children.push_back(std::move(*first));
    while (take(by)) {
      auto more = next();
      if (!more) return std::nullopt;
      all.children.push_back(std::move(*more));
    }
    return all;
  }

  std::optional<SqlCondition> one(std::size_t depth) {
    if (depth > kDepthMax) return std::nullopt;
    if (take("not")) {
      auto inner = one(depth + 1);
      return inner ? std::optional(negated(std::move(*inner))) : std::nullopt;
    }
    for (const auto& form : forms())
      if (auto found = matched(form)) return found;
    if (auto found = missing()) return found;
    if (!take("(")) return std::nullopt;
    auto inside = joined("or", SqlCondition::Kind::kOr, depth + 1);
    return inside && take(")") ? inside : std::nullopt;
  }

  static SqlCondition negated(SqlCondition inner) {
    SqlCondition outer;
    outer.kind = SqlCondition::Kind::kNot;
    outer.children.push_back(std::move(inner));
    return outer;
  }

  std::optional<SqlCondition> missing() {
    const std::size_t begin = at_;
    const auto term = read_term();
    if (term && take("is") && take("null")) {
      SqlCondition own;
      own.kind = SqlCondition::Kind::kNull;
      own.term = term->term;
      own.left = term->left;
      return own;
    }
    at_ = begin;
    return std::nullopt;
  }

  // The form at this place, followed by nothing that could belong to it.
  std::optional<SqlCondition> matched(const Form& form) {
    const std::size_t begin = at_;
    std::optional<SqlTerm> first, second;
    std::string sign, number;
    for (const auto& token : form.tokens) {
      if (fits(token, first, second, sign, number)) continue;
      at_ = begin;
      return std::nullopt;
    }
    const bool ends = at_ == tokens_.size() || is(at_, ")") || is(at_, "and") || is(at_, "or");
    auto own = ends ? made(form, *first, second, sign, number) : std::nullopt;
    if (!own) at_ = begin;
    return own;
  }

  bool fits(const Token& token, std::optional<SqlTerm>& first, std::optional<SqlTerm>& second,
            std::string& sign, std::string& number) {
    if (at_ >= tokens_.size()) return false;
    if (token.kind == Token::Kind::kSign && (token.text[0] == '@' || token.text[0] == '%') &&
        token.text.size() == 2) {
      const auto term = read_term();
      auto& known = token.text[0] == '@' ? first : second;
      if (!term || term->left != (token.text[1] == 'l') || (known && *known != term->term)) return false;
      known = term->term;
      return true;
    }
    const Token& own = tokens_[at_];
    if (token.text == "?" || token.text == "#") {
      const bool good = token.text == "#"
                            ? own.kind == Token::Kind::kNumber
                            : own.text == ">=" || own.text == "<=" || own.text == ">" || own.text == "<";
      (token.text == "#" ? number : sign) = own.text;
      ++at_;
      return good;
    }
    return take(lower(token.text));
  }

  std::optional<Sided> read_term() {
    auto term = read_any_term();
    return term && term->empty_is_null ? term : std::nullopt;
  }

  // A column of one record, or what is taken out of it.
  std::optional<Sided> read_any_term() {
    const auto inner = [&](auto&& rest) -> std::optional<Sided> {
      auto term = read_any_term();
      return term && rest(*term) && take(")") ? term : std::nullopt;
    };
    if (is(at_ + 1, "(")) {
      if (take("nullif"))
        return take("("), inner([&](Sided& term) {
                 term.empty_is_null = true;
                 return !term.term.extract.empty() && take(",") && text() == "";
               });
      if (take("regexp_extract")) {
        return take("("), inner([&](Sided& term) {
                 if (!take(",") || !term.term.extract.empty() || term.term.kind != FieldKind::kAsWritten)
                   return false;
                 const auto pattern = text();
                 term.term.extract = pattern.value_or("");
                 term.empty_is_null = false;
                 return !term.term.extract.empty() && take(",") && take("0");
               });
      }
      if (take("try_strptime")) {
        return take("("), inner([&](Sided& term) {
                 if (!term.term.extract.empty() || !take(",") || text() != "%Y-%m-%d") return false;
                 term.term.kind = FieldKind::kDate;
                 return true;
               });
      }
      if (take("cast"))
        return take("("), inner([&](Sided&) { return take("as") && (take("text") || take("varchar")); });
      return std::nullopt;
    }
    if (at_ >= tokens_.size() ||
        (tokens_[at_].kind != Token::Kind::kWord && tokens_[at_].kind != Token::Kind::kQuoted))
      return std::nullopt;
    const std::string& name = tokens_[at_].text;
    if (name.size() < 3 || !std::all_of(name.begin(), name.end(), is_word) ||
        (!name.ends_with("_l") && !name.ends_with("_r")))
      return std::nullopt;
    ++at_;
    return Sided{{name.substr(0, name.size() - 2), "", FieldKind::kAsWritten, ""}, name.ends_with("_l")};
  }

  std::optional<std::string> text() {
    if (at_ >= tokens_.size() || tokens_[at_].kind != Token::Kind::kText) return std::nullopt;
    return tokens_[at_++].text;
  }

  static std::optional<SqlCondition> made(const Form& form, SqlTerm term,
                                          const std::optional<SqlTerm>& second, const std::string& sign,
                                          const std::string& number) {
    const bool changes_kind = form.kind != FieldKind::kAsWritten;
    if (changes_kind &&
        (!term.extract.empty() || (term.kind != FieldKind::kAsWritten && term.kind != form.kind)))
      return std::nullopt;
    if (!changes_kind && term.kind != FieldKind::kAsWritten) return std::nullopt;
    SqlCondition own;
    own.kind = SqlCondition::Kind::kTest;
    own.test = form.test;
    term.kind = form.kind;
    if (form.kind == FieldKind::kLocation)
      term.other_column = second->column;
    else
      own.swapped_with = second;
    own.term = std::move(term);
    if (form.bound == Bound::kNone) return own;
    const auto value = parse_number<double>(number);
    if (!value || *value < 0.0) return std::nullopt;
    const bool at_least = form.bound == Bound::kAtLeast;
    const bool as_asked = at_least == (sign[0] == '>');
    // The opposite of "at least x" is "below x", that of "above x" is "at most x".
    const bool strict = as_asked == (sign.size() == 1);
    own.test +=
        fmt::format(" {}{} {}", at_least ? '>' : '<', strict ? "" : "=", scaled(number, *value, form.scale));
    return as_asked ? own : negated(std::move(own));
  }

  // The number as it is written where nothing has to be changed; else so that it means the same to the last
  // bit where that can be.
  static std::string scaled(const std::string& number, double value, double scale) {
    if (scale == 1.0) return number;
    const std::string brief = fmt::format("{:.15g}", value / scale);
    const auto again = parse_number<double>(brief);
    const bool same = again && (scale == 0.01 ? *again / 100.0 == value : *again * scale == value);
    return same ? brief : fmt::format("{:.17g}", value / scale);
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<SqlCondition> read_sql_condition(std::string_view sql) {
  if (sql.size() > kSqlSizeMax) return std::nullopt;
  auto tokens = tokens_of(sql);
  if (!tokens || tokens->empty()) return std::nullopt;
  return Reader(std::move(*tokens)).read();
}

}  // namespace kinfold::linkage
