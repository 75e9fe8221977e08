#include "ledger/entry.h"

#include <algorithm>

#include "base/number.h"
#include "base/text.h"
#include "ledger/tree.h"

namespace kinfold::ledger {
namespace {

// In the order of the enumerations; a name once used is never given to something else.
constexpr std::string_view kVerbs[] = {"init",    "submit",   "receive", "request",  "match",    "return",
                                       "release", "evaluate", "check",   "approve",  "publish",  "store",
                                       "open",    "destroy",  "send",    "certify",  "object",   "withdraw",
                                       "access",  "rectify",  "erase",   "restrict", "complain", "notify",
                                       "witness", "keys",     "recover", "review",   "case"};
constexpr std::string_view kPhases[] = {"intent", "done", "refused", "failed"};
constexpr std::string_view kReasons[] = {"none",
                                         "charter",
                                         "expired",
                                         "clock",
                                         "duty",
                                         "incompatible-duties",
                                         "unknown-actor",
                                         "signature",
                                         "altered",
                                         "truncated",
                                         "not-sealed",
                                         "wrong-key",
                                         "wrong-recipient",
                                         "wrong-sender",
                                         "wrong-purpose",
                                         "wrong-kind",
                                         "replay",
                                         "not-answering",
                                         "unreadable",
                                         "overdue-destruction",
                                         "objection",
                                         "disclosure",
                                         "self-approval",
                                         "missing",
                                         "storage",
                                         "interrupted",
                                         "retention",
                                         "rights",
                                         "fork",
                                         "other"};
constexpr std::string_view kCounts[] = {"rows",     "people",  "families",  "rejected", "objected",
                                        "eligible", "matched", "unmatched", "tables",   "bytes",
                                        "holdings", "cases",   "cells",     "records",  "receipts"};
constexpr std::string_view kDigests[] = {"charter", "sealed-file", "certificate", "head",
                                         "output",  "plan",        "actors"};
static_assert(std::size(kVerbs) == static_cast<std::size_t>(Verb::kCase) + 1);
static_assert(std::size(kPhases) == static_cast<std::size_t>(Phase::kFailed) + 1);
static_assert(std::size(kReasons) == static_cast<std::size_t>(Reason::kOther) + 1);
static_assert(std::size(kCounts) == static_cast<std::size_t>(CountKind::kReceipts) + 1);
static_assert(std::size(kDigests) == static_cast<std::size_t>(DigestKind::kActors) + 1);

constexpr std::size_t kFieldCount = 16;
constexpr std::string_view kFieldNames[kFieldCount] = {
    "index", "at",   "verb",         "phase",   "reason",       "subject", "kind",  "party",
    "actor", "duty", "second-actor", "purpose", "data-classes", "counts",  "marks", "previous"};
constexpr std::string_view kNothing = "-";

template <typename Enum, std::size_t N>
std::optional<Enum> find_name(const std::string_view (&names)[N], std::string_view text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_count(std::string_view text) {
  if (text.size() > 1 && text[0] == '0') return std::nullopt;  // one way to write a number
  return parse_number<std::uint64_t>(text);
}

std::string or_nothing(std::string text) {
  if (text.empty()) return std::string(kNothing);
  return text;
}
std::string or_nothing(const Word& word) { return or_nothing(std::string(word.text())); }

template <typename Item, typename Write>
std::string list_text(const std::vector<Item>& items, Write write) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ",") + write(item);
  return or_nothing(std::move(text));
}

/// Reads `a,b,c`, or nothing; false if an item cannot be read.
template <typename Item, typename Read>
bool read_list(std::string_view text, std::vector<Item>& items, Read read) {
  if (text == kNothing) return true;
  for (const auto part : split(text, ',')) {
    std::optional<Item> item = read(part);
    if (!item) return false;
    items.push_back(std::move(*item));
  }
  return true;
}

std::optional<Count> read_count(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const auto kind = parse_count_kind(text.substr(0, equals));
  const auto number = parse_count(text.substr(equals + 1));
  if (!kind || !number) return std::nullopt;
  return Count{*kind, *number};
}

std::optional<Mark> read_mark(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const auto kind = parse_digest_kind(text.substr(0, equals));
  const auto digest = seal::parse_digest(text.substr(equals + 1));
  if (!kind || !digest) return std::nullopt;
  return Mark{*kind, *digest};
}

std::optional<Word> read_word(std::string_view text) {
  const Word word(text);
  if (word.bad() || word.empty()) return std::nullopt;
  return word;
}

}  // namespace

