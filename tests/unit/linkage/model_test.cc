#include "linkage/model.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "linkage/expression_internal.h"
#include "linkage/values_internal.h"
#include "source_dir.h"

namespace kinfold::linkage {
namespace {

TEST(PeopleModel, ParsesAndIsTheFileInModels) {
  const auto file = read_model(source_dir() + "/models/people.toml");
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_FALSE(people_model().comparisons.empty());
  EXPECT_EQ(model_to_toml(file.value()), model_to_toml(people_model()));
}

TEST(Model, SurvivesBeingWrittenAndRead) {
  const auto text = model_to_toml(people_model());
  const auto again = parse_model_toml(text);
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(model_to_toml(again.value()), text);
}

TEST(Model, SaysWhereItIsWrong) {
  const auto message = [](std::string_view text) {
    const auto model = parse_model_toml(text);
    return model.ok() ? std::string("accepted") : model.error().message;
  };
  EXPECT_EQ(message("nmae = 'x'"),
            "model, line 1: 'nmae' is not known here; expected one of name, settings, field, comparison, "
            "block, stage, "
            "fitted, match_rate, related_rate, moved_rate, namesake_rate, related_name_share, "
            "household_related_share");
  EXPECT_EQ(
      message("[[field]]\nname = 'a'\nkind = 'colour'"),
      "model, line 1: 'colour' is not a kind of field; expected forenames, surname, full_name, date, "
      "postcode, nino, code, address, "
      "text, place, email, gender, number, location, list, together, or list_as_written and as_written");
  const std::string field = "[[field]]\nname = 'a'\n";
  EXPECT_EQ(message(field + "[[comparison]]\nfield = 'b'\nlevels = []"),
            "model, line 3: comparison of 'b', which is not the name of a [[field]]");
  EXPECT_EQ(
      message(field + "[[comparison]]\nfield = 'a'\nlevels = [{ when = 'exact' }, { when = 'osa <= 1' }]"),
      "model, line 3: the last level of comparison a is not \"else\"; add it");
  EXPECT_EQ(message(field + "[[comparison]]\nfield = 'a'\nlevels = [{ when = 'exakt' }, { when = 'else' }]"),
            "model, line 5: 'exakt' is not a test; the tests are in docs/methods/linkage.md");
  for (const char* share : {"1.5", "-0.1", "nan", "'all'"})
    EXPECT_EQ(message(std::string("name = 'x'\nhousehold_related_share = ") + share),
              "model, line 2: household_related_share is not a number between 0 and 1");
  EXPECT_NE(message("name = ").find("model, line 1: "), std::string::npos);
}

bool agree(std::string_view expression, FieldKind kind, std::string_view a, std::string_view b) {
  const auto parsed = parse_expression(expression);
  EXPECT_TRUE(parsed.ok()) << expression;
  const std::string first = standard_text(kind, a);
  const std::string second = standard_text(kind, b);
  const std::string both = first + second;
  const ValueTable values(kind, {both.begin(), both.end()}, {0, 0, first.size(), both.size()}, {}, 1);
  return parsed.ok() && holds(parsed.value(), values[1], values[2]);
}

TEST(Expression, JoinsTestsWithAndOrNot) {
  EXPECT_TRUE(agree("jaro_winkler >= 0.9 and soundex", FieldKind::kSurname, "Robertson", "Robertsen"));
  EXPECT_FALSE(agree("jaro_winkler >= 0.9 and not soundex", FieldKind::kSurname, "Robertson", "Robertsen"));
  EXPECT_TRUE(agree("exact or osa <= 1", FieldKind::kSurname, "Smith", "Smiht"));
  EXPECT_FALSE(agree("levenshtein <= 1", FieldKind::kSurname, "Smith", "Smiht"));
}

TEST(Expression, KnowsNamesDatesAndPostcodes) {
  EXPECT_TRUE(agree("nickname", FieldKind::kForenames, "Bob", "Robert James"));
  EXPECT_TRUE(agree("initial", FieldKind::kForenames, "R", "Robert"));
  EXPECT_TRUE(agree("same_first_word", FieldKind::kForenames, "Mary Ann", "Mary"));
  EXPECT_TRUE(agree("contains", FieldKind::kSurname, "Smith-Jones", "Jones"));
  EXPECT_TRUE(agree("exact", FieldKind::kSurname, "O'Neil", "o neil"));
  EXPECT_TRUE(agree("exact", FieldKind::kDate, "31/12/2009", "2009-12-31"));
  EXPECT_TRUE(agree("day_month_swapped", FieldKind::kDate, "2009-03-04", "2009-04-03"));
  EXPECT_TRUE(agree("osa <= 1", FieldKind::kDate, "1856-86-18", "1856-06-18"))
      << "an impossible date is still evidence";
  EXPECT_TRUE(agree("days <= 2", FieldKind::kDate, "2009-12-31", "2010-01-01"));
  EXPECT_TRUE(agree("same_district", FieldKind::kPostcode, "SW1A 2BJ", "sw1a1aa"));
  EXPECT_FALSE(agree("same_sector", FieldKind::kPostcode, "SW1A 2BJ", "sw1a1aa"));
  EXPECT_TRUE(agree("same_local_part", FieldKind::kEmail, "a.b@x.org", "A.B@y.net"));
  EXPECT_TRUE(agree("percent <= 10", FieldKind::kNumber, "100", "109"));
}

TEST(Expression, SaysWhatItDoesNotUnderstand) {
  EXPECT_EQ(parse_expression("osa >= 1").error().message, "'osa' needs '<=' and a number after it");
  EXPECT_EQ(parse_expression("exact soundex").error().message,
            "'soundex' stands where 'and' or 'or' is expected");
  EXPECT_EQ(parse_expression("exact or").error().message, "'or' stands at the end; write a test after it");
  EXPECT_FALSE(parse_expression("").ok());
}

}  // namespace
}  // namespace kinfold::linkage
