// Streets, towns and postcodes that do not exist, in a form that does.
#include <array>
#include <cmath>

#include "synth/name_tables_internal.h"
#include "synth/population.h"

namespace kinfold::synth {

namespace {

/// Postcode areas that Royal Mail does not use, of letters that it does.
constexpr std::array<std::string_view, kAreaCount> kAreaLetters{"CE", "NH", "SU", "WX", "GK"};
constexpr std::string_view kUnitLetters = "ABDEFGHJLNPQRSTUWXYZ";
constexpr int kDistrictCount = 14;

struct Words {
  std::vector<std::string> streets = name_list(NameList::kStreetNames);
  std::vector<std::string> types = name_list(NameList::kStreetTypes);
  std::vector<std::string> towns = name_list(NameList::kTowns);
  std::vector<std::string> houses = name_list(NameList::kHouseNames);
};

const Words& words() {
  static const Words kWords;
  return kWords;
}

const std::string& by_hash(const std::vector<std::string>& list, std::uint64_t key) {
  return list[mix64(key) % list.size()];
}

std::string building(const Words& word, RandomStream& random) {
  const int number = 1 + static_cast<int>(110 * std::pow(random.uniform(), 1.4));
  const double kind = random.uniform();
  if (kind < 0.10) {
    return "Flat " + std::to_string(random.between(1, 24)) + ", " + std::to_string(number);
  }
  if (kind < 0.14) return std::to_string(number) + static_cast<char>('A' + random.between(0, 2));
  if (kind < 0.16) return word.houses[random.below(word.houses.size())] + " Cottage,";
  return std::to_string(number);
}

/// A unit postcode holds one end of one street; three neighbouring units share the street.
Address address_at(int area, int district, int sector, RandomStream& random) {
  const auto& word = words();
  const auto first = random.below(kUnitLetters.size());
  const auto second = random.below(6);
  const auto area_index = static_cast<std::uint64_t>(area);
  const std::uint64_t place =
      (area_index * 100 + static_cast<std::uint64_t>(district)) * 10 + static_cast<std::uint64_t>(sector);
  const std::uint64_t street = place * 64 + first * 2 + second / 3;
  Address address;
  address.area = area;
  address.district = district;
  const double odd_square = random.uniform();
  address.line = building(word, random) + " " + by_hash(word.streets, street * 2 + 1) + " " +
                 by_hash(word.types, street * 2 + 7'000'001);
  // Some write the village as well as the town; most only the town.
  address.line +=
      ", " + by_hash(word.towns, area_index * 4 + static_cast<std::uint64_t>(district) / 4 + 90'000);
  if (odd_square < 0.04) address.line += ", near " + by_hash(word.towns, area_index + 95'000);
  address.postcode = std::string(kAreaLetters[static_cast<std::size_t>(area)]) + std::to_string(district) +
                     " " + std::to_string(sector) + kUnitLetters[first] + kUnitLetters[second];
  return address;
}

}  // namespace

Address address_in(int area, double hardship, RandomStream& random) {
  const int district = 1 + static_cast<int>(kDistrictCount * std::pow(random.uniform(), 1 + hardship));
  return address_at(area, district, random.between(0, 9), random);
}

Address address_near(const Address& address, RandomStream& random) {
  const int sector = address.postcode[address.postcode.size() - 3] - '0';
  return address_at(address.area, address.district, sector, random);
}

std::string nino_of(std::int64_t person_id) {
  constexpr std::string_view kSecond = "ABCEGHJKLMNPRSTWXYZ";
  constexpr std::uint64_t kRoom = 19ULL * 1'000'000 * 4;
  // Odd, not divisible by 5 or 19: coprime to kRoom, so distinct ids give distinct numbers.
  const std::uint64_t number = static_cast<std::uint64_t>(person_id) % kRoom * 48'271'003ULL % kRoom;
  std::string digits = std::to_string(number / 76 % 1'000'000);
  digits.insert(0, 6 - digits.size(), '0');
  return std::string("X") + kSecond[number % 19] + digits + static_cast<char>('A' + number / 19 % 4);
}

}  // namespace kinfold::synth
