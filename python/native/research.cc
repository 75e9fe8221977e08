#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "base/parallel.h"
#include "disclosure/check.h"
#include "disclosure/command.h"
#include "evaluation/command.h"
#include "evaluation/evaluate.h"
#include "evaluation/report.h"
#include "module.h"
#include "tables.h"
#include "task.h"

namespace nb = nanobind;

namespace kinfold::python {
namespace {

struct EvaluationHandle {
  std::shared_ptr<const evaluation::Plan> plan;
  std::shared_ptr<const evaluation::Evaluation> evaluation;
};

EvaluationHandle evaluate(const TableHandle& people, const nb::object& panel, const nb::object& truth,
                          const std::string& plan_toml, std::size_t threads, const nb::object& told) {
  const auto second = panel.is_none() ? TableHandle{} : nb::cast<TableHandle>(panel);
  const auto third = truth.is_none() ? TableHandle{} : nb::cast<TableHandle>(truth);
  return run(told, [=](Progress& progress) -> Result<EvaluationHandle> {
    auto plan = evaluation::parse_plan(plan_toml, "plan");
    if (!plan.ok()) return plan.error();
    evaluation::EvaluateOptions options;
    options.thread_count = threads == 0 ? default_thread_count() : threads;
    options.progress = &progress;
    auto done = evaluation::evaluate({people.table.get(), second.table.get(), third.table.get()},
                                     plan.value(), options);
    if (!done.ok()) return done.error();
    return EvaluationHandle{std::make_shared<const evaluation::Plan>(std::move(plan).value()),
                            std::make_shared<const evaluation::Evaluation>(std::move(done).value())};
  });
}

struct CheckedHandle {
  std::shared_ptr<const disclosure::Checked> checked;
};

CheckedHandle check(const std::vector<std::pair<std::string, TableHandle>>& tables,
                    const std::string& rules_toml, const std::string& released_json, const nb::object& told) {
  return run(told, [=](Progress& progress) -> Result<CheckedHandle> {
    auto rules = disclosure::parse_rules(rules_toml);
    if (!rules.ok()) return rules.error();
    disclosure::ReleaseLedger ledger;
    if (!released_json.empty()) {
      auto read = disclosure::ReleaseLedger::from_json(released_json);
      if (!read.ok()) return read.error();
      ledger = std::move(read).value();
    }
    std::vector<disclosure::Output> outputs;
    for (const auto& [id, own] : tables) {
      auto output = disclosure::output_for(id, *own.table, rules_toml);
      if (!output.ok()) return output.error();
      outputs.push_back(std::move(output).value());
    }
    auto checked = disclosure::check(outputs, rules.value(), ledger, progress);
    if (!checked.ok()) return checked.error();
    return CheckedHandle{std::make_shared<const disclosure::Checked>(std::move(checked).value())};
  });
}

const disclosure::CheckedOutput& output_of(const CheckedHandle& own, const std::string& id) {
  for (const auto& output : own.checked->outputs)
    if (output.id == id) return output;
  throw Failure{invalid("no table of that name was checked; `ids` lists those that were")};
}

}  // namespace

void bind_research(nb::module_& module) {
  nb::class_<EvaluationHandle>(module, "Evaluation")
      .def_prop_ro("estimates_json",
                   [](const EvaluationHandle& own) {
                     return evaluation::estimates_to_json(own.evaluation->estimates);
                   })
      .def_prop_ro("notes", [](const EvaluationHandle& own) { return own.evaluation->notes; })
      .def("summary",
           [](const EvaluationHandle& own) {
             return evaluation::summary_of(*own.plan, own.evaluation->outputs);
           })
      .def("outputs",
           [](const EvaluationHandle& own) {
             std::vector<std::pair<std::string, TableHandle>> all;
             for (const auto& output : own.evaluation->outputs)
               all.emplace_back(output.id, hand_over(output.table));
             return all;
           })
      .def("report_html",
           [](const EvaluationHandle& own, const std::string& data_name) {
             evaluation::ReportOptions options;
             options.data_name = data_name;
             return evaluation::render_report(*own.plan, own.evaluation->outputs, own.evaluation->notes,
                                              options);
           })
      .def("write_tables", [](const EvaluationHandle& own, const std::string& folder) {
        unwrap(evaluation::write_output_files(own.evaluation->outputs, folder));
      });
  module.def("evaluate", &evaluate, nb::arg("people"), nb::arg("panel").none(), nb::arg("truth").none(),
             nb::arg("plan_toml"), nb::arg("threads"), nb::arg("told").none());
  nb::class_<CheckedHandle>(module, "Checked")
      .def_prop_ro("publishable", [](const CheckedHandle& own) { return own.checked->publishable(); })
      .def_prop_ro("json", [](const CheckedHandle& own) { return disclosure::to_json(*own.checked); })
      .def_prop_ro("ids",
                   [](const CheckedHandle& own) {
                     std::vector<std::string> ids;
                     for (const auto& output : own.checked->outputs) ids.push_back(output.id);
                     return ids;
                   })
      .def("table", [](const CheckedHandle& own,
                       const std::string& id) { return hand_over(output_of(own, id).protected_table); })
      .def("refusals",
           [](const CheckedHandle& own, const std::string& id) { return output_of(own, id).refusals; })
      .def("counts",
           [](const CheckedHandle& own, const std::string& id) {
             const auto& output = output_of(own, id);
             return nb::make_tuple(output.shown_count, output.primary_count, output.secondary_count);
           })
      .def("public_html", [](const CheckedHandle& own,
                             const std::string& id) { return disclosure::public_html(output_of(own, id)); })
      .def("public_csv", [](const CheckedHandle& own,
                            const std::string& id) { return disclosure::public_csv(output_of(own, id)); })
      .def("checker_page", [](const CheckedHandle& own) { return disclosure::checker_page(*own.checked); });
  module.def("check", &check, nb::arg("tables"), nb::arg("rules_toml"), nb::arg("released_json"),
             nb::arg("told").none());
}

}  // namespace kinfold::python
