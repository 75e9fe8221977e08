#include "charter/command.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "charter/plain_internal.h"
#include "charter/promises.h"

namespace kinfold::charter {
namespace {

using nlohmann::ordered_json;

constexpr int kSoonDays = 90;

/// Hostile bytes in a charter are replaced, not thrown at the caller.
std::string dump(const ordered_json& json) {
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string optional_date(const std::optional<Date>& date) { return date ? to_iso(*date) : "-"; }

void warn_of_dates(std::string_view what, const std::optional<Date>& from, const std::optional<Date>& until,
                   Date today, std::vector<std::string>& out) {
  if (!from) {
    out.push_back(std::string(what) +
                  " has no date on which it was met: requests, returns and releases are refused");
  } else if (until && *until < today) {
    out.push_back(std::string(what) + " expired on " + to_iso(*until) +
                  ": requests, returns and releases are refused");
  } else if (until && *until <= add_days(today, kSoonDays)) {
    out.push_back(std::string(what) + " expires on " + to_iso(*until));
  }
}

/// Columns of text under headings, two spaces apart; the last column runs on.
std::string text_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t column = 0; column < row.size(); ++column)
      widths[column] = std::max(widths[column], row[column].size());
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line = "  ";
    for (std::size_t column = 0; column < row.size(); ++column) {
      line += row[column];
      if (column + 1 < row.size()) line += std::string(widths[column] - row[column].size() + 2, ' ');
    }
    out += line + "\n";
  }
  return out;
}

std::string ages(const Party& party) {
  if (party.age_min && party.age_max)
    return std::to_string(*party.age_min) + " to " + std::to_string(*party.age_max);
  if (party.age_min) return "from " + std::to_string(*party.age_min);
  if (party.age_max) return "up to " + std::to_string(*party.age_max);
  return "-";
}

std::string window(const Flow& flow) {
  if (!flow.window_from && !flow.window_until) return "-";
  return optional_date(flow.window_from) + " to " + optional_date(flow.window_until);
}

std::vector<std::string> duty_names(const std::vector<Duty>& duties) {
  std::vector<std::string> names;
  for (const Duty duty : duties) names.emplace_back(name(duty));
  return names;
}

std::string law_of(const DataClass& data_class) {
  std::string law = "Article " + data_class.lawful_basis;
  if (!data_class.special_condition.empty()) law += " with " + data_class.special_condition;
  if (!data_class.national_law.empty()) law += ", " + data_class.national_law;
  return law;
}

std::string show_parties(const Charter& charter) {
  std::vector<std::vector<std::string>> rows{{"party", "role", "country", "ages", "what for"}};
  for (const auto& party : charter.parties) {
    rows.push_back({party.id, std::string(name(party.role)), party.country, ages(party), party.what_for});
  }
  return "Parties\n" + text_table(rows);
}

std::string show_classes(const Charter& charter) {
  std::vector<std::vector<std::string>> rows{{"data class", "holder", "function", "gateway", "law"}};
  for (const auto& data_class : charter.data_classes) {
    rows.push_back({data_class.id + (data_class.identity ? " *" : ""),
                    data_class.holder.empty() ? "each authority" : data_class.holder, data_class.function,
                    data_class.gateway, law_of(data_class)});
  }
  return "Data classes (* identities)\n" + text_table(rows);
}

std::string show_flows(const Charter& charter) {
  std::vector<std::vector<std::string>> rows{
      {"rule", "kind", "from", "to", "purpose", "events", "data classes"}};
  for (std::size_t index = 0; index < charter.flows.size(); ++index) {
    const auto& flow = charter.flows[index];
    rows.push_back({"flow." + std::to_string(index + 1), std::string(name(flow.kind)), flow.from, flow.to,
                    flow.purpose, window(flow),
                    flow.data_classes.empty() ? "none" : join(flow.data_classes, ", ")});
  }
  return "What may cross, and nothing else\n" + text_table(rows);
}

