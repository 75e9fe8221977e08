// The risk measures beside other programs', on a public data set.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "research/protect.h"
#include "source_dir.h"
#include "table/io.h"

namespace kinfold::research {
namespace {

/// The 614 people of Dehejia and Wahba's data, each a family of their own; what they have are two "problems".
Result<table::Table> people_of_lalonde() {
  const char* given = std::getenv("KINFOLD_DATA");
  const auto path = std::filesystem::path(given != nullptr ? given : source_dir() + "/../shared/data") /
                    "evaluation/lalonde.csv";
  if (!std::filesystem::exists(path)) return io_error("no data");
  auto read = table::read_file(path.string());
  if (!read.ok()) return read;
  const auto& rows = read.value();
  table::Table people;
  for (const char* name : {"family", "age_at_start", "educ", "married"})
    people.add(name, table::ColumnType::kInt64);
  for (const char* name : {"authority", "race"}) people.add(name, table::ColumnType::kString);
  for (const char* name : {"problem_no_degree", "problem_trained"})
    people.add(name, table::ColumnType::kBool);
  for (std::size_t row = 0; row < rows.row_count(); ++row) {
    people.find("family")->append_int(static_cast<std::int64_t>(row));
    people.find("age_at_start")->append_int(rows.find("age")->int_at(row));
    people.find("educ")->append_int(rows.find("educ")->int_at(row));
    people.find("married")->append_int(rows.find("married")->int_at(row));
    people.find("authority")->append_string("one");
    people.find("race")->append_string(rows.find("race")->string_at(row));
    people.find("problem_no_degree")->append_bool(rows.find("nodegree")->int_at(row) != 0);
    people.find("problem_trained")->append_bool(rows.find("treat")->int_at(row) != 0);
  }
  return people;
}

struct Expected {
  std::vector<std::string> quasi_identifiers;
  std::uint64_t k, l, classes, uniques, below_three, below_five;
};

// k and l: pycanon 1.3.6 (PyPI), k_anonymity() and l_diversity() of the two problems as one value. Uniques
// and people below 3- and 5-anonymity are counts of small frequencies, as sdcMicro's freqCalc() and
// print(type = "kAnon") define them (Templ, Kowarik and Meindl 2015, Journal of Statistical Software 67(4),
// section 2.2), counted with pandas.
TEST(RiskReference, KAnonymityDiversityAndUniquesOfAPublicDataSet) {
  const auto people = people_of_lalonde();
  if (!people.ok()) GTEST_SKIP() << "lalonde.csv is not in KINFOLD_DATA or ../shared/data";
  for (const auto& expected :
       {Expected{{"age_at_start", "educ", "race", "married"}, 1, 1, 406, 304, 426, 519},
        Expected{{"race", "married", "educ"}, 1, 1, 76, 20, 32, 73},
        Expected{{"race", "married"}, 32, 4, 6, 0, 0, 0}}) {
    ReleaseLimits limits;
    limits.quasi_identifiers = expected.quasi_identifiers;
    for (const auto& [person_min, below] :
         {std::pair<std::uint64_t, std::uint64_t>{3, expected.below_three}, {5, expected.below_five}}) {
      limits.person_min = person_min;
      const auto risk = measure_risk(people.value(), limits);
      ASSERT_TRUE(risk.ok());
      EXPECT_EQ(risk.value().person_count, 614U);
      EXPECT_EQ(risk.value().smallest_class, expected.k);
      EXPECT_EQ(risk.value().fewest_problem_sets, expected.l);
      EXPECT_EQ(risk.value().class_count, expected.classes);
      EXPECT_EQ(risk.value().unique_count, expected.uniques);
      EXPECT_EQ(risk.value().below_count, below);
    }
  }
}

// Minimal sample uniques by their definition (Elliot, Manning and Ford 2002), counted with pandas over all
// pairs.
TEST(RiskReference, MinimalSampleUniquesOfAPublicDataSet) {
  const auto people = people_of_lalonde();
  if (!people.ok()) GTEST_SKIP() << "lalonde.csv is not in KINFOLD_DATA or ../shared/data";
  ReleaseLimits limits;
  limits.quasi_identifiers = {"age_at_start", "educ", "race", "married"};
  limits.unique_depth = 2;
  const auto risk = measure_risk(people.value(), limits);
  ASSERT_TRUE(risk.ok());
  EXPECT_EQ(risk.value().minimal_unique_count, 187U);
  EXPECT_EQ(risk.value().special_unique_count, 135U);
}

}  // namespace
}  // namespace kinfold::research
