// The cluster bootstrap of six outcomes: seconds and memory. Usage: kinfold_bootstrap_bench UNITS REPLICATES
// THREADS
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "base/random.h"
#include "evaluation/bootstrap.h"

namespace {

using namespace kinfold::evaluation;

constexpr std::size_t kCovariates = 15;
constexpr std::size_t kOutcomes = 6;
constexpr std::size_t kAuthorities = 150;

/// Families of two or so in 150 authorities, sixteen columns, six yes-or-no outcomes.
BootstrapGroup make_group(std::size_t count) {
  kinfold::RandomStream random(11);
  BootstrapGroup group;
  auto& s = group.sample;
  s.x = Matrix(count, kCovariates + 1);
  s.names.assign(kCovariates + 1, "x");
  group.y.assign(kOutcomes, std::vector<double>(count));
  for (std::size_t i = 0; i < count; ++i) {
    s.x.at(i, 0) = 1;
    double eta = -0.5;
    for (std::size_t c = 1; c <= kCovariates; ++c) {
      s.x.at(i, c) = c % 3 == 0 ? (random.chance(0.3) ? 1.0 : 0.0) : random.normal();
      eta += 0.1 * s.x.at(i, c);
    }
    s.treated.push_back(random.chance(1 / (1 + std::exp(-eta))));
    s.cluster.push_back(static_cast<std::uint32_t>(i / 2));
    for (auto& y : group.y) y[i] = random.chance(0.1 + 0.02 * s.treated.back()) ? 1 : 0;
  }
  return group;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const auto count = static_cast<std::size_t>(std::atoll(argv[1]));
  const BootstrapOptions options{static_cast<std::size_t>(std::atoll(argv[2])), 1,
                                 static_cast<std::size_t>(std::atoll(argv[3]))};
  std::vector<BootstrapGroup> groups;
  groups.push_back(make_group(count));
  const std::size_t families = (count + 1) / 2;
  std::vector<std::uint32_t> authority;
  for (std::size_t f = 0; f < families; ++f)
    authority.push_back(static_cast<std::uint32_t>(f % kAuthorities));
  const ClusterDraws draws(families, authority);
  const auto start = std::chrono::steady_clock::now();
  const auto replicates =
      bootstrap_estimates(groups, {MethodKind::kIpw, Estimand::kAtt, ScoreLink::kLogit}, draws, options);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!replicates.ok() || !replicate_covariance(replicates.value())) return 1;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%zu units, %zu outcomes, %zu replicates, %zu threads: %.1f s, %.0f MB at most\n", count,
              kOutcomes, options.replicate_count, options.thread_count, seconds,
              static_cast<double>(usage.ru_maxrss) / 1024);
  return 0;
}
