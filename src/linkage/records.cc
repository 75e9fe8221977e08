#include "linkage/records_internal.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <numeric>
#include <unordered_map>

#include "base/parallel.h"
#include "base/text.h"
#include "linkage/expression_internal.h"
#include "linkage/extract_internal.h"
#include "linkage/frequencies_internal.h"
#include "linkage/made_columns_internal.h"
#include "linkage/record_order_internal.h"
#include "linkage/strings_internal.h"
#include "linkage/together_internal.h"
#include "person/address.h"
#include "person/date_parse.h"

namespace kinfold::linkage {
namespace {

person::DateOrder order_of(const table::Column& column) {
  person::DateOrder order;
  for (std::size_t row = 0; row < column.size(); ++row)
    if (!column.is_null(row)) order.see(column.string_at(row));
  return order;
}

// One field of every record as codes into distinct standard texts; code 0 is "nothing there". Each
// distinct raw value is standardised once. Codes lie in the order of the tables' rows.
class FieldCoder {
 public:
  explicit FieldCoder(const Field& field)
      : field_(&field), as_it_is_(field.kind == FieldKind::kAsWritten && field.extract.empty()) {
    standard_.add("");
    if (field.extract.empty()) return;
    if (auto pattern = TextPattern::create(field.extract); pattern.ok())
      pattern_ = std::move(pattern).value();
  }

  /// `day_first`: what is known of the order of the file's dates; null: it is learnt from the column.
  void read(const table::Column* column, std::size_t row_count, const bool* day_first) {
    codes_.reserve(codes_.size() + row_count);
    if (field_->kind == FieldKind::kDate && column != nullptr) take_order_of(*column, day_first);
    if (column == nullptr)
      codes_.resize(codes_.size() + row_count, 0);
    else if (column->type() == table::ColumnType::kString)
      read_texts(*column);
    else
      for (std::size_t row = 0; row < row_count; ++row) {
        const std::string text = cell_text(*column, row);
        codes_.push_back(column->is_null(row) ? 0 : code_of(text, hash_text(text)));
      }
  }
  /// No more rows follow; what only reading needed is given back.
  void close() {
    raw_ = StringTable();
    std::vector<std::uint32_t>().swap(code_of_raw_);
  }
  std::uint32_t code(std::size_t row) const { return codes_[row]; }
  std::string_view text(std::size_t row) const { return standard_.at(codes_[row]); }
  void set_code(std::size_t row, std::uint32_t code) { codes_[row] = code; }
  void set(std::size_t row, std::string_view standard) { codes_[row] = standard_.add(standard).first; }

  /// How many rows have each code; nothing is set any more.
  EncodedField count(std::size_t left_count) const {
    EncodedField encoded;
    encoded.field = *field_;
    encoded.left_count.resize(standard_.size());
    for (std::size_t row = 0; row < left_count; ++row) ++encoded.left_count[codes_[row]];
    encoded.count = encoded.left_count;
    for (std::size_t row = left_count; row < codes_.size(); ++row) ++encoded.count[codes_[row]];
    return encoded;
  }
  ValueTable values(const ValueNeeds& needs, std::size_t thread_count) {
    const auto offsets = standard_.release_offsets();
    ValueTable values(field_->kind, standard_.release_bytes(), offsets, needs, thread_count);
    standard_ = StringTable();
    return values;
  }

 private:
  // In batches, so that the table's memory is on its way before it is asked for. A text that is not there is
  // "", and that is code 0.
  void read_texts(const table::Column& column) {
    constexpr std::size_t kBatch = 64;
    std::array<std::string_view, kBatch> texts;
    std::array<std::uint64_t, kBatch> hashes;
    for (std::size_t begin = 0; begin < column.size(); begin += kBatch) {
      const std::size_t count = std::min(column.size() - begin, kBatch);
      for (std::size_t n = 0; n < count; ++n) {
        texts[n] = column.string_at(begin + n);
        hashes[n] = hash_text(texts[n]);
        raw().prefetch(hashes[n]);
      }
      for (std::size_t n = 0; n < count; ++n) raw().prefetch_offset(hashes[n]);
      for (std::size_t n = 0; n < count; ++n) raw().prefetch_text(hashes[n]);
      for (std::size_t n = 0; n < count; ++n)
        codes_.push_back(texts[n].empty() ? 0 : code_of(texts[n], hashes[n]));
    }
  }

  // Where the standard form is the text as it is written one table does for both.
  StringTable& raw() { return as_it_is_ ? standard_ : raw_; }

  std::uint32_t code_of(std::string_view text, std::uint64_t hash) {
    const auto [number, fresh] = raw().add(text, hash);
    if (as_it_is_) return number;
    if (fresh)
      code_of_raw_.push_back(
          standard_
              .add(standard_text(field_->kind, pattern_ ? pattern_->first_match(text) : text, day_first_))
              .first);
    return code_of_raw_[number];
  }

