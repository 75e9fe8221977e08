// Who is who: which rows of a submission are people the vault has.
#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "base/parallel.h"
#include "identity/vault_internal.h"
#include "linkage/match.h"

namespace kinfold::identity {
namespace {

struct Standard {
  std::string key;  ///< Forenames, surname and date of birth; "" if one is missing.
  std::size_t key_hash = 0;
  std::string postcode;
  std::string nino_stem;
  std::string gender;
};

Standard standard_of(Description description) {
  Standard standard;
  if (!description.forenames.empty() && !description.surname.empty() && description.born) {
    standard.key = description.forenames + '|' + description.surname + '|' + to_iso(*description.born);
    standard.key_hash = std::hash<std::string>()(standard.key);
  }
  standard.postcode = std::move(description.postcode);
  if (description.nino_is_own) standard.nino_stem = std::move(description.nino_stem);
  standard.gender = std::move(description.gender);
  return standard;
}

bool both_and_equal(const std::string& left, const std::string& right) {
  return !left.empty() && left == right;
}
bool both_and_different(const std::string& left, const std::string& right) {
  return !left.empty() && !right.empty() && left != right;
}
bool contradict(const Standard& left, const Standard& right) {
  return both_and_different(left.nino_stem, right.nino_stem) || both_and_different(left.gender, right.gender);
}

/// Everybody in the vault in every spelling, and what each row of that table stands for.
struct Spellings {
  table::Table identities = empty_identities();
  std::vector<std::size_t> person;
  std::vector<Standard> standard;
};

Spellings spellings_of(const std::vector<PersonEntry>& people) {
  Spellings spellings;
  for (std::size_t i = 0; i < people.size(); ++i) {
    const auto& versions = people[i].versions;
    for (std::size_t v = 0; v < versions.size(); ++v) {
      const auto same = [&](const IdentityVersion& earlier) {
        return earlier.identity == versions[v].identity;
      };
      const auto here = versions.begin() + static_cast<std::ptrdiff_t>(v);
      if (std::any_of(versions.begin(), here, same)) continue;
      append_identity(spellings.identities, versions[v].identity);
      spellings.person.push_back(i);
      spellings.standard.push_back(standard_of(describe(versions[v].identity)));
    }
  }
  return spellings;
}

/// Places in a list of standard forms, by the hash of their keys: what a hash table would be, without a
/// million small pieces of memory.
using ByKey = std::vector<std::pair<std::size_t, std::size_t>>;

ByKey by_key(const std::vector<Standard>& standard) {
  ByKey places;
  places.reserve(standard.size());
  for (std::size_t i = 0; i < standard.size(); ++i) {
    if (!standard[i].key.empty()) places.emplace_back(standard[i].key_hash, i);
  }
  std::sort(places.begin(), places.end());
  return places;
}

/// Names and date of birth agree, a postcode or a NI number too, and nothing contradicts.
void judge_exact(const std::vector<Standard>& rows, const Spellings& spellings, std::vector<Judged>& judged) {
  const auto known = by_key(spellings.standard);
  for (std::size_t row = 0; row < rows.size() && !known.empty(); ++row) {
    if (rows[row].key.empty()) continue;
    auto at = std::lower_bound(known.begin(), known.end(), std::pair(rows[row].key_hash, std::size_t{0}));
    for (; at != known.end() && at->first == rows[row].key_hash; ++at) {
      const auto& other = spellings.standard[at->second];
      if (other.key != rows[row].key || contradict(rows[row], other)) continue;
      if (!both_and_equal(rows[row].postcode, other.postcode) &&
          !both_and_equal(rows[row].nino_stem, other.nino_stem)) {
        continue;
      }
      const auto found = spellings.person[at->second];  // the earliest is taken
      if (!judged[row].person || found < *judged[row].person) judged[row].person = found;
    }
  }
}

/// One council, one file: the same names and date of birth, and nothing that contradicts, are one
/// person in two families (a child of parents who live apart).
void judge_within(const std::vector<Standard>& rows, std::vector<Judged>& judged) {
  const auto places = by_key(rows);
  for (auto first = places.begin(); first != places.end();) {
    const auto end =
        std::find_if(first, places.end(), [&](const auto& place) { return place.first != first->first; });
    // In the order of the rows; one that is another's does not stand for a third.
    for (auto later = first; later != end; ++later) {
      const auto row = later->second;
      for (auto earlier = first; earlier != later && !judged[row].person && !judged[row].row; ++earlier) {
        const auto before = earlier->second;
        if (judged[before].row || rows[before].key != rows[row].key || contradict(rows[row], rows[before]))
          continue;
        judged[row].row = before;
      }
    }
    first = end;
  }
}

constexpr std::size_t kChunkRows = 4096;

// A model is fitted to the files at hand; fewer records than this do not show how often matches agree.
constexpr std::size_t kFitCountMin = 1'000;

/// A few people are looked up one by one, with the search's fixed weights.
void judge_by_search(const std::vector<Identity>& rows, const std::vector<std::size_t>& open_rows,
                     const std::vector<PersonEntry>& people, SearchIndex& index,
                     const Vault::Options& options, std::vector<Judged>& judged) {
  if (people.empty()) return;
  if (index.people_count() < people.size()) index.extend(people, index.people_count(), options.thread_count);
  for (const auto row : open_rows) {
    const auto found = index.likeliest(rows[row], people, 2);
    if (found.empty() || found[0].second < options.found_probability) continue;
    // Two that fit equally well: better a person twice than two people as one.
    if (found.size() > 1 && found[1].second >= options.found_probability) continue;
    judged[row].person = found[0].first;
  }
}

/// Everybody else is compared with everybody by linkage.
Status judge_by_linkage(const std::vector<Identity>& rows, const std::vector<std::size_t>& open_rows,
                        const Spellings& spellings, const Vault::Options& options,
                        std::vector<Judged>& judged) {
  auto people = empty_identities();
  for (const auto row : open_rows) append_identity(people, rows[row]);
  linkage::LinkOptions link_options;
  link_options.thread_count = options.thread_count;
  auto matched =
      linkage::match_to_register(people, spellings.identities, linkage::people_model(), link_options);
  people.wipe();
  if (!matched.ok()) return matched.error();
  for (std::size_t i = 0; i < open_rows.size(); ++i) {
    const auto& match = matched.value().matches[i];
    if (match.register_row == linkage::RegisterMatch::kNoRow || match.probability < options.found_probability)
      continue;
    judged[open_rows[i]].person = spellings.person[match.register_row];
  }
  return {};
}

}  // namespace

Result<Judgement> judge(const std::vector<Identity>& rows, const std::vector<PersonEntry>& people,
                        SearchIndex& index, const Vault::Options& options) {
  Judgement judgement{std::vector<Judged>(rows.size()), std::vector<SearchKeys>(rows.size())};
  auto& judged = judgement.rows;
  std::vector<Standard> standard(rows.size());
  parallel_chunks(rows.size(), kChunkRows,
                  options.thread_count == 0 ? default_thread_count() : options.thread_count,
                  [&](std::size_t, std::size_t begin, std::size_t end) {
                    for (std::size_t row = begin; row < end; ++row) {
                      auto description = describe(rows[row]);
                      judgement.keys[row] = search_keys(description);
                      standard[row] = standard_of(std::move(description));
                    }
                  });
  auto spellings = spellings_of(people);
  judge_exact(standard, spellings, judged);
  judge_within(standard, judged);
  std::vector<std::size_t> open_rows;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (!judged[row].person && !judged[row].row) open_rows.push_back(row);
  }
  Status done;
  if (std::min(open_rows.size(), spellings.person.size()) >= kFitCountMin) {
    done = judge_by_linkage(rows, open_rows, spellings, options, judged);
  } else {
    judge_by_search(rows, open_rows, people, index, options, judged);
  }
  spellings.identities.wipe();
  if (!done.ok()) return done.error();
  return judgement;
}

