#include <algorithm>
#include <string>
#include <unordered_set>

#include "base/random.h"
#include "linkage/decoys_internal.h"

namespace kinfold::linkage {
namespace {

constexpr double kRareShareMin = 0.4;  // Distinct values to records, from which a value is somebody's own.

std::string iso_or_digits(std::string_view digits) {
  std::string text(digits);
  if (digits.size() == 8) text = text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2);
  return text;
}

// What a table's cell holds so that it is read as this value again.
std::string cell_of(const EncodedField& field, std::string_view standard) {
  return field.field.kind == FieldKind::kDate ? iso_or_digits(standard) : std::string(standard);
}

// The fields of people that go together: drawn from one record.
enum class Source { kPerson, kSurname, kBirth, kPlace, kOwn };

class DecoyMaker {
 public:
  DecoyMaker(const Records& records, const Model& model, std::uint64_t seed)
      : records_(records), seed_(seed) {
    for (const auto& field : records.fields) {
      bool shared = false;
      for (const auto& comparison : model.comparisons)
        shared |= comparison.field == field.field.name && comparison.shared_in_household;
      shared_.push_back(shared);
      std::size_t distinct = 0;
      std::size_t filled = 0;
      for (std::size_t code = 1; code < field.left_count.size(); ++code) {
        distinct += field.left_count[code] > 0;
        filled += field.left_count[code];
      }
      rare_.push_back(static_cast<double>(distinct) > kRareShareMin * static_cast<double>(filled));
    }
    forenames_ = records.find("forenames");
    surname_ = records.find("surname");
  }

