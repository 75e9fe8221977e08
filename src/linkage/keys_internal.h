// The blocking keys of a record, or of all that a group of records knows.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "linkage/records_internal.h"

namespace kinfold::linkage {

/// False where the files lack a field of the rule.
/// \retval kInvalid for a field or a part that does not exist.
Result<bool> rule_is_usable(const BlockingRule& rule, const Records& records, const Model& model);

/// Hashes of one part ("surname.soundex") of every distinct value of a field.
class PartHashes {
 public:
  PartHashes(const EncodedField& field, const std::string& part, std::size_t thread_count);
  /// No value has more than one.
  bool single() const { return offset_.empty(); }
  std::span<const std::uint64_t> of(std::uint32_t code) const {
    if (single()) return {&hash_[code], hash_[code] != kNoHash ? std::size_t{1} : std::size_t{0}};
    return {hash_.data() + offset_[code], offset_[code + 1] - offset_[code]};
  }
  /// Where single() tables have a value's hash, or kNoHash.
  const std::uint64_t* slot(std::uint32_t code) const { return &hash_[code]; }
  void prefetch(std::uint32_t code) const {
    if (single())
      __builtin_prefetch(&hash_[code]);
    else
      __builtin_prefetch(&offset_[code]);
  }

 private:
  std::vector<std::uint32_t> offset_;  // Empty: one slot a value, kNoHash where it has none.
  LargeVector<std::uint64_t> hash_;    // Sorted, distinct within a value.
};

/// The parts that a model's usable rules ask for, each worked out once for all rules.
class PartTables {
 public:
  PartTables(const Records& records, const Model& model, std::size_t thread_count);
  /// `key` of a usable rule.
  const PartHashes& of(const std::string& key) const { return tables_.at(key); }

 private:
  std::map<std::string, PartHashes> tables_;
};

/// Makes keys under one usable rule. Refers to `records` and `tables`.
class RuleKeyMaker {
 public:
  RuleKeyMaker(const Records& records, const BlockingRule& rule, const PartTables& tables);
  /// No record has more than one key.
  bool single() const { return single_; }
  /// The key of a record under a single() rule; 0: none.
  std::uint32_t key_of(std::uint32_t record) const;
  /// Sorted, distinct, never 0: every way of taking one value for each part from the group's records.
  void keys_of(const std::uint32_t* group, std::size_t group_size, std::vector<std::uint32_t>& keys) const;
  /// Asks for what keys_of() reads of these records' values.
  void prefetch(const std::uint32_t* group, std::size_t group_size) const;
  /// How many parts of a key are of these fields, one bit each.
  std::size_t part_count_in(std::uint64_t fields) const;

 private:
  static constexpr std::size_t kFewRecords = 3;
  static constexpr std::size_t kFewParts = 3;
  static constexpr std::size_t kKeysOfFewMax = 27;  ///< kFewRecords to the power of kFewParts.
  void keys_of_few(const std::uint32_t* group, std::size_t group_size,
                   std::vector<std::uint32_t>& keys) const;

  friend class SingleKeyMaker;
  struct KeyPart {
    std::size_t field = 0;
    const PartHashes* hashes = nullptr;
  };
  const Records* records_;
  std::vector<KeyPart> parts_;
  bool same_source_ = false;  ///< The first two parts are one: two different words of one value.
  bool single_ = true;
};

/// RuleKeyMaker::key_of() of many records under several rules: a part that several rules ask for is looked up
/// once, and what is looked up is asked for ahead. Refers to what the rules refer to.
class SingleKeyMaker {
 public:
  explicit SingleKeyMaker(const std::vector<const RuleKeyMaker*>& rules);
  /// keys[(record - begin) * rules + rule]; 0: none.
  void keys_of(std::size_t begin, std::size_t end, std::uint32_t* keys) const;

 private:
  const Records* records_ = nullptr;
  std::vector<RuleKeyMaker::KeyPart> parts_;
  std::vector<std::vector<std::size_t>> rules_;  ///< Their parts; none: no record has a key.
};

}  // namespace kinfold::linkage
