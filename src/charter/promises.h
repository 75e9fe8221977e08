// What a programme promises, sentence by sentence, and how a running site can see whether it is kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "charter/charter.h"

namespace kinfold::charter {

/// What `kinfold charter promises` looks at, on the site at hand. The charter's room only says what;
/// `site` does the looking. Each names the sites at which there is something to see.
enum class LiveCheck {
  kCharter,    ///< Every site: the charter in force parses, and its hash is that of the ledger's first entry.
  kLedger,     ///< Every site: the ledger verifies to its last head.
  kDoor,       ///< Every site: each opening in the ledger is by a duty and purpose that ask() allows.
  kRetention,  ///< Every site: nothing live is past its expiry.
  kCertificates,  ///< Departments: each expired request has a certificate; the trusted party: each has come
                  ///< in.
  kWalls,         ///< Every site: live holdings of each kind hold only data classes that ask(kHold) allows.
  kReferences,    ///< Trusted party: each request has references of its own; research: it holds none.
  kObjections,    ///< Authority, trusted party: those who objected are in no holding made since.
  kDisclosure,    ///< Research: every publication has a check, and an approval by another than its author.
  kCases,         ///< Authority, trusted party: no case is overdue.
  kPeople         ///< Nowhere: only people can keep it.
};

std::string_view name(LiveCheck check);
std::optional<LiveCheck> parse_live_check(std::string_view text);
const std::vector<LiveCheck>& live_checks();
/// Whether there is something to look at on a site of this role.
bool applies_at(LiveCheck check, Role role);

struct Promise {
  std::string sentence;            ///< Id in docs/notice-map.toml.
  std::string text;                ///< The promise in plain English, with this charter's parties and periods.
  std::string field;               ///< Where the charter says it.
  std::vector<std::string> tests;  ///< What keeps it when the program is built.
  LiveCheck check = LiveCheck::kPeople;
};

/// In the order of the notice. A promise about something that this charter has not is left out.
std::vector<Promise> promises(const Charter& charter);

}  // namespace kinfold::charter
