// Records for speed benches: the same people and slips as in the registers, without their lives.
#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

#include "base/parallel.h"
#include "synth/life_internal.h"
#include "synth/mistakes.h"
#include "synth/synth.h"
#include "table/io.h"

namespace kinfold::synth {

namespace {

using table::ColumnType;
using table::Table;

constexpr std::uint64_t kRecordCountMax = 50'000'000;
constexpr std::size_t kHouseholdsPerChunk = 4'096;
constexpr double kPeoplePerHousehold =
    2.4;  ///< A little below the truth, so that a round is seldom too long.
constexpr Date kToday{18'444};

constexpr MistakeRates kPairRates{.forename_typo = 0.04,
                                  .surname_typo = 0.04,
                                  .nickname = 0.05,
                                  .middle_left_out = 0.6,
                                  .middle_initial = 0.15,
                                  .former_surname = 0.2,
                                  .names_swapped = 0.004,
                                  .hyphen_lost = 0.2,
                                  .accents_lost = 0.5,
                                  .day_month_swapped = 0.01,
                                  .first_january = 0.006,
                                  .birth_digit = 0.02,
                                  .birth_missing = 0.01,
                                  .sex_wrong = 0.004,
                                  .sex_missing = 0.01,
                                  .former_address = 0.15,
                                  .address_typo = 0.06,
                                  .address_missing = 0.03,
                                  .postcode_typo = 0.02,
                                  .postcode_missing = 0.03,
                                  .nino_missing = 0.35,
                                  .nino_typo = 0.01};

Table empty_records() {
  Table records;
  records.add("record_id", ColumnType::kInt64);
  for (const auto* name : {"forenames", "surname"}) records.add(name, ColumnType::kString);
  records.add("date_of_birth", ColumnType::kDate);
  for (const auto* name : {"gender", "address", "postcode", "nino"}) records.add(name, ColumnType::kString);
  records.add("person", ColumnType::kInt64);
  return records;
}

void append_text(table::Column& column, const std::string& text) {
  if (text.empty())
    column.append_null();
  else
    column.append_string(text);
}

void append_record(Table& records, const Person& person, const Household& household, RandomStream& random) {
  const auto seen = observe(person, household, kPairRates, random);
  auto& columns = records.columns();
  columns[0].append_int(0);  // Given at the end, in the order of the file.
  append_text(columns[1], seen.forenames);
  append_text(columns[2], seen.surname);
  if (seen.born)
    columns[3].append_date(*seen.born);
  else
    columns[3].append_null();
  if (seen.sex)
    columns[4].append_string(*seen.sex == Sex::kMale ? "male" : "female");
  else
    columns[4].append_null();
  append_text(columns[5], seen.address);
  append_text(columns[6], seen.postcode);
  append_text(columns[7], age_years(person.born, kToday) >= 16 ? seen.nino : "");
  columns[8].append_int(person.id);
}

/// One household's records: in the one file, or parted over two.
struct Chunk {
  std::array<Table, 2> files{empty_records(), empty_records()};
};

Chunk make_chunk(const PairsOptions& options, std::size_t begin) {
  Chunk chunk;
  for (std::size_t h = begin; h < begin + kHouseholdsPerChunk; ++h) {
    RandomStream random(options.seed, {kStreamPairs, h});
    const auto household = other_household(kToday, static_cast<std::int64_t>(h) * kPeopleMax + 1, random);
    for (const auto& person : household.people) {
      RandomStream own(options.seed, {kStreamPairs, h, static_cast<std::uint64_t>(person.id)});
      if (options.two_files) {
        // A share d of the records are repeats when a person is in both files with d / (1 - d).
        const bool both = own.chance(options.duplicate_share / (1 - options.duplicate_share));
        const std::size_t first = own.below(2);
        append_record(chunk.files[first], person, household, own);
        if (both) append_record(chunk.files[1 - first], person, household, own);
      } else {
        // Geometric: each record is followed by another with probability d.
        do {
          append_record(chunk.files[0], person, household, own);
        } while (own.chance(options.duplicate_share));
      }
    }
  }
  return chunk;
}

struct Place {
  std::uint64_t order;
  std::uint32_t chunk;
  std::uint32_t row;
};

/// The first `limit` rows, shuffled, so that a person's records do not lie side by side.
Table shuffled(const std::vector<Chunk>& chunks, std::size_t file, std::uint64_t limit, std::uint64_t seed,
               std::int64_t first_record_id) {
  std::vector<Place> places;
  for (std::uint32_t c = 0; c < chunks.size(); ++c) {
    for (std::uint32_t row = 0; row < chunks[c].files[file].row_count() && places.size() < limit; ++row) {
      places.push_back({mix64(seed ^ mix64(places.size() * 2 + file)), c, row});
    }
  }
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return a.order != b.order ? a.order < b.order : std::pair(a.chunk, a.row) < std::pair(b.chunk, b.row);
  });
  Table records = empty_records();
  for (auto& column : records.columns()) column.reserve(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    records.columns()[0].append_int(first_record_id + static_cast<std::int64_t>(i));
  }
  for (std::size_t c = 1; c < records.column_count(); ++c) {
    for (const auto& place : places) {
      records.columns()[c].append_from(chunks[place.chunk].files[file].columns()[c], place.row);
    }
  }
  return records;
}

std::vector<std::int64_t> people_in(const Table& records) {
  std::vector<std::int64_t> people(records.row_count());
  for (std::size_t i = 0; i < people.size(); ++i) people[i] = records.columns()[8].int_at(i);
  std::sort(people.begin(), people.end());
  return people;
}

void count_pairs(const std::vector<Table>& files, PairsSummary& summary) {
  std::vector<std::int64_t> all;
  for (const auto& file : files) {
    summary.record_count += file.row_count();
    const auto people = people_in(file);
    all.insert(all.end(), people.begin(), people.end());
  }
  std::sort(all.begin(), all.end());
  // In two files nobody is twice in one, so a run of two is one pair in either case.
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin;
    while (end < all.size() && all[end] == all[begin]) ++end;
    ++summary.person_count;
    summary.true_pair_count += (end - begin) * (end - begin - 1) / 2;
    begin = end;
  }
}

}  // namespace

