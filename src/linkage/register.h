// Looks people up in a register too large for memory: the register passes by once, part after part.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "linkage/match.h"
#include "linkage/model.h"
#include "table/table.h"

namespace kinfold::linkage {

/// match_to_register() for a register that comes in parts. Memory follows the people and the largest part,
/// not the register; time grows linearly with it. The model is fitted to the first part (or given fitted) and
/// then stands. Rare values are weighed by their frequency among the people and the part at hand, so weights
/// depend on how the register is cut; parts of 100,000 rows or more make that small. Records that arrive
/// later are one more add(): nothing earlier is compared again. Not thread-safe.
class RegisterMatcher {
 public:
  /// A person and a record of the register that may be theirs.
  struct Candidate {
    std::uint32_t person_row = 0;
    std::uint32_t register_row = 0;
    double weight_bits = 0.0;
    double log_odds_bits = 0.0;
  };

  /// Refers to `people` and options.progress until it is destroyed.
  RegisterMatcher(const table::Table& people, const Model& model, const LinkOptions& options = {});
  RegisterMatcher(RegisterMatcher&&) noexcept;
  ~RegisterMatcher();

  /// The register's next rows. They are numbered on from those of earlier parts.
  /// \retval kInvalid as match_to_register(); an empty part is none.
  Status add(const table::Table& part);

  /// Takes up what an earlier matcher of the same people had found in `register_row_count` rows, before the
  /// first add(). The model should be the one that it had fitted.
  void resume(std::uint64_t register_row_count, const std::vector<Candidate>& candidates);
  std::vector<Candidate> candidates() const;
  std::uint64_t register_row_count() const;

  /// The answer for all parts so far: one to one, register_row counted over all parts. May be asked for
  /// again after further parts.
  RegisterMatches matches() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kinfold::linkage
