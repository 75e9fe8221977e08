#include <algorithm>
#include <cmath>
#include <mutex>
#include <numbers>
#include <numeric>

#include "base/parallel.h"
#include "base/random.h"
#include "linkage/pattern_map_internal.h"
#include "linkage/score_internal.h"
#include "linkage/screen_internal.h"

namespace kinfold::linkage {
namespace {

LevelShares logs_of(const LevelShares& shares) {
  LevelShares logs = shares;
  for (auto& row : logs) for (auto& share : row) share = std::log(std::max(share, 1e-12));
  return logs;
}

double log_sum(double a, double b) {
  const double top = std::max(a, b);
  return top + std::log1p(std::exp(std::min(a, b) - top));
}

}  // namespace

double probability_of_bits(double log_odds_bits) { return 1.0 / (1.0 + std::exp2(-log_odds_bits)); }

Scorer::Scorer(const Records& records, const Comparer& comparer, const EmModel& model, bool term_frequency_by_u)
    : records_(&records), comparer_(&comparer), model_(model), by_u_(term_frequency_by_u), log_m_(logs_of(model.m)),
      log_moved_(model.moved_rate > 0.0 ? logs_of(model.moved) : log_m_), log_related_(logs_of(model.related)),
      log_u_(logs_of(model.u)) {
  for (const auto& field : records.fields) value_count_.emplace_back(field.count.begin(), field.count.end());
  set_frequencies();
}

void Scorer::set_frequencies() {
  value_total_.clear();
  mean_share_.clear();
  for (const auto& counts : value_count_) {
    double total = 0.0;
    double squares = 0.0;
    for (std::size_t code = 1; code < counts.size(); ++code) {
      total += counts[code];
      squares += counts[code] * std::max(0.0, counts[code] - 1.0);
    }
    value_total_.push_back(std::max(total, 1.0));
    mean_share_.push_back(std::max(squares, 1.0) / std::max(1.0, total * std::max(1.0, total - 1.0)));
  }
}

double Scorer::base_share(std::size_t comparison) const {
  if (!by_u_) return mean_share_[comparer_->field_of(comparison)];
  const auto& levels = comparer_->comparison(comparison).levels;
  const auto exact = std::find_if(levels.begin(), levels.end(), [](const Level& level) { return level.when == "exact"; });
  return model_.u[comparison][static_cast<std::size_t>(exact == levels.end() ? 0 : exact - levels.begin())];
}

// How much rarer (or commoner) the agreeing value is than a random one, in nats. For partial
// agreement the commoner of the two values, by the level's power.
double Scorer::term_frequency_nats(std::size_t comparison, std::uint8_t level, std::uint32_t code_a, std::uint32_t code_b) const {
  const double power = comparer_->comparison(comparison).levels[level].term_frequency;
  if (power <= 0.0) return 0.0;
  const std::size_t field = comparer_->field_of(comparison);
  const double count = std::max({value_count_[field][code_a], value_count_[field][code_b], 1.0});
  return power * std::log(base_share(comparison) * value_total_[field] / count);
}

Scorer::FieldRatio Scorer::field_ratio(std::size_t comparison, std::uint8_t level, std::uint32_t code_a, std::uint32_t code_b) const {
  const double nats = term_frequency_nats(comparison, level, code_a, code_b);
  const double unrelated = log_u_[comparison][level] - nats;
  const double related = log_related_[comparison][level] - (comparer_->comparison(comparison).shared_in_household ? 0.0 : nats);
  return {log_m_[comparison][level] - unrelated, log_moved_[comparison][level] - unrelated, related - unrelated};
}

double Scorer::match_of(double stayed, double moved) const {
  if (model_.moved_rate <= 0.0) return stayed;
  return log_sum(stayed + std::log1p(-model_.moved_rate), moved + std::log(model_.moved_rate));
}

double Scorer::prior_nats() const { return std::log(model_.match_rate) - std::log1p(-model_.match_rate - model_.related_rate); }

double Scorer::level_nats_max(std::size_t comparison, std::uint8_t level) const {
  const double power = comparer_->comparison(comparison).levels[level].term_frequency;
  const double rarest = power > 0.0 ? std::max(0.0, power * std::log(base_share(comparison) * value_total_[comparer_->field_of(comparison)])) : 0.0;
  return std::max(log_m_[comparison][level], log_moved_[comparison][level]) - log_u_[comparison][level] + rarest;
}

PatternWeight Scorer::pattern_weight(const Levels& levels) const {
  PatternWeight weight;
  double stayed = 0.0;
  double moved = 0.0;
  weight.related = model_.related_rate > 0.0 ? std::log(model_.related_rate) : -1e30;
  weight.unrelated = std::log1p(-model_.match_rate - model_.related_rate);
  for (std::size_t n = 0; n < comparer_->comparison_count(); ++n) {
    const auto level = levels[n];
    if (level == kMissingLevel) continue;
    stayed += log_m_[n][level];
    moved += log_moved_[n][level];
    weight.related += log_related_[n][level];
    weight.unrelated += log_u_[n][level];
    const std::size_t field = comparer_->field_of(n);
    const double power = comparer_->comparison(n).levels[level].term_frequency;
    if (power > 0.0) weight.bonus_max += std::max(0.0, power * std::log(base_share(n) * value_total_[field]));
  }
  weight.match = std::log(model_.match_rate) + match_of(stayed, moved);
  return weight;
}

PairScore Scorer::score(const Levels& levels, const PatternWeight& weight, const std::uint32_t* a, const std::uint32_t* b) const {
  double related = weight.related;
  double unrelated = weight.unrelated;
  for (std::size_t n = 0; n < comparer_->comparison_count(); ++n) {
    if (levels[n] == kMissingLevel) continue;
    const std::size_t field = comparer_->field_of(n);
    const double nats = term_frequency_nats(n, levels[n], a[field], b[field]);
    unrelated -= nats;
    if (!comparer_->comparison(n).shared_in_household) related -= nats;
  }
  const double rest = log_sum(related, unrelated);
  const double prior = std::log(model_.match_rate) - std::log1p(-model_.match_rate);
  const double odds = weight.match - rest;
  return {(odds - prior) * std::numbers::log2e, odds * std::numbers::log2e};
}

PairScore Scorer::score(std::uint32_t left, std::uint32_t right) const {
  Levels levels{};
  const auto* a = records_->of(left);
  const auto* b = records_->of(right);
  comparer_->compare(a, b, levels);
  return score(levels, pattern_weight(levels), a, b);
}

namespace {

double exact_share(const Records& records, std::size_t field, double& pair_count) {
  const auto& f = records.fields[field];
  double same = 0.0;
  double left = 0.0;
  double right = 0.0;
  for (std::size_t code = 1; code < f.count.size(); ++code) {
    const double n_left = f.left_count[code];
    const double n_right = records.two_files() ? f.count[code] - f.left_count[code] : n_left - 1.0;
    same += n_left * n_right;
    left += n_left;
    right += records.two_files() ? n_right : 0.0;
  }
  pair_count = records.two_files() ? left * right : left * (left - 1.0);
  return pair_count > 0.0 ? same / pair_count : 0.0;
}

// The pairs to look at: all where there are few, else all between two draws of kTileRecords records,
// tile after tile from a fixed stream. A tile's values stay in the processor's cache, which makes
// this several times faster than pairs drawn one by one.
std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs_to_sample(const Records& records, const Settings& settings) {
  constexpr std::size_t kTileRecords = 256;
  const auto left = static_cast<std::uint64_t>(records.left_count);
  const auto right = static_cast<std::uint64_t>(records.count - records.left_count);
  const std::uint64_t all = records.two_files() ? left * right : left * (left - 1) / 2;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
  if (all <= settings.u_pair_count) {
    for (std::uint32_t i = 0; i < left; ++i) {
      for (std::uint64_t j = records.two_files() ? left : i + 1; j < records.count; ++j) pairs.emplace_back(i, static_cast<std::uint32_t>(j));
    }
    return pairs;
  }
  for (std::uint64_t tile = 0; pairs.size() < settings.u_pair_count; ++tile) {
    RandomStream random(settings.seed, {0x7261'6e64, tile});
    std::vector<std::uint32_t> first(kTileRecords);
    std::vector<std::uint32_t> second(kTileRecords);
    for (auto& record : first) record = static_cast<std::uint32_t>(random.below(left));
    for (auto& record : second) record = static_cast<std::uint32_t>(records.two_files() ? left + random.below(right) : random.below(left));
    for (const auto a : first) for (const auto b : second) if (a != b) pairs.emplace_back(a, b);
  }
  return pairs;
}

}  // namespace

RandomShares random_shares(const Records& records, const Comparer& comparer, const Settings& settings, std::size_t thread_count) {
  RandomShares result;
  const double left = static_cast<double>(records.left_count);
  const double right = static_cast<double>(records.count - records.left_count);
  result.pair_count = records.two_files() ? left * right : left * (left - 1.0) / 2.0;
  const auto pairs = pairs_to_sample(records, settings);
  const std::size_t k = comparer.comparison_count();
  std::vector<std::array<std::uint64_t, 32>> counts(k);
  std::mutex mutex;
  parallel_chunks(pairs.size(), 16384, thread_count, [&](std::size_t, std::size_t begin, std::size_t end) {
    std::vector<std::array<std::uint64_t, 32>> own(k);
    Comparer::Batch batch;
    for (std::size_t n = begin; n < end; ++n) {
      if (!batch.add(records.of(pairs[n].first), records.of(pairs[n].second)) && n + 1 < end) continue;
      comparer.compare(batch, false);  // Random pairs hardly ever repeat.
      for (std::size_t pair = 0; pair < batch.count; ++pair) {
        for (std::size_t c = 0; c < k; ++c) if (batch.levels[pair][c] != kMissingLevel) ++own[c][batch.levels[pair][c]];
      }
      batch.count = 0;
    }
    const std::lock_guard lock(mutex);
    for (std::size_t c = 0; c < k; ++c) for (std::size_t level = 0; level < 32; ++level) counts[c][level] += own[c][level];
  });
  for (std::size_t c = 0; c < k; ++c) {
    const auto& levels = comparer.comparison(c).levels;
    std::vector<double> share(levels.size());
    std::vector<bool> observed(levels.size());
    double seen = 0.0;
    for (std::size_t level = 0; level < levels.size(); ++level) seen += static_cast<double>(counts[c][level]);
    for (std::size_t level = 0; level < levels.size(); ++level) {
      observed[level] = counts[c][level] > 0;
      share[level] = std::max(0.5, static_cast<double>(counts[c][level])) / std::max(1.0, seen);
    }
    if (levels[0].when == "exact") {  // Known exactly, however rare.
      double pair_count = 0.0;
      const double counted = exact_share(records, comparer.field_of(c), pair_count);
      const double exact = std::max(counted, 0.5 / std::max(1.0, pair_count));
      const double rest = std::accumulate(share.begin() + 1, share.end(), 0.0);
      for (std::size_t level = 1; level < share.size(); ++level) share[level] *= (1.0 - exact) / rest;
      share[0] = exact;
      observed[0] = true;
    }
    const double total = std::accumulate(share.begin(), share.end(), 0.0);
    for (auto& s : share) s /= total;
    result.share.push_back(std::move(share));
    result.observed.push_back(std::move(observed));
  }
  return result;
}

std::vector<KeptPair> score_pairs(const Scorer& scorer, const Blocker& blocker, double floor_bits,
                                  std::vector<RuleYield>& yields, std::size_t thread_count, Progress* progress) {
  struct Part {
    std::vector<KeptPair> kept;
    std::vector<double> expected;
    std::vector<std::uint64_t> first;
  };
  const Screen screen(scorer, floor_bits, thread_count);
  std::vector<Part> parts(blocker.work_count());
  const auto& records = scorer.records();
  const auto& comparer = scorer.comparer();
  std::mutex mutex;
  std::uint64_t done = 0;
  if (progress != nullptr) progress->begin("compare", blocker.work_count());
  parallel_chunks(blocker.work_count(), 1, thread_count, [&](std::size_t, std::size_t chunk, std::size_t) {
    Part& part = parts[chunk];
    part.expected.resize(yields.size());
    part.first.resize(yields.size());
    PatternMap<PatternWeight> weights;
    Comparer::Batch batch;
    struct Whose {
      std::uint32_t rule, left, right;
    };
    std::array<Whose, Comparer::Batch::kBatchMax> whose{};
    const auto flush = [&] {
      comparer.compare(batch, true);
      for (std::size_t n = 0; n < batch.count; ++n) {
        const auto [known, fresh] = weights.find(batch.keys[n]);
        if (fresh) *known = scorer.pattern_weight(batch.levels[n]);
        const PatternWeight& weight = *known;
        const double best = (weight.match - std::max(weight.related, weight.unrelated) + weight.bonus_max) * std::numbers::log2e;
        if (best < floor_bits) continue;
        const PairScore score = scorer.score(batch.levels[n], weight, batch.a[n], batch.b[n]);
        if (score.log_odds_bits < floor_bits) continue;
        part.expected[whose[n].rule] += probability_of_bits(score.log_odds_bits);
        part.kept.push_back({whose[n].left, whose[n].right, score.weight_bits, score.log_odds_bits, batch.keys[n]});
      }
      batch.count = 0;
    };
    screen.for_each_pair(blocker, chunk, part.first, [&](std::uint32_t rule, std::uint32_t left, std::uint32_t right) {
      whose[batch.count] = {rule, left, right};
      if (batch.add(records.of(left), records.of(right))) flush();
    });
    flush();
    if (progress == nullptr) return;
    const std::lock_guard lock(mutex);
    progress->advance(++done);
  });
  if (progress != nullptr) progress->end();
  std::vector<KeptPair> kept;
  for (auto& yield : yields) yield.expected_matches = 0.0, yield.first_pair_count = 0;
  for (const auto& part : parts) {
    kept.insert(kept.end(), part.kept.begin(), part.kept.end());
    for (std::size_t rule = 0; rule < yields.size(); ++rule) {
      yields[rule].expected_matches += part.expected[rule];
      yields[rule].first_pair_count += part.first[rule];
    }
  }
  std::sort(kept.begin(), kept.end(), [](const KeptPair& a, const KeptPair& b) {
    return a.left != b.left ? a.left < b.left : a.right < b.right;
  });
  return kept;
}

}  // namespace kinfold::linkage
