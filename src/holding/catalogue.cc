#include <sqlite3.h>

#include <utility>

#include "base/text.h"
#include "holding/catalogue_internal.h"
#include "seal/files.h"

namespace kinfold::holding {
namespace {

constexpr const char* kSchema = R"(
  CREATE TABLE IF NOT EXISTS holdings (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, data_classes TEXT NOT NULL,
    origin TEXT NOT NULL, party TEXT NOT NULL, purpose TEXT NOT NULL, created INTEGER NOT NULL,
    expires INTEGER NOT NULL, destroyed INTEGER, package TEXT NOT NULL, in_answer_to TEXT NOT NULL,
    records INTEGER NOT NULL, row_count INTEGER NOT NULL, key_id TEXT NOT NULL, slot INTEGER NOT NULL,
    why TEXT NOT NULL DEFAULT '', certificate TEXT NOT NULL DEFAULT '', entered INTEGER NOT NULL DEFAULT 0) STRICT;
)";
constexpr const char* kSelect =
    "SELECT id, kind, data_classes, origin, party, purpose, created, expires, destroyed, package, "
    "in_answer_to, "
    "records, row_count, key_id, slot, why, certificate, entered FROM holdings";
constexpr const char* kInsert =
    "INSERT INTO holdings (id, kind, data_classes, origin, party, purpose, created, expires, package, "
    "in_answer_to, "
    "records, row_count, key_id, slot) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

class Statement {
 public:
  Statement(sqlite3* handle, const std::string& sql) {
    sqlite3_prepare_v2(handle, sql.c_str(), -1, &statement_, nullptr);
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement& bind(std::int64_t value) {
    if (statement_ != nullptr) sqlite3_bind_int64(statement_, ++bound_, value);
    return *this;
  }
  Statement& bind(std::string_view text) {
    if (statement_ != nullptr) {
      sqlite3_bind_text(statement_, ++bound_, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    }
    return *this;
  }
  int step() { return statement_ == nullptr ? SQLITE_ERROR : sqlite3_step(statement_); }
  std::int64_t number() { return sqlite3_column_int64(statement_, column_++); }
  bool null() const { return sqlite3_column_type(statement_, column_) == SQLITE_NULL; }
  std::string text() {
    const int at = column_++;
    const auto* found = reinterpret_cast<const char*>(sqlite3_column_text(statement_, at));
    return found == nullptr
               ? ""
               : std::string(found, static_cast<std::size_t>(sqlite3_column_bytes(statement_, at)));
  }
  void rewind() { column_ = 0; }

 private:
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
  int column_ = 0;
};

std::string optional_id(const std::optional<Id>& id) { return id ? to_hex(*id) : ""; }

/// \retval kRefused for a row that cannot have been written by this program.
Result<CatalogueRow> read_row(Statement& statement) {
  statement.rewind();
  CatalogueRow row;
  Holding& holding = row.holding;
  const auto id = seal::parse_id(statement.text());
  const auto kind = charter::parse_kind(statement.text());
  if (!id || !kind) return refused("the catalogue of holdings is damaged; take it from a backup");
  holding.id = *id;
  holding.kind = *kind;
  const std::string classes = statement.text();
  if (!classes.empty()) {
    for (const auto part : split(classes, ',')) holding.data_classes.emplace_back(part);
  }
  holding.origin = statement.text();
  holding.party = statement.text();
  holding.purpose = statement.text();
  holding.created.seconds = statement.number();
  holding.expires.days = static_cast<std::int32_t>(statement.number());
  if (!statement.null()) holding.destroyed = Instant{0};
  const std::int64_t destroyed = statement.number();
  if (holding.destroyed) holding.destroyed->seconds = destroyed;
  holding.state = holding.destroyed ? HoldingState::kDestroyed : HoldingState::kLive;
  holding.package = seal::parse_id(statement.text());
  holding.in_answer_to = seal::parse_id(statement.text());
  holding.records = statement.number() != 0;
  holding.row_count = static_cast<std::uint64_t>(statement.number());
  holding.key_id = statement.text();
  row.slot = static_cast<std::uint64_t>(statement.number());
  row.why = statement.text();
  row.certificate = statement.text();
  row.entered = statement.number() != 0;
  return row;
}

}  // namespace

Error Catalogue::failure() const {
  const int code = sqlite3_errcode(handle_) & 0xff;
  if (code == SQLITE_IOERR || code == SQLITE_CANTOPEN) {  // SQLite does not say why
    const auto* path = sqlite3_db_filename(handle_, "main");
    const int trouble = path == nullptr ? 0 : seal::disk_trouble(path);
    if (trouble != 0) return seal::system_error("the catalogue of holdings cannot be used", path, trouble);
  }
  switch (code) {
    case SQLITE_FULL:
      return io_error("the catalogue of holdings: the disk is full; make room on it and run it again");
    case SQLITE_READONLY:
    case SQLITE_PERM: return io_error("the catalogue of holdings: the disk or the file is read-only");
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return io_error("the catalogue of holdings: another kinfold is at work on this site");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return refused("the catalogue of holdings is damaged; take it from a backup");
    case SQLITE_CANTOPEN:
      return io_error("the catalogue of holdings cannot be opened; check the site's folder");
    default:
      return io_error(std::string("the catalogue of holdings: ") +
                      sqlite3_errstr(sqlite3_extended_errcode(handle_)));
  }
}

Result<Catalogue> Catalogue::open(const std::string& path) {
  sqlite3* handle = nullptr;
  const int opened = sqlite3_open_v2(
      path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Catalogue catalogue(handle);
  if (handle == nullptr || opened != SQLITE_OK) return catalogue.failure();
  sqlite3_busy_timeout(handle, 5000);
  for (const char* sql :
       {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA secure_delete = ON", kSchema}) {
    if (auto status = catalogue.run(sql); !status.ok()) return status.error();
  }
  return catalogue;
}

Catalogue::Catalogue(Catalogue&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
Catalogue& Catalogue::operator=(Catalogue&& other) noexcept {
  std::swap(handle_, other.handle_);
  return *this;
}
Catalogue::~Catalogue() { sqlite3_close(handle_); }

Status Catalogue::run(const char* sql) const {
  return sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) == SQLITE_OK ? Status() : Status(failure());
}

Result<std::vector<CatalogueRow>> Catalogue::rows() const {
  Statement select(handle_, std::string(kSelect) + " ORDER BY number");
  std::vector<CatalogueRow> all;
  int got = SQLITE_ROW;
  while ((got = select.step()) == SQLITE_ROW) {
    auto row = read_row(select);
    if (!row.ok()) return row.error();
    all.push_back(std::move(row).value());
  }
  if (got != SQLITE_DONE) return failure();
  return all;
}

Result<std::optional<CatalogueRow>> Catalogue::find(const Id& id) const {
  Statement select(handle_, std::string(kSelect) + " WHERE id = ?");
  select.bind(to_hex(id));
  const int got = select.step();
  if (got == SQLITE_DONE) return std::optional<CatalogueRow>();
  if (got != SQLITE_ROW) return failure();
  auto row = read_row(select);
  if (!row.ok()) return row.error();
  return std::optional<CatalogueRow>(std::move(row).value());
}

Status Catalogue::add(const CatalogueRow& row) {
  const Holding& holding = row.holding;
  Statement insert(handle_, kInsert);
  insert.bind(to_hex(holding.id)).bind(charter::name(holding.kind)).bind(join(holding.data_classes, ","));
  insert.bind(holding.origin).bind(holding.party).bind(holding.purpose).bind(holding.created.seconds);
  insert.bind(std::int64_t{holding.expires.days}).bind(optional_id(holding.package));
  insert.bind(optional_id(holding.in_answer_to)).bind(std::int64_t{holding.records ? 1 : 0});
  insert.bind(static_cast<std::int64_t>(holding.row_count)).bind(holding.key_id);
  insert.bind(static_cast<std::int64_t>(row.slot));
  return insert.step() == SQLITE_DONE ? Status() : Status(failure());
}

Status Catalogue::set_why(const Id& id, std::string_view why) {
  Statement update(handle_, "UPDATE holdings SET why = ? WHERE id = ?");
  update.bind(why).bind(to_hex(id));
  return update.step() == SQLITE_DONE ? Status() : Status(failure());
}

Status Catalogue::set_destroyed(const Id& id, Instant at, std::string_view certificate) {
  Statement update(handle_, "UPDATE holdings SET destroyed = ?, certificate = ? WHERE id = ?");
  update.bind(at.seconds).bind(certificate).bind(to_hex(id));
  return update.step() == SQLITE_DONE ? Status() : Status(failure());
}

Status Catalogue::set_entered(const Id& id) {
  Statement update(handle_, "UPDATE holdings SET entered = 1 WHERE id = ?");
  update.bind(to_hex(id));
  return update.step() == SQLITE_DONE ? Status() : Status(failure());
}

std::string bound_facts(const Holding& holding) {
  return "kinfold holding v1\n" + to_hex(holding.id) + "\n" + std::string(charter::name(holding.kind)) +
         "\n" + join(holding.data_classes, ",") + "\n" + holding.origin + "\n" + holding.party + "\n" +
         holding.purpose + "\n" + to_rfc3339(holding.created) + "\n" + to_iso(holding.expires) + "\n" +
         optional_id(holding.package) + "\n" + optional_id(holding.in_answer_to) + "\n" +
         (holding.records ? "records" : "data") + "\n" + std::to_string(holding.row_count) + "\n" +
         holding.key_id + "\n";
}

}  // namespace kinfold::holding
