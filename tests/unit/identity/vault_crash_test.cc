// Kills the process at every single write to the disk, and looks at what is there afterwards.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "failing_disk.h"
#include "identity/vault.h"
#include "support.h"

namespace kinfold::identity {
namespace {

using testing::disk_plan;
using testing::DiskPlan;
using testing::Failure;
using testing::MapKeys;
using testing::person;
using testing::seeded;
using testing::table_of;
using testing::TemporaryFolder;
using testing::this_one_fails;

/// Keys in a file, as at a site: each change rewrites it beside and renames, and counts as a write.
class FileKeys final : public RecordKeys {
 public:
  explicit FileKeys(std::string path) : path_(std::move(path)) {
    std::ifstream file(path_, std::ios::binary);
    std::uint64_t record = 0;
    MapKeys::Key key{};
    while (file.read(reinterpret_cast<char*>(&record), sizeof(record)) &&
           file.read(reinterpret_cast<char*>(key.data()), static_cast<std::streamsize>(key.size()))) {
      keys_.put(record, key);
    }
  }
  Result<std::pair<RecordNumber, seal::Bytes>> add(seal::ByteView plain) override { return keys_.add(plain); }
  Result<holding::AddedRecords> add_all(std::span<const seal::PlainBytes> bodies,
                                        std::size_t thread_count) override {
    return keys_.add_all(bodies, thread_count);
  }
  Result<seal::Bytes> seal(RecordNumber record, seal::ByteView plain) override {
    return keys_.seal(record, plain);
  }
  Result<seal::PlainBytes> open(RecordNumber record, seal::ByteView sealed) override {
    return keys_.open(record, sealed);
  }
  Status sync() override { return write(); }
  Status forget(std::span<const RecordNumber> records) override {
    if (auto forgotten = keys_.forget(records); !forgotten.ok()) return forgotten;
    return write();
  }
  bool readable(RecordNumber record) override { return keys_.readable(record); }
  std::size_t key_count() const { return keys_.key_count(); }

