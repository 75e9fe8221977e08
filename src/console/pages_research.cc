// The research site: releases, evaluations, outputs asked for; and the output checker's queue.
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>

#include "base/text.h"
#include "console/pages.h"
#include "console/scratch.h"
#include "site/evaluate.h"
#include "site/plan_history.h"

namespace kinfold::console {
namespace {

constexpr std::size_t kFailedShown = 20;
constexpr std::size_t kTableRowsShown = 60;

Cell state_cell(const disclosure::OutputRecord& record) {
  using disclosure::OutputState;
  const std::string name(disclosure::state_name(record.state));
  switch (record.state) {
    case OutputState::kPublished: return {name, {}, "green", false};
    case OutputState::kApproved: return {name, {}, "blue", false};
    case OutputState::kReturned: return {name, {}, "red", false};
    case OutputState::kDraft:
    case OutputState::kChecked: break;
  }
  return {name, {}, "yellow", false};
}

std::string last_words(const disclosure::OutputRecord& record) {
  for (auto each = record.steps.rbegin(); each != record.steps.rend(); ++each) {
    if (!each->comment.empty()) return each->actor + ": " + each->comment;
  }
  return "";
}

Cell finding_cell(const disclosure::Finding& finding, const std::string& value) {
  using disclosure::CellStatus;
  switch (finding.status) {
    case CellStatus::kPrimary: return {value + " hidden", {}, "red", false};
    case CellStatus::kSecondary: return {value + " hidden too", {}, "orange", false};
    case CellStatus::kRounded: return {value + " rounded", {}, "yellow", false};
    case CellStatus::kWithheld: return {value + " check only", {}, "grey", false};
    case CellStatus::kStructural:
    case CellStatus::kPublished: break;
  }
  return {value, {}, {}, false};
}

/// Figures as people read them: what a computer keeps behind the sixth digit decides nothing.
std::string figure_text(const table::Column& column, std::size_t row) {
  if (column.type() != table::ColumnType::kDouble || column.is_null(row)) return column.text_at(row);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", column.double_at(row));
  return text.data();
}

std::string name_of(const disclosure::CheckedOutput& output) {
  return output.title.empty() ? output.id : output.title;
}

/// Every figure that fails a rule itself, with where it stands and what would mend it.
Grid failed_grid(const disclosure::CheckedOutput& output) {
  Grid grid{
      name_of(output) + ": what failed, and why", {"Row", "Column", "Why", "What would mend it"}, {}, {}, 0,
      "They are marked in the table below."};
  for (const auto& finding : output.findings) {
    if (finding.status != disclosure::CellStatus::kPrimary) continue;
    if (grid.rows.size() == kFailedShown) {
      ++grid.more;
      continue;
    }
    grid.rows.push_back({{std::to_string(finding.row + 1), {}, {}, true},
                         {output.original.columns()[finding.column].name(), {}, {}, false},
                         {finding.reason.empty() ? finding.rule : finding.reason, {}, {}, false},
                         {finding.remedy, {}, {}, false}});
  }
  return grid;
}

/// Why each figure is hidden, once for each reason.
std::vector<std::string> reasons_of(const disclosure::CheckedOutput& output) {
  std::vector<std::pair<std::string, int>> found;
  for (const auto& finding : output.findings) {
    if (finding.status == disclosure::CellStatus::kPublished || finding.rule.empty()) continue;
    const std::string words =
        finding.rule + (finding.remedy.empty() ? "" : ". To mend it: " + finding.remedy);
    const auto at =
        std::find_if(found.begin(), found.end(), [&](const auto& each) { return each.first == words; });
    if (at == found.end())
      found.emplace_back(words, 1);
    else
      ++at->second;
  }
  std::vector<std::string> lines;
  for (const auto& [words, count] : found) lines.push_back(plural(count, "figure", "figures") + ": " + words);
  return lines;
}

void show_table(View& view, const disclosure::CheckedOutput& output) {
  view.heading(name_of(output));
  if (!output.publishable()) view.warning("This table may not be published: " + join(output.refusals, " "));
  view.summary(
      {{"Figures shown", {std::to_string(output.shown_count), {}, {}, false}},
       {"Hidden: too few people",
        {std::to_string(output.primary_count), {}, output.primary_count > 0 ? "red" : "green", false}},
       {"Hidden to protect those", {std::to_string(output.secondary_count), {}, {}, false}}});
  view.bullets(reasons_of(output));
  if (auto failed = failed_grid(output); !failed.rows.empty()) view.grid(failed);
  Grid grid{name_of(output) + ", as it was handed in", {"Row"}, {}, "The table is empty.", 0,
            "`kinfold check --out` writes all of it."};
  for (const auto& column : output.original.columns()) grid.columns.push_back(column.name());
  const std::size_t rows = std::min(output.original.row_count(), kTableRowsShown);
  for (std::size_t row = 0; row < rows; ++row) {
    std::vector<Cell> cells = {{std::to_string(row + 1), {}, {}, true}};
    for (std::size_t column = 0; column < output.original.column_count(); ++column) {
      const auto& values = output.original.columns()[column];
      cells.push_back(finding_cell(output.at(row, column), figure_text(values, row)));
      cells.back().number =
          values.type() == table::ColumnType::kInt64 || values.type() == table::ColumnType::kDouble;
    }
    grid.rows.push_back(std::move(cells));
  }
  grid.more = output.original.row_count() - rows;
  view.grid(grid);
}

/// Plans in the order in which the ledger has them, before any data was opened: what came later is a changed
/// plan.
Grid plans_grid(const Facts& facts) {
  Grid grid{"Plans", {"Plan", "Registered", "By", "For release", "Place"},
            {},      "No plan was registered yet. It is, when you evaluate.",
            0,       {}};
  site::PlanHistory history;
  for (const auto& each : facts.entries) {
    const auto& entry = each.entry;
    history.add(entry);
    const auto mark = std::find_if(entry.marks.begin(), entry.marks.end(), [](const ledger::Mark& of) {
      return of.kind == ledger::DigestKind::kPlan;
    });
    if (entry.verb != ledger::Verb::kEvaluate || mark == entry.marks.end()) continue;
    const bool changed = history.changed(mark->digest, &entry.subject);
    grid.rows.push_back(
        {{short_id(seal::to_hex(mark->digest)), "/ledger/" + std::to_string(each.index), {}, false},
         {long_time(each.at), {}, {}, false},
         {std::string(entry.actor.text()), {}, {}, false},
         {short_id(seal::to_hex(entry.subject)), {}, {}, false},
         {changed ? "changed: the report says so" : "as planned first",
          {},
          changed ? "yellow" : "green",
          false}});
  }
  std::reverse(grid.rows.begin(), grid.rows.end());
  return grid;
}

Grid published_grid(const Facts& facts, const site::SitePaths& paths) {
  Grid grid{
      "Published reports", {"Output", "Published", "By", "Report"}, {}, "Nothing was published yet.", 0, {}};
  for (auto each = facts.entries.rbegin(); each != facts.entries.rend(); ++each) {
    const auto& entry = each->entry;
    if (entry.verb != ledger::Verb::kPublish || entry.phase != ledger::Phase::kDone) continue;
    const std::string id = seal::to_hex(entry.subject);
    std::error_code error;
    const bool there = std::filesystem::exists(paths.published() + "/" + id + "/report.html", error);
    grid.rows.push_back(
        {{short_id(id), {}, {}, false},
         {long_time(each->at), {}, {}, false},
         {std::string(entry.actor.text()), {}, {}, false},
         {there ? "report.html" : "not here any more", there ? "/published/" + id : "", {}, false}});
  }
  return grid;
}

Response list_outputs(Visit& visit, site::Site& site, charter::Duty duty, View& view, bool checking) {
  const auto records = site::output_records(site, visit.actor->id, duty);
  if (!records.ok()) return fault_page(visit, records.error());
  Grid grid{checking ? "Queue" : "Outputs",
            {"Output", "Title", "Author", "State", "Last words"},
            {},
            checking ? "Nobody has handed anything in."
                     : "You have handed nothing in yet. Evaluate a release first.",
            0,
            {}};
  for (const auto& record : records.value()) {
    grid.rows.push_back({{short_id(record.id), {}, {}, false},
                         {record.title, {}, {}, false},
                         {record.author, {}, {}, false},
                         state_cell(record),
                         {last_words(record), {}, {}, false}});
  }
  view.grid(grid);
  for (const auto& record : records.value()) {
    const std::vector<Field> which = {{Field::Kind::kHidden, "output", {}, {}, record.id, {}, {}, {}, {}}};
    const std::string name = short_id(record.id);
    const bool open =
        record.state == disclosure::OutputState::kChecked || record.state == disclosure::OutputState::kDraft;
    const bool own = record.author == visit.actor->id;
    if (checking && open && own) view.inset("Output " + name + " is your own: somebody else checks it.");
    if (!checking)
      view.form({"/outputs",
                 "Read the report of " + name,
                 which,
                 {},
                 false,
                 true,
                 false,
                 true,
                 "Read the report of " + name},
                visit.csrf());
    if (checking && open && !own)
      view.form({"/checking", "Check " + name, which, {}, false, false, false, true, "Check " + name},
                visit.csrf());
    if (record.state == disclosure::OutputState::kApproved)
      view.form({"/publish", "Publish " + name, which, {}, false, false, false, true, "Publish " + name},
                visit.csrf());
  }
  return visit.console.page(visit, view);
}

}  // namespace

Response releases_page(Visit& visit) {
  View view("Releases and evaluations");
  view.lead("A release has no names and no references. The plan is in the ledger before the data is opened.");
  const auto facts = visit.console.gate().facts();
  Grid grid{"Releases", {"Release", "From", "Came", "Rows", "Can be opened until"},
            {},         "No release has come yet. Take it in with its signature.",
            0,          {}};
  Field which{Field::Kind::kSelect, "release", "Which release?", {}, {}, {}, {}, {}, {}};
  for (auto each = facts->holdings.rbegin(); each != facts->holdings.rend(); ++each) {
    if (each->kind != charter::Kind::kRelease || each->state != holding::HoldingState::kLive) continue;
    const std::string id = seal::to_hex(each->id);
    which.options.push_back({id, "release " + short_id(id) + ", " + long_date(date_of(each->created)), {}});
    grid.rows.push_back({{short_id(id), {}, {}, false},
                         {each->origin, {}, {}, false},
                         {long_time(each->created), {}, {}, false},
                         {with_thousands(static_cast<long long>(each->row_count)), {}, {}, true},
                         {long_date(each->expires), {}, {}, false}});
  }
  view.grid(grid);
  if (!which.options.empty()) {
    view.heading("Evaluate by a plan");
    Field plan{Field::Kind::kFile, "plan", "Plan", "What is to be estimated (TOML)", {}, {}, {}, {}, ".toml"};
    view.form({"/releases", "Evaluate and check", {which, plan}, {}, false, false, false, false, {}},
              visit.csrf());
  }
  view.grid(plans_grid(*facts)).grid(published_grid(*facts, visit.console.gate().paths()));
  view.link("Outputs asked for", "/outputs");
  return visit.console.page(visit, view);
}

Response evaluate(Visit& visit) {
  auto plan = visit.request.files.find("plan");
  if (plan == visit.request.files.end())
    return problem_page(visit, "Releases and evaluations", "Choose a plan first", "/releases");
  auto upload = std::make_shared<Upload>(std::move(plan->second));
  const site::EvaluateRequest asked{
      visit.request.field("release"),      upload->path(), {}, visit.actor->id, {},
      visit.console.setting().thread_count};
  return start_act(
      visit, "Evaluate a release", [upload, asked](site::Site& site, Progress& progress) -> Result<Outcome> {
        const ScratchFolder scratch;
        if (scratch.path().empty()) return io_error("there is no room in memory for the report");
        auto request = asked;
        request.out_folder = scratch.path();
        auto evaluated = site::evaluate_release(site, request, progress);
        if (!evaluated.ok()) return evaluated.error();
        auto outcome = told(std::move(evaluated.value().report), "Outputs asked for", "/outputs");
        if (outcome.ok()) outcome.value().handouts = scratch.take({"report.html"});
        return outcome;
      });
}

Response published_report(Visit& visit) {
  // An id and nothing else: what is asked for never becomes a part of a path otherwise.
  const auto id = seal::parse_id(visit.rest);
  if (!id) return not_found(visit);
  const std::string hex = seal::to_hex(*id);
  auto file = Response::download_file("text/html; charset=utf-8", "report-" + short_id(hex) + ".html",
                                      visit.console.gate().paths().published() + "/" + hex + "/report.html");
  return file.ok() ? std::move(file).value() : not_found(visit);
}

Response draft_report(Visit& visit) {
  const std::string output = visit.request.field("output");
  const std::string actor = visit.actor->id;
  return start_act(visit, "Read a report", [=](site::Site& site, Progress& progress) -> Result<Outcome> {
    const ScratchFolder scratch;
    if (scratch.path().empty()) return io_error("there is no room in memory for the report");
    auto outcome = told(site::draft_report(site, output, actor, scratch.path(), progress),
                        "Outputs asked for", "/outputs");
    if (outcome.ok()) outcome.value().handouts = scratch.take({"report.html"});
    return outcome;
  });
}

Response outputs_page(Visit& visit) {
  return with_site(visit, [&](site::Site& site) {
    View view("Outputs asked for");
    view.lead(
        "Every output is checked by the program, and by somebody other than its author, before it can be "
        "published.");
    return list_outputs(visit, site, charter::Duty::kAnalysis, view, false);
  });
}

Response checking_page(Visit& visit) {
  return with_site(visit, [&](site::Site& site) {
    View view("Outputs to check");
    view.lead(
        "Look at what each table would show, then approve it or return it with words. Never one's own.");
    return list_outputs(visit, site, charter::Duty::kOutputChecking, view, true);
  });
}

Response check_output(Visit& visit) {
  const std::string output = visit.request.field("output");
  const std::string actor = visit.actor->id;
  return start_act(visit, "Check an output",
                   [output, actor](site::Site& site, Progress& progress) -> Result<Outcome> {
                     auto looked = site::look_at_output(site, output, actor, progress);
                     if (!looked.ok()) return looked.error();
                     Outcome outcome;
                     outcome.report.headline = "Checked again, with everything that was published before.";
                     outcome.looked = std::make_shared<const site::LookedOutput>(std::move(looked).value());
                     outcome.next_text = "Look at what failed and why, and decide";
                     return outcome;
                   });
}

Response output_page(Visit& visit) {
  const auto job = visit.console.jobs().find(visit.rest);
  if (!job || job->actor != visit.session->actor || !job->outcome || !job->outcome->looked)
    return not_found(visit);
  const auto& looked = *job->outcome->looked;
  View view("Output " + short_id(looked.id));
  view.caption(looked.record.title);
  view.summary({{"Author", {looked.record.author, {}, {}, false}},
                {"State", state_cell(looked.record)},
                {"Plan", {looked.record.plan_hash, {}, {}, false}},
                {"Data", {looked.record.data_hash, {}, {}, false}}});
  const std::vector<Field> which = {{Field::Kind::kHidden, "output", {}, {}, looked.id, {}, {}, {}, {}}};
  auto approve = which;
  approve.push_back({Field::Kind::kHidden, "decision", {}, {}, "approve", {}, {}, {}, {}});
  auto send_back = which;
  send_back.push_back({Field::Kind::kHidden, "decision", {}, {}, "return", {}, {}, {}, {}});
  send_back.push_back({Field::Kind::kArea,
                       "comment",
                       "What is to be changed?",
                       "The author reads this. No figures that are hidden, please",
                       {},
                       {},
                       {},
                       {},
                       {}});
  for (const auto& output : looked.checked.outputs) show_table(view, output);
  view.heading("Decide");
  if (looked.record.author == visit.actor->id) {
    view.inset("This output is your own: somebody else decides on it.");
    return visit.console.page(visit, view);
  }
  view.form({"/decide", "Approve", approve, {}, false, false, false, false, "Approve"}, visit.csrf());
  view.form({"/decide", "Return to the author", send_back, {}, false, true, false, false, "Return"},
            visit.csrf());
  return visit.console.page(visit, view);
}

Response decide_output(Visit& visit) {
  const std::string output = visit.request.field("output");
  const std::string actor = visit.actor->id;
  const std::string comment = visit.request.field("comment");
  const bool approve = visit.request.field("decision") == "approve";
  if (!approve && std::string(trim(comment)).empty())
    return problem_page(visit, "Return an output", "Say what is to be changed", "/checking");
  return start_act(
      visit, approve ? "Approve an output" : "Return an output", [=](site::Site& site, Progress& progress) {
        return told(site::check_output(site, output, actor,
                                       approve ? site::Decision::kApprove : site::Decision::kSendBack,
                                       comment, "", progress),
                    "Outputs to check", "/checking");
      });
}

Response publish_output(Visit& visit) {
  const std::string output = visit.request.field("output");
  const std::string actor = visit.actor->id;
  return start_act(visit, "Publish an output", [=](site::Site& site, Progress& progress) -> Result<Outcome> {
    auto outcome = told(site::publish_output(site, output, actor, progress), "", "");
    if (!outcome.ok()) return outcome;
    const std::string path = site.paths().published() + "/" + output + "/report.html";
    if (auto report = read_handout(path, "report.html"))
      outcome.value().handouts.push_back(std::move(report));
    return outcome;
  });
}

}  // namespace kinfold::console
