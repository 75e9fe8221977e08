// Any bytes as a charter and as a question: never a crash, and whatever is accepted keeps the walls.
// LINKS: charter page table
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "charter/charter.h"
#include "charter/command.h"
#include "charter/notice.h"

namespace {

using namespace kinfold::charter;

bool printable(std::string_view text) {
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7F) return false;
  }
  return true;
}

/// No identity reaches research, nothing unlawful moves, nothing happens after the end.
void hold_to_the_walls(const Charter& charter) {
  for (const auto& from : charter.parties) {
    for (const auto& to : charter.parties) {
      const Flow* flow = charter.find_flow(Kind::kRelease, from.id, to.id);
      if (flow == nullptr) continue;
      for (const auto& id : flow->data_classes) {
        const DataClass* data_class = charter.find_data_class(id);
        if (data_class == nullptr || data_class->identity || data_class->lawful_basis.empty()) std::abort();
      }
      const kinfold::Date late = kinfold::add_days(charter.ends, 1);
      if (ask(charter, {Act::kSend, Kind::kRelease, from.id, to.id, {}, flow->purpose, {}, late, {}}).allowed)
        std::abort();
    }
    for (const auto kind : {Kind::kVault, Kind::kRequest, Kind::kRelease}) {
      const auto last = expiry(charter, kind, from.id, charter.starts);
      if (last.ok() && from.role == Role::kTrustedParty && last.value() > charter.ends) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto charter = parse(text, "fuzz.toml");
  if (charter.ok()) {
    hold_to_the_walls(charter.value());
    if (notice_html(charter.value()).find("<script") != std::string::npos) std::abort();
    if (notice_markdown(charter.value()).empty()) std::abort();
  } else if (!charter.error().message.starts_with("fuzz.toml:")) {
    std::abort();
  }
  const auto question = parse_question(text.substr(0, text.find('\n')), kinfold::Date{});
  if (!question.ok() && !printable(question.error().message)) std::abort();
  return 0;
}
