// The embedded word lists, by kind; order is popularity.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kinfold::synth {

/// The digit is the generation: 1 born before 1955, 2 to 1974, 3 to 1989, 4 to 2002, 5 later.
enum class NameList {
  kBritishMale1,
  kBritishMale2,
  kBritishMale3,
  kBritishMale4,
  kBritishMale5,
  kBritishFemale1,
  kBritishFemale2,
  kBritishFemale3,
  kBritishFemale4,
  kBritishFemale5,
  kMuslimMale,
  kMuslimFemale,
  kIndianMale,
  kIndianFemale,
  kAfricanMale,
  kAfricanFemale,
  kPolishMale,
  kPolishFemale,
  kOtherMale,
  kOtherFemale,
  kBritishSurnames,
  kMuslimSurnames,
  kIndianSurnames,
  kAfricanSurnames,
  kPolishSurnames,
  kOtherSurnames,
  kPlacePrefixes,
  kPlaceSuffixes,
  kNicknames,
  kStreetNames,
  kStreetTypes,
  kTowns,
  kHouseNames
};

/// UTF-8. Nicknames come as `Formal:Short,Shorter`.
std::vector<std::string> name_list(NameList which);

}  // namespace kinfold::synth
