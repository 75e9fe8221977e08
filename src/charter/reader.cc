#include "charter/reader_internal.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/text.h"

namespace kinfold::charter {
namespace {

constexpr std::size_t kTextBytesMax = 4000;
constexpr std::size_t kListCountMax = 1000;
constexpr std::size_t kIdBytesMax = 40;
constexpr std::size_t kProblemCountMax = 100;

/// Levenshtein (1965), two rows; only ever called on short keys.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> previous(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  std::vector<std::size_t> current(b.size() + 1);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, change});
    }
    std::swap(previous, current);
  }
  return previous.back();
}

bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
}

/// Characters that make text read otherwise than it is stored: embeddings, overrides, isolates.
bool has_direction_control(std::string_view text) {
  for (std::size_t at = 0; at + 2 < text.size(); ++at) {
    if (text[at] != '\xE2') continue;
    const auto second = static_cast<unsigned char>(text[at + 1]);
    const auto third = static_cast<unsigned char>(text[at + 2]);
    if ((second == 0x80 && third >= 0xAA && third <= 0xAE) ||
        (second == 0x81 && third >= 0xA6 && third <= 0xA9)) {
      return true;
    }
  }
  return false;
}

}  // namespace

void Problems::add(int line, std::string_view what, std::string_view remedy) {
  found_.emplace(
      line, file_name_ + ":" + std::to_string(line) + ": " + std::string(what) + "; " + std::string(remedy));
}

Error Problems::error() const {
  std::vector<std::string> messages;
  for (const auto& [line, message] : found_) {
    if (messages.size() == kProblemCountMax) {
      messages.push_back(file_name_ + ": and " + std::to_string(found_.size() - kProblemCountMax) + " more");
      break;
    }
    messages.push_back(message);
  }
  return invalid(join(messages, "\n"));
}

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text.substr(0, kIdBytesMax)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte >= 0x7F ? '?' : c;
  }
  if (text.size() > kIdBytesMax) out += "...";
  return out + "'";
}

