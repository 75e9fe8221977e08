#include "ledger/walk_internal.h"

#include <map>

#include "seal/note.h"

namespace kinfold::ledger {
namespace {

/// The head inside a note, whoever signed it.
Result<Head> head_in(std::string_view note) {
  const auto gap = note.rfind("\n\n");
  if (gap == std::string_view::npos) return invalid("a ledger head is malformed");
  return parse_head(note.substr(0, gap + 1));
}

class Walker {
 public:
  Walker(const Database& database, const seal::Card& card, HeadCheck check)
      : database_(database), card_(card), check_(check) {}

  Result<Walk> run(const std::vector<std::string>& elsewhere) {
    if (auto status = read_heads(); !status.ok()) return status.error();
    if (auto status = database_.read_lines(INT64_MIN, [&](StoredLine stored) { return follow(stored); });
        !status.ok()) {
      return status.error();
    }
    compare_end();
    for (const auto& note : elsewhere) compare_elsewhere(note);
    walk_.verdict.entry_count = walk_.leaves.size();
    walk_.verdict.head_count = heads_.size();
    return std::move(walk_);
  }

 private:
  void damage(std::uint64_t index, std::string what) {
    walk_.verdict.damages.push_back({index, std::move(what)});
  }

  Status read_heads() {
    auto status = database_.read_heads([&](StoredHead stored) {
      heads_[stored.size] = std::move(stored.note);
      return true;
    });
    if (!status.ok() || heads_.empty()) return status;
    auto last = verify_head(heads_.rbegin()->second, card_);
    if (last.ok()) {
      walk_.verdict.head = last.value();
    } else {
      damage(static_cast<std::uint64_t>(std::max<std::int64_t>(heads_.rbegin()->first - 1, 0)),
             "the last head is not signed with this site's key");
    }
    return {};
  }

  bool follow(const StoredLine& stored) {
    const std::uint64_t index = walk_.leaves.size();
    Result<Recorded> recorded = internal_error("");
    const std::string fault =
        fault_of_next(stored, index, index == 0 ? Digest{} : walk_.leaves.back(), walk_.last_at, recorded);
    if (!fault.empty()) {
      damage(index, fault);
      stopped_ = true;  // what follows hangs on a broken link
      return false;
    }
    frontier_.append(recorded.value().leaf);
    walk_.leaves.push_back(recorded.value().leaf);
    walk_.last_at = recorded.value().at;
    return compare_head(index);
  }

  bool compare_head(std::uint64_t index) {
    const auto found = heads_.find(static_cast<std::int64_t>(index + 1));
    if (found == heads_.end()) {
      if (!heads_.empty() && static_cast<std::int64_t>(index) < heads_.rbegin()->first)
        damage(index, "its head is missing");
      return true;
    }
    auto head = check_ == HeadCheck::kEvery ? verify_head(found->second, card_) : head_in(found->second);
    if (!head.ok()) {
      damage(index, "its head is not signed with this site's key");
    } else if (head.value().size != index + 1 || head.value().root != frontier_.root()) {
      damage(index, "edited: its head was signed over something else");
      stopped_ = true;
      return false;
    }
    return true;
  }

  void compare_end() {
    if (stopped_) return;
    const auto count = static_cast<std::int64_t>(walk_.leaves.size());
    const std::int64_t signed_count = heads_.empty() ? 0 : heads_.rbegin()->first;
    if (count < signed_count)
      damage(static_cast<std::uint64_t>(count), "cut short: entries from here on are missing");
    if (count > signed_count) damage(static_cast<std::uint64_t>(signed_count), "added without a signed head");
  }

  void compare_elsewhere(const std::string& note) {
    auto head = verify_head(note, card_);
    if (!head.ok()) return damage(0, "a head kept elsewhere is not signed with this site's key");
    const std::uint64_t size = head.value().size;
    if (stopped_) return;
    if (size > walk_.leaves.size()) {
      return damage(walk_.leaves.size(), "cut short: another party holds a head over more entries");
    }
    if (tree_root(std::span(walk_.leaves).first(size)) != head.value().root) {
      damage(size == 0 ? 0 : size - 1, "forked: another party holds a head over other entries up to here");
    }
  }

  const Database& database_;
  const seal::Card& card_;
  HeadCheck check_;
  std::map<std::int64_t, std::string> heads_;
  TreeFrontier frontier_;
  Walk walk_;
  bool stopped_ = false;
};

}  // namespace

std::string fault_of_next(const StoredLine& stored, std::uint64_t index, const Digest& previous,
                          Instant last_at, Result<Recorded>& recorded) {
  if (stored.row != static_cast<std::int64_t>(index) + 1) {
    return stored.row > static_cast<std::int64_t>(index) + 1 ? "missing" : "out of order";
  }
  recorded = parse_line(stored.line);
  if (!recorded.ok()) return "edited: " + recorded.error().message;
  if (recorded.value().index != index) return "out of order: another entry stands in its place";
  if (recorded.value().previous != previous) return "edited: it does not follow from the entry before";
  if (recorded.value().at < last_at) return "out of order: it is earlier than the entry before";
  return {};
}

Result<Walk> walk(const Database& database, const seal::Card& card, HeadCheck check,
                  const std::vector<std::string>& heads_kept_elsewhere) {
  return Walker(database, card, check).run(heads_kept_elsewhere);
}

Result<Verdict> verify_file(const std::string& path, const seal::Card& card,
                            const std::vector<std::string>& heads_kept_elsewhere) {
  auto database = Database::open(path, Database::Mode::kRead);
  if (!database.ok()) return database.error();
  auto walked = walk(database.value(), card, HeadCheck::kEvery, heads_kept_elsewhere);
  if (!walked.ok()) return walked.error();
  return std::move(walked.value().verdict);
}

}  // namespace kinfold::ledger
