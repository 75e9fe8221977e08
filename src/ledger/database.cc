#include <sqlite3.h>

#include <utility>

#include "ledger/database_internal.h"
#include "seal/files.h"

namespace kinfold::ledger {
namespace {

// The triggers do not stop an attacker, who has other tools; they stop a mistake of ours.
constexpr const char* kSchema = R"(
  CREATE TABLE IF NOT EXISTS entries (row INTEGER PRIMARY KEY, line TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS heads (size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS exchanged (
    party TEXT NOT NULL, seen INTEGER NOT NULL, note TEXT NOT NULL, PRIMARY KEY (party, seen)) STRICT;
  CREATE TRIGGER IF NOT EXISTS entries_stay_u BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'entries are not changed'); END;
  CREATE TRIGGER IF NOT EXISTS entries_stay_d BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'entries are not removed'); END;
)";

/// A prepared statement that ends itself.
class Statement {
 public:
  Statement(sqlite3* handle, const char* sql) { sqlite3_prepare_v2(handle, sql, -1, &statement_, nullptr); }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  bool ready() const { return statement_ != nullptr; }
  void bind(int at, std::int64_t value) { sqlite3_bind_int64(statement_, at, value); }
  void bind(int at, std::string_view text) {
    sqlite3_bind_text(statement_, at, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }
  int step() { return statement_ == nullptr ? SQLITE_ERROR : sqlite3_step(statement_); }
  std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string text(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return text == nullptr
               ? ""
               : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
  }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace

Error Database::failure(std::string_view what) const {
  const int code = sqlite3_errcode(handle_) & 0xff;
  if (code == SQLITE_IOERR || code == SQLITE_CANTOPEN) {  // SQLite does not say why
    const auto* path = sqlite3_db_filename(handle_, "main");
    const int trouble = path == nullptr ? 0 : seal::disk_trouble(path);
    if (trouble != 0) return seal::system_error(what, name_, trouble);
  }
  switch (code) {
    case SQLITE_FULL: return io_error(name_ + ": the disk is full; make room on it and run it again");
    case SQLITE_READONLY:
    case SQLITE_PERM: return io_error(name_ + ": cannot be written: the disk or the file is read-only");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return io_error(name_ + ": another kinfold is writing to this ledger; wait until it is done");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return refused(name_ + ": is damaged as a file; take the ledger from a backup and verify it");
    case SQLITE_CANTOPEN: return io_error(name_ + ": cannot be opened; check the site's folder");
    default:
      return io_error(name_ + ": " + std::string(what) + ": " +
                      sqlite3_errstr(sqlite3_extended_errcode(handle_)));
  }
}

Result<Database> Database::open(const std::string& path, Mode mode) {
  sqlite3* handle = nullptr;
  const int flags = mode == Mode::kWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  const int opened = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(handle, seal::file_name(path));
  if (handle == nullptr || opened != SQLITE_OK) return database.failure("cannot be opened");
  sqlite3_busy_timeout(handle, 5000);
  // A limit on every row: a ledger that claims more is no ledger of ours.
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 1 << 20);
  if (mode == Mode::kWrite) {
    for (const char* sql : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", kSchema}) {
      if (auto status = database.run(sql); !status.ok()) return status.error();
    }
  }
  return database;
}

Database::Database(Database&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), name_(std::move(other.name_)) {}
Database& Database::operator=(Database&& other) noexcept {
  std::swap(handle_, other.handle_);
  std::swap(name_, other.name_);
  return *this;
}
Database::~Database() { sqlite3_close(handle_); }

Status Database::run(const char* sql) const {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failure("cannot be used");
  return {};
}

Status Database::read_lines(std::int64_t first, const std::function<bool(StoredLine)>& see) const {
  Statement select(handle_, "SELECT row, line FROM entries WHERE row >= ? ORDER BY row");
  if (!select.ready()) return failure("cannot be read");
  select.bind(1, first);
  int got = SQLITE_ROW;
  while ((got = select.step()) == SQLITE_ROW) {
    if (!see({select.number(0), select.text(1)})) return {};
  }
  return got == SQLITE_DONE ? Status() : Status(failure("cannot be read"));
}

Status Database::read_heads(const std::function<bool(StoredHead)>& see) const {
  Statement select(handle_, "SELECT size, note FROM heads ORDER BY size");
  if (!select.ready()) return failure("cannot be read");
  int got = SQLITE_ROW;
  while ((got = select.step()) == SQLITE_ROW) {
    if (!see({select.number(0), select.text(1)})) return {};
  }
  return got == SQLITE_DONE ? Status() : Status(failure("cannot be read"));
}

Result<std::string> Database::last_head() const {
  Statement select(handle_, "SELECT note FROM heads ORDER BY size DESC LIMIT 1");
  const int got = select.step();
  if (got == SQLITE_ROW) return select.text(0);
  if (got == SQLITE_DONE) return std::string();
  return failure("cannot be read");
}

Result<std::int64_t> Database::line_count() const {
  Statement select(handle_, "SELECT COUNT(*) FROM entries");
  if (select.step() != SQLITE_ROW) return failure("cannot be read");
  return select.number(0);
}

Status Database::begin() { return run("BEGIN IMMEDIATE"); }
Status Database::commit() { return run("COMMIT"); }
void Database::roll_back() { sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr); }

Status Database::add_line(std::int64_t row, std::string_view line) {
  Statement insert(handle_, "INSERT INTO entries (row, line) VALUES (?, ?)");
  if (!insert.ready()) return failure("cannot be written");
  insert.bind(1, row);
  insert.bind(2, line);
  return insert.step() == SQLITE_DONE ? Status() : Status(failure("cannot be written"));
}

Status Database::add_head(std::int64_t size, std::string_view note) {
  Statement insert(handle_, "INSERT INTO heads (size, note) VALUES (?, ?)");
  if (!insert.ready()) return failure("cannot be written");
  insert.bind(1, size);
  insert.bind(2, note);
  return insert.step() == SQLITE_DONE ? Status() : Status(failure("cannot be written"));
}

Result<std::string> Database::exchanged(std::string_view party, bool seen) const {
  Statement select(handle_, "SELECT note FROM exchanged WHERE party = ? AND seen = ?");
  if (!select.ready()) return failure("cannot be read");
  select.bind(1, party);
  select.bind(2, std::int64_t{seen ? 1 : 0});
  const int got = select.step();
  if (got == SQLITE_ROW) return select.text(0);
  if (got == SQLITE_DONE) return std::string();
  return failure("cannot be read");
}

Status Database::set_exchanged(std::string_view party, bool seen, std::string_view note) {
  Statement upsert(handle_, "INSERT OR REPLACE INTO exchanged (party, seen, note) VALUES (?, ?, ?)");
  if (!upsert.ready()) return failure("cannot be written");
  upsert.bind(1, party);
  upsert.bind(2, std::int64_t{seen ? 1 : 0});
  upsert.bind(3, note);
  return upsert.step() == SQLITE_DONE ? Status() : Status(failure("cannot be written"));
}

}  // namespace kinfold::ledger
