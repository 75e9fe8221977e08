// Figures that tests measure, for the impact assessment: `kinfold charter dpia CHARTER --measured FILE`.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace kinfold {

/// Prints the figure; with KINFOLD_MEASURED=FILE in the environment it is added to the file, as a line under
/// one of the risks of charter::dpia_risks(). What is said must hold no quotation mark.
inline void record_measured(const std::string& risk, const std::string& what, const std::string& result) {
  std::printf("[ measured ] %s: %s\n", what.c_str(), result.c_str());
  const char* path = std::getenv("KINFOLD_MEASURED");
  if (path == nullptr) return;
  std::FILE* file = std::fopen(path, "ab");
  if (file == nullptr) return;
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  std::fprintf(file, "{\"risk\":\"%s\",\"what\":\"%s\",\"result\":\"%s\",\"source\":\"test %s.%s\"}\n",
               risk.c_str(), what.c_str(), result.c_str(), test->test_suite_name(), test->name());
  std::fclose(file);
}

}  // namespace kinfold
