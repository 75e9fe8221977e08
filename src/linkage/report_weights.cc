// What each level of agreement is worth, and the two probabilities behind it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "linkage/report_internal.h"

namespace kinfold::linkage {
namespace {

// Whole bits at both ends, zero among them.
void set_scale(page::BarLane& lane, double low, double high) {
  lane.low = std::floor(std::min(low, -1.0));
  lane.high = std::ceil(std::max(high, 1.0));
  lane.low_label = whole_text(lane.low);
  lane.high_label = whole_text(lane.high);
}

std::string seen_text(const Level& level) {
  if (!level.m.observed) return " (no match shows it)";
  return level.u.observed ? "" : " (no random pair shows it)";
}

// Small shares need their order of size, large ones their digits.
std::string share_text(double share) {
  return share != 0.0 && share < 0.0005 ? fmt::format("{:.1e}", share) : fmt::format("{:.4f}", share);
}

}  // namespace

void add_match_weights(page::Page& page, const Model& model) {
  page::Bars bars;
  bars.caption = "Match weights by comparison and level, in bits";
  bars.columns = {"level of agreement", "bits"};
  const double prior = bits_of(model.match_rate);
  double low = prior;
  double high = 0.0;
  for (const auto& comparison : model.comparisons) {
    for (const auto& level : comparison.levels) {
      low = std::min(low, bits_of_level(level));
      high = std::max(high, bits_of_level(level));
    }
  }
  bars.lanes.push_back({"against a match \u2190 \u2192 for it", 0, 1, "", "", std::nullopt});
  set_scale(bars.lanes.front(), low, high);
  bars.rows.push_back({{"before anything is compared", signed_text(prior)}, {page::BarSpan{0.0, prior}}});
  for (const auto& comparison : model.comparisons) {
    bars.rows.push_back({{comparison.name}, {}, true});
    for (const auto& level : comparison.levels) {
      const double bits = bits_of_level(level);
      const std::string frequency = level.term_frequency > 0.0 ? " \u2020" : "";
      bars.rows.push_back(
          {{level.when + frequency + seen_text(level), signed_text(bits)}, {page::BarSpan{0.0, bits}}});
    }
  }
  page.heading("What each agreement is worth");
  page.paragraph(
      "The weight of a level is log2 of m over u: solid bars to the right speak for one person, hollow bars "
      "to the left against it. "
      "The first row is the starting point, two records drawn at random. A pair's weight is the sum; a "
      "missing value adds nothing. "
      "Levels with \u2020 weigh more than is shown where the value is rare, less where it is common.");
  page.bars(bars);
}

void add_m_and_u(page::Page& page, const Model& model) {
  page::Bars bars;
  bars.caption = "m and u probabilities by comparison and level";
  bars.columns = {"level of agreement", "m", "u", "of relatives"};
  bars.lanes = {{"m: of pairs of one person", 0.0, 1.0, "0", "1", std::nullopt},
                {"u: of pairs of strangers", 0.0, 1.0, "0", "1", std::nullopt}};
  for (const auto& comparison : model.comparisons) {
    bars.rows.push_back({{comparison.name}, {}, true});
    for (const auto& level : comparison.levels) {
      bars.rows.push_back(
          {{level.when + seen_text(level), share_text(level.m.value), share_text(level.u.value),
            model.related_rate > 0.0 ? share_text(level.related.value) : "\u2013"},
           {page::BarSpan{0.0, level.m.value}, page::BarSpan{0.0, level.u.value}}});
    }
  }
  page.heading("How often each level is seen");
  page.paragraph(
      "m is the share of pairs of one person at a level, u that of two strangers. m of the first level says "
      "how clean a field is; u says how "
      "telling an agreement is. Relatives are different people who share a household or a name: a pair must "
      "be better explained by one person "
      "than by them.");
  page.bars(bars);
}

}  // namespace kinfold::linkage
