// kinfold-verify: check what a party shows without trusting it, or Kinfold.
#include <sodium.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "verify/checks.h"

namespace {

constexpr const char* kUsage =
    "usage: kinfold-verify card CARD\n"
    "       kinfold-verify ledger EXPORT CARD [KEPT-HEAD ...]\n"
    "       kinfold-verify proof PROOF CARD\n"
    "       kinfold-verify certificate CERTIFICATE CARD\n"
    "       kinfold-verify receipt RECEIPT CARD\n"
    "CARD is the party's card; compare its fingerprint with the party by telephone first.\n"
    "exit: 0 sound, 1 not sound, 2 wrong usage\n";

std::optional<std::string> read(const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::cerr << "kinfold-verify: a file cannot be read; check the path\n";
    return std::nullopt;
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

int say(const kinfold_verify::Outcome& outcome) {
  (outcome.sound ? std::cout << "sound: " : std::cerr << "NOT SOUND: ") << outcome.words << "\n";
  return outcome.sound ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  using namespace kinfold_verify;
  const std::string_view verb = count > 1 ? arguments[1] : "";
  const bool needs_two = verb == "ledger" || verb == "proof" || verb == "certificate" || verb == "receipt";
  if ((verb == "card" && count != 3) || (needs_two && (count < 4 || (verb != "ledger" && count > 4))) ||
      (verb != "card" && !needs_two)) {
    std::cerr << kUsage;
    return 2;
  }
  if (sodium_init() < 0) return 1;
  const auto card_text = read(arguments[verb == "card" ? 2 : 3]);
  if (!card_text) return 1;
  const auto card = read_card(*card_text);
  if (!card) return say({false, "the card is malformed, or was altered"});
  if (verb == "card")
    return say({true, "card of " + card->party + ", fingerprint " + fingerprint(*card_text)});
  const auto text = read(arguments[2]);
  if (!text) return 1;
  if (verb == "proof") return say(check_proof(*text, *card));
  if (verb == "certificate") return say(check_certificate(*text, *card));
  if (verb == "receipt") return say(check_note(*text, *card));
  std::vector<std::string> heads;
  for (int i = 4; i < count; ++i) {
    auto head = read(arguments[i]);
    if (!head) return 1;
    heads.push_back(std::move(*head));
  }
  return say(check_ledger(*text, *card, heads));
}
