// The stages on the sealed side: people, sites, submissions, requests, matches, returns.
#include <filesystem>
#include <regex>

#include "demo/canary.h"
#include "demo/post.h"
#include "demo/stages.h"
#include "demo/truth.h"
#include "seal/files.h"
#include "site/match.h"
#include "site/request.h"
#include "site/submit.h"
#include "site/vault.h"
#include "synth/synth.h"

namespace kinfold::demo {
namespace {

Status write_passphrases(const State& state) {
  std::error_code error;
  std::filesystem::create_directories(state.path("passphrases"), error);
  std::filesystem::create_directories(state.path("sites"), error);
  std::filesystem::permissions(state.path("passphrases"), std::filesystem::perms::owner_all, error);
  if (error) return io_error("cannot make the demo's folders: " + error.message());
  for (const auto& party : all_parties()) {
    if (std::filesystem::exists(state.passphrase_file(party))) continue;
    const auto words = seal::to_hex(seal::random_id());
    if (auto s = seal::write_whole_file(state.passphrase_file(party), seal::as_bytes(words)); !s.ok())
      return s;
  }
  return {};
}

Status make_site(State& state, const std::string& party) {
  if (std::filesystem::exists(state.site_folder(party) + "/party")) return {};
  const auto bytes = seal::read_whole_file(state.passphrase_file(party), 1024);
  if (!bytes.ok()) return bytes.error();
  site::InitOptions options;
  options.folder = state.site_folder(party);
  options.charter_path = state.charter_path();
  options.party = party;
  // A demo's keys protect nobody: it need not spend a second on each opening.
  options.work = seal::WorkFactor::quick();
  return site::init_site(options, seal::SecretBytes::copy_of(bytes.value()), state.clock());
}

Status exchange_cards(State& state, const std::string& party) {
  auto site = state.open_site(party);
  if (!site.ok()) return site.error();
  for (const auto& other : all_parties()) {
    if (other == party) continue;
    if (auto s = site.value()->trust(state.site_folder(other) + "/keys/site.card"); !s.ok()) return s;
  }
  return {};
}

/// The charter with its own days moved; the windows in which problems count are of the data, and stay.
std::string charter_text(int days_moved) {
  const std::string text(demo_charter());
  if (days_moved == 0) return text;
  static const std::regex day(
      "((?:^|\\n)(?:starts|ends|closes|until|met_on|expires_on) = )([0-9]{4}-[0-9]{2}-[0-9]{2})");
  std::string moved;
  auto rest = text.cbegin();
  for (std::smatch found; std::regex_search(rest, text.cend(), found, day); rest = found.suffix().first) {
    moved += found.prefix().str() + found[1].str() +
             to_iso(Date{parse_iso_date(found[2].str())->days + days_moved});
  }
  return moved.append(rest, text.cend());
}

/// A run that was taken up again finds the submission received: its counts are in the ledger.
Json received_counts(site::Site& site, const std::string& council) {
  Json counts;
  const auto read = site.ledger().for_each(0, [&](const ledger::Recorded& recorded) {
    const auto& entry = recorded.entry;
    if (entry.verb != ledger::Verb::kReceive || entry.phase != ledger::Phase::kDone ||
        entry.party.text() != council)
      return true;
    for (const auto& count : entry.counts) counts[std::string(ledger::name(count.kind))] = count.number;
    return true;
  });
  if (!read.ok()) counts = Json::object();
  return counts;
}

Json score_json(const Truth::Score& score) {
  return {{"people", score.people}, {"in_register", score.in_register}, {"matched", score.matched},
          {"right", score.right},   {"precision", score.precision()},   {"recall", score.recall()}};
}

}  // namespace

Result<Json> make_people(State& state, Progress& progress) {
  if (auto s = seal::write_whole_file(state.charter_path(), seal::as_bytes(charter_text(state.days_moved())));
      !s.ok())
    return s.error();
  if (auto s = seal::write_whole_file(state.path("plan.toml"), seal::as_bytes(demo_plan())); !s.ok())
    return s.error();
  const auto charter = charter::load(state.charter_path());
  if (!charter.ok()) return charter.error();
  synth::SynthOptions options;
  options.family_count = state.options().family_count;
  options.seed = state.options().seed;
  options.thread_count = state.options().thread_count;
  options.authorities = councils();
  options.problems.clear();
  for (const auto& problem : charter.value().criteria.problems) options.problems.push_back(problem.id);
  if (const auto count = state.options().register_person_count; count > 0)
    options.register_sizes = {count, count, count};
  const auto made = synth::write_programme(state.path("data"), options, progress);
  if (!made.ok()) return made.error();
  if (auto s = plant_canaries(state.path("data/councils/" + councils().front() + ".csv")); !s.ok())
    return s.error();
  return Json{{"families", made.value().family_count},
              {"people", made.value().person_count},
              {"lines", made.value().council_line_count},
              {"register_people", made.value().register_person_count},
              {"register_events", made.value().register_event_count}};
}

Result<Json> make_sites(State& state, Progress& progress) {
  progress.begin("Eight parties set up their sites", 0);
  if (auto s = write_passphrases(state); !s.ok()) return s.error();
  for (const auto& party : all_parties()) {
    if (auto s = make_site(state, party); !s.ok()) return s.error();
  }
  for (const auto& party : all_parties()) {
    if (auto s = exchange_cards(state, party); !s.ok()) return s.error();
  }
  progress.end();
  return Json{{"parties", all_parties().size()}};
}

Result<Json> councils_submit(State& state, Progress& progress) {
  Json facts;
  progress.begin("Councils submit their families", councils().size());
  for (const auto& council : councils()) {
    auto site = state.open_site(council);
    if (!site.ok()) return site.error();
    const auto submitted =
        site::submit_families(*site.value(), state.path("data/councils/" + council + ".csv"), "intake-1");
    if (!submitted.ok()) return submitted.error();
    facts[council] = facts_of(submitted.value().report());
    // The headline of a run that was taken up again differs; the facts do not.
    facts[council].erase("headline");
    progress.advance(facts.size());
  }
  progress.end();
  return facts;
}

Result<std::uint64_t> people_in_vault(State& state) {
  auto site = state.open_site(kTrustedParty);
  if (!site.ok()) return site.error();
  const auto vault =
      site::open_vault(*site.value(), {"linkage-1", site::kLinkagePurpose, charter::Duty::kLinkage, {}});
  if (!vault.ok()) return vault.error();
  return vault.value().vault.person_count();
}

Result<Json> trusted_party_receives(State& state, Progress& progress) {
  progress.begin("The trusted party parts names from facts", councils().size());
  std::uint64_t received = 0;
  for (const auto& council : councils()) {
    const auto reports = carry(state, council, "submission", kTrustedParty, "linkage-1");
    if (!reports.ok()) return reports.error();
    progress.advance(++received);
  }
  progress.end();
  const auto count = people_in_vault(state);
  if (!count.ok()) return count.error();
  auto site = state.open_site(kTrustedParty);
  if (!site.ok()) return site.error();
  Json facts = {{"people", count.value()}};
  for (const auto& council : councils())
    facts["submissions"][council] = received_counts(*site.value(), council);
  return facts;
}

Result<Json> trusted_party_requests(State& state, Progress& progress) {
  Json facts;
  progress.begin("It asks three departments", departments().size());
  for (const auto& department : departments()) {
    // A run before may have sealed it.
    if (outbox_files(state, kTrustedParty, "request", department).empty()) {
      auto site = state.open_site(kTrustedParty);
      if (!site.ok()) return site.error();
      const auto report = site::request_department(*site.value(), department, "linkage-1");
      if (!report.ok()) return report.error();
    }
    const auto reports = carry(state, kTrustedParty, "request", department, "linkage-1");
    if (!reports.ok()) return reports.error();
    auto site = state.open_site(department);
    if (!site.ok()) return site.error();
    facts[department] = received_counts(*site.value(), kTrustedParty);
    progress.advance(facts.size());
  }
  progress.end();
  return facts;
}

Result<Json> departments_match(State& state, Progress& progress) {
  const auto truth = Truth::read(state);
  if (!truth.ok()) return truth.error();
  Json facts;
  for (const auto& department : departments()) {
    auto site = state.open_site(department);
    if (!site.ok()) return site.error();
    Truth::Scores scores;
    site::MatchOptions options;
    options.register_path = state.path("data/registers/" + department + "/register.toml");
    options.actor = "linkage-1";
    options.thread_count = state.options().thread_count;
    options.observer = [&](const auto& people, const auto& found) {
      scores = truth.value().score(department, people, found);
    };
    Titled titled(progress, "People are looked up at " + department);
    const auto report = site::match_request(*site.value(), "", options, titled);
    if (!report.ok()) return report.error();
    facts[department] = facts_of(report.value());
    facts[department].update(score_json(scores.all));
    for (const auto grade : {linkage::Grade::kStrong, linkage::Grade::kGood, linkage::Grade::kWeak}) {
      facts[department]["grades"][std::string(linkage::grade_name(grade))] =
          score_json(scores.by_grade[static_cast<std::size_t>(grade)]);
    }
  }
  return facts;
}

Result<Json> returns_arrive(State& state, Progress& progress) {
  Json facts;
  progress.begin("Returns arrive, without names", departments().size());
  for (const auto& department : departments()) {
    const auto reports = carry(state, department, "return", kTrustedParty, "linkage-1");
    if (!reports.ok()) return reports.error();
    facts[department] = {{"returns", reports.value().size()}};
    progress.advance(facts.size());
  }
  progress.end();
  return facts;
}

}  // namespace kinfold::demo