  struct Decoy {
    std::uint32_t group = 0;
    std::vector<std::string> values;
  };
  Decoy make(std::size_t number, bool relative) const {
    RandomStream random(seed_, {0x6465'636f, number});
    const auto draw = [&] { return static_cast<std::uint32_t>(random.below(records_.left_count)); };
    const std::uint32_t person = draw();
    const std::uint32_t surname = draw();
    const std::uint32_t place = draw();
    const std::uint32_t household = draw();
    Decoy decoy;
    decoy.group = relative ? household : person;
    for (std::size_t f = 0; f < records_.fields.size(); ++f) {
      if (relative && shared_[f]) {
        decoy.values.emplace_back(text(household, f));
        continue;
      }
      switch (source_of(f)) {
        case Source::kPerson: decoy.values.emplace_back(text(person, f)); break;
        case Source::kSurname: decoy.values.emplace_back(text(surname, f)); break;
        case Source::kBirth: decoy.values.push_back(birth_of(f, draw(), draw())); break;
        case Source::kPlace:
          decoy.values.push_back(rare_[f] ? spliced(f, place, draw()) : std::string(text(place, f)));
          break;
        case Source::kOwn:
          decoy.values.push_back(rare_[f] ? scrambled(f, draw(), random) : std::string(text(draw(), f)));
          break;
      }
    }
    join_full_name(decoy);
    return decoy;
  }

 private:
  std::string_view text(std::uint32_t record, std::size_t field) const {
    return records_.fields[field].values[records_.of(record)[field]].text;
  }

  Source source_of(std::size_t field) const {
    const auto& own = records_.fields[field].field;
    switch (own.kind) {
      case FieldKind::kForenames:
      case FieldKind::kFullName:
      case FieldKind::kGender: return Source::kPerson;
      case FieldKind::kSurname: return Source::kSurname;
      case FieldKind::kDate: return Source::kBirth;
      case FieldKind::kPostcode:
      case FieldKind::kAddress: return Source::kPlace;
      case FieldKind::kPlace: return shared_[field] ? Source::kPlace : Source::kOwn;
      default: return Source::kOwn;
    }
  }

  // The year of one, month and day of another: no more a day that somebody was born on than any other.
  std::string birth_of(std::size_t field, std::uint32_t one, std::uint32_t other) const {
    const auto year = text(one, field);
    const auto day = text(other, field);
    if (year.size() < 8 || day.size() < 8) return iso_or_digits(year);
    return iso_or_digits(std::string(year.substr(0, 4)) + std::string(day.substr(4)));
  }

  // The first word of one, the rest of the other: a house number in another street.
  std::string spliced(std::size_t field, std::uint32_t one, std::uint32_t other) const {
    const auto first = text(other, field);
    const auto rest = text(one, field);
    const auto blank = rest.find(' ');
    if (blank == std::string_view::npos || first.empty()) return std::string(rest);
    return std::string(first.substr(0, first.find(' '))) + std::string(rest.substr(blank));
  }

  // Every sign of one record's value replaced by the sign that another has in its place.
  std::string scrambled(std::size_t field, std::uint32_t record, RandomStream& random) const {
    std::string made(text(record, field));
    const std::size_t end = std::min(made.find('@'), made.size());
    for (std::size_t n = 0; n < end; ++n) {
      const auto other = text(static_cast<std::uint32_t>(random.below(records_.left_count)), field);
      if (n < other.size() && other[n] != '@' && other[n] != ' ') made[n] = other[n];
    }
    return made;
  }

  void join_full_name(Decoy& decoy) const {
    const int full = records_.find("full_name");
    if (full < 0 || forenames_ < 0 || surname_ < 0) return;
    decoy.values[static_cast<std::size_t>(full)] = decoy.values[static_cast<std::size_t>(forenames_)] + " " +
                                                   decoy.values[static_cast<std::size_t>(surname_)];
  }

  const Records& records_;
  std::uint64_t seed_;
  std::vector<bool> shared_;
  std::vector<bool> rare_;
  int forenames_ = -1;
  int surname_ = -1;
};

table::Table empty_table(const Records& records) {
  table::Table table;
  table.add("kinfold_row", table::ColumnType::kString);
  for (const auto& field : records.fields) table.add(field.field.name, table::ColumnType::kString);
  return table;
}

void append(table::Column& column, std::string_view text) {
  if (text.empty())
    column.append_null();
  else
    column.append_string(text);
}

// Ids of one width sort as the records do.
std::string numbered(char mark, std::size_t number) {
  const std::string digits = std::to_string(number);
  return mark + std::string(12 - digits.size(), '0') + digits;
}

void append_records(const Records& records, std::size_t begin, std::size_t end, table::Table& table) {
  for (std::size_t record = begin; record < end; ++record) {
    table.columns()[0].append_string(numbered('a', record));
    for (std::size_t f = 0; f < records.fields.size(); ++f) {
      const auto& field = records.fields[f];
      append(table.columns()[f + 1], cell_of(field, field.values[records.of(record)[f]].text));
    }
  }
}

}  // namespace

Decoys make_decoys(const Records& records, const Model& model, std::size_t decoy_count, std::uint64_t seed) {
  Decoys decoys;
  decoys.left = empty_table(records);
  decoys.right = empty_table(records);
  append_records(records, 0, records.left_count, decoys.left);
  append_records(records, records.left_count, records.count, decoys.right);
  const DecoyMaker maker(records, model, seed);
  for (std::size_t n = 0; n < decoy_count; ++n) {
    const bool relative = n % 2 == 1;
    const auto decoy = maker.make(n, relative);
    decoys.left.columns()[0].append_string(numbered('d', n));
    for (std::size_t f = 0; f < decoy.values.size(); ++f)
      append(decoys.left.columns()[f + 1], decoy.values[f]);
    decoys.left_row.push_back(records.row[decoy.group]);
    decoys.relative.push_back(relative);
  }
  decoys.model = model;
  decoys.model.settings.id_column = "kinfold_row";
  std::erase_if(decoys.model.fields, [&](const Field& field) { return records.find(field.name) < 0; });
  for (auto& field : decoys.model.fields) {
    field.columns = {field.name};
    field.derive.clear();
  }
  // Without its field a rule could not even be refused.
  std::erase_if(decoys.model.blocking, [&](const BlockingRule& rule) {
    return std::any_of(rule.keys.begin(), rule.keys.end(), [&](const std::string& key) {
      return records.find(key.substr(0, key.find('.'))) < 0;
    });
  });
  std::erase_if(decoys.model.comparisons,
                [&](const Comparison& comparison) { return records.find(comparison.field) < 0; });
  return decoys;
}

}  // namespace kinfold::linkage
