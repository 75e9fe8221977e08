// The catalogue of holdings in SQLite: facts, slots, certificates; no key. Private to the room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "holding/door.h"

struct sqlite3;

namespace kinfold::holding {

struct CatalogueRow {
  Holding holding;
  std::uint64_t slot = 0;
  std::string why;          ///< Reason's name once it is to be destroyed.
  std::string certificate;  ///< Once it is.
  bool entered = false;     ///< The ledger has the destruction.
};

class Catalogue {
 public:
  static Result<Catalogue> open(const std::string& path);
  Catalogue() = default;
  Catalogue(Catalogue&& other) noexcept;
  Catalogue& operator=(Catalogue&& other) noexcept;
  ~Catalogue();

  Result<std::vector<CatalogueRow>> rows() const;
  Result<std::optional<CatalogueRow>> find(const Id& id) const;
  Status add(const CatalogueRow& row);
  Status set_why(const Id& id, std::string_view why);
  Status set_destroyed(const Id& id, Instant at, std::string_view certificate);
  Status set_entered(const Id& id);

 private:
  explicit Catalogue(sqlite3* handle) : handle_(handle) {}
  Status run(const char* sql) const;
  Error failure() const;
  sqlite3* handle_ = nullptr;
};

/// What is bound into the wrapped key: every fact of the row that never changes.
std::string bound_facts(const Holding& holding);

}  // namespace kinfold::holding
