#include "rights/access_copy.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/long_date.h"
#include "base/text.h"
#include "page/page.h"

namespace kinfold::rights {
namespace {

using nlohmann::ordered_json;

/// About others, or about our own book-keeping: never in a copy.
constexpr std::array<std::string_view, 7> kLeftOut = {"row",    "family", "relation", "reference",
                                                      "person", "grade",  "authority"};
/// About this person alone. Anything not named here is refused, not guessed at.
constexpr std::array<std::string_view, 7> kAboutThePerson = {"group", "start_date", "end_date",    "variable",
                                                             "value", "gender",     "age_at_start"};

constexpr std::size_t kColumnsMax = 5;  // more do not fit beside each other on paper

enum class Use { kShow, kLeaveOut, kUnknown };

Use use_of(std::string_view column) {
  if (std::find(kLeftOut.begin(), kLeftOut.end(), column) != kLeftOut.end()) return Use::kLeaveOut;
  if (std::find(kAboutThePerson.begin(), kAboutThePerson.end(), column) != kAboutThePerson.end())
    return Use::kShow;
  return column.starts_with("problem_") ? Use::kShow : Use::kUnknown;
}

Result<table::Table> about_the_person(const table::Table& rows) {
  table::Table shown;
  for (const auto& column : rows.columns()) {
    switch (use_of(column.name())) {
      case Use::kShow: shown.columns().push_back(column); break;
      case Use::kLeaveOut: break;
      case Use::kUnknown:
        return refused("the column '" + column.name() +
                       "' is not known to be about one person alone; it cannot go into a copy");
    }
  }
  return shown;
}

std::string words(std::string_view column) {
  std::string text(column);
  std::replace(text.begin(), text.end(), '_', ' ');
  if (!text.empty()) text[0] = ascii_upper(text.substr(0, 1))[0];
  return text;
}

std::string sentence(const std::string& text) {
  if (text.empty()) return text;
  return ascii_upper(text.substr(0, 1)) + text.substr(1) + (text.ends_with('.') ? "" : ".");
}

std::string or_not_known(const std::string& text) { return text.empty() ? "not known" : text; }

std::string label_of(const Found& found, const std::string& code) {
  const auto named = found.labels.find(code);
  if (named == found.labels.end()) return words(code);
  return ascii_upper(named->second.substr(0, 1)) + named->second.substr(1);
}

std::string cell_in_words(const Found& found, const table::Column& column, std::size_t row) {
  if (column.is_null(row)) return column.name().starts_with("problem_") ? "not shown" : "not known";
  if (column.type() == table::ColumnType::kDate) return long_date(column.date_at(row));
  const auto text = column.text_at(row);
  return column.name() == "variable" ? label_of(found, text) : text;
}

/// As the rest of the copy says them: headings and codes in the charter's words, dates in full.
table::Table in_words(const Found& found, const table::Table& rows) {
  table::Table shown;
  for (const auto& column : rows.columns()) {
    auto& cells = shown.add(label_of(found, column.name()), table::ColumnType::kString);
    for (std::size_t row = 0; row < rows.row_count(); ++row)
      cells.append_string(cell_in_words(found, column, row));
  }
  return shown;
}

/// Each row as a list of what it says: a wide table would be cut off on paper and on a telephone.
void show_facts(page::Page& page, const std::string& caption, const table::Table& rows) {
  for (std::size_t row = 0; row < rows.row_count(); ++row) {
    table::Table facts;
    auto& what = facts.add("What", table::ColumnType::kString);
    for (const auto& column : rows.columns()) what.append_string(column.name());
    auto& value = facts.add("What we hold", table::ColumnType::kString);
    for (const auto& column : rows.columns()) value.append_string(column.string_at(row));
    page.table(caption, facts);
    facts.wipe();
  }
}

std::string source_of(const Found& found, const identity::IdentityVersion& version) {
  if (version.corrected) return "your own correction";
  const auto named = found.party_names.find(version.origin.authority);
  return named == found.party_names.end() ? version.origin.authority : named->second;
}

std::string law_in_words(const std::string& basis) {
  std::string text;
  for (const auto part : split(basis, ',')) {
    const auto law = std::string(trim(part));
    const bool article = !law.empty() && law[0] >= '0' && law[0] <= '9';
    text += (text.empty() ? "" : ", ") + (article ? "article " + law + " of the UK GDPR" : law);
  }
  return "The law that allows it: " + text + ".";
}

table::Table identity_table(const Found& found) {
  table::Table shown;
  for (const char* name : {"Received on", "From", "Forenames", "Surname", "Date of birth", "Gender",
                           "Address", "Postcode", "National Insurance number"}) {
    shown.add(name, table::ColumnType::kString);
  }
  for (const auto& version : found.versions) {
    const auto& identity = version.identity;
    const std::vector<std::string> cells = {
        long_date(version.origin.received),
        source_of(found, version),
        or_not_known(identity.forenames),
        or_not_known(identity.surname),
        identity.date_of_birth ? long_date(*identity.date_of_birth) : "not known",
        or_not_known(identity.gender),
        or_not_known(identity.address),
        or_not_known(identity.postcode),
        or_not_known(identity.nino)};
    for (std::size_t i = 0; i < cells.size(); ++i) shown.columns()[i].append_string(cells[i]);
  }
  return shown;
}

table::Table recipient_table(const std::vector<Recipient>& recipients) {
  table::Table shown;
  for (const char* name : {"Sent", "To", "What", "What for", "Kept there until"}) {
    shown.add(name, table::ColumnType::kString);
  }
  for (const auto& recipient : recipients) {
    const std::vector<std::string> cells = {
        long_date(recipient.sent), recipient.name, recipient.what, recipient.what_for,
        long_date(recipient.kept_until) + (recipient.destroyed ? " (destroyed, with a certificate)" : "")};
    for (std::size_t i = 0; i < cells.size(); ++i) shown.columns()[i].append_string(cells[i]);
  }
  return shown;
}

const char* const kAboutOthers =
    "This copy is about you alone. The numbers that we use to keep files apart, and what would tell about "
    "other "
    "people in your family, are not in it.";
const char* const kResearch =
    "Researchers work with data sets that have no names, no addresses, no dates of birth and none of our "
    "reference "
    "numbers. Your rows went into these:";

std::string render_html(const Found& found, const std::vector<table::Table>& shown) {
  page::Page page("What we hold about you",
                  found.programme + " · " + found.holder + " · " + long_date(found.made_on));
  page.paragraph("This is a copy of the information that the " + found.programme +
                 " holds about you, where it came from, who received it, and until when it is kept.");
  page.note(kAboutOthers);
  page.heading("Why we hold it")
      .paragraph(sentence(found.purpose))
      .paragraph(law_in_words(found.lawful_basis))
      .paragraph("Everything is destroyed by " + long_date(found.kept_until) + ".");
  if (found.restricted) page.note("Your information is kept, and not used: you asked for that, or objected.");
  page.heading("Who you are, as we were told");
  if (found.versions.empty()) {
    page.paragraph("We hold no name, address or date of birth of yours.");
  } else {
    auto identities = identity_table(found);
    if (found.versions.size() > 1)
      page.paragraph("We received them " + std::to_string(found.versions.size()) + " times:");
    show_facts(page, "Your name and details", identities);
    identities.wipe();
  }
  page.heading("What else we hold");
  if (found.attributes.empty()) page.paragraph("Nothing.");
  for (std::size_t i = 0; i < found.attributes.size(); ++i) {
    const auto& held = found.attributes[i];
    page.subheading(held.what);
    page.paragraph("From " + held.source + ", received on " + long_date(held.received) + ", destroyed by " +
                   long_date(held.expires) + ".");
    if (!held.law.empty()) page.paragraph(law_in_words(held.law));
    if (shown[i].row_count() == 0) {
      page.paragraph("They have no record of this kind about you.");
    } else {
      auto rows = in_words(found, shown[i]);
      if (rows.columns().size() > kColumnsMax) {
        show_facts(page, "About you", rows);
      } else {
        page.table("About you", rows, 100'000);
      }
      rows.wipe();
    }
  }
  page.heading("Who received it");
  if (found.recipients.empty()) {
    page.paragraph("Nobody.");
  } else {
    page.table("Who was sent something about you", recipient_table(found.recipients));
  }
  std::vector<std::string> releases;
  for (const auto day : found.releases) releases.push_back("Research data set of " + long_date(day));
  if (!releases.empty()) page.paragraph(kResearch).list(releases);
  page.heading("Decisions")
      .paragraph("No decision about you is made from this information, by anybody or by a machine.");
  page.heading("What you can do")
      .list({"Have it corrected, if it is wrong.", "Have it erased, or its use stopped.",
             "Object to being part of this research, now or later.",
             "Complain to us, and to the Information Commissioner."});
  page.subheading("Whom to ask").list(found.contacts);
  page.paragraph("Your case number: " + found.case_id);
  return page.render();
}

ordered_json rows_to_json(const table::Table& rows) {
  auto list = ordered_json::array();
  for (std::size_t row = 0; row < rows.row_count(); ++row) {
    ordered_json object = ordered_json::object();
    for (const auto& column : rows.columns()) {
      if (column.is_null(row)) {
        object[column.name()] = nullptr;
      } else if (column.type() == table::ColumnType::kDouble || column.type() == table::ColumnType::kInt64) {
        object[column.name()] = column.number_at(row);
      } else {
        object[column.name()] = column.text_at(row);
      }
    }
    list.push_back(std::move(object));
  }
  return list;
}

ordered_json text_or_null(const std::string& text) {
  return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

ordered_json identity_to_json(const Found& found, const identity::IdentityVersion& version) {
  const auto& identity = version.identity;
  return {{"received", to_iso(version.origin.received)},
          {"from", source_of(found, version)},
          {"forenames", text_or_null(identity.forenames)},
          {"surname", text_or_null(identity.surname)},
          {"date_of_birth", text_or_null(identity.date_of_birth ? to_iso(*identity.date_of_birth) : "")},
          {"gender", text_or_null(identity.gender)},
          {"address", text_or_null(identity.address)},
          {"postcode", text_or_null(identity.postcode)},
          {"nino", text_or_null(identity.nino)}};
}

std::string render_json(const Found& found, const std::vector<table::Table>& shown) {
  ordered_json copy = {{"format", "kinfold access copy 1"},  {"case", found.case_id},
                       {"programme", found.programme},       {"holder", found.holder},
                       {"made_on", to_iso(found.made_on)},   {"purpose", found.purpose},
                       {"lawful_basis", found.lawful_basis}, {"kept_until", to_iso(found.kept_until)},
                       {"restricted", found.restricted},     {"automated_decisions", false}};
  copy["identities"] = ordered_json::array();
  for (const auto& version : found.versions) copy["identities"].push_back(identity_to_json(found, version));
  copy["attributes"] = ordered_json::array();
  for (std::size_t i = 0; i < found.attributes.size(); ++i) {
    const auto& held = found.attributes[i];
    copy["attributes"].push_back({{"source", held.source},
                                  {"what", held.what},
                                  {"lawful_basis", held.law},
                                  {"received", to_iso(held.received)},
                                  {"expires", to_iso(held.expires)},
                                  {"rows", rows_to_json(shown[i])}});
  }
  copy["recipients"] = ordered_json::array();
  for (const auto& recipient : found.recipients) {
    copy["recipients"].push_back({{"name", recipient.name},
                                  {"what", recipient.what},
                                  {"what_for", recipient.what_for},
                                  {"sent", to_iso(recipient.sent)},
                                  {"kept_until", to_iso(recipient.kept_until)},
                                  {"destroyed", recipient.destroyed}});
  }
  copy["releases"] = ordered_json::array();
  for (const auto day : found.releases) copy["releases"].push_back(to_iso(day));
  copy["contacts"] = found.contacts;
  // What somebody typed may be no UTF-8; a copy with a mark in its place is better than none.
  return copy.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

Result<AccessCopy> make_access_copy(const Found& found) {
  std::vector<table::Table> shown;
  for (const auto& held : found.attributes) {
    auto rows = about_the_person(held.rows);
    if (!rows.ok()) return rows.error();
    shown.push_back(std::move(rows).value());
  }
  AccessCopy copy{render_html(found, shown), render_json(found, shown)};
  for (auto& rows : shown) rows.wipe();
  return copy;
}

}  // namespace kinfold::rights
