#include "linkage/repeat.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "linkage/manifest_internal.h"

namespace kinfold::linkage {
namespace {

namespace fs = std::filesystem;

Status check_inputs(const Manifest& manifest) {
  for (const auto& input : manifest.inputs) {
    const LinkCommand& command = manifest.command;
    const std::string& path = input.role == "left"    ? command.left_path
                              : input.role == "right" ? command.right_path
                                                      : input.path;
    const auto hash = sha256_of_file(path);
    if (!hash.ok())
      return io_error(
          "the " + input.role +
          " file of the run is not where it was; put it back, or name the two files before --repeat");
    if (hash.value() != input.sha256)
      return invalid("the " + input.role +
                     " file is not the one that was linked: its hash differs; nothing was done");
  }
  return {};
}

}  // namespace

Result<RepeatReport> repeat_link(const std::string& manifest_path, const LinkCommand& command) {
  auto read = read_manifest(manifest_path);
  if (!read.ok()) return read.error();
  Manifest& manifest = read.value();
  std::error_code error;
  if (fs::weakly_canonical(command.out_dir, error) == fs::weakly_canonical(manifest.command.out_dir, error)) {
    return invalid(
        "--out is the folder of the run that is to be repeated; name another, so that the two can be "
        "compared");
  }
  manifest.command.out_dir = command.out_dir;
  manifest.command.thread_count = command.thread_count;
  manifest.command.progress = command.progress;
  if (!command.left_path.empty()) manifest.command.left_path = command.left_path;
  if (!command.right_path.empty()) manifest.command.right_path = command.right_path;
  if (auto status = check_inputs(manifest); !status.ok()) return status.error();
  auto linked = run_link(manifest.command);
  if (!linked.ok()) return linked.error();
  RepeatReport report;
  report.link = std::move(linked).value();
  report.first_version = manifest.version;
  report.version_is_same = manifest.version == KINFOLD_VERSION;
  for (const auto& output : manifest.outputs) {
    const auto hash = sha256_of_file((fs::path(command.out_dir) / output.name).string());
    (hash.ok() && hash.value() == output.sha256 ? report.same : report.different).push_back(output.name);
  }
  return report;
}

std::string RepeatReport::to_json() const {
  nlohmann::ordered_json json = {
      {"inputs_same", true},    {"outputs_same", all_same()},     {"same", same},
      {"different", different}, {"first_version", first_version}, {"version", KINFOLD_VERSION}};
  json["link"] = nlohmann::ordered_json::parse(link.to_json());
  return json.dump(2);
}

std::string RepeatReport::to_text() const {
  std::string text = link.to_text();
  text += "  inputs         the files that were linked before, by their hashes\n";
  text += all_same() ? "  outputs        the same, byte for byte: " + join(same, ", ") + "\n"
                     : "  outputs        DIFFERENT: " + join(different, ", ") + "\n";
  if (!version_is_same) text += "  version        " + first_version + " then, " KINFOLD_VERSION " now\n";
  return text;
}

}  // namespace kinfold::linkage
