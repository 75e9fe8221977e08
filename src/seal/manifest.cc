// The manifest as JSON, strictly: a reader that guesses is a reader that can be misled.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "seal/archive.h"
#include "seal/package.h"

namespace kinfold::seal {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::string_view kKindNames[] = {"submission", "request", "return", "release", "notice", "receipt"};
constexpr table::ColumnType kTypes[] = {table::ColumnType::kString, table::ColumnType::kInt64,
                                        table::ColumnType::kDouble, table::ColumnType::kBool,
                                        table::ColumnType::kDate};
constexpr std::size_t kManifestBytesMax = 1 << 20;
constexpr std::size_t kColumnCountMax = 8192;

std::optional<table::ColumnType> parse_type(std::string_view text) {
  for (const auto type : kTypes) {
    if (table::type_name(type) == text) return type;
  }
  return std::nullopt;
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

/// Takes fields out of one JSON object and remembers the first thing that was wrong.
class FieldReader {
 public:
  FieldReader(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object()) fail("is not an object");
  }
  std::string text(const char* field, std::size_t length_max = 40) {
    const Json* value = take(field);
    if (value == nullptr) return {};
    if (!value->is_string() || value->get_ref<const std::string&>().size() > length_max) {
      fail(fmt::format("'{}' is not a text of at most {} bytes", field, length_max));
      return {};
    }
    return value->get<std::string>();
  }
  std::string word(const char* field) {
    std::string found = text(field);
    if (ok() && !is_word(found)) fail(fmt::format("'{}' is not a plain word", field));
    return found;
  }
  std::uint64_t number(const char* field) {
    const Json* value = take(field);
    if (value == nullptr) return 0;
    if (!value->is_number_unsigned()) {
      fail(fmt::format("'{}' is not a whole number", field));
      return 0;
    }
    return value->get<std::uint64_t>();
  }
  const Json& list(const char* field, std::size_t count_max) {
    static const Json kNothing = Json::array();
    const Json* value = take(field);
    if (value == nullptr) return kNothing;
    if (!value->is_array() || value->size() > count_max) {
      fail(fmt::format("'{}' is not a list of at most {}", field, count_max));
      return kNothing;
    }
    return *value;
  }
  bool has(const char* field) const { return ok() && object_.contains(field); }
  template <typename Value>
  Value need(const char* field, std::optional<Value> parsed) {
    if (!parsed && ok()) fail(fmt::format("'{}' is malformed", field));
    return parsed.value_or(Value{});
  }
  void fail(std::string what) {
    if (ok()) fault_ = where_ + " " + std::move(what);
  }
  bool ok() const { return fault_.empty(); }
  Status end() {
    if (ok() && taken_.size() != object_.size()) fail("has a field that is not known");
    return ok() ? Status() : Status(invalid(fault_));
  }

 private:
  const Json* take(const char* field) {
    if (!ok()) return nullptr;
    const auto found = object_.find(field);
    if (found == object_.end()) {
      fail(fmt::format("has no '{}'", field));
      return nullptr;
    }
    taken_.insert(field);
    return &*found;
  }
  const Json& object_;
  std::string where_;
  std::string fault_;
  std::set<std::string> taken_;
};

Result<TableFact> parse_table(const Json& json) {
  FieldReader in(json, "manifest: a table");
  TableFact fact;
  fact.name = in.text("name");
  fact.row_count = in.number("rows");
  if (in.ok() && !is_table_name(fact.name)) in.fail("has a name that is none");
  for (const auto& column : in.list("columns", kColumnCountMax)) {
    FieldReader column_in(column, "manifest: a column");
    ColumnFact column_fact;
    column_fact.name = column_in.text("name", 200);
    column_fact.type = column_in.need("type", parse_type(column_in.text("type")));
    if (auto status = column_in.end(); !status.ok()) return status.error();
    fact.columns.push_back(std::move(column_fact));
  }
  if (auto status = in.end(); !status.ok()) return status.error();
  return fact;
}

Result<DocumentFact> parse_document(const Json& json) {
  FieldReader in(json, "manifest: a document");
  DocumentFact fact;
  fact.name = in.text("name", 60);
  fact.byte_count = in.number("bytes");
  fact.digest = in.need("sha256", parse_digest(in.text("sha256", 64)));
  if (in.ok() && !is_document_name(fact.name)) in.fail("has a name that is none");
  if (auto status = in.end(); !status.ok()) return status.error();
  return fact;
}

}  // namespace

