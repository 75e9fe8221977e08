#include "demo/truth.h"

#include <unordered_set>

#include "identity/intake.h"
#include "site/submit.h"
#include "table/io.h"

namespace kinfold::demo {
namespace {

constexpr std::int64_t kSeveral = -1;

std::string key_of(const identity::Identity& person) {
  const std::string born = person.date_of_birth ? to_iso(*person.date_of_birth) : "";
  return person.forenames + '\n' + person.surname + '\n' + born + '\n' + person.postcode + '\n' + person.nino;
}

std::string line_key(std::string_view authority, std::uint64_t line) {
  return std::string(authority) + ":" + std::to_string(line);
}

/// True person of each line of each council's file.
Result<std::unordered_map<std::string, std::int64_t>> read_lines(const std::string& path) {
  const auto rows = table::read_file(path);
  if (!rows.ok()) return rows.error();
  const auto authority = rows.value().require("authority", table::ColumnType::kString);
  const auto line = rows.value().require("line", table::ColumnType::kInt64);
  const auto person = rows.value().require("true_person", table::ColumnType::kInt64);
  for (const auto* column : {&authority, &line, &person}) {
    if (!column->ok()) return column->error();
  }
  std::unordered_map<std::string, std::int64_t> lines;
  for (std::size_t row = 0; row < rows.value().row_count(); ++row) {
    if (person.value()->is_null(row)) continue;
    lines.emplace(
        line_key(authority.value()->string_at(row), static_cast<std::uint64_t>(line.value()->int_at(row))),
        person.value()->int_at(row));
  }
  return lines;
}

}  // namespace

Result<Truth> Truth::read(State& state) {
  Truth truth;
  const auto lines = read_lines(state.path("data/truth/council_rows.csv"));
  if (!lines.ok()) return lines.error();
  const auto charter = charter::load(state.charter_path());
  if (!charter.ok()) return charter.error();
  for (const auto& council : councils()) {
    auto intake = identity::read_council_file(state.path("data/councils/" + council + ".csv"),
                                              site::eligibility_of(charter.value()), state.clock().today());
    if (!intake.ok()) return intake.error();
    const auto people = identity::identities_of(intake.value().identities);
    if (!people.ok()) return people.error();
    for (std::size_t row = 0; row < people.value().size(); ++row) {
      const auto known = lines.value().find(line_key(council, intake.value().line[row]));
      if (known == lines.value().end()) continue;
      auto& person =
          truth.person_of_identity_.try_emplace(key_of(people.value()[row]), known->second).first->second;
      if (person != known->second) person = kSeveral;
    }
    intake.value().wipe();
  }
  table::ReadOptions options;
  options.all_strings = true;
  const auto records = table::read_file(state.path("data/truth/registers.csv"), options);
  if (!records.ok()) return records.error();
  const auto department = records.value().require("department", table::ColumnType::kString);
  const auto id = records.value().require("register_id", table::ColumnType::kString);
  const auto person = records.value().require("true_person", table::ColumnType::kString);
  for (const auto* column : {&department, &id, &person}) {
    if (!column->ok()) return column->error();
  }
  for (std::size_t row = 0; row < records.value().row_count(); ++row) {
    if (person.value()->is_null(row)) continue;
    truth.person_of_record_[std::string(department.value()->string_at(row))].emplace(
        id.value()->string_at(row), std::stoll(std::string(person.value()->string_at(row))));
  }
  return truth;
}

Truth::Scores Truth::score(const std::string& department, const table::Table& people,
                           const std::vector<site::Found>& found) const {
  Scores scores;
  const auto records = person_of_record_.find(department);
  const auto identities = identity::identities_of(people);
  if (records == person_of_record_.end() || !identities.ok()) return scores;
  std::unordered_set<std::int64_t> registered;
  for (const auto& [id, person] : records->second) registered.insert(person);
  for (std::size_t row = 0; row < identities.value().size(); ++row) {
    const auto known = person_of_identity_.find(key_of(identities.value()[row]));
    if (known == person_of_identity_.end() || known->second == kSeveral) continue;
    const auto& match = found[row];
    bool right = false;
    if (match.grade != linkage::Grade::kNone) {
      const auto record = records->second.find(match.register_id);
      right = record != records->second.end() && record->second == known->second;
    }
    for (auto* score : {&scores.all, &scores.by_grade[static_cast<std::size_t>(match.grade)]}) {
      ++score->people;
      if (registered.contains(known->second)) ++score->in_register;
      if (match.grade != linkage::Grade::kNone) ++score->matched;
      if (right) ++score->right;
    }
  }
  return scores;
}

}  // namespace kinfold::demo
