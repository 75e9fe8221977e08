// Figures that are worked out from shares: beside the sizes of the groups they tell counts, whatever they are
// called.
//
// A share of n people is a whole number over n, so that a figure printed in full is met by very few counts.
// These are the attacker's searches: which counts does this figure leave?
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "disclosure/check_internal.h"

namespace kinfold::disclosure {

std::optional<double> whole_part(double share, double people) {
  constexpr double kWhole = 1e-7;  // a share times n: a double's 16 digits leave far less
  const double part = std::nearbyint(share * people);
  if (!(share >= 0 && share <= 1) || people <= 0 || std::abs(share * people - part) > kWhole * people)
    return std::nullopt;
  return part;
}

std::optional<double> part_with_deviation(double deviation, double people) {
  for (const double less : {0.0, 1.0}) {
    const double variance = deviation * deviation * (people - less) / people;
    if (!(deviation > 0) || people < 2 || variance > 0.25) continue;
    const double part = people * (1 - std::sqrt(1 - 4 * variance)) / 2;
    if (std::abs(part - std::nearbyint(part)) <= 1e-6) return std::nearbyint(part);
  }
  return std::nullopt;
}

double rounded_by(double x) {
  constexpr int kDecimalsMax = 6;
  double unit = 1;
  for (int decimals = 0; decimals <= kDecimalsMax; ++decimals, unit *= 10) {
    if (std::abs(x * unit - std::nearbyint(x * unit)) < 1e-9) return 0.5 / unit;
  }
  return 0;
}

namespace {

std::optional<double> value_of(const Output& output, std::size_t row, const std::string& column) {
  const auto* data = output.table.find(column);
  if (data == nullptr || data->type() == table::ColumnType::kString || data->is_null(row))
    return std::nullopt;
  return data->number_at(row);
}

double people_behind(const Output& output, std::size_t row, const std::string& n) {
  return contributors_of(output, row, n)[0].value_or(0);
}

/// The count `part` of `people`, or what is left, is too small.
Verdict judge_part(double part, double people, const std::string& n, const Rules& given) {
  auto rules = given;
  rules.level_required = {};
  for (const double count : {part, people - part}) {
    auto verdict = judge_count(count, Level::kPerson, {count, {}, {}}, false, rules);
    if (!verdict.fails()) continue;
    verdict.rule = "implied-count";
    verdict.reason = fmt::format("times {} it is the count {}: {}", n, part, verdict.reason);
    return verdict;
  }
  return {};
}

bool is_mean(const ColumnLayout& column) {
  return column.role == Role::kEstimate && (column.column.find("mean") != std::string::npos ||
                                            column.column.find("share") != std::string::npos);
}

/// One of the means of a row, as a share of one of the groups.
struct Share {
  std::string column, n;
  double share = 0, people = 0;
  bool whole = false;
  Verdict verdict;  ///< Fails if its count is too small.
};

std::vector<Share> shares_of(const Output& output, std::size_t row, const ColumnLayout& layout,
                             const Rules& given) {
  std::vector<Share> shares;
  for (const auto& column : output.layout) {
    const auto mean = value_of(output, row, column.column);
    if (!is_mean(column) || column.n != layout.n || !mean) continue;
    for (const auto& n : layout.n) {
      Share share{column.column, n, *mean, people_behind(output, row, n), false, {}};
      const auto part = whole_part(*mean, share.people);
      share.whole = part.has_value();
      if (part) share.verdict = judge_part(*part, share.people, n, given);
      shares.push_back(std::move(share));
    }
  }
  return shares;
}

/// The other estimates of the row that rest on the same groups, without its means.
std::vector<double> estimates_beside(const Output& output, std::size_t row, const ColumnLayout& layout) {
  std::vector<double> values;
  for (const auto& other : output.layout) {
    if (other.role != Role::kEstimate || other.column == layout.column || other.n != layout.n ||
        is_mean(other))
      continue;
    if (const auto value = value_of(output, row, other.column)) values.push_back(*value);
  }
  return values;
}

bool same(double x, double expected) {
  return std::isfinite(expected) && expected != 0 &&
         std::abs(std::abs(x) - std::abs(expected)) <= 1e-6 * std::abs(expected);
}

double spread(double share) { return share * (1 - share); }

/// Standard error of the difference, by either divisor.
bool is_standard_error(double x, const Share& a, const Share& b) {
  for (const double less : {0.0, 1.0}) {
    if (same(x, std::sqrt(spread(a.share) / (a.people - less) + spread(b.share) / (b.people - less))))
      return true;
  }
  return false;
}

/// Worked out from the share `a` and another mean `b`, so that with a figure that tells their distance it
/// tells both.
bool tells_spread(double x, const Share& a, const Share& b) {
  const double distance = a.share - b.share;
  const double pooled = (a.share * a.people + b.share * b.people) / (a.people + b.people);
  for (const double variance :
       {spread(a.share), spread(b.share), (spread(a.share) + spread(b.share)) / 2, spread(pooled)}) {
    if (same(x, distance / std::sqrt(variance))) return true;
  }
  const double odds = a.share / (1 - a.share) / (b.share / (1 - b.share));
  for (const double ratio : {spread(a.share) / spread(b.share), a.share / b.share, odds}) {
    if (same(x, ratio) || same(x, 1 / ratio) || same(x, std::log(ratio))) return true;
  }
  return false;
}

/// Two groups and how their shares differ.
struct Difference {
  std::string n_a, n_b;
  double a = 0, b = 0;
  double x = 0, slack = 0;

