// Tables in parts: counted, scored and decided as the whole is.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include "linkage/parts.h"
#include "unit/linkage/people.h"

namespace kinfold::linkage {
namespace {

using testing_people::People;
using Tables = std::vector<table::Table>;
using ScoredIds = std::map<std::pair<std::string, std::string>, double>;  // By ids; weight in bits.

Tables in_parts(const table::Table& whole, std::size_t count) {
  Tables parts;
  for (std::size_t n = 0; n < count; ++n) {
    const std::size_t begin = whole.row_count() * n / count;
    parts.push_back(whole.slice(begin, whole.row_count() * (n + 1) / count - begin));
  }
  return parts;
}

// What whoever distributes the parts does with their counts.
class CensusTaker {
 public:
  explicit CensusTaker(const Model& model) : model_(&model) {
    for (const auto& field : model.fields)
      dates_.fields.push_back({field.name, true, true, 0.0, 0.0, 0.0, 0.0, {}});
  }
  void month_first_on_the_right(const std::string& name) {
    for (auto& field : dates_.fields)
      if (field.name == name) field.right_day_first = false;
  }
  void add(const table::Table& part, File file) {
    const auto counted = count_part(part, file, *model_, dates_, {true, other_});
    ASSERT_TRUE(counted.ok());
    const auto& columns = counted.value().columns();
    for (std::size_t row = 0; row < counted.value().row_count(); ++row) {
      auto& own = counts_[{columns[0].int_at(row), columns[1].int_at(row), columns[2].int_at(row)}];
      (file == File::kLeft ? own.first : own.second) += static_cast<std::uint64_t>(columns[3].int_at(row));
    }
  }
  void count_only_keys_of(const KeyFilter& other) { other_ = &other; }
  const Census& dates() const { return dates_; }
  Census take(bool two_files) const {
    Census census;
    census.struck.resize(model_->blocking.size());
    std::map<std::int64_t, FieldCensus> fields;
    std::map<std::int64_t, std::vector<std::pair<std::uint64_t, std::uint32_t>>> blocks;  // (pairs, key)
    for (const auto& [key, records] : counts_) {
      const auto [what, number, hash] = key;
      const auto [left, right] = records;
      const auto together = static_cast<double>(left + right);
      if (what == static_cast<std::int64_t>(Counted::kRecord))
        census.left_count = left, census.right_count = right;
      if (what == static_cast<std::int64_t>(Counted::kField))
        fields[number].left_total = static_cast<double>(left),
        fields[number].right_total = static_cast<double>(right);
      if (what == static_cast<std::int64_t>(Counted::kValue)) {
        auto& field = fields[number];
        field.same_total += static_cast<double>(left) *
                            (two_files ? static_cast<double>(right) : static_cast<double>(left) - 1.0);
        field.square_total += together * (together - 1.0);
        if (left + right > 1)
          field.repeated.push_back({static_cast<std::uint64_t>(hash), left, left + right});
      }
      const auto pairs = two_files ? left * right : left * (left - 1) / 2;
      if (what == static_cast<std::int64_t>(Counted::kKey) && pairs > 0)
        blocks[number].emplace_back(pairs, static_cast<std::uint32_t>(hash));
    }
    for (auto& [number, field] : fields) {
      const auto& from = dates_.fields[static_cast<std::size_t>(number)];
      field.name = from.name, field.left_day_first = from.left_day_first,
      field.right_day_first = from.right_day_first;
      std::sort(field.repeated.begin(), field.repeated.end());
      if (field.left_total > 0 && (!two_files || field.right_total > 0)) census.fields.push_back(field);
    }
    for (auto& [number, sizes] : blocks) {
      const auto& rule = model_->blocking[static_cast<std::size_t>(number)];
      const double budget =
          (rule.pairs_per_record_max > 0.0 ? rule.pairs_per_record_max
                                           : model_->settings.pairs_per_record_max) *
          static_cast<double>(std::max<std::uint64_t>(1000, census.left_count + census.right_count));
      std::sort(sizes.begin(), sizes.end());
      std::uint64_t largest = 0;
      double total = 0.0;
      for (const auto& [pairs, key] : sizes)
        if ((total += static_cast<double>(pairs)) <= budget) largest = pairs;
      for (const auto& [pairs, key] : sizes) {
        if (pairs > largest)
          census.struck[static_cast<std::size_t>(number)].push_back(key);
        else
          census.pair_count += pairs;
      }
      std::sort(census.struck[static_cast<std::size_t>(number)].begin(),
                census.struck[static_cast<std::size_t>(number)].end());
    }
    return census;
  }

