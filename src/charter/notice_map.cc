#include "charter/notice_map.h"

#include "base/text.h"
#include "charter/notice_map_text_internal.h"
#include "charter/plain_internal.h"
#include "charter/promises.h"
#include "charter/reader_internal.h"

namespace kinfold::charter {
namespace {

std::vector<std::string> check_names() {
  std::vector<std::string> names{"heading"};
  for (const LiveCheck check : live_checks()) names.emplace_back(name(check));
  return names;
}

/// Test names in code, so that Markdown shows them as they are.
std::string code_list(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "`" : ", `") + item + "`";
  return out;
}

}  // namespace

Result<std::vector<MappedSentence>> notice_map() {
  auto root = read_toml(notice_map_text(), "docs/notice-map.toml");
  if (!root.ok()) return internal_error(root.error().message);
  Problems problems("docs/notice-map.toml");
  Reader top(root.value(), "map", problems);
  std::vector<MappedSentence> sentences;
  for (const Node* node : top.tables("sentence", Need::kRequired)) {
    Reader reader(*node, "sentence", problems);
    MappedSentence sentence;
    sentence.id = reader.id("id");
    sentence.says = reader.text("says");
    sentence.sha256 = reader.text("sha256");
    sentence.field = reader.text("field");
    sentence.rooms = reader.texts("rooms");
    sentence.tests = reader.texts("tests");
    sentence.check = reader.choice("check", check_names());
    sentence.promise =
        reader.text("promise", sentence.check == "heading" ? Need::kOptional : Need::kRequired);
    reader.finish();
    sentences.push_back(std::move(sentence));
  }
  top.finish();
  if (!problems.empty()) return internal_error(problems.error().message);
  return sentences;
}

std::string notice_map_markdown(const std::vector<MappedSentence>& sentences) {
  std::string out =
      "# Every sentence of the notice\n\n"
      "Printed from `notice-map.toml`; a test holds it against the notice, the charter and the tests that "
      "exist.\n"
      "`check` is what `kinfold charter promises` looks at on a running site; `people` means that no machine "
      "can keep it.\n\n"
      "| # | sentence | says | charter | rooms | tests | check |\n|---|---|---|---|---|---|---|\n";
  int number = 0;
  for (const auto& sentence : sentences) {
    out += "| " + std::to_string(++number) + " | `" + sentence.id + "` | " + markdown_escape(sentence.says) +
           " | `" + sentence.field + "` | " + join(sentence.rooms, ", ") + " | " + code_list(sentence.tests) +
           " | " + sentence.check + " |\n";
  }
  return out;
}

}  // namespace kinfold::charter
