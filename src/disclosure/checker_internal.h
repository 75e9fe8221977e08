// One run of the check over all outputs. check.cc: from the rules to the certificate; findings.cc: what
// becomes of each field.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "disclosure/attacks_internal.h"
#include "disclosure/check_internal.h"

namespace kinfold::disclosure {

class Checker {
 public:
  Checker(std::span<const Output> outputs, const Rules& rules, const ReleaseLedger& ledger, Encoding encoding)
      : outputs_(outputs),
        rules_(rules),
        ledger_(ledger),
        encoding_(std::move(encoding)),
        hidden_by_rule_(encoding_.system.cells.size()) {}

  Result<Checked> run(Progress& progress);

 private:
  void apply_rules();
  Status suppress();
  Status certify();
  void find_outputs_of_cells();
  void judge_fields(std::size_t o);
  void propose(std::size_t o);
  Finding judge_field(std::size_t o, std::size_t row, std::size_t c) const;
  void round_field(std::size_t o, const std::vector<CellIndex>& cells, Finding& finding) const;
  void hide_with_their_count(std::size_t o);
  void compare_estimates(std::size_t o);
  void fill_certificate(std::size_t o);
  void remark_on_limits(std::size_t o);
  std::string method_of(const CheckedOutput& output) const;
  Status refuse_exposed();
  Status look_for_attacks();
  void report(const FoundAttack& found, bool mended);
  std::string describe(CellIndex cell) const;
  ReleasedOutput released_form_of(std::size_t o) const;
  bool is_of(CellIndex cell, std::size_t o) const { return outputs_of_[cell].count(o) > 0; }

  std::span<const Output> outputs_;
  const Rules& rules_;
  const ReleaseLedger& ledger_;
  Encoding encoding_;
  std::vector<bool> hidden_by_rule_;
  std::vector<std::set<std::size_t>> outputs_of_;  ///< Of each cell: outputs that show or imply it.
  std::vector<double> rounded_;  ///< By cell: what is shown instead; empty where nothing is rounded.
  std::string rounding_remark_;
  Suppression suppression_;
  std::vector<CellIndex> exposed_to_insiders_;
  std::vector<FoundAttack> attacks_;              ///< On what the rules alone would show.
  std::map<CellIndex, std::size_t> attack_with_;  ///< A cell that one of them takes.
  Audit audit_;
  Checked checked_;
};

}  // namespace kinfold::disclosure
