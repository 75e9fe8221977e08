// Models that Splink saved. tests/unit/linkage/splink/ was written by Splink 5.0.0 from made-up people
// (bench/linkage/beside_splink.py; library_* by splink_fixture.py there): its model, and its match weight for
// every pair that its rules find.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "linkage/link.h"
#include "linkage/pairs.h"
#include "table/io.h"

namespace kinfold::linkage {
namespace {

const std::string kFolder = KINFOLD_SPLINK_FIXTURE;

table::Table read_texts(const std::string& name) {
  auto table = table::read_file(kFolder + name, {.all_strings = true});
  EXPECT_TRUE(table.ok()) << table.error().message;
  return std::move(table).value();
}

// Every pair that Splink's rules found has the weight that Splink gave it, with its own file and with ours.
void expect_splinks_weights(const std::string& model_file, const std::string& people_file,
                            const std::string& pairs_file) {
  const auto read = read_model(kFolder + model_file);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read.value().notes, std::vector<std::string>{});
  auto again = parse_model_toml(model_to_toml(read.value()));
  ASSERT_TRUE(again.ok()) << again.error().message;
  again.value().settings.weight_floor_bits = -1000;
  const auto people = read_texts(people_file);
  const auto wanted = read_texts(pairs_file);
  const auto result = link(people, nullptr, again.value());
  ASSERT_TRUE(result.ok()) << result.error().message;
  std::map<std::pair<std::string, std::string>, double> weight;
  const double prior = std::log2(read.value().match_rate / (1.0 - read.value().match_rate));
  const auto* id = people.find("unique_id");
  for (const auto& pair : result.value().pairs) {
    std::string a(id->string_at(pair.left));
    std::string b(id->string_at(pair.right));
    weight[std::minmax(a, b)] = pair.weight_bits + prior;
  }
  ASSERT_EQ(weight.size(), wanted.row_count());
  ASSERT_GT(weight.size(), 100U);
  for (std::size_t row = 0; row < wanted.row_count(); ++row) {
    std::string a(wanted.columns()[0].string_at(row));
    std::string b(wanted.columns()[1].string_at(row));
    const auto found = weight.find(std::minmax(a, b));
    ASSERT_NE(found, weight.end()) << row;
    EXPECT_NEAR(found->second, std::stod(wanted.columns()[2].text_at(row)), 1e-9)
        << row << ": " << a << ", " << b;
  }
}

TEST(SplinkModel, GivesEveryPairTheWeightThatSplinkGaveIt) {
  expect_splinks_weights("/model.json", "/people.csv", "/pairs.csv");
}

// Names together, dates, postcodes, mail, places, arrays, numbers, And, Or, Not, null levels of several
// columns.
TEST(SplinkModel, GivesEveryPairTheWeightThatSplinksLibraryGaveIt) {
  expect_splinks_weights("/library_model.json", "/library_people.csv", "/library_pairs.csv");
}

TEST(SplinkModel, KeepsItsScoresThroughOurOwnFile) {
  const auto model = read_model(kFolder + "/model.json");
  ASSERT_TRUE(model.ok());
  const auto again = parse_model_toml(model_to_toml(model.value()));
  ASSERT_TRUE(again.ok()) << again.error().message;
  const auto people = read_texts("/people.csv");
  const std::vector<RowPair> pairs = {{0, 1}, {0, 2}, {5, 6}};
  const auto one = explain_pairs(people, nullptr, model.value(), pairs);
  const auto other = explain_pairs(people, nullptr, again.value(), pairs);
  ASSERT_TRUE(one.ok() && other.ok());
  for (std::size_t n = 0; n < pairs.size(); ++n)
    EXPECT_EQ(one.value()[n].weight_bits, other.value()[n].weight_bits);
}

TEST(SplinkModel, NamesWhatItCannotRead) {
  const auto model = parse_splink_json(R"({"probability_two_random_records_match": 0.01, "comparisons": [
    {"output_column_name": "name", "comparison_levels": [{"sql_condition": "\"name_l\" IS NULL OR \"name_r\" IS NULL", "is_null_level": true},
                                                          {"sql_condition": "\"name_l\" = \"name_r\"", "m_probability": 0.9, "u_probability": 0.1},
                                                          {"sql_condition": "ELSE", "m_probability": 0.1, "u_probability": 0.9}]},
    {"output_column_name": "place", "comparison_levels": [{"sql_condition": "haversine(a) < 3", "label_for_charts": "near"}]}],
    "blocking_rules_to_generate_predictions": [{"blocking_rule": "l.\"name\" = r.\"name\""}, {"blocking_rule": "abs(l.age - r.age) < 2"}]})");
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_EQ(model.value().comparisons.size(), 1U);
  EXPECT_EQ(model.value().blocking.size(), 1U);
  EXPECT_EQ(
      model.value().notes,
      (std::vector<std::string>{
          "the comparison 'place' of the Splink model was left out: the condition of its level 'near' has no "
          "counterpart",
          "the blocking rule 'abs(l.age - r.age) < 2' of the Splink model cannot be read and was left out"}));
}

