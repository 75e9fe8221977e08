// Reads a council's file of families as councils really send them. Every data line ends in exactly
// one of five places, and the counts add up.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "identity/identity.h"
#include "identity/objections.h"
#include "table/io.h"
#include "table/table.h"

namespace kinfold::identity {

/// What makes a family eligible, from the charter's criteria.
struct Eligibility {
  std::vector<std::string> problems;  ///< Ids: each needs a column `problem_<id>` in the file.
  int needed = 2;                     ///< Different problems in the family, over all its people.
};

/// What became of a data line.
enum class LineFate : std::uint8_t { kKept, kRejected, kMerged, kIneligible, kObjected };

/// What to put right, for the council. Never the value.
struct LineNote {
  std::uint64_t line = 0;  ///< In the file; 1 is the header.
  std::string column;      ///< The council's own heading; "" where the whole line is meant.
  std::string reason;
  std::string remedy;
};

struct IntakeCounts {
  std::uint64_t data_line_count = 0;  ///< = kept + rejected + merged + ineligible + objected
  std::uint64_t kept_count = 0;
  std::uint64_t rejected_count = 0;
  std::uint64_t merged_count = 0;      ///< The same person again in the same family.
  std::uint64_t ineligible_count = 0;  ///< People of families with too few problems.
  std::uint64_t objected_count = 0;
  std::uint64_t warning_count = 0;  ///< Values left out or mended; their people are kept.
  std::uint64_t family_count = 0;   ///< Families with somebody kept.
  std::uint64_t ineligible_family_count = 0;
};

/// Holds people's data in the clear: wipe() it when done.
struct Intake {
  table::Table identities;          ///< Columns of empty_identities(); one row per kept line.
  table::Table attributes;          ///< `family` (string: the council's own number), `relation`, `group`,
                                    ///< `start_date`, `end_date`, `problem_<id>` dates; row for row.
  std::vector<std::uint64_t> line;  ///< Source line of each kept row.
  std::vector<LineFate> fates;      ///< One per data line, in file order.
  std::vector<LineNote> rejects;    ///< Lines set aside: rejected, merged, ineligible.
  std::vector<LineNote> warnings;   ///< Values left out of lines that go on.
  std::vector<Identity> objectors;  ///< Of lines marked as objected, for the objection book.
  IntakeCounts counts;
  std::string encoding;
  Eligibility eligibility;

  void wipe();
};

/// Reads a CSV by docs/formats/data.md. Headings are matched without regard to case, spaces and
/// punctuation, and by the aliases in intake_columns.cc; Excel's `sep=;` line is understood.
///
/// A malformed NI number, postcode, gender, relation, address or later date costs only that value,
/// with a warning. A missing name, group or start date, or a missing or impossible date of birth,
/// costs the line. The same person twice in one family becomes one. Those who objected are taken
/// out first, and the rest of their family is judged without them.
///
/// \retval kIo if it cannot be opened; kInvalid if it has no rows, or a needed column is missing
///         or there twice. Bad rows are not errors. Time O(n log n) for n lines.
Result<Intake> read_council_file(const std::string& path, const Eligibility& eligibility, Date today);
/// The same for a file that was read already; `file` is wiped.
Result<Intake> read_council_table(table::CsvText& file, const Eligibility& eligibility, Date today);

/// CSV with `line,column,reason,remedy` for every reject, then every warning, by line.
std::string rejects_csv(const std::vector<LineNote>& rejects, const std::vector<LineNote>& warnings);
/// The same as a file: mode 0600, replaced whole or not at all. \retval kIo with the remedy.
Status write_rejects_csv(const Intake& intake, const std::string& path);

/// What goes into the sealed file: docs/formats/data.md, "submission".
struct Submission {
  table::Table identities;  ///< `row` and the identity columns, sorted by `row`
  table::Table attributes;  ///< `row`, `family` (int64), ..., sorted by `row`
  IntakeCounts counts;      ///< As in the intake, with the objections that the book found.
};

/// Takes out everybody in the book, judges families again without them, and puts the rest in an
/// order (and under row and family numbers) drawn from `random`. `objections` may be null.
Result<Submission> to_submission(const Intake& intake, const ObjectionBook* objections,
                                 const RandomBytes& random);

}  // namespace kinfold::identity
