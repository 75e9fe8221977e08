// Staggered starts: estimates, tables, and what cannot be estimated.
#include <algorithm>
#include <cmath>
#include <set>

#include "evaluation/output_builder_internal.h"
#include "evaluation/score.h"
#include "evaluation/staggered_internal.h"

namespace kinfold::evaluation {
namespace {

constexpr const char* kMethod = "did-simple";  // the four are called as in R's did

struct Summary {
  const char* method;  ///< How the group-time effects are averaged.
  const DidPoint* point;
};

/// Four averages of the group-time effects, the first the main one.
std::vector<Summary> summaries_of(const DidResult& result) {
  return {{kMethod, &result.simple},
          {"did-dynamic", &result.overall_dynamic},
          {"did-group", &result.overall_group},
          {"did-calendar", &result.overall_period}};
}

Estimate estimate_of(const Plan& plan, const Staggered& section, const Summary& summary) {
  Estimate out;
  out.outcome = section.id;
  out.subgroup = "all";
  out.method = summary.method;
  out.estimand = "ATT";
  const auto& point = *summary.point;
  out.n_treated = point.n_treated;
  out.n_comparison = point.n_comparison;
  if (!(point.std_error > 0) || !std::isfinite(point.std_error)) {
    out.not_estimable_because =
        "the standard error does not exist here: too little varies between the units used";
    return out;
  }
  const double z = normal_quantile(0.5 + plan.confidence / 2);
  out.estimate = point.estimate;
  out.std_error = point.std_error;
  out.ci_low = point.estimate - z * point.std_error;
  out.ci_high = point.estimate + z * point.std_error;
  out.p_value = std::erfc(std::fabs(point.estimate / point.std_error) / std::sqrt(2.0));
  return out;
}

class Tables {
 public:
  Tables() {
    summary_.dimension("outcome")
        .dimension("method")
        .text("title")
        .text("population")
        .count("n_treated")
        .count("n_comparison");
    for (const char* name : {"estimate", "std_error", "ci_low", "ci_high", "p_value"})
      summary_.estimate(name, kBoth);
    summary_.text("not_estimable_because");
    points_.dimension("outcome").whole_dimension("group").whole_dimension("period");
    dynamic_.dimension("outcome").whole_dimension("periods_since_start");
    averages_.dimension("outcome").dimension("by").whole_dimension("at");
    for (auto* one : {&points_, &dynamic_, &averages_}) {
      one->count("n_treated").count("n_comparison");
      for (const char* name : {"estimate", "std_error", "ci_low", "ci_high", "band_low", "band_high"})
        one->estimate(name, kBoth);
    }
    trends_.dimension("outcome")
        .count("n_treated")
        .count("n_comparison")
        .whole_number("effects_before")
        .estimate("p_value", kBoth);
  }

  void add_estimate(const Staggered& section, const Estimate& e) {
    summary_.row({e.outcome, e.method, section.title, section.population, count_cell(e.n_treated),
                  count_cell(e.n_comparison), cell_of(e.estimate), cell_of(e.std_error), cell_of(e.ci_low),
                  cell_of(e.ci_high), cell_of(e.p_value), e.not_estimable_because});
  }

  void add_points(const Plan& plan, const Staggered& section, const DidResult& result) {
    const double z = normal_quantile(0.5 + plan.confidence / 2);
    const auto row = [&](OutputBuilder& table, std::vector<Cell> keys, const DidPoint& p) {
      keys.insert(keys.begin(), section.id);
      for (const Cell& cell : {count_cell(p.n_treated), count_cell(p.n_comparison), Cell(p.estimate),
                               Cell(p.std_error), Cell(p.estimate - z * p.std_error),
                               Cell(p.estimate + z * p.std_error), Cell(p.low), Cell(p.high)}) {
        keys.push_back(cell);
      }
      table.row(keys);
    };
    const auto whole = [](int value) { return Cell(std::int64_t{value}); };
    for (const auto& p : result.group_time) row(points_, {whole(p.group), whole(p.at)}, p);
    for (const auto& p : result.dynamic) row(dynamic_, {whole(p.at)}, p);
    for (const auto& p : result.by_group) row(averages_, {std::string("group"), whole(p.group)}, p);
    for (const auto& p : result.by_period) row(averages_, {std::string("period"), whole(p.at)}, p);
    if (!result.pre_trend_p) return;
    std::int64_t before = 0;
    for (const auto& p : result.group_time) before += p.at < p.group ? 1 : 0;
    trends_.row({section.id, count_cell(result.simple.n_treated), count_cell(result.simple.n_comparison),
                 before, *result.pre_trend_p});
  }

