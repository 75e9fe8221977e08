#include "linkage/screen_internal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "linkage/run_internal.h"
#include "unit/linkage/people.h"

namespace kinfold::linkage {
namespace {

using testing_people::People;

// Levels that bounds know something of: signs and lengths for names, bytes for short codes.
Model ladder_model(const std::string& edits) {
  const std::string text = R"(
name = "ladders"
[[field]]
name = "forenames"
kind = "forenames"
[[field]]
name = "surname"
kind = "surname"
[[field]]
name = "date_of_birth"
kind = "code"
[[field]]
name = "postcode"
kind = "code"
[[comparison]]
field = "forenames"
levels = [{ when = "exact", m = 0.8, term_frequency = 1.0 }, { when = "jaro_winkler >= 0.92", term_frequency = 0.5 }, { when = "jaro_winkler >= 0.8" }, { when = "else" }]
[[comparison]]
field = "surname"
levels = [{ when = "exact", m = 0.8, term_frequency = 1.0 }, { when = "jaro >= 0.9" }, { when = "jaro >= 0.7" }, { when = "else" }]
[[comparison]]
field = "date_of_birth"
levels = [{ when = "exact", m = 0.8 }, { when = "EDITS <= 1" }, { when = "EDITS <= 2" }, { when = "else" }]
[[comparison]]
field = "postcode"
levels = [{ when = "exact", m = 0.8 }, { when = "EDITS <= 1" }, { when = "EDITS <= 3" }, { when = "else" }]
[[block]]
keys = ["surname"]
[[block]]
keys = ["postcode"]
[[block]]
keys = ["date_of_birth"]
[[block]]
keys = ["forenames.soundex"]
)";
  std::string own = text;
  for (auto at = own.find("EDITS"); at != std::string::npos; at = own.find("EDITS"))
    own.replace(at, 5, edits);
  auto model = parse_model_toml(own);
  EXPECT_TRUE(model.ok()) << (model.ok() ? "" : model.error().message);
  return model.value();
}

using Pairs = std::set<std::pair<std::uint32_t, std::uint32_t>>;

// Every pair that a rule finds, scored without any bound.
Pairs pairs_above(const Run& run, const Scorer& scorer, double floor_bits, std::uint64_t& all) {
  Pairs pairs;
  for (std::size_t chunk = 0; chunk < run.blocker->work_count(); ++chunk) {
    run.blocker->for_each_tile(chunk, [&](const Blocker::Tile& tile) {
      for (std::size_t i = 0; i < tile.left.size(); ++i) {
        for (std::size_t j = tile.triangle ? i + 1 : 0; j < tile.right.size(); ++j) {
          if (!run.blocker->is_first(tile.rule, tile.key, tile.left[i], tile.right[j])) continue;
          ++all;
          if (scorer.score(tile.left[i], tile.right[j]).log_odds_bits >= floor_bits)
            pairs.emplace(tile.left[i], tile.right[j]);
        }
      }
    });
  }
  return pairs;
}

// Calls use(run, scorer, bounds) with the model fitted to the files.
template <typename Use>
void with_fitted(const table::Table& left, const table::Table* right, const Model& model, Use&& use) {
  auto prepared = prepare(left, right, model, {}, true);
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  const Run& run = prepared.value();
  RandomShares random;
  const auto fit = fit_model(run, model, random);
  ASSERT_TRUE(fit.ok());
  const Scorer scorer(*run.records, *run.comparer, fit.value().model);
  use(run, scorer, RatioBounds(scorer, 2));
}

// Pairs that reach the floor among those that the screen lets through; `let_through` counts the latter.
Pairs pairs_screened(const Run& run, const Scorer& scorer, const Screen& screen, double floor_bits,
                     std::uint64_t& let_through) {
  Pairs pairs;
  std::vector<std::uint64_t> first(run.blocker->yields().size());
  for (std::size_t chunk = 0; chunk < run.blocker->work_count(); ++chunk) {
    screen.for_each_pair(*run.blocker, chunk, first,
                         [&](std::uint32_t, std::uint32_t left, std::uint32_t right) {
                           ++let_through;
                           if (scorer.score(left, right).log_odds_bits < floor_bits) return;
                           EXPECT_TRUE(pairs.emplace(left, right).second);
                         });
  }
  return pairs;
}

void expect_nothing_lost(const table::Table& left, const table::Table* right, const Model& model) {
  with_fitted(left, right, model, [](const Run& run, const Scorer& scorer, const RatioBounds& bounds) {
    for (const double floor_bits : {-20.0, -4.0, 6.0}) {
      auto yields = run.blocker->yields();
      Pairs kept;
      for (const auto& pair : score_pairs(scorer, bounds, *run.blocker, floor_bits, yields, 2, nullptr))
        kept.emplace(pair.left, pair.right);
      std::uint64_t all = 0;
      const Pairs above = pairs_above(run, scorer, floor_bits, all);
      EXPECT_EQ(kept, above) << "floor " << floor_bits;
      std::uint64_t counted = 0;
      for (const auto& yield : yields) counted += yield.first_pair_count;
      EXPECT_EQ(counted, all);
      EXPECT_GT(kept.size(), 100U);
      EXPECT_LT(kept.size(), all);
      // With and without wide vectors, where the processor has them.
      for (const bool wide : {false, Screen::has_wide_vectors()}) {
        std::uint64_t let_through = 0;
        EXPECT_EQ(
            pairs_screened(run, scorer, Screen(scorer, bounds, floor_bits, wide), floor_bits, let_through),
            above)
            << "floor " << floor_bits << (wide ? ", wide" : "");
        EXPECT_LE(let_through, all);
        if (floor_bits > 0.0) {
          EXPECT_LT(let_through, all);
        }
      }
    }
  });
}

TEST(Screen, DropsNoPairThatReachesTheFloor) {
  const People people(1500, 41);
  const auto left = people.file(0, 1100, 0.3, 1);
  const auto right = people.file(400, 1500, 0.3, 2);
  for (const char* edits : {"levenshtein", "osa"}) expect_nothing_lost(left, &right, ladder_model(edits));
  expect_nothing_lost(left, &right, people_model());
}

TEST(Screen, DropsNoneWithinOneFileEither) {
  const People people(900, 42);
  auto file = people.file(0, 900, 0.2, 1);
  const auto again = people.file(0, 600, 0.4, 2);
  for (std::size_t row = 0; row < again.row_count(); ++row) {
    for (std::size_t n = 0; n < file.column_count(); ++n)
      file.columns()[n].append_from(again.columns()[n], row);
  }
  expect_nothing_lost(file, nullptr, ladder_model("levenshtein"));
  expect_nothing_lost(file, nullptr, people_model());
}

// Texts of few letters, so that near ones, moved ones and such with blanks come up often; some `long_ones`.
std::string drawn(RandomStream& random, bool long_ones) {
  std::string text;
  if (long_ones && random.chance(0.1)) {
    for (int length = random.between(17, 60); length > 0; --length)
      text += "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 "[random.below(37)];
    return text;
  }
  for (int length = random.between(1, random.chance(0.3) ? 17 : 11); length > 0; --length)
    text += "AB1a2b "[random.below(random.chance(0.2) ? 7 : 6)];
  return text;
}

TEST(LevelBound, IsNeverWorseThanTheLevel) {
  table::Table table;
  for (const char* name : {"id", "forenames", "surname", "date_of_birth", "postcode"})
    table.add(name, table::ColumnType::kString);
  RandomStream random(43);
  for (int row = 0; row < 400; ++row) {
    table.columns()[0].append_string(std::to_string(row));
    for (std::size_t n = 1; n < 5; ++n) table.columns()[n].append_string(drawn(random, n < 3));
  }
  for (const char* edits : {"levenshtein", "osa"}) {
    auto model = ladder_model(edits);
    for (auto& field : model.fields) {
      field.kind = field.name == "postcode"        ? FieldKind::kText
                   : field.name == "date_of_birth" ? FieldKind::kAsWritten
                                                   : FieldKind::kCode;
    }
    const auto records = encode(table, nullptr, model, {1, true});
    ASSERT_TRUE(records.ok());
    const auto comparer = Comparer::create(records.value(), model);
    ASSERT_TRUE(comparer.ok());
    model.match_rate = 0.001;
    const Scorer scorer(records.value(), comparer.value(), given_model(comparer.value(), model));
    const RatioBounds bounds(scorer, 1);
    for (std::size_t n = 0; n < comparer.value().comparison_count(); ++n) {
      const LevelBound bound(records.value(), comparer.value(), n);
      ASSERT_TRUE(bound.useful());
      const auto& values = records.value().fields[comparer.value().field_of(n)].values;
      std::size_t telling = 0;
      std::size_t as_sharp = 0;
      for (std::uint32_t a = 1; a < values.size(); ++a) {
        for (std::uint32_t b = a + 1; b < values.size(); ++b) {
          const auto level = comparer.value().level_of(n, a, b);
          const auto one = bound.look(values[a]);
          const auto other = bound.look(values[b]);
          const auto best = bound.best(one, other);
          ASSERT_LE(best, level) << values[a].text << " and " << values[b].text << " by " << edits;
          const auto place = bound.kind() == LevelBound::Kind::kSigns
                                 ? LevelBound::place_of_signs(one, other)
                                 : LevelBound::place_of_bytes(one, other, bound.swaps());
          ASSERT_LT(place, bound.levels().size());
          ASSERT_LE(bound.levels()[place], best)
              << values[a].text << " and " << values[b].text << " by " << edits;
          as_sharp += bound.levels()[place] == best;
          ASSERT_LE(bounds.bound(n).best(bounds.look(n, a), bounds.look(n, b)), level)
              << values[a].text << " and " << values[b].text << " by " << edits;
          telling += best > 1;
        }
      }
      EXPECT_GT(telling, values.size()) << n;
      EXPECT_GT(as_sharp, values.size() * (values.size() - 1) / 2 * 9 / 10) << n;
    }
  }
}

}  // namespace
}  // namespace kinfold::linkage
