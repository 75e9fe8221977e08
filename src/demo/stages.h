// The stages of the demo, in order. Each does its job through the same verbs as the command line, sets the
// demo's clock first, and can be run again after it was killed.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/progress.h"
#include "demo/canary.h"
#include "demo/state.h"

namespace kinfold::demo {

struct Stage {
  std::string id;
  std::string title;  ///< On the progress bar and the page.
  std::string day;    ///< The demo's date.
  std::function<Result<Json>(State&, Progress&)> run;
};

std::vector<Stage> all_stages();

/// Shows the work of a room under the demo's own words.
class Titled final : public Progress {
 public:
  Titled(Progress& inner, std::string title) : inner_(inner), title_(std::move(title)) {}
  void begin(std::string_view, std::uint64_t total_count) override { inner_.begin(title_, total_count); }
  void advance(std::uint64_t done_count) override { inner_.advance(done_count); }
  void end() override { inner_.end(); }

 private:
  Progress& inner_;
  std::string title_;
};

/// How many people the trusted party's vault holds.
Result<std::uint64_t> people_in_vault(State& state);

/// Planted identities in every byte of every site's folder. \retval kRefused naming the file, if one is
/// there.
Result<Search> seek_at_the_sites(const State& state);

// In order of the programme.
Result<Json> make_people(State& state, Progress& progress);
Result<Json> make_sites(State& state, Progress& progress);
Result<Json> councils_submit(State& state, Progress& progress);
Result<Json> trusted_party_receives(State& state, Progress& progress);
Result<Json> trusted_party_requests(State& state, Progress& progress);
Result<Json> departments_match(State& state, Progress& progress);
Result<Json> returns_arrive(State& state, Progress& progress);
Result<Json> people_use_their_rights(State& state, Progress& progress);
Result<Json> departments_destroy(State& state, Progress& progress);
Result<Json> release_goes_out(State& state, Progress& progress);
Result<Json> ministry_evaluates(State& state, Progress& progress);
Result<Json> outputs_are_checked(State& state, Progress& progress);
Result<Json> attacks_are_refused(State& state, Progress& progress);
Result<Json> canary_is_sought(State& state, Progress& progress);
Result<Json> everything_expires(State& state, Progress& progress);
Result<Json> ledgers_are_verified(State& state, Progress& progress);

}  // namespace kinfold::demo
