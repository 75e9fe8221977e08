#include "evaluation/charts_internal.h"

#include <algorithm>
#include <functional>

#include <nlohmann/json.hpp>

#include "evaluation/report_tables_internal.h"

namespace kinfold::evaluation {
namespace {

using nlohmann::json;

constexpr const char* kProgramme = "#1d4f91";
constexpr const char* kComparison = "#c2571a";

using Keep = std::function<bool(const table::Table&, std::size_t)>;

/// Rows of `columns` as objects; a row with a NULL in one of them is left out.
json rows_of(const table::Table& t, const std::vector<std::string>& columns, const Keep& keep) {
  json rows = json::array();
  for (std::size_t r = 0; r < t.row_count(); ++r) {
    if (!keep(t, r)) continue;
    json one = json::object();
    bool complete = true;
    for (const auto& name : columns) {
      const auto* column = t.find(name);
      if (column == nullptr || column->is_null(r)) {
        complete = false;
        break;
      }
      if (column->type() == table::ColumnType::kString) {
        one[name] = std::string(column->string_at(r));
      } else {
        one[name] = column->number_at(r);
      }
    }
    if (complete) rows.push_back(std::move(one));
  }
  return rows;
}

bool is(const table::Table& t, std::size_t row, const char* column, const std::string& value) {
  const auto* found = t.find(column);
  return found != nullptr && !found->is_null(row) && found->string_at(row) == value;
}

json chart(json data, json layers) {
  return {{"$schema", "https://vega.github.io/schema/vega-lite/v6.json"},
          {"data", {{"values", std::move(data)}}},
          {"layer", std::move(layers)}};
}

json zero_line(const char* axis) {
  return {{"mark", {{"type", "rule"}, {"color", "#555"}}}, {"encoding", {{axis, {{"datum", 0}}}}}};
}

json quantity(const std::string& field, const std::string& title) {
  return {{"field", field}, {"type", "quantitative"}, {"title", title}};
}

json label(const std::string& field) {
  return {{"field", field},
          {"type", "nominal"},
          {"title", nullptr},
          {"sort", nullptr},
          {"axis", {{"labelLimit", 520}, {"labelExpr", "split(datum.label, '\\n')"}}}};
}

constexpr std::size_t kLabelWidth = 30;  // characters: beside longer ones a chart on a telephone has no room

/// A label in lines. The chart's own rows hold the breaks, and label() splits at them.
std::string in_lines(const std::string& text) {
  std::string out;
  std::size_t width = 0;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const auto end = std::min(text.find(' ', begin), text.size());
    if (width > 0) out += width + end - begin > kLabelWidth ? '\n' : ' ';
    if (width > 0 && out.back() == '\n') width = 0;
    out.append(text, begin, end - begin);
    width += end - begin + 1;
    begin = end + 1;
  }
  return out;
}

/// Breaks the labels of a field and makes room in every row for the lines of the longest.
void wrap_labels(json& rows, const std::string& field, json& spec_height) {
  std::ptrdiff_t lines = 1;
  for (auto& row : rows) {
    const auto text = in_lines(row[field].get<std::string>());
    lines = std::max(lines, 1 + std::count(text.begin(), text.end(), '\n'));
    row[field] = text;
  }
  if (lines > 1) spec_height = {{"step", 8 + 12 * lines}};
}

json group_colour() {
  return {{"field", "group"},
          {"type", "nominal"},
          {"title", nullptr},
          {"scale", {{"domain", {"programme", "comparison"}}, {"range", {kProgramme, kComparison}}}},
          {"legend", {{"orient", "top"}}}};
}

/// Points with intervals, one row a label.
json interval_chart(json rows, const std::string& name_field, const std::string& axis_title) {
  json height;
  wrap_labels(rows, name_field, height);
  const json y = label(name_field);
  const json interval = {
      {"mark", {{"type", "rule"}, {"strokeWidth", 2}, {"color", kProgramme}}},
      {"encoding", {{"y", y}, {"x", quantity("low", axis_title)}, {"x2", {{"field", "high"}}}}}};
  const json point = {
      {"mark", {{"type", "point"}, {"filled", true}, {"size", 70}, {"color", kProgramme}, {"opacity", 1}}},
      {"encoding", {{"y", y}, {"x", quantity("value", axis_title)}}}};
  json spec = chart(std::move(rows), json::array({zero_line("x"), interval, point}));
  if (!height.is_null()) spec["height"] = height;
  return spec;
}

bool outcome_is_share(const Plan& plan, const std::string& id) {
  for (const auto& outcome : plan.outcomes) {
    if (outcome.id == id) return outcome.is_share;
  }
  return false;
}

/// Adds value, low and high (shares times 100) to rows that have estimate, ci_low and ci_high.
void scale_rows(json& rows, const Plan& plan) {
  for (auto& row : rows) {
    const auto id = row["outcome"].get<std::string>();
    const double unit = outcome_is_share(plan, id) ? 100 : 1;
    row["value"] = row["estimate"].get<double>() * unit;
    row["low"] = row["ci_low"].get<double>() * unit;
    row["high"] = row["ci_high"].get<double>() * unit;
    row["name"] = outcome_title(plan, id);
  }
}

std::vector<std::string> study_columns(const char* time) {
  return {time, "estimate", "ci_low", "ci_high", "band_low", "band_high"};
}

/// Points over time with intervals for each (thick) and for all at once (thin); a dashed line before the
/// start.
std::string study_chart(json rows, const char* time, const char* time_title, double unit,
                        const char* effect_title) {
  if (rows.empty()) return {};
  for (auto& row : rows) {
    for (const char* name : {"estimate", "ci_low", "ci_high", "band_low", "band_high"})
      row[name] = row[name].get<double>() * unit;
  }
  const json x = {{"field", time},
                  {"type", "quantitative"},
                  {"title", time_title},
                  {"scale", {{"zero", false}, {"nice", false}, {"padding", 16}}},
                  {"axis", {{"tickMinStep", 1}, {"format", "d"}}}};
  const auto rule = [&](const char* low, const char* high, int width) -> json {
    return {{"mark", {{"type", "rule"}, {"strokeWidth", width}, {"color", kProgramme}}},
            {"encoding", {{"x", x}, {"y", quantity(low, effect_title)}, {"y2", {{"field", high}}}}}};
  };
  json point = {
      {"mark", {{"type", "point"}, {"filled", true}, {"size", 50}, {"color", kProgramme}, {"opacity", 1}}},
      {"encoding", {{"x", x}, {"y", quantity("estimate", effect_title)}}}};
  json start = {{"mark", {{"type", "rule"}, {"strokeDash", {4, 4}}, {"color", "#555"}}},
                {"encoding", {{"x", {{"datum", -0.5}}}}}};
  json spec = chart(std::move(rows), json::array({zero_line("y"), start, rule("band_low", "band_high", 1),
                                                  rule("ci_low", "ci_high", 3), point}));
  spec["height"] = 180;
  return spec.dump();
}

const std::vector<std::string> kEffectColumns = {"outcome",  "subgroup", "method",
                                                 "estimate", "ci_low",   "ci_high"};

}  // namespace

