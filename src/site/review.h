// Clerical review at the trusted party: people judge pairs of records, blind and each pair by two, and what
// they say measures the matching. Which pairs, and what was said, lies sealed in the vault's holding.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "identity/identity.h"
#include "site/report.h"
#include "site/site.h"

namespace kinfold::site {

enum class Verdict { kSame, kDifferent, kCannotTell };
std::string_view name(Verdict verdict);
std::optional<Verdict> parse_verdict(std::string_view text);

/// Draws pairs of vault records: half of spellings that were taken for one person, half of people who were
/// not but could be (probability from kDoubtMin). Those without a verdict from an earlier draw go.
/// \retval kRefused by the door: duty `linkage`. Time: links the whole vault within itself.
Result<Report> draw_review(Site& site, const std::string& actor, std::size_t pair_count, Progress& progress);
inline constexpr double kDoubtMin = 0.01;

/// What a reviewer sees: two identities, and nothing that says what the program thinks.
struct ReviewPair {
  std::string id;
  identity::Identity left;
  identity::Identity right;
};
/// The next pairs for this reviewer: judged by fewer than two and not yet by this one, or by two who differ.
/// The vault is open for this one act; the entry in the ledger counts the people shown.
Result<std::vector<ReviewPair>> sit_for_review(Site& site, const std::string& actor, std::size_t pair_count);

/// Keeps a verdict; it is on disk when this returns. \retval kRefused for a second one by the same person.
Status decide_pair(Site& site, const std::string& actor, const std::string& pair, Verdict verdict);

/// A share with its 95 % interval (Wilson 1927).
struct Share {
  std::uint64_t count = 0;
  std::uint64_t of = 0;
  double low = 0;
  double high = 1;
  double value() const { return of == 0 ? 0 : static_cast<double>(count) / static_cast<double>(of); }
};
Share wilson(std::uint64_t count, std::uint64_t of);

struct ReviewQuality {
  std::size_t pair_count = 0;
  std::size_t judged_once = 0;
  std::size_t judged_twice = 0;
  std::size_t decided = 0;        ///< Two say the same, or a third settled it.
  std::size_t left_for_actor = 0;
  Share agreement;                ///< Of pairs judged twice.
  double kappa = 0;               ///< Cohen's, over the first two verdicts; 0 where it cannot be told.
  struct Group {
    std::string name;             ///< "everybody", "women", "born 2000 to 2009", an authority ...
    Share right;                  ///< Of linked pairs: the same person indeed.
    Share missed;                 ///< Of pairs not linked: the same person after all.
  };
  std::vector<Group> groups;      ///< Everybody first. Groups with no decided pair are left out.
};
Result<ReviewQuality> review_quality(Site& site, const std::string& actor);

}  // namespace kinfold::site
