// Who is in the data, which services and benefits they used before and after, and how many were linked.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "evaluation/output_builder_internal.h"
#include "evaluation/run_internal.h"

namespace kinfold::evaluation {
namespace {

using table::Column;
using table::ColumnType;

constexpr std::size_t kLevelsMax = 30;
const char* group_name(std::size_t treated) { return treated != 0 ? "programme" : "comparison"; }

struct GroupUnits {
  std::vector<std::uint32_t> of[2];  // units of the frame by treatment
};

GroupUnits split(const Frame& frame) {
  GroupUnits out;
  for (std::uint32_t i = 0; i < frame.size(); ++i) out.of[frame.treated[i]].push_back(i);
  return out;
}

/// Shares of the levels of one column; a number with many values gives its mean instead.
void describe_column(const Column& column, const Frame& frame, const GroupUnits& groups,
                     OutputBuilder& shares, OutputBuilder& means) {
  std::map<std::string, std::vector<std::uint32_t>> levels[2];
  std::set<std::string> all;
  for (std::size_t g = 0; g < 2; ++g) {
    for (const auto unit : groups.of[g]) {
      const auto row = frame.row[unit];
      const std::string level = column.is_null(row) ? "not known" : column.text_at(row);
      levels[g][level].push_back(unit);
      all.insert(level);
      if (all.size() > kLevelsMax) break;
    }
  }
  const bool is_number = column.type() == ColumnType::kInt64 || column.type() == ColumnType::kDouble;
  if (all.size() > kLevelsMax && !is_number) return;
  for (std::size_t g = 0; g < 2; ++g) {
    const auto& units = groups.of[g];
    if (is_number) {
      double sum = 0;
      double squares = 0;
      std::vector<std::uint32_t> known;
      for (const auto unit : units) {
        const double value = column.number_at(frame.row[unit]);
        if (!std::isfinite(value)) continue;
        known.push_back(unit);
        sum += value;
        squares += value * value;
      }
      const double n = static_cast<double>(known.size());
      const auto behind = count_contributors(frame, known);
      const double sd = n > 1 ? std::sqrt(std::max(0.0, (squares - sum * sum / n) / (n - 1))) : NAN;
      means.row({group_name(g), column.name(), count_cell(known.size()), sum / n, sd,
                 count_cell(behind.families), count_cell(behind.authorities)});
    }
    if (is_number && all.size() > 12) continue;
    for (const auto& level : all) {
      const auto& in = levels[g][level];
      const auto behind = count_contributors(frame, in);
      shares.row({group_name(g), column.name(), level, count_cell(in.size()), count_cell(units.size()),
                  static_cast<double>(in.size()) / static_cast<double>(units.size()),
                  count_cell(behind.families), count_cell(behind.authorities)});
    }
  }
}

/// Counts per group and quarter of one panel variable, with the families and authorities behind them.
class TrendTally {
 public:
  TrendTally(const Frame& frame, const std::vector<int>& quarters)
      : frame_(frame),
        quarters_(quarters),
        family_count_(frame.cluster.empty()
                          ? 0
                          : *std::max_element(frame.cluster.begin(), frame.cluster.end()) + std::size_t{1}) {
    cells_.resize(2 * quarters.size());
    for (auto& cell : cells_) cell.seen_family.assign(family_count_, 0);
  }
  void add(std::uint32_t unit, int quarter, double value) {
    const auto at = std::lower_bound(quarters_.begin(), quarters_.end(), quarter);
    auto& cell = cells_[2 * static_cast<std::size_t>(at - quarters_.begin()) + frame_.treated[unit]];
    ++cell.persons;
    cell.any += value > 0 ? 1 : 0;
    cell.sum += value;
    if (family_count_ > 0 && cell.seen_family[frame_.cluster[unit]] == 0) {
      cell.seen_family[frame_.cluster[unit]] = 1;
      ++cell.families;
    }
    if (!frame_.authority.empty()) cell.authorities.insert(frame_.authority[unit]);
  }
  void write(const std::string& variable, OutputBuilder& into) const {
    for (std::size_t q = 0; q < quarters_.size(); ++q) {
      for (std::size_t g = 0; g < 2; ++g) {
        const auto& cell = cells_[2 * q + g];
        if (cell.persons == 0) continue;
        const double n = static_cast<double>(cell.persons);
        into.row({variable, group_name(g), std::int64_t{quarters_[q]}, count_cell(cell.persons),
                  static_cast<double>(cell.any) / n, cell.sum / n, count_cell(cell.families),
                  count_cell(cell.authorities.size())});
      }
    }
  }

