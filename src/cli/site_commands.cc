#include <CLI/CLI.hpp>
#include <memory>

#include "cli/context.h"
#include "cli/passphrase.h"
#include "site/ledger_verbs.h"
#include "site/retention.h"

namespace kinfold::cli {
namespace {

void add_site(CLI::App& app, Context& context) {
  auto* site = app.add_subcommand("site", "Make a site; exchange cards with other parties");
  site->require_subcommand(1);

  auto* init = site->add_subcommand("init", "Keys, ledger and an empty catalogue for one party");
  auto options = std::make_shared<site::InitOptions>();
  init->add_option("folder", options->folder, "Folder to make")->required();
  init->add_option("--charter", options->charter_path, "The programme's charter")->required();
  init->add_option("--party", options->party, "Id of a party of the charter")->required();
  init->add_option("--actors", options->actors_path, "actors.toml; left out: one actor for each duty");
  init->callback([=, &context] {
    const auto passphrase = read_passphrase(context.passphrase_file, true);
    if (!passphrase.ok()) return context.show_failure(passphrase.error());
    if (const auto made = site::init_site(*options, passphrase.value(), context.clock); !made.ok()) {
      return context.show_failure(made.error());
    }
    site::Report report;
    report.headline = "The site is ready.";
    report.text("card", "Its card, for the other parties", options->folder + "/keys/site.card");
    report.notes.push_back(
        "Next: get the other parties' cards, compare fingerprints by telephone, kinfold site trust CARD");
    context.show_report(report);
  });

  auto* trust = site->add_subcommand("trust", "Keep another party's card");
  auto card = std::make_shared<std::string>();
  trust->add_option("card", *card, "The other party's card file")->required();
  trust->callback(
      [=, &context] { context.run_at_site([&](site::Site& at) { return site::trust_card(at, *card); }); });

  auto* charter = site->add_subcommand(
      "charter", "Take up a new version of the charter; the ledger says who did, and when");
  auto next = std::make_shared<std::string>();
  charter->add_option("charter", *next, "The new charter")->required();
  charter->callback([=, &context] {
    const auto passphrase = read_passphrase(context.passphrase_file, false);
    if (!passphrase.ok()) return context.show_failure(passphrase.error());
    const auto taken = site::Site::take_up_charter(context.site_folder, passphrase.value(), context.clock,
                                                   *next, context.actor);
    if (!taken.ok()) return context.show_failure(taken.error());
    site::Report report;
    report.headline = "The new charter is in force here.";
    report.notes.push_back(
        "What is held keeps its expiry. Files sealed under the old version are refused: every party takes up "
        "the same.");
    context.show_report(report);
  });

  auto* show = site->add_subcommand("show", "This site's party, card, actors and trusted parties");
  show->callback([&context] { context.run_at_site(site::describe); });
}

void add_retention(CLI::App& app, Context& context) {
  auto* retention = app.add_subcommand("retention", "What is held, for how long yet, and its destruction");
  retention->require_subcommand(1);
  retention->add_subcommand("status", "Every holding, its expiry and the days left")->callback([&context] {
    context.run_at_site(site::retention_status);
  });
  retention->add_subcommand("enforce", "Destroy what is past its expiry")->callback([&context] {
    context.run_at_site(site::retention_enforce);
  });
  auto* destroy = retention->add_subcommand("destroy", "Destroy one holding before its time");
  auto id = std::make_shared<std::string>();
  destroy->add_option("holding", *id, "Its id, or the beginning of it")->required();
  destroy->callback([=, &context] {
    context.run_at_site([&](site::Site& at) { return site::retention_destroy(at, *id, context.actor); });
  });
}

void add_ledger(CLI::App& app, Context& context) {
  auto* ledger = app.add_subcommand("ledger", "The append-only record of everything done here");
  ledger->require_subcommand(1);
  ledger->add_subcommand("verify", "Check every entry, the chain and the signed heads")->callback([&context] {
    context.run_at_site(site::ledger_verify);
  });
  auto* show = ledger->add_subcommand("show", "The last entries");
  auto count = std::make_shared<std::size_t>(20);
  show->add_option("--last", *count, "How many")->capture_default_str();
  show->callback(
      [=, &context] { context.run_at_site([&](site::Site& at) { return site::ledger_show(at, *count); }); });
  auto* prove = ledger->add_subcommand(
      "prove", "A small text that shows an entry is in the ledger, for anybody to check");
  auto index = std::make_shared<std::uint64_t>(0);
  prove->add_option("index", *index, "Number of the entry")->required();
  prove->callback(
      [=, &context] { context.run_at_site([&](site::Site& at) { return site::ledger_prove(at, *index); }); });
  auto* dump =
      ledger->add_subcommand("export", "All entries and the signed head as text, for kinfold-verify");
  auto path = std::make_shared<std::string>();
  dump->add_option("path", *path, "File to write")->required();
  dump->callback(
      [=, &context] { context.run_at_site([&](site::Site& at) { return site::ledger_export(at, *path); }); });
}

}  // namespace

void add_site_commands(CLI::App& app, Context& context) {
  add_site(app, context);
  add_retention(app, context);
  add_ledger(app, context);
}

}  // namespace kinfold::cli
