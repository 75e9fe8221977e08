#include "base/terminal.h"

#include <gtest/gtest.h>

namespace kinfold {
namespace {

TEST(Tame, WhatMovesTheCursorHidesTextOrTurnsItIsReplaced) {
  EXPECT_EQ(tame("\xFF"
                 "a\x7F",
                 10),
            "\uFFFD"
            "a\uFFFD");
  EXPECT_EQ(tame("two\nlines"), "two\uFFFDlines");
  EXPECT_EQ(tame("\u202Ertl"), "\uFFFDrtl");
  EXPECT_EQ(tame("M\u00FCller"), "M\u00FCller");
}

TEST(Tame, ALongTextIsCutAtALetter) {
  EXPECT_EQ(tame("abcdef", 4), "abc\u2026");
  EXPECT_EQ(tame("abcd", 4), "abcd");
  EXPECT_EQ(tame("\u00FC\u00FC\u00FC", 2), "\u00FC\u2026");
  EXPECT_EQ(tame("", 4), "");
}

}  // namespace
}  // namespace kinfold
