// How good the links are by what people decided, and by records that cannot match.
#include <fmt/format.h>

#include "linkage/report_internal.h"

namespace kinfold::linkage {
namespace {

// A dot would not be seen: the interval is the bar.
page::BarSpan interval(const ShareEstimate& share) { return {share.low, share.high}; }

std::string share_text(const ShareEstimate& share) {
  return fmt::format("{} ({} to {})", percent_text(share.value), percent_text(share.low),
                     percent_text(share.high));
}

std::string name_of(const std::string& column, const std::string& value) {
  return column.empty() ? "everybody" : value.empty() ? "no value" : value;
}

page::Bars estimates_of(const ClericalEstimate& clerical) {
  page::Bars bars;
  bars.caption = "Precision and recall by people's decisions, with 95 % intervals";
  bars.columns = {"records", "judged", "precision", "recall"};
  bars.lanes = {{"precision", 0.0, 1.0, "0 %", "100 %", std::nullopt},
                {"recall", 0.0, 1.0, "0 %", "100 %", std::nullopt}};
  for (const auto& own : clerical.estimates) {
    bars.rows.push_back({{name_of(own.column, own.value), count_text(own.judged_count),
                          share_text(own.precision), share_text(own.recall)},
                         {interval(own.precision), interval(own.recall)}});
  }
  return bars;
}

std::string band_text(const Stratum& stratum) {
  if (stratum.not_compared) return "joined by their cluster only";
  const auto end = [](double bits) {
    return std::isinf(bits) ? std::string(bits < 0 ? "\u2212\u221E" : "\u221E") : signed_text(bits);
  };
  return end(stratum.bits_low) + " to " + end(stratum.bits_high) +
         (stratum.linked ? ", linked" : ", not linked");
}

// What the model expected beside what people said: the reliability of its probabilities.
page::Bars bands_of(const ClericalEstimate& clerical) {
  page::Bars bars;
  bars.caption = "By weight band: what the model expected, and what people said";
  bars.columns = {"match weight (bits)", "pairs", "judged", "same", "cannot tell", "expected"};
  bars.lanes = {{"expected same", 0.0, 1.0, "0 %", "100 %", std::nullopt},
                {"said same", 0.0, 1.0, "0 %", "100 %", std::nullopt}};
  for (const auto& stratum : clerical.strata) {
    page::BarRow row{{band_text(stratum), count_text(stratum.pair_count), count_text(stratum.judged_count),
                      count_text(stratum.same_count), count_text(stratum.cannot_tell_count),
                      percent_text(stratum.expected_same_share)},
                     {page::BarSpan{0.0, stratum.expected_same_share}, std::nullopt}};
    const auto said = stratum.same_count + stratum.different_count;
    if (said > 0)
      row.spans[1] = page::BarSpan{0.0, static_cast<double>(stratum.same_count) / static_cast<double>(said)};
    bars.rows.push_back(std::move(row));
  }
  return bars;
}

page::Bars decoys_of(const std::vector<DecoyEstimate>& decoys) {
  page::Bars bars;
  bars.caption = "False links by decoys, with 95 % intervals";
  bars.columns = {"records", "strangers linked", "relatives linked", "false links"};
  double most = 0.01;
  for (const auto& own : decoys) most = std::max(most, own.false_link_share.high);
  bars.lanes = {{"share of links that are false", 0.0, most, "0 %", percent_text(most), std::nullopt}};
  for (const auto& own : decoys) {
    bars.rows.push_back(
        {{name_of(own.column, own.value),
          fmt::format("{} of {}", count_text(own.stranger_linked_count), count_text(own.stranger_count)),
          fmt::format("{} of {}", count_text(own.relative_linked_count), count_text(own.relative_count)),
          share_text(own.false_link_share)},
         {interval(own.false_link_share)}});
  }
  return bars;
}

}  // namespace

void add_judged(page::Page& page, const ReportInput& input) {
  const auto& report = input.report;
  if (report.clerical) {
    page.heading("How good the links are by people's decisions");
    page.paragraph(
        "A stratified sample of pairs was judged without sight of their weights. Each band counts by all the "
        "pairs in it, so that the sample speaks for the run; "
        "what people could not tell is carried into the intervals. Recall is of the pairs that were "
        "compared.");
    page.bars(estimates_of(*report.clerical));
    page.bars(bands_of(*report.clerical));
    if (report.clerical->unknown_count > 0)
      page.note(fmt::format("Decisions about pairs that this run does not have: {}. They were left out.",
                            count_text(report.clerical->unknown_count)));
  }
  if (report.decoys.empty()) return;
  page.heading("False links by decoys");
  page.paragraph(
      "Made-up records that cannot match were linked along: strangers share nothing with anybody but by "
      "chance, relatives share a real person's surname and address. "
      "How many of them found somebody tells how many real records without a match did. It is a lower bound "
      "where records that have a match are linked to somebody else.");
  page.bars(decoys_of(report.decoys));
}

}  // namespace kinfold::linkage
