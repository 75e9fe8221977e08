#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "base/text.h"
#include "disclosure/encode_internal.h"

namespace kinfold::disclosure {
namespace {

/// All cells that agree in everything but `variable`.
struct Siblings {
  std::string variable;
  std::optional<CellIndex> total;
  std::map<std::string, CellIndex> singles;
  std::vector<std::pair<std::vector<std::string>, CellIndex>> sets;
};

class Relater {
 public:
  Relater(Encoding& encoding, const Rules& rules) : encoding_(encoding), rules_(rules) {}
  void run();

 private:
  void gather();
  void relate(const Siblings& siblings);
  std::string parent_of(const Siblings& siblings, const std::string& label) const;
  std::set<std::string> told_by_parts(const Siblings& siblings) const;
  void add_sum(CellIndex total, const std::vector<CellIndex>& parts, const std::string& variable,
               const std::vector<std::string>& labels, bool complete);
  void add_difference(CellIndex whole, CellIndex part, const std::string& variable,
                      const std::vector<std::string>& left_out, const std::string& rule);
  enum class Margin { kHolds, kLess, kMore };
  void note_margin(CellIndex total, const std::vector<CellIndex>& parts, const std::string& variable,
                   Margin margin);
  void remark();
  void compare_versions();
  void compare_groups_of_versions();
  void same_in_both(CellIndex one, CellIndex other);
  void keep_hidden(CellIndex earlier, CellIndex now);
  void add_change(CellIndex more, CellIndex fewer, Selection selection, const std::string& reason);
  void settle();
  void add_relation(Relation relation);
  bool is_new(const Relation& relation);
  std::optional<CellIndex> implied(const Selection& selection, double value, const CellFacts& like,
                                   bool is_rest, const std::string& rule);
  double value(CellIndex c) const { return encoding_.system.cells[c].value; }

