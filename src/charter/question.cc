// Questions to the charter as a person types them.
#include "base/text.h"
#include "charter/command.h"
#include "charter/reader_internal.h"

namespace kinfold::charter {
namespace {

constexpr std::string_view kForms =
    "ask like 'ons send request to dwp for linkage', 'dwp hold request for linkage' or 'ons open vault as "
    "linkage for rights'";

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (const auto part : split(text, ' ')) {
    const auto word = trim(part);
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

Error not_understood(std::string_view what, std::string_view word) {
  return invalid("question: " + std::string(what) + " " + quoted(word) + " is not known; " +
                 std::string(kForms));
}

/// The word behind each of `to`, `as`, `for`, `of`, `by`, `on`.
Status take_rest(const std::vector<std::string>& words, Question& question) {
  for (std::size_t at = 3; at + 1 < words.size(); at += 2) {
    const auto& key = words[at];
    const auto& value = words[at + 1];
    if (key == "to") {
      question.other_party = value;
    } else if (key == "for") {
      question.purpose = value;
    } else if (key == "by") {
      question.actor = value;
    } else if (key == "as") {
      question.duty = parse_duty(value);
      if (!question.duty) return not_understood("duty", value);
    } else if (key == "of") {
      for (const auto part : split(value, ',')) question.data_classes.emplace_back(part);
    } else if (key == "on") {
      const auto day = parse_iso_date(value);
      if (!day) return not_understood("day", value);
      question.today = *day;
    } else {
      return not_understood("word", key);
    }
  }
  return {};
}

}  // namespace

Result<Question> parse_question(std::string_view text, Date today) {
  if (text.size() > 1000) return invalid("question: longer than 1,000 bytes; " + std::string(kForms));
  const auto words = words_of(text);
  if (words.size() < 3 || words.size() % 2 == 0) {
    return invalid("question: it does not have the form of one; " + std::string(kForms));
  }
  Question question;
  question.today = today;
  question.party = words[0];
  if (words[1] == "hold") {
    question.act = Act::kHold;
  } else if (words[1] == "open") {
    question.act = Act::kOpen;
  } else if (words[1] == "send") {
    question.act = Act::kSend;
  } else {
    return not_understood("act", words[1]);
  }
  const auto kind = parse_kind(words[2]);
  if (!kind) return not_understood("kind", words[2]);
  question.kind = *kind;
  if (auto status = take_rest(words, question); !status.ok()) return status.error();
  return question;
}

}  // namespace kinfold::charter
