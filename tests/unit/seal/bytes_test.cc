#include "seal/bytes.h"

#include <gtest/gtest.h>

#include <algorithm>

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
  for (const auto* bad : {"a2k=", "a2l", "a2k\n", "a", "a2k*"}) EXPECT_FALSE(from_base64_unpadded(bad)) << bad;
  for (const auto* bad : {"a2k", "a2l=", "a2k==", " a2k="}) EXPECT_FALSE(from_base64(bad)) << bad;
}

TEST(Digest, IsThatOfThePublishedExample) {
  // FIPS 180-2, appendix B.1
  EXPECT_EQ(to_hex(sha256(as_bytes("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
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