std::string nearest(std::string_view text, const std::vector<std::string>& known) {
  if (text.size() > kIdBytesMax) return {};
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, text.size() / 3) + 1;
  for (const auto& candidate : known) {
    const auto distance = edit_distance(text, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kIdBytesMax && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Reader::Reader(const Node& table, std::string where, Problems& problems)
    : table_(table), where_(std::move(where)), problems_(problems) {}

void Reader::fail(int line, std::string_view what, std::string_view remedy) {
  problems_.add(line, where_ + ": " + std::string(what), remedy);
}

const Node* Reader::take(std::string_view key, Node::Type type, Need need) {
  known_.emplace_back(key);
  const std::string key_text(key);
  const Node* node = table_.find(key);
  if (node == nullptr) {
    if (need == Need::kRequired)
      problem("key '" + key_text + "' is missing",
              "add " + key_text + " = ... (" + std::string(name(type)) + ")");
    return nullptr;
  }
  const bool widened = type == Node::Type::kNumber && node->type == Node::Type::kInteger;
  if (node->type != type && !widened) {
    const std::string remedy = type == Node::Type::kDate ? "write it as 2022-12-31, without quotes"
                                                         : "write " + std::string(name(type));
    fail(node->line,
         "key '" + key_text + "' is " + std::string(name(node->type)) + " where " + std::string(name(type)) +
             " is expected",
         remedy);
    return nullptr;
  }
  return node;
}

bool Reader::usable_text(const Node& node, std::string_view key) {
  const std::string subject = "key '" + std::string(key) + "' ";
  if (node.type != Node::Type::kText) {
    fail(node.line, subject + "holds " + std::string(name(node.type)) + " where text is expected",
         "put it in quotes");
  } else if (trim(node.text).empty()) {
    fail(node.line, subject + "is empty", "write something or leave the key out");
  } else if (node.text.size() > kTextBytesMax) {
    fail(node.line, subject + "is longer than " + std::to_string(kTextBytesMax) + " bytes", "shorten it");
  } else if (std::any_of(node.text.begin(), node.text.end(), is_control) ||
             has_direction_control(node.text)) {
    fail(node.line, subject + "holds a control character", "take it out");
  } else {
    return true;
  }
  return false;
}

std::string Reader::text(std::string_view key, Need need) {
  const Node* node = take(key, Node::Type::kText, need);
  return node != nullptr && usable_text(*node, key) ? std::string(trim(node->text)) : std::string{};
}

std::string Reader::id(std::string_view key, Need need) {
  const Node* node = take(key, Node::Type::kText, need);
  if (node == nullptr || !usable_text(*node, key)) return {};
  if (is_id(node->text)) return node->text;
  fail(node->line, "key '" + std::string(key) + "' is " + quoted(node->text) + ", which is not an id",
       "use at most 40 of a-z, 0-9, '-' and '_'");
  return {};
}

std::vector<std::string> Reader::texts(std::string_view key, Need need) {
  const Node* list = take(key, Node::Type::kList, need);
  std::vector<std::string> out;
  if (list == nullptr) return out;
  if (list->items.size() > kListCountMax) {
    fail(list->line,
         "key '" + std::string(key) + "' has more than " + std::to_string(kListCountMax) + " entries",
         "shorten it");
    return out;
  }
  for (const auto& item : list->items) {
    if (usable_text(item, key)) out.emplace_back(trim(item.text));
  }
  return out;
}

std::optional<Date> Reader::date(std::string_view key, Need need) {
  const Node* node = take(key, Node::Type::kDate, need);
  if (node == nullptr) return std::nullopt;
  const int year = to_ymd(node->date).year;
  if (year < 1900 || year > 2200) {
    fail(node->line, "key '" + std::string(key) + "' is outside the years 1900 to 2200", "check the year");
    return std::nullopt;
  }
  return node->date;
}

std::optional<int> Reader::integer(std::string_view key, int min, int max, Need need) {
  const Node* node = take(key, Node::Type::kInteger, need);
  if (node == nullptr) return std::nullopt;
  if (node->integer < min || node->integer > max) {
    fail(node->line,
         "key '" + std::string(key) + "' is " + std::to_string(node->integer) + ", outside " +
             std::to_string(min) + " to " + std::to_string(max),
         "choose a number within");
    return std::nullopt;
  }
  return static_cast<int>(node->integer);
}

std::optional<double> Reader::number(std::string_view key, double min, double max) {
  const Node* node = take(key, Node::Type::kNumber, Need::kOptional);
  if (node == nullptr) return std::nullopt;
  const double value = node->type == Node::Type::kInteger ? static_cast<double>(node->integer) : node->number;
  if (std::isfinite(value) && value >= min && value <= max) return value;
  fail(node->line, "key '" + std::string(key) + "' is outside its range",
       "choose a number within the range in docs/formats/charter.md");
  return std::nullopt;
}

bool Reader::boolean(std::string_view key) {
  const Node* node = take(key, Node::Type::kBoolean, Need::kOptional);
  return node != nullptr && node->boolean;
}

std::string Reader::choice(std::string_view key, const std::vector<std::string>& choices, Need need) {
  const Node* node = take(key, Node::Type::kText, need);
  if (node == nullptr) return {};
  if (std::find(choices.begin(), choices.end(), node->text) != choices.end()) return node->text;
  fail(node->line, "key '" + std::string(key) + "' is " + quoted(node->text),
       "use one of: " + join(choices, ", "));
  return {};
}

const Node* Reader::table(std::string_view key, Need need) { return take(key, Node::Type::kTable, need); }

std::vector<const Node*> Reader::tables(std::string_view key, Need need) {
  const Node* list = take(key, Node::Type::kList, need);
  std::vector<const Node*> out;
  if (list == nullptr) return out;
  if (list->items.size() > kListCountMax) {
    fail(list->line,
         "there are more than " + std::to_string(kListCountMax) + " of '" + std::string(key) + "'",
         "shorten it");
    return out;
  }
  for (const auto& item : list->items) {
    if (item.type == Node::Type::kTable) {
      out.push_back(&item);
    } else {
      fail(item.line,
           "'" + std::string(key) + "' holds " + std::string(name(item.type)) + " where a table is expected",
           "write [[" + std::string(key) + "]] and its keys below");
    }
  }
  return out;
}

void Reader::finish() {
  for (std::size_t index = 0; index < table_.keys.size(); ++index) {
    const auto& key = table_.keys[index];
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const auto meant = nearest(key, known_);
    fail(table_.items[index].line, "unknown key " + quoted(key),
         meant.empty() ? "take it out; known are: " + join(known_, ", ") : "did you mean '" + meant + "'?");
  }
}

}  // namespace kinfold::charter
