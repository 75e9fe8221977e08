// The stages on the open side, and the end: release, evaluation, publication, attacks, expiry.
#include <filesystem>
#include <fstream>
#include <functional>

#include "demo/canary.h"
#include "demo/post.h"
#include "demo/stages.h"
#include "site/evaluate.h"
#include "site/ledger_verbs.h"
#include "site/match.h"
#include "site/receive.h"
#include "site/release.h"
#include "site/retention.h"

namespace kinfold::demo {
namespace {

using Verb = std::function<Result<site::Report>(site::Site&)>;

Result<Json> at_site(State& state, const std::string& party, const Verb& verb) {
  auto site = state.open_site(party);
  if (!site.ok()) return site.error();
  const auto report = verb(*site.value());
  if (!report.ok()) return report.error();
  return facts_of(report.value());
}

/// Something that must not work. \returns the reason given; an error if it did work.
Result<Json> must_refuse(const std::string& what, const Result<site::Report>& outcome) {
  if (outcome.ok()) return refused("a promise is broken: " + what + " was not refused");
  return Json{{"what", what}, {"reason", outcome.error().message}};
}

/// A copy of a sealed file with its signature, for tampering with.
Result<std::string> copy_of(const std::string& path, const std::string& to) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(to).parent_path(), error);
  std::filesystem::copy_file(path, to, std::filesystem::copy_options::overwrite_existing, error);
  if (!error)
    std::filesystem::copy_file(path + ".minisig", to + ".minisig",
                               std::filesystem::copy_options::overwrite_existing, error);
  if (error) return io_error("cannot copy a sealed file: " + error.message());
  return to;
}

void flip_byte(const std::string& path, std::uint64_t at) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(file.get() ^ 1);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

}  // namespace

Result<Json> departments_destroy(State& state, Progress& progress) {
  Json facts;
  progress.begin("A month on: departments have destroyed", departments().size());
  for (const auto& department : departments()) {
    auto enforced = at_site(state, department, site::retention_enforce);
    if (!enforced.ok()) return enforced.error();
    const auto certificates = carry(state, department, "receipt", kTrustedParty, "linkage-1");
    if (!certificates.ok()) return certificates.error();
    auto status = at_site(state, department, site::retention_status);
    if (!status.ok()) return status.error();
    facts[department] = std::move(status).value();
    progress.advance(facts.size());
  }
  progress.end();
  return facts;
}

Result<Json> release_goes_out(State& state, Progress& progress) {
  progress.begin("A release without names or references", 3);
  if (outbox_files(state, kTrustedParty, "release", kResearch).empty()) {
    const auto keys = at_site(state, kTrustedParty,
                              [](site::Site& site) { return site::prepare_release(site, "linkage-1"); });
    if (!keys.ok()) return keys.error();
    progress.advance(1);
    auto made = at_site(state, kTrustedParty,
                        [](site::Site& site) { return site::make_release(site, "analysis-1"); });
    if (!made.ok()) return made.error();
    if (auto s = state.finish("release-made", std::move(made).value()); !s.ok()) return s.error();
  }
  progress.advance(2);
  const auto received = carry(state, kTrustedParty, "release", kResearch, "analysis-1");
  if (!received.ok()) return received.error();
  progress.end();
  return state.done("release-made") ? state.facts("release-made") : Json::object();
}

Result<Json> ministry_evaluates(State& state, Progress& progress) {
  auto site = state.open_site(kResearch);
  if (!site.ok()) return site.error();
  site::EvaluateRequest request;
  request.plan_path = state.path("plan.toml");
  request.out_folder = state.path("reports/draft");
  request.actor = "analysis-1";
  request.truth_path = state.path("data/truth/effects.csv");
  request.thread_count = state.options().thread_count;
  const auto evaluated = site::evaluate_release(*site.value(), request, progress);
  if (!evaluated.ok()) return evaluated.error();
  return facts_of(evaluated.value().report);
}

Result<Json> outputs_are_checked(State& state, Progress& progress) {
  auto site = state.open_site(kResearch);
  if (!site.ok()) return site.error();
  const std::string output = state.facts("evaluate").at("output").get<std::string>();
  auto own = must_refuse(
      "an author's approval of their own output",
      site::check_output(*site.value(), output, "analysis-1", site::Decision::kApprove, "", "", progress));
  if (!own.ok()) return own.error();
  Titled titled(progress, "Somebody else checks");
  const auto look = [&](site::Decision decision, const char* comment) {
    return site::check_output(*site.value(), output, "output-checking-1", decision, comment,
                              state.path("reports/check"), titled);
  };
  const auto looked = look(site::Decision::kNone, "");
  if (!looked.ok()) return looked.error();
  // A run that was killed may have approved, or published, already.
  const std::string before = looked.value().text_of("state");
  if (!state.done("check-looked")) {
    if (auto s = state.finish("check-looked", facts_of(looked.value())); !s.ok()) return s.error();
  }
  if (before == "checked") {
    const auto approved = look(site::Decision::kApprove, "Checked against the charter's rules.");
    if (!approved.ok()) return approved.error();
  }
  if (before != "published") {
    Titled publishing(progress, "It is published");
    const auto published = site::publish_output(*site.value(), output, "output-checking-1", publishing);
    if (!published.ok()) return published.error();
  }
  Json facts = state.facts("check-looked");
  facts["folder"] = site.value()->paths().published() + "/" + output;
  facts["self_approval"] = own.value();
  return facts;
}

