#include "linkage/screen_internal.h"

#include <algorithm>
#include <bit>

#include "base/parallel.h"
#include "base/random.h"

namespace kinfold::linkage {
namespace {

// Values that another may equal which differs in blanks alone, as far as a hash of theirs tells.
class Twins {
 public:
  Twins(const ValueTable& values, bool blanks_count) {
    if (blanks_count) return;
    bits_.resize(8 * std::bit_ceil(values.size()));
    for (std::size_t code = 1; code < values.size(); ++code) {
      if (values[code].text.find(' ') != std::string_view::npos) bits_[place(values[code])] = true;
    }
  }
  bool may_have_one(const Value& value) const { return !bits_.empty() && bits_[place(value)]; }

 private:
  std::size_t place(const Value& value) const {
    return static_cast<std::size_t>(mix64(value.whole)) & (bits_.size() - 1);
  }
  std::vector<bool> bits_;
};

}  // namespace

RatioBounds::RatioBounds(const Scorer& scorer, std::size_t thread_count)
    : looks_(scorer.comparer().comparison_count()),
      best_(scorer.comparer().comparison_count()),
      by_place_(scorer.comparer().comparison_count()) {
  const auto& comparer = scorer.comparer();
  const auto& records = scorer.records();
  const std::size_t count = looks_.size();
  for (std::size_t n = 0; n < count; ++n) {
    bound_.emplace_back(records, comparer, n);
    // Where another comparison finds two fields exchanged, or two records have no part in common, this one
    // has nothing to say, which may be better than what it has.
    bool silenced = false;
    for (std::size_t other = 0; other < count; ++other)
      silenced |= comparer.swapped_field_of(other) == static_cast<int>(comparer.field_of(n));
    silenced |= comparer.may_say_nothing(n);
    const auto most = [&](double own) { return static_cast<float>(silenced ? std::max(own, 0.0) : own); };
    best_[n].resize(comparer.comparison(n).levels.size());
    double sofar = -1e30;
    for (std::size_t level = best_[n].size(); level-- > 0;) {
      sofar = std::max(sofar, scorer.level_nats_max(n, static_cast<std::uint8_t>(level)));
      best_[n][level] = most(sofar);
    }
    for (const auto level : bound_[n].levels()) by_place_[n].push_back(best_[n][level]);
    const auto& values = records.fields[comparer.field_of(n)].values;
    const bool exact = comparer.exact_first(n);
    const Twins twins(values, blanks_count(records.fields[comparer.field_of(n)].field.kind));
    auto& looks = looks_[n];
    looks.resize(values.size());
    looks[0] = {};  // No value.
    parallel_chunks(values.size(), 16384, thread_count, [&](std::size_t, std::size_t begin, std::size_t end) {
      for (auto code = static_cast<std::uint32_t>(std::max<std::size_t>(begin, 1)); code < end; ++code) {
        looks[code] = bound_[n].look(values[code]);
        const auto ratio = exact ? scorer.field_ratio(n, 0, code, code) : Scorer::FieldRatio{};
        looks[code].first = exact && !twins.may_have_one(values[code]) ? 1 : 0;
        looks[code].equal = exact ? most(std::max(ratio.match, ratio.moved)) : best_[n][0];
      }
    });
  }
  find_order(records, comparer);
}

// By how much a look at two random records' values lowers what they can weigh; only the speed depends on it.
void RatioBounds::find_order(const Records& records, const Comparer& comparer) {
  constexpr std::uint64_t kPairs = 1000;
  std::vector<double> fall(bound_.size(), 0.0);
  for (std::uint64_t pair = 0; pair < kPairs; ++pair) {
    const auto* a = records.of(mix64(2 * pair + 1) % records.count);
    const auto* b = records.of(mix64(2 * pair + 2) % records.count);
    for (std::size_t n = 0; n < bound_.size(); ++n) {
      const std::size_t field = comparer.field_of(n);
      if (!bound_[n].useful() || a[field] == b[field] || a[field] == 0 || b[field] == 0) continue;
      const auto& known = look(n, a[field]);
      fall[n] += at_level(n, known.first) - at_level(n, bound_[n].best(known, look(n, b[field])));
    }
  }
  for (std::size_t n = 0; n < bound_.size(); ++n)
    if (bound_[n].useful()) order_.push_back(n);
  std::stable_sort(order_.begin(), order_.end(),
                   [&](std::size_t a, std::size_t b) { return fall[a] > fall[b]; });
}

}  // namespace kinfold::linkage
