#include "rights/access_copy.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "page/page.h"

namespace kinfold::rights {
namespace {

using nlohmann::ordered_json;

/// About others, or about our own book-keeping: never in a copy.
constexpr std::array<std::string_view, 7> kLeftOut = {"row", "family", "relation", "reference", "person", "grade",
                                                      "authority"};
/// About this person alone. Anything not named here is refused, not guessed at.
constexpr std::array<std::string_view, 7> kAboutThePerson = {"group", "start_date", "end_date", "variable", "value",
                                                            "gender", "age_at_start"};

enum class Use { kShow, kLeaveOut, kUnknown };

Use use_of(std::string_view column) {
  if (std::find(kLeftOut.begin(), kLeftOut.end(), column) != kLeftOut.end()) return Use::kLeaveOut;
  if (std::find(kAboutThePerson.begin(), kAboutThePerson.end(), column) != kAboutThePerson.end()) return Use::kShow;
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

std::string or_not_known(const std::string& text) { return text.empty() ? "not known" : text; }

/// A date as people read it: 5 March 2020.
std::string long_date(Date date) {
  static constexpr std::array<const char*, 12> kMonths = {"January", "February", "March",     "April",   "May",      "June",
                                                          "July",    "August",   "September", "October", "November", "December"};
  const auto ymd = to_ymd(date);
  return std::to_string(ymd.day) + ' ' + kMonths[static_cast<std::size_t>(ymd.month) - 1] + ' ' + std::to_string(ymd.year);
}

/// As the rest of the copy says them: headings as words, dates in full.
table::Table in_words(const table::Table& rows) {
  table::Table shown;
  for (const auto& column : rows.columns()) {
    if (column.type() != table::ColumnType::kDate) {
      auto same = column;
      same.rename(words(column.name()));
      shown.columns().push_back(std::move(same));
      continue;
    }
    auto& dates = shown.add(words(column.name()), table::ColumnType::kString);
    for (std::size_t row = 0; row < rows.row_count(); ++row) {
      column.is_null(row) ? dates.append_null() : dates.append_string(long_date(column.date_at(row)));
    }
  }
  return shown;
}

std::string source_of(const Found& found, const identity::IdentityVersion& version) {
  if (version.corrected) return "your own correction";
  const auto named = found.party_names.find(version.origin.authority);
  return named == found.party_names.end() ? version.origin.authority : named->second;
}

std::string law_in_words(const std::string& basis) {
  const bool article = !basis.empty() && basis[0] >= '0' && basis[0] <= '9';
  return (article ? "article " + basis + " of the UK GDPR" : basis) + ".";
}

table::Table identity_table(const Found& found) {
  table::Table shown;
  for (const char* name : {"Received", "From", "Forenames", "Surname", "Date of birth", "Gender", "Address", "Postcode",
                           "National Insurance number"}) {
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
    "This copy is about you alone. The numbers that we use to keep files apart, and what would tell about other "
    "people in your family, are not in it.";
const char* const kResearch =
    "Researchers work with data sets that have no names, no addresses, no dates of birth and none of our reference "
    "numbers. Your rows went into these:";

std::string render_html(const Found& found, const std::vector<table::Table>& shown) {
  page::Page page("What we hold about you", found.programme + " · " + found.holder + " · " + long_date(found.made_on));
  page.paragraph("This is a copy of the information that the " + found.programme +
                 " holds about you, where it came from, who received it, and until when it is kept.");
  page.note(kAboutOthers);
  page.heading("Why we hold it")
      .paragraph(found.purpose)
      .paragraph("The law that allows it: " + law_in_words(found.lawful_basis))
      .paragraph("Everything is destroyed by " + long_date(found.kept_until) + ".");
  if (found.restricted) page.note("Your information is kept, and not used: you asked for that, or objected.");
  page.heading("Who you are, as we were told");
  if (found.versions.empty()) {
    page.paragraph("We hold no name, address or date of birth of yours.");
  } else {
    page.table("Your name and details, each time we received them", identity_table(found));
  }
  page.heading("What else we hold");
  if (found.attributes.empty()) page.paragraph("Nothing.");
  for (std::size_t i = 0; i < found.attributes.size(); ++i) {
    const auto& held = found.attributes[i];
    page.subheading(held.what);
    page.paragraph("From " + held.source + ", received on " + long_date(held.received) + ", destroyed by " +
                   long_date(held.expires) + ".");
    if (shown[i].row_count() == 0) {
      page.paragraph("They have no record of this kind about you.");
    } else {
      page.table(held.what, in_words(shown[i]), 100'000);
    }
  }
  page.heading("Who received it");
  if (found.recipients.empty()) {
    page.paragraph("Nobody.");
  } else {
    page.table("Who was sent something about you", recipient_table(found.recipients));
  }
  if (!found.releases.empty()) page.paragraph(kResearch).list(found.releases);
  page.heading("Decisions").paragraph("No decision about you is made from this information, by anybody or by a machine.");
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

ordered_json text_or_null(const std::string& text) { return text.empty() ? ordered_json(nullptr) : ordered_json(text); }

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
  ordered_json copy = {{"format", "kinfold access copy 1"},
                       {"case", found.case_id},
                       {"programme", found.programme},
                       {"holder", found.holder},
                       {"made_on", to_iso(found.made_on)},
                       {"purpose", found.purpose},
                       {"lawful_basis", found.lawful_basis},
                       {"kept_until", to_iso(found.kept_until)},
                       {"restricted", found.restricted},
                       {"automated_decisions", false}};
  copy["identities"] = ordered_json::array();
  for (const auto& version : found.versions) copy["identities"].push_back(identity_to_json(found, version));
  copy["attributes"] = ordered_json::array();
  for (std::size_t i = 0; i < found.attributes.size(); ++i) {
    const auto& held = found.attributes[i];
    copy["attributes"].push_back({{"source", held.source},
                                  {"what", held.what},
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
  copy["releases"] = found.releases;
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
