// Tables in parts of bounded size, and back: what keeps a sealed file of any size out of memory.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/number.h"
#include "seal/archive.h"
#include "table/io.h"
#include "table/read_limits.h"

namespace kinfold::seal {
namespace {

constexpr std::string_view kTableEnding = ".parquet";

std::vector<ColumnFact> columns_of(const table::Table& table) {
  std::vector<ColumnFact> columns;
  for (const auto& column : table.columns()) columns.push_back({column.name(), column.type()});
  return columns;
}

/// Which table a file is a part of, and which part; nothing if it is none.
std::optional<std::pair<std::string, std::uint64_t>> part_of(std::string_view file) {
  if (!file.ends_with(kTableEnding)) return std::nullopt;
  file.remove_suffix(kTableEnding.size());
  const auto dot = file.find('.');
  const auto name = file.substr(0, dot);
  if (!is_table_name(name)) return std::nullopt;
  if (dot == std::string_view::npos) return std::pair(std::string(name), std::uint64_t{1});
  const auto digits = file.substr(dot + 1);
  const auto number = parse_number<std::uint64_t>(digits);
  if (!number || digits.starts_with('0') || *number < 2) return std::nullopt;
  return std::pair(std::string(name), *number);
}

std::string file_of_part(const std::string& table, std::uint64_t number) {
  return number == 1 ? fmt::format("{}{}", table, kTableEnding)
                     : fmt::format("{}.{}{}", table, number, kTableEnding);
}

Result<ArchiveFile> packed(const std::string& name, const table::Table& table) {
  auto parquet = table::parquet_bytes(table);
  if (!parquet.ok()) return parquet.error();
  auto& bytes = parquet.value();
  ArchiveFile file{name, PlainBytes(bytes.begin(), bytes.end())};
  wipe(bytes.data(), bytes.size());
  return file;
}

Status check_names(const std::vector<TableFact>& tables, const std::vector<Document>& documents) {
  std::set<std::string_view> names;
  for (const auto& fact : tables) {
    if (!is_table_name(fact.name) || !names.insert(fact.name).second) {
      return internal_error("a table's name is a-z, 0-9 and _, and stands once");
    }
  }
  for (const auto& document : documents) {
    if (!is_document_name(document.name) || document.name == "manifest.json" ||
        !names.insert(document.name).second) {
      return internal_error(
          "a document's name is a-z, 0-9, - and _ with .json, .toml or .txt, and stands once");
    }
  }
  return {};
}

/// Writes parts in the order of their tables, and holds them against what was said of them.
class Packing {
 public:
  Packing(Parts parts, const std::vector<Document>& documents)
      : parts_(std::move(parts)), documents_(documents) {}

  Result<std::optional<ArchiveFile>> next() {
    if (!checked_) {
      if (auto status = check_names(parts_.tables, documents_); !status.ok()) return status.error();
      checked_ = true;
    }
    if (!tables_done_) {
      auto part = parts_.next();
      if (!part.ok()) return part.error();
      if (part.value()) return pack(*part.value());
      tables_done_ = true;
      const auto whole =
          part_count_ == 0 ? parts_.tables.empty() : table_ + 1 == parts_.tables.size() && table_is_whole();
      if (!whole) return unsaid();
    }
    if (document_ == documents_.size()) return std::optional<ArchiveFile>();
    const auto& document = documents_[document_++];
    return std::optional<ArchiveFile>({document.name, document.bytes});
  }

 private:
  static Error unsaid() { return internal_error("the parts of a table are not what was said of it"); }
  bool table_is_whole() const { return row_count_ == parts_.tables[table_].row_count; }

  Result<std::optional<ArchiveFile>> pack(NamedTable& part) {
    const bool begins = part_count_ == 0 || part.name != parts_.tables[table_].name;
    if (begins) {
      if (part_count_ > 0 && (!table_is_whole() || ++table_ == parts_.tables.size())) return unsaid();
      part_count_ = row_count_ = 0;
    }
    if (table_ >= parts_.tables.size()) return unsaid();
    const auto& fact = parts_.tables[table_];
    row_count_ += part.table.row_count();
    if (part.name != fact.name || columns_of(part.table) != fact.columns || row_count_ > fact.row_count)
      return unsaid();
    auto file = packed(file_of_part(part.name, ++part_count_), part.table);
    part.table.wipe();
    if (!file.ok()) return file.error();
    return std::optional<ArchiveFile>(std::move(file).value());
  }

