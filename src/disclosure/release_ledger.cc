#include "disclosure/release_ledger.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "disclosure/check.h"

namespace kinfold::disclosure {
namespace {

using Json = nlohmann::json;
constexpr int kVersion = 1;

Json to_json_value(const ReleasedCell& cell) {
  Json where = Json::object();
  for (const auto& [variable, labels] : cell.selection.where) where[variable] = labels;
  Json json{{"population", cell.selection.population},
            {"data_version", cell.selection.data_version},
            {"unit", cell.selection.unit},
            {"where", where},
            {"value", cell.value},
            {"shown", cell.shown}};
  if (cell.shown) json["shown_range"] = {cell.shown_low, cell.shown_high};
  if (cell.fits_only) json["fits"] = {cell.fits_low, cell.fits_high};
  if (cell.sensitive) json["need"] = {cell.need_low, cell.need_high, cell.need_width};
  return json;
}

ReleasedCell cell_from(const Json& json) {
  ReleasedCell cell;
  cell.selection.population = json.at("population").get<std::string>();
  cell.selection.data_version = json.at("data_version").get<std::string>();
  cell.selection.unit = json.at("unit").get<std::string>();
  for (const auto& [variable, labels] : json.at("where").items()) {
    cell.selection.where[variable] = labels.get<std::vector<std::string>>();
  }
  cell.value = json.at("value").get<double>();
  cell.shown = json.at("shown").get<bool>();
  cell.shown_low = cell.shown_high = cell.value;
  if (json.contains("shown_range")) {
    cell.shown_low = json["shown_range"].at(0).get<double>();
    cell.shown_high = json["shown_range"].at(1).get<double>();
  }
  if (json.contains("fits")) {
    cell.fits_only = true;
    cell.fits_low = json["fits"].at(0).get<double>();
    cell.fits_high = json["fits"].at(1).get<double>();
  }
  if (json.contains("need")) {
    cell.sensitive = true;
    cell.need_low = json["need"].at(0).get<double>();
    cell.need_high = json["need"].at(1).get<double>();
    cell.need_width = json["need"].at(2).get<double>();
  }
  return cell;
}

ReleasedOutput output_from(const Json& json) {
  ReleasedOutput output;
  output.id = json.at("id").get<std::string>();
  output.title = json.at("title").get<std::string>();
  output.published = json.at("published").get<std::string>();
  for (const auto& cell : json.at("cells")) output.cells.push_back(cell_from(cell));
  for (const auto& sum : json.at("sums")) {
    ReleasedSum released{sum.at("total").get<std::uint32_t>(),
                         sum.at("parts").get<std::vector<std::uint32_t>>()};
    for (const auto part : released.parts) static_cast<void>(output.cells.at(part));
    static_cast<void>(output.cells.at(released.total));
    output.sums.push_back(std::move(released));
  }
  for (const auto& estimate : json.at("estimates")) {
    output.estimates.push_back(
        {estimate.at("key").get<std::string>(), estimate.at("data_version").get<std::string>(),
         estimate.at("value").get<double>(), estimate.at("contributors").get<std::vector<double>>()});
  }
  return output;
}

// Names are data: what separates them must not be able to occur in them unescaped.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

}  // namespace

std::string Selection::key_without_version() const {
  std::string key;
  append_quoted(key, population);
  append_quoted(key, unit);
  for (const auto& [variable, labels] : where) {
    append_quoted(key, variable);
    key += '=';
    auto sorted = labels;
    std::sort(sorted.begin(), sorted.end());
    for (const auto& label : sorted) append_quoted(key, label);
  }
  return key;
}

std::string Selection::key() const {
  std::string key;
  append_quoted(key, data_version);
  return key + key_without_version();
}

std::string Selection::words() const {
  std::string out = unit == "person"      ? "persons"
                    : unit == "family"    ? "families"
                    : unit == "authority" ? "authorities"
                                          : unit;
  if (where.empty()) return out + " altogether";
  std::string counted;  // a column of counts or shares: those whom it counts, and the rest
  bool first = true;
  for (const auto& [variable, labels] : where) {
    if (labels.size() == 1 && (labels[0] == "yes" || labels[0] == "no")) {
      counted += (labels[0] == "yes" ? ", counted in " : ", not counted in ") + variable;
      continue;
    }
    out += (first ? " with " : " and ") + variable + " " + join(labels, " or ");
    first = false;
  }
  return out + counted;
}

std::string ReleaseLedger::to_json() const {
  Json outputs = Json::array();
  for (const auto& output : outputs_) {
    Json json{{"id", output.id},        {"title", output.title}, {"published", output.published},
              {"cells", Json::array()}, {"sums", Json::array()}, {"estimates", Json::array()}};
    for (const auto& cell : output.cells) json["cells"].push_back(to_json_value(cell));
    for (const auto& sum : output.sums) json["sums"].push_back({{"total", sum.total}, {"parts", sum.parts}});
    for (const auto& estimate : output.estimates) {
      json["estimates"].push_back({{"key", estimate.key},
                                   {"data_version", estimate.data_version},
                                   {"value", estimate.value},
                                   {"contributors", estimate.contributors}});
    }
    outputs.push_back(std::move(json));
  }
  return Json{{"kinfold_release_ledger", kVersion}, {"outputs", outputs}}.dump(
      1, ' ', false, Json::error_handler_t::replace);
}

Result<ReleaseLedger> ReleaseLedger::from_json(std::string_view text) {
  try {
    const auto json = Json::parse(text);
    if (json.at("kinfold_release_ledger").get<int>() != kVersion) {
      return invalid("release ledger: written by another version; read it with the program that wrote it");
    }
    ReleaseLedger ledger;
    for (const auto& output : json.at("outputs")) ledger.add(output_from(output));
    return ledger;
  } catch (const std::exception&) {
    return invalid(
        "release ledger: not a ledger of releases, or damaged; give the file that the last publication "
        "wrote");
  }
}

ReleasedOutput to_released(const CheckedOutput& checked, std::string_view published_rfc3339) {
  auto released = checked.released;
  released.published = std::string(published_rfc3339);
  return released;
}

}  // namespace kinfold::disclosure
