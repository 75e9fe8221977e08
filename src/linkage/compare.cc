#include <algorithm>

#include "base/random.h"
#include "linkage/compare_internal.h"

namespace kinfold::linkage {
namespace {

constexpr std::size_t kDenseValuesMax = 2048;
constexpr std::size_t kCacheBits = 18;
constexpr std::uint32_t kCacheCodeMax = (1U << 28) - 1;

}  // namespace

Result<Comparer> Comparer::create(const Records& records, const Model& model) {
  Comparer comparer;
  comparer.records_ = &records;
  double pattern_count = 1.0;
  std::uint64_t radix = 1;
  for (const auto& spec : model.comparisons) {
    const int field = records.find(spec.field);
    if (field < 0) continue;
    Compiled compiled;
    compiled.spec = spec;
    compiled.field = static_cast<std::size_t>(field);
    compiled.radix = radix;
    for (std::size_t level = 0; level < spec.levels.size(); ++level) {
      auto expression = parse_expression(spec.levels[level].when);
      if (!expression.ok()) return invalid("comparison " + spec.name + ": " + expression.error().message);
      if (expression.value().is(Test::kSwapped)) {
        const int other = records.find(expression.value().alternatives[0][0].other_field);
        if (other >= 0) {
          compiled.swapped_level = static_cast<int>(level);
          compiled.swapped_field = static_cast<std::size_t>(other);
        }
      }
      compiled.edit_limit = std::max(compiled.edit_limit, edit_limit_of(expression.value()));
      compiled.expressions.push_back(std::move(expression).value());
    }
    compiled.exact_first = compiled.expressions[0].is(Test::kExact);
    const std::size_t value_count = records.fields[compiled.field].values.size();
    if (value_count <= kDenseValuesMax) {
      compiled.dense = std::make_unique<std::atomic<std::uint8_t>[]>(value_count * value_count);
    } else {
      compiled.cache = std::make_unique<std::atomic<std::uint64_t>[]>(std::size_t{1} << kCacheBits);
    }
    radix *= spec.levels.size() + 1;
    pattern_count *= static_cast<double>(spec.levels.size() + 1);
    comparer.comparisons_.push_back(std::move(compiled));
  }
  if (comparer.comparisons_.empty()) {
    return invalid("no comparison of the model is about a field that the files have; add one to the model");
  }
  if (comparer.comparisons_.size() > kComparisonCountMax || pattern_count > 9e18) {
    return invalid("the model has too many comparisons or levels (at most " + std::to_string(kComparisonCountMax) +
                   " comparisons, and 9e18 patterns); take some out");
  }
  return comparer;
}

std::uint8_t Comparer::compute(const Compiled& compiled, std::uint32_t code_a, std::uint32_t code_b) const {
  if (code_a == code_b && compiled.exact_first) return 0;
  const auto& values = records_->fields[compiled.field].values;
  // Codes follow the order of rows, and Jaro's greedy matching may depend on which text comes first.
  if (values[code_b].whole < values[code_a].whole) std::swap(code_a, code_b);
  PairMemo memo;
  memo.edit_limit = compiled.edit_limit;
  for (std::size_t level = 0; level < compiled.expressions.size(); ++level) {
    if (holds(compiled.expressions[level], values[code_a], values[code_b], memo)) return static_cast<std::uint8_t>(level);
  }
  return static_cast<std::uint8_t>(compiled.expressions.size() - 1);
}

std::uint8_t Comparer::level_of(std::size_t n, std::uint32_t code_a, std::uint32_t code_b) const {
  const Compiled& compiled = comparisons_[n];
  if (code_a == code_b && compiled.exact_first) return 0;
  if (code_a > code_b) std::swap(code_a, code_b);
  if (compiled.dense != nullptr) {
    auto& slot = compiled.dense[code_a * records_->fields[compiled.field].values.size() + code_b];
    std::uint8_t level = slot.load(std::memory_order_relaxed);
    if (level == 0) {
      level = static_cast<std::uint8_t>(compute(compiled, code_a, code_b) + 1);
      slot.store(level, std::memory_order_relaxed);
    }
    return static_cast<std::uint8_t>(level - 1);
  }
  if (code_b > kCacheCodeMax) return compute(compiled, code_a, code_b);
  const std::uint64_t pair = static_cast<std::uint64_t>(code_a) << 28 | code_b;
  auto& slot = compiled.cache[mix64(pair) >> (64 - kCacheBits)];
  const std::uint64_t held = slot.load(std::memory_order_relaxed);
  if (held >> 8 == pair) return static_cast<std::uint8_t>(held & 0xFF);  // pair 0 is never asked for.
  const std::uint8_t level = compute(compiled, code_a, code_b);
  slot.store(pair << 8 | level, std::memory_order_relaxed);
  return level;
}

template <bool kCached>
void Comparer::compare_with(const std::uint32_t* a, const std::uint32_t* b, Levels& levels) const {
  const Compiled* swapped = nullptr;
  for (std::size_t n = 0; n < comparisons_.size(); ++n) {
    const Compiled& compiled = comparisons_[n];
    const std::uint32_t code_a = a[compiled.field];
    const std::uint32_t code_b = b[compiled.field];
    if (code_a == 0 || code_b == 0) {
      levels[n] = kMissingLevel;
      continue;
    }
    levels[n] = kCached ? level_of(n, code_a, code_b) : compute(compiled, code_a, code_b);
    if (compiled.swapped_level < 0 || levels[n] <= compiled.swapped_level) continue;
    const auto& own = records_->fields[compiled.field].values;
    const auto& other = records_->fields[compiled.swapped_field].values;
    const std::uint64_t other_a = other[a[compiled.swapped_field]].whole;
    const std::uint64_t other_b = other[b[compiled.swapped_field]].whole;
    if (other_a == kNoHash || own[code_a].whole != other_b || own[code_b].whole != other_a) continue;
    levels[n] = static_cast<std::uint8_t>(compiled.swapped_level);
    swapped = &compiled;
  }
  if (swapped == nullptr) return;
  // The exchange is counted once: the other field's comparison has nothing left to say.
  for (std::size_t n = 0; n < comparisons_.size(); ++n) {
    if (comparisons_[n].field == swapped->swapped_field) levels[n] = kMissingLevel;
  }
}

template void Comparer::compare_with<true>(const std::uint32_t*, const std::uint32_t*, Levels&) const;
template void Comparer::compare_with<false>(const std::uint32_t*, const std::uint32_t*, Levels&) const;

std::uint64_t Comparer::key(const Levels& levels) const {
  std::uint64_t key = 0;
  for (std::size_t n = 0; n < comparisons_.size(); ++n) {
    key += comparisons_[n].radix * (levels[n] == kMissingLevel ? 0U : levels[n] + 1U);
  }
  return key;
}

void Comparer::decode(std::uint64_t key, Levels& levels) const {
  for (std::size_t n = 0; n < comparisons_.size(); ++n) {
    const std::uint64_t radix = comparisons_[n].spec.levels.size() + 1;
    const std::uint64_t digit = key % radix;
    key /= radix;
    levels[n] = digit == 0 ? kMissingLevel : static_cast<std::uint8_t>(digit - 1);
  }
}

}  // namespace kinfold::linkage
