// SQLite as the sealed side uses it: one process, nothing left behind when rows are deleted, and
// errors in words. Only sealed bytes, keyed tokens and random ids may be written through it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "seal/bytes.h"

struct sqlite3;
struct sqlite3_stmt;

namespace kinfold::identity {

/// A prepared statement. Parameters count from 1, columns from 0. Views of columns hold until the
/// next step.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::string_view value);
  Statement& bind(int index, seal::ByteView value);  ///< Must live until the statement is done.
  Statement& bind_null(int index);
  /// \returns whether there is a row.
  Result<bool> step();
  /// Runs to the end and is ready to be bound again.
  Status run();
  std::int64_t int_at(int column) const;
  std::string text_at(int column) const;
  seal::ByteView bytes_at(int column) const;
  bool is_null(int column) const;

 private:
  friend class Database;
  Statement(sqlite3* database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
  sqlite3* database_;
  sqlite3_stmt* statement_;
};

/// Not thread-safe. Rollback journal, full synchronisation, secure deletion, temporary tables in
/// memory; locked for one process as long as it is open.
class Database {
 public:
  /// Makes the file (mode 0600) where there is none. `what` names it in messages: "the vault".
  /// \retval kIo if another process has it open, the disk is full or read-only; kInvalid if the
  ///         file is not a database of this `format`.
  static Result<Database> open(const std::string& path, const std::string& what, std::string_view format,
                               const char* schema);
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  ~Database();

  Result<Statement> prepare(std::string_view sql);
  Status execute(const char* sql);
  std::int64_t last_row() const;

 private:
  Database(sqlite3* database, std::string what) : database_(database), what_(std::move(what)) {}
  Status check_format(std::string_view format, const char* schema);
  sqlite3* database_ = nullptr;
  std::string what_;
};

/// Undone unless it was committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(other.database_) { other.database_ = nullptr; }
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace kinfold::identity
