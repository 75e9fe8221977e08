// Synthetic people with a panel, and a plan that uses most of what a plan can say.
#pragma once

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/random.h"
#include "evaluation/plan.h"
#include "table/table.h"

namespace kinfold::evaluation {

inline constexpr const char* kPlan = R"([plan]
title = "A test"
[data]
id = "person"
cluster = "family"
authority = "authority"
linked = ["linked_dwp"]
[treatment]
column = "group"
treated = ["programme"]
comparison = ["waiting"]
[[outcome]]
id = "benefit"
variable = "jsa"
quarters = [0, 1]
linked = "linked_dwp"
[[outcome]]
id = "score"
column = "score"
[[covariate]]
column = "age"
[[covariate]]
column = "gender"
category = true
[[covariate]]
id = "before"
variable = "jsa"
quarters = [-2, -1]
measure = "rate"
[[subgroup]]
id = "women"
where = "gender = 'female'"
[[method]]
kind = "nearest"
neighbours = 3
[[method]]
kind = "ipw"
[[method]]
kind = "raw"
[describe]
columns = ["gender", "age"]
variables = ["jsa"]
)";

struct People {
  table::Table people;
  table::Table panel;
};

/// Families of two; the older are more often on the programme, and score lower: no effect on the score.
inline People make_people(std::size_t count, std::uint64_t seed) {
  People out;
  for (const char* name : {"person", "family"}) out.people.add(name, table::ColumnType::kInt64);
  for (const char* name : {"authority", "group", "gender", "linked_dwp"})
    out.people.add(name, table::ColumnType::kString);
  out.people.add("age", table::ColumnType::kInt64);
  out.people.add("score", table::ColumnType::kDouble);
  for (const char* name : {"person", "quarter"}) out.panel.add(name, table::ColumnType::kInt64);
  out.panel.add("jsa", table::ColumnType::kDouble);
  RandomStream random(seed);
  auto& c = out.people.columns();
  auto& p = out.panel.columns();
  for (std::size_t i = 0; i < count; ++i) {
    const int age = random.between(18, 60);
    const bool treated = random.chance(0.2 + 0.01 * (age - 18));
    const bool linked = random.chance(0.9);
    c[0].append_int(static_cast<std::int64_t>(1000 + i));
    c[1].append_int(static_cast<std::int64_t>(i / 2));
    c[2].append_string(i % 3 == 0 ? "north" : "south");
    c[3].append_string(treated ? "programme" : "waiting");
    c[4].append_string(random.chance(0.5) ? "female" : "male");
    c[5].append_string(linked ? "good" : "none");
    c[6].append_int(age);
    c[7].append_double(100 - age + 5 * random.normal());
    for (int q = -2; q <= 1; ++q) {
      p[0].append_int(static_cast<std::int64_t>(1000 + i));
      p[1].append_int(q);
      const bool on = random.chance(0.2 + 0.002 * age - (treated && q >= 0 ? 0.1 : 0.0));
      linked ? p[2].append_double(on ? 30 : 0) : p[2].append_null();
    }
  }
  return out;
}

inline Plan plan_of(const std::string& text) {
  auto plan = parse_plan(text, "p.toml");
  EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error().message);
  return std::move(plan).value();
}

}  // namespace kinfold::evaluation
