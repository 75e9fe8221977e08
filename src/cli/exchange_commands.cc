#include <CLI/CLI.hpp>
#include <memory>

#include "cli/context.h"
#include "site/match.h"
#include "site/receive.h"
#include "site/release.h"
#include "site/request.h"
#include "site/submit.h"

namespace kinfold::cli {

void add_exchange_commands(CLI::App& app, Context& context) {
  auto path = std::make_shared<std::string>();
  auto* submit = app.add_subcommand("submit", "Council: seal a file of families for the trusted party");
  submit->add_option("file", *path, "CSV, docs/formats/data.md")->required();
  submit->callback([=, &context] {
    context.run_at_site([&](site::Site& at) -> Result<site::Report> {
      const auto submitted = site::submit_families(at, *path, context.actor);
      if (!submitted.ok()) return submitted.error();
      return submitted.value().report();
    });
  });

  auto* receive = app.add_subcommand("receive", "Any site: check a sealed file and take it in");
  receive->add_option("file", *path, "The .age file; its .minisig lies beside it")->required();
  receive->callback([=, &context] {
    context.run_at_site([&](site::Site& at) { return site::receive_file(at, *path, context.actor); });
  });

  auto* request = app.add_subcommand("request", "Trusted party: ask a department about people");
  auto department = std::make_shared<std::string>();
  request->add_option("department", *department, "Id of the department in the charter")->required();
  request->callback([=, &context] {
    context.run_at_site(
        [&](site::Site& at) { return site::request_department(at, *department, context.actor); });
  });

  auto* match =
      app.add_subcommand("match", "Department: look a request up in the register and seal the return");
  auto request_id = std::make_shared<std::string>();
  auto options = std::make_shared<site::MatchOptions>();
  match->add_option("request", *request_id, "Id of the request; left out: the only live one");
  match->add_option("--register", options->register_path, "register.toml")->required();
  match->add_option("--threads", options->thread_count, "0: all cores")->capture_default_str();
  match->callback([=, &context] {
    options->actor = context.actor;
    context.run_at_site([&](site::Site& at) {
      ProgressBar progress(context.json);
      return site::match_request(at, *request_id, *options, progress);
    });
  });

  auto* release = app.add_subcommand("release", "Trusted party: make a version of the research dataset");
  release->require_subcommand(0, 1);
  auto* prepare = release->add_subcommand(
      "prepare", "First, by the duty `linkage`: the key table, without any attribute");
  prepare->callback([&context] {
    context.run_at_site([&](site::Site& at) { return site::prepare_release(at, context.actor); });
  });
  release->final_callback([=, &context] {
    if (prepare->parsed()) return;
    context.run_at_site([&](site::Site& at) { return site::make_release(at, context.actor); });
  });
}

}  // namespace kinfold::cli
