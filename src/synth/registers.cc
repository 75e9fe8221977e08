#include "synth/registers.h"

#include <algorithm>
#include <array>

#include "base/parallel.h"
#include "synth/councils.h"
#include "synth/life_internal.h"
#include "synth/mistakes.h"
#include "table/io.h"

namespace kinfold::synth {

namespace {

using table::ColumnType;
using table::Table;

constexpr std::size_t kHouseholdsPerChunk = 2'048;

struct Style {
  MistakeRates rates;
  double keep;  ///< Of other people of the right age, how many have to do with the department.
  bool has_nino;
  bool upper_case;       ///< An old system: capital ASCII.
  double alias_share;    ///< Of people with a second entry under other particulars.
  double per_household;  ///< Expected people kept of a household, a little below the truth.
};

const Style& style_of(Department department) {
  static constexpr std::array<Style, 3> kStyles{{
      {{.forename_typo = 0.008,
        .surname_typo = 0.008,
        .nickname = 0.015,
        .middle_left_out = 0.25,
        .middle_initial = 0.15,
        .former_surname = 0.08,
        .names_swapped = 0.002,
        .hyphen_lost = 0.15,
        .accents_lost = 1,
        .day_month_swapped = 0.002,
        .first_january = 0.003,
        .birth_digit = 0.004,
        .birth_missing = 0.0005,
        .sex_wrong = 0.002,
        .sex_missing = 0.002,
        .former_address = 0.10,
        .address_typo = 0.02,
        .address_missing = 0.01,
        .postcode_typo = 0.004,
        .postcode_missing = 0.01,
        .nino_missing = 0.005,
        .nino_typo = 0.003},
       1.0,
       true,
       true,
       0,
       1.75},
      {{.forename_typo = 0.028,
        .surname_typo = 0.028,
        .nickname = 0.07,
        .middle_left_out = 0.45,
        .middle_initial = 0.1,
        .former_surname = 0.22,
        .names_swapped = 0.008,
        .hyphen_lost = 0.3,
        .accents_lost = 1,
        .day_month_swapped = 0.012,
        .first_january = 0.012,
        .birth_digit = 0.018,
        .birth_missing = 0.004,
        .sex_wrong = 0.004,
        .sex_missing = 0.004,
        .former_address = 0.22,
        .address_typo = 0.05,
        .address_missing = 0.10,
        .postcode_typo = 0.02,
        .postcode_missing = 0.12,
        .nino_missing = 1,
        .nino_typo = 0},
       0.6,
       false,
       true,
       0.004,
       1.2},
      {{.forename_typo = 0.010,
        .surname_typo = 0.012,
        .nickname = 0.02,
        .middle_left_out = 0.3,
        .middle_initial = 0,
        .former_surname = 0.3,
        .names_swapped = 0.002,
        .hyphen_lost = 0.12,
        .accents_lost = 0.5,
        .day_month_swapped = 0.003,
        .first_january = 0.001,
        .birth_digit = 0.005,
        .birth_missing = 0,
        .sex_wrong = 0.002,
        .sex_missing = 0,
        .former_address = 0.12,
        .address_typo = 0.03,
        .address_missing = 0.02,
        .postcode_typo = 0.008,
        .postcode_missing = 0.02,
        .nino_missing = 1,
        .nino_typo = 0},
       0.985,
       false,
       false,
       0,
       0.8},
  }};
  return kStyles[static_cast<std::size_t>(department)];
}

/// What one chunk of households contributes: identities, true people, and each one's events.
struct Chunk {
  Table people;
  std::vector<std::int64_t> true_person;
  std::vector<std::uint32_t> event_end;  ///< One past each person's last event.
  std::vector<Event> events;
};

constexpr std::array<std::string_view, 7> kColumns{"forenames", "surname",  "date_of_birth", "gender",
                                                   "address",   "postcode", "nino"};

Chunk empty_chunk(bool has_nino) {
  Chunk chunk;
  for (std::size_t c = 0; c < kColumns.size() - (has_nino ? 0 : 1); ++c) {
    chunk.people.add(std::string(kColumns[c]), c == 2 ? ColumnType::kDate : ColumnType::kString);
  }
  return chunk;
}

void append_text(table::Column& column, const std::string& text) {
  if (text.empty())
    column.append_null();
  else
    column.append_string(text);
}

void append_identity(Table& people, const Person& person, const Observed& seen, const Style& style) {
  auto& columns = people.columns();
  const auto text = [&](const std::string& value) { return style.upper_case ? as_old_system(value) : value; };
  append_text(columns[0], text(seen.forenames));
  append_text(columns[1], text(seen.surname));
  if (seen.born)
    columns[2].append_date(*seen.born);
  else
    columns[2].append_null();
  if (seen.sex)
    columns[3].append_string(*seen.sex == Sex::kMale ? "M" : "F");
  else
    columns[3].append_null();
  append_text(columns[4], text(seen.address));
  append_text(columns[5], seen.postcode);
  // Nobody under 16 has a number yet.
  if (style.has_nino) append_text(columns[6], age_years(person.born, kExtractDay) >= 16 ? seen.nino : "");
}

void add_person(Chunk& chunk, const Person& person, const Household& household, Department department,
                const std::vector<Event>& events, std::uint64_t seed, std::uint64_t copy) {
  const auto& style = style_of(department);
  RandomStream random(seed, {kStreamRegister, static_cast<std::uint64_t>(department),
                             static_cast<std::uint64_t>(person.id), copy});
  append_identity(chunk.people, person, observe(person, household, style.rates, random), style);
  chunk.true_person.push_back(person.id);
  for (const auto& event : events) {
    if (department_of(event.variable) == department) chunk.events.push_back(event);
  }
  chunk.event_end.push_back(static_cast<std::uint32_t>(chunk.events.size()));
}

/// Some households are close confusers of the programme's: a namesake, a cousin next door, somebody
/// with the same first name born the same day.
void confuse(Household& household, const Programme& programme, std::uint64_t seed, std::uint64_t index) {
  RandomStream random(seed, {kStreamConfuser, index});
  const double kind = random.uniform();
  if (kind > 0.13) return;
  const auto& family = programme.families[random.below(programme.families.size())];
  const auto& model = family.household.people[random.below(family.household.people.size())];
  if (kind < 0.06) {  // The same surname, some streets away.
    const auto own = household.people.front().surname;
    for (auto& person : household.people) {
      if (person.surname == own) person.surname = feminine_surname(model.surname, Culture::kBritish);
    }
    household.address = address_near(family.household.address, random);
    return;
  }
  for (auto& person : household.people) {
    const int apart = std::abs(person.born.days - model.born.days) / 365;
    if (person.sex != model.sex || apart > 12) continue;
    person.forename = model.forename;
    if (kind < 0.10) {
      person.born = model.born;
    } else {  // Both names, in the same district, and born in another year.
      person.surname = model.surname;
      household.address = address_near(family.household.address, random);
    }
    return;
  }
}

Chunk programme_chunk(const Programme& programme, Department department, const SynthOptions& options,
                      std::size_t begin, std::size_t end) {
  const auto& style = style_of(department);
  auto chunk = empty_chunk(style.has_nino);
  for (std::size_t f = begin; f < end; ++f) {
    const auto& family = programme.families[f];
    for (std::size_t i = 0; i < family.members.size(); ++i) {
      const auto& person = family.household.people[i];
      if (!in_scope(person, department)) continue;
      RandomStream random(options.seed, {kStreamPresence, static_cast<std::uint64_t>(department),
                                         static_cast<std::uint64_t>(person.id)});
      if (!random.chance(options.register_coverage)) continue;
      add_person(chunk, person, family.household, department, family.members[i].events, options.seed, 0);
      if (random.chance(style.alias_share)) {
        add_person(chunk, person, family.household, department, family.members[i].events, options.seed, 1);
      }
    }
  }
  return chunk;
}

Chunk other_chunk(const Programme& programme, Department department, const SynthOptions& options,
                  std::size_t begin, std::size_t end) {
  const auto& style = style_of(department);
  auto chunk = empty_chunk(style.has_nino);
  std::vector<Event> events;
  for (std::size_t h = begin; h < end; ++h) {
    RandomStream random(options.seed, {kStreamOther, h});
    auto household = other_household(
        kExtractDay, first_other_id(options) + static_cast<std::int64_t>(h) * kPeopleMax, random);
    confuse(household, programme, options.seed, h);
    for (const auto& person : household.people) {
      if (!in_scope(person, department)) continue;
      RandomStream life(options.seed, {kStreamOtherLife, static_cast<std::uint64_t>(department),
                                       static_cast<std::uint64_t>(person.id)});
      if (!life.chance(style.keep)) continue;
      events.clear();
      other_life(person, department, life, events);
      add_person(chunk, person, household, department, events, options.seed, 0);
    }
  }
  return chunk;
}

/// Where a person of the register lies among the chunks.
struct Place {
  std::uint64_t number;  ///< What the register calls them; also the order of its rows.
  std::uint32_t chunk;
  std::uint32_t row;
};

std::string register_id(Department department, std::uint64_t number) {
  constexpr std::array<std::string_view, 3> kPrefix{"CIS", "PNC", "UPN"};
  auto digits = std::to_string(number);
  digits.insert(0, 9 - digits.size(), '0');
  return std::string(kPrefix[static_cast<std::size_t>(department)]) + digits;
}

/// The first `limit` people in generation order, under numbers that say nothing of that order.
std::vector<Place> order_of(const std::vector<Chunk>& chunks, std::uint64_t limit, Department department) {
  constexpr std::uint64_t kPrime = 999'999'937;  // The largest below 10^9: multiplying permutes.
  constexpr std::array<std::uint64_t, 3> kFactor{387'420'489, 741'896'573, 612'345'701};
  std::vector<Place> places;
  std::uint64_t index = 1;
  for (std::uint32_t c = 0; c < chunks.size(); ++c) {
    for (std::uint32_t row = 0; row < chunks[c].true_person.size() && places.size() < limit; ++row) {
      places.push_back({index++ * kFactor[static_cast<std::size_t>(department)] % kPrime, c, row});
    }
  }
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.number < b.number; });
  return places;
}

