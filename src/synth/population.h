// Invented people in invented households: who they are, before anybody writes them down wrongly.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/random.h"

namespace kinfold::synth {

enum class Sex : std::uint8_t { kFemale, kMale };
enum class Relation : std::uint8_t { kHead, kPartner, kChild, kOther };
/// Decides which name lists a household draws from.
enum class Culture : std::uint8_t { kBritish, kMuslim, kIndian, kAfrican, kCaribbean, kEastern, kOther };

/// Draws indices with fixed weights in constant time (Walker 1977; construction: Vose 1991).
class WeightedDraw {
 public:
  /// `weights` positive, not all zero.
  explicit WeightedDraw(const std::vector<double>& weights);
  std::size_t operator()(RandomStream& random) const;

 private:
  std::vector<float> keep_;
  std::vector<std::uint32_t> other_;
};

std::string forename_of(Sex sex, Culture culture, int birth_year, RandomStream& random);
std::string surname_of(Culture culture, RandomStream& random);
/// The woman's form where a language has one (Kowalska, Kaur), else the same.
std::string feminine_surname(std::string_view surname, Culture culture);
/// A short or other spelling form; the name itself where none is known.
std::string nickname_of(std::string_view forename, RandomStream& random);

struct Address {
  int area = 0;  ///< 0 to 2 the councils, 3 and 4 elsewhere.
  int district = 1;
  std::string line;  ///< `Flat 2, 14 Canal Street, Aldermoor`
  std::string postcode;
};

constexpr int kAreaCount = 5;
/// `hardship` in [0, 1] leans to the districts where programme families live.
Address address_in(int area, double hardship, RandomStream& random);
/// Another house in the same postcode sector.
Address address_near(const Address& address, RandomStream& random);

struct Person {
  std::int64_t id = 0;  ///< The true person, the same in every file.
  Sex sex = Sex::kFemale;
  Relation relation = Relation::kHead;
  Culture culture = Culture::kBritish;
  Date born;
  std::string forename;
  std::string middle;  ///< May be empty.
  std::string surname;
  std::string former_surname;  ///< Before marriage, or as a child; empty if never another.
};

struct Household {
  std::vector<Person> people;  ///< The head first.
  Address address;
  Address former_address;  ///< Where the household lived before.
};

/// Distinct for distinct ids; valid in form, with a prefix (X.) that is not issued.
std::string nino_of(std::int64_t person_id);

/// At most this many people in a household: ids are household * kPeopleMax + place.
constexpr std::int64_t kPeopleMax = 12;

/// A family of the programme with at least one child under 18 and one adult on `start`.
Household programme_household(int area, Date start, std::int64_t first_id, RandomStream& random);
/// Any household of the country, as it stands on `today`.
Household other_household(Date today, std::int64_t first_id, RandomStream& random);

}  // namespace kinfold::synth