std::string_view name(Verb verb) { return kVerbs[static_cast<std::size_t>(verb)]; }
std::string_view name(Phase phase) { return kPhases[static_cast<std::size_t>(phase)]; }
std::string_view name(Reason reason) { return kReasons[static_cast<std::size_t>(reason)]; }
std::string_view name(CountKind kind) { return kCounts[static_cast<std::size_t>(kind)]; }
std::string_view name(DigestKind kind) { return kDigests[static_cast<std::size_t>(kind)]; }
std::optional<Verb> parse_verb(std::string_view text) { return find_name<Verb>(kVerbs, text); }
std::optional<Phase> parse_phase(std::string_view text) { return find_name<Phase>(kPhases, text); }
std::optional<Reason> parse_reason(std::string_view text) { return find_name<Reason>(kReasons, text); }
std::optional<CountKind> parse_count_kind(std::string_view text) {
  return find_name<CountKind>(kCounts, text);
}
std::optional<DigestKind> parse_digest_kind(std::string_view text) {
  return find_name<DigestKind>(kDigests, text);
}

Word::Word(std::string_view text) {
  bad_ = text.size() > text_.size() || text == kNothing;
  for (const char c : text) {
    bad_ = bad_ || !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_');
  }
  if (bad_) return;  // nothing of it is kept
  std::copy(text.begin(), text.end(), text_.begin());
  size_ = static_cast<std::uint8_t>(text.size());
}

std::string to_line(const Recorded& recorded) {
  const Entry& entry = recorded.entry;
  const std::string fields[kFieldCount] = {
      std::to_string(recorded.index),
      to_rfc3339(recorded.at),
      std::string(name(entry.verb)),
      std::string(name(entry.phase)),
      std::string(name(entry.reason)),
      entry.subject.is_zero() ? std::string(kNothing) : to_hex(entry.subject),
      or_nothing(entry.kind),
      or_nothing(entry.party),
      or_nothing(entry.actor),
      or_nothing(entry.duty),
      or_nothing(entry.second_actor),
      or_nothing(entry.purpose),
      list_text(entry.data_classes, [](const Word& word) { return std::string(word.text()); }),
      list_text(entry.counts,
                [](const Count& count) {
                  return std::string(name(count.kind)) + "=" + std::to_string(count.number);
                }),
      list_text(entry.marks,
                [](const Mark& mark) { return std::string(name(mark.kind)) + "=" + to_hex(mark.digest); }),
      to_hex(recorded.previous)};
  std::string line;
  for (const auto& field : fields) line += (line.empty() ? "" : " ") + field;
  return line;
}

Result<Recorded> parse_line(std::string_view line) {
  const auto fields = split(line, ' ');
  if (line.size() > 8192 || fields.size() != kFieldCount) return invalid("a ledger line has sixteen fields");
  std::size_t at = 0;
  bool good = true;
  const auto next = [&] { return good ? fields[at++] : std::string_view(kNothing); };
  const auto take = [&](auto parsed, auto& into) {
    good = good && parsed.has_value();
    if (good) into = *parsed;
  };
  const auto word = [&](Word& into) {
    const auto text = next();
    if (good && text != kNothing) take(read_word(text), into);
  };
  Recorded recorded;
  Entry& entry = recorded.entry;
  take(parse_count(next()), recorded.index);
  take(parse_rfc3339(next()), recorded.at);
  take(parse_verb(next()), entry.verb);
  take(parse_phase(next()), entry.phase);
  take(parse_reason(next()), entry.reason);
  if (const auto text = next(); good && text != kNothing) take(seal::parse_id(text), entry.subject);
  for (Word* into :
       {&entry.kind, &entry.party, &entry.actor, &entry.duty, &entry.second_actor, &entry.purpose}) {
    word(*into);
  }
  good = good && read_list(next(), entry.data_classes, read_word);
  good = good && read_list(next(), entry.counts, read_count);
  good = good && read_list(next(), entry.marks, read_mark);
  take(seal::parse_digest(next()), recorded.previous);
  if (!good)
    return invalid("a ledger line has a malformed field: " + std::string(kFieldNames[at == 0 ? 0 : at - 1]));
  // What reads the same must be the same bytes, or two lines could stand for one entry.
  if (to_line(recorded) != line) return invalid("a ledger line is not written as it should be");
  recorded.leaf = leaf_hash(line);
  return recorded;
}

void Vocabulary::add(std::string_view word) {
  if (word.empty()) return;
  const auto at = std::lower_bound(words_.begin(), words_.end(), word);
  if (at == words_.end() || *at != word) words_.emplace(at, word);
}

void Vocabulary::add_all(const std::vector<std::string>& words) {
  for (const auto& word : words) add(word);
}

bool Vocabulary::has(const Word& word) const {
  return word.empty() ? !word.bad() : std::binary_search(words_.begin(), words_.end(), word.text());
}

}  // namespace kinfold::ledger
