#include "research/protect.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "research/microdata_internal.h"

namespace kinfold::research {
namespace {

using table::Column;
using table::ColumnType;

RiskCounts count_risk(const Microdata& data, const ReleaseLimits& limits) {
  RiskCounts risk;
  const auto least = [](std::uint64_t& smallest, std::size_t size) {
    smallest = smallest == 0 ? size : std::min<std::uint64_t>(smallest, size);
  };
  for (const auto& [key, each] : classes_of(data)) {
    ++risk.class_count;
    risk.person_count += each.members.size();
    risk.unique_count += each.members.size() == 1 ? 1U : 0U;
    risk.below_count += each.within(limits) ? 0 : each.members.size();
    least(risk.smallest_class, each.members.size());
    least(risk.fewest_families, each.families.size());
    least(risk.fewest_problem_sets, each.problem_sets.size());
  }
  for (const auto& [structure, families] : households_of(data)) {
    risk.household_count += families.size();
    risk.lone_household_count += families.size() == 1 ? 1U : 0U;
    risk.rare_household_count += families.size() < limits.household_min ? families.size() : 0;
  }
  std::set<std::size_t> special;
  const auto uniques = minimal_uniques(data, std::max(2, limits.unique_depth));
  for (const auto& unique : uniques) special.insert(unique.person);
  risk.special_unique_count = special.size();
  risk.minimal_unique_count = uniques.size();
  return risk;
}

/// Hides and leaves out until the limits hold.
class Protector {
 public:
  Protector(Microdata& data, const ReleaseLimits& limits) : data_(data), limits_(limits) {}

  int choose_age_level();
  int run();

 private:
  double share_below(const std::vector<int>& codes) const;
  bool mend_households();
  bool mend_classes();
  bool mend_uniques();
  bool hide_one_value(Classes& classes);
  void hide(std::size_t q, const Class& of) {
    for (const auto p : of.members) data_.code[q][p] = kUnknown;
  }