std::string love_plot(const OutputTable& balance, const std::string& outcome, double smd_limit) {
  auto rows = rows_of(balance.table, {"outcome", "covariate", "smd_before", "smd_after"},
                      [&](const auto& t, std::size_t r) { return is(t, r, "outcome", outcome); });
  json points = json::array();
  for (const auto& row : rows) {
    points.push_back({{"covariate", row["covariate"]}, {"when", "before"}, {"smd", row["smd_before"]}});
    points.push_back({{"covariate", row["covariate"]}, {"when", "after"}, {"smd", row["smd_after"]}});
  }
  json limits = json::array();
  for (const double limit : {-smd_limit, smd_limit}) {
    limits.push_back({{"mark", {{"type", "rule"}, {"strokeDash", {4, 4}}, {"color", "#888"}}},
                      {"encoding", {{"x", {{"datum", limit}}}}}});
  }
  json when = {{"field", "when"},
               {"type", "nominal"},
               {"title", nullptr},
               {"legend", {{"orient", "top"}}},
               {"scale", {{"domain", {"before", "after"}}, {"range", {kComparison, kProgramme}}}}};
  json shape = when;
  shape["scale"]["range"] = {"circle", "triangle-up"};
  json y = label("covariate");
  json point = {{"mark", {{"type", "point"}, {"filled", true}, {"size", 60}, {"opacity", 1}}},
                {"encoding",
                 {{"y", y},
                  {"x", quantity("smd", "standardised difference of means")},
                  {"color", when},
                  {"shape", shape}}}};
  return chart(std::move(points), json::array({zero_line("x"), limits[0], limits[1], point})).dump();
}

std::string overlap_chart(const OutputTable& overlap, const std::string& outcome) {
  auto rows = rows_of(overlap.table, {"group", "score", "share"},
                      [&](const auto& t, std::size_t r) { return is(t, r, "outcome", outcome); });
  for (auto& row : rows) row["share"] = row["share"].get<double>() * 100;
  json dash = {{"field", "group"},
               {"type", "nominal"},
               {"legend", nullptr},
               {"scale", {{"domain", {"programme", "comparison"}}, {"range", {{1, 0}, {6, 3}}}}}};
  json x = {{"field", "score"},
            {"type", "ordinal"},
            {"sort", nullptr},
            {"title", "propensity score"},
            {"axis", {{"labelAngle", -45}}}};
  json line = {{"mark", {{"type", "line"}, {"interpolate", "step"}, {"strokeWidth", 2.5}}},
               {"encoding",
                {{"x", x},
                 {"y", quantity("share", "per cent of the group")},
                 {"color", group_colour()},
                 {"strokeDash", dash}}}};
  return chart(std::move(rows), json::array({line})).dump();
}

