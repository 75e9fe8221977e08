// One coder at work: which pair is next, what each key does, what the screen shows. No terminal in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "linkage/review.h"

namespace kinfold::linkage {

class ReviewSession {
 public:
  enum class Step { kNothing, kMoved, kDecided, kLeave };

  /// `earlier` are this coder's decisions so far; those on other pairs are kept and written again.
  ReviewSession(ReviewSet set, std::string coder, std::vector<Decision> earlier);

  /// s same, d different, c cannot tell, a all of this cluster are one person, b back, n next, q leave.
  Step press(char key);
  /// The screen, `width` columns wide; `colour` adds reverse video to what differs, which is marked in any
  /// case.
  std::string screen(std::size_t width, bool colour) const;

  std::size_t position() const { return position_; }
  std::size_t pair_count() const { return set_.pairs.size(); }
  std::size_t decided_count() const;
  bool done() const { return decided_count() == pair_count(); }
  /// In the order of the set.
  std::vector<Decision> decisions() const;

 private:
  void decide(Verdict verdict);
  void decide_group();
  void to_next_open();
  std::string others_of_group(std::size_t width) const;

  ReviewSet set_;
  std::string coder_;
  std::vector<std::optional<Verdict>> verdicts_;  ///< By pair.
  std::vector<Decision> foreign_;                 ///< On pairs that are not in the set.
  std::size_t position_ = 0;
};

}  // namespace kinfold::linkage
