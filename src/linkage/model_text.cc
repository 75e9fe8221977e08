#include <fmt/format.h>

#include <utility>

#include "linkage/model.h"

namespace kinfold::linkage {
namespace {

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out + '"';
}

std::string list_of(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) out += (out.size() > 1 ? ", " : "") + toml_string(text);
  return out + "]";
}

std::string estimate_text(std::string_view key, const Estimate& estimate) {
  if (estimate.value <= 0.0) return {};
  return fmt::format(", {} = {:.17g}{}", key, estimate.value,
                     estimate.observed ? std::string{} : fmt::format(", {}_observed = false", key));
}

std::string stage_to_toml(const Stage& stage) {
  std::string out = fmt::format("\n[[stage]]\nname = {}\nkind = {}\n", toml_string(stage.name),
                                toml_string(stage_kind_name(stage.kind)));
  switch (stage.kind) {
    case StageKind::kProbabilistic: break;
    case StageKind::kMatchkey:
      out += fmt::format("keys = {}\nconflict = {}\n", list_of(stage.keys[0].keys),
                         stage.refuse_conflicts ? "\"refuse\"" : "\"leave\"");
      break;
    case StageKind::kClerical:
      out += fmt::format("from = {:.17g}\nto = {:.17g}\n", stage.probability_min, stage.probability_max);
      break;
    case StageKind::kAssociative:
      out += fmt::format("household = {}\nprobability = {:.17g}\n", list_of(stage.household),
                         stage.probability_min);
      for (std::size_t n = 0; n < stage.keys.size(); ++n)
        out += (n == 0 ? "together = [" : ", ") + list_of(stage.keys[n].keys);
      if (!stage.keys.empty()) out += "]\n";
  }
  return out;
}

}  // namespace

std::string model_to_toml(const Model& model) {
  std::string out = fmt::format("name = {}\nfitted = {}\n", toml_string(model.name), model.fitted);
  if (model.fitted)
    out += fmt::format("match_rate = {:.17g}\nrelated_rate = {:.17g}\nmoved_rate = {:.17g}\n",
                       model.match_rate, model.related_rate, model.moved_rate);
  if (model.fitted)
    out += fmt::format("namesake_rate = {:.17g}\nrelated_name_share = {:.17g}\n", model.namesake_rate,
                       model.related_name_share);
  if (model.household_related_share)
    out += fmt::format("household_related_share = {:.17g}\n", *model.household_related_share);
  const auto& s = model.settings;
  out += "\n[settings]\n";
  if (s.blocking_auto)
    out += fmt::format("blocking = \"auto\"\nauto_pairs_per_record = {:.17g}\n", s.auto_pairs_per_record);
  if (s.term_frequency_by_person) out += "term_frequency_counts = \"people\"\n";
  if (s.term_frequency_by_u) out += "term_frequency_by_u = true\n";
  if (!s.id_column.empty()) out += fmt::format("id_column = {}\n", toml_string(s.id_column));
  out += fmt::format(
      "prior_people_per_record = {:.17g}\nem_iteration_count_max = {}\nem_tolerance = {:.17g}\nu_pair_count "
      "= {}\nseed = {}\n"
      "pairs_per_record_max = {:.17g}\nweight_floor_bits = {:.17g}\n",
      s.prior_people_per_record, s.em_iteration_count_max, s.em_tolerance, s.u_pair_count, s.seed,
      s.pairs_per_record_max, s.weight_floor_bits);
  for (const auto& field : model.fields) {
    out += fmt::format("\n[[field]]\nname = {}\nkind = {}\ncolumns = {}\n", toml_string(field.name),
                       toml_string(kind_name(field.kind)), list_of(field.columns));
    if (!field.derive.empty()) out += fmt::format("derive = {}\n", toml_string(field.derive));
    if (!field.frequencies.file.empty())
      out += fmt::format("frequencies = {}\n", toml_string(field.frequencies.file));
    if (!field.extract.empty()) out += fmt::format("extract = {}\n", toml_string(field.extract));
    for (const auto& [key, names] : {std::pair{"latitude_columns", &field.place_parts.latitude},
                                     {"longitude_columns", &field.place_parts.longitude},
                                     {"fields", &field.parts},
                                     {"needs", &field.needs},
                                     {"needs_one_of", &field.needs_one_of}}) {
      if (!names->empty()) out += fmt::format("{} = {}\n", key, list_of(*names));
    }
    const auto& parts = field.date_parts;
    if (!parts.year.empty()) {
      out += fmt::format("year_columns = {}\nmonth_columns = {}\nday_columns = {}\n", list_of(parts.year),
                         list_of(parts.month), list_of(parts.day));
    }
  }
  for (const auto& comparison : model.comparisons) {
    out += fmt::format(
        "\n[[comparison]]\nname = {}\nfield = {}\nshared_in_household = {}\nchanges_on_moving = {}\nlevels = "
        "[\n",
        toml_string(comparison.name), toml_string(comparison.field), comparison.shared_in_household,
        comparison.changes_on_moving);
    for (const auto& level : comparison.levels) {
      out += fmt::format(
          "  {{ when = {}{}{}{}{}{}{} }},\n", toml_string(level.when), estimate_text("m", level.m),
          estimate_text("u", level.u), estimate_text("related", level.related),
          estimate_text("moved", level.moved),
          level.term_frequency > 0 ? fmt::format(", term_frequency = {:.17g}", level.term_frequency)
                                   : std::string{},
          level.term_frequency_of.empty() ? std::string{}
                                          : ", term_frequency_of = " + toml_string(level.term_frequency_of));
    }
    out += "]\n";
  }
  for (const auto& rule : model.blocking) {
    out += fmt::format("\n[[block]]\nname = {}\nkeys = {}\n{}", toml_string(rule.name), list_of(rule.keys),
                       rule.on_clusters ? "on_clusters = true\n" : "");
    if (rule.pairs_per_record_max > 0.0)
      out += fmt::format("pairs_per_record_max = {:.17g}\n", rule.pairs_per_record_max);
  }
  for (const auto& stage : model.stages) out += stage_to_toml(stage);
  return out;
}

}  // namespace kinfold::linkage
