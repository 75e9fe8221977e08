#include <cmath>
#include <nlohmann/json.hpp>

#include "disclosure/check.h"

namespace kinfold::disclosure {
namespace {

using Json = nlohmann::json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json finding_json(const CheckedOutput& output, const Finding& finding, JsonFor reader) {
  Json json{{"row", finding.row + 1},
            {"column", output.original.columns()[finding.column].name()},
            {"status", status_name(finding.status)}};
  if (!finding.rule.empty()) {
    json["rule"] = finding.rule;
    if (reader == JsonFor::kChecker) json["reason"] = finding.reason;
    json["remedy"] = finding.remedy;
  }
  return json;
}

Json certificate_json(const CellCertificate& line, JsonFor reader) {
  Json json{{"what", line.what},   {"status", status_name(line.status)},
            {"exact", line.exact}, {"need_width", number(line.need_width)},
            {"safe", line.safe},   {"confirmed", line.confirmed}};
  if (reader == JsonFor::kStdout) return json;
  json["value"] = number(line.value);
  json["interval"] = {number(line.low), number(line.high)};
  json["need"] = {number(line.need_low), number(line.need_high)};
  return json;
}

Json attack_json(const Attack& attack, JsonFor reader) {
  if (reader == JsonFor::kStdout) {
    return {
        {"target", attack.target}, {"rule", attack.rule}, {"words", attack.words}, {"mended", attack.mended}};
  }
  Json parts = Json::array();
  for (const auto& part : attack.parts) {
    parts.push_back({{"source", part.source},
                     {"what", part.what},
                     {"published", {part.low, part.high}},
                     {"weight", part.weight}});
  }
  return {{"target", attack.target},         {"rule", attack.rule},     {"words", attack.words},
          {"arithmetic", attack.arithmetic}, {"mended", attack.mended}, {"parts", parts}};
}

Json recoding_json(const Recoding& recoding) {
  Json steps = Json::array();
  for (const auto& step : recoding.steps)
    steps.push_back({{"kind", step.kind}, {"column", step.column}, {"labels", step.labels}});
  return {{"words", recoding.words},
          {"failing_left", recoding.failing_left},
          {"rows_lost", recoding.rows_lost},
          {"steps", steps}};
}

Json output_json(const CheckedOutput& output, JsonFor reader) {
  Json json{{"id", output.id},
            {"title", output.title},
            {"publishable", output.publishable()},
            {"refusals", output.refusals},
            {"remarks", output.remarks},
            {"shown", output.shown_count},
            {"primary", output.primary_count},
            {"secondary", output.secondary_count},
            {"method", output.method},
            {"recodings", Json::array()},
            {"attacks", Json::array()},
            {"findings", Json::array()},
            {"certificate", Json::array()}};
  if (reader == JsonFor::kChecker) {  // the cost of hiding a count is that count
    json["cost"] = number(output.cost);
    json["cost_bound"] = number(output.cost_bound);
  }
  for (const auto& finding : output.findings) {
    if (finding.status == CellStatus::kPublished || finding.status == CellStatus::kWithheld) continue;
    json["findings"].push_back(finding_json(output, finding, reader));
  }
  for (const auto& recoding : output.recodings) json["recodings"].push_back(recoding_json(recoding));
  for (const auto& attack : output.attacks) json["attacks"].push_back(attack_json(attack, reader));
  for (const auto& line : output.certificate) json["certificate"].push_back(certificate_json(line, reader));
  return json;
}

}  // namespace

std::string to_json(const Checked& checked, JsonFor reader) {
  Json outputs = Json::array();
  for (const auto& output : checked.outputs) outputs.push_back(output_json(output, reader));
  const Json json{
      {"publishable", checked.publishable()}, {"rules", to_toml(checked.rules)}, {"outputs", outputs}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace kinfold::disclosure