  Microdata& data_;
  const ReleaseLimits& limits_;
};

std::vector<int> banded(const Microdata& data, int level) {
  const auto starts = age_band_starts(level);
  std::vector<int> codes;
  for (const auto age : data.age) {
    if (age == kUnknown || starts.empty()) {
      codes.push_back(static_cast<int>(age));
    } else {
      const auto above =
          std::upper_bound(starts.begin(), starts.end(), static_cast<int>(std::max<std::int64_t>(age, 0)));
      codes.push_back(static_cast<int>(above - starts.begin()) - 1);
    }
  }
  return codes;
}

double Protector::share_below(const std::vector<int>& codes) const {
  Microdata coarser = data_;
  coarser.code[*data_.age_index] = codes;
  std::size_t below = 0;
  for (const auto& [key, each] : classes_of(coarser)) below += each.within(limits_) ? 0 : each.members.size();
  return static_cast<double>(below) / static_cast<double>(std::max<std::size_t>(1, data_.person_count()));
}

int Protector::choose_age_level() {
  if (!data_.age_index) return 0;
  int level = 0;
  while (level + 1 < kAgeLevelCount && share_below(banded(data_, level)) > limits_.suppressed_share_max)
    ++level;
  data_.code[*data_.age_index] = banded(data_, level);
  return level;
}

// A large family cannot be made small by hiding a value: the size is there to be counted. Members are left
// out, of the generation that has more of them, until the family is like others.
bool Protector::mend_households() {
  bool changed = false;
  for (const auto& [structure, families] : households_of(data_)) {
    if (families.size() >= limits_.household_min) continue;
    const bool more_children = structure[3] > structure[2];
    for (const auto& members : families) {
      std::size_t leaving = members.back();
      for (const auto p : members) {
        const bool is_child = data_.age[p] != kUnknown && data_.age[p] < 18;
        if (is_child == more_children) leaving = p;
      }
      data_.kept[leaving] = 0;
      changed = true;
    }
  }
  return changed;
}

// The least useful value that is enough; where none is, the least useful of all, and on.
bool Protector::hide_one_value(Classes& classes) {
  std::vector<std::vector<int>> bad;
  for (const auto& [key, each] : classes) {
    if (!each.within(limits_)) bad.push_back(key);
  }
  if (bad.empty()) return false;
  const auto q_count = data_.code.size();
  std::set<std::vector<int>> mended;
  for (std::size_t q = q_count; q-- > 0;) {
    Classes joined;
    std::map<std::vector<int>, std::vector<std::vector<int>>> parts;
    for (const auto& key : bad) {
      if (key[q] == kUnknown || mended.count(key) > 0) continue;
      auto wider = key;
      wider[q] = kUnknown;
      if (const auto there = classes.find(wider); joined.count(wider) == 0 && there != classes.end()) {
        joined[wider].add(there->second);
      }
      joined[wider].add(classes.at(key));
      parts[wider].push_back(key);
    }
    for (const auto& [wider, keys] : parts) {
      if (!joined.at(wider).within(limits_)) continue;
      for (const auto& key : keys) {
        hide(q, classes.at(key));
        mended.insert(key);
      }
    }
  }
  for (const auto& key : bad) {
    if (mended.count(key) > 0) continue;
    std::size_t q = q_count;
    while (q > 0 && key[q - 1] == kUnknown) --q;
    if (q > 0) {
      hide(q - 1, classes.at(key));
    } else {
      for (const auto p : classes.at(key).members) data_.kept[p] = 0;
    }
  }
  return true;
}

bool Protector::mend_classes() {
  bool changed = false;
  for (;;) {
    auto classes = classes_of(data_);
    if (!hide_one_value(classes)) return changed;
    changed = true;
  }
}

bool Protector::mend_uniques() {
  if (limits_.unique_depth <= 0) return false;
  const auto uniques = minimal_uniques(data_, limits_.unique_depth);
  for (const auto& unique : uniques) {
    if (data_.kept[unique.person] == 0) continue;
    std::size_t q = data_.code.size();
    for (const auto variable : unique.variables) {
      if (variable < data_.code.size()) q = variable;
    }
    if (q < data_.code.size()) {
      data_.code[q][unique.person] = kUnknown;
    } else {
      data_.kept[unique.person] = 0;
    }
  }
  return !uniques.empty();
}

int Protector::run() {
  for (int round = 1;; ++round) {  // each round hides or leaves out at least one more: it ends
    const bool households = mend_households();
    const bool classes = mend_classes();
    const bool uniques = mend_uniques();
    if (!households && !classes && !uniques) return round;
  }
}

// What the panel says of each of these persons, as one number that does not hang on the order of its rows.
std::vector<std::uint64_t> panel_digests(const Release& release, const std::vector<std::size_t>& rows) {
  const auto* person = release.people.find("person");
  std::unordered_map<std::int64_t, std::size_t> place;
  for (std::size_t n = 0; n < rows.size(); ++n) place.emplace(person->int_at(rows[n]), n);
  std::vector<std::uint64_t> digests(rows.size(), 0);
  const auto* of = release.panel.find("person");
  for (std::size_t row = 0; row < of->size(); ++row) {
    const auto found = place.find(of->int_at(row));
    if (found == place.end()) continue;
    std::string words;
    for (const auto& column : release.panel.columns()) {
      if (column.name() != "person")
        words += (column.is_null(row) ? std::string() : column.text_at(row)) + "|";
    }
    digests[found->second] += std::hash<std::string>{}(words);
  }
  return digests;
}

// Members of a family by what is known of them; of two who are alike (twins) by what the panel says. Numbers
// and rows are random: by them, the same data would lose other people each time.
void rank_members(const Release& release, Microdata& data) {
  std::vector<std::size_t> rows(data.person_count());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const auto known = [&](std::size_t p) {
    return std::tuple(data.family[p], data.age[p], data.key_of(p), data.problem_set[p]);
  };
  std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) { return known(a) < known(b); });
  std::set<std::size_t> alike;
  for (std::size_t n = 1; n < rows.size(); ++n) {
    if (known(rows[n - 1]) == known(rows[n])) alike.insert({rows[n - 1], rows[n]});
  }
  const std::vector<std::size_t> twins(alike.begin(), alike.end());
  const auto digests = panel_digests(release, twins);
  std::vector<std::uint64_t> digest(data.person_count(), 0);
  for (std::size_t n = 0; n < twins.size(); ++n) digest[twins[n]] = digests[n];
  std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(known(a), digest[a]) < std::pair(known(b), digest[b]);
  });
  for (std::size_t n = 0; n < rows.size(); ++n) data.rank[rows[n]] = n;
}

/// The age that stands for a band: its middle; the mean of those in it where it has no end.
std::vector<std::int64_t> released_ages(const Microdata& data, int level) {
  const auto starts = age_band_starts(level);
  std::vector<std::int64_t> of_band;
  for (std::size_t b = 0; b + 1 < starts.size(); ++b) of_band.push_back((starts[b] + starts[b + 1] - 1) / 2);
  if (!starts.empty()) {
    double sum = 0;
    double count = 0;
    for (const auto age : data.age) {
      if (age >= starts.back()) sum += static_cast<double>(age), count += 1;
    }
    of_band.push_back(count > 0 ? std::llround(sum / count) : starts.back());
  }
  return of_band;
}

std::vector<std::string> band_words(int level) {
  std::vector<std::string> words;
  const auto starts = age_band_starts(level);
  for (std::size_t b = 0; b < starts.size(); ++b) {
    words.push_back(std::to_string(starts[b]) +
                    (b + 1 < starts.size() ? " to " + std::to_string(starts[b + 1] - 1) : " and over"));
  }
  return words;
}

