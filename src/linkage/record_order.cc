#include "linkage/record_order_internal.h"

#include <algorithm>

#include "base/random.h"
#include "base/text.h"
#include "linkage/radix_internal.h"
#include "linkage/strings_internal.h"

namespace kinfold::linkage {
namespace {

struct KeyedRow {
  std::uint64_t key;
  std::uint32_t row;
};

// Rows sorted by a number each; rows of one number stay as they lie.
template <typename KeyOf>
LargeVector<KeyedRow> sorted_by(const std::vector<std::uint32_t>& order, KeyOf&& key_of) {
  LargeVector<KeyedRow> rows;
  rows.reserve(order.size());
  for (const auto row : order) rows.push_back({key_of(row), row});
  radix_sort<64>(rows, [](const KeyedRow& one) { return one.key; });
  return rows;
}

void take_order(const LargeVector<KeyedRow>& rows, std::vector<std::uint32_t>& order) {
  for (std::size_t n = 0; n < order.size(); ++n) order[n] = rows[n].row;
}

}  // namespace

std::string cell_text(const table::Column& column, std::size_t row) {
  std::string text = column.text_at(row);
  if (column.type() == table::ColumnType::kDouble && text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

std::size_t sort_by_id(const table::Column& id, std::vector<std::uint32_t>& order) {
  std::vector<std::string> made;
  if (id.type() != table::ColumnType::kString)
    for (std::size_t row = 0; row < order.size(); ++row) made.push_back(id.text_at(row));
  const auto text = [&](std::uint32_t row) {
    return made.empty() ? id.string_at(row) : std::string_view(made[row]);
  };
  auto entries = sorted_by(order, [&](std::uint32_t row) {
    const std::string_view own = text(row);
    std::uint64_t head = 0;
    for (std::size_t n = 0; n < 8; ++n)
      head = head << 8 | (n < own.size() ? static_cast<unsigned char>(own[n]) : 0);
    return head;
  });
  std::size_t twin = 0;
  for (std::size_t begin = 0; begin < entries.size();) {
    std::size_t end = begin + 1;
    while (end < entries.size() && entries[end].key == entries[begin].key) ++end;
    const auto from = entries.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto to = entries.begin() + static_cast<std::ptrdiff_t>(end);
    if (end - begin > 1)
      std::stable_sort(from, to,
                       [&](const KeyedRow& a, const KeyedRow& b) { return text(a.row) < text(b.row); });
    for (std::size_t n = begin + 1; n < end && twin == 0; ++n)
      if (text(entries[n].row) == text(entries[n - 1].row)) twin = n;
    begin = end;
  }
  take_order(entries, order);
  return twin;
}

void sort_by_values(const std::vector<const table::Column*>& columns, std::vector<std::uint32_t>& order) {
  const auto hash_of = [&](std::uint32_t row) {
    std::uint64_t hash = 0;
    for (const auto* column : columns) {
      std::uint64_t own = kNoHash;
      if (column != nullptr && !column->is_null(row)) {
        own = column->type() == table::ColumnType::kString ? hash_text(column->string_at(row))
                                                           : hash_text(cell_text(*column, row));
      }
      hash = mix64(hash ^ own);
    }
    return hash;
  };
  take_order(sorted_by(order, hash_of), order);
}

}  // namespace kinfold::linkage
