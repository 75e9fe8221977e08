#include "linkage/associate_internal.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "linkage/values_internal.h"

namespace kinfold::linkage {
namespace {

constexpr double kExpectedThere = 0.5;

// Natural log of one person over two of one household, on what a household does not share.
double own_evidence(const Scorer& scorer, std::uint32_t left, std::uint32_t right) {
  const auto& comparer = scorer.comparer();
  const auto* a = scorer.records().of(left);
  const auto* b = scorer.records().of(right);
  Levels levels{};
  comparer.compare(a, b, levels);
  double sum = 0.0;
  for (std::size_t n = 0; n < comparer.comparison_count(); ++n) {
    if (levels[n] == kMissingLevel || comparer.comparison(n).shared_in_household) continue;
    const std::size_t field = comparer.field_of(n);
    const auto ratio = scorer.field_ratio(n, levels[n], a[field], b[field]);
    const bool relatives_known = scorer.model().related_rate > 0.0;
    sum += relatives_known ? std::min(ratio.match, ratio.match - ratio.related) : ratio.match;
  }
  return sum;
}

}  // namespace

Households::Households(const Records& records, std::uint32_t begin, std::uint32_t end,
                       const table::Column& column)
    : begin_(begin), keys_(end - begin) {
  for (std::uint32_t record = begin; record < end; ++record) {
    const auto row = records.row[record];
    const auto key = column.is_null(row) ? kNoHash : hash_text(column.text_at(row));
    if (key != kNoHash) keys_[record - begin].push_back(key);
  }
  close();
}

Households::Households(std::uint32_t begin, std::uint32_t end, const std::vector<RuleKeyMaker>& makers)
    : begin_(begin), keys_(end - begin) {
  std::vector<std::uint32_t> own;
  for (std::uint32_t record = begin; record < end; ++record) {
    for (std::size_t rule = 0; rule < makers.size(); ++rule) {
      makers[rule].keys_of(&record, 1, own);
      for (const auto key : own)
        keys_[record - begin].push_back(static_cast<std::uint64_t>(rule + 1) << 32 | key);
    }
  }
  close();
}

void Households::close() {
  for (std::uint32_t n = 0; n < keys_.size(); ++n)
    for (const auto key : keys_[n]) entries_.emplace_back(key, begin_ + n);
  std::sort(entries_.begin(), entries_.end());
}

void Households::append_others(std::uint32_t record, std::vector<std::uint32_t>& others) const {
  const std::size_t before = others.size();
  for (const auto key : keys_[record - begin_]) {
    const auto first = std::lower_bound(entries_.begin(), entries_.end(), std::pair{key, std::uint32_t{0}});
    auto last = first;
    while (last != entries_.end() && last->first == key && static_cast<std::size_t>(last - first) <= kSizeMax)
      ++last;
    if (static_cast<std::size_t>(last - first) > kSizeMax) continue;
    for (auto entry = first; entry != last; ++entry)
      if (entry->second != record) others.push_back(entry->second);
  }
  const auto own = others.begin() + static_cast<std::ptrdiff_t>(before);
  std::sort(own, others.end());
  others.erase(std::unique(own, others.end()), others.end());
}

bool Households::together(std::uint32_t a, std::uint32_t b) const {
  const auto& one = keys_[a - begin_];
  const auto& other = keys_[b - begin_];
  return std::any_of(one.begin(), one.end(), [&](std::uint64_t key) {
    return std::find(other.begin(), other.end(), key) != other.end();
  });
}

std::vector<Association> associate(const Scorer& scorer, const Households& left, const Households& right,
                                   const std::vector<std::pair<std::uint32_t, std::uint32_t>>& linked,
                                   const std::vector<bool>& is_free, double probability_min) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> candidates;
  std::vector<std::uint32_t> here;
  std::vector<std::uint32_t> there;
  for (const auto& [a, b] : linked) {
    here.clear();
    there.clear();
    left.append_others(a, here);
    right.append_others(b, there);
    for (const auto one : here) {
      for (const auto other : there) {
        if (is_free[one] && is_free[other] && one != other) candidates.emplace_back(one, other);
      }
    }
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  struct Mass {
    double count = 0.0, sum = 0.0;
  };
  std::map<std::uint32_t, Mass> of_left;
  std::map<std::uint32_t, Mass> of_right;
  std::vector<double> likelihood;
  for (const auto& [one, other] : candidates) {
    likelihood.push_back(std::exp(std::clamp(own_evidence(scorer, one, other), -300.0, 300.0)));
    for (auto* mass : {&of_left[one], &of_right[other]}) {
      mass->count += 1.0;
      mass->sum += likelihood.back();
    }
  }
  const auto probability_in = [](const Mass& mass, double own) {
    return kExpectedThere * own / (kExpectedThere * mass.sum + (1.0 - kExpectedThere) * mass.count);
  };
  std::vector<Association> found;
  for (std::size_t n = 0; n < candidates.size(); ++n) {
    const auto [one, other] = candidates[n];
    const double p =
        std::min(probability_in(of_left[one], likelihood[n]), probability_in(of_right[other], likelihood[n]));
    if (p >= probability_min) found.push_back({one, other, p});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Association& a, const Association& b) { return a.probability > b.probability; });
  std::vector<bool> open = is_free;
  std::erase_if(found, [&](const Association& own) {
    if (!open[own.left] || !open[own.right]) return true;
    open[own.left] = open[own.right] = false;
    return false;
  });
  return found;
}

}  // namespace kinfold::linkage
