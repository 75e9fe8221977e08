#include "seal/age.h"

#include <fmt/format.h>
#include <sodium.h>

#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "base/text.h"
#include "seal/bech32_internal.h"
#include "seal/sodium_internal.h"
#include "seal/stream_internal.h"

namespace kinfold::seal {
namespace {

constexpr std::string_view kVersionLine = "age-encryption.org/v1";
constexpr std::string_view kX25519Label = "age-encryption.org/v1/X25519";
constexpr std::size_t kFileKeyBytes = 16;
constexpr std::size_t kTagBytes = crypto_aead_chacha20poly1305_ietf_ABYTES;
constexpr std::size_t kChunkBytes = 64 * 1024;
constexpr std::size_t kNonceBytes = 16;
constexpr std::size_t kHeaderBytesMax = 64 * 1024;
constexpr std::size_t kRecipientCountMax = 20;
constexpr std::size_t kBodyColumns = 64;
static_assert(crypto_aead_chacha20poly1305_ietf_NPUBBYTES == 12);

struct Stanza {
  std::vector<std::string> arguments;
  Bytes body;
};

/// RFC 5869 with SHA-256 and one block of output, which is all that age asks for.
Secret<32> hkdf(ByteView key, ByteView salt, std::string_view label) {
  crypto_auth_hmacsha256_state state;
  Secret<32> extracted;
  crypto_auth_hmacsha256_init(&state, u8(salt), salt.size());
  crypto_auth_hmacsha256_update(&state, u8(key), key.size());
  crypto_auth_hmacsha256_final(&state, u8(extracted.bytes()));
  Secret<32> out;
  const unsigned char one = 1;
  crypto_auth_hmacsha256_init(&state, u8(extracted.bytes()), 32);
  crypto_auth_hmacsha256_update(&state, u8(as_bytes(label)), label.size());
  crypto_auth_hmacsha256_update(&state, &one, 1);
  crypto_auth_hmacsha256_final(&state, u8(out.bytes()));
  sodium_memzero(&state, sizeof state);
  return out;
}

std::array<std::uint8_t, 32> header_mac(ByteView file_key, std::string_view header) {
  const auto key = hkdf(file_key, {}, "header");
  std::array<std::uint8_t, 32> mac{};
  crypto_auth_hmacsha256(mac.data(), u8(as_bytes(header)), header.size(), u8(key.bytes()));
  return mac;
}

/// The key that wraps the file key, from a Diffie-Hellman share; empty for a low-order point.
std::optional<Secret<32>> wrapping_key(const Secret<32>& scalar, const AgeRecipient& other,
                                       const AgeRecipient& share, const AgeRecipient& recipient) {
  Secret<32> shared;
  if (crypto_scalarmult(u8(shared.bytes()), u8(scalar.bytes()), other.point.data()) != 0) return std::nullopt;
  Bytes salt;
  const auto append = [&](const AgeRecipient& part) {
    const auto bytes = std::as_bytes(std::span(part.point));
    salt.insert(salt.end(), bytes.begin(), bytes.end());
  };
  append(share);
  append(recipient);
  return hkdf(shared.bytes(), salt, kX25519Label);
}

constexpr unsigned char kZeroNonce[12] = {};

std::string stanza_text(const std::string& first_line, ByteView body) {
  std::string text = "-> " + first_line + "\n";
  const std::string encoded = to_base64_unpadded(body);
  std::size_t at = 0;
  for (; encoded.size() - at >= kBodyColumns; at += kBodyColumns)
    text += encoded.substr(at, kBodyColumns) + "\n";
  return text + encoded.substr(at) + "\n";
}

Result<std::string> x25519_stanza(ByteView file_key, const AgeRecipient& recipient) {
  const AgeIdentity ephemeral = make_identity();
  const AgeRecipient share = recipient_of(ephemeral);
  const auto key = wrapping_key(ephemeral.scalar, recipient, share, recipient);
  if (!key)
    return invalid("the recipient's key is not a usable X25519 point; ask the party for its card again");
  Bytes body(kFileKeyBytes + kTagBytes);
  crypto_aead_chacha20poly1305_ietf_encrypt(u8(std::span(body)), nullptr, u8(file_key), file_key.size(),
                                            nullptr, 0, nullptr, kZeroNonce, u8(key->bytes()));
  return stanza_text("X25519 " + to_base64_unpadded(std::as_bytes(std::span(share.point))), body);
}

/// Counter in eleven bytes, then one byte that is 1 on the last chunk.
class ChunkNonce {
 public:
  const unsigned char* next(bool last) {
    bytes_[11] = last ? 1 : 0;
    for (unsigned i = 0; i < 8; ++i) bytes_[10 - i] = static_cast<unsigned char>(counter_ >> (8 * i));
    ++counter_;
    return bytes_;
  }
  bool first() const { return counter_ == 0; }

