#include "linkage/input_internal.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "linkage/frequencies.h"
#include "linkage/run_internal.h"

namespace kinfold::linkage {
namespace {

namespace fs = std::filesystem;

Error about(std::string_view which, const Error& error) {
  return {error.code, "the " + std::string(which) + " file: " + error.message};
}

}  // namespace

// The fast reader refuses a file for its first bad line; the careful one sets bad lines aside and keeps the
// rest.
Result<InputFile> read_input(const std::string& path, std::string_view which, std::size_t thread_count) {
  table::ReadOptions options;
  options.all_strings = true;
  options.thread_count = thread_count;
  auto read = table::read_file(path, options);
  if (read.ok()) return InputFile{std::move(read).value(), {}};
  if (read.error().code != ErrorCode::kInvalid) return about(which, read.error());
  auto careful = table::read_csv_text(path);
  if (!careful.ok() || careful.value().bad_lines.empty()) return about(which, read.error());
  return InputFile{std::move(careful.value().table), std::move(careful.value().bad_lines)};
}

Result<Inputs> read_inputs(const LinkCommand& command) {
  Inputs inputs;
  inputs.model = people_model();
  if (!command.model_path.empty()) {
    auto model = read_model(command.model_path);
    if (!model.ok()) return model.error();
    inputs.model = std::move(model).value();
  }
  for (const auto& [name, path] : command.frequencies) {
    const auto field = std::find_if(inputs.model.fields.begin(), inputs.model.fields.end(),
                                    [&wanted = name](const Field& own) { return own.name == wanted; });
    if (field == inputs.model.fields.end())
      return invalid("the model has no field " + name +
                     " to take frequencies for; name one that it has with --frequencies FIELD=FILE");
    if (auto status = take_frequencies(*field, path); !status.ok()) return status.error();
  }
  const StageScope stage(command.progress, "read");
  auto left = read_input(command.left_path, "left", command.thread_count);
  if (!left.ok()) return left.error();
  inputs.left = std::move(left).value();
  inputs.two_files = !command.right_path.empty();
  if (!inputs.two_files) return inputs;
  auto right = read_input(command.right_path, "right", command.thread_count);
  if (!right.ok()) return right.error();
  inputs.right = std::move(right).value();
  return inputs;
}

std::string rejects_csv(const Inputs& inputs) {
  std::string csv = "file,line,column,reason\n";
  for (const auto* file : {&inputs.left, &inputs.right}) {
    for (const auto& bad : file->rejected) {
      csv += std::string(file == &inputs.left ? "left" : "right") + "," + std::to_string(bad.line) + "," +
             csv_field(bad.column) + "," + csv_field(bad.reason) + "\n";
    }
  }
  return csv;
}

Status check_out_dir(const std::string& out_dir) {
  std::error_code error;
  fs::path there = fs::absolute(out_dir, error);
  while (!fs::exists(there, error) && there.has_parent_path() && there != there.parent_path())
    there = there.parent_path();
  if (!fs::is_directory(there, error))
    return io_error("the output folder cannot be made: a file is in its place; name another with --out");
  if (::access(there.c_str(), W_OK | X_OK) != 0)
    return io_error("the output folder may not be written to; change its mode or name another with --out");
  return {};
}

Status make_out_dir(const std::string& out_dir) {
  std::error_code error;
  fs::create_directories(out_dir, error);
  if (error)
    return io_error("the output folder cannot be made; name one below a folder that you may write to");
  return {};
}

}  // namespace kinfold::linkage
