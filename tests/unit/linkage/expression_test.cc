// Tests in a level's `when`: brackets, bounds, lists, places, addresses, parts of a field that is put
// together.
#include "linkage/expression_internal.h"

#include <gtest/gtest.h>

#include <array>

#include "base/random.h"
#include "linkage/extract_internal.h"
#include "linkage/lists_internal.h"

namespace kinfold::linkage {
namespace {

bool agree(std::string_view expression, FieldKind kind, std::string_view a, std::string_view b) {
  auto parsed = parse_expression(expression);
  EXPECT_TRUE(parsed.ok()) << expression;
  const std::string first = standard_text(kind, a);
  const std::string second = standard_text(kind, b);
  const std::string both = first + second;
  const ValueTable values(kind, {both.begin(), both.end()}, {0, 0, first.size(), both.size()}, {}, 1);
  return parsed.ok() && holds(parsed.value(), values[1], values[2]);
}

std::string refusal(std::string_view expression) {
  const auto parsed = parse_expression(expression);
  return parsed.ok() ? "read" : parsed.error().message;
}

// Truth of an expression of a, b, c by itself, beside the parser's: "exact", "soundex" and "initial" stand
// for them.
struct Made {
  std::string text;
  std::array<bool, 8> truth{};  // By the bits of a, b, c.
};

Made make(RandomStream& random, int depth) {
  static constexpr std::array<const char*, 3> kNames = {"exact", "soundex", "initial"};
  Made made;
  if (depth == 0 || random.chance(0.3)) {
    const auto variable = random.below(3);
    made.text = kNames[variable];
    for (std::size_t bits = 0; bits < 8; ++bits) made.truth[bits] = (bits >> variable & 1U) != 0;
    return made;
  }
  const Made one = make(random, depth - 1);
  if (random.chance(0.25)) {
    made.text = "not (" + one.text + ")";
    for (std::size_t bits = 0; bits < 8; ++bits) made.truth[bits] = !one.truth[bits];
    return made;
  }
  const Made other = make(random, depth - 1);
  const bool both = random.chance(0.5);
  made.text = "(" + one.text + ") " + (both ? "and" : "or") + " (" + other.text + ")";
  for (std::size_t bits = 0; bits < 8; ++bits)
    made.truth[bits] = both ? one.truth[bits] && other.truth[bits] : one.truth[bits] || other.truth[bits];
  return made;
}

TEST(Brackets, MeanWhatLogicSaysTheyDo) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    RandomStream random(seed, {3});
    const Made made = make(random, 3);
    const auto parsed = parse_expression(made.text);
    ASSERT_TRUE(parsed.ok()) << made.text << ": " << parsed.error().message;
    for (std::size_t bits = 0; bits < 8; ++bits) {
      bool any = false;
      for (const auto& all : parsed.value().alternatives) {
        bool every = true;
        for (const auto& literal : all) {
          const std::size_t variable = literal.test == linkage::Test::kExact     ? 0
                                       : literal.test == linkage::Test::kSoundex ? 1
                                                                                 : 2;
          every = every && ((bits >> variable & 1U) != 0) != literal.negated;
        }
        any = any || every;
      }
      EXPECT_EQ(any, made.truth[bits]) << "seed " << seed << ": " << made.text << " with " << bits;
    }
  }
}

TEST(Brackets, BindTighterThanAndWhichBindsTighterThanOr) {
  EXPECT_TRUE(agree("(exact or osa <= 1) and not same_letters", FieldKind::kSurname, "Smith", "Smyth"));
  EXPECT_FALSE(agree("(exact or osa <= 1) and not same_letters", FieldKind::kSurname, "Smith", "Smiht"));
  EXPECT_TRUE(agree("exact or osa <= 1 and not same_letters", FieldKind::kSurname, "Smith", "Smith"));
}

TEST(Brackets, AreRefusedWhereTheyDoNotFit) {
  EXPECT_EQ(refusal("(exact"), "a bracket is opened and not closed; write ')'");
  EXPECT_EQ(refusal("(exact soundex)"), "'soundex' stands where 'and', 'or' or ')' is expected");
  EXPECT_EQ(refusal("exact )"), "')' stands where 'and' or 'or' is expected");
  EXPECT_EQ(refusal("( )"), "')' is not a test; the tests are in docs/methods/linkage.md");
  EXPECT_EQ(refusal("("), "'(' stands at the end; write a test after it");
  std::string deep(100, '(');
  EXPECT_EQ(refusal(deep + "exact"),
            "brackets and 'not' stand more than 32 deep in a level's `when`; make it simpler");
  std::string wide = "(exact or soundex)";
  for (int n = 0; n < 12; ++n) wide += " and (exact or soundex)";
  EXPECT_EQ(refusal(wide),
            "a level's `when` has too many tests once its brackets are multiplied out (at most 256); make it "
            "shorter");
}

