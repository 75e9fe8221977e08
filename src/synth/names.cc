// Names by sex, culture and year of birth, with Zipf-like weights.
#include <array>
#include <cmath>
#include <unordered_map>

#include "base/text.h"
#include "synth/name_tables_internal.h"
#include "synth/population.h"

namespace kinfold::synth {

WeightedDraw::WeightedDraw(const std::vector<double>& weights)
    : keep_(weights.size(), 1.0F), other_(weights.size(), 0) {
  double total = 0;
  for (const double w : weights) total += w;
  std::vector<double> scaled(weights.size());
  std::vector<std::uint32_t> small;
  std::vector<std::uint32_t> large;
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    scaled[i] = weights[i] * static_cast<double>(weights.size()) / total;
    (scaled[i] < 1 ? small : large).push_back(i);
  }
  while (!small.empty() && !large.empty()) {
    const auto low = small.back();
    const auto high = large.back();
    small.pop_back();
    keep_[low] = static_cast<float>(scaled[low]);
    other_[low] = high;
    scaled[high] -= 1 - scaled[low];
    if (scaled[high] < 1) {
      large.pop_back();
      small.push_back(high);
    }
  }
}

std::size_t WeightedDraw::operator()(RandomStream& random) const {
  const double u = random.uniform() * static_cast<double>(keep_.size());
  const auto index = static_cast<std::size_t>(u);
  return u - static_cast<double>(index) < static_cast<double>(keep_[index]) ? index : other_[index];
}

namespace {

std::vector<double> zipf(std::size_t count, double shift, double power) {
  std::vector<double> weights(count);
  for (std::size_t i = 0; i < count; ++i) weights[i] = std::pow(static_cast<double>(i) + shift, -power);
  return weights;
}

/// Words with their weights.
struct Bag {
  Bag(std::vector<std::string> list, const std::vector<double>& weights)
      : words(std::move(list)), draw(weights) {}
  const std::string& operator()(RandomStream& random) const { return words[draw(random)]; }

  std::vector<std::string> words;
  WeightedDraw draw;
};

Bag forenames(NameList which) {
  auto list = name_list(which);
  const auto weights = zipf(list.size(), 8, 0.8);
  return {std::move(list), weights};
}

Bag surnames(NameList which) {
  auto list = name_list(which);
  const auto weights = zipf(list.size(), 6, 0.9);
  return {std::move(list), weights};
}

/// The common surnames, and a long tail made of the parts of place names (Ashley, Thornwell).
Bag british_surnames() {
  auto list = name_list(NameList::kBritishSurnames);
  auto weights = zipf(list.size(), 20, 1.0);
  const auto suffixes = name_list(NameList::kPlaceSuffixes);
  std::uint64_t made = 0;
  for (const auto& prefix : name_list(NameList::kPlacePrefixes)) {
    for (const auto& suffix : suffixes) {
      if (prefix.back() == suffix.front() || prefix.size() + suffix.size() < 6) continue;
      if (ascii_lower(prefix) == suffix) continue;
      list.push_back(prefix + suffix);
      // Ranks are spread over the tail by a fixed hash.
      const auto rank = static_cast<double>(mix64(made++) % 1600);
      weights.push_back(0.35 / (rank + 60));
    }
  }
  return {std::move(list), weights};
}

struct Names {
  std::array<std::array<Bag, 5>, 2> british{
      {{forenames(NameList::kBritishFemale1), forenames(NameList::kBritishFemale2),
        forenames(NameList::kBritishFemale3), forenames(NameList::kBritishFemale4),
        forenames(NameList::kBritishFemale5)},
       {forenames(NameList::kBritishMale1), forenames(NameList::kBritishMale2),
        forenames(NameList::kBritishMale3), forenames(NameList::kBritishMale4),
        forenames(NameList::kBritishMale5)}}};
  /// Muslim, Indian, African, Eastern, Other; then female, male.
  std::array<std::array<Bag, 2>, 5> others{
      {{forenames(NameList::kMuslimFemale), forenames(NameList::kMuslimMale)},
       {forenames(NameList::kIndianFemale), forenames(NameList::kIndianMale)},
       {forenames(NameList::kAfricanFemale), forenames(NameList::kAfricanMale)},
       {forenames(NameList::kPolishFemale), forenames(NameList::kPolishMale)},
       {forenames(NameList::kOtherFemale), forenames(NameList::kOtherMale)}}};
  Bag british_surname = british_surnames();
  std::array<Bag, 5> other_surname{surnames(NameList::kMuslimSurnames), surnames(NameList::kIndianSurnames),
                                   surnames(NameList::kAfricanSurnames), surnames(NameList::kPolishSurnames),
                                   surnames(NameList::kOtherSurnames)};
  std::unordered_map<std::string, std::vector<std::string>> nicknames;

  Names() {
    for (const auto& entry : name_list(NameList::kNicknames)) {
      const auto colon = entry.find(':');
      auto& forms = nicknames[entry.substr(0, colon)];
      for (const auto form : split(std::string_view(entry).substr(colon + 1), ',')) forms.emplace_back(form);
    }
  }
};

const Names& names() {
  static const Names kNames;
  return kNames;
}

int generation_of(int birth_year) {
  if (birth_year < 1955) return 0;
  if (birth_year < 1975) return 1;
  if (birth_year < 1990) return 2;
  return birth_year < 2003 ? 3 : 4;
}

std::size_t other_index(Culture culture) {
  switch (culture) {
    case Culture::kMuslim: return 0;
    case Culture::kIndian: return 1;
    case Culture::kAfrican: return 2;
    case Culture::kEastern: return 3;
    default: return 4;
  }
}

bool is_british(Culture culture) { return culture == Culture::kBritish || culture == Culture::kCaribbean; }

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

std::string forename_of(Sex sex, Culture culture, int birth_year, RandomStream& random) {
  const auto& all = names();
  const auto sex_index = static_cast<std::size_t>(sex);
  const double own_list = culture == Culture::kAfrican ? 0.65 : culture == Culture::kMuslim ? 0.95 : 0.82;
  if (!is_british(culture) && random.chance(own_list))
    return all.others[other_index(culture)][sex_index](random);
  // Fashions overlap: the year is blurred, and a few are named after somebody older.
  const int blurred = birth_year + static_cast<int>(std::lround(random.normal() * 4));
  const int generation = random.chance(0.06) ? random.between(0, 4) : generation_of(blurred);
  return all.british[sex_index][static_cast<std::size_t>(generation)](random);
}

std::string surname_of(Culture culture, RandomStream& random) {
  if (is_british(culture)) return names().british_surname(random);
  return names().other_surname[other_index(culture)](random);
}

std::string feminine_surname(std::string_view surname, Culture culture) {
  std::string text(surname);
  if (culture == Culture::kEastern && (ends_with(text, "ski") || ends_with(text, "cki"))) text.back() = 'a';
  if (culture == Culture::kIndian && text == "Singh") return "Kaur";
  return text;
}

std::string nickname_of(std::string_view forename, RandomStream& random) {
  const auto& all = names().nicknames;
  const auto found = all.find(std::string(forename));
  if (found == all.end()) return std::string(forename);
  return found->second[random.below(found->second.size())];
}

}  // namespace kinfold::synth
