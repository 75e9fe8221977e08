// From the TOML tree to a Charter. The rules between the parts are in validate.cc.
#include <sodium.h>

#include <array>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "charter/charter.h"
#include "charter/reader_internal.h"

namespace kinfold::charter {
namespace {

const std::vector<std::string> kRoleNames{"authority", "trusted-party", "department", "research"};
const std::vector<std::string> kDutyNames{"intake", "linkage", "analysis", "output-checking",
                                          "data-protection"};
const std::vector<std::string> kKindNames{"submission", "vault",  "attributes", "request", "return",
                                          "release",    "output", "objections", "cases",   "notice"};

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  std::string hex;
  for (const auto byte : digest) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 0x0F];
  }
  return hex;
}

Kind read_kind(Reader& reader) {
  return parse_kind(reader.choice("kind", kKindNames)).value_or(Kind::kNotice);
}

std::vector<Duty> to_duties(Reader& reader, const std::vector<std::string>& names, int line) {
  std::vector<Duty> duties;
  for (const auto& text : names) {
    if (const auto duty = parse_duty(text)) {
      duties.push_back(*duty);
    } else {
      reader.fail(line, "unknown duty " + quoted(text), "use one of: " + join(kDutyNames, ", "));
    }
  }
  return duties;
}

void read_header(Reader reader, Charter& charter) {
  charter.programme = reader.id("programme");
  charter.title = reader.text("title");
  charter.issued_by = reader.text("issued_by");
  charter.version = reader.text("version");
  charter.starts = reader.date("starts").value_or(Date{});
  charter.ends = reader.date("ends").value_or(Date{});
  charter.closes = reader.date("closes", Need::kOptional);
  charter.automated_decisions = reader.choice("automated_decisions", {"none"}).empty();
  charter.transfers_abroad = reader.choice("transfers_abroad", {"none", "allowed"}) == "allowed";
  reader.finish();
}

void read_wording(Reader reader, Wording& wording) {
  wording.service = reader.text("service", Need::kOptional);
  wording.led_by = reader.text("led_by");
  wording.responsibility = reader.text("responsibility");
  wording.aims = reader.texts("aims");
  wording.linking = reader.text("linking");
  wording.researchers = reader.text("researchers");
  wording.receiving = reader.text("receiving", Need::kOptional);
  wording.publication = reader.text("publication");
  wording.ask_in_person = reader.text("ask_in_person", Need::kOptional);
  wording.legal_powers = reader.texts("legal_powers");
  wording.authority_task = reader.text("authority_task");
  wording.research_task = reader.text("research_task");
  wording.storage = reader.text("storage");
  wording.refusal = reader.text("refusal");
  wording.change_of_mind = reader.text("change_of_mind");
  wording.see_also = reader.text("see_also", Need::kOptional);
  wording.corrections = reader.texts("corrections", Need::kOptional);
  reader.finish();
}

Party read_party(Reader& reader) {
  Party party;
  party.id = reader.id("id");
  reader.rename("party " + quoted(party.id));
  party.name = reader.text("name");
  party.short_name = reader.text("short_name", Need::kOptional);
  if (party.short_name.empty()) party.short_name = party.name;
  party.role = parse_role(reader.choice("role", kRoleNames)).value_or(Role::kAuthority);
  party.country = reader.text("country");
  const bool is_code = party.country.size() == 2 && party.country == ascii_upper(party.country) &&
                       is_id(ascii_lower(party.country));
  if (!party.country.empty() && !is_code) {
    reader.problem("country " + quoted(party.country) + " is not a country code",
                   "write two capital letters, for example GB");
  }
  party.what_for = reader.text("what_for");
  party.age_min = reader.integer("age_min", 0, 130);
  party.age_max = reader.integer("age_max", 0, 130);
  if (party.age_min && party.age_max && *party.age_min > *party.age_max) {
    reader.problem("age_min is above age_max", "swap them");
  }
  return party;
}

Purpose read_purpose(Reader& reader) {
  Purpose purpose;
  purpose.id = reader.id("id");
  purpose.text = reader.text("text");
  return purpose;
}

