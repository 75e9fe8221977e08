// Linkage of tables that lie in parts, for kinfold.spark.
#include "linkage/parts.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>

#include "arguments.h"
#include "linkage/command.h"
#include "model.h"
#include "module.h"
#include "tables.h"
#include "task.h"

namespace nb = nanobind;

namespace kinfold::python {
namespace {

using linkage::Census;
using table::ColumnType;

struct CensusHandle {
  std::shared_ptr<const Census> census;
};

struct KeysHandle {
  std::shared_ptr<const linkage::KeyFilter> keys;
};

struct FoundHandle {
  TableHandle left;
  TableHandle right;  ///< Null: one file.
  std::shared_ptr<const linkage::LinkResult> result;
  std::uint64_t candidate_pair_count = 0;  ///< Those of several rules count for each.
};

linkage::File file_of(bool right) { return right ? linkage::File::kRight : linkage::File::kLeft; }

const table::Column& whole_numbers(const table::Table& table, const char* name) {
  return *unwrap(table.require(name, ColumnType::kInt64));
}

/// fields: field, left_day_first, right_day_first (0 or 1), left_total, right_total, same_total,
/// square_total. repeated: number (row of `fields`), hash, left, both (records). struck: rule, key.
CensusHandle make_census(std::uint64_t left_count, std::uint64_t right_count, std::uint64_t pair_count,
                         const TableHandle& fields, const TableHandle& repeated, const TableHandle& struck) {
  Census census;
  census.left_count = left_count;
  census.right_count = right_count;
  census.pair_count = pair_count;
  const auto total = [&](const char* name, std::size_t row) {
    return static_cast<double>(whole_numbers(*fields.table, name).int_at(row));
  };
  const auto* names = unwrap(fields.table->require("field", ColumnType::kString));
  for (std::size_t row = 0; row < fields.table->row_count(); ++row) {
    census.fields.push_back({std::string(names->string_at(row)),
                             total("left_day_first", row) != 0.0,
                             total("right_day_first", row) != 0.0,
                             total("left_total", row),
                             total("right_total", row),
                             total("same_total", row),
                             total("square_total", row),
                             {}});
  }
  const auto& number = whole_numbers(*repeated.table, "number");
  const auto& hash = whole_numbers(*repeated.table, "hash");
  const auto& in_left = whole_numbers(*repeated.table, "left");
  const auto& in_both = whole_numbers(*repeated.table, "both");
  for (std::size_t row = 0; row < repeated.table->row_count(); ++row) {
    const auto field = static_cast<std::size_t>(number.int_at(row));
    if (field >= census.fields.size())
      throw Failure{invalid("a census counts a value of a field that it does not name")};
    census.fields[field].repeated.push_back({static_cast<std::uint64_t>(hash.int_at(row)),
                                             static_cast<std::uint64_t>(in_left.int_at(row)),
                                             static_cast<std::uint64_t>(in_both.int_at(row))});
  }
  for (auto& field : census.fields) std::sort(field.repeated.begin(), field.repeated.end());
  const auto& rule = whole_numbers(*struck.table, "rule");
  const auto& key = whole_numbers(*struck.table, "key");
  for (std::size_t row = 0; row < struck.table->row_count(); ++row) {
    const auto own = static_cast<std::size_t>(rule.int_at(row));
    if (own >= census.struck.size()) census.struck.resize(own + 1);
    census.struck[own].push_back(static_cast<std::uint32_t>(key.int_at(row)));
  }
  for (auto& keys : census.struck) std::sort(keys.begin(), keys.end());
  return {std::make_shared<const Census>(std::move(census))};
}

/// The census of whole files: records of the left and of the right one, pairs, and the tables that
/// make_census() takes.
std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, TableHandle, TableHandle, TableHandle> take_census(
    const TableHandle& left, const nb::object& right, const ModelHandle& model, std::size_t threads) {
  const auto second = table_or_none(right);
  const auto census = run(nb::none(), [=](Progress& progress) {
    linkage::LinkOptions options;
    options.thread_count = threads;
    options.pair_count_max = ~std::uint64_t{0};  // Whoever asks holds the census against a limit.
    options.progress = &progress;
    return linkage::take_census(*left.table, second.table.get(), *model.model, options);
  });
  table::Table fields({{"field", ColumnType::kString}});
  for (const auto* name :
       {"left_day_first", "right_day_first", "left_total", "right_total", "same_total", "square_total"})
    fields.columns().emplace_back(name, ColumnType::kInt64);
  table::Table repeated({{"number", ColumnType::kInt64},
                         {"hash", ColumnType::kInt64},
                         {"left", ColumnType::kInt64},
                         {"both", ColumnType::kInt64}});
  table::Table struck({{"rule", ColumnType::kInt64}, {"key", ColumnType::kInt64}});
  const auto append = [](table::Table& table, std::size_t first, const std::vector<std::int64_t>& row) {
    for (std::size_t n = 0; n < row.size(); ++n) table.columns()[first + n].append_int(row[n]);
  };
  const auto whole = [](double total) { return static_cast<std::int64_t>(total); };
  for (std::size_t n = 0; n < census.fields.size(); ++n) {
    const auto& own = census.fields[n];
    fields.columns()[0].append_string(own.name);
    append(fields, 1,
           {own.left_day_first, own.right_day_first, whole(own.left_total), whole(own.right_total),
            whole(own.same_total), whole(own.square_total)});
    for (const auto& value : own.repeated)
      append(repeated, 0,
             {static_cast<std::int64_t>(n), static_cast<std::int64_t>(value.hash),
              static_cast<std::int64_t>(value.left), static_cast<std::int64_t>(value.both)});
  }
  for (std::size_t rule = 0; rule < census.struck.size(); ++rule) {
    for (const auto key : census.struck[rule]) append(struck, 0, {static_cast<std::int64_t>(rule), key});
  }
  return {census.left_count,
          census.right_count,
          census.pair_count,
          hand_over(std::move(fields)),
          hand_over(std::move(repeated)),
          hand_over(std::move(struck))};
}

/// The rules that find pairs: index, name, the fields they need, pairs a record.
std::vector<std::tuple<std::size_t, std::string, std::vector<std::string>, double>> rule_budgets(
    const ModelHandle& own) {
  std::vector<std::tuple<std::size_t, std::string, std::vector<std::string>, double>> rules;
  for (std::size_t n = 0; n < own.model->blocking.size(); ++n) {
    const auto& rule = own.model->blocking[n];
    if (rule.on_clusters) continue;
    std::vector<std::string> fields;
    for (const auto& key : rule.keys) fields.push_back(key.substr(0, key.find('.')));
    rules.emplace_back(n, rule.name, fields,
                       rule.pairs_per_record_max > 0.0 ? rule.pairs_per_record_max
                                                       : own.model->settings.pairs_per_record_max);
  }
  return rules;
}

/// Whether a stage asks about records of no scored pair: by a key of its own, or who lives with whom.
bool asks_of_all_records(const ModelHandle& own) {
  return std::any_of(own.model->stages.begin(), own.model->stages.end(), [](const linkage::Stage& stage) {
    return stage.kind == linkage::StageKind::kMatchkey || stage.kind == linkage::StageKind::kAssociative;
  });
}

template <typename Work>
TableHandle table_of(Work work) {
  return run(nb::none(), [work](Progress&) -> Result<TableHandle> {
    Result<table::Table> made = work();
    if (!made.ok()) return made.error();
    return hand_over(std::move(made).value());
  });
}

linkage::PartOptions part_options(std::uint32_t bucket, std::uint32_t bucket_count, std::size_t threads) {
  return {{bucket, bucket_count}, threads};
}

linkage::LinkOptions options_of(std::optional<double> threshold, const std::string& pairing,
                                std::size_t threads) {
  linkage::LinkOptions options;
  options.threshold = threshold;
  options.thread_count = threads;
  options.pairing = pairing_named(pairing);
  return options;
}

/// Whole files on this machine alone. \throws Failure as link(), also for more pairs than `pairs_max`.
FoundHandle link_whole(const TableHandle& left, const nb::object& right, const ModelHandle& model,
                       std::optional<double> threshold, const std::string& pairing, std::uint64_t pairs_max,
                       std::size_t threads) {
  FoundHandle own{left, table_or_none(right), nullptr};
  auto options = options_of(threshold, pairing, threads);
  options.pair_count_max = pairs_max;
  options.insight = false;
  return run(nb::none(), [=](Progress& progress) mutable -> Result<FoundHandle> {
    options.progress = &progress;
    auto result = linkage::link(*own.left.table, own.right.table.get(), *model.model, options);
    if (!result.ok()) return result.error();
    for (const auto& rule : result.value().blocking) own.candidate_pair_count += rule.pair_count;
    own.result = std::make_shared<const linkage::LinkResult>(std::move(result).value());
    return own;
  });
}

FoundHandle decide_found(const TableHandle& left, const nb::object& right, const TableHandle& pairs,
                         const ModelHandle& model, const CensusHandle& census,
                         std::optional<double> threshold, const std::string& pairing, std::size_t threads) {
  FoundHandle own{left, table_or_none(right), nullptr, census.census->pair_count};
  auto options = options_of(threshold, pairing, threads);
  return run(nb::none(), [=](Progress& progress) mutable -> Result<FoundHandle> {
    options.progress = &progress;
    auto result = linkage::decide_found(*own.left.table, own.right.table.get(), *pairs.table, *model.model,
                                        *census.census, options);
    if (!result.ok()) return result.error();
    own.result = std::make_shared<const linkage::LinkResult>(std::move(result).value());
    return own;
  });
}

std::tuple<ModelHandle, nb::dict> fit_counted(const TableHandle& left, const nb::object& right,
                                              const ModelHandle& model, const CensusHandle& census,
                                              const TableHandle& patterns, std::size_t threads) {
  const auto second = table_or_none(right);
  const auto training = run(nb::none(), [=](Progress& progress) {
    linkage::LinkOptions options;
    options.thread_count = threads;
    options.progress = &progress;
    return linkage::fit_counted(*left.table, second.table.get(), *model.model, *census.census,
                                *patterns.table, options);
  });
  nb::dict fit;
  fit["converged"] = training.fit.converged;
  fit["iterations"] = training.fit.iteration_count;
  fit["match_rate"] = training.fit.match_rate;
  fit["expected_matches"] = training.fit.expected_match_count;
  fit["candidate_pairs"] = training.candidate_pair_count;
  return {hold(training.model), fit};
}

void bind_found(nb::module_& module) {
  nb::class_<FoundHandle>(module, "Found")
      .def_prop_ro("model", [](const FoundHandle& own) { return hold(own.result->model); })
      .def_prop_ro("candidate_pairs", [](const FoundHandle& own) { return own.candidate_pair_count; })
      .def_prop_ro("threshold", [](const FoundHandle& own) { return own.result->threshold_probability; })
      .def_prop_ro(
          "pairing",
          [](const FoundHandle& own) { return std::string(linkage::pairing_name(own.result->pairing)); })
      .def_prop_ro("notes", [](const FoundHandle& own) { return own.result->notes; })
      .def_prop_ro("blocking_recall", [](const FoundHandle& own) { return own.result->fit.blocking_recall; })
      .def("pairs",
           [](const FoundHandle& own) {
             const auto& right = own.right.table == nullptr ? *own.left.table : *own.right.table;
             return hand_over(linkage::pairs_table(*own.left.table, right, *own.result, own.result->model));
           })
      .def("clusters", [](const FoundHandle& own) {
        return hand_over(
            linkage::clusters_table(*own.left.table, own.right.table.get(), *own.result, own.result->model));
      });
}

}  // namespace

void bind_parts(nb::module_& module) {
  nb::class_<CensusHandle>(module, "Census");
  nb::class_<KeysHandle>(module, "Keys");
  bind_found(module);
  module.def("make_census", &make_census);
  module.def("take_census", &take_census, nb::arg("left"), nb::arg("right").none(), nb::arg("model"),
             nb::arg("threads"));
  module.def("rule_budgets", &rule_budgets);
  module.def("check_pairing", [](const std::string& name) { pairing_named(name); });
  module.def("asks_of_all_records", &asks_of_all_records);
  module.def("chooses_blocking",
             [](const ModelHandle& model) { return model.model->settings.blocking_auto; });
  module.def("field_names", [](const ModelHandle& model) {
    std::vector<std::string> names;
    for (const auto& field : model.model->fields) names.push_back(field.name);
    return names;
  });
  module.def("fields_weighed",
             [](const ModelHandle& model) { return linkage::fields_weighed(*model.model); });
  module.def("columns_read", [](const TableHandle& table, const ModelHandle& model) {
    return linkage::columns_read(*table.table, *model.model);
  });
  module.def("count_dates", [](const TableHandle& part, const ModelHandle& model) {
    return hand_over(linkage::count_dates_of(*part.table, *model.model));
  });
  module.def(
      "count_part",
      [](const TableHandle& part, bool right, const ModelHandle& model, const CensusHandle& dates,
         bool all_values, const nb::object& other) {
        const auto keys = other.is_none() ? KeysHandle{} : nb::cast<KeysHandle>(other);
        return table_of([=] {
          return linkage::count_part(*part.table, file_of(right), *model.model, *dates.census,
                                     {all_values, keys.keys.get()});
        });
      },
      nb::arg("part"), nb::arg("right"), nb::arg("model"), nb::arg("dates"), nb::arg("all_values"),
      nb::arg("other").none());
  module.def("keys_of",
             [](const TableHandle& whole, bool right, const ModelHandle& model, const CensusHandle& dates) {
               const auto keys = run(nb::none(), [=](Progress&) {
                 return linkage::keys_of(*whole.table, file_of(right), *model.model, *dates.census);
               });
               return nb::bytes(keys.bytes().data(), keys.bytes().size());
             });
  module.def("read_keys", [](const nb::bytes& bytes, const ModelHandle& model) {
    return KeysHandle{std::make_shared<const linkage::KeyFilter>(std::string(bytes.c_str(), bytes.size()),
                                                                 model.model->blocking.size())};
  });
  module.def("buckets_of", [](const TableHandle& part, bool right, const ModelHandle& model,
                              const CensusHandle& census, std::uint32_t bucket_count) {
    return table_of([=] {
      return linkage::buckets_of(*part.table, file_of(right), *model.model, *census.census, bucket_count);
    });
  });
  module.def(
      "score_part",
      [](const TableHandle& left, const nb::object& right, const ModelHandle& model,
         const CensusHandle& census, std::uint32_t bucket, std::uint32_t bucket_count) {
        const auto second = table_or_none(right);
        return table_of([=] {
          return linkage::score_part(*left.table, second.table.get(), *model.model, *census.census,
                                     part_options(bucket, bucket_count, 1));
        });
      },
      nb::arg("left"), nb::arg("right").none(), nb::arg("model"), nb::arg("census"), nb::arg("bucket"),
      nb::arg("bucket_count"));
  module.def(
      "count_patterns",
      [](const TableHandle& left, const nb::object& right, const ModelHandle& model,
         const CensusHandle& census, std::uint32_t bucket, std::uint32_t bucket_count) {
        const auto second = table_or_none(right);
        return table_of([=] {
          return linkage::count_patterns_of(*left.table, second.table.get(), *model.model, *census.census,
                                            part_options(bucket, bucket_count, 1));
        });
      },
      nb::arg("left"), nb::arg("right").none(), nb::arg("model"), nb::arg("census"), nb::arg("bucket"),
      nb::arg("bucket_count"));
  module.def("fit_counted", &fit_counted, nb::arg("left"), nb::arg("right").none(), nb::arg("model"),
             nb::arg("census"), nb::arg("patterns"), nb::arg("threads"));
  module.def("link_whole", &link_whole, nb::arg("left"), nb::arg("right").none(), nb::arg("model"),
             nb::arg("threshold").none(), nb::arg("pairing"), nb::arg("pairs_max"), nb::arg("threads"));
  module.def("decide_found", &decide_found, nb::arg("left"), nb::arg("right").none(), nb::arg("pairs"),
             nb::arg("model"), nb::arg("census"), nb::arg("threshold").none(), nb::arg("pairing"),
             nb::arg("threads"));
}

}  // namespace kinfold::python
