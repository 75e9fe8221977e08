// Where cases are kept: each sealed under a key of its own, in one file of the cases' holding.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "identity/record_keys.h"
#include "rights/case.h"

namespace kinfold::rights {

/// Cases as JSON: what the store seals, and what a case looks like to other programs.
std::string to_json(const Case& a_case);
/// \retval kInvalid if it is not one, or if its events could not have happened in this order.
Result<Case> case_from_json(std::string_view json);

/// One process at a time; not thread-safe. A case is there as it was saved last, or as it was
/// saved before that: nothing between.
class CaseStore {
 public:
  /// Makes the file (mode 0600) where there is none. `keys` must outlive the store.
  static Result<CaseStore> open(const std::string& path, identity::RecordKeys& keys);
  CaseStore(CaseStore&&) noexcept;
  CaseStore& operator=(CaseStore&&) noexcept;
  ~CaseStore();

  /// Adds the case, or replaces the one of this id.
  /// \retval kRefused if the events saved before are not the beginning of these: what happened in
  ///         a case is not rewritten.
  Status save(const Case& a_case);
  std::optional<Case> find(std::string_view id) const;
  /// By the day they are due, the most urgent first; those that wait or are closed last.
  std::vector<Case> list(Date today) const;

 private:
  struct State;
  explicit CaseStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kinfold::rights
