// Runs of neighbouring categories along one dimension, each judged by the rules as one category: what coarser
// tables are made of.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "disclosure/check.h"

namespace kinfold::disclosure {

inline constexpr std::size_t kRowWorkMax = 40'000;  // rows judged a dimension: well under a second

/// What a coarser table costs: figures that still fail, rows that go, people in rows that became wider.
struct CoarserCost {
  std::size_t failing = 0;
  std::size_t rows = 0;
  double people = 0;
  CoarserCost operator+(const CoarserCost& other) const {
    return {failing + other.failing, rows + other.rows, people + other.people};
  }
  bool operator<(const CoarserCost& other) const {
    return std::tie(failing, rows, people) < std::tie(other.failing, other.rows, other.people);
  }
};

/// Fields (others of the row's labels, then the column) that fail a rule, and how many there are with what
/// follows from them.
struct Judged {
  std::set<std::string> fields;
  std::size_t failing = 0;
};

bool is_dimension(const Output& output, std::size_t c);
/// A field by its column and its row's labels, but for those of dimension `without`.
std::string field_key(const Output& output, std::size_t row, std::size_t c, std::size_t without);
Judged judge_table(const Output& output, const Rules& rules, std::size_t without);
/// What a run of these labels is called.
std::string group_name(const std::vector<std::string>& labels);

/// One dimension: its categories in order, and the judgement of every run of neighbours that was tried.
class Runs {
 public:
  Runs(const Output& output, std::size_t column, const Rules& rules);
  std::size_t column() const { return column_; }
  const std::string& name() const { return output_.table.columns()[column_].name(); }
  /// The cheapest way of combining neighbours; empty where nothing is to be combined.
  std::vector<std::vector<std::string>> best_groups();
  /// The shortest run around `label` in which the field passes.
  std::vector<std::string> shortest_run(const std::string& label, const std::string& field);
  /// Categories in whose rows something fails.
  std::vector<std::string> failing_labels();

 private:
  struct Run {
    std::vector<std::string> labels;
    Judged judged;
    CoarserCost cost;
  };
  const Run& run(std::size_t list, std::size_t from, std::size_t length);

  const Output& output_;
  const Rules& rules_;
  std::size_t column_;
  std::size_t length_max_ = 1;
  std::vector<std::vector<std::string>> lists_;  ///< Categories with the same parent.
  std::map<std::string, std::vector<std::size_t>> rows_;
  std::map<std::tuple<std::size_t, std::size_t, std::size_t>, Run> runs_;
};

}  // namespace kinfold::disclosure
