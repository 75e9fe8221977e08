// What every command is given: the options that come before or after the verb, and how to open the site.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "site/report.h"
#include "site/site.h"

namespace CLI {
class App;
}

namespace kinfold::cli {

struct Context {
  std::string site_folder = ".";
  std::string actor;
  std::string passphrase_file;
  bool json = false;
  SystemClock clock;
  int exit_code = kDone;

  /// Opens the site, runs the verb, shows the report; sets the exit code.
  void run_at_site(const std::function<Result<site::Report>(site::Site&)>& verb);
  void show_report(const Result<site::Report>& report) {
    if (const int code = show(report, json); code != kDone) exit_code = code;
  }
  void show_failure(const Error& error) { exit_code = show_error(error, json); }
  void print(const std::string& text);
};

// Each adds its commands; the callbacks hold on to `context`, which must outlive the parsing.
void add_linkage_commands(CLI::App& app, Context& context);
void add_review_commands(CLI::App& app, Context& context);
void add_charter_commands(CLI::App& app, Context& context);
void add_site_commands(CLI::App& app, Context& context);
void add_exchange_commands(CLI::App& app, Context& context);
void add_research_commands(CLI::App& app, Context& context);
void add_rights_commands(CLI::App& app, Context& context);
void add_keys_commands(CLI::App& app, Context& context);
void add_synthetic_commands(CLI::App& app, Context& context);
void add_console_commands(CLI::App& app, Context& context);

}  // namespace kinfold::cli
