#include "verify/checks.h"

#include <charconv>
#include <map>

#include "verify/merkle.h"

namespace kinfold_verify {
namespace {

constexpr std::size_t kFieldCount = 16;
constexpr std::size_t kAtField = 1;
constexpr std::size_t kPreviousField = 15;

Outcome bad(std::string words) { return {false, std::move(words)}; }
std::string text_of(std::uint64_t number) { return std::to_string(number); }

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Head {
  std::uint64_t size = 0;
  Hash root{};
  std::string at;
};

std::optional<Head> read_head(std::string_view note, const Card& card) {
  const auto text = read_note(note, card);
  if (!text) return std::nullopt;
  const auto lines = lines_of(*text);
  if (lines.size() != 4 || lines[0] != "kinfold/" + card.party) return std::nullopt;
  const auto size = number(lines[1]);
  const auto root_bytes = base64(lines[2]);
  Head head;
  if (!size || !root_bytes || root_bytes->size() != head.root.size()) return std::nullopt;
  head.size = *size;
  std::copy(root_bytes->begin(), root_bytes->end(), head.root.begin());
  head.at = lines[3];
  return head;
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const auto space = line.find(' ');
    fields.push_back(line.substr(0, space));
    if (space == std::string_view::npos) return fields;
    line = line.substr(space + 1);
  }
}

/// The parts of a text between lines of two hyphens.
std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  constexpr std::string_view kCut = "\n--\n";
  for (auto at = text.find(kCut); at != std::string_view::npos; at = text.find(kCut)) {
    parts.push_back(text.substr(0, at + 1));
    text = text.substr(at + kCut.size());
  }
  parts.push_back(text);
  return parts;
}

/// Walks the lines; `leaves` gets one hash each. Empty if all is well so far.
std::string walk(const std::vector<std::string_view>& lines, std::vector<Hash>& leaves) {
  std::string last_at;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::uint64_t index = i - 1;
    const auto fields = fields_of(lines[i]);
    if (fields.size() != kFieldCount) return "entry " + text_of(index) + " is not a ledger line";
    if (number(fields[0]) != index) return "entry " + text_of(index) + " is missing or out of order";
    const auto previous = parse_hash(fields[kPreviousField]);
    if (!previous || *previous != (leaves.empty() ? Hash{} : leaves.back())) {
      return index == 0 ? "entry 0 does not begin the ledger"
                        : "entry " + text_of(index - 1) + " was edited: entry " + text_of(index) +
                              " names another hash";
    }
    if (fields[kAtField] < last_at) return "entry " + text_of(index) + " is earlier than the one before";
    last_at = fields[kAtField];
    leaves.push_back(leaf(lines[i]));
  }
  return {};
}

std::string against_head(const Head& head, const std::vector<Hash>& leaves, const std::string& which) {
  if (head.size > leaves.size()) {
    return "cut short: " + which + " is over " + text_of(head.size) + " entries, and " +
           text_of(leaves.size()) + " are here";
  }
  if (root(leaves, 0, head.size) != head.root) {
    return "rewritten: " + which + " was signed over other entries within the first " + text_of(head.size);
  }
  return {};
}

std::optional<std::vector<Hash>> read_path(const std::vector<std::string_view>& lines, std::size_t begin) {
  std::vector<Hash> path;
  for (std::size_t i = begin; i < lines.size(); ++i) {
    const auto hash = parse_hash(lines[i]);
    if (!hash) return std::nullopt;
    path.push_back(*hash);
  }
  return path;
}

Outcome check_inclusion(const std::vector<std::string_view>& parts, const Card& card) {
  const auto lines = lines_of(parts[0]);
  if (parts.size() != 2 || lines.size() < 2) return bad("the proof is incomplete");
  const auto head = read_head(parts[1], card);
  if (!head) return bad("the head is not signed by " + card.party);
  const auto path = read_path(lines, 2);
  const auto index = number(fields_of(lines[1])[0]);
  if (!path || !index || root_from_inclusion(leaf(lines[1]), *index, head->size, *path) != head->root) {
    return bad("the entry is not under the head that " + card.party + " signed");
  }
  return {true, "entry " + text_of(*index) + " of " + text_of(head->size) + " is in the ledger of " +
                    card.party + ":\n" + std::string(lines[1])};
}