  Encoding& encoding_;
  Rules rules_;
  std::map<std::string, Siblings> siblings_;
  std::map<std::string, std::set<std::string>> domain_;
  std::set<std::vector<std::pair<CellIndex, double>>> known_;
  bool settling_ = false;
  /// Sums of one column, by output and variable: how many hold, are less than their total, and more.
  std::map<std::pair<std::uint32_t, std::string>, std::array<std::size_t, 3>> margins_;
};

void Relater::gather() {
  const auto cell_count = static_cast<CellIndex>(encoding_.facts.size());
  for (CellIndex c = 0; c < cell_count; ++c) {
    for (const auto& [variable, labels] : encoding_.facts[c].selection.where) {
      domain_[variable].insert(labels.begin(), labels.end());
      auto without = encoding_.facts[c].selection;
      without.where.erase(variable);
      auto& siblings = siblings_[variable + "\x1f" + without.key()];
      if (siblings.variable.empty()) {
        siblings.variable = variable;
        const auto total = encoding_.by_key.find(without.key());
        if (total != encoding_.by_key.end()) siblings.total = total->second;
      }
      if (labels.size() == 1) {
        siblings.singles[labels.front()] = c;
      } else {
        siblings.sets.push_back({labels, c});
      }
    }
  }
}

bool Relater::is_new(const Relation& relation) {
  std::vector<std::pair<CellIndex, double>> terms;
  for (const auto& term : relation.terms) terms.push_back({term.cell, term.coefficient});
  std::sort(terms.begin(), terms.end());
  return known_.insert(std::move(terms)).second;
}

void Relater::add_relation(Relation relation) {
  if (is_new(relation)) encoding_.system.relations.push_back(std::move(relation));
}

// Rounded shares add up only nearly: which sums are meant is found first, then counts for which they hold.
void Relater::settle() {
  if (std::none_of(encoding_.facts.begin(), encoding_.facts.end(),
                   [](const CellFacts& facts) { return facts.within.has_value(); }))
    return;
  settling_ = true;
  for (const auto& [key, siblings] : siblings_) relate(siblings);
  settling_ = false;
  if (!settle_rounded_shares(encoding_)) known_.clear();
}

std::optional<CellIndex> Relater::implied(const Selection& selection, double number, const CellFacts& like,
                                          bool is_rest, const std::string& rule) {
  const auto key = selection.key();
  if (const auto known = encoding_.by_key.find(key); known != encoding_.by_key.end()) {
    if (std::abs(value(known->second) - number) > 1e-6) return std::nullopt;
    return known->second;
  }
  const auto index = static_cast<CellIndex>(encoding_.system.cells.size());
  SystemCell cell;
  cell.value = cell.shown_low = cell.shown_high = number;
  cell.shown = false;
  cell.can_hide = false;
  cell.integer = !like.magnitude;
  CellFacts facts;
  facts.selection = selection;
  facts.level = like.level;
  facts.magnitude = like.magnitude;
  facts.implied = true;
  if (!like.magnitude && (number > 0 || is_rest)) {
    Contributors who;
    who[static_cast<std::size_t>(like.level)] = number;
    auto rules = rules_;
    rules.level_required = {};
    rules.threshold[0] = rules.difference_min;
    facts.verdict = judge_count(number, like.level, who, false, rules);
    if (facts.verdict.fails()) {
      facts.verdict.rule = rule;
      facts.verdict.reason = "subtracting one published figure from another leaves " + selection.words() +
                             ": " + facts.verdict.reason;
      facts.verdict.remedy =
          "publish only one of the two, or combine what is left over with another category";
    }
  }
  encoding_.system.cells.push_back(cell);
  encoding_.facts.push_back(std::move(facts));
  encoding_.by_key.emplace(key, index);
  return index;
}

void Relater::add_difference(CellIndex whole, CellIndex part, const std::string& variable,
                             const std::vector<std::string>& left_out, const std::string& rule) {
  const double rest = value(whole) - value(part);
  if (rest < 0 || settling_) return;
  auto selection = encoding_.facts[whole].selection;
  selection.where[variable] = left_out;
  const auto like = encoding_.facts[whole];
  if (const auto index = implied(selection, rest, like, false, rule)) {
    add_relation({{{whole, 1}, {part, -1}, {*index, -1}}});
  }
}

void Relater::add_sum(CellIndex total, const std::vector<CellIndex>& parts, const std::string& variable,
                      const std::vector<std::string>& labels, bool complete) {
  double sum = 0;
  Relation relation{{{total, 1}}};
  for (const auto part : parts) {
    sum += value(part);
    relation.terms.push_back({part, -1});
  }
  const double rest = value(total) - sum;
  if (settling_) {
    const double slack = rounding_slack(encoding_, relation);
    if (complete && parts.size() > 1 && slack > 0 && std::abs(rest) <= slack && is_new(relation))
      encoding_.tentative.push_back(std::move(relation));
    return;
  }
  const double slack = encoding_.facts[total].magnitude ? 1e-9 * std::max(1.0, std::abs(value(total))) : 0.0;
  if (std::abs(rest) <= slack && complete) {
    note_margin(total, parts, variable, Margin::kHolds);
    add_relation(std::move(relation));
  } else if (rest > slack || std::abs(rest) <= slack) {
    if (complete) note_margin(total, parts, variable, Margin::kLess);
    auto selection = encoding_.facts[total].selection;
    std::vector<std::string> others;
    for (const auto& label : domain_[variable]) {
      if (std::find(labels.begin(), labels.end(), label) == labels.end()) others.push_back(label);
    }
    selection.where[variable] = others.empty() ? std::vector<std::string>{"(none of those listed)"} : others;
    const auto like = encoding_.facts[total];
    if (const auto index = implied(selection, std::max(0.0, rest), like, true, "remainder")) {
      relation.terms.push_back({*index, -1});
      add_relation(std::move(relation));
    }
  } else {  // categories overlap: each leaves its own rest
    note_margin(total, parts, variable, Margin::kMore);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      add_difference(total, parts[i], variable, {"(not " + labels[i] + ")"}, "remainder");
    }
  }
}

/// What a label is part of among the categories at hand: the nearest label above it that has a figure here;
/// "" is the total.
std::string Relater::parent_of(const Siblings& siblings, const std::string& label) const {
  const auto above = encoding_.parents.find(siblings.variable);
  if (above == encoding_.parents.end()) return {};
  for (auto found = above->second.find(label); found != above->second.end();
       found = above->second.find(found->second)) {
    if (siblings.singles.count(found->second) > 0) return found->second;
  }
  return {};
}

/// Labels without a figure here, parts of which have one: those stand for them.
std::set<std::string> Relater::told_by_parts(const Siblings& siblings) const {
  std::set<std::string> told;
  const auto above = encoding_.parents.find(siblings.variable);
  if (above == encoding_.parents.end()) return told;
  for (const auto& [label, cell] : siblings.singles) {
    for (auto found = above->second.find(label); found != above->second.end();
         found = above->second.find(found->second)) {
      if (siblings.singles.count(found->second) == 0) told.insert(found->second);
    }
  }
  return told;
}

void Relater::relate(const Siblings& siblings) {
  std::map<std::string, std::vector<std::string>> children;  // "" is the total
  std::map<std::string, std::size_t> expected;
  for (const auto& [label, cell] : siblings.singles) children[parent_of(siblings, label)].push_back(label);
  const auto told = told_by_parts(siblings);
  for (const auto& label : domain_[siblings.variable]) {
    if (told.count(label) == 0) ++expected[parent_of(siblings, label)];
  }
  for (const auto& [parent, labels] : children) {
    std::optional<CellIndex> total = siblings.total;
    if (!parent.empty()) {
      const auto found = siblings.singles.find(parent);
      total = found == siblings.singles.end() ? std::nullopt : std::optional<CellIndex>(found->second);
    }
    if (!total) continue;
    std::vector<CellIndex> parts;
    for (const auto& label : labels) parts.push_back(siblings.singles.at(label));
    add_sum(*total, parts, siblings.variable, labels, labels.size() == expected[parent]);
  }
  const auto& domain = domain_[siblings.variable];
  for (const auto& [labels, cell] : siblings.sets) {
    std::vector<CellIndex> parts;
    for (const auto& label : labels) {
      if (const auto found = siblings.singles.find(label); found != siblings.singles.end())
        parts.push_back(found->second);
    }
    if (parts.size() == labels.size()) add_sum(cell, parts, siblings.variable, labels, true);
    const auto left_over = [&labels = labels](const std::vector<std::string>& whole) {
      std::vector<std::string> rest;
      std::set_difference(whole.begin(), whole.end(), labels.begin(), labels.end(), std::back_inserter(rest));
      return rest;
    };
    if (siblings.total) {
      const auto rest = left_over({domain.begin(), domain.end()});
      add_difference(*siblings.total, cell, siblings.variable,
                     rest.empty() ? std::vector<std::string>{"(none of " + join(labels, ", ") + ")"} : rest,
                     "differencing");
    }
    for (const auto& [wider, other] : siblings.sets) {
      if (wider.size() > labels.size() &&
          std::includes(wider.begin(), wider.end(), labels.begin(), labels.end())) {
        add_difference(other, cell, siblings.variable, left_over(wider), "differencing");
      }
    }
  }
}

// `more` less `fewer`, from two versions of the data, is of `selection` or nearly so.
void Relater::add_change(CellIndex more, CellIndex fewer, Selection selection, const std::string& reason) {
  selection.data_version =
      encoding_.facts[more].selection.data_version + " less " + encoding_.facts[fewer].selection.data_version;
  const auto like = encoding_.facts[more];
  const auto index = implied(selection, value(more) - value(fewer), like, false, "differencing");
  if (!index) return;
  auto& verdict = encoding_.facts[*index].verdict;
  verdict.reason = reason + ": " + selection.words();
  verdict.remedy = "keep the earlier figure, publish both rounded, or wait until more have changed";
  encoding_.system.cells[*index].lower = -kUnbounded;
  add_relation({{{more, 1}, {fewer, -1}, {*index, -1}}});
}

// A wider group in one version less a narrower one in another: those left out, but for the few who came or
// went. Where the narrower one is the same in both, the wider one's own version says it already.
void Relater::compare_groups_of_versions() {
  std::map<std::string, std::vector<CellIndex>> by_key;
  std::set<std::pair<std::string, double>> in_version;
  const auto cell_count = static_cast<CellIndex>(encoding_.facts.size());
  const auto is_told = [&](CellIndex c) {
    return !encoding_.facts[c].magnitude && !encoding_.facts[c].implied;
  };
  std::set<std::string> versions;
  for (CellIndex c = 0; c < cell_count; ++c) versions.insert(encoding_.facts[c].selection.data_version);
  if (versions.size() < 2) return;
  for (CellIndex c = 0; c < cell_count; ++c) {
    const auto& facts = encoding_.facts[c];
    if (is_told(c)) by_key[facts.selection.key_without_version()].push_back(c);
    if (is_told(c) || !facts.released_in.empty()) in_version.emplace(facts.selection.key(), value(c));
  }
  for (CellIndex narrow = 0; narrow < cell_count; ++narrow) {
    if (!is_told(narrow)) continue;
    const auto selection = encoding_.facts[narrow].selection;
    for (const auto& [variable, labels] : selection.where) {
      auto outer = selection;
      outer.where.erase(variable);
      const auto found = by_key.find(outer.key_without_version());
      if (found == by_key.end()) continue;
      for (const auto wide : found->second) {
        const double rest = value(wide) - value(narrow);
        auto twin = selection;
        twin.data_version = encoding_.facts[wide].selection.data_version;
        if (in_version.count({twin.key(), value(narrow)}) > 0) continue;
        if (encoding_.facts[wide].selection.data_version == selection.data_version || rest <= 0 ||
            rest >= rules_.difference_min)
          continue;
        auto left_out = encoding_.facts[wide].selection;
        left_out.where[variable] = {"(not " + join(labels, " or ") + ")"};
        add_change(wide, narrow, std::move(left_out),
                   "a wider group in one version of the data and a narrower one in another show nearly who "
                   "is left out");
      }
    }
  }
}

// Where nobody came or went, who sets two versions side by side takes the one for the other.
void Relater::same_in_both(CellIndex one, CellIndex other) {
  const bool open = encoding_.facts[one].within ||
                    encoding_.facts[other].within;  // a rounded share tells a range of counts
  if (!open) add_relation({{{one, 1}, {other, -1}}});
}

// A figure that an earlier release hid is nearly told by the same figure from data that few have joined or
// left since.
void Relater::keep_hidden(CellIndex earlier, CellIndex now) {
  const auto& before = encoding_.facts[earlier];
  auto& verdict = encoding_.facts[now].verdict;
  const bool was_hidden = !before.released_in.empty() && !encoding_.system.cells[earlier].shown;
  if (!was_hidden || verdict.fails() || !encoding_.system.cells[now].can_hide) return;
  verdict = {
      "released",
      fmt::format("it was kept hidden in \"{}\", and too few have come or gone since", before.released_in),
      "wait until more have changed",
      {}};
}

// The same figure from two versions of the data: what changed is those who came or went.
void Relater::compare_versions() {
  std::map<std::string, std::vector<CellIndex>> same;
  for (CellIndex c = 0; c < encoding_.facts.size(); ++c) {
    const auto& facts = encoding_.facts[c];
    if (facts.implied && !facts.verdict.fails() && facts.released_in.empty()) continue;
    same[facts.selection.key_without_version()].push_back(c);
  }
  for (const auto& [key, cells] : same) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      for (std::size_t j = i + 1; j < cells.size(); ++j) {
        auto more = cells[i];
        auto fewer = cells[j];
        if (encoding_.facts[more].selection.data_version == encoding_.facts[fewer].selection.data_version)
          continue;
        if (value(more) < value(fewer)) std::swap(more, fewer);
        const double change = value(more) - value(fewer);
        if (change == 0) same_in_both(more, fewer);
        if (change == 0 || change >= rules_.difference_min || encoding_.facts[more].magnitude) continue;
        keep_hidden(more, fewer);
        keep_hidden(fewer, more);
        add_change(more, fewer, encoding_.facts[more].selection,
                   "the same figure from two versions of the data shows who came or went in between");
      }
    }
  }
}