Table people_table(const std::vector<Chunk>& chunks, const std::vector<Place>& places,
                   Department department) {
  Table people;
  auto& id = people.add("register_id", ColumnType::kString);
  id.reserve(places.size());
  for (const auto& place : places) id.append_string(register_id(department, place.number));
  const auto& model = chunks.front().people.columns();
  for (std::size_t c = 0; c < model.size(); ++c) {
    auto& column = people.add(model[c].name(), model[c].type());
    column.reserve(places.size());
    for (const auto& place : places) column.append_from(chunks[place.chunk].people.columns()[c], place.row);
  }
  return people;
}

Table events_table(const std::vector<Chunk>& chunks, const std::vector<Place>& places,
                   Department department) {
  Table table;
  for (const auto* name : {"register_id", "variable"}) table.add(name, ColumnType::kString);
  for (const auto* name : {"start_date", "end_date"}) table.add(name, ColumnType::kDate);
  table.add("value", ColumnType::kDouble);
  auto& columns = table.columns();
  for (const auto& place : places) {
    const auto& chunk = chunks[place.chunk];
    const std::uint32_t first = place.row == 0 ? 0 : chunk.event_end[place.row - 1];
    if (first == chunk.event_end[place.row]) continue;
    const auto id = register_id(department, place.number);
    for (std::uint32_t e = first; e < chunk.event_end[place.row]; ++e) {
      const auto& event = chunk.events[e];
      const bool measure = event.variable == Variable::kAbsenceRate ||
                           event.variable == Variable::kKs2Score || event.variable == Variable::kKs4Score;
      // A term that is not over has no rate yet.
      if (event.start > kExtractDay.days || (measure && event.end > kExtractDay.days)) continue;
      columns[0].append_string(id);
      columns[1].append_string(variable_name(event.variable));
      columns[2].append_date({event.start});
      // No end: a single day, or a spell that was still open when the register was taken.
      if (event.end == kNoDay || event.end > kExtractDay.days)
        columns[3].append_null();
      else
        columns[3].append_date({event.end});
      // Three decimals, so that a float's tail does not show.
      if (measure)
        columns[4].append_double(std::round(static_cast<double>(event.value) * 1000) / 1000);
      else
        columns[4].append_null();
    }
  }
  return table;
}

