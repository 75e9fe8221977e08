// The public data sets of ../shared/data/evaluation (or $KINFOLD_DATA/evaluation) as samples.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "evaluation/effect.h"
#include "source_dir.h"
#include "table/io.h"

namespace kinfold::evaluation {

inline std::string reference_path(const std::string& name) {
  const char* root = std::getenv("KINFOLD_DATA");
  const std::string folder = root != nullptr ? root : source_dir() + "/../shared/data";
  return folder + "/evaluation/" + name;
}

#define KINFOLD_NEED_DATA(name)                       \
  if (!std::filesystem::exists(reference_path(name))) \
  GTEST_SKIP() << name << " is not there: put it in ../shared/data/evaluation, or set KINFOLD_DATA"

inline table::Table reference_table(const std::string& name) {
  auto read = table::read_file(reference_path(name));
  EXPECT_TRUE(read.ok()) << (read.ok() ? "" : read.error().message);
  return std::move(read).value();
}

inline std::vector<double> numbers(const table::Table& t, const std::string& name) {
  std::vector<double> out;
  for (std::size_t r = 0; r < t.row_count(); ++r) out.push_back(t.find(name)->number_at(r));
  return out;
}

inline void add_column(Sample& sample, const std::string& name, const std::vector<double>& values) {
  sample.x.rows = values.size();
  ++sample.x.cols;
  sample.x.values.insert(sample.x.values.end(), values.begin(), values.end());
  sample.names.push_back(name);
}

/// treat ~ age + educ + race + married + nodegree + re74 + re75, outcome re78.
inline Sample lalonde() {
  const auto t = reference_table("lalonde.csv");
  Sample s;
  add_column(s, "intercept", std::vector<double>(t.row_count(), 1));
  for (const char* name : {"age", "educ"}) add_column(s, name, numbers(t, name));
  for (const char* level : {"hispan", "white"}) {
    std::vector<double> is;
    for (std::size_t r = 0; r < t.row_count(); ++r)
      is.push_back(t.find("race")->string_at(r) == level ? 1 : 0);
    add_column(s, std::string("race = ") + level, is);
  }
  for (const char* name : {"married", "nodegree", "re74", "re75"}) add_column(s, name, numbers(t, name));
  for (const double v : numbers(t, "treat")) s.treated.push_back(static_cast<std::uint8_t>(v));
  s.y = numbers(t, "re78");
  return s;
}

}  // namespace kinfold::evaluation
