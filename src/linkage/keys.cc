#include <algorithm>
#include <array>
#include <atomic>

#include "base/parallel.h"
#include "base/random.h"
#include "linkage/keys_internal.h"

namespace kinfold::linkage {
namespace {

constexpr std::size_t kKeysPerGroupMax = 64;

struct ParsedKey {
  std::string field;
  std::string part;
};

ParsedKey parse_key(const std::string& key) {
  const auto dot = key.find('.');
  return {key.substr(0, dot), dot == std::string::npos ? std::string{} : key.substr(dot + 1)};
}

using HashSet = std::vector<std::uint64_t>;

std::uint32_t to_key(std::uint64_t hash) {
  const auto key = static_cast<std::uint32_t>(mix64(hash) >> 32);
  return key == 0 ? 1 : key;
}

// Unordered pairs of different words of one value, each with every way of taking the other parts.
void combine_words(const std::vector<HashSet>& sets, std::vector<std::uint64_t>& out) {
  const auto& words = sets[0];
  for (std::size_t a = 0; a < words.size(); ++a) {
    for (std::size_t b = a + 1; b < words.size() && out.size() < kKeysPerGroupMax; ++b)
      out.push_back(mix64(words[a]) + words[b]);
  }
}

void extend(std::vector<std::uint64_t>& sofar, std::vector<std::uint64_t>& next, const HashSet& set) {
  next.clear();
  for (const auto head : sofar) {
    for (const auto hash : set) {
      if (next.size() < kKeysPerGroupMax) next.push_back(mix64(head) + hash);
    }
  }
  sofar.swap(next);
}

// Asked for every group of records: a thread's lists are made once.
struct Lists {
  std::vector<HashSet> sets;
  std::vector<std::uint64_t> sofar, next;
};
Lists& lists_of_thread() {
  thread_local Lists lists;
  return lists;
}

}  // namespace

Result<bool> rule_is_usable(const BlockingRule& rule, const Records& records, const Model& model) {
  bool usable = !rule.keys.empty();
  for (const auto& key : rule.keys) {
    const auto [name, part] = parse_key(key);
    const auto known = std::find_if(model.fields.begin(), model.fields.end(),
                                    [&wanted = name](const Field& f) { return f.name == wanted; });
    if (known == model.fields.end()) {
      return invalid("blocking rule " + rule.name + " names the field " + name +
                     ", which the model does not have");
    }
    if (!part_exists(known->kind, part)) {
      return invalid("blocking rule " + rule.name + ": a field of kind " +
                     std::string(kind_name(known->kind)) + " has no part ." + part +
                     "; the parts are in docs/methods/linkage.md");
    }
    usable = usable && records.find(name) >= 0;
  }
  return usable;
}

PartHashes::PartHashes(const EncodedField& field, const std::string& part, std::size_t thread_count) {
  const std::size_t count = field.values.size();
  hash_.resize(count, kNoHash);
  std::atomic<bool> several{false};
  parallel_chunks(count, 8192, thread_count, [&](std::size_t, std::size_t begin, std::size_t end) {
    HashSet own;
    for (std::size_t code = std::max<std::size_t>(begin, 1); code < end && !several; ++code) {
      if (part.empty()) {
        hash_[code] = field.values[code].whole;
        continue;
      }
      own.clear();
      append_part(field.values[code], part, own);
      if (own.size() > 1) several = true;
      if (!own.empty()) hash_[code] = own[0];
    }
  });
  if (!several) return;
  hash_.clear();
  offset_ = {0, 0};
  HashSet own;
  for (std::size_t code = 1; code < count; ++code) {
    own.clear();
    append_part(field.values[code], part, own);
    std::sort(own.begin(), own.end());
    hash_.insert(hash_.end(), own.begin(), std::unique(own.begin(), own.end()));
    offset_.push_back(static_cast<std::uint32_t>(hash_.size()));
  }
}

PartTables::PartTables(const Records& records, const Model& model, std::size_t thread_count) {
  for (const auto& rule : model.blocking) {
    const auto usable = rule_is_usable(rule, records, model);
    if (!usable.ok() || !usable.value()) continue;
    for (const auto& key : rule.keys) {
      if (tables_.contains(key)) continue;
      const auto [name, part] = parse_key(key);
      tables_.emplace(
          key, PartHashes(records.fields[static_cast<std::size_t>(records.find(name))], part, thread_count));
    }
  }
}

RuleKeyMaker::RuleKeyMaker(const Records& records, const BlockingRule& rule, const PartTables& tables)
    : records_(&records) {
  same_source_ = rule.keys.size() >= 2 && rule.keys[0] == rule.keys[1];
  for (const auto& key : rule.keys) {
    const auto& hashes = tables.of(key);
    parts_.push_back({static_cast<std::size_t>(records.find(parse_key(key).field)), &hashes});
    single_ = single_ && hashes.single();
  }
}

std::uint32_t RuleKeyMaker::key_of(std::uint32_t record) const {
  if (same_source_) return 0;  // One word cannot be two different ones.
  const std::uint32_t* codes = records_->of(record);
  std::uint64_t hash = 1;
  for (const auto& part : parts_) {
    const auto set = part.hashes->of(codes[part.field]);
    if (set.empty()) return 0;
    hash = mix64(hash) + set[0];
  }
  return to_key(hash);
}

SingleKeyMaker::SingleKeyMaker(const std::vector<const RuleKeyMaker*>& rules) {
  for (const auto* rule : rules) {
    records_ = rule->records_;
    rules_.emplace_back();
    if (rule->same_source_) continue;
    for (const auto& part : rule->parts_) {
      const auto known = std::find_if(parts_.begin(), parts_.end(),
                                      [&](const auto& one) { return one.hashes == part.hashes; });
      rules_.back().push_back(static_cast<std::size_t>(known - parts_.begin()));
      if (known == parts_.end()) parts_.push_back(part);
    }
  }
}

void SingleKeyMaker::keys_of(std::size_t begin, std::size_t end, std::uint32_t* keys) const {
  constexpr std::size_t kBatch = 64;
  std::vector<std::uint64_t> hash(parts_.size() * kBatch);
  for (std::size_t first = begin; first < end; first += kBatch) {
    const std::size_t count = std::min(kBatch, end - first);
    const auto slot = [&](std::size_t part, std::size_t n) {
      return parts_[part].hashes->slot(records_->of(first + n)[parts_[part].field]);
    };
    for (std::size_t part = 0; part < parts_.size(); ++part)
      for (std::size_t n = 0; n < count; ++n) __builtin_prefetch(slot(part, n));
    for (std::size_t part = 0; part < parts_.size(); ++part)
      for (std::size_t n = 0; n < count; ++n) hash[part * kBatch + n] = *slot(part, n);
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
      for (std::size_t n = 0; n < count; ++n) {
        std::uint64_t sofar = 1;
        bool whole = !rules_[rule].empty();
        for (const auto part : rules_[rule]) {
          const std::uint64_t own = hash[part * kBatch + n];
          whole = whole && own != kNoHash;
          sofar = mix64(sofar) + own;
        }
        keys[(first - begin + n) * rules_.size() + rule] = whole ? to_key(sofar) : 0;
      }
    }
  }
}

