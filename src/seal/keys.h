// The keys of a site, the passphrase-protected file they lie in, and the card that parties exchange.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "seal/age.h"
#include "seal/minisign.h"

namespace kinfold::seal {

/// What another party must know of us: public, exchanged as a small text file, and compared over
/// the telephone by its fingerprint.
struct Card {
  std::string party;
  AgeRecipient recipient;
  SigningPublicKey signer;
  bool operator==(const Card&) const = default;
};
/// [a-z0-9-], 1 to 40 characters.
bool is_party_id(std::string_view text);
/// Reads a card file. It is a note signed by the very key in it, so a card that was altered on its
/// way is refused; that it is the right party's is for people to settle, by the fingerprint.
/// \retval kInvalid naming the line at fault; kRefused if its signature does not fit.
Result<Card> parse_card(std::string_view text);
/// Eight groups of four characters to read aloud.
std::string fingerprint(const Card& card);

/// Everything secret about a site. Move only; in locked memory.
struct SiteKeys {
  std::string party;
  AgeIdentity identity;  ///< Opens what is sealed for us.
  SigningKey signer;     ///< Signs what we send, heads and certificates.
  Secret<32> master;     ///< Wraps the key of every holding.
};
SiteKeys make_site_keys(std::string_view party);
Card card_of(const SiteKeys& keys);
/// The card with its signature, as it is given to other parties.
Result<std::string> card_file(const SiteKeys& keys);

/// Argon2id's cost. The default takes about a second and 256 MiB; `quick` is for tests and the demo.
struct WorkFactor {
  std::uint64_t passes = 3;
  std::uint64_t memory_bytes = 256ULL << 20;
  static WorkFactor quick() { return {1, 8ULL << 20}; }
};

/// Writes atomically, mode 0600. The file is authenticated, its work factor and party included.
/// \retval kInvalid for an empty passphrase; kIo if the file exists or cannot be written.
Status save_keys(const SiteKeys& keys, const std::string& path, const SecretBytes& passphrase,
                 const WorkFactor& work);
/// \retval kRefused if the passphrase is wrong or the file was altered (one cannot tell which);
///         kInvalid if it is not a key file or asks for more than 4 GiB of memory.
Result<SiteKeys> load_keys(const std::string& path, const SecretBytes& passphrase);

}  // namespace kinfold::seal
