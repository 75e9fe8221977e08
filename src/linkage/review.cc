#include "linkage/review.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/random.h"
#include "linkage/estimate.h"
#include "linkage/manifest_internal.h"
#include "linkage/output_internal.h"
#include "linkage/records_internal.h"
#include "linkage/run_folder_internal.h"
#include "linkage/shown_internal.h"

namespace kinfold::linkage {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::size_t kGroupRecordMax = 8;  // 28 pairs: more would not be looked at with care.
constexpr const char* kSetFile = "pairs.json";

// Puts records into the set as a coder sees them.
class SetMaker {
 public:
  explicit SetMaker(const RunFolder& run)
      : fields_(shown_fields(run.left, run.right ? &*run.right : nullptr, run.result.model)),
        left_id_(find_id(run.left, run.result.model)),
        right_id_(find_id(run.second(), run.result.model)) {
    for (const auto& field : fields_) set.fields.push_back(field.name);
  }

  void add(const RowPair& rows, Drawn drawn, std::uint32_t group) {
    set.pairs.push_back({record(rows.first, true), record(rows.second, false), drawn, group});
  }

  ReviewSet set;

 private:
  ReviewRecord record(std::uint32_t row, bool left) const {
    ReviewRecord own{id_text(left ? left_id_ : right_id_, row), {}};
    for (const auto& field : fields_) own.values.push_back(shown_text(left ? field.left : field.right, row));
    return own;
  }

  std::vector<ShownField> fields_;
  const table::Column* left_id_;
  const table::Column* right_id_;
};

// Records of a cluster: of two files left and right ones, of one file all of them.
struct Members {
  std::vector<std::uint32_t> left;
  std::vector<std::uint32_t> right;

