// A key must not get into a log by way of a stream.
// REFUSED: no match for 'operator<<'
#include <iostream>

#include "seal/secret.h"

void show(const kinfold::seal::Secret<32>& key) {
#ifdef OFFENCE
  std::cout << key;
#else
  std::cout << key.bytes().size();
#endif
}
