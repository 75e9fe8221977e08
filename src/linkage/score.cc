#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <numbers>
#include <numeric>

#include "base/parallel.h"
#include "linkage/logs_internal.h"
#include "linkage/pattern_map_internal.h"
#include "linkage/radix_internal.h"
#include "linkage/score_internal.h"
#include "linkage/screen_internal.h"

namespace kinfold::linkage {
namespace {

LevelShares logs_of(const LevelShares& shares) {
  LevelShares logs = shares;
  for (auto& row : logs)
    for (auto& share : row) share = std::log(std::max(share, 1e-12));
  return logs;
}

double log_sum(double a, double b) {
  const double top = std::max(a, b);
  return top + std::log1p(std::exp(std::min(a, b) - top));
}

constexpr double kNegligibleNats = 40.0;     // Less than what a double can tell.
constexpr std::uint32_t kCountsKept = 1024;  // Most values are rarer than that.

// How many values there are in all, and the expected share of a random value's own.
struct Totals {
  double values = 1.0;
  double mean_share = 1.0;
};

Totals totals_of(const Records& records, const EncodedField& field) {
  double total = 0.0;
  double squares = 0.0;
  if (field.tally) {
    total = field.tally->total;
    squares = field.tally->square_total;
  } else if (records.census != nullptr) {
    const FieldCensus& whole = *records.census->find(field.field.name);
    total = whole.left_total + whole.right_total;
    squares = whole.square_total;
  } else {
    for (std::size_t code = 1; code < field.count.size(); ++code) {
      const double count = field.count[code];
      total += count;
      squares += count * std::max(0.0, count - 1.0);
    }
  }
  return {std::max(total, 1.0), std::max(squares, 1.0) / std::max(1.0, total * std::max(1.0, total - 1.0))};
}

}  // namespace

double probability_of_bits(double log_odds_bits) { return 1.0 / (1.0 + std::exp2(-log_odds_bits)); }

Scorer::Scorer(const Records& records, const Comparer& comparer, const EmModel& model,
               bool term_frequency_by_u)
    : records_(&records),
      comparer_(&comparer),
      model_(model),
      by_u_(term_frequency_by_u),
      log_m_(logs_of(model.m)),
      log_moved_(model.moved_rate > 0.0 ? logs_of(model.moved) : log_m_),
      log_related_(logs_of(model.related)),
      log_u_(logs_of(model.u)),
      prior_of_all_(std::log(model.match_rate) - std::log1p(-model.match_rate)) {
  for (std::size_t n = 0; n < comparer.comparison_count(); ++n) {
    auto& own = frequency_.emplace_back();
    std::map<std::string, const Rarity*> known;
    for (const auto& level : comparer.comparison(n).levels) {
      if (level.term_frequency > 0.0 && !known.contains(level.term_frequency_of)) {
        known[level.term_frequency_of] = rarities_.emplace_back(rarity_of(n, level.term_frequency_of)).get();
      }
      const Rarity* rarity = level.term_frequency > 0.0 ? known[level.term_frequency_of] : nullptr;
      own.push_back({rarity == nullptr ? 0.0 : level.term_frequency, rarity});
    }
  }
}

// Null where the files lack the part.
std::unique_ptr<Scorer::Rarity> Scorer::rarity_of(std::size_t comparison, const std::string& part) const {
  const auto& whole = records_->fields[comparer_->field_of(comparison)];
  const int at = part.empty() ? static_cast<int>(comparer_->field_of(comparison)) : records_->find(part);
  if (at < 0) return nullptr;
  const auto& field = records_->fields[static_cast<std::size_t>(at)];
  const auto& counts = field.tally ? field.tally->count : field.count;
  auto rarity = std::make_unique<Rarity>();
  rarity->count = counts.data();
  if (!part.empty()) {
    const std::size_t each = whole.field.parts.size();
    const auto place = static_cast<std::size_t>(
        std::find(whole.field.parts.begin(), whole.field.parts.end(), part) - whole.field.parts.begin());
    for (std::size_t code = 0; code < whole.values.size(); ++code)
      rarity->of_parts.push_back(counts[whole.part_codes[code * each + place]]);
    rarity->count = rarity->of_parts.data();
  }
  const Totals totals = totals_of(*records_, field);
  const auto exact = exact_level(comparison, part);
  if (by_u_) {
    rarity->scale = model_.u[comparison][exact.value_or(0)] * totals.values;
  } else if (field.tally || !exact || !records_->two_files()) {
    rarity->scale = totals.mean_share * totals.values;
  } else {
    // A match's other record has the value because the first one has it, so it does not count. There is then
    // one record of such a value, and as many others as there are people who share it; or as the counts say,
    // where people have several records.
    const double others = (model_.related_rate * model_.related[comparison][*exact] +
                           (1.0 - model_.match_rate - model_.related_rate) * model_.u[comparison][*exact]) /
                          (1.0 - model_.match_rate);
    rarity->scale = std::max(1.0 + (totals.values - 2.0) * others, totals.mean_share * (totals.values - 1.0));
    rarity->own = 1;
  }
  rarity->nats.resize(std::min(kCountsKept, *std::max_element(counts.begin(), counts.end()) + 1));
  for (std::uint32_t count = 1; count < rarity->nats.size(); ++count)
    rarity->nats[count] = rarity->nats_of(count);
  return rarity;
}

// The level that holds where the values, or this part of them, are equal.
std::optional<std::size_t> Scorer::exact_level(std::size_t comparison, const std::string& part) const {
  const auto& levels = comparer_->comparison(comparison).levels;
  const std::string wanted = part.empty() ? "exact" : part + ": exact";
  const auto exact =
      std::find_if(levels.begin(), levels.end(), [&](const Level& level) { return level.when == wanted; });
  if (exact == levels.end()) return std::nullopt;
  return static_cast<std::size_t>(exact - levels.begin());
}

// How much rarer (or commoner) the agreeing value is than a random one, in nats. For partial
// agreement the commoner of the two values, by the level's power.
double Scorer::term_frequency_nats(std::size_t comparison, std::uint8_t level, std::uint32_t code_a,
                                   std::uint32_t code_b) const {
  const Frequency& own = frequency_[comparison][level];
  if (own.power <= 0.0) return 0.0;
  return own.power * own.rarity->of(std::max({own.rarity->count[code_a], own.rarity->count[code_b], 1U}));
}

double Scorer::rarest_nats(std::size_t comparison, std::uint8_t level) const {
  const Frequency& own = frequency_[comparison][level];
  return own.power > 0.0 ? std::max(0.0, own.power * std::log(own.rarity->scale)) : 0.0;
}

Scorer::FieldRatio Scorer::field_ratio(std::size_t comparison, std::uint8_t level, std::uint32_t code_a,
                                       std::uint32_t code_b) const {
  const double nats = term_frequency_nats(comparison, level, code_a, code_b);
  const double unrelated = log_u_[comparison][level] - nats;
  const double related =
      log_related_[comparison][level] - (comparer_->comparison(comparison).shared_in_household ? 0.0 : nats);
  return {log_m_[comparison][level] - unrelated, log_moved_[comparison][level] - unrelated,
          related - unrelated};
}

double Scorer::match_of(double stayed, double moved) const {
  if (model_.moved_rate <= 0.0) return stayed;
  return log_sum(stayed + std::log1p(-model_.moved_rate), moved + std::log(model_.moved_rate));
}

double Scorer::prior_nats() const {
  return std::log(model_.match_rate) - std::log1p(-model_.match_rate - model_.related_rate);
}

double Scorer::level_nats_max(std::size_t comparison, std::uint8_t level) const {
  return std::max(log_m_[comparison][level], log_moved_[comparison][level]) - log_u_[comparison][level] +
         rarest_nats(comparison, level);
}

PatternWeight Scorer::pattern_weight(const Levels& levels) const {
  PatternWeight weight;
  double stayed = 0.0;
  double moved = 0.0;
  double namesake = log_rate(model_.namesake_rate);
  weight.related = log_rate(model_.related_rate);
  weight.related_name = log_rate(model_.related_rate * model_.related_name_share);
  weight.unrelated = std::log1p(-model_.match_rate - model_.related_rate);
  for (std::size_t n = 0; n < comparer_->comparison_count(); ++n) {
    const auto level = levels[n];
    if (level == kMissingLevel) continue;
    const AlikeIn alike = model_.alike_in(n);
    const double match = log_m_[n][level];
    const double related = log_related_[n][level];
    stayed += match;
    moved += log_moved_[n][level];
    weight.related += related;
    weight.related_name += alike.related_name ? match : related;
    namesake += alike.namesake ? match : log_u_[n][level];
    weight.unrelated += log_u_[n][level];
    weight.bonus_max += rarest_nats(n, level);
  }
  weight.unrelated = log_sum(weight.unrelated, namesake);
  weight.match = std::log(model_.match_rate) + match_of(stayed, moved);
  return weight;
}

PairScore Scorer::score(const Levels& levels, const PatternWeight& weight, const std::uint32_t* a,
                        const std::uint32_t* b) const {
  double related = weight.related;
  double related_name = weight.related_name;
  double unrelated = weight.unrelated;
  for (std::size_t n = 0; n < comparer_->comparison_count(); ++n) {
    if (levels[n] == kMissingLevel) continue;
    const std::size_t field = comparer_->field_of(n);
    const double nats = term_frequency_nats(n, levels[n], a[field], b[field]);
    unrelated -= nats;
    if (comparer_->comparison(n).shared_in_household) continue;
    related -= nats;
    // Who is named after somebody has the name however rare it is.
    if (!model_.alike_in(n).related_name) related_name -= nats;
  }
  if (related_name > related - kNegligibleNats) related = log_sum(related, related_name);
  const double lesser = std::exp(-std::fabs(related - unrelated));  // As log_sum(), of which it is a part.
  const double rest = std::max(related, unrelated) + std::log1p(lesser);
  const double odds = weight.match - rest;
  return {(odds - prior_of_all_) * std::numbers::log2e, odds * std::numbers::log2e,
          (related < unrelated ? lesser : 1.0) / (1.0 + lesser)};
}

PairScore Scorer::score(std::uint32_t left, std::uint32_t right) const {
  Levels levels{};
  const auto* a = records_->of(left);
  const auto* b = records_->of(right);
  comparer_->compare(a, b, levels);
  return score(levels, pattern_weight(levels), a, b);
}

namespace {

// What is the same for all pairs of one pattern.
struct Weighed {
  Levels levels{};
  PatternWeight weight;
  double best_bits = 0.0;  ///< The most that such a pair can have.
};

// What one piece of the work found.
struct ScoredPart {
  KeptPairs kept;
  std::vector<double> expected;  ///< By rule.
  std::vector<std::uint64_t> first;

