// The [costs] of a plan: unit costs, the programme's own cost, price levels and discount rates.
#include "evaluation/plan_internal.h"

namespace kinfold::evaluation {
namespace {

UnitCost read_unit_cost(TomlReader reader) {
  UnitCost item;
  item.code = reader.text("code");
  item.outcome = reader.text("outcome", true);
  item.pounds = reader.number("pounds", true).value_or(0);
  item.pounds_low = reader.number("low");
  item.pounds_high = reader.number("high");
  if (item.pounds < 0)
    reader.fail("pounds", "must not be below 0; whether less is better is the outcome's to say (better)");
  if (item.pounds_low.value_or(item.pounds) > item.pounds ||
      item.pounds_high.value_or(item.pounds) < item.pounds)
    reader.fail("low", "and high must have pounds between them");
  item.unit = reader.text("unit");
  item.price_year = reader.text("price_year", true);
  item.kind = reader.text("kind");
  if (item.kind.empty()) item.kind = "fiscal";
  if (item.kind != "fiscal" && item.kind != "economic" && item.kind != "social") {
    reader.fail("kind", "must be one of: fiscal, economic, social");
  }
  item.bearer = reader.text("bearer", true);
  item.years = reader.number("years").value_or(1);
  item.decay = reader.number("decay").value_or(0);
  if (item.years <= 0 || item.years > 100) reader.fail("years", "must be above 0 and at most 100");
  if (item.decay < 0 || item.decay >= 1) reader.fail("decay", "must be from 0 to below 1");
  item.includes = reader.texts("includes");
  item.source = reader.text("source");
  item.confidence = reader.text("confidence");
  reader.finish();
  return item;
}

void read_discount(TomlReader& reader, CostPlan& costs) {
  for (const auto* one : reader.tables("discount")) {
    auto band = reader.inner(*one, "costs.discount");
    costs.discount.emplace_back(band.number("from_year", true).value_or(0),
                                band.number("rate", true).value_or(0));
    band.finish();
    const bool in_order = costs.discount.size() == 1
                              ? costs.discount[0].first == 0
                              : costs.discount.back().first > costs.discount[costs.discount.size() - 2].first;
    if (!in_order || costs.discount.back().second <= -1)
      band.fail("from_year", "must ascend from 0, and rate be above -1");
  }
}

}  // namespace

CostPlan read_costs(TomlReader reader) {
  CostPlan costs;
  costs.base_year = reader.text("base_year", true);
  costs.programme_pounds = reader.number("programme_pounds", true).value_or(0);
  costs.programme_price_year = reader.text("programme_price_year");
  if (costs.programme_price_year.empty()) costs.programme_price_year = costs.base_year;
  costs.programme_bearer = reader.text("programme_bearer");
  costs.comparison_pounds = reader.number("comparison_pounds").value_or(0);
  costs.optimism_bias = reader.number("optimism_bias").value_or(0);
  if (costs.programme_pounds <= costs.comparison_pounds) {
    reader.fail("programme_pounds", "must be above comparison_pounds: a benefit for each pound needs a cost");
  }
  if (costs.optimism_bias < 0 || costs.optimism_bias >= 1)
    reader.fail("optimism_bias", "must be from 0 to below 1");
  const auto draws = reader.integer("draws").value_or(1000);
  if (draws < 100 || draws > 1'000'000) reader.fail("draws", "must be from 100 to 1000000");
  costs.draw_count = static_cast<int>(draws);
  costs.deflator = reader.numbers("deflator");
  for (const auto& [year, index] : costs.deflator) {
    if (index <= 0) reader.fail("deflator", "must be above 0 in every year");
  }
  if (!costs.deflator.empty()) costs.deflator_source = reader.text("deflator_source", true);
  read_discount(reader, costs);
  if (!costs.discount.empty()) costs.discount_source = reader.text("discount_source", true);
  for (const auto* item : reader.tables("item"))
    costs.items.push_back(read_unit_cost(reader.inner(*item, "costs.item")));
  reader.finish();
  return costs;
}

}  // namespace kinfold::evaluation
