#include "person/postcode.h"

#include "person/missing_internal.h"
#include "person/name.h"

namespace kinfold::person {
namespace {

bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A for a letter, 9 for a digit.
constexpr std::string_view kOutwardShapes[] = {"A9", "A99", "A9A", "AA9", "AA99", "AA9A"};

char as_digit(char c) {
  switch (c) {
    case 'O':
    case 'Q':
    case 'D': return '0';
    case 'I':
    case 'L': return '1';
    case 'Z': return '2';
    case 'S': return '5';
    case 'G': return '6';
    case 'B': return '8';
    default: return c;
  }
}
char as_letter(char c) {
  switch (c) {
    case '0': return 'O';
    case '1': return 'I';
    case '5': return 'S';
    case '6': return 'G';
    case '8': return 'B';
    case '2': return 'Z';
    default: return c;
  }
}

// Writes `packed` in `shape`, mending look-alikes; the number mended, or -1 if it does not fit.
int fit(std::string& packed, std::string_view shape) {
  if (packed.size() != shape.size()) return -1;
  int mended = 0;
  for (std::size_t n = 0; n < shape.size(); ++n) {
    const char wanted = shape[n] == '9' ? as_digit(packed[n]) : as_letter(packed[n]);
    if (shape[n] == '9' ? !is_digit(wanted) : !is_letter(wanted)) return -1;
    if (wanted != packed[n]) ++mended;
    packed[n] = wanted;
  }
  return mended;
}

// Letters that Royal Mail does not use in a place; telling a look-alike apart needs them.
bool letters_allowed(const std::string& packed, std::string_view outward_shape) {
  const auto none_of = [](std::string_view unused, char c) {
    return unused.find(c) == std::string_view::npos;
  };
  if (!none_of("QVX", packed[0])) return false;
  if (outward_shape.starts_with("AA") && !none_of("IJZ", packed[1])) return false;
  if (outward_shape == "A9A" && none_of("ABCDEFGHJKPSTUW", packed[2])) return false;
  if (outward_shape == "AA9A" && none_of("ABEHMNPRVWXY", packed[3])) return false;
  return none_of("CIKMOV", packed[packed.size() - 1]) && none_of("CIKMOV", packed[packed.size() - 2]);
}

Postcode fail(std::string_view reason, std::string_view remedy) {
  Postcode postcode;
  postcode.complaint = {reason, remedy};
  return postcode;
}

Postcode parts_of(const std::string& packed, std::string_view outward_shape, bool repaired) {
  Postcode postcode;
  postcode.valid = true;
  postcode.repaired = repaired;
  postcode.district = packed.substr(0, packed.size() - 3);
  postcode.text = postcode.district + " " + packed.substr(packed.size() - 3);
  postcode.area = packed.substr(0, outward_shape.find('9'));
  postcode.sector = postcode.text.substr(0, postcode.text.size() - 2);
  postcode.unit = packed.substr(packed.size() - 2);
  return postcode;
}

}  // namespace

Postcode parse_postcode(std::string_view text) {
  const std::string folded = fold_upper(text);
  if (says_missing(folded)) {
    Postcode postcode = fail("postcode is empty", "leave it empty if it is not known");
    postcode.missing = true;
    return postcode;
  }
  std::string packed;
  for (const char c : folded) {
    if (is_letter(c) || is_digit(c)) packed += c;
  }
  if (packed == "GIR0AA") return parts_of(packed, "AAA9", false);
  if (packed.size() < 5 || packed.size() > 7) {
    return fail("postcode does not have five to seven letters and digits", "write it in full, as in AB1 2CD");
  }
  std::string best;
  std::string_view best_shape;
  int fewest_mended = 3;  // More than two look-alikes is guessing.
  for (const auto outward : kOutwardShapes) {
    std::string tried = packed;
    const int mended = fit(tried, std::string(outward) + "9AA");
    if (mended >= 0 && mended < fewest_mended && letters_allowed(tried, outward)) {
      fewest_mended = mended;
      best = tried;
      best_shape = outward;
    }
  }
  if (best.empty()) {
    return fail("postcode does not have the shape of a UK postcode",
                "check letters and digits, as in AB1 2CD");
  }
  return parts_of(best, best_shape, fewest_mended > 0);
}

}  // namespace kinfold::person
