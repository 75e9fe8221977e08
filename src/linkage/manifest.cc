#include "linkage/manifest_internal.h"

#include <nettle/base16.h>
#include <nettle/sha2.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

namespace kinfold::linkage {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

struct Role {
  const char* name;
  std::string LinkCommand::*path;
};
constexpr std::array<Role, 4> kRoles = {{{"left", &LinkCommand::left_path},
                                         {"right", &LinkCommand::right_path},
                                         {"model", &LinkCommand::model_path},
                                         {"decisions", &LinkCommand::decisions_path}}};

constexpr std::string_view kFrequenciesOf = "frequencies of ";

Manifest manifest_of(const ordered_json& json, const fs::path& dir) {
  Manifest manifest;
  manifest.version = json.at("kinfold").get<std::string>();
  LinkCommand& command = manifest.command;
  for (const auto& [name, path] : kRoles) {
    if (!json.at("inputs").contains(name)) continue;
    const auto& input = json.at("inputs").at(name);
    command.*path = (dir / input.at("path").get<std::string>()).lexically_normal().string();
    manifest.inputs.push_back({name, command.*path, input.at("sha256").get<std::string>()});
  }
  for (const auto& [name, input] : json.at("inputs").items()) {
    if (!name.starts_with(kFrequenciesOf)) continue;
    const auto path = (dir / input.at("path").get<std::string>()).lexically_normal().string();
    command.frequencies.emplace_back(name.substr(kFrequenciesOf.size()), path);
    manifest.inputs.push_back({name, path, input.at("sha256").get<std::string>()});
  }
  for (const auto& [name, hash] : json.at("outputs").items())
    manifest.outputs.push_back({name, hash.get<std::string>()});
  const auto& options = json.at("options");
  command.out_dir = dir.string();
  command.truth_column = options.at("truth").get<std::string>();
  command.truth_pattern = options.at("truth_pattern").get<std::string>();
  if (!options.at("threshold").is_null()) command.threshold = options.at("threshold").get<double>();
  command.pairing = pairing_of(options.at("pairing").get<std::string>()).value_or(Pairing::kAuto);
  command.household_column = options.value("household", std::string{});
  command.pair_count_max = options.at("pairs_max").get<std::uint64_t>();
  command.decoy_count = options.at("decoys").get<std::size_t>();
  command.group_column = options.at("by").get<std::string>();
  command.show_values = options.at("show_values").get<bool>();
  command.write_csv = options.at("csv").get<bool>();
  command.write_parquet = options.at("parquet").get<bool>();
  return manifest;
}

}  // namespace

std::string relative_to(const std::string& path, const std::string& dir) {
  std::error_code error;
  const auto relative = fs::relative(path, dir, error);
  return error || relative.empty() ? fs::absolute(path, error).string() : relative.string();
}

std::string model_text(const Model& model, const std::string& dir) {
  Model seen = model;
  for (auto& field : seen.fields)
    if (!field.frequencies.file.empty()) field.frequencies.file = relative_to(field.frequencies.file, dir);
  return model_to_toml(seen);
}

Result<std::string> sha256_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return io_error("a file could not be read again for its hash; see that it is still where it was");
  sha256_ctx state;
  sha256_init(&state);
  std::vector<char> buffer(1 << 17);
  while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || file.gcount() > 0) {
    sha256_update(&state, static_cast<std::size_t>(file.gcount()),
                  reinterpret_cast<const std::uint8_t*>(buffer.data()));
  }
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
  sha256_digest(&state, digest.size(), digest.data());
  std::string hex(BASE16_ENCODE_LENGTH(SHA256_DIGEST_SIZE), '\0');
  base16_encode_update(hex.data(), digest.size(), digest.data());
  return hex;
}

std::vector<ManifestInput> inputs_of(const LinkCommand& command, const Model& model) {
  std::vector<ManifestInput> inputs;
  for (const auto& [name, path] : kRoles)
    if (!(command.*path).empty()) inputs.push_back({name, command.*path, {}});
  for (const auto& field : model.fields) {
    if (!field.frequencies.file.empty())
      inputs.push_back({std::string(kFrequenciesOf) + field.name, field.frequencies.file, {}});
  }
  return inputs;
}

std::string manifest_json(const LinkCommand& command, const LinkResult& result, const LinkReport& report,
                          const std::vector<ManifestInput>& inputs,
                          const std::vector<ManifestOutput>& outputs) {
  ordered_json json;
  json["kinfold"] = KINFOLD_VERSION;
  json["command"] = "link";
  for (const auto& [role, path, hash] : inputs) {
    json["inputs"][role] = {{"file", fs::path(path).filename().string()},
                            {"path", relative_to(path, command.out_dir)},
                            {"sha256", hash}};
  }
  json["options"] = {
      {"truth", command.truth_column},
      {"truth_pattern", command.truth_pattern},
      {"threshold", command.threshold ? ordered_json(*command.threshold) : ordered_json(nullptr)},
      {"pairing", pairing_name(command.pairing)},
      {"household", command.household_column},
      {"pairs_max", command.pair_count_max},
      {"decoys", command.decoy_count},
      {"by", command.group_column},
      {"show_values", command.show_values},
      {"csv", command.write_csv},
      {"parquet", command.write_parquet}};
  json["model"] = {{"name", result.model.name},
                   {"fitted", "model.toml"},
                   {"starting", command.model_path.empty() ? "built in" : "given"}};
  json["seed"] = result.model.settings.seed;
  json["result"] = {{"pairs", report.pair_count},
                    {"clusters", report.cluster_count},
                    {"candidate_pairs", report.candidate_pair_count},
                    {"pairing", pairing_name(result.pairing)},
                    {"threshold", report.threshold},
                    {"left_rows", report.left_row_count},
                    {"right_rows", report.right_row_count},
                    {"rejected_lines", report.rejected_count}};
  for (const auto& output : outputs) json["outputs"][output.name] = output.sha256;
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Result<Manifest> read_manifest(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return io_error("the manifest cannot be opened; name the manifest.json that `kinfold link` wrote");
  try {
    return manifest_of(ordered_json::parse(file), fs::absolute(path).parent_path());
  } catch (const std::exception&) {
    return invalid(
        "the manifest is not one that this version of `kinfold link` wrote, or it was changed; link again");
  }
}

}  // namespace kinfold::linkage
