// The charter: the executable privacy notice of one programme. Everything a site may do is asked
// here; what the charter does not allow is refused, naming the rule.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "charter/law.h"
#include "charter/release_limits.h"
#include "charter/wording.h"

namespace kinfold::charter {

enum class Role { kAuthority, kTrustedParty, kDepartment, kResearch };
enum class Duty { kIntake, kLinkage, kAnalysis, kOutputChecking, kDataProtection };
/// What kind of data at rest, or on its way, it is.
enum class Kind {
  kSubmission,  ///< authority -> trusted party
  kVault,       ///< identities at the trusted party
  kAttributes,  ///< attributes from submissions, at the trusted party
  kRequest,     ///< trusted party -> department
  kReturn,      ///< department -> trusted party
  kRelease,     ///< trusted party -> research
  kOutput,      ///< at research, before and after publication
  kObjections,  ///< keyed tokens of those who objected
  kCases,       ///< people's cases under their rights
  kNotice       ///< objection notices, receipts and certificates between parties
};
/// What somebody wants to do.
enum class Act { kHold, kOpen, kSend };

std::string_view name(Role role);
std::string_view name(Duty duty);
std::string_view name(Kind kind);
std::string_view name(Act act);
std::optional<Role> parse_role(std::string_view text);
std::optional<Duty> parse_duty(std::string_view text);
std::optional<Kind> parse_kind(std::string_view text);

/// How long: a period from receipt, or a fixed last day; where both are given the earlier counts.
struct Retention {
  Kind kind = Kind::kSubmission;
  Role holder = Role::kTrustedParty;
  std::optional<int> months;
  std::optional<int> days;
  std::optional<Date> until;
};

struct Party {
  std::string id;  ///< [a-z0-9-]+, at most 40 characters
  std::string name;
  std::string short_name;  ///< `DWP`; the name itself where the charter gives none
  Role role = Role::kAuthority;
  std::string country;   ///< ISO 3166-1 alpha-2; `GB` unless the charter allows transfers abroad
  std::string what_for;  ///< In the notice: "to see what benefits you have received ..."
  /// Eligibility at a department: who could be found there at all (ages within the release's window).
  std::optional<int> age_min;
  std::optional<int> age_max;
};

struct Purpose {
  std::string id;
  std::string text;  ///< As families read it.
};

struct Variable {
  enum class Kind { kSpell, kEvent, kMeasure };
  std::string id;
  std::string label;
  Kind kind = Kind::kEvent;
};

/// What sort of data it is, who holds it in which function, and why that is lawful.
struct DataClass {
  std::string id;  ///< `identity`, `family`, `problems`, `benefits`, ...
  std::string label;
  bool identity = false;
  std::string holder;             ///< Party id; empty for what every authority holds.
  std::string function;           ///< `public-authority`, `health-service`, `adult-social-care`
  std::string gateway;            ///< Legal gateway for the disclosure (`dea-2017-s64`, ...)
  std::string lawful_basis;       ///< UK GDPR article 6, for example `6(1)(e)`
  std::string special_condition;  ///< Article 9(2) or 10, or empty where none is needed
  std::string national_law;  ///< What 9(2)(g) and 10 lean on, for example a paragraph of DPA 2018 Schedule 1
  std::vector<Variable> variables;
  std::vector<std::string> fields;  ///< For the identity class: which of the five identity fields.
};

/// An allowed crossing. What is not listed here is refused.
struct Flow {
  Kind kind = Kind::kSubmission;
  std::string from;  ///< Party id, or a role's name for all of that role
  std::string to;
  std::vector<std::string> data_classes;
  std::string purpose;
  std::optional<Date> window_from;  ///< Events outside the window are not sent.
  std::optional<Date> window_until;
};

/// Who may open what within a site.
struct Opening {
  Kind kind = Kind::kVault;
  Role role = Role::kTrustedParty;
  std::vector<Duty> duties;
  std::vector<std::string> purposes;
  bool accredited = false;  ///< Only to an actor with an accreditation in force (Question::actor).
};

struct Problem {
  std::string id;
  std::string label;
};
struct Criteria {
  std::string version;
  int needed = 2;
  std::vector<Problem> problems;
};

/// A legal condition for research disclosure (Digital Economy Act 2017 s.64), with its dates.
struct Condition {
  std::string id;
  std::string text;
  std::optional<Date> met_on;
  std::optional<Date> expires_on;
};

struct Contact {
  std::string id;
  std::string name;
  std::string email;
  std::string what_for;
};
struct Right {
  std::string id;
  std::string text;
  std::string contact;
};

/// Numbers for the disclosure check; `disclosure` reads them.
struct DisclosureRules {
  int threshold = 10;
  int family_threshold = 10;
  int rounding_base = 5;
  int checkers_needed = 1;
  double dominance_share = 0.9;
  int dominance_count = 2;
  double p_percent = 10.0;
  int residual_df = 10;
};

struct Charter {
  std::string programme;  ///< Id
  std::string title;
  std::string issued_by;
  std::string version;
  Date starts;
  Date ends;  ///< Everything at the trusted party is destroyed by this day.
  /// Until when certificates and receipts (kNotice) may still go round, and authorities may finish
  /// people's cases, after `ends`. Empty: not at all.
  std::optional<Date> closes;
  std::vector<Party> parties;
  std::vector<Purpose> purposes;
  std::vector<DataClass> data_classes;
  std::vector<Flow> flows;
  std::vector<Opening> openings;
  std::vector<Retention> retention;
  std::vector<Condition> conditions;
  std::vector<std::vector<Duty>> incompatible_duties;
  Criteria criteria;
  DisclosureRules disclosure;
  ReleaseLimits release_limits;
  std::vector<Contact> contacts;
  std::vector<Right> rights;
  std::vector<Gateway> gateways;  ///< Beside the built-in `dea-2017-s64`.
  std::vector<Accreditation> accreditations;
  Wording wording;
  bool automated_decisions = false;
  bool transfers_abroad = false;
  std::string source_text;  ///< The exact TOML.
  std::string hash;         ///< SHA-256 of source_text, hex.

