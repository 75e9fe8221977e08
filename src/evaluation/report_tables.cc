#include "evaluation/report_tables_internal.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.h"
#include "evaluation/sentences_internal.h"

namespace kinfold::evaluation {
namespace {

using table::Column;
using table::ColumnType;
using table::Table;

constexpr const char* kWithheld = "\u2013";

std::string people_text(const Table& t, std::size_t row) {
  const auto* treated = t.find("n_treated");
  const auto* comparison = t.find("n_comparison");
  if (treated->is_null(row) || comparison->is_null(row)) return "withheld";
  return with_thousands(treated->int_at(row)) + " / " + with_thousands(comparison->int_at(row));
}

/// A cell in the outcome's own unit: percentage points for shares.
std::string effect_text(const Table& t, std::size_t row, const char* column, bool share) {
  const auto* found = t.find(column);
  if (found == nullptr || found->is_null(row)) return kWithheld;
  const double value = found->double_at(row);
  return share ? plain_number(100 * value, 2) : plain_number(value, decimals_for(value));
}

std::string with_unit(const std::string& text, bool share) {
  return share && text != kWithheld ? text + " pp" : text;
}

/// Both ends with as many decimals as the larger needs.
std::string range_text(const Table& t, std::size_t row, const char* low, const char* high, bool share) {
  const auto* from = t.find(low);
  const auto* to = t.find(high);
  if (from == nullptr || to == nullptr || from->is_null(row) || to->is_null(row)) return kWithheld;
  const double unit = share ? 100 : 1;
  const double a = unit * from->double_at(row);
  const double b = unit * to->double_at(row);
  const int decimals = share ? 2 : decimals_for(std::max(std::fabs(a), std::fabs(b)));
  return plain_number(a, decimals) + " to " + plain_number(b, decimals);
}

std::string p_text(double p) { return p < 0.001 ? "< 0.001" : fmt::format("{:.3f}", p); }

std::string p_text(const Table& t, std::size_t row, const char* column) {
  const auto* found = t.find(column);
  return found == nullptr || found->is_null(row) ? "" : p_text(found->double_at(row));
}

std::string interval_name(const Plan& plan) { return fmt::format("{:.4g}% interval", 100 * plan.confidence); }

bool is_share(const Plan& plan, const std::string& id) {
  const auto found =
      std::find_if(plan.outcomes.begin(), plan.outcomes.end(), [&](const auto& o) { return o.id == id; });
  return found != plan.outcomes.end() && found->is_share;
}

Table of_text(std::initializer_list<const char*> names) {
  Table out;
  for (const char* name : names) out.add(name, ColumnType::kString);
  return out;
}

void add_row(Table& out, const std::vector<std::string>& cells) {
  for (std::size_t c = 0; c < cells.size(); ++c) out.columns()[c].append_string(cells[c]);
}

}  // namespace

std::string name_of(const Outcome& outcome) {
  return outcome.population.empty() ? outcome.title : outcome.title + " (" + outcome.population + ")";
}

Table for_reading(const OutputTable& output, const Plan& plan, const std::vector<std::string>& leave_out) {
  std::vector<Column> columns;
  for (const auto& from : output.table.columns()) {
    const auto layout = std::find_if(output.layout.begin(), output.layout.end(),
                                     [&](const auto& l) { return l.name == from.name(); });
    const bool is_check = layout != output.layout.end() && layout->role == OutputRole::kContributors;
    if (is_check || from.name().ends_with("_symbol") ||
        std::count(leave_out.begin(), leave_out.end(), from.name()) > 0)
      continue;
    std::string title = from.name();
    std::replace(title.begin(), title.end(), '_', ' ');
    const bool share = layout != output.layout.end() && layout->role == OutputRole::kShare;
    if (from.name() == "outcome") {
      Column named(title, ColumnType::kString);
      for (std::size_t r = 0; r < from.size(); ++r) named.append_string(outcome_title(plan, from.text_at(r)));
      columns.push_back(std::move(named));
      continue;
    }
    if (from.type() != ColumnType::kDouble) {
      columns.push_back(from);
      columns.back().rename(title);
      continue;
    }
    Column shown(title, ColumnType::kString);
    for (std::size_t r = 0; r < from.size(); ++r) {
      if (from.is_null(r)) {
        shown.append_null();
      } else {
        const double v = from.double_at(r);
        shown.append_string(share ? percent(v) : plain_number(v, decimals_for(v)));
      }
    }
    columns.push_back(std::move(shown));
  }
  return Table(std::move(columns));
}

Table effects_for_reading(const OutputTable& effects, const Plan& plan, const std::string& only) {
  // The table of everybody is for whoever reads from the top; that of one outcome has what a statistician
  // asks for.
  const auto interval = interval_name(plan);
  Table out = only.empty() ? of_text({"outcome", "people", "programme", "comparison", "effect",
                                      interval.c_str(), "adjusted p"})
                           : of_text({"subgroup and method", "estimand", "people", "programme", "comparison",
                                      "effect", "std error", interval.c_str(), "p", "adjusted p"});
  const auto& t = effects.table;
  for (std::size_t r = 0; r < t.row_count(); ++r) {
    const auto id = t.find("outcome")->text_at(r);
    const auto subgroup = t.find("subgroup")->text_at(r);
    const bool main = subgroup == "all" && t.find("method")->text_at(r) == plan.methods.front().id;
    if (only.empty() ? !main : id != only) continue;
    const auto outcome =
        std::find_if(plan.outcomes.begin(), plan.outcomes.end(), [&](const auto& o) { return o.id == id; });
    const bool share = outcome != plan.outcomes.end() && outcome->is_share;
    const auto number = [&](const char* column, bool as_percent) {
      const auto* found = t.find(column);
      if (found == nullptr || found->is_null(r)) return std::string(kWithheld);
      return as_percent ? percent(found->double_at(r), 2) : effect_text(t, r, column, share);
    };
    const auto method = std::find_if(plan.methods.begin(), plan.methods.end(),
                                     [&](const auto& m) { return m.id == t.find("method")->text_at(r); });
    const auto group = std::find_if(plan.subgroups.begin(), plan.subgroups.end(),
                                    [&](const auto& s) { return s.id == subgroup; });
    const std::string who = group != plan.subgroups.end() ? group->title : "everybody";
    const std::string how = method != plan.methods.end() ? method->title : t.find("method")->text_at(r);
    const std::vector<std::string> figures = {people_text(t, r), number("programme_mean", share),
                                              number("comparison_mean", share),
                                              with_unit(number("estimate", false), share)};
    const auto range = range_text(t, r, "ci_low", "ci_high", share);
    std::vector<std::string> cells;
    if (only.empty()) {
      cells = {outcome != plan.outcomes.end() ? name_of(*outcome) : id};
      cells.insert(cells.end(), figures.begin(), figures.end());
      cells.insert(cells.end(), {range, p_text(t, r, "p_adjusted")});
    } else {
      cells = {who + ", " + how, t.find("estimand")->text_at(r)};
      cells.insert(cells.end(), figures.begin(), figures.end());
      cells.insert(cells.end(),
                   {number("std_error", false), range, p_text(t, r, "p_value"), p_text(t, r, "p_adjusted")});
    }
    add_row(out, cells);
  }
  return out;
}

Table staggered_for_reading(const OutputTable& summary, const Staggered& section) {
  static constexpr std::pair<const char*, const char*> kAverages[] = {
      {"did-simple", "every treated unit and period counts alike"},
      {"did-dynamic", "every time since the start counts alike"},
      {"did-group", "every treated unit counts alike"},
      {"did-calendar", "every period counts alike"}};
  Table out = of_text({"average", "units", "effect", "interval", "p"});
  const auto& t = summary.table;
  for (std::size_t r = 0; r < t.row_count(); ++r) {
    if (t.find("outcome")->text_at(r) != section.id) continue;
    std::string how = t.find("method")->text_at(r);
    for (const auto& [id, title] : kAverages) {
      if (how == id) how = std::string(title) + " (" + id + ")";
    }
    add_row(out, {how, people_text(t, r),
                  with_unit(effect_text(t, r, "estimate", section.is_share), section.is_share),
                  range_text(t, r, "ci_low", "ci_high", section.is_share), p_text(t, r, "p_value")});
  }
  return out;
}

Table points_for_reading(const OutputTable& points, const Staggered& section,
                         const std::vector<std::pair<std::string, std::string>>& keys) {
  Table out;
  for (const auto& key : keys) out.add(key.second, ColumnType::kString);
  for (const char* name : {"units", "effect", "interval", "for all at once"})
    out.add(name, ColumnType::kString);
  const auto& t = points.table;
  for (std::size_t r = 0; r < t.row_count(); ++r) {
    if (t.find("outcome")->text_at(r) != section.id) continue;
    std::vector<std::string> cells;
    for (const auto& key : keys) cells.push_back(t.find(key.first)->text_at(r));
    cells.push_back(people_text(t, r));
    cells.push_back(with_unit(effect_text(t, r, "estimate", section.is_share), section.is_share));
    cells.push_back(range_text(t, r, "ci_low", "ci_high", section.is_share));
    cells.push_back(range_text(t, r, "band_low", "band_high", section.is_share));
    add_row(out, cells);
  }
  return out;
}

Table costs_for_reading(const OutputTable& summary) {
  Table out;
  for (const char* name : {"measure", "value", "interval"}) out.add(name, ColumnType::kString);
  const auto& t = summary.table;
  for (std::size_t r = 0; r < t.row_count(); ++r) {
    const auto measure = t.find("measure")->text_at(r);
    const auto number = [&](const char* column) {
      const auto* found = t.find(column);
      if (found == nullptr || found->is_null(r)) return std::string();
      return measure.starts_with("chance") ? percent(found->double_at(r), 0) : pounds(found->double_at(r));
    };
    const auto low = number("low");
    out.columns()[0].append_string(measure);
    out.columns()[1].append_string(number("value").empty() ? "withheld" : number("value"));
    out.columns()[2].append_string(low.empty() ? "" : low + " to " + number("high"));
  }
  return out;
}

std::string outcome_title(const Plan& plan, const std::string& id) {
  const auto found =
      std::find_if(plan.outcomes.begin(), plan.outcomes.end(), [&](const auto& o) { return o.id == id; });
  return found == plan.outcomes.end() ? id : name_of(*found);
}

std::string subgroup_title(const Plan& plan, const std::string& id) {
  const auto found =
      std::find_if(plan.subgroups.begin(), plan.subgroups.end(), [&](const auto& s) { return s.id == id; });
  return found == plan.subgroups.end() ? id : found->title;
}

Table interactions_for_reading(const OutputTable& interactions, const Plan& plan) {
  Table out = of_text({"outcome", "subgroup", "effect there", "on others", "difference",
                       interval_name(plan).c_str(), "p", "adjusted p"});
  const auto& t = interactions.table;
  for (std::size_t r = 0; r < t.row_count(); ++r) {
    const auto id = t.find("outcome")->text_at(r);
    const bool share = is_share(plan, id);
    add_row(out, {outcome_title(plan, id), subgroup_title(plan, t.find("subgroup")->text_at(r)),
                  effect_text(t, r, "effect", share), effect_text(t, r, "effect_others", share),
                  with_unit(effect_text(t, r, "difference", share), share),
                  range_text(t, r, "ci_low", "ci_high", share), p_text(t, r, "p_value"),
                  p_text(t, r, "p_adjusted")});
  }
  return out;
}

Table linkage_for_reading(const OutputTable& linkage, const Plan& plan) {
  Table out = of_text({"outcome", "grades", "missed links", "people", "effect", interval_name(plan).c_str(),
                       "corrected", "its interval", "bounds"});
  const auto& t = linkage.table;
  for (std::size_t r = 0; r < t.row_count(); ++r) {
    const auto id = t.find("outcome")->text_at(r);
    const bool share = is_share(plan, id);
    add_row(
        out,
        {outcome_title(plan, id), t.find("grades_accepted")->text_at(r), t.find("missed_links")->text_at(r),
         people_text(t, r), with_unit(effect_text(t, r, "estimate", share), share),
         range_text(t, r, "ci_low", "ci_high", share), effect_text(t, r, "corrected_estimate", share),
         range_text(t, r, "corrected_low", "corrected_high", share),
         range_text(t, r, "bound_low", "bound_high", share)});
  }
  return out;
}

Table planted_for_reading(const OutputTable& planted, const Plan& plan) {
  Table out = of_text({"outcome", "people", "planted", "found", "interval", "no adjustment",
                       "interval holds what was planted"});
  const auto& t = planted.table;
  for (std::size_t r = 0; r < t.row_count(); ++r) {
    const auto id = t.find("outcome")->text_at(r);
    const bool share = is_share(plan, id);
    add_row(out, {outcome_title(plan, id), people_text(t, r),
                  with_unit(effect_text(t, r, "planted", share), share), effect_text(t, r, "estimate", share),
                  range_text(t, r, "ci_low", "ci_high", share), effect_text(t, r, "raw_difference", share),
                  t.find("interval_covers_planted")->text_at(r)});
  }
  return out;
}

Table units_for_reading(const OutputTable& units, const Plan& plan) {
  Table out = of_text({"outcome", "method", "group", "people", "used", "effective"});
  const auto& t = units.table;
  for (std::size_t r = 0; r < t.row_count(); ++r) {
    const auto method = t.find("method")->text_at(r);
    const auto found =
        std::find_if(plan.methods.begin(), plan.methods.end(), [&](const auto& m) { return m.id == method; });
    add_row(out, {outcome_title(plan, t.find("outcome")->text_at(r)),
                  found == plan.methods.end() ? method : found->title, t.find("group")->text_at(r),
                  t.find("persons")->text_at(r),
                  t.find("used")->is_null(r) ? kWithheld : percent(t.find("used")->double_at(r)),
                  effect_text(t, r, "effective", false)});
  }
  return out;
}

}  // namespace kinfold::evaluation
