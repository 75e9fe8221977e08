// From a council's file to what goes into the sealed one.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "identity/intake.h"
#include "identity/intake_internal.h"

namespace kinfold::identity {
namespace {

/// Which rows stay when those in the book are out, and families are judged again without them.
std::vector<std::size_t> rows_that_stay(const Intake& intake, const std::vector<Identity>& identities,
                                        const ObjectionBook* objections, IntakeCounts& counts) {
  std::vector<std::size_t> willing;
  for (std::size_t row = 0; row < identities.size(); ++row) {
    if (objections != nullptr && objections->matches(identities[row])) {
      ++counts.objected_count;
    } else {
      willing.push_back(row);
    }
  }
  const auto& families = intake.attributes.columns()[0];
  std::unordered_map<std::string_view, std::vector<bool>> shown;
  for (const auto row : willing) {
    auto& problems = shown[families.string_at(row)];
    problems.resize(intake.eligibility.problems.size());
    for (std::size_t i = 0; i < problems.size(); ++i) {
      if (!intake.attributes.columns()[5 + i].is_null(row)) problems[i] = true;
    }
  }
  std::vector<std::size_t> staying;
  std::unordered_set<std::string_view> out;
  for (const auto row : willing) {
    if (problem_count(shown[families.string_at(row)]) >= intake.eligibility.needed) {
      staying.push_back(row);
    } else {
      out.insert(families.string_at(row));
      ++counts.ineligible_count;
    }
  }
  counts.ineligible_family_count += out.size();
  counts.kept_count = staying.size();
  return staying;
}

table::Table with_row_numbers(const table::Table& from, std::size_t row_count) {
  table::Table numbered;
  auto& rows = numbered.add("row", table::ColumnType::kInt64);
  for (std::size_t row = 0; row < row_count; ++row) rows.append_int(static_cast<std::int64_t>(row) + 1);
  for (const auto& column : from.columns()) numbered.columns().push_back(column);
  return numbered;
}

/// The council's own family numbers out, numbers drawn for this file in.
table::Column random_families(const table::Column& families, const RandomBytes& random) {
  std::unordered_map<std::string_view, std::size_t> index_of;
  for (std::size_t row = 0; row < families.size(); ++row) {
    index_of.emplace(families.string_at(row), index_of.size());
  }
  const auto number = random_order(random, index_of.size());
  table::Column drawn("family", table::ColumnType::kInt64);
  for (std::size_t row = 0; row < families.size(); ++row) {
    drawn.append_int(static_cast<std::int64_t>(number[index_of[families.string_at(row)]]) + 1);
  }
  return drawn;
}

}  // namespace

Result<Submission> to_submission(const Intake& intake, const ObjectionBook* objections,
                                 const RandomBytes& random) {
  const auto identities = identities_of(intake.identities);
  if (!identities.ok()) return identities.error();
  Submission submission;
  submission.counts = intake.counts;
  const auto staying = rows_that_stay(intake, identities.value(), objections, submission.counts);

  std::vector<std::size_t> shuffled(staying.size());
  const auto order = random_order(random, staying.size());
  for (std::size_t i = 0; i < order.size(); ++i) shuffled[i] = staying[order[i]];
  submission.identities = with_row_numbers(intake.identities.take(shuffled), shuffled.size());
  auto attributes = intake.attributes.take(shuffled);
  attributes.columns()[0] = random_families(attributes.columns()[0], random);
  submission.attributes = with_row_numbers(attributes, shuffled.size());

  std::unordered_set<std::int64_t> families;
  const auto* family = submission.attributes.find("family");
  for (std::size_t row = 0; row < family->size(); ++row) families.insert(family->int_at(row));
  submission.counts.family_count = families.size();
  return submission;
}

}  // namespace kinfold::identity
