// Two files (or one) as codes: every field's distinct values once, each record a row of numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/large_vector.h"
#include "base/result.h"
#include "linkage/census.h"
#include "linkage/model.h"
#include "linkage/values_internal.h"
#include "table/table.h"

namespace kinfold::linkage {

/// How common a field's values are, where the records' own counts do not say so.
struct ValueTally {
  std::vector<std::uint32_t> count;  ///< By code.
  double total = 0.0;                ///< Of all values, also those that no record has.
  double square_total = 0.0;         ///< Sum of n (n - 1).
};

/// A field that the files have. Code 0 is "missing"; values[0] is empty.
struct EncodedField {
  Field field;
  ValueTable values;
  std::vector<std::uint32_t> count;       ///< Records with each code, both files together.
  std::vector<std::uint32_t> left_count;  ///< Records with each code in the left file.
  std::optional<ValueTally>
      tally;  ///< Of the values that term frequencies weigh by, in the place of `count`.
  std::vector<std::uint32_t>
      part_codes;  ///< Of a field that is put together: value n's parts at [n * k], ..., [n * k + k - 1].
};

/// Records in canonical order: left file first, each file by id (or by values), so that the order of its rows
/// does not matter to anything that follows.
struct Records {
  std::size_t count = 0;
  std::size_t left_count = 0;      ///< == count when one file is deduplicated.
  std::vector<std::uint32_t> row;  ///< Row in its own table of each record.
  std::vector<EncodedField> fields;
  LargeVector<std::uint32_t> codes;  ///< Record-major: codes[record * fields.size() + field].
  std::vector<ValueTable>
      left_out;  ///< Values of fields that are left out, where parts of others may refer to them.
  std::vector<std::string> notes;
  const Census* census = nullptr;  ///< Of the files whose part these records are; null: they are the whole.

  bool two_files() const { return left_count != count; }
  /// Records of the left and of the right file as a whole.
  std::pair<double, double> whole_sizes() const {
    if (census != nullptr)
      return {static_cast<double>(census->left_count), static_cast<double>(census->right_count)};
    return {static_cast<double>(left_count), static_cast<double>(count - left_count)};
  }
  const std::uint32_t* of(std::size_t record) const { return codes.data() + record * fields.size(); }
  /// Index of a field by name, or -1.
  int find(std::string_view name) const;
};

struct EncodeOptions {
  std::size_t thread_count = 1;
  /// Records are ordered by id, and a repeated one is an error; else by their values, whatever their ids are.
  bool ids_must_differ = true;
  bool of_right_file = false;  ///< With a census: `left` is a part of the right file.
  const Census* census =
      nullptr;  ///< The tables are parts: what they say of fields and dates is the census' to say.
};

/// \retval kInvalid for repeated ids, or when no field of the model is in both files.
Result<Records> encode(const table::Table& left, const table::Table* right, const Model& model,
                       const EncodeOptions& options);

/// Puts the counts of the whole in the place of the records' own.
void take_counts(Records& records, const Census& census);

/// How many dates of a table can only be read with the day (or the month) first, by field; a field without
/// such a column is left out.
struct DateCount {
  std::string field;
  std::uint64_t day_first_count = 0;
  std::uint64_t month_first_count = 0;
};
std::vector<DateCount> count_dates(const table::Table& table, const Model& model);

/// The first of `names` that the table has, without regard to case, blanks, punctuation and prefixes such as
/// "home_"; null if there is none.
const table::Column* find_column(const table::Table& table, const std::vector<std::string>& names);
/// The id column of a table by the model's setting or the usual names; null if there is none.
const table::Column* find_id(const table::Table& table, const Model& model);

}  // namespace kinfold::linkage
