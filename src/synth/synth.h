// A synthetic programme with known truth: councils' files as they really come, three departments'
// registers, events over the years, and planted effects. For the demo, tests and benchmarks only.
//
// Everything is invented: names are drawn from tables with invented weights, postcode areas do not
// exist, National Insurance numbers use prefixes that are not issued. How it is made and why:
// docs/methods/synthetic-programme.md. The files' columns: docs/formats/data.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/progress.h"
#include "base/result.h"

namespace kinfold::synth {

/// How many people each department's register holds, programme families and everybody else.
struct RegisterSizes {
  std::uint64_t dwp = 450'000;
  std::uint64_t moj = 400'000;
  std::uint64_t dfe = 420'000;
};

struct SynthOptions {
  std::uint64_t family_count = 20'000;  ///< Of all groups and councils; in [1, 2'000'000].
  std::uint64_t seed = 1;               ///< The same seed gives the same bytes on any number of threads.
  /// Exactly three, distinct, lower-case letters, digits and hyphens. The second writes Windows-1252, the
  /// third has been through Excel.
  std::vector<std::string> authorities{"east-cheshire", "north-riding", "south-marches"};
  /// The six problems, in this order: worklessness, school absence, children in need, offending,
  /// domestic abuse, health. The ids become the columns `problem_<id>`; these are the demo charter's.
  std::vector<std::string> problems{"worklessness", "school",         "child_in_need",
                                    "crime",        "domestic_abuse", "health"};
  RegisterSizes register_sizes;  ///< Raised where the programme's own people need more room.
  Date start_first{17'167};      ///< 2017-01-01, the first day on which support begins.
  Date start_last{17'712};       ///< 2018-06-30, the last.
  /// False: support changes nothing, both potential outcomes are equal (for tests of coverage).
  bool planted_effects = true;
  /// Share of the eligible programme people whom a register holds at all.
  double register_coverage = 0.935;
  std::size_t thread_count = 0;  ///< 0: all cores. Never changes a byte.
};

/// One planted effect: what this very draw gave, on average over the programme's people.
struct PlantedEffect {
  std::string outcome;             ///< `looked_after_19_24`, `custody_adults_24`, ... (docs/formats/data.md).
  std::string population;          ///< `children` (< 18 at start), `adults` (>= 18), `juveniles` (10 to 17).
  std::uint64_t person_count = 0;  ///< Programme people in the population.
  double comparison_share = 0;     ///< Mean potential outcome without support, 0 to 1.
  double programme_share = 0;      ///< Mean potential outcome with support.
  double published_comparison_share = -1;  ///< -1: none was published (empty in the file).
  double published_programme_share = -1;
  double naive_comparison_share = 0;  ///< What the waiting and assessed families in fact had.
};

struct SynthSummary {
  std::uint64_t family_count = 0;
  std::uint64_t person_count = 0;  ///< True people in those families.
  std::uint64_t programme_person_count = 0;
  std::uint64_t council_line_count = 0;  ///< Data lines written, duplicates and broken ones included.
  std::uint64_t duplicate_line_count = 0;
  std::uint64_t broken_line_count = 0;
  std::uint64_t register_person_count = 0;
  std::uint64_t register_event_count = 0;
  std::vector<PlantedEffect> effects;
  std::vector<std::string> files;  ///< Relative to the folder, sorted.
};

/// Writes below `dir` (made if it is not there; files of the same names are replaced):
/// `councils/<authority>.csv`, `registers/<department>/{people.parquet,events.parquet,register.toml}`,
/// `truth/{council_rows,registers,effects}.csv`, `unit-costs.csv`.
/// \retval kInvalid naming the option that is out of range; kIo if a file cannot be written.
/// Time O(families + register people); about 200 bytes of memory a register person.
Result<SynthSummary> write_programme(const std::string& dir, const SynthOptions& options, Progress& progress);

/// People for speed benches: no households' histories, only identities with errors and duplicates.
struct PairsOptions {
  std::uint64_t record_count = 100'000;  ///< Of all files together.
  std::uint64_t seed = 1;
  /// Each person has 1 + Poisson-like further records: this share of the records are repeats.
  double duplicate_share = 0.3;
  bool two_files =
      false;  ///< left.parquet and right.parquet (each person at most once in each), else people.parquet.
  std::size_t thread_count = 0;  ///< 0: all cores. Never changes a byte.
};

struct PairsSummary {
  std::uint64_t record_count = 0;
  std::uint64_t person_count = 0;
  std::uint64_t true_pair_count = 0;  ///< Pairs of records of one person (between the files if two).
};

/// Writes people.parquet (or left.parquet and right.parquet): `record_id` (int64, distinct over all
/// files), `forenames`, `surname`, `date_of_birth` (date), `gender`, `address`, `postcode`, `nino`,
/// and the truth column `person` (int64).
/// \retval kInvalid naming the option that is out of range; kIo if a file cannot be written.
Result<PairsSummary> write_people_pairs(const std::string& dir, const PairsOptions& options,
                                        Progress& progress);

}  // namespace kinfold::synth
