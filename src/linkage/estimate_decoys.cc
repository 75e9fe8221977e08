#include <algorithm>
#include <cmath>
#include <map>

#include "linkage/decoy_run_internal.h"
#include "linkage/decoys_internal.h"
#include "linkage/estimate_internal.h"

namespace kinfold::linkage {
namespace {

constexpr std::size_t kDrawCount = 2000;

// What is known of the people of one group.
struct Tally {
  double record_count = 0.0;
  double expected_match_count = 0.0;  // Of its records, those with a match.
  double link_count = 0.0;            // Linked pairs; within clusters where there is one file.
  std::uint64_t count[2] = {0, 0};    // Decoys: strangers, relatives,
  std::uint64_t linked[2] = {0, 0};   // of those, linked to anybody,
  double partners[2] = {0.0, 0.0};    // and to how many records.
};

double expected_relatives_per_record(const LinkResult& result, std::size_t left_count,
                                     std::size_t right_count) {
  const double left = static_cast<double>(left_count);
  const double others = right_count > 0 ? static_cast<double>(right_count) : left - 1.0;
  return result.model.related_rate * others;
}

DecoyEstimate estimate_of(const Tally& tally, double relative_share, bool two_files, std::uint64_t seed) {
  DecoyEstimate estimate;
  estimate.stranger_count = tally.count[0];
  estimate.stranger_linked_count = tally.linked[0];
  estimate.relative_count = tally.count[1];
  estimate.relative_linked_count = tally.linked[1];
  estimate.relative_share = relative_share;
  estimate.unmatched_count = std::max(0.0, tally.record_count - tally.expected_match_count);
  // A false pair of one file is met from both of its ends.
  const double at_risk = two_files ? estimate.unmatched_count : tally.record_count / 2.0;
  const auto partners_each = [&](int kind) {
    return tally.linked[kind] == 0 ? 1.0 : tally.partners[kind] / static_cast<double>(tally.linked[kind]);
  };
  const auto share_of = [&](double stranger_rate, double relative_rate) {
    const double per_record = (1.0 - relative_share) * stranger_rate * partners_each(0) +
                              relative_share * relative_rate * partners_each(1);
    return tally.link_count > 0.0 ? std::min(1.0, at_risk * per_record / tally.link_count) : 0.0;
  };
  const auto plain = [&](int kind) {
    return tally.count[kind] == 0
               ? 0.0
               : static_cast<double>(tally.linked[kind]) / static_cast<double>(tally.count[kind]);
  };
  // How many false links there really are is a matter of chance too, and they come in clumps of partners.
  const double clump = std::max(partners_each(0), partners_each(1));
  std::vector<double> draws;
  for (std::size_t n = 0; n < kDrawCount; ++n) {
    RandomStream random(seed, {0x6465'6365, n});
    const auto drawn = [&](int kind) {
      const auto linked = static_cast<double>(tally.linked[kind]);
      return draw_beta(random, linked + 0.5, static_cast<double>(tally.count[kind]) - linked + 0.5);
    };
    const double strangers = drawn(0);
    const double share = share_of(strangers, drawn(1));
    const double spread = tally.link_count > 0.0 ? std::sqrt(share * clump / tally.link_count) : 0.0;
    draws.push_back(std::clamp(share + spread * random.normal(), 0.0, 1.0));
  }
  estimate.false_link_share = interval_of(std::move(draws), share_of(plain(0), plain(1)));
  return estimate;
}

// Adds up people and links of the real run by group of the left row.
template <typename GroupOf>
void tally_run(const LinkResult& result, std::size_t left_count, GroupOf group_of,
               std::vector<Tally>& tallies) {
  for (std::uint32_t row = 0; row < left_count; ++row) tallies[group_of(row)].record_count += 1.0;
  if (!result.right_cluster.empty()) {
    for (const auto& pair : result.pairs) {
      auto& own = tallies[group_of(pair.left)];
      own.expected_match_count += pair.probability;
      own.link_count += pair.linked ? 1.0 : 0.0;
    }
    return;
  }
  std::vector<std::uint64_t> size(result.cluster_count);
  for (const auto cluster : result.left_cluster) ++size[cluster];
  for (std::uint32_t row = 0; row < left_count; ++row) {
    auto& own = tallies[group_of(row)];
    const auto others = static_cast<double>(size[result.left_cluster[row]] - 1);
    own.link_count += others / 2.0;
    own.expected_match_count += others > 0.0 ? 1.0 : 0.0;
  }
}

// For each decoy, to how many real records it was linked.
std::vector<std::size_t> partners_of_decoys(const LinkResult& run, std::size_t left_count,
                                            std::size_t decoy_count) {
  std::vector<std::size_t> partners(decoy_count, 0);
  if (!run.right_cluster.empty()) {
    for (const auto& pair : run.pairs)
      if (pair.linked && pair.left >= left_count) ++partners[pair.left - left_count];
    return partners;
  }
  std::vector<std::size_t> real(run.cluster_count);
  for (std::size_t row = 0; row < left_count; ++row) ++real[run.left_cluster[row]];
  for (std::size_t n = 0; n < decoy_count; ++n) partners[n] = real[run.left_cluster[left_count + n]];
  return partners;
}

PartnerShares partner_shares_of(const LinkResult& result) {
  double expected = 0.0;
  for (const auto& pair : result.pairs) expected += pair.probability;
  const auto share = [&](const std::vector<std::uint32_t>& rows) {
    return expected / (static_cast<double>(rows.size()) + 1.0);
  };
  return {share(result.left_cluster), share(result.right_cluster)};
}

}  // namespace

Result<std::vector<DecoyEstimate>> estimate_from_decoys(const table::Table& left, const table::Table* right,
                                                        const LinkResult& result, std::size_t decoy_count,
                                                        const LinkOptions& link_options,
                                                        const EstimateOptions& options) {
  if (decoy_count < 2)
    return invalid("decoys: at least 2 are needed; some thousand tell rates of one in a thousand");
  if (!result.model.fitted) return invalid("decoys: nothing was compared, so there is nothing to estimate");
  std::vector<Grouping> groupings;
  for (const auto& column : options.by_columns) {
    auto grouping = group_rows(left, column, options.values_max);
    if (!grouping.ok()) return grouping.error();
    groupings.push_back(std::move(grouping).value());
  }
  auto records = encode(left, right, result.model,
                        {link_options.thread_count == 0 ? std::size_t{1} : link_options.thread_count, true});
  if (!records.ok()) return records.error();
  const auto decoys = make_decoys(records.value(), result.model, decoy_count, options.seed);
  LinkOptions again = link_options;
  again.threshold = result.threshold_probability;
  again.pairing = result.pairing;
  again.explain_rows.clear();
  again.decisions.clear();
  again.insight = false;
  const auto run = right == nullptr ? link(decoys.left, nullptr, decoys.model, again)
                                    : link_decoys(decoys.left, decoys.right, decoys.model, again,
                                                  {decoy_count, partner_shares_of(result)});
  if (!run.ok()) return run.error();
  const auto partners = partners_of_decoys(run.value(), left.row_count(), decoy_count);
  const double relatives =
      expected_relatives_per_record(result, left.row_count(), right == nullptr ? 0 : right->row_count());
  const double relative_share = 1.0 - std::exp(-relatives);

  std::vector<DecoyEstimate> estimates;
  const auto estimate_by = [&](std::size_t group_count, auto&& group_of) {
    std::vector<Tally> tallies(group_count);
    tally_run(result, left.row_count(), group_of, tallies);
    for (std::size_t n = 0; n < decoy_count; ++n) {
      auto& own = tallies[group_of(decoys.left_row[n])];
      const int kind = decoys.relative[n] ? 1 : 0;
      ++own.count[kind];
      own.linked[kind] += partners[n] > 0;
      own.partners[kind] += static_cast<double>(partners[n]);
    }
    for (const auto& tally : tallies)
      estimates.push_back(estimate_of(tally, relative_share, right != nullptr, options.seed));
  };
  estimate_by(1, [](std::uint32_t) { return std::size_t{0}; });
  for (const auto& grouping : groupings) {
    const std::size_t first = estimates.size();
    estimate_by(grouping.values.size(), [&](std::uint32_t row) { return std::size_t{grouping.of_row[row]}; });
    for (std::size_t n = 0; n < grouping.values.size(); ++n) {
      estimates[first + n].column = grouping.column;
      estimates[first + n].value = grouping.values[n];
    }
  }
  return estimates;
}

}  // namespace kinfold::linkage
