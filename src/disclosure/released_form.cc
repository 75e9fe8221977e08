// What is kept of a published output, so that later ones are attacked together with it.
#include <map>

#include "base/text.h"
#include "disclosure/check_internal.h"

namespace kinfold::disclosure {

ReleasedOutput released_form(const Encoding& encoding, const std::vector<bool>& told, const Output& output,
                             const CheckedOutput& checked) {
  ReleasedOutput released{output.id, output.title, {}, {}, {}, {}};
  std::map<CellIndex, std::uint32_t> position;
  for (CellIndex c = 0; c < encoding.system.cells.size(); ++c) {
    const auto& cell = encoding.system.cells[c];
    if (!told[c] || (!encoding.facts[c].released_in.empty() && !cell.can_hide)) continue;
    position[c] = static_cast<std::uint32_t>(released.cells.size());
    released.cells.push_back({encoding.facts[c].selection, cell.value, cell.shown_low, cell.shown_high,
                              cell.shown, cell.need.below, cell.need.above, cell.need.width, cell.sensitive});
    if (const auto& within = encoding.facts[c].within) {
      released.cells.back().fits_only = true;
      released.cells.back().fits_low = within->first;
      released.cells.back().fits_high = within->second;
    }
  }
  for (const auto& relation : encoding.system.relations) {
    ReleasedSum sum;
    bool ours = !relation.terms.empty() && relation.terms[0].coefficient == 1;
    for (std::size_t t = 0; ours && t < relation.terms.size(); ++t) {
      const auto found = position.find(relation.terms[t].cell);
      ours = found != position.end() && (t == 0 || relation.terms[t].coefficient == -1);
      if (!ours) break;
      if (t == 0)
        sum.total = found->second;
      else
        sum.parts.push_back(found->second);
    }
    if (ours) released.sums.push_back(std::move(sum));
  }
  for (std::size_t c = 0; c < output.table.column_count(); ++c) {
    const auto* layout = layout_of(output, c);
    for (std::size_t row = 0; row < output.table.row_count(); ++row) {
      const auto& finding = checked.at(row, c);
      if (finding.status != CellStatus::kPublished || output.table.columns()[c].is_null(row)) continue;
      ReleasedEstimate estimate;
      if (layout != nullptr && (layout->role == Role::kMean || layout->role == Role::kEstimate)) {
        auto columns = layout->role == Role::kMean ? std::vector<std::string>{layout->of} : layout->n;
        for (const auto& column : columns) {
          estimate.contributors.push_back(contributors_of(output, row, column)[0].value_or(0));
        }
      } else {
        continue;
      }
      estimate.key = output.population.name + "\x1f" + output.table.columns()[c].name();
      for (std::size_t d = 0; d < output.table.column_count(); ++d) {
        const auto* dimension = layout_of(output, d);
        if (dimension != nullptr && dimension->role == Role::kDimension) {
          estimate.key +=
              "\x1f" + output.table.columns()[d].name() + "=" + output.table.columns()[d].text_at(row);
        }
      }
      for (const auto& [variable, labels] : output.population.only) {
        estimate.key += "\x1f" + variable + "=" + join(labels, "|");
      }
      estimate.data_version = output.population.data_version;
      estimate.value = output.table.columns()[c].number_at(row);
      released.estimates.push_back(std::move(estimate));
    }
  }
  return released;
}

}  // namespace kinfold::disclosure