std::string register_toml(Department department, bool has_nino) {
  std::string text =
      "# The " + std::string(department_name(department)) +
      " register of a synthetic programme: nobody in it exists. Kinfold's name = the register's own column.\n"
      "[register]\npeople = \"people.parquet\"\nevents = \"events.parquet\"\n\n[people]\nid = "
      "\"register_id\"\n";
  for (const auto column : kColumns) {
    if (column != "nino" || has_nino) text += std::string(column) + " = \"" + std::string(column) + "\"\n";
  }
  text += "\n[events]\nid = \"register_id\"\n";
  for (const auto* column : {"variable", "start_date", "end_date", "value"}) {
    text += std::string(column) + " = \"" + column + "\"\n";
  }
  return text;
}

std::uint64_t size_of(const SynthOptions& options, Department department) {
  const auto& sizes = options.register_sizes;
  return department == Department::kDwp ? sizes.dwp : department == Department::kMoj ? sizes.moj : sizes.dfe;
}

/// Programme chunks first, then other households until the register is full.
std::vector<Chunk> all_chunks(Department department, const Programme& programme, const SynthOptions& options,
                              std::uint64_t wanted, std::uint64_t& programme_rows, Progress& progress) {
  const auto thread_count = options.thread_count == 0 ? default_thread_count() : options.thread_count;
  std::vector<Chunk> chunks((programme.families.size() - 1) / kHouseholdsPerChunk + 1);
  parallel_chunks(programme.families.size(), kHouseholdsPerChunk, thread_count,
                  [&](std::size_t chunk, std::size_t begin, std::size_t end) {
                    chunks[chunk] = programme_chunk(programme, department, options, begin, end);
                  });
  std::uint64_t have = 0;
  for (const auto& chunk : chunks) have += chunk.true_person.size();
  programme_rows = have;
  for (std::size_t done = 0; have < wanted;) {
    progress.advance(have);
    const auto missing = static_cast<double>(wanted - have);
    const auto more =
        static_cast<std::size_t>(missing / style_of(department).per_household / kHouseholdsPerChunk) + 1;
    const auto first = chunks.size();
    chunks.resize(first + more);
    parallel_chunks(more, 1, thread_count, [&](std::size_t i, std::size_t, std::size_t) {
      const std::size_t begin = done + i * kHouseholdsPerChunk;
      chunks[first + i] = other_chunk(programme, department, options, begin, begin + kHouseholdsPerChunk);
    });
    done += more * kHouseholdsPerChunk;
    for (std::size_t c = first; c < chunks.size(); ++c) have += chunks[c].true_person.size();
  }
  return chunks;
}

}  // namespace