  const Party* find_party(std::string_view id) const;
  const DataClass* find_data_class(std::string_view id) const;
  const DataClass* data_class_of_variable(std::string_view variable) const;
  const Variable* find_variable(std::string_view id) const;
  std::vector<const Party*> parties_with(Role role) const;
  /// The flow of this kind between two parties (role names resolved); null where there is none.
  const Flow* find_flow(Kind kind, std::string_view from, std::string_view to) const;
};

/// All problems of a charter at once, each `file:line: what; remedy`, one a line.
/// \retval kInvalid for every kind of fault: TOML syntax, unknown keys, sizes, and all the rules of
///         docs/formats/charter.md. Never throws; at most kSourceBytesMax are read.
Result<Charter> parse(std::string_view toml, std::string_view file_name);
Result<Charter> load(const std::string& path);

inline constexpr std::size_t kSourceBytesMax = 1 << 20;

struct Question {
  Act act = Act::kOpen;
  Kind kind = Kind::kVault;
  std::string party;         ///< Who asks.
  std::string other_party;   ///< kSend: to whom.
  std::optional<Duty> duty;  ///< kOpen: the duty in which the actor asks.
  std::string purpose;
  std::vector<std::string> data_classes;  ///< Every one must be allowed. kHold, kSend.
  Date today;
  std::string actor;  ///< kOpen: who, where the opening asks for accreditation.
};
struct Answer {
  bool allowed = false;
  std::string rule;    ///< The charter's rule that decided, for example `flow.3` or `ends`.
  std::string reason;  ///< One sentence, also when allowed.
};
/// Denies by default; a question without a purpose is denied. kSend and kHold without data classes
/// ask about all that the flow carries. Also denies: before `starts`, after `ends`, a condition missing or
/// expired (kSend of kRequest, kReturn, kRelease), a party abroad, a data class without a lawful basis or
/// whose holder's function its gateway does not reach.
Answer ask(const Charter& charter, const Question& question);

/// Whether one actor may have all these duties; where not, `rule` is the set (`duties.2`) and
/// `reason` names the two that clash.
Answer may_combine(const Charter& charter, const std::vector<Duty>& duties);

/// The last moment a holding of this kind may live at `holder`, if received on `received`: the
/// earlier of its retention rule and, at the trusted party and research, the programme's end.
/// \retval kRefused where the charter has no retention rule for it: it may not be held at all.
Result<Date> expiry(const Charter& charter, Kind kind, std::string_view holder, Date received);

}  // namespace kinfold::charter
