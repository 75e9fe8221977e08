// Signed notes (C2SP "signed-note"): a text and its signature in one string. Ledger heads,
// destruction certificates and receipts are notes.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "seal/minisign.h"

namespace kinfold::seal {

/// The name under which a party signs notes: `kinfold/` and the party's id.
std::string note_signer_name(std::string_view party);
/// `name+hash+key`, as other implementations of signed notes take a public key.
std::string note_verifier_key(std::string_view party, const SigningPublicKey& key);

/// `text` must end with a line end, hold no other control characters, and no line that begins with an em
/// dash.
Result<std::string> sign_note(std::string_view text, std::string_view party, const SigningKey& key);

/// \returns the text that was signed.
/// \retval kInvalid if it is not a note; kRefused if `party` did not sign it with `key`.
Result<std::string> verify_note(std::string_view note, std::string_view party, const SigningPublicKey& key);

}  // namespace kinfold::seal
