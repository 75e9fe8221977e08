// Whom each estimate rests on, and how many were left out of it.
#include "evaluation/balance.h"
#include "evaluation/output_builder_internal.h"
#include "evaluation/run_internal.h"

namespace kinfold::evaluation {

void add_units_table(const Frame& frame, const std::vector<MethodRun>& runs, Evaluation& out) {
  OutputBuilder table("units",
                      "Whom each estimate rests on: of those with the outcome, how many a method used");
  table.dimension("outcome")
      .dimension("method")
      .dimension("group")
      .count("persons")
      .share("used", "persons")
      .estimate("effective", {"persons"})
      .contributors("families", OutputLevel::kFamily)
      .contributors("authorities", OutputLevel::kAuthority);
  for (const auto& run : runs) {
    if (!run.effect || run.estimate.subgroup != "all") continue;
    std::vector<std::uint32_t> used[2];
    std::vector<double> weights[2];
    for (std::size_t i = 0; i < run.unit.size(); ++i) {
      const bool counts = run.effect->weights.empty() || run.effect->weights[i] > 0;
      if (!counts) continue;
      used[frame.treated[run.unit[i]]].push_back(run.unit[i]);
      weights[frame.treated[run.unit[i]]].push_back(run.effect->weights.empty() ? 1 : run.effect->weights[i]);
    }
    for (const std::size_t arm : {1U, 0U}) {
      const auto behind = count_contributors(frame, used[arm]);
      table.row({run.estimate.outcome, run.estimate.method,
                 std::string(arm != 0 ? "programme" : "comparison"), count_cell(run.offered[arm]),
                 static_cast<double>(used[arm].size()) / static_cast<double>(run.offered[arm]),
                 effective_sample_size(weights[arm]), count_cell(behind.families),
                 count_cell(behind.authorities)});
    }
  }
  auto done = table.take();
  if (done.table.row_count() > 0) out.outputs.push_back(std::move(done));
}

}  // namespace kinfold::evaluation
