#include "demo/index_page.h"

#include <filesystem>
#include <optional>

#include "base/text.h"
#include "charter/notice.h"
#include "evaluation/plan.h"
#include "page/page.h"
#include "seal/files.h"
#include "table/io.h"

namespace kinfold::demo {
namespace {

using table::ColumnType;
using table::Table;

std::string number(const Json& facts, const char* key) {
  return facts.contains(key) ? with_thousands(facts.at(key).get<long long>()) : "0";
}

std::string percent(double share, int digits = 1) {
  char text[16];
  std::snprintf(text, sizeof text, "%.*f %%", digits, share * 100);
  return text;
}

std::string party_name(const charter::Charter& charter, const std::string& id) {
  const auto* party = charter.find_party(id);
  return party == nullptr ? id : party->name;
}

/// One sentence for each stage, from its figures.
std::string what_happened(const State& state, const std::string& id) {
  const auto& facts = state.facts(id);
  if (id == "synth") {
    return number(facts, "families") + " families with " + number(facts, "people") +
           " people; registers of " + number(facts, "register_people") + " people. Nobody in them exists.";
  }
  if (id == "sites") return "Each party makes its own keys and trusts the others' cards.";
  if (id == "submit") {
    long long kept = 0;
    long long rejected = 0;
    for (const auto& [council, counts] : facts.items()) {
      kept += counts.at("kept").get<long long>();
      rejected += counts.at("rejected").get<long long>();
    }
    return with_thousands(kept) + " people go on; " + with_thousands(rejected) +
           " lines are set aside with a reason and a remedy.";
  }
  if (id == "receive")
    return number(facts, "people") +
           " people in the vault; what is known about them lies elsewhere, under references.";
  if (id == "request") return "Only identities and references go out, each department's own, for one month.";
  if (id == "match") return "Each department finds people in its own register and answers by reference.";
  if (id == "returns") return "Facts without names come back.";
  if (id == "rights")
    return "One person objects; one asks for a copy and then to be erased. Everybody who has the data is "
           "told.";
  if (id == "destroy")
    return "The month is over: the requests cannot be opened any more, and signed certificates lie at the "
           "trusted party.";
  if (id == "release")
    return number(facts, "people") + " people, " + number(facts, "panel_rows") +
           " person quarters: research numbers, no names, no references.";
  if (id == "evaluate")
    return "The plan is in the ledger before the data is opened; " + number(facts, "estimates") +
           " estimates.";
  if (id == "check")
    return number(facts, "shown") + " figures published, " + number(facts, "primary") + " hidden, " +
           number(facts, "secondary") + " more to protect those.";
  if (id == "attacks") return number(facts, "refused") + " things that must not work did not work.";
  if (id == "canary") return "In " + number(facts, "files") + " files no trace of the planted people.";
  if (id == "expire")
    return number(facts, "destroyed") + " holdings destroyed, each with a certificate; " +
           number(facts, "live") + " left.";
  if (id == "ledgers") return number(facts, "entries") + " entries, all in their place.";
  return "";
}

/// "1 Jul 2020", held together by no-break spaces.
std::string day_of(const std::string& iso) {
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto ymd = to_ymd(*parse_iso_date(iso));
  return std::to_string(ymd.day) + "\u00A0" + kMonths[ymd.month - 1] + "\u00A0" + std::to_string(ymd.year);
}

Table timeline(const State& state, const std::vector<Stage>& stages) {
  Table table;
  for (const auto* name : {"Day", "What happens", "What came of it"}) table.add(name, ColumnType::kString);
  for (const auto& stage : stages) {
    table.columns()[0].append_string(day_of(stage.day));
    table.columns()[1].append_string(stage.title);
    table.columns()[2].append_string(what_happened(state, stage.id));
  }
  return table;
}

Table submissions(const State& state, const charter::Charter& charter) {
  Table table;
  table.add("Council", ColumnType::kString);
  for (const auto* name : {"Lines", "Go on", "Same person again", "Too few problems", "Objected", "Set aside",
                           "Values left out"}) {
    table.add(name, ColumnType::kInt64);
  }
  for (const auto& [council, counts] : state.facts("submit").items()) {
    table.columns()[0].append_string(party_name(charter, council));
    std::size_t column = 1;
    for (const auto* key : {"lines", "kept", "merged", "ineligible", "objected", "rejected", "warnings"}) {
      table.columns()[column++].append_int(counts.at(key).get<std::int64_t>());
    }
  }
  return table;
}

Table linkage_table(const State& state, const charter::Charter& charter) {
  Table table;
  table.add("Department", ColumnType::kString);
  for (const auto* name : {"Asked about", "In the register", "Linked", "Rightly"})
    table.add(name, ColumnType::kInt64);
  table.add("Precision", ColumnType::kString);
  table.add("Recall", ColumnType::kString);
  auto& columns = table.columns();
  for (const auto& [department, facts] : state.facts("match").items()) {
    columns[0].append_string(party_name(charter, department));
    std::size_t column = 1;
    for (const auto* key : {"people", "in_register", "matched", "right"})
      columns[column++].append_int(facts.at(key).get<std::int64_t>());
    columns[5].append_string(percent(facts.at("precision").get<double>(), 2));
    columns[6].append_string(percent(facts.at("recall").get<double>(), 2));
  }
  return table;
}

std::string linkage_chart(const State& state, const charter::Charter& charter) {
  Json values = Json::array();
  for (const auto& [department, facts] : state.facts("match").items()) {
    const std::string name = party_name(charter, department);
    for (const auto& [grade, score] : facts.at("grades").items()) {
      const auto right = score.at("right").get<long long>();
      values.push_back({{"department", name},
                        {"kind", grade + ", right"},
                        {"people", right},
                        {"place", grade == "strong" ? 0
                                  : grade == "good" ? 1
                                                    : 2}});
      values.push_back({{"department", name},
                        {"kind", "linked, wrong"},
                        {"people", score.at("matched").get<long long>() - right},
                        {"place", 3}});
    }
    values.push_back({{"department", name},
                      {"kind", "in the register, missed"},
                      {"people", std::max(0LL, facts.at("in_register").get<long long>() -
                                                   facts.at("right").get<long long>())},
                      {"place", 4}});
  }
  const Json spec = {
      {"data", {{"values", values}}},
      {"mark", "bar"},
      {"height", {{"step", 34}}},
      {"width", "container"},
      {"encoding",
       {{"y",
         {{"field", "department"}, {"type", "nominal"}, {"title", nullptr}, {"axis", {{"labelLimit", 260}}}}},
        {"x", {{"field", "people"}, {"type", "quantitative"}, {"aggregate", "sum"}, {"title", "people"}}},
        {"color",
         {{"field", "kind"},
          {"type", "nominal"},
          {"title", nullptr},
          {"sort",
           {"strong, right", "good, right", "weak, right", "linked, wrong", "in the register, missed"}},
          {"legend", {{"orient", "bottom"}, {"columns", 3}}}}},
        {"order", {{"field", "place"}, {"type", "quantitative"}}}}}};
  return spec.dump();
}

/// The plan's own words for an outcome.
std::string title_of(const std::string& outcome) {
  static const auto plan = evaluation::parse_plan(demo_plan(), "plan");
  if (!plan.ok()) return outcome;
  for (const auto& each : plan.value().outcomes) {
    if (each.id == outcome) return each.title;
  }
  return outcome;
}

std::optional<double> number_in(const Table& table, const char* column, std::size_t row) {
  const auto* found = table.find(column);
  if (found == nullptr || found->is_null(row)) return std::nullopt;
  const std::string text = found->text_at(row);
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end == text.c_str()) return std::nullopt;  // hidden: "[c]"
  return value;
}

/// Planted and estimated effects side by side; a hidden figure has no mark.
std::string effects_chart(const Table& planted) {
  Json values = Json::array();
  for (std::size_t row = 0; row < planted.row_count(); ++row) {
    const std::string label = title_of(planted.find("outcome")->text_at(row)) + " (" +
                              planted.find("population")->text_at(row) + ")";
    const auto estimate = number_in(planted, "estimate", row);
    const auto low = number_in(planted, "ci_low", row);
    const auto high = number_in(planted, "ci_high", row);
    const auto raw = number_in(planted, "raw_difference", row);
    if (const auto truth = number_in(planted, "planted", row))
      values.push_back({{"outcome", label}, {"kind", "planted"}, {"points", *truth * 100}});
    if (raw) values.push_back({{"outcome", label}, {"kind", "naive comparison"}, {"points", *raw * 100}});
    if (!estimate || !low || !high) continue;
    values.push_back({{"outcome", label},
                      {"kind", "estimated, 95 % interval"},
                      {"points", *estimate * 100},
                      {"low", *low * 100},
                      {"high", *high * 100}});
  }
  const Json y = {{"field", "outcome"},
                  {"type", "nominal"},
                  {"title", nullptr},
                  {"sort", nullptr},
                  {"axis", {{"labelLimit", 420}}}};
  const Json rule = {{"mark", {{"type", "rule"}, {"strokeWidth", 2}}},
                     {"encoding",
                      {{"y", y},
                       {"x", {{"field", "low"}, {"type", "quantitative"}}},
                       {"x2", {{"field", "high"}}},
                       {"color", {{"field", "kind"}, {"type", "nominal"}}}}},
                     {"transform", {{{"filter", "isValid(datum.low)"}}}}};
  const Json point = {
      {"mark", {{"type", "point"}, {"filled", true}, {"size", 90}}},
      {"encoding",
       {{"y", y},
        {"x", {{"field", "points"}, {"type", "quantitative"}, {"title", "difference, percentage points"}}},
        {"shape", {{"field", "kind"}, {"type", "nominal"}, {"title", nullptr}}},
        {"color",
         {{"field", "kind"}, {"type", "nominal"}, {"title", nullptr}, {"legend", {{"orient", "bottom"}}}}}}}};
  const Json zero = {{"mark", {{"type", "rule"}, {"strokeDash", {4, 3}}}},
                     {"encoding", {{"x", {{"datum", 0}}}}}};
  return Json{{"data", {{"values", values}}},
              {"width", "container"},
              {"height", {{"step", 40}}},
              {"layer", {zero, rule, point}}}
      .dump();
}

/// In percentage points, rounded as a reader would; a hidden figure stays hidden.
std::string points(const Table& table, const char* column, std::size_t row) {
  const auto value = number_in(table, column, row);
  if (!value) return "[c]";
  char text[16];
  std::snprintf(text, sizeof text, "%+.1f", *value * 100);
  return text;
}

Table effects_table(const Table& planted) {
  Table table;
  for (const auto* name : {"Outcome", "About", "Planted", "Estimated", "95 % interval", "Naive comparison"})
    table.add(name, ColumnType::kString);
  for (std::size_t row = 0; row < planted.row_count(); ++row) {
    auto& columns = table.columns();
    columns[0].append_string(title_of(planted.find("outcome")->text_at(row)));
    columns[1].append_string(planted.find("population")->text_at(row));
    columns[2].append_string(points(planted, "planted", row));
    columns[3].append_string(points(planted, "estimate", row));
    columns[4].append_string(points(planted, "ci_low", row) + " to " + points(planted, "ci_high", row));
    columns[5].append_string(points(planted, "raw_difference", row));
  }
  return table;
}

Table refusals(const State& state) {
  Table table;
  table.add("What was tried", ColumnType::kString);
  table.add("Why it was refused", ColumnType::kString);
  for (const auto& each : state.facts("attacks").at("list")) {
    table.columns()[0].append_string(each.at("what").get<std::string>());
    table.columns()[1].append_string(each.at("reason").get<std::string>());
  }
  return table;
}

Table endings(const State& state, const charter::Charter& charter) {
  Table table;
  table.add("Site", ColumnType::kString);
  for (const auto* name : {"Holdings destroyed", "Holdings left", "Ledger entries verified"})
    table.add(name, ColumnType::kInt64);
  for (const auto& [party, facts] : state.facts("expire").at("sites").items()) {
    table.columns()[0].append_string(party_name(charter, party));
    table.columns()[1].append_int(facts.at("destroyed").get<std::int64_t>());
    table.columns()[2].append_int(facts.at("live").get<std::int64_t>());
    table.columns()[3].append_int(
        state.facts("ledgers").at("sites").at(party).at("entries").get<std::int64_t>());
  }
  return table;
}

void add_effects(page::Page& page, const State& state, const std::string& published) {
  page.heading("Did the programme help?");
  page.paragraph(
      "The synthetic people carry effects that were planted in them, of the size that the real evaluation "
      "published. "
      "The naive comparison is wrong, because families in greater need were helped first. Matching on what "
      "was known "
      "before the start puts it right. Only figures that passed the disclosure check are here.");
  auto planted = table::read_file(published + "/planted.csv");
  if (planted.ok() && planted.value().find("outcome") != nullptr &&
      planted.value().find("population") != nullptr) {
    page.chart("Planted, estimated, and the naive comparison", effects_chart(planted.value()),
               "For each outcome: the planted effect, the estimate with its 95 per cent interval, and the "
               "naive difference, in percentage points.");
    page.table("Differences in percentage points", effects_table(planted.value()));
  }
  const auto relative = [&](const std::string& path) {
    return std::filesystem::relative(path, state.options().folder).string();
  };
  page.html("<p><a href=\"" + html_escape(relative(published + "/report.html")) +
            "\">The published report</a>, and <a href=\"" +
            html_escape(relative(state.path("reports/check/check.html"))) +
            "\">what the output checker saw</a>.</p>");
}

}  // namespace

