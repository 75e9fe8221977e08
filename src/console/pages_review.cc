// Clerical review: two records side by side, blind, by keyboard; and what it says about the matching.
#include <algorithm>
#include <cstdio>

#include "base/text.h"
#include "console/pages.h"

namespace kinfold::console {
namespace {

constexpr std::size_t kPairsASitting = 20;
constexpr std::size_t kPairsDrawnMax = 2000;

std::string percent(double share) {
  const int tenths = static_cast<int>(share * 1000 + 0.5);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

Cell share_cell(const site::Share& share) {
  if (share.of == 0) return {"no pair judged", {}, {}, false};
  return {percent(share.value()) + " (" + percent(share.low) + " to " + percent(share.high) + "; " + plural(static_cast<std::int64_t>(share.of), "pair", "pairs") + ")", {}, {}, false};
}

std::vector<Compared> compared(const site::ReviewPair& pair) {
  const auto date = [](const std::optional<Date>& day) { return day ? to_iso(*day) : std::string(); };
  return {{"Forenames", pair.left.forenames, pair.right.forenames},
          {"Surname", pair.left.surname, pair.right.surname},
          {"Date of birth", date(pair.left.date_of_birth), date(pair.right.date_of_birth)},
          {"Gender", pair.left.gender, pair.right.gender},
          {"Address", pair.left.address, pair.right.address},
          {"Postcode", pair.left.postcode, pair.right.postcode},
          {"National Insurance number", pair.left.nino, pair.right.nino}};
}

Form verdict_form(const std::string& pair, site::Verdict verdict, const char* button, const char* key, bool secondary) {
  Form form{"/review/decide", button, {}, key, false, secondary, false, true, button};
  form.fields.push_back({Field::Kind::kHidden, "pair", {}, {}, pair, {}, {}, {}, {}});
  form.fields.push_back({Field::Kind::kHidden, "verdict", {}, {}, std::string(site::name(verdict)), {}, {}, {}, {}});
  return form;
}

}  // namespace

Response review_page(Visit& visit) {
  return with_site(visit, [&](site::Site& site) {
    const auto quality = site::review_quality(site, visit.actor->id);
    if (!quality.ok()) return fault_page(visit, quality.error());
    const auto& counts = quality.value();
    View view("Review pairs of records");
    view.lead("Two records side by side: is it one person? You see neither what the program thinks nor what others said. Each pair is judged by two; where they differ, by a third.");
    view.figure(std::to_string(counts.left_for_actor), "left for you").figure(std::to_string(counts.decided), "settled", "green");
    view.figure(std::to_string(counts.judged_once), "wait for a second person", counts.judged_once > 0 ? "yellow" : "");
    if (counts.left_for_actor > 0) {
      view.form({"/review/begin", "Begin with " + plural(static_cast<std::int64_t>(std::min(counts.left_for_actor, kPairsASitting)), "pair", "pairs"), {}, {}, false, false, false, false, {}}, visit.csrf());
    } else {
      view.inset(counts.pair_count == 0 ? "No pairs were drawn yet. Draw a sample below." : "You have judged all that was drawn. Others may still have pairs to judge.");
    }
    view.heading("Draw a sample");
    Form draw{"/review/draw", "Draw", {{Field::Kind::kText, "pairs", "How many pairs?", "Half of spellings that were taken for one person, half of people who could be one. Pairs that nobody judged yet are replaced", "100", {}, "off", {}, {}}}, {}, false, true, false, false, {}};
    view.form(draw, visit.csrf()).link("What the review says about the matching", "/quality");
    return visit.console.page(visit, view);
  });
}

Response review_draw(Visit& visit) {
  const std::string asked = visit.request.field("pairs");
  const auto pair_count = std::strtoull(asked.c_str(), nullptr, 10);
  if (pair_count < 2 || pair_count > kPairsDrawnMax) return problem_page(visit, "Review pairs of records", "Enter a number of pairs from 2 to 2,000", "/review");
  const std::string actor = visit.actor->id;
  return start_act(visit, "Draw pairs for review", [actor, pair_count](site::Site& site, Progress& progress) {
    return told(site::draw_review(site, actor, pair_count, progress), "Review pairs of records", "/review");
  });
}

Response review_begin(Visit& visit) {
  return with_site(visit, [&](site::Site& site) {
    auto pairs = site::sit_for_review(site, visit.actor->id, kPairsASitting);
    if (!pairs.ok()) return fault_page(visit, pairs.error());
    visit.console.review_table().lay_out(visit.session->id, std::move(pairs).value());
    return Response::redirect("/review/pair");
  });
}

Response review_pair(Visit& visit) {
  const auto next = visit.console.review_table().next(visit.session->id);
  if (!next) {
    View view("All done");
    view.success("You have judged every pair of this sitting", "Each verdict was kept when you gave it.");
    view.link("Back to the review", "/review");
    return visit.console.page(visit, view);
  }
  View view("Is it one person?");
  view.caption(plural(static_cast<std::int64_t>(next->second), "pair", "pairs") + " left in this sitting");
  view.compare(compared(next->first), "One record", "Other record");
  view.form(verdict_form(next->first.id, site::Verdict::kSame, "Same person", "s", false), visit.csrf());
  view.form(verdict_form(next->first.id, site::Verdict::kDifferent, "Different people", "d", false), visit.csrf());
  view.form(verdict_form(next->first.id, site::Verdict::kCannotTell, "Cannot tell", "c", true), visit.csrf());
  view.text("Press S, D or C. What you say is kept at once and cannot be taken back: it is compared with what somebody else says.");
  return visit.console.page(visit, view);
}

Response review_decide(Visit& visit) {
  const auto verdict = site::parse_verdict(visit.request.field("verdict"));
  const std::string pair = visit.request.field("pair");
  if (!verdict) return problem_page(visit, "Is it one person?", "Choose one of the three", "/review/pair");
  return with_site(visit, [&](site::Site& site) {
    const auto kept = site::decide_pair(site, visit.actor->id, pair, *verdict);
    // Settled by others meanwhile, or pressed twice: the next pair, nothing to say.
    if (!kept.ok() && kept.error().code == ErrorCode::kIo) return fault_page(visit, kept.error());
    visit.console.review_table().done(visit.session->id, pair);
    return Response::redirect("/review/pair");
  });
}

Response quality_page(Visit& visit) {
  return with_site(visit, [&](site::Site& site) {
    const auto read = site::review_quality(site, visit.actor->id);
    if (!read.ok()) return fault_page(visit, read.error());
    const auto& quality = read.value();
    View view("Quality of the matching");
    view.lead("From pairs that two people settled. Shares with their 95 % intervals (Wilson); the sample is drawn by kind, so the two columns are not to be added.");
    view.figure(std::to_string(quality.decided), "pairs settled").figure(quality.judged_twice == 0 ? "-" : percent(quality.agreement.value()), "of the pairs judged twice, both said the same");
    char kappa[16];
    std::snprintf(kappa, sizeof kappa, "%.2f", quality.kappa);
    view.figure(quality.judged_twice == 0 ? "-" : kappa, "Cohen's kappa");
    std::vector<Bar> bars;
    Grid grid{"By group", {"Group", "Taken for one person, and right", "Not taken for one, and wrong"}, {}, "No pair is settled yet. Review some, with a second person.", 0, {}};
    for (const auto& group : quality.groups) {
      grid.rows.push_back({{group.name, {}, {}, false}, share_cell(group.right), share_cell(group.missed)});
      if (group.right.of > 0) bars.push_back({group.name, group.right.value(), percent(group.right.value())});
    }
    if (!bars.empty()) view.bars("Taken for one person, and right", bars);
    view.grid(grid).link("Review pairs of records", "/review").print_button();
    return visit.console.page(visit, view);
  });
}

}  // namespace kinfold::console
