#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/context.h"
#include "cli/passphrase.h"
#include "console/serve.h"

namespace kinfold::cli {
namespace {

void add_serve(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("serve", "The site's web console, until it is interrupted");
  auto options = std::make_shared<console::ServeOptions>();
  verb->add_option("--listen", options->server.address,
                   "Address to listen on; TLS is needed off this machine")
      ->capture_default_str();
  verb->add_option("--port", options->server.port, "0: any free port")->capture_default_str();
  verb->add_option("--certificate", options->certificate_path, "TLS certificate with its chain (PEM)");
  verb->add_option("--certificate-key", options->key_path, "Its key (PEM)");
  verb->add_option("--register", options->console.register_path,
                   "Departments: register.toml, in which requests are looked up");
  verb->add_option("--objections-as", options->console.objections_as,
                   "Actor as whom the public objection form acts; left out: no form");
  verb->add_option("--threads", options->console.thread_count, "For what runs in the background")
      ->capture_default_str();
  verb->callback([=, &context] {
    const auto passphrase = read_passphrase(context.passphrase_file, false);
    if (!passphrase.ok()) return context.show_failure(passphrase.error());
    auto site = site::Site::open(context.site_folder, passphrase.value(), context.clock);
    if (!site.ok()) return context.show_failure(site.error());
    const auto served = console::serve(*site.value(), *options, [](const std::string& address) {
      std::printf("The console is at %s\n", address.c_str());
      std::fflush(stdout);
    });
    if (!served.ok()) return context.show_failure(served.error());
  });
}

/// The keys, without the door: accounts can be kept while the console runs.
void with_accounts(Context& context, const std::function<Result<site::Report>(console::AccountStore&)>& act) {
  const auto passphrase = read_passphrase(context.passphrase_file, false);
  if (!passphrase.ok()) return context.show_failure(passphrase.error());
  const site::SitePaths paths{context.site_folder};
  const auto keys = seal::load_keys(paths.keys(), passphrase.value());
  if (!keys.ok()) return context.show_failure(keys.error());
  auto accounts =
      console::AccountStore::open(paths.folder + "/console.accounts", keys.value(), context.clock, {});
  if (!accounts.ok()) return context.show_failure(accounts.error());
  context.show_report(act(accounts.value()));
}

Result<site::Report> list_accounts(const console::AccountStore& accounts) {
  const auto list = accounts.list();
  if (!list.ok()) return list.error();
  table::Table rows;
  for (const auto* name : {"actor", "state", "until"}) rows.add(name, table::ColumnType::kString);
  auto& columns = rows.columns();
  for (const auto& each : list.value()) {
    columns[0].append_string(each.actor);
    columns[1].append_string(each.locked_until ? "locked" : each.enrolled ? "ready" : "invited");
    columns[2].append_string(each.locked_until                      ? to_rfc3339(*each.locked_until)
                             : each.enrolled || !each.invited_until ? ""
                                                                    : to_rfc3339(*each.invited_until));
  }
  site::Report report;
  report.headline = list.value().empty() ? "There are no accounts; `kinfold account add ACTOR` makes one."
                                         : "Accounts of the console.";
  report.rows = std::move(rows);
  return report;
}

Result<site::Report> invite(const Context& context, console::AccountStore& accounts,
                            const std::string& actor) {
  const auto actors = holding::load_actors(site::SitePaths{context.site_folder}.actors());
  if (!actors.ok()) return actors.error();
  if (actors.value().find(actor) == nullptr)
    return invalid(
        "there is no such actor in the site's actors.toml; add them there, with their duties, first");
  const auto invitation = accounts.invite(actor);
  if (!invitation.ok()) return invitation.error();
  site::Report report;
  report.headline = "Hand this invitation over in person; it is good for three days and shown only now.";
  report.text("user", "User", actor).text("invitation", "Invitation", invitation.value());
  report.notes.push_back(
      "They open the console's page /enrol, choose a password, and add an authenticator app.");
  return report;
}

void add_accounts(CLI::App& app, Context& context) {
  auto* account = app.add_subcommand("account", "Who may sign in to the console");
  account->require_subcommand(1);
  auto actor = std::make_shared<std::string>();
  auto* add = account->add_subcommand("add", "Invite an actor; also where a password or telephone is lost");
  add->add_option("actor", *actor, "Id in the site's actors.toml")->required();
  add->callback([=, &context] {
    with_accounts(context,
                  [&](console::AccountStore& accounts) { return invite(context, accounts, *actor); });
  });
  account->add_subcommand("list", "Every account, and whether it is locked")->callback([&context] {
    with_accounts(context, [](console::AccountStore& accounts) { return list_accounts(accounts); });
  });
  auto* remove = account->add_subcommand("remove", "Take an account away");
  remove->add_option("actor", *actor, "Whose")->required();
  remove->callback([=, &context] {
    with_accounts(context, [&](console::AccountStore& accounts) -> Result<site::Report> {
      if (auto s = accounts.remove(*actor); !s.ok()) return s.error();
      site::Report report;
      report.headline = "The account is gone, and whoever was signed in with it is signed out.";
      return report;
    });
  });
}

}  // namespace

void add_console_commands(CLI::App& app, Context& context) {
  add_serve(app, context);
  add_accounts(app, context);
}

}  // namespace kinfold::cli
