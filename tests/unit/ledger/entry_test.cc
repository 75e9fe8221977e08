#include "ledger/entry.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "base/random.h"
#include "ledger_testing.h"

namespace kinfold::ledger {
namespace {

Entry random_entry(std::uint64_t seed) {
  RandomStream random(seed);
  Entry entry;
  entry.verb = static_cast<Verb>(random.below(static_cast<std::uint64_t>(Verb::kCase) + 1));
  entry.phase = static_cast<Phase>(random.below(4));
  entry.reason = static_cast<Reason>(random.below(static_cast<std::uint64_t>(Reason::kOther) + 1));
  if (random.chance(0.5)) entry.subject = seal::random_id();
  for (Word* word :
       {&entry.kind, &entry.party, &entry.actor, &entry.duty, &entry.second_actor, &entry.purpose}) {
    if (random.chance(0.7)) *word = "w-" + std::to_string(random.below(1000));
  }
  for (std::uint64_t i = random.below(4); i > 0; --i)
    entry.data_classes.emplace_back("class_" + std::to_string(i));
  if (random.chance(0.5)) entry.counts = {{CountKind::kRows, random.next()}, {CountKind::kBytes, 0}};
  if (random.chance(0.5)) entry.marks = {{DigestKind::kHead, seal::sha256(seal::as_bytes("x"))}};
  return entry;
}

TEST(Line, ReadsBackForAnyEntry) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Recorded recorded{seed, Instant{static_cast<std::int64_t>(seed * 1000)}, random_entry(seed), {}, {}};
    const std::string line = to_line(recorded);
    auto read = parse_line(line);
    ASSERT_TRUE(read.ok()) << line << ": " << read.error().message;
    EXPECT_EQ(to_line(read.value()), line);
  }
}

TEST(Line, IsReadInOneFormOnly) {
  const std::string line = to_line({7, Instant{0}, store_entry(3), {}, {}});
  ASSERT_TRUE(parse_line(line).ok());
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string changed = line;
    changed.replace(changed.find(from), from.size(), to);
    auto read = parse_line(changed);
    return read.ok() ? std::string("read") : read.error().message;
  };
  EXPECT_EQ(with("7 ", "07 "), "a ledger line has a malformed field: index");
  EXPECT_EQ(with("store", "stare"), "a ledger line has a malformed field: verb");
  EXPECT_EQ(with("rows=3", "rows=-3"), "a ledger line has a malformed field: counts");
  EXPECT_EQ(with(" dwp ", " Dwp "), "a ledger line has a malformed field: party");
  EXPECT_EQ(with("store", "store "), "a ledger line has sixteen fields");
  EXPECT_FALSE(parse_line("").ok());
}

TEST(Word, KeepsNothingOfATextThatIsNoWord) {
  for (const auto* text : {"Sarah Jones", "sarah.jones@example.org", "1990/02/03", "O'Neill", "Zoë",
                           "a-word-that-is-longer-than-forty-characters", "-", "QQ123456C"}) {
    const Word word(text);
    EXPECT_TRUE(word.bad()) << text;
    EXPECT_EQ(word.text(), "") << text;
  }
  EXPECT_FALSE(Word("cheshire-east").bad());
  EXPECT_TRUE(Word("").empty());
}

TEST(Entry, HasNoFieldForText) {
  // Taken apart field by field: a new field has to be named here, and may not be text.
  const auto [verb, phase, reason, subject, kind, party, actor, duty, second_actor, purpose, data_classes,
              counts, marks] = Entry{};
  static_assert(std::is_enum_v<std::remove_const_t<decltype(verb)>>);
  static_assert(std::is_enum_v<std::remove_const_t<decltype(phase)>>);
  static_assert(std::is_enum_v<std::remove_const_t<decltype(reason)>>);
  static_assert(std::is_same_v<decltype(subject), const seal::Id>);
  static_assert(std::is_same_v<decltype(kind), const Word> && std::is_same_v<decltype(party), const Word>);
  static_assert(std::is_same_v<decltype(actor), const Word> && std::is_same_v<decltype(duty), const Word>);
  static_assert(std::is_same_v<decltype(second_actor), const Word> &&
                std::is_same_v<decltype(purpose), const Word>);
  static_assert(std::is_same_v<decltype(data_classes), const std::vector<Word>>);
  static_assert(std::is_same_v<decltype(counts), const std::vector<Count>>);
  static_assert(std::is_same_v<decltype(marks), const std::vector<Mark>>);
  SUCCEED();
}

}  // namespace
}  // namespace kinfold::ledger
