#include "seal/package.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "seal/archive.h"
#include "seal/files.h"
#include "seal_testing.h"

namespace kinfold::seal {
namespace {

const SiteKeys& ons() {
  static const SiteKeys keys = make_site_keys("ons");
  return keys;
}
const SiteKeys& dwp() {
  static const SiteKeys keys = make_site_keys("dwp");
  return keys;
}

Manifest request_manifest() {
  Manifest manifest;
  manifest.kind = PackageKind::kRequest;
  manifest.charter_hash = std::string(64, 'a');
  manifest.from = "ons";
  manifest.to = "dwp";
  manifest.purpose = "linkage";
  manifest.data_classes = {"identity"};
  manifest.created = *parse_rfc3339("2026-11-22T10:00:00Z");
  manifest.expires = *parse_iso_date("2026-12-22");
  return manifest;
}

Contents people(std::size_t row_count) {
  table::Table table;
  auto& reference = table.add("reference", table::ColumnType::kString);
  for (std::size_t i = 0; i < row_count; ++i) reference.append_string("R" + std::to_string(i));
  auto& born = table.add("date_of_birth", table::ColumnType::kDate);
  for (std::size_t i = 0; i < row_count; ++i) born.append_date({static_cast<std::int32_t>(i)});
  Contents contents;
  contents.tables.push_back({"people", std::move(table)});
  const auto note = as_bytes("a receipt\n");
  contents.documents.push_back({"receipt.txt", {note.begin(), note.end()}});
  return contents;
}

/// A sealed file, and the bytes of both its files.
struct Request : SealedFile {
  Bytes sealed;
  std::string signature;
};

Request request(std::size_t row_count = 3) {
  const TemporaryFolder folder;
  const std::string path = folder / "r.age";
  auto file = seal_package(path, request_manifest(), people(row_count), card_of(dwp()), ons());
  EXPECT_TRUE(file.ok()) << (file.ok() ? "" : file.error().message);
  EXPECT_EQ(folder.file_count(), 2u);
  Request made{std::move(file).value(), read_whole_file(path, 1 << 30).value(), {}};
  made.signature = as_text(read_whole_file(path + ".minisig", 1 << 20).value());
  return made;
}

Result<OpenedFile> open_bytes(ByteView sealed, std::string_view signature, const SiteKeys& ours,
                              const Card& sender) {
  const TemporaryFolder folder;
  const std::string path = folder / "r.age";
  EXPECT_TRUE(write_whole_file(path, sealed).ok() &&
              write_whole_file(path + ".minisig", as_bytes(signature)).ok());
  auto opened = open_package(path, ours, sender);
  if (!opened.ok()) {
    EXPECT_TRUE(opened.error().message.starts_with("r.age: "));
    return Error{opened.error().code, opened.error().message.substr(7)};
  }
  return opened;
}

std::string refusal(ByteView sealed, std::string_view signature, const SiteKeys& ours, const Card& sender) {
  auto opened = open_bytes(sealed, signature, ours, sender);
  return opened.ok() ? "opened" : opened.error().message;
}

TEST(Package, GivesBackTablesDocumentsAndManifest) {
  const Request file = request();
  auto opened = open_bytes(file.sealed, file.signature, dwp(), card_of(ons()));
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  EXPECT_EQ(opened.value().manifest, file.manifest);
  EXPECT_EQ(opened.value().digest, file.digest);
  EXPECT_FALSE(file.manifest.id.is_zero());
  const auto* table = opened.value().contents.find("people");
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->row_count(), 3u);
  EXPECT_EQ(table->find("reference")->string_at(2), "R2");
  EXPECT_EQ(as_text(opened.value().contents.find_document("receipt.txt")->bytes), "a receipt\n");
  EXPECT_EQ(opened.value().contents.require("events").error().message,
            "has no table 'events' inside; ask the sender to seal it again");
}

TEST(Package, TravelsAsTwoFilesAndSaysWhenTheSignatureIsMissing) {
  const TemporaryFolder folder;
  ASSERT_TRUE(
      seal_package(folder / "request.age", request_manifest(), people(3), card_of(dwp()), ons()).ok());
  EXPECT_EQ(folder.file_count(), 2u);
  EXPECT_TRUE(open_package(folder / "request.age", dwp(), card_of(ons())).ok());
  EXPECT_EQ(signer_key_id(folder / "request.age").value(), card_of(ons()).signer.key_id);
  std::filesystem::remove(folder / "request.age.minisig");
  EXPECT_EQ(
      open_package(folder / "request.age", dwp(), card_of(ons())).error().message,
      "request.age: is not signed: there is no request.age.minisig beside it; ask the sender for both files");
}

TEST(Package, IsRefusedForEachReasonInItsOwnWords) {
  const Request file = request();
  const Card sender = card_of(ons());
  const ByteView sealed = file.sealed;
  const std::size_t size = sealed.size();
  EXPECT_EQ(
      refusal(sealed.first(size - 1), file.signature, dwp(), sender),
      "is cut short: " + std::to_string(size - 1) + " of " + std::to_string(size) + " bytes; fetch it again");
  Bytes longer = file.sealed;
  longer.resize(size + 7);
  EXPECT_EQ(refusal(longer, file.signature, dwp(), sender), "has 7 bytes added at its end; fetch it again");
  Bytes flipped = file.sealed;
  flipped[size / 2] ^= std::byte{1};
  EXPECT_EQ(refusal(flipped, file.signature, dwp(), sender),
            "was altered after it was signed; fetch it again");
  EXPECT_EQ(refusal(sealed, file.signature, dwp(), card_of(make_site_keys("ons"))),
            "is signed with another key than the one on the sender's card");
  EXPECT_EQ(refusal(sealed, file.signature, make_site_keys("dwp"), sender),
            "is sealed for another key than ours; ask the sender to use our present card");
  const auto plain = as_bytes("just some text");
  EXPECT_EQ(refusal(plain, sign(source_of(plain), ons().signer, "by hand").value(), dwp(), sender),
            "is not an age file");
  EXPECT_EQ(refusal(sealed, "", dwp(), sender),
            "the signature file is not a minisign signature (four lines, two of them comments)");
}

TEST(Package, IsRefusedWhenTheContentIsNotWhatTheManifestSays) {
  // A sender with the right keys but another program seals a manifest that counts wrongly.
  const Contents contents = people(3);
  Manifest manifest = request().manifest;
  manifest.tables[0].row_count = 4;
  std::vector<ArchiveFile> files;
  const std::string json = to_json(manifest);
  files.push_back({"manifest.json", PlainBytes(as_bytes(json).begin(), as_bytes(json).end())});
  const auto next = files_of(parts_of(contents), contents.documents);
  for (auto file = next(); file.value(); file = next()) files.push_back(std::move(*file.value()));
  files.push_back({"padding", {}});
  const auto sealed = seal_for(tar_of(files), dwp().identity);
  const auto signature = sign(source_of(sealed), ons().signer, "by hand").value();
  EXPECT_EQ(refusal(sealed, signature, dwp(), card_of(ons())),
            "holds tables that differ from its manifest in names, columns or row counts");
  files.pop_back();
  const auto bare = seal_for(tar_of(files), dwp().identity);
  EXPECT_EQ(refusal(bare, sign(source_of(bare), ons().signer, "x").value(), dwp(), card_of(ons())),
            "is an age file, but not one that kinfold made: the manifest or the padding is missing");
  files.front().name = "other.json";
  const auto nameless = seal_for(tar_of(files), dwp().identity);
  EXPECT_EQ(refusal(nameless, sign(source_of(nameless), ons().signer, "x").value(), dwp(), card_of(ons())),
            "is an age file, but not one that kinfold made: the manifest or the padding is missing");
}

TEST(Package, ThatExpandsBeyondItsManifestIsRefusedBeforeItIsInMemory) {
  // A signed sender's few kilobytes that stand for a million rows.
  table::Table many;
  auto& reference = many.add("reference", table::ColumnType::kString);
  for (int row = 0; row < 1'000'000; ++row) reference.append_string("the same text for everybody");
  Contents bomb;
  bomb.tables.push_back({"people", std::move(many)});
  const auto refusal_with = [&](std::uint64_t row_count, std::size_t column_count, const std::string& name) {
    Manifest manifest = request().manifest;
    manifest.tables = {{name, row_count, {}}};
    for (std::size_t k = 0; k < column_count; ++k)
      manifest.tables[0].columns.push_back({"column" + std::to_string(k), table::ColumnType::kString});
    const std::string json = to_json(manifest);
    std::vector<ArchiveFile> files;
    files.push_back({"manifest.json", PlainBytes(as_bytes(json).begin(), as_bytes(json).end())});
    const auto next = files_of(parts_of(bomb), bomb.documents);
    for (auto file = next(); file.value(); file = next()) files.push_back(std::move(*file.value()));
    files.push_back({"padding", {}});
    const auto sealed = seal_for(tar_of(files), dwp().identity);
    EXPECT_LT(sealed.size(), 200'000u);
    return refusal(sealed, sign(source_of(sealed), ons().signer, "by hand").value(), dwp(), card_of(ons()));
  };
  EXPECT_EQ(
      refusal_with(1000, 1, "people"),
      "has a table inside that cannot be read: there are more than 1000 rows, the most that are taken here");
  EXPECT_EQ(
      refusal_with(1'000'000, 0, "people"),
      "has a table inside that cannot be read: there are more than 0 columns, the most that are taken here");
  EXPECT_EQ(refusal_with(1'000'000, 1, "others"), "has a table inside that its manifest does not name");
}

TEST(Package, SaysNothingOfTheNumberOfRowsByItsSize) {
  EXPECT_EQ(request(1).sealed.size(), request(900).sealed.size());
  const auto large = request(200'000).sealed.size();
  EXPECT_EQ(request(200'100).sealed.size(), large);
}

TEST(Package, ThatCannotBeSealedToItsEndLeavesNothing) {
  const TemporaryFolder folder;
  Parts parts = parts_of(people(3));
  parts.next = []() -> Result<std::optional<NamedTable>> { return io_error("the table cannot be read"); };
  const auto file =
      seal_package(folder / "r.age", request_manifest(), std::move(parts), {}, card_of(dwp()), ons());
  EXPECT_EQ(file.error().message, "the table cannot be read");
  EXPECT_EQ(folder.file_count(), 0u);
}

TEST(Package, ThatDoesNotFitOnTheDiskIsSaidAndLeavesNothing) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "before a fork DuckDB takes more locks than the thread sanitizer can count";
#endif
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{40'000,
                       40'000};  // a file may grow to so many bytes: within the padding of the smallest
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto file = seal_package(folder / "r.age", request_manifest(), people(3), card_of(dwp()), ons());
    const bool said = !file.ok() && file.error().code == ErrorCode::kIo &&
                      file.error().message.starts_with("r.age: cannot be written");
    ::_exit(said && folder.file_count() == 0 ? 0 : 1);
  }
  int status = 1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(Package, IsNotWrittenThroughALinkThatSomebodyLeft) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_whole_file(folder / "precious", as_bytes("precious")).ok());
  for (const char* name : {"r.age", "r.age.new", "r.age.minisig.new"}) {
    std::filesystem::create_symlink(folder / "precious", folder / name);
  }
  ASSERT_TRUE(seal_package(folder / "r.age", request_manifest(), people(3), card_of(dwp()), ons()).ok());
  EXPECT_EQ(as_text(read_whole_file(folder / "precious", 100).value()), "precious");
  EXPECT_FALSE(std::filesystem::is_symlink(folder / "r.age"));
}

TEST(Package, ThatIsAPipeIsRefusedAndNotWaitedFor) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "r.age").c_str(), 0600), 0);
  EXPECT_EQ(open_package(folder / "r.age", dwp(), card_of(ons())).error().message,
            "r.age: is not a plain file");
}

