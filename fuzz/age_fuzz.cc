// LINKS: seal
// Any bytes as an age file. The identity is fixed, so that the corpus can hold files that open; what
// opens must be what sealing it again gives back.
#include <cstdlib>

#include "seal/age.h"

using namespace kinfold::seal;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const AgeIdentity identity = [] {
    AgeIdentity fixed;
    for (auto& byte : fixed.scalar.bytes()) byte = std::byte{7};
    return fixed;
  }();
  const ByteView file(reinterpret_cast<const std::byte*>(data), size);
  Bytes opened;
  AgeFailure failure = AgeFailure::kNone;
  const auto status = age_decrypt(source_of(file), sink_into(opened), identity, &failure);
  if (status.ok() != (failure == AgeFailure::kNone)) std::abort();
  if (!status.ok()) return 0;
  const AgeRecipient recipient = recipient_of(identity);
  Bytes sealed;
  Bytes again;
  if (!age_encrypt(source_of(opened), sink_into(sealed), std::span(&recipient, 1)).ok()) std::abort();
  if (!age_decrypt(source_of(sealed), sink_into(again), identity).ok() || again != opened) std::abort();
  return 0;
}