TEST(Bounds, MayBeStrict) {
  EXPECT_TRUE(agree("number <= 5", FieldKind::kNumber, "10", "15"));
  EXPECT_FALSE(agree("number < 5", FieldKind::kNumber, "10", "15"));
  EXPECT_TRUE(agree("percent <= 10", FieldKind::kNumber, "90", "100"));
  EXPECT_FALSE(agree("percent < 10", FieldKind::kNumber, "90", "100"));
  EXPECT_FALSE(agree("levenshtein < 1", FieldKind::kSurname, "Smith", "Smyth"));
  EXPECT_TRUE(agree("jaro > 0.9999", FieldKind::kSurname, "Smith", "Smith"));
  EXPECT_FALSE(agree("jaro > 1", FieldKind::kSurname, "Smith", "Smith"));
  EXPECT_FALSE(agree("prefix > 3", FieldKind::kSurname, "Smith", "Smiley"));
  EXPECT_TRUE(agree("prefix > 2", FieldKind::kSurname, "Smith", "Smiley"));
  EXPECT_EQ(refusal("osa <= -1"), "'osa <=' needs a number after it that is not below 0");
  EXPECT_EQ(refusal("osa < 0"), "'osa < 0' never holds; raise the number");
  EXPECT_EQ(refusal("jaro >= nan"), "'jaro >=' needs a number after it that is not below 0");
}

TEST(Jaccard, TakesTheLettersOfAGram) {
  EXPECT_TRUE(agree("jaccard 1 >= 0.8", FieldKind::kSurname, "Smith", "Smithe"));  // 5 letters of 6.
  EXPECT_FALSE(agree("jaccard 1 > 0.834", FieldKind::kSurname, "Smith", "Smithe"));
  EXPECT_TRUE(agree("jaccard 3 >= 0.75", FieldKind::kSurname, "Smith", "Smithe"));  // 3 of 4.
  EXPECT_FALSE(agree("jaccard 3 > 0.75", FieldKind::kSurname, "Smith", "Smithe"));
  EXPECT_EQ(refusal("jaccard 9 >= 0.5"),
            "'jaccard' needs '>=' and a number after it, or the letters of a gram (1 to 8) and then these");
}

TEST(Places, AgreeWithinADistance) {
  // Trafalgar Square and the Tower of London: 3.66 km by the haversine.
  EXPECT_TRUE(agree("km <= 3.7", FieldKind::kLocation, "51.5080,-0.1281", "51.5081 -0.0759"));
  EXPECT_FALSE(agree("km <= 3.5", FieldKind::kLocation, "51.5080,-0.1281", "51.5081; -0.0759"));
  EXPECT_TRUE(agree("exact", FieldKind::kLocation, "51.50,-0.10", "51.5 -.1"));
  EXPECT_EQ(standard_text(FieldKind::kLocation, "91,0"), "");
  EXPECT_EQ(standard_text(FieldKind::kLocation, "51.5"), "");
  EXPECT_EQ(standard_text(FieldKind::kLocation, "nan,nan"), "");
}

TEST(Lists, AreReadAsProgramsWriteThem) {
  const std::string two =
      "\x1f"
      "A B\x1f"
      "C\x1f";
  for (const char* text : {"[c, 'a b']", "[\"A b\", \"C\"]", "c; a b", "a-b|c", "['a b', NULL, c, c]"})
    EXPECT_EQ(standard_text(FieldKind::kList, text), two) << text;
  EXPECT_EQ(standard_text(FieldKind::kList, "[]"), "");
  EXPECT_EQ(standard_text(FieldKind::kListAsWritten, "[]"), "\x1f") << "a list without elements is something";
  EXPECT_EQ(standard_text(FieldKind::kListAsWritten, "['b, c', a]"),
            "\x1f"
            "b, c\x1f"
            "a\x1f");
  EXPECT_EQ(standard_text(FieldKind::kListAsWritten, "['b"), "\x1f['b\x1f") << "no list in brackets";
}

TEST(Lists, AgreeByWhatTheyShare) {
  EXPECT_TRUE(agree("shared >= 2", FieldKind::kList, "[mercury, venus, earth]", "[earth, mars, venus]"));
  EXPECT_FALSE(agree("shared >= 3", FieldKind::kList, "[mercury, venus, earth]", "[earth, mars, venus]"));
  EXPECT_TRUE(agree("contains", FieldKind::kList, "[venus, earth]", "[earth, mars, venus]"))
      << "all of the shorter one";
  EXPECT_TRUE(agree("exact", FieldKind::kList, "[venus, earth]", "[earth, venus]"));
  EXPECT_FALSE(agree("exact", FieldKind::kListAsWritten, "[venus, earth]", "[earth, venus]"));
  EXPECT_TRUE(agree("shared >= 1", FieldKind::kListAsWritten, "[venus, earth]", "[earth]"));
  EXPECT_TRUE(agree("shared >= 2", FieldKind::kText, "high street north", "north high road"))
      << "words of a text";
}

