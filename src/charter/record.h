// What the law asks to be kept in writing, written from the charter: the record of processing
// (UK GDPR Article 30) and the skeleton of a data protection impact assessment (Article 35).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "charter/charter.h"

namespace kinfold::charter {

/// Article 30(1), one record for each party, as Markdown: purposes, categories of people and of data,
/// recipients, transfers, time limits, and a general description of security.
std::string record_of_processing_markdown(const Charter& charter);

/// A result measured on a running site or in the test suite, as it goes into the assessment.
struct Measured {
  std::string risk;    ///< Id of the risk that it bears on (dpia_risks()); others are listed at the end.
  std::string what;    ///< "frequency attack on references"
  std::string result;  ///< "1.02 times as good as guessing, over 1,000 people"
  std::string source;  ///< Which test or check, and when.
};

/// Reads results, one JSON object a line with the four keys; what the motivated intruder of the test suite
/// writes. \retval kInvalid naming the line.
Result<std::vector<Measured>> parse_measured(std::string_view lines);

/// A risk to people, with what the design does about it.
struct Risk {
  std::string id;
  std::string text;
  std::string measure;
  std::vector<std::string> charter_rules;
};
const std::vector<Risk>& dpia_risks();

/// Article 35(7) as Markdown. What only people can judge (need, proportion, consultation, the residual
/// risk) is left as a question to answer, marked `To be answered:`; nothing is judged here.
std::string dpia_markdown(const Charter& charter, const std::vector<Measured>& measured);

}  // namespace kinfold::charter
