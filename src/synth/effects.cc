// The two years after the start: both potential outcomes from one draw, then the events of the one
// that happened.
#include <algorithm>
#include <array>
#include <cmath>

#include "synth/life_internal.h"

namespace kinfold::synth {

namespace {

constexpr std::size_t kWindowCount = kWindowMonths.size() - 1;
/// New spells in the first half year, against later: many are still in an old one.
constexpr double kNewAtFirst = 0.4;

/// Whether something holds in each of the windows.
using Presence = std::array<bool, kWindowCount>;

/// Spells that touch exactly the windows of `presence`; neighbours are often one spell.
std::vector<Segment> spells_in(const Presence& presence, Variable variable, Date start,
                               RandomStream& random) {
  std::vector<Segment> spells;
  for (std::size_t w = 0; w < kWindowCount; ++w) {
    if (!presence[w]) continue;
    const int low = add_months(start, kWindowMonths[w]).days + kMarginDays;
    const int high = add_months(start, kWindowMonths[w + 1]).days - kMarginDays;
    // Most spells cover most of their window, so that its quarters show about the same share.
    const double half = 0.5 * (high - low - 14);
    const int begin = low + static_cast<int>(half * std::pow(random.uniform(), 2.5));
    const int end = high - static_cast<int>(half * std::pow(random.uniform(), 2.5));
    const bool joined = random.chance(0.6);
    if (joined && w > 0 && presence[w - 1])
      spells.back().end = end;
    else
      spells.push_back({variable, begin, end});
  }
  return spells;
}

/// Both potential outcomes of one draw.
struct Draw {
  bool without = false;
  bool with = false;
  bool happens(Group group) const { return group == Group::kProgramme ? with : without; }
};

class After {
 public:
  After(Family& family, std::size_t place, const Intercepts& intercepts, bool planted, RandomStream& random,
        double family_effect, OutcomeSums& sums)
      : family_(family),
        person_(family.household.people[place]),
        member_(family.members[place]),
        intercepts_(intercepts),
        planted_(planted),
        random_(random),
        family_effect_(family_effect),
        sums_(sums) {}

  void live() {
    const int age = age_years(person_.born, family_.start);
    std::vector<Segment> jsa;
    if (age >= 18) {
      jsa = spells_in(presence(kJsa, kJsa, kJsa), Variable::kJsa, family_.start, random_);
      offend(kCustodyAdults, kCustodyAdults, 1.55);
    } else {
      care();
      if (age >= 10) offend(kConvictionJuveniles, kCustodyJuveniles, 0);
    }
    benefits_after(family_, person_, jsa, family_.start, add_months(family_.start, 24), random_,
                   member_.events);
  }

 private:
  double risk(Outcome outcome, double shift = 0) const {
    return logistic(intercepts_.of[outcome] + static_cast<double>(member_.risk_score[outcome]) +
                    family_effect_ + shift);
  }
  double ratio(Outcome outcome) const {
    const auto& spec = outcome_specs()[outcome];
    return planted_ ? spec.programme_share / spec.comparison_share : 1.0;
  }

  /// One uniform number decides both: the difference between them is the effect and nothing else.
  Draw draw(Outcome outcome, double u) {
    const double risk_without = risk(outcome);
    const Draw result{u < risk_without, u < risk_without * ratio(outcome)};
    if (family_.group == Group::kProgramme) {
      ++sums_.programme_count[outcome];
      sums_.without[outcome] += result.without ? 1 : 0;
      sums_.with[outcome] += result.with ? 1 : 0;
    } else {
      ++sums_.others_count[outcome];
      sums_.others[outcome] += result.without ? 1 : 0;
    }
    return result;
  }

  /// The last window has the planted outcome; the first none, the middle half of its effect.
  Presence presence(Outcome last, Outcome middle, Outcome first) {
    const double u = random_.uniform();
    const auto again = [&] { return random_.chance(0.65) ? u : random_.uniform(); };
    const bool treated = family_.group == Group::kProgramme;
    const double half = treated ? 0.5 + 0.5 * ratio(middle) : 1.0;
    const bool in_first = again() < kNewAtFirst * risk(first);
    const bool in_middle = again() < std::min(1.0, risk(middle) * half * 1.15);
    return {in_first, in_middle, draw(last, u).happens(family_.group)};
  }

