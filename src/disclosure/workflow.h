// The way of an output from draft to published: who may do what next. A pure state machine; the
// site keeps the record and asks here before every step.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "disclosure/rules.h"

namespace kinfold::disclosure {

enum class OutputState { kDraft, kChecked, kApproved, kReturned, kPublished };
std::string_view state_name(OutputState state);

struct OutputStep {
  std::string actor;
  OutputState state = OutputState::kDraft;  ///< The state it brought about.
  std::string comment;
  Instant at;
};

/// Everything needed to do the check again and get the same.
struct OutputRecord {
  std::string id;
  std::string title;
  std::string author;
  std::string rules_hash, data_hash, plan_hash, output_hash;
  std::string software;  ///< name and version
  OutputState state = OutputState::kDraft;
  bool publishable = false;            ///< What the check found.
  std::vector<std::string> approvers;  ///< Since the last check.
  std::vector<OutputStep> steps;

  std::string to_json() const;
  static Result<OutputRecord> from_json(std::string_view text);
};

/// The check has run on `output_hash`. Approvals of another version are void.
Status mark_checked(OutputRecord& record, std::string_view actor, bool publishable,
                    std::string_view output_hash, Instant at);
/// \retval kRefused if the actor is the author, approved already, nothing was checked, or the check
/// refused the output. The record is kApproved once rules.checker_count actors approved.
Status approve(OutputRecord& record, std::string_view actor, std::string_view comment, const Rules& rules,
               Instant at);
/// Sends it back to the author; the comment says what to change. \retval kInvalid without one;
/// kRefused as approve().
Status send_back(OutputRecord& record, std::string_view actor, std::string_view comment, Instant at);
/// \retval kRefused unless approved, and unless `output_hash` is the one that was approved.
Status mark_published(OutputRecord& record, std::string_view actor, std::string_view output_hash, Instant at);

}  // namespace kinfold::disclosure
