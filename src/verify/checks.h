// What kinfold-verify can check, on texts: files are read by main. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "verify/notes.h"

namespace kinfold_verify {

struct Outcome {
  bool sound = false;
  std::string words;  ///< What was found, one or more lines.
};

/// An exported ledger: each line's place, the chain, the times, the root under the signed head, and
/// heads of it that others kept.
Outcome check_ledger(std::string_view exported, const Card& card, const std::vector<std::string>& kept_heads);
/// An inclusion or a consistency proof.
Outcome check_proof(std::string_view proof, const Card& card);
/// A destruction certificate: signed, complete, and whether it was in time.
Outcome check_certificate(std::string_view note, const Card& card);
/// Any other signed note, a receipt for example: who signed it, and its text.
Outcome check_note(std::string_view note, const Card& card);

}  // namespace kinfold_verify
