// The data files of data/, put into the program by the build.
#pragma once

#include <string_view>

namespace kinfold::evaluation {

extern const std::string_view kGdpDeflatorCsv;
extern const std::string_view kDiscountBandsCsv;

}  // namespace kinfold::evaluation