Result<PairsSummary> write_people_pairs(const std::string& dir, const PairsOptions& options,
                                        Progress& progress) {
  if (options.record_count < 2 || options.record_count > kRecordCountMax) {
    return invalid("record_count is out of range; choose 2 to " + std::to_string(kRecordCountMax));
  }
  if (!(options.duplicate_share >= 0 && options.duplicate_share <= (options.two_files ? 0.5 : 0.9))) {
    return invalid("duplicate_share must lie between 0 and 0.9, and at most 0.5 in two files");
  }
  std::error_code problem;
  std::filesystem::create_directories(dir, problem);
  if (problem)
    return io_error("cannot make the folder: " + problem.message() + "; choose one that you may write to");
  const auto thread_count = options.thread_count == 0 ? default_thread_count() : options.thread_count;
  const std::size_t file_count = options.two_files ? 2 : 1;
  const std::uint64_t per_file = options.record_count / file_count;
  progress.begin("records", options.record_count);
  std::vector<Chunk> chunks;
  const auto have = [&](std::size_t file) {
    std::uint64_t count = 0;
    for (const auto& chunk : chunks) count += chunk.files[file].row_count();
    return count;
  };
  const double per_household =
      kPeoplePerHousehold / (1 - options.duplicate_share) / static_cast<double>(file_count);
  while (have(0) < per_file || (options.two_files && have(1) < per_file)) {
    const auto least = options.two_files ? std::min(have(0), have(1)) : have(0);
    const auto households = static_cast<double>(per_file - least) / per_household;
    const auto more = static_cast<std::size_t>(households / kHouseholdsPerChunk) + 1;
    const auto first = chunks.size();
    chunks.resize(first + more);
    parallel_chunks(more, 1, thread_count, [&](std::size_t i, std::size_t, std::size_t) {
      chunks[first + i] = make_chunk(options, (first + i) * kHouseholdsPerChunk);
    });
  }
  std::vector<Table> files;
  for (std::size_t f = 0; f < file_count; ++f) {
    files.push_back(shuffled(chunks, f, per_file, options.seed, static_cast<std::int64_t>(f * per_file) + 1));
    const std::string name = options.two_files ? (f == 0 ? "left" : "right") : "people";
    if (auto done = table::write_parquet(files.back(), dir + "/" + name + ".parquet"); !done.ok())
      return done.error();
    progress.advance(per_file * (f + 1));
  }
  progress.end();
  PairsSummary summary;
  count_pairs(files, summary);
  return summary;
}

}  // namespace kinfold::synth
