// What the identity tests share: a folder of their own, record keys without a door, random numbers
// that are the same every time.
#pragma once

#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "identity/identity.h"
#include "identity/objections.h"
#include "identity/record_keys.h"

namespace kinfold::identity::testing {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "kinfold-identity-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline void write_text(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Every byte of every file below a folder, one after another.
inline std::string all_bytes_below(const std::string& folder) {
  std::string bytes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) bytes += read_text(entry.path().string());
  }
  return bytes;
}

inline RandomBytes seeded(std::uint64_t seed) {
  auto stream = std::make_shared<RandomStream>(seed);
  return [stream](std::span<std::uint8_t> out) {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(stream->next() & 0xFF);
  };
}

/// BLAKE2b keyed with a fixed key, as a holding's ring would key it with its own.
inline TokenMaker token_maker(unsigned char key_byte = 7) {
  return [key_byte](std::string_view domain, std::string_view text) {
    const std::string both = std::string(domain) + '\x1E' + std::string(text);
    const std::vector<unsigned char> key(32, key_byte);
    Token token{};
    crypto_generichash(token.data(), token.size(), reinterpret_cast<const unsigned char*>(both.data()),
                       both.size(), key.data(), key.size());
    return token;
  };
}

/// Real encryption (libsodium), keys in a map that stands for the key file: what survives a crash
/// is what was there at the last sync.
class MapKeys final : public RecordKeys {
 public:
  using Key = std::array<unsigned char, crypto_aead_xchacha20poly1305_ietf_KEYBYTES>;

  Result<std::pair<RecordNumber, seal::Bytes>> add(seal::ByteView plain) override {
    if (fail_after_count && adds_ >= *fail_after_count) return io_error("the disk is full");
    ++adds_;
    const RecordNumber record = ++last_;
    randombytes_buf(keys_[record].data(), keys_[record].size());
    auto sealed = seal(record, plain);
    if (!sealed.ok()) return sealed.error();
    return std::pair<RecordNumber, seal::Bytes>(record, std::move(sealed.value()));
  }
  Result<holding::AddedRecords> add_all(std::span<const seal::PlainBytes> bodies, std::size_t) override {
    holding::AddedRecords added{{last_ + 1}, {}};
    for (const auto& body : bodies) {
      auto one = add(body);
      if (!one.ok()) return one.error();
      added.sealed.push_back(std::move(one.value().second));
    }
    return added;
  }
  Result<seal::Bytes> seal(RecordNumber record, seal::ByteView plain) override {
    const auto key = keys_.find(record);
    if (key == keys_.end()) return refused("the record's key was destroyed");
    seal::Bytes out(kNonceSize + plain.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
    auto* bytes = reinterpret_cast<unsigned char*>(out.data());
    randombytes_buf(bytes, kNonceSize);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        bytes + kNonceSize, nullptr, reinterpret_cast<const unsigned char*>(plain.data()), plain.size(),
        reinterpret_cast<const unsigned char*>(&record), sizeof(record), nullptr, bytes, key->second.data());
    return out;
  }
  Result<seal::PlainBytes> open(RecordNumber record, seal::ByteView sealed) override {
    ++open_count;
    const auto key = keys_.find(record);
    if (key == keys_.end()) return refused("the record's key was destroyed");
    if (sealed.size() < kNonceSize + crypto_aead_xchacha20poly1305_ietf_ABYTES) return invalid("too short");
    seal::PlainBytes plain(sealed.size() - kNonceSize - crypto_aead_xchacha20poly1305_ietf_ABYTES);
    const auto* bytes = reinterpret_cast<const unsigned char*>(sealed.data());
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(plain.data()), nullptr,
                                                   nullptr, bytes + kNonceSize, sealed.size() - kNonceSize,
                                                   reinterpret_cast<const unsigned char*>(&record),
                                                   sizeof(record), bytes, key->second.data()) != 0) {
      return invalid("the record was altered");
    }
    return plain;
  }
  Status sync() override {
    synced_ = keys_;
    return {};
  }
  Status forget(std::span<const RecordNumber> records) override {
    if (fail_forget) return io_error("the disk failed");
    for (const auto record : records) {
      keys_.erase(record);
      synced_.erase(record);
    }
    return {};
  }
  bool readable(RecordNumber record) override { return keys_.count(record) != 0; }

  /// The process died: unsynced keys are lost.
  void crash() { keys_ = synced_; }
  std::size_t key_count() const { return keys_.size(); }
  const std::map<RecordNumber, Key>& all() const { return keys_; }
  void put(RecordNumber record, const Key& key) {
    keys_[record] = key;
    last_ = std::max(last_, record);
  }

  std::optional<std::size_t> fail_after_count;
  int open_count = 0;
  bool fail_forget = false;

 private:
  static constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  std::map<RecordNumber, Key> keys_;
  std::map<RecordNumber, Key> synced_;
  RecordNumber last_ = 0;
  std::size_t adds_ = 0;
};

