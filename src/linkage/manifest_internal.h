// The manifest of a run: what went in, what came out, and all that is needed to do it again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "linkage/command.h"
#include "linkage/link.h"

namespace kinfold::linkage {

struct ManifestInput {
  std::string role;  ///< "left", "right", "model", "decisions", "frequencies of FIELD".
  std::string path;  ///< As it is found from here.
  std::string sha256;
};

struct ManifestOutput {
  std::string name;
  std::string sha256;
};

struct Manifest {
  std::string version;
  std::vector<ManifestInput> inputs;
  std::vector<ManifestOutput> outputs;
  LinkCommand command;  ///< Paths as they are found from here; out_dir is the manifest's folder.
};

/// Any number of files at once, from as many threads.
Result<std::string> sha256_of_file(const std::string& path);

/// A path as seen from a folder, so that a folder that is moved whole can still be used.
std::string relative_to(const std::string& path, const std::string& dir);
/// model_to_toml() for a file in `dir`: tables of frequencies are named as seen from there.
std::string model_text(const Model& model, const std::string& dir);

/// The files that go into a run, without their hashes.
std::vector<ManifestInput> inputs_of(const LinkCommand& command, const Model& model);

/// Inputs are named as seen from command.out_dir where that can be said, so that a moved folder still works.
std::string manifest_json(const LinkCommand& command, const LinkResult& result, const LinkReport& report,
                          const std::vector<ManifestInput>& inputs,
                          const std::vector<ManifestOutput>& outputs);

/// \retval kInvalid if it is not such a file or from a version that wrote less; kIo.
Result<Manifest> read_manifest(const std::string& path);

}  // namespace kinfold::linkage
