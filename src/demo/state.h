// What a demo remembers between its stages, so that a killed run goes on where it stopped: which stages
// are done, and their figures. Facts about batches only.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "demo/demo.h"
#include "site/site.h"

namespace kinfold::demo {

using Json = nlohmann::ordered_json;

class State {
 public:
  /// Reads `demo.json`, or begins anew.
  static Result<State> open(const DemoOptions& options);
  /// One that was made before, with the options it was made with. \retval kInvalid if there is none.
  static Result<State> open_made(const std::string& folder);

  const DemoOptions& options() const { return options_; }
  bool done(const std::string& stage) const;
  /// Keeps the stage's figures; durable when it returns.
  Status finish(const std::string& stage, Json facts);
  const Json& facts(const std::string& stage) const { return json_.at("stages").at(stage); }

  std::string path(const std::string& name) const { return options_.folder + "/" + name; }
  std::string site_folder(const std::string& party) const { return path("sites/" + party); }
  std::string passphrase_file(const std::string& party) const { return path("passphrases/" + party); }
  const std::string& charter_path() const { return charter_path_; }

  /// How far the days of a live programme are moved; 0 for the one of 2020.
  int days_moved() const { return json_.value("days_moved", 0); }

  /// The demo's own clock: set by each stage, so that a stage run again has the same time.
  ManualClock& clock() { return clock_; }
  Result<std::unique_ptr<site::Site>> open_site(const std::string& party);

 private:
  explicit State(DemoOptions options);
  DemoOptions options_;
  std::string charter_path_;
  Json json_;
  ManualClock clock_;
};

/// The text of the charter and the plan that are compiled in.
std::string_view demo_charter();
std::string_view demo_plan();

inline constexpr const char* kTrustedParty = "ons-demo";
inline constexpr const char* kResearch = "ministry";
const std::vector<std::string>& councils();
const std::vector<std::string>& departments();
std::vector<std::string> all_parties();

/// A report's facts as JSON.
Json facts_of(const site::Report& report);

}  // namespace kinfold::demo