 private:
  std::uint64_t counter_ = 0;
  unsigned char bytes_[12] = {};
};

Status encrypt_payload(const Source& in, const Sink& out, const Secret<32>& key) {
  Reader reader(in);
  PlainBytes chunk(kChunkBytes + kTagBytes);
  ChunkNonce nonce;
  for (bool last = false; !last;) {
    auto count = reader.read(std::span(chunk).first(kChunkBytes));
    if (!count.ok()) return count.error();
    auto ended = reader.at_end();
    if (!ended.ok()) return ended.error();
    last = ended.value();
    crypto_aead_chacha20poly1305_ietf_encrypt(u8(std::span(chunk)), nullptr, u8(std::span(chunk)),
                                              count.value(), nullptr, 0, nullptr, nonce.next(last),
                                              u8(key.bytes()));
    if (auto status = out(std::span(chunk).first(count.value() + kTagBytes)); !status.ok()) return status;
  }
  return {};
}

struct Header {
  std::vector<Stanza> stanzas;
  std::string covered;  // what the MAC is over
  Bytes mac;
};

class HeaderReader {
 public:
  explicit HeaderReader(Reader& reader) : reader_(reader) {}

  Result<Header> read() {
    Header header;
    auto line = next_line();
    if (!line.ok()) return line.error();
    if (line.value() != kVersionLine) {
      return invalid(line.value().starts_with("age-encryption.org/")
                         ? "is an age file of another version; version 1 is needed"
                     : line.value().starts_with("-----BEGIN AGE ENCRYPTED FILE-----")
                         ? "is an age file in armour (text); seal it again without `age -a`"
                         : "is not an age file");
    }
    while (true) {
      line = next_line();
      if (!line.ok()) return line.error();
      if (line.value().starts_with("---")) return finish(std::move(header), line.value());
      auto stanza = read_stanza(line.value());
      if (!stanza.ok()) return stanza.error();
      header.stanzas.push_back(std::move(stanza).value());
    }
  }

 private:
  static Error malformed() { return invalid("has a malformed age header"); }

  Result<std::string> next_line() {
    std::string line;
    while (true) {
      std::byte byte{};
      auto count = reader_.read(std::span(&byte, 1));
      if (!count.ok()) return count.error();
      if (count.value() == 0)
        return text_.empty() && line != kVersionLine ? invalid("is not an age file")
                                                     : invalid("ends within the age header");
      if (text_.size() + line.size() >= kHeaderBytesMax) return invalid("has an age header that is too long");
      const char c = static_cast<char>(byte);
      if (c == '\n') break;
      line += c;
    }
    text_ += line + "\n";
    return line;
  }

  Result<Stanza> read_stanza(const std::string& first_line) {
    Stanza stanza;
    if (!first_line.starts_with("-> ")) return malformed();
    for (const auto argument : split(std::string_view(first_line).substr(3), ' ')) {
      if (argument.empty()) return malformed();
      for (const char c : argument) {
        if (c < 33 || c > 126) return malformed();
      }
      stanza.arguments.emplace_back(argument);
    }
    std::string encoded;
    while (true) {
      auto line = next_line();
      if (!line.ok()) return line.error();
      if (line.value().size() > kBodyColumns) return malformed();
      encoded += line.value();
      if (line.value().size() < kBodyColumns) break;
    }
    auto body = from_base64_unpadded(encoded);
    if (!body) return malformed();
    stanza.body = std::move(*body);
    return stanza;
  }

  Result<Header> finish(Header header, const std::string& line) {
    if (!line.starts_with("--- ") || header.stanzas.empty()) return malformed();
    auto mac = from_base64_unpadded(std::string_view(line).substr(4));
    if (!mac || mac->size() != 32) return malformed();
    header.mac = std::move(*mac);
    header.covered = text_.substr(0, text_.size() - line.size() - 1) + "---";
    return header;
  }

