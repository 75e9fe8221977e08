// One file a council: everybody in a family on a line, with the families in the council's order.
#include "synth/councils.h"

#include <filesystem>
#include <fstream>

#include "base/parallel.h"
#include "synth/council_row_internal.h"
#include "synth/life_internal.h"

namespace kinfold::synth {

namespace {

constexpr std::size_t kFamiliesPerChunk = 256;
constexpr std::size_t kCouncilCount = 3;
constexpr double kDuplicatePerson = 0.015;
constexpr double kDuplicateFamily = 0.005;

struct Record {
  std::string bytes;  ///< With its line end.
  std::uint32_t line_count = 1;
  std::int64_t true_person = 0;  ///< 0: of nobody.
  std::uint64_t true_family = 0;
  bool duplicate = false;
  bool broken = false;
};
using Records = std::array<std::vector<Record>, kCouncilCount>;

/// The kinds of line that no reader can make sense of, one each for a council.
enum class Break { kCutShort, kUnquotedComma, kStrayQuote, kTotal };

Record to_record(const Family& family, std::size_t place, std::size_t council, int copy, std::uint64_t seed) {
  RandomStream random(seed, {kStreamCouncil, family.index, place, council, static_cast<std::uint64_t>(copy)});
  const auto row = council_row(family, place, council, random);
  Record record;
  record.bytes = csv_record(row, council);
  for (const char c : record.bytes) record.line_count += c == '\n' ? 1 : 0;
  --record.line_count;  // The line's own end.
  record.true_person = family.household.people[place].id;
  record.true_family = family.index + 1;
  record.duplicate = copy > 0;
  return record;
}

/// The families after which a broken line stands: a fixed few in each council.
bool breaks_here(const Family& family, const SynthOptions& options, Break& kind) {
  constexpr std::uint64_t kBreaks = 16;
  for (std::uint64_t i = 0; i < kBreaks; ++i) {
    RandomStream random(options.seed, {kStreamBroken, i});
    if (random.below(options.family_count) != family.index) continue;
    kind = static_cast<Break>(i % 4);
    return true;
  }
  return false;
}

Record broken_record(const Family& family, Break kind, std::uint64_t seed) {
  const auto council = static_cast<std::size_t>(family.authority);
  Record record = to_record(family, 0, council, 7, seed);
  const std::string end = line_end(council);
  record.duplicate = true;
  record.broken = true;
  record.line_count = 1;
  std::erase(record.bytes, '"');
  for (char& c : record.bytes) c = c == '\n' || c == '\r' ? ' ' : c;
  switch (kind) {
    case Break::kCutShort: record.bytes = record.bytes.substr(0, 24) + end; break;
    case Break::kUnquotedComma: record.bytes = "see file note, moved, " + record.bytes + end; break;
    case Break::kStrayQuote:
      record.bytes = record.bytes.substr(0, 12) + "\"x\"y" + record.bytes.substr(12) + end;
      break;
    case Break::kTotal:
      record.bytes = "Total families in return: " + std::to_string(family.index) + end;
      record.true_person = 0;
      record.duplicate = false;
      break;
  }
  return record;
}

void add_family(const Family& family, const SynthOptions& options, Records& records) {
  RandomStream random(options.seed, {kStreamDuplicate, family.index});
  const auto council = static_cast<std::size_t>(family.authority);
  for (std::size_t place = 0; place < family.members.size(); ++place) {
    records[council].push_back(to_record(family, place, council, 0, options.seed));
    if (random.chance(kDuplicatePerson))
      records[council].push_back(to_record(family, place, council, 1, options.seed));
  }
  if (random.chance(kDuplicateFamily)) {  // Moved, and sent by both.
    const auto other = (council + 1 + random.below(kCouncilCount - 1)) % kCouncilCount;
    for (std::size_t place = 0; place < family.members.size(); ++place) {
      records[other].push_back(to_record(family, place, other, 2, options.seed));
    }
  }
  if (Break kind{}; breaks_here(family, options, kind)) {
    records[council].push_back(broken_record(family, kind, options.seed));
  }
}

}  // namespace

Status write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  const auto name = std::filesystem::path(path).filename().string();
  if (!file) return io_error("cannot write " + name + "; check the folder's permissions and the free space");
  return {};
}

Result<CouncilFiles> write_councils(const std::string& folder, const Programme& programme,
                                    const SynthOptions& options) {
  const auto& families = programme.families;
  std::vector<Records> chunks((families.size() - 1) / kFamiliesPerChunk + 1);
  const auto thread_count = options.thread_count == 0 ? default_thread_count() : options.thread_count;
  parallel_chunks(families.size(), kFamiliesPerChunk, thread_count,
                  [&](std::size_t chunk, std::size_t begin, std::size_t end) {
                    for (std::size_t i = begin; i < end; ++i) add_family(families[i], options, chunks[chunk]);
                  });
  CouncilFiles files;
  for (std::size_t council = 0; council < kCouncilCount; ++council) {
    std::string bytes = csv_header(council, options.problems);
    std::uint64_t line = 2;
    for (const auto& chunk : chunks) {
      for (const auto& record : chunk[council]) {
        if (record.true_person != 0) {
          files.rows.push_back({static_cast<int>(council), line, record.true_person, record.true_family});
        }
        bytes += record.bytes;
        line += record.line_count;
        ++files.line_count;
        files.duplicate_count += record.duplicate ? 1 : 0;
        files.broken_count += record.broken ? 1 : 0;
      }
    }
    if (auto done = write_bytes(folder + "/" + options.authorities[council] + ".csv", bytes); !done.ok())
      return done.error();
  }
  return files;
}

}  // namespace kinfold::synth