std::string show_openings(const Charter& charter) {
  std::vector<std::vector<std::string>> rows{{"rule", "kind", "at", "duties", "purposes"}};
  for (std::size_t index = 0; index < charter.openings.size(); ++index) {
    const auto& opening = charter.openings[index];
    rows.push_back({"opening." + std::to_string(index + 1), std::string(name(opening.kind)),
                    std::string(name(opening.role)), join(duty_names(opening.duties), ", "),
                    join(opening.purposes, ", ") + (opening.accredited ? " (accredited actors only)" : "")});
  }
  std::string out = "Who may open what within a site\n" + text_table(rows);
  for (const auto& set : charter.incompatible_duties)
    out += "  never in one hand: " + plain_list(duty_names(set)) + "\n";
  return out;
}

std::string show_retention(const Charter& charter) {
  std::vector<std::vector<std::string>> rows{{"kind", "at", "how long"}};
  for (const auto& retention : charter.retention) {
    rows.push_back(
        {std::string(name(retention.kind)), std::string(name(retention.holder)), plain_period(retention)});
  }
  return "How long\n" + text_table(rows) +
         "  everything at the trusted party and at research: at the latest until " + long_date(charter.ends) +
         "\n";
}

std::string show_conditions(const Charter& charter) {
  std::vector<std::vector<std::string>> rows{{"condition", "met on", "expires on", "what"}};
  for (const auto& condition : charter.conditions) {
    rows.push_back(
        {condition.id, optional_date(condition.met_on), optional_date(condition.expires_on), condition.text});
  }
  return charter.conditions.empty() ? std::string{} : "\nConditions of the law\n" + text_table(rows);
}

ordered_json to_json(const std::optional<Date>& date) {
  return date ? ordered_json(to_iso(*date)) : ordered_json(nullptr);
}

ordered_json parties_json(const Charter& charter) {
  ordered_json out = ordered_json::array();
  for (const auto& party : charter.parties) {
    out.push_back({{"id", party.id},
                   {"name", party.name},
                   {"role", name(party.role)},
                   {"country", party.country},
                   {"what_for", party.what_for}});
  }
  return out;
}

ordered_json flows_json(const Charter& charter) {
  ordered_json out = ordered_json::array();
  for (const auto& flow : charter.flows) {
    out.push_back({{"kind", name(flow.kind)},
                   {"from", flow.from},
                   {"to", flow.to},
                   {"purpose", flow.purpose},
                   {"data_classes", flow.data_classes},
                   {"window_from", to_json(flow.window_from)},
                   {"window_until", to_json(flow.window_until)}});
  }
  return out;
}

