#include "demo/canary.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

#include "base/text.h"
#include "seal/bytes.h"

namespace kinfold::demo {
namespace {

struct Pattern {
  std::string bytes;
  std::string encoding;
};

/// Shorter ones could occur by chance in ciphertext: 8 bytes in a few GiB almost never do.
constexpr std::size_t kPatternBytesMin = 8;

std::string utf16(std::string_view ascii, bool big_endian) {
  std::string out;
  for (const char c : ascii) {
    if (big_endian) out += '\0';
    out += c;
    if (!big_endian) out += '\0';
  }
  return out;
}

/// What stays of `text` in base64 whatever stands before it: the characters that depend on it alone.
std::string base64_inside(std::string_view text, std::size_t alignment) {
  const std::string shifted = std::string(alignment, 'x') + std::string(text);
  const std::string whole = seal::to_base64_unpadded(seal::as_bytes(shifted));
  const std::size_t first = alignment == 0 ? 0 : alignment + 1;
  const std::size_t last = shifted.size() * 8 / 6;
  return whole.substr(first, last - first);
}

void add_encodings(std::vector<Pattern>& patterns, const std::string& text) {
  const auto add = [&](std::string bytes, const char* encoding) {
    if (bytes.size() >= kPatternBytesMin) patterns.push_back({std::move(bytes), encoding});
  };
  const std::string backwards(text.rbegin(), text.rend());
  for (const auto& form : {text, ascii_upper(text), ascii_lower(text), backwards}) {
    add(form, "utf-8");
    add(utf16(form, false), "utf-16le");
    add(utf16(form, true), "utf-16be");
    const auto hex = seal::to_hex(seal::as_bytes(form));
    add(hex, "hex");
    add(ascii_upper(hex), "hex");
    for (std::size_t alignment = 0; alignment < 3; ++alignment) add(base64_inside(form, alignment), "base64");
  }
}

/// A date in the orders and with the separators that programs and people write; forwards, backwards.
std::vector<std::string> spellings_of(Date date) {
  const auto [year, month, day] = to_ymd(date);
  std::vector<std::string> spellings;
  for (const std::string_view between : {"-", "/", ".", " ", ""}) {
    spellings.push_back(fmt::format("{1:04}{0}{2:02}{0}{3:02}", between, year, month, day));
    spellings.push_back(fmt::format("{3:02}{0}{2:02}{0}{1:04}", between, year, month, day));
    spellings.push_back(fmt::format("{2:02}{0}{3:02}{0}{1:04}", between, year, month, day));
    spellings.push_back(fmt::format("{3}{0}{2}{0}{1}", between, year, month, day));
  }
  static constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                                 "May",       "June",     "July",     "August",
                                                 "September", "October",  "November", "December"};
  const auto name = kMonths[month - 1];
  spellings.push_back(fmt::format("{} {} {}", day, name, year));
  spellings.push_back(fmt::format("{} {} {}", day, name.substr(0, 3), year));
  return spellings;
}

std::vector<Pattern> patterns() {
  std::vector<Pattern> all;
  for (const auto& person : canaries()) {
    for (const auto& text : {person.forenames, person.surname, person.address, person.nino}) {
      if (!text.empty()) add_encodings(all, text);
    }
    for (const auto& text : spellings_of(*person.date_of_birth)) add_encodings(all, text);
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.bytes < b.bytes; });
  all.erase(
      std::unique(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.bytes == b.bytes; }),
      all.end());
  return all;
}

/// All patterns in one pass over the bytes, by their first two bytes.
class Seeker {
 public:
  explicit Seeker(const std::vector<Pattern>& patterns) : by_start_(1 << 16) {
    for (const auto& pattern : patterns) by_start_[start_of(pattern.bytes.data())].push_back(&pattern);
  }
  template <typename Found>
  void seek(std::string_view bytes, Found found) const {
    for (std::size_t at = 0; at + kPatternBytesMin <= bytes.size(); ++at) {
      for (const auto* pattern : by_start_[start_of(bytes.data() + at)]) {
        if (bytes.substr(at).starts_with(pattern->bytes)) found(*pattern);
      }
    }
  }

 private:
  static std::size_t start_of(const char* bytes) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) << 8 |
           static_cast<unsigned char>(bytes[1]);
  }
  std::vector<std::vector<const Pattern*>> by_start_;
};

std::string csv_line(const identity::Identity& person, const char* family, std::size_t place) {
  const bool child = place > 0;
  return std::string(family) + "," + family + "-" + std::to_string(place + 1) + "," + person.forenames + "," +
         person.surname + "," + to_iso(*person.date_of_birth) + ",F,\"" + person.address + "\"," +
         person.postcode + "," + person.nino + "," + (child ? "child" : "head") +
         ",programme,2017-09-04,2018-06-29,,2017-05-02,,2017-06-01,,,2017-06-01\n";
}

}  // namespace

const std::vector<identity::Identity>& canaries() {
  static const std::vector<identity::Identity> people{
      {"Zephyrantha", "Quillfeather", make_date(1987, 3, 9), "female", "7 Umbelliferous Terrace", "ZQ4 7XJ",
       "ZR481516C"},
      {"Calendulina", "Thistlewhistle", make_date(2006, 11, 23), "female", "19 Periwinkle Ginnel", "ZQ9 3XW",
       ""},
      {"Marjoramella", "Ambersprocket", make_date(1979, 8, 14), "female", "42 Saxifrage Colonnade", "ZQ2 5XK",
       "ZR234278D"},
  };
  return people;
}

Status plant_canaries(const std::string& csv_path) {
  {
    std::ifstream in(csv_path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    if (text.empty()) return io_error("cannot read the council's file to plant canaries in");
    if (text.find(canaries().front().surname) != std::string::npos) return {};
  }
  std::ofstream out(csv_path, std::ios::binary | std::ios::app);
  for (std::size_t k = 0; k < canaries().size(); ++k) {
    // Two families: the first two people together, the third alone.
    out << csv_line(canaries()[k], k < 2 ? "F-900001" : "F-900002", k % 2);
  }
  out.close();
  if (!out) return io_error("cannot plant canaries in the council's file");
  return {};
}

Result<Search> seek_canaries(const std::string& folder) {
  const auto sought = patterns();
  const Seeker seeker(sought);
  Search search;
  search.pattern_count = sought.size();
  std::error_code error;
  for (auto at = std::filesystem::recursive_directory_iterator(folder, error);
       at != std::filesystem::recursive_directory_iterator(); at.increment(error)) {
    if (error) return io_error("cannot look through the sites' folders: " + error.message());
    if (!at->is_regular_file()) continue;
    std::ifstream in(at->path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    ++search.file_count;
    search.byte_count += bytes.size();
    std::vector<const Pattern*> seen;
    seeker.seek(bytes, [&](const Pattern& pattern) {
      if (std::find(seen.begin(), seen.end(), &pattern) != seen.end()) return;
      seen.push_back(&pattern);
      search.findings.push_back({std::filesystem::relative(at->path(), folder).string(), pattern.encoding});
    });
  }
  return search;
}

}  // namespace kinfold::demo
