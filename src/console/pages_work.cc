// What acts left: how far they are, what they did, and the files they made.
#include "base/text.h"
#include "console/pages.h"

namespace kinfold::console {
namespace {

constexpr std::size_t kNotesShown = 200;

std::optional<JobFacts> job_of(Visit& visit, const std::string& id) {
  auto job = visit.console.jobs().find(id);
  if (job && job->actor != visit.session->actor) return std::nullopt;
  return job;
}

Cell state_tag(JobState state) {
  switch (state) {
    case JobState::kWaiting: return {"waiting", {}, "grey", false};
    case JobState::kRunning: return {"running", {}, "blue", false};
    case JobState::kFailed: return {"not done", {}, "red", false};
    case JobState::kDone: break;
  }
  return {"done", {}, "green", false};
}

Grid notes_grid(const std::string& caption, const std::vector<identity::LineNote>& notes,
                const std::string& empty) {
  Grid grid{
      caption, {"Line", "Column", "What is wrong", "What to do"}, {}, empty, 0, "The CSV file has them all."};
  for (const auto& note : notes) {
    if (grid.rows.size() == kNotesShown) break;
    grid.rows.push_back({{with_thousands(static_cast<long long>(note.line)), {}, {}, true},
                         {note.column.empty() ? "the whole line" : note.column, {}, {}, false},
                         {note.reason, {}, {}, false},
                         {note.remedy, {}, {}, false}});
  }
  grid.more = notes.size() - grid.rows.size();
  return grid;
}

void show_outcome(View& view, const JobFacts& job, const Outcome& outcome) {
  view.report(outcome.report);
  for (const auto& name : outcome.sealed_files) {
    view.link("Sealed file: " + name, "/outbox/" + url_encode(name));
    view.link("Its signature: " + name + ".minisig", "/outbox/" + url_encode(name + ".minisig"));
  }
  for (std::size_t k = 0; k < outcome.handouts.size(); ++k) {
    view.link("Download " + outcome.handouts[k]->file_name, "/handout/" + job.id + "-" + std::to_string(k));
  }
  if (!outcome.rejects.empty() || !outcome.warnings.empty()) {
    view.grid(notes_grid("Lines set aside", outcome.rejects, "No line was set aside."));
    view.grid(notes_grid("Values left out of lines that go on", outcome.warnings, "No value was left out."));
    view.link("All of them as CSV", "/rejects/" + job.id);
  }
  if (outcome.looked) view.link(outcome.next_text, "/check/" + job.id);
  if (!outcome.next_href.empty()) view.link(outcome.next_text, outcome.next_href);
}

}  // namespace

Response work_list(Visit& visit) {
  View view("What you did");
  view.lead("Your acts since the console was started. The ledger has everything for good.");
  Grid grid{"Your acts", {"What", "State"}, {}, "You have done nothing since the console was started.", 0,
            {}};
  for (const auto& job : visit.console.jobs().of(visit.session->actor))
    grid.rows.push_back({{job.title, "/work/" + job.id, {}, false}, state_tag(job.state)});
  return visit.console.page(visit, view.grid(grid));
}

Response work_page(Visit& visit) {
  const auto job = job_of(visit, visit.rest);
  if (!job) {
    View view("This act is not known");
    view.text(
        "The console was started again since, or it was somebody else's. An act that was cut off left "
        "nothing half done: look into the ledger, or do it again.");
    view.link("Go to the first page", "/");
    return visit.console.page(visit, view, 404);
  }
  View view(job->title);
  if (job->state == JobState::kWaiting || job->state == JobState::kRunning) {
    view.banner("Working", job->state == JobState::kWaiting ? "It waits for another act to end."
                           : job->stage.empty()             ? "It has begun."
                                                            : "Now: " + job->stage);
    if (job->total_count > 0) {
      const double share = static_cast<double>(job->done_count) / static_cast<double>(job->total_count);
      view.bars("How far it is", {{job->stage, share, std::to_string(static_cast<int>(share * 100)) + " %"}});
    }
    view.refresh().text("You can leave this page; it goes on.");
    auto response = visit.console.page(visit, view);
    response.headers.emplace_back("Refresh", "2");
    return response;
  }
  if (job->state == JobState::kFailed) {
    view.error(job->error->message);
    view.text("Nothing was left half done. Refusals are in the ledger.");
    view.link("What you did", "/work");
    return visit.console.page(visit, view, job->error->code == ErrorCode::kRefused ? 403 : 422);
  }
  if (!job->outcome) {
    view.inset(
            "It was done. What it left here is forgotten an hour after, and when you sign out; the ledger "
            "has the act.")
        .link("What you did", "/work");
    return visit.console.page(visit, view);
  }
  show_outcome(view, *job, *job->outcome);
  view.print_button();
  return visit.console.page(visit, view);
}

Response work_rejects(Visit& visit) {
  const auto job = job_of(visit, visit.rest);
  if (!job || !job->outcome) return not_found(visit);
  auto csv = identity::rejects_csv(job->outcome->rejects, job->outcome->warnings);
  return Response::download("text/csv; charset=utf-8", "what-to-put-right.csv", std::move(csv));
}

Response work_handout(Visit& visit) {
  const auto dash = visit.rest.find_last_of('-');
  if (dash == std::string::npos) return not_found(visit);
  const auto job = job_of(visit, visit.rest.substr(0, dash));
  const auto number = std::strtoull(visit.rest.c_str() + dash + 1, nullptr, 10);
  if (!job || !job->outcome || number >= job->outcome->handouts.size()) return not_found(visit);
  const auto& handout = *job->outcome->handouts[number];
  return Response::download(handout.type, handout.file_name, handout.bytes);
}

}  // namespace kinfold::console
