// Fields that are put together from others: one code for each combination of their parts' codes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "linkage/records_internal.h"

namespace kinfold::linkage {

/// A field that is put together, as places in the model's list of fields.
struct TogetherField {
  std::size_t field = 0;
  std::vector<std::size_t> parts;
  std::vector<std::uint32_t> part_codes;  ///< By code of the field, then part.
};

/// The model's fields of that kind, without codes.
std::vector<TogetherField> together_fields(const Model& model);

/// Whether a record with these codes of the parts has what its field needs; else it counts as missing.
bool has_what_it_needs(const Field& field, const std::vector<std::uint32_t>& codes);

/// Codes every record's combination. Coder: as records.cc has them; set(row, text), code(row), text(row).
template <typename Coder>
std::vector<TogetherField> put_together(const Model& model, std::vector<Coder>& coders,
                                        std::size_t record_count) {
  constexpr char kBetween = '\x1e';
  auto all = together_fields(model);
  for (auto& own : all) {
    auto& coder = coders[own.field];
    std::vector<std::uint32_t> codes(own.parts.size());
    own.part_codes.resize(own.parts.size());
    std::string text;
    for (std::size_t record = 0; record < record_count; ++record) {
      for (std::size_t n = 0; n < codes.size(); ++n) codes[n] = coders[own.parts[n]].code(record);
      if (!has_what_it_needs(model.fields[own.field], codes)) continue;
      text.clear();
      for (const auto part : own.parts) (text += coders[part].text(record)) += kBetween;
      coder.set(record, text);
      own.part_codes.resize(
          std::max(own.part_codes.size(), (coder.code(record) + std::size_t{1}) * codes.size()));
      std::copy(codes.begin(), codes.end(),
                own.part_codes.begin() + static_cast<std::ptrdiff_t>(coder.code(record) * codes.size()));
    }
  }
  return all;
}

/// Gives the values of fields that are put together those of their parts. `encoded` are all of the model's
/// fields.
void attach_parts(const std::vector<TogetherField>& together, std::vector<EncodedField>& encoded);

}  // namespace kinfold::linkage