  void begin(std::size_t rule_count) {
    expected.resize(rule_count);
    first.resize(rule_count);
  }
  /// Keeps a pair that reaches the floor. `patterns` has those of the pairs so far.
  void add(const Scorer& scorer, double floor_bits, const ComparedPairs::Pair& pair,
           PatternMap<Weighed>& patterns) {
    const auto [known, fresh] = patterns.find(pair.pattern_key);
    if (fresh) {
      scorer.comparer().decode(pair.pattern_key, known->levels);
      const auto weight = known->weight = scorer.pattern_weight(known->levels);
      known->best_bits = (weight.match - std::max(weight.related, weight.unrelated) + weight.bonus_max) *
                         std::numbers::log2e;
    }
    if (known->best_bits < floor_bits) return;
    const PairScore score = scorer.score(known->levels, known->weight, scorer.records().of(pair.left),
                                         scorer.records().of(pair.right));
    if (score.log_odds_bits < floor_bits) return;
    expected[pair.rule] += probability_of_bits(score.log_odds_bits);
    kept.push_back({pair.left, pair.right, score.weight_bits, score.log_odds_bits, pair.pattern_key,
                    score.related_share});
  }
};

void add_up(const std::vector<ScoredPart>& parts, std::vector<RuleYield>& yields) {
  for (auto& yield : yields) yield.expected_matches = 0.0, yield.first_pair_count = 0;
  for (const auto& part : parts) {
    for (std::size_t rule = 0; rule < yields.size(); ++rule) {
      yields[rule].expected_matches += part.expected[rule];
      yields[rule].first_pair_count += part.first[rule];
    }
  }
}

// The parts' pairs one after the other.
KeptPairs put_together(const std::vector<ScoredPart>& parts) {
  KeptPairs kept;
  kept.reserve(
      std::accumulate(parts.begin(), parts.end(), std::size_t{0},
                      [](std::size_t sum, const ScoredPart& part) { return sum + part.kept.size(); }));
  for (const auto& part : parts) kept.insert(kept.end(), part.kept.begin(), part.kept.end());
  return kept;
}

// The parts' pairs by (left, right).
KeptPairs put_in_order(const std::vector<ScoredPart>& parts, std::size_t thread_count) {
  struct Place {
    std::uint64_t records;
    const KeptPair* pair;
  };
  std::vector<std::size_t> begin{0};
  for (const auto& part : parts) begin.push_back(begin.back() + part.kept.size());
  LargeVector<Place> places(begin.back());
  parallel_chunks(parts.size(), 1, thread_count, [&](std::size_t, std::size_t n, std::size_t) {
    auto* place = places.data() + begin[n];
    for (const auto& pair : parts[n].kept)
      *place++ = {static_cast<std::uint64_t>(pair.left) << 32 | pair.right, &pair};
  });
  radix_sort<64>(
      places, [](const Place& place) { return place.records; }, thread_count);
  constexpr std::size_t kAhead = 8;
  KeptPairs kept(places.size());
  parallel_chunks(places.size(), 16384, thread_count, [&](std::size_t, std::size_t first, std::size_t last) {
    for (std::size_t n = first; n < last; ++n) {
      __builtin_prefetch(places[std::min(n + kAhead, last - 1)].pair);
      kept[n] = *places[n].pair;
    }
  });
  return kept;
}

}  // namespace

KeptPairs score_pairs(const Scorer& scorer, const RatioBounds& bounds, const Blocker& blocker,
                      double floor_bits, std::vector<RuleYield>& yields, std::size_t thread_count,
                      Progress* progress) {
  const Screen screen(scorer, bounds, floor_bits);
  std::vector<ScoredPart> parts(blocker.work_count());
  const auto& records = scorer.records();
  const auto& comparer = scorer.comparer();
  std::mutex mutex;
  std::uint64_t done = 0;
  if (progress != nullptr) progress->begin("compare", blocker.work_count());
  parallel_chunks(blocker.work_count(), 1, thread_count, [&](std::size_t, std::size_t chunk, std::size_t) {
    ScoredPart& part = parts[chunk];
    part.begin(yields.size());
    PatternMap<Weighed> patterns;
    Comparer::Batch batch;
    struct Whose {
      std::uint32_t rule, left, right;
    };
    std::array<Whose, Comparer::Batch::kBatchMax> whose{};
    const auto flush = [&] {
      comparer.compare(batch, true);
      for (std::size_t n = 0; n < batch.count; ++n) {
        part.add(scorer, floor_bits, {batch.keys[n], whose[n].left, whose[n].right, whose[n].rule, 0},
                 patterns);
      }
      batch.count = 0;
    };
    screen.for_each_pair(blocker, chunk, part.first,
                         [&](std::uint32_t rule, std::uint32_t left, std::uint32_t right) {
                           whose[batch.count] = {rule, left, right};
                           if (batch.add(records.of(left), records.of(right))) flush();
                         });
    flush();
    if (progress == nullptr) return;
    const std::lock_guard lock(mutex);
    progress->advance(++done);
  });
  if (progress != nullptr) progress->end();
  add_up(parts, yields);
  return put_in_order(parts, thread_count);
}

KeptPairs score_compared(const Scorer& scorer, const ComparedPairs& compared, double floor_bits,
                         std::vector<RuleYield>& yields, std::size_t thread_count, Progress* progress) {
  constexpr std::size_t kChunk = 65536;
  const auto& pairs = compared.pairs();
  if (progress != nullptr) progress->begin("compare", 1);
  std::vector<ScoredPart> parts((pairs.size() + kChunk - 1) / kChunk);
  parallel_chunks(pairs.size(), kChunk, thread_count,
                  [&](std::size_t chunk, std::size_t begin, std::size_t end) {
                    ScoredPart& part = parts[chunk];
                    part.begin(yields.size());
                    PatternMap<Weighed> patterns;
                    for (std::size_t n = begin; n < end; ++n) {
                      ++part.first[pairs[n].rule];
                      part.add(scorer, floor_bits, pairs[n], patterns);
                    }
                  });
  if (progress != nullptr) progress->end();
  add_up(parts, yields);
  return put_together(parts);
}

}  // namespace kinfold::linkage
