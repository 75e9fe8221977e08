// Clerical review at the trusted party: people judge pairs and clusters of records, blind and each by two,
// and what they say measures the matching. Which ones, and what was said, lies sealed in the vault's holding.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "identity/identity.h"
#include "linkage/decisions.h"
#include "site/report.h"
#include "site/site.h"

namespace kinfold::site {

using linkage::Verdict;
std::string_view name(
    Verdict verdict);  ///< In a form and in the sealed set: "same", "different", "cannot-tell".
std::optional<Verdict> parse_verdict(std::string_view text);

/// Draws sets of vault records: half of spellings that were taken for one person, half of people who were
/// not but could be (probability from kDoubtMin). A quarter of each half are clusters of three or more, where
/// there are such; the rest are pairs. Those without a verdict from an earlier draw go.
/// \retval kRefused by the door: duty `linkage`. Time: links the whole vault within itself.
Result<Report> draw_review(Site& site, const std::string& actor, std::size_t set_count, Progress& progress);
inline constexpr double kDoubtMin = 0.01;
inline constexpr std::size_t kClusterRecordsMax = 8;  ///< More at a time nobody can compare.

/// What a reviewer sees: two identities or a cluster of them, and nothing that says what the program thinks.
struct ReviewSet {
  std::string id;
  std::vector<identity::Identity> records;
};
/// The next sets for this reviewer: judged by fewer than two and not yet by this one, or by two who differ.
/// The vault is open for this one act; the entry in the ledger counts the people shown.
Result<std::vector<ReviewSet>> sit_for_review(Site& site, const std::string& actor, std::size_t set_count);

/// Keeps a verdict; it is on disk when this returns. Of a cluster, kSame says that all are one person.
/// \retval kRefused for a second one by the same person.
Status decide_set(Site& site, const std::string& actor, const std::string& set, Verdict verdict);

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
  std::size_t set_count = 0;
  std::size_t judged_once = 0;
  std::size_t judged_twice = 0;
  std::size_t decided = 0;  ///< Two say the same, or a third settled it.
  std::size_t left_for_actor = 0;
  Share agreement;   ///< Of sets judged twice.
  double kappa = 0;  ///< Cohen's, over the first two verdicts; 0 where it cannot be told.
  struct Group {
    std::string name;  ///< "everybody", "gender: female", "born 2000 to 2009", an authority; kClusters
    Share right;       ///< Of what was linked: one person indeed.
    Share missed;      ///< Of what was not: one person after all.
  };
  /// Everybody first. Groups with nothing decided are left out. All are of pairs but the one of clusters.
  std::vector<Group> groups;
};
inline constexpr std::string_view kClusters = "clusters of three or more";
Result<ReviewQuality> review_quality(Site& site, const std::string& actor);

}  // namespace kinfold::site
