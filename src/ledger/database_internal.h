// The SQLite file under a ledger: lines and heads. Private to the room.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;

namespace kinfold::ledger {

/// A line as it lies on disk, with the row's own number beside the index inside the line.
struct StoredLine {
  std::int64_t row = 0;
  std::string line;
};
struct StoredHead {
  std::int64_t size = 0;
  std::string note;
};

class Database {
 public:
  enum class Mode { kWrite, kRead };
  static Result<Database> open(const std::string& path, Mode mode);
  Database() = default;
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  ~Database();

  /// From row `first` on, in row order.
  Status read_lines(std::int64_t first, const std::function<bool(StoredLine)>& see) const;
  Status read_heads(const std::function<bool(StoredHead)>& see) const;
  Result<std::string> last_head() const;
  Result<std::int64_t> line_count() const;

  /// One writer at a time, across processes; waits up to five seconds for its turn.
  Status begin();
  Status add_line(std::int64_t row, std::string_view line);
  Status add_head(std::int64_t size, std::string_view note);
  Status commit();
  void roll_back();

  /// Heads of other parties (seen = true) and how far ours were sent to them (seen = false).
  Result<std::string> exchanged(std::string_view party, bool seen) const;
  Status set_exchanged(std::string_view party, bool seen, std::string_view note);

 private:
  explicit Database(sqlite3* handle, std::string name) : handle_(handle), name_(std::move(name)) {}
  Status run(const char* sql) const;
  Error failure(std::string_view what) const;
  sqlite3* handle_ = nullptr;
  std::string name_;
};

}  // namespace kinfold::ledger