 private:
  const Model* model_;
  Census dates_;
  const KeyFilter* other_ = nullptr;
  std::map<std::tuple<std::int64_t, std::int64_t, std::int64_t>, std::pair<std::uint64_t, std::uint64_t>>
      counts_;
};

// Adds what a part found, each pair once; of one file the lower id first.
void add_found(const Result<table::Table>& found, bool two_files, ScoredIds& all) {
  ASSERT_TRUE(found.ok());
  for (std::size_t row = 0; row < found.value().row_count(); ++row) {
    auto ids = std::pair{std::string(found.value().find("left_id")->string_at(row)),
                         std::string(found.value().find("right_id")->string_at(row))};
    if (!two_files && ids.second < ids.first) std::swap(ids.first, ids.second);
    ASSERT_TRUE(all.emplace(ids, found.value().find("weight_bits")->double_at(row)).second)
        << "a pair was found twice";
  }
}

ScoredIds scored(const LinkResult& result, const table::Table& left, const table::Table& right,
                 bool two_files) {
  ScoredIds all;
  for (const auto& pair : result.pairs) {
    auto ids = std::pair{std::string(left.find("id")->string_at(pair.left)),
                         std::string(right.find("id")->string_at(pair.right))};
    if (!two_files && ids.second < ids.first) std::swap(ids.first, ids.second);
    all.emplace(ids, pair.weight_bits);
  }
  return all;
}

table::Table as_table(const ScoredIds& pairs) {
  table::Table table({{"left_id", table::ColumnType::kString}, {"right_id", table::ColumnType::kString}});
  for (const auto& [ids, bits] : pairs) {
    table.columns()[0].append_string(ids.first);
    table.columns()[1].append_string(ids.second);
  }
  return table;
}

void expect_same(const LinkResult& one, const LinkResult& other) {
  ASSERT_EQ(one.pairs.size(), other.pairs.size());
  for (std::size_t n = 0; n < one.pairs.size(); ++n) {
    const auto& a = one.pairs[n];
    const auto& b = other.pairs[n];
    ASSERT_EQ(std::tie(a.left, a.right, a.weight_bits, a.probability, a.linked),
              std::tie(b.left, b.right, b.weight_bits, b.probability, b.linked));
  }
  EXPECT_EQ(one.left_cluster, other.left_cluster);
  EXPECT_EQ(one.right_cluster, other.right_cluster);
  EXPECT_EQ(one.threshold_probability, other.threshold_probability);
  EXPECT_EQ(one.pairing, other.pairing);
}

// The rows of each bucket, from the buckets of every part.
std::vector<table::Table> rows_by_bucket(const table::Table& file, File which, const Model& model,
                                         const Census& census, std::uint32_t count) {
  std::vector<std::vector<std::size_t>> rows(count);
  const auto found = buckets_of(file, which, model, census, count);
  if (!found.ok()) return {};
  for (std::size_t n = 0; n < found.value().row_count(); ++n) {
    rows[static_cast<std::size_t>(found.value().columns()[1].int_at(n))].push_back(
        static_cast<std::size_t>(found.value().columns()[0].int_at(n)));
  }
  std::vector<table::Table> tables;
  for (const auto& own : rows) tables.push_back(file.take(own));
  return tables;
}

class Parts : public testing::Test {
 protected:
  Parts()
      : people_(900, 31),
        left_(people_.file(0, 400, 0.15, 1)),
        right_(people_.file(150, 900, 0.15, 2)),
        model_(people_model()) {
    model_.settings.pairs_per_record_max = 0.2;  // Some blocks are too large, of the whole and not of a part.
  }
  Census census_of(bool two_files) {
    CensusTaker taker(model_);
    for (const auto& part : in_parts(left_, 3)) taker.add(part, File::kLeft);
    if (two_files)
      for (const auto& part : in_parts(right_, 4)) taker.add(part, File::kRight);
    return taker.take(two_files);
  }
  Model fitted(bool two_files) { return train(left_, two_files ? &right_ : nullptr, model_).value().model; }

