#include "synth/synth.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "synth/councils.h"
#include "synth/programme.h"
#include "synth/registers.h"
#include "synth/unit_costs.h"

namespace kinfold::synth {

namespace {

constexpr std::uint64_t kFamilyCountMax = 2'000'000;
constexpr std::uint64_t kRegisterSizeMax = 40'000'000;

bool plain_id(const std::string& id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool distinct(std::vector<std::string> ids) {
  std::sort(ids.begin(), ids.end());
  return std::adjacent_find(ids.begin(), ids.end()) == ids.end();
}

Status check(const SynthOptions& options) {
  if (options.family_count < 1 || options.family_count > kFamilyCountMax) {
    return invalid(fmt::format("family_count is {}; choose 1 to {}", options.family_count, kFamilyCountMax));
  }
  if (options.authorities.size() != 3 || !distinct(options.authorities) ||
      !std::all_of(options.authorities.begin(), options.authorities.end(), plain_id)) {
    return invalid("authorities must be three distinct ids of lower-case letters, digits and hyphens");
  }
  if (options.problems.size() != 6 || !distinct(options.problems) ||
      !std::all_of(options.problems.begin(), options.problems.end(), plain_id)) {
    return invalid("problems must be six distinct ids of lower-case letters, digits and underscores");
  }
  if (options.start_last < options.start_first || options.start_first < Date{12'784} ||
      options.start_last > Date{17'896}) {
    return invalid(
        "the start dates must lie between 2005-01-01 and 2018-12-31, the first not after the last");
  }
  if (!(options.register_coverage >= 0 && options.register_coverage <= 1)) {
    return invalid("register_coverage must lie between 0 and 1");
  }
  for (const auto size :
       {options.register_sizes.dwp, options.register_sizes.moj, options.register_sizes.dfe}) {
    if (size > kRegisterSizeMax)
      return invalid(fmt::format("a register size is {}; choose at most {}", size, kRegisterSizeMax));
  }
  return {};
}

Status make_folder(const std::filesystem::path& folder) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) {
    return io_error("cannot make the folder " + folder.filename().string() + ": " + problem.message() +
                    "; choose a folder that you may write to");
  }
  return {};
}

std::vector<PlantedEffect> effects_of(const OutcomeSums& sums) {
  constexpr std::array<const char*, 3> kPopulations{"children", "adults", "juveniles"};
  std::vector<PlantedEffect> effects;
  const auto share = [](std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
  };
  for (std::size_t k = 0; k < kOutcomeCount; ++k) {
    const auto& spec = outcome_specs()[k];
    PlantedEffect effect;
    effect.outcome = spec.id;
    effect.population = kPopulations[static_cast<std::size_t>(spec.population)];
    effect.person_count = sums.programme_count[k];
    effect.comparison_share = share(sums.without[k], sums.programme_count[k]);
    effect.programme_share = share(sums.with[k], sums.programme_count[k]);
    effect.naive_comparison_share = share(sums.others[k], sums.others_count[k]);
    if (spec.published) {
      effect.published_comparison_share = spec.comparison_share;
      effect.published_programme_share = spec.programme_share;
    }
    effects.push_back(std::move(effect));
  }
  return effects;
}

Status write_truth(const std::string& folder, const SynthOptions& options, const CouncilFiles& councils,
                   const RegisterFiles& registers, const std::vector<PlantedEffect>& effects) {
  std::string text = "authority,line,true_person,true_family\n";
  for (const auto& row : councils.rows) {
    fmt::format_to(std::back_inserter(text), "{},{},{},{}\n",
                   options.authorities[static_cast<std::size_t>(row.authority)], row.line, row.true_person,
                   row.true_family);
  }
  if (auto done = write_bytes(folder + "/council_rows.csv", text); !done.ok()) return done;
  text = "department,register_id,true_person\n";
  for (const auto& row : registers.rows) {
    fmt::format_to(std::back_inserter(text), "{},{},{}\n", department_name(row.department), row.register_id,
                   row.true_person);
  }
  if (auto done = write_bytes(folder + "/registers.csv", text); !done.ok()) return done;
  text =
      "outcome,population,comparison_share,programme_share,difference,published_comparison_share,published_"
      "programme_share\n";
  for (const auto& e : effects) {
    fmt::format_to(std::back_inserter(text), "{},{},{:.6f},{:.6f},{:.6f},", e.outcome, e.population,
                   e.comparison_share, e.programme_share, e.programme_share - e.comparison_share);
    if (e.published_comparison_share >= 0) {
      fmt::format_to(std::back_inserter(text), "{:.3f},{:.3f}\n", e.published_comparison_share,
                     e.published_programme_share);
    } else {
      text += ",\n";
    }
  }
  return write_bytes(folder + "/effects.csv", text);
}

std::vector<std::string> file_names(const SynthOptions& options) {
  std::vector<std::string> files{"truth/council_rows.csv", "truth/effects.csv", "truth/registers.csv",
                                 "unit-costs.csv"};
  for (const auto& authority : options.authorities) files.push_back("councils/" + authority + ".csv");
  for (const auto department : kDepartments) {
    for (const auto* name : {"events.parquet", "people.parquet", "register.toml"}) {
      files.push_back("registers/" + std::string(department_name(department)) + "/" + name);
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Result<SynthSummary> write_programme(const std::string& dir, const SynthOptions& options,
                                     Progress& progress) {
  if (auto fit = check(options); !fit.ok()) return fit.error();
  const std::filesystem::path root(dir);
  for (const auto* folder : {"councils", "truth", "registers/dwp", "registers/moj", "registers/dfe"}) {
    if (auto made = make_folder(root / folder); !made.ok()) return made.error();
  }
  const auto programme = build_programme(options, progress);
  auto councils = write_councils((root / "councils").string(), programme, options);
  if (!councils.ok()) return councils.error();
  RegisterFiles registers;
  for (const auto department : kDepartments) {
    const auto folder = (root / "registers" / department_name(department)).string();
    if (auto done = write_register(folder, department, programme, options, progress, registers); !done.ok())
      return done.error();
  }
  SynthSummary summary;
  summary.effects = effects_of(programme.sums);
  if (auto done =
          write_truth((root / "truth").string(), options, councils.value(), registers, summary.effects);
      !done.ok()) {
    return done.error();
  }
  if (auto done = write_bytes((root / "unit-costs.csv").string(), unit_costs_csv()); !done.ok())
    return done.error();
  summary.family_count = options.family_count;
  summary.person_count = programme.person_count;
  for (const auto& family : programme.families) {
    if (family.group == Group::kProgramme) summary.programme_person_count += family.members.size();
  }
  summary.council_line_count = councils.value().line_count;
  summary.duplicate_line_count = councils.value().duplicate_count;
  summary.broken_line_count = councils.value().broken_count;
  summary.register_person_count = registers.person_count;
  summary.register_event_count = registers.event_count;
  summary.files = file_names(options);
  return summary;
}

}  // namespace kinfold::synth