std::vector<FamilyId> settle_families(std::span<const std::int64_t> family, const std::vector<Judged>& judged,
                                      const std::vector<PersonEntry>& people, std::string_view authority,
                                      const RandomBytes& random) {
  std::map<std::int64_t, std::map<FamilyId, std::size_t>> votes;
  std::map<std::int64_t, std::size_t> found_count;
  for (std::size_t row = 0; row < family.size(); ++row) {
    if (!judged[row].person) continue;
    ++found_count[family[row]];
    const auto& versions = people[*judged[row].person].versions;
    const auto newest = std::find_if(versions.rbegin(), versions.rend(), [&](const IdentityVersion& version) {
      return version.family && version.origin.authority == authority;
    });
    if (newest != versions.rend()) ++votes[family[row]][*newest->family];
  }
  std::set<FamilyId> taken;
  std::map<std::int64_t, FamilyId> id_of;
  for (const auto& [number, counts] : votes) {
    for (const auto& [id, count] : counts) {
      if (2 * count > found_count[number] && taken.insert(id).second) id_of[number] = id;
    }
  }
  std::vector<FamilyId> families;
  for (const auto number : family) {
    auto [place, fresh] = id_of.try_emplace(number);
    if (fresh) random(place->second.bytes);
    families.push_back(place->second);
  }
  return families;
}

}  // namespace kinfold::identity