ordered_json rules_json(const Charter& charter, std::string_view which) {
  ordered_json out = ordered_json::array();
  if (which == "openings") {
    for (const auto& opening : charter.openings) {
      out.push_back({{"kind", name(opening.kind)},
                     {"role", name(opening.role)},
                     {"duties", duty_names(opening.duties)},
                     {"purposes", opening.purposes},
                     {"accredited", opening.accredited}});
    }
  } else if (which == "retention") {
    for (const auto& retention : charter.retention) {
      out.push_back({{"kind", name(retention.kind)},
                     {"holder", name(retention.holder)},
                     {"period", plain_period(retention)}});
    }
  } else if (which == "conditions") {
    for (const auto& condition : charter.conditions) {
      out.push_back({{"id", condition.id},
                     {"met_on", to_json(condition.met_on)},
                     {"expires_on", to_json(condition.expires_on)}});
    }
  } else {
    for (const auto& data_class : charter.data_classes) {
      out.push_back({{"id", data_class.id},
                     {"identity", data_class.identity},
                     {"holder", data_class.holder},
                     {"function", data_class.function},
                     {"gateway", data_class.gateway},
                     {"lawful_basis", data_class.lawful_basis},
                     {"special_condition", data_class.special_condition},
                     {"national_law", data_class.national_law}});
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> warnings(const Charter& charter, Date today) {
  std::vector<std::string> out;
  if (today > charter.ends) {
    out.push_back("the programme ended on " + to_iso(charter.ends) +
                  ": everything held for it has expired, and every act is refused");
    return out;
  }
  if (today < charter.starts)
    out.push_back("the programme starts on " + to_iso(charter.starts) + ": until then every act is refused");
  for (const auto& needed : research_conditions()) {
    const bool there = std::any_of(charter.conditions.begin(), charter.conditions.end(),
                                   [&](const Condition& condition) { return condition.id == needed.id; });
    if (!there)
      out.push_back("condition '" + std::string(needed.id) + "' of " + std::string(kResearchGateway) +
                    " is not in the charter");
  }
  for (const auto& condition : charter.conditions) {
    warn_of_dates("condition '" + condition.id + "'", condition.met_on, condition.expires_on, today, out);
  }
  const bool asks = std::any_of(charter.openings.begin(), charter.openings.end(),
                                [](const Opening& o) { return o.accredited; });
  if (asks && charter.accreditations.empty()) out.push_back("accreditation is asked for, but nobody has one");
  return out;
}

std::string check_words(const Charter& charter, Date today) {
  std::string out = charter.title + " (" + charter.programme + ", version " + charter.version +
                    "): the charter holds together.\n";
  out += "  from " + long_date(charter.starts) + " to " + long_date(charter.ends) + ", issued by " +
         charter.issued_by + "\n";
  out += "  " + std::to_string(charter.parties.size()) + " parties, " +
         std::to_string(charter.data_classes.size()) + " data classes, " +
         std::to_string(charter.flows.size()) + " flows, " + std::to_string(charter.openings.size()) +
         " openings, " + std::to_string(charter.retention.size()) + " retention rules\n";
  out += "  " + plain_number(charter.criteria.needed) + " or more of " +
         plain_number(static_cast<int>(charter.criteria.problems.size())) +
         " problems; automated decisions: none; transfers abroad: " +
         (charter.transfers_abroad ? "allowed" : "none") + "\n";
  out += "  SHA-256 " + charter.hash + "\n";
  for (const auto& warning : warnings(charter, today)) out += "  note: " + warning + "\n";
  return out;
}

std::string check_json(const Charter& charter, Date today) {
  return dump({{"programme", charter.programme},
               {"version", charter.version},
               {"sha256", charter.hash},
               {"starts", to_iso(charter.starts)},
               {"ends", to_iso(charter.ends)},
               {"parties", charter.parties.size()},
               {"data_classes", charter.data_classes.size()},
               {"flows", charter.flows.size()},
               {"warnings", warnings(charter, today)}});
}

std::string show_words(const Charter& charter, Date today) {
  return check_words(charter, today) + "\n" + show_parties(charter) + "\n" + show_classes(charter) + "\n" +
         show_flows(charter) + "\n" + show_openings(charter) + "\n" + show_retention(charter) +
         show_conditions(charter);
}

std::string show_json(const Charter& charter) {
  return dump({{"programme", charter.programme},
               {"title", charter.title},
               {"version", charter.version},
               {"sha256", charter.hash},
               {"starts", to_iso(charter.starts)},
               {"ends", to_iso(charter.ends)},
               {"closes", to_json(charter.closes)},
               {"automated_decisions", charter.automated_decisions},
               {"transfers_abroad", charter.transfers_abroad},
               {"parties", parties_json(charter)},
               {"data_classes", rules_json(charter, "data_classes")},
               {"flows", flows_json(charter)},
               {"openings", rules_json(charter, "openings")},
               {"retention", rules_json(charter, "retention")},
               {"conditions", rules_json(charter, "conditions")}});
}

std::string promises_words(const Charter& charter) {
  std::string out = charter.title + ": what is promised, and what keeps it\n";
  for (const auto& promise : promises(charter)) {
    out += "\n" + promise.sentence + ": " + promise.text + "\n  tested by " + join(promise.tests, ", ") +
           "\n  on a site: ";
    out += promise.check == LiveCheck::kPeople ? "only people can keep this"
                                               : "check '" + std::string(name(promise.check)) + "'";
    out += "\n";
  }
  return out;
}

std::string promises_json(const Charter& charter) {
  ordered_json out = ordered_json::array();
  for (const auto& promise : promises(charter)) {
    out.push_back({{"sentence", promise.sentence},
                   {"promise", promise.text},
                   {"field", promise.field},
                   {"tests", promise.tests},
                   {"check", name(promise.check)}});
  }
  return dump(out);
}

std::string answer_words(const Answer& answer) {
  return std::string(answer.allowed ? "yes: " : "no: ") + answer.reason + " (" + answer.rule + ")\n";
}

std::string answer_json(const Answer& answer) {
  return dump({{"allowed", answer.allowed}, {"rule", answer.rule}, {"reason", answer.reason}});
}

}  // namespace kinfold::charter