void Relater::note_margin(CellIndex total, const std::vector<CellIndex>& parts, const std::string& variable,
                          Margin margin) {
  const auto& whole = encoding_.facts[total];
  const bool one_column =
      whole.output != kNoField && std::all_of(parts.begin(), parts.end(), [&](CellIndex part) {
        const auto& facts = encoding_.facts[part];
        return facts.output == whole.output && facts.column == whole.column;
      });
  if (one_column) ++margins_[{whole.output, variable}][static_cast<std::size_t>(margin)];
}

// Margins that do not add up, where most do, may be a mistake of the author's; where none does, it is how the
// table is meant.
void Relater::remark() {
  for (const auto& [where, counts] : margins_) {
    const auto sum_count = counts[0] + counts[1] + counts[2];
    const auto say = [&, &where = where, &counts = counts](Margin margin, const char* text) {
      const auto count = counts[static_cast<std::size_t>(margin)];
      if (count == 0 || (2 * count > sum_count && sum_count > 1)) return;
      encoding_.remarks[where.first].push_back(fmt::format(
          "along {} the rows add up to {} of {} sums: {}", where.second,
          fmt::format("{} than their total in {}", margin == Margin::kLess ? "less" : "more", count),
          sum_count, text));
    };
    say(Margin::kLess, "what is left over is judged as a category that is not listed");
    say(Margin::kMore, "they are taken for categories that overlap; if they should not, a margin is wrong");
  }
}

void Relater::run() {
  gather();
  settle();
  for (const auto& [key, siblings] : siblings_) relate(siblings);
  remark();
  compare_versions();
  compare_groups_of_versions();
}

}  // namespace

void add_relations(Encoding& encoding, const Rules& rules) { Relater(encoding, rules).run(); }

}  // namespace kinfold::disclosure