void rewrite_people(table::Table& people, const Microdata& data, int level) {
  const auto ages = released_ages(data, level);
  for (std::size_t q = 0; q < data.names.size(); ++q) {
    auto* column = people.find(data.names[q]);
    Column fresh(column->name(), column->type());
    for (std::size_t p = 0; p < data.person_count(); ++p) {
      const int code = data.code[q][p];
      if (code == kUnknown) {
        fresh.append_null();
      } else if (data.age_index == q && !ages.empty()) {
        fresh.append_int(ages[static_cast<std::size_t>(code)]);
      } else {
        fresh.append_from(*column, p);
      }
    }
    *column = std::move(fresh);
  }
  std::vector<std::size_t> rows;
  for (std::size_t p = 0; p < data.person_count(); ++p) {
    if (data.kept[p] != 0) rows.push_back(p);
  }
  people = people.take(rows);
}

void keep_panel_of(Release& release) {
  std::unordered_set<std::int64_t> persons;
  const auto* kept = release.people.find("person");
  for (std::size_t row = 0; row < kept->size(); ++row) persons.insert(kept->int_at(row));
  const auto* person = release.panel.find("person");
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < person->size(); ++row) {
    if (persons.count(person->int_at(row)) > 0) rows.push_back(row);
  }
  release.panel = release.panel.take(rows);
}

void amend_dictionary(Release& release, const Microdata& data, const Protection& done) {
  const auto* column = release.dictionary.find("column");
  const auto* table = release.dictionary.find("table");
  if (column == nullptr || table == nullptr) return;
  for (const char* name : {"meaning", "missing_means"}) {
    auto* text = release.dictionary.find(name);
    Column fresh(text->name(), ColumnType::kString);
    for (std::size_t row = 0; row < text->size(); ++row) {
      std::string words = text->text_at(row);
      const auto q = std::find(data.names.begin(), data.names.end(), column->text_at(row));
      if (table->text_at(row) == "people" && q != data.names.end()) {
        if (text->name() == "missing_means") words += "; or hidden so that nobody can be singled out";
        if (text->name() == "meaning" && *q == "age_at_start" && !done.age_bands.empty()) {
          words += ", as the middle of a band:";
          for (const auto& band : done.age_bands)
            words += " " + band + (&band == &done.age_bands.back() ? "" : ",");
        }
      }
      fresh.append_string(words);
    }
    *text = std::move(fresh);
  }
}

void count_losses(const Microdata& before, const Microdata& after, Protection& done) {
  std::uint64_t there = 0;
  std::uint64_t lost = 0;
  for (std::size_t q = 0; q < after.names.size(); ++q) {
    std::uint64_t hidden = 0;
    for (std::size_t p = 0; p < after.person_count(); ++p) {
      if (before.code[q][p] == kUnknown) continue;
      ++there;
      lost += after.kept[p] == 0 || after.code[q][p] == kUnknown ? 1U : 0U;
      hidden += after.kept[p] != 0 && after.code[q][p] == kUnknown ? 1U : 0U;
    }
    done.suppressed.emplace_back(after.names[q], hidden);
  }
  done.left_out_count =
      static_cast<std::uint64_t>(std::count(after.kept.begin(), after.kept.end(), std::uint8_t{0}));
  done.lost_share = there == 0 ? 0 : static_cast<double>(lost) / static_cast<double>(there);
}

}  // namespace

Result<RiskCounts> measure_risk(const table::Table& people, const ReleaseLimits& limits) {
  const auto data = read_microdata(people, limits);
  if (!data.ok()) return data.error();
  return count_risk(data.value(), limits);
}

Result<Protection> protect_release(Release& release, const ReleaseLimits& limits) {
  auto read = read_microdata(release.people, limits);
  if (!read.ok()) return read.error();
  auto& data = read.value();
  Protection done;
  done.before = done.after = count_risk(data, limits);
  const auto before = data;
  if (!limits.ask_anything()) {
    count_losses(before, data, done);
    return done;
  }
  rank_members(release, data);
  Protector protector(data, limits);
  const int level = protector.choose_age_level();
  done.round_count = protector.run();
  if (std::find(data.kept.begin(), data.kept.end(), std::uint8_t{1}) == data.kept.end() &&
      data.person_count() > 0) {
    return refused(
        "release: no person would be left within the charter's release limits; ask for less under "
        "[release_limits], or wait until more families have joined");
  }
  count_losses(before, data, done);
  done.age_bands = band_words(level);
  rewrite_people(release.people, data, level);
  keep_panel_of(release);
  amend_dictionary(release, data, done);
  done.after = count_risk(data, limits);
  return done;
}

}  // namespace kinfold::research
