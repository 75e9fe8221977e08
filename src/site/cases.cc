#include "site/cases.h"

#include "rights/store.h"
#include "site/records.h"

namespace kinfold::site {
namespace {

using table::ColumnType;

struct OpenCases {
  std::unique_ptr<OpenRecords> records;
  std::unique_ptr<identity::RecordKeys> keys;
  rights::CaseStore store;
};

Result<OpenCases> open_cases(Site& site, const std::string& actor) {
  auto records = open_records(site, charter::Kind::kCases, {kIdentityClass},
                              {actor, kRightsPurpose, charter::Duty::kDataProtection, {}});
  if (!records.ok()) return records.error();
  auto open = std::make_unique<OpenRecords>(std::move(records).value());
  auto keys = identity::keys_of(open->ring);
  auto store = rights::CaseStore::open(open->folder + "/cases.sqlite", *keys);
  if (!store.ok()) return store.error();
  return OpenCases{std::move(open), std::move(keys), std::move(store).value()};
}

}  // namespace

Result<rights::Case> keep_case(Site& site, rights::Right right, const std::string& actor,
                               const std::optional<identity::PersonId>& person) {
  auto cases = open_cases(site, actor);
  if (!cases.ok()) return cases.error();
  auto a_case = rights::open_case(right, site.today(), actor, identity::system_random());
  a_case.person = person;
  for (const auto event : {rights::Event::kStart, rights::Event::kFulfil}) {
    if (auto s = rights::apply(a_case, {event, site.today(), actor, {}}); !s.ok()) return s.error();
  }
  if (auto s = cases.value().store.save(a_case); !s.ok()) return s.error();
  return a_case;
}

Result<Report> list_cases(Site& site, const std::string& actor) {
  const auto cases = open_cases(site, actor);
  if (!cases.ok()) return cases.error();
  table::Table rows;
  for (const auto* name : {"case", "right", "received", "state", "due"}) rows.add(name, ColumnType::kString);
  rows.add("days_left", ColumnType::kInt64);
  auto& columns = rows.columns();
  for (const auto& each : cases.value().store.list(site.today())) {
    const auto clock = rights::clock_of(each, site.today());
    const bool closed = rights::is_closed(rights::state_of(each));
    columns[0].append_string(each.id);
    columns[1].append_string(rights::name(each.right));
    columns[2].append_string(to_iso(each.received));
    columns[3].append_string(rights::name(rights::state_of(each)));
    columns[4].append_string(clock.due && !closed ? to_iso(*clock.due) : "");
    clock.days_left && !closed ? columns[5].append_int(*clock.days_left) : columns[5].append_null();
  }
  Report report;
  report.headline = rows.row_count() == 0 ? "There are no cases." : "Cases, the most urgent first.";
  report.rows = std::move(rows);
  return report;
}

}  // namespace kinfold::site
