// Which blocking keys a file may have: so that keys which make no pair are not counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace kinfold::linkage {

/// One bit for each of 2^b ranges of keys, rule after rule; b is such that a key which the file lacks is
/// taken for one of its own about once in eight. A key that it has always is.
class KeyFilter {
 public:
  KeyFilter(std::size_t rule_count, std::size_t record_count)
      : width_(width_of(record_count)), bytes_(rule_count << (width_ - 3), '\0') {}
  /// As bytes() gave them.
  explicit KeyFilter(std::string bytes, std::size_t rule_count) : width_(0), bytes_(std::move(bytes)) {
    while (rule_count > 0 && (rule_count << (width_ + 1)) <= bytes_.size() * 8) ++width_;
  }
  const std::string& bytes() const { return bytes_; }

  void add(std::size_t rule, std::uint32_t key) {
    bytes_[byte_of(rule, key)] = static_cast<char>(bytes_[byte_of(rule, key)] | bit_of(key));
  }
  bool may_have(std::size_t rule, std::uint32_t key) const {
    return (bytes_[byte_of(rule, key)] & bit_of(key)) != 0;
  }

 private:
  static std::uint32_t width_of(std::size_t record_count) {
    std::uint32_t width = 13;
    while (width < 28 && (std::size_t{1} << width) < 8 * record_count) ++width;
    return width;
  }
  std::size_t byte_of(std::size_t rule, std::uint32_t key) const {
    return (rule << (width_ - 3)) + (key >> (32 - width_) >> 3);
  }
  int bit_of(std::uint32_t key) const { return 1 << ((key >> (32 - width_)) & 7U); }

  std::uint32_t width_;
  std::string bytes_;
};

}  // namespace kinfold::linkage
