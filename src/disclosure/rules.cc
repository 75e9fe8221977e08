#include "disclosure/rules.h"

#include <fstream>
#include <sstream>

#include "disclosure/toml_internal.h"

namespace kinfold::disclosure {
namespace {

const std::vector<std::string> kMethodNames{"suppress", "round", "controlled-round", "cell-key"};
const std::vector<std::string> kCostNames{"cells", "counts", "importance"};

void read_levels(KeyReader& keys, Rules& rules) {
  keys.number("threshold", rules.threshold[0], 1, 1000);
  keys.number("family_threshold", rules.threshold[1], 1, 1000);
  keys.number("authority_threshold", rules.threshold[2], 1, 1000);
  std::vector<std::string> required;
  for (std::size_t i = 0; i < kLevelCount; ++i) {
    if (rules.level_required[i]) required.emplace_back(level_name(static_cast<Level>(i)));
  }
  keys.texts("levels_required", required, {"person", "family", "authority"});
  rules.level_required = {};
  for (const auto& name : required) {
    for (std::size_t i = 0; i < kLevelCount; ++i) {
      if (name == level_name(static_cast<Level>(i))) rules.level_required[i] = true;
    }
  }
}

/// A TOML basic string.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04X}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

std::string_view level_name(Level level) {
  constexpr std::array<std::string_view, kLevelCount> kNames{"person", "family", "authority"};
  return kNames[static_cast<std::size_t>(level)];
}

std::string_view level_plural(Level level) {
  constexpr std::array<std::string_view, kLevelCount> kNames{"persons", "families", "authorities"};
  return kNames[static_cast<std::size_t>(level)];
}

Result<Rules> parse_rules(std::string_view toml_text) {
  auto document = parse_toml(toml_text);
  if (!document.ok()) return document.error();
  Rules rules;
  const auto* table = document.value()["disclosure"].as_table();
  if (table == nullptr) return rules;
  KeyReader keys(*table, "disclosure");
  read_levels(keys, rules);
  keys.boolean("zeros_disclosive", rules.zeros_disclosive);
  keys.number("dominance_count", rules.dominance_count, 1, 10);
  keys.number("dominance_share", rules.dominance_share, 0.01, 1);
  double p_percent = rules.p_share * 100;
  keys.number("p_percent", p_percent, 0, 100);
  rules.p_share = p_percent / 100;
  double q_percent = rules.prior_share * 100;
  keys.number("q_percent", q_percent, 0, 100);
  rules.prior_share = q_percent / 100;
  keys.boolean("largest_required", rules.largest_required);
  keys.number("residual_df", rules.residual_df_min, 0, 1000);
  keys.number("survival", rules.survival_min, 1, 1000);
  keys.number("difference", rules.difference_min, 1, 1000);
  keys.boolean("extremes_allowed", rules.extremes_allowed);
  keys.number("rounding_base", rules.rounding_base, 1, 1000);
  keys.choice("method", rules.method, kMethodNames);
  keys.text("perturbation_table", rules.perturbation_file);
  keys.choice("cost", rules.cost, kCostNames);
  keys.number("protection_width", rules.protection_width, 0, 1'000'000);
  keys.number("exact_cells", rules.exact_cell_count_max, 0, 100'000);
  keys.number("exact_nodes", rules.exact_node_count_max, 0, 10'000'000);
  keys.number("attempts", rules.attempt_count, 1, 5);
  keys.number("exact_intervals", rules.interval_count_max, 0, 1'000'000);
  keys.number("checkers_needed", rules.checker_count, 1, 10);
  keys.texts("blocked_extensions", rules.blocked_extensions);
  if (auto status = keys.finish(); !status.ok()) return status.error();
  if (rules.prior_share < rules.p_share) {
    return invalid(
        "rules: disclosure.q_percent must not be below p_percent: who knows a contribution to within q % "
        "already cannot be kept "
        "from knowing it to within p %");
  }
  return rules;
}

Result<Rules> read_rules(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return io_error("rules: the file cannot be opened; check its name and permissions");
  std::ostringstream text;
  text << file.rdbuf();
  return parse_rules(text.str());
}

Result<Rules> rules_from_charter(const charter::Charter& charter) {
  if (!charter.source_text.empty()) return parse_rules(charter.source_text);
  Rules rules;
  const auto& given = charter.disclosure;
  rules.threshold[0] = given.threshold;
  rules.threshold[1] = given.family_threshold;
  rules.rounding_base = given.rounding_base;
  rules.checker_count = given.checkers_needed;
  rules.dominance_share = given.dominance_share;
  rules.dominance_count = given.dominance_count;
  rules.p_share = given.p_percent / 100;
  rules.residual_df_min = given.residual_df;
  return rules;
}

std::string to_toml(const Rules& rules) {
  std::vector<std::string> required;
  for (std::size_t i = 0; i < kLevelCount; ++i) {
    if (rules.level_required[i]) required.push_back(quoted(level_name(static_cast<Level>(i))));
  }
  std::vector<std::string> blocked;
  for (const auto& extension : rules.blocked_extensions) blocked.push_back(quoted(extension));
  std::string out = "[disclosure]\n";
  const auto line = [&](std::string_view key, const auto& value) {
    out += fmt::format("{} = {}\n", key, value);
  };
  line("threshold", rules.threshold[0]);
  line("family_threshold", rules.threshold[1]);
  line("authority_threshold", rules.threshold[2]);
  line("levels_required", "[" + join(required, ", ") + "]");
  line("zeros_disclosive", rules.zeros_disclosive);
  line("dominance_count", rules.dominance_count);
  line("dominance_share", rules.dominance_share);
  line("p_percent", rules.p_share * 100);
  line("q_percent", rules.prior_share * 100);
  line("largest_required", rules.largest_required);
  line("residual_df", rules.residual_df_min);
  line("survival", rules.survival_min);
  line("difference", rules.difference_min);
  line("extremes_allowed", rules.extremes_allowed);
  line("rounding_base", rules.rounding_base);
  line("method", quoted(kMethodNames[static_cast<std::size_t>(rules.method)]));
  if (!rules.perturbation_file.empty()) line("perturbation_table", quoted(rules.perturbation_file));
  line("cost", quoted(kCostNames[static_cast<std::size_t>(rules.cost)]));
  line("protection_width", rules.protection_width);
  line("exact_cells", rules.exact_cell_count_max);
  line("exact_nodes", rules.exact_node_count_max);
  line("attempts", rules.attempt_count);
  line("exact_intervals", rules.interval_count_max);
  line("checkers_needed", rules.checker_count);
  line("blocked_extensions", "[" + join(blocked, ", ") + "]");
  return out;
}

}  // namespace kinfold::disclosure
