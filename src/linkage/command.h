// `kinfold link`: files in; pairs, clusters, fitted model, report and manifest out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "linkage/estimate.h"
#include "linkage/link.h"
#include "linkage/pairs.h"
#include "table/table.h"

namespace kinfold::linkage {

struct LinkCommand {
  std::string left_path;
  std::string right_path;    ///< "": find the duplicates in the left file.
  std::string model_path;    ///< "": the starting model for people.
  std::string out_dir;       ///< Made if it is not there; files of an earlier run are replaced.
  std::string truth_column;  ///< "": no truth. Equal values in it mean the same person; never used to link.
  /// Applied to the truth column (or, where that is "", to the id): the first group is the person.
  /// For Febrl: "rec-(\\d+)-".
  std::string truth_pattern;
  /// Two ids (of the left and the right file, or both of the one): why this pair weighs what it does.
  std::optional<std::pair<std::string, std::string>> explain;
  bool show_values = false;  ///< The report's waterfalls show the records' values.
  std::string
      group_column;  ///< "": none. The report shows quality by the values of this column of the left file.
  /// "": none. Equal values in this column of the left file live together: an associative stage is added to
  /// the model's.
  std::string household_column;
  /// "": none. What people decided about pairs: precision and recall are estimated from it
  /// (docs/formats/decisions.md).
  std::string decisions_path;
  /// Tables of how common values are: field of the model and file. They take the place of those that the
  /// model names.
  std::vector<std::pair<std::string, std::string>> frequencies;
  std::size_t decoy_count =
      0;  ///< Not 0: so many records that cannot match are linked along to estimate false links.
  std::optional<double> threshold;   ///< Not set: chosen without the truth.
  std::size_t thread_count = 0;      ///< 0: all cores.
  Pairing pairing = Pairing::kAuto;  ///< Two files: how often a record may be linked.
  std::uint64_t pair_count_max =
      4'000'000'000;             ///< More candidate pairs than this are refused before starting.
  bool write_csv = true;         ///< pairs.csv and clusters.csv
  bool write_parquet = true;     ///< pairs.parquet and clusters.parquet
  Progress* progress = nullptr;  ///< Not owned.
};

struct Quality {
  double precision = 0.0;
  double recall = 0.0;
  double f1 = 0.0;
  std::uint64_t true_pair_count = 0;
};

struct LinkReport {
  std::uint64_t left_row_count = 0;
  std::uint64_t right_row_count = 0;
  std::uint64_t rejected_count = 0;  ///< Lines of both files that could not be split; rejects.csv names them.
  std::uint64_t candidate_pair_count = 0;
  std::uint64_t pair_count = 0;  ///< Linked pairs (pairs within clusters when one file is deduplicated).
  std::uint64_t cluster_count = 0;
  double threshold = 0.0;          ///< Posterior probability.
  bool threshold_given = false;    ///< Else it was chosen, without the truth.
  std::optional<Quality> quality;  ///< Pairwise, where there is a truth.
  double seconds = 0.0;
  std::uint64_t peak_bytes = 0;     ///< Of the process, as the kernel counts it.
  std::vector<RuleYield> blocking;  ///< What each rule brought in.
  FitReport fit;
  std::vector<StageYield>
      stages;  ///< Pairs by the stage that linked them; of one file, pairs that were compared.
  bool converged = false;
  std::vector<std::string> notes;
  std::vector<std::string> files;            ///< Written, relative to out_dir.
  std::optional<ClericalEstimate> clerical;  ///< Where decisions were given.
  std::vector<DecoyEstimate> decoys;  ///< Where decoys were asked for: everybody, then by group_column.
  std::optional<PairExplanation> explanation;  ///< Of the pair that was asked about.

  /// One JSON object: pairs, clusters, threshold, precision, recall, f1, seconds, peak_bytes ...;
  /// quality is null without a truth.
  std::string to_json() const;
  /// A summary for people that fits a screen.
  std::string to_text() const;
};

/// One pair by itself, under a model that is fitted already.
struct ExplainReport {
  PairExplanation explanation;
  double work_seconds = 0.0;  ///< To encode and weigh, without reading the files and the model.

  std::string to_json() const;
  std::string to_text() const;
};

/// Weighs command.explain under command.model_path, which must be a fitted model (model.toml of an earlier
/// run, or Splink's); links nothing and writes nothing. How rare a value is, is counted in the files given.
/// \retval kInvalid if the model is not fitted or a file has no such id.
Result<ExplainReport> explain_pair(const LinkCommand& command);

/// Writes pairs.parquet, pairs.csv, clusters.parquet, clusters.csv, model.toml (fitted), report.html
/// and manifest.json to out_dir. Prints nothing.
/// \retval kInvalid, kIo as link() and the readers say; nothing is written then.
Result<LinkReport> run_link(const LinkCommand& command);

/// What a run finds, and what it says about it.
struct LinkOutcome {
  LinkResult result;
  LinkReport report;
};

/// run_link() of tables in memory. The command's paths are for the manifest alone ("": not named there); with
/// an empty out_dir nothing is written.
Result<LinkOutcome> link_tables(const LinkCommand& command, const table::Table& left,
                                const table::Table* right, const Model& model);
/// Writes the files of a run that was made without; their names, relative to command.out_dir. What only
/// reports show is worked out for it, and left in `outcome`.
Result<std::vector<std::string>> write_files(const LinkCommand& command, const table::Table& left,
                                             const table::Table* right, LinkOutcome& outcome);

/// What pairs.parquet and clusters.parquet hold. `thread_count` 0: all cores.
table::Table pairs_table(const table::Table& left, const table::Table& right, const LinkResult& result,
                         const Model& model, std::size_t thread_count = 0);
table::Table clusters_table(const table::Table& left, const table::Table* right, const LinkResult& result,
                            const Model& model, std::size_t thread_count = 0);

/// The quality of an answer by the command's truth column and pattern.
/// \retval kInvalid if a table lacks the column, or the pattern is no regular expression.
Result<Quality> measure(const LinkCommand& command, const table::Table& left, const table::Table* right,
                        const LinkResult& result);

/// explain_pairs() of one pair by its records' ids.
Result<PairExplanation> explain_ids(const table::Table& left, const table::Table* right, const Model& fitted,
                                    const std::string& one, const std::string& other);

}  // namespace kinfold::linkage