 private:
  struct CellTally {
    std::size_t persons = 0;
    std::size_t any = 0;
    double sum = 0;
    std::size_t families = 0;
    std::vector<std::uint8_t> seen_family;
    std::set<std::uint32_t> authorities;
  };
  const Frame& frame_;
  const std::vector<int>& quarters_;
  std::size_t family_count_;
  std::vector<CellTally> cells_;
};

OutputTable trend_table(const Plan& plan, const Frame& frame, const PanelIndex& panel,
                        std::size_t people_count) {
  OutputBuilder out("trends", "Services and benefits before and after the start, by quarter");
  out.dimension("variable")
      .dimension("group")
      .whole_dimension("quarter")
      .count("persons")
      .share("share_any", "persons")
      .mean("mean", "persons")
      .contributors("families", OutputLevel::kFamily)
      .contributors("authorities", OutputLevel::kAuthority);
  std::vector<std::uint32_t> unit_of_row(people_count, PanelIndex::kNobody);
  for (std::uint32_t unit = 0; unit < frame.size(); ++unit) unit_of_row[frame.row[unit]] = unit;
  std::vector<int> quarters = panel.quarter_of_row();
  std::sort(quarters.begin(), quarters.end());
  quarters.erase(std::unique(quarters.begin(), quarters.end()), quarters.end());
  for (const auto& variable : plan.describe_variables) {
    const auto* column = panel.panel()->find(variable);
    TrendTally tally(frame, quarters);
    for (std::size_t row = 0; row < panel.person_of_row().size(); ++row) {
      const auto person = panel.person_of_row()[row];
      if (person == PanelIndex::kNobody || unit_of_row[person] == PanelIndex::kNobody || column->is_null(row))
        continue;
      tally.add(unit_of_row[person], panel.quarter_of_row()[row], column->number_at(row));
    }
    tally.write(variable, out);
  }
  return out.take();
}

struct GradeTally {
  std::vector<std::uint32_t> eligible;
  std::size_t linked = 0;
  std::map<std::string, std::size_t> by_grade;
};

GradeTally tally_grades(const Column& column, const Plan& plan, const Frame& frame, std::size_t treated,
                        std::size_t subgroup) {
  GradeTally tally;
  for (std::uint32_t i = 0; i < frame.size(); ++i) {
    if (frame.treated[i] != treated || (subgroup != kEverybody && frame.in_subgroup[subgroup][i] == 0))
      continue;
    const auto grade = column.text_at(frame.row[i]);
    if (grade == "not_eligible") continue;
    tally.eligible.push_back(i);
    ++tally.by_grade[grade];
    if (std::count(plan.accepted_grades.begin(), plan.accepted_grades.end(), grade) > 0) ++tally.linked;
  }
  return tally;
}

}  // namespace

void add_description_tables(const EvaluationData& data, const Plan& plan, const Frame& frame,
                            const PanelIndex& panel, Evaluation& out) {
  const auto groups = split(frame);
  OutputBuilder shares("description", "Who is in the data");
  shares.dimension("group")
      .dimension("characteristic")
      .dimension("level")
      .count("persons")
      .count("group_persons")
      .share("share", "group_persons")
      .contributors("families", OutputLevel::kFamily)
      .contributors("authorities", OutputLevel::kAuthority);
  OutputBuilder means("description_means", "Means of numbers");
  means.dimension("group")
      .dimension("characteristic")
      .count("persons")
      .mean("mean", "persons")
      .mean("standard_deviation", "persons")
      .contributors("families", OutputLevel::kFamily)
      .contributors("authorities", OutputLevel::kAuthority);
  for (const auto& name : plan.describe_columns) {
    if (const auto* column = data.people->find(name)) describe_column(*column, frame, groups, shares, means);
  }
  for (auto* builder : {&shares, &means}) {
    auto table = builder->take();
    if (table.table.row_count() > 0) out.outputs.push_back(std::move(table));
  }
  if (panel.present() && !plan.describe_variables.empty()) {
    out.outputs.push_back(trend_table(plan, frame, panel, data.people->row_count()));
  }
}

Status add_match_rate_table(const EvaluationData& data, const Plan& plan, const Frame& frame,
                            Evaluation& out) {
  if (plan.linked_columns.empty()) return {};
  OutputBuilder rates("match_rates", "How many of those who could be found were found");
  rates.dimension("linked_to")
      .dimension("group")
      .dimension("subgroup")
      .count("eligible")
      .share("linked", "eligible")
      .share("strong", "eligible")
      .share("good", "eligible")
      .share("weak", "eligible")
      .share("not_linked", "eligible")
      .contributors("families", OutputLevel::kFamily)
      .contributors("authorities", OutputLevel::kAuthority);
  for (const auto& name : plan.linked_columns) {
    auto column = data.people->require(name);
    if (!column.ok()) return invalid("plan, data.linked: " + column.error().message);
    const std::string department = name.starts_with("linked_") ? name.substr(7) : name;
    for (std::size_t s = 0; s <= plan.subgroups.size(); ++s) {
      const auto subgroup = s == 0 ? kEverybody : s - 1;
      for (const std::size_t treated : {std::size_t{1}, std::size_t{0}}) {
        auto tally = tally_grades(*column.value(), plan, frame, treated, subgroup);
        if (tally.eligible.empty()) continue;
        const double n = static_cast<double>(tally.eligible.size());
        const auto share = [&](const char* grade) { return static_cast<double>(tally.by_grade[grade]) / n; };
        const auto behind = count_contributors(frame, tally.eligible);
        rates.row({department, group_name(treated),
                   subgroup == kEverybody ? "all" : plan.subgroups[subgroup].title,
                   count_cell(tally.eligible.size()), static_cast<double>(tally.linked) / n, share("strong"),
                   share("good"), share("weak"), share("none"), count_cell(behind.families),
                   count_cell(behind.authorities)});
      }
    }
  }
  out.outputs.push_back(rates.take());
  return {};
}

}  // namespace kinfold::evaluation
