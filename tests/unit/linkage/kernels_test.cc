#include "linkage/kernels.h"

#include <gtest/gtest.h>

#include <string>

#include "base/random.h"
#include "unit/linkage/reference.h"

namespace kinfold::linkage {
namespace {

constexpr std::uint64_t kSeed = 20261122;

// Few letters, so that matches and transpositions are many; now and then more than a name has or a machine
// word.
std::string random_text(RandomStream& random) {
  const int length = random.chance(0.1) ? random.between(12, 90) : random.between(0, 12);
  std::string text;
  for (int n = 0; n < length; ++n) text += static_cast<char>('A' + random.below(4));
  return text;
}

// Up to three letters changed, put in, left out or exchanged with their neighbour.
std::string near_copy(std::string text, RandomStream& random) {
  for (int edits = random.between(1, 3); edits > 0 && text.size() > 1; --edits) {
    const auto at = static_cast<std::size_t>(random.below(text.size() - 1));
    switch (random.below(4)) {
      case 0: text[at] = static_cast<char>('A' + random.below(4)); break;
      case 1: text.insert(at, 1, static_cast<char>('A' + random.below(4))); break;
      case 2: text.erase(at, 1); break;
      default: std::swap(text[at], text[at + 1]);
    }
  }
  return text;
}

TEST(JaroWinkler, GivesWinklersPublishedExamples) {
  EXPECT_NEAR(jaro("MARTHA", "MARHTA"), 0.9444, 5e-5);  // Winkler (1990) prints four digits.
  EXPECT_NEAR(jaro_winkler("MARTHA", "MARHTA"), 0.9611, 5e-5);
  EXPECT_NEAR(jaro_winkler("DWAYNE", "DUANE"), 0.84, 5e-5);
  EXPECT_NEAR(jaro_winkler("DIXON", "DICKSONX"), 0.8133, 5e-5);
}

TEST(Kernels, AgreeWithTheirSlowTwinsOnRandomTexts) {
  RandomStream random(kSeed);
  for (int n = 0; n < 20000; ++n) {
    const std::string a = random_text(random);
    const std::string b = random_text(random);
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ": " + a + " / " + b);
    ASSERT_DOUBLE_EQ(jaro(a, b), reference::jaro(a, b));
    ASSERT_EQ(levenshtein(a, b, 1000), reference::edits(a, b, false));
    ASSERT_EQ(osa(a, b, 1000), reference::edits(a, b, true));
    ASSERT_EQ(damerau(a, b, 1000), reference::damerau(a, b));
    ASSERT_DOUBLE_EQ(jaro_winkler(a, b), reference::jaro_winkler(a, b));
    ASSERT_DOUBLE_EQ(jaccard_bigrams(a, b), reference::jaccard_grams(a, b, 2));
    for (std::size_t size = 1; size <= kGramSizeMax; ++size)
      ASSERT_DOUBLE_EQ(jaccard_grams(a, b, size), reference::jaccard_grams(a, b, size)) << size;
  }
}

TEST(GreatCircle, GivesKnownDistances) {
  // Land's End to John o'Groats over a sphere of 6,371 km: 968.9 km (Veness, Movable Type Scripts).
  EXPECT_NEAR(great_circle_km({50.066389, -5.714722}, {58.643889, -3.07}), 968.9, 0.05);
  EXPECT_DOUBLE_EQ(great_circle_km({51.5, -0.1}, {51.5, -0.1}), 0.0);
  EXPECT_NEAR(great_circle_km({0, 0}, {0, 180}), 6371.0 * 3.14159265358979, 1e-6);
  EXPECT_NEAR(great_circle_km({90, 0}, {-90, 77}), 6371.0 * 3.14159265358979, 1e-6);
  EXPECT_NEAR(great_circle_km({0, 179.9}, {0, -179.9}), 6371.0 * 0.2 * 3.14159265358979 / 180.0, 1e-6)
      << "over the date line";
  RandomStream random(kSeed + 9);
  for (int n = 0; n < 1000; ++n) {
    const Place a{random.between(-90, 90) * 1.0, random.between(-180, 180) * 1.0};
    const Place b{random.between(-90, 90) * 1.0, random.between(-180, 180) * 1.0};
    EXPECT_DOUBLE_EQ(great_circle_km(a, b), great_circle_km(b, a));
    EXPECT_LE(great_circle_km(a, b), 6371.0 * 3.1415927);
  }
}

TEST(Kernels, AgreeWithTheirSlowTwinsUpToEachLimit) {
  RandomStream random(kSeed + 2);
  for (int n = 0; n < 20000; ++n) {
    const std::string a = random_text(random);
    const std::string b = random.chance(0.5) ? random_text(random) : near_copy(a, random);
    const auto limit = static_cast<std::size_t>(random.between(0, 6));
    SCOPED_TRACE("seed " + std::to_string(kSeed + 2) + ", limit " + std::to_string(limit) + ": " + a + " / " +
                 b);
    ASSERT_EQ(levenshtein(a, b, limit), std::min(reference::edits(a, b, false), limit + 1));
    ASSERT_EQ(osa(a, b, limit), std::min(reference::edits(a, b, true), limit + 1));
    ASSERT_EQ(damerau(a, b, limit), std::min(reference::damerau(a, b), limit + 1));
  }
}

TEST(TokenKernels, AgreeWithTheirSlowTwinsOnRandomWords) {
  RandomStream random(kSeed + 3);
  const auto words = [&] {
    std::string text;
    for (int n = random.between(0, 6); n > 0; --n)
      text += random.chance(0.2) ? std::string(" ") : random_text(random).substr(0, 2) + " ";
    return text;
  };
  for (int n = 0; n < 5000; ++n) {
    const std::string a = words();
    const std::string b = words();
    SCOPED_TRACE("seed " + std::to_string(kSeed + 3) + ": " + a + " / " + b);
    ASSERT_DOUBLE_EQ(cosine_tokens(a, b), reference::cosine_tokens(a, b));
    ASSERT_DOUBLE_EQ(token_overlap(a, b), reference::token_overlap(a, b));
  }
}

TEST(Kernels, CompareTextsOfTenThousandLettersInTheMemoryOfALine) {
  std::string a;
  for (int n = 0; n < 10000; ++n) a += static_cast<char>('A' + n * n % 23);
  std::string b = a;
  b.front() = b.back() = 'Z';
  EXPECT_EQ(levenshtein(a, b, 3), 2U);
  EXPECT_EQ(osa(a, b, 1), 2U);
  b[5000] = 'Z';
  EXPECT_EQ(damerau(a, b, 3), 3U);
  const std::string part = a.substr(0, 2000);
  EXPECT_DOUBLE_EQ(jaro_winkler(part, b.substr(70, 1900)), reference::jaro_winkler(part, b.substr(70, 1900)));
  EXPECT_GT(jaccard_bigrams(a, b), 0.8);
}

TEST(EditDistances, StopAtTheLimit) {
  EXPECT_EQ(levenshtein("KITTEN", "SITTING", 3), 3U);
  EXPECT_EQ(levenshtein("KITTEN", "SITTING", 2), 3U);
  EXPECT_EQ(osa("ABCDEFGH", "", 2), 3U);
  EXPECT_EQ(osa("CA", "ABC", 9), 3U) << "no substring is edited twice";
  EXPECT_EQ(damerau("CA", "ABC", 9), 2U);
}

TEST(Kernels, AreSymmetricAndOneOnTheSameText) {
  RandomStream random(kSeed + 1);
  for (int n = 0; n < 2000; ++n) {
    const std::string a = random_text(random);
    const std::string b = random_text(random);
    ASSERT_EQ(osa(a, b, 5), osa(b, a, 5)) << a << " " << b;
    ASSERT_EQ(damerau(a, b, 50), damerau(b, a, 50)) << a << " " << b;
    ASSERT_DOUBLE_EQ(jaccard_bigrams(a, b), jaccard_bigrams(b, a));
    ASSERT_DOUBLE_EQ(jaro(a, a), 1.0);
    ASSERT_GE(jaro_winkler(a, b), jaro(a, b));
    ASSERT_LE(jaro_winkler(a, b), 1.0);
  }
}

TEST(TokenKernels, CountWords) {
  EXPECT_DOUBLE_EQ(token_overlap("CITY OF BRISTOL", "BRISTOL"), 1.0);
  EXPECT_DOUBLE_EQ(token_overlap("A B", "C"), 0.0);
  EXPECT_DOUBLE_EQ(token_overlap("", "C"), 0.0);
  EXPECT_DOUBLE_EQ(cosine_tokens("A A B", "A B"), 3.0 / std::sqrt(10.0));
  EXPECT_DOUBLE_EQ(jaccard_bigrams("NIGHT", "NACHT"), 1.0 / 7.0);
}

}  // namespace
}  // namespace kinfold::linkage