DataClass read_data_class(Reader& reader, Problems& problems) {
  DataClass data_class;
  data_class.id = reader.id("id");
  reader.rename("data_class " + quoted(data_class.id));
  data_class.label = reader.text("label");
  data_class.identity = reader.boolean("identity");
  data_class.holder = reader.id("holder", Need::kOptional);
  data_class.function = reader.id("function");
  data_class.gateway = reader.id("gateway");
  data_class.lawful_basis = reader.text("lawful_basis");
  data_class.special_condition = reader.text("special_condition", Need::kOptional);
  data_class.national_law = reader.text("national_law", Need::kOptional);
  data_class.fields = reader.texts("fields", Need::kOptional);
  for (const Node* node : reader.tables("variables")) {
    Reader inner(*node, "data_class " + quoted(data_class.id) + ", variables", problems);
    Variable variable;
    variable.id = inner.id("id");
    variable.label = inner.text("label");
    const auto kind = inner.choice("kind", {"spell", "event", "measure"});
    variable.kind = kind == "spell"     ? Variable::Kind::kSpell
                    : kind == "measure" ? Variable::Kind::kMeasure
                                        : Variable::Kind::kEvent;
    inner.finish();
    data_class.variables.push_back(std::move(variable));
  }
  return data_class;
}

Flow read_flow(Reader& reader) {
  Flow flow;
  flow.kind = read_kind(reader);
  flow.from = reader.id("from");
  flow.to = reader.id("to");
  flow.data_classes = reader.texts("data_classes");
  flow.purpose = reader.id("purpose");
  flow.window_from = reader.date("window_from", Need::kOptional);
  flow.window_until = reader.date("window_until", Need::kOptional);
  return flow;
}

Opening read_opening(Reader& reader) {
  Opening opening;
  opening.kind = read_kind(reader);
  opening.role = parse_role(reader.choice("role", kRoleNames)).value_or(Role::kAuthority);
  opening.duties = to_duties(reader, reader.texts("duties"), reader.line());
  opening.purposes = reader.texts("purposes");
  opening.accredited = reader.boolean("accredited");
  return opening;
}