  // Two files may write dates in two orders: what a text means is learnt anew for each.
  void take_order_of(const table::Column& column, const bool* day_first) {
    if (column.type() != table::ColumnType::kString) return;
    day_first_ = day_first != nullptr ? *day_first : order_of(column).day_first();
    raw_ = StringTable();
    code_of_raw_.clear();
  }

  const Field* field_;
  bool as_it_is_;
  std::optional<TextPattern> pattern_;
  bool day_first_ = true;
  StringTable raw_;
  StringTable standard_;
  std::vector<std::uint32_t> code_of_raw_;
  LargeVector<std::uint32_t> codes_;
};

// What the model's levels and keys ask of a field's values.
ValueNeeds needs_of(const Model& model, const Field& field) {
  ValueNeeds needs{false, false, false, false, false};
  for (const auto& comparison : model.comparisons) {
    for (const auto& level : comparison.levels) {
      const auto expression = parse_expression(level.when);
      if (!expression.ok()) return {};
      for_each_literal(
          expression.value(), comparison.field, [&](const Literal& literal, std::string_view asked) {
            if (asked != field.name) return;
            needs.sounds |= literal.test == Test::kSoundex || literal.test == Test::kMetaphone;
            needs.root |= literal.test == Test::kNickname;
            needs.address_parts |= literal.test == Test::kSameStreet || literal.test == Test::kSameBuilding ||
                                   literal.test == Test::kSameFlat;
            needs.words |= literal.test == Test::kTokenOverlap || literal.test == Test::kContains ||
                           literal.test == Test::kShared;
            needs.bigrams |= literal.test == Test::kJaccard && literal.gram_size == 2;
          });
    }
  }
  const auto ask_of = [&](const BlockingRule& rule) {
    for (const auto& key : rule.keys) {
      needs.sounds |= key == field.name + ".soundex" || key == field.name + ".metaphone";
      needs.root |= key == field.name + ".root";
      for (const char* part : {".street", ".building", ".flat"})
        needs.address_parts |= key == field.name + part;
    }
  };
  for (const auto& rule : model.blocking) ask_of(rule);
  for (const auto& stage : model.stages)
    for (const auto& rule : stage.keys) ask_of(rule);
  return needs;
}

std::string_view first_word(std::string_view text) { return text.substr(0, text.find(' ')); }
std::string_view last_word(std::string_view text) {
  const auto blank = text.rfind(' ');
  return blank == std::string_view::npos ? std::string_view{} : text.substr(blank + 1);
}

// Words of a full name that are in neither of the other two; where those are not known, the middle.
std::string other_words(std::string_view full, std::string_view forenames, std::string_view surname) {
  const auto words = split(full, ' ');
  const auto used = [&](std::string_view word) {
    const auto in = [&](std::string_view text) {
      for (const auto other : split(text, ' '))
        if (other == word) return true;
      return false;
    };
    return in(forenames) || in(surname);
  };
  std::string rest;
  for (std::size_t n = 0; n < words.size(); ++n) {
    const bool end = (forenames.empty() && n == 0) || (surname.empty() && n + 1 == words.size());
    if (end || words[n].empty() || used(words[n])) continue;
    if (!rest.empty()) rest += ' ';
    rest += words[n];
  }
  return rest;
}

// One file's columns for the model's fields, in the model's order.
struct Side {
  const table::Table* table = nullptr;
  const table::Column* id = nullptr;  ///< Where rows are ordered by it.
  std::vector<std::uint32_t> order;   ///< Rows in canonical order.
  std::size_t twin = 0;  ///< Position of the first row whose id is that of the row before it, or 0.
  std::vector<const table::Column*> columns;  ///< Null where the file lacks the field.
  std::vector<std::unique_ptr<table::Column>>
      made;  ///< Dates put together from their parts; `columns` point here.
};

// A whole date or place comes before its parts, a date's parts before the year alone.
const table::Column* column_of(const table::Table& table, const Field& field, Side& side) {
  const auto* whole = find_column(table, field.columns);
  if (field.kind == FieldKind::kLocation) {
    auto place = whole == nullptr ? place_from_parts(table, field) : std::nullopt;
    return place ? side.made.emplace_back(std::make_unique<table::Column>(std::move(*place))).get() : whole;
  }
  if (whole != nullptr && whole != find_column(table, field.date_parts.year)) return whole;
  auto made = date_from_parts(table, field);
  return made ? side.made.emplace_back(std::make_unique<table::Column>(std::move(*made))).get() : whole;
}

Result<Side> make_side(const table::Table& table, const Model& model, bool ids_must_differ,
                       std::string_view which) {
  Side side;
  side.table = &table;
  side.order.resize(table.row_count());
  std::iota(side.order.begin(), side.order.end(), 0U);
  for (const auto& field : model.fields) side.columns.push_back(column_of(table, field, side));
  if (!ids_must_differ) return side;
  side.id = find_id(table, model);
  if (side.id == nullptr && !model.settings.id_column.empty()) {
    return invalid("the " + std::string(which) + " file has no column " + model.settings.id_column +
                   ", which the model names as the id; name another, or leave id_column out");
  }
  return side;
}

void sort_side(Side& side, bool ids_must_differ) {
  if (!ids_must_differ)
    sort_by_values(side.columns, side.order);
  else if (side.id != nullptr)
    side.twin = sort_by_id(*side.id, side.order);
}

Status check_ids(const Side& side, std::string_view which) {
  if (side.twin == 0) return {};
  return invalid("column " + side.id->name() + " of the " + std::string(which) +
                 " file has the same id in rows " + std::to_string(side.order[side.twin - 1] + 1) + " and " +
                 std::to_string(side.order[side.twin] + 1) +
                 "; give every record an id of its own, or name another column as id_column");
}

struct Derivation {
  int source = -1;  ///< Field of the model, or -1.
  std::string part;
};

Derivation derivation_of(const Model& model, const Field& field) {
  const auto dot = field.derive.find('.');
  if (field.derive.empty() || dot == std::string::npos) return {};
  for (std::size_t n = 0; n < model.fields.size(); ++n) {
    if (model.fields[n].name == field.derive.substr(0, dot))
      return {static_cast<int>(n), field.derive.substr(dot + 1)};
  }
  return {};
}

std::string trailing_postcode(std::string_view address) {
  const auto words = split(address, ' ');
  if (words.size() < 2) return {};
  const std::string tail = std::string(words[words.size() - 2]) + " " + std::string(words.back());
  const std::string standard = standard_text(FieldKind::kPostcode, tail);
  return standard == tail ? standard : std::string{};
}

int index_of(const Model& model, FieldKind kind) {
  for (std::size_t n = 0; n < model.fields.size(); ++n)
    if (model.fields[n].kind == kind) return static_cast<int>(n);
  return -1;
}

// The part of a value that hangs on this value alone; "" where it has none.
std::string part_of(std::string_view whole, std::string_view part) {
  if (part == "first") return std::string(first_word(whole));
  if (part == "last") return std::string(last_word(whole));
  if (part == "postcode") return trailing_postcode(whole);
  if (part == "building") return person::parse_address(whole).building;
  if (part == "flat") return person::parse_address(whole).flat;
  if (part == "street") return join(person::parse_address(whole).street, " ");
  return {};
}

// Fills what a field lacks from another field, as Field::derive says.
void derive(const Model& model, std::size_t field, std::vector<FieldCoder>& coders, std::size_t count) {
  const auto from = derivation_of(model, model.fields[field]);
  if (from.source < 0) return;
  const auto& source = coders[static_cast<std::size_t>(from.source)];
  const int forenames = index_of(model, FieldKind::kForenames);
  const int surname = index_of(model, FieldKind::kSurname);
  const auto text_of = [&](int other, std::size_t record) {
    return other < 0 ? std::string_view{} : coders[static_cast<std::size_t>(other)].text(record);
  };
  std::unordered_map<std::uint32_t, std::uint32_t> known;  // By code of the source.
  for (std::size_t record = 0; record < count; ++record) {
    const std::uint32_t code = source.code(record);
    if (coders[field].code(record) != 0 || code == 0) continue;
    if (const auto at = known.find(code); at != known.end()) {
      coders[field].set_code(record, at->second);
      continue;
    }
    const std::string whole(source.text(record));
    if (from.part == "rest") {
      coders[field].set(record, other_words(whole, text_of(forenames, record), text_of(surname, record)));
      continue;
    }
    coders[field].set(record, part_of(whole, from.part));
    known.emplace(code, coders[field].code(record));
  }
}

bool both_sides_have_values(const EncodedField& field, std::size_t left_count, std::size_t count) {
  const std::size_t left_values = left_count - field.left_count[0];
  const std::size_t right_values = (count - left_count) - (field.count[0] - field.left_count[0]);
  return left_values > 0 && (count == left_count || right_values > 0);
}

}  // namespace

void take_counts(Records& records, const Census& census) {
  for (auto& field : records.fields) {
    const FieldCensus& whole = *census.find(field.field.name);
    for (std::size_t code = 1; code < field.values.size(); ++code) {
      const auto* found = whole.find(hash_text(field.values[code].text));
      field.count[code] = found == nullptr ? 1 : static_cast<std::uint32_t>(found->both);
      // A value of one record only is that of one which is here.
      if (found != nullptr) field.left_count[code] = static_cast<std::uint32_t>(found->left);
    }
  }
}

std::vector<DateCount> count_dates(const table::Table& table, const Model& model) {
  std::vector<DateCount> counts;
  Side side;
  for (const auto& field : model.fields) {
    const auto* column = field.kind == FieldKind::kDate ? column_of(table, field, side) : nullptr;
    if (column == nullptr || column->type() != table::ColumnType::kString) continue;
    const auto order = order_of(*column);
    counts.push_back({field.name, order.day_first_count(), order.month_first_count()});
  }
  return counts;
}

int Records::find(std::string_view name) const {
  for (std::size_t n = 0; n < fields.size(); ++n) {
    if (fields[n].field.name == name) return static_cast<int>(n);
  }
  return -1;
}

Result<Records> encode(const table::Table& left, const table::Table* right, const Model& model,
                       const EncodeOptions& options) {
  std::vector<Side> sides;
  for (const auto* table : {&left, right}) {
    if (table == nullptr) continue;
    auto side = make_side(*table, model, options.ids_must_differ, sides.empty() ? "left" : "right");
    if (!side.ok()) return side.error();
    sides.push_back(std::move(side).value());
  }
  Records records;
  records.census = options.census;
  records.left_count = left.row_count();
  records.count = left.row_count() + (right == nullptr ? 0 : right->row_count());
  std::vector<FieldCoder> coders;
  for (const auto& field : model.fields) coders.emplace_back(field);
  parallel_chunks(sides.size() + model.fields.size(), 1, options.thread_count,
                  [&](std::size_t, std::size_t n, std::size_t) {
                    if (n < sides.size()) return sort_side(sides[n], options.ids_must_differ);
                    const std::size_t field = n - sides.size();
                    const auto* known =
                        options.census == nullptr ? nullptr : options.census->find(model.fields[field].name);
                    for (const auto& side : sides) {
                      const bool* day_first = known == nullptr ? nullptr
                                              : &side == &sides.front() && !options.of_right_file
                                                  ? &known->left_day_first
                                                  : &known->right_day_first;
                      coders[field].read(side.columns[field], side.table->row_count(), day_first);
                    }
                    coders[field].close();
                  });
  for (auto& side : sides) {
    if (auto status = check_ids(side, &side == &sides.front() ? "left" : "right"); !status.ok())
      return status.error();
    records.row.insert(records.row.end(), side.order.begin(), side.order.end());
    std::vector<std::uint32_t>().swap(side.order);
  }
  for (std::size_t field = 0; field < model.fields.size(); ++field)
    derive(model, field, coders, records.count);
  const auto together = put_together(model, coders, records.count);

  std::vector<EncodedField> encoded(model.fields.size());
  parallel_chunks(model.fields.size(), 1, options.thread_count,
                  [&](std::size_t, std::size_t field, std::size_t) {
                    encoded[field] = coders[field].count(records.left_count);
                  });
  for (std::size_t field = 0; field < model.fields.size(); ++field) {
    encoded[field].values = coders[field].values(needs_of(model, model.fields[field]), options.thread_count);
  }
  attach_parts(together, encoded);
  for (auto& field : encoded)
    if (!field.field.frequencies.file.empty()) field.tally = tally_of(field.field.frequencies, field.values);
  std::vector<std::size_t> kept;
  for (std::size_t field = 0; field < encoded.size(); ++field) {
    const bool has_values = options.census != nullptr
                                ? options.census->find(model.fields[field].name) != nullptr
                                : both_sides_have_values(encoded[field], records.left_count, records.count);
    if (has_values) kept.push_back(field);
  }
  if (kept.empty()) {
    return invalid("no field of the model is in " +
                   std::string(right == nullptr ? "the file" : "both files") +
                   "; name the files' columns in the model's [[field]] tables");
  }
  records.codes.resize(records.count * kept.size());
  parallel_chunks(records.count, 65536, options.thread_count,
                  [&](std::size_t, std::size_t begin, std::size_t end) {
                    for (std::size_t record = begin; record < end; ++record) {
                      const std::size_t row =
                          records.row[record] + (record < records.left_count ? 0 : records.left_count);
                      for (std::size_t n = 0; n < kept.size(); ++n)
                        records.codes[record * kept.size() + n] = coders[kept[n]].code(row);
                    }
                  });
  for (const auto field : kept) records.fields.push_back(std::move(encoded[field]));
  // A field that is left out may be part of one that is not. Values stay where they are when their table is
  // moved.
  if (!together.empty())
    for (auto& field : encoded) records.left_out.push_back(std::move(field.values));
  return records;
}

}  // namespace kinfold::linkage
