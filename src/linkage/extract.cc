#include "linkage/extract_internal.h"

#include <unicode/regex.h>
#include <unicode/unistr.h>

namespace kinfold::linkage {
namespace {

constexpr std::size_t kPatternSizeMax = 1000;
constexpr std::int32_t kStepsMax = 1000;  // In ICU's units of some thousand steps: about a second.
constexpr std::int32_t kStackBytesMax = 1 << 20;

icu::UnicodeString unicode_of(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

}  // namespace

struct TextPattern::Matcher {
  icu::UnicodeString subject;  // The matcher refers to it.
  std::unique_ptr<icu::RegexMatcher> regex;
};

TextPattern::TextPattern(std::unique_ptr<Matcher> matcher) : matcher_(std::move(matcher)) {}
TextPattern::TextPattern(TextPattern&&) noexcept = default;
TextPattern& TextPattern::operator=(TextPattern&&) noexcept = default;
TextPattern::~TextPattern() = default;

Result<TextPattern> TextPattern::create(std::string_view pattern) {
  if (pattern.size() > kPatternSizeMax)
    return invalid("the pattern of a field is longer than 1,000 bytes; shorten it");
  UErrorCode status = U_ZERO_ERROR;
  auto matcher = std::make_unique<Matcher>();
  matcher->regex = std::make_unique<icu::RegexMatcher>(unicode_of(pattern), 0, status);
  if (U_SUCCESS(status)) matcher->regex->setTimeLimit(kStepsMax, status);
  if (U_SUCCESS(status)) matcher->regex->setStackLimit(kStackBytesMax, status);
  if (U_FAILURE(status)) return invalid("the pattern of a field is no regular expression; mend it");
  return TextPattern(std::move(matcher));
}

std::string TextPattern::first_match(std::string_view text) {
  matcher_->subject = unicode_of(text);
  matcher_->regex->reset(matcher_->subject);
  UErrorCode status = U_ZERO_ERROR;
  std::string found;
  if (matcher_->regex->find(status) && U_SUCCESS(status)) matcher_->regex->group(status).toUTF8String(found);
  return U_SUCCESS(status) ? found : std::string{};
}

}  // namespace kinfold::linkage
