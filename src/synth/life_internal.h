// Pieces of a life that are shared by programme people and everybody else in the registers.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "synth/history.h"

namespace kinfold::synth {

/// First key of every random stream, so that no two uses share one.
enum StreamKey : std::uint64_t {
  kStreamFamily = 1,
  kStreamHistory,
  kStreamChoice,
  kStreamAfter,
  kStreamOther,
  kStreamConfuser,
  kStreamCouncil,
  kStreamDuplicate,
  kStreamRegister,
  kStreamPresence,
  kStreamOtherLife,
  kStreamPairs,
  kStreamBroken
};

inline double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// Knuth's method; for small means only.
inline int poisson(double mean, RandomStream& random) {
  const double limit = std::exp(-mean);
  int count = 0;
  for (double product = random.uniform(); product > limit && count < 60; product *= random.uniform()) ++count;
  return count;
}

/// Panel quarters 0-1, 2-5 and 6-7: outcomes are read in the second and the third. Spells keep some
/// days off a window's edges unless they are meant to cross one.
constexpr std::array<int, 4> kWindowMonths{0, 6, 18, 24};
constexpr int kMarginDays = 3;
/// What began before the start may run until here without touching an outcome.
inline std::int32_t last_day_before_outcomes(Date start) {
  return add_months(start, kWindowMonths[1]).days - kMarginDays;
}

/// Days in a benefit or a job, one after the other, from `from` until before `to`.
struct Segment {
  Variable variable;
  std::int32_t start;
  std::int32_t end;  ///< Last day.
};

void benefits_before(const Family& family, const Person& person, double frailty, RandomStream& random,
                     std::vector<Event>& events);
/// Other benefits and work in [from, to), leaving the days of `jsa` to JSA.
void benefits_after(const Family& family, const Person& person, const std::vector<Segment>& jsa, Date from,
                    Date to, RandomStream& random, std::vector<Event>& events);

/// Added to every log odds of the family after the start.
double family_effect_of(std::uint64_t seed, std::uint64_t family_index);

/// Termly absence and the tests at 11 and 16 that fall in [from, to). `level` is the log odds of
/// missing a session.
void school_years(const Person& person, Date from, Date to, double level, RandomStream& random,
                  std::vector<Event>& events);

}  // namespace kinfold::synth
