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
/// "£1,234.50", with the sign before the pound.
std::string pounds(double value);
/// How many decimals a figure of this size is worth: none from a thousand, three below one.
int decimals_for(double value);

/// One sentence an outcome, by the main method for everybody, with its interval.
std::vector<std::string> headline_sentences(const Plan& plan, const std::vector<OutputTable>& outputs);

/// What an effect with this interval says of good and bad.
std::string effect_verdict(double estimate, double low, double high, bool good_is_less);

/// One sentence a section with staggered starts, and whether the groups moved alike before.
std::vector<std::string> staggered_sentences(const Plan& plan, const std::vector<OutputTable>& outputs);

/// What a pound spent gives back, to everybody and to the public purse; empty without costs.
std::vector<std::string> cost_sentences(const Plan& plan, const std::vector<OutputTable>& outputs);

}  // namespace kinfold::evaluation
