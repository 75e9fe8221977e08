// What people decided about pairs: docs/formats/decisions.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kinfold::linkage {

enum class Verdict { kSame, kDifferent, kCannotTell };
std::string_view verdict_name(Verdict verdict);  ///< "same", "different", "cannot tell"

/// Why a pair was looked at. Only what chance chose says anything about the other pairs.
enum class Drawn { kSample, kChosen };

/// One coder's word on one pair.
struct Decision {
  std::string left_id;
  std::string right_id;  ///< Of the left file where one file is deduplicated.
  std::string coder;     ///< "agreed": what several coders settled on; it stands above theirs.
  Verdict verdict = Verdict::kCannotTell;
  Drawn drawn = Drawn::kSample;
};

/// CSV with the columns left_id, right_id, verdict and, where they are there, coder and drawn.
/// \retval kInvalid naming the line; never a value.
Result<std::vector<Decision>> parse_decisions(std::string_view csv);
/// \retval kIo if it cannot be opened.
Result<std::vector<Decision>> read_decisions(const std::string& path);
std::string decisions_to_csv(const std::vector<Decision>& decisions);

/// All words on one pair as one: "agreed" where there is such, else what all coders say, else cannot tell.
struct PairVerdict {
  std::string left_id;
  std::string right_id;
  Verdict verdict = Verdict::kCannotTell;
  Drawn drawn = Drawn::kSample;
  std::size_t coder_count = 0;
};
/// One entry a pair, by ids. A coder's later word replaces an earlier one.
std::vector<PairVerdict> settle(const std::vector<Decision>& decisions);

}  // namespace kinfold::linkage