Retention read_retention(Reader& reader) {
  Retention retention;
  retention.kind = read_kind(reader);
  retention.holder = parse_role(reader.choice("holder", kRoleNames)).value_or(Role::kAuthority);
  retention.months = reader.integer("months", 1, 1200);
  retention.days = reader.integer("days", 1, 36'500);
  retention.until = reader.date("until", Need::kOptional);
  if (!retention.months && !retention.days && !retention.until) {
    reader.problem("no period is given", "add months = 1, days = 30 or until = 2022-12-31");
  }
  return retention;
}

Condition read_condition(Reader& reader) {
  Condition condition;
  condition.id = reader.id("id");
  condition.text = reader.text("text");
  condition.met_on = reader.date("met_on", Need::kOptional);
  condition.expires_on = reader.date("expires_on", Need::kOptional);
  return condition;
}

Gateway read_gateway(Reader& reader) {
  Gateway gateway;
  gateway.id = reader.id("id");
  gateway.text = reader.text("text");
  gateway.reaches = reader.texts("reaches");
  return gateway;
}

Accreditation read_accreditation(Reader& reader) {
  Accreditation accreditation;
  accreditation.actor = reader.id("actor");
  accreditation.party = reader.id("party");
  accreditation.number = reader.text("number");
  accreditation.granted_on = reader.date("granted_on");
  accreditation.expires_on = reader.date("expires_on");
  return accreditation;
}

Contact read_contact(Reader& reader) {
  Contact contact;
  contact.id = reader.id("id");
  contact.name = reader.text("name");
  contact.email = reader.text("email", Need::kOptional);
  contact.what_for = reader.text("what_for");
  const auto at = contact.email.find('@');
  const bool odd = contact.email.find_first_of(" <>\"'()\t\n") != std::string::npos;
  if (!contact.email.empty() &&
      (at == 0 || at == std::string::npos || at + 1 == contact.email.size() || odd)) {
    reader.problem("the e-mail address of " + quoted(contact.id) + " is not one",
                   "write name@place, or leave it out");
  }
  return contact;
}

Right read_right(Reader& reader) {
  Right right;
  right.id = reader.id("id");
  right.text = reader.text("text");
  right.contact = reader.id("contact");
  return right;
}

void read_duties(Reader reader, const Node& node, Charter& charter) {
  const Node* list = node.find("incompatible");
  // Lists in a list: the reader only knows lists of text and lists of tables.
  if (list == nullptr || list->type != Node::Type::kList || list->items.size() > 100) {
    reader.problem("key 'incompatible' is missing or not a list",
                   "write incompatible = [[\"linkage\", \"analysis\"]]");
    return;
  }
  for (const auto& set : list->items) {
    std::vector<std::string> names;
    for (const auto& item : set.items)
      names.push_back(item.type == Node::Type::kText ? item.text : std::string{});
    auto duties = to_duties(reader, names, set.line);
    if (set.type != Node::Type::kList || names.size() < 2) {
      reader.fail(set.line, "a set of incompatible duties needs two or more",
                  "write [\"linkage\", \"analysis\"]");
    }
    charter.incompatible_duties.push_back(std::move(duties));
  }
  for (std::size_t index = 0; index < node.keys.size(); ++index) {
    if (node.keys[index] == "incompatible") continue;
    reader.fail(node.items[index].line, "unknown key " + quoted(node.keys[index]),
                "take it out; known are: incompatible");
  }
}

void read_criteria(Reader reader, Criteria& criteria, Problems& problems, Lines& lines) {
  criteria.version = reader.text("version");
  criteria.needed = reader.integer("needed", 1, 100, Need::kRequired).value_or(1);
  for (const Node* node : reader.tables("problem", Need::kRequired)) {
    Reader inner(*node, "criteria, problem", problems);
    Problem problem;
    problem.id = inner.id("id");
    problem.label = inner.text("label");
    inner.finish();
    criteria.problems.push_back(std::move(problem));
    lines["criteria.problem." + std::to_string(criteria.problems.size())] = node->line;
  }
  reader.finish();
}

void read_disclosure(Reader reader, DisclosureRules& rules) {
  rules.threshold = reader.integer("threshold", 1, 1000).value_or(rules.threshold);
  rules.family_threshold = reader.integer("family_threshold", 1, 1000).value_or(rules.family_threshold);
  rules.rounding_base = reader.integer("rounding_base", 1, 1000).value_or(rules.rounding_base);
  rules.checkers_needed = reader.integer("checkers_needed", 1, 10).value_or(rules.checkers_needed);
  rules.dominance_share = reader.number("dominance_share", 0.0, 1.0).value_or(rules.dominance_share);
  rules.dominance_count = reader.integer("dominance_count", 1, 10).value_or(rules.dominance_count);
  rules.p_percent = reader.number("p_percent", 0.0, 100.0).value_or(rules.p_percent);
  reader.number("q_percent", rules.p_percent, 100.0);
  rules.residual_df = reader.integer("residual_df", 1, 1000).value_or(rules.residual_df);
  // The rest is the disclosure room's to read; here it must only be sound.
  for (const char* key : {"authority_threshold", "survival", "difference"}) reader.integer(key, 1, 1000);
  reader.number("protection_width", 0, 1'000'000);
  reader.integer("exact_cells", 0, 100'000);
  reader.integer("exact_nodes", 0, 10'000'000);
  reader.integer("exact_intervals", 0, 1'000'000);
  reader.integer("attempts", 1, 5);
  for (const char* key : {"zeros_disclosive", "extremes_allowed", "largest_required"}) reader.boolean(key);
  reader.choice("method", {"suppress", "round", "controlled-round"}, Need::kOptional);
  reader.choice("cost", {"cells", "counts", "importance"}, Need::kOptional);
  for (const char* key : {"levels_required", "blocked_extensions"}) reader.texts(key, Need::kOptional);
  reader.finish();
}

void read_release_limits(Reader reader, ReleaseLimits& limits) {
  const auto fewest = [&](const char* key, int most, std::uint64_t& into) {
    if (const auto given = reader.integer(key, 1, most)) into = static_cast<std::uint64_t>(*given);
  };
  auto names = reader.texts("quasi_identifiers", Need::kOptional);
  if (!names.empty()) limits.quasi_identifiers = std::move(names);
  fewest("persons", 1000, limits.person_min);
  fewest("families", 1000, limits.family_min);
  fewest("problem_sets", 64, limits.problem_set_min);
  fewest("households", 1000, limits.household_min);
  limits.unique_depth = reader.integer("unique_depth", 0, 3).value_or(limits.unique_depth);
  limits.suppressed_share_max =
      reader.number("suppressed_share_max", 0, 1).value_or(limits.suppressed_share_max);
  reader.finish();
}

/// Reads every [[section]] and notes where each entry stands, as `section.N` and `section.id`.
template <typename Read>
void read_all(Reader& top, std::string_view section, Need need, Problems& problems, Lines& lines,
              Read&& read) {
  int number = 0;
  for (const Node* node : top.tables(section, need)) {
    const std::string rule = std::string(section) + "." + std::to_string(++number);
    Reader reader(*node, rule, problems);
    lines[rule] = node->line;
    const std::string id = read(reader);
    if (!id.empty()) lines.try_emplace(std::string(section) + "." + id, node->line);
    reader.finish();
  }
}

void read_entries(Reader& top, Charter& charter, Problems& problems, Lines& lines) {
  const auto into = [](auto& list, auto item) {
    list.push_back(std::move(item));
    return list.back().id;
  };
  const auto into_unnamed = [](auto& list, auto item) {
    list.push_back(std::move(item));
    return std::string{};
  };
  read_all(top, "party", Need::kRequired, problems, lines,
           [&](Reader& r) { return into(charter.parties, read_party(r)); });
  read_all(top, "purpose", Need::kRequired, problems, lines,
           [&](Reader& r) { return into(charter.purposes, read_purpose(r)); });
  read_all(top, "data_class", Need::kRequired, problems, lines,
           [&](Reader& r) { return into(charter.data_classes, read_data_class(r, problems)); });
  read_all(top, "flow", Need::kRequired, problems, lines,
           [&](Reader& r) { return into_unnamed(charter.flows, read_flow(r)); });
  read_all(top, "opening", Need::kRequired, problems, lines,
           [&](Reader& r) { return into_unnamed(charter.openings, read_opening(r)); });
  read_all(top, "retention", Need::kRequired, problems, lines,
           [&](Reader& r) { return into_unnamed(charter.retention, read_retention(r)); });
  read_all(top, "condition", Need::kOptional, problems, lines,
           [&](Reader& r) { return into(charter.conditions, read_condition(r)); });
  read_all(top, "gateway", Need::kOptional, problems, lines,
           [&](Reader& r) { return into(charter.gateways, read_gateway(r)); });
  read_all(top, "accreditation", Need::kOptional, problems, lines,
           [&](Reader& r) { return into_unnamed(charter.accreditations, read_accreditation(r)); });
  read_all(top, "contact", Need::kRequired, problems, lines,
           [&](Reader& r) { return into(charter.contacts, read_contact(r)); });
  read_all(top, "right", Need::kRequired, problems, lines,
           [&](Reader& r) { return into(charter.rights, read_right(r)); });
}

}  // namespace

Result<Charter> parse(std::string_view toml, std::string_view file_name) {
  auto root = read_toml(toml, file_name);
  if (!root.ok()) return root.error();

  Charter charter;
  Problems problems(file_name);
  Lines lines;
  Reader top(root.value(), "charter", problems);
  const auto section = [&](std::string_view key, Need need, auto&& read) {
    if (const Node* node = top.table(key, need)) {
      lines[std::string(key)] = node->line;
      read(Reader(*node, std::string(key), problems), *node);
    }
  };
  section("charter", Need::kRequired, [&](Reader r, const Node&) { read_header(std::move(r), charter); });
  section("notice", Need::kRequired,
          [&](Reader r, const Node&) { read_wording(std::move(r), charter.wording); });
  section("duties", Need::kRequired,
          [&](Reader r, const Node& node) { read_duties(std::move(r), node, charter); });
  section("criteria", Need::kRequired,
          [&](Reader r, const Node&) { read_criteria(std::move(r), charter.criteria, problems, lines); });
  section("disclosure", Need::kOptional,
          [&](Reader r, const Node&) { read_disclosure(std::move(r), charter.disclosure); });
  section("release_limits", Need::kOptional,
          [&](Reader r, const Node&) { read_release_limits(std::move(r), charter.release_limits); });
  read_entries(top, charter, problems, lines);
  top.finish();
  // References are only worth checking once every part could be read: else one slip is told twice.
  if (problems.empty()) validate(charter, lines, problems);
  if (!problems.empty()) return problems.error();

  charter.source_text = std::string(toml);
  charter.hash = sha256_hex(toml);
  return charter;
}

Result<Charter> load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return io_error(path + ": the charter cannot be opened; check the path and that it may be read");
  std::string text;
  text.resize(kSourceBytesMax + 1);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return io_error(path + ": the charter cannot be read; check the disk");
  text.resize(static_cast<std::size_t>(file.gcount()));
  return parse(text, path);
}

}  // namespace kinfold::charter