  void move_to(Evaluation& out) {
    for (auto* builder : {&summary_, &dynamic_, &points_, &averages_, &trends_}) {
      auto table = builder->take();
      if (table.table.row_count() > 0) out.outputs.push_back(std::move(table));
    }
  }

 private:
  const std::vector<std::string> kBoth = {"n_treated", "n_comparison"};
  OutputBuilder summary_{"staggered", "Effects where units begin at different times, averaged in four ways"};
  OutputBuilder dynamic_{"staggered_event_study", "Effects by time since the start, groups weighted by size"};
  OutputBuilder points_{"staggered_group_time", "The effect on each group in each period"};
  OutputBuilder averages_{"staggered_averages", "Effects by group and by period"};
  OutputBuilder trends_{
      "staggered_pre_trends",
      "Were the groups moving apart before they began? A test of all effects before at once"};
};

std::string cannot_begin(const DidPanel& panel, const Staggered& section, std::size_t units_min) {
  const auto never =
      static_cast<std::size_t>(std::count(panel.first_treated.begin(), panel.first_treated.end(), 0));
  if (panel.first_treated.empty()) return "no unit has a value in every period";
  if (never == panel.first_treated.size())
    return "no group of units begins after the first period and by the last";
  if (!section.not_yet_treated && never < units_min) {
    return "fewer never-treated units than the plan's minimum of " + std::to_string(units_min) +
           "; comparison = \"not yet treated\" uses those who begin later as well";
  }
  const bool one_cluster = !panel.cluster.empty() &&
                           std::set<std::uint32_t>(panel.cluster.begin(), panel.cluster.end()).size() < 2;
  return one_cluster ? "there is one cluster only; standard errors need at least two" : "";
}

void not_estimable(const Staggered& section, const std::string& reason, Tables& tables, Evaluation& out) {
  Estimate e;
  e.outcome = section.id;
  e.subgroup = "all";
  e.method = kMethod;
  e.estimand = "ATT";
  e.not_estimable_because = reason;
  tables.add_estimate(section, e);
  out.estimates.push_back(std::move(e));
}

}  // namespace

Status add_staggered(const EvaluationData& data, const Plan& plan, Evaluation& out) {
  if (plan.staggered.empty()) return {};
  Tables tables;
  for (const auto& section : plan.staggered) {
    auto read =
        read_staggered_panel(data.panel != nullptr ? *data.panel : *data.people, section, plan.units_min);
    if (!read.ok()) return read.error();
    out.notes.insert(out.notes.end(), read.value().notes.begin(), read.value().notes.end());
    const auto& panel = read.value().panel;
    const auto problem = cannot_begin(panel, section, plan.units_min);
    if (!problem.empty()) {
      not_estimable(section, problem, tables, out);
      continue;
    }
    DidOptions options;
    options.confidence = plan.confidence;
    options.seed = plan.seed;
    options.not_yet_treated = section.not_yet_treated;
    const auto result = group_time_effects(panel, options);
    if (!result.ok()) {
      not_estimable(section, result.error().message, tables, out);
      continue;
    }
    for (const auto& summary : summaries_of(result.value())) {
      auto e = estimate_of(plan, section, summary);
      tables.add_estimate(section, e);
      out.estimates.push_back(std::move(e));
    }
    tables.add_points(plan, section, result.value());
  }
  tables.move_to(out);
  return {};
}

}  // namespace kinfold::evaluation