  Reader& reader_;
  std::string text_;
};

/// Empty where no stanza is for us; an error where one is malformed.
Result<std::optional<Secret<kFileKeyBytes>>> unwrap(const Header& header, const AgeIdentity& identity) {
  const AgeRecipient ours = recipient_of(identity);
  std::optional<Secret<kFileKeyBytes>> found;
  for (const auto& stanza : header.stanzas) {
    if (stanza.arguments[0] == "scrypt" && header.stanzas.size() > 1) {
      return invalid("mixes a passphrase with other recipients");
    }
    if (stanza.arguments[0] != "X25519") continue;
    if (stanza.arguments.size() != 2) return invalid("has a malformed age recipient");
    const auto share_bytes = from_base64_unpadded(stanza.arguments[1]);
    if (!share_bytes || share_bytes->size() != 32 || stanza.body.size() != kFileKeyBytes + kTagBytes) {
      return invalid("has a malformed age recipient");
    }
    AgeRecipient share;
    std::memcpy(share.point.data(), share_bytes->data(), share.point.size());
    const auto key = wrapping_key(identity.scalar, share, share, ours);
    if (!key) return invalid("has an age recipient with a low-order point");
    if (found) continue;
    Secret<kFileKeyBytes> file_key;
    if (crypto_aead_chacha20poly1305_ietf_decrypt(
            u8(file_key.bytes()), nullptr, nullptr, u8(std::span<const std::byte>(stanza.body)),
            stanza.body.size(), nullptr, 0, kZeroNonce, u8(key->bytes())) == 0) {
      found = std::move(file_key);
    }
  }
  return found;
}

/// A file being opened: chunk after chunk, each after it was authenticated. Stays where it is made.
class Opening {
 public:
  explicit Opening(Source in) : in_(std::move(in)), reader_(in_), chunk_(kChunkBytes + kTagBytes) {}
  Opening(const Opening&) = delete;
  Opening& operator=(const Opening&) = delete;

  Status begin(const AgeIdentity& identity) {
    failure_ = AgeFailure::kHeader;
    auto header = HeaderReader(reader_).read();
    if (!header.ok()) return header.error();
    auto file_key = unwrap(header.value(), identity);
    if (!file_key.ok()) return file_key.error();
    if (!file_key.value()) {
      failure_ = AgeFailure::kNoMatch;
      return refused("is sealed for another key than ours; ask the sender to use our present card");
    }
    const auto key = file_key.value()->bytes();
    const auto mac = header_mac(key, header.value().covered);
    if (sodium_memcmp(mac.data(), header.value().mac.data(), mac.size()) != 0) {
      failure_ = AgeFailure::kHmac;
      return invalid("had its age header altered after it was sealed");
    }
    std::array<std::byte, kNonceBytes> nonce{};
    auto count = reader_.read(nonce);
    if (!count.ok()) return count.error();
    if (count.value() != nonce.size()) return invalid("is cut short: it ends after the age header");
    key_ = hkdf(key, nonce, "payload");
    return {};
  }

  /// Good until the next call. Empty after the last, or where the file is of nothing.
  Result<ByteView> next() {
    if (ended_) return ByteView();
    failure_ = AgeFailure::kSourceOrSink;
    auto count = reader_.read(chunk_);
    if (!count.ok()) return count.error();
    auto ended = reader_.at_end();
    if (!ended.ok()) return ended.error();
    const std::size_t sealed_count = count.value();
    failure_ = AgeFailure::kPayload;
    if (sealed_count < kTagBytes) return invalid("is cut short: the last part is missing");
    const bool first = nonce_.first();
    if (crypto_aead_chacha20poly1305_ietf_decrypt(u8(std::span(chunk_)), nullptr, nullptr,
                                                  u8(std::span(chunk_)), sealed_count, nullptr, 0,
                                                  nonce_.next(ended.value()), u8(key_.bytes())) != 0) {
      return invalid("was altered, cut short or added to after it was sealed");
    }
    if (sealed_count == kTagBytes && !first) return invalid("ends in an empty part, which no age file does");
    ended_ = ended.value();
    failure_ = ended_ ? AgeFailure::kNone : AgeFailure::kSourceOrSink;
    return ByteView(chunk_).first(sealed_count - kTagBytes);
  }

  bool ended() const { return ended_; }
  AgeFailure failure() const { return failure_; }

