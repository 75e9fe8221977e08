#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <cmath>
#include <map>

#include "arguments.h"
#include "linkage/command.h"
#include "linkage/link.h"
#include "linkage/review.h"
#include "model.h"
#include "module.h"
#include "tables.h"
#include "task.h"

namespace nb = nanobind;

namespace kinfold::python {
namespace {

using linkage::Model;
using table::Column;
using table::ColumnType;

/// One run with the tables it read.
struct RunHandle {
  TableHandle left;
  TableHandle right;  ///< Null: one file.
  std::shared_ptr<linkage::LinkOutcome> outcome;
  linkage::LinkCommand command;

  const table::Table* second() const { return right.table.get(); }
};

linkage::LinkCommand command_of(std::optional<double> threshold, std::size_t threads,
                                const std::string& pairing) {
  linkage::LinkCommand command;
  command.threshold = threshold;
  command.thread_count = threads;
  command.pairing = pairing_named(pairing);
  return command;
}

RunHandle link(const TableHandle& left, const nb::object& right, const ModelHandle& model,
               std::optional<double> threshold, std::size_t threads, const std::string& pairing,
               const nb::object& told) {
  RunHandle own{left, table_or_none(right), nullptr, command_of(threshold, threads, pairing)};
  return run(told, [own, model](Progress& progress) mutable -> Result<RunHandle> {
    auto command = own.command;
    command.progress = &progress;
    auto outcome = linkage::link_tables(command, *own.left.table, own.second(), *model.model);
    if (!outcome.ok()) return outcome.error();
    own.outcome = std::make_shared<linkage::LinkOutcome>(std::move(outcome).value());
    return own;
  });
}

std::tuple<ModelHandle, nb::dict> train(const TableHandle& left, const nb::object& right,
                                        const ModelHandle& model, std::size_t threads,
                                        const nb::object& told) {
  const auto second = table_or_none(right);
  const auto training = run(told, [=](Progress& progress) {
    linkage::LinkOptions options;
    options.thread_count = threads;
    options.progress = &progress;
    return linkage::train(*left.table, second.table.get(), *model.model, options);
  });
  nb::dict fit;
  fit["converged"] = training.fit.converged;
  fit["iterations"] = training.fit.iteration_count;
  fit["match_rate"] = training.fit.match_rate;
  fit["expected_matches"] = training.fit.expected_match_count;
  fit["candidate_pairs"] = training.candidate_pair_count;
  fit["notes"] = training.notes;
  return {hold(training.model), fit};
}

/// Everything on files, as `kinfold link` does it.
std::string link_files(const std::string& left, const std::string& right, const std::string& model,
                       const std::string& out, const std::string& truth, const std::string& pattern,
                       std::optional<double> threshold, std::size_t threads, const std::string& pairing,
                       const nb::object& told) {
  auto command = command_of(threshold, threads, pairing);
  command.left_path = left;
  command.right_path = right;
  command.model_path = model;
  command.out_dir = out;
  command.truth_column = truth;
  command.truth_pattern = pattern;
  return run(told,
             [command](Progress& progress) mutable {
               command.progress = &progress;
               return linkage::run_link(command);
             })
      .to_json();
}

nb::dict quality_dict(const linkage::Quality& quality) {
  nb::dict all;
  all["precision"] = quality.precision;
  all["recall"] = quality.recall;
  all["f1"] = quality.f1;
  all["true_pairs"] = quality.true_pair_count;
  return all;
}

nb::dict evaluate(const RunHandle& own, const std::string& truth, const std::string& pattern) {
  linkage::LinkCommand command;
  command.truth_column = truth;
  command.truth_pattern = pattern;
  return quality_dict(unwrap(linkage::measure(command, *own.left.table, own.second(), own.outcome->result)));
}

nb::dict explain(const TableHandle& left, const nb::object& right, const ModelHandle& model,
                 const std::string& one, const std::string& other, const nb::object& told) {
  const auto second = table_or_none(right);
  const auto pair = run(told, [=](Progress&) {
    return linkage::explain_ids(*left.table, second.table.get(), *model.model, one, other);
  });
  Column comparison("comparison", ColumnType::kString), level("level", ColumnType::kString),
      m("m", ColumnType::kDouble), u("u", ColumnType::kDouble), bits("weight_bits", ColumnType::kDouble),
      rare("term_frequency_bits", ColumnType::kDouble);
  for (const auto& step : pair.steps) {
    comparison.append_string(step.comparison);
    level.append_string(step.level);
    m.append_double(step.m);
    u.append_double(step.u);
    bits.append_double(step.weight_bits);
    rare.append_double(step.term_frequency_bits);
  }
  nb::dict all;
  all["prior_bits"] = pair.prior_bits;
  all["related_bits"] = pair.related_bits;
  all["weight_bits"] = pair.weight_bits;
  all["probability"] = pair.probability;
  all["steps"] = hand_over(table::Table({comparison, level, m, u, bits, rare}));
  return all;
}

/// Pairs by whole bits of weight, linked and not: what the chart of a result shows.
TableHandle histogram(const RunHandle& own) {
  std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> counts;
  for (const auto& pair : own.outcome->result.pairs) {
    auto& count = counts[static_cast<std::int64_t>(std::floor(pair.weight_bits))];
    ++(pair.linked ? count.first : count.second);
  }
  Column bits("weight_bits", ColumnType::kInt64), linked("linked", ColumnType::kInt64),
      left_out("not_linked", ColumnType::kInt64);
  for (const auto& [key, count] : counts) {
    bits.append_int(key);
    linked.append_int(count.first);
    left_out.append_int(count.second);
  }
  return hand_over(table::Table({bits, linked, left_out}));
}

TableHandle blocking(const RunHandle& own) {
  Column name("rule", ColumnType::kString), pairs("pairs", ColumnType::kInt64),
      first("first_pairs", ColumnType::kInt64), skipped("skipped_pairs", ColumnType::kInt64),
      matches("expected_matches", ColumnType::kDouble);
  for (const auto& rule : own.outcome->result.blocking) {
    name.append_string(rule.name);
    pairs.append_int(static_cast<std::int64_t>(rule.pair_count));
    first.append_int(static_cast<std::int64_t>(rule.first_pair_count));
    skipped.append_int(static_cast<std::int64_t>(rule.skipped_pair_count));
    matches.append_double(rule.expected_matches);
  }
  return hand_over(table::Table({name, pairs, first, skipped, matches}));
}

TableHandle thresholds(const RunHandle& own) {
  Column probability("probability", ColumnType::kDouble),
      precision("expected_precision", ColumnType::kDouble), recall("expected_recall", ColumnType::kDouble),
      f1("expected_f1", ColumnType::kDouble), count("pairs", ColumnType::kInt64);
  for (const auto& point : own.outcome->result.threshold_curve) {
    probability.append_double(point.probability);
    precision.append_double(point.expected_precision);
    recall.append_double(point.expected_recall);
    f1.append_double(point.expected_f1);
    count.append_int(static_cast<std::int64_t>(point.pair_count));
  }
  return hand_over(table::Table({probability, precision, recall, f1, count}));
}

TableHandle levels(const ModelHandle& own) {
  Column comparison("comparison", ColumnType::kString), level("level", ColumnType::kString),
      m("m", ColumnType::kDouble), u("u", ColumnType::kDouble), related("related", ColumnType::kDouble),
      bits("weight_bits", ColumnType::kDouble);
  for (const auto& one : own.model->comparisons) {
    for (const auto& each : one.levels) {
      comparison.append_string(one.name);
      level.append_string(each.when);
      m.append_double(each.m.value);
      if (own.model->fitted) {
        u.append_double(each.u.value);
        related.append_double(each.related.value);
        bits.append_double(std::log2(std::max(each.m.value, 1e-12) / std::max(each.u.value, 1e-12)));
      } else {
        for (auto* column : {&u, &related, &bits}) column->append_null();
      }
    }
  }
  return hand_over(table::Table({comparison, level, m, u, related, bits}));
}

ModelHandle parse_model(const std::string& text, const std::string& folder) {
  return hold(unwrap(linkage::parse_model(text, folder)));
}

nb::dict draw_review(const std::string& run_folder, const std::string& review_folder, std::size_t pairs,
                     std::size_t clusters, std::uint64_t seed, const nb::object& told) {
  linkage::DrawOptions options;
  options.run_dir = run_folder;
  options.review_dir = review_folder;
  options.pair_count = pairs;
  options.cluster_count = clusters;
  options.seed = seed;
  const auto drawn = run(told, [options](Progress&) { return linkage::draw_review(options); });
  nb::dict all;
  all["pairs"] = drawn.pair_count;
  all["by_chance"] = drawn.sample_count;
  all["clusters"] = drawn.cluster_count;
  all["note"] = drawn.note;
  all["file"] = drawn.file;
  return all;
}

std::string review_page(const std::string& folder, const std::string& coder) {
  if (!linkage::is_coder_name(coder))
    throw Failure{invalid("a coder's name has letters, digits, - and _ only, and at most 40 of them")};
  return linkage::review_page(unwrap(linkage::read_review(folder)), coder);
}

void bind_model(nb::module_& module) {
  nb::class_<ModelHandle>(module, "Model")
      .def_prop_ro("name", [](const ModelHandle& own) { return own.model->name; })
      .def_prop_ro("fitted", [](const ModelHandle& own) { return own.model->fitted; })
      .def_prop_ro("match_rate", [](const ModelHandle& own) { return own.model->match_rate; })
      .def_prop_ro("notes", [](const ModelHandle& own) { return own.model->notes; })
      .def("with_id_column",
           [](const ModelHandle& own, const std::string& name) {
             Model changed = *own.model;
             changed.settings.id_column = name;
             return hold(std::move(changed));
           })
      .def("to_toml", [](const ModelHandle& own) { return linkage::model_to_toml(*own.model); })
      .def("levels", &levels);
  module.def("people_model", [] { return hold(linkage::people_model()); });
  module.def("parse_model", &parse_model, nb::arg("text"), nb::arg("folder") = "");
}

}  // namespace

void bind_linkage(nb::module_& module) {
  bind_model(module);
  nb::class_<RunHandle>(module, "Run")
      .def_prop_ro("model", [](const RunHandle& own) { return hold(own.outcome->result.model); })
      .def_prop_ro("report_json", [](const RunHandle& own) { return own.outcome->report.to_json(); })
      .def_prop_ro("blocking_recall",
                   [](const RunHandle& own) { return own.outcome->result.fit.blocking_recall; })
      .def("pairs",
           [](const RunHandle& own) {
             const auto& result = own.outcome->result;
             return hand_over(linkage::pairs_table(*own.left.table,
                                                   own.second() == nullptr ? *own.left.table : *own.second(),
                                                   result, result.model, own.command.thread_count));
           })
      .def("clusters",
           [](const RunHandle& own) {
             return hand_over(linkage::clusters_table(*own.left.table, own.second(), own.outcome->result,
                                                      own.outcome->result.model, own.command.thread_count));
           })
      .def("evaluate", &evaluate)
      .def("histogram", &histogram)
      .def("blocking", &blocking)
      .def("thresholds", &thresholds)
      .def("write", [](const RunHandle& own, const std::string& folder) {
        auto command = own.command;
        command.out_dir = folder;
        return unwrap(linkage::write_files(command, *own.left.table, own.second(), *own.outcome));
      });
  module.def("link", &link, nb::arg("left"), nb::arg("right").none(), nb::arg("model"),
             nb::arg("threshold").none(), nb::arg("threads"), nb::arg("pairing"), nb::arg("told").none());
  module.def("link_files", &link_files, nb::arg("left"), nb::arg("right"), nb::arg("model"), nb::arg("out"),
             nb::arg("truth"), nb::arg("pattern"), nb::arg("threshold").none(), nb::arg("threads"),
             nb::arg("pairing"), nb::arg("told").none());
  module.def("draw_review", &draw_review, nb::arg("run_folder"), nb::arg("review_folder"), nb::arg("pairs"),
             nb::arg("clusters"), nb::arg("seed"), nb::arg("told").none());
  module.def("review_page", &review_page);
  module.def("train", &train, nb::arg("left"), nb::arg("right").none(), nb::arg("model"), nb::arg("threads"),
             nb::arg("told").none());
  module.def("explain", &explain, nb::arg("left"), nb::arg("right").none(), nb::arg("model"), nb::arg("one"),
             nb::arg("other"), nb::arg("told").none());
}

}  // namespace kinfold::python
