#include "evaluation/sentences_internal.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.h"

namespace kinfold::evaluation {
namespace {

struct EffectRow {
  double programme = 0, comparison = 0, estimate = 0, low = 0, high = 0;
  std::int64_t n_treated = 0;
};

double value_at(const table::Table& t, std::string_view column, std::size_t row) {
  const auto* found = t.find(column);
  return found == nullptr || found->is_null(row) ? NAN : found->number_at(row);
}

std::string of_whom(const Outcome& outcome) {
  return outcome.population.empty() ? outcome.title : outcome.title + " (" + outcome.population + ")";
}

/// The effect alone, where the shares or means behind it are withheld.
std::string sentence_without_means(const Plan& plan, const Outcome& outcome, const EffectRow& row) {
  const double unit = outcome.is_share ? 100 : 1;
  const int decimals = outcome.is_share ? 2 : decimals_for(std::max(std::fabs(row.low), std::fabs(row.high)));
  const auto number = [&](double value) { return plain_number(unit * value, decimals); };
  return fmt::format(
      "{}: a difference of {}{} ({:.0f}% interval {} to {}); the figures behind it are withheld, because too "
      "few people "
      "stand behind them. {}",
      of_whom(outcome), number(row.estimate), outcome.is_share ? " percentage points" : "",
      100 * plan.confidence, number(row.low), number(row.high),
      effect_verdict(row.estimate, row.low, row.high, outcome.good_is_less));
}

std::string sentence_of(const Plan& plan, const Outcome& outcome, const EffectRow& row) {
  const auto level = plain_number(100 * plan.confidence, 0);
  if (outcome.is_share) {
    const double relative = row.comparison != 0 ? row.estimate / row.comparison : NAN;
    std::string relation = std::isfinite(relative)
                               ? fmt::format(", {:.0f}% {} in relative terms", std::fabs(relative) * 100,
                                             relative < 0 ? "less" : "more")
                               : "";
    return fmt::format(
        "{}: {} on the programme, {} in the comparison group: {} percentage points{} "
        "({}% interval {} to {}). {}",
        of_whom(outcome), percent(row.programme), percent(row.comparison),
        plain_number(100 * row.estimate, 2), relation, level, plain_number(100 * row.low, 2),
        plain_number(100 * row.high, 2),
        effect_verdict(row.estimate, row.low, row.high, outcome.good_is_less));
  }
  const int decimals = decimals_for(std::max(std::fabs(row.programme), std::fabs(row.comparison)));
  const auto number = [&](double value) { return plain_number(value, decimals); };
  return fmt::format(
      "{}: {} on the programme, {} in the comparison group: a difference of {} ({}% interval {} to {}). {}",
      of_whom(outcome), number(row.programme), number(row.comparison), number(row.estimate), level,
      number(row.low), number(row.high),
      effect_verdict(row.estimate, row.low, row.high, outcome.good_is_less));
}

}  // namespace

std::string effect_verdict(double estimate, double low, double high, bool good_is_less) {
  if (low <= 0 && high >= 0) return "The interval includes no effect, so this could be chance.";
  return (estimate < 0) == good_is_less
             ? "This is an improvement that chance alone would rarely give."
             : "This is in the wrong direction, and chance alone would rarely give it.";
}

const OutputTable* find_output(const std::vector<OutputTable>& outputs, std::string_view id) {
  for (const auto& output : outputs) {
    if (output.id == id) return &output;
  }
  return nullptr;
}

std::string percent(double share, int decimals) { return fmt::format("{:.{}f}%", 100 * share, decimals); }

std::string pounds(double value) { return (value < 0 ? "\u2212£" : "£") + plain_number(std::fabs(value), 2); }

int decimals_for(double value) {
  const double size = std::fabs(value);
  if (size >= 1000 || size == 0) return 0;
  if (size >= 100) return 1;
  return size >= 1 ? 2 : size >= 0.01 ? 3 : 4;
}

std::string plain_number(double value, int decimals) {
  // Longer than a whole number of 64 bits: nobody reads the digits.
  if (!(std::fabs(value) < 1e15)) return fmt::format("{:.3g}", value);
  const auto text = fmt::format("{:.{}f}", value, decimals);
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  const bool negative = whole.starts_with('-');
  const auto digits = with_thousands(std::stoll(negative ? whole.substr(1) : whole));
  return (negative ? "\u2212" : "") + digits + (point == std::string::npos ? "" : text.substr(point));
}

std::vector<std::string> cost_sentences(const Plan& plan, const std::vector<OutputTable>& outputs) {
  const auto* summary = find_output(outputs, "costs_summary");
  if (summary == nullptr) return {};
  const auto& t = summary->table;
  const auto row_of = [&](std::string_view measure) {
    std::size_t row = 0;
    while (row < t.row_count() && t.find("measure")->string_at(row) != measure) ++row;
    return row;
  };
  std::vector<std::string> out;
  double all = NAN;
  const std::pair<const char*, const char*> lines[] = {
      {"benefit for each pound", "Each £1 spent gives back"},
      {"fiscal benefit for each pound", "Of that, the public purse gets back"}};
  for (const auto& [measure, opening] : lines) {
    const auto row = row_of(measure);
    if (row == t.row_count()) continue;
    const double value = value_at(t, "value", row);
    const double low = value_at(t, "low", row);
    const double high = value_at(t, "high", row);
    if (!std::isfinite(value) || !std::isfinite(low) || !std::isfinite(high)) continue;
    if (!out.empty() && value == all) {
      out.push_back("All of that is money of the public purse.");
      continue;
    }
    if (out.empty()) all = value;
    out.push_back(fmt::format(
        "{} {} ({:.0f}% interval {} to {}).{}", opening, pounds(value), 100 * plan.confidence, pounds(low),
        pounds(high),
        low <= 1 && high >= 1 ? " The interval includes £1, so it may pay for itself or not." : ""));
  }
  return out;
}

std::vector<std::string> headline_sentences(const Plan& plan, const std::vector<OutputTable>& outputs) {
  std::vector<std::string> out;
  const auto* effects = find_output(outputs, "effects");
  if (effects == nullptr) return out;
  const auto& t = effects->table;
  for (const auto& outcome : plan.outcomes) {
    for (std::size_t row = 0; row < t.row_count(); ++row) {
      if (t.find("outcome")->string_at(row) != outcome.id || t.find("subgroup")->string_at(row) != "all" ||
          t.find("method")->string_at(row) != plan.methods.front().id) {
        continue;
      }
      const EffectRow effect{value_at(t, "programme_mean", row), value_at(t, "comparison_mean", row),
                             value_at(t, "estimate", row),       value_at(t, "ci_low", row),
                             value_at(t, "ci_high", row),        0};
      if (std::isfinite(effect.estimate) && std::isfinite(effect.low) && std::isfinite(effect.high)) {
        const bool whole = std::isfinite(effect.programme) && std::isfinite(effect.comparison);
        out.push_back(whole ? sentence_of(plan, outcome, effect)
                            : sentence_without_means(plan, outcome, effect));
        continue;
      }
      const auto reason = t.find("not_estimable_because")->text_at(row);
      out.push_back(of_whom(outcome) + (reason.empty() ? ": withheld, because too few people stand behind it."
                                                       : ": not estimable, because " + reason + "."));
    }
  }
  return out;
}

}  // namespace kinfold::evaluation