  bool makes_pairs(bool two_files) const {
    return two_files ? !left.empty() && !right.empty() && left.size() + right.size() > 2 : left.size() > 1;
  }
};

void cut(std::vector<std::uint32_t>& rows, std::size_t count_max, RandomStream& random) {
  for (std::size_t n = 0; n < rows.size() && n < count_max; ++n)
    std::swap(rows[n], rows[n + random.below(rows.size() - n)]);
  rows.resize(std::min(rows.size(), count_max));
  std::sort(rows.begin(), rows.end());
}

// Clusters drawn by chance. Between two files a cluster of two is a pair like any other and is left to the
// sample.
std::size_t add_clusters(const RunFolder& run, const DrawOptions& options, SetMaker& maker) {
  std::map<std::uint32_t, Members> clusters;
  for (std::uint32_t row = 0; row < run.result.left_cluster.size(); ++row)
    clusters[run.result.left_cluster[row]].left.push_back(row);
  for (std::uint32_t row = 0; row < run.result.right_cluster.size(); ++row)
    clusters[run.result.right_cluster[row]].right.push_back(row);
  const bool two_files = run.right.has_value();
  std::vector<Members> several;
  for (auto& [number, members] : clusters)
    if (members.makes_pairs(two_files)) several.push_back(std::move(members));
  RandomStream random(options.seed, {0xC1});
  const std::size_t count = std::min(options.cluster_count, several.size());
  for (std::size_t n = 0; n < count; ++n) {
    std::swap(several[n], several[n + random.below(several.size() - n)]);
    Members& members = several[n];
    const auto group = static_cast<std::uint32_t>(n + 1);
    cut(members.left, two_files ? kGroupRecordMax / 2 : kGroupRecordMax, random);
    cut(members.right, kGroupRecordMax / 2, random);
    for (std::size_t i = 0; i < members.left.size(); ++i) {
      if (two_files)
        for (const auto other : members.right) maker.add({members.left[i], other}, Drawn::kChosen, group);
      else
        for (std::size_t j = i + 1; j < members.left.size(); ++j)
          maker.add({members.left[i], members.left[j]}, Drawn::kChosen, group);
    }
  }
  return count;
}

std::string few_clusters(std::size_t count, bool two_files) {
  const std::string all =
      count == 0 ? "the run has no cluster" : "the run has only " + std::to_string(count) + " clusters";
  return two_files ? all +
                         " of three records or more from both files: where records are linked one to one a "
                         "link is a pair, and pairs are drawn by chance (--pairs)"
                   : all + " of two records or more";
}

std::string set_key(const ReviewSet& set) {
  std::uint64_t hash = hash_text("review");
  for (const auto& pair : set.pairs) hash = hash_text(pair.left.id + "\n" + pair.right.id, hash);
  char text[20];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

ordered_json record_json(const ReviewRecord& record) {
  return {{"id", record.id}, {"values", record.values}};
}

ReviewRecord record_of(const ordered_json& json) {
  return {json.at("id").get<std::string>(), json.at("values").get<std::vector<std::string>>()};
}

std::string file_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

Result<DrawReport> draw_review(const DrawOptions& options) {
  const fs::path path = fs::path(options.review_dir) / kSetFile;
  std::error_code error;
  if (fs::exists(path, error))
    return invalid(
        "the review folder has a set of pairs already, and decisions may hang on it; name another folder");
  auto read = read_run_folder(options.run_dir);
  if (!read.ok()) return read.error();
  const RunFolder& run = read.value();
  SetMaker maker(run);
  const auto sample = draw_sample(run.result, options.pair_count, options.seed);
  for (const auto& pair : sample) maker.add(pair.rows, Drawn::kSample, 0);
  DrawReport report;
  report.sample_count = sample.size();
  report.cluster_count = add_clusters(run, options, maker);
  report.pair_count = maker.set.pairs.size();
  if (report.cluster_count < options.cluster_count)
    report.note = few_clusters(report.cluster_count, run.right.has_value());
  report.file = kSetFile;
  if (report.pair_count == 0) return invalid("the run kept no pair to look at; see its report");
  maker.set.key = set_key(maker.set);
  fs::create_directories(options.review_dir, error);
  if (error)
    return io_error("the review folder cannot be made; name one below a folder that you may write to");
  if (auto status = write_text(path.string(), review_to_json(maker.set)); !status.ok()) return status.error();
  return report;
}

std::string review_to_json(const ReviewSet& set) {
  ordered_json json = {{"key", set.key}, {"fields", set.fields}};
  json["pairs"] = ordered_json::array();
  for (const auto& pair : set.pairs) {
    json["pairs"].push_back({{"left", record_json(pair.left)},
                             {"right", record_json(pair.right)},
                             {"drawn", pair.drawn == Drawn::kSample ? "sample" : "chosen"},
                             {"group", pair.group}});
  }
  return json.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Result<ReviewSet> parse_review_json(std::string_view text) {
  try {
    const auto json = ordered_json::parse(text);
    ReviewSet set{json.at("key").get<std::string>(), json.at("fields").get<std::vector<std::string>>(), {}};
    for (const auto& pair : json.at("pairs")) {
      set.pairs.push_back({record_of(pair.at("left")), record_of(pair.at("right")),
                           pair.at("drawn").get<std::string>() == "sample" ? Drawn::kSample : Drawn::kChosen,
                           pair.at("group").get<std::uint32_t>()});
      const auto& added = set.pairs.back();
      if (added.left.values.size() != set.fields.size() || added.right.values.size() != set.fields.size())
        return invalid("the set of pairs is damaged; draw it again");
    }
    return set;
  } catch (const std::exception&) {
    return invalid("the set of pairs cannot be read; draw it again");
  }
}

Result<ReviewSet> read_review(const std::string& review_dir) {
  const fs::path path = fs::path(review_dir) / kSetFile;
  std::error_code error;
  if (!fs::is_regular_file(path, error))
    return io_error("the folder has no pairs.json; make one with `kinfold review draw`");
  return parse_review_json(file_text(path));
}

bool is_coder_name(std::string_view name) {
  return !name.empty() && name.size() <= 40 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

std::string decisions_path(const std::string& review_dir, std::string_view coder) {
  return (fs::path(review_dir) / ("decisions-" + std::string(coder) + ".csv")).string();
}

Result<std::vector<Decision>> read_all_decisions(const std::string& review_dir) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(review_dir, error)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with("decisions-") && name.ends_with(".csv")) paths.push_back(entry.path());
  }
  if (error) return io_error("the review folder cannot be read; check its name");
  std::sort(paths.begin(), paths.end());
  std::vector<Decision> all;
  for (const auto& path : paths) {
    auto decisions = read_decisions(path.string());
    if (!decisions.ok())
      return Error{decisions.error().code, path.filename().string() + ": " + decisions.error().message};
    all.insert(all.end(), decisions.value().begin(), decisions.value().end());
  }
  return all;
}

}  // namespace kinfold::linkage
