#include "evaluation/report.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "evaluation/charts_internal.h"
#include "evaluation/costs.h"
#include "evaluation/report_tables_internal.h"
#include "evaluation/sentences_internal.h"
#include "evaluation/staggered_report_internal.h"
#include "page/page.h"
#include "table/io.h"

namespace kinfold::evaluation {
namespace {

class Report {
 public:
  Report(const Plan& plan, const std::vector<OutputTable>& outputs, const std::vector<std::string>& notes,
         const ReportOptions& options)
      : plan_(plan),
        outputs_(outputs),
        notes_(notes),
        options_(options),
        page_(plan.title, plan.edition.empty() ? "Impact and costs" : plan.edition) {}

  std::string render() {
    add_headlines();
    add_costs_section();
    add_effects();
    add_interactions();
    add_staggered_section(page_, plan_, outputs_);
    add_planted();
    add_description();
    add_linkage();
    add_balance();
    add_sensitivity();
    add_limits();
    return page_.render();
  }

 private:
  const OutputTable* find(std::string_view id) const { return find_output(outputs_, id); }

  void show(std::string_view id, const std::string& caption, const std::vector<std::string>& leave_out = {}) {
    if (const auto* output = find(id)) page_.table(caption, for_reading(*output, plan_, leave_out));
  }
  void draw(const std::string& caption, const std::string& spec, const std::string& alternative) {
    if (!spec.empty()) page_.chart(caption, spec, alternative);
  }

  void add_headlines() {
    page_.heading("What was found");
    if (options_.plan_changed) {
      page_.note(
          "The plan was changed after it was registered: read these results as exploratory, not as the test "
          "that was planned.");
    }
    auto sentences = headline_sentences(plan_, outputs_);
    for (auto& sentence : staggered_sentences(plan_, outputs_)) sentences.push_back(std::move(sentence));
    for (auto& sentence : cost_sentences(plan_, outputs_)) sentences.push_back(std::move(sentence));
    page_.list(sentences);
    const auto how =
        plan_.outcomes.empty()
            ? std::string(
                  "Each line compares how units changed after they began with how others changed that had "
                  "not begun.")
            : fmt::format(
                  "Each line compares people on the programme with similar people who were not (method: {}).",
                  plan_.methods.front().title);
    page_.paragraph(how +
                    fmt::format(" An interval holds the true effect in {:.0f} of 100 studies like this one.",
                                100 * plan_.confidence));
  }

  void add_costs_section();
  double per_pound() const;
  void add_sensitivity();

  void add_effects() {
    const auto* effects = find("effects");
    if (effects == nullptr) return;
    page_.heading("Effects of the programme");
    draw("Effects with their intervals", effects_chart(*effects, plan_, true),
         "For each outcome a point for the estimated effect in percentage points and a line for its "
         "interval; left of zero is less of the outcome on the programme.");
    draw("Effects on numbers, with their intervals", effects_chart(*effects, plan_, false),
         "For each outcome that is a number, a point for the estimated effect and a line for its interval.");
    page_.table("Everybody, by the main method (people: programme / comparison; pp: percentage points)",
                effects_for_reading(*effects, plan_, ""));
    add_reasons(*effects);
    for (const auto& outcome : plan_.outcomes) {
      const auto groups = subgroup_chart(*effects, plan_, outcome.id);
      const auto methods = methods_chart(*effects, plan_, outcome.id);
      if (groups.empty() && methods.empty()) continue;
      page_.subheading(name_of(outcome));
      draw("By subgroup", groups,
           "The effect on " + name_of(outcome) + " for everybody and for each subgroup, with intervals.");
      page_.table(
          "Every estimate (ATT: the effect on the programme's people, ATE: on everybody, ATC: on the "
          "comparison group, ATM: on "
          "those who could be matched)",
          effects_for_reading(*effects, plan_, outcome.id));
      draw("By method", methods,
           "The effect on " + name_of(outcome) + " as each method estimates it, with intervals.");
    }
  }

