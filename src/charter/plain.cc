#include <array>
#include <cctype>

#include "base/text.h"
#include "charter/plain_internal.h"

namespace kinfold::charter {

std::string plain_number(int number) {
  static constexpr std::array<std::string_view, 13> kWords{"zero", "one",    "two",   "three", "four",
                                                           "five", "six",    "seven", "eight", "nine",
                                                           "ten",  "eleven", "twelve"};
  if (number < 0 || number > 12) return std::to_string(number);
  return std::string(kWords[static_cast<std::size_t>(number)]);
}

std::string plain_period(const Retention& retention) {
  std::vector<std::string> parts;
  const auto of = [](int count, const std::string& unit) {
    return count == 1 ? "a " + unit : plain_number(count) + " " + unit + "s";
  };
  if (retention.months) parts.push_back("for " + of(*retention.months, "month"));
  if (retention.days) parts.push_back("for " + of(*retention.days, "day"));
  if (retention.until) parts.push_back("until " + long_date(*retention.until));
  return parts.size() < 2 ? join(parts, "") : join(parts, " or ") + ", whichever is earlier";
}

std::string plain_list(const std::vector<std::string>& items) {
  std::string out;
  for (std::size_t index = 0; index < items.size(); ++index) {
    if (index > 0) out += index + 1 == items.size() ? " and " : ", ";
    out += items[index];
  }
  return out;
}

std::string lower_first(std::string_view text) {
  std::string out(text);
  // An abbreviation keeps its capitals.
  const bool abbreviation = out.size() > 1 && out[1] >= 'A' && out[1] <= 'Z';
  if (!out.empty() && out[0] >= 'A' && out[0] <= 'Z' && !abbreviation)
    out[0] = static_cast<char>(out[0] - 'A' + 'a');
  return out;
}

std::string upper_first(std::string_view text) {
  std::string out(text);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

std::string plain_role(Role role) {
  switch (role) {
    case Role::kAuthority: return "local authority";
    case Role::kTrustedParty: return "trusted party";
    case Role::kDepartment: return "department";
    case Role::kResearch: return "research";
  }
  return "unknown";
}

std::string plain_end(const Charter& charter, std::string_view end) {
  if (end == "public") return "the public";
  if (const Party* party = charter.find_party(end)) return party->short_name;
  if (const auto role = parse_role(end))
    return *role == Role::kResearch ? "research" : "each " + plain_role(*role);
  return std::string(end);
}

std::string plain_kind(Kind kind) {
  switch (kind) {
    case Kind::kSubmission: return "the council's file of families";
    case Kind::kVault: return "names and other identities";
    case Kind::kAttributes: return "what councils sent about families (no names)";
    case Kind::kRequest: return "requests: identities to look up";
    case Kind::kReturn: return "the answers: what was found (no names)";
    case Kind::kRelease: return "the research data (no names, no reference numbers)";
    case Kind::kOutput: return "tables and charts made from the research data";
    case Kind::kObjections: return "objections, kept as keyed tokens and not as names";
    case Kind::kCases: return "people's requests under their rights";
    case Kind::kNotice: return "objection notices, receipts and certificates of destruction";
  }
  return "unknown";
}

std::string plain_duty(Duty duty) {
  switch (duty) {
    case Duty::kIntake: return "intake";
    case Duty::kLinkage: return "linkage";
    case Duty::kAnalysis: return "analysis";
    case Duty::kOutputChecking: return "output checking";
    case Duty::kDataProtection: return "data protection";
  }
  return "unknown";
}

std::string plain_parties(const Charter& charter, Role role) {
  std::vector<std::string> names;
  for (const Party* party : charter.parties_with(role)) names.push_back(party->short_name);
  return plain_list(names);
}

std::vector<std::string> labels(const Charter& charter, const std::vector<std::string>& data_classes) {
  std::vector<std::string> out;
  for (const auto& id : data_classes) {
    const DataClass* data_class = charter.find_data_class(id);
    out.push_back(data_class == nullptr ? id : data_class->label);
  }
  return out;
}

const Retention* find_retention(const Charter& charter, Kind kind, Role holder) {
  for (const auto& retention : charter.retention) {
    if (retention.kind == kind && retention.holder == holder) return &retention;
  }
  return nullptr;
}

std::string markdown_escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' || c == '\t' || c == '\r') {
      out += ' ';
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      if (std::string_view("\\`*_[]#|~!").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  // At the start of a line these would begin a list or a heading.
  if (!out.empty() && (out[0] == '-' || out[0] == '+' || out[0] == '=')) out.insert(0, "\\");
  std::size_t digits = 0;
  while (digits < out.size() && out[digits] >= '0' && out[digits] <= '9') ++digits;
  if (digits > 0 && digits < out.size() && (out[digits] == '.' || out[digits] == ')'))
    out.insert(digits, "\\");
  return out;
}

}  // namespace kinfold::charter
