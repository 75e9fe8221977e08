#include "site/review.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "linkage/link.h"
#include "linkage/match.h"
#include "seal/files.h"
#include "site/apart.h"
#include "site/vault.h"

namespace kinfold::site {
namespace {

using nlohmann::json;

constexpr std::uint64_t kListBytesMax = 64 << 20;
constexpr std::array<std::string_view, 3> kVerdicts = {"same", "different", "cannot-tell"};

struct Said {
  std::string actor;
  Verdict verdict = Verdict::kCannotTell;
};
struct Item {
  std::string id;
  identity::PersonId left, right;
  std::size_t left_version = 0, right_version = 0;  ///< Which spelling, where both are one person.
  bool linked = false;
  std::vector<std::string> groups;
  std::vector<Said> said;
};

const holding::Asking linker(const std::string& actor) { return {actor, kLinkagePurpose, charter::Duty::kLinkage, {}}; }

json to_json(const Item& item) {
  json said = json::array();
  for (const auto& each : item.said) said.push_back({{"actor", each.actor}, {"verdict", name(each.verdict)}});
  return {{"id", item.id},       {"left", to_text(item.left)},  {"right", to_text(item.right)}, {"lv", item.left_version},
          {"rv", item.right_version}, {"linked", item.linked}, {"groups", item.groups},        {"said", said}};
}

std::optional<Item> from_json(const json& read) {
  Item item;
  item.id = read.value("id", "");
  const auto left = identity::parse_person_id(read.value("left", ""));
  const auto right = identity::parse_person_id(read.value("right", ""));
  if (!left || !right) return std::nullopt;
  item.left = *left;
  item.right = *right;
  item.left_version = read.value("lv", std::size_t{0});
  item.right_version = read.value("rv", std::size_t{0});
  item.linked = read.value("linked", false);
  item.groups = read.value("groups", std::vector<std::string>{});
  for (const auto& each : read.value("said", json::array())) {
    item.said.push_back({each.value("actor", ""), parse_verdict(each.value("verdict", "")).value_or(Verdict::kCannotTell)});
  }
  return item;
}

/// The list is one sealed record of the vault's holding, so that it goes when the vault goes.
struct List {
  std::optional<holding::RecordId> record;
  std::vector<Item> items;
};

std::string list_path(const OpenRecords& records) { return records.folder + "/review.json"; }

Result<List> read_list(const OpenRecords& records) {
  List list;
  if (!std::filesystem::exists(list_path(records))) return list;
  const auto bytes = seal::read_whole_file(list_path(records), kListBytesMax);
  if (!bytes.ok()) return bytes.error();
  const auto outer = json::parse(seal::as_text(bytes.value()), nullptr, false);
  const auto body = outer.is_object() ? seal::from_base64(outer.value("body", "")) : std::nullopt;
  if (!body) return invalid("the list of pairs for review was altered; draw a new one");
  list.record = holding::RecordId{outer.value("record", std::uint64_t{0})};
  const auto plain = records.ring.open(*list.record, *body);
  if (!plain.ok()) return plain.error();
  for (const auto& each : json::parse(seal::as_text(plain.value()), nullptr, false)) {
    if (auto item = from_json(each)) list.items.push_back(std::move(*item));
  }
  return list;
}

Status write_list(OpenRecords& records, List& list) {
  json items = json::array();
  for (const auto& item : list.items) items.push_back(to_json(item));
  const std::string text = items.dump();
  seal::Bytes sealed;
  if (list.record) {
    auto again = records.ring.seal(*list.record, seal::as_bytes(text));
    if (!again.ok()) return again.error();
    sealed = std::move(again).value();
  } else {
    auto added = records.ring.add(seal::as_bytes(text));
    if (!added.ok()) return added.error();
    list.record = added.value().first;
    sealed = std::move(added.value().second);
    if (auto s = records.ring.sync(); !s.ok()) return s;
  }
  const std::string outer = json{{"record", list.record->number}, {"body", seal::to_base64(sealed)}}.dump();
  return seal::write_whole_file(list_path(records), seal::as_bytes(outer));
}

/// What the quality is told apart by.
std::vector<std::string> groups_of(const identity::Identity& identity, const std::string& authority) {
  std::vector<std::string> groups = {"everybody"};
  if (!identity.gender.empty()) groups.push_back("gender: " + identity.gender);
  if (identity.date_of_birth) {
    const int decade = to_ymd(*identity.date_of_birth).year / 10 * 10;
    groups.push_back("born " + std::to_string(decade) + " to " + std::to_string(decade + 9));
  }
  if (!authority.empty()) groups.push_back("from " + authority);
  return groups;
}

Item new_item(const identity::PersonRecord& left, std::size_t left_version, const identity::PersonRecord& right, std::size_t right_version, bool linked) {
  Item item;
  item.id = seal::to_hex(seal::random_id());
  item.left = left.person;
  item.right = right.person;
  item.left_version = left_version;
  item.right_version = right_version;
  item.linked = linked;
  item.groups = groups_of(left.current, left.versions.empty() ? "" : left.versions.front().origin.authority);
  return item;
}

template <typename T>
void keep_some(std::vector<T>& all, std::size_t count) {
  const auto order = identity::random_order(identity::system_random(), all.size());
  std::vector<T> some;
  for (std::size_t k = 0; k < std::min(count, all.size()); ++k) some.push_back(all[order[k]]);
  all = std::move(some);
}

/// Spellings that differ and were taken for one person.
std::vector<Item> linked_items(const std::vector<identity::PersonRecord>& people) {
  std::vector<Item> items;
  for (const auto& person : people) {
    for (std::size_t k = 1; k < person.versions.size(); ++k) {
      if (!(person.versions[k].identity == person.versions[k - 1].identity)) items.push_back(new_item(person, k - 1, person, k, true));
    }
  }
  return items;
}

/// People who were not taken for one, and could be.
Result<std::vector<Item>> doubtful_items(const std::vector<identity::PersonRecord>& people, Progress& progress) {
  auto table = identity::empty_identities();
  for (const auto& person : people) identity::append_identity(table, person.current);
  linkage::LinkOptions options;
  options.progress = &progress;
  options.thread_count = 1;
  const auto linked = apart([&] { return linkage::link(table, nullptr, linkage::people_model(), options); });
  table.wipe();
  if (!linked.ok()) return linked.error();
  std::vector<Item> items;
  for (const auto& pair : linked.value().pairs) {
    if (pair.probability < kDoubtMin) continue;
    const auto& left = people[pair.left];
    const auto& right = people[pair.right];
    items.push_back(new_item(left, left.versions.size() - 1, right, right.versions.size() - 1, false));
  }
  return items;
}

bool settled(const Item& item) { return item.said.size() > 2 || (item.said.size() == 2 && item.said[0].verdict == item.said[1].verdict); }

bool open_for(const Item& item, const std::string& actor) {
  if (settled(item)) return false;
  return std::none_of(item.said.begin(), item.said.end(), [&](const Said& said) { return said.actor == actor; });
}

std::optional<Verdict> verdict_of(const Item& item) {
  if (!settled(item)) return std::nullopt;
  return item.said.back().verdict;
}

/// Cohen (1960), "A coefficient of agreement for nominal scales".
double kappa_of(const std::vector<Item>& items) {
  std::array<std::array<double, 3>, 3> seen{};
  double total = 0;
  for (const auto& item : items) {
    if (item.said.size() < 2) continue;
    seen[static_cast<std::size_t>(item.said[0].verdict)][static_cast<std::size_t>(item.said[1].verdict)] += 1;
    total += 1;
  }
  if (total == 0) return 0;
  double observed = 0;
  double expected = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    double row = 0;
    double column = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      row += seen[k][j];
      column += seen[j][k];
    }
    observed += seen[k][k] / total;
    expected += row / total * column / total;
  }
  return expected >= 1 ? 1 : (observed - expected) / (1 - expected);
}

}  // namespace

