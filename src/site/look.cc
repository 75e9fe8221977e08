#include "site/look.h"

#include "site/apart.h"
#include "site/outputs.h"
#include "site/vault.h"

namespace kinfold::site {

Result<LookedOutput> look_at_output(Site& site, const std::string& output, const std::string& actor,
                                    Progress& progress) {
  if (auto s = site.door().may_act(actor, charter::Duty::kOutputChecking); !s.ok()) return s.error();
  const auto id = find_outputs(site, output);
  if (!id.ok()) return id.error();
  const holding::Asking who{actor, kEvaluationPurpose, charter::Duty::kOutputChecking, {}};
  const auto outputs = open_outputs(site, id.value(), who);
  if (!outputs.ok()) return outputs.error();
  auto record = open_record(site, id.value(), who);
  if (!record.ok()) return record.error();
  const auto released = open_release_ledger(site, who);
  if (!released.ok()) return released.error();
  const auto rules = disclosure::rules_from_charter(site.charter());
  if (!rules.ok()) return rules.error();
  const auto list = to_check(outputs.value());
  auto checked = apart([&] { return disclosure::check(list, rules.value(), released.value(), progress); });
  if (!checked.ok()) return checked.error();
  return LookedOutput{seal::to_hex(id.value()), std::move(record).value(), std::move(checked).value()};
}

Result<std::vector<disclosure::OutputRecord>> output_records(Site& site, const std::string& actor,
                                                             charter::Duty duty) {
  const auto live = site.door().live(charter::Kind::kOutput);
  if (!live.ok()) return live.error();
  std::vector<disclosure::OutputRecord> records;
  for (const auto& each : live.value()) {
    // A record answers its outputs; the outputs themselves answer nothing.
    if (!each.in_answer_to) continue;
    auto record = open_record(site, *each.in_answer_to, {actor, kEvaluationPurpose, duty, {}});
    if (record.ok()) records.push_back(std::move(record).value());
  }
  return records;
}

}  // namespace kinfold::site
