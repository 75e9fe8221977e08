#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "table/duckdb_internal.h"
#include "table/io.h"

namespace kinfold::table {
namespace {

bool is_plain_identifier(const std::string& name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && name.size() <= 63 && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

}  // namespace

struct Engine::State {
  std::unique_ptr<Session> session;
};

Engine::Engine(std::unique_ptr<State> state) : state_(std::move(state)) {}
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;
Engine::~Engine() = default;

Result<Engine> Engine::create(std::size_t thread_count) {
  auto session = Session::open(thread_count);
  if (!session.ok()) return session.error();
  return Engine(std::make_unique<State>(State{std::move(session.value())}));
}

Status Engine::add(const std::string& name, const Table& table) {
  if (!is_plain_identifier(name)) {
    return invalid("a table's name in the engine is letters, digits and _ and does not start with a digit");
  }
  return state_->session->load(table, name);
}

Result<Table> Engine::query(const std::string& sql) {
  const auto result = state_->session->stream(sql);
  if (!result.ok()) return result.error();
  auto table = result.value()->empty_table();
  if (!table.ok()) return table;
  for (;;) {
    const auto more = result.value()->fetch_into(table.value());
    if (!more.ok()) return more.error();
    if (!more.value()) return table;
  }
}

}  // namespace kinfold::table
