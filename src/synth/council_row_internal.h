// One person's line in the style of one of the three councils.
#pragma once

#include <string>
#include <vector>

#include "base/random.h"
#include "synth/history.h"

namespace kinfold::synth {

/// The council's headings, with its byte order mark and line end.
std::string csv_header(std::size_t council, const std::vector<std::string>& problems);
/// The fields in the order of csv_header(), UTF-8.
std::vector<std::string> council_row(const Family& family, std::size_t place, std::size_t council,
                                     RandomStream& random);
/// In the council's encoding, quoted where needed, with its line end.
std::string csv_record(const std::vector<std::string>& fields, std::size_t council);
std::string line_end(std::size_t council);

}  // namespace kinfold::synth