 private:
  Status write() {
    if (this_one_fails()) {
      if (disk_plan().failure == Failure::kFull) return io_error("the disk is full");
      ::kill(::getpid(), SIGKILL);
    }
    {
      std::ofstream file(path_ + ".new", std::ios::binary);
      for (const auto& [record, key] : keys_.all()) {
        file.write(reinterpret_cast<const char*>(&record), sizeof(record));
        file.write(reinterpret_cast<const char*>(key.data()), static_cast<std::streamsize>(key.size()));
      }
    }
    std::filesystem::rename(path_ + ".new", path_);
    return {};
  }
  std::string path_;
  MapKeys keys_;
};

const Identity kAnn = person("Ann", "Lee", "1985-02-01", "female", "1 High St", "SK1 1AA", "AB123456C");
const Identity kBob = person("Bob", "Lee", "1984-03-02", "male", "1 High St", "SK1 1AA");
const Identity kEve = person("Eve", "Ray", "1990-04-03", "female", "2 Low St", "SK2 2BB");
const Identity kIda = person("Ida", "Moe", "1991-05-04", "female", "3 Mid St", "SK3 3CC");

Origin origin(const char* submission) { return {"stockport", submission, *parse_iso_date("2020-01-15")}; }
ReferenceScope scope(const char* id) {
  return {id, "dwp", "linkage", *parse_iso_date("2020-02-01"), *parse_iso_date("2020-03-01")};
}

PersonId id_of(const Vault& vault, const Identity& identity) {
  for (const auto& id : vault.people()) {
    if (vault.find(id)->versions.at(0).identity == identity) return id;
  }
  return {};
}

/// Everything that changes a vault, step by step. `done(step)` is called when a step has returned.
template <typename Done>
bool live_through(const std::string& folder, Done&& done) {
  FileKeys keys(folder + "/keys");
  Vault::Options options;
  options.index_lag = 1;  // so that the index on disk is written, too
  auto vault = Vault::open(folder + "/vault.db", keys, seeded(5), options);
  if (!vault.ok()) return false;
  done('o');
  auto& open = vault.value();
  if (!open.add_or_find(table_of({kAnn, kBob}), std::vector<std::int64_t>{1, 1}, origin("s1")).ok())
    return false;
  done('1');
  if (!open.add_or_find(table_of({kEve, kIda}), std::vector<std::int64_t>{1, 2}, origin("s2")).ok())
    return false;
  done('2');
  const auto everybody = open.people();
  if (!open.issue(scope("r1"), everybody).ok()) return false;
  done('i');
  if (!open.rectify(id_of(open, kEve), person("Eva", "Ray", "1990-04-03"), origin("case")).ok()) return false;
  done('c');
  if (!open.restrict(id_of(open, kBob), true).ok()) return false;
  done('r');
  if (!open.erase(id_of(open, kAnn)).ok()) return false;
  done('e');
  if (!open.destroy_references("r1").ok()) return false;
  done('d');
  return true;
}

bool was_done(const std::string& steps, char step) { return steps.find(step) != std::string::npos; }

/// What must hold whenever the process died, given the steps that had returned before.
void expect_whole(const std::string& folder, const std::string& steps, long write) {
  SCOPED_TRACE("write " + std::to_string(write) + ", done: " + steps);
  FileKeys keys(folder + "/keys");
  Vault::Options lazily;
  lazily.only_found = true;
  bool bob_found = false;
  {
    const auto searched = Vault::open(folder + "/vault.db", keys, seeded(8), lazily);
    ASSERT_TRUE(searched.ok()) << searched.error().message;
    const auto found = searched.value().search(kBob);
    ASSERT_TRUE(found.ok()) << found.error().message;
    bob_found = !found.value().empty();
  }
  auto opened = Vault::open(folder + "/vault.db", keys, seeded(9));
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  auto& vault = opened.value();
  const bool ann = id_of(vault, kAnn) != PersonId{};
  const bool bob = id_of(vault, kBob) != PersonId{};
  EXPECT_EQ(bob_found, bob) << "the index on disk is behind, or ahead";
  const bool eve = id_of(vault, kEve) != PersonId{};
  const bool ida = id_of(vault, kIda) != PersonId{};
  EXPECT_EQ(eve, ida) << "a submission is there whole or not at all";
  if (was_done(steps, '1')) {
    EXPECT_TRUE(bob) << "nothing that was done is lost";
  }
  if (was_done(steps, '2')) {
    EXPECT_TRUE(eve);
  }
  if (was_done(steps, 'e')) {
    EXPECT_FALSE(ann);
  }
  if (!bob) {
    EXPECT_FALSE(ann || eve);
  }
  const auto scopes = vault.scopes();
  if (was_done(steps, 'i')) {
    ASSERT_EQ(scopes.size(), 1U);
  }
  if (!scopes.empty()) {
    const auto request = vault.request_people("r1");
    if (was_done(steps, 'd')) {
      EXPECT_FALSE(request.ok());
    }
    if (!request.ok()) {
      EXPECT_TRUE(was_done(steps, 'e')) << "references go last";
    }
    if (request.ok()) {
      const std::size_t expected =
          (ann ? 1U : 0U) + 3U - (vault.find(id_of(vault, kBob))->restricted ? 1U : 0U);
      EXPECT_EQ(request.value().row_count(), expected) << "whoever is erased is in no request";
    }
  }
  if (was_done(steps, 'r')) {
    EXPECT_TRUE(vault.find(id_of(vault, kBob))->restricted);
  }
  if (was_done(steps, 'c')) {
    EXPECT_EQ(vault.find(id_of(vault, kEve))->versions.size(), 2U);
  }
  // It goes on working: a person more can be received.
  const auto more =
      vault.add_or_find(table_of({person("Una", "Fox", "1970-06-05", "female", "4 Top St", "SK4 4DD")}),
                        std::vector<std::int64_t>{1}, origin("after"));
  EXPECT_TRUE(more.ok());
}

/// \returns whether the child lived through everything: then there are no more writes to die at.
bool die_at(long write, Failure failure) {
  TemporaryFolder folder;
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0) return true;
  const pid_t child = ::fork();
  if (child == 0) {
    testing::install_failing_disk();
    disk_plan() = DiskPlan{write, failure, 0};
    const bool lived = live_through(folder.path(), [&](char step) {
      if (::write(pipe_ends[1], &step, 1) != 1) ::_exit(3);
    });
    ::_exit(lived ? 0 : 2);
  }
  ::close(pipe_ends[1]);
  std::string steps;
  char step = 0;
  while (::read(pipe_ends[0], &step, 1) == 1) steps += step;
  ::close(pipe_ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  expect_whole(folder.path(), steps, write);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(VaultCrash, KilledAtAnyWriteLosesNothingAndLeavesNothingHalf) {
  long write = 1;
  while (!die_at(write, Failure::kKillBefore)) {
    ASSERT_LT(++write, 2'000);
    if (::testing::Test::HasFailure()) break;
  }
  std::printf("[ measured ] killed at each of %ld writes\n", write - 1);
  EXPECT_GT(write, 40) << "the scenario writes more than that: the failing disk was not used";
}

TEST(VaultCrash, AWriteThatIsCutInHalfIsNoHarmEither) {
  long write = 1;
  while (!die_at(write, Failure::kKillAfterHalf)) {
    write += 3;
    ASSERT_LT(write, 2'000);
    if (::testing::Test::HasFailure()) break;
  }
}

TEST(VaultCrash, AFullDiskIsAnErrorInWordsAndChangesNothing) {
  long write = 1;
  bool reached = true;
  int said = 0;
  while (reached && write < 2'000 && !::testing::Test::HasFailure()) {
    TemporaryFolder folder;
    std::string steps;
    testing::install_failing_disk();
    disk_plan() = DiskPlan{write, Failure::kFull, 0};
    // Only where the search index has no room is nothing said: it is made up for later.
    const bool lived = live_through(folder.path(), [&](char step) { steps += step; });
    reached = disk_plan().count >= write;
    testing::remove_failing_disk();
    if (!lived) ++said;
    expect_whole(folder.path(), steps, write);
    write += 2;
  }
  EXPECT_FALSE(reached);
  EXPECT_GT(said, 10);
}

}  // namespace
}  // namespace kinfold::identity
