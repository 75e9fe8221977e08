// What columns say of each other: more people than families, and columns that add up to another.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "disclosure/output_encoder_internal.h"

namespace kinfold::disclosure {
namespace {

/// Looks for the columns that add up to another one in every row. Counts are not negative, so that a choice
/// of parts which leaves too little in one row is given up with all that it is the beginning of.
class SumSearch {
 public:
  /// `cells[c][row]`: the number that column c tells in that row, empty where it has none.
  SumSearch(const Encoding& encoding, std::vector<std::vector<std::optional<CellIndex>>> cells)
      : encoding_(encoding), cells_(std::move(cells)) {}

  /// \returns false where the search was given up before its end.
  bool run(std::size_t total);
  std::vector<std::vector<std::size_t>> found;  ///< Of each sum, the columns of its parts.

 private:
  static constexpr std::size_t kStepMax = 100'000;  // choices tried for one total: some milliseconds
  static constexpr std::size_t kRowMax =
      64;  // rows that are looked at first; all are before a sum is believed

  double value(std::size_t c, std::size_t row) const { return encoding_.system.cells[*cells_[c][row]].value; }
  double slack(std::size_t c, std::size_t row) const;
  bool may_be_part(std::size_t total, std::size_t part) const;
  bool extend(std::size_t next, const std::vector<double>& rest);
  bool holds() const;

  const Encoding& encoding_;
  std::vector<std::vector<std::optional<CellIndex>>> cells_;
  std::size_t total_ = 0;
  std::vector<std::size_t> rows_, candidates_, chosen_;
  std::vector<double> slack_;  ///< Of each of rows_: by how much rounding may make the sum fail at most.
  std::size_t step_count_ = 0;
};

double SumSearch::slack(std::size_t c, std::size_t row) const {
  const auto& within = encoding_.facts[*cells_[c][row]].within;
  return within ? within->second - within->first : 0;
}

bool SumSearch::may_be_part(std::size_t total, std::size_t part) const {
  if (part == total) return false;
  for (std::size_t row = 0; row < cells_[total].size(); ++row) {
    if (!cells_[total][row]) continue;
    if (!cells_[part][row]) return false;
    if (encoding_.facts[*cells_[part][row]].level != encoding_.facts[*cells_[total][row]].level) return false;
  }
  return true;
}

bool SumSearch::holds() const {
  for (std::size_t row = 0; row < cells_[total_].size(); ++row) {
    if (!cells_[total_][row]) continue;
    double rest = value(total_, row);
    double slack_here = slack(total_, row);
    for (const auto part : chosen_) rest -= value(part, row), slack_here += slack(part, row);
    if (std::abs(rest) > slack_here) return false;
  }
  return true;
}

bool SumSearch::extend(std::size_t next, const std::vector<double>& rest) {
  if (++step_count_ > kStepMax) return false;
  bool near = !chosen_.empty();
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] < -slack_[i]) return true;  // nothing that is added makes it more
    near = near && rest[i] <= slack_[i];
  }
  if (near && holds()) found.push_back(chosen_);
  for (; next < candidates_.size(); ++next) {
    auto left = rest;
    for (std::size_t i = 0; i < left.size(); ++i) left[i] -= value(candidates_[next], rows_[i]);
    chosen_.push_back(candidates_[next]);
    const bool complete = extend(next + 1, left);
    chosen_.pop_back();
    if (!complete) return false;
  }
  return true;
}

bool SumSearch::run(std::size_t total) {
  total_ = total;
  found.clear();
  candidates_.clear();
  rows_.clear();
  slack_.clear();
  step_count_ = 0;
  for (std::size_t c = 0; c < cells_.size(); ++c) {
    if (may_be_part(total, c)) candidates_.push_back(c);
  }
  std::vector<double> rest;
  for (std::size_t row = 0; row < cells_[total].size() && rows_.size() < kRowMax; ++row) {
    if (!cells_[total][row]) continue;
    rows_.push_back(row);
    rest.push_back(value(total, row));
    slack_.push_back(slack(total, row));
    for (const auto part : candidates_) slack_.back() += slack(part, row);
  }
  return extend(0, rest);
}

}  // namespace

// Everybody knows that there are no more families than people, no more authorities than families.
void OutputEncoder::tie_levels(std::size_t row) {
  for (std::size_t a = 0; a < columns_.size(); ++a) {
    for (std::size_t b = 0; b < columns_.size(); ++b) {
      const auto* many = columns_[a].layout;
      const auto* few = columns_[b].layout;
      if (many == nullptr || few == nullptr || many->role != Role::kCount || few->role != Role::kCount)
        continue;
      if (columns_[a].variable != columns_[b].variable || many->level >= few->level) continue;
      const auto& cells = encoding_.field_cells[index_];
      const auto& first = cells[row * columns_.size() + a];
      const auto& second = cells[row * columns_.size() + b];
      if (first.empty() || second.empty()) continue;
      const double slack = encoding_.system.cells[first[0]].value - encoding_.system.cells[second[0]].value;
      if (slack < 0) continue;
      auto selection = encoding_.facts[second[0]].selection;
      selection.unit =
          fmt::format("{} beyond one for each {}", level_plural(many->level), level_name(few->level));
      const auto spare = cell(std::move(selection), slack, {}, many->level);
      encoding_.system.relations.push_back({{{first[0], 1}, {second[0], -1}, {spare, -1}}});
    }
  }
}

// Columns that add up to another in every row: treated and comparison to all, match grades to linked.
// A sum that holds by chance is true all the same, and an attacker may see it.
void OutputEncoder::tie_columns() {
  const auto row_count = output_.table.row_count();
  std::vector<std::vector<std::optional<CellIndex>>> numbers;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (columns_[c].twin || (columns_[c].layout != nullptr && columns_[c].layout->role == Role::kMean))
      continue;
    std::vector<std::optional<CellIndex>> cells(row_count);
    bool any = false;
    for (std::size_t row = 0; row < row_count; ++row) {
      const auto& told = encoding_.field_cells[index_][row * columns_.size() + c];
      if (told.empty() || encoding_.facts[told[0]].magnitude) continue;
      cells[row] = told[0];
      any = any || encoding_.system.cells[told[0]].value != 0;
    }
    if (any) numbers.push_back(std::move(cells));
  }
  bool complete = true;
  SumSearch search(encoding_, numbers);
  for (std::size_t total = 0; total < numbers.size(); ++total) {
    complete = search.run(total) && complete;
    for (const auto& parts : search.found) {
      std::vector<Relation> relations;
      bool rounded = false;
      for (std::size_t row = 0; row < row_count; ++row) {
        if (!numbers[total][row]) continue;
        Relation relation{{{*numbers[total][row], 1}}};
        for (const auto part : parts) relation.terms.push_back({*numbers[part][row], -1});
        rounded = rounded || rounding_slack(encoding_, relation) > 0;
        const bool itself = relation.terms.size() == 2 && relation.terms[0].cell == relation.terms[1].cell;
        if (!itself) relations.push_back(std::move(relation));
      }
      auto& kept = rounded ? encoding_.tentative : encoding_.system.relations;
      for (auto& relation : relations) kept.push_back(std::move(relation));
    }
  }
  if (!complete) {
    encoding_.remarks[index_].push_back(
        "it has too many columns of figures to try all of them for adding up to each other: sums of many "
        "columns may have been "
        "overlooked. Hand it in as several tables, or put the columns under each other with one that tells "
        "them apart");
  }
}

}  // namespace kinfold::disclosure
