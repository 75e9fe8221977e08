// The disclosure check: rules, secondary suppression, the attack on the result, the certificate.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "disclosure/release_ledger.h"
#include "disclosure/rules.h"
#include "disclosure/table.h"

namespace kinfold::disclosure {

enum class CellStatus {
  kPublished,
  kPrimary,     ///< Fails a rule itself.
  kSecondary,   ///< Hidden so that a primary cell cannot be worked out.
  kRounded,     ///< Shown, changed by rounding or perturbation.
  kStructural,  ///< A zero that cannot be otherwise: shown.
  kWithheld     ///< For the check only (contributors, largest): never part of what is published.
};
std::string_view status_name(CellStatus status);

/// What the rules say about one field of one row.
struct Finding {
  std::size_t row = 0;
  std::size_t column = 0;
  CellStatus status = CellStatus::kPublished;
  std::string rule;        ///< "threshold-person", "zero", "dominance", "differencing" ... "" if shown.
  std::string reason;      ///< A sentence for the checker. Holds figures: not for logs.
  std::string remedy;      ///< What would mend it. "" if shown.
  double shown_value = 0;  ///< kRounded: what is published instead.
};

/// One line of the certificate: what somebody could work out about one hidden count.
struct CellCertificate {
  std::size_t row = 0;
  std::size_t column = 0;
  std::string what;  ///< "age=0-4, authority=X: persons"
  CellStatus status = CellStatus::kPrimary;
  double value = 0;          ///< The hidden truth: for the checker, never published.
  double low = 0, high = 0;  ///< The attacker's interval; high is infinity where nothing bounds it.
  bool exact = false;        ///< false: the interval is at least this wide.
  double need_low = 0, need_high = 0, need_width = 0;  ///< What the rule asks of the interval.
  bool safe = false;
  bool confirmed = false;  ///< Two complete tables agree with all that is published, in exact
                           ///< arithmetic, and differ in this cell by as much as the rule asks.
};

/// One figure that an attack takes: `weight` times what was published, between low and high where rounded.
struct AttackPart {
  std::string source;  ///< Title and day of the earlier output that has it, or the title of a new one.
  std::string what;    ///< "persons with age 0-4"
  double low = 0, high = 0;
  double weight = 1;
};
/// How somebody would work out what is to stay hidden.
struct Attack {
  std::string target;      ///< What would be worked out.
  std::string rule;        ///< That it breaks.
  std::string words;       ///< The attack without a figure: for anybody.
  std::string arithmetic;  ///< With figures: for the checker's own file, never for logs.
  std::vector<AttackPart> parts;
  bool mended = true;  ///< By hiding; false: it still works, and the output is refused.
};

/// A coarser table in which fewer figures fail, found by trying it: proposed to the author, never done by
/// itself.
struct RecodingStep {
  std::string kind;  ///< "combine": these become one category; "drop": their rows go.
  std::string column;
  std::vector<std::string> labels;
};
struct Recoding {
  std::vector<RecodingStep> steps;
  std::string words;
  std::size_t failing_left = 0;  ///< Figures that still fail a rule, with those that follow from the table.
  std::size_t rows_lost = 0;
};

struct CheckedOutput {
  std::string id;
  std::string title;
  Population population;
  table::Table original;
  std::vector<ColumnLayout> layout;
  std::vector<Finding> findings;             ///< row-major, one for every field.
  std::vector<CellCertificate> certificate;  ///< Hidden cells and what they imply.
  std::vector<std::string> remarks;          ///< For the output as a whole.
  std::vector<std::string>
      refusals;                     ///< Not empty: may not be published; says why and what to do. No figures.
  std::vector<Recoding> recodings;  ///< The cheapest first; judged on this table alone.
  std::vector<Attack> attacks;      ///< What adding and subtracting would tell: mended, or refused.
  table::Table protected_table;     ///< What apply() gives.
  std::size_t primary_count = 0, secondary_count = 0, shown_count = 0;
  ReleasedOutput released;          ///< What a release ledger keeps of it.
  std::string method;               ///< "exact", "heuristic", "none needed" ...
  double cost = 0, cost_bound = 0;  ///< Of the suppression; bound: no safe one is cheaper.

  const Finding& at(std::size_t row, std::size_t column) const {
    return findings[row * original.column_count() + column];
  }
  bool publishable() const { return refusals.empty(); }
};

struct Checked {
  std::vector<CheckedOutput> outputs;
  Rules rules;
  bool publishable() const;
};

/// Checks outputs together (they are attacked jointly) and with everything released before.
/// Deterministic. \retval kInvalid if a layout contradicts its table (names the output and column);
/// kInternal if the solver fails. A disclosive output is not an error: see `refusals`.
Result<Checked> check(std::span<const Output> outputs, const Rules& rules, const ReleaseLedger& ledger,
                      Progress& progress);

/// The table that may be published: columns that are for the check only are gone, hidden values are
/// NULL, and each column with hidden values has a `<name>_symbol` beside it: "c" where hidden
/// (confidential), "r" where rounded, "" where shown (Government Statistical Service symbols).
table::Table apply(const CheckedOutput& checked);

/// What the public sees: the protected table with [c] and its footnote. HTML fragment, escaped.
std::string public_html(const CheckedOutput& checked);
/// The same as CSV text: hidden values are written [c].
std::string public_csv(const CheckedOutput& checked);
/// What the checker works from: a self-contained page with reasons, intervals and changes.
std::string checker_page(const Checked& checked);
/// Who reads the JSON. Standard output is logged and copied: it gets rules, remedies and proofs, but no
/// reason that names a figure, no hidden value and nothing from which one follows.
enum class JsonFor { kChecker, kStdout };
/// One JSON document: statuses, reasons, certificate.
std::string to_json(const Checked& checked, JsonFor reader = JsonFor::kChecker);

/// A file whose kind is blocked (a chart with its data inside, a serialised model).
/// \retval kRefused naming the rule and what to hand in instead.
Status check_file_kind(std::string_view file_name, const Rules& rules);

}  // namespace kinfold::disclosure
