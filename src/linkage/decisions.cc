#include "linkage/decisions.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <sstream>

#include "base/text.h"
#include "table/io.h"

namespace kinfold::linkage {
namespace {

constexpr std::array<std::pair<Verdict, std::string_view>, 3> kVerdicts = {
    {{Verdict::kSame, "same"}, {Verdict::kDifferent, "different"}, {Verdict::kCannotTell, "cannot tell"}}};

// What csv_field() put before a text that a spreadsheet would have run is taken off again.
std::string as_it_was(std::string text) {
  if (text.size() > 1 && text[0] == '\'' &&
      std::string_view("=+-@\t\r").find(text[1]) != std::string_view::npos)
    text.erase(0, 1);
  return text;
}

std::string cell(const table::Column* column, std::size_t row) {
  return column == nullptr ? std::string{} : as_it_was(column->text_at(row));
}

Result<std::vector<Decision>> decisions_of(const table::CsvText& csv) {
  if (!csv.bad_lines.empty()) {
    return invalid("decisions, line " + std::to_string(csv.bad_lines[0].line) + ": " +
                   csv.bad_lines[0].reason);
  }
  std::array<const table::Column*, 3> needed{};
  for (std::size_t n = 0; n < needed.size(); ++n) {
    auto column = csv.table.require(std::array{"left_id", "right_id", "verdict"}[n]);
    if (!column.ok()) return invalid("decisions: " + column.error().message);
    needed[n] = column.value();
  }
  const auto* coder = csv.table.find("coder");
  const auto* drawn = csv.table.find("drawn");
  std::vector<Decision> decisions;
  for (std::size_t row = 0; row < csv.table.row_count(); ++row) {
    const std::string at = "decisions, line " + std::to_string(csv.line[row]) + ": ";
    Decision decision;
    decision.left_id = cell(needed[0], row);
    decision.right_id = cell(needed[1], row);
    decision.coder = cell(coder, row);
    if (decision.left_id.empty() || decision.right_id.empty())
      return invalid(at + "an id is missing; write both ids of the pair");
    const std::string said(trim(cell(needed[2], row)));
    const auto verdict =
        std::find_if(kVerdicts.begin(), kVerdicts.end(), [&](const auto& v) { return v.second == said; });
    if (verdict == kVerdicts.end())
      return invalid(at + "the verdict is none of: same, different, cannot tell");
    decision.verdict = verdict->first;
    const std::string why(trim(cell(drawn, row)));
    if (!why.empty() && why != "sample" && why != "chosen")
      return invalid(at + "drawn is neither sample nor chosen");
    decision.drawn = why == "chosen" ? Drawn::kChosen : Drawn::kSample;
    decisions.push_back(std::move(decision));
  }
  return decisions;
}

// One verdict from the last word of each coder.
Verdict verdict_of(const std::map<std::string, Verdict>& by_coder) {
  if (const auto agreed = by_coder.find("agreed"); agreed != by_coder.end()) return agreed->second;
  const Verdict first = by_coder.begin()->second;
  const bool all =
      std::all_of(by_coder.begin(), by_coder.end(), [&](const auto& own) { return own.second == first; });
  return all ? first : Verdict::kCannotTell;
}

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  for (const auto& [known, name] : kVerdicts)
    if (known == verdict) return name;
  return "";
}

Result<std::vector<Decision>> parse_decisions(std::string_view csv) {
  auto read = table::parse_csv_bytes(std::string(csv), "decisions");
  if (!read.ok()) return read.error();
  return decisions_of(read.value());
}

Result<std::vector<Decision>> read_decisions(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return io_error("the decisions file cannot be opened; check the path and that it may be read");
  std::stringstream text;
  text << file.rdbuf();
  return parse_decisions(text.str());
}

std::string decisions_to_csv(const std::vector<Decision>& decisions) {
  std::string csv = "left_id,right_id,coder,verdict,drawn\n";
  for (const auto& decision : decisions) {
    for (const auto* text : {&decision.left_id, &decision.right_id, &decision.coder})
      csv += csv_field(*text) + ",";
    csv += std::string(verdict_name(decision.verdict)) + "," +
           (decision.drawn == Drawn::kSample ? "sample" : "chosen") + "\n";
  }
  return csv;
}

std::vector<PairVerdict> settle(const std::vector<Decision>& decisions) {
  struct Words {
    std::map<std::string, Verdict> by_coder;
    Drawn drawn = Drawn::kSample;
  };
  std::map<std::pair<std::string, std::string>, Words> pairs;
  for (const auto& decision : decisions) {
    auto& words = pairs[{decision.left_id, decision.right_id}];
    words.by_coder[decision.coder] = decision.verdict;
    if (decision.drawn == Drawn::kChosen) words.drawn = Drawn::kChosen;
  }
  std::vector<PairVerdict> settled;
  for (const auto& [ids, words] : pairs) {
    const std::size_t coders = words.by_coder.size() - words.by_coder.count("agreed");
    settled.push_back({ids.first, ids.second, verdict_of(words.by_coder), words.drawn, coders});
  }
  return settled;
}

}  // namespace kinfold::linkage
