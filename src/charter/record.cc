#include "charter/record.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "charter/plain_internal.h"

namespace kinfold::charter {
namespace {

bool is_end(const std::string& end, const Party& party) { return end == party.id || end == name(party.role); }

std::string bullet(std::string_view label, std::string_view text) {
  return "- **" + std::string(label) + ":** " + markdown_escape(text) + "\n";
}

/// What this party holds, sends or receives.
std::set<std::string> classes_at(const Charter& charter, const Party& party) {
  std::set<std::string> ids;
  for (const auto& flow : charter.flows) {
    if (is_end(flow.from, party) || is_end(flow.to, party))
      ids.insert(flow.data_classes.begin(), flow.data_classes.end());
  }
  return ids;
}

std::string purposes_at(const Charter& charter, const Party& party) {
  std::set<std::string> ids;
  for (const auto& flow : charter.flows) {
    if (is_end(flow.from, party) || is_end(flow.to, party)) ids.insert(flow.purpose);
  }
  for (const auto& opening : charter.openings) {
    if (opening.role == party.role) ids.insert(opening.purposes.begin(), opening.purposes.end());
  }
  std::string out;
  for (const auto& purpose : charter.purposes) {
    if (ids.contains(purpose.id)) out += (out.empty() ? "" : "; ") + purpose.text;
  }
  return out;
}

std::string recipients_of(const Charter& charter, const Party& party) {
  std::vector<std::string> out;
  for (const auto& flow : charter.flows) {
    if (!is_end(flow.from, party)) continue;
    const auto to = plain_end(charter, flow.to) + " (" + std::string(name(flow.kind)) + ")";
    if (std::find(out.begin(), out.end(), to) == out.end()) out.push_back(to);
  }
  return out.empty() ? "none" : plain_list(out);
}

std::string answer_wanted(std::string_view question) {
  return "To be answered: " + std::string(question) + "\n";
}

std::string record_of(const Charter& charter, const Party& party) {
  std::string out = "\n## " + markdown_escape(party.name) + "\n\n";
  out += bullet("Part in it", plain_role(party.role) + ", " + party.what_for);
  out += bullet("Purposes, 30(1)(b)", purposes_at(charter, party));
  out += bullet("People, 30(1)(c)", "people in families that have, or may have, " +
                                        plain_number(charter.criteria.needed) +
                                        " or more of the problems of the programme, children among them");
  out += "- **Data, 30(1)(c):**\n";
  for (const auto& id : classes_at(charter, party)) {
    const DataClass* data_class = charter.find_data_class(id);
    if (data_class == nullptr) continue;
    out += "  - " + markdown_escape(data_class->label) + " (UK GDPR Article " +
           markdown_escape(data_class->lawful_basis);
    if (!data_class->special_condition.empty())
      out += " with " + markdown_escape(data_class->special_condition);
    if (!data_class->national_law.empty()) out += ", " + markdown_escape(data_class->national_law);
    out += ")\n";
  }
  out += bullet("Recipients, 30(1)(d)", recipients_of(charter, party));
  out += bullet("Transfers abroad, 30(1)(e)", charter.transfers_abroad
                                                  ? "allowed by the charter; name them and their safeguards"
                                                  : "none; a flow to a party abroad is refused");
  out += "- **Time limits, 30(1)(f):**\n";
  for (const auto& retention : charter.retention) {
    if (retention.holder == party.role)
      out += "  - " + markdown_escape(plain_kind(retention.kind)) + ": " +
             markdown_escape(plain_period(retention)) + "\n";
  }
  out += bullet("Security, 30(1)(g)",
                "every holding is encrypted under a key of its own with its expiry bound in; opened through "
                "one door that asks the charter, the clock and the actor's duty; every act in a "
                "tamper-evident ledger; what crosses is sealed and signed");
  out += "- " + answer_wanted(
                    "is it a controller, a joint controller or a processor; and its data protection "
                    "officer, where none of the contacts above is theirs, 30(1)(a)?");
  return out;
}

std::string necessity(const Charter& charter) {
  std::string out =
      "\n## Necessity and proportionality, 35(7)(b)\n\n| data | held by | lawful basis | gateway "
      "|\n|---|---|---|---|\n";
  for (const auto& data_class : charter.data_classes) {
    const Party* holder = charter.find_party(data_class.holder);
    out += "| " + markdown_escape(data_class.label) + " | " +
           markdown_escape(holder == nullptr ? "each local authority" : holder->short_name) + " | " +
           markdown_escape(data_class.lawful_basis +
                           (data_class.special_condition.empty() ? "" : ", " + data_class.special_condition) +
                           (data_class.national_law.empty() ? "" : ", " + data_class.national_law)) +
           " | " + markdown_escape(data_class.gateway) + " |\n";
  }
  out += "\nConditions of the law:\n\n";
  for (const auto& condition : charter.conditions) {
    out += "- " + markdown_escape(condition.text) + ": " +
           (condition.met_on ? "met on " + to_iso(*condition.met_on) : std::string("not dated")) +
           (condition.expires_on ? ", until " + to_iso(*condition.expires_on) : std::string{}) + "\n";
  }
  out += "\n" +
         answer_wanted("could the aims be reached with fewer data classes, fewer people, or a shorter time?");
  return out;
}

std::string risks(const std::vector<Measured>& measured) {
  std::string out = "\n## Risks and measures, 35(7)(c) and (d)\n";
  std::set<std::string> known;
  for (const auto& risk : dpia_risks()) {
    known.insert(risk.id);
    out += "\n### " + markdown_escape(risk.text) + "\n\n" + bullet("What is done", risk.measure) +
           bullet("Rules", join(risk.charter_rules, ", "));
    bool any = false;
    for (const auto& item : measured) {
      if (item.risk != risk.id) continue;
      any = true;
      out += bullet("Measured", item.what + ": " + item.result + " (" + item.source + ")");
    }
    if (!any) out += "- **Measured:** nothing yet.\n";
    out += "- " + answer_wanted("how likely and how grave is what remains?");
  }
  for (const auto& item : measured) {
    if (!known.contains(item.risk))
      out += "\n" + bullet("Also measured", item.what + ": " + item.result + " (" + item.source + ")");
  }
  return out;
}

}  // namespace

std::string record_of_processing_markdown(const Charter& charter) {
  std::string out =
      "# Record of processing: " + markdown_escape(charter.title) +
      "\n\nUK GDPR Article 30. Printed from the charter " + markdown_escape(charter.programme) +
      ", version " + markdown_escape(charter.version) + ", SHA-256 " + charter.hash +
      ". Purposes and data are in the words of the notice to families: \"you\" is the person whom the "
      "data is about.\n\n";
  out += bullet("From", long_date(charter.starts) + " to " + long_date(charter.ends));
  for (const auto& contact : charter.contacts) {
    out += bullet("Contact, 30(1)(a)", contact.name + (contact.email.empty() ? "" : ", " + contact.email) +
                                           ": " + contact.what_for);
  }
  for (const auto& party : charter.parties) out += record_of(charter, party);
  return out;
}

Result<std::vector<Measured>> parse_measured(std::string_view lines) {
  std::vector<Measured> measured;
  std::size_t number = 0;
  for (const auto line : split(lines, '\n')) {
    ++number;
    if (trim(line).empty()) continue;
    const auto json = nlohmann::json::parse(line, nullptr, false);
    Measured one;
    const std::pair<const char*, std::string*> fields[] = {
        {"risk", &one.risk}, {"what", &one.what}, {"result", &one.result}, {"source", &one.source}};
    for (const auto& [key, into] : fields) {
      if (!json.is_object() || !json.contains(key) || !json[key].is_string()) {
        return invalid("measured results, line " + std::to_string(number) +
                       ": is no JSON object with risk, what, result and source");
      }
      *into = json[key].get<std::string>();
    }
    measured.push_back(std::move(one));
  }
  return measured;
}

const std::vector<Risk>& dpia_risks() {
  static const std::vector<Risk> kRisks{
      {"singling-out",
       "Somebody is recognised in the research data or in a published figure",
       "the release has no identity, no reference, no day; figures go out only through the disclosure check "
       "and with a second person's approval",
       {"flow (release)", "disclosure"}},
      {"joining",
       "Two files about one person are joined by somebody who should not",
       "references are random and differ for each recipient and request; research numbers are fresh in every "
       "release; what remains is a join on names by a party that holds names",
       {"flow (request)", "flow (return)"}},
      {"inside",
       "Somebody inside opens what their work does not need",
       "one door that asks for duty and purpose; duties that may not be combined; no duty opens both names "
       "and facts at the trusted party",
       {"opening", "duties"}},
      {"kept-too-long",
       "Data is kept longer than promised",
       "expiry bound into each key; keys destroyed; signed certificates; no next request for a department "
       "that has not destroyed the last",
       {"retention", "charter.ends"}},
      {"membership",
       "It becomes known that somebody was in the research",
       "departments' ledgers cannot hold a person, by type; files are padded and in random order",
       {"retention (request, return)"}},
      {"wrong-person",
       "Somebody else's record is linked to a person",
       "match grades go into the estimates; nothing about a person goes back to those who serve them; a "
       "correction re-opens the links",
       {"flow (return)", "charter.automated_decisions"}},
      {"unheard",
       "An objection is not heard, or is forgotten when the next file comes",
       "objections work at every crossing and are kept as keyed tokens without the name; those who have the "
       "data are told and answer with a receipt",
       {"right.object", "flow (notice)"}},
      {"decisions",
       "The data is used for decisions about people",
       "no flow carries data about a person to those who serve them; automated decisions are ruled out and "
       "checked",
       {"charter.automated_decisions"}},
      {"unlawful",
       "Data is shared without a legal ground",
       "each data class names its basis, its holder's function and its gateway; a condition that is missing "
       "or expired refuses the disclosure",
       {"data_class", "condition", "gateway"}}};
  return kRisks;
}

std::string dpia_markdown(const Charter& charter, const std::vector<Measured>& measured) {
  std::string out =
      "# Data protection impact assessment: " + markdown_escape(charter.title) +
      "\n\nUK GDPR Article 35. A skeleton printed from the charter " + markdown_escape(charter.programme) +
      ", version " + markdown_escape(charter.version) + ", SHA-256 " + charter.hash +
      ". What is marked \"To be answered\" needs a person's judgement.\n\n## What is done, 35(7)(a)\n\n";
  for (const auto& aim : charter.wording.aims) out += "- " + markdown_escape(aim) + "\n";
  out += "\n| what crosses | from | to | purpose |\n|---|---|---|---|\n";
  for (const auto& flow : charter.flows) {
    out += "| " + markdown_escape(plain_kind(flow.kind)) + " | " +
           markdown_escape(plain_end(charter, flow.from)) + " | " +
           markdown_escape(plain_end(charter, flow.to)) + " | " + markdown_escape(flow.purpose) + " |\n";
  }
  out += necessity(charter) + risks(measured);
  out += "\n## Views and approval\n\n" +
         answer_wanted("what did families, councils and the data protection officers say (35(2), 35(9))?") +
         answer_wanted("who accepts the risk that remains, and when is this looked at again?");
  return out;
}

}  // namespace kinfold::charter
