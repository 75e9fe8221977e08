#include "linkage/together_internal.h"

namespace kinfold::linkage {

std::vector<TogetherField> together_fields(const Model& model) {
  std::vector<TogetherField> all;
  for (std::size_t n = 0; n < model.fields.size(); ++n) {
    if (model.fields[n].kind != FieldKind::kTogether) continue;
    TogetherField own{n, {}, {}};
    for (const auto& part : model.fields[n].parts) {
      const auto at = std::find_if(model.fields.begin(), model.fields.end(),
                                   [&](const Field& field) { return field.name == part; });
      own.parts.push_back(static_cast<std::size_t>(at - model.fields.begin()));
    }
    all.push_back(std::move(own));
  }
  return all;
}

bool has_what_it_needs(const Field& field, const std::vector<std::uint32_t>& codes) {
  const auto there = [&](const std::string& part) {
    return codes[static_cast<std::size_t>(std::find(field.parts.begin(), field.parts.end(), part) -
                                          field.parts.begin())] != 0;
  };
  if (!field.needs_one_of.empty())
    return std::any_of(field.needs_one_of.begin(), field.needs_one_of.end(), there);
  const auto& needed = field.needs.empty() ? field.parts : field.needs;
  return std::all_of(needed.begin(), needed.end(), there);
}

void attach_parts(const std::vector<TogetherField>& together, std::vector<EncodedField>& encoded) {
  for (const auto& own : together) {
    auto& field = encoded[own.field];
    field.part_codes = own.part_codes;
    std::vector<Value> values(field.part_codes.size());
    for (std::size_t n = 0; n < values.size(); ++n)
      values[n] = encoded[own.parts[n % own.parts.size()]].values[field.part_codes[n]];
    field.values.take_parts(std::move(values));
  }
}

}  // namespace kinfold::linkage
