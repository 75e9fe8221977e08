// Why single pairs weigh what they do: those that were asked about, and those nearest to the threshold.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "linkage/records_internal.h"
#include "linkage/report_internal.h"
#include "linkage/shown_internal.h"

namespace kinfold::linkage {
namespace {

// Values of the two records for one comparison; empty where values are not to be shown.
struct Values {
  std::string left;
  std::string right;
};

class Waterfall {
 public:
  Waterfall(const ReportInput& input, const ExplainedPair& pair) : input_(input), pair_(pair) {
    if (input.show_values) fields_ = shown_fields(input.left, input.right, input.result.model);
  }

  page::Bars draw(const std::string& caption) {
    bars_.caption = caption;
    bars_.columns = {"comparison", "what was found"};
    if (input_.show_values) bars_.columns.insert(bars_.columns.end(), {"one record", "the other"});
    bars_.text_column_count = bars_.columns.size();
    bars_.columns.insert(bars_.columns.end(), {"bits", "sum"});
    const auto& explanation = pair_.explanation;
    add("before anything is compared", "", {}, explanation.prior_bits);
    for (const auto& step : explanation.steps) {
      add(step.comparison, step.level == "missing" ? "a value is missing" : step.level,
          values_of(step.comparison), step.weight_bits);
      if (std::abs(step.term_frequency_bits) >= 0.005)
        add(step.comparison, step.term_frequency_bits > 0 ? "the value is rare" : "the value is common", {},
            step.term_frequency_bits);
    }
    if (std::abs(explanation.moved_bits) >= 0.005)
      add("moving house", "changes several of these at once", {}, explanation.moved_bits);
    if (explanation.related_bits < -0.005)
      add("relatives, namesakes", "would agree like this too", {}, explanation.related_bits);
    finish();
    return std::move(bars_);
  }

 private:
  void add(const std::string& comparison, const std::string& found, const Values& values, double bits) {
    page::BarRow row{{comparison, found}, {page::BarSpan{sum_, sum_ + bits}}};
    sum_ += bits;
    low_ = std::min(low_, sum_);
    high_ = std::max(high_, sum_);
    if (input_.show_values) row.cells.insert(row.cells.end(), {values.left, values.right});
    row.cells.insert(row.cells.end(), {signed_text(bits), signed_text(sum_)});
    bars_.rows.push_back(std::move(row));
  }

  void finish() {
    page::BarRow total{{"together", "probability " + probability_text(pair_.explanation.probability)},
                       {page::BarSpan{0.0, sum_}},
                       false,
                       true};
    if (input_.show_values) total.cells.insert(total.cells.end(), {"", ""});
    total.cells.insert(total.cells.end(), {signed_text(sum_), ""});
    bars_.rows.push_back(std::move(total));
    page::BarLane lane{"sum so far, in bits",
                       std::floor(low_),
                       std::ceil(std::max(high_, 1.0)),
                       "",
                       "",
                       bits_of(input_.result.threshold_probability)};
    lane.low_label = whole_text(lane.low);
    lane.high_label = whole_text(lane.high);
    bars_.lanes.push_back(std::move(lane));
  }

  Values values_of(const std::string& comparison) const {
    if (!input_.show_values) return {};
    const auto& comparisons = input_.result.model.comparisons;
    const auto compared = std::find_if(comparisons.begin(), comparisons.end(),
                                       [&](const Comparison& c) { return c.name == comparison; });
    if (compared == comparisons.end()) return {};
    for (const auto& field : fields_) {
      if (field.name == compared->field)
        return {shown_text(field.left, pair_.rows.first), shown_text(field.right, pair_.rows.second)};
    }
    return {};  // Derived from another field, which has its own row.
  }

  const ReportInput& input_;
  const ExplainedPair& pair_;
  std::vector<ShownField> fields_;
  page::Bars bars_;
  double sum_ = 0.0;
  double low_ = -1.0;
  double high_ = 0.0;
};

// Where a reader of the pairs file finds the pair: its row, the first being 1. 0: it was not kept.
std::size_t number_of(const LinkResult& result, const RowPair& rows) {
  for (std::size_t n = 0; n < result.pairs.size(); ++n) {
    const auto& pair = result.pairs[n];
    if (RowPair{pair.left, pair.right} == rows ||
        (result.right_cluster.empty() && RowPair{pair.right, pair.left} == rows))
      return n + 1;
  }
  return 0;
}

}  // namespace

void add_waterfalls(page::Page& page, const ReportInput& input) {
  const auto& explained = input.result.insight.explained;
  if (explained.empty()) return;
  page.heading("Why a pair weighs what it does");
  page.paragraph(
      fmt::format("Each row moves the sum to the right (solid: evidence for one person) or to the left "
                  "(hollow: against it), from the odds of two records drawn at random "
                  "to the answer; the dashed line is the threshold. {}",
                  input.show_values ? "The records' values are shown because that was asked for: treat this "
                                      "page as you treat the files."
                                    : "No value of anybody is shown: the pair's ids are in the pairs file, "
                                      "at the row that is named. --show-values writes them here."));
  std::size_t number = 0;
  for (const auto& pair : explained) {
    const std::size_t row = number_of(input.result, pair.rows);
    const std::string where =
        row == 0 ? "not among the kept pairs" : fmt::format("row {} of the pairs file", count_text(row));
    const std::string ids =
        input.show_values
            ? fmt::format(": {} and {}", id_text(find_id(input.left, input.result.model), pair.rows.first),
                          id_text(find_id(input.two_files() ? *input.right : input.left, input.result.model),
                                  pair.rows.second))
            : "";
    page.bars(Waterfall(input, pair)
                  .draw(fmt::format("{}{} ({}, {})",
                                    pair.asked ? "The pair asked about"
                                               : fmt::format("Near the threshold, pair {}", ++number),
                                    ids, pair.linked ? "linked" : "not linked", where)));
  }
}

}  // namespace kinfold::linkage
