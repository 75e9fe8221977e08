// Earlier outputs as cells that nothing here can take back.
#include "disclosure/encode_internal.h"

namespace kinfold::disclosure {

void encode_released(Encoding& encoding, const ReleasedOutput& released) {
  std::vector<CellIndex> index_of;
  for (const auto& cell : released.cells) {
    const auto key = cell.selection.key();
    const auto [known, is_new] =
        encoding.by_key.emplace(key, static_cast<CellIndex>(encoding.system.cells.size()));
    index_of.push_back(known->second);
    if (is_new) {
      encoding.system.cells.emplace_back();
      encoding.facts.emplace_back();
    }
    auto& number = encoding.system.cells[known->second];
    auto& facts = encoding.facts[known->second];
    const bool was_shown = !is_new && number.shown;
    number.value = cell.value;
    if (!was_shown) {
      number.shown = cell.shown;
      number.shown_low = cell.shown_low;
      number.shown_high = cell.shown_high;
    }
    number.can_hide = false;
    number.integer = cell.selection.unit == "person" || cell.selection.unit == "family" ||
                     cell.selection.unit == "authority";
    if (!number.integer && cell.value < 0) number.lower = -kUnbounded;
    facts.selection = cell.selection;
    facts.magnitude = !number.integer;
    facts.implied = !cell.shown && !cell.sensitive;
    if (cell.fits_only) facts.within = {cell.fits_low, cell.fits_high};
    facts.released_in = released.title + ", " + released.published.substr(0, 10);
    if (cell.sensitive) {
      facts.verdict = {"released", "it was kept hidden in an earlier release", "publish less beside it", {}};
      facts.verdict.need = {cell.need_low, cell.need_high, cell.need_width};
    }
  }
  for (const auto& sum : released.sums) {
    Relation relation{{{index_of[sum.total], 1}}};
    for (const auto part : sum.parts) relation.terms.push_back({index_of[part], -1});
    encoding.system.relations.push_back(std::move(relation));
  }
}

}  // namespace kinfold::disclosure