// What conditions become, and which have no counterpart.
TEST(SplinkModel, ReadsConditionsOrLeavesTheComparisonOut) {
  const auto level = [](const std::string& sql) {
    std::string escaped;
    for (const char c : sql) escaped += c == '"' ? "\\\"" : std::string(1, c);
    const auto model = parse_splink_json(
        R"({"probability_two_random_records_match": 0.01, "comparisons": [{"output_column_name": "own", "comparison_levels": [
        {"sql_condition": "\"a_l\" IS NULL OR \"a_r\" IS NULL", "is_null_level": true},
        {"sql_condition": ")" +
        escaped + R"(", "label_for_charts": "L", "m_probability": 0.9, "u_probability": 0.1},
        {"sql_condition": "ELSE", "m_probability": 0.1, "u_probability": 0.9}]}], "blocking_rules_to_generate_predictions": ["l.a = r.a"]})");
    return model.ok() ? model.value().comparisons[0].levels[0].when : model.error().message;
  };
  EXPECT_EQ(level(R"("a_l" = "a_r")"), "exact");
  EXPECT_EQ(level(R"("a_r" = "a_l")"), "exact");
  EXPECT_EQ(level("jaro_winkler_similarity(a_l, a_r) > 0.9"), "jaro_winkler > 0.9");
  EXPECT_EQ(level("jaro_winkler_similarity(a_l, a_r) < 0.9"), "not jaro_winkler >= 0.9");
  EXPECT_EQ(level("levenshtein(a_l, a_r) > 2"), "not levenshtein <= 2");
  EXPECT_EQ(level("NOT (a_l = a_r) AND jaccard(a_l, a_r) >= 0.5"), "not exact and jaccard 1 >= 0.5");
  EXPECT_EQ(level("(a_l = a_r OR b_l = b_r) AND NOT (c_l = c_r)"), "(a: exact or b: exact) and not c: exact");
  EXPECT_EQ(level("a_l = b_r AND a_r = b_l"), "a: swapped b");
  EXPECT_EQ(level("abs(a_l - a_r) < 5"), "number < 5");
  EXPECT_EQ(level("(ABS(a_l - a_r) / (CASE WHEN a_r > a_l THEN a_r ELSE a_l END)) < 0.07"), "percent < 7");
  EXPECT_EQ(
      level("ABS(EPOCH(try_strptime(a_l, '%Y-%m-%d')) - EPOCH(try_strptime(a_r, '%Y-%m-%d'))) <= 2629800.0"),
      "days <= 30.4375");
  for (const char* none :
       {"a_l = b_r", "a_l = 'x' AND a_r = 'x'", "levenshtein(a_l, b_r) < 2",
        "regexp_extract(a_l, '^x', 0) = regexp_extract(a_r, '^x', 0)",
        "NULLIF(regexp_extract(a_l, '(', 0), '') = NULLIF(regexp_extract(a_r, '(', 0), '')",
        "array_cosine_similarity(a_l, a_r) >= 0.9",
        "ABS(EPOCH(try_strptime(a_l, '%d/%m/%Y')) - EPOCH(try_strptime(a_r, '%d/%m/%Y'))) <= 5",
        "a_l = a_r OR", "(a_l = a_r", "a_l IS NULL", "a_l = a_r AND 1 = 1", "\"a_l = a_r",
        "jaro_winkler_similarity(a_l, a_r) >= 1e999"}) {
    EXPECT_NE(level(none).find("no counterpart"), std::string::npos) << none << ": " << level(none);
  }
  EXPECT_NE(level(std::string(5000, '(')).find("no counterpart"), std::string::npos);
}

TEST(SplinkModel, RefusesWithTheReason) {
  const auto message = [](std::string_view text) {
    const auto model = parse_splink_json(text);
    return model.ok() ? std::string("read") : model.error().message;
  };
  EXPECT_EQ(
      message("{"),
      "the model is neither TOML nor a model that Splink saved: it is no JSON object with 'comparisons'");
  EXPECT_EQ(message(R"({"comparisons": []})"),
            "the Splink model has no probability_two_random_records_match between 0 and 1; train it first");
  EXPECT_EQ(
      message(
          R"({"probability_two_random_records_match": 0.1, "comparisons": [{"output_column_name": "a", "comparison_levels": [
              {"sql_condition": "\"a_l\" = \"a_r\"", "label_for_charts": "same"}]}]})"),
      "no comparison of the Splink model can be read; the comparison 'a' of the Splink model was left out: "
      "its level 'same' has no m or no u: it was not trained");
  EXPECT_EQ(
      message(
          R"({"probability_two_random_records_match": 0.1, "comparisons": [{"output_column_name": "a", "comparison_levels": [
              {"sql_condition": "\"a_l\" = \"a_r\"", "m_probability": 0.9, "u_probability": 1.5}]}]})"),
      "no comparison of the Splink model can be read; the comparison 'a' of the Splink model was left out: "
      "the m or the u of its level '\"a_l\" = \"a_r\"' is not between 0 and 1");
  EXPECT_EQ(
      message(
          R"({"probability_two_random_records_match": 0.1, "comparisons": [{"output_column_name": "a", "comparison_levels": [7]}]})"),
      "no comparison of the Splink model can be read; the comparison 'a' of the Splink model was left out: "
      "the condition of its level '' has no counterpart");
  const std::string no_rule =
      R"({"probability_two_random_records_match": 0.1, "comparisons": [{"output_column_name": "a", "comparison_levels": [
              {"sql_condition": "\"a_l\" IS NULL OR \"a_r\" IS NULL", "is_null_level": true},
              {"sql_condition": "\"a_l\" = \"a_r\"", "m_probability": 0.9, "u_probability": 0.1},
              {"sql_condition": "ELSE", "m_probability": 0.1, "u_probability": 0.9}]}], "blocking_rules_to_generate_predictions": [")";
  const std::string why =
      "the Splink model has no blocking rule that can be read: name fields that must be equal, or equal in "
      "their first 3 or 4 letters, in "
      "blocking_rules_to_generate_predictions";
  EXPECT_EQ(message(no_rule + R"(abs(l.age - r.age) < 2"]})"), why);
  EXPECT_EQ(message(no_rule + std::string(100'000, '(') + "\"]}"), why) << "a rule of any length";
}

}  // namespace
}  // namespace kinfold::linkage
