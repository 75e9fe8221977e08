#include "site/review.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "linkage/agreement.h"
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
/// One spelling of one person.
struct Member {
  identity::PersonId person;
  std::size_t version = 0;
};
struct Item {
  std::string id;
  std::vector<Member> members;  ///< Two: a pair; more: a cluster.
  bool linked = false;
  std::vector<std::string> groups;
  std::vector<Said> said;
};

const holding::Asking linker(const std::string& actor) {
  return {actor, kLinkagePurpose, charter::Duty::kLinkage, {}};
}

json to_json(const Item& item) {
  json said = json::array();
  for (const auto& each : item.said) said.push_back({{"actor", each.actor}, {"verdict", name(each.verdict)}});
  json members = json::array();
  for (const auto& each : item.members)
    members.push_back({{"person", to_text(each.person)}, {"version", each.version}});
  return {{"id", item.id},
          {"members", members},
          {"linked", item.linked},
          {"groups", item.groups},
          {"said", said}};
}

std::optional<Item> from_json(const json& read) {
  Item item;
  item.id = read.value("id", "");
  for (const auto& each : read.value("members", json::array())) {
    const auto person = identity::parse_person_id(each.value("person", ""));
    if (!person) return std::nullopt;
    item.members.push_back({*person, each.value("version", std::size_t{0})});
  }
  if (item.members.size() < 2) return std::nullopt;
  item.linked = read.value("linked", false);
  item.groups = read.value("groups", std::vector<std::string>{});
  for (const auto& each : read.value("said", json::array())) {
    item.said.push_back(
        {each.value("actor", ""), parse_verdict(each.value("verdict", "")).value_or(Verdict::kCannotTell)});
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

/// `first` says which groups it counts in; a cluster counts among clusters alone, so that shares are of one
/// kind.
Item new_item(std::vector<Member> members, const identity::PersonRecord& first, bool linked) {
  Item item;
  item.id = seal::to_hex(seal::random_id());
  item.members = std::move(members);
  item.linked = linked;
  if (item.members.size() > 2)
    item.groups = {std::string(kClusters)};
  else
    item.groups =
        groups_of(first.current, first.versions.empty() ? "" : first.versions.front().origin.authority);
  return item;
}

template <typename T>
void keep_some(std::vector<T>& all, std::size_t count) {
  const auto order = identity::random_order(identity::system_random(), all.size());
  std::vector<T> some;
  for (std::size_t k = 0; k < std::min(count, all.size()); ++k) some.push_back(all[order[k]]);
  all = std::move(some);
}

/// Pairs and clusters, apart.
struct Candidates {
  std::vector<Item> pairs;
  std::vector<Item> clusters;
  std::size_t count() const { return pairs.size() + clusters.size(); }
  /// At most `some` of them, a quarter clusters where there are enough of both.
  std::vector<Item> draw(std::size_t some) {
    keep_some(clusters, std::max(some / 4, some - std::min(some, pairs.size())));
    keep_some(pairs, some - std::min(some, clusters.size()));
    std::vector<Item> drawn = std::move(pairs);
    drawn.insert(drawn.end(), std::make_move_iterator(clusters.begin()),
                 std::make_move_iterator(clusters.end()));
    return drawn;
  }
};

/// Spellings that differ and were taken for one person: one after the other, and all together from three on.
Candidates linked_items(const std::vector<identity::PersonRecord>& people) {
  Candidates found;
  for (const auto& person : people) {
    std::vector<Member> spellings = {{person.person, 0}};
    for (std::size_t k = 1; k < person.versions.size(); ++k) {
      if (person.versions[k].identity == person.versions[k - 1].identity) continue;
      found.pairs.push_back(new_item({{person.person, k - 1}, {person.person, k}}, person, true));
      const auto is_this = [&](const Member& each) {
        return person.versions[each.version].identity == person.versions[k].identity;
      };
      if (std::none_of(spellings.begin(), spellings.end(), is_this)) spellings.push_back({person.person, k});
    }
    if (spellings.size() > kClusterRecordsMax) spellings.resize(kClusterRecordsMax);
    if (spellings.size() > 2) found.clusters.push_back(new_item(std::move(spellings), person, true));
  }
  return found;
}

/// People who were not taken for one, and could be; with those that hang together through others.
Result<Candidates> doubtful_items(const std::vector<identity::PersonRecord>& people, Progress& progress) {
  auto table = identity::empty_identities();
  for (const auto& person : people) identity::append_identity(table, person.current);
  linkage::LinkOptions options;
  options.progress = &progress;
  options.thread_count = 1;
  const auto linked = apart([&] { return linkage::link(table, nullptr, linkage::people_model(), options); });
  table.wipe();
  if (!linked.ok()) return linked.error();
  Candidates found;
  std::vector<std::size_t> parent(people.size());
  for (std::size_t k = 0; k < parent.size(); ++k) parent[k] = k;
  const auto root = [&](std::size_t at) {
    while (parent[at] != at) at = parent[at] = parent[parent[at]];
    return at;
  };
  const auto now = [&](std::size_t at) { return Member{people[at].person, people[at].versions.size() - 1}; };
  for (const auto& pair : linked.value().pairs) {
    if (pair.probability < kDoubtMin) continue;
    found.pairs.push_back(new_item({now(pair.left), now(pair.right)}, people[pair.left], false));
    parent[root(pair.left)] = root(pair.right);
  }
  std::map<std::size_t, std::vector<std::size_t>> together;
  for (std::size_t k = 0; k < people.size(); ++k) together[root(k)].push_back(k);
  for (const auto& [at, who] : together) {
    if (who.size() < 3 || who.size() > kClusterRecordsMax) continue;
    std::vector<Member> members;
    for (const auto k : who) members.push_back(now(k));
    found.clusters.push_back(new_item(std::move(members), people[at], false));
  }
  return found;
}

bool settled(const Item& item) {
  return item.said.size() > 2 || (item.said.size() == 2 && item.said[0].verdict == item.said[1].verdict);
}

bool open_for(const Item& item, const std::string& actor) {
  if (settled(item)) return false;
  return std::none_of(item.said.begin(), item.said.end(),
                      [&](const Said& said) { return said.actor == actor; });
}

std::optional<Verdict> verdict_of(const Item& item) {
  if (!settled(item)) return std::nullopt;
  return item.said.back().verdict;
}

/// 0 where nothing was judged twice, 1 where chance alone would agree on everything.
double kappa_of(const std::vector<Item>& items) {
  linkage::VerdictCounts count{};
  bool any = false;
  for (const auto& item : items) {
    if (item.said.size() < 2) continue;
    ++count[static_cast<std::size_t>(item.said[0].verdict)][static_cast<std::size_t>(item.said[1].verdict)];
    any = true;
  }
  return any ? linkage::cohens_kappa(count).value_or(1.0) : 0.0;
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

Result<Report> draw_review(Site& site, const std::string& actor, std::size_t set_count, Progress& progress) {
  auto open = open_vault(site, linker(actor));
  if (!open.ok()) return open.error();
  auto& vault = open.value().vault;
  std::vector<identity::PersonRecord> people;
  for (const auto& id : vault.people()) {
    if (auto person = vault.find(id); person && !person->restricted && !person->versions.empty())
      people.push_back(std::move(*person));
  }
  auto list = read_list(*open.value().records);
  if (!list.ok()) return list.error();
  std::erase_if(list.value().items, [](const Item& item) { return item.said.empty(); });

  auto linked = linked_items(people);
  auto doubtful = people.size() < 2 ? Result<Candidates>(Candidates{}) : doubtful_items(people, progress);
  if (!doubtful.ok()) return doubtful.error();
  const std::size_t linked_count = linked.count();
  const std::size_t doubtful_count = doubtful.value().count();
  const auto from_linked = linked.draw(set_count - std::min(doubtful_count, set_count / 2));
  const auto from_doubtful = doubtful.value().draw(set_count - from_linked.size());
  for (const auto* some : {&from_linked, &from_doubtful})
    list.value().items.insert(list.value().items.end(), some->begin(), some->end());
  keep_some(list.value().items, list.value().items.size());  // the order tells nothing
  if (auto s = write_list(*open.value().records, list.value()); !s.ok()) return s.error();

  Report report;
  report.headline =
      from_linked.empty() && from_doubtful.empty()
          ? "There is nothing to review: nobody was spelt in two ways, and nobody could be somebody else."
          : "Drawn. Each is shown to two people, who do not see what the other said.";
  const auto clusters = [](const std::vector<Item>& items) {
    return static_cast<std::uint64_t>(
        std::count_if(items.begin(), items.end(), [](const Item& item) { return item.members.size() > 2; }));
  };
  report.count("linked", "Spellings taken for one person", linked_count)
      .count("linked_drawn", "  drawn", from_linked.size())
      .count("doubtful", "People who could be one", doubtful_count)
      .count("doubtful_drawn", "  drawn", from_doubtful.size())
      .count("clusters_drawn", "Of what was drawn, clusters of three or more",
             clusters(from_linked) + clusters(from_doubtful));
  return report;
}

Result<std::vector<ReviewSet>> sit_for_review(Site& site, const std::string& actor, std::size_t set_count) {
  auto open = open_vault(site, linker(actor));
  if (!open.ok()) return open.error();
  const auto list = read_list(*open.value().records);
  if (!list.ok()) return list.error();
  std::vector<ReviewSet> sets;
  std::size_t shown = 0;
  for (const auto& item : list.value().items) {
    if (sets.size() == set_count) break;
    if (!open_for(item, actor)) continue;
    ReviewSet set{item.id, {}};
    for (const auto& member : item.members) {
      const auto person = open.value().vault.find(member.person);
      // Erased or restricted since: not shown to anybody.
      if (!person || person->restricted || member.version >= person->versions.size()) break;
      set.records.push_back(person->versions[member.version].identity);
    }
    if (set.records.size() != item.members.size()) continue;
    shown += set.records.size();
    sets.push_back(std::move(set));
  }
  ledger::Entry entry;
  entry.verb = ledger::Verb::kReview;
  entry.actor = actor;
  entry.duty = charter::name(charter::Duty::kLinkage);
  entry.purpose = kLinkagePurpose;
  entry.counts = {{ledger::CountKind::kPeople, shown}};
  if (auto s = site.note(entry); !s.ok()) return s.error();
  return sets;
}

Status decide_set(Site& site, const std::string& actor, const std::string& set, Verdict verdict) {
  auto records = open_records(site, charter::Kind::kVault, {kIdentityClass}, linker(actor));
  if (!records.ok()) return records.error();
  auto list = read_list(records.value());
  if (!list.ok()) return list.error();
  for (auto& item : list.value().items) {
    if (item.id != set) continue;
    if (!open_for(item, actor)) return refused("these records are settled, or you judged them before");
    item.said.push_back({actor, verdict});
    return write_list(records.value(), list.value());
  }
  return invalid("these records are not in the sample any more: a new one was drawn");
}

Result<ReviewQuality> review_quality(Site& site, const std::string& actor) {
  if (site.party().role != charter::Role::kTrustedParty)
    return refused("only the trusted party reviews records");
  auto records = open_records(site, charter::Kind::kVault, {kIdentityClass}, linker(actor));
  if (!records.ok()) return records.error();
  const auto list = read_list(records.value());
  if (!list.ok()) return list.error();
  ReviewQuality quality;
  std::map<std::string, std::array<std::uint64_t, 4>> groups;  // linked: same, of; not linked: same, of
  std::uint64_t agreed = 0;
  for (const auto& item : list.value().items) {
    ++quality.set_count;
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
  for (const auto& [group, counts] : groups)
    quality.groups.push_back({group, wilson(counts[0], counts[1]), wilson(counts[2], counts[3])});
  std::stable_partition(quality.groups.begin(), quality.groups.end(),
                        [](const auto& group) { return group.name == "everybody"; });
  return quality;
}

}  // namespace kinfold::site
