#include "linkage/parts.h"

#include <algorithm>
#include <unordered_map>

#include "base/number.h"
#include "base/text.h"
#include "linkage/run_internal.h"
#include "linkage/screen_internal.h"
#include "linkage/shown_internal.h"

namespace kinfold::linkage {
namespace {

using table::ColumnType;

LinkOptions options_of(std::size_t thread_count) {
  LinkOptions options;
  options.thread_count = thread_count;
  options.pair_count_max = ~std::uint64_t{0};  // The census was held against the limit.
  return options;
}

// Fields whose values are counted: all that are compared, or those whose rare values weigh more.
bool values_wanted(const Model& model, const Field& field, bool all) {
  return std::any_of(model.comparisons.begin(), model.comparisons.end(), [&](const Comparison& comparison) {
    return comparison.field == field.name &&
           (all || std::any_of(comparison.levels.begin(), comparison.levels.end(),
                               [](const Level& level) { return level.term_frequency > 0.0; }));
  });
}

class CountTable {
 public:
  CountTable()
      : table_({{"what", ColumnType::kInt64},
                {"number", ColumnType::kInt64},
                {"hash", ColumnType::kInt64},
                {"records", ColumnType::kInt64}}) {}
  void add(Counted what, std::size_t number, std::uint64_t hash, std::uint64_t records) {
    auto& columns = table_.columns();
    columns[0].append_int(static_cast<std::int64_t>(what));
    columns[1].append_int(static_cast<std::int64_t>(number));
    columns[2].append_int(static_cast<std::int64_t>(hash));
    columns[3].append_int(static_cast<std::int64_t>(records));
  }
  table::Table take() { return std::move(table_); }

 private:
  table::Table table_;
};

std::size_t index_in(const Model& model, const Field& field) {
  const auto at = std::find_if(model.fields.begin(), model.fields.end(),
                               [&](const Field& own) { return own.name == field.name; });
  return static_cast<std::size_t>(at - model.fields.begin());
}

// The rules that pairs are found by, by index in the model.
std::vector<std::size_t> rules_of(const Model& model, const Records& records) {
  std::vector<std::size_t> rules;
  for (std::size_t n = 0; n < model.blocking.size(); ++n) {
    if (model.blocking[n].on_clusters) continue;
    const auto usable = rule_is_usable(model.blocking[n], records, model);
    if (usable.ok() && usable.value()) rules.push_back(n);
  }
  return rules;
}

Result<Records> encode_one(const table::Table& part, File file, const Model& model, const Census& census) {
  return encode(part, nullptr, model, {1, false, file == File::kRight, &census});
}

// `weighed`: rare values of the field weigh more.
FieldCensus count_field(const EncodedField& field, bool two_files, bool weighed) {
  std::uint64_t left_total = 0, right_total = 0, same_total = 0, square_total = 0;
  FieldCensus own;
  own.name = field.field.name;
  for (std::size_t code = 1; code < field.values.size(); ++code) {
    const std::uint64_t both = field.count[code], left = field.left_count[code], right = both - left;
    if (both == 0) continue;
    left_total += left;
    right_total += right;
    square_total += both * (both - 1);
    same_total += two_files ? left * right : both * (both - 1);
    if (weighed && both > 1) own.repeated.push_back({hash_text(field.values[code].text), left, both});
  }
  own.left_total = static_cast<double>(left_total);
  own.right_total = static_cast<double>(right_total);
  own.same_total = static_cast<double>(same_total);
  own.square_total = static_cast<double>(square_total);
  std::sort(own.repeated.begin(), own.repeated.end());
  return own;
}

std::string pattern_text(const PatternCount& pattern) {
  std::string text;
  for (const auto level : pattern.level) text += (text.empty() ? "" : ",") + std::to_string(level);
  return text;
}

Result<PatternCount> read_pattern(std::string_view text, double pair_count) {
  PatternCount pattern{{}, pair_count};
  for (const auto level : split(text, ',')) {
    const auto number = parse_number<std::uint8_t>(level);
    if (!number) return invalid("a pattern is numbers with commas between");
    pattern.level.push_back(*number);
  }
  return pattern;
}

// As count_patterns() has them: the fit adds up in this order.
void sort_patterns(const Comparer& comparer, std::vector<PatternCount>& patterns) {
  const auto key = [&](const PatternCount& pattern) {
    Levels levels{};
    std::copy(pattern.level.begin(), pattern.level.end(), levels.begin());
    return comparer.key(levels);
  };
  std::sort(patterns.begin(), patterns.end(),
            [&](const PatternCount& a, const PatternCount& b) { return key(a) < key(b); });
}

// The records of one file of a run, by id.
class RecordsById {
 public:
  RecordsById(const table::Table& table, const Run& run, bool right) {
    const auto* id = find_id(table, run.model);
    const std::size_t begin = right ? run.records->left_count : 0;
    const std::size_t end = right ? run.records->count : run.records->left_count;
    record_.reserve(end - begin);
    for (std::size_t record = begin; record < end; ++record)
      record_.emplace(id_text(id, run.records->row[record]), static_cast<std::uint32_t>(record));
  }
  const std::uint32_t* find(std::string_view id) const {
    const auto at = record_.find(std::string(id));
    return at == record_.end() ? nullptr : &at->second;
  }

