// How a true person comes to look different in each file: independent slips of whoever wrote it down.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "synth/population.h"

namespace kinfold::synth {

/// Probabilities, per record, of each kind of slip. All 0: the truth is written.
struct MistakeRates {
  double forename_typo = 0;
  double surname_typo = 0;
  double nickname = 0;
  double middle_left_out = 0;  ///< Of those who have one.
  double middle_initial = 0;
  double former_surname = 0;  ///< Of those who have one.
  double names_swapped = 0;
  double hyphen_lost = 0;  ///< Of double-barrelled names: one half, or a space.
  double accents_lost = 0;
  double day_month_swapped = 0;  ///< Where both can be a month.
  double first_january = 0;
  double birth_digit = 0;  ///< A day, a month or a year off.
  double birth_missing = 0;
  double sex_wrong = 0;
  double sex_missing = 0;
  double former_address = 0;
  double address_typo = 0;
  double address_missing = 0;
  double postcode_typo = 0;
  double postcode_missing = 0;
  double nino_missing = 0;
  double nino_typo = 0;
};

/// One person as one file has them.
struct Observed {
  std::string forenames;
  std::string surname;
  std::optional<Date> born;
  std::optional<Sex> sex;
  std::string address;  ///< Empty: missing.
  std::string postcode;
  std::string nino;
};

Observed observe(const Person& person, const Household& household, const MistakeRates& rates,
                 RandomStream& random);

/// One slip of the fingers or the ear: a neighbouring key, two letters exchanged, one left out or
/// doubled, or a spelling that sounds the same. Never touches anything but ASCII letters.
std::string with_typo(std::string_view text, RandomStream& random);
/// Latin letters without their marks; other bytes unchanged.
std::string without_accents(std::string_view utf8);
/// Upper case, ASCII letters only, accents taken off first: how older systems store names.
std::string as_old_system(std::string_view utf8);

}  // namespace kinfold::synth
