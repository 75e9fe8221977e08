#include "identity/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace kinfold::identity {
namespace {

/// SQLite's own messages can quote SQL; ours never do.
Error database_error(sqlite3* database, std::string_view what) {
  const std::string name(what);
  const int code = database == nullptr ? SQLITE_NOMEM : sqlite3_errcode(database);
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return io_error(name + " is in use by another process; wait until it is done, then try again");
    case SQLITE_FULL:
      return io_error("the disk is full; " + name + " is unchanged: make room, then try again");
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return io_error(
          name + " cannot be written; check the folder's permissions and that the disk is not read-only");
    case SQLITE_CANTOPEN:
      return io_error(name + " cannot be opened; check that its folder is there and yours");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return invalid(name + " is damaged or not a database; restore it from a backup");
    case SQLITE_IOERR:
      return io_error("the disk failed while " + name + " was used; check it, then try again");
    case SQLITE_TOOBIG: return invalid("a value is too large for " + name);
    default: return internal_error(name + ": database error " + std::to_string(code));
  }
}

Status make_private(const std::string& path, const std::string& what) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) {
    // A file on a read-only disk may still be read; SQLite says so when it is written.
    if (errno == EROFS || errno == EACCES) {
      return io_error(
          what + " cannot be written; check the folder's permissions and that the disk is not read-only");
    }
    return io_error(what + " cannot be opened: " + std::strerror(errno) + "; check that its folder is there");
  }
  ::close(file);
  return {};
}

// A million new people are written once into new pages, which a rollback journal need not keep; a write-ahead
// log would write, sum and read each page again. Emptied at each commit, it keeps nothing that was deleted.
// The page size is of new files only.
constexpr const char* kSettings =
    "PRAGMA page_size=16384;"
    "PRAGMA locking_mode=EXCLUSIVE;"
    "PRAGMA secure_delete=ON;"
    "PRAGMA journal_mode=TRUNCATE;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA trusted_schema=OFF;"
    "PRAGMA cell_size_check=ON;"
    "BEGIN EXCLUSIVE; COMMIT;";

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)) {}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_, index, value);
  return *this;
}

Statement& Statement::bind(int index, std::string_view value) {
  sqlite3_bind_text64(statement_, index, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(int index, seal::ByteView value) {
  sqlite3_bind_blob64(statement_, index, value.empty() ? static_cast<const void*>("") : value.data(),
                      value.size(), SQLITE_STATIC);
  return *this;
}

Statement& Statement::bind_null(int index) {
  sqlite3_bind_null(statement_, index);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return database_error(database_, "the database");
}

Status Statement::run() {
  for (;;) {
    auto stepped = step();
    if (!stepped.ok()) {
      sqlite3_reset(statement_);
      return stepped.error();
    }
    if (!stepped.value()) break;
  }
  sqlite3_reset(statement_);
  return {};
}

std::int64_t Statement::int_at(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Statement::text_at(int column) const {
  const auto bytes = bytes_at(column);
  return std::string(seal::as_text(bytes));
}

seal::ByteView Statement::bytes_at(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  return {static_cast<const std::byte*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

Result<Database> Database::open(const std::string& path, const std::string& what, std::string_view format,
                                const char* schema) {
  if (auto made = make_private(path, what); !made.ok()) return made.error();
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(
      path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(raw, what);
  if (opened != SQLITE_OK) return database_error(raw, what);
  if (auto set = database.execute(kSettings); !set.ok()) return set.error();
  if (auto ready = database.check_format(format, schema); !ready.ok()) return ready.error();
  return database;
}

Status Database::check_format(std::string_view format, const char* schema) {
  auto transaction = Transaction::begin(*this);
  if (!transaction.ok()) return transaction.error();
  if (auto made = execute("CREATE TABLE IF NOT EXISTS format(name TEXT NOT NULL)"); !made.ok()) return made;
  {
    auto asked = prepare("SELECT name FROM format");
    if (!asked.ok()) return asked.error();
    auto row = asked.value().step();
    if (!row.ok()) return row.error();
    if (row.value()) {
      if (asked.value().text_at(0) == format) return {};
      return invalid(what_ + " has another format than '" + std::string(format) +
                     "'; it was made by another version of Kinfold, or is another file");
    }
  }
  auto inserted = prepare("INSERT INTO format VALUES(?1)");
  if (!inserted.ok()) return inserted.error();
  if (auto ran = inserted.value().bind(1, format).run(); !ran.ok()) return ran;
  if (auto made = execute(schema); !made.ok()) return made;
  return transaction.value().commit();
}

Database::Database(Database&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)), what_(std::move(other.what_)) {}

Database& Database::operator=(Database&& other) noexcept {
  std::swap(database_, other.database_);
  std::swap(what_, other.what_);
  return *this;
}

Database::~Database() { sqlite3_close_v2(database_); }

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()), 0, &statement, nullptr) !=
      SQLITE_OK) {
    return database_error(database_, what_);
  }
  return Statement(database_, statement);
}

Status Database::execute(const char* sql) {
  if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return database_error(database_, what_);
  return {};
}

std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(database_); }

Result<Transaction> Transaction::begin(Database& database) {
  if (auto begun = database.execute("BEGIN IMMEDIATE"); !begun.ok()) return begun.error();
  return Transaction(database);
}

Transaction::~Transaction() {
  // A failed commit leaves it open; what is rolled back was never there.
  if (database_ != nullptr) static_cast<void>(database_->execute("ROLLBACK"));
}

Status Transaction::commit() {
  auto committed = database_->execute("COMMIT");
  if (committed.ok()) database_ = nullptr;
  return committed;
}

}  // namespace kinfold::identity