inline Identity person(std::string forenames, std::string surname, const char* born, std::string gender = "",
                       std::string address = "", std::string postcode = "", std::string nino = "") {
  return {std::move(forenames), std::move(surname),  parse_iso_date(born), std::move(gender),
          std::move(address),   std::move(postcode), std::move(nino)};
}

inline table::Table table_of(const std::vector<Identity>& people) {
  auto identities = empty_identities();
  for (const auto& one : people) append_identity(identities, one);
  return identities;
}

/// People as in the register of births: common names are common. Public lists of the commonest
/// British names of the late twentieth century, with Zipf's frequencies.
inline Identity random_person(RandomStream& random) {
  static const std::vector<std::string> kForenames = {
      "James",   "Emma",   "David",  "Sarah",    "Daniel",      "Laura",     "Michael",  "Rebecca",
      "Matthew", "Gemma",  "Andrew", "Rachel",   "Christopher", "Kelly",     "Thomas",   "Victoria",
      "Robert",  "Claire", "Mark",   "Samantha", "Paul",        "Lisa",      "Mohammed", "Aisha",
      "Adam",    "Hannah", "Joseph", "Amy",      "Benjamin",    "Charlotte", "Ryan",     "Jessica",
      "Luke",    "Lauren", "Jack",   "Sophie",   "Joshua",      "Olivia",    "Callum",   "Megan"};
  static const std::vector<std::string> kStems = {
      "Smith", "Jones",    "Taylor",  "Brown",    "Williams", "Wilson", "Johnson", "Davies",
      "Patel", "Robinson", "Wright",  "Thompson", "Evans",    "Walker", "White",   "Roberts",
      "Green", "Hall",     "Wood",    "Jackson",  "Clarke",   "Khan",   "Hughes",  "Harris",
      "Lewis", "Clark",    "Ahmed",   "Cooper",   "Turner",   "Hill",   "Moore",   "Ward",
      "Baker", "Morris",   "Hussain", "Bennett",  "Cook",     "Shaw",   "Parker",  "Bell"};
  const auto zipf = [&](std::size_t count) {
    // Inverse of the cumulated 1/rank.
    const double u = random.uniform();
    return std::min(count - 1, static_cast<std::size_t>(std::pow(static_cast<double>(count), u)) - 1);
  };
  // A third of people have a rare surname: one of 40 x 40 compounds.
  const auto surname = random.chance(0.67) ? kStems[zipf(kStems.size())]
                                           : kStems[random.below(kStems.size())].substr(0, 4) +
                                                 ascii_lower(kStems[random.below(kStems.size())]);
  const Date born{*make_date(1950, 1, 1)};
  return {kForenames[zipf(kForenames.size())],
          surname,
          add_days(born, static_cast<int>(random.below(25'000))),
          "",
          "",
          "SK" + std::to_string(random.between(1, 20)) + " " + std::to_string(random.between(1, 9)) + "AB",
          ""};
}

/// Values that have broken other systems.
inline std::vector<std::string> hostile_names() {
  return {"O'Brien",
          "\"Bobby\"; DROP TABLE person;--",
          "' OR 1=1 --",
          "<script>alert(1)</script>",
          "=cmd|'/c calc'!A1",
          "+1234",
          "-SUM(A1)",
          "@import",
          "Zoë Ångström-Łukasz",
          "\xD8\xB9\xD9\x84\xD9\x8A",  // Arabic
          "\xE2\x80\xAE"
          "evil",  // right-to-left override
          "Line\nbreak",
          "Tab\tand\rreturn",
          "%s%n%x",
          "../../etc/passwd",
          "NULL",
          "\xF0\x9F\x91\xAA",  // family emoji
          std::string(10'000, 'A'),
          std::string("a\0b", 3),
          "Robert\\'); --",
          "{{7*7}}"};
}

}  // namespace kinfold::identity::testing
