// Every sentence of the notice that started Kinfold: where the charter says it, which tests keep it.
// Read from docs/notice-map.toml, which is built into the program.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace kinfold::charter {

struct MappedSentence {
  std::string id;
  std::string says;    ///< A short paraphrase.
  std::string sha256;  ///< Of the sentence, its white space made single.
  std::string field;   ///< Where the charter says it.
  std::vector<std::string> rooms;
  std::vector<std::string> tests;  ///< `Suite.Name`, or `file` or `file::test` below tests/.
  std::string check;               ///< A LiveCheck's name (promises.h), or `heading`.
  std::string promise;             ///< With `{...}` to be filled; empty for headings.
};

/// In the order of the notice. \retval kInternal if the map built in cannot be read.
Result<std::vector<MappedSentence>> notice_map();

/// docs/notice-map.md.
std::string notice_map_markdown(const std::vector<MappedSentence>& sentences);

}  // namespace kinfold::charter
