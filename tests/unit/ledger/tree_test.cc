#include "ledger/tree.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace kinfold::ledger {
namespace {

// The leaves and roots of the test that accompanies RFC 6962's reference log.
const std::vector<std::string> kInputs = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string> kRoots = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                         "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                         "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                         "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                         "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

std::vector<Digest> published_leaves() {
  std::vector<Digest> leaves;
  for (const auto& input : kInputs) leaves.push_back(leaf_hash(seal::as_text(*seal::from_hex(input))));
  return leaves;
}

std::vector<Digest> some_leaves(std::size_t count) {
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash("entry " + std::to_string(i)));
  return leaves;
}

TEST(Tree, HasThePublishedRoots) {
  EXPECT_EQ(to_hex(tree_root({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  const auto leaves = published_leaves();
  for (std::size_t size = 1; size <= leaves.size(); ++size) {
    EXPECT_EQ(to_hex(tree_root(std::span(leaves).first(size))), kRoots[size - 1]) << size;
  }
}

TEST(Tree, ProvesEveryEntryOfEverySizeAndNoOther) {
  const auto leaves = some_leaves(70);
  for (std::uint64_t size = 1; size <= leaves.size(); ++size) {
    const auto tree = std::span(leaves).first(size);
    const auto root = tree_root(tree);
    for (std::uint64_t index = 0; index < size; ++index) {
      auto path = inclusion_path(tree, index);
      ASSERT_TRUE(check_inclusion(leaves[index], index, size, path, root)) << index << " of " << size;
      EXPECT_FALSE(check_inclusion(leaves[(index + 1) % leaves.size()], index, size, path, root));
      EXPECT_FALSE(check_inclusion(leaves[index], index, size + 64, path, root));
      if (size > 1) {
        EXPECT_FALSE(check_inclusion(leaves[index], (index + 1) % size, size, path, root));
        path.pop_back();
        EXPECT_FALSE(check_inclusion(leaves[index], index, size, path, root));
      }
    }
  }
}

TEST(Tree, ProvesThatEachSizeGoesOnFromEachSmallerOne) {
  const auto leaves = some_leaves(70);
  for (std::uint64_t second = 1; second <= leaves.size(); ++second) {
    const auto tree = std::span(leaves).first(second);
    const auto second_root = tree_root(tree);
    for (std::uint64_t first = 1; first <= second; ++first) {
      const auto first_root = tree_root(tree.first(first));
      auto path = consistency_path(tree, first);
      ASSERT_TRUE(check_consistency(first, first_root, second, second_root, path))
          << first << " of " << second;
      EXPECT_FALSE(check_consistency(first, leaf_hash("other"), second, second_root, path));
      EXPECT_FALSE(check_consistency(first, first_root, second, leaf_hash("other"), path));
      path.push_back(second_root);
      EXPECT_FALSE(check_consistency(first, first_root, second, second_root, path));
    }
  }
}

TEST(Tree, RefusesPathsThatAreMadeUp) {
  RandomStream random(20261122);
  for (int round = 0; round < 5000; ++round) {
    std::vector<Digest> path(random.below(70));
    for (auto& digest : path) digest = leaf_hash(std::to_string(random.next()));
    const auto first = random.next() >> random.below(64);
    const auto second = random.next() >> random.below(64);
    EXPECT_FALSE(check_inclusion(leaf_hash("a"), first, second, path, leaf_hash("b")));
    EXPECT_FALSE(check_consistency(first, leaf_hash("a"), second, leaf_hash("b"), path));
  }
}

}  // namespace
}  // namespace kinfold::ledger