std::string effects_chart(const OutputTable& effects, const Plan& plan, bool shares) {
  const auto& main = plan.methods.front().id;
  auto rows = rows_of(effects.table, kEffectColumns, [&](const auto& t, std::size_t r) {
    return is(t, r, "subgroup", "all") && is(t, r, "method", main) &&
           outcome_is_share(plan, std::string(t.find("outcome")->string_at(r))) == shares;
  });
  if (rows.empty()) return {};
  scale_rows(rows, plan);
  return interval_chart(std::move(rows), "name",
                        shares ? "effect, percentage points" : "effect, in its own unit")
      .dump();
}

std::string subgroup_chart(const OutputTable& effects, const Plan& plan, const std::string& outcome) {
  const auto& main = plan.methods.front().id;
  auto rows = rows_of(effects.table, kEffectColumns, [&](const auto& t, std::size_t r) {
    return is(t, r, "outcome", outcome) && is(t, r, "method", main);
  });
  if (rows.size() < 2) return {};
  scale_rows(rows, plan);
  for (auto& row : rows) {
    for (const auto& subgroup : plan.subgroups) {
      if (row["subgroup"] == subgroup.id) row["subgroup"] = subgroup.title;
    }
    if (row["subgroup"] == "all") row["subgroup"] = "everybody";
  }
  return interval_chart(std::move(rows), "subgroup",
                        outcome_is_share(plan, outcome) ? "effect, percentage points" : "effect")
      .dump();
}

std::string methods_chart(const OutputTable& effects, const Plan& plan, const std::string& outcome) {
  auto rows = rows_of(effects.table, kEffectColumns, [&](const auto& t, std::size_t r) {
    return is(t, r, "outcome", outcome) && is(t, r, "subgroup", "all");
  });
  if (rows.size() < 2) return {};
  scale_rows(rows, plan);
  for (auto& row : rows) {
    for (const auto& method : plan.methods) {
      if (row["method"] == method.id) row["method"] = method.title;
    }
  }
  return interval_chart(std::move(rows), "method",
                        outcome_is_share(plan, outcome) ? "effect, percentage points" : "effect")
      .dump();
}

std::string planted_chart(const OutputTable& planted, const Plan& plan) {
  auto rows = rows_of(planted.table, {"outcome", "planted", "estimate", "ci_low", "ci_high"},
                      [](const auto&, std::size_t) { return true; });
  if (rows.empty()) return {};
  scale_rows(rows, plan);
  for (auto& row : rows) {
    row["truth"] =
        row["planted"].get<double>() * (outcome_is_share(plan, row["outcome"].get<std::string>()) ? 100 : 1);
  }
  json spec = interval_chart(std::move(rows), "name", "effect, percentage points");
  spec["layer"].push_back(
      {{"mark",
        {{"type", "point"},
         {"shape", "diamond"},
         {"size", 130},
         {"color", kComparison},
         {"strokeWidth", 2.5}}},
       {"encoding", {{"y", label("name")}, {"x", quantity("truth", "effect, percentage points")}}}});
  return spec.dump();
}

std::string event_study_chart(const OutputTable& events, const std::string& variable) {
  auto rows = rows_of(events.table, study_columns("quarter"),
                      [&](const auto& t, std::size_t r) { return is(t, r, "variable", variable); });
  return study_chart(std::move(rows), "quarter", "quarter (0 begins on the start date)", 100,
                     "percentage points");
}

std::string staggered_chart(const OutputTable& dynamic, const Staggered& section) {
  auto rows = rows_of(dynamic.table, study_columns("periods_since_start"),
                      [&](const auto& t, std::size_t r) { return is(t, r, "outcome", section.id); });
  return study_chart(std::move(rows), "periods_since_start", "periods since the start",
                     section.is_share ? 100 : 1, section.is_share ? "effect, percentage points" : "effect");
}

