// Nor is a key copied over another.
// REFUSED: use of deleted function
#include <utility>

#include "seal/secret.h"

void replace(kinfold::seal::Secret<32>& key, kinfold::seal::Secret<32>& by) {
#ifdef OFFENCE
  key = by;
#else
  key = std::move(by);
#endif
}
