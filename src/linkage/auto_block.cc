#include "linkage/auto_block_internal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "linkage/screen_internal.h"

namespace kinfold::linkage {
namespace {

constexpr double kGainMin = 0.0002;
constexpr double kSureBits = 3.0;  // Pairs below it would mostly teach which strangers look alike.
constexpr std::size_t kMatchesLookedAtMax = 200'000;

// Keys ("surname.soundex") by what they tell.
struct KeyLists {
  std::vector<std::string> own;  // Tell one person: numbers, mail.
  std::vector<std::string> surname, forenames, dates, days, years, postcodes, districts, places, words;
};

KeyLists keys_of(const Model& model) {
  KeyLists keys;
  for (const auto& field : model.fields) {
    const auto add = [&](std::vector<std::string>& into, std::string_view part) {
      into.push_back(field.name + std::string(part));
    };
    switch (field.kind) {
      case FieldKind::kNino:
      case FieldKind::kCode:
      case FieldKind::kEmail: add(keys.own, ""); break;
      case FieldKind::kSurname:
        for (const auto* part : {"", ".soundex", ".metaphone", ".deletions"}) add(keys.surname, part);
        break;
      case FieldKind::kForenames:
        for (const auto* part : {".root", ".soundex"}) add(keys.forenames, part);
        break;
      case FieldKind::kFullName: add(keys.words, ".tokens"); break;
      case FieldKind::kDate:
        add(keys.dates, "");
        for (const auto* part : {".month_day", ".year_month"}) add(keys.days, part);
        add(keys.years, ".year");
        break;
      case FieldKind::kPostcode:
        add(keys.postcodes, "");
        add(keys.districts, ".district");
        break;
      case FieldKind::kAddress:
      case FieldKind::kPlace:
      case FieldKind::kText: add(keys.places, ""); break;
      case FieldKind::kGender:
      case FieldKind::kNumber:
      case FieldKind::kAsWritten:
      case FieldKind::kLocation:
      case FieldKind::kList:
      case FieldKind::kListAsWritten:
      case FieldKind::kTogether: break;
    }
  }
  return keys;
}

}  // namespace

std::vector<BlockingRule> candidate_rules(const Model& model) {
  const KeyLists keys = keys_of(model);
  std::vector<BlockingRule> rules;
  const auto add = [&](std::vector<std::string> own) {
    BlockingRule rule;
    for (const auto& key : own) rule.name += (rule.name.empty() ? "" : " + ") + key;
    rule.keys = std::move(own);
    rules.push_back(std::move(rule));
  };
  const auto one = [&](const std::vector<std::string>& list) {
    for (const auto& key : list) add({key});
  };
  const auto two = [&](const std::vector<std::string>& a, const std::vector<std::string>& b) {
    for (const auto& x : a)
      for (const auto& y : b)
        if (x.substr(0, x.find('.')) != y.substr(0, y.find('.'))) add({x, y});
  };
  one(keys.own);
  one(keys.dates);
  one(keys.postcodes);
  two(keys.surname, keys.forenames);
  for (const auto* dates : {&keys.dates, &keys.days, &keys.years}) {
    two(keys.surname, *dates);
    two(keys.forenames, *dates);
    two(keys.postcodes, *dates);
    two(keys.places, *dates);
  }
  two(keys.districts, keys.dates);
  two(keys.postcodes, keys.surname);
  two(keys.postcodes, keys.forenames);
  two(keys.places, keys.surname);
  two(keys.places, keys.forenames);
  for (std::size_t n = 0; n < keys.places.size(); ++n)
    for (std::size_t k = n + 1; k < keys.places.size(); ++k) add({keys.places[n], keys.places[k]});
  for (const auto& surname : keys.surname)
    for (const auto& forenames : keys.forenames)
      for (const auto& place : keys.places) add({surname, forenames, place});
  two(keys.words, keys.dates);
  two(keys.words, keys.postcodes);
  for (const auto& word : keys.words)
    for (const auto& year : keys.years) add({word, word, year});
  return rules;
}

std::vector<std::size_t> choose_rules(const std::vector<RuleWorth>& rules, const std::vector<double>& weight,
                                      double pair_budget, double gain_min) {
  const double all = std::accumulate(weight.begin(), weight.end(), 0.0);
  std::vector<bool> found(weight.size(), false);
  std::vector<bool> taken(rules.size(), false);
  std::vector<std::size_t> chosen;
  double left = pair_budget;
  for (;;) {
    std::size_t best = rules.size();
    double best_worth = 0.0;
    for (std::size_t n = 0; n < rules.size(); ++n) {
      if (taken[n] || rules[n].pair_count > left) continue;
      double gain = 0.0;
      for (std::size_t match = 0; match < weight.size(); ++match)
        if (rules[n].finds[match] && !found[match]) gain += weight[match];
      const double worth = gain / std::max(1.0, rules[n].pair_count);
      if (gain < gain_min * all || gain <= 0.0 || worth <= best_worth) continue;
      best = n;
      best_worth = worth;
    }
    if (best == rules.size()) return chosen;
    taken[best] = true;
    left -= rules[best].pair_count;
    chosen.push_back(best);
    for (std::size_t match = 0; match < weight.size(); ++match)
      if (rules[best].finds[match]) found[match] = true;
  }
}

Result<ChosenBlocking> choose_blocking(const Run& run, const Model& model) {
  RandomShares random;
  auto fit = fit_model(run, model, random);
  if (!fit.ok()) return fit.error();
  const Scorer scorer(*run.records, *run.comparer, fit.value().model, model.settings.term_frequency_by_u);
  const RatioBounds bounds(scorer, run.thread_count);
  auto yields = run.blocker->yields();
  auto kept = score_pairs(scorer, bounds, *run.blocker, kSureBits, yields, run.thread_count, nullptr);
  if (kept.size() > kMatchesLookedAtMax) {
    const std::size_t step = kept.size() / kMatchesLookedAtMax + 1;
    KeptPairs some;
    for (std::size_t n = 0; n < kept.size(); n += step) some.push_back(kept[n]);
    kept = std::move(some);
  }
  std::vector<double> weight;
  for (const auto& pair : kept) weight.push_back(probability_of_bits(pair.log_odds_bits));
  std::vector<RuleWorth> rules;
  std::vector<std::string> names;
  for (std::uint32_t rule = 0; rule < yields.size(); ++rule) {
    if (!yields[rule].usable) continue;
    RuleWorth worth{static_cast<double>(yields[rule].pair_count), std::vector<bool>(kept.size())};
    for (std::size_t n = 0; n < kept.size(); ++n)
      worth.finds[n] = run.blocker->holds(rule, kept[n].left, kept[n].right);
    rules.push_back(std::move(worth));
    names.push_back(yields[rule].name);
  }
  const double budget = model.settings.auto_pairs_per_record * static_cast<double>(run.records->count);
  const auto chosen = choose_rules(rules, weight, budget, kGainMin);
  if (chosen.empty())
    return invalid(
        "blocking = \"auto\": no rule fits into auto_pairs_per_record; raise it, or write [[block]] rules");
  ChosenBlocking blocking;
  blocking.fit = std::move(fit).value();
  blocking.random = std::move(random);
  std::vector<bool> found(kept.size(), false);
  double pairs = 0.0;
  for (const auto n : chosen) {
    const auto rule =
        std::find_if(model.blocking.begin(), model.blocking.end(),
                     [&](const BlockingRule& own) { return own.name == names[n] && !own.on_clusters; });
    blocking.rules.push_back(*rule);
    pairs += rules[n].pair_count;
    for (std::size_t match = 0; match < kept.size(); ++match)
      if (rules[n].finds[match]) found[match] = true;
  }
  double held = 0.0;
  for (std::size_t match = 0; match < kept.size(); ++match)
    if (found[match]) held += weight[match];
  const double all = std::accumulate(weight.begin(), weight.end(), 0.0);
  blocking.note = fmt::format(
      "blocking rules were chosen from {} candidates: {} rules and {:.0f} pairs a record hold {:.2f} % of "
      "the matches that all of them found",
      rules.size(), chosen.size(), pairs / static_cast<double>(run.records->count),
      all > 0.0 ? 100.0 * held / all : 0.0);
  return blocking;
}

}  // namespace kinfold::linkage