  void add_interactions() {
    const auto* interactions = find("interactions");
    if (interactions == nullptr) return;
    page_.heading("Does it work differently for some?");
    page_.paragraph(
        "A larger effect in one subgroup may be chance. Each row tests whether the effect there differs from "
        "the effect on "
        "everybody else; the adjusted p value takes the number of such looks into account.");
    std::vector<std::string> differ;
    const auto& t = interactions->table;
    for (std::size_t r = 0; r < t.row_count(); ++r) {
      const auto* p = t.find("p_adjusted")->is_null(r) ? t.find("p_value") : t.find("p_adjusted");
      if (p->is_null(r) || p->double_at(r) > 1 - plan_.confidence) continue;
      differ.push_back(subgroup_title(plan_, t.find("subgroup")->text_at(r)) + ": " +
                       outcome_title(plan_, t.find("outcome")->text_at(r)) + ".");
    }
    if (differ.empty()) {
      page_.paragraph("No subgroup differs from the rest by more than chance would often give.");
    } else {
      page_.paragraph("Different from everybody else, by more than chance would often give:");
      page_.list(differ);
    }
    page_.table("Subgroups against everybody else (pp: percentage points)",
                interactions_for_reading(*interactions, plan_));
  }

  std::string method_title(const std::string& id) const {
    const auto found =
        std::find_if(plan_.methods.begin(), plan_.methods.end(), [&](const auto& m) { return m.id == id; });
    return found == plan_.methods.end() ? id : found->title;
  }

  /// Why an estimate is missing, each reason once.
  void add_reasons(const OutputTable& effects) {
    std::vector<std::pair<std::string, std::string>> reasons;  // reason, of what
    const auto& t = effects.table;
    for (std::size_t r = 0; r < t.row_count(); ++r) {
      const auto reason = t.find("not_estimable_because")->text_at(r);
      if (reason.empty()) continue;
      const auto subgroup = t.find("subgroup")->text_at(r);
      const auto what = outcome_title(plan_, t.find("outcome")->text_at(r)) + " (" +
                        (subgroup == "all" ? "everybody" : subgroup_title(plan_, subgroup)) + ", " +
                        method_title(t.find("method")->text_at(r)) + ")";
      const auto known =
          std::find_if(reasons.begin(), reasons.end(), [&](const auto& one) { return one.first == reason; });
      if (known == reasons.end()) {
        reasons.emplace_back(reason, what);
      } else {
        known->second += "; " + what;
      }
    }
    if (reasons.empty()) return;
    page_.paragraph("Not estimable:");
    std::vector<std::string> items;
    for (const auto& [reason, what] : reasons) items.push_back(what + ": " + reason + ".");
    page_.list(items);
  }

  void add_planted() {
    const auto* planted = find("planted");
    if (planted == nullptr) return;
    page_.heading("Planted and estimated");
    page_.paragraph(
        "This programme is synthetic, so the true effects are known: they were planted. The diamond is the "
        "planted effect, "
        "the point and its line are what the evaluation found without knowing it.");
    draw("Planted effects (diamonds) and estimates with intervals", planted_chart(*planted, plan_),
         "For each outcome a diamond at the planted effect and a point with an interval at the estimate.");
    page_.table("Planted and estimated effects (pp: percentage points)",
                planted_for_reading(*planted, plan_));
  }

  void add_description() {
    if (find("description") == nullptr && find("description_means") == nullptr && find("trends") == nullptr)
      return;
    page_.heading("Who is in the data, and which services and benefits they use");
    show("description", "People by group");
    show("description_means", "Means of numbers");
    const auto* trends = find("trends");
    if (trends == nullptr) return;
    page_.paragraph(
        "Only people who were linked and could be observed in the quarter are counted; somebody who is not "
        "linked is missing, not zero.");
    for (const auto& variable : plan_.describe_variables) {
      draw(variable + ": share with any, by quarter", trend_chart(*trends, variable),
           "Share of each group with any " + variable +
               " in each quarter from two years before the start to two years after.");
    }
    page_.paragraph("The figures behind these charts are in trends.csv.");
  }

  void add_linkage() {
    if (find("match_rates") == nullptr) return;
    page_.heading("Linkage: how many were found");
    page_.paragraph(
        "Of those whom a department could know (by age), how many were found in its register, and how "
        "surely. "
        "Not linked is missing, never zero: outcomes rest on the linked alone. A rate that differs between "
        "the programme "
        "and the comparison group can bend an estimate.");
    show("match_rates", "Match rates by department, group and subgroup");
  }

