// Clerical review: two records side by side, blind, by keyboard; and what it says about the matching.
#include <algorithm>
#include <cstdio>

#include "base/text.h"
#include "console/pages.h"

namespace kinfold::console {
namespace {

constexpr std::size_t kSetsASitting = 20;
constexpr std::size_t kSetsDrawnMax = 2000;

std::string percent(double share) {
  const int tenths = static_cast<int>(share * 1000 + 0.5);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

Cell share_cell(const site::Share& share) {
  if (share.of == 0) return {"none judged", {}, {}, false};
  return {percent(share.value()) + " (" + percent(share.low) + " to " + percent(share.high) + "; " + "of " +
              with_thousands(static_cast<long long>(share.of)) + ")",
          {},
          {},
          false};
}

std::vector<Compared> compared(const site::ReviewSet& set) {
  std::vector<Compared> rows = {{"Forenames", {}},
                                {"Surname", {}},
                                {"Date of birth", {}},
                                {"Gender", {}},
                                {"Address", {}},
                                {"Postcode", {}},
                                {"National Insurance number", {}}};
  for (const auto& record : set.records) {
    const std::string born = record.date_of_birth ? to_iso(*record.date_of_birth) : std::string();
    const std::string* values[] = {&record.forenames, &record.surname,  &born,       &record.gender,
                                   &record.address,   &record.postcode, &record.nino};
    for (std::size_t k = 0; k < rows.size(); ++k) rows[k].values.push_back(*values[k]);
  }
  return rows;
}

std::vector<std::string> record_names(std::size_t count) {
  if (count == 2) return {"One record", "Other record"};
  std::vector<std::string> names;
  for (std::size_t k = 1; k <= count; ++k) names.push_back("Record " + std::to_string(k));
  return names;
}

Form verdict_form(const std::string& set, site::Verdict verdict, const char* button, const char* key,
                  bool secondary) {
  Form form{"/review/decide", button, {}, key, false, secondary, false, true, button};
  form.fields.push_back({Field::Kind::kHidden, "set", {}, {}, set, {}, {}, {}, {}});
  form.fields.push_back(
      {Field::Kind::kHidden, "verdict", {}, {}, std::string(site::name(verdict)), {}, {}, {}, {}});
  return form;
}

}  // namespace

Response review_page(Visit& visit) {
  return with_site(visit, [&](site::Site& site) {
    const auto quality = site::review_quality(site, visit.actor->id);
    if (!quality.ok()) return fault_page(visit, quality.error());
    const auto& counts = quality.value();
    View view("Review records");
    view.lead(
        "Records side by side, two or a whole cluster: is it one person? You see neither what the program "
        "thinks nor what others said. Each is judged by two; where they differ, by a third.");
    view.figure(std::to_string(counts.left_for_actor), "left for you")
        .figure(std::to_string(counts.decided), "settled", "green");
    view.figure(std::to_string(counts.judged_once), "wait for a second person",
                counts.judged_once > 0 ? "yellow" : "");
    if (counts.left_for_actor > 0) {
      view.form({"/review/begin",
                 "Begin with " +
                     with_thousands(static_cast<long long>(std::min(counts.left_for_actor, kSetsASitting))),
                 {},
                 {},
                 false,
                 false,
                 false,
                 false,
                 {}},
                visit.csrf());
    } else {
      view.inset(counts.set_count == 0
                     ? "Nothing was drawn yet. Draw a sample below."
                     : "You have judged all that was drawn. Others may still have some to judge.");
    }
    view.heading("Draw a sample");
    Form draw{
        "/review/draw",
        "Draw",
        {{Field::Kind::kText,
          "sets",
          "How many to judge?",
          "Half of spellings that were taken for one person, half of people who could be one; a quarter of "
          "them clusters of three or more, where there are such. What nobody judged yet is replaced",
          "100",
          {},
          "off",
          {},
          {}}},
        {},
        false,
        true,
        false,
        false,
        {}};
    view.form(draw, visit.csrf()).link("What the review says about the matching", "/quality");
    return visit.console.page(visit, view);
  });
}

Response review_draw(Visit& visit) {
  const std::string asked = visit.request.field("sets");
  const auto set_count = std::strtoull(asked.c_str(), nullptr, 10);
  if (set_count < 2 || set_count > kSetsDrawnMax)
    return problem_page(visit, "Review records", "Enter a number from 2 to 2,000", "/review");
  const std::string actor = visit.actor->id;
  return start_act(
      visit, "Draw records for review", [actor, set_count](site::Site& site, Progress& progress) {
        return told(site::draw_review(site, actor, set_count, progress), "Review records", "/review");
      });
}

Response review_begin(Visit& visit) {
  return with_site(visit, [&](site::Site& site) {
    auto sets = site::sit_for_review(site, visit.actor->id, kSetsASitting);
    if (!sets.ok()) return fault_page(visit, sets.error());
    visit.console.review_table().lay_out(visit.session->id, std::move(sets).value());
    return Response::redirect("/review/next");
  });
}

Response review_next(Visit& visit) {
  const auto next = visit.console.review_table().next(visit.session->id);
  if (!next) {
    View view("All done");
    view.success("You have judged everything of this sitting", "Each verdict was kept when you gave it.");
    view.link("Back to the review", "/review");
    return visit.console.page(visit, view);
  }
  const auto& set = next->first;
  const bool cluster = set.records.size() > 2;
  View view(cluster ? "Are all of these one person?" : "Is it one person?");
  view.caption(with_thousands(static_cast<long long>(next->second)) + " left in this sitting");
  view.compare(compared(set), record_names(set.records.size()));
  view.form(
      verdict_form(set.id, site::Verdict::kSame, cluster ? "All one person" : "Same person", "s", false),
      visit.csrf());
  view.form(verdict_form(set.id, site::Verdict::kDifferent,
                         cluster ? "Not all one person" : "Different people", "d", false),
            visit.csrf());
  view.form(verdict_form(set.id, site::Verdict::kCannotTell, "Cannot tell", "c", true), visit.csrf());
  view.text(
      "Press S, D or C. What you say is kept at once and cannot be taken back: it is compared with what "
      "somebody else says.");
  return visit.console.page(visit, view);
}

Response review_decide(Visit& visit) {
  const auto verdict = site::parse_verdict(visit.request.field("verdict"));
  const std::string set = visit.request.field("set");
  if (!verdict) return problem_page(visit, "Is it one person?", "Choose one of the three", "/review/next");
  return with_site(visit, [&](site::Site& site) {
    const auto kept = site::decide_set(site, visit.actor->id, set, *verdict);
    // Settled by others meanwhile, or pressed twice: the next one, nothing to say.
    if (!kept.ok() && kept.error().code == ErrorCode::kIo) return fault_page(visit, kept.error());
    visit.console.review_table().done(visit.session->id, set);
    return Response::redirect("/review/next");
  });
}

Response quality_page(Visit& visit) {
  return with_site(visit, [&](site::Site& site) {
    const auto read = site::review_quality(site, visit.actor->id);
    if (!read.ok()) return fault_page(visit, read.error());
    const auto& quality = read.value();
    View view("Quality of the matching");
    view.lead(
        "From what two people settled. Shares with their 95 % intervals (Wilson); the sample is drawn by "
        "kind, so the two columns are not to be added. All groups are of pairs but the one of clusters.");
    view.figure(std::to_string(quality.decided), "settled")
        .figure(quality.judged_twice == 0 ? "-" : percent(quality.agreement.value()),
                "of what was judged twice, both said the same");
    char kappa[16];
    std::snprintf(kappa, sizeof kappa, "%.2f", quality.kappa);
    view.figure(quality.judged_twice == 0 ? "-" : kappa, "Cohen's kappa");
    std::vector<Bar> bars;
    Grid grid{"By group", {"Group", "Taken for one person, and right", "Not taken for one, and wrong"},
              {},         "Nothing is settled yet. Review some, with a second person.",
              0,          {}};
    for (const auto& group : quality.groups) {
      grid.rows.push_back({{group.name, {}, {}, false}, share_cell(group.right), share_cell(group.missed)});
      if (group.right.of > 0) bars.push_back({group.name, group.right.value(), percent(group.right.value())});
    }
    if (!bars.empty()) view.bars("Taken for one person, and right", bars);
    view.grid(grid).link("Review records", "/review").print_button();
    return visit.console.page(visit, view);
  });
}

}  // namespace kinfold::console
