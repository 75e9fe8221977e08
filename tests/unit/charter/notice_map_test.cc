// Holds docs/notice-map.toml against the notice itself, the charter, and the tests that exist.
#include "charter/notice_map.h"

#include <sodium.h>

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <set>

#include "charter/notice.h"
#include "charter/promises.h"
#include "sample.h"
#include "source_dir.h"

namespace kinfold::charter {
namespace {

namespace fs = std::filesystem;

std::vector<MappedSentence> the_map() {
  auto map = notice_map();
  EXPECT_TRUE(map.ok()) << (map.ok() ? "" : map.error().message);
  return map.ok() ? std::move(map).value() : std::vector<MappedSentence>{};
}

std::string sha256_hex(const std::string& text) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  std::string hex(digest.size() * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  hex.pop_back();
  return hex;
}

/// The notice's folder beside the repository, or where KINFOLD_NOTICE points.
std::optional<std::string> the_notice() {
  const char* set = std::getenv("KINFOLD_NOTICE");
  const fs::path folder =
      set != nullptr ? fs::path(set) : fs::path(source_dir()) / ".." / "shared" / "notice";
  std::error_code missing;
  for (const auto& file : fs::directory_iterator(folder, missing)) {
    if (file.path().extension() == ".txt") return read_text(file.path().string());
  }
  return std::nullopt;
}

std::string with_single_spaces(std::string text) {
  for (const std::string wide : {"\xC2\xA0", "\xE2\x80\xA2"}) {
    for (auto at = text.find(wide); at != std::string::npos; at = text.find(wide))
      text.replace(at, wide.size(), " ");
  }
  std::string out;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\t' || c == '\r';
    if (space && (out.empty() || out.back() == ' ')) continue;
    out += space ? ' ' : c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

/// A sentence ends at a line's end, or at . ; : before a capital letter.
std::vector<std::string> sentences_of(const std::string& notice) {
  std::vector<std::string> sentences;
  std::istringstream lines(notice);
  for (std::string line; std::getline(lines, line);) {
    line = with_single_spaces(line);
    std::size_t start = 0;
    for (std::size_t at = 1; at + 1 < line.size(); ++at) {
      const bool ends = std::string_view(".;:").find(line[at - 1]) != std::string_view::npos;
      if (!ends || line[at] != ' ' || line[at + 1] < 'A' || line[at + 1] > 'Z') continue;
      sentences.push_back(line.substr(start, at - start));
      start = at + 1;
    }
    if (start < line.size()) sentences.push_back(line.substr(start));
  }
  return sentences;
}

/// `Suite.Name` of every test in the tree.
std::set<std::string> existing_tests() {
  std::set<std::string> names;
  const std::regex pattern(
      R"((?:TEST|TEST_F|TEST_P|RC_GTEST_PROP|RC_GTEST_FIXTURE_PROP)\(\s*(\w+)\s*,\s*(\w+))");
  for (const auto& file : fs::recursive_directory_iterator(source_path("tests"),
                                                           fs::directory_options::follow_directory_symlink)) {
    if (file.path().extension() != ".cc") continue;
    const auto text = read_text(file.path().string());
    for (auto it = std::sregex_iterator(text.begin(), text.end(), pattern); it != std::sregex_iterator();
         ++it) {
      names.insert((*it)[1].str() + "." + (*it)[2].str());
    }
  }
  return names;
}

/// `e2e/demo_test.py` or `e2e/demo_test.py::test_name`, below tests/.
bool is_in_a_file(const std::string& test) {
  if (test.find('/') == std::string::npos) return false;
  const auto cut = test.find("::");
  const auto path = source_path("tests/" + test.substr(0, cut));
  if (!fs::is_regular_file(path)) return false;
  return cut == std::string::npos ||
         read_text(path).find("def " + test.substr(cut + 2) + "(") != std::string::npos;
}

TEST(NoticeMap, HasEverySentenceOfTheNoticeInItsOrder) {
  const auto notice = the_notice();
  if (!notice) GTEST_SKIP() << "the notice is not beside the repository; set KINFOLD_NOTICE to its folder";
  const auto sentences = sentences_of(*notice);
  const auto map = the_map();
  for (std::size_t index = 0; index < std::max(map.size(), sentences.size()); ++index) {
    ASSERT_LT(index, map.size()) << "not in the map: " << sentences[index];
    ASSERT_LT(index, sentences.size()) << "not in the notice: " << map[index].id;
    EXPECT_EQ(map[index].sha256, sha256_hex(sentences[index]))
        << map[index].id << " is not: " << sentences[index];
  }
}

TEST(NoticeMap, HasTheSentencesOfTheNoticeAlsoWhereTheNoticeIsNotAtHand) {
  const auto map = the_map();
  ASSERT_EQ(map.size(), 75U);
  std::string hashes;
  for (const auto& sentence : map) hashes += sentence.sha256;
  EXPECT_EQ(sha256_hex(hashes), "72fa0e4fda7cfee84d1d2a642e28ba78f5a4e1196ad8c8b8e0e4ea7e0f71d26a")
      << "the sentences are those of the notice of this programme; it does not change any more";
}

TEST(NoticeMap, GivesEverySentenceAnIdAFieldATestAndARoom) {
  std::set<std::string> ids;
  for (const auto& sentence : the_map()) {
    EXPECT_TRUE(ids.insert(sentence.id).second) << sentence.id << " is there twice";
    EXPECT_FALSE(sentence.says.empty()) << sentence.id;
    EXPECT_FALSE(sentence.field.empty()) << sentence.id;
    EXPECT_FALSE(sentence.tests.empty()) << sentence.id;
    ASSERT_FALSE(sentence.rooms.empty()) << sentence.id;
    for (const auto& room : sentence.rooms) EXPECT_TRUE(fs::is_directory(source_path("src/" + room))) << room;
  }
}

TEST(NoticeMap, NamesOnlyTestsThatExist) {
  const auto existing = existing_tests();
  ASSERT_GT(existing.size(), 50U);
  for (const auto& sentence : the_map()) {
    for (const auto& test : sentence.tests) {
      EXPECT_TRUE(existing.contains(test) || is_in_a_file(test)) << sentence.id << ": no test " << test;
    }
  }
}

/// A field is a place in the charter's own text: `section.id`, `section.key` or a bare section.
TEST(NoticeMap, NamesOnlyFieldsThatTheRealCharterHas) {
  const auto text = read_text(source_path("charters/troubled-families.toml"));
  for (const auto& sentence : the_map()) {
    const auto section = sentence.field.substr(0, sentence.field.find('.'));
    const bool found = text.find("\n[" + section + "]\n") != std::string::npos ||
                       text.find("\n[[" + section + "]]\n") != std::string::npos;
    EXPECT_TRUE(found) << sentence.id << ": " << sentence.field;
    const auto last = sentence.field.substr(sentence.field.rfind('.') + 1);
    if (last == section || last.find_first_not_of("0123456789") == std::string::npos) continue;
    const bool named = text.find("\"" + last + "\"") != std::string::npos ||
                       text.find("\n" + last + " = ") != std::string::npos;
    EXPECT_TRUE(named) << sentence.id << ": " << sentence.field;
  }
}

TEST(NoticeMap, IsPrintedInTheDocs) {
  const auto path = source_path("docs/notice-map.md");
  const auto printed = notice_map_markdown(the_map());
  if (std::getenv("KINFOLD_UPDATE") != nullptr) std::ofstream(path, std::ios::binary) << printed;
  EXPECT_EQ(read_text(path), printed) << "run the charter tests with KINFOLD_UPDATE=1";
}

TEST(NoticeMap, TheIdentityOfTheRealCharterIsTheFiveFieldsOfTheNotice) {
  const std::vector<std::string> five{"name", "date_of_birth", "gender", "address", "nino"};
  std::size_t identity_count = 0;
  for (const auto& data_class : real().data_classes) {
    if (!data_class.identity) continue;
    ++identity_count;
    EXPECT_EQ(data_class.fields, five);
  }
  EXPECT_EQ(identity_count, 1U);
}

TEST(NoticeMap, NothingAboutAPersonFlowsBackToThoseWhoServeThem) {
  for (const Charter& charter : {real(), demo()}) {
    for (const auto& flow : charter.flows) {
      const Party* party = charter.find_party(flow.to);
      const bool to_authority =
          flow.to == "authority" || (party != nullptr && party->role == Role::kAuthority);
      EXPECT_TRUE(!to_authority || (flow.kind == Kind::kNotice && flow.data_classes.empty())) << flow.to;
    }
  }
}

TEST(NoticeMap, TheRealCharterHasTheSixProblemsInTheirOrder) {
  const auto criteria = real().criteria;
  EXPECT_EQ(criteria.needed, 2);
  std::vector<std::string> ids;
  for (const auto& problem : criteria.problems) ids.push_back(problem.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"worklessness", "school", "child_in_need", "crime",
                                           "domestic_abuse", "health"}));
  EXPECT_TRUE(criteria.problems[0].label.starts_with("Worklessness or at risk of financial exclusion"));
  EXPECT_EQ(criteria.problems[5].label, "Mental or physical health problems");
}

TEST(NoticeMap, EveryClassOfTheRealCharterRestsOnPublicTask) {
  for (const auto& data_class : real().data_classes) {
    EXPECT_EQ(data_class.lawful_basis, "6(1)(e)") << data_class.id;
    EXPECT_EQ(data_class.gateway, "dea-2017-s64") << data_class.id;
  }
}

TEST(NoticeMap, SpecialCategoriesOfTheRealCharterRestOnArticle9AndNationalLaw) {
  const Charter charter = real();
  for (const char* id : {"problems", "benefits", "care"}) {
    EXPECT_TRUE(charter.find_data_class(id)->special_condition.starts_with("9(2)(g)")) << id;
    EXPECT_TRUE(charter.find_data_class(id)->national_law.starts_with("DPA 2018 Schedule 1")) << id;
  }
}

TEST(NoticeMap, OffendingOfTheRealCharterRestsOnArticle10AndTheActOf2018) {
  EXPECT_EQ(real().find_data_class("offending")->special_condition, "10");
  EXPECT_EQ(real().find_data_class("offending")->national_law, "DPA 2018 Schedule 1 paragraph 6");
}

TEST(Promises, AreMadeForEverySentenceThatIsNotAHeading) {
  const auto made = promises(real());
  std::size_t expected = 0;
  for (const auto& sentence : the_map()) expected += sentence.check == "heading" ? 0U : 1U;
  EXPECT_EQ(made.size(), expected);
  EXPECT_EQ(expected, 59U);
  for (const auto& promise : made) {
    EXPECT_EQ(promise.text.find('{'), std::string::npos) << promise.text;
    EXPECT_TRUE(promise.text.ends_with(".")) << promise.text;
    EXPECT_FALSE(promise.tests.empty());
  }
}

TEST(Promises, SpeakOfTheCharterAtHand) {
  const auto text_of = [](const Charter& charter, const std::string& id) {
    for (const auto& promise : promises(charter)) {
      if (promise.sentence == id) return promise.text;
    }
    return std::string{};
  };
  EXPECT_EQ(text_of(real(), "ons-end"), "Everything at ONS is destroyed by 31 December 2022.");
  EXPECT_EQ(text_of(real(), "month-on-file"),
            "DWP, MoJ and DfE keep names for a month and no record of who was in the research.");
  EXPECT_EQ(text_of(demo(), "ons-end"), "Everything at ONS (demo) is destroyed by 31 December 2022.");
  Charter smaller = demo();
  smaller.criteria.problems.resize(3);
  EXPECT_EQ(text_of(smaller, "problem-crime"), "");
  EXPECT_EQ(text_of(smaller, "problem-school"), "Problem: school absence problems.");
}

TEST(Promises, CanBeCheckedSomewhereUnlessOnlyPeopleKeepThem) {
  std::size_t people_count = 0;
  for (const auto& promise : promises(real())) {
    bool somewhere = false;
    for (const Role role : {Role::kAuthority, Role::kTrustedParty, Role::kDepartment, Role::kResearch}) {
      somewhere = somewhere || applies_at(promise.check, role);
    }
    EXPECT_EQ(somewhere, promise.check != LiveCheck::kPeople);
    people_count += somewhere ? 0 : 1;
    EXPECT_EQ(parse_live_check(name(promise.check)), promise.check);
  }
  EXPECT_LE(people_count, 9U);
}

}  // namespace
}  // namespace kinfold::charter
