#include <CLI/CLI.hpp>

#include "cli/context.h"
#include "linkage/command.h"

namespace kinfold::cli {

void add_linkage_commands(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand("link", "Link two files, or find the duplicates in one; needs no charter and no site");
  auto command = std::make_shared<linkage::LinkCommand>();
  auto threshold = std::make_shared<double>(0);
  auto pairing = std::make_shared<std::string>("auto");
  auto ids = std::make_shared<std::vector<std::string>>();
  auto format = std::make_shared<std::string>("both");
  verb->add_option("left", command->left_path, "CSV or Parquet")->required();
  verb->add_option("right", command->right_path, "CSV or Parquet; left out: duplicates within LEFT");
  verb->add_option("--model", command->model_path, "Model (TOML); left out: the starting model for people");
  verb->add_option("--out", command->out_dir, "Folder for pairs, clusters, fitted model and report")->required();
  verb->add_option("--truth", command->truth_column, "Column in which equal values mean the same person; only measured with");
  verb->add_option("--truth-pattern", command->truth_pattern, "Regular expression whose first group is the person, for --truth or the id");
  auto* given = verb->add_option("--threshold", *threshold, "Probability from which a pair is taken; left out: chosen without the truth")
                    ->check(CLI::Range(0.0, 1.0));
  verb->add_option("--threads", command->thread_count, "0: all cores")->capture_default_str();
  auto* asked = verb->add_option("--explain", *ids, "Two ids: why this pair weighs what it does")->expected(2);
  verb->add_flag("--show-values", command->show_values, "The report shows the values of the pairs that it explains");
  verb->add_option("--by", command->group_column, "Column of LEFT: the report shows quality by its values");
  verb->add_option("--decisions", command->decisions_path, "What people decided about pairs (CSV): precision and recall with intervals");
  verb->add_option("--decoys", command->decoy_count, "Link so many records along that cannot match, and estimate the false links; takes the time of a second run");
  verb->add_option("--format", *format, "Of pairs and clusters: csv, parquet or both")
      ->check(CLI::IsMember({"csv", "parquet", "both"}))
      ->capture_default_str();
  verb->add_option("--pairing", *pairing, "Two files: how often a record may be linked; auto looks whether a file holds people more than once")
      ->check(CLI::IsMember({"auto", "one-to-one", "one-to-many", "many-to-one", "many"}))
      ->capture_default_str();
  verb->callback([=, &context] {
    ProgressBar progress(context.json);
    command->progress = &progress;
    command->pairing = linkage::pairing_of(*pairing).value_or(linkage::Pairing::kAuto);
    if (asked->count() > 0) command->explain = {(*ids)[0], (*ids)[1]};
    command->write_csv = *format != "parquet";
    command->write_parquet = *format != "csv";
    if (given->count() > 0) command->threshold = *threshold;
    const auto report = linkage::run_link(*command);
    if (!report.ok()) return context.show_failure(report.error());
    context.print(context.json ? report.value().to_json() + "\n" : report.value().to_text());
  });
}

}  // namespace kinfold::cli
