// How much memory a sealed file of tables takes to seal and to open, part by part and held whole, by its
// size. `kinfold_package_memory [MIB ...]`: MiB of table; each in a process of its own.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "unit/seal/seal_testing.h"

namespace {

using namespace kinfold;
using namespace kinfold::seal;

constexpr std::size_t kRowsInMib = 12'000;  // of a digest's 64 digits and a day

table::Table rows_of(std::uint64_t mib) {
  table::Table table;
  auto& text = table.add("text", table::ColumnType::kString);
  auto& day = table.add("day", table::ColumnType::kDate);
  for (std::size_t i = 0; i < kRowsInMib; ++i) {
    text.append_string(to_hex(sha256(as_bytes(std::to_string(mib * kRowsInMib + i)))));
    day.append_date({static_cast<std::int32_t>(i)});
  }
  return table;
}

/// Parts of 32 MiB, made as they are asked for.
Parts made(std::uint64_t mib) {
  constexpr std::uint64_t kPart = 32;
  auto next = [=, at = std::uint64_t{0}]() mutable -> Result<std::optional<NamedTable>> {
    if (at == mib) return std::optional<NamedTable>();
    NamedTable part{"rows", rows_of(at++)};
    for (std::uint64_t k = 1; k < kPart && at < mib; ++k) {
      const auto more = rows_of(at++);
      part.table.append(more, 0, more.row_count());
    }
    return std::optional<NamedTable>(std::move(part));
  };
  return {
      {{"rows", mib * kRowsInMib, {{"text", table::ColumnType::kString}, {"day", table::ColumnType::kDate}}}},
      next};
}

long peak_mib() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return used.ru_maxrss / 1024;
}

/// In a child, so that each has a peak of its own.
template <typename Work>
bool measured(Work work) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) _exit(work() && std::fflush(stdout) == 0 ? 0 : 1);
  int status = 1;
  waitpid(child, &status, 0);
  return status == 0;
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::uint64_t> sizes;
  for (int i = 1; i < count; ++i) sizes.push_back(std::strtoull(arguments[i], nullptr, 10));
  if (sizes.empty()) sizes = {32, 256, 1024, 4096};
  const SiteKeys from = make_site_keys("ons");
  const SiteKeys to = make_site_keys("dwp");
  Manifest manifest;
  manifest.kind = PackageKind::kRelease;
  manifest.charter_hash = std::string(64, '0');
  manifest.from = "ons";
  manifest.to = "dwp";
  manifest.purpose = "linkage";
  char pattern[] = "/tmp/kinfold-package-XXXXXX";  // on a disk: what lies in /dev/shm would be memory
  const std::string path = std::string(mkdtemp(pattern)) + "/r.age";
  for (const auto mib : sizes) {
    const bool right =
        measured([&] {
          const auto file = seal_package(path, manifest, made(mib), {}, card_of(to), from);
          if (file.ok())
            std::printf("%5zu MiB of table, %5zu MiB sealed: sealing in parts %ld MiB",
                        static_cast<std::size_t>(mib),
                        static_cast<std::size_t>(file.value().byte_count >> 20), peak_mib());
          return file.ok();
        }) &&
        measured([&] {
          std::uint64_t rows = 0;
          const auto file = open_package(path, to, card_of(from), [&](const std::string&, table::Table part) {
            rows += part.row_count();
            return Status();
          });
          std::printf(", opening in parts %ld MiB", peak_mib());
          return file.ok() && rows == mib * kRowsInMib;
        }) &&
        measured([&] {
          const auto file = open_package(path, to, card_of(from));
          std::printf(", opening into one table %ld MiB\n", peak_mib());
          return file.ok();
        });
    std::filesystem::remove(path);
    std::filesystem::remove(path + ".minisig");
    if (!right) return 1;
  }
  std::filesystem::remove(std::filesystem::path(path).parent_path());
  return 0;
}
