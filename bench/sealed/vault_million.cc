// The trusted party's vault behind its door, with PEOPLE identities: intake beside the readings that come
// before it (the council reads its own file, the trusted party opens what was sealed) and at the same time as
// they read the next file, one person found by a misspelt name, cold and warm. `kinfold_vault_million CHARTER
// [PEOPLE]`. Made-up people.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>

#include "base/clock.h"
#include "identity/intake.h"
#include "site/vault.h"
#include "table/io.h"
#include "unit/identity/support.h"

namespace {

using namespace kinfold;
using identity::Identity;

double processor_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

long peak_mib() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return used.ru_maxrss / 1024;
}

template <typename T>
T must(Result<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.error().message.c_str());
    std::exit(1);
  }
  return std::move(result).value();
}

struct Took {
  double processor = 0;
  double wall = 0;
};

Took seconds_of(const std::function<void()>& work) {
  const double start = processor_seconds();
  const auto begin = std::chrono::steady_clock::now();
  work();
  return {processor_seconds() - start,
          std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()};
}

/// As in a country: about 20 people a postcode in 600 districts, an NI number for half.
Identity person(RandomStream& random) {
  auto made = identity::testing::random_person(random);
  const auto postcode = random.below(50'000);
  const auto district = postcode / 84;
  made.postcode = std::string{static_cast<char>('A' + district / 25), 'K'} +
                  std::to_string(district % 25 + 1) + " " + std::to_string(postcode % 9) +
                  static_cast<char>('A' + postcode % 84 / 9) + "B";
  made.address = std::to_string(random.below(200) + 1) + " High Street";
  made.gender = random.chance(0.5) ? "female" : "male";
  if (random.chance(0.5)) {
    char number[12];
    std::snprintf(number, sizeof number, "AB%06dC", static_cast<int>(random.below(1'000'000)));
    made.nino = number;
  }
  return made;
}

/// The council's file of these people, in families of three that are all eligible.
Status write_council_file(const table::Table& people, const std::string& path) {
  table::Table file;
  file.add("family_id", table::ColumnType::kInt64);
  for (const auto* name : {"forenames", "surname"}) file.add(name, table::ColumnType::kString);
  file.add("date_of_birth", table::ColumnType::kDate);
  for (const auto* name : {"gender", "address", "postcode", "nino", "group"})
    file.add(name, table::ColumnType::kString);
  for (const auto* name : {"start_date", "problem_school", "problem_crime"})
    file.add(name, table::ColumnType::kDate);
  auto& columns = file.columns();
  for (std::size_t row = 0; row < people.row_count(); ++row)
    columns[0].append_int(static_cast<std::int64_t>(row / 3));
  for (std::size_t k = 1; k < 8; ++k)
    columns[k].append_rows(*people.find(columns[k].name()), 0, people.row_count());
  for (std::size_t row = 0; row < people.row_count(); ++row) {
    columns[8].append_string("programme");
    for (std::size_t k = 9; k < columns.size(); ++k) columns[k].append_date(*make_date(2019, 5, 6));
  }
  return table::write_csv(file, path);
}

std::string misspelt(std::string name) {
  if (name.size() > 3) std::swap(name[1], name[2]);
  return name;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fputs("usage: kinfold_vault_million CHARTER [PEOPLE]\n", stderr);
    return 2;
  }
  const std::size_t people_count = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 1'000'000;
  const identity::testing::TemporaryFolder folder;
  const ManualClock clock(*parse_rfc3339("2020-07-01T09:00:00Z"));
  const auto passphrase = seal::SecretBytes::copy_of(seal::as_bytes("a passphrase of the bench"));
  const auto new_site = [&](const char* name) {
    const site::InitOptions options{folder.file(name), arguments[1], "ons-demo", "",
                                    seal::WorkFactor::quick()};
    if (!site::init_site(options, passphrase, clock).ok()) std::exit(1);
    return must(site::Site::open(folder.file(name), passphrase, clock));
  };
  const auto at = new_site("site");
  const holding::Asking linker{"linkage-1", site::kLinkagePurpose, charter::Duty::kLinkage, {}};

  const auto council = seal::make_site_keys("east-cheshire");
  const auto trusted = seal::make_site_keys("ons-demo");

  RandomStream random(1);
  std::vector<Identity> asked;
  std::vector<std::int64_t> families;
  {
    auto table = identity::empty_identities();
    for (std::size_t i = 0; i < people_count; ++i) {
      auto made = person(random);
      identity::append_identity(table, made);
      families.push_back(static_cast<std::int64_t>(i / 3));
      if (asked.size() < 200 && i % 997 == 0) asked.push_back(std::move(made));
    }
    if (!write_council_file(table, folder.file("people.csv")).ok()) return 1;
    seal::Contents contents;
    contents.tables.push_back({"identities", std::move(table)});
    seal::Manifest manifest;
    manifest.from = council.party;
    manifest.to = trusted.party;
    manifest.purpose = site::kLinkagePurpose;
    manifest.charter_hash = at->charter().hash;
    manifest.data_classes = {"identity"};
    manifest.created = clock.now();
    manifest.expires = at->today();
    must(seal::seal_package(folder.file("people.age"), manifest, contents, seal::card_of(trusted), council));
  }
  const auto read_council_file = [&] {
    auto intake =
        must(identity::read_council_file(folder.file("people.csv"), {{"school", "crime"}, 2}, at->today()));
    if (intake.counts.kept_count + intake.counts.merged_count != people_count) std::exit(1);
    intake.wipe();
  };
  const auto council_reads = seconds_of(read_council_file);
  table::Table people;
  const auto trusted_reads = seconds_of([&] {
    auto opened = must(seal::open_package(folder.file("people.age"), trusted, seal::card_of(council)));
    people = std::move(opened.contents.tables.front().table);
  });
  const auto take_in = [&](site::Site& site) {
    auto vault = must(site::open_vault(site, linker));
    must(vault.vault.add_or_find(people, families, {"east-cheshire", "first", at->today()}));
  };
  const auto intake = seconds_of([&] { take_in(*at); });
  const auto second = new_site("second");
  const auto both = seconds_of([&] {
    std::thread reader(read_council_file);
    take_in(*second);
    reader.join();
  });
  const auto rate = [&](const Took& took) { return static_cast<double>(people_count) / took.wall; };
  std::printf("%zu people; processor and waiting seconds, people a second of waiting:\n", people_count);
  for (const auto& [what, took] : {std::pair("the council reads its file", council_reads),
                                   std::pair("the trusted party opens the sealed file", trusted_reads),
                                   std::pair("taken into the empty vault", intake),
                                   std::pair("read by one thread while taken in by others", both)})
    std::printf("  %-42s %6.1f %6.1f %9.0f\n", what, took.processor, took.wall, rate(took));
  std::printf("  intake beside the council's reading: %.2f of its rate (processor time), %.2f (waiting)\n",
              council_reads.processor / intake.processor, council_reads.wall / intake.wall);
  std::printf("  read and taken in at once: %.2f of the time of reading alone\n",
              both.wall / council_reads.wall);
  const auto again = seconds_of([&] {
    auto vault = must(site::open_vault(*at, linker));
    std::vector<std::size_t> rows(people_count / 10);
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i * 10;
    const auto some = people.take(rows);
    must(vault.vault.add_or_find(some, std::span(families).first(rows.size()),
                                 {"east-cheshire", "second", at->today()}));
    must(vault.vault.issue({"request", "dwp", "linkage", at->today(), at->today()}, vault.vault.people()));
  });
  std::printf(
      "  a tenth of them again, and references for all, with opening the whole vault: %.1f processor "
      "seconds; most memory so far "
      "%ld MiB\n",
      again.processor, peak_mib());
  people.wipe();

  using Wall = std::chrono::steady_clock;
  const auto milliseconds = [](Wall::time_point since) {
    return std::chrono::duration<double, std::milli>(Wall::now() - since).count();
  };
  std::vector<double> cold;
  std::vector<double> warm;
  std::size_t found = 0;
  for (std::size_t i = 0; i < asked.size(); i += 20) {  // each case opens the vault anew
    const auto begin = Wall::now();
    auto vault = must(site::open_vault_to_search(*at, linker));
    for (std::size_t k = i; k < std::min(i + 20, asked.size()); ++k) {
      auto who = asked[k];
      who.surname = misspelt(who.surname);
      const auto start = Wall::now();
      const auto candidates = must(vault.vault.search(who));
      (k == i ? cold : warm).push_back(milliseconds(k == i ? begin : start));
      found += !candidates.empty() && candidates.front().probability >= 0.95 ? 1U : 0U;
    }
  }
  for (auto* times : {&cold, &warm}) {
    std::sort(times->begin(), times->end());
    std::printf("%s: median %.1f ms, slowest %.1f ms of %zu\n",
                times == &cold ? "opened for one person and found" : "then found",
                (*times)[times->size() / 2], times->back(), times->size());
  }
  std::printf("found for sure: %zu of %zu, all misspelt\n", found, asked.size());
  return 0;
}
