#include "seal/bytes.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "seal/secret.h"

namespace kinfold::seal {
namespace {

TEST(Hex, ReadsOnlyWhatItWrites) {
  const Bytes bytes{std::byte{0}, std::byte{0x7f}, std::byte{0xff}};
  EXPECT_EQ(to_hex(bytes), "007fff");
  EXPECT_EQ(from_hex("007fff"), bytes);
  for (const auto* bad : {"0", "0g", "FF", " 00", "0x00"}) EXPECT_FALSE(from_hex(bad)) << bad;
}

TEST(Base64, RefusesTextThatIsNotCanonical) {
  EXPECT_EQ(to_base64(as_bytes("kin")), "a2lu");
  EXPECT_EQ(to_base64(as_bytes("ki")), "a2k=");
  EXPECT_EQ(to_base64_unpadded(as_bytes("ki")), "a2k");
  EXPECT_TRUE(from_base64_unpadded("a2k"));
  for (const auto* bad : {"a2k=", "a2l", "a2k\n", "a", "a2k*"})
    EXPECT_FALSE(from_base64_unpadded(bad)) << bad;
  for (const auto* bad : {"a2k", "a2l=", "a2k==", " a2k="}) EXPECT_FALSE(from_base64(bad)) << bad;
}

TEST(Digest, IsThatOfThePublishedExample) {
  // FIPS 180-2, appendix B.1
  EXPECT_EQ(to_hex(sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Id, IsDifferentEachTimeAndReadsBack) {
  const Id id = random_id();
  EXPECT_NE(id, random_id());
  EXPECT_EQ(parse_id(to_hex(id)), id);
  EXPECT_FALSE(parse_id("00"));
}

TEST(RandomOrder, HoldsEveryRowOnceAndIsNotTheOrderThatWas) {
  auto order = random_order(1000);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], i);
  EXPECT_TRUE(random_order(0).empty());
}

TEST(RandomBelow, ReachesEveryValueAboutEquallyOften) {
  std::array<int, 5> seen{};
  for (int i = 0; i < 10'000; ++i) ++seen[random_below(5)];
  // 2,000 expected with a standard deviation of 40: ten of them either way.
  for (const int count : seen) EXPECT_NEAR(count, 2000, 400);
}

TEST(SecretBytes, MovesItsMemoryAndLeavesNothingBehind) {
  auto first = SecretBytes::random(32);
  const Bytes before(first.bytes().begin(), first.bytes().end());
  const auto* where = first.bytes().data();
  SecretBytes second = std::move(first);
  EXPECT_EQ(second.bytes().data(), where);
  EXPECT_TRUE(std::equal(before.begin(), before.end(), second.bytes().begin()));
  EXPECT_TRUE(first.empty());  // NOLINT: what a moved-from secret holds is the point
}

/// KiB of this process that the system may not swap out.
long locked_kib() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmLck:")) return std::stol(line.substr(6));
  }
  return -1;
}

TEST(SecretBytes, LieInLockedMemory) {
  const long before = locked_kib();
  ASSERT_GE(before, 0);
  std::byte page[4096];
  if (::mlock(page, sizeof page) != 0) GTEST_SKIP() << "this machine lets nobody lock memory";
  // The address sanitizer takes the call and locks nothing.
  if (locked_kib() == before) GTEST_SKIP() << "this build's mlock does nothing";
  ::munlock(page, sizeof page);
  const auto secret = SecretBytes::random(32);
  EXPECT_GT(locked_kib(), before);
}

TEST(KeysStayInMemory, OrAreNotUnlockedWhereTheyCouldBeSwapped) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "before a fork DuckDB takes more locks than the thread sanitizer can count";
#endif
  EXPECT_FALSE(names_a_swap("Filename\tType\tSize\tUsed\tPriority\n"));
  EXPECT_FALSE(names_a_swap(""));
  EXPECT_TRUE(names_a_swap("Filename\tType\tSize\tUsed\tPriority\n/dev/sda2 partition 1 0 -2\n"));
  std::ifstream file("/proc/swaps");
  const bool swapping = names_a_swap(std::string{std::istreambuf_iterator<char>(file), {}});
  EXPECT_TRUE(keys_stay_in_memory().ok() || swapping);
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit none{0, 0};
    // Root may lock whatever the limit says.
    if (::setrlimit(RLIMIT_MEMLOCK, &none) != 0 || (::geteuid() == 0 && ::setuid(65534) != 0)) ::_exit(2);
    ::_exit(keys_stay_in_memory().ok() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), swapping ? 1 : 0);
}

TEST(WipingAllocator, ZeroesWhatAVectorGivesBack) {
  // The freed block is looked at before anything else can use it; the allocator is asked directly.
  WipingAllocator<unsigned char> allocator;
  std::array<unsigned char, 64> memory{};
  memory.fill(7);
  wipe(memory.data(), memory.size());
  EXPECT_TRUE(std::all_of(memory.begin(), memory.end(), [](unsigned char c) { return c == 0; }));
  auto* block = allocator.allocate(8);
  allocator.deallocate(block, 8);
}

}  // namespace
}  // namespace kinfold::seal
