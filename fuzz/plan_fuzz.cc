// LINKS: evaluation table
// Any bytes as a plan: it is read or refused with its line, never a crash; and what is read may be asked of a
// small table.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "evaluation/evaluate.h"
#include "evaluation/plan.h"
#include "evaluation/report.h"

namespace {

using namespace kinfold;

/// Twelve units with a column of each type, under the names that the corpus uses.
const table::Table& small_table() {
  static const table::Table table = [] {
    table::Table t;
    for (const char* name : {"t", "g", "u", "p"}) t.add(name, table::ColumnType::kInt64);
    for (const char* name : {"x", "y"}) t.add(name, table::ColumnType::kDouble);
    t.add("s", table::ColumnType::kString);
    for (int i = 0; i < 12; ++i) {
      auto& c = t.columns();
      c[0].append_int(i % 2);
      c[1].append_int(i < 6 ? 0 : 1);
      c[2].append_int(i / 3);
      c[3].append_int(i % 3);
      c[4].append_double(i * 7 % 5);
      i == 4 ? c[5].append_null() : c[5].append_double(i * 5 % 7);
      c[6].append_string(i % 3 == 0 ? "a" : "b");
    }
    return t;
  }();
  return table;
}

bool is_costly(const evaluation::Plan& plan) {
  return plan.bootstrap_replicates > 0 || plan.outcomes.size() * plan.methods.size() > 12 ||
         plan.staggered.size() > 3 || (plan.costs && plan.costs->draw_count > 1000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  const auto plan = evaluation::parse_plan({reinterpret_cast<const char*>(data), size}, "plan.toml");
  if (!plan.ok()) {
    if (!plan.error().message.starts_with("plan.toml, line ")) std::abort();
    return 0;
  }
  if (is_costly(plan.value())) return 0;
  const auto result = evaluation::evaluate({&small_table(), nullptr, nullptr}, plan.value(), {});
  if (!result.ok()) {
    if (result.error().code == ErrorCode::kInternal || result.error().message.empty()) std::abort();
    return 0;
  }
  for (const auto& e : result.value().estimates) {
    // A number with its error, or a reason: never neither, never a NaN.
    const bool number = e.estimate && e.std_error && *e.std_error > 0 && *e.estimate - *e.estimate == 0 &&
                        *e.ci_high - *e.ci_low >= 0;
    if (number == !e.not_estimable_because.empty()) std::abort();
  }
  if (evaluation::render_report(plan.value(), result.value().outputs, result.value().notes).empty())
    std::abort();
  return 0;
}
