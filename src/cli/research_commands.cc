#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "cli/context.h"
#include "disclosure/command.h"
#include "evaluation/command.h"
#include "site/evaluate.h"

namespace kinfold::cli {
namespace {

struct EvaluateArguments {
  std::string data, plan, out, truth;
  std::size_t thread_count = 0;
};

/// A file or folder is evaluated on its own; anything else is the id of a release at the site.
void evaluate(const EvaluateArguments& arguments, Context& context) {
  ProgressBar progress(context.json);
  if (!arguments.data.empty() && std::filesystem::exists(arguments.data)) {
    const auto result = evaluation::run_evaluate(
        {arguments.data, arguments.plan, arguments.out, arguments.truth, arguments.thread_count, &progress});
    if (!result.ok()) return context.show_failure(result.error());
    if (context.json) return context.print(result.value().estimates_json + "\n");
    for (const auto& line : result.value().summary) context.print(line + "\n");
    return context.print("Report: " + result.value().report_path + "\n");
  }
  context.run_at_site([&](site::Site& at) -> Result<site::Report> {
    auto evaluated = site::evaluate_release(at,
                                            {arguments.data, arguments.plan, arguments.out, context.actor,
                                             arguments.truth, arguments.thread_count},
                                            progress);
    if (!evaluated.ok()) return evaluated.error();
    return std::move(evaluated).value().report;
  });
}

void add_evaluate(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand(
      "evaluate", "Estimate impact and costs, from a release or from any table with a treatment column");
  auto arguments = std::make_shared<EvaluateArguments>();
  verb->add_option("data", arguments->data, "CSV, Parquet or folder; or a release's id at --site")
      ->required();
  verb->add_option("--plan", arguments->plan, "What to estimate (TOML)")->required();
  verb->add_option("--out", arguments->out, "Folder for the report and one CSV per table")->required();
  verb->add_option("--truth", arguments->truth,
                   "Planted effects of a synthetic programme, shown beside the estimates");
  verb->add_option("--threads", arguments->thread_count, "0: all cores")->capture_default_str();
  verb->callback([=, &context] { evaluate(*arguments, context); });
}

struct CheckArguments {
  disclosure::CheckCommand files;
  std::string comment;
  bool approve = false;
  bool send_back = false;
};

void check(CheckArguments& arguments, Context& context) {
  ProgressBar progress(context.json);
  if (!arguments.files.rules.empty()) {
    arguments.files.json = context.json;
    arguments.files.published = to_rfc3339(context.clock.now());
    context.exit_code = disclosure::run_check(arguments.files, std::cout, std::cerr, progress) == 0
                            ? kDone
                            : kRefusedOrFailed;
    return;
  }
  const auto decision = arguments.approve     ? site::Decision::kApprove
                        : arguments.send_back ? site::Decision::kSendBack
                                              : site::Decision::kNone;
  const std::string output = arguments.files.tables.empty() ? "" : arguments.files.tables.front();
  context.run_at_site([&](site::Site& at) {
    return site::check_output(at, output, context.actor, decision, arguments.comment, arguments.files.out,
                              progress);
  });
}

void add_check(CLI::App& app, Context& context) {
  auto* verb =
      app.add_subcommand("check", "Disclosure check: an output at the site, or any table with --rules");
  auto arguments = std::make_shared<CheckArguments>();
  verb->add_option("output", arguments->files.tables,
                   "An output's id (left out: the latest); or tables, with --rules");
  verb->add_option("--rules", arguments->files.rules, "Rules (TOML): check files, with no site");
  verb->add_option("--released", arguments->files.released,
                   "Ledger of what was released before (JSON), with --rules");
  verb->add_option("--released-out", arguments->files.released_out,
                   "Where to write that ledger with these tables added");
  verb->add_option("--out", arguments->files.out, "Folder for what was checked");
  auto* approve = verb->add_flag("--approve", arguments->approve, "Approve the output; never one's own");
  verb->add_flag("--return", arguments->send_back, "Send it back; --comment says what to change")
      ->excludes(approve);
  verb->add_option("--comment", arguments->comment, "Words for the author");
  verb->callback([=, &context] { check(*arguments, context); });
}

}  // namespace

void add_research_commands(CLI::App& app, Context& context) {
  add_evaluate(app, context);
  add_check(app, context);
  auto* publish = app.add_subcommand("publish", "Publish an approved output");
  auto output = std::make_shared<std::string>();
  publish->add_option("output", *output, "Its id, or the beginning of it; left out: the latest");
  publish->callback([=, &context] {
    ProgressBar progress(context.json);
    context.run_at_site(
        [&](site::Site& at) { return site::publish_output(at, *output, context.actor, progress); });
  });
}

}  // namespace kinfold::cli