  void care() {
    const auto looked_after = presence(kLookedAfter, kLookedAfter, kLookedAfter);
    write(spells_in(looked_after, Variable::kLookedAfter, family_.start, random_));
    const double u = random_.uniform();
    const double later = random_.chance(0.5) ? u : random_.uniform();
    const double early = random_.chance(0.5) ? u : random_.uniform();
    const Presence plan{early < kNewAtFirst * risk(kPlan19To24), draw(kPlan7To18, u).happens(family_.group),
                        draw(kPlan19To24, later).happens(family_.group)};
    write(spells_in(plan, Variable::kChildProtectionPlan, family_.start, random_));
    // A plan is for a child in need, and many more are in need without one.
    Presence in_need = plan;
    for (auto& held : in_need) held = held || random_.uniform() < risk(kPlan19To24, 1.8);
    write(spells_in(in_need, Variable::kChildInNeed, family_.start, random_));
  }

  /// Custody needs a conviction: one number decides both, and custody's risk is the smaller.
  void offend(Outcome conviction, Outcome custody, double conviction_shift) {
    const double u = random_.uniform();
    const bool jailed = draw(custody, u).happens(family_.group);
    bool convicted = jailed;
    if (conviction != custody)
      convicted = draw(conviction, u).happens(family_.group) || jailed;
    else
      convicted = convicted || u < risk(custody, conviction_shift);
    const int from = std::max(family_.start.days, add_months(person_.born, 120).days) + 1;
    const int to = add_months(family_.start, 24).days - kMarginDays;
    if (convicted) {
      const int count = 1 + poisson(0.35, random_);
      for (int i = 0; i < count; ++i) {
        const int day = random_.between(from, to);
        member_.events.push_back({day, kNoDay, 0, Variable::kConviction});
        if (jailed && i == 0) member_.events.push_back({day, kNoDay, 0, Variable::kCustodialSentence});
      }
    }
    if (random_.uniform() < 1.3 * risk(conviction, conviction_shift)) {
      member_.events.push_back({random_.between(from, to), kNoDay, 0, Variable::kCaution});
    }
  }

  void write(const std::vector<Segment>& segments) {
    for (const auto& s : segments) member_.events.push_back({s.start, s.end, 0, s.variable});
  }

  Family& family_;
  const Person& person_;
  Member& member_;
  const Intercepts& intercepts_;
  bool planted_;
  RandomStream& random_;
  double family_effect_;
  OutcomeSums& sums_;
};

/// One spell where several of a kind overlap or follow each other day on day. `events` is sorted.
void merge_spells(std::vector<Event>& events) {
  std::size_t kept = 0;
  for (std::size_t i = 1; i < events.size(); ++i) {
    auto& last = events[kept];
    const auto& next = events[i];
    const bool spell = next.end != kNoDay && next.variable != Variable::kAbsenceRate;
    if (spell && last.variable == next.variable && next.start <= last.end + 1)
      last.end = std::max(last.end, next.end);
    else
      events[++kept] = next;
  }
  if (!events.empty()) events.resize(kept + 1);
}

}  // namespace

void OutcomeSums::add(const OutcomeSums& other) {
  for (std::size_t k = 0; k < kOutcomeCount; ++k) {
    programme_count[k] += other.programme_count[k];
    without[k] += other.without[k];
    with[k] += other.with[k];
    others_count[k] += other.others_count[k];
    others[k] += other.others[k];
  }
}

double family_effect_of(std::uint64_t seed, std::uint64_t family_index) {
  // Shared luck of a family, unrelated to its past and its group: why errors cluster by family.
  return 0.5 * RandomStream(seed, {kStreamAfter, family_index, 1'000}).normal();
}

void live_after_start(Family& family, const Intercepts& intercepts, bool planted_effects, std::uint64_t seed,
                      OutcomeSums& sums) {
  const double family_effect = family_effect_of(seed, family.index);
  for (std::size_t i = 0; i < family.members.size(); ++i) {
    RandomStream random(seed, {kStreamAfter, family.index, i + 1});
    After(family, i, intercepts, planted_effects, random, family_effect, sums).live();
    auto& events = family.members[i].events;
    std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
      return a.variable != b.variable ? a.variable < b.variable : a.start < b.start;
    });
    merge_spells(events);
  }
}

}  // namespace kinfold::synth
