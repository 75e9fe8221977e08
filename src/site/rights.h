// People's rights, end to end. `case_id` names the open case that an act answers; empty: one of its own.
// an objection at a council reaches everybody who has the data; a copy of
// everything held takes two people; an erasure says what cannot be undone.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "identity/identity.h"
#include "site/report.h"
#include "site/site.h"

namespace kinfold::site {

/// Reads `forenames`, `surname`, `date_of_birth`, `gender`, `address`, `postcode`, `nino` from a small
/// TOML file ("-": standard input), so that nobody's name is on a command line.
/// \retval kInvalid naming the line; too little to know a person by is kInvalid too.
Result<identity::Identity> read_identity(const std::string& path);
Result<identity::Identity> parse_person(std::string_view toml);

/// At an authority: remembers the objection as tokens, and seals a notice for the trusted party.
/// At the trusted party: the same, finds the person, restricts their record, and seals a notice
/// to each department that has a live request with them in it, and to research where it has a release. There
/// `actor` is of the duty `linkage`, or, with a `linker` of that duty, of `data-protection`: then a case is
/// kept.
Result<Report> object(Site& site, const identity::Identity& person, const std::string& actor,
                      const std::string& linker = {}, const std::string& case_id = {});

/// At the trusted party, by two people: `linker` (duty `linkage`) finds the person, `actor` (duty
/// `data-protection`) reads what is held. Writes copy.html and copy.json to `out_folder`.
Result<Report> access(Site& site, const identity::Identity& person, const std::string& actor,
                      const std::string& linker, const std::string& out_folder,
                      const std::string& case_id = {});

/// At the trusted party, by two people: the person's key is destroyed, so that no copy of the vault
/// shows them again; their rows leave attributes and returns; departments are told.
Result<Report> erase(Site& site, const identity::Identity& person, const std::string& actor,
                     const std::string& linker, const std::string& case_id = {});

/// At the trusted party, by two people: the identity in use becomes `corrected`; what was held before stays
/// as such. Rows that came back by the old spelling go, departments with an open request are told: the next
/// request asks anew.
Result<Report> rectify(Site& site, const identity::Identity& person, const identity::Identity& corrected,
                       const std::string& actor, const std::string& linker, const std::string& case_id = {});

/// At the trusted party, by two people: the record stays and goes into no request and no release; departments
/// take the person out of open requests, research is told. `lift` ends it: from then on the person goes into
/// requests again, and research is told. \retval kRefused to lift it from somebody who objected.
Result<Report> restrict(Site& site, const identity::Identity& person, const std::string& actor,
                        const std::string& linker, bool lift, const std::string& case_id = {});

}  // namespace kinfold::site