/// Rows of about 100 bytes, made a part at a time.
Parts made_in_parts(std::uint64_t part_count) {
  constexpr std::size_t kRows = 200'000;
  const auto make = [](std::uint64_t part) {
    table::Table table;
    auto& text = table.add("text", table::ColumnType::kString);
    for (std::size_t i = 0; i < kRows; ++i) {
      text.append_string(to_hex(sha256(as_bytes(std::to_string(part * kRows + i)))));
    }
    return table;
  };
  return {{{"people", part_count * kRows, {{"text", table::ColumnType::kString}}}},
          [=, part = std::uint64_t{0}]() mutable -> Result<std::optional<NamedTable>> {
            if (part == part_count) return std::optional<NamedTable>();
            return std::optional<NamedTable>({"people", make(part++)});
          }};
}

long peak_kib_of(std::uint64_t part_count) {
  const TemporaryFolder folder;
  int pipe_ends[2];
  if (::pipe(pipe_ends) != 0) return -1;
  const pid_t child = ::fork();
  if (child == 0) {
    const auto start = seal_package(folder / "r.age", request_manifest(), made_in_parts(part_count), {},
                                    card_of(dwp()), ons());
    std::uint64_t rows = 0;
    const auto opened =
        open_package(folder / "r.age", dwp(), card_of(ons()), [&](const std::string&, table::Table part) {
          rows += part.row_count();
          return Status();
        });
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const bool right = start.ok() && opened.ok() && rows == part_count * 200'000;
    const long peak = right ? used.ru_maxrss : -1;
    const bool told = ::write(pipe_ends[1], &peak, sizeof peak) == sizeof peak;
    ::_exit(told ? 0 : 1);
  }
  long peak = -1;
  if (::read(pipe_ends[0], &peak, sizeof peak) != sizeof peak) peak = -1;
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return peak;
}

