#include "linkage/review_session.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/terminal.h"
#include "base/text.h"

namespace kinfold::linkage {
namespace {

constexpr std::size_t kNameWidthMax = 18;

std::vector<std::string> letters_of(std::string_view text) {
  std::vector<std::string> letters;
  while (!text.empty()) {
    const Letter letter = letter_at(text);
    letters.emplace_back(letter.bytes);
    text.remove_prefix(letter.bytes.size());
  }
  return letters;
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width > width_of(text) ? width - width_of(text) : 0, ' ');
}

// The middle of `text`, which the other value does not share at its ends, in reverse video.
std::string highlighted(const std::string& text, const std::string& other) {
  const auto own = letters_of(text);
  const auto their = letters_of(other);
  std::size_t front = 0;
  while (front < own.size() && front < their.size() && own[front] == their[front]) ++front;
  std::size_t back = 0;
  while (back < own.size() - front && back + front < their.size() &&
         own[own.size() - 1 - back] == their[their.size() - 1 - back])
    ++back;
  std::string out;
  for (std::size_t n = 0; n < own.size(); ++n) {
    if (n == front && front + back < own.size()) out += "\033[7m";
    if (n == own.size() - back && front + back < own.size()) out += "\033[0m";
    out += own[n];
  }
  if (back == 0 && front < own.size()) out += "\033[0m";
  return out;
}

std::string_view said(const std::optional<Verdict>& verdict) {
  return verdict ? verdict_name(*verdict) : std::string_view("open");
}

}  // namespace

ReviewSession::ReviewSession(ReviewSet set, std::string coder, std::vector<Decision> earlier)
    : set_(std::move(set)), coder_(std::move(coder)), verdicts_(set_.pairs.size()) {
  std::map<std::pair<std::string, std::string>, std::size_t> where;
  for (std::size_t n = 0; n < set_.pairs.size(); ++n)
    where[{set_.pairs[n].left.id, set_.pairs[n].right.id}] = n;
  for (auto& decision : earlier) {
    const auto found = where.find({decision.left_id, decision.right_id});
    if (found == where.end())
      foreign_.push_back(std::move(decision));
    else
      verdicts_[found->second] = decision.verdict;
  }
  to_next_open();
}

std::size_t ReviewSession::decided_count() const {
  return static_cast<std::size_t>(std::count_if(verdicts_.begin(), verdicts_.end(),
                                                [](const auto& verdict) { return verdict.has_value(); }));
}

// From here on, then from the start; stays where everything is decided.
void ReviewSession::to_next_open() {
  for (std::size_t n = 0; n < verdicts_.size(); ++n) {
    const std::size_t at = (position_ + n) % verdicts_.size();
    if (!verdicts_[at]) {
      position_ = at;
      return;
    }
  }
}

void ReviewSession::decide(Verdict verdict) {
  verdicts_[position_] = verdict;
  to_next_open();
}

void ReviewSession::decide_group() {
  const auto group = set_.pairs[position_].group;
  for (std::size_t n = 0; n < set_.pairs.size(); ++n) {
    if (n == position_ || (group != 0 && set_.pairs[n].group == group)) verdicts_[n] = Verdict::kSame;
  }
  to_next_open();
}

ReviewSession::Step ReviewSession::press(char key) {
  if (key == 'q') return Step::kLeave;
  if (set_.pairs.empty()) return Step::kNothing;
  switch (key) {
    case 's': decide(Verdict::kSame); return Step::kDecided;
    case 'd': decide(Verdict::kDifferent); return Step::kDecided;
    case 'c': decide(Verdict::kCannotTell); return Step::kDecided;
    case 'a':
      if (set_.pairs[position_].group == 0) return Step::kNothing;
      decide_group();
      return Step::kDecided;
    case 'b':
      if (position_ == 0) return Step::kNothing;
      --position_;
      return Step::kMoved;
    case 'n':
      if (position_ + 1 >= set_.pairs.size()) return Step::kNothing;
      ++position_;
      return Step::kMoved;
    default: return Step::kNothing;
  }
}

std::vector<Decision> ReviewSession::decisions() const {
  std::vector<Decision> all = foreign_;
  for (std::size_t n = 0; n < verdicts_.size(); ++n) {
    const auto& pair = set_.pairs[n];
    if (verdicts_[n]) all.push_back({pair.left.id, pair.right.id, coder_, *verdicts_[n], pair.drawn});
  }
  return all;
}

std::string ReviewSession::others_of_group(std::size_t width) const {
  const auto& current = set_.pairs[position_];
  if (current.group == 0) return {};
  std::map<std::string, const ReviewRecord*> others;
  for (const auto& pair : set_.pairs) {
    if (pair.group != current.group) continue;
    for (const auto* record : {&pair.left, &pair.right}) {
      if (record->id != current.left.id && record->id != current.right.id) others[record->id] = record;
    }
  }
  std::string text = "  Others in this cluster:\n";
  for (const auto& [id, record] : others) {
    std::string line;
    for (const auto& value : record->values)
      if (!value.empty()) line += (line.empty() ? "" : " \u00b7 ") + value;
    text += "    " + tame(line, width > 6 ? width - 4 : 2) + "\n";
  }
  return others.empty() ? std::string{} : text + "\n";
}

std::string ReviewSession::screen(std::size_t width, bool colour) const {
  if (set_.pairs.empty()) return "  There is no pair to judge.  q leave\n";
  const auto& pair = set_.pairs[position_];
  std::size_t name_width = 4;
  for (const auto& field : set_.fields)
    name_width = std::max(name_width, std::min(kNameWidthMax, width_of(field)));
  const std::size_t value_width =
      std::max<std::size_t>(8, (std::max<std::size_t>(width, 40) - name_width - 9) / 2);
  std::string text = "  Pair " + std::to_string(position_ + 1) + " of " + std::to_string(pair_count()) +
                     "   " + std::to_string(decided_count()) + " decided   coder " + coder_ +
                     "   this one: " + std::string(said(verdicts_[position_])) + "\n\n";
  text += "  " + padded("", name_width) + "     " + padded("one record", value_width) + "  the other\n";
  for (std::size_t n = 0; n < set_.fields.size(); ++n) {
    const std::string& left = pair.left.values[n];
    const std::string& right = pair.right.values[n];
    if (left.empty() && right.empty()) continue;
    const bool missing = left.empty() || right.empty();
    const bool differs = !missing && left != right;
    std::string one = padded(left.empty() ? "-" : tame(left, value_width), value_width);
    std::string other = right.empty() ? "-" : tame(right, value_width);
    if (differs && colour) {
      const std::string plain = tame(left, value_width);
      const std::string marked = highlighted(plain, other);
      other = highlighted(other, plain);
      one = marked + std::string(value_width > width_of(plain) ? value_width - width_of(plain) : 0, ' ');
    }
    text += "  " + padded(tame(set_.fields[n], name_width), name_width) + "  " +
            (differs   ? "\u2260"
             : missing ? "\u00b7"
                       : " ") +
            "  " + one + "  " + other + "\n";
  }
  text += "\n" + others_of_group(width);
  if (done())
    text += "  Every pair is decided. b and n look through them; a new answer replaces the old one.\n";
  return text + "  Are these two records one person?\n  s same   d different   c cannot tell" +
         (pair.group != 0 ? "   a all of this cluster are one" : "") + "   b back   n next   q leave\n";
}

}  // namespace kinfold::linkage
