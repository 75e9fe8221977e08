// Quick ways beside the plain ones that they stand for.
#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <set>

#include "linkage/group_keys_internal.h"
#include "linkage/keys_internal.h"
#include "linkage/run_internal.h"
#include "linkage/strings_internal.h"
#include "unit/linkage/people.h"

namespace kinfold::linkage {
namespace {

using testing_people::People;

TEST(BytesAsNumber, TakesTheFirstByteForTheLowestWhateverTheSize) {
  const std::string bytes = "\x01\xFE\x03\x84\x05\xF6\x07\x88";
  for (std::size_t count = 0; count <= 8; ++count) {
    std::uint64_t expected = 0;
    for (std::size_t n = 0; n < count; ++n)
      expected |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[n])) << (8 * n);
    EXPECT_EQ(bytes_as_number(bytes.data(), count), expected) << count << " bytes";
  }
}

TEST(StringTable, NumbersTextsByArrivalWhateverIsAskedForAhead) {
  StringTable table;
  RandomStream random(3, {1});
  std::vector<std::string> texts;
  for (int n = 0; n < 20000; ++n) {
    const std::string text = std::to_string(random.below(9000));
    const auto hash = hash_text(text);
    table.prefetch(hash);
    table.prefetch_offset(hash);
    table.prefetch_text(hash);
    const auto known = std::find(texts.begin(), texts.end(), text);
    const auto [number, fresh] = table.add(text, hash);
    EXPECT_EQ(fresh, known == texts.end());
    EXPECT_EQ(number, static_cast<std::uint32_t>(known - texts.begin()));
    if (fresh) texts.push_back(text);
  }
}

const char* const kRules = R"(
[[field]]
name = "forenames"
kind = "forenames"
[[field]]
name = "surname"
kind = "surname"
[[field]]
name = "date_of_birth"
kind = "date"
[[comparison]]
field = "forenames"
levels = [{ when = "exact" }, { when = "jaro_winkler >= 0.9" }, { when = "jaro_winkler >= 0.7" }, { when = "else" }]
[[comparison]]
field = "surname"
levels = [{ when = "exact" }, { when = "osa <= 1" }, { when = "osa <= 3" }, { when = "else" }]
[[comparison]]
field = "date_of_birth"
levels = [{ when = "exact" }, { when = "levenshtein <= 1" }, { when = "levenshtein <= 2" }, { when = "else" }]
[[block]]
keys = ["surname", "forenames.initial"]
[[block]]
keys = ["date_of_birth.year", "surname", "forenames.soundex"]
[[block]]
keys = ["date_of_birth.swapped"]
[[block]]
keys = ["surname.last"]
)";

Model model_of(const std::string& text) {
  auto model = parse_model_toml(text);
  EXPECT_TRUE(model.ok()) << (model.ok() ? "" : model.error().message);
  return model.value();
}

TEST(SingleKeyMaker, MakesTheKeysOfEachRuleByItself) {
  const auto file = People(700, 8).file(0, 700, 0.5, 1);
  const Model model = model_of(kRules);
  const auto records = encode(file, nullptr, model, {1, true});
  ASSERT_TRUE(records.ok());
  const PartTables tables(records.value(), model, 1);
  std::vector<RuleKeyMaker> makers;
  for (const auto& rule : model.blocking) makers.emplace_back(records.value(), rule, tables);
  std::vector<const RuleKeyMaker*> singles;
  for (const auto& maker : makers) {
    ASSERT_TRUE(maker.single());
    singles.push_back(&maker);
  }
  const std::size_t begin = 13;  // Not at the border of a batch.
  std::vector<std::uint32_t> keys((records.value().count - begin) * singles.size());
  SingleKeyMaker(singles).keys_of(begin, records.value().count, keys.data());
  std::size_t none = 0;
  for (std::size_t record = begin; record < records.value().count; ++record) {
    for (std::size_t rule = 0; rule < singles.size(); ++rule) {
      const auto key = keys[(record - begin) * singles.size() + rule];
      EXPECT_EQ(key, makers[rule].key_of(static_cast<std::uint32_t>(record)));
      none += key == 0;
    }
  }
  EXPECT_GT(none, 0U) << "no record lacks a value";
}

using GroupPairs = std::set<std::pair<std::uint32_t, std::uint32_t>>;