  Parts parts_;
  const std::vector<Document>& documents_;
  bool checked_ = false;
  bool tables_done_ = false;
  std::size_t table_ = 0;
  std::uint64_t part_count_ = 0;
  std::uint64_t row_count_ = 0;
  std::size_t document_ = 0;
};

}  // namespace

std::vector<TableFact> facts_of(const Contents& contents) {
  std::vector<TableFact> facts;
  for (const auto& named : contents.tables)
    facts.push_back({named.name, named.table.row_count(), columns_of(named.table)});
  return facts;
}

Parts parts_of(const Contents& contents) {
  auto next = [&contents, table = std::size_t{0},
               row = std::size_t{0}]() mutable -> Result<std::optional<NamedTable>> {
    if (table == contents.tables.size()) return std::optional<NamedTable>();
    const auto& [name, whole] = contents.tables[table];
    const std::size_t bytes_a_row = whole.byte_count() / std::max<std::size_t>(whole.row_count(), 1) + 1;
    const std::size_t count =
        std::min(whole.row_count() - row, std::max<std::size_t>(kPartBytes / bytes_a_row, 1));
    NamedTable part{name, whole.slice(row, count)};
    row += count;
    if (row == whole.row_count()) {
      ++table;
      row = 0;
    }
    return std::optional<NamedTable>(std::move(part));
  };
  return {facts_of(contents), std::move(next)};
}

NextFile files_of(Parts parts, const std::vector<Document>& documents) {
  auto packing = std::make_shared<Packing>(std::move(parts), documents);
  return [packing] { return packing->next(); };
}

Result<Unpacked> unpack(ArchiveReader& archive, const TakePart& take, const std::vector<TableFact>* said) {
  Unpacked found;
  std::set<std::string, std::less<>> names;
  std::uint64_t part_count = 0;
  for (;;) {
    auto next = archive.next();
    if (!next.ok()) return next.error();
    if (!next.value()) return found;
    auto& file = *next.value();
    if (found.padded) return invalid("has a file inside behind the padding");
    found.padded = file.name == kPaddingName;
    if (found.padded) continue;
    const auto part = part_of(file.name);
    if (!part) {
      if (!is_document_name(file.name))
        return invalid("has a file inside that has no place in a sealed file");
      if (!names.insert(file.name).second) return invalid("has two files of one name inside");
      part_count = 0;
      found.documents.push_back({file.name, std::move(file.bytes)});
      continue;
    }
    const auto& [name, number] = *part;
    if (number == 1 && !names.insert(file.name).second) return invalid("has two files of one name inside");
    const bool follows =
        number == 1 || (part_count > 0 && number == part_count + 1 && found.tables.back().name == name);
    if (!follows) return invalid("has parts of a table inside that are missing or out of order");
    part_count = number;
    table::ReadLimits limits;
    if (said != nullptr) {
      const std::string& table_name = name;  // clang 14 captures no structured binding
      const auto fact = std::find_if(said->begin(), said->end(),
                                     [&](const TableFact& each) { return each.name == table_name; });
      if (fact == said->end()) return invalid("has a table inside that its manifest does not name");
      limits = {fact->columns.size(), fact->row_count - (number == 1 ? 0 : found.tables.back().row_count),
                kPartBytesMax};
    }
    auto table = limits.none() ? table::read_parquet_bytes(file.bytes)
                               : table::read_parquet_within(file.bytes, limits);
    if (!table.ok())
      return Error{table.error().code, "has a table inside that cannot be read: " + table.error().message};
    file.bytes = {};
    auto columns = columns_of(table.value());
    if (number == 1)
      found.tables.push_back({name, 0, std::move(columns)});
    else if (columns != found.tables.back().columns)
      return invalid("has parts of a table inside that differ in their columns");
    found.tables.back().row_count += table.value().row_count();
    if (auto status = take(name, std::move(table).value()); !status.ok()) return status.error();
  }
}

TakePart gather_into(std::vector<NamedTable>& tables, std::uint64_t byte_count_max) {
  return [&tables, byte_count_max](const std::string& name, table::Table part) -> Status {
    std::uint64_t byte_count = part.byte_count();
    for (const auto& named : tables) byte_count += named.table.byte_count();
    if (byte_count > byte_count_max)
      return invalid(fmt::format(
          "has tables inside that take more than {} MiB of memory together, half of what this machine has",
          byte_count_max >> 20));
    if (tables.empty() || tables.back().name != name) {
      tables.push_back({name, std::move(part)});
    } else {
      tables.back().table.append(part, 0, part.row_count());
      part.wipe();
    }
    return {};
  };
}

const table::Table* Contents::find(std::string_view name) const {
  for (const auto& named : tables) {
    if (named.name == name) return &named.table;
  }
  return nullptr;
}

Result<const table::Table*> Contents::require(std::string_view name) const {
  if (const auto* found = find(name)) return found;
  return invalid(fmt::format("has no table '{}' inside; ask the sender to seal it again", name));
}

const Document* Contents::find_document(std::string_view name) const {
  for (const auto& document : documents) {
    if (document.name == name) return &document;
  }
  return nullptr;
}

void Contents::wipe() {
  for (auto& named : tables) named.table.wipe();
  tables.clear();
  documents.clear();
}

}  // namespace kinfold::seal
