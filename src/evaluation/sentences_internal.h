// The headline sentences: effects in plain English, from output tables alone.
#pragma once

#include <string>
#include <vector>

#include "evaluation/evaluate.h"

namespace kinfold::evaluation {

const OutputTable* find_output(const std::vector<OutputTable>& outputs, std::string_view id);

/// "2.5%", "-0.8", "1,234".
std::string percent(double share, int decimals = 1);
std::string plain_number(double value, int decimals);

/// One sentence an outcome, by the main method for everybody, with its interval.
std::vector<std::string> headline_sentences(const Plan& plan, const std::vector<OutputTable>& outputs);

/// What a pound spent gives back, to everybody and to the public purse; empty without costs.
std::vector<std::string> cost_sentences(const Plan& plan, const std::vector<OutputTable>& outputs);

}  // namespace kinfold::evaluation
