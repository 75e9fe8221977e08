// Who may act in which duty, with a memory of the duties that the ledger has seen. Private to the room.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "holding/actors.h"

namespace kinfold::holding {

/// A no: the error for the caller, the reason for the ledger.
struct Refusal {
  ledger::Reason reason = ledger::Reason::kNone;
  Error error;
};

/// Which duties each actor has acted in; reads on where it stopped.
class DutyMemory {
 public:
  Status catch_up(const ledger::Ledger& ledger);
  const std::set<charter::Duty>& of(const std::string& actor) const;

 private:
  std::uint64_t next_ = 0;
  std::map<std::string, std::set<charter::Duty>, std::less<>> seen_;
};

std::optional<Refusal> refuse_actor(const ActorRegistry& registry, const std::string& actor, Date today);
std::optional<Refusal> refuse_duty(const ActorRegistry& registry, const charter::Charter& charter,
                                   const DutyMemory& memory, const std::string& actor, charter::Duty duty,
                                   Date today);

}  // namespace kinfold::holding
