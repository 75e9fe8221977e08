#include "demo/state.h"

#include <filesystem>

#include "seal/files.h"

namespace kinfold::demo {
namespace {

constexpr std::uint64_t kStateBytesMax = 1 << 24;

Result<seal::SecretBytes> passphrase_of(const std::string& path) {
  const auto bytes = seal::read_whole_file(path, 1024);
  if (!bytes.ok()) return bytes.error();
  return seal::SecretBytes::copy_of(bytes.value());
}

Json options_json(const DemoOptions& options) {
  Json json = {{"families", options.family_count},
               {"seed", options.seed},
               {"register_people", options.register_person_count}};
  if (options.live) json["live"] = true;
  return json;
}

/// The day of the last stage of a live programme (stages_sealed.cc); that one is yesterday.
constexpr const char* kLastLiveDay = "2020-08-12";

}  // namespace

const std::vector<std::string>& councils() {
  static const std::vector<std::string> ids{"east-cheshire", "north-riding", "south-marches"};
  return ids;
}
const std::vector<std::string>& departments() {
  static const std::vector<std::string> ids{"dwp", "moj", "dfe"};
  return ids;
}
std::vector<std::string> all_parties() {
  std::vector<std::string> all = councils();
  all.emplace_back(kTrustedParty);
  all.insert(all.end(), departments().begin(), departments().end());
  all.emplace_back(kResearch);
  return all;
}

Json facts_of(const site::Report& report) {
  Json json;
  json["headline"] = report.headline;
  for (const auto& fact : report.facts) {
    std::visit([&](const auto& value) { json[fact.key] = value; }, fact.value);
  }
  json["notes"] = report.notes;
  return json;
}

State::State(DemoOptions options)
    : options_(std::move(options)), charter_path_(options_.folder + "/charter.toml"), clock_(Instant{}) {}

Result<State> State::open(const DemoOptions& options) {
  State state(options);
  std::error_code error;
  std::filesystem::create_directories(options.folder, error);
  if (error) return io_error("cannot make the demo's folder: " + error.message());
  const std::string path = state.path("demo.json");
  if (!std::filesystem::exists(path)) {
    if (!std::filesystem::is_empty(options.folder)) {
      return invalid("the folder is not empty and holds no demo; choose another");
    }
    state.json_ = {{"options", options_json(options)}, {"stages", Json::object()}};
    if (options.live)
      state.json_["days_moved"] = SystemClock().today().days - 1 - parse_iso_date(kLastLiveDay)->days;
    if (auto s = seal::write_whole_file(path, seal::as_bytes(state.json_.dump(1))); !s.ok()) return s.error();
    return state;
  }
  const auto bytes = seal::read_whole_file(path, kStateBytesMax);
  if (!bytes.ok()) return bytes.error();
  state.json_ = Json::parse(seal::as_text(bytes.value()), nullptr, false);
  if (state.json_.is_discarded() || !state.json_.contains("stages")) {
    return invalid("demo.json cannot be read; remove the folder and begin anew");
  }
  if (state.json_.at("options") != options_json(options)) {
    return invalid("the folder holds a demo with other options; remove it, or choose another");
  }
  return state;
}

Result<State> State::open_made(const std::string& folder) {
  const auto bytes = seal::read_whole_file(folder + "/demo.json", kStateBytesMax);
  const auto made = bytes.ok() ? Json::parse(seal::as_text(bytes.value()), nullptr, false) : Json();
  if (!made.is_object() || !made.contains("options"))
    return invalid("there is no demo in that folder; make one: kinfold demo FOLDER --live");
  DemoOptions options;
  options.folder = folder;
  options.family_count = made["options"].value("families", options.family_count);
  options.seed = made["options"].value("seed", options.seed);
  options.register_person_count = made["options"].value("register_people", options.register_person_count);
  options.live = made["options"].value("live", false);
  return open(options);
}

bool State::done(const std::string& stage) const { return json_.at("stages").contains(stage); }

Status State::finish(const std::string& stage, Json facts) {
  json_["stages"][stage] = std::move(facts);
  return seal::write_whole_file(path("demo.json"), seal::as_bytes(json_.dump(1)));
}

Result<std::unique_ptr<site::Site>> State::open_site(const std::string& party) {
  const auto passphrase = passphrase_of(passphrase_file(party));
  if (!passphrase.ok()) return passphrase.error();
  return site::Site::open(site_folder(party), passphrase.value(), clock_);
}

}  // namespace kinfold::demo
