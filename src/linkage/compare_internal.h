// From two records to their agreement pattern: one level for each comparison.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "linkage/expression_internal.h"
#include "linkage/model.h"
#include "linkage/records_internal.h"

namespace kinfold::linkage {

inline constexpr std::size_t kComparisonCountMax = 24;
inline constexpr std::uint8_t kMissingLevel = 255;

using Levels = std::array<std::uint8_t, kComparisonCountMax>;

/// The comparisons of a model that the records can answer. Thread-safe; the cache of value pairs
/// that it carries changes nothing but the speed.
class Comparer {
 public:
  static Result<Comparer> create(const Records& records, const Model& model);

  std::size_t comparison_count() const { return comparisons_.size(); }
  const Comparison& comparison(std::size_t n) const { return comparisons_[n].spec; }
  std::size_t field_of(std::size_t n) const { return comparisons_[n].field; }
  FieldKind kind_of(std::size_t n) const { return comparisons_[n].kind; }

  /// Level 0 is "exact", so that equal codes are at it.
  bool exact_first(std::size_t n) const { return comparisons_[n].exact_first; }
  /// Two values may have no part in common, so that the level is kMissingLevel.
  bool may_say_nothing(std::size_t n) const { return !comparisons_[n].needs_one_of.empty(); }
  /// The field whose values the comparison may find exchanged with its own, or -1.
  int swapped_field_of(std::size_t n) const {
    return comparisons_[n].swapped_level < 0 ? -1 : static_cast<int>(comparisons_[n].swapped_field);
  }
  /// The similarity that every level between "exact" and "else" bounds, and the bounds, strictest first;
  /// Test::kElse where a comparison has other levels.
  struct Ladder {
    Test test = Test::kElse;
    std::vector<double> bounds;
  };
  Ladder ladder(std::size_t n) const;

  void compare(const std::uint32_t* a, const std::uint32_t* b, Levels& levels) const;
  /// Levels of up to kBatchMax pairs of records at once, so that what a pair needs from memory is on its way
  /// while others are worked on. `keys` are their patterns' numbers, as key() gives them.
  struct Batch {
    static constexpr std::size_t kBatchMax = 64;
    std::size_t count = 0;
    std::array<const std::uint32_t*, kBatchMax> a{};
    std::array<const std::uint32_t*, kBatchMax> b{};
    std::array<Levels, kBatchMax> levels{};
    std::array<std::uint64_t, kBatchMax> keys{};
    /// Adds a pair; true when there is room for no more.
    bool add(const std::uint32_t* one, const std::uint32_t* other) {
      a[count] = one;
      b[count++] = other;
      return count == kBatchMax;
    }
  };
  /// `cached`: levels of pairs of values are remembered; not worth it for random pairs, which hardly ever
  /// repeat.
  void compare(Batch& batch, bool cached) const;
  /// Mixed-radix number of a pattern; decode() gives the levels back.
  std::uint64_t key(const Levels& levels) const;
  void decode(std::uint64_t key, Levels& levels) const;

  /// Level of one comparison between two coded values, neither missing; kMissingLevel where
  /// may_say_nothing().
  std::uint8_t level_of(std::size_t n, std::uint32_t code_a, std::uint32_t code_b) const;
  /// The same of values that hardly ever meet again: nothing is looked up or remembered.
  std::uint8_t new_level_of(std::size_t n, std::uint32_t code_a, std::uint32_t code_b) const {
    return compute(comparisons_[n], code_a, code_b);
  }

 private:
  struct Compiled {
    Comparison spec;
    std::size_t field = 0;
    FieldKind kind = FieldKind::kText;
    std::vector<Expression> expressions;
    std::size_t edit_limit = 0;  ///< The largest bound on edits among them.
    /// Every level but "exact" in front and "else" at the end asks for the same similarity, each for less of
    /// it than the one before: worked out once, then looked up. kElse: not so.
    Test simple = Test::kElse;
    bool cached = true;      ///< Pairs of values repeat often enough to remember their level.
    int swapped_level = -1;  ///< Index of the level "swapped X", or -1.
    std::size_t swapped_field = 0;
    std::vector<std::size_t>
        needs_one_of;  ///< Parts of a field that is put together; empty: every two values can be compared.
    bool exact_first = false;  ///< Level 0 is "exact": equal codes need no look.
    std::uint64_t radix = 1;
    std::unique_ptr<std::atomic<std::uint8_t>[]> dense;  ///< Level + 1 of small vocabularies; 0: not yet.
    std::unique_ptr<std::atomic<std::uint64_t>[]>
        cache;  ///< Direct-mapped: 28 + 28 bits of codes, 8 of level.
  };
  /// The comparison's level is "swapped X", and the two records have each other's values in both fields.
  bool is_swapped(const Compiled& compiled, const std::uint32_t* a, const std::uint32_t* b) const;
  void compare_field(std::size_t n, Batch& batch, bool cached) const;
  void find_swaps(std::size_t n, Batch& batch, std::array<std::int8_t, Batch::kBatchMax>& swapped) const;
  static bool share_a_part(const Compiled& compiled, const Value& a, const Value& b);
  static Test simple_test(const std::vector<Expression>& expressions);
  static std::uint8_t simple_level(const Compiled& compiled, const Value& a, const Value& b);
  std::uint8_t compute(const Compiled& compiled, std::uint32_t code_a, std::uint32_t code_b) const;

  const Records* records_ = nullptr;
  int cache_shift_ = 0;  ///< From a pair's hash to its slot in a cache.
  std::vector<Compiled> comparisons_;
};

}  // namespace kinfold::linkage
