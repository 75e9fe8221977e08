#include "rights/receipt.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/long_date.h"
#include "page/page.h"

namespace kinfold::rights {
namespace {

using nlohmann::ordered_json;

std::string name_of(const ReceiptFacts& facts, const std::string& party) {
  for (const auto& told : facts.parties) {
    if (told.party == party) return told.name;
  }
  return party;
}

std::string title_of(Right right) {
  switch (right) {
    case Right::kAccess: return "Your copy was made";
    case Right::kRectification: return "Your information was corrected";
    case Right::kErasure: return "Your information was erased";
    case Right::kRestriction: return "Your information is no longer used";
    case Right::kObjection: return "You are no longer part of this research";
    case Right::kComplaint: return "Your complaint was answered";
  }
  return "Your request was answered";
}

std::string what_was_done(Right right, const ReceiptFacts& facts) {
  const auto records = std::to_string(facts.records_removed_count);
  switch (right) {
    case Right::kErasure:
      return "The key to your record was destroyed, so that neither we nor anybody who has a copy of our "
             "files can "
             "read it again. " +
             records + " further records about you, kept without your name, were removed.";
    case Right::kObjection:
      return "Nothing about you goes out any more" +
             (facts.records_removed_count > 0 ? ", and " + records + " records about you were removed"
                                              : std::string()) +
             ". So that we "
             "know you again if a council sends your details later, a code was made from them; your name "
             "cannot be "
             "read from it.";
    case Right::kRestriction: return "Your information is kept, and goes into no request and no data set.";
    case Right::kRectification: return "From now on the corrected information is used.";
    case Right::kAccess: return "A copy of what is held about you was made and given to you.";
    case Right::kComplaint: return "Your complaint was looked into and answered.";
  }
  return {};
}

struct Told {
  std::string party;
  std::optional<Date> told;
  std::optional<Date> confirmed;
};

std::vector<Told> everybody_told(const Case& a_case) {
  std::vector<Told> told;
  Case so_far = a_case;
  so_far.events.clear();
  for (const auto& event : a_case.events) {
    const auto before = awaited_receipts(so_far);
    so_far.events.push_back(event);
    for (const auto& party : awaited_receipts(so_far)) {
      const bool is_new = std::find(before.begin(), before.end(), party) == before.end();
      if (event.event == Event::kNotifyRecipients && is_new) told.push_back({party, event.on, {}});
    }
    if (event.event != Event::kReceipt) continue;
    for (auto& one : told) {
      if (one.party == event.detail && !one.confirmed) one.confirmed = event.on;
    }
  }
  return told;
}

std::string render_html(const Case& a_case, const ReceiptFacts& facts, const std::vector<Told>& told) {
  const bool done = state_of(a_case) == State::kFulfilled;
  page::Page page(done ? title_of(a_case.right) : "Your request was closed",
                  facts.programme + " · " + facts.holder);
  page.paragraph("You asked on " + long_date(a_case.received) + "; this was closed on " +
                 long_date(a_case.events.back().on) + ".");
  if (done) page.heading("What was done").paragraph(what_was_done(a_case.right, facts));
  for (const auto& event : a_case.events) {
    const auto reason = refusal_reasons().find(event.detail);
    if (event.event == Event::kRefuse && reason != refusal_reasons().end())
      page.heading("Why it was refused").paragraph(reason->second);
  }
  if (!told.empty()) {
    table::Table table;
    for (const char* heading : {"Who has your information", "Was told on", "Confirmed on"}) {
      table.add(heading, table::ColumnType::kString);
    }
    for (const auto& one : told) {
      table.columns()[0].append_string(name_of(facts, one.party));
      table.columns()[1].append_string(long_date(*one.told));
      table.columns()[2].append_string(one.confirmed ? long_date(*one.confirmed) : "not yet");
    }
    page.heading("Who was told").table("Those who had your information", table);
  }
  page.heading("What cannot be undone").list(what_cannot_be_undone(a_case.right, facts));
  page.heading("If you are not content")
      .list(facts.contacts)
      .paragraph(
          "You can also complain to the Information Commissioner: ico.org.uk, telephone 0303 123 1113.");
  page.paragraph("Your case number: " + a_case.id);
  return page.render();
}

std::string render_json(const Case& a_case, const ReceiptFacts& facts, const std::vector<Told>& told) {
  ordered_json receipt = {
      {"format", "kinfold receipt 1"},       {"case", a_case.id},
      {"right", name(a_case.right)},         {"state", name(state_of(a_case))},
      {"received", to_iso(a_case.received)}, {"closed", to_iso(a_case.events.back().on)},
      {"programme", facts.programme},        {"holder", facts.holder},
      {"made_on", to_iso(facts.made_on)},    {"records_removed", facts.records_removed_count}};
  receipt["told"] = ordered_json::array();
  for (const auto& one : told) {
    receipt["told"].push_back(
        {{"party", one.party},
         {"told", to_iso(*one.told)},
         {"confirmed", one.confirmed ? ordered_json(to_iso(*one.confirmed)) : ordered_json()}});
  }
  receipt["cannot_be_undone"] = what_cannot_be_undone(a_case.right, facts);
  return receipt.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

std::vector<std::string> what_cannot_be_undone(Right right, const ReceiptFacts& facts) {
  std::vector<std::string> limits;
  if (right == Right::kAccess || right == Right::kComplaint)
    return {"Nothing was changed, so nothing needs to be undone."};
  if (facts.figures_published) {
    limits.emplace_back(
        "Figures that were published before stay published. They are about many people together, and "
        "nobody can be told from them.");
  }
  if (facts.release_count > 0) {
    const bool one = facts.release_count == 1;
    limits.push_back(
        std::to_string(facts.release_count) + " research data set" + (one ? " was" : "s were") +
        " made before this, without names and without reference numbers, so that your rows cannot be "
        "found there; everything is destroyed by " +
        long_date(facts.kept_until) + ". The next one is made without " +
        (right == Right::kRectification ? "the error." : "you."));
  }
  limits.emplace_back(
      "If somebody made a copy outside this system, against the rules, no certificate can show that it "
      "is gone.");
  if (right == Right::kErasure) {
    limits.emplace_back(
        "Erasing does not stop a council from sending your details again. If you do not want that, "
        "object as well.");
  }
  if (right == Right::kErasure || right == Right::kObjection) {
    limits.emplace_back(
        "That this request was made and done stays on record, without your name, so that it can be "
        "shown that it was kept.");
  }
  return limits;
}

Result<Receipt> make_receipt(const Case& a_case, const ReceiptFacts& facts) {
  if (!is_closed(state_of(a_case))) {
    return refused("a receipt is made when the case is closed; it is " + std::string(name(state_of(a_case))));
  }
  const auto told = everybody_told(a_case);
  return Receipt{render_html(a_case, facts, told), render_json(a_case, facts, told)};
}

}  // namespace kinfold::rights
