#include "linkage/census.h"

#include <algorithm>

#include "base/random.h"

namespace kinfold::linkage {

const RepeatedValue* FieldCensus::find(std::uint64_t hash) const {
  const auto at =
      std::lower_bound(repeated.begin(), repeated.end(), hash,
                       [](const RepeatedValue& one, std::uint64_t wanted) { return one.hash < wanted; });
  return at != repeated.end() && at->hash == hash ? &*at : nullptr;
}

const FieldCensus* Census::find(std::string_view name) const {
  const auto at = std::find_if(fields.begin(), fields.end(),
                               [&](const FieldCensus& field) { return field.name == name; });
  return at == fields.end() ? nullptr : &*at;
}

bool Census::strikes(std::size_t rule, std::uint32_t key) const {
  return rule < struck.size() && std::binary_search(struck[rule].begin(), struck[rule].end(), key);
}

std::uint32_t bucket_of(std::size_t rule, std::uint32_t key, std::uint32_t bucket_count) {
  return static_cast<std::uint32_t>(mix64(static_cast<std::uint64_t>(rule) << 32 | key) % bucket_count);
}

}  // namespace kinfold::linkage
