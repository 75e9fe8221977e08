// A write that may have failed must be asked about.
// REFUSED: ignoring returned value of type
#include <string>

#include "table/io.h"

int main() {
  const kinfold::table::Table table;
#ifdef OFFENCE
  kinfold::table::write_csv(table, "t.csv");
#else
  const auto written = kinfold::table::write_csv(table, "t.csv");
  return written.ok() ? 0 : 1;
#endif
}