Result<Json> attacks_are_refused(State& state, Progress& progress) {
  progress.begin("What must be refused is refused", 0);
  const auto submissions = outbox_files(state, councils()[0], "submission", kTrustedParty);
  if (submissions.empty()) return internal_error("there is no submission to attack with");
  const std::string whole = submissions.front();
  auto site = state.open_site(kTrustedParty);
  if (!site.ok()) return site.error();
  Json list = Json::array();
  const auto receive = [&](const std::string& what, const std::string& path) -> Status {
    auto refusal = must_refuse(what, site::receive_file(*site.value(), path, "linkage-1"));
    if (!refusal.ok()) return refusal.error();
    list.push_back(std::move(refusal).value());
    return {};
  };
  if (auto s = receive("a submission of three months ago", whole); !s.ok()) return s.error();
  const auto flipped = copy_of(whole, state.path("attacks/flipped.age"));
  if (!flipped.ok()) return flipped.error();
  flip_byte(flipped.value(), std::filesystem::file_size(flipped.value()) / 2);
  if (auto s = receive("a sealed file with one bit flipped", flipped.value()); !s.ok()) return s.error();
  const auto cut = copy_of(whole, state.path("attacks/cut.age"));
  if (!cut.ok()) return cut.error();
  std::filesystem::resize_file(cut.value(), std::filesystem::file_size(cut.value()) / 2);
  if (auto s = receive("a sealed file cut short", cut.value()); !s.ok()) return s.error();
  const auto requests = outbox_files(state, kTrustedParty, "request", "dwp");
  if (!requests.empty()) {
    auto moj = state.open_site("moj");
    if (!moj.ok()) return moj.error();
    auto refusal = must_refuse("a request sealed for another department",
                               site::receive_file(*moj.value(), requests.front(), "linkage-1"));
    if (!refusal.ok()) return refusal.error();
    list.push_back(std::move(refusal).value());
    auto dwp = state.open_site("dwp");
    if (!dwp.ok()) return dwp.error();
    site::MatchOptions options;
    options.register_path = state.path("data/registers/dwp/register.toml");
    options.actor = "linkage-1";
    auto expired = must_refuse("matching a request after its month",
                               site::match_request(*dwp.value(), "", options, progress));
    if (!expired.ok()) return expired.error();
    list.push_back(std::move(expired).value());
  }
  const auto releases = outbox_files(state, kTrustedParty, "release", kResearch);
  if (!releases.empty()) {
    auto ministry = state.open_site(kResearch);
    if (!ministry.ok()) return ministry.error();
    auto twice = must_refuse("a release received a second time",
                             site::receive_file(*ministry.value(), releases.front(), "analysis-1"));
    if (!twice.ok()) return twice.error();
    list.push_back(std::move(twice).value());
  }
  auto together = must_refuse("a release made by the duty that opens the vault",
                              site::make_release(*site.value(), "linkage-1"));
  if (!together.ok()) return together.error();
  list.push_back(std::move(together).value());
  list.push_back(state.facts("check").at("self_approval"));
  progress.end();
  return Json{{"refused", list.size()}, {"list", list}};
}

Result<Search> seek_at_the_sites(const State& state) {
  auto search = seek_canaries(state.path("sites"));
  if (search.ok() && !search.value().findings.empty()) {
    const auto& first = search.value().findings.front();
    return refused("a promise is broken: a planted identity lies in the clear in sites/" + first.file + " (" +
                   first.encoding + ")");
  }
  return search;
}

Result<Json> canary_is_sought(State& state, Progress& progress) {
  progress.begin("Planted identities are sought everywhere", 0);
  const auto search = seek_at_the_sites(state);
  if (!search.ok()) return search.error();
  progress.end();
  return Json{{"files", search.value().file_count},
              {"bytes", search.value().byte_count},
              {"patterns", search.value().pattern_count}};
}

Result<Json> everything_expires(State& state, Progress& progress) {
  progress.begin("The programme ends: everything expires", all_parties().size());
  Json facts = {{"destroyed", 0}, {"live", 0}};
  for (const auto& party : all_parties()) {
    const auto enforced = at_site(state, party, site::retention_enforce);
    if (!enforced.ok()) return enforced.error();
    auto status = at_site(state, party, site::retention_status);
    if (!status.ok()) return status.error();
    facts["destroyed"] =
        facts["destroyed"].get<std::uint64_t>() + status.value().at("destroyed").get<std::uint64_t>();
    facts["live"] = facts["live"].get<std::uint64_t>() + status.value().at("live").get<std::uint64_t>();
    facts["sites"][party] = std::move(status).value();
    progress.advance(facts["sites"].size());
  }
  auto ministry = state.open_site(kResearch);
  if (!ministry.ok()) return ministry.error();
  site::EvaluateRequest request;
  request.plan_path = state.path("plan.toml");
  request.actor = "analysis-1";
  auto late = site::evaluate_release(*ministry.value(), request, progress);
  if (late.ok()) return refused("a promise is broken: a release was opened after the programme's end");
  facts["late_opening"] = late.error().message;
  progress.end();
  return facts;
}

Result<Json> ledgers_are_verified(State& state, Progress& progress) {
  progress.begin("Eight ledgers are verified", all_parties().size());
  Json facts = {{"entries", 0}};
  for (const auto& party : all_parties()) {
    auto verified = at_site(state, party, site::ledger_verify);
    if (!verified.ok()) return verified.error();
    facts["entries"] =
        facts["entries"].get<std::uint64_t>() + verified.value().at("entries").get<std::uint64_t>();
    facts["sites"][party] = std::move(verified).value();
    progress.advance(facts["sites"].size());
  }
  progress.end();
  return facts;
}

}  // namespace kinfold::demo
