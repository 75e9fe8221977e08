// Small text helpers on UTF-8 bytes; nothing here knows about people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kinfold {

/// Spaces, tabs, line ends and no-break spaces (U+00A0) off both ends.
std::string_view trim(std::string_view text);
/// ASCII only: other bytes pass unchanged.
std::string ascii_lower(std::string_view text);
std::string ascii_upper(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
bool starts_with_ignore_case(std::string_view text, std::string_view prefix);

/// RFC 3629: no overlong forms, no surrogates, at most U+10FFFF.
bool is_valid_utf8(std::string_view bytes);

/// Safe in HTML text and in quoted attributes.
std::string html_escape(std::string_view text);
/// One CSV field by RFC 4180, quoted where needed. A text field that a spreadsheet would run as a
/// formula (first character = + - @ tab or carriage return) gets a leading apostrophe.
std::string csv_field(std::string_view text);

/// 1234567 -> "1,234,567"
std::string with_thousands(long long number);

}  // namespace kinfold