 private:
  Source in_;
  Reader reader_;
  PlainBytes chunk_;
  ChunkNonce nonce_;
  Secret<32> key_;
  bool ended_ = false;
  AgeFailure failure_ = AgeFailure::kNone;
};

Status pour(Opening& opening, const AgeIdentity& identity, const Sink& out, bool& poured) {
  if (auto status = opening.begin(identity); !status.ok()) return status;
  while (!opening.ended()) {
    auto chunk = opening.next();
    if (!chunk.ok()) return chunk.error();
    poured = false;
    if (auto status = out(chunk.value()); !status.ok()) return status;
    poured = true;
  }
  return {};
}

}  // namespace

std::string to_text(const AgeRecipient& recipient) {
  const auto text = bech32_encode("age", std::as_bytes(std::span(recipient.point)));
  return {text.begin(), text.end()};
}

Result<AgeRecipient> parse_recipient(std::string_view text) {
  const auto bytes = bech32_decode("age", text);
  if (!bytes || bytes->size() != 32) return invalid("is not an age recipient (age1...); copy the whole line");
  AgeRecipient recipient;
  std::memcpy(recipient.point.data(), bytes->data(), 32);
  return recipient;
}

AgeIdentity make_identity() { return {Secret<32>::random()}; }

AgeRecipient recipient_of(const AgeIdentity& identity) {
  AgeRecipient recipient;
  crypto_scalarmult_base(recipient.point.data(), u8(identity.scalar.bytes()));
  return recipient;
}

SecretBytes to_secret_text(const AgeIdentity& identity) {
  auto text = bech32_encode("age-secret-key-", identity.scalar.bytes());
  for (auto& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return SecretBytes::copy_of(std::as_bytes(std::span(text)));
}

Result<AgeIdentity> parse_identity(std::string_view text) {
  const auto bytes = bech32_decode("age-secret-key-", trim(text));
  if (!bytes || bytes->size() != 32) return invalid("is not an age identity (AGE-SECRET-KEY-1...)");
  AgeIdentity identity;
  std::memcpy(identity.scalar.bytes().data(), bytes->data(), 32);
  return identity;
}

Status age_encrypt(const Source& in, const Sink& out, std::span<const AgeRecipient> recipients) {
  require_sodium();
  if (recipients.empty() || recipients.size() > kRecipientCountMax) {
    return invalid(fmt::format("a sealed file needs 1 to {} recipients; {} were given", kRecipientCountMax,
                               recipients.size()));
  }
  const auto file_key = Secret<kFileKeyBytes>::random();
  std::string header = std::string(kVersionLine) + "\n";
  for (const auto& recipient : recipients) {
    auto stanza = x25519_stanza(file_key.bytes(), recipient);
    if (!stanza.ok()) return stanza.error();
    header += stanza.value();
  }
  header += "---";
  const auto mac = header_mac(file_key.bytes(), header);
  header += " " + to_base64_unpadded(std::as_bytes(std::span(mac))) + "\n";
  std::array<std::byte, kNonceBytes> nonce{};
  fill_random(nonce);
  if (auto status = out(as_bytes(header)); !status.ok()) return status;
  if (auto status = out(nonce); !status.ok()) return status;
  return encrypt_payload(in, out, hkdf(file_key.bytes(), nonce, "payload"));
}

Status age_decrypt(const Source& in, const Sink& out, const AgeIdentity& identity, AgeFailure* failure) {
  require_sodium();
  Opening opening(in);
  bool poured = true;
  auto status = pour(opening, identity, out, poured);
  if (failure != nullptr) *failure = poured ? opening.failure() : AgeFailure::kSourceOrSink;
  return status;
}

Result<Source> age_opened(Source in, const AgeIdentity& identity) {
  require_sodium();
  auto opening = std::make_shared<Opening>(std::move(in));
  if (auto status = opening->begin(identity); !status.ok()) return status.error();
  return Source([opening, rest = ByteView()](std::span<std::byte> out) mutable -> Result<std::size_t> {
    std::size_t done = 0;
    while (done < out.size()) {
      if (rest.empty()) {
        auto chunk = opening->next();
        if (!chunk.ok()) return chunk.error();
        rest = chunk.value();
        if (rest.empty()) break;
      }
      const std::size_t count = std::min(out.size() - done, rest.size());
      std::memcpy(out.data() + done, rest.data(), count);
      rest = rest.subspan(count);
      done += count;
    }
    return done;
  });
}

}  // namespace kinfold::seal