  void add_balance() {
    const auto* balance = find("balance");
    if (balance == nullptr) return;
    page_.heading("Were like compared with like?");
    add_balance_verdict(*balance);
    const auto* overlap = find("overlap");
    for (const auto& outcome : plan_.outcomes) {
      const auto& t = balance->table;
      bool any = false;
      for (std::size_t r = 0; r < t.row_count(); ++r)
        any = any || t.find("outcome")->string_at(r) == outcome.id;
      if (!any) continue;
      page_.subheading(name_of(outcome));
      draw("Love plot: standardised differences before and after",
           love_plot(*balance, outcome.id, plan_.smd_limit),
           "For each covariate, the standardised difference between the groups before matching (circle) and "
           "after (triangle); dashed lines mark the limit.");
      if (overlap != nullptr) {
        draw("Propensity scores of the two groups", overlap_chart(*overlap, outcome.id),
             "How the propensity scores of the programme group and of the comparison group are spread; where "
             "both lines are above zero, like can be compared with like.");
      }
    }
    if (const auto* units = find("units")) {
      page_.subheading("Whom the estimates rest on");
      page_.paragraph(
          "Of the people with the outcome, the share that each method used. Below 100% on the programme, the "
          "estimate is of those "
          "who could be matched (ATM) and not of all of them.");
      page_.table("People with the outcome, and the share used", units_for_reading(*units, plan_));
    }
    page_.paragraph(
        "All balance figures are in balance.csv, the score distributions in overlap.csv, the people used in "
        "units.csv.");
  }

  void add_balance_verdict(const OutputTable& balance) {
    std::size_t total = 0;
    std::vector<std::string> beyond;
    const auto& t = balance.table;
    for (std::size_t r = 0; r < t.row_count(); ++r) {
      const auto* after = t.find("smd_after");
      if (after->is_null(r)) continue;
      ++total;
      if (std::fabs(after->double_at(r)) > plan_.smd_limit) {
        beyond.push_back(t.find("covariate")->text_at(r) + " (" +
                         outcome_title(plan_, t.find("outcome")->text_at(r)) + ")");
      }
    }
    if (beyond.empty()) {
      page_.paragraph(
          fmt::format("After matching, all {} covariate differences are within {} standard deviations.",
                      total, plan_.smd_limit));
      return;
    }
    if (beyond.size() > 12) beyond.resize(12);
    page_.note(
        fmt::format("After matching, some of {} covariate differences are still beyond {} standard "
                    "deviations, so part of those estimates may be "
                    "selection and not effect:",
                    total, plan_.smd_limit));
    page_.list(beyond);
  }

  std::vector<std::string> limits_of_matching() const {
    return {
        "Matching makes the groups alike in what was measured. What was not measured can still differ, and "
        "then the estimate is "
        "partly selection.",
        "Outcomes rest on people who were linked. Missed links make the sample smaller; false links pull "
        "effects towards zero.",
        (plan_.cluster_column.empty() ? std::string("Standard errors take each row as standing alone")
                                      : "Standard errors are clustered by " + plan_.cluster_column) +
            (plan_.bootstrap_replicates > 0
                 ? fmt::format(" and come from {} replicates of the cluster bootstrap for the main method.",
                               plan_.bootstrap_replicates)
                 : std::string(" and worked out by formula; the estimation of the score is taken into "
                               "account, but not for kernels and greedy pairs."))};
  }

  void add_limits() {
    page_.heading("Limits");
    auto limits = plan_.outcomes.empty() ? std::vector<std::string>() : limits_of_matching();
    if (!plan_.staggered.empty()) {
      limits.push_back(
          "Differences in differences are right if, without the start, those who began would have gone on "
          "changing like those they are "
          "compared with. The time before can speak against that; it can never prove it.");
    }
    if (!plan_.subgroups.empty())
      limits.push_back("Subgroups are many looks at the same people: use the adjusted p values.");
    limits.insert(limits.end(), notes_.begin(), notes_.end());
    page_.list(limits);
    if (!options_.data_name.empty()) page_.paragraph("Data: " + options_.data_name + ".");
    if (!options_.plan_hash.empty())
      page_.paragraph("Plan registered in the ledger before the data was opened, as " + options_.plan_hash +
                      ".");
    page_.paragraph(
        options_.protection.empty()
            ? "These tables have not been through disclosure control: they may not leave the research site."
            : options_.protection);
  }

