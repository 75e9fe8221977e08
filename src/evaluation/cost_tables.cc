// The account in pounds, from the main method's effects and their joint covariance.
#include <algorithm>
#include <cmath>
#include <map>

#include "evaluation/algebra_internal.h"
#include "evaluation/costs.h"
#include "evaluation/output_builder_internal.h"
#include "evaluation/run_internal.h"

namespace kinfold::evaluation {
namespace {

/// The bootstrap's where there was one. Else standard errors are those of the estimates, and how the
/// estimates move together comes from the influences.
Matrix joint_covariance(const Frame& frame, const std::vector<MethodRun>& all,
                        const std::vector<const MethodRun*>& runs, const BootstrapRun* bootstrap) {
  Matrix covariance(runs.size(), runs.size());
  const auto column_of = [&](const MethodRun* run) {
    const auto at = static_cast<std::size_t>(run - all.data());
    return static_cast<std::size_t>(std::find(bootstrap->run.begin(), bootstrap->run.end(), at) -
                                    bootstrap->run.begin());
  };
  std::vector<std::vector<double>> influence;
  for (const auto* run : runs) influence.push_back(cluster_influence(frame, *run));
  for (std::size_t a = 0; a < runs.size(); ++a) {
    for (std::size_t b = 0; b < runs.size(); ++b) {
      if (bootstrap != nullptr) {
        covariance.at(a, b) = bootstrap->covariance.at(column_of(runs[a]), column_of(runs[b]));
        continue;
      }
      const double scale = std::sqrt(dot(influence[a], influence[a]) * dot(influence[b], influence[b]));
      const double correlation = a == b ? 1.0 : scale > 0 ? dot(influence[a], influence[b]) / scale : 0.0;
      covariance.at(a, b) = correlation * *runs[a]->estimate.std_error * *runs[b]->estimate.std_error;
    }
  }
  return covariance;
}

struct Account {
  CostInputs inputs;
  std::vector<const UnitCost*> items;  // one a line
  std::vector<const MethodRun*> runs;  // one an outcome with an effect
  std::size_t programme_persons = 0;
  std::vector<DiscountBand> bands;
};

bool is_inside_another(const CostPlan& costs, const UnitCost& item) {
  return std::any_of(costs.items.begin(), costs.items.end(), [&](const UnitCost& other) {
    return &other != &item &&
           std::find(other.includes.begin(), other.includes.end(), item.outcome) != other.includes.end();
  });
}

const Deflator& deflator_of(const CostPlan& costs, std::optional<Deflator>& own) {
  if (costs.deflator.empty()) return Deflator::built_in();
  own = Deflator::from_series(costs.deflator);
  return *own;
}

std::vector<DiscountBand> bands_of(const CostPlan& costs) {
  if (costs.discount.empty()) return green_book_bands();
  std::vector<DiscountBand> bands;
  for (const auto& [from, rate] : costs.discount) bands.push_back({from, rate});
  return bands;
}

double population_share(const Frame& frame, std::size_t outcome) {
  double treated = 0;
  double concerned = 0;
  for (std::size_t i = 0; i < frame.size(); ++i) {
    if (frame.treated[i] == 0) continue;
    treated += 1;
    concerned += frame.in_outcome[outcome][i];
  }
  return treated > 0 ? concerned / treated : 0;
}

Result<Account> open_account(const Plan& plan, const Frame& frame, const std::vector<MethodRun>& runs,
                             const BootstrapRun* bootstrap, Evaluation& out) {
  const CostPlan& costs = *plan.costs;
  std::optional<Deflator> own;
  const Deflator& deflator = deflator_of(costs, own);
  Account account;
  account.bands = bands_of(costs);
  const auto programme_factor = deflator.factor(costs.programme_price_year, costs.base_year);
  if (!programme_factor.ok()) return programme_factor.error();
  account.inputs.programme_pounds = costs.programme_pounds * programme_factor.value();
  account.inputs.comparison_pounds = costs.comparison_pounds * programme_factor.value();
  account.inputs.optimism_bias = costs.optimism_bias;
  account.inputs.draw_count = costs.draw_count;
  account.inputs.seed = plan.seed;
  account.inputs.confidence = plan.confidence;
  account.programme_persons =
      static_cast<std::size_t>(std::count(frame.treated.begin(), frame.treated.end(), 1));
  for (const auto& item : costs.items) {
    if (is_inside_another(costs, item)) {
      out.notes.push_back("Costs: " + item.code + " (" + item.outcome +
                          ") is inside another item and is not counted twice.");
      continue;
    }
    const auto run = std::find_if(runs.begin(), runs.end(), [&](const MethodRun& r) {
      return r.estimate.outcome == item.outcome && r.estimate.subgroup == "all" &&
             r.estimate.method == plan.methods.front().id;
    });
    if (run == runs.end() || !run->effect || !run->estimate.std_error) {
      out.notes.push_back("Costs: " + item.outcome +
                          " has no estimate, so its pounds are missing from the account.");
      continue;
    }
    const auto factor = deflator.factor(item.price_year, costs.base_year);
    if (!factor.ok()) return factor.error();
    const auto outcome =
        static_cast<std::size_t>(std::find_if(plan.outcomes.begin(), plan.outcomes.end(),
                                              [&](const auto& o) { return o.id == item.outcome; }) -
                                 plan.outcomes.begin());
    CostLine line{item.outcome,
                  item.code,
                  item.kind,
                  item.bearer,
                  *run->estimate.estimate,
                  population_share(frame, outcome),
                  item.pounds * factor.value(),
                  item.pounds_low.value_or(0.8 * item.pounds) * factor.value(),
                  item.pounds_high.value_or(1.2 * item.pounds) * factor.value(),
                  annuity(item.years, item.decay, account.bands),
                  plan.outcomes[outcome].good_is_less};
    const auto known = std::find(account.runs.begin(), account.runs.end(), &*run);
    account.inputs.change_index.push_back(static_cast<std::size_t>(known - account.runs.begin()));
    if (known == account.runs.end()) account.runs.push_back(&*run);
    account.inputs.lines.push_back(std::move(line));
    account.items.push_back(&item);
  }
  account.inputs.covariance = joint_covariance(frame, runs, account.runs, bootstrap);
  return account;
}

OutputTable lines_table(const Account& account, const CostResult& result) {
  OutputBuilder out("costs", "What each outcome saves or costs, for one person on the programme");
  const std::vector<std::string> n = {"n_treated", "n_comparison"};
  out.dimension("outcome")
      .dimension("code")
      .text("bearer")
      .text("kind")
      .text("unit")
      .count("n_treated")
      .count("n_comparison")
      .estimate("effect", n)
      .estimate("population_share", {"n_treated"})
      .plain_number("unit_cost_pounds")
      .plain_number("years_value")
      .estimate("benefit_pounds", n)
      .text("source")
      .text("confidence");
  for (std::size_t k = 0; k < account.items.size(); ++k) {
    const auto& line = account.inputs.lines[k];
    const auto& e = account.runs[account.inputs.change_index[k]]->estimate;
    out.row({line.outcome, line.code, line.bearer, line.kind, account.items[k]->unit, count_cell(e.n_treated),
             count_cell(e.n_comparison), line.change, line.population_share, line.pounds, line.years_value,
             result.line_benefit[k], account.items[k]->source, account.items[k]->confidence});
  }
  return out.take();
}

OutputTable bearers_table(const Plan& plan, const Account& account, const CostResult& result) {
  OutputBuilder out("costs_by_bearer", "Who gains and who pays, for one person on the programme");
  out.dimension("bearer").text("entry").count("programme_persons").estimate("pounds", {"programme_persons"});
  const auto persons = count_cell(account.programme_persons);
  for (const auto& [bearer, pounds] : result.by_bearer)
    out.row({bearer, std::string("benefit"), persons, pounds});
  out.row({plan.costs->programme_bearer.empty() ? std::string("programme") : plan.costs->programme_bearer,
           std::string("cost"), persons, -result.cost});
  return out.take();
}

/// Benefits, discounted, by year since the start and by kind.
OutputTable years_table(const Account& account, const CostResult& result) {
  std::map<std::pair<std::size_t, std::string>, double> pounds;
  for (std::size_t k = 0; k < account.items.size(); ++k) {
    const auto& item = *account.items[k];
    const auto parts = annuity_by_year(item.years, item.decay, account.bands);
    const double whole = sum_of(parts);
    for (std::size_t year = 0; year < parts.size(); ++year)
      pounds[{year + 1, item.kind}] += result.line_benefit[k] * parts[year] / whole;
  }
  OutputBuilder out("costs_by_year", "When the benefits come, discounted, for one person on the programme");
  out.whole_dimension("year")
      .dimension("kind")
      .count("programme_persons")
      .estimate("benefit_pounds", {"programme_persons"});
  for (const auto& [key, value] : pounds) {
    out.row({static_cast<std::int64_t>(key.first), key.second, count_cell(account.programme_persons), value});
  }
  return out.take();
}

OutputTable kinds_table(const Account& account, const CostResult& result) {
  OutputBuilder out("costs_by_kind", "Benefits by kind, for one person on the programme");
  out.dimension("kind").count("programme_persons").estimate("benefit_pounds", {"programme_persons"});
  for (const auto& [kind, pounds] : result.by_kind)
    out.row({kind, count_cell(account.programme_persons), pounds});
  return out.take();
}

OutputTable summary_table(const Account& account, const CostResult& r) {
  OutputBuilder out("costs_summary", "Benefits and costs, for one person on the programme");
  out.dimension("measure")
      .count("programme_persons")
      .estimate("value", {"programme_persons"})
      .estimate("low", {"programme_persons"})
      .estimate("high", {"programme_persons"});
  const auto row = [&](const char* name, double value, Cell low = {}, Cell high = {}) {
    out.row({std::string(name), count_cell(account.programme_persons), value, low, high});
  };
  row("cost, pounds", r.cost);
  row("benefit, pounds", r.benefit, r.per_pound_low * r.cost, r.per_pound_high * r.cost);
  row("fiscal benefit, pounds", r.fiscal_benefit, r.fiscal_per_pound_low * r.cost,
      r.fiscal_per_pound_high * r.cost);
  row("net benefit, pounds", r.net, r.per_pound_low * r.cost - r.cost, r.per_pound_high * r.cost - r.cost);
  row("benefit for each pound", r.per_pound, r.per_pound_low, r.per_pound_high);
  row("fiscal benefit for each pound", r.fiscal_per_pound, r.fiscal_per_pound_low, r.fiscal_per_pound_high);
  row("net benefit for each pound", r.net_per_pound, r.per_pound_low - 1, r.per_pound_high - 1);
  row("chance that benefits exceed costs", r.chance_of_breaking_even);
  row("cost at which a pound gives a pound back, pounds", r.switching_cost);
  return out.take();
}

OutputTable tornado_table(const Account& account, const CostResult& r) {
  OutputBuilder out("costs_tornado", "What moves the benefit for each pound most");
  out.dimension("what")
      .count("programme_persons")
      .estimate("low", {"programme_persons"})
      .estimate("high", {"programme_persons"});
  for (const auto& swing : r.tornado)
    out.row({swing.what, count_cell(account.programme_persons), swing.low, swing.high});
  return out.take();
}

}  // namespace

Status add_cost_tables(const Plan& plan, const Frame& frame, const std::vector<MethodRun>& runs,
                       const BootstrapRun* bootstrap, Evaluation& out) {
  if (!plan.costs) return {};
  auto account = open_account(plan, frame, runs, bootstrap, out);
  if (!account.ok()) return account.error();
  if (account.value().items.empty()) return {};
  auto result = add_up_costs(account.value().inputs);
  if (!result.ok()) return result.error();
  out.outputs.push_back(summary_table(account.value(), result.value()));
  out.outputs.push_back(bearers_table(plan, account.value(), result.value()));
  out.outputs.push_back(lines_table(account.value(), result.value()));
  out.outputs.push_back(kinds_table(account.value(), result.value()));
  out.outputs.push_back(years_table(account.value(), result.value()));
  out.outputs.push_back(tornado_table(account.value(), result.value()));
  return {};
}

}  // namespace kinfold::evaluation
