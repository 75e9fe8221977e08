// Sealing and opening one file, Kinfold's streams against stock age, interleaved in one run; medians of
// processor time, which other work on the machine disturbs little. Not a test. `seal_throughput [MiB]
// [rounds]`; the content is checked.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "seal/files.h"
#include "unit/seal/seal_testing.h"

namespace {

using namespace kinfold;
using namespace kinfold::seal;

Sink file_sink(const FileHandle& file) {
  return [&file](ByteView bytes) { return write_all(file.get(), bytes, "out"); };
}

bool stream(const std::string& from, const std::string& to,
            const std::function<Status(const Source&, const Sink&)>& work) {
  const auto in = open_plain_file(from);
  const FileHandle out(::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
  return in.ok() && out && work(source_of(in.value(), from), file_sink(out)).ok();
}

double processor_seconds() {
  double total = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used{};
    getrusage(who, &used);
    for (const auto& part : {used.ru_utime, used.ru_stime}) {
      total += static_cast<double>(part.tv_sec) + 1e-6 * static_cast<double>(part.tv_usec);
    }
  }
  return total;
}

double seconds(const std::function<bool()>& work) {
  const double start = processor_seconds();
  if (!work()) {
    std::fputs("a run failed\n", stderr);
    std::exit(1);
  }
  return processor_seconds() - start;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// A MiB at a time: the memory that is measured is that of the streams.
bool write_pattern(const std::string& path, std::size_t mib) {
  const FileHandle out(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
  const Bytes block = pattern_bytes(1 << 20);
  for (std::size_t i = 0; i < mib; ++i) {
    if (!out || !write_all(out.get(), block, "plain").ok()) return false;
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  const std::size_t mib = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 256;
  const int rounds = count > 2 ? std::atoi(arguments[2]) : 5;
  const TemporaryFolder folder;
  const AgeIdentity identity = make_identity();
  const AgeRecipient recipient = recipient_of(identity);
  const auto secret = to_secret_text(identity);
  const std::string in = folder / "plain";
  if (!write_pattern(in, mib) || !write_whole_file(folder / "key", secret.bytes()).ok()) return 1;
  const auto shell = [](const std::string& line) {
    return [line] { return std::system(line.c_str()) == 0; };
  };
  const auto ours_seal = [&] {
    return stream(in, folder / "ours.age", [&](const Source& from, const Sink& to) {
      return age_encrypt(from, to, std::span(&recipient, 1));
    });
  };
  const auto ours_open = [&] {
    return stream(folder / "ours.age", folder / "ours.plain",
                  [&](const Source& from, const Sink& to) { return age_decrypt(from, to, identity); });
  };
  std::vector<double> times[4];
  for (int round = 0; round < rounds; ++round) {
    times[0].push_back(seconds(ours_seal));
    times[1].push_back(
        seconds(shell("age -r " + to_text(recipient) + " -o " + (folder / "age.age") + " " + in)));
    times[2].push_back(seconds(ours_open));
    times[3].push_back(seconds(shell("age -d -i " + (folder / "key") + " -o " + (folder / "age.plain") + " " +
                                     (folder / "age.age"))));
  }
  if (!shell("cmp " + in + " " + (folder / "ours.plain"))()) return 1;
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto speed = [&](int which) { return static_cast<double>(mib) / median(times[which]); };
  std::printf(
      "%zu MiB, median of %d, MiB a processor second\nseal: kinfold %.0f, age %.0f, ratio %.2f\nopen: "
      "kinfold %.0f, age %.0f, ratio %.2f\n",
      mib, rounds, speed(0), speed(1), speed(0) / speed(1), speed(2), speed(3), speed(2) / speed(3));
  std::printf("most memory that kinfold's streams took: %ld MiB\n", used.ru_maxrss / 1024);
  return 0;
}