  const Plan& plan_;
  const std::vector<OutputTable>& outputs_;
  const std::vector<std::string>& notes_;
  const ReportOptions& options_;
  page::Page page_;
};

void Report::add_costs_section() {
  const auto* summary = find("costs_summary");
  if (summary == nullptr) return;
  page_.heading("What it costs and what it saves");
  page_.paragraph(
      "The cost is what the programme costs for one person, less what those without it get instead, in "
      "prices of " +
      plan_.costs->base_year +
      ". Effects count whether or not they are significant, and also where they go the wrong way: leaving "
      "those out would make any programme pay. 'Benefit for each pound' is gross benefit over cost; 'net' is "
      "benefit less cost.");
  const auto& costs = *plan_.costs;
  page_.paragraph("Prices of other years were brought to " + costs.base_year +
                  " by: " + (costs.deflator.empty() ? Deflator::built_in().source() : costs.deflator_source) +
                  ". Later benefits are discounted by: " +
                  (costs.discount.empty() ? green_book_source() : costs.discount_source) + ".");
  if (const auto* bearers = find("costs_by_bearer")) {
    draw("Who gains and who pays, for one person on the programme", waterfall_chart(*bearers),
         "Bars from nothing: what each public body saves, then the cost of the programme, then the net "
         "benefit.");
  }
  page_.table("Benefits and costs for one person on the programme", costs_for_reading(*summary));
  if (const auto* tornado = find("costs_tornado")) {
    draw("What moves the result most", tornado_chart(*tornado, plan_, per_pound()),
         "For each input a bar from the benefit for each pound at the low end of its interval to that at the "
         "high end; widest first. The dashed line is £1 for £1.");
  }
  show("costs_by_kind", "Benefits by kind, for one person on the programme", {"programme_persons"});
  show("costs_by_year", "When the benefits come, discounted", {"programme_persons"});
  show("costs", "The account, item by item",
       {"n_treated", "n_comparison", "kind", "code", "source", "confidence"});
}

double Report::per_pound() const {
  const auto& t = find("costs_summary")->table;
  for (std::size_t r = 0; r < t.row_count(); ++r) {
    if (t.find("measure")->string_at(r) == "benefit for each pound" && !t.find("value")->is_null(r))
      return t.find("value")->double_at(r);
  }
  return 1;
}

void Report::add_sensitivity() {
  if (find("unmeasured") == nullptr && find("linkage_sensitivity") == nullptr &&
      find("event_study") == nullptr)
    return;
  page_.heading("What could change the answer");
  if (find("unmeasured") != nullptr) {
    page_.paragraph(
        "Something unmeasured would have to be tied to both being on the programme and to the outcome by a "
        "risk ratio of at "
        "least the E-value to explain the effect away (for the limit: to make the interval include no "
        "effect). Rosenbaum's gamma is how far the odds of being "
        "on the programme may differ within matched pairs before the finding is no longer significant; "
        "empty: it is not to begin with.");
    show("unmeasured", "Strength that something unmeasured would need");
  }
  if (find("linkage_sensitivity") != nullptr) {
    page_.subheading("How surely people were linked");
    page_.paragraph(
        "Each pair of rows accepts more grades of match. 'Left out': those not linked are missing. 'Weighted "
        "for': the linked stand "
        "for those like them, in group and in what is known of everybody, who were not linked. False links "
        "give somebody the outcome of "
        "another, which shrinks an effect; the corrected estimate undoes that for the share of false links "
        "that the plan expects. The bounds "
        "hold the effect whoever the false links belong to.");
    page_.table("Estimates by the grades accepted (pp: percentage points)",
                linkage_for_reading(*find("linkage_sensitivity"), plan_));
  }
  const auto* events = find("event_study");
  if (events == nullptr) return;
  page_.subheading("Before and after, against the comparison group");
  page_.paragraph(std::string("Each point is the change since the quarter before the start, on the programme "
                              "less in the comparison group, ") +
                  (plan_.adjust_event_study ? "given what is known of everybody" : "not matched") +
                  ". Points before the start that are away from zero say that the groups were already moving "
                  "apart. Thick lines are intervals for each "
                  "quarter alone, thin lines for all quarters at once.");
  show("pre_trends", "Were the groups moving apart before the start? A small p value says so",
       {"n_treated", "n_comparison"});
  for (const auto& variable : plan_.describe_variables) {
    draw(variable + ": difference in differences", event_study_chart(*events, variable),
         "For each quarter the difference in differences of " + variable +
             " with its interval; the quarter before the start is zero by construction.");
  }
}

}  // namespace

std::string render_report(const Plan& plan, const std::vector<OutputTable>& outputs,
                          const std::vector<std::string>& notes, const ReportOptions& options) {
  return Report(plan, outputs, notes, options).render();
}

Status write_output_files(const std::vector<OutputTable>& outputs, const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return io_error("cannot make the output folder; check the path given to --out");
  for (const auto& output : outputs) {
    const auto status =
        table::write_csv(output.table, (std::filesystem::path(folder) / (output.id + ".csv")).string());
    if (!status.ok()) return status;
  }
  return {};
}

}  // namespace kinfold::evaluation
