#include "identity/intake.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "identity/intake_internal.h"
#include "person/nino.h"
#include "seal/files.h"

namespace kinfold::identity {
namespace {

/// Parts of a key that cannot run into one another: no value holds a control character.
std::string key_of(std::initializer_list<std::string_view> parts) {
  std::string key;
  for (const auto part : parts) {
    key += part;
    key += '\x1F';
  }
  return key;
}

std::string date_key(const Row& row) {
  return row.identity.date_of_birth ? std::to_string(row.identity.date_of_birth->days) : std::string();
}

/// Takes out everybody who is the same as somebody marked as objected, in the same file: by name
/// and date of birth anywhere, by name alone in the same family where the date is not known.
void spread_objections(std::vector<Row>& rows) {
  std::unordered_set<std::string> anywhere;
  std::unordered_set<std::string> in_family;
  for (const auto& row : rows) {
    if (row.fate != LineFate::kObjected || row.name_key.empty()) continue;
    if (row.identity.date_of_birth) {
      anywhere.insert(key_of({row.name_key, date_key(row)}));
    } else if (row.has_family) {
      in_family.insert(key_of({row.family, row.name_key}));
    }
  }
  if (anywhere.empty() && in_family.empty()) return;
  for (auto& row : rows) {
    if (row.fate != LineFate::kKept) continue;
    if (anywhere.count(key_of({row.name_key, date_key(row)})) != 0 ||
        in_family.count(key_of({row.family, row.name_key})) != 0) {
      row.fate = LineFate::kObjected;
    }
  }
}

/// What the first line lacks is taken from the later one; of two dates of a problem the earlier.
void merge_into(Row& first, const Row& again) {
  const auto fill = [](std::string& into, const std::string& from) {
    if (into.empty()) into = from;
  };
  fill(first.identity.gender, again.identity.gender);
  fill(first.identity.address, again.identity.address);
  fill(first.identity.postcode, again.identity.postcode);
  fill(first.identity.nino, again.identity.nino);
  fill(first.relation, again.relation);
  if (!first.end_date) first.end_date = again.end_date;
  if (again.start_date < first.start_date) first.start_date = again.start_date;
  for (std::size_t i = 0; i < first.problems.size(); ++i) {
    if (again.problems[i] && (!first.problems[i] || *again.problems[i] < *first.problems[i])) {
      first.problems[i] = again.problems[i];
    }
  }
}

/// One person in one family: the same date of birth, and the same name, person number or NI number.
std::vector<std::string> sameness_keys(const Row& row) {
  const auto born = date_key(row);
  std::vector<std::string> keys = {key_of({"name", row.family, born, row.name_key})};
  if (!row.person.empty()) keys.push_back(key_of({"person", row.family, born, row.person}));
  const auto nino = person::parse_nino(row.identity.nino);
  if (nino.valid && !nino.temporary) keys.push_back(key_of({"nino", row.family, born, nino.stem}));
  return keys;
}

void merge_duplicates(std::vector<Row>& rows, std::vector<LineNote>& rejects) {
  std::unordered_map<std::string, std::size_t> first_with;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].fate != LineFate::kKept) continue;
    const auto keys = sameness_keys(rows[i]);
    std::size_t first = i;
    for (const auto& key : keys) {
      const auto found = first_with.find(key);
      if (found != first_with.end()) first = std::min(first, found->second);
    }
    for (const auto& key : keys) first_with.emplace(key, first);
    if (first == i) continue;
    merge_into(rows[first], rows[i]);
    rows[i].fate = LineFate::kMerged;
    rejects.push_back({rows[i].line, "",
                       "the same person as in line " + std::to_string(rows[first].line) +
                           " of the same family; the two were made one",
                       "delete one of the two lines"});
  }
}

/// A family is in one group: that of its first line.
void settle_groups(std::vector<Row>& rows, const std::string& group_heading,
                   std::vector<LineNote>& warnings) {
  std::unordered_map<std::string, std::size_t> first_of;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].fate != LineFate::kKept) continue;
    const auto& first = rows[first_of.emplace(rows[i].family, i).first->second];
    if (rows[i].group == first.group) continue;
    rows[i].group = first.group;
    warnings.push_back({rows[i].line, group_heading,
                        "another group than in the family's first line; that of the first line was used",
                        "give everybody in a family the same group"});
  }
}

void set_ineligible_aside(std::vector<Row>& rows, const Eligibility& eligibility,
                          std::vector<LineNote>& rejects) {
  std::unordered_map<std::string, std::vector<bool>> shown;
  for (const auto& row : rows) {
    if (row.fate != LineFate::kKept) continue;
    auto& problems = shown[row.family];
    problems.resize(eligibility.problems.size());
    for (std::size_t i = 0; i < problems.size(); ++i) {
      if (row.problems[i]) problems[i] = true;
    }
  }
  for (auto& row : rows) {
    if (row.fate != LineFate::kKept) continue;
    const int count = problem_count(shown[row.family]);
    if (count >= eligibility.needed) continue;
    row.fate = LineFate::kIneligible;
    rejects.push_back({row.line, "",
                       "the family shows " + std::to_string(count) + " of the problems and " +
                           std::to_string(eligibility.needed) + " are needed",
                       "none is needed if that is right; otherwise add the dates of its other problems"});
  }
}

void append_optional(table::Column& column, const std::optional<Date>& date) {
  if (date) {
    column.append_date(*date);
  } else {
    column.append_null();
  }
}

table::Table empty_attributes(const Eligibility& eligibility) {
  table::Table attributes;
  for (const auto* name : {"family", "relation", "group"}) attributes.add(name, table::ColumnType::kString);
  for (const auto* name : {"start_date", "end_date"}) attributes.add(name, table::ColumnType::kDate);
  for (const auto& problem : eligibility.problems)
    attributes.add("problem_" + problem, table::ColumnType::kDate);
  return attributes;
}

