// Linkage of tables that lie in parts on many machines: parts are counted, then scored as the whole would be,
// and what they found is decided in one place.
//
// 1. count_dates() of every part says in which order each file writes its dates.
// 2. count_part() of every part, summed by (what, number, hash), makes the Census.
// 3. count_patterns_of() of parts, summed, and fit_counted() fit a model, where it is not fitted yet.
// 4. score_part() finds the pairs.
// 5. decide_found() decides which of them are linked, and forms clusters.
//
// With one fitted model the outcome is that of link() on the whole tables, to the bit. Whoever distributes
// the parts sees to it that records which share a block meet: either every part of one file meets the whole
// of the other, or records meet by buckets of blocks (buckets_of()), and each bucket visits only its own
// blocks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "linkage/census.h"
#include "linkage/key_filter.h"
#include "linkage/link.h"
#include "linkage/model.h"
#include "table/table.h"

namespace kinfold::linkage {

/// Fields whose rare values weigh more: a census must tell the counts of their values.
std::vector<std::string> fields_weighed(const Model& model);

/// The columns of a table that the model reads, its id first ("" where it has none), each once.
std::vector<std::string> columns_read(const table::Table& table, const Model& model);

/// Dates of one part that only one order can read: field (text), day_first, month_first (whole numbers).
table::Table count_dates_of(const table::Table& part, const Model& model);

/// What a row of count_part() counts.
enum class Counted : std::int64_t {
  kValue = 0,   ///< Records with a value of field `number`, by hash of its standard text.
  kKey = 1,     ///< Records with a blocking key of rule `number`, by key.
  kField = 2,   ///< Records with any value of field `number`; hash 0.
  kRecord = 3,  ///< Records; number and hash 0.
};
enum class File { kLeft, kRight };
struct CountOptions {
  bool all_values = false;  ///< Of every compared field; else only of those whose rare values weigh more.
  const KeyFilter* other_file =
      nullptr;  ///< Keys that the other file lacks make no pair, and are not counted.
};
/// Counts of one part of one file: what, number, hash, records (whole numbers). `dates` says which fields the
/// files have, and the order of their dates. \retval kInvalid as link().
Result<table::Table> count_part(const table::Table& part, File file, const Model& model, const Census& dates,
                                const CountOptions& options = {});

/// The census of files that are here as a whole: what their parts' counts would make.
/// \retval kInvalid as link().
Result<Census> take_census(const table::Table& left, const table::Table* right, const Model& model,
                           const LinkOptions& options = {});

/// For CountOptions::other_file. `whole` is all of one file.
Result<KeyFilter> keys_of(const table::Table& whole, File file, const Model& model, const Census& dates);

struct PartOptions {
  BlockShare share;
  std::size_t thread_count = 1;
};

/// For each row of a part of one file (0 is the first) the buckets that its blocks fall into: row, bucket. A
/// record of no bucket meets nobody.
Result<table::Table> buckets_of(const table::Table& part, File file, const Model& model, const Census& census,
                                std::uint32_t bucket_count);

/// The pairs of two parts, or within one where `right` is null, with posterior log odds of at least the
/// model's floor: left_id, right_id (text), weight_bits, log_odds_bits. Both need an id column. The model is
/// fitted.
Result<table::Table> score_part(const table::Table& left, const table::Table* right, const Model& model,
                                const Census& census, const PartOptions& options = {});

/// Agreement patterns of the pairs that score_part() would compare: pattern (levels with commas between, 255
/// where a value is missing; in the order of the model's comparisons whose field is in the census), pairs.
Result<table::Table> count_patterns_of(const table::Table& left, const table::Table* right,
                                       const Model& model, const Census& census,
                                       const PartOptions& options = {});

/// train() from `patterns` (as count_patterns_of(), summed), a census with all values, and records drawn by
/// chance from either file, on which the shares of partial agreement among random pairs are seen.
Result<Training> fit_counted(const table::Table& left_drawn, const table::Table* right_drawn,
                             const Model& model, const Census& census, const table::Table& patterns,
                             const LinkOptions& options = {});

/// What link() does once the pairs are scored. `pairs` names them by left_id and right_id; `left` and `right`
/// hold at least their records. Within one file, small groups are attached to others among the records given
/// only. \retval kInvalid if a pair names an id that no record has.
Result<LinkResult> decide_found(const table::Table& left, const table::Table* right,
                                const table::Table& pairs, const Model& model, const Census& census,
                                const LinkOptions& options = {});

}  // namespace kinfold::linkage
