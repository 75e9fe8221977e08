#include "demo/demo.h"

#include "base/text.h"
#include "demo/index_page.h"
#include "demo/stages.h"
#include "demo/state.h"

namespace kinfold::demo {
namespace {

Instant morning_of(const std::string& day, int days_moved) {
  return {start_of_day(Date{parse_iso_date(day)->days + days_moved}).seconds + 9 * 3600};
}

std::string percent(double share) {
  char text[16];
  std::snprintf(text, sizeof text, "%.2f %%", share * 100);
  return text;
}

site::Report summary(const State& state, const std::string& index_path) {
  site::Report report;
  report.headline =
      "The whole programme ran, from councils' files to a published table, and everything was destroyed in "
      "time.";
  const auto& people = state.facts("receive");
  report.count("people", "People in the vault", people.at("people").get<std::uint64_t>());
  for (const auto& [department, facts] : state.facts("match").items()) {
    report.text("linkage_" + department, "Linkage at " + department,
                "precision " + percent(facts.at("precision").get<double>()) + ", recall " +
                    percent(facts.at("recall").get<double>()));
  }
  const auto& check = state.facts("check");
  report.text("disclosure", "Disclosure check",
              with_thousands(check.at("shown").get<long long>()) + " figures shown, " +
                  with_thousands(check.at("primary").get<long long>()) + " hidden, " +
                  with_thousands(check.at("secondary").get<long long>()) + " more to protect those");
  report.count("refused", "Attacks refused with a reason",
               state.facts("attacks").at("refused").get<std::uint64_t>());
  report.count("destroyed", "Holdings destroyed with a certificate",
               state.facts("expire").at("destroyed").get<std::uint64_t>());
  report.count("ledger_entries", "Ledger entries verified",
               state.facts("ledgers").at("entries").get<std::uint64_t>());
  report.text("index", "Look at", index_path);
  report.notes.push_back("To walk about in a site: kinfold --site " + state.site_folder("ons-demo") +
                         " --passphrase-file " + state.passphrase_file("ons-demo") + " ledger show");
  report.notes.push_back(
      "To go on with a programme in the browser: kinfold demo FOLDER --live, then kinfold demo FOLDER "
      "--serve ons-demo");
  return report;
}

constexpr const char* kLastLiveStage = "returns";

site::Report live_summary(const State& state) {
  site::Report report;
  report.headline =
      "A programme is under way: departments answered yesterday, and the rest is for you to do.";
  report.count("people", "People in the vault", state.facts("receive").at("people").get<std::uint64_t>());
  report.text("folder", "Folder", state.options().folder);
  report.notes.push_back("Open a site's console: kinfold demo " + state.options().folder + " --serve " +
                         std::string(kTrustedParty));
  report.notes.push_back("The other sites: " + join(all_parties(), ", ") + ".");
  return report;
}

}  // namespace

std::vector<Stage> all_stages() {
  return {
      {"synth", "A synthetic programme is made", "2020-07-01", make_people},
      {"sites", "Eight parties set up their sites", "2020-07-06", make_sites},
      {"submit", "Councils submit their families", "2020-07-13", councils_submit},
      {"receive", "The trusted party parts names from facts", "2020-07-15", trusted_party_receives},
      {"request", "It asks three departments", "2020-08-03", trusted_party_requests},
      {"match", "Departments look people up", "2020-08-10", departments_match},
      {"returns", "Returns arrive, without names", "2020-08-12", returns_arrive},
      {"rights", "Two people use their rights", "2020-08-20", people_use_their_rights},
      {"destroy", "A month on: departments have destroyed", "2020-09-14", departments_destroy},
      {"release", "A release without names or references", "2020-09-21", release_goes_out},
      {"evaluate", "The ministry evaluates", "2020-10-05", ministry_evaluates},
      {"check", "Somebody else checks; it is published", "2020-10-12", outputs_are_checked},
      {"attacks", "What must be refused is refused", "2020-10-14", attacks_are_refused},
      {"canary", "Planted identities are sought everywhere", "2020-10-14", canary_is_sought},
      {"expire", "The programme ends: everything expires", "2023-01-02", everything_expires},
      {"ledgers", "Eight ledgers are verified", "2023-01-02", ledgers_are_verified},
  };
}

Result<site::Report> run_demo(const DemoOptions& options, Progress& progress) {
  auto state = State::open(options);
  if (!state.ok()) return state.error();
  for (const auto& stage : all_stages()) {
    if (state.value().done(stage.id)) {
      if (options.live && stage.id == kLastLiveStage) return live_summary(state.value());
      continue;
    }
    state.value().clock().set(morning_of(stage.day, state.value().days_moved()));
    auto facts = stage.run(state.value(), progress);
    if (!facts.ok()) return Error{facts.error().code, "stage `" + stage.id + "`: " + facts.error().message};
    // After each stage, not only at the end: nothing may lie in the clear for a while either.
    if (const auto sought = seek_at_the_sites(state.value()); !sought.ok()) {
      return Error{sought.error().code, "after stage `" + stage.id + "`: " + sought.error().message};
    }
    if (auto s = state.value().finish(stage.id, std::move(facts).value()); !s.ok()) return s.error();
    if (options.live && stage.id == kLastLiveStage) return live_summary(state.value());
  }
  auto index = write_index(state.value(), all_stages());
  if (!index.ok()) return index.error();
  return summary(state.value(), index.value());
}

}  // namespace kinfold::demo
