// What to compare, how, and how much each agreement is worth: a file that people can read and edit.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kinfold::linkage {

/// What a field's values are, which decides their standard form (src/person) and what can be
/// derived from them for comparison and blocking.
enum class FieldKind {
  kForenames,
  kSurname,
  kFullName,
  kDate,
  kPostcode,
  kNino,
  kCode,
  kAddress,
  kText,
  kPlace,
  kEmail,
  kGender,
  kNumber,
  kAsWritten,      ///< No standard form: bytes are compared as they are.
  kLocation,       ///< "latitude,longitude" in degrees, or two columns.
  kList,           ///< Several texts, each in its standard form; their order means nothing.
  kListAsWritten,  ///< The same, elements and order as they are.
  kTogether        ///< Several fields of the model as one: Field::parts.
};
std::string_view kind_name(FieldKind kind);

/// How common the values of a field are in some population, from a table of them.
struct ValueFrequencies {
  std::string file;  ///< "": there is none, and the records' own counts are used.
  std::vector<std::pair<std::uint64_t, std::uint32_t>>
      counts;          ///< Hash of the standard form and count, by hash.
  double total = 0.0;  ///< Sum of the counts.
};

/// One thing known about a record, and under which column names files hold it.
struct Field {
  std::string name;
  FieldKind kind = FieldKind::kText;
  /// The first of these that a file has is read. Compared without regard to case, spaces and
  /// punctuation. The two files may use different ones. A field that either file lacks is left out.
  std::vector<std::string> columns;
  /// Where none of them is there (or the value is empty): "full_name.first", "full_name.last",
  /// "full_name.rest" (what is neither forename nor surname), "address.postcode", "address.building",
  /// "address.street", "address.flat".
  std::string derive;
  /// Of a date: names of columns that hold its parts, read where a file has all three and no whole date.
  struct DateParts {
    std::vector<std::string> year, month, day;
  };
  DateParts date_parts = {};
  /// Of a location: names of the two columns that hold it, read where a file has both and no whole location.
  struct PlaceParts {
    std::vector<std::string> latitude, longitude;
  };
  PlaceParts place_parts = {};
  /// Of a value only what this regular expression finds is read; "": all of it.
  std::string extract = {};
  /// kTogether: names of the fields that it is put together from, whose levels ask "PART: test".
  std::vector<std::string> parts = {};
  /// kTogether: its comparison says nothing where a record lacks one of these; empty: of all parts ...
  std::vector<std::string> needs = {};
  /// ... or, where this is not empty, unless there is one of these that both records have.
  std::vector<std::string> needs_one_of = {};
  ValueFrequencies frequencies = {};
};

/// A probability that was estimated, given, or never seen: three different things.
struct Estimate {
  double value = 0.0;
  bool observed = true;  ///< False: no pair showed it; the value is the prior's.
};

/// One level of agreement. Levels are tried in order; the last, "else", takes what is left.
struct Level {
  std::string
      when;    ///< An expression; see docs/methods/linkage.md: "exact", "jaro_winkler >= 0.92", "else" ...
  Estimate m;  ///< Share of matching pairs at this level (of those with a value on both sides; see
               ///< changes_on_moving).
  Estimate u;  ///< Share of non-matching random pairs at this level.
  Estimate related;  ///< Share at this level among pairs of different people who live or belong together.
  Estimate moved;    ///< Share at this level among matches who moved house; only where changes_on_moving.
  /// 0: every value counts the same; 1: rare values count for more by their whole frequency; between:
  /// by that power of it (for levels of partial agreement).
  double term_frequency = 0.0;
  std::string term_frequency_of =
      {};  ///< Of a field that is put together: the part whose values count; "": the whole.
};

struct Comparison {
  std::string name;
  std::string field;
  std::vector<Level> levels;
  bool shared_in_household = false;  ///< Different people of one household tend to agree on it.
  /// Whoever moves house changes it together with the others so marked. Then m is of those who stayed.
  bool changes_on_moving = false;
};

/// Records that agree on all keys are compared. A key is a field, or a part of one after a dot:
/// "surname.soundex", "date_of_birth.year". A part of several values (".tokens", ".deletions") makes one
/// key each, and two records agree where they share one.
struct BlockingRule {
  std::string name;
  std::vector<std::string> keys;
  double pairs_per_record_max = 0;  ///< Its own budget; 0: that of the settings.
  /// Used only to look groups up by all that their records know together, once groups have formed.
  bool on_clusters = false;
};

