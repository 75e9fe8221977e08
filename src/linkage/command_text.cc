// What `kinfold link` says when it is done.
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "linkage/command.h"
#include "linkage/estimate_internal.h"

namespace kinfold::linkage {
namespace {

std::string bits_text(double bits) {
  char text[24];
  std::snprintf(text, sizeof text, "%+8.2f", bits);
  return text;
}

std::string explanation_text(const PairExplanation& pair) {
  std::string text = "  the pair asked about, in bits (each doubles the odds):\n    " +
                     bits_text(pair.prior_bits) + "  two records drawn at random\n";
  for (const auto& step : pair.steps) {
    text += "    " + bits_text(step.weight_bits) + "  " + step.comparison + ": " + step.level + "\n";
    if (std::abs(step.term_frequency_bits) >= 0.005) {
      text += "    " + bits_text(step.term_frequency_bits) + "  " + step.comparison + ": a " +
              (step.term_frequency_bits > 0 ? "rare" : "common") + " value\n";
    }
  }
  if (std::abs(pair.moved_bits) >= 0.005)
    text += "    " + bits_text(pair.moved_bits) + "  whoever moves house changes several of these at once\n";
  if (pair.related_bits < -0.005)
    text += "    " + bits_text(pair.related_bits) + "  relatives or namesakes would agree like this too\n";
  return text + "    " + bits_text(pair.prior_bits + pair.weight_bits) + "  together; probability " +
         std::to_string(pair.probability) + "\n";
}

nlohmann::ordered_json explanation_json(const PairExplanation& pair) {
  nlohmann::ordered_json json = {{"prior_bits", pair.prior_bits},
                                 {"weight_bits", pair.weight_bits},
                                 {"moved_bits", pair.moved_bits},
                                 {"related_bits", pair.related_bits},
                                 {"probability", pair.probability}};
  json["steps"] = nlohmann::ordered_json::array();
  for (const auto& step : pair.steps) {
    json["steps"].push_back({{"comparison", step.comparison},
                             {"level", step.level},
                             {"m", step.m},
                             {"u", step.u},
                             {"weight_bits", step.weight_bits},
                             {"term_frequency_bits", step.term_frequency_bits}});
  }
  return json;
}

}  // namespace

std::string LinkReport::to_json() const {
  nlohmann::ordered_json json;
  json["left_rows"] = left_row_count;
  json["right_rows"] = right_row_count;
  json["rejected_lines"] = rejected_count;
  json["candidate_pairs"] = candidate_pair_count;
  json["pairs"] = pair_count;
  json["clusters"] = cluster_count;
  json["threshold"] = threshold;
  json["precision"] = quality ? nlohmann::ordered_json(quality->precision) : nullptr;
  json["recall"] = quality ? nlohmann::ordered_json(quality->recall) : nullptr;
  json["f1"] = quality ? nlohmann::ordered_json(quality->f1) : nullptr;
  json["true_pairs"] = quality ? nlohmann::ordered_json(quality->true_pair_count) : nullptr;
  json["blocking"] = {{"recall", fit.blocking_recall},
                      {"recall_ci_low", fit.blocking_recall_low},
                      {"recall_ci_high", fit.blocking_recall_high}};
  auto& rules = json["blocking"]["rules"] = nlohmann::ordered_json::array();
  for (const auto& rule : blocking) {
    if (!rule.usable) continue;
    rules.push_back({{"name", rule.name},
                     {"pairs", rule.pair_count},
                     {"new_pairs", rule.first_pair_count},
                     {"expected_new_matches", rule.expected_matches}});
  }
  json["stages"] = nlohmann::ordered_json::array();
  for (const auto& stage : stages) {
    json["stages"].push_back({{"name", stage.name},
                              {"kind", stage_kind_name(stage.kind)},
                              {"links", stage.link_count},
                              {"conflicts", stage.conflict_count},
                              {"for_review", stage.review_count}});
  }
  json["clerical"] = clerical ? estimate_json(*clerical) : nullptr;
  json["decoys"] = decoys.empty() ? nlohmann::ordered_json(nullptr) : estimate_json(decoys);
  json["converged"] = converged;
  json["seconds"] = seconds;
  json["peak_bytes"] = peak_bytes;
  json["notes"] = notes;
  json["files"] = files;
  if (explanation) json["explanation"] = explanation_json(*explanation);
  return json.dump(2);
}

std::string LinkReport::to_text() const {
  const auto percent = [](double share) {
    char text[16];
    std::snprintf(text, sizeof text, "%.2f %%", share * 100.0);
    return std::string(text);
  };
  std::string text;
  text += "  records        " + with_thousands(static_cast<long long>(left_row_count)) +
          (right_row_count > 0 ? " and " + with_thousands(static_cast<long long>(right_row_count)) : "") +
          "\n";
  text += "  pairs compared " + with_thousands(static_cast<long long>(candidate_pair_count)) + "\n";
  text += "  pairs linked   " + with_thousands(static_cast<long long>(pair_count)) + "\n";
  text += "  people         " + with_thousands(static_cast<long long>(cluster_count)) + "\n";
  text += "  threshold      " + percent(threshold) + " probability, " +
          (threshold_given ? "as given" : "chosen without the truth") + "\n";
  if (quality) {
    text += "  precision      " + percent(quality->precision) + "\n  recall         " +
            percent(quality->recall) + "\n  F1             " + percent(quality->f1) + "\n";
  }
  const auto interval = [&](const char* name, const ShareEstimate& share, const char* how) {
    text += name + percent(share.value) + " (" + percent(share.low) + " to " + percent(share.high) + "), " +
            how + "\n";
  };
  if (clerical) {
    interval("  precision      ", clerical->estimates[0].precision, "by people's decisions");
    interval("  recall         ", clerical->estimates[0].recall,
             "of the pairs that were compared, by people's decisions");
  }
  if (!decoys.empty()) interval("  false links    ", decoys[0].false_link_share, "by decoys");
  if (!converged) text += "  caution        the estimation stopped before it converged; see the report\n";
  for (const auto& note : notes) text += "  note           " + note + "\n";
  if (explanation) text += explanation_text(*explanation);
  return text;
}

std::string ExplainReport::to_json() const {
  auto json = explanation_json(explanation);
  json["work_seconds"] = work_seconds;
  return json.dump(2);
}

std::string ExplainReport::to_text() const { return explanation_text(explanation); }

}  // namespace kinfold::linkage
