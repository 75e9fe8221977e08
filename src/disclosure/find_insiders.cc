// Who is alone in a hidden figure, and what they know themselves.
#include <algorithm>
#include <map>

#include "disclosure/check_internal.h"

namespace kinfold::disclosure {
namespace {

using Condition = std::pair<std::string, std::vector<std::string>>;  // a variable and its labels

/// Sensitive cells by the conditions of their selection; those without any are about everybody.
class SensitiveCells {
 public:
  explicit SensitiveCells(const Encoding& encoding) : encoding_(encoding) {
    for (CellIndex c = 0; c < encoding.system.cells.size(); ++c) {
      if (!encoding.system.cells[c].sensitive) continue;
      all_.push_back(c);
      const auto& where = encoding.facts[c].selection.where;
      for (const auto& condition : where) with_[condition].push_back(c);
      if (!encoding.facts[c].alone) continue;
      if (where.empty())
        alone_and_everybody_.push_back(c);
      else
        alone_by_first_[*where.begin()].push_back(c);
    }
  }

  /// Parts of the whole: they have all of its conditions, and more; or the same in other data.
  void add_parts(CellIndex whole, std::vector<CellIndex>& out) const {
    const auto& outer = encoding_.facts[whole].selection.where;
    const std::vector<CellIndex>* fewest = &all_;
    for (const auto& condition : outer) {
      const auto found = with_.find(condition);
      if (found == with_.end()) return;
      if (found->second.size() < fewest->size()) fewest = &found->second;
    }
    for (const auto part : *fewest) {
      if (is_part_of(part, whole)) out.push_back(part);
    }
  }

  /// Wider cells that nobody else is in.
  void add_wholes(CellIndex part, std::vector<CellIndex>& out) const {
    const auto take = [&](const std::vector<CellIndex>& wholes) {
      for (const auto whole : wholes) {
        if (is_part_of(part, whole)) out.push_back(whole);
      }
    };
    take(alone_and_everybody_);
    for (const auto& condition : encoding_.facts[part].selection.where) {
      if (const auto found = alone_by_first_.find(condition); found != alone_by_first_.end())
        take(found->second);
    }
  }

 private:
  bool is_part_of(CellIndex part, CellIndex whole) const {
    const bool same = part != whole && encoding_.facts[part].selection.key_without_version() ==
                                           encoding_.facts[whole].selection.key_without_version();
    const auto& inner = encoding_.facts[part].selection.where;
    const auto& outer = encoding_.facts[whole].selection.where;
    return same || (inner.size() > outer.size() &&
                    std::all_of(outer.begin(), outer.end(), [&](const auto& condition) {
                      const auto found = inner.find(condition.first);
                      return found != inner.end() && found->second == condition.second;
                    }));
  }

  const Encoding& encoding_;
  std::vector<CellIndex> all_, alone_and_everybody_;
  std::map<Condition, std::vector<CellIndex>> with_, alone_by_first_;
};

}  // namespace

std::vector<Insider> find_insiders(const Encoding& encoding) {
  const SensitiveCells sensitive(encoding);
  std::vector<Insider> insiders;
  for (CellIndex c = 0; c < encoding.system.cells.size(); ++c) {
    if (!encoding.facts[c].alone || encoding.system.cells[c].shown) continue;
    Insider insider{c, {}};
    sensitive.add_wholes(c, insider.own);
    sensitive.add_parts(c, insider.own);
    std::sort(insider.own.begin(), insider.own.end());
    insiders.push_back(std::move(insider));
  }
  return insiders;
}

}  // namespace kinfold::disclosure
