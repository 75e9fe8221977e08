// Models that Splink saved. tests/unit/linkage/splink/ was written by Splink 5.0.0 from made-up people
// (bench/linkage/beside_splink.py): its model, and its match weight for every pair that its rules find.
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

TEST(SplinkModel, GivesEveryPairTheWeightThatSplinkGaveIt) {
  auto model = read_model(kFolder + "/model.json");
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_TRUE(model.value().notes.empty());
  model.value().settings.weight_floor_bits = -1000;
  const auto people = read_texts("/people.csv");
  const auto wanted = read_texts("/pairs.csv");
  const auto result = link(people, nullptr, model.value());
  ASSERT_TRUE(result.ok()) << result.error().message;
  std::map<std::pair<std::string, std::string>, double> weight;
  const double prior = std::log2(model.value().match_rate / (1.0 - model.value().match_rate));
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
    EXPECT_NEAR(found->second, std::stod(wanted.columns()[2].text_at(row)), 1e-9) << row;
  }
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
  for (std::size_t n = 0; n < pairs.size(); ++n) EXPECT_EQ(one.value()[n].weight_bits, other.value()[n].weight_bits);
}

TEST(SplinkModel, NamesWhatItCannotRead) {
  const auto model = parse_splink_json(R"({"probability_two_random_records_match": 0.01, "comparisons": [
    {"output_column_name": "name", "comparison_levels": [{"sql_condition": "\"name_l\" = \"name_r\"", "m_probability": 0.9, "u_probability": 0.1},
                                                          {"sql_condition": "ELSE", "m_probability": 0.1, "u_probability": 0.9}]},
    {"output_column_name": "place", "comparison_levels": [{"sql_condition": "haversine(a) < 3", "label_for_charts": "near"}]}],
    "blocking_rules_to_generate_predictions": [{"blocking_rule": "l.\"name\" = r.\"name\""}, {"blocking_rule": "abs(l.age - r.age) < 2"}]})");
  ASSERT_TRUE(model.ok()) << model.error().message;
  EXPECT_EQ(model.value().comparisons.size(), 1U);
  EXPECT_EQ(model.value().blocking.size(), 1U);
  EXPECT_EQ(model.value().notes, (std::vector<std::string>{
      "the comparison 'place' of the Splink model was left out: the condition of its level 'near' has no counterpart",
      "the blocking rule 'abs(l.age - r.age) < 2' of the Splink model cannot be read and was left out"}));
}

TEST(SplinkModel, RefusesWithTheReason) {
  const auto message = [](std::string_view text) {
    const auto model = parse_splink_json(text);
    return model.ok() ? std::string("read") : model.error().message;
  };
  EXPECT_EQ(message("{"), "the model is neither TOML nor a model that Splink saved: it is no JSON object with 'comparisons'");
  EXPECT_EQ(message(R"({"comparisons": []})"),
            "the Splink model has no probability_two_random_records_match between 0 and 1; train it first");
  EXPECT_EQ(message(R"({"probability_two_random_records_match": 0.1, "comparisons": [{"output_column_name": "a", "comparison_levels": [
              {"sql_condition": "\"a_l\" = \"a_r\"", "label_for_charts": "same"}]}]})"),
            "no comparison of the Splink model can be read; the comparison 'a' of the Splink model was left out: "
            "its level 'same' has no m or no u: it was not trained");
  EXPECT_EQ(message(R"({"probability_two_random_records_match": 0.1, "comparisons": [{"output_column_name": "a", "comparison_levels": [
              {"sql_condition": "\"a_l\" = \"a_r\"", "m_probability": 0.9, "u_probability": 1.5}]}]})"),
            "no comparison of the Splink model can be read; the comparison 'a' of the Splink model was left out: "
            "the m or the u of its level '\"a_l\" = \"a_r\"' is not between 0 and 1");
  EXPECT_EQ(message(R"({"probability_two_random_records_match": 0.1, "comparisons": [{"output_column_name": "a", "comparison_levels": [7]}]})"),
            "no comparison of the Splink model can be read; the comparison 'a' of the Splink model was left out: "
            "the condition of its level '' has no counterpart");
  const std::string no_rule = R"({"probability_two_random_records_match": 0.1, "comparisons": [{"output_column_name": "a", "comparison_levels": [
              {"sql_condition": "\"a_l\" = \"a_r\"", "m_probability": 0.9, "u_probability": 0.1},
              {"sql_condition": "ELSE", "m_probability": 0.1, "u_probability": 0.9}]}], "blocking_rules_to_generate_predictions": [")";
  const std::string why = "the Splink model has no blocking rule that can be read: name fields that must be equal, or equal in their first 3 or 4 letters, in "
                          "blocking_rules_to_generate_predictions";
  EXPECT_EQ(message(no_rule + R"(abs(l.age - r.age) < 2"]})"), why);
  EXPECT_EQ(message(no_rule + std::string(100'000, '(') + "\"]}"), why) << "a rule of any length";
}

}  // namespace
}  // namespace kinfold::linkage
