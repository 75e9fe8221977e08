// Clerical review: pairs that people judge without seeing what the model thinks of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "linkage/decisions.h"

namespace kinfold::linkage {

/// One record as a coder sees it: values in the order of ReviewSet::fields. The id is for the decisions file
/// and is never shown, as ids often tell who belongs to whom.
struct ReviewRecord {
  std::string id;
  std::vector<std::string> values;
};

struct ReviewPair {
  ReviewRecord left;
  ReviewRecord right;
  Drawn drawn = Drawn::kSample;
  std::uint32_t group = 0;  ///< Pairs of one cluster share it and follow one another; 0: a pair by itself.
};

/// What is to be judged, in the order in which everybody sees it. No weight, no probability, no answer.
struct ReviewSet {
  std::string key;  ///< Of this set and no other: ties a page's decisions to it.
  std::vector<std::string> fields;
  std::vector<ReviewPair> pairs;
};

struct DrawOptions {
  std::string
      run_dir;  ///< A folder that `kinfold link` wrote; the files that it linked must be where they were.
  std::string review_dir;        ///< Made if it is not there.
  std::size_t pair_count = 200;  ///< Drawn by chance from each weight band.
  std::size_t cluster_count =
      0;  ///< So many clusters besides, each with all pairs of up to 8 of its records.
  std::uint64_t seed = 1;
};

struct DrawReport {
  std::size_t pair_count = 0;
  std::size_t sample_count = 0;  ///< Of those, drawn by chance.
  std::size_t cluster_count = 0;
  std::string note;  ///< Why fewer clusters were drawn than asked for; "" where they were not.
  std::string file;  ///< Relative to review_dir.
};

/// Writes pairs.json to the review folder: people's values are in it, as in the files that were linked.
/// \retval kInvalid if the run's inputs have changed or the folder already has a set; kIo.
Result<DrawReport> draw_review(const DrawOptions& options);

Result<ReviewSet> read_review(const std::string& review_dir);
std::string review_to_json(const ReviewSet& set);
Result<ReviewSet> parse_review_json(std::string_view json);

/// Letters, digits, "-" and "_", at most 40: it is part of a file's name.
bool is_coder_name(std::string_view name);
/// Where a coder's decisions lie: decisions-NAME.csv.
std::string decisions_path(const std::string& review_dir, std::string_view coder);
/// Every decisions-*.csv of the folder, by file name.
Result<std::vector<Decision>> read_all_decisions(const std::string& review_dir);

/// A page that works offline: one pair at a time, keys as in the terminal, decisions saved as a file.
std::string review_page(const ReviewSet& set, std::string_view coder);

}  // namespace kinfold::linkage