std::string_view name(Verdict verdict) { return kVerdicts[static_cast<std::size_t>(verdict)]; }

std::optional<Verdict> parse_verdict(std::string_view text) {
  for (std::size_t k = 0; k < kVerdicts.size(); ++k) {
    if (kVerdicts[k] == text) return static_cast<Verdict>(k);
  }
  return std::nullopt;
}

Share wilson(std::uint64_t count, std::uint64_t of) {
  Share share{count, of, 0, 1};
  if (of == 0) return share;
  const double n = static_cast<double>(of);
  const double p = static_cast<double>(count) / n;
  const double z2 = 1.959964 * 1.959964;
  const double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
  const double half = std::sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  share.low = std::max(0.0, middle - half);
  share.high = std::min(1.0, middle + half);
  return share;
}

Result<Report> draw_review(Site& site, const std::string& actor, std::size_t pair_count, Progress& progress) {
  auto open = open_vault(site, linker(actor));
  if (!open.ok()) return open.error();
  auto& vault = open.value().vault;
  std::vector<identity::PersonRecord> people;
  for (const auto& id : vault.people()) {
    if (auto person = vault.find(id); person && !person->restricted && !person->versions.empty()) people.push_back(std::move(*person));
  }
  auto list = read_list(*open.value().records);
  if (!list.ok()) return list.error();
  std::erase_if(list.value().items, [](const Item& item) { return item.said.empty(); });

  auto linked = linked_items(people);
  auto doubtful = people.size() < 2 ? Result<std::vector<Item>>(std::vector<Item>{}) : doubtful_items(people, progress);
  if (!doubtful.ok()) return doubtful.error();
  const std::size_t linked_count = linked.size();
  const std::size_t doubtful_count = doubtful.value().size();
  keep_some(linked, pair_count - std::min(doubtful_count, pair_count / 2));
  keep_some(doubtful.value(), pair_count - linked.size());
  for (auto* some : {&linked, &doubtful.value()}) list.value().items.insert(list.value().items.end(), some->begin(), some->end());
  keep_some(list.value().items, list.value().items.size());  // the order tells nothing
  if (auto s = write_list(*open.value().records, list.value()); !s.ok()) return s.error();

  Report report;
  report.headline = linked.empty() && doubtful.value().empty() ? "There is nothing to review: nobody was spelt in two ways, and nobody could be somebody else."
                                                                : "Drawn. Each pair is shown to two people, who do not see what the other said.";
  report.count("linked", "Pairs of spellings taken for one person", linked_count).count("linked_drawn", "  drawn", linked.size())
      .count("doubtful", "Pairs of people who could be one", doubtful_count).count("doubtful_drawn", "  drawn", doubtful.value().size());
  return report;
}

