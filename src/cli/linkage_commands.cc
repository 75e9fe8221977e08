#include <unistd.h>

#include <CLI/CLI.hpp>

#include "cli/context.h"
#include "linkage/budget.h"
#include "linkage/command.h"
#include "linkage/register_command.h"
#include "linkage/repeat.h"

namespace kinfold::cli {
namespace {

// What the options say beyond the command's own fields.
struct LinkArguments {
  linkage::LinkCommand command;
  double threshold = 0.0;
  std::string pairing = "auto";
  std::string format = "both";
  std::string repeat;
  std::vector<std::string> ids;
  std::vector<std::string> frequencies;
  bool count_only = false;
  bool progress = false;
  bool is_register = false;
  linkage::RegisterCommand streamed;
};

// What the stages take beside one another on a million records and more.
StagePlan link_plan() {
  return StagePlan({{"read", 1.0},
                    {"encode", 2.0},
                    {"block", 2.0},
                    {"pairs", 1.0},
                    {"estimate", 2.0},
                    {"compare", 3.0},
                    {"group", 2.0},
                    {"write", 2.0}});
}

void add_input_options(CLI::App& verb, LinkArguments& arguments) {
  auto& command = arguments.command;
  verb.add_option("left", command.left_path, "CSV or Parquet, with a header");
  verb.add_option("right", command.right_path, "CSV or Parquet; left out: duplicates within LEFT");
  verb.add_option("--model", command.model_path,
                  "Model (TOML, or Splink's JSON); left out: the starting model for people")
      ->group("How to link");
  verb.add_option("--threshold", arguments.threshold,
                  "Probability from which a pair is taken; left out: chosen without the truth")
      ->check(CLI::Range(0.0, 1.0))
      ->group("How to link");
  verb.add_option("--pairing", arguments.pairing,
                  "Two files: how often a record may be linked; auto looks whether a file holds people more "
                  "than once")
      ->check(CLI::IsMember({"auto", "one-to-one", "one-to-many", "many-to-one", "many"}))
      ->capture_default_str()
      ->group("How to link");
  verb.add_option(
          "--frequencies", arguments.frequencies,
          "FIELD=FILE: how common the field's values are in some population (value,count or value,share); "
          "left out: as in the files, or as the model says")
      ->group("How to link");
  verb.add_option("--household", command.household_column,
                  "Column of LEFT: where one of a household has matched, the others are looked for there too")
      ->group("How to link");
  verb.add_option("--pairs-max", command.pair_count_max,
                  "More pairs than this are refused before any is compared")
      ->capture_default_str()
      ->group("How to link");
  verb.add_option("--threads", command.thread_count, "0: all cores; the result is the same on any number")
      ->capture_default_str()
      ->group("How to link");
}

void add_output_options(CLI::App& verb, LinkArguments& arguments) {
  auto& command = arguments.command;
  verb.add_option("--out", command.out_dir, "Folder for pairs, clusters, fitted model, report and manifest")
      ->group("What comes out");
  verb.add_option("--format", arguments.format, "Of pairs and clusters: csv, parquet or both")
      ->check(CLI::IsMember({"csv", "parquet", "both"}))
      ->capture_default_str()
      ->group("What comes out");
  verb.add_option("--truth", command.truth_column,
                  "Column in which equal values mean the same person; only measured with")
      ->group("What comes out");
  verb.add_option("--truth-pattern", command.truth_pattern,
                  "Regular expression whose first group is the person, for --truth or the id")
      ->group("What comes out");
  verb.add_option("--by", command.group_column, "Column of LEFT: the report shows quality by its values")
      ->group("What comes out");
  verb.add_option(
          "--decisions", command.decisions_path,
          "What people decided about pairs (CSV, from `kinfold review`): precision and recall with intervals")
      ->group("What comes out");
  verb.add_option("--decoys", command.decoy_count,
                  "Link so many records along that cannot match, and estimate the false links; takes the "
                  "time of a second run")
      ->group("What comes out");
  verb.add_flag("--show-values", command.show_values,
                "The report shows people's values beside the pairs that it explains")
      ->group("What comes out");
  verb.add_flag("--progress", arguments.progress, "Show progress also where stderr is no terminal")
      ->group("What comes out");
  verb.add_flag("--count-pairs", arguments.count_only, "Count the pairs that each rule makes, and stop")
      ->group("Instead of linking");
  verb.add_option("--explain", arguments.ids,
                  "Two ids: why this pair weighs what it does. With a fitted --model and without --out "
                  "nothing else is done")
      ->expected(2)
      ->group("Instead of linking");
  verb.add_option("--repeat", arguments.repeat,
                  "manifest.json of an earlier run: link again as it says, and compare what comes out")
      ->group("Instead of linking");
}

void add_register_options(CLI::App& verb, LinkArguments& arguments) {
  auto* is_register =
      verb.add_flag("--register", arguments.is_register,
                    "RIGHT is a register of any length: it passes by once, in parts; each record of "
                    "LEFT is matched to one of it at most")
          ->group("How to link");
  verb.add_option("--continue", arguments.streamed.earlier_dir,
                  "Folder of an earlier --register run of LEFT: RIGHT holds records that came later")
      ->needs(is_register)
      ->group("How to link");
  verb.add_option("--part", arguments.streamed.rows_per_part,
                  "Rows of a register in memory at once; left out: about as many as LEFT has")
      ->needs(is_register)
      ->check(CLI::Range(std::size_t{1000}, std::size_t{100'000'000}))
      ->group("How to link");
}

void show(const std::string& json, const std::string& text, Context& context) {
  context.print(context.json ? json + "\n" : text);
}

void repeat(const LinkArguments& arguments, Context& context) {
  if (arguments.command.out_dir.empty()) throw CLI::RequiredError("--out");
  const auto report = linkage::repeat_link(arguments.repeat, arguments.command);
  if (!report.ok()) return context.show_failure(report.error());
  show(report.value().to_json(), report.value().to_text(), context);
  if (!report.value().all_same()) context.exit_code = kRefusedOrFailed;
}

void run_register(const LinkArguments& arguments, Context& context) {
  const auto& command = arguments.command;
  if (command.right_path.empty()) throw CLI::RequiredError("right");
  if (command.out_dir.empty()) throw CLI::RequiredError("--out");
  linkage::RegisterCommand streamed = arguments.streamed;
  streamed.people_path = command.left_path;
  streamed.register_path = command.right_path;
  streamed.model_path = command.model_path;
  streamed.out_dir = command.out_dir;
  streamed.threshold = command.threshold;
  streamed.thread_count = command.thread_count;
  streamed.write_csv = command.write_csv;
  streamed.write_parquet = command.write_parquet;
  streamed.progress = command.progress;
  const auto report = linkage::run_register(streamed);
  if (!report.ok()) return context.show_failure(report.error());
  show(report.value().to_json(), report.value().to_text(), context);
}

void run(const LinkArguments& arguments, Context& context) {
  const auto& command = arguments.command;
  if (!arguments.repeat.empty()) return repeat(arguments, context);
  if (command.left_path.empty()) throw CLI::RequiredError("left");
  if (arguments.is_register) return run_register(arguments, context);
  if (arguments.count_only) {
    const auto budget = linkage::count_pairs(command);
    if (!budget.ok()) return context.show_failure(budget.error());
    return show(budget.value().to_json(), budget.value().to_text(), context);
  }
  if (command.out_dir.empty() && command.explain && !command.model_path.empty()) {
    const auto explained = linkage::explain_pair(command);
    if (!explained.ok()) return context.show_failure(explained.error());
    return show(explained.value().to_json(), explained.value().to_text(), context);
  }
  if (command.out_dir.empty()) throw CLI::RequiredError("--out");
  const auto report = linkage::run_link(command);
  if (!report.ok()) return context.show_failure(report.error());
  show(report.value().to_json(), report.value().to_text(), context);
}

}  // namespace

void add_linkage_commands(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand(
      "link", "Link two files, or find the duplicates in one; needs no charter and no site");
  verb->footer(
      "Examples:\n"
      "  kinfold link people.csv --out linked                  duplicates within one file\n"
      "  kinfold link left.csv right.parquet --out linked      two files\n"
      "  kinfold link left.csv right.csv --count-pairs         is it too much? compares nothing\n"
      "  kinfold link left.csv right.csv --model linked/model.toml --explain A17 B4\n"
      "  kinfold link --repeat linked/manifest.json --out again\n"
      "Then: kinfold review draw linked --out review           pairs for people to judge");
  auto arguments = std::make_shared<LinkArguments>();
  add_input_options(*verb, *arguments);
  add_register_options(*verb, *arguments);
  add_output_options(*verb, *arguments);
  verb->callback([=, &context] {
    auto& command = arguments->command;
    ProgressBar progress(!arguments->progress && isatty(STDERR_FILENO) != 1);
    progress.set_plan(link_plan());
    command.progress = &progress;
    command.pairing = linkage::pairing_of(arguments->pairing).value_or(linkage::Pairing::kAuto);
    for (const auto& one : arguments->frequencies) {
      const auto equals = one.find('=');
      if (equals == std::string::npos) throw CLI::ValidationError("--frequencies", "write FIELD=FILE");
      command.frequencies.emplace_back(one.substr(0, equals), one.substr(equals + 1));
    }
    if (!arguments->ids.empty()) command.explain = {arguments->ids[0], arguments->ids[1]};
    command.write_csv = arguments->format != "parquet";
    command.write_parquet = arguments->format != "csv";
    if (verb->count("--threshold") > 0) command.threshold = arguments->threshold;
    run(*arguments, context);
  });
  add_review_commands(app, context);
}

}  // namespace kinfold::cli
