// Any bytes as a rules file and a table (parted by a line of ---): never a crash; what a rules file says is
// read back as written; an error names its place and holds no control characters; markup in a label never
// reaches a page as markup. LINKS: disclosure table page charter
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/progress.h"
#include "disclosure/check.h"
#include "table/io.h"

namespace {

using namespace kinfold;

constexpr std::size_t kSizeMax = 4096;  // beyond, integer programmes take the time, not the readers
constexpr std::size_t kRowMax = 24;

bool printable(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') return false;
  }
  return true;
}

void check_table(const std::string& csv, const disclosure::Rules& given, const disclosure::TableSpec& spec) {
  auto read = table::parse_csv_bytes(csv, "fuzz.csv");
  if (!read.ok() || read.value().table.row_count() > kRowMax || read.value().table.column_count() > 6) return;
  // All texts: numbers as such where a column is nothing else.
  table::Table typed;
  for (const auto& column : read.value().table.columns()) {
    if (typed.find(column.name()) != nullptr) return;
    bool whole = column.size() > 0;
    for (std::size_t row = 0; row < column.size(); ++row) {
      const auto text = column.string_at(row);
      whole = whole && !text.empty() && text.size() < 10 &&
              text.find_first_not_of("0123456789") == std::string_view::npos;
    }
    auto& into = typed.add(column.name(), whole ? table::ColumnType::kInt64 : table::ColumnType::kString);
    for (std::size_t row = 0; row < column.size(); ++row) {
      if (whole)
        into.append_int(std::stoll(std::string(column.string_at(row))));
      else
        into.append_string(column.string_at(row));
    }
  }
  auto output = disclosure::make_output("fuzz", std::move(typed), spec);
  if (!output.ok()) return;
  auto rules = given;
  rules.exact_cell_count_max = 0;
  rules.attempt_count = 1;
  NoProgress progress;
  const auto checked =
      disclosure::check(std::span(&output.value(), 1), rules, disclosure::ReleaseLedger{}, progress);
  if (!checked.ok()) return;
  const auto& result = checked.value().outputs[0];
  if (disclosure::checker_page(checked.value()).find("<script>alert") != std::string::npos) std::abort();
  if (disclosure::public_html(result).find("<script>alert") != std::string::npos) std::abort();
  if (disclosure::to_json(checked.value()).empty()) std::abort();
  // What is kept of it can be read again, and says the same.
  disclosure::ReleaseLedger ledger;
  ledger.add(disclosure::to_released(result, "2026-01-01T00:00:00Z"));
  const auto again = disclosure::ReleaseLedger::from_json(ledger.to_json());
  if (!again.ok() || again.value().to_json() != ledger.to_json()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kSizeMax) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto cut = text.find("\n---\n");
  const auto toml = text.substr(0, cut);
  const auto rules = disclosure::parse_rules(toml);
  if (!rules.ok()) {
    if (!rules.error().message.starts_with("rules: ") || !printable(rules.error().message)) std::abort();
    return 0;
  }
  const auto again = disclosure::parse_rules(disclosure::to_toml(rules.value()));
  if (again.ok() && disclosure::to_toml(again.value()) != disclosure::to_toml(rules.value())) std::abort();
  const auto spec = disclosure::parse_table_spec(toml);
  if (!spec.ok() || cut == std::string::npos) return 0;
  check_table(text.substr(cut + 5), rules.value(), spec.value());
  return 0;
}