Result<std::vector<ReviewPair>> sit_for_review(Site& site, const std::string& actor, std::size_t pair_count) {
  auto open = open_vault(site, linker(actor));
  if (!open.ok()) return open.error();
  const auto list = read_list(*open.value().records);
  if (!list.ok()) return list.error();
  std::vector<ReviewPair> pairs;
  for (const auto& item : list.value().items) {
    if (pairs.size() == pair_count) break;
    if (!open_for(item, actor)) continue;
    const auto left = open.value().vault.find(item.left);
    const auto right = open.value().vault.find(item.right);
    // Erased or restricted since: not shown to anybody.
    if (!left || !right || left->restricted || right->restricted) continue;
    if (item.left_version >= left->versions.size() || item.right_version >= right->versions.size()) continue;
    pairs.push_back({item.id, left->versions[item.left_version].identity, right->versions[item.right_version].identity});
  }
  ledger::Entry entry;
  entry.verb = ledger::Verb::kReview;
  entry.actor = actor;
  entry.duty = charter::name(charter::Duty::kLinkage);
  entry.purpose = kLinkagePurpose;
  entry.counts = {{ledger::CountKind::kPeople, 2 * pairs.size()}};
  if (auto s = site.note(entry); !s.ok()) return s.error();
  return pairs;
}

Status decide_pair(Site& site, const std::string& actor, const std::string& pair, Verdict verdict) {
  auto records = open_records(site, charter::Kind::kVault, {kIdentityClass}, linker(actor));
  if (!records.ok()) return records.error();
  auto list = read_list(records.value());
  if (!list.ok()) return list.error();
  for (auto& item : list.value().items) {
    if (item.id != pair) continue;
    if (!open_for(item, actor)) return refused("this pair is settled, or you judged it before");
    item.said.push_back({actor, verdict});
    return write_list(records.value(), list.value());
  }
  return invalid("there is no such pair any more: a new sample was drawn");
}

Result<ReviewQuality> review_quality(Site& site, const std::string& actor) {
  if (site.party().role != charter::Role::kTrustedParty) return refused("only the trusted party reviews records");
  auto records = open_records(site, charter::Kind::kVault, {kIdentityClass}, linker(actor));
  if (!records.ok()) return records.error();
  const auto list = read_list(records.value());
  if (!list.ok()) return list.error();
  ReviewQuality quality;
  std::map<std::string, std::array<std::uint64_t, 4>> groups;  // linked: same, of; not linked: same, of
  std::uint64_t agreed = 0;
  for (const auto& item : list.value().items) {
    ++quality.pair_count;
    quality.left_for_actor += open_for(item, actor) ? 1U : 0U;
    quality.judged_once += item.said.size() == 1 ? 1U : 0U;
    quality.judged_twice += item.said.size() >= 2 ? 1U : 0U;
    agreed += item.said.size() >= 2 && item.said[0].verdict == item.said[1].verdict ? 1U : 0U;
    const auto verdict = verdict_of(item);
    quality.decided += verdict ? 1U : 0U;
    if (!verdict || *verdict == Verdict::kCannotTell) continue;
    for (const auto& group : item.groups) {
      auto& counts = groups[group];
      const std::size_t at = item.linked ? 0 : 2;
      counts[at] += *verdict == Verdict::kSame ? 1U : 0U;
      ++counts[at + 1];
    }
  }
  quality.agreement = wilson(agreed, quality.judged_twice);
  quality.kappa = kappa_of(list.value().items);
  for (const auto& [group, counts] : groups) quality.groups.push_back({group, wilson(counts[0], counts[1]), wilson(counts[2], counts[3])});
  std::stable_partition(quality.groups.begin(), quality.groups.end(), [](const auto& group) { return group.name == "everybody"; });
  return quality;
}

}  // namespace kinfold::site