TEST(Package, TakesTheSameMemoryWhateverItsSize) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer's memory is not the program's";
#endif
  const long small = peak_kib_of(2);
  const long large = peak_kib_of(12);  // 240 MB of text, were it held
  ASSERT_GT(small, 0);
  ASSERT_GT(large, 0);
  EXPECT_LT(large - small, 64 * 1024) << small << " KiB, then " << large << " KiB";
}

TEST(Package, RefusesToSealForAnotherThanTheManifestNames) {
  const TemporaryFolder folder;
  const std::string path = folder / "r.age";
  EXPECT_FALSE(seal_package(path, request_manifest(), people(1), card_of(ons()), dwp()).ok());
  EXPECT_FALSE(seal_package(path, request_manifest(), people(1), card_of(make_site_keys("moj")), ons()).ok());
  Manifest no_charter = request_manifest();
  no_charter.charter_hash = "";
  EXPECT_EQ(seal_package(path, no_charter, people(1), card_of(dwp()), ons()).error().message,
            "manifest: 'charter' is not a SHA-256 in hexadecimal");
  EXPECT_EQ(folder.file_count(), 0u);
}

TEST(Manifest, ReadsBackAndRefusesAnythingUnknownMissingOrMalformed) {
  Manifest manifest = request().manifest;
  manifest.in_answer_to = random_id();
  const std::string json = to_json(manifest);
  auto read = parse_manifest(json);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read.value(), manifest);
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string changed = json;
    changed.replace(changed.find(from), from.size(), to);
    auto result = parse_manifest(changed);
    return result.ok() ? std::string("read") : result.error().message;
  };
  EXPECT_EQ(with("\"kinfold\": 1", "\"kinfold\": 2"),
            "manifest: is of a version that this program does not know");
  EXPECT_EQ(with("\"purpose\"", "\"surprise\""), "manifest: has no 'purpose'");
  EXPECT_EQ(with("\"kinfold\": 1", "\"kinfold\": 1, \"x\": 1"), "manifest: has a field that is not known");
  EXPECT_EQ(with("\"ons\"", "\"O N S\""), "manifest: 'from' is not a plain word");
  EXPECT_EQ(with("\"rows\": 3", "\"rows\": -3"), "manifest: a table 'rows' is not a whole number");
  EXPECT_EQ(with("2026-12-22", "2026-13-22"), "manifest: 'expires' is malformed");
  EXPECT_EQ(with("\"string\"", "\"blob\""), "manifest: a column 'type' is malformed");
  EXPECT_EQ(parse_manifest("").error().message, "manifest: is not JSON");
  EXPECT_EQ(parse_manifest("[]").error().message, "manifest: is not an object");
}