Result<std::string> write_index(const State& state, const std::vector<Stage>& stages) {
  const auto charter = charter::load(state.charter_path());
  if (!charter.ok()) return charter.error();
  const auto& c = charter.value();
  const std::string notice = charter::notice_html(c);
  if (auto s = seal::write_whole_file(state.path("notice.html"), seal::as_bytes(notice)); !s.ok())
    return s.error();
  const std::string published = state.facts("check").at("folder").get<std::string>();

  page::Page page("One programme, from councils' files to destruction",
                  "Synthetic people, real rules: " + c.title +
                      ". Made by kinfold demo; everything here happened at eight separate sites that "
                      "exchange nothing but sealed files.");
  page.figures({{number(state.facts("receive"), "people"), "people, named only in the vault"},
                {percent(state.facts("match").at("dwp").at("precision").get<double>(), 2),
                 "of links at DWP are right"},
                {number(state.facts("attacks"), "refused"), "forbidden acts refused"},
                {number(state.facts("expire"), "destroyed"), "holdings destroyed, certified"}});
  page.heading("What happened");
  page.table("Day by day", timeline(state, stages));
  page.heading("From councils' files to people");
  page.paragraph(
      "Councils' files come as they are: mixed dates, titles in names, broken lines, Excel's damage. Bad "
      "rows are set aside "
      "with a reason and a remedy; the counts add up.");
  page.table("What became of each line", submissions(state, c));
  page.heading("Were the right people found?");
  page.paragraph(
      "Measured against the truth, which only a synthetic programme has. The links themselves never saw it.");
  page.chart("Links at each department", linkage_chart(state, c),
             "For each department, how many people were linked rightly by grade, wrongly, and missed.");
  page.table("Linkage quality", linkage_table(state, c));
  add_effects(page, state, published);
  page.heading("What was refused");
  page.table("Things that must not work", refusals(state));
  page.heading("Nobody leaked");
  page.paragraph(
      "Three people who occur nowhere else were planted in a council's file. After publication every byte of "
      "every site's folder was "
      "searched for them: " +
      number(state.facts("canary"), "files") + " files, " + number(state.facts("canary"), "bytes") +
      " bytes, " + number(state.facts("canary"), "patterns") +
      " spellings (UTF-8, UTF-16, hexadecimal, base64, upper and lower case, dates "
      "turned round). Nothing was found.");
  page.heading("Everything expired");
  page.paragraph(
      "On 2 January 2023 the programme is over. A release cannot be opened any more, even before anybody "
      "tidies up: \u201C" +
      state.facts("expire").at("late_opening").get<std::string>() + "\u201D");
  page.table("What each site has left", endings(state, c));
  page.heading("The privacy notice");
  page.paragraph("Printed from the charter that the program obeyed.");
  page.html(
      "<iframe title=\"Privacy notice\" style=\"width:100%;height:40rem;border:1px solid #b1b4b6\" "
      "srcdoc=\"" +
      html_escape(notice) + "\"></iframe>");
  const std::string path = state.path("index.html");
  if (auto s = seal::write_whole_file(path, seal::as_bytes(page.render())); !s.ok()) return s.error();
  return path;
}

}  // namespace kinfold::demo
