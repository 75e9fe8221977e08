// Everything ever published, kept as what it says about counts, so that a new output can be
// attacked together with all of it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kinfold::disclosure {

/// A group of people that some figure is about: everybody of `population` who has each of the
/// labels. Two figures with the same selection, level and measure are about the same number.
struct Selection {
  std::string population;
  std::string data_version;
  std::string unit;  ///< "person", "family", "authority", or a magnitude's name
  std::map<std::string, std::vector<std::string>> where;  ///< variable -> labels, sorted
  std::string key() const;                                ///< Canonical; same string, same number.
  std::string key_without_version() const;
  std::string words() const;  ///< "persons with age 0-4 and authority X"
};

/// One number that an output says something about.
struct ReleasedCell {
  Selection selection;
  double value = 0;                      ///< The truth (this file stays at the research site).
  double shown_low = 0, shown_high = 0;  ///< What was published: equal unless rounded.
  bool shown = false;                    ///< false: was hidden, or is implied; must stay protected.
  double need_low = 0, need_high = 0, need_width = 0;  ///< If it must stay protected.
  bool sensitive = false;
  bool fits_only = false;  ///< Of a rounded share whose count nobody stated: `value` is one of fits_low to
  double fits_low = 0, fits_high = 0;  ///< fits_high, not known to be the truth.
};

/// total = sum of parts, as indices into the output's cells.
struct ReleasedSum {
  std::uint32_t total = 0;
  std::vector<std::uint32_t> parts;
};

/// A published figure that is no count (an estimate, a mean) and how many it rests on.
struct ReleasedEstimate {
  std::string key;  ///< population, row and column; without the data version
  std::string data_version;
  double value = 0;
  std::vector<double> contributors;
};

struct ReleasedOutput {
  std::string id, title, published;  ///< published: RFC 3339
  std::vector<ReleasedCell> cells;
  std::vector<ReleasedSum> sums;
  std::vector<ReleasedEstimate> estimates;
};

class ReleaseLedger {
 public:
  const std::vector<ReleasedOutput>& outputs() const { return outputs_; }
  void add(ReleasedOutput output) { outputs_.push_back(std::move(output)); }

  /// JSON with a version. The file holds true values of hidden cells: it belongs in a holding.
  std::string to_json() const;
  /// \retval kInvalid if it is not such a document.
  static Result<ReleaseLedger> from_json(std::string_view text);

 private:
  std::vector<ReleasedOutput> outputs_;
};

struct CheckedOutput;
/// What the ledger keeps of an output once it is published.
ReleasedOutput to_released(const CheckedOutput& checked, std::string_view published_rfc3339);

}  // namespace kinfold::disclosure