TEST(CheckManifest, NamesTheFirstThingThatDoesNotFit) {
  const Manifest manifest = request().manifest;
  Expectations expected;
  expected.charter_hash = manifest.charter_hash;
  expected.from = "ons";
  expected.to = "dwp";
  expected.kinds = {PackageKind::kRequest};
  expected.purposes = {"linkage"};
  expected.now = *parse_rfc3339("2026-12-22T23:59:59Z");
  EXPECT_TRUE(check_manifest(manifest, expected).ok());

  const auto refusal_with = [&](auto change) {
    Expectations changed = expected;
    change(changed);
    const auto status = check_manifest(manifest, changed);
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::kRefused);
    return status.error().message;
  };
  EXPECT_EQ(refusal_with([](auto& e) { e.charter_hash = std::string(64, 'b'); }),
            "was sealed under another charter than ours; agree on one version of the charter first");
  EXPECT_EQ(refusal_with([](auto& e) { e.from = "moj"; }), "says it is from 'ons' but was signed by 'moj'");
  EXPECT_EQ(refusal_with([](auto& e) { e.to = "moj"; }), "is addressed to 'dwp', and this is 'moj'");
  EXPECT_EQ(refusal_with([](auto& e) { e.kinds = {PackageKind::kReturn}; }),
            "is a request, which is not what is expected here");
  EXPECT_EQ(refusal_with([](auto& e) { e.purposes = {"research"}; }),
            "is for the purpose 'linkage', which is not what is expected here");
  EXPECT_EQ(refusal_with([](auto& e) { e.now = *parse_rfc3339("2026-12-23T00:00:00Z"); }),
            "expired: its last day was 2026-12-22; ask the sender for a new one");
  EXPECT_EQ(refusal_with([](auto& e) { e.now = *parse_rfc3339("2026-11-22T09:54:59Z"); }),
            "was made in the future; check the clocks of both sites");
  EXPECT_EQ(refusal_with([&](auto& e) { e.seen_before = [&](const Id& id) { return id == manifest.id; }; }),
            "was received before; a file is taken once");
  EXPECT_EQ(refusal_with([](auto& e) { e.in_answer_to = random_id(); }),
            "does not answer the request that is open");
}

}  // namespace
}  // namespace kinfold::seal