  /// The other group's count where `part` of the first group has it; empty if that is no whole number of
  /// people.
  std::optional<double> other(double part) const {
    const double count = b * (part / a - x);
    const double whole = std::nearbyint(count);
    if (whole < 0 || whole > b || std::abs(count - whole) > std::max(1e-8, b * slack)) return std::nullopt;
    return whole;
  }
  Verdict judge(double part, double other, const Rules& given) const {
    auto verdict = judge_part(part, a, n_a, given);
    return verdict.fails() ? verdict : judge_part(other, b, n_b, given);
  }
};

/// Fails if every pair of counts whose shares differ by x has one that is too small.
Verdict judge_difference(const Difference& difference, const Rules& given) {
  constexpr double kPeopleMax = 5e6;  // beyond, a double's digits no longer tell two counts apart
  const auto& [n_a, n_b, a, b, x, slack] = difference;
  if (!(std::abs(x) > 0 && std::abs(x) < 1) || a < 1 || b < 1 || std::max(a, b) > kPeopleMax) return {};
  const double threshold = given.threshold_of(Level::kPerson);
  Verdict found;
  const auto try_part = [&, a = a](double part) {
    if (found.fails() || part < 0 || part > a) return;
    if (const auto other = difference.other(part)) found = difference.judge(part, *other, given);
  };
  for (double few = 0; few < threshold && !found.fails(); ++few) {
    for (const double part :
         {few, a - few, std::nearbyint(a * (few / b + x)), std::nearbyint(a * ((b - few) / b + x))})
      try_part(part);
  }
  if (!found.fails()) return {};
  for (double part = 0; part <= a; ++part) {  // is there a pair that passes, so that x leaves it open?
    const auto other = difference.other(part);
    if (other && !difference.judge(part, *other, given).fails()) return {};
  }
  found.reason = "only shares of few people differ by it: " + found.reason;
  found.remedy = "round it, so that many counts fit it, or leave the outcome out";
  return found;
}

}  // namespace

Verdict judge_mean_as_share(const Output& output, std::size_t row, const ColumnLayout& layout, double value,
                            const Rules& given) {
  const double people = people_behind(output, row, layout.of);
  if (const auto part = whole_part(value, people)) {
    if (auto verdict = judge_part(*part, people, layout.of, given); verdict.fails()) return verdict;
  }
  if (const auto part = part_with_deviation(value, people)) {
    auto verdict = judge_part(*part, people, layout.of, given);
    if (verdict.fails())
      verdict.reason =
          "it is the standard deviation of a yes or no, which tells the share: " + verdict.reason;
    return verdict;
  }
  return {};
}

Verdict judge_estimate_of_shares(const Output& output, std::size_t row, const ColumnLayout& layout,
                                 double value, const Rules& given) {
  const auto shares = shares_of(output, row, layout, given);
  // The means of a row stand or fall together: beside them stands their difference, and from that and one
  // mean the other can be worked out.
  for (const auto& share : shares) {
    if (!is_mean(layout) || !share.verdict.fails()) continue;
    auto verdict = share.verdict;
    if (share.column != layout.column) {
      verdict.reason = share.column + " can be worked out from it and their difference: " + verdict.reason;
    }
    return verdict;
  }
  if (is_mean(layout)) return {};
  const auto beside = estimates_beside(output, row, layout);
  for (const auto& a : shares) {
    for (const auto& b : shares) {
      if (!a.verdict.fails() || a.column == b.column || a.n == b.n) continue;
      // A standard error of the two shares makes the test and the interval beside it theirs, too.
      const bool theirs = b.whole && (is_standard_error(value, a, b) ||
                                      std::any_of(beside.begin(), beside.end(), [&](double other) {
                                        return is_standard_error(other, a, b);
                                      }));
      if (!theirs && !tells_spread(value, a, b)) continue;
      auto verdict = a.verdict;
      verdict.reason = a.column + " can be worked out from it and what stands beside it: " + verdict.reason;
      return verdict;
    }
  }
  if (layout.n.size() != 2) return {};
  Difference difference{layout.n[0],
                        layout.n[1],
                        people_behind(output, row, layout.n[0]),
                        people_behind(output, row, layout.n[1]),
                        0,
                        0};
  std::vector<double> distances{
      value, 2 * value};  // as it is, and as the mean gap of two distributions of yes and no
  for (const double end : beside) {
    // The ends of an interval have the difference in their middle.
    const double middle = (value + end) / 2;
    if (std::any_of(beside.begin(), beside.end(),
                    [&](double third) { return third != end && same(third, middle); })) {
      distances.push_back(middle);
    }
  }
  for (const double x : distances) {
    difference.x = x;
    difference.slack = rounded_by(x);
    if (auto verdict = judge_difference(difference, given); verdict.fails()) return verdict;
  }
  return {};
}

}  // namespace kinfold::disclosure
