// Cases of people's rights at this site: opened, moved on, waiting for receipts, listed with their legal
// clock.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "rights/case.h"
#include "site/receipts.h"
#include "site/report.h"
#include "site/site.h"

namespace kinfold::site {

/// What was done under a right, by whom; becomes a case and an entry in the ledger.
struct RightsAct {
  rights::Right right = rights::Right::kAccess;
  ledger::Verb verb = ledger::Verb::kAccess;
  std::string actor;                         ///< Of the duty `data-protection`.
  std::string second_actor;                  ///< Empty where one is enough.
  std::optional<identity::PersonId> person;  ///< Empty: not known here, or erased.
  std::vector<Notice> notices;               ///< Who was told; their receipts are awaited.
  std::uint64_t row_count = 0;               ///< Rows taken out of holdings.
  std::string case_id;                       ///< The open case that this answers; empty: one of its own.
  std::string fresh_id{};                    ///< Id of one of its own; empty: drawn then.
};

/// Before anything is done that cannot be undone: is this an open case of this right that can be answered
/// now? An empty id is one. \retval kInvalid if there is no such case; kRefused naming its right or its
/// state.
Status case_can_be_answered(Site& site, rights::Right right, const std::string& case_id,
                            const std::string& actor);

/// Takes the case (opened for it, unless it is open) as far as it goes: to its end, or to where receipts are
/// awaited.
Result<rights::Case> keep_case(Site& site, const RightsAct& act);
/// Case and state, for the report of a verb; the notices' paths as notes.
void tell_of(Report& report, const rights::Case& a_case, const std::vector<Notice>& notices);

/// Every case here, the most urgent first, with the days left. Receipts that have come in since are taken
/// into their cases first.
Result<Report> list_cases(Site& site, const std::string& actor);

/// One case as it is now, with what may be told of it next by hand. \retval kInvalid if there is no such
/// case.
struct CaseFile {
  rights::Case a_case;
  rights::ClockReading clock;
  std::vector<rights::Event> next;
};
Result<CaseFile> read_case(Site& site, const std::string& case_id, const std::string& actor);
/// What an event's detail says to a reader: the parties told, without the ids of their notices; the rows
/// taken out.
std::string detail_in_words(const rights::CaseEvent& event);
/// The same to print: its clock, and what happened in it so far.
Result<Report> show_case(Site& site, const std::string& case_id, const std::string& actor);

/// A request that came in and is still to be answered: from here on its clock runs. `received`: the day it
/// arrived; empty: today. \retval kRefused without the duty `data-protection`; kInvalid for a day to come.
Result<Report> open_case(Site& site, rights::Right right, std::optional<Date> received,
                         const std::string& actor);

/// What happens in a case between its beginning and its end, told by hand: identity or clarification asked
/// for and given, an acknowledgement, an extension, a refusal, a withdrawal; a complaint's outcome. `reason`:
/// of a refusal. \retval kRefused naming what is possible now; kInvalid for an event that is not told by
/// hand, or a reason that is
///         none of refusal_reasons().
Result<Report> step_case(Site& site, const std::string& case_id, rights::Event event,
                         const std::string& reason, const std::string& actor);

/// For the person: receipt.html, receipt.json and receipt.txt (signed: `kinfold-verify receipt`) of a case
/// that is closed, with what cannot be undone. \retval kInvalid if there is no such case; kRefused, naming
/// who is awaited, while it is open.
Result<Report> write_receipt(Site& site, const std::string& case_id, const std::string& actor,
                             const std::string& out_folder);

}  // namespace kinfold::site