std::string waterfall_chart(const OutputTable& by_bearer) {
  auto rows =
      rows_of(by_bearer.table, {"bearer", "entry", "pounds"}, [](const auto&, std::size_t) { return true; });
  if (rows.empty()) return {};
  double level = 0;
  for (auto& row : rows) {
    row["from"] = level;
    level += row["pounds"].get<double>();
    row["to"] = level;
    row["name"] = row["bearer"].get<std::string>() + (row["entry"] == "cost" ? " (programme cost)" : "");
    row["kind"] = row["pounds"].get<double>() >= 0 ? "gain" : "loss";
  }
  rows.push_back({{"name", "net benefit"}, {"from", 0}, {"to", level}, {"kind", "net"}, {"pounds", level}});
  for (auto& row : rows) row["end"] = std::max(row["from"].get<double>(), row["to"].get<double>());
  json colour = {
      {"field", "kind"},
      {"type", "nominal"},
      {"title", nullptr},
      {"legend", {{"orient", "top"}}},
      {"scale", {{"domain", {"gain", "loss", "net"}}, {"range", {kProgramme, kComparison, "#444444"}}}}};
  json y = label("name");
  json x = quantity("from", "pounds for one person on the programme");
  x["scale"] = {{"padding", 45}};  // room for the figures at the ends of the bars
  json bar = {{"mark", {{"type", "bar"}}},
              {"encoding", {{"y", y}, {"x", x}, {"x2", {{"field", "to"}}}, {"color", colour}}}};
  json text = {{"mark", {{"type", "text"}, {"align", "left"}, {"dx", 6}}},
               {"encoding",
                {{"y", y},
                 {"x", quantity("end", "pounds for one person on the programme")},
                 {"text", {{"field", "pounds"}, {"type", "quantitative"}, {"format", "+,.0f"}}}}}};
  return chart(std::move(rows), json::array({zero_line("x"), bar, text})).dump();
}

std::string tornado_chart(const OutputTable& tornado, const Plan& plan, double per_pound) {
  auto rows =
      rows_of(tornado.table, {"what", "low", "high"}, [](const auto&, std::size_t row) { return row < 12; });
  for (auto& row : rows) {
    auto what = row["what"].get<std::string>();
    for (const auto& outcome : plan.outcomes) {
      const auto at = what.rfind(outcome.id);
      if (at != std::string::npos && at + outcome.id.size() == what.size())
        what.replace(at, outcome.id.size(), outcome_title(plan, outcome.id));
    }
    row["what"] = what;
  }
  json height;
  wrap_labels(rows, "what", height);
  if (rows.empty()) return {};
  json bar = {{"mark", {{"type", "bar"}, {"color", kProgramme}}},
              {"encoding",
               {{"y", label("what")},
                {"x", quantity("low", "benefit for each pound")},
                {"x2", {{"field", "high"}}}}}};
  json as_found = {{"mark", {{"type", "rule"}, {"color", "#222"}, {"strokeWidth", 2}}},
                   {"encoding", {{"x", {{"datum", per_pound}}}}}};
  json break_even = {{"mark", {{"type", "rule"}, {"color", "#888"}, {"strokeDash", {4, 4}}}},
                     {"encoding", {{"x", {{"datum", 1}}}}}};
  json spec = chart(std::move(rows), json::array({bar, as_found, break_even}));
  if (!height.is_null()) spec["height"] = height;
  return spec.dump();
}

std::string trend_chart(const OutputTable& trends, const std::string& variable) {
  auto rows = rows_of(trends.table, {"group", "quarter", "share_any"},
                      [&](const auto& t, std::size_t r) { return is(t, r, "variable", variable); });
  for (auto& row : rows) {
    row["share"] = row["share_any"].get<double>() * 100;
  }
  if (rows.empty()) return {};
  json shape = {{"field", "group"},
                {"type", "nominal"},
                {"legend", nullptr},
                {"scale", {{"domain", {"programme", "comparison"}}, {"range", {"circle", "square"}}}}};
  json x = {{"field", "quarter"},
            {"type", "quantitative"},
            {"title", "quarter (0 begins on the start date)"},
            {"axis", {{"tickMinStep", 1}, {"format", "d"}}}};
  json line = {
      {"mark", {{"type", "line"}, {"strokeWidth", 2}}},
      {"encoding", {{"x", x}, {"y", quantity("share", "per cent with any")}, {"color", group_colour()}}}};
  json point = {{"mark", {{"type", "point"}, {"filled", true}, {"size", 45}, {"opacity", 1}}},
                {"encoding",
                 {{"x", x},
                  {"y", quantity("share", "per cent with any")},
                  {"color", group_colour()},
                  {"shape", shape}}}};
  json start = {{"mark", {{"type", "rule"}, {"strokeDash", {4, 4}}, {"color", "#555"}}},
                {"encoding", {{"x", {{"datum", -0.5}}}}}};
  json spec = chart(std::move(rows), json::array({start, line, point}));
  spec["height"] = 180;
  return spec.dump();
}

}  // namespace kinfold::evaluation
