// Charters that somebody broke by hand, by the thousand: parse() always answers, and whatever it lets
// through keeps the walls.
#include "base/random.h"
#include "charter/command.h"
#include "charter/notice.h"
#include "sample.h"

namespace kinfold::charter {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Takes out, doubles, swaps, cuts or stains a few lines.
std::string broken(const std::vector<std::string>& whole, RandomStream& random) {
  auto lines = whole;
  const int change_count = random.between(1, 2);
  for (int change = 0; change < change_count; ++change) {
    const auto at = random.below(lines.size());
    const auto other = random.below(lines.size());
    switch (random.below(6)) {
      case 0: lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at)); break;
      case 1: lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(other), lines[at]); break;
      case 2: std::swap(lines[at], lines[other]); break;
      case 3: lines[at].resize(random.below(lines[at].size() + 1)); break;
      case 4:
        lines[at].insert(random.below(lines[at].size() + 1), 1, static_cast<char>(random.below(256)));
        break;
      default:
        lines[at] = lines[other].substr(0, lines[other].find('=')) +
                    lines[at].substr(std::min(lines[at].size(), lines[at].find('=')));
        break;
    }
  }
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

void expect_walls(const Charter& charter) {
  EXPECT_FALSE(charter.automated_decisions);
  for (const auto& flow : charter.flows) {
    const Party* to = charter.find_party(flow.to);
    const bool to_research = flow.to == "research" || (to != nullptr && to->role == Role::kResearch);
    for (const auto& id : flow.data_classes) {
      const DataClass* data_class = charter.find_data_class(id);
      ASSERT_NE(data_class, nullptr);
      EXPECT_FALSE(to_research && data_class->identity);
      EXPECT_FALSE(data_class->identity &&
                   (flow.kind == Kind::kReturn || flow.kind == Kind::kRelease || flow.kind == Kind::kOutput));
      EXPECT_TRUE(data_class->identity || flow.kind != Kind::kRequest);
      EXPECT_FALSE(data_class->lawful_basis.empty());
      EXPECT_TRUE(gateway_reaches(charter, data_class->gateway, data_class->function));
    }
    EXPECT_TRUE(to == nullptr || charter.transfers_abroad || to->country == "GB");
    EXPECT_TRUE(to == nullptr || expiry(charter, flow.kind, to->id, charter.starts).ok());
  }
}

TEST(BrokenCharter, IsAlwaysAnsweredAndNeverLetsAWallFall) {
  constexpr std::uint64_t kSeed = 20221231;
  const auto whole = lines_of(demo_text());
  int accepted_count = 0;
  for (std::uint64_t round = 0; round < 500; ++round) {
    RandomStream random(kSeed, {round});
    const auto text = broken(whole, random);
    const auto charter = parse(text, "broken.toml");
    if (charter.ok()) {
      ++accepted_count;
      expect_walls(charter.value());
    } else {
      EXPECT_EQ(charter.error().code, ErrorCode::kInvalid);
      EXPECT_TRUE(charter.error().message.starts_with("broken.toml:"))
          << "seed " << kSeed << ", round " << round;
    }
    if (HasFailure()) FAIL() << "seed " << kSeed << ", round " << round;
  }
  EXPECT_GT(accepted_count, 20) << "changes in comments and words should be let through";
  EXPECT_LT(accepted_count, 400);
}

TEST(BrokenCharter, OfRandomBytesIsAlwaysAnswered) {
  constexpr std::uint64_t kSeed = 7;
  for (std::uint64_t round = 0; round < 2000; ++round) {
    RandomStream random(kSeed, {round});
    std::string text(random.below(200), '\0');
    constexpr std::string_view kLikely = "[]={}\"'\n\\.#,ab-:0129TZ ";
    for (char& c : text) {
      c = random.chance(0.8) ? kLikely[random.below(kLikely.size())] : static_cast<char>(random.below(256));
    }
    EXPECT_FALSE(parse(text, "random.toml").ok());
    const auto question = parse_question(text, Date{});
    EXPECT_TRUE(question.ok() || question.error().code == ErrorCode::kInvalid);
  }
}

}  // namespace
}  // namespace kinfold::charter
