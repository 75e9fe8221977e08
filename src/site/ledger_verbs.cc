#include "site/ledger_verbs.h"

#include "base/text.h"

namespace kinfold::site {
namespace {

using table::ColumnType;

std::string counts_text(const ledger::Entry& entry) {
  std::string text;
  for (const auto& count : entry.counts) {
    if (!text.empty()) text += ", ";
    text +=
        std::string(ledger::name(count.kind)) + " " + with_thousands(static_cast<long long>(count.number));
  }
  return text;
}

std::string reason_text(const ledger::Entry& entry) {
  return entry.reason == ledger::Reason::kNone ? "" : std::string(ledger::name(entry.reason));
}

}  // namespace

Result<Report> trust_card(Site& site, const std::string& card_path) {
  if (auto s = site.trust(card_path); !s.ok()) return s.error();
  Report report;
  report.headline = "Trusted. Compare these fingerprints by telephone before anything is sent.";
  for (const auto& card : site.cards()) report.text(card.party, card.party, seal::fingerprint(card));
  return report;
}

Result<Report> describe(Site& site) {
  Report report;
  report.headline = site.party().name + " (" + std::string(charter::name(site.party().role)) + ")";
  report.text("party", "Party", site.party().id)
      .text("charter", "Charter", site.charter().title)
      .text("charter_hash", "Charter's hash", site.charter().hash)
      .text("fingerprint", "Fingerprint of its card", seal::fingerprint(seal::card_of(site.keys())))
      .count("entries", "Entries in the ledger", site.ledger().size());
  for (const auto& card : site.cards())
    report.text("trusts_" + card.party, "Trusts " + card.party, seal::fingerprint(card));
  for (const auto& actor : site.actors().actors) {
    std::vector<std::string> duties;
    for (const auto duty : actor.duties) duties.emplace_back(charter::name(duty));
    report.text("actor_" + actor.id, "Actor " + actor.id, join(duties, ", "));
  }
  return report;
}

Result<Report> ledger_verify(Site& site) {
  const auto verdict = site.ledger().verify();
  if (!verdict.ok()) return verdict.error();
  if (!verdict.value().sound()) {
    const auto& first = verdict.value().damages.front();
    return refused("the ledger is not as it was written: entry " + std::to_string(first.index) + " (" +
                   first.what + "); keep the folder as it is and tell the data protection officer");
  }
  Report report;
  report.headline = "The ledger is sound.";
  report.count("entries", "Entries, all in their place", verdict.value().entry_count)
      .count("heads", "Signed heads, all of this ledger", verdict.value().head_count)
      .text("root", "Root", seal::to_hex(verdict.value().head.root))
      .text("at", "Last entry", to_rfc3339(verdict.value().head.at));
  return report;
}

Result<Report> ledger_show(Site& site, std::size_t entry_count) {
  const std::uint64_t size = site.ledger().size();
  table::Table rows;
  rows.add("index", ColumnType::kInt64);
  for (const auto* name : {"at", "verb", "phase", "actor", "party", "kind", "purpose", "counts", "reason"}) {
    rows.add(name, ColumnType::kString);
  }
  auto& columns = rows.columns();
  const auto read = site.ledger().for_each(size > entry_count ? size - entry_count : 0,
                                           [&](const ledger::Recorded& recorded) {
                                             const auto& entry = recorded.entry;
                                             columns[0].append_int(static_cast<std::int64_t>(recorded.index));
                                             columns[1].append_string(to_rfc3339(recorded.at));
                                             columns[2].append_string(ledger::name(entry.verb));
                                             columns[3].append_string(ledger::name(entry.phase));
                                             columns[4].append_string(entry.actor.text());
                                             columns[5].append_string(entry.party.text());
                                             columns[6].append_string(entry.kind.text());
                                             columns[7].append_string(entry.purpose.text());
                                             columns[8].append_string(counts_text(entry));
                                             columns[9].append_string(reason_text(entry));
                                             return true;
                                           });
  if (!read.ok()) return read.error();
  Report report;
  report.headline = "The last entries of " + with_thousands(static_cast<long long>(size)) + ".";
  report.rows = std::move(rows);
  return report;
}

Result<Report> ledger_prove(Site& site, std::uint64_t index) {
  auto proof = site.ledger().prove_inclusion(index);
  if (!proof.ok()) return proof.error();
  Report report;
  report.text("proof", "Proof", "\n" + proof.value());
  report.headline = "Anybody with this site's card can check this proof (kinfold-verify).";
  return report;
}

Result<Report> ledger_export(Site& site, const std::string& path) {
  if (auto s = site.ledger().export_text(path); !s.ok()) return s.error();
  Report report;
  report.headline = "Written.";
  report.count("entries", "Entries", site.ledger().size()).text("file", "File", path);
  return report;
}

}  // namespace kinfold::site
