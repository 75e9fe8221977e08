// Made-up people in files with errors, for tests of linkage.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/random.h"
#include "table/table.h"

namespace kinfold::linkage::testing_people {

/// `count` people; the same for the same seed. Families of three share surname and address.
class People {
 public:
  People(int count, std::uint64_t seed) : seed_(seed) {
    for (int n = 0; n < count; ++n) {
      RandomStream own(seed, {static_cast<std::uint64_t>(n)});
      RandomStream family(seed, {1'000'000 + static_cast<std::uint64_t>(n / 3)});
      Person person;
      person.forename = word(own, 40, 3);
      person.surname = word(family, 120, 3) + "son";
      person.birth = to_iso({own.between(-15000, 16000)});
      person.gender = own.chance(0.5) ? "female" : "male";
      person.address = std::to_string(family.between(1, 99)) + " " + word(family, 200, 4) + " Road";
      person.postcode =
          "AB" + std::to_string(family.between(1, 20)) + " " + std::to_string(family.between(1, 9)) + "AA";
      people_.push_back(person);
    }
  }

  /// People [begin, end) as a file; each value wrong with half of `error`, missing with half.
  table::Table file(int begin, int end, double error, std::uint64_t file_number) const {
    table::Table table;
    for (const char* name :
         {"id", "person", "forenames", "surname", "date_of_birth", "gender", "address", "postcode"}) {
      table.add(name, table::ColumnType::kString);
    }
    for (int n = begin; n < end; ++n) {
      RandomStream random(seed_, {2'000'000 + static_cast<std::uint64_t>(n), file_number});
      const auto& person = people_[static_cast<std::size_t>(n)];
      auto& columns = table.columns();
      columns[0].append_string("F" + std::to_string(file_number) + "-" + std::to_string(n));
      columns[1].append_string("P" + std::to_string(n));
      const std::array<const std::string*, 6> values = {&person.forename, &person.surname, &person.birth,
                                                        &person.gender,   &person.address, &person.postcode};
      for (std::size_t v = 0; v < values.size(); ++v) {
        if (random.chance(error / 2))
          columns[v + 2].append_null();
        else
          columns[v + 2].append_string(random.chance(error / 2) ? mistyped(*values[v], random) : *values[v]);
      }
    }
    return table;
  }

  /// One of so many words.
  static std::string word(RandomStream& random, std::uint64_t kinds, int syllables) {
    RandomStream letters(random.below(kinds), {77});
    std::string text;
    for (int n = 0; n < syllables; ++n) {
      text += "bdfghjklmnprstvw"[letters.below(16)];
      text += "aeiou"[letters.below(5)];
    }
    return text;
  }
  /// One sign of it wrong or missing.
  static std::string mistyped(std::string text, RandomStream& random) {
    const auto at = static_cast<std::size_t>(random.below(text.size()));
    if (text[at] >= '0' && text[at] <= '9')
      text[at] = static_cast<char>('0' + random.below(10));
    else if (random.chance(0.5))
      text.erase(at, 1);
    else
      text[at] = 'e';
    return text;
  }

 private:
  struct Person {
    std::string forename, surname, birth, gender, address, postcode;
  };
  std::uint64_t seed_;
  std::vector<Person> people_;
};

/// Two files of the same people, of whom each is in either one with a chance of `share`.
inline std::pair<table::Table, table::Table> drawn_files(int count, double share, double error,
                                                         std::uint64_t seed) {
  const People people(count, seed);
  RandomStream random(seed, {3'000'000});
  const auto drawn = [&](std::uint64_t file_number) {
    table::Table file = people.file(0, 0, error, file_number);
    for (int n = 0; n < count; ++n)
      if (random.chance(share)) file.append(people.file(n, n + 1, error, file_number), 0, 1);
    return file;
  };
  auto left = drawn(1);
  return {std::move(left), drawn(2)};
}

}  // namespace kinfold::linkage::testing_people
