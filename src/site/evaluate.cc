#include "site/evaluate.h"

#include <filesystem>
#include <optional>

#include "base/text.h"
#include "disclosure/check.h"
#include "disclosure/rules.h"
#include "evaluation/plan.h"
#include "evaluation/report.h"
#include "seal/files.h"
#include "site/outputs.h"
#include "site/plan_history.h"
#include "site/vault.h"
#include "site/withdrawal_history.h"
#include "table/io.h"

namespace kinfold::site {
namespace {

constexpr const char* kSoftware = "kinfold 0.1.0";

Result<holding::Holding> find_release(Site& site, const std::string& name) {
  auto live = site.door().live(charter::Kind::kRelease);
  if (!live.ok()) return live.error();
  std::vector<holding::Holding> fitting;
  for (auto& each : live.value()) {
    const bool named = seal::to_hex(each.id).starts_with(name) ||
                       (each.package && seal::to_hex(*each.package).starts_with(name));
    if (named) fitting.push_back(std::move(each));
  }
  if (fitting.empty()) return refused("there is no such live release here (kinfold retention status)");
  if (fitting.size() > 1 && !name.empty())
    return invalid("several releases begin like that; give more of the id");
  return std::move(fitting.back());
}

/// Before the data is opened: what is about to be estimated cannot be changed to fit it unseen.
Status note_plan(Site& site, const std::string& plan_text, const holding::Holding& release,
                 const std::string& actor) {
  ledger::Entry entry;
  entry.verb = ledger::Verb::kEvaluate;
  entry.phase = ledger::Phase::kIntent;
  entry.subject = release.id;
  entry.actor = actor;
  entry.duty = charter::name(charter::Duty::kAnalysis);
  entry.purpose = kEvaluationPurpose;
  entry.marks = {{ledger::DigestKind::kPlan, seal::sha256(seal::as_bytes(plan_text))}};
  return site.note(entry);
}

/// Asked of the ledger when the draft is written and again when it is published, so that what readers see
/// says it too.
bool plan_changed(Site& site, const seal::Digest& plan, const seal::Id* only) {
  PlanHistory history;
  const auto read = site.ledger().for_each(0, [&](const ledger::Recorded& recorded) {
    history.add(recorded.entry);
    return true;
  });
  return !read.ok() || history.changed(plan, only);
}

std::string protection_in_words(const disclosure::Checked& checked) {
  std::size_t primary = 0;
  std::size_t secondary = 0;
  for (const auto& output : checked.outputs) {
    primary += output.primary_count;
    secondary += output.secondary_count;
  }
  return with_thousands(static_cast<long long>(primary)) +
         " figures rest on too few people and are not shown; " +
         with_thousands(static_cast<long long>(secondary)) +
         " more are left out so that the first cannot be worked out.";
}

/// The report and the tables, from protected tables alone.
Status write_report(const OutputSet& outputs, const disclosure::Checked& checked,
                    const evaluation::ReportOptions& options, const std::string& folder) {
  const auto plan = evaluation::parse_plan(outputs.plan_text, "plan");
  if (!plan.ok()) return plan.error();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return io_error("cannot make the output folder: " + error.message());
  const auto tables = protected_tables(outputs, checked);
  const auto page = evaluation::render_report(plan.value(), tables, outputs.notes, options);
  if (auto s = seal::write_whole_file(folder + "/report.html", seal::as_bytes(page)); !s.ok()) return s;
  for (const auto& output : checked.outputs) {
    if (!output.publishable()) continue;
    const auto csv = disclosure::public_csv(output);
    if (auto s = seal::write_whole_file(folder + "/" + output.id + ".csv", seal::as_bytes(csv)); !s.ok())
      return s;
  }
  return {};
}

struct CheckRun {
  OutputSet outputs;
  disclosure::Rules rules;
  disclosure::ReleaseLedger released;
  disclosure::Checked checked;
};

Result<disclosure::Checked> run_check(Site& site, const OutputSet& outputs, disclosure::Rules& rules,
                                      disclosure::ReleaseLedger& released, const holding::Asking& who,
                                      Progress& progress) {
  auto from_charter = disclosure::rules_from_charter(site.charter());
  if (!from_charter.ok()) return from_charter.error();
  rules = std::move(from_charter).value();
  auto ledger = open_release_ledger(site, who);
  if (!ledger.ok()) return ledger.error();
  released = std::move(ledger).value();
  const auto list = to_check(outputs);
  return disclosure::check(list, rules, released, progress);
}

Result<CheckRun> check_again(Site& site, const seal::Id& id, const holding::Asking& who, Progress& progress) {
  auto outputs = open_outputs(site, id, who);
  if (!outputs.ok()) return outputs.error();
  CheckRun run;
  run.outputs = std::move(outputs).value();
  auto checked = run_check(site, run.outputs, run.rules, run.released, who, progress);
  if (!checked.ok()) return checked.error();
  run.checked = std::move(checked).value();
  return run;
}

Status note_output(Site& site, ledger::Verb verb, const seal::Id& id, const std::string& actor,
                   charter::Duty duty, const disclosure::Checked& checked) {
  ledger::Entry entry;
  entry.verb = verb;
  entry.subject = id;
  entry.actor = actor;
  entry.duty = charter::name(duty);
  std::uint64_t hidden = 0;
  for (const auto& output : checked.outputs) hidden += output.primary_count + output.secondary_count;
  entry.counts = {{ledger::CountKind::kTables, checked.outputs.size()}, {ledger::CountKind::kCells, hidden}};
  if (const auto digest = seal::parse_digest(hash_of(checked)))
    entry.marks = {{ledger::DigestKind::kOutput, *digest}};
  return site.note(entry);
}

void add_check_facts(Report& report, const disclosure::Checked& checked) {
  std::size_t primary = 0;
  std::size_t secondary = 0;
  std::size_t shown = 0;
  std::size_t refused_count = 0;
  for (const auto& output : checked.outputs) {
    primary += output.primary_count;
    secondary += output.secondary_count;
    shown += output.shown_count;
    for (const auto& refusal : output.refusals) report.notes.push_back(output.id + ": " + refusal);
    if (!output.publishable()) ++refused_count;
  }
  report.count("tables", "Tables checked", checked.outputs.size())
      .count("refused_tables", "  may not be published", refused_count)
      .count("shown", "Figures shown", shown)
      .count("primary", "  hidden: too few people", primary)
      .count("secondary", "  hidden to protect those", secondary);
}

/// Who looks at tables of a release made after people left, or came back, has to know that they differ from
/// the published ones by those people: that is what a differencing attack is made of.
Status note_withdrawals(Site& site, Report& report) {
  WithdrawalHistory history;
  const auto read = site.ledger().for_each(0, [&](const ledger::Recorded& recorded) {
    history.add(recorded.entry);
    return true;
  });
  const auto changed = history.left_count() + history.came_back_count();
  if (!read.ok() || changed == 0) return read;
  report.count("withdrawn", "People who withdrew since figures were published", history.left_count());
  if (history.came_back_count() > 0)
    report.count("came_back", "People who came back since (a restriction was lifted)",
                 history.came_back_count());
  report.notes.push_back("A published table made again would differ by the " +
                         with_thousands(static_cast<long long>(changed)) +
                         " people who withdrew or came back since: approve only what the check against "
                         "earlier publications lets pass.");
  return {};
}

/// Tables that the check refuses stay behind; the rest can go.
void leave_out_refused(CheckRun& run) {
  OutputSet kept{run.outputs.plan_text, run.outputs.data_version, {}, run.outputs.notes};
  disclosure::Checked checked;
  checked.rules = run.checked.rules;
  for (std::size_t k = 0; k < run.checked.outputs.size(); ++k) {
    if (!run.checked.outputs[k].publishable()) continue;
    kept.tables.push_back(std::move(run.outputs.tables[k]));
    checked.outputs.push_back(std::move(run.checked.outputs[k]));
  }
  run.outputs = std::move(kept);
  run.checked = std::move(checked);
}

Status write_draft(const CheckRun& run, bool changed, const std::string& plan_hash,
                   const std::string& folder) {
  const evaluation::ReportOptions options{
      "release " + run.outputs.data_version.substr(0, 8),
      "Draft, not approved for publication. " + protection_in_words(run.checked), changed, plan_hash};
  return write_report(run.outputs, run.checked, options, folder);
}

}  // namespace

Result<Evaluated> evaluate_release(Site& site, const EvaluateRequest& request, Progress& progress) {
  if (site.party().role != charter::Role::kResearch)
    return refused("only the research site evaluates a release");
  auto plan = evaluation::read_plan(request.plan_path);
  if (!plan.ok()) return plan.error();
  const auto release = find_release(site, request.release);
  if (!release.ok()) return release.error();
  const auto plan_digest = seal::sha256(seal::as_bytes(plan.value().text));
  if (auto s = note_plan(site, plan.value().text, release.value(), request.actor); !s.ok()) return s.error();
  const bool changed = plan_changed(site, plan_digest, &release.value().id);

  const holding::Asking who{request.actor, kEvaluationPurpose, charter::Duty::kAnalysis, {}};
  auto contents = site.door().open(release.value().id, who);
  if (!contents.ok()) return contents.error();
  std::optional<table::Table> truth;
  if (!request.truth_path.empty()) {
    auto read = table::read_file(request.truth_path);
    if (!read.ok()) return read.error();
    truth = std::move(read).value();
  }
  evaluation::EvaluationData data;
  data.people = contents.value().find("people");
  data.panel = contents.value().find("panel");
  data.truth = truth ? &*truth : nullptr;
  auto evaluation = evaluation::evaluate(data, plan.value(), {request.thread_count, &progress});
  contents.value().wipe();
  if (!evaluation.ok()) return evaluation.error();

  CheckRun run;
  run.outputs = {plan.value().text, seal::to_hex(release.value().package.value_or(release.value().id)),
                 std::move(evaluation.value().outputs), std::move(evaluation.value().notes)};
  auto checked = run_check(site, run.outputs, run.rules, run.released, who, progress);
  if (!checked.ok()) return checked.error();
  run.checked = std::move(checked).value();
  Report report;
  add_check_facts(report, run.checked);
  leave_out_refused(run);

  const auto id = store_outputs(site, run.outputs, request.actor);
  if (!id.ok()) return id.error();
  disclosure::OutputRecord record;
  record.id = seal::to_hex(id.value());
  record.title = plan.value().title;
  record.author = request.actor;
  record.rules_hash = seal::to_hex(seal::sha256(seal::as_bytes(disclosure::to_toml(run.rules))));
  record.data_hash = run.outputs.data_version;
  record.plan_hash = seal::to_hex(plan_digest);
  record.software = kSoftware;
  const auto marked = disclosure::mark_checked(record, request.actor, run.checked.publishable(),
                                               hash_of(run.checked), site.clock().now());
  if (!marked.ok()) return marked.error();
  if (auto s = store_record(site, id.value(), record, who); !s.ok()) return s.error();
  if (auto s = note_output(site, ledger::Verb::kCheck, id.value(), request.actor, charter::Duty::kAnalysis,
                           run.checked);
      !s.ok())
    return s.error();
  if (!request.out_folder.empty()) {
    if (auto s = write_draft(run, changed, record.plan_hash, request.out_folder); !s.ok()) return s.error();
    report.text("report", "Report (draft)", request.out_folder + "/report.html");
  }
  if (auto s = note_withdrawals(site, report); !s.ok()) return s.error();
  report.headline = "Evaluated and checked. Somebody else has to approve it before it is published.";
  report.text("output", "Output", record.id)
      .count("estimates", "Estimates", evaluation.value().estimates.size());
  return Evaluated{id.value(), std::move(evaluation.value().estimates), std::move(report)};
}

Result<Report> draft_report(Site& site, const std::string& output, const std::string& actor,
                            const std::string& out_folder, Progress& progress) {
  const auto id = find_outputs(site, output);
  if (!id.ok()) return id.error();
  const holding::Asking who{actor, kEvaluationPurpose, charter::Duty::kAnalysis, {}};
  const auto run = check_again(site, id.value(), who, progress);
  if (!run.ok()) return run.error();
  const auto record = open_record(site, id.value(), who);
  if (!record.ok()) return record.error();
  const auto plan = seal::parse_digest(record.value().plan_hash);
  if (auto s = write_draft(run.value(), !plan || plan_changed(site, *plan, nullptr), record.value().plan_hash,
                           out_folder);
      !s.ok())
    return s.error();
  Report report;
  report.headline = "The report as it would be published now.";
  add_check_facts(report, run.value().checked);
  report.text("output", "Output", record.value().id)
      .text("state", "State", std::string(disclosure::state_name(record.value().state)));
  return report;
}

Result<Report> check_output(Site& site, const std::string& output, const std::string& actor,
                            Decision decision, const std::string& comment, const std::string& out_folder,
                            Progress& progress) {
  if (auto s = site.door().may_act(actor, charter::Duty::kOutputChecking); !s.ok()) return s.error();
  const auto id = find_outputs(site, output);
  if (!id.ok()) return id.error();
  const holding::Asking who{actor, kEvaluationPurpose, charter::Duty::kOutputChecking, {}};
  auto run = check_again(site, id.value(), who, progress);
  if (!run.ok()) return run.error();
  auto record = open_record(site, id.value(), who);
  if (!record.ok()) return record.error();

  Report report;
  add_check_facts(report, run.value().checked);
  if (!out_folder.empty()) {
    std::error_code error;
    std::filesystem::create_directories(out_folder, error);
    const auto page = disclosure::checker_page(run.value().checked);
    if (auto s = seal::write_whole_file(out_folder + "/check.html", seal::as_bytes(page)); !s.ok())
      return s.error();
    report.text("page", "What failed and why", out_folder + "/check.html");
  }
  if (decision != Decision::kNone) {
    const auto now = site.clock().now();
    const auto decided = decision == Decision::kApprove
                             ? disclosure::approve(record.value(), actor, comment, run.value().rules, now)
                             : disclosure::send_back(record.value(), actor, comment, now);
    if (!decided.ok())
      return site.refuse(ledger::Verb::kApprove, ledger::Reason::kSelfApproval, decided.error());
    if (auto s = store_record(site, id.value(), record.value(), who); !s.ok()) return s.error();
    const auto verb = decision == Decision::kApprove ? ledger::Verb::kApprove : ledger::Verb::kReview;
    if (auto s =
            note_output(site, verb, id.value(), actor, charter::Duty::kOutputChecking, run.value().checked);
        !s.ok())
      return s.error();
  }
  if (auto s = note_withdrawals(site, report); !s.ok()) return s.error();
  report.headline = "The output is " + std::string(disclosure::state_name(record.value().state)) + ".";
  report.text("output", "Output", seal::to_hex(id.value()))
      .text("author", "Author", record.value().author)
      .text("state", "State", std::string(disclosure::state_name(record.value().state)));
  return report;
}

Result<Report> publish_output(Site& site, const std::string& output, const std::string& actor,
                              Progress& progress) {
  const auto id = find_outputs(site, output);
  if (!id.ok()) return id.error();
  const auto* flow = site.charter().find_flow(charter::Kind::kOutput, site.party().id, "public");
  if (flow == nullptr) return refused("the charter has no flow of outputs to the public");
  if (auto s = site.may_send(charter::Kind::kOutput, "public", flow->data_classes); !s.ok()) return s.error();
  const holding::Asking who{actor, kEvaluationPurpose, {}, {}};
  auto run = check_again(site, id.value(), who, progress);
  if (!run.ok()) return run.error();
  auto record = open_record(site, id.value(), who);
  if (!record.ok()) return record.error();
  const auto marked =
      disclosure::mark_published(record.value(), actor, hash_of(run.value().checked), site.clock().now());
  if (!marked.ok()) return site.refuse(ledger::Verb::kPublish, ledger::Reason::kDisclosure, marked.error());

  const auto plan = seal::parse_digest(record.value().plan_hash);
  const bool changed = !plan || plan_changed(site, *plan, nullptr);
  const std::string folder = site.paths().published() + "/" + seal::to_hex(id.value());
  const evaluation::ReportOptions options{"release " + run.value().outputs.data_version.substr(0, 8),
                                          protection_in_words(run.value().checked), changed,
                                          record.value().plan_hash};
  if (auto s = write_report(run.value().outputs, run.value().checked, options, folder); !s.ok())
    return s.error();
  for (const auto& each : run.value().checked.outputs) {
    run.value().released.add(disclosure::to_released(each, to_rfc3339(site.clock().now())));
  }
  if (auto s = store_release_ledger(site, run.value().released, who); !s.ok()) return s.error();
  if (auto s = store_record(site, id.value(), record.value(), who); !s.ok()) return s.error();
  if (auto s = note_output(site, ledger::Verb::kPublish, id.value(), actor, charter::Duty::kOutputChecking,
                           run.value().checked);
      !s.ok())
    return s.error();

  Report report;
  add_check_facts(report, run.value().checked);
  report.headline = "Published.";
  report.text("folder", "Where it lies", folder);
  return report;
}

}  // namespace kinfold::site
