#include "site/outputs.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "seal/bytes.h"
#include "site/vault.h"

namespace kinfold::site {
namespace {

using evaluation::OutputColumn;
using evaluation::OutputRole;
using evaluation::OutputTable;
using nlohmann::json;

constexpr const char* kSetDocument = "outputs.json";
constexpr const char* kRecordDocument = "record.json";
constexpr const char* kReleasedDocument = "released.json";

disclosure::Role role_of(OutputRole role) {
  switch (role) {
    case OutputRole::kDimension: return disclosure::Role::kDimension;
    case OutputRole::kCount: return disclosure::Role::kCount;
    case OutputRole::kContributors: return disclosure::Role::kContributors;
    case OutputRole::kShare: return disclosure::Role::kShare;
    case OutputRole::kMean: return disclosure::Role::kMean;
    case OutputRole::kEstimate: return disclosure::Role::kEstimate;
    case OutputRole::kText: break;
  }
  return disclosure::Role::kText;
}

disclosure::Level level_of(evaluation::OutputLevel level) {
  switch (level) {
    case evaluation::OutputLevel::kFamily: return disclosure::Level::kFamily;
    case evaluation::OutputLevel::kAuthority: return disclosure::Level::kAuthority;
    case evaluation::OutputLevel::kPerson: break;
  }
  return disclosure::Level::kPerson;
}

disclosure::ColumnLayout layout_of(const OutputColumn& column) {
  disclosure::ColumnLayout layout;
  layout.column = column.name;
  layout.role = role_of(column.role);
  layout.level = level_of(column.level);
  layout.of = column.of;
  layout.n = column.n;
  return layout;
}

seal::Document document(const char* name, const std::string& text) {
  const auto bytes = seal::as_bytes(text);
  return {name, seal::PlainBytes(bytes.begin(), bytes.end())};
}

json layout_json(const OutputTable& table) {
  json layout = json::array();
  for (const auto& column : table.layout) {
    layout.push_back({{"name", column.name},
                      {"role", static_cast<int>(column.role)},
                      {"level", static_cast<int>(column.level)},
                      {"of", column.of},
                      {"n", column.n}});
  }
  return layout;
}

Result<json> read_document(const seal::Contents& contents, const char* name) {
  const auto* found = contents.find_document(name);
  if (found == nullptr) return invalid(std::string("the output lacks its `") + name + "`; evaluate again");
  auto parsed = json::parse(seal::as_text(found->bytes), nullptr, false);
  if (parsed.is_discarded())
    return invalid(std::string("the output's `") + name + "` is not JSON; evaluate again");
  return parsed;
}

OutputTable read_table(const json& entry, const table::Table& table) {
  OutputTable out;
  out.id = entry.at("id").get<std::string>();
  out.title = entry.at("title").get<std::string>();
  out.table = table;
  for (const auto& column : entry.at("layout")) {
    out.layout.push_back(
        {column.at("name").get<std::string>(), static_cast<OutputRole>(column.at("role").get<int>()),
         static_cast<evaluation::OutputLevel>(column.at("level").get<int>()),
         column.at("of").get<std::string>(), column.at("n").get<std::vector<std::string>>()});
  }
  return out;
}

holding::NewHolding output_holding(const Site& site) {
  holding::NewHolding fresh;
  fresh.kind = charter::Kind::kOutput;
  fresh.origin = site.party().id;
  fresh.purpose = kEvaluationPurpose;
  return fresh;
}

/// The newest live output holding for which `is_it` says yes.
template <typename Predicate>
Result<std::vector<holding::Holding>> live_outputs(Site& site, Predicate is_it) {
  auto live = site.door().live(charter::Kind::kOutput);
  if (!live.ok()) return live.error();
  std::vector<holding::Holding> found;
  for (auto& each : live.value()) {
    if (is_it(each)) found.push_back(std::move(each));
  }
  return found;
}

bool is_record_of(const holding::Holding& holding, const seal::Id& outputs) {
  return holding.in_answer_to == outputs;
}
// The ledger of what was published answers nothing and came in no file; it has no rows either.
bool is_release_ledger(const holding::Holding& holding) { return holding.party == "public"; }
bool is_output_set(const holding::Holding& holding) {
  return !holding.in_answer_to && !is_release_ledger(holding);
}

/// Stores the new version, then destroys the ones before it: a reader always finds one.
Status replace(Site& site, holding::NewHolding fresh, const char* name, const std::string& text,
               const holding::Asking& who, const std::vector<holding::Holding>& before) {
  seal::Contents contents;
  contents.documents.push_back(document(name, text));
  const auto stored = site.door().store(fresh, contents, who);
  if (!stored.ok()) return stored.error();
  for (const auto& old : before) {
    if (const auto gone = site.door().destroy(old.id, who.actor, ledger::Reason::kNone); !gone.ok())
      return gone.error();
  }
  return {};
}

}  // namespace

std::vector<disclosure::Output> to_check(const OutputSet& outputs) {
  std::vector<disclosure::Output> converted;
  for (const auto& each : outputs.tables) {
    disclosure::Output output;
    output.id = each.id;
    output.title = each.title;
    output.population.data_version = outputs.data_version;
    output.table = each.table;
    for (const auto& column : each.layout) output.layout.push_back(layout_of(column));
    converted.push_back(std::move(output));
  }
  return converted;
}

std::vector<OutputTable> protected_tables(const OutputSet& outputs, const disclosure::Checked& checked) {
  std::vector<OutputTable> tables;
  for (std::size_t k = 0; k < outputs.tables.size(); ++k) {
    OutputTable protected_table = outputs.tables[k];
    std::vector<table::Column> columns;
    for (const auto& column : outputs.tables[k].table.columns()) {
      const auto* shown = checked.outputs[k].protected_table.find(column.name());
      if (shown != nullptr) columns.push_back(*shown);
    }
    protected_table.table = table::Table(std::move(columns));
    tables.push_back(std::move(protected_table));
  }
  return tables;
}

Result<seal::Id> store_outputs(Site& site, const OutputSet& outputs, const std::string& actor) {
  json set = {{"plan", outputs.plan_text}, {"data_version", outputs.data_version}, {"notes", outputs.notes}};
  set["tables"] = json::array();
  seal::Contents contents;
  for (const auto& table : outputs.tables) {
    set["tables"].push_back({{"id", table.id}, {"title", table.title}, {"layout", layout_json(table)}});
    contents.tables.push_back({"t" + std::to_string(contents.tables.size()), table.table});
  }
  contents.documents.push_back(document(kSetDocument, set.dump()));
  const auto stored = site.door().store(output_holding(site), contents,
                                        {actor, kEvaluationPurpose, charter::Duty::kAnalysis, {}});
  if (!stored.ok()) return stored.error();
  return stored.value().id;
}

Result<OutputSet> open_outputs(Site& site, const seal::Id& id, const holding::Asking& who) {
  const auto contents = site.door().open(id, who);
  if (!contents.ok()) return contents.error();
  const auto set = read_document(contents.value(), kSetDocument);
  if (!set.ok()) return set.error();
  OutputSet outputs;
  outputs.plan_text = set.value().at("plan").get<std::string>();
  outputs.data_version = set.value().at("data_version").get<std::string>();
  outputs.notes = set.value().at("notes").get<std::vector<std::string>>();
  std::size_t index = 0;
  for (const auto& entry : set.value().at("tables")) {
    const auto table = contents.value().require("t" + std::to_string(index++));
    if (!table.ok()) return table.error();
    outputs.tables.push_back(read_table(entry, *table.value()));
  }
  return outputs;
}

Status store_record(Site& site, const seal::Id& outputs, const disclosure::OutputRecord& record,
                    const holding::Asking& who) {
  const auto before = live_outputs(site, [&](const auto& each) { return is_record_of(each, outputs); });
  if (!before.ok()) return before.error();
  auto fresh = output_holding(site);
  fresh.in_answer_to = outputs;
  return replace(site, fresh, kRecordDocument, record.to_json(), who, before.value());
}

Result<disclosure::OutputRecord> open_record(Site& site, const seal::Id& outputs,
                                             const holding::Asking& who) {
  const auto found = live_outputs(site, [&](const auto& each) { return is_record_of(each, outputs); });
  if (!found.ok()) return found.error();
  if (found.value().empty()) return invalid("this output has no record; evaluate again");
  const auto contents = site.door().open(found.value().back().id, who);
  if (!contents.ok()) return contents.error();
  const auto* document = contents.value().find_document(kRecordDocument);
  if (document == nullptr) return invalid("this output's record is not there; evaluate again");
  return disclosure::OutputRecord::from_json(seal::as_text(document->bytes));
}

Result<disclosure::ReleaseLedger> open_release_ledger(Site& site, const holding::Asking& who) {
  const auto found = live_outputs(site, is_release_ledger);
  if (!found.ok()) return found.error();
  if (found.value().empty()) return disclosure::ReleaseLedger{};
  const auto contents = site.door().open(found.value().back().id, who);
  if (!contents.ok()) return contents.error();
  const auto* document = contents.value().find_document(kReleasedDocument);
  if (document == nullptr)
    return invalid("the ledger of published outputs is damaged; restore the site from its backup");
  return disclosure::ReleaseLedger::from_json(seal::as_text(document->bytes));
}

Status store_release_ledger(Site& site, const disclosure::ReleaseLedger& released,
                            const holding::Asking& who) {
  const auto before = live_outputs(site, is_release_ledger);
  if (!before.ok()) return before.error();
  auto fresh = output_holding(site);
  fresh.party = "public";
  return replace(site, fresh, kReleasedDocument, released.to_json(), who, before.value());
}

Result<seal::Id> find_outputs(Site& site, const std::string& name) {
  const auto found = live_outputs(
      site, [&](const auto& each) { return is_output_set(each) && seal::to_hex(each.id).starts_with(name); });
  if (!found.ok()) return found.error();
  if (found.value().empty())
    return invalid("there is no such output here; `kinfold check --list` shows what there is");
  if (!name.empty() && found.value().size() > 1)
    return invalid("several outputs begin like that; give more of the id");
  return found.value().back().id;
}

std::string hash_of(const disclosure::Checked& checked) {
  std::string all;
  for (const auto& output : checked.outputs) all += output.id + "\n" + disclosure::public_csv(output) + "\n";
  return seal::to_hex(seal::sha256(seal::as_bytes(all)));
}

}  // namespace kinfold::site
