// What each stage of linking one file's duplicates takes: a table in memory to pairs and clusters in memory.
//
//     linkage_stages PEOPLE.parquet MODEL.toml
//
// Prints one JSON object: candidate pairs, and of each stage (and of the explanation of one pair under the
// fitted model, ten thousand times the same two records) seconds of wall time and of all processors.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "linkage/command.h"
#include "linkage/pairs.h"
#include "table/io.h"

namespace {

using nlohmann::json;
using namespace kinfold;

struct Moment {
  double wall = 0.0;
  double processor = 0.0;
};

Moment now() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  const auto wall = std::chrono::steady_clock::now().time_since_epoch();
  return {std::chrono::duration<double>(wall).count(), seconds(usage.ru_utime) + seconds(usage.ru_stime)};
}

json since(const Moment& start) {
  const Moment end = now();
  return {{"seconds", end.wall - start.wall}, {"processor_seconds", end.processor - start.processor}};
}

class Stages final : public Progress {
 public:
  void begin(std::string_view stage, std::uint64_t) override {
    stage_ = stage;
    start_ = now();
  }
  void advance(std::uint64_t) override {}
  void end() override { taken_[stage_] = since(start_); }
  const json& taken() const { return taken_; }

 private:
  std::string stage_;
  Moment start_;
  json taken_ = json::object();
};

int fail(const Error& error) {
  std::fprintf(stderr, "linkage_stages: %s\n", error.message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: %s PEOPLE.parquet MODEL.toml\n", argv[0]), 2;
  const auto people = table::read_file(argv[1]);
  if (!people.ok()) return fail(people.error());
  const auto model = linkage::read_model(argv[2]);
  if (!model.ok()) return fail(model.error());
  Stages stages;
  linkage::LinkCommand command;
  command.progress = &stages;
  const Moment start = now();
  const auto linked = linkage::link_tables(command, people.value(), nullptr, model.value());
  if (!linked.ok()) return fail(linked.error());
  json all = {{"pairs", linked.value().result.candidate_pair_count},
              {"link", since(start)},
              {"stages", stages.taken()}};

  constexpr std::size_t kPairs = 10'000;
  table::Table two = people.value().slice(0, 2);
  const Moment explaining = now();
  for (std::size_t n = 0; n < kPairs; ++n) {
    const auto told = linkage::explain_pairs(two, nullptr, linked.value().result.model, {{0, 1}});
    if (!told.ok()) return fail(told.error());
  }
  json one = since(explaining);
  for (auto& figure : one) figure = figure.get<double>() / static_cast<double>(kPairs);
  all["explain_one_pair"] = one;
  std::printf("%s\n", all.dump().c_str());
  return 0;
}