// Groups of which one has a key together that none of its records has alone, and the other has it too.
GroupPairs met_by_new_keys(const RuleKeyMaker& maker, const Groups& groups) {
  std::map<std::uint32_t, std::vector<std::uint32_t>> having;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> fresh;
  std::vector<std::uint32_t> keys, own;
  for (std::uint32_t g = 0; g < groups.count(); ++g) {
    std::set<std::uint32_t> alone;
    for (std::size_t n = 0; n < groups.size(g); ++n) {
      maker.keys_of(groups.of(g) + n, 1, own);
      alone.insert(own.begin(), own.end());
    }
    maker.keys_of(groups.of(g), groups.size(g), keys);
    for (const auto key : keys) {
      having[key].push_back(g);
      if (!alone.contains(key)) fresh.emplace_back(key, g);
    }
  }
  GroupPairs pairs;
  for (const auto& [key, g] : fresh)
    for (const auto other : having[key])
      if (other != g) pairs.emplace(std::min(g, other), std::max(g, other));
  return pairs;
}

TEST(GroupKeys, InALargeFileLeadToWhatNoRecordLedToAlone) {
  constexpr std::uint32_t kRecords = 220'000;
  constexpr std::uint32_t kGrouped = 30'000;  // In groups of one to four.
  const auto file = People(kRecords, 10).file(0, kRecords, 0.3, 1);
  const Model model = model_of(kRules);
  const auto records = encode(file, nullptr, model, {2, true});
  ASSERT_TRUE(records.ok());
  const PartTables tables(records.value(), model, 2);
  const auto blocker = Blocker::create(records.value(), model, tables, 2);
  ASSERT_TRUE(blocker.ok());
  Groups groups;
  groups.record.resize(kRecords);
  std::iota(groups.record.begin(), groups.record.end(), 0U);
  RandomStream random(11, {1});
  for (std::uint32_t next = 0; next < kRecords;
       next += next < kGrouped ? static_cast<std::uint32_t>(random.between(1, 4)) : 1)
    groups.offset.push_back(next);
  groups.offset.push_back(kRecords);
  ASSERT_TRUE(is_many(groups));
  const auto lists = list_groups(groups, records.value(), 2);
  std::vector<std::uint32_t> cluster(kRecords);
  for (std::uint32_t g = 0; g < groups.count(); ++g)
    for (std::size_t n = 0; n < groups.size(g); ++n) cluster[groups.of(g)[n]] = g;
  std::vector<GroupRule> rules;
  for (const auto& rule : model.blocking)
    rules.push_back({RuleKeyMaker(records.value(), rule, tables), static_cast<int>(rules.size())});
  const auto keys = group_keys(rules, blocker.value(), groups, cluster, lists, 2);
  std::size_t found_count = 0;
  for (std::size_t rule = 0; rule < rules.size(); ++rule) {
    GroupPairs found;
    const auto& entries = keys[rule];
    for (std::size_t a = 0; a < entries.size(); ++a) {
      for (std::size_t b = a + 1; b < entries.size() && entries[a] >> 32 == entries[b] >> 32; ++b) {
        EXPECT_TRUE(is_own_key(entries[b]) || !is_own_key(entries[a]));
        if (!is_own_key(entries[a])) found.insert(std::minmax(group_of(entries[a]), group_of(entries[b])));
      }
    }
    EXPECT_EQ(found, met_by_new_keys(rules[rule].maker, groups)) << "rule " << rule;
    found_count += found.size();
  }
  EXPECT_GT(found_count, 1000U);
}

// A comparison that may find values exchanged has every pair compared, without bounds.
TEST(RandomShares, AreTheSameWhetherBoundsOrComparisonsTell) {
  const auto file = People(1600, 9).file(0, 1600, 0.3, 1);
  const Model plain = model_of(kRules);
  const Model exchanging = model_of(std::string(kRules) + R"(
[[field]]
name = "street"
kind = "text"
columns = ["address"]
[[field]]
name = "area"
kind = "text"
columns = ["postcode"]
[[comparison]]
field = "street"
levels = [{ when = "exact" }, { when = "swapped area" }, { when = "else" }]
)");
  const auto shares = [&](const Model& model) {
    const auto records = encode(file, nullptr, model, {1, true});
    EXPECT_TRUE(records.ok());
    const auto comparer = Comparer::create(records.value(), model);
    EXPECT_TRUE(comparer.ok());
    auto found = random_shares(records.value(), comparer.value(), model.settings, 2).share;
    found.resize(plain.comparisons.size());
    return found;
  };
  const auto by_bounds = shares(plain);
  EXPECT_EQ(by_bounds, shares(exchanging));
  for (const auto& levels : by_bounds) EXPECT_GT(levels[1], 0.0);
}

}  // namespace
}  // namespace kinfold::linkage