 private:
  std::unordered_map<std::string, std::uint32_t> record_;
};

Result<KeptPairs> read_pairs(const table::Table& left, const table::Table* right, const table::Table& pairs,
                             const Run& run, const Scorer& scorer) {
  const auto left_id = pairs.require("left_id", ColumnType::kString);
  if (!left_id.ok()) return left_id.error();
  const auto right_id = pairs.require("right_id", ColumnType::kString);
  if (!right_id.ok()) return right_id.error();
  const RecordsById in_left(left, run, false);
  const RecordsById in_right(right == nullptr ? left : *right, run, right != nullptr);
  KeptPairs kept;
  kept.reserve(pairs.row_count());
  for (std::size_t row = 0; row < pairs.row_count(); ++row) {
    const auto* a = in_left.find(left_id.value()->string_at(row));
    const auto* b = in_right.find(right_id.value()->string_at(row));
    if (a == nullptr || b == nullptr)
      return invalid(
          "a pair names an id that no record of the tables has; hand over the records of all pairs");
    const auto [low, high] = std::minmax(*a, *b);
    Levels levels{};
    run.comparer->compare(run.records->of(low), run.records->of(high), levels);
    const auto score = scorer.score(low, high);
    kept.push_back(
        {low, high, score.weight_bits, score.log_odds_bits, run.comparer->key(levels), score.related_share});
  }
  std::sort(kept.begin(), kept.end(), [](const KeptPair& a, const KeptPair& b) {
    return a.left != b.left ? a.left < b.left : a.right < b.right;
  });
  return kept;
}

Status must_be_fitted(const Model& model) {
  if (model.fitted) return {};
  return invalid("the model is not fitted, and parts cannot be scored by it; train it first");
}

}  // namespace

std::vector<std::string> fields_weighed(const Model& model) {
  std::vector<std::string> names;
  for (const auto& field : model.fields)
    if (values_wanted(model, field, false)) names.push_back(field.name);
  return names;
}

std::vector<std::string> columns_read(const table::Table& table, const Model& model) {
  const auto* id = find_id(table, model);
  std::vector<std::string> names = {id == nullptr ? "" : id->name()};
  const auto read = [&](const std::vector<std::string>& aliases) {
    const auto* column = find_column(table, aliases);
    if (column != nullptr && std::find(names.begin(), names.end(), column->name()) == names.end())
      names.push_back(column->name());
  };
  for (const auto& field : model.fields) {
    for (const auto* aliases :
         {&field.columns, &field.date_parts.year, &field.date_parts.month, &field.date_parts.day,
          &field.place_parts.latitude, &field.place_parts.longitude})
      read(*aliases);
  }
  for (const auto& stage : model.stages) read(stage.household);
  return names;
}

table::Table count_dates_of(const table::Table& part, const Model& model) {
  table::Table table({{"field", ColumnType::kString},
                      {"day_first", ColumnType::kInt64},
                      {"month_first", ColumnType::kInt64}});
  for (const auto& count : count_dates(part, model)) {
    table.columns()[0].append_string(count.field);
    table.columns()[1].append_int(static_cast<std::int64_t>(count.day_first_count));
    table.columns()[2].append_int(static_cast<std::int64_t>(count.month_first_count));
  }
  return table;
}

Result<table::Table> count_part(const table::Table& part, File file, const Model& model, const Census& dates,
                                const CountOptions& options) {
  const auto encoded = encode_one(part, file, model, dates);
  if (!encoded.ok()) return encoded.error();
  const Records& records = encoded.value();
  CountTable counts;
  counts.add(Counted::kRecord, 0, 0, records.count);
  for (const auto& field : records.fields) {
    const std::size_t number = index_in(model, field.field);
    counts.add(Counted::kField, number, 0, records.count - field.count[0]);
    if (!values_wanted(model, field.field, options.all_values)) continue;
    for (std::size_t code = 1; code < field.values.size(); ++code) {
      if (field.count[code] > 0)
        counts.add(Counted::kValue, number, hash_text(field.values[code].text), field.count[code]);
    }
  }
  const PartTables tables(records, model, 1);
  std::vector<std::uint32_t> all;
  std::vector<std::uint32_t> own;
  for (const auto rule : rules_of(model, records)) {
    const RuleKeyMaker maker(records, model.blocking[rule], tables);
    all.clear();
    for (std::uint32_t record = 0; record < records.count; ++record) {
      maker.keys_of(&record, 1, own);
      for (const auto key : own)
        if (options.other_file == nullptr || options.other_file->may_have(rule, key)) all.push_back(key);
    }
    std::sort(all.begin(), all.end());
    for (std::size_t begin = 0; begin < all.size();) {
      std::size_t end = begin;
      while (end < all.size() && all[end] == all[begin]) ++end;
      counts.add(Counted::kKey, rule, all[begin], end - begin);
      begin = end;
    }
  }
  return counts.take();
}

Result<Census> take_census(const table::Table& left, const table::Table* right, const Model& model,
                           const LinkOptions& options) {
  const auto prepared = prepare(left, right, model, options, true);
  if (!prepared.ok()) return prepared.error();
  const Run& run = prepared.value();
  const Records& records = *run.records;
  Census census;
  census.left_count = records.left_count;
  census.right_count = records.count - records.left_count;
  census.pair_count = run.blocker->pair_count();
  census.struck = run.blocker->struck();
  for (const auto& field : records.fields)
    census.fields.push_back(
        count_field(field, records.two_files(), values_wanted(model, field.field, false)));
  for (const bool is_right : {false, true}) {
    if (is_right && right == nullptr) continue;
    for (const auto& dates : count_dates(is_right ? *right : left, model)) {
      const auto at = std::find_if(census.fields.begin(), census.fields.end(),
                                   [&](const FieldCensus& field) { return field.name == dates.field; });
      if (at != census.fields.end())
        (is_right ? at->right_day_first : at->left_day_first) =
            dates.day_first_count >= dates.month_first_count;
    }
  }
  return census;
}

Result<KeyFilter> keys_of(const table::Table& whole, File file, const Model& model, const Census& dates) {
  const auto encoded = encode_one(whole, file, model, dates);
  if (!encoded.ok()) return encoded.error();
  const Records& records = encoded.value();
  const PartTables tables(records, model, 1);
  KeyFilter filter(model.blocking.size(), records.count);
  std::vector<std::uint32_t> own;
  for (const auto rule : rules_of(model, records)) {
    const RuleKeyMaker maker(records, model.blocking[rule], tables);
    for (std::uint32_t record = 0; record < records.count; ++record) {
      maker.keys_of(&record, 1, own);
      for (const auto key : own) filter.add(rule, key);
    }
  }
  return filter;
}

Result<table::Table> buckets_of(const table::Table& part, File file, const Model& model, const Census& census,
                                std::uint32_t bucket_count) {
  const auto encoded = encode_one(part, file, model, census);
  if (!encoded.ok()) return encoded.error();
  const Records& records = encoded.value();
  const PartTables tables(records, model, 1);
  std::vector<std::size_t> rules = rules_of(model, records);
  std::vector<RuleKeyMaker> makers;
  for (const auto rule : rules) makers.emplace_back(records, model.blocking[rule], tables);
  table::Table table({{"row", ColumnType::kInt64}, {"bucket", ColumnType::kInt64}});
  std::vector<std::uint32_t> keys;
  std::vector<std::uint32_t> buckets;
  for (std::uint32_t record = 0; record < records.count; ++record) {
    buckets.clear();
    for (std::size_t n = 0; n < rules.size(); ++n) {
      makers[n].keys_of(&record, 1, keys);
      for (const auto key : keys)
        if (!census.strikes(rules[n], key)) buckets.push_back(bucket_of(rules[n], key, bucket_count));
    }
    std::sort(buckets.begin(), buckets.end());
    buckets.erase(std::unique(buckets.begin(), buckets.end()), buckets.end());
    for (const auto bucket : buckets) {
      table.columns()[0].append_int(records.row[record]);
      table.columns()[1].append_int(bucket);
    }
  }
  return table;
}

Result<table::Table> score_part(const table::Table& left, const table::Table* right, const Model& model,
                                const Census& census, const PartOptions& options) {
  if (auto status = must_be_fitted(model); !status.ok()) return status.error();
  table::Table found({{"left_id", ColumnType::kString},
                      {"right_id", ColumnType::kString},
                      {"weight_bits", ColumnType::kDouble},
                      {"log_odds_bits", ColumnType::kDouble}});
  if (left.row_count() == 0 || (right != nullptr && right->row_count() == 0)) return found;
  const auto prepared =
      prepare(left, right, model, options_of(options.thread_count), true, {&census, options.share});
  if (!prepared.ok()) return prepared.error();
  const Run& run = prepared.value();
  const Scorer scorer(*run.records, *run.comparer, given_model(*run.comparer, model),
                      model.settings.term_frequency_by_u);
  const RatioBounds bounds(scorer, run.thread_count);
  auto yields = run.blocker->yields();
  const auto kept = score_pairs(scorer, bounds, *run.blocker, model.settings.weight_floor_bits, yields,
                                run.thread_count, nullptr);
  const auto* left_id = find_id(left, model);
  const auto* right_id = right == nullptr ? left_id : find_id(*right, model);
  auto& columns = found.columns();
  for (const auto& pair : kept) {
    columns[0].append_string(id_text(left_id, run.records->row[pair.left]));
    columns[1].append_string(id_text(right_id, run.records->row[pair.right]));
    columns[2].append_double(pair.weight_bits);
    columns[3].append_double(pair.log_odds_bits);
  }
  return found;
}

Result<table::Table> count_patterns_of(const table::Table& left, const table::Table* right,
                                       const Model& model, const Census& census, const PartOptions& options) {
  table::Table counts({{"pattern", ColumnType::kString}, {"pairs", ColumnType::kDouble}});
  if (left.row_count() == 0 || (right != nullptr && right->row_count() == 0)) return counts;
  const auto prepared =
      prepare(left, right, model, options_of(options.thread_count), true, {&census, options.share});
  if (!prepared.ok()) return prepared.error();
  const Run& run = prepared.value();
  for (const auto& pattern :
       count_patterns(*run.records, *run.comparer, *run.blocker, model.settings.seed, run.thread_count)) {
    counts.columns()[0].append_string(pattern_text(pattern));
    counts.columns()[1].append_double(pattern.pair_count);
  }
  return counts;
}

Result<Training> fit_counted(const table::Table& left_drawn, const table::Table* right_drawn,
                             const Model& model, const Census& census, const table::Table& patterns,
                             const LinkOptions& options) {
  const auto pattern = patterns.require("pattern", ColumnType::kString);
  if (!pattern.ok()) return pattern.error();
  const auto pairs = patterns.require("pairs", ColumnType::kDouble);
  if (!pairs.ok()) return pairs.error();
  std::vector<PatternCount> counted;
  for (std::size_t row = 0; row < patterns.row_count(); ++row) {
    auto one = read_pattern(pattern.value()->string_at(row), pairs.value()->double_at(row));
    if (!one.ok()) return one.error();
    counted.push_back(std::move(one).value());
  }
  if (counted.empty())
    return invalid(
        "no two records share a blocking key: there is nothing to fit a model to; check the blocking rules");
  auto prepared = prepare(left_drawn, right_drawn, model, options, true, {&census, {}});
  if (!prepared.ok()) return prepared.error();
  const Run& run = prepared.value();
  if (counted.front().level.size() != run.comparer->comparison_count())
    return invalid("the patterns are not of the model's comparisons");
  sort_patterns(*run.comparer, counted);
  Training training{run.model, {}, census.pair_count, model.notes};
  const StageScope stage(options.progress, "estimate");
  RandomShares random;
  const auto fit = fit_model(run, model, random, &counted);
  if (!fit.ok()) return fit.error();
  write_back(*run.comparer, fit.value(), random, training.model);
  training.fit = fit_report(fit.value(), {});
  return training;
}

Result<LinkResult> decide_found(const table::Table& left, const table::Table* right,
                                const table::Table& pairs, const Model& model, const Census& census,
                                const LinkOptions& options) {
  if (auto status = must_be_fitted(model); !status.ok()) return status.error();
  auto prepared = prepare(left, right, model, options, true, {&census, {}});
  if (!prepared.ok()) return prepared.error();
  Run& run = prepared.value();
  RandomShares random;
  const auto fit = fit_model(run, model, random);
  if (!fit.ok()) return fit.error();
  LinkResult result;
  result.notes = model.notes;
  result.model = run.model;
  write_back(*run.comparer, fit.value(), random, result.model);
  const Scorer scorer(*run.records, *run.comparer, fit.value().model, model.settings.term_frequency_by_u);
  auto kept = read_pairs(left, right, pairs, run, scorer);
  if (!kept.ok()) return kept.error();
  result.candidate_pair_count = census.pair_count;
  result.fit = fit_report(fit.value(), blocking_recall(run, kept.value()));
  if (auto status = decide(result, run, scorer, std::nullopt, std::move(kept).value(), left, right, options);
      !status.ok())
    return status.error();
  return result;
}

}  // namespace kinfold::linkage
