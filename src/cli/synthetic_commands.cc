#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/context.h"
#include "demo/demo.h"
#include "demo/live.h"
#include "synth/synth.h"

namespace kinfold::cli {
namespace {

void add_synth(CLI::App& app, Context& context) {
  auto* verb =
      app.add_subcommand("synth", "Make a synthetic programme: councils' files, registers, and the truth");
  auto folder = std::make_shared<std::string>();
  auto options = std::make_shared<synth::SynthOptions>();
  verb->add_option("folder", *folder, "Folder to write")->required();
  verb->add_option("--families", options->family_count, "Of all groups and councils")->capture_default_str();
  verb->add_option("--seed", options->seed, "The same seed gives the same files")->capture_default_str();
  verb->add_option("--threads", options->thread_count, "0: all cores")->capture_default_str();
  verb->callback([=, &context] {
    ProgressBar progress(context.json);
    const auto made = synth::write_programme(*folder, *options, progress);
    if (!made.ok()) return context.show_failure(made.error());
    site::Report report;
    report.headline = "A synthetic programme. Nobody in it exists.";
    report.count("families", "Families", made.value().family_count)
        .count("people", "People in them", made.value().person_count)
        .count("lines", "Lines in the councils' files", made.value().council_line_count)
        .count("register_people", "People in the registers", made.value().register_person_count)
        .count("register_events", "Events in the registers", made.value().register_event_count)
        .text("folder", "Folder", *folder);
    context.show_report(report);
  });
}

void add_demo(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("demo", "The whole cycle, all sites, on a synthetic programme");
  auto options = std::make_shared<demo::DemoOptions>();
  verb->add_option("folder", options->folder, "Folder to make, or to take up again")->required();
  verb->add_option("--families", options->family_count, "Of all groups and councils")->capture_default_str();
  verb->add_option("--register-people", options->register_person_count,
                   "People in each register; 0: 400,000 and more")
      ->capture_default_str();
  verb->add_option("--seed", options->seed, "The same seed gives the same programme")->capture_default_str();
  verb->add_option("--threads", options->thread_count, "0: all cores")->capture_default_str();
  auto party = std::make_shared<std::string>();
  auto port = std::make_shared<std::uint16_t>(demo::ServeDemo{}.port);
  auto* live = verb->add_flag("--live", options->live, "A programme that is under way today, to go on with");
  auto* serve =
      verb->add_option("--serve", *party,
                       "Open the console of this site of a live demo, with accounts for everybody in it")
          ->excludes(live);
  verb->add_option("--port", *port, "Of --serve; 0: any free port")->capture_default_str()->needs(serve);
  verb->callback([=, &context] {
    if (!party->empty()) {
      const auto served = demo::serve_demo({options->folder, *party, *port}, [](const std::string& line) {
        std::printf("%s\n", line.c_str());
        std::fflush(stdout);
      });
      if (!served.ok()) context.show_failure(served.error());
      return;
    }
    ProgressBar progress(context.json);
    context.show_report(demo::run_demo(*options, progress));
  });
}

}  // namespace

void add_synthetic_commands(CLI::App& app, Context& context) {
  add_synth(app, context);
  add_demo(app, context);
}

}  // namespace kinfold::cli
