// Finds one person by a description of them, for rights cases: candidates who share a key, weighed
// field by field.
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/parallel.h"
#include "identity/vault_internal.h"
#include "linkage/kernels.h"
#include "person/name.h"
#include "person/nino.h"
#include "person/postcode.h"

namespace kinfold::identity {
namespace {

/// SipHash under a fixed key: the index on disk is sealed as a whole, so that the key need not be secret.
std::uint64_t hash_of(const std::string& text) {
  static constexpr std::array<unsigned char, crypto_shorthash_KEYBYTES> kKey{};
  static_assert(crypto_shorthash_BYTES == sizeof(std::uint64_t));
  std::array<unsigned char, crypto_shorthash_BYTES> hash{};
  crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                   kKey.data());
  std::uint64_t number = 0;
  for (const auto byte : hash) number = number << 8 | byte;
  return number;
}

// Weights in bits: the usual size of log2(m/u) for these fields among people in England. They rank
// candidates for a human eye; who is who between submissions is judged by a fitted model instead.
double weigh_names(const Description& left, const Description& right) {
  double bits = 0;
  if (!left.first.empty() && !right.first.empty()) {
    // A forename that differs tells twins and families apart, where everything else agrees.
    const double likeness = linkage::jaro_winkler(left.first, right.first);
    bits += left.first == right.first ? 8
            : left.root == right.root ? 6
            : likeness >= 0.9         ? 4
            : likeness >= 0.8         ? 0
                                      : -14;
  }
  if (!left.surname.empty() && !right.surname.empty()) {
    const double likeness = linkage::jaro_winkler(left.surname, right.surname);
    bits += left.surname == right.surname ? 9 : likeness >= 0.9 ? 5 : -4;
  }
  return bits;
}

double weigh_dates(Date left, Date right) {
  if (left == right) return 14;
  const auto a = to_ymd(left);
  const auto b = to_ymd(right);
  const int same = (a.year == b.year ? 1 : 0) + (a.month == b.month ? 1 : 0) + (a.day == b.day ? 1 : 0);
  const bool swapped = a.year == b.year && a.month == b.day && a.day == b.month;
  return swapped || same == 2 ? 7 : -8;
}

double weigh(const Description& left, const Description& right) {
  double bits = weigh_names(left, right);
  if (left.born && right.born) bits += weigh_dates(*left.born, *right.born);
  if (!left.gender.empty() && !right.gender.empty()) bits += left.gender == right.gender ? 1 : -3;
  if (!left.postcode.empty() && !right.postcode.empty()) {
    bits += left.postcode == right.postcode ? 10 : left.district == right.district ? 3 : -1;
  }
  if (!left.nino_stem.empty() && !right.nino_stem.empty())
    bits += left.nino_stem == right.nino_stem ? 18 : -4;
  return bits;
}

}  // namespace

Description describe(const Identity& identity) {
  Description description;
  const auto forenames = person::standardise_forenames(identity.forenames);
  if (!forenames.tokens.empty()) {
    description.forenames = forenames.squeezed();
    description.first = forenames.tokens.front();
    description.root = person::nickname_root(description.first);
  }
  description.surname = person::standardise_surname(identity.surname).squeezed();
  description.born = identity.date_of_birth;
  description.gender = identity.gender;
  auto postcode = person::parse_postcode(identity.postcode);
  description.postcode = std::move(postcode.text);
  description.district = std::move(postcode.district);
  auto nino = person::parse_nino(identity.nino);
  description.nino_is_own = nino.valid && !nino.temporary;
  description.nino_stem = std::move(nino.stem);
  return description;
}

SearchKeys search_keys(const Description& description) {
  SearchKeys found;
  std::string text;
  const auto add = [&](char kind, std::initializer_list<std::string_view> parts) {
    text.assign(1, kind);
    for (const auto part : parts) {
      if (part.empty()) return;
      (text += '\x1F') += part;
    }
    found.keys[found.count++] = hash_of(text);
  };
  const auto born = description.born ? to_iso(*description.born) : std::string();
  const std::string_view day = born;
  const auto surname_sound = person::soundex(description.surname);
  const auto first_sound = person::soundex(description.root);
  add('n', {description.nino_stem});
  add('s', {surname_sound, day});
  add('f', {first_sound, day});
  add('b', {surname_sound, first_sound, day.substr(0, 4)});
  add('d', {surname_sound, first_sound, day.empty() ? day : day.substr(5)});
  add('p', {description.postcode, first_sound});
  add('q', {description.district, surname_sound, first_sound});
  seal::wipe(text.data(), text.size());
  return found;
}

void SearchIndex::clear() {
  entries_.clear();
  people_count_ = 0;
}

void SearchIndex::extend(const std::vector<PersonEntry>& people, std::size_t from, std::size_t thread_count) {
  const std::size_t sorted_count = entries_.size();
  constexpr std::size_t kChunkPeople = 4096;
  std::vector<std::vector<SearchEntry>> parts((people.size() - from) / kChunkPeople + 1);
  parallel_chunks(people.size() - from, kChunkPeople,
                  thread_count == 0 ? default_thread_count() : thread_count,
                  [&](std::size_t part, std::size_t begin, std::size_t end) {
                    for (std::size_t i = from + begin; i < from + end; ++i) {
                      for (const auto& version : people[i].versions) {
                        for (const auto key : search_keys(version.identity)) parts[part].push_back({key, i});
                      }
                    }
                  });
  for (const auto& part : parts) entries_.insert(entries_.end(), part.begin(), part.end());
  const auto middle = entries_.begin() + static_cast<std::ptrdiff_t>(sorted_count);
  std::sort(middle, entries_.end());
  std::inplace_merge(entries_.begin(), middle, entries_.end());
  entries_.erase(std::unique(entries_.begin(), entries_.end()), entries_.end());
  people_count_ = people.size();
}

std::vector<std::pair<std::size_t, double>> SearchIndex::likeliest(const Identity& identity,
                                                                   const std::vector<PersonEntry>& people,
                                                                   std::size_t count_max) const {
  std::vector<std::size_t> candidates;
  for (const auto key : search_keys(identity)) {
    auto at = std::lower_bound(entries_.begin(), entries_.end(), SearchEntry{key, 0});
    for (; at != entries_.end() && at->key == key; ++at) candidates.push_back(at->person);
  }
  return weigh_candidates(identity, people, std::move(candidates), people.size(), count_max);
}

std::vector<std::pair<std::size_t, double>> weigh_candidates(const Identity& identity,
                                                             const std::vector<PersonEntry>& people,
                                                             std::vector<std::size_t> candidates,
                                                             std::uint64_t person_count,
                                                             std::size_t count_max) {
  const auto asked = describe(identity);
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  const double prior_bits = -std::log2(static_cast<double>(person_count) + 1.0);
  std::vector<std::pair<std::size_t, double>> found;
  for (const auto candidate : candidates) {
    if (people[candidate].erased) continue;
    double best = -100;
    for (const auto& version : people[candidate].versions) {
      best = std::max(best, weigh(asked, describe(version.identity)));
    }
    const double probability = 1.0 / (1.0 + std::exp2(-(best + prior_bits)));
    if (probability > 0.01) found.emplace_back(candidate, probability);
  }
  // Ties by person id, which is random, so that the order says nothing about who came first.
  std::sort(found.begin(), found.end(), [&](const auto& left, const auto& right) {
    return left.second != right.second ? left.second > right.second
                                       : people[left.first].id < people[right.first].id;
  });
  if (found.size() > count_max) found.resize(count_max);
  return found;
}

}  // namespace kinfold::identity
