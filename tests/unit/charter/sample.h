// The charters of the repository, for the charter's tests.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "charter/charter.h"
#include "source_dir.h"

namespace kinfold::charter {

inline std::string source_path(const std::string& below_root) { return source_dir() + "/" + below_root; }

inline std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline std::string demo_text() { return read_text(source_path("charters/family-focus-demo.toml")); }

inline Charter must_parse(const std::string& text) {
  auto charter = parse(text, "test.toml");
  EXPECT_TRUE(charter.ok()) << (charter.ok() ? "" : charter.error().message);
  return charter.ok() ? std::move(charter).value() : Charter{};
}

inline Charter demo() { return must_parse(demo_text()); }
inline Charter real() { return must_parse(read_text(source_path("charters/troubled-families.toml"))); }

inline Date day(const char* iso) { return *parse_iso_date(iso); }

/// `text` with the one occurrence of `from` (after `after`) replaced; a test fails when it is not there.
inline std::string with(std::string text, const std::string& after, const std::string& from,
                        const std::string& to) {
  const auto start = text.find(after);
  EXPECT_NE(start, std::string::npos) << "no: " << after;
  const auto at = start == std::string::npos ? start : text.find(from, start);
  EXPECT_NE(at, std::string::npos) << "no: " << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

}  // namespace kinfold::charter
