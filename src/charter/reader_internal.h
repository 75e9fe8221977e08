// Takes typed values out of a TOML table and gathers every problem instead of stopping at the first.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "charter/charter.h"
#include "charter/node_internal.h"

namespace kinfold::charter {

/// What is wrong with a charter, by line.
class Problems {
 public:
  explicit Problems(std::string_view file_name) : file_name_(file_name) {}
  void add(int line, std::string_view what, std::string_view remedy);
  bool empty() const { return found_.empty(); }
  /// All of them in the order of lines, at most 100 and then how many more.
  Error error() const;

 private:
  std::string file_name_;
  std::multimap<int, std::string> found_;
};

/// Safe to print: in single quotes, at most 40 bytes, without control characters.
std::string quoted(std::string_view text);
/// The nearest of `known` if it is near enough to be meant; empty otherwise.
std::string nearest(std::string_view text, const std::vector<std::string>& known);
bool is_id(std::string_view text);

enum class Need { kOptional, kRequired };

/// Reads one table. Call finish() last: it reports the keys that nobody asked for.
class Reader {
 public:
  Reader(const Node& table, std::string where, Problems& problems);

  std::string text(std::string_view key, Need need = Need::kRequired);
  /// [a-z0-9-]+ ([a-z0-9_]+ for variables and problems), at most 40 characters.
  std::string id(std::string_view key, Need need = Need::kRequired);
  std::vector<std::string> texts(std::string_view key, Need need = Need::kRequired);
  std::optional<Date> date(std::string_view key, Need need = Need::kRequired);
  std::optional<int> integer(std::string_view key, int min, int max, Need need = Need::kOptional);
  std::optional<double> number(std::string_view key, double min, double max);
  bool boolean(std::string_view key);
  /// One of `choices`; empty if missing or wrong (which has then been reported).
  std::string choice(std::string_view key, const std::vector<std::string>& choices,
                     Need need = Need::kRequired);
  const Node* table(std::string_view key, Need need = Need::kRequired);
  std::vector<const Node*> tables(std::string_view key, Need need = Need::kOptional);

  void problem(std::string_view what, std::string_view remedy) { fail(table_.line, what, remedy); }
  void fail(int line, std::string_view what, std::string_view remedy);
  void finish();
  int line() const { return table_.line; }
  void rename(std::string where) { where_ = std::move(where); }

 private:
  const Node* take(std::string_view key, Node::Type type, Need need);
  bool usable_text(const Node& node, std::string_view key);

  const Node& table_;
  std::string where_;
  Problems& problems_;
  std::vector<std::string> known_;
};

/// Where each part of a charter stands, by rule name (`flow.3`, `party.dwp`).
using Lines = std::map<std::string, int>;

/// The rules between the parts: references resolve, flows make sense, walls hold.
void validate(const Charter& charter, const Lines& lines, Problems& problems);

}  // namespace kinfold::charter
