// What happens to people over the years, and what support changes: spells, offences, school and care
// from five years before the start to two years after, with both potential outcomes drawn.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/random.h"
#include "synth/population.h"

namespace kinfold::synth {

enum class Variable : std::uint8_t {
  kJsa,
  kEsa,
  kIncomeSupport,
  kUniversalCredit,
  kEmployed,
  kCaution,
  kConviction,
  kCustodialSentence,
  kAbsenceRate,
  kKs2Score,
  kKs4Score,
  kChildInNeed,
  kChildProtectionPlan,
  kLookedAfter
};
std::string_view variable_name(Variable variable);

enum class Department : std::uint8_t { kDwp, kMoj, kDfe };
constexpr std::array<Department, 3> kDepartments{Department::kDwp, Department::kMoj, Department::kDfe};
std::string_view department_name(Department department);
Department department_of(Variable variable);

/// 2020-07-01, when councils wrote their files and departments took their extracts.
constexpr Date kExtractDay{18'444};

constexpr std::int32_t kNoDay = INT32_MIN;
struct Event {
  std::int32_t start = 0;     ///< Days since 1970-01-01.
  std::int32_t end = kNoDay;  ///< Last day; kNoDay: a single day. May lie after kExtractDay: then still open.
  float value = 0;            ///< Only where the variable is a measure.
  Variable variable = Variable::kJsa;
};

enum class Group : std::uint8_t { kProgramme, kWaiting, kAssessed };
/// The order of SynthOptions::problems.
enum Problem : std::size_t {
  kWorklessness,
  kSchoolAbsence,
  kChildrenInNeed,
  kOffending,
  kDomesticAbuse,
  kHealth
};
constexpr std::size_t kProblemCount = 6;

/// What the panel's eight quarters before the start will show of one person.
struct Past {
  double jsa_share = 0;  ///< Of the 24 months' days.
  int conviction_count = 0;
  int caution_count = 0;
  int custody_count = 0;
  double absence_mean = 0;
  double in_need_share = 0;
  double plan_share = 0;
  double looked_after_share = 0;
};

enum Outcome : std::size_t {
  kLookedAfter,
  kCustodyAdults,
  kCustodyJuveniles,
  kConvictionJuveniles,
  kJsa,
  kPlan7To18,
  kPlan19To24,
  kOutcomeCount
};
enum class Population : std::uint8_t { kChildren, kAdults, kJuveniles };

struct OutcomeSpec {
  std::string_view id;
  Population population;
  double comparison_share;  ///< What the programme group would have without support, on average.
  double programme_share;
  bool published;  ///< Else the two shares above are invented.
};
const std::array<OutcomeSpec, kOutcomeCount>& outcome_specs();

struct Member {
  Past past;
  std::vector<Event> events;
  std::array<float, kOutcomeCount> risk_score{};  ///< Log odds without the intercept.
};

struct Family {
  Household household;
  std::vector<Member> members;  ///< One for each of household.people.
  std::uint64_t index = 0;
  int authority = 0;
  Date start;
  Date end;  ///< 0 days: none.
  Group group = Group::kProgramme;
  double need = 0;  ///< Latent; never written, and reaches outcomes through the observed past only.
  std::array<Date, kProblemCount> problem_shown{};  ///< 0 days: not shown.
  bool has_problem(std::size_t problem) const { return problem_shown[problem].days != 0; }
  int problem_count() const;
};

/// Problems and the five years before `start`; then the members' risk scores.
void live_until_start(Family& family, std::uint64_t seed);

/// What the choice of families looks at, on the log-odds scale, without the intercept: problems and
/// past, which the panel shows.
double selection_score(const Family& family);

bool in_population(const Person& person, Date start, Population population);

struct Intercepts {
  std::array<double, kOutcomeCount> of{};
};
/// Sums over people of both potential outcomes and of what happened.
struct OutcomeSums {
  std::array<std::uint64_t, kOutcomeCount> programme_count{}, without{}, with{};
  std::array<std::uint64_t, kOutcomeCount> others_count{}, others{};
  void add(const OutcomeSums& other);
};

/// The two years after `start`: draws every outcome without and with support from one uniform
/// number, lets happen the one that the group gives, and writes the events.
void live_after_start(Family& family, const Intercepts& intercepts, bool planted_effects, std::uint64_t seed,
                      OutcomeSums& sums);

/// The life of somebody who is in a register only.
void other_life(const Person& person, Department department, RandomStream& random,
                std::vector<Event>& events);

}  // namespace kinfold::synth
