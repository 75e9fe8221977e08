// The rules between the parts of a charter. Each is a promise of the notice or a wall of the design.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "charter/charter.h"
#include "charter/reader_internal.h"

namespace kinfold::charter {
namespace {

const std::vector<std::string> kIdentityFields{"name", "date_of_birth", "gender", "address", "nino"};
const std::vector<std::string> kLawfulBases{"6(1)(a)", "6(1)(b)", "6(1)(c)", "6(1)(d)", "6(1)(e)", "6(1)(f)"};
const std::vector<std::string> kSpecialConditions{"9(2)(a)", "9(2)(b)", "9(2)(c)", "9(2)(d)",
                                                  "9(2)(e)", "9(2)(f)", "9(2)(g)", "9(2)(h)",
                                                  "9(2)(i)", "9(2)(j)", "10"};

bool contains(const std::vector<std::string>& items, std::string_view item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

template <typename T>
std::vector<std::string> ids_of(const std::vector<T>& items) {
  std::vector<std::string> ids;
  for (const auto& item : items) ids.push_back(item.id);
  return ids;
}

class Validator {
 public:
  Validator(const Charter& charter, const Lines& lines, Problems& problems)
      : charter_(charter), lines_(lines), problems_(problems) {}

  void run() {
    check_ids();
    check_programme();
    check_parties();
    for (const auto& data_class : charter_.data_classes) check_data_class(data_class);
    for (std::size_t index = 0; index < charter_.flows.size(); ++index)
      check_flow(charter_.flows[index], index);
    for (std::size_t index = 0; index < charter_.openings.size(); ++index)
      check_opening(charter_.openings[index], index);
    check_wall_between_duties();
    check_retention();
    check_law();
    check_criteria();
    check_rights();
    check_purposes_used();
  }

 private:
  void add(const std::string& rule, std::string_view what, std::string_view remedy) {
    const auto it = lines_.find(rule);
    problems_.add(it == lines_.end() ? 1 : it->second, rule + ": " + std::string(what), remedy);
  }
  static std::string rule(std::string_view section, std::size_t index) {
    return std::string(section) + "." + std::to_string(index + 1);
  }
  static std::string meant(std::string_view text, const std::vector<std::string>& known) {
    const auto best = nearest(text, known);
    return best.empty() ? "use one of: " + join(known, ", ") : "did you mean '" + best + "'?";
  }
  void unknown(const std::string& where, std::string_view what, std::string_view text,
               const std::vector<std::string>& known) {
    add(where, "unknown " + std::string(what) + " " + quoted(text), meant(text, known));
  }

  template <typename T>
  void unique(std::string_view section, const std::vector<T>& items) {
    std::set<std::string> seen;
    for (std::size_t index = 0; index < items.size(); ++index) {
      if (!seen.insert(items[index].id).second) {
        add(rule(section, index), "id " + quoted(items[index].id) + " is there twice",
            "give one of them another id");
      }
    }
  }

  void check_ids() {
    unique("party", charter_.parties);
    unique("purpose", charter_.purposes);
    unique("data_class", charter_.data_classes);
    unique("condition", charter_.conditions);
    unique("gateway", charter_.gateways);
    unique("contact", charter_.contacts);
    unique("right", charter_.rights);
    std::set<std::string> variables;
    for (const auto& data_class : charter_.data_classes) {
      for (const auto& variable : data_class.variables) {
        if (!variables.insert(variable.id).second) {
          add("data_class." + data_class.id, "variable " + quoted(variable.id) + " is in the charter twice",
              "give one of them another id");
        }
      }
    }
    for (const auto& party : charter_.parties) {
      if (parse_role(party.id) || party.id == "public") {
        add("party." + party.id, "a party may not be called like a role or 'public'", "choose another id");
      }
    }
  }

  void check_programme() {
    if (charter_.ends < charter_.starts) add("charter", "ends is before starts", "check the two dates");
    if (charter_.closes && *charter_.closes < charter_.ends)
      add("charter", "closes is before ends", "set it to ends or later, or leave it out");
  }

  void check_parties() {
    for (const Role role : {Role::kAuthority, Role::kTrustedParty, Role::kDepartment, Role::kResearch}) {
      const auto count = charter_.parties_with(role).size();
      const std::string text(name(role));
      if (count == 0)
        add("charter", "there is no party with the role '" + text + "'",
            "add a [[party]] with role = \"" + text + "\"");
      if (count > 1 && role == Role::kTrustedParty) {
        add("charter", "there is more than one trusted party", "name one: names lie in one vault only");
      }
    }
    for (const auto& party : charter_.parties) {
      if (party.country == "GB" || charter_.transfers_abroad) continue;
      add("party." + party.id,
          "the party is in country " + quoted(party.country) + " while transfers_abroad = \"none\"",
          "leave the party out, or say in the notice that data goes abroad");
    }
  }

  void check_data_class(const DataClass& data_class) {
    const std::string where = "data_class." + data_class.id;
    if (!data_class.holder.empty() && charter_.find_party(data_class.holder) == nullptr) {
      unknown(where, "holder", data_class.holder, ids_of(charter_.parties));
    }
    if (!is_known_function(data_class.function)) {
      unknown(where, "function", data_class.function,
              {"public-authority", "health-service", "adult-social-care"});
    }
    if (!contains(kLawfulBases, data_class.lawful_basis))
      unknown(where, "lawful basis", data_class.lawful_basis, kLawfulBases);
    bool needs_law = false;
    for (const auto part : split(data_class.special_condition, ',')) {
      const auto condition = trim(part);
      if (data_class.special_condition.empty()) break;
      if (!contains(kSpecialConditions, condition))
        unknown(where, "special condition", condition, kSpecialConditions);
      needs_law = needs_law || condition == "9(2)(g)" || condition == "10";
    }
    if (needs_law && data_class.national_law.empty()) {
      add(where, "articles 9(2)(g) and 10 need a basis in national law",
          "add national_law, for example \"DPA 2018 Schedule 1 paragraph 6\"");
    }
    check_gateway(data_class, where);
    check_fields(data_class, where);
  }

  void check_gateway(const DataClass& data_class, const std::string& where) {
    auto known = ids_of(charter_.gateways);
    known.emplace_back(kResearchGateway);
    if (!contains(known, data_class.gateway)) {
      unknown(where, "gateway", data_class.gateway, known);
    } else if (is_known_function(data_class.function) &&
               !gateway_reaches(charter_, data_class.gateway, data_class.function)) {
      add(where,
          "gateway " + quoted(data_class.gateway) + " does not reach information held for the function " +
              quoted(data_class.function),
          "leave it out, or name another [[gateway]] that reaches it");
    }
  }

  void check_fields(const DataClass& data_class, const std::string& where) {
    if (!data_class.identity) {
      if (!data_class.fields.empty())
        add(where, "only the identity class has fields", "put them in variables, or set identity = true");
      return;
    }
    if (!data_class.variables.empty())
      add(where, "the identity class may not have variables",
          "put them in a class of their own: identities and attributes never lie together");
    if (data_class.fields.empty())
      add(where, "the identity class names no fields", "add fields = [\"name\", \"date_of_birth\"]");
    for (const auto& field : data_class.fields) {
      if (field == "nhs_number" || field == "nhs-number") {
        if (gateway_reaches(charter_, data_class.gateway, "health-service")) continue;
        add(where,
            "the NHS number is health-service information, which gateway " + quoted(data_class.gateway) +
                " does not reach",
            "leave it out, or name another [[gateway]] that reaches health-service");
      } else if (!contains(kIdentityFields, field)) {
        unknown(where, "identity field", field, kIdentityFields);
      }
    }
  }

  /// A flow's end: its role, if it is a party or a role.
  std::optional<Role> role_of(const std::string& end) const {
    if (const Party* party = charter_.find_party(end)) return party->role;
    return parse_role(end);
  }

  void check_flow(const Flow& flow, std::size_t index) {
    const std::string where = rule("flow", index);
    auto ends = ids_of(charter_.parties);
    for (const std::string_view role : {"authority", "trusted-party", "department", "research"})
      ends.emplace_back(role);
    const bool to_public = flow.kind == Kind::kOutput && flow.to == "public";
    if (!role_of(flow.from)) unknown(where, "sender", flow.from, ends);
    if (!role_of(flow.to) && !to_public) unknown(where, "recipient", flow.to, ends);
    if (!contains(ids_of(charter_.purposes), flow.purpose))
      unknown(where, "purpose", flow.purpose, ids_of(charter_.purposes));
    if (flow.window_from && flow.window_until && *flow.window_until < *flow.window_from) {
      add(where, "window_until is before window_from", "check the two dates");
    }
    check_direction(flow, where);
    check_cargo(flow, where);
    for (std::size_t earlier = 0; earlier < index; ++earlier) {
      const auto& other = charter_.flows[earlier];
      if (other.kind == flow.kind && other.from == flow.from && other.to == flow.to) {
        add(where, "the same kind already flows between these parties in " + rule("flow", earlier),
            "join the two");
      }
    }
  }

  void check_direction(const Flow& flow, const std::string& where) {
    struct Direction {
      Kind kind;
      Role from;
      Role to;
    };
    static const std::vector<Direction> kDirections{
        {Kind::kSubmission, Role::kAuthority, Role::kTrustedParty},
        {Kind::kRequest, Role::kTrustedParty, Role::kDepartment},
        {Kind::kReturn, Role::kDepartment, Role::kTrustedParty},
        {Kind::kRelease, Role::kTrustedParty, Role::kResearch}};
    if (flow.kind == Kind::kNotice) return;
    const auto from = role_of(flow.from);
    if (flow.kind == Kind::kOutput) {
      if (from != Role::kResearch || flow.to != "public") {
        add(where, "an output goes from research to the public only",
            "write from = \"research\", to = \"public\"");
      }
      return;
    }
    for (const auto& direction : kDirections) {
      if (direction.kind != flow.kind) continue;
      if (from && *from == direction.from && role_of(flow.to) == direction.to) return;
      add(where,
          "a " + std::string(name(flow.kind)) + " goes from '" + std::string(name(direction.from)) +
              "' to '" + std::string(name(direction.to)) + "' only",
          "correct from and to");
      return;
    }
    add(where, std::string(name(flow.kind)) + " never leaves the site that holds it", "take the flow out");
  }

  void check_cargo(const Flow& flow, const std::string& where) {
    const bool must_carry = flow.kind != Kind::kNotice && flow.kind != Kind::kOutput;
    if (must_carry && flow.data_classes.empty())
      add(where, "the flow carries no data class", "name at least one");
    for (const auto& id : flow.data_classes) {
      const DataClass* data_class = charter_.find_data_class(id);
      if (data_class == nullptr) {
        unknown(where, "data class", id, ids_of(charter_.data_classes));
        continue;
      }
      const std::string kind(name(flow.kind));
      if (data_class->identity && role_of(flow.to) == Role::kResearch) {
        add(where, "identities never flow to research", "take " + quoted(id) + " out");
      } else if (data_class->identity &&
                 (flow.kind == Kind::kReturn || flow.kind == Kind::kRelease || flow.kind == Kind::kOutput)) {
        add(where, (kind == "output" ? "an " : "a ") + kind + " carries no identities",
            "take " + quoted(id) + " out");
      }
      if (!data_class->identity && flow.kind == Kind::kRequest)
        add(where, "a request carries identities only", "take " + quoted(id) + " out");
      if (!data_class->identity && flow.kind == Kind::kNotice)
        add(where, "a notice carries no attributes", "take " + quoted(id) + " out");
      if (flow.kind == Kind::kReturn && data_class->holder != flow.from) {
        add(where, "data class " + quoted(id) + " is not held by " + quoted(flow.from),
            "set its holder, or take it out");
      }
    }
  }

  void check_opening(const Opening& opening, std::size_t index) {
    const std::string where = rule("opening", index);
    if (opening.duties.empty()) add(where, "the opening names no duty", "name at least one, or take it out");
    if (opening.purposes.empty())
      add(where, "the opening names no purpose", "name at least one, or take it out");
    for (const auto& purpose : opening.purposes) {
      if (!contains(ids_of(charter_.purposes), purpose))
        unknown(where, "purpose", purpose, ids_of(charter_.purposes));
    }
    if (opening.role == Role::kResearch &&
        (opening.kind == Kind::kVault || opening.kind == Kind::kRequest ||
         opening.kind == Kind::kSubmission || opening.kind == Kind::kReturn ||
         opening.kind == Kind::kAttributes)) {
      add(where, "research never opens a " + std::string(name(opening.kind)), "take the opening out");
    }
    if (!retained(opening.kind, opening.role)) {
      add(where,
          "there is no retention rule for " + std::string(name(opening.kind)) + " at '" +
              std::string(name(opening.role)) + "'",
          "add a [[retention]] with this kind and holder");
    }
  }

  /// Wall 1: at the trusted party no duty opens both names and what is known about people.
  void check_wall_between_duties() {
    for (const Duty duty :
         {Duty::kIntake, Duty::kLinkage, Duty::kAnalysis, Duty::kOutputChecking, Duty::kDataProtection}) {
      bool identities = false;
      bool attributes = false;
      std::size_t last = 0;
      for (std::size_t index = 0; index < charter_.openings.size(); ++index) {
        const auto& opening = charter_.openings[index];
        const bool applies =
            opening.role == Role::kTrustedParty &&
            std::find(opening.duties.begin(), opening.duties.end(), duty) != opening.duties.end();
        if (!applies) continue;
        const bool names = opening.kind == Kind::kVault || opening.kind == Kind::kRequest;
        const bool facts = opening.kind == Kind::kAttributes || opening.kind == Kind::kReturn ||
                           opening.kind == Kind::kRelease;
        if (names || facts) last = index;
        identities = identities || names;
        attributes = attributes || facts;
      }
      if (identities && attributes) {
        add(rule("opening", last),
            "the duty '" + std::string(name(duty)) +
                "' opens both identities and attributes at the trusted party",
            "give one of them to another duty");
      }
    }
  }

  bool retained(Kind kind, Role role) const {
    return std::any_of(charter_.retention.begin(), charter_.retention.end(),
                       [&](const Retention& rule) { return rule.kind == kind && rule.holder == role; });
  }

  void check_retention() {
    std::set<std::pair<Kind, Role>> seen;
    for (std::size_t index = 0; index < charter_.retention.size(); ++index) {
      const auto& entry = charter_.retention[index];
      if (!seen.insert({entry.kind, entry.holder}).second) {
        add(rule("retention", index), "there is already a rule for this kind and holder", "join the two");
      }
      if (entry.until && *entry.until > charter_.ends &&
          (entry.holder == Role::kTrustedParty || entry.holder == Role::kResearch) &&
          entry.kind != Kind::kNotice) {
        add(rule("retention", index), "until is after the programme ends on " + to_iso(charter_.ends),
            "set it to that day or earlier");
      }
    }
    for (std::size_t index = 0; index < charter_.flows.size(); ++index) {
      const auto& flow = charter_.flows[index];
      const auto to = role_of(flow.to);
      if (to) need_retention(flow.kind, *to, index);
      if (flow.kind == Kind::kSubmission) {
        need_retention(Kind::kVault, Role::kTrustedParty, index);
        need_retention(Kind::kAttributes, Role::kTrustedParty, index);
      }
    }
  }

  void need_retention(Kind kind, Role role, std::size_t flow_index) {
    if (retained(kind, role)) return;
    add(rule("flow", flow_index),
        "there is no retention rule for " + std::string(name(kind)) + " at '" + std::string(name(role)) + "'",
        "add a [[retention]] with this kind and holder");
  }

  void check_law() {
    for (const auto& gateway : charter_.gateways) {
      if (gateway.id == kResearchGateway)
        add("gateway." + gateway.id, "this gateway is built in and cannot be changed", "take it out");
      if (gateway.reaches.empty())
        add("gateway." + gateway.id, "the gateway reaches nothing", "name the functions it reaches");
      for (const auto& function : gateway.reaches) {
        if (!is_known_function(function))
          unknown("gateway." + gateway.id, "function", function,
                  {"public-authority", "health-service", "adult-social-care"});
      }
    }
    for (const auto& condition : charter_.conditions) {
      if (condition.met_on && condition.expires_on && *condition.expires_on < *condition.met_on) {
        add("condition." + condition.id, "expires_on is before met_on", "check the two dates");
      }
    }
    for (std::size_t index = 0; index < charter_.accreditations.size(); ++index) {
      const auto& held = charter_.accreditations[index];
      if (charter_.find_party(held.party) == nullptr)
        unknown(rule("accreditation", index), "party", held.party, ids_of(charter_.parties));
    }
  }

  void check_criteria() {
    unique("criteria.problem", charter_.criteria.problems);
    if (charter_.criteria.problems.empty()) {
      add("criteria", "there is no problem", "add [[criteria.problem]] with id and label");
    } else if (static_cast<std::size_t>(charter_.criteria.needed) > charter_.criteria.problems.size()) {
      add("criteria", "more problems are needed than there are", "lower needed or add problems");
    }
  }

  void check_rights() {
    for (const auto& right : charter_.rights) {
      if (!contains(ids_of(charter_.contacts), right.contact))
        unknown("right." + right.id, "contact", right.contact, ids_of(charter_.contacts));
    }
    for (const std::string_view needed : {"access", "rectify", "erase", "object", "complain"}) {
      if (!contains(ids_of(charter_.rights), needed)) {
        add("charter", "the right '" + std::string(needed) + "' is missing",
            "add a [[right]] with id = \"" + std::string(needed) + "\"");
      }
    }
  }

  void check_purposes_used() {
    for (const auto& purpose : charter_.purposes) {
      const bool used =
          std::any_of(charter_.flows.begin(), charter_.flows.end(),
                      [&](const Flow& flow) { return flow.purpose == purpose.id; }) ||
          std::any_of(charter_.openings.begin(), charter_.openings.end(),
                      [&](const Opening& opening) { return contains(opening.purposes, purpose.id); });
      if (!used)
        add("purpose." + purpose.id, "nothing uses the purpose",
            "take it out, or name it in a flow or an opening");
    }
  }

  const Charter& charter_;
  const Lines& lines_;
  Problems& problems_;
};

}  // namespace

void validate(const Charter& charter, const Lines& lines, Problems& problems) {
  Validator(charter, lines, problems).run();
}

}  // namespace kinfold::charter