  People people_;
  table::Table left_, right_;
  Model model_;
};

TEST_F(Parts, OfALargeFileAgainstASmallOneFindWhatTheWholeFinds) {
  const Model model = fitted(true);
  const Census census = census_of(true);
  const auto whole = link(left_, &right_, model).value();
  const auto struck = std::accumulate(census.struck.begin(), census.struck.end(), std::size_t{0},
                                      [](std::size_t sum, const auto& keys) { return sum + keys.size(); });
  EXPECT_GT(struck, 0U);
  ScoredIds found;
  for (const auto& part : in_parts(right_, 4))
    add_found(score_part(left_, &part, model, census), true, found);
  EXPECT_EQ(found, scored(whole, left_, right_, true));
  const auto decided = decide_found(left_, &right_, as_table(found), model, census);
  ASSERT_TRUE(decided.ok());
  expect_same(decided.value(), whole);
  EXPECT_EQ(decided.value().fit.blocking_recall, whole.fit.blocking_recall);
}

// By ids: probability, and whether it is a link.
std::map<std::pair<std::string, std::string>, std::pair<double, bool>> told(const LinkResult& result,
                                                                            const table::Table& left,
                                                                            const table::Table& right) {
  std::map<std::pair<std::string, std::string>, std::pair<double, bool>> all;
  for (const auto& pair : result.pairs)
    all[{std::string(left.find("id")->string_at(pair.left)),
         std::string(right.find("id")->string_at(pair.right))}] = {pair.probability, pair.linked};
  return all;
}

TEST_F(Parts, OfTwoFilesAreDecidedByTheRecordsOfScoredPairsAlone) {
  Model model = fitted(true);
  ASSERT_TRUE(model.household_related_share.has_value());
  for (const auto& share : {model.household_related_share, std::optional<double>()}) {
    model.household_related_share = share;
    const auto whole = link(left_, &right_, model).value();
    EXPECT_EQ(whole.pairing, Pairing::kOneToOne);
    const auto found = scored(whole, left_, right_, true);
    std::set<std::string> ids;
    for (const auto& [pair, bits] : found) ids.insert({pair.first, pair.second});
    const auto only_those = [&](const table::Table& file) {
      std::vector<std::size_t> rows;
      for (std::size_t row = 0; row < file.row_count(); ++row)
        if (ids.contains(std::string(file.find("id")->string_at(row)))) rows.push_back(row);
      return file.take(rows);
    };
    const auto left = only_those(left_);
    const auto right = only_those(right_);
    EXPECT_LT(left.row_count() + right.row_count(), left_.row_count() + right_.row_count() - 100);
    const auto decided = decide_found(left, &right, as_table(found), model, census_of(true));
    ASSERT_TRUE(decided.ok());
    EXPECT_EQ(told(decided.value(), left, right), told(whole, left_, right_));
  }
}

TEST_F(Parts, AreCountedAsTheWholeIs) {
  const auto weighed = fields_weighed(model_);
  for (const bool two_files : {true, false}) {
    const auto whole = take_census(left_, two_files ? &right_ : nullptr, model_).value();
    const Census census = census_of(two_files);
    EXPECT_EQ(std::tie(whole.left_count, whole.right_count, whole.pair_count),
              std::tie(census.left_count, census.right_count, census.pair_count));
    EXPECT_EQ(whole.struck, census.struck);
    ASSERT_EQ(whole.fields.size(), census.fields.size());
    for (std::size_t n = 0; n < whole.fields.size(); ++n) {
      const auto& a = whole.fields[n];
      const auto& b = census.fields[n];
      EXPECT_EQ(std::tie(a.name, a.left_total, a.right_total, a.left_day_first, a.right_day_first),
                std::tie(b.name, b.left_total, b.right_total, b.left_day_first, b.right_day_first));
      if (b.square_total > 0.0) {  // Values of fields that are not compared are not counted.
        EXPECT_EQ(std::tie(a.same_total, a.square_total), std::tie(b.same_total, b.square_total)) << a.name;
      }
      if (std::find(weighed.begin(), weighed.end(), a.name) != weighed.end()) {
        EXPECT_EQ(a.repeated, b.repeated) << a.name;
      }
    }
  }
}

TEST_F(Parts, ByBucketsOfBlocksFindEveryPairOnce) {
  const Model model = fitted(true);
  const Census census = census_of(true);
  ScoredIds found;
  const auto left = rows_by_bucket(left_, File::kLeft, model, census, 5);
  const auto right = rows_by_bucket(right_, File::kRight, model, census, 5);
  ASSERT_EQ(left.size(), 5U);
  for (std::uint32_t bucket = 0; bucket < 5; ++bucket)
    add_found(score_part(left[bucket], &right[bucket], model, census, {{bucket, 5}, 1}), true, found);
  EXPECT_EQ(found, scored(link(left_, &right_, model).value(), left_, right_, true));
}

TEST_F(Parts, OfOneFileFindAndGroupItsDuplicates) {
  left_.append(people_.file(100, 300, 0.15, 3), 0, 200);
  const Model model = fitted(false);
  const Census census = census_of(false);
  const auto whole = link(left_, nullptr, model).value();
  ScoredIds found;
  const auto rows = rows_by_bucket(left_, File::kLeft, model, census, 4);
  ASSERT_EQ(rows.size(), 4U);
  for (std::uint32_t bucket = 0; bucket < 4; ++bucket)
    add_found(score_part(rows[bucket], nullptr, model, census, {{bucket, 4}, 1}), false, found);
  EXPECT_EQ(found, scored(whole, left_, left_, false));
  const auto decided = decide_found(left_, nullptr, as_table(found), model, census);
  ASSERT_TRUE(decided.ok());
  expect_same(decided.value(), whole);
}

TEST_F(Parts, NeedNoCountOfKeysThatTheOtherFileLacks) {
  CensusTaker taker(model_);
  taker.add(left_, File::kLeft);
  const auto made = keys_of(left_, File::kLeft, model_, taker.dates()).value();
  const KeyFilter keys(made.bytes(), model_.blocking.size());  // As it arrives elsewhere.
  taker.count_only_keys_of(keys);
  for (const auto& part : in_parts(right_, 4)) taker.add(part, File::kRight);
  const auto few = count_part(right_, File::kRight, model_, taker.dates(), {true, &keys}).value();
  const auto all = count_part(right_, File::kRight, model_, taker.dates(), {true, nullptr}).value();
  EXPECT_LT(few.row_count(), all.row_count());
  EXPECT_EQ(taker.take(true).struck, census_of(true).struck);
  EXPECT_EQ(taker.take(true).pair_count, census_of(true).pair_count);
}

TEST_F(Parts, AreTrainedOnAsTheWholeIs) {
  const Census census = census_of(true);
  std::map<std::string, double> patterns;
  for (const auto& part : in_parts(right_, 4)) {
    const auto counted = count_patterns_of(left_, &part, model_, census).value();
    for (std::size_t row = 0; row < counted.row_count(); ++row)
      patterns[std::string(counted.columns()[0].string_at(row))] += counted.columns()[1].double_at(row);
  }
  table::Table summed({{"pattern", table::ColumnType::kString}, {"pairs", table::ColumnType::kDouble}});
  for (const auto& [pattern, pairs] : patterns) {
    summed.columns()[0].append_string(pattern);
    summed.columns()[1].append_double(pairs);
  }
  const auto fit = fit_counted(left_, &right_, model_, census, summed);
  ASSERT_TRUE(fit.ok());
  const auto whole = train(left_, &right_, model_).value();
  EXPECT_EQ(model_to_toml(fit.value().model), model_to_toml(whole.model));
  EXPECT_EQ(fit.value().candidate_pair_count, whole.candidate_pair_count);
  // Which pairs have one address a sample does not say.
  EXPECT_TRUE(whole.model.household_related_share.has_value());
  const auto drawn = fit_counted(left_.slice(0, 300), &right_, model_, census, summed);
  ASSERT_TRUE(drawn.ok());
  EXPECT_FALSE(drawn.value().model.household_related_share.has_value());
}

TEST_F(Parts, ReadDatesInTheOrderOfTheirWholeFile) {
  table::Table american = right_;
  table::Column dates("date_of_birth", table::ColumnType::kString);
  const auto& written = *right_.find("date_of_birth");
  for (std::size_t row = 0; row < right_.row_count(); ++row) {
    const auto text = written.is_null(row) ? std::string_view{} : written.string_at(row);
    if (text.size() == 10)
      dates.append_string(std::string(text.substr(5, 2)) + "/" + std::string(text.substr(8, 2)) + "/" +
                          std::string(text.substr(0, 4)));
    else
      dates.append_null();
  }
  *american.find("date_of_birth") = dates;
  const auto counts = count_dates_of(american, model_);
  ASSERT_EQ(counts.row_count(), 1U);
  EXPECT_GT(counts.find("month_first")->int_at(0), counts.find("day_first")->int_at(0));
  const Model model = train(left_, &american, model_).value().model;
  const auto whole = take_census(left_, &american, model).value();
  EXPECT_TRUE(whole.find("date_of_birth")->left_day_first);
  EXPECT_FALSE(whole.find("date_of_birth")->right_day_first);
  CensusTaker taker(model);
  taker.month_first_on_the_right("date_of_birth");
  taker.add(left_, File::kLeft);
  taker.add(american, File::kRight);
  const Census census = taker.take(true);
  ScoredIds found;
  for (const auto& part : in_parts(american, 50))
    add_found(score_part(left_, &part, model, census), true, found);
  EXPECT_EQ(found, scored(link(left_, &american, model).value(), left_, american, true));
}

TEST_F(Parts, AreNotScoredByAModelThatIsNotFitted) {
  const auto refused = score_part(left_, &right_, model_, census_of(true));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message,
            "the model is not fitted, and parts cannot be scored by it; train it first");
}

TEST_F(Parts, ThatHoldNobodyFindNothing) {
  const table::Table nobody = right_.slice(0, 0);
  const auto found = score_part(left_, &nobody, fitted(true), census_of(true));
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found.value().row_count(), 0U);
}

TEST_F(Parts, NameTheColumnsThatAModelReads) {
  EXPECT_EQ(columns_read(left_, model_),
            (std::vector<std::string>{"id", "forenames", "surname", "date_of_birth", "gender", "postcode",
                                      "address"}));
}

}  // namespace
}  // namespace kinfold::linkage
