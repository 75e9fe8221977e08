// The program: hardens itself, parses, calls one room, prints. No policy lives here.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/context.h"
#include "seal/secret.h"

namespace {

constexpr const char* kVersion = "kinfold 0.1.0";

void add_global_options(CLI::App& app, kinfold::cli::Context& context) {
  app.set_version_flag("--version", kVersion);
  app.add_option("--site", context.site_folder, "The site's folder")
      ->capture_default_str()
      ->envname("KINFOLD_SITE");
  app.add_option("--as", context.actor, "Who acts: an id of the site's actors.toml")
      ->envname("KINFOLD_ACTOR");
  app.add_option("--passphrase-file", context.passphrase_file, "File with the site's passphrase");
  app.add_flag("--json", context.json, "One JSON object on stdout");
  app.require_subcommand(1);
  app.fallthrough();
}

}  // namespace

int main(int argc, char** argv) {
  using namespace kinfold::cli;
  if (const auto hardened = kinfold::seal::harden_process(); !hardened.ok())
    return show_error(hardened.error(), false);

  CLI::App app{
      "Kinfold: link records about families across departments, evaluate a programme, and keep every "
      "promise of its privacy notice.",
      "kinfold"};
  Context context;
  add_global_options(app, context);
  add_linkage_commands(app, context);
  add_charter_commands(app, context);
  add_site_commands(app, context);
  add_exchange_commands(app, context);
  add_research_commands(app, context);
  add_rights_commands(app, context);
  add_keys_commands(app, context);
  add_synthetic_commands(app, context);
  add_console_commands(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version come here too, with exit code 0.
    return app.exit(error) == 0 ? kDone : kWrongUsage;
  }
  return context.exit_code;
}
