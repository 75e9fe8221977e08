// A Result that nobody looks at is an error that nobody saw.
// REFUSED: ignoring returned value of type
#include "base/result.h"

kinfold::Result<int> answer();

int main() {
#ifdef OFFENCE
  answer();
#else
  return answer().ok() ? 0 : 1;
#endif
}
