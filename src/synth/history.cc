// The years before the start: problems, benefits and work, offences, care and school.
#include "synth/history.h"

#include <algorithm>
#include <cmath>

#include "synth/life_internal.h"

namespace kinfold::synth {

std::string_view variable_name(Variable variable) {
  constexpr std::string_view kNames[] = {
      "jsa",       "esa",           "income_support",        "universal_credit", "employed",
      "caution",   "conviction",    "custodial_sentence",    "absence_rate",     "ks2_score",
      "ks4_score", "child_in_need", "child_protection_plan", "looked_after"};
  return kNames[static_cast<std::size_t>(variable)];
}

std::string_view department_name(Department department) {
  constexpr std::string_view kNames[] = {"dwp", "moj", "dfe"};
  return kNames[static_cast<std::size_t>(department)];
}

Department department_of(Variable variable) {
  if (variable <= Variable::kEmployed) return Department::kDwp;
  return variable <= Variable::kCustodialSentence ? Department::kMoj : Department::kDfe;
}

const std::array<OutcomeSpec, kOutcomeCount>& outcome_specs() {
  static constexpr std::array<OutcomeSpec, kOutcomeCount> kSpecs{{
      {"looked_after_19_24", Population::kChildren, 0.025, 0.017, true},
      {"custody_adults_24", Population::kAdults, 0.016, 0.012, true},
      {"custody_juveniles_24", Population::kJuveniles, 0.008, 0.005, true},
      {"conviction_juveniles_24", Population::kJuveniles, 0.046, 0.039, true},
      {"jsa_19_24", Population::kAdults, 0.105, 0.093, true},
      {"cpp_7_18", Population::kChildren, 0.034, 0.046, false},
      {"cpp_19_24", Population::kChildren, 0.024, 0.024, false},
  }};
  return kSpecs;
}

int Family::problem_count() const {
  return static_cast<int>(
      std::count_if(problem_shown.begin(), problem_shown.end(), [](Date d) { return d.days != 0; }));
}

bool in_population(const Person& person, Date start, Population population) {
  const int age = age_years(person.born, start);
  switch (population) {
    case Population::kChildren: return age < 18;
    case Population::kAdults: return age >= 18;
    case Population::kJuveniles: return age >= 10 && age < 18;
  }
  return false;
}

namespace {

constexpr int kYearsBefore = 5;
constexpr double kOneProblemShare = 0.05;

bool can_have(const Family& family, std::size_t problem) {
  if (problem != kSchoolAbsence && problem != kOffending) return true;
  return std::any_of(family.household.people.begin(), family.household.people.end(),
                     [&](const Person& person) {
                       const int age = age_years(person.born, family.start);
                       return problem == kOffending ? age >= 10 : age >= 5 && age <= 15;
                     });
}

void draw_problems(Family& family, RandomStream& random) {
  constexpr std::array<double, kProblemCount> kLevel{0.35, 0.0, -0.35, -0.75, -0.45, 0.1};
  constexpr std::array<double, kProblemCount> kSlope{0.7, 0.75, 0.9, 0.95, 0.7, 0.5};
  const bool only_one = random.chance(kOneProblemShare);
  const int needed = only_one ? 1 : 2;
  for (;;) {
    family.problem_shown = {};
    for (std::size_t k = 0; k < kProblemCount; ++k) {
      const bool shown = random.chance(logistic(kLevel[k] + kSlope[k] * family.need));
      if (shown && can_have(family, k))
        family.problem_shown[k] = add_days(family.start, -random.between(5, 540));
    }
    const int count = family.problem_count();
    if (only_one ? count == needed : count >= needed) return;
    if (only_one && count > 1) {  // Only the first of them turned out to hold.
      bool kept = false;
      for (auto& shown : family.problem_shown) {
        if (shown.days != 0 && kept) shown = {};
        kept = kept || shown.days != 0;
      }
      return;
    }
    family.need += 0.1;  // Ends: with growing need two problems come.
  }
}

void offend_before(const Family& family, const Person& person, double frailty, RandomStream& random,
                   std::vector<Event>& events) {
  const Date tenth = add_months(person.born, 120);
  const Date from = std::max(tenth, add_months(family.start, -12 * kYearsBefore));
  if (from >= family.start) return;
  const double age = static_cast<double>(family.start.days - person.born.days) / 365.25;
  const double peak = age < 18 ? 0.22 * (age - 14) : -0.045 * (age - 20);
  const double log_rate = -4.6 + 0.55 * family.need + 0.9 * frailty +
                          (person.sex == Sex::kMale ? 0.75 : -0.35) +
                          (family.has_problem(kOffending) ? 1.25 : -0.6) + peak;
  const double years = static_cast<double>(family.start.days - from.days) / 365.25;
  const int count = std::min(poisson(std::exp(log_rate) * years, random), 12);
  for (int i = 0; i < count; ++i) {
    const int day = random.between(from.days, family.start.days - 1);
    const bool young = day - person.born.days < 18 * 365;
    events.push_back({day, kNoDay, 0, Variable::kConviction});
    if (random.chance(young ? 0.06 : 0.13)) events.push_back({day, kNoDay, 0, Variable::kCustodialSentence});
  }
  const int cautions = std::min(poisson(std::exp(log_rate - 0.1 + (age < 18 ? 0.6 : 0)) * years, random), 6);
  for (int i = 0; i < cautions; ++i) {
    events.push_back({random.between(from.days, family.start.days - 1), kNoDay, 0, Variable::kCaution});
  }
}

/// A child's spell of one kind within the five years, more often late; may be shared with siblings.
/// It may run on past the start, but not into the windows in which outcomes are read.
void care_spell(const Family& family, const Person& child, Variable variable, double probability,
                double mean_days, RandomStream& shared, RandomStream& own, std::vector<Event>& events) {
  // The draws are made whether or not they are used, so that siblings stay in step.
  const double family_u = shared.uniform();
  const double family_when = shared.uniform();
  const double own_u = own.uniform();
  const double own_when = own.uniform();
  const double days = 14 - mean_days * std::log(1 - own.uniform());
  const bool together = own.chance(0.6);
  if ((together ? family_u : own_u) >= probability) return;
  const double span = kYearsBefore * 365.0 - 30;
  const double back = span * std::pow(together ? family_when : own_when, 1.6);
  const int start = std::max(family.start.days - 20 - static_cast<int>(back), child.born.days + 1);
  const int end = std::min(start + static_cast<int>(days), last_day_before_outcomes(family.start));
  if (end > start) events.push_back({start, end, 0, variable});
}

void care_before(const Family& family, const Person& child, double frailty, RandomStream& shared,
                 RandomStream& own, std::vector<Event>& events) {
  const bool in_need = family.has_problem(kChildrenInNeed);
  const double lean = 0.5 * family.need + 0.45 * frailty + (family.has_problem(kDomesticAbuse) ? 0.35 : 0);
  care_spell(family, child, Variable::kChildInNeed, logistic(lean + (in_need ? 0.9 : -1.7)), 210, shared, own,
             events);
  care_spell(family, child, Variable::kChildProtectionPlan, logistic(lean + (in_need ? -1.9 : -3.7)), 230,
             shared, own, events);
  care_spell(family, child, Variable::kLookedAfter, logistic(lean + (in_need ? -3.2 : -4.6)), 260, shared,
             own, events);
}

Past past_of(const std::vector<Event>& events, Date start) {
  Past past;
  const int from = add_months(start, -24).days;
  const double day_count = static_cast<double>(start.days - from);
  int absence_count = 0;
  const auto share = [&](const Event& e) {
    const int last = std::min(e.end, start.days - 1);
    return std::max(0, last - std::max(e.start, from) + 1) / day_count;
  };
  for (const auto& e : events) {
    const bool inside = e.start >= from && e.start < start.days;
    switch (e.variable) {
      case Variable::kJsa: past.jsa_share += share(e); break;
      case Variable::kChildInNeed: past.in_need_share += share(e); break;
      case Variable::kChildProtectionPlan: past.plan_share += share(e); break;
      case Variable::kLookedAfter: past.looked_after_share += share(e); break;
      case Variable::kConviction: past.conviction_count += inside ? 1 : 0; break;
      case Variable::kCaution: past.caution_count += inside ? 1 : 0; break;
      case Variable::kCustodialSentence: past.custody_count += inside ? 1 : 0; break;
      case Variable::kAbsenceRate:
        if (inside) {
          past.absence_mean += static_cast<double>(e.value);
          ++absence_count;
        }
        break;
      default: break;
    }
  }
  if (absence_count > 0) past.absence_mean /= absence_count;
  return past;
}

void score_risks(const Family& family, const Person& person, Member& member) {
  const auto& past = member.past;
  const double age = age_years(person.born, family.start);
  const double male = person.sex == Sex::kMale ? 1 : 0;
  const double count = family.problem_count();
  const auto flag = [&](std::size_t problem) { return family.has_problem(problem) ? 1.0 : 0.0; };
  const double convictions = std::min(past.conviction_count, 3);
  const double crime = 0.75 * convictions + 0.5 * std::min(past.custody_count, 1) +
                       0.3 * std::min(past.caution_count, 2) + 0.7 * flag(kOffending) + 0.6 * male +
                       0.14 * count;
  const auto set = [&](Outcome outcome, double score) {
    member.risk_score[outcome] = static_cast<float>(score);
  };
  set(kCustodyAdults, crime - 0.03 * (age - 30));
  set(kCustodyJuveniles, crime + 0.28 * (age - 14));
  set(kConvictionJuveniles, crime + 0.28 * (age - 14));
  set(kJsa, 2.4 * past.jsa_share + 0.85 * flag(kWorklessness) + 0.12 * count - 0.012 * (age - 35) -
                (age > 65 ? 2.5 : 0));
  const double care =
      1.5 * past.in_need_share + 0.55 * flag(kChildrenInNeed) + 0.25 * count - 0.03 * (age - 9);
  set(kLookedAfter, care + 2.4 * past.looked_after_share + 1.2 * past.plan_share + 1.6 * past.absence_mean);
  set(kPlan7To18, care + 1.8 * past.plan_share + 0.35 * flag(kDomesticAbuse));
  set(kPlan19To24, care + 1.8 * past.plan_share + 0.35 * flag(kDomesticAbuse));
}

}  // namespace

void live_until_start(Family& family, std::uint64_t seed) {
  RandomStream random(seed, {kStreamHistory, family.index});
  family.need = random.normal();
  draw_problems(family, random);
  family.members.resize(family.household.people.size());
  for (std::size_t i = 0; i < family.members.size(); ++i) {
    const auto& person = family.household.people[i];
    auto& member = family.members[i];
    RandomStream own(seed, {kStreamHistory, family.index, i + 1});
    const double frailty = own.normal();
    offend_before(family, person, frailty, own, member.events);
    benefits_before(family, person, frailty, own, member.events);
    if (age_years(person.born, family.start) < 18) {
      RandomStream shared(seed, {kStreamHistory, family.index, 99});  // The same draws for every sibling.
      care_before(family, person, frailty, shared, own, member.events);
    }
    const double school =
        -2.75 + 0.3 * family.need + 0.4 * frailty + (family.has_problem(kSchoolAbsence) ? 0.95 : -0.2);
    school_years(person, add_months(family.start, -12 * kYearsBefore), add_months(family.start, 24), school,
                 own, member.events);
    member.past = past_of(member.events, family.start);
    score_risks(family, person, member);
  }
}

double selection_score(const Family& family) {
  double convictions = 0;
  double jsa = 0;
  double plan = 0;
  double in_need = 0;
  double looked_after = 0;
  int child_count = 0;
  // Sums and means, so that what one person's own past says of the family's choice is close to linear.
  for (std::size_t i = 0; i < family.members.size(); ++i) {
    const auto& past = family.members[i].past;
    child_count += age_years(family.household.people[i].born, family.start) < 18 ? 1 : 0;
    convictions += std::min(past.conviction_count, 3);
    jsa += past.jsa_share;
    plan += past.plan_share;
    in_need += past.in_need_share;
    looked_after += past.looked_after_share;
  }
  const double children = std::max(1, child_count);
  const double adults = std::max(1, static_cast<int>(family.members.size()) - child_count);
  const auto flag = [&](std::size_t problem) { return family.has_problem(problem) ? 1.0 : 0.0; };
  return 0.32 * (family.problem_count() - 3) + 0.35 * flag(kOffending) + 0.32 * flag(kChildrenInNeed) +
         0.35 * flag(kWorklessness) + 0.1 * flag(kSchoolAbsence) + 0.28 * convictions + 1.0 * jsa / adults +
         (1.0 * plan + 0.8 * in_need + 1.0 * looked_after) / children;
}

}  // namespace kinfold::synth