bool in_scope(const Person& person, Department department) {
  switch (department) {
    case Department::kDwp: return age_years(person.born, kExtractDay) >= 16;
    case Department::kMoj: return age_years(person.born, kExtractDay) >= 10;
    // From the early years census to the last school year; who was 18 by 2016 had left.
    case Department::kDfe: return person.born >= Date{10'470} /* 1998-09-01 */;
  }
  return false;
}

Status write_register(const std::string& folder, Department department, const Programme& programme,
                      const SynthOptions& options, Progress& progress, RegisterFiles& files) {
  const auto wanted = size_of(options, department);
  progress.begin("register of " + std::string(department_name(department)), wanted);
  std::uint64_t programme_rows = 0;
  const auto chunks = all_chunks(department, programme, options, wanted, programme_rows, progress);
  const auto places = order_of(chunks, std::max(wanted, programme_rows), department);
  const auto last_programme_person = first_other_id(options);
  for (const auto& place : places) {
    const auto person = chunks[place.chunk].true_person[place.row];
    if (person < last_programme_person)
      files.rows.push_back({department, register_id(department, place.number), person});
  }
  const auto events = events_table(chunks, places, department);
  files.person_count += places.size();
  files.event_count += events.row_count();
  if (auto done = table::write_parquet(events, folder + "/events.parquet"); !done.ok()) return done;
  if (auto done = table::write_parquet(people_table(chunks, places, department), folder + "/people.parquet");
      !done.ok()) {
    return done;
  }
  const bool has_nino = style_of(department).has_nino;
  if (auto done = write_bytes(folder + "/register.toml", register_toml(department, has_nino)); !done.ok())
    return done;
  progress.advance(wanted);
  progress.end();
  return {};
}

}  // namespace kinfold::synth
