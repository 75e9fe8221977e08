#include <charconv>
#include <optional>

#include "base/text.h"
#include "ledger/proof_internal.h"

namespace kinfold::ledger {
namespace {

constexpr std::size_t kProofBytesMax = 256 * 1024;
constexpr std::string_view kFrom = "from ";

std::string path_text(const std::vector<Digest>& path) {
  std::string text;
  for (const auto& digest : path) text += to_hex(digest) + "\n";
  return text;
}

std::optional<std::vector<Digest>> parse_path(const std::vector<std::string_view>& lines, std::size_t begin,
                                              std::size_t end) {
  std::vector<Digest> path;
  for (std::size_t i = begin; i < end; ++i) {
    const auto digest = seal::parse_digest(lines[i]);
    if (!digest) return std::nullopt;
    path.push_back(*digest);
  }
  return path;
}

/// The sections of a proof, cut at lines of two hyphens.
std::vector<std::string_view> sections(std::string_view text) {
  std::vector<std::string_view> found;
  const std::string cut = "\n" + std::string(kSectionLine) + "\n";
  while (true) {
    const auto at = text.find(cut);
    if (at == std::string_view::npos) break;
    found.push_back(text.substr(0, at + 1));
    text = text.substr(at + cut.size());
  }
  found.push_back(text);
  return found;
}

std::vector<std::string_view> lines_of(std::string_view section) {
  auto lines = split(section, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

Error not_a_proof() { return invalid("is not a proof that kinfold wrote"); }

}  // namespace

std::string inclusion_text(std::string_view line, const std::vector<Digest>& path,
                           std::string_view head_note) {
  return std::string(kInclusionTitle) + "\n" + std::string(line) + "\n" + path_text(path) +
         std::string(kSectionLine) + "\n" + std::string(head_note);
}

std::string consistency_text(const std::vector<Digest>& path, std::string_view first_note,
                             std::string_view second_note) {
  const std::string cut = std::string(kSectionLine) + "\n";
  return std::string(kConsistencyTitle) + "\n" + path_text(path) + cut + std::string(first_note) + cut +
         std::string(second_note);
}

Result<Recorded> check_inclusion_proof(std::string_view proof, const seal::Card& card) {
  const auto parts = sections(proof);
  if (proof.size() > kProofBytesMax || parts.size() != 2) return not_a_proof();
  const auto lines = lines_of(parts[0]);
  if (lines.size() < 2 || lines[0] != kInclusionTitle) return not_a_proof();
  auto recorded = parse_line(lines[1]);
  if (!recorded.ok()) return recorded;
  const auto path = parse_path(lines, 2, lines.size());
  if (!path) return not_a_proof();
  auto head = verify_head(parts[1], card);
  if (!head.ok()) return head.error();
  if (!check_inclusion(recorded.value().leaf, recorded.value().index, head.value().size, *path,
                       head.value().root)) {
    return refused("the entry is not under the head that the party signed");
  }
  return recorded;
}

Status check_consistency_proof(std::string_view proof, const seal::Card& card) {
  const auto parts = sections(proof);
  if (proof.size() > kProofBytesMax || parts.size() != 3) return not_a_proof();
  const auto lines = lines_of(parts[0]);
  if (lines.empty() || lines[0] != kConsistencyTitle) return not_a_proof();
  const auto path = parse_path(lines, 1, lines.size());
  if (!path) return not_a_proof();
  auto first = verify_head(parts[1], card);
  if (!first.ok()) return first.error();
  auto second = verify_head(parts[2], card);
  if (!second.ok()) return second.error();
  if (!check_consistency(first.value().size, first.value().root, second.value().size, second.value().root,
                         *path)) {
    return refused("the later head does not go on from the earlier one: the ledger was rewritten");
  }
  return {};
}

std::string bridge_text(std::uint64_t first, const std::vector<Digest>& path) {
  return std::string(kFrom) + std::to_string(first) + "\n" + path_text(path);
}

Status check_bridge(const Head& before, const Head& after, std::string_view bridges) {
  if (before.size == after.size) {
    return before.root == after.root
               ? Status()
               : Status(refused("the party's ledger was rewritten: it shows two heads of one size"));
  }
  const auto lines = lines_of(bridges.substr(0, kProofBytesMax));
  const std::string wanted = std::string(kFrom) + std::to_string(before.size);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i] != wanted) continue;
    std::size_t end = i + 1;
    while (end < lines.size() && !lines[end].starts_with(kFrom)) ++end;
    const auto path = parse_path(lines, i + 1, end);
    if (path && check_consistency(before.size, before.root, after.size, after.root, *path)) return {};
    return refused("the party's ledger was rewritten since it showed us its last head");
  }
  if (before.size == 0) return {};
  return refused("the party's head comes without a proof that it goes on from the last one it showed us");
}

std::string sizes_text(const std::vector<std::uint64_t>& sizes) {
  std::string text;
  for (const auto size : sizes) text += (text.empty() ? "" : " ") + std::to_string(size);
  return text;
}

std::vector<std::uint64_t> parse_sizes(std::string_view text) {
  std::vector<std::uint64_t> sizes;
  if (text.empty()) return sizes;
  for (const auto part : split(text, ' ')) {
    std::uint64_t size = 0;
    std::from_chars(part.data(), part.data() + part.size(), size);
    sizes.push_back(size);
  }
  return sizes;
}

}  // namespace kinfold::ledger
