#include <algorithm>

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

// Distinct values' hashes of one part, by code.
std::vector<std::vector<std::uint64_t>> part_hashes(const EncodedField& field, const std::string& part) {
  std::vector<std::vector<std::uint64_t>> hashes(field.values.size());
  for (std::size_t code = 1; code < field.values.size(); ++code) {
    append_part(field.values[code], part, hashes[code]);
    std::sort(hashes[code].begin(), hashes[code].end());
    hashes[code].erase(std::unique(hashes[code].begin(), hashes[code].end()), hashes[code].end());
  }
  return hashes;
}

std::uint32_t to_key(std::uint64_t hash) {
  const auto key = static_cast<std::uint32_t>(mix64(hash) >> 32);
  return key == 0 ? 1 : key;
}

using HashSet = std::vector<std::uint64_t>;

// Unordered pairs of different words of one value, each with every way of taking the other parts.
void combine_words(const std::vector<HashSet>& sets, std::vector<std::uint64_t>& out) {
  const auto& words = sets[0];
  for (std::size_t a = 0; a < words.size(); ++a) {
    for (std::size_t b = a + 1; b < words.size() && out.size() < kKeysPerGroupMax; ++b) out.push_back(mix64(words[a]) + words[b]);
  }
}

void extend(std::vector<std::uint64_t>& sofar, const HashSet& set) {
  std::vector<std::uint64_t> next;
  for (const auto head : sofar) {
    for (const auto hash : set) {
      if (next.size() < kKeysPerGroupMax) next.push_back(mix64(head) + hash);
    }
  }
  sofar = std::move(next);
}

}  // namespace

Result<bool> rule_is_usable(const BlockingRule& rule, const Records& records, const Model& model) {
  bool usable = !rule.keys.empty();
  for (const auto& key : rule.keys) {
    const auto [name, part] = parse_key(key);
    const auto known = std::find_if(model.fields.begin(), model.fields.end(), [&](const Field& f) { return f.name == name; });
    if (known == model.fields.end()) {
      return invalid("blocking rule " + rule.name + " names the field " + name + ", which the model does not have");
    }
    if (!part_exists(known->kind, part)) {
      return invalid("blocking rule " + rule.name + ": a field of kind " + std::string(kind_name(known->kind)) + " has no part ." + part +
                     "; the parts are in docs/methods/linkage.md");
    }
    usable = usable && records.find(name) >= 0;
  }
  return usable;
}

RuleKeyMaker::RuleKeyMaker(const Records& records, const BlockingRule& rule, const Model& model) : records_(&records) {
  static_cast<void>(model);
  same_source_ = rule.keys.size() >= 2 && rule.keys[0] == rule.keys[1];
  for (const auto& key : rule.keys) {
    const auto [name, part] = parse_key(key);
    const auto field = static_cast<std::size_t>(records.find(name));
    parts_.push_back({field, part_hashes(records.fields[field], part)});
    for (const auto& set : parts_.back().hashes) single_ = single_ && set.size() <= 1;
  }
}

void RuleKeyMaker::keys_of(const std::uint32_t* group, std::size_t group_size, std::vector<std::uint32_t>& keys) const {
  keys.clear();
  if (group_size == 1 && single_) {  // The common case, without any list.
    std::uint64_t hash = 1;
    for (const auto& part : parts_) {
      const auto& set = part.hashes[records_->of(*group)[part.field]];
      if (set.empty()) return;
      hash = mix64(hash) + set[0];
    }
    keys.push_back(to_key(hash));
    return;
  }
  std::vector<HashSet> sets(parts_.size());
  for (std::size_t n = 0; n < parts_.size(); ++n) {
    for (std::size_t member = 0; member < group_size; ++member) {
      const auto& own = parts_[n].hashes[records_->of(group[member])[parts_[n].field]];
      sets[n].insert(sets[n].end(), own.begin(), own.end());
    }
    std::sort(sets[n].begin(), sets[n].end());
    sets[n].erase(std::unique(sets[n].begin(), sets[n].end()), sets[n].end());
  }
  std::vector<std::uint64_t> sofar;
  std::size_t next = 0;
  if (same_source_) {
    combine_words(sets, sofar);
    next = 2;
  } else {
    sofar.push_back(1);
  }
  for (; next < sets.size(); ++next) extend(sofar, sets[next]);
  for (const auto hash : sofar) keys.push_back(to_key(hash));
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

}  // namespace kinfold::linkage
