// The research site: releases, evaluations, outputs asked for; and the output checker's queue.
#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "console/pages.h"
#include "console/scratch.h"
#include "site/evaluate.h"

namespace kinfold::console {
namespace {

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

/// Why each figure is hidden, once for each reason.
std::vector<std::string> reasons_of(const disclosure::CheckedOutput& output) {
  std::vector<std::pair<std::string, int>> found;
  for (const auto& finding : output.findings) {
    if (finding.status == disclosure::CellStatus::kPublished || finding.rule.empty()) continue;
    const std::string words = finding.rule + (finding.remedy.empty() ? "" : ". To mend it: " + finding.remedy);
    const auto at = std::find_if(found.begin(), found.end(), [&](const auto& each) { return each.first == words; });
    if (at == found.end()) found.emplace_back(words, 1);
    else ++at->second;
  }
  std::vector<std::string> lines;
  for (const auto& [words, count] : found) lines.push_back(plural(count, "figure", "figures") + ": " + words);
  return lines;
}

void show_table(View& view, const disclosure::CheckedOutput& output) {
  view.heading(output.title.empty() ? output.id : output.title);
  if (!output.publishable()) view.warning("This table may not be published: " + join(output.refusals, " "));
  view.summary({{"Figures shown", {std::to_string(output.shown_count), {}, {}, false}}, {"Hidden: too few people", {std::to_string(output.primary_count), {}, output.primary_count > 0 ? "red" : "green", false}},
                {"Hidden to protect those", {std::to_string(output.secondary_count), {}, {}, false}}});
  view.bullets(reasons_of(output));
  Grid grid{"As it was handed in", {}, {}, "The table is empty.", 0, "`kinfold check --out` writes all of it."};
  for (const auto& column : output.original.columns()) grid.columns.push_back(column.name());
  const std::size_t rows = std::min<std::size_t>(output.original.row_count(), 60);
  for (std::size_t row = 0; row < rows; ++row) {
    std::vector<Cell> cells;
    for (std::size_t column = 0; column < output.original.column_count(); ++column) {
      cells.push_back(finding_cell(output.at(row, column), output.original.columns()[column].text_at(row)));
    }
    grid.rows.push_back(std::move(cells));
  }
  grid.more = output.original.row_count() - rows;
  view.grid(grid);
}

Response list_outputs(Visit& visit, site::Site& site, charter::Duty duty, View& view, bool checking) {
  const auto records = site::output_records(site, visit.actor->id, duty);
  if (!records.ok()) return fault_page(visit, records.error());
  Grid grid{checking ? "Queue" : "Outputs", {"Output", "Title", "Author", "State", "Last words"}, {},
            checking ? "Nobody has handed anything in." : "You have handed nothing in yet. Evaluate a release first.", 0, {}};
  for (const auto& record : records.value()) {
    grid.rows.push_back({{short_id(record.id), {}, {}, false}, {record.title, {}, {}, false}, {record.author, {}, {}, false}, state_cell(record), {last_words(record), {}, {}, false}});
  }
  view.grid(grid);
  for (const auto& record : records.value()) {
    const std::vector<Field> which = {{Field::Kind::kHidden, "output", {}, {}, record.id, {}, {}, {}, {}}};
    const std::string name = short_id(record.id);
    const bool open = record.state == disclosure::OutputState::kChecked || record.state == disclosure::OutputState::kDraft;
    if (checking && open) view.form({"/checking", "Check " + name, which, {}, false, false, false, true, "Check " + name}, visit.csrf());
    if (record.state == disclosure::OutputState::kApproved) view.form({"/publish", "Publish " + name, which, {}, false, false, false, true, "Publish " + name}, visit.csrf());
  }
  return visit.console.page(visit, view);
}

}  // namespace

Response releases_page(Visit& visit) {
  View view("Releases and evaluations");
  view.lead("A release has no names and no references. The plan is in the ledger before the data is opened.");
  const auto facts = visit.console.gate().facts();
  Grid grid{"Releases", {"Release", "From", "Came", "Rows", "Can be opened until"}, {}, "No release has come yet. Take it in with its signature.", 0, {}};
  Field which{Field::Kind::kSelect, "release", "Which release?", {}, {}, {}, {}, {}, {}};
  for (auto each = facts->holdings.rbegin(); each != facts->holdings.rend(); ++each) {
    if (each->kind != charter::Kind::kRelease || each->state != holding::HoldingState::kLive) continue;
    const std::string id = seal::to_hex(each->id);
    which.options.push_back({id, "release " + short_id(id) + ", " + long_date(date_of(each->created)), {}});
    grid.rows.push_back({{short_id(id), {}, {}, false}, {each->origin, {}, {}, false}, {long_time(each->created), {}, {}, false}, {with_thousands(static_cast<long long>(each->row_count)), {}, {}, true}, {long_date(each->expires), {}, {}, false}});
  }
  view.grid(grid);
  if (!which.options.empty()) {
    view.heading("Evaluate by a plan");
    Field plan{Field::Kind::kFile, "plan", "Plan", "What is to be estimated (TOML)", {}, {}, {}, {}, ".toml"};
    view.form({"/releases", "Evaluate and check", {which, plan}, {}, false, false, false, false, {}}, visit.csrf());
  }
  view.link("Outputs asked for", "/outputs");
  return visit.console.page(visit, view);
}

Response evaluate(Visit& visit) {
  auto plan = visit.request.files.find("plan");
  if (plan == visit.request.files.end()) return problem_page(visit, "Releases and evaluations", "Choose a plan first", "/releases");
  auto upload = std::make_shared<Upload>(std::move(plan->second));
  const site::EvaluateRequest asked{visit.request.field("release"), upload->path(), {}, visit.actor->id, {}, visit.console.setting().thread_count};
  return start_act(visit, "Evaluate a release", [upload, asked](site::Site& site, Progress& progress) -> Result<Outcome> {
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

Response outputs_page(Visit& visit) {
  return with_site(visit, [&](site::Site& site) {
    View view("Outputs asked for");
    view.lead("Every output is checked by the program, and by somebody other than its author, before it can be published.");
    return list_outputs(visit, site, charter::Duty::kAnalysis, view, false);
  });
}

Response checking_page(Visit& visit) {
  return with_site(visit, [&](site::Site& site) {
    View view("Outputs to check");
    view.lead("Look at what each table would show, then approve it or return it with words. Never one's own.");
    return list_outputs(visit, site, charter::Duty::kOutputChecking, view, true);
  });
}

Response check_output(Visit& visit) {
  const std::string output = visit.request.field("output");
  const std::string actor = visit.actor->id;
  return start_act(visit, "Check an output", [output, actor](site::Site& site, Progress& progress) -> Result<Outcome> {
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
  if (!job || job->actor != visit.session->actor || !job->outcome || !job->outcome->looked) return not_found(visit);
  const auto& looked = *job->outcome->looked;
  View view("Output " + short_id(looked.id));
  view.caption(looked.record.title);
  view.summary({{"Author", {looked.record.author, {}, {}, false}}, {"State", state_cell(looked.record)}, {"Plan", {looked.record.plan_hash, {}, {}, false}}, {"Data", {looked.record.data_hash, {}, {}, false}}});
  const std::vector<Field> which = {{Field::Kind::kHidden, "output", {}, {}, looked.id, {}, {}, {}, {}}};
  auto approve = which;
  approve.push_back({Field::Kind::kHidden, "decision", {}, {}, "approve", {}, {}, {}, {}});
  auto send_back = which;
  send_back.push_back({Field::Kind::kHidden, "decision", {}, {}, "return", {}, {}, {}, {}});
  send_back.push_back({Field::Kind::kArea, "comment", "What is to be changed?", "The author reads this. No figures that are hidden, please", {}, {}, {}, {}, {}});
  for (const auto& output : looked.checked.outputs) show_table(view, output);
  view.heading("Decide");
  view.form({"/decide", "Approve", approve, {}, false, false, false, false, "Approve"}, visit.csrf());
  view.form({"/decide", "Return to the author", send_back, {}, false, true, false, false, "Return"}, visit.csrf());
  return visit.console.page(visit, view);
}

Response decide_output(Visit& visit) {
  const std::string output = visit.request.field("output");
  const std::string actor = visit.actor->id;
  const std::string comment = visit.request.field("comment");
  const bool approve = visit.request.field("decision") == "approve";
  if (!approve && std::string(trim(comment)).empty()) return problem_page(visit, "Return an output", "Say what is to be changed", "/checking");
  return start_act(visit, approve ? "Approve an output" : "Return an output", [=](site::Site& site, Progress& progress) {
    return told(site::check_output(site, output, actor, approve ? site::Decision::kApprove : site::Decision::kSendBack, comment, "", progress), "Outputs to check", "/checking");
  });
}

Response publish_output(Visit& visit) {
  const std::string output = visit.request.field("output");
  const std::string actor = visit.actor->id;
  return start_act(visit, "Publish an output", [=](site::Site& site, Progress& progress) -> Result<Outcome> {
    auto outcome = told(site::publish_output(site, output, actor, progress), "", "");
    if (!outcome.ok()) return outcome;
    const std::string path = site.paths().published() + "/" + output + "/report.html";
    if (auto report = read_handout(path, "report.html")) outcome.value().handouts.push_back(std::move(report));
    return outcome;
  });
}

}  // namespace kinfold::console
