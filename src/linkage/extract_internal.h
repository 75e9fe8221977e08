// What a regular expression finds in a value.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace kinfold::linkage {

/// A regular expression as ICU has them (that of RE2 and DuckDB but for rarities). Not for several threads at
/// once.
class TextPattern {
 public:
  /// \retval kInvalid if it is none, or longer than 1,000 bytes.
  static Result<TextPattern> create(std::string_view pattern);
  TextPattern(TextPattern&&) noexcept;
  TextPattern& operator=(TextPattern&&) noexcept;
  ~TextPattern();

  /// The first match; "" where there is none, the text is no UTF-8, or looking for one takes too long.
  std::string first_match(std::string_view text);

 private:
  struct Matcher;
  explicit TextPattern(std::unique_ptr<Matcher> matcher);
  std::unique_ptr<Matcher> matcher_;
};

}  // namespace kinfold::linkage
