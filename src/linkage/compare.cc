#include <algorithm>
#include <bit>

#include "base/random.h"
#include "linkage/compare_internal.h"
#include "linkage/kernels.h"

namespace kinfold::linkage {
namespace {

constexpr std::size_t kDenseValuesMax = 2048;
constexpr int kCacheBitsMin = 12;
constexpr int kCacheBitsMax = 18;
constexpr std::size_t kRepeatingValuesMax =
    16384;  // Beyond it an edit distance is cheaper than a look that fails.
constexpr std::uint32_t kCacheCodeMax = (1U << 28) - 1;

}  // namespace

Result<Comparer> Comparer::create(const Records& records, const Model& model) {
  Comparer comparer;
  comparer.records_ = &records;
  // About a slot a record.
  const int cache_bits =
      std::clamp(static_cast<int>(std::bit_width(records.count)) - 1, kCacheBitsMin, kCacheBitsMax);
  comparer.cache_shift_ = 64 - cache_bits;
  double pattern_count = 1.0;
  std::uint64_t radix = 1;
  for (const auto& spec : model.comparisons) {
    const int field = records.find(spec.field);
    if (field < 0) continue;
    Compiled compiled;
    compiled.spec = spec;
    compiled.field = static_cast<std::size_t>(field);
    compiled.kind = records.fields[compiled.field].field.kind;
    compiled.radix = radix;
    for (std::size_t level = 0; level < spec.levels.size(); ++level) {
      auto expression = parse_expression(spec.levels[level].when);
      if (!expression.ok()) return invalid("comparison " + spec.name + ": " + expression.error().message);
      const auto& own = records.fields[compiled.field].field;
      if (auto status = fit_to_field(expression.value(), own); !status.ok())
        return invalid("comparison " + spec.name + ": " + status.error().message);
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
    const auto& own = records.fields[compiled.field].field;
    for (const auto& part : own.needs_one_of)
      compiled.needs_one_of.push_back(
          static_cast<std::size_t>(std::find(own.parts.begin(), own.parts.end(), part) - own.parts.begin()));
    compiled.exact_first = compiled.expressions[0].is(Test::kExact);
    compiled.simple = simple_test(compiled.expressions);
    const bool edits = compiled.simple == Test::kLevenshtein || compiled.simple == Test::kOsa;
    compiled.cached = !edits || records.fields[compiled.field].values.size() < kRepeatingValuesMax;
    const std::size_t value_count = records.fields[compiled.field].values.size();
    if (value_count <= kDenseValuesMax) {
      compiled.dense = std::make_unique<std::atomic<std::uint8_t>[]>(value_count * value_count);
    } else {
      compiled.cache = std::make_unique<std::atomic<std::uint64_t>[]>(std::size_t{1} << cache_bits);
    }
    radix *= spec.levels.size() + 1;
    pattern_count *= static_cast<double>(spec.levels.size() + 1);
    comparer.comparisons_.push_back(std::move(compiled));
  }
  if (comparer.comparisons_.empty()) {
    return invalid("no comparison of the model is about a field that the files have; add one to the model");
  }
  if (comparer.comparisons_.size() > kComparisonCountMax || pattern_count > 9e18) {
    return invalid("the model has too many comparisons or levels (at most " +
                   std::to_string(kComparisonCountMax) + " comparisons, and 9e18 patterns); take some out");
  }
  return comparer;
}

Test Comparer::simple_test(const std::vector<Expression>& expressions) {
  const auto single = [&](std::size_t n) -> const Literal* {
    const auto& all = expressions[n].alternatives;
    return all.size() == 1 && all[0].size() == 1 && !all[0][0].negated ? &all[0][0] : nullptr;
  };
  const std::size_t last = expressions.size() - 1;
  if (last < 2 || !expressions[0].is(Test::kExact) || !expressions[last].is(Test::kElse)) return Test::kElse;
  const Literal* first = single(1);
  if (first == nullptr) return Test::kElse;
  const bool similarity = first->test == Test::kJaroWinkler || first->test == Test::kJaro;
  const bool edits = first->test == Test::kLevenshtein || first->test == Test::kOsa;
  if (!similarity && !edits) return Test::kElse;
  for (std::size_t n = 2; n < last; ++n) {
    const Literal* next = single(n);
    const Literal* before = single(n - 1);
    if (next == nullptr || next->test != first->test ||
        (similarity ? next->bound > before->bound : next->bound < before->bound))
      return Test::kElse;
  }
  return first->test;
}

Comparer::Ladder Comparer::ladder(std::size_t n) const {
  const Compiled& compiled = comparisons_[n];
  Ladder ladder{compiled.simple, {}};
  if (ladder.test == Test::kElse) return ladder;
  for (std::size_t level = 1; level + 1 < compiled.expressions.size(); ++level) {
    ladder.bounds.push_back(compiled.expressions[level].alternatives[0][0].bound);
  }
  return ladder;
}

std::uint8_t Comparer::simple_level(const Compiled& compiled, const Value& a, const Value& b) {
  const std::size_t last = compiled.expressions.size() - 1;
  if (a.whole == b.whole) return 0;
  const auto bound = [&](std::size_t n) { return compiled.expressions[n].alternatives[0][0].bound; };
  PairMemo memo;
  memo.edit_limit = compiled.edit_limit;
  // The weakest level first: most pairs do not even reach that one.
  if (!holds(compiled.expressions[last - 1], a, b, memo)) return static_cast<std::uint8_t>(last);
  std::size_t level = 1;
  switch (compiled.simple) {
    case Test::kJaro:
      while (memo.jaro < bound(level)) ++level;
      break;
    case Test::kJaroWinkler:
      while (memo.jaro_winkler < bound(level)) ++level;
      break;
    case Test::kLevenshtein:
      while (static_cast<double>(memo.levenshtein) > bound(level)) ++level;
      break;
    default:
      while (static_cast<double>(memo.osa) > bound(level)) ++level;
  }
  return static_cast<std::uint8_t>(level);
}

bool Comparer::share_a_part(const Compiled& compiled, const Value& a, const Value& b) {
  return std::any_of(compiled.needs_one_of.begin(), compiled.needs_one_of.end(), [&](std::size_t part) {
    return !a.detail->parts[part].text.empty() && !b.detail->parts[part].text.empty();
  });
}

std::uint8_t Comparer::compute(const Compiled& compiled, std::uint32_t code_a, std::uint32_t code_b) const {
  if (code_a == code_b && compiled.exact_first) return 0;
  const auto& values = records_->fields[compiled.field].values;
  // Codes follow the order of rows, and Jaro's greedy matching may depend on which text comes first.
  if (values[code_b].whole < values[code_a].whole) std::swap(code_a, code_b);
  if (!compiled.needs_one_of.empty() && !share_a_part(compiled, values[code_a], values[code_b]))
    return kMissingLevel;
  if (compiled.simple != Test::kElse) return simple_level(compiled, values[code_a], values[code_b]);
  PairMemo memo;
  memo.edit_limit = compiled.edit_limit;
  for (std::size_t level = 0; level < compiled.expressions.size(); ++level) {
    if (holds(compiled.expressions[level], values[code_a], values[code_b], memo))
      return static_cast<std::uint8_t>(level);
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
  if (code_b > kCacheCodeMax || !compiled.cached) return compute(compiled, code_a, code_b);
  const std::uint64_t pair = static_cast<std::uint64_t>(code_a) << 28 | code_b;
  auto& slot = compiled.cache[mix64(pair) >> cache_shift_];
  const std::uint64_t held = slot.load(std::memory_order_relaxed);
  if (held >> 8 == pair) return static_cast<std::uint8_t>(held & 0xFF);  // pair 0 is never asked for.
  const std::uint8_t level = compute(compiled, code_a, code_b);
  slot.store(pair << 8 | level, std::memory_order_relaxed);
  return level;
}

namespace {

// One edit, in longer texts two.
bool misspelt(std::string_view one, std::string_view other) {
  const std::size_t edits = std::min(one.size(), other.size()) >= 6 ? 2 : 1;
  return osa(one, other, edits) <= edits;
}

}  // namespace

bool Comparer::is_swapped(const Compiled& compiled, const std::uint32_t* a, const std::uint32_t* b) const {
  const auto& own = records_->fields[compiled.field].values;
  const auto& other = records_->fields[compiled.swapped_field].values;
  const std::uint64_t other_a = other[a[compiled.swapped_field]].whole;
  const std::uint64_t other_b = other[b[compiled.swapped_field]].whole;
  if (other_a == kNoHash || other_b == kNoHash) return false;
  const bool there = own[a[compiled.field]].whole == other_b;
  const bool back = own[b[compiled.field]].whole == other_a;
  if (there == back) return there;
  // One came across whole; the other may be misspelt.
  return there ? misspelt(own[b[compiled.field]].text, other[a[compiled.swapped_field]].text)
               : misspelt(own[a[compiled.field]].text, other[b[compiled.swapped_field]].text);
}

void Comparer::compare(const std::uint32_t* a, const std::uint32_t* b, Levels& levels) const {
  const Compiled* swapped = nullptr;
  for (std::size_t n = 0; n < comparisons_.size(); ++n) {
    const Compiled& compiled = comparisons_[n];
    const std::uint32_t code_a = a[compiled.field];
    const std::uint32_t code_b = b[compiled.field];
    if (code_a == 0 || code_b == 0) {
      levels[n] = kMissingLevel;
      continue;
    }
    levels[n] = level_of(n, code_a, code_b);
    if (compiled.swapped_level < 0 || levels[n] <= compiled.swapped_level || !is_swapped(compiled, a, b))
      continue;
    levels[n] = static_cast<std::uint8_t>(compiled.swapped_level);
    swapped = &compiled;
  }
  if (swapped == nullptr) return;
  // The exchange is counted once: the other field's comparison has nothing left to say.
  for (std::size_t n = 0; n < comparisons_.size(); ++n) {
    if (comparisons_[n].field == swapped->swapped_field) levels[n] = kMissingLevel;
  }
}

// One comparison of a whole batch in steps, each of which asks for the memory that the next one reads.
void Comparer::compare_field(std::size_t n, Batch& batch, bool cached) const {
  struct Open {
    std::size_t pair;
    std::uint32_t low, high;
  };
  const Compiled& compiled = comparisons_[n];
  const auto& values = records_->fields[compiled.field].values;
  const std::size_t value_count = values.size();
  const bool dense = cached && compiled.dense != nullptr;
  const bool direct = cached && compiled.cache != nullptr && compiled.cached && value_count <= kCacheCodeMax;
  const auto slot_of = [&](const Open& open) {
    return mix64(static_cast<std::uint64_t>(open.low) << 28 | open.high) >> cache_shift_;
  };
  std::array<Open, Batch::kBatchMax> open;
  std::size_t open_count = 0;
  for (std::size_t pair = 0; pair < batch.count; ++pair) {
    const std::uint32_t code_a = batch.a[pair][compiled.field];
    const std::uint32_t code_b = batch.b[pair][compiled.field];
    if (code_a == 0 || code_b == 0) {
      batch.levels[pair][n] = kMissingLevel;
    } else if (code_a == code_b && compiled.exact_first) {
      batch.levels[pair][n] = 0;
    } else {
      open[open_count] = {pair, std::min(code_a, code_b), std::max(code_a, code_b)};
      if (dense)
        __builtin_prefetch(&compiled.dense[open[open_count].low * value_count + open[open_count].high]);
      else if (direct)
        __builtin_prefetch(&compiled.cache[slot_of(open[open_count])]);
      ++open_count;
    }
  }
  std::size_t left = 0;
  for (std::size_t k = 0; k < open_count; ++k) {
    if (dense) {
      const std::uint8_t held =
          compiled.dense[open[k].low * value_count + open[k].high].load(std::memory_order_relaxed);
      if (held != 0) {
        batch.levels[open[k].pair][n] = static_cast<std::uint8_t>(held - 1);
        continue;
      }
    } else if (direct) {
      const std::uint64_t held = compiled.cache[slot_of(open[k])].load(std::memory_order_relaxed);
      if (held >> 8 == (static_cast<std::uint64_t>(open[k].low) << 28 | open[k].high)) {
        batch.levels[open[k].pair][n] = static_cast<std::uint8_t>(held & 0xFF);
        continue;
      }
    }
    __builtin_prefetch(&values[open[k].low]);
    __builtin_prefetch(&values[open[k].high]);
    open[left++] = open[k];
  }
  for (std::size_t k = 0; k < left; ++k) {
    __builtin_prefetch(values[open[k].low].text.data());
    __builtin_prefetch(values[open[k].high].text.data());
  }
  for (std::size_t k = 0; k < left; ++k) {
    const std::uint8_t level = compute(compiled, open[k].low, open[k].high);
    batch.levels[open[k].pair][n] = level;
    if (dense) {
      compiled.dense[open[k].low * value_count + open[k].high].store(static_cast<std::uint8_t>(level + 1),
                                                                     std::memory_order_relaxed);
    } else if (direct) {
      const std::uint64_t pair = static_cast<std::uint64_t>(open[k].low) << 28 | open[k].high;
      compiled.cache[slot_of(open[k])].store(pair << 8 | level, std::memory_order_relaxed);
    }
  }
}

void Comparer::find_swaps(std::size_t n, Batch& batch,
                          std::array<std::int8_t, Batch::kBatchMax>& swapped) const {
  const Compiled& compiled = comparisons_[n];
  for (std::size_t pair = 0; pair < batch.count; ++pair) {
    const auto level = batch.levels[pair][n];
    if (level == kMissingLevel || level <= compiled.swapped_level) continue;
    if (!is_swapped(compiled, batch.a[pair], batch.b[pair])) continue;
    batch.levels[pair][n] = static_cast<std::uint8_t>(compiled.swapped_level);
    swapped[pair] = static_cast<std::int8_t>(n);
  }
}

void Comparer::compare(Batch& batch, bool cached) const {
  for (std::size_t n = 0; n < comparisons_.size(); ++n) compare_field(n, batch, cached);
  std::array<std::int8_t, Batch::kBatchMax> swapped;
  swapped.fill(-1);
  bool any = false;
  for (std::size_t n = 0; n < comparisons_.size(); ++n) {
    if (comparisons_[n].swapped_level < 0) continue;
    find_swaps(n, batch, swapped);
    any = true;
  }
  for (std::size_t pair = 0; any && pair < batch.count; ++pair) {
    // The exchange is counted once: the other field's comparison has nothing left to say.
    if (swapped[pair] < 0) continue;
    const auto other = comparisons_[static_cast<std::size_t>(swapped[pair])].swapped_field;
    for (std::size_t n = 0; n < comparisons_.size(); ++n)
      if (comparisons_[n].field == other) batch.levels[pair][n] = kMissingLevel;
  }
  for (std::size_t pair = 0; pair < batch.count; ++pair) batch.keys[pair] = key(batch.levels[pair]);
}

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