enum class StageKind { kMatchkey, kProbabilistic, kAssociative, kClerical };
std::string_view stage_kind_name(StageKind kind);

/// One step of the linkage. They are taken in the order of the list; a record that one of them linked is no
/// longer free for the next. An empty list is the probabilistic stage alone.
struct Stage {
  std::string name;
  StageKind kind = StageKind::kProbabilistic;
  /// Matchkey: the keys, on which one free record of each side must agree, and no other. Associative: records
  /// that agree on all keys of one of these live together, where there is no household column.
  std::vector<BlockingRule> keys;
  bool refuse_conflicts =
      false;  ///< Matchkey: records of an ambiguous key are linked by no later stage either.
  std::vector<std::string>
      household;  ///< Associative: columns, the first that a file has; equal values live together.
  double probability_min = 0.9;  ///< Associative: from which a pair is taken. Clerical: the band set aside.
  double probability_max = 1.0;  ///< Clerical.
};

struct Settings {
  std::string id_column;               ///< "": an alias such as unique_id, rec_id, id; else the row number.
  double prior_people_per_record = 0;  ///< 0: the match rate is estimated from a start of one in `records`.
  int em_iteration_count_max = 200;
  double em_tolerance = 1e-6;              ///< Largest change of any probability.
  std::uint64_t u_pair_count = 1'000'000;  ///< Random pairs for levels that value counts cannot give.
  std::uint64_t seed = 1;
  double pairs_per_record_max =
      400;  ///< Budget of each blocking rule; largest blocks are left out beyond it.
  /// Term frequencies against u of the exact level, as Splink has them; else against the mean frequency.
  bool term_frequency_by_u = false;
  /// Values are counted once for each person, as a first linkage of the same files finds them, not once for
  /// each record.
  bool term_frequency_by_person = false;
  bool blocking_auto =
      false;  ///< Rules are chosen from a list of candidates; [[block]] rules for groups are kept.
  double auto_pairs_per_record = 150;  ///< Budget of all rules that are chosen, together.
  double weight_floor_bits = -4;       ///< Pairs of less than this posterior log odds are not kept.
};

struct Model {
  std::string name;
  std::vector<Field> fields;
  std::vector<Comparison> comparisons;
  std::vector<BlockingRule> blocking;
  std::vector<Stage> stages;
  Settings settings;
  bool fitted = false;
  double match_rate = 0.0;    ///< Share of all random pairs that match. 0: not yet known.
  double related_rate = 0.0;  ///< Share that are different people who belong together. 0: none modelled.
  double moved_rate =
      0.0;  ///< Share of the matches who moved house between the two records. 0: not modelled.
  double namesake_rate = 0.0;       ///< Share of strangers as alike in names as one person. 0: not modelled.
  double related_name_share = 0.0;  ///< Relatives of one forename, to one other relative. 0: not modelled.
  /// Of pairs of records of two files with one address that are not one person, the share of relatives; the
  /// others are strangers. None: not known, as where the model was fitted to one file or to a sample of two.
  std::optional<double> household_related_share;
  std::vector<std::string> notes;  ///< What a reader of a foreign model left out, for the report.
};

/// A model saved by Splink 3 to 5 (`linker.misc.save_model_to_json`), in the DuckDB or Spark dialect: its
/// levels, m, u, prior, term frequencies and blocking rules. Scores then agree with Splink's to rounding;
/// nothing is standardised. A comparison or rule with a condition that has no counterpart here is left out
/// whole and named in Model::notes: scores are then those of the rest. \retval kInvalid if it is not such a
/// file, was never trained, or nothing in it can be read.
Result<Model> parse_splink_json(std::string_view text);

/// \retval kInvalid naming line, what is wrong and how to mend it.
Result<Model> parse_model_toml(std::string_view text);
/// TOML, or Splink's JSON (told by its first byte). Tables of frequencies that it names are read too,
/// relative to its own folder.
Result<Model> read_model(const std::string& path);
/// read_model() of a text; `folder` is where the tables of frequencies that it names are looked for.
Result<Model> parse_model(std::string_view text, const std::string& folder);
std::string model_to_toml(const Model& model);

/// The starting model for people (models/people.toml, compiled in): needs no tuning, and leaves out
/// whatever the files do not have.
const Model& people_model();
std::string_view people_model_toml();

}  // namespace kinfold::linkage
