// What every data protection officer looks at: holdings and their days, certificates, the ledger,
// the promises of the notice, the record of processing.
#include "base/text.h"
#include "charter/record.h"
#include "console/pages.h"
#include "site/ledger_verbs.h"
#include "site/retention.h"

namespace kinfold::console {
namespace {

constexpr std::size_t kEntriesShown = 100;
constexpr int kSoonDays = 7;

std::string counts_text(const ledger::Entry& entry) {
  std::string text;
  for (const auto& count : entry.counts) {
    text += (text.empty() ? "" : ", ") + std::string(ledger::name(count.kind)) + " " +
            with_thousands(static_cast<long long>(count.number));
  }
  return text;
}

const char* phase_colour(ledger::Phase phase) {
  switch (phase) {
    case ledger::Phase::kRefused: return "red";
    case ledger::Phase::kFailed: return "orange";
    case ledger::Phase::kIntent: return "grey";
    case ledger::Phase::kDone: break;
  }
  return "green";
}

Cell days_cell(int days) {
  if (days < 0) return {"past by " + plural(-days, "day", "days"), {}, "red", false};
  return {days == 0 ? "last day" : plural(days, "day", "days"),
          {},
          days <= kSoonDays ? "yellow" : "green",
          false};
}

}  // namespace

Response holdings_page(Visit& visit) {
  View view("What is held, and for how long");
  const auto facts = visit.console.gate().facts();
  const Date today = visit.console.clock().today();
  int live = 0, destroyed = 0, soon = 0, past = 0;
  Grid grid{"Holdings", {"What", "From", "Came", "Rows", "Can be opened until", "Days left"},
            {},         "Nothing is held here yet.",
            0,          {}};
  Grid gone{"Destroyed", {"What", "From", "Came", "Destroyed", "Certificate"},
            {},          "Nothing has been destroyed yet.",
            0,           {}};
  for (auto each = facts->holdings.rbegin(); each != facts->holdings.rend(); ++each) {
    const std::string id = seal::to_hex(each->id);
    const std::string kind = std::string(charter::name(each->kind)) + " " + short_id(id);
    if (each->state == holding::HoldingState::kDestroyed) {
      ++destroyed;
      gone.rows.push_back({{kind, {}, {}, false},
                           {each->origin, {}, {}, false},
                           {long_date(date_of(each->created)), {}, {}, false},
                           {each->destroyed ? long_time(*each->destroyed) : "", {}, {}, false},
                           {"certificate", "/certificates/" + id, {}, false}});
      continue;
    }
    const int days = each->expires.days - today.days;
    ++live;
    past += days < 0 ? 1 : 0;
    soon += days >= 0 && days <= kSoonDays ? 1 : 0;
    grid.rows.push_back({{kind, {}, {}, false},
                         {each->origin, {}, {}, false},
                         {long_date(date_of(each->created)), {}, {}, false},
                         {with_thousands(static_cast<long long>(each->row_count)), {}, {}, true},
                         {long_date(each->expires), {}, {}, false},
                         days_cell(days)});
  }
  view.figure(std::to_string(live), "live", "")
      .figure(std::to_string(soon), "within a week", soon > 0 ? "yellow" : "green");
  view.figure(std::to_string(past), "past their day", past > 0 ? "red" : "green")
      .figure(std::to_string(destroyed), "destroyed, with a certificate", "green");
  if (past > 0)
    view.warning(
        "What is past its day cannot be opened any more. Destroy it now, so that its certificate says when.");
  view.grid(grid);
  view.form({"/holdings", "Destroy what is past its day", {}, {}, past > 0, past == 0, false, false, {}},
            visit.csrf());
  view.grid(gone).print_button();
  return visit.console.page(visit, view);
}

Response holdings_enforce(Visit& visit) {
  return start_act(visit, "Destroy what is past its day", [](site::Site& site, Progress&) -> Result<Outcome> {
    return told(site::retention_enforce(site), "What is held, and for how long", "/holdings");
  });
}

Response certificates_page(Visit& visit) {
  View view("Certificates of destruction");
  view.lead(
      "Signed by this site, for whoever the data came from. Anybody with this site's card can check one "
      "(kinfold-verify certificate).");
  const auto facts = visit.console.gate().facts();
  Grid grid{"Certificates",
            {"What", "From", "Rows", "Destroyed", "In time", "Why"},
            {},
            "Nothing has been destroyed yet, so there is no certificate.",
            0,
            {}};
  for (auto each = facts->certificates.rbegin(); each != facts->certificates.rend(); ++each) {
    const std::string id = seal::to_hex(each->holding);
    grid.rows.push_back({{each->kind + " " + short_id(id), "/certificates/" + id, {}, false},
                         {each->origin, {}, {}, false},
                         {with_thousands(static_cast<long long>(each->row_count)), {}, {}, true},
                         {long_time(each->destroyed), {}, {}, false},
                         {each->in_time() ? "in time" : "late", {}, each->in_time() ? "green" : "red", false},
                         {each->reason, {}, {}, false}});
  }
  return visit.console.page(visit, view.grid(grid));
}

Response certificate_page(Visit& visit) {
  const auto facts = visit.console.gate().facts();
  for (const auto& each : facts->certificates) {
    if (seal::to_hex(each.holding) != visit.rest) continue;
    View view("Certificate of destruction");
    view.caption(each.kind + " " + short_id(visit.rest));
    view.summary(
        {{"What", {each.kind, {}, {}, false}},
         {"Id", {visit.rest, {}, {}, false}},
         {"Came from", {each.origin, {}, {}, false}},
         {"Purpose", {each.purpose, {}, {}, false}},
         {"Classes of data", {join(each.data_classes, ", "), {}, {}, false}},
         {"Rows", {with_thousands(static_cast<long long>(each.row_count)), {}, {}, false}},
         {"Came", {long_time(each.created), {}, {}, false}},
         {"Could be opened until", {long_date(each.expires), {}, {}, false}},
         {"Destroyed", {long_time(each.destroyed), {}, {}, false}},
         {"In time", {each.in_time() ? "in time" : "late", {}, each.in_time() ? "green" : "red", false}},
         {"Key", {each.key_id, {}, {}, false}}});
    view.details("The signed text, for kinfold-verify", each.note).print_button();
    return visit.console.page(visit, view);
  }
  return not_found(visit);
}

Response ledger_page(Visit& visit) {
  View view("The ledger");
  view.lead(
      "Everything that was done here, the latest first. Nobody can change or remove an entry unnoticed.");
  view.form({"/ledger", "Check every entry and signature", {}, {}, false, true, false, false, {}},
            visit.csrf());
  const auto facts = visit.console.gate().facts();
  const auto asked = visit.request.asked("before");
  const std::uint64_t before = asked.empty() ? facts->entry_count : std::strtoull(asked.c_str(), nullptr, 10);
  Grid grid{"Entries", {"No.", "When", "What", "By", "With", "About", "How many", "Outcome"},
            {},        "The ledger has no entry before that one.",
            0,         {}};
  std::uint64_t last = 0;
  for (auto each = facts->entries.rbegin(); each != facts->entries.rend(); ++each) {
    if (each->index >= before) continue;
    if (grid.rows.size() == kEntriesShown) break;
    const auto& entry = each->entry;
    last = each->index;
    const std::string outcome = entry.phase == ledger::Phase::kRefused
                                    ? "refused: " + std::string(ledger::name(entry.reason))
                                    : std::string(ledger::name(entry.phase));
    grid.rows.push_back({{std::to_string(each->index), "/ledger/" + std::to_string(each->index), {}, true},
                         {long_time(each->at), {}, {}, false},
                         {std::string(ledger::name(entry.verb)), {}, {}, false},
                         {std::string(entry.actor.text()), {}, {}, false},
                         {std::string(entry.party.text()), {}, {}, false},
                         {std::string(entry.kind.text()), {}, {}, false},
                         {counts_text(entry), {}, {}, false},
                         {outcome, {}, phase_colour(entry.phase), false}});
  }
  view.grid(grid);
  if (last > 0 && grid.rows.size() == kEntriesShown)
    view.link("Older entries", "/ledger?before=" + std::to_string(last));
  view.text("The console shows the last " + with_thousands(static_cast<long long>(SiteGate::kEntriesMax)) +
            " entries; `kinfold ledger show` has them all.");
  return visit.console.page(visit, view);
}

Response ledger_verify(Visit& visit) {
  return start_act(visit, "Check the ledger", [](site::Site& site, Progress&) -> Result<Outcome> {
    return told(site::ledger_verify(site), "The ledger", "/ledger");
  });
}

Response ledger_entry(Visit& visit) {
  const auto facts = visit.console.gate().facts();
  const bool number = !visit.rest.empty() && visit.rest.size() < 18 &&
                      visit.rest.find_first_not_of("0123456789") == std::string::npos;
  const std::uint64_t index = number ? std::strtoull(visit.rest.c_str(), nullptr, 10) : facts->entry_count;
  if (index >= facts->entry_count) return not_found(visit);
  return with_site(visit, [&](site::Site& site) {
    std::optional<ledger::Recorded> found;
    const auto read = site.ledger().for_each(index, [&](const ledger::Recorded& recorded) {
      found = recorded;
      return false;
    });
    const auto proof = site.ledger().prove_inclusion(index);
    if (!read.ok() || !found) return not_found(visit);
    const auto& entry = found->entry;
    View view("Entry " + std::to_string(index));
    view.caption("The ledger");
    const auto word = [](const ledger::Word& of) {
      return Cell{of.empty() ? "none" : std::string(of.text()), {}, {}, false};
    };
    view.summary({{"When", {long_time(found->at), {}, {}, false}},
                  {"What", {std::string(ledger::name(entry.verb)), {}, {}, false}},
                  {"Outcome", {std::string(ledger::name(entry.phase)), {}, phase_colour(entry.phase), false}},
                  {"Reason", {std::string(ledger::name(entry.reason)), {}, {}, false}},
                  {"By", word(entry.actor)},
                  {"Duty", word(entry.duty)},
                  {"With", word(entry.second_actor)},
                  {"Other party", word(entry.party)},
                  {"About", word(entry.kind)},
                  {"Purpose", word(entry.purpose)},
                  {"How many", {counts_text(entry).empty() ? "none" : counts_text(entry), {}, {}, false}},
                  {"Leaf hash", {seal::to_hex(found->leaf), {}, {}, false}}});
    if (proof.ok())
      view.details("A proof that this entry is in the ledger, for kinfold-verify", proof.value());
    view.print_button();
    return visit.console.page(visit, view);
  });
}

Response record_page(Visit& visit) {
  View view("Record of processing");
  view.lead("UK GDPR Article 30, written from the charter that this site runs.");
  view.markdown(charter::record_of_processing_markdown(visit.console.gate().charter())).print_button();
  return visit.console.page(visit, view);
}

}  // namespace kinfold::console