Outcome check_consistency(const std::vector<std::string_view>& parts, const Card& card) {
  if (parts.size() != 3) return bad("the proof is incomplete");
  const auto first = read_head(parts[1], card);
  const auto second = read_head(parts[2], card);
  if (!first || !second) return bad("a head is not signed by " + card.party);
  const auto path = read_path(lines_of(parts[0]), 1);
  const auto roots =
      path ? roots_from_consistency(first->size, second->size, first->root, *path) : std::nullopt;
  if (!roots || roots->first != first->root || roots->second != second->root) {
    return bad("the ledger of " + card.party + " was rewritten between " + first->at + " and " + second->at);
  }
  return {true, "the ledger of " + card.party + " only grew: " + text_of(first->size) + " entries, then " +
                    text_of(second->size)};
}

}  // namespace

Outcome check_ledger(std::string_view exported, const Card& card,
                     const std::vector<std::string>& kept_heads) {
  const auto parts = parts_of(exported);
  const auto lines = lines_of(parts[0]);
  if (parts.size() != 2 || lines.empty() || lines[0] != "kinfold ledger v1")
    return bad("is not an exported ledger");
  const auto head = read_head(parts[1], card);
  if (!head) return bad("the head is not signed by " + card.party);
  std::vector<Hash> leaves;
  if (const auto fault = walk(lines, leaves); !fault.empty()) return bad(fault);
  if (const auto fault = against_head(*head, leaves, "its own head"); !fault.empty()) return bad(fault);
  if (head->size != leaves.size())
    return bad("entries after " + text_of(head->size) + " are under no signed head");
  for (const auto& note : kept_heads) {
    const auto kept = read_head(note, card);
    if (!kept) return bad("a kept head is not signed by " + card.party);
    if (const auto fault = against_head(*kept, leaves, "the head kept from " + kept->at); !fault.empty())
      return bad(fault);
  }
  return {true, "the ledger of " + card.party + " is sound: " + text_of(leaves.size()) +
                    " entries, the last at " + head->at + ", " + text_of(kept_heads.size()) +
                    " kept heads agree"};
}

Outcome check_proof(std::string_view proof, const Card& card) {
  const auto parts = parts_of(proof);
  if (proof.starts_with("kinfold inclusion proof v1\n")) return check_inclusion(parts, card);
  if (proof.starts_with("kinfold consistency proof v1\n")) return check_consistency(parts, card);
  return bad("is not a proof that kinfold wrote");
}

Outcome check_certificate(std::string_view note, const Card& card) {
  const auto text = read_note(note, card);
  if (!text) return bad("the certificate is not signed by " + card.party + ", or was altered");
  const auto lines = lines_of(*text);
  if (lines.empty() || lines[0] != "kinfold destruction certificate v1")
    return bad("is not a destruction certificate");
  std::map<std::string, std::string, std::less<>> fields;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto colon = lines[i].find(": ");
    if (colon == std::string_view::npos)
      return bad("line " + text_of(i + 1) + " of the certificate is malformed");
    fields.emplace(lines[i].substr(0, colon), lines[i].substr(colon + 2));
  }
  for (const char* needed : {"party", "holding", "kind", "rows", "created", "expires", "destroyed", "key-id",
                             "method", "cannot-prove"}) {
    if (!fields.contains(needed)) return bad("the certificate lacks '" + std::string(needed) + "'");
  }
  if (fields["party"] != card.party) return bad("the certificate is about another party");
  const bool in_time = fields["destroyed"].substr(0, 10) <= fields["expires"];
  return {true, card.party + " certifies: " + fields["kind"] + " " + fields["holding"] + ", " +
                    fields["rows"] + " rows, destroyed " + fields["destroyed"] +
                    (in_time ? ", in time" : ", LATE: it expired " + fields["expires"]) +
                    "\nhow: " + fields["method"] + "\nit cannot prove: " + fields["cannot-prove"]};
}

Outcome check_note(std::string_view note, const Card& card) {
  const auto text = read_note(note, card);
  if (!text) return bad("is not signed by " + card.party + ", or was altered");
  return {true, "signed by " + card.party + ":\n" + *text};
}

}  // namespace kinfold_verify