void append_attributes(table::Table& attributes, const Row& row) {
  auto& columns = attributes.columns();
  columns[0].append_string(row.family);
  if (row.relation.empty()) {
    columns[1].append_null();
  } else {
    columns[1].append_string(row.relation);
  }
  columns[2].append_string(row.group);
  append_optional(columns[3], row.start_date);
  append_optional(columns[4], row.end_date);
  for (std::size_t i = 0; i < row.problems.size(); ++i) append_optional(columns[5 + i], row.problems[i]);
}

void count_fate(IntakeCounts& counts, LineFate fate) {
  ++counts.data_line_count;
  switch (fate) {
    case LineFate::kKept: ++counts.kept_count; break;
    case LineFate::kRejected: ++counts.rejected_count; break;
    case LineFate::kMerged: ++counts.merged_count; break;
    case LineFate::kIneligible: ++counts.ineligible_count; break;
    case LineFate::kObjected: ++counts.objected_count; break;
  }
}

/// Rows that could be read go into the tables or to their fate; then everything is counted.
void fill(Intake& intake, const std::vector<Row>& rows, const std::vector<table::BadLine>& bad_lines) {
  std::unordered_set<std::string> families;
  std::unordered_set<std::string> ineligible;
  std::vector<std::pair<std::uint64_t, LineFate>> fates;
  for (const auto& row : rows) {
    fates.emplace_back(row.line, row.fate);
    if (row.fate == LineFate::kKept) {
      append_identity(intake.identities, row.identity);
      append_attributes(intake.attributes, row);
      intake.line.push_back(row.line);
      families.insert(row.family);
    }
    if (row.fate == LineFate::kIneligible) ineligible.insert(row.family);
    if (row.fate == LineFate::kObjected) intake.objectors.push_back(row.identity);
  }
  for (const auto& bad : bad_lines) {
    fates.emplace_back(bad.line, LineFate::kRejected);
    intake.rejects.push_back(
        {bad.line, bad.column, bad.reason, "check quotation marks and separators in this line"});
  }
  const auto by_line = [](const auto& left, const auto& right) { return left.first < right.first; };
  std::stable_sort(fates.begin(), fates.end(), by_line);
  for (const auto& [line, fate] : fates) {
    intake.fates.push_back(fate);
    count_fate(intake.counts, fate);
  }
  const auto note_by_line = [](const LineNote& left, const LineNote& right) {
    return left.line < right.line;
  };
  std::stable_sort(intake.rejects.begin(), intake.rejects.end(), note_by_line);
  std::stable_sort(intake.warnings.begin(), intake.warnings.end(), note_by_line);
  intake.counts.warning_count = intake.warnings.size();
  intake.counts.family_count = families.size();
  intake.counts.ineligible_family_count = ineligible.size();
}

void wipe_rows(std::vector<Row>& rows) {
  for (auto& row : rows) {
    for (auto* text : {&row.identity.forenames, &row.identity.surname, &row.identity.address,
                       &row.identity.postcode, &row.identity.nino, &row.name_key, &row.person}) {
      seal::wipe(text->data(), text->size());
    }
  }
}

}  // namespace

void Intake::wipe() {
  identities.wipe();
  attributes.wipe();
  for (auto& objector : objectors) {
    for (auto* text :
         {&objector.forenames, &objector.surname, &objector.address, &objector.postcode, &objector.nino}) {
      seal::wipe(text->data(), text->size());
    }
  }
}

Result<Intake> read_council_file(const std::string& path, const Eligibility& eligibility, Date today) {
  auto read = table::read_csv_text(path);
  if (!read.ok()) return read.error();
  return read_council_table(read.value(), eligibility, today);
}

Result<Intake> read_council_table(table::CsvText& file, const Eligibility& eligibility, Date today) {
  if (file.line.empty() && file.bad_lines.empty()) {
    return invalid("the file has headings and no rows; check that the right sheet was saved");
  }
  auto columns = map_columns(file.table, eligibility);
  if (!columns.ok()) return columns.error();

  Intake intake;
  intake.encoding = file.encoding;
  intake.eligibility = eligibility;
  intake.identities = empty_identities();
  intake.attributes = empty_attributes(eligibility);
  std::vector<Row> rows;
  rows.reserve(file.line.size());
  for (std::size_t i = 0; i < file.line.size(); ++i) {
    rows.push_back(
        read_row(file.table, columns.value(), i, file.line[i], today, {intake.rejects, intake.warnings}));
  }
  file.table.wipe();

  const auto group_column = static_cast<std::size_t>(columns.value().of(Field::kGroup));
  spread_objections(rows);
  merge_duplicates(rows, intake.rejects);
  settle_groups(rows, file.table.columns()[group_column].name(), intake.warnings);
  set_ineligible_aside(rows, eligibility, intake.rejects);
  fill(intake, rows, file.bad_lines);
  wipe_rows(rows);
  return intake;
}

std::string rejects_csv(const std::vector<LineNote>& rejects, const std::vector<LineNote>& warnings) {
  std::string text = "line,column,reason,remedy\r\n";
  for (const auto* notes : {&rejects, &warnings}) {
    for (const auto& note : *notes) {
      text += std::to_string(note.line) + ',' + csv_field(note.column) + ',' + csv_field(note.reason) + ',' +
              csv_field(note.remedy) + "\r\n";
    }
  }
  return text;
}

Status write_rejects_csv(const Intake& intake, const std::string& path) {
  return seal::write_whole_file(path, seal::as_bytes(rejects_csv(intake.rejects, intake.warnings)));
}

}  // namespace kinfold::identity
