// A key has one owner; a second copy is asked for by name.
// REFUSED: use of deleted function
#include "seal/secret.h"

kinfold::seal::Secret<32> second(const kinfold::seal::Secret<32>& key) {
#ifdef OFFENCE
  return key;
#else
  return key.clone();
#endif
}
