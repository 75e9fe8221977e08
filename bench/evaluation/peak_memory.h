// The most memory that a piece of work holds beyond what was held before it (Linux).
#pragma once

#include <fstream>
#include <string>

class PeakMemory {
 public:
  PeakMemory() {
    std::ofstream("/proc/self/clear_refs") << "5";  // the high-water mark starts anew
    before_ = field("VmRSS:");
  }
  double megabytes() const { return (field("VmHWM:") - before_) / 1024; }

 private:
  static double field(const std::string& name) {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
      double kilobytes = 0;
      if (word == name && status >> kilobytes) return kilobytes;
    }
    return 0;
  }
  double before_ = 0;
};