// keys_of() of a few records under a rule of few parts, without lists.
void RuleKeyMaker::keys_of_few(const std::uint32_t* group, std::size_t group_size,
                               std::vector<std::uint32_t>& keys) const {
  std::array<std::uint64_t, kKeysOfFewMax> sofar;
  std::array<std::uint64_t, kKeysOfFewMax> next;
  std::size_t count = 1;
  sofar[0] = 1;
  for (const auto& part : parts_) {
    std::array<std::uint64_t, kFewRecords> own;
    std::size_t own_count = 0;
    for (std::size_t member = 0; member < group_size; ++member) {
      const auto hash = *part.hashes->slot(records_->of(group[member])[part.field]);
      const auto end = own.begin() + static_cast<std::ptrdiff_t>(own_count);
      if (hash != kNoHash && std::find(own.begin(), end, hash) == end) own[own_count++] = hash;
    }
    std::size_t made = 0;
    for (std::size_t n = 0; n < count; ++n)
      for (std::size_t k = 0; k < own_count; ++k) next[made++] = mix64(sofar[n]) + own[k];
    count = made;
    sofar.swap(next);
  }
  for (std::size_t n = 0; n < count; ++n) keys.push_back(to_key(sofar[n]));
  if (count < 2) return;
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

void RuleKeyMaker::prefetch(const std::uint32_t* group, std::size_t group_size) const {
  for (const auto& part : parts_) {
    for (std::size_t member = 0; member < group_size; ++member)
      part.hashes->prefetch(records_->of(group[member])[part.field]);
  }
}

std::size_t RuleKeyMaker::part_count_in(std::uint64_t fields) const {
  const auto in = [&](const KeyPart& part) { return (fields >> (part.field & 63) & 1) != 0; };
  return static_cast<std::size_t>(std::count_if(parts_.begin(), parts_.end(), in));
}

void RuleKeyMaker::keys_of(const std::uint32_t* group, std::size_t group_size,
                           std::vector<std::uint32_t>& keys) const {
  keys.clear();
  if (group_size == 1 && single_) {  // The common case, without any list.
    if (const auto key = key_of(*group); key != 0) keys.push_back(key);
    return;
  }
  if (single_ && !same_source_ && group_size <= kFewRecords && parts_.size() <= kFewParts)
    return keys_of_few(group, group_size, keys);
  auto& [sets, sofar, spare] = lists_of_thread();
  sets.resize(std::max(sets.size(), parts_.size()));
  for (std::size_t n = 0; n < parts_.size(); ++n) {
    sets[n].clear();
    for (std::size_t member = 0; member < group_size; ++member) {
      const auto own = parts_[n].hashes->of(records_->of(group[member])[parts_[n].field]);
      sets[n].insert(sets[n].end(), own.begin(), own.end());
    }
    std::sort(sets[n].begin(), sets[n].end());
    sets[n].erase(std::unique(sets[n].begin(), sets[n].end()), sets[n].end());
  }
  sofar.clear();
  std::size_t next = 0;
  if (same_source_) {
    combine_words(sets, sofar);
    next = 2;
  } else {
    sofar.push_back(1);
  }
  for (; next < parts_.size(); ++next) extend(sofar, spare, sets[next]);
  for (const auto hash : sofar) keys.push_back(to_key(hash));
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

}  // namespace kinfold::linkage
