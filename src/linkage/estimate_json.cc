#include "linkage/estimate_internal.h"

namespace kinfold::linkage {
namespace {

using nlohmann::ordered_json;

ordered_json share_json(const ShareEstimate& share) {
  return {{"estimate", share.value}, {"ci_low", share.low}, {"ci_high", share.high}};
}

void add_group(ordered_json& json, const std::string& column, const std::string& value) {
  if (column.empty()) return;
  json["by"] = column;
  json["value"] = value;
}

}  // namespace

ordered_json estimate_json(const ClericalEstimate& estimate) {
  ordered_json json = {{"cannot_tell", estimate.cannot_tell_count},
                       {"decisions_on_other_pairs", estimate.unknown_count}};
  json["estimates"] = ordered_json::array();
  for (const auto& own : estimate.estimates) {
    ordered_json entry;
    add_group(entry, own.column, own.value);
    entry["linked"] = own.linked_count;
    entry["judged"] = own.judged_count;
    entry["precision"] = share_json(own.precision);
    entry["recall"] = share_json(own.recall);
    json["estimates"].push_back(std::move(entry));
  }
  json["strata"] = ordered_json::array();
  for (const auto& stratum : estimate.strata) {
    json["strata"].push_back({{"bits_low", stratum.bits_low},
                              {"bits_high", stratum.bits_high},
                              {"linked", stratum.linked},
                              {"not_compared", stratum.not_compared},
                              {"pairs", stratum.pair_count},
                              {"same", stratum.same_count},
                              {"different", stratum.different_count},
                              {"cannot_tell", stratum.cannot_tell_count},
                              {"expected_same", stratum.expected_same_share}});
  }
  return json;
}

ordered_json estimate_json(const std::vector<DecoyEstimate>& estimates) {
  ordered_json json = ordered_json::array();
  for (const auto& own : estimates) {
    ordered_json entry;
    add_group(entry, own.column, own.value);
    entry["strangers"] = own.stranger_count;
    entry["strangers_linked"] = own.stranger_linked_count;
    entry["relatives"] = own.relative_count;
    entry["relatives_linked"] = own.relative_linked_count;
    entry["unmatched_expected"] = own.unmatched_count;
    entry["relative_share"] = own.relative_share;
    entry["false_link_share"] = share_json(own.false_link_share);
    json.push_back(std::move(entry));
  }
  return json;
}

}  // namespace kinfold::linkage