std::string_view name(PackageKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

std::optional<PackageKind> parse_package_kind(std::string_view text) {
  for (std::size_t i = 0; i < std::size(kKindNames); ++i) {
    if (kKindNames[i] == text) return static_cast<PackageKind>(i);
  }
  return std::nullopt;
}

std::string to_json(const Manifest& manifest) {
  Json json;
  json["kinfold"] = manifest.version;
  json["id"] = to_hex(manifest.id);
  json["kind"] = name(manifest.kind);
  json["charter"] = manifest.charter_hash;
  json["from"] = manifest.from;
  json["to"] = manifest.to;
  json["purpose"] = manifest.purpose;
  json["data_classes"] = manifest.data_classes;
  json["created"] = to_rfc3339(manifest.created);
  json["expires"] = to_iso(manifest.expires);
  if (manifest.in_answer_to) json["in_answer_to"] = to_hex(*manifest.in_answer_to);
  json["ledger_head"] = manifest.ledger_head;
  json["ledger_proof"] = manifest.ledger_proof;
  json["tables"] = Json::array();
  for (const auto& table : manifest.tables) {
    Json columns = Json::array();
    for (const auto& column : table.columns) {
      columns.push_back({{"name", column.name}, {"type", table::type_name(column.type)}});
    }
    json["tables"].push_back(
        {{"name", table.name}, {"rows", table.row_count}, {"columns", std::move(columns)}});
  }
  json["documents"] = Json::array();
  for (const auto& document : manifest.documents) {
    json["documents"].push_back(
        {{"name", document.name}, {"bytes", document.byte_count}, {"sha256", to_hex(document.digest)}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Manifest> parse_manifest(std::string_view text) {
  if (text.size() > kManifestBytesMax) return invalid("manifest: is longer than a mebibyte");
  const Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (json.is_discarded()) return invalid("manifest: is not JSON");
  FieldReader in(json, "manifest:");
  Manifest manifest;
  if (in.number("kinfold") != 1) in.fail("is of a version that this program does not know");
  manifest.id = in.need("id", parse_id(in.text("id")));
  manifest.kind = in.need("kind", parse_package_kind(in.text("kind")));
  manifest.charter_hash = in.text("charter", 64);
  if (in.ok() && !parse_digest(manifest.charter_hash)) in.fail("'charter' is not a SHA-256 in hexadecimal");
  manifest.from = in.word("from");
  manifest.to = in.word("to");
  manifest.purpose = in.word("purpose");
  for (const auto& data_class : in.list("data_classes", 64)) {
    if (!data_class.is_string() || !is_word(data_class.get_ref<const std::string&>())) {
      in.fail("'data_classes' holds something that is not a plain word");
      break;
    }
    manifest.data_classes.push_back(data_class.get<std::string>());
  }
  manifest.created = in.need("created", parse_rfc3339(in.text("created")));
  manifest.expires = in.need("expires", parse_iso_date(in.text("expires")));
  if (in.has("in_answer_to"))
    manifest.in_answer_to = in.need("in_answer_to", parse_id(in.text("in_answer_to")));
  manifest.ledger_head = in.text("ledger_head", 16 * 1024);
  manifest.ledger_proof = in.text("ledger_proof", 64 * 1024);
  for (const auto& table : in.list("tables", 128)) {
    auto fact = parse_table(table);
    if (!fact.ok()) return fact.error();
    manifest.tables.push_back(std::move(fact).value());
  }
  for (const auto& document : in.list("documents", 128)) {
    auto fact = parse_document(document);
    if (!fact.ok()) return fact.error();
    manifest.documents.push_back(std::move(fact).value());
  }
  if (auto status = in.end(); !status.ok()) return status.error();
  return manifest;
}

Status check_manifest(const Manifest& manifest, const Expectations& expected) {
  if (manifest.charter_hash != expected.charter_hash) {
    return refused("was sealed under another charter than ours; agree on one version of the charter first");
  }
  if (manifest.from != expected.from) {
    return refused(fmt::format("says it is from '{}' but was signed by '{}'", manifest.from, expected.from));
  }
  if (manifest.to != expected.to) {
    return refused(fmt::format("is addressed to '{}', and this is '{}'", manifest.to, expected.to));
  }
  const auto among = [](const auto& list, const auto& item) {
    return list.empty() || std::find(list.begin(), list.end(), item) != list.end();
  };
  if (!among(expected.kinds, manifest.kind)) {
    return refused(fmt::format("is a {}, which is not what is expected here", name(manifest.kind)));
  }
  if (!among(expected.purposes, manifest.purpose)) {
    return refused(
        fmt::format("is for the purpose '{}', which is not what is expected here", manifest.purpose));
  }
  if (manifest.created.seconds > expected.now.seconds + expected.clock_slack_seconds) {
    return refused("was made in the future; check the clocks of both sites");
  }
  if (date_of(expected.now) > manifest.expires) {
    return refused(
        fmt::format("expired: its last day was {}; ask the sender for a new one", to_iso(manifest.expires)));
  }
  if (expected.seen_before && expected.seen_before(manifest.id)) {
    return refused("was received before; a file is taken once");
  }
  if (expected.in_answer_to && manifest.in_answer_to != expected.in_answer_to) {
    return refused("does not answer the request that is open");
  }
  return {};
}

}  // namespace kinfold::seal
