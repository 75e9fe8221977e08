// Work, benefits and school: chains of spells, terms and tests.
#include "synth/life_internal.h"

#include <algorithm>
#include <array>

namespace kinfold::synth {

namespace {

/// Between spells there may be nothing at all.
enum State : std::size_t {
  kStateJsa,
  kStateEsa,
  kStateIncomeSupport,
  kStateUniversal,
  kStateEmployed,
  kStateNone,
  kStateCount
};
using Weights = std::array<double, kStateCount>;
constexpr Weights kMeanDays{190, 640, 700, 330, 760, 260};

State draw_state(const Weights& weights, State not_this, RandomStream& random) {
  double total = 0;
  for (std::size_t s = 0; s < kStateCount; ++s) total += s == not_this ? 0 : weights[s];
  double u = random.uniform() * total;
  for (std::size_t s = 0; s < kStateCount; ++s) {
    if (s == not_this) continue;
    u -= weights[s];
    if (u < 0) return static_cast<State>(s);
  }
  return kStateNone;
}

/// Spells from `from` on. The last may go on past `to`, a claim of JSA only until it would touch an outcome:
/// those are drawn elsewhere.
std::vector<Segment> chain(const Weights& weights, Date from, Date to, RandomStream& random) {
  std::vector<Segment> segments;
  State state = draw_state(weights, kStateCount, random);
  for (int day = from.days; day < to.days;) {
    const int length = 7 - static_cast<int>(kMeanDays[state] * std::log(1 - random.uniform()));
    const int end =
        state == kStateJsa ? std::min(day + length - 1, last_day_before_outcomes(to)) : day + length - 1;
    if (state != kStateNone && end > day) segments.push_back({static_cast<Variable>(state), day, end});
    day = end + 1 + (state == kStateEmployed ? random.between(0, 20) : 0);
    state = draw_state(weights, state, random);
  }
  return segments;
}

Weights weights_for(const Family& family, const Person& person, double frailty) {
  const bool workless = family.has_problem(kWorklessness);
  const double age = age_years(person.born, family.start);
  const bool mother = person.sex == Sex::kFemale && person.relation != Relation::kChild;
  const double need = family.need + 0.5 * frailty;
  return {std::exp(0.25 * need + (workless ? 0.15 : -1.1)) * (mother ? 0.6 : 1.0),
          std::exp(0.2 * need - 1.3 + (family.has_problem(kHealth) ? 0.9 : -0.5) + 0.02 * (age - 35)),
          std::exp(0.2 * need - 1.1 + (mother ? 0.7 : -1.2)),
          std::exp(0.2 * need - 1.3 + (workless ? 0.5 : 0)),
          std::exp(-0.3 * need + (workless ? -0.5 : 0.9)),
          0.8};
}

constexpr int kWorkingAgeMonths = 16 * 12;

/// Takes out the benefit or job that goes on past `day`, if there is one.
std::vector<Segment> take_running(Date day, std::vector<Event>& events) {
  std::vector<Segment> running;
  std::erase_if(events, [&](const Event& e) {
    if (department_of(e.variable) != Department::kDwp || e.end < day.days) return false;
    running.push_back({e.variable, e.start, e.end});
    return true;
  });
  return running;
}

void append(const std::vector<Segment>& segments, std::vector<Event>& events) {
  for (const auto& s : segments) events.push_back({s.start, s.end, 0, s.variable});
}

}  // namespace

void benefits_before(const Family& family, const Person& person, double frailty, RandomStream& random,
                     std::vector<Event>& events) {
  Date from = std::max(add_months(family.start, -60), add_months(person.born, kWorkingAgeMonths));
  if (from >= family.start) return;
  auto weights = weights_for(family, person, frailty);
  if (age_years(person.born, family.start) < 18)
    weights[kStateJsa] = weights[kStateUniversal] = 0;  // From 18 on.
  auto segments = chain(weights, from, family.start, random);
  const int adult = add_months(person.born, 18 * 12).days;
  std::erase_if(segments,
                [&](const Segment& s) { return s.start < adult && s.variable != Variable::kEmployed; });
  append(segments, events);
}

void benefits_after(const Family& family, const Person& person, const std::vector<Segment>& jsa, Date from,
                    Date to, RandomStream& random, std::vector<Event>& events) {
  from = std::max(from, add_months(person.born, kWorkingAgeMonths));
  if (from >= to) return;
  const auto weights = weights_for(family, person, 0);
  const int adult = add_months(person.born, 18 * 12).days;
  auto segments = take_running(family.start, events);
  for (const auto& running : segments) from = std::max(from, Date{running.end + 1});
  if (from < to) {
    // The chain's own claims become days with nothing: `jsa` has the ones that count.
    auto later = chain(weights, from, to, random);
    std::erase_if(later, [](const Segment& s) { return s.variable == Variable::kJsa; });
    segments.insert(segments.end(), later.begin(), later.end());
  }
  for (auto segment : segments) {
    segment.end = std::min(segment.end, to.days + 180);  // The extract was taken some time later.
    if (segment.start < adult && segment.variable != Variable::kEmployed) continue;
    for (const auto& claim : jsa) {  // Nobody has two of them on one day: the claim comes first.
      if (claim.end < segment.start || claim.start > segment.end) continue;
      if (claim.start > segment.start + 7) {
        events.push_back({segment.start, claim.start - 1, 0, segment.variable});
      }
      segment.start = claim.end + 1;
    }
    if (segment.end > segment.start) events.push_back({segment.start, segment.end, 0, segment.variable});
  }
  append(jsa, events);
}

void school_years(const Person& person, Date from, Date to, double level, RandomStream& random,
                  std::vector<Event>& events) {
  struct Term {
    int first_month, first_day, last_month, last_day;
  };
  constexpr std::array<Term, 3> kTerms{{{9, 4, 12, 20}, {1, 5, 3, 31}, {4, 18, 7, 21}}};
  const int born_year = to_ymd(person.born).year;
  // Somebody born from September on starts school a year later.
  const int cohort = born_year + (to_ymd(person.born).month >= 9 ? 1 : 0);
  for (int year = std::max(cohort + 4, to_ymd(from).year - 1); year <= std::min(cohort + 15, to_ymd(to).year);
       ++year) {
    const double this_year = level + 0.06 * (year - cohort - 9) + 0.25 * random.normal();
    for (std::size_t t = 0; t < kTerms.size(); ++t) {
      const auto& term = kTerms[t];
      const int calendar = t == 0 ? year : year + 1;
      const Date first = *make_date(calendar, term.first_month, term.first_day);
      const double noise = random.normal();
      if (first < from || first >= to) continue;
      const double rate = logistic(this_year + 0.45 * noise);
      events.push_back({first.days, make_date(calendar, term.last_month, term.last_day)->days,
                        static_cast<float>(std::round(rate * 1000) / 1000), Variable::kAbsenceRate});
    }
  }
  const double ability = random.normal() - 0.35 * (level + 2.9);
  const Date ks2 = *make_date(cohort + 11, 5, 12);
  const Date ks4 = *make_date(cohort + 16, 6, 15);
  const double slip = random.normal();
  if (ks2 >= from && ks2 < to) {
    events.push_back({ks2.days, kNoDay,
                      static_cast<float>(std::clamp(std::round(103 + 7 * ability), 80.0, 120.0)),
                      Variable::kKs2Score});
  }
  if (ks4 >= from && ks4 < to) {
    const double score = std::clamp(std::round((44 + 15 * ability + 5 * slip) * 10) / 10, 0.0, 90.0);
    events.push_back({ks4.days, kNoDay, static_cast<float>(score), Variable::kKs4Score});
  }
}

void other_life(const Person& person, Department department, RandomStream& random,
                std::vector<Event>& events) {
  constexpr Date kOtherFrom{15'706};  // 2013-01-01
  const Date to{18'353};              // 2020-04-01
  const double frailty = random.normal();
  const Date born = person.born;
  if (department == Department::kDwp) {
    const Date from = std::max(kOtherFrom, add_months(born, kWorkingAgeMonths));
    const bool retired = to.days - born.days > 66 * 365;
    if (retired || from >= to) return;
    const double hardship = 0.6 * frailty;
    append(chain({0.12 * std::exp(hardship), 0.12 * std::exp(hardship), 0.08 * std::exp(hardship), 0.1, 1.4,
                  0.5},
                 from, to, random),
           events);
  } else if (department == Department::kMoj) {
    const Date from = std::max(kOtherFrom, add_months(born, 120));
    if (from >= to) return;
    const int count = std::min(
        poisson(std::exp(-1.9 + 1.1 * frailty + (person.sex == Sex::kMale ? 0.5 : -0.6)), random), 10);
    for (int i = 0; i < count; ++i) {
      const int day = random.between(from.days, to.days);
      const bool caution = random.chance(0.35);
      events.push_back({day, kNoDay, 0, caution ? Variable::kCaution : Variable::kConviction});
      if (!caution && random.chance(0.1)) events.push_back({day, kNoDay, 0, Variable::kCustodialSentence});
    }
  } else {
    // Two school years are enough for people who are nobody's match; see the method note.
    school_years(person, Date{17'045} /* 2016-09-01 */, Date{17'775} /* 2018-09-01 */, -3.0 + 0.5 * frailty,
                 random, events);
    if (random.chance(0.05 * std::exp(0.4 * frailty))) {
      const int start = random.between(std::max(born, kOtherFrom).days, kExtractDay.days - 1);
      events.push_back({start, start + random.between(30, 400), 0, Variable::kChildInNeed});
    }
  }
}

}  // namespace kinfold::synth
