#include "person/name.h"

#include <gtest/gtest.h>

namespace kinfold::person {
namespace {

TEST(FoldUpper, TakesAccentsOffAndTransliterates) {
  EXPECT_EQ(fold_upper("  Zoë  Brontë "), "ZOE BRONTE");
  EXPECT_EQ(fold_upper("Łukasz Strauß Ørsted"), "LUKASZ STRAUSS ORSTED");
  EXPECT_EQ(fold_upper("Сергей"), "SERGEJ");
}

TEST(FoldUpper, ReadsBytesThatAreNotUtf8AsWindows1252) { EXPECT_EQ(fold_upper("Ren\xE9"), "RENE"); }

TEST(FoldUpper, CutsWhatIsTooLongAtACharacter) {
  std::string text;
  for (int n = 0; n < 5000; ++n) text += "é";
  EXPECT_EQ(fold_upper(text), std::string(kNameBytesMax / 2, 'E'));
}

TEST(StandardiseForenames, DropsTitlesAndPartsHyphens) {
  EXPECT_EQ(standardise_forenames("Mrs. Mary-Ann").joined(), "MARY ANN");
  EXPECT_EQ(standardise_forenames("Dr").joined(), "DR") << "a title alone is kept: it may be a name";
  EXPECT_TRUE(standardise_forenames("N/A").tokens.empty());
  EXPECT_TRUE(standardise_forenames("Baby").tokens.empty());
}

TEST(StandardiseSurname, ClosesUpApostrophesAndParticles) {
  EXPECT_EQ(standardise_surname("O'Neil").joined(), "ONEIL");
  EXPECT_EQ(standardise_surname("o neil").joined(), "ONEIL");
  EXPECT_EQ(standardise_surname("van der Berg").joined(), "VANDERBERG");
  EXPECT_EQ(standardise_surname("Smith-Jones OBE").joined(), "SMITH JONES");
  EXPECT_EQ(standardise_surname("Mc Donald").squeezed(), "MCDONALD");
}

TEST(NicknameRoot, JoinsNamesOfOneClass) {
  EXPECT_EQ(nickname_root("BOB"), nickname_root("ROBERT"));
  EXPECT_EQ(nickname_root("PEGGY"), nickname_root("MAGGIE"));
  EXPECT_EQ(nickname_root("ZEBEDEE"), "ZEBEDEE");
  EXPECT_NE(nickname_root("BOB"), nickname_root("BILL"));
}

TEST(Soundex, GivesThePublishedExamples) {
  EXPECT_EQ(soundex("ROBERT"), "R163");
  EXPECT_EQ(soundex("RUPERT"), "R163");
  EXPECT_EQ(soundex("ASHCRAFT"), "A261");
  EXPECT_EQ(soundex("TYMCZAK"), "T522");
  EXPECT_EQ(soundex("PFISTER"), "P236");
  EXPECT_EQ(soundex("LEE"), "L000");
  EXPECT_EQ(soundex("12"), "");
}

TEST(Metaphone, SoundsAlikeGivesTheSameKey) {
  EXPECT_EQ(metaphone("KNIGHT"), metaphone("NITE"));
  EXPECT_EQ(metaphone("PHILIP"), metaphone("FILIP"));
  EXPECT_EQ(metaphone("WRIGHT"), metaphone("RITE"));
  EXPECT_EQ(metaphone(""), "");
}

}  // namespace
}  // namespace kinfold::person
