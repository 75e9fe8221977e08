// The stage list of a model: what is linked before and after the probabilistic stage.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "linkage/associate_internal.h"
#include "linkage/link.h"
#include "linkage/run_internal.h"

namespace kinfold::linkage {

/// The kept pairs of a run and what the stages made of them; one entry each.
struct StagedPairs {
  KeptPairs kept;
  std::vector<double> probability;  ///< Empty until the probabilistic stage.
  std::vector<bool> linked;
  std::vector<std::uint8_t> stage;  ///< The stage that linked it, or set it aside; kNoStage.
  std::vector<bool> barred;         ///< People said that it is two.
};

/// The model; where it has no list of stages, with the probabilistic one alone.
Model with_stages(Model model);
/// Adds an associative stage after the others: households by `column`, and in a file that lacks it by
/// address, by surname and postcode, or by telephone, as far as the model has those fields.
void add_household_stage(Model& model, const std::string& column);

/// Stages of one run. Refers to run, scorer and tables.
class StageRunner {
 public:
  static Result<StageRunner> create(const Run& run, const Scorer& scorer, const Model& model,
                                    const table::Table& left, const table::Table* right,
                                    const std::vector<Decision>& decisions);

  /// Decisions and matchkeys. Pairs that no blocking rule found are added to `staged.kept`.
  void before(StagedPairs& staged);
  /// Records that are not free for the probabilistic stage: linked by a matchkey or refused. Shape [records].
  const std::vector<bool>& closed() const { return closed_; }
  std::uint8_t probabilistic() const;

  /// Associative and clerical stages between two files; `cluster` is not touched.
  void after_two(StagedPairs& staged);
  /// The same within one file: `cluster` is changed in place, then what people said is made to hold.
  void after_one(StagedPairs& staged, std::vector<std::uint32_t>& cluster);
  /// Links, conflicts and pairs for review by stage.
  std::vector<StageYield> yields(const StagedPairs& staged) const;

 private:
  struct Decided {
    std::uint32_t a = 0, b = 0;
    bool same = false;
  };
  std::size_t find_or_add(StagedPairs& staged, std::uint32_t a, std::uint32_t b) const;
  void link_by(StagedPairs& staged, std::uint32_t a, std::uint32_t b, std::uint8_t stage);
  void run_matchkey(StagedPairs& staged, std::uint8_t stage);
  std::vector<Association> associations(const Stage& stage,
                                        const std::vector<std::pair<std::uint32_t, std::uint32_t>>& linked,
                                        const std::vector<bool>& is_free) const;
  void make_households(const table::Table& left, const table::Table* right);
  void set_aside(StagedPairs& staged) const;
  void join_further(StagedPairs& staged, std::vector<std::uint32_t>& cluster);
  void split_where_decided(const StagedPairs& staged, std::vector<std::uint32_t>& cluster) const;

  const Run* run_ = nullptr;
  const Scorer* scorer_ = nullptr;
  Model model_;  // Its blocking rules are the keys of the stages.
  std::unique_ptr<PartTables> parts_;
  std::vector<bool> closed_;
  std::vector<Decided> decided_;
  std::vector<std::uint64_t> conflict_count_;  // By stage.
  struct Sides {
    std::unique_ptr<Households> left, right;  // right null: the left's.
  };
  std::vector<Sides> sides_;  // By stage; empty where it is not associative or cannot be used.
};

}  // namespace kinfold::linkage
