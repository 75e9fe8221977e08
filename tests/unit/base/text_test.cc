#include "base/text.h"

#include <gtest/gtest.h>

namespace kinfold {
namespace {

TEST(Trim, TakesSpacesAndNoBreakSpacesOffBothEnds) {
  EXPECT_EQ(trim(" \t\xC2\xA0 Ann \xC2\xA0\r\n"), "Ann");
  EXPECT_EQ(trim("\xC2\xA0"), "");
  EXPECT_EQ(trim("a b"), "a b");
}

TEST(Split, KeepsEmptyParts) {
  EXPECT_EQ(split("a,,b,", ',').size(), 4U);
  EXPECT_EQ(split("", ',').size(), 1U);
}

TEST(Utf8, KnowsValidFromInvalid) {
  for (const char* good : {"", "Zo\xC3\xAB", "\xE2\x80\xAE", "\xF0\x9F\x91\xAA", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_valid_utf8(good));
  }
  for (const char* bad :
       {"Zo\xEB", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x80", "\x80", "\xE0\x80\x80"}) {
    EXPECT_FALSE(is_valid_utf8(bad));
  }
}

TEST(HtmlEscape, LeavesNoMarkup) {
  EXPECT_EQ(html_escape("<b a=\"x\">O'Neil & co"), "&lt;b a=&quot;x&quot;&gt;O&#39;Neil &amp; co");
}

TEST(CsvField, QuotesAndDisarmsFormulas) {
  EXPECT_EQ(csv_field("plain"), "plain");
  EXPECT_EQ(csv_field("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
  for (const char* formula : {"=1+1", "+1", "-1", "@x", "\tx", "\rx"}) {
    EXPECT_NE(csv_field(formula).find('\''), std::string::npos) << formula;
  }
}

TEST(WithThousands, GroupsByThree) {
  EXPECT_EQ(with_thousands(0), "0");
  EXPECT_EQ(with_thousands(999), "999");
  EXPECT_EQ(with_thousands(1000), "1,000");
  EXPECT_EQ(with_thousands(-1234567), "-1,234,567");
  EXPECT_EQ(with_thousands(-123), "-123");
}

}  // namespace
}  // namespace kinfold