TEST(Lists, AgreeByTheirBestPairOfElements) {
  EXPECT_TRUE(
      agree("any jaro_winkler >= 0.9", FieldKind::kList, "[smith, jones]", "[brown, smyth-e, jonas]"));
  EXPECT_FALSE(agree("any jaro_winkler >= 0.99", FieldKind::kList, "[smith, jones]", "[brown, smythe]"));
  EXPECT_TRUE(agree("any osa <= 1", FieldKind::kList, "[smith]", "[brown, smyth]"));
  EXPECT_FALSE(agree("not any osa <= 1", FieldKind::kList, "[smith]", "[brown, smyth]"));
  EXPECT_TRUE(agree("any exact", FieldKind::kText, "anna maria", "maria theresa")) << "words of a text";
  EXPECT_EQ(refusal("any soundex"),
            "'any' cannot ask for 'soundex'; it can ask for exact, similarities and edits of texts");
  EXPECT_EQ(refusal("any"), "'any' needs a test after it, such as \"any jaro_winkler >= 0.9\"");
}

TEST(Addresses, AgreeInTheirPartsAndAFlatIsNoHouse) {
  const auto same = [](const char* test, const char* a, const char* b) {
    return agree(test, FieldKind::kAddress, a, b);
  };
  EXPECT_TRUE(same("same_building and same_street and same_flat", "Flat 3, 12 High Street", "3/12 High St"));
  EXPECT_FALSE(same("same_building", "Flat 3, High Street", "3 High Street")) << "flat 3 is not number 3";
  EXPECT_FALSE(same("same_building", "Flat 3, 12 High Street", "Flat 12, 3 High Street"));
  EXPECT_FALSE(same("same_flat", "Flat 3, 12 High Street", "12 High Street"));
  EXPECT_TRUE(same("same_flat", "12 High Street", "12 High Road")) << "neither names one";
  EXPECT_TRUE(same("same_building and same_flat", "Ground Floor Flat, 12 High Street",
                   "12 High St, ground floor flat"));
  EXPECT_FALSE(same("same_building", "Ground Floor Flat 12 High Street", "Flat 12, High Street"));
}

TEST(Dates, KeepMonthsThatThereAreNot) {
  EXPECT_TRUE(agree("osa <= 1", FieldKind::kDate, "1990-14-05", "1990-04-05"));
  EXPECT_TRUE(agree("osa <= 1", FieldKind::kDate, "5/14/35", "5/14/35"));
  EXPECT_EQ(standard_text(FieldKind::kDate, "1990-14-5"), "19901405");
  EXPECT_EQ(standard_text(FieldKind::kDate, "35/4/1990"), "19900435");
  EXPECT_EQ(standard_text(FieldKind::kDate, "4/35/1990", false), "19900435");
  EXPECT_EQ(standard_text(FieldKind::kDate, "19901405"), "19901405");
  EXPECT_EQ(standard_text(FieldKind::kDate, "1990-02-14"), "19900214");
}

TEST(Tests, AreRefusedOfFieldsThatTheyAreNotAbout) {
  const auto message = [](std::string_view expression, const Field& field) {
    auto parsed = parse_expression(expression);
    EXPECT_TRUE(parsed.ok()) << expression;
    const auto status = fit_to_field(parsed.value(), field);
    return status.ok() ? std::string("fits") : status.error().message;
  };
  Field name{"name", FieldKind::kText, {"name"}, ""};
  EXPECT_EQ(message("km <= 1", name), "'km' is about fields of kind location, and name is none");
  EXPECT_EQ(message("same_flat", name),
            "same_street, same_building and same_flat are about fields of kind address, and name is none");
  EXPECT_EQ(message("first: exact", name),
            "'first' is not one of the fields that name is put together from (kind = \"together\", fields = "
            "[...])");
  Field both{"both", FieldKind::kTogether, {}, ""};
  both.parts = {"first", "last"};
  EXPECT_EQ(message("first: exact and last: swapped first", both), "fits");
  EXPECT_EQ(message("first: swapped middle", both),
            "'middle' is not one of the fields that both is put together from (kind = \"together\", fields = "
            "[...])");
  EXPECT_EQ(
      message("swapped first", both),
      "in a field that is put together write \"PART: swapped OTHER\" for two parts that have changed places");
}

TEST(TextPattern, FindsWhatIsThere) {
  auto pattern = TextPattern::create("^[A-Z]{1,2}[0-9]");
  ASSERT_TRUE(pattern.ok());
  EXPECT_EQ(pattern.value().first_match("AB12 3CD"), "AB1");
  EXPECT_EQ(pattern.value().first_match("12"), "");
  EXPECT_EQ(pattern.value().first_match("\xff\xfe"), "");
  EXPECT_EQ(TextPattern::create("(").error().message,
            "the pattern of a field is no regular expression; mend it");
  EXPECT_EQ(TextPattern::create(std::string(1001, 'a')).error().message,
            "the pattern of a field is longer than 1,000 bytes; shorten it");
  auto endless = TextPattern::create("^(a+)+$");
  ASSERT_TRUE(endless.ok());
  EXPECT_EQ(endless.value().first_match(std::string(10000, 'a') + "b"), "") << "it gives up";
}

}  // namespace
}  // namespace kinfold::linkage
