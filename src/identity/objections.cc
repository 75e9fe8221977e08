#include "identity/objections.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <set>
#include <unordered_map>
#include <utility>

#include "identity/database.h"
#include "person/name.h"
#include "person/nino.h"
#include "person/postcode.h"

namespace kinfold::identity {
namespace {

constexpr std::string_view kDomain = "objection";
// A name shorter than this is too often one letter from somebody else's.
constexpr std::size_t kMisspellingLengthMin = 4;
// Entries are filled up with random tokens to a multiple of this, so that their number says nothing
// about the length of a name.
constexpr std::size_t kTokenCountStep = 16;

/// Collects the texts that stand for a person, each under the name of its combination.
class Texts {
 public:
  void add(std::string_view combination, std::initializer_list<std::string_view> parts) {
    std::string text(combination);
    for (const auto part : parts) {
      if (part.empty()) return;
      text += '\x1F';
      text += part;
    }
    texts_.insert(std::move(text));
  }
  const std::set<std::string>& all() const { return texts_; }

 private:
  std::set<std::string> texts_;
};

struct Parts {
  std::string all_forenames;
  std::string first;  ///< First forename as it is.
  std::string root;   ///< Its nickname class.
  std::string surname;
  std::vector<std::string> surname_parts;
  std::string born;  ///< 20091231
  std::string postcode;
  std::string nino_stem;
};

std::string compact(Date date) {
  auto text = to_iso(date);
  std::erase(text, '-');
  return text;
}

Parts parts_of(const Identity& identity) {
  Parts parts;
  const auto forenames = person::standardise_forenames(identity.forenames);
  const auto surname = person::standardise_surname(identity.surname);
  parts.all_forenames = forenames.squeezed();
  if (!forenames.tokens.empty()) {
    parts.first = forenames.tokens.front();
    parts.root = person::nickname_root(parts.first);
  }
  parts.surname = surname.squeezed();
  if (surname.tokens.size() > 1) parts.surname_parts = surname.tokens;
  if (identity.date_of_birth) parts.born = compact(*identity.date_of_birth);
  const auto postcode = person::parse_postcode(identity.postcode);
  if (postcode.valid) parts.postcode = postcode.text;
  const auto nino = person::parse_nino(identity.nino);
  if (nino.valid && !nino.temporary) parts.nino_stem = nino.stem;
  return parts;
}

/// The word, and each of it with one letter left out: two words that are one slip of the pen apart
/// share one (Mor and Fraenkel 1982, "A hash code method for detecting and correcting spelling
/// errors"). Swapped neighbours share one too.
std::vector<std::string> deletions(const std::string& word) {
  std::vector<std::string> words = {word};
  if (word.size() < kMisspellingLengthMin) return words;
  for (std::size_t i = 0; i < word.size(); ++i) {
    words.push_back(word.substr(0, i) + word.substr(i + 1));
  }
  return words;
}

void add_names_with_date(const Parts& parts, Texts& texts) {
  texts.add("name", {parts.all_forenames, parts.surname, parts.born});
  texts.add("nickname", {parts.root, parts.surname, parts.born});
  // Either name may stand in the other's column.
  const auto add_either_way = [&](const std::string& one, const std::string& other) {
    texts.add("names", {std::min(one, other), std::max(one, other), parts.born});
  };
  add_either_way(parts.first, parts.surname);
  for (const auto& part : parts.surname_parts) {
    texts.add("nickname", {parts.root, part, parts.born});
    add_either_way(parts.first, part);
  }
  texts.add("sound", {person::soundex(parts.root), person::soundex(parts.surname), parts.born});
  texts.add("sound2", {person::metaphone(parts.root), person::metaphone(parts.surname), parts.born});
  for (const auto& slip : deletions(parts.first)) texts.add("slip1", {slip, parts.surname, parts.born});
  for (const auto& slip : deletions(parts.surname)) texts.add("slip2", {parts.root, slip, parts.born});
}

/// The date of birth is what is wrong: the names must agree then, and something else.
void add_names_with_other_dates(const Parts& parts, const Identity& identity, Texts& texts) {
  if (!identity.date_of_birth) return;
  const auto ymd = to_ymd(*identity.date_of_birth);
  const auto year = std::to_string(ymd.year);
  const auto day_month = std::to_string(ymd.month) + '/' + std::to_string(ymd.day);
  if (ymd.day <= 12) {
    const auto low = std::to_string(std::min(ymd.day, ymd.month));
    const auto high = std::to_string(std::max(ymd.day, ymd.month));
    texts.add("swapped", {parts.root, parts.surname, year, low, high});
  }
  texts.add("year", {parts.root, parts.surname, year, parts.postcode});
  texts.add("day", {parts.root, parts.surname, day_month, parts.postcode});
}

}  // namespace

std::vector<Token> objection_tokens(const Identity& identity, const TokenMaker& make) {
  const auto parts = parts_of(identity);
  Texts texts;
  if (!parts.born.empty()) {
    add_names_with_date(parts, texts);
    // Another surname after a marriage; twins have other forenames.
    texts.add("moved name", {parts.root, parts.born, parts.postcode});
  }
  add_names_with_other_dates(parts, identity, texts);
  texts.add("number", {parts.nino_stem, parts.born});
  // A child is sometimes given a parent's number: the number alone is not enough.
  texts.add("number and name", {parts.nino_stem, person::soundex(parts.root)});
  std::vector<Token> tokens;
  for (const auto& text : texts.all()) tokens.push_back(make(kDomain, text));
  return tokens;
}

struct ObjectionBook::State {
  Database database;
  TokenMaker make;
  struct TokenHash {
    std::size_t operator()(const Token& token) const {
      // Tokens are uniform already.
      std::size_t hash = 0;
      std::memcpy(&hash, token.data(), sizeof(hash));
      return hash;
    }
  };
  std::unordered_multimap<Token, std::int64_t, TokenHash> entry_of;
  std::set<std::int64_t> entries;

  std::set<std::int64_t> entries_matching(const Identity& identity) const {
    std::set<std::int64_t> found;
    for (const auto& token : objection_tokens(identity, make)) {
      const auto [first, last] = entry_of.equal_range(token);
      for (auto it = first; it != last; ++it) found.insert(it->second);
    }
    return found;
  }
  Status load();
  Status check_key();
  bool holds_all(const std::vector<Token>& tokens) const;
  Result<std::int64_t> add_entry(std::vector<Token> tokens, Date on);
};

namespace {

constexpr const char* kSchema =
    "CREATE TABLE key_check(token BLOB NOT NULL);"
    "CREATE TABLE entry(id INTEGER PRIMARY KEY, recorded TEXT NOT NULL);"
    "CREATE TABLE token(token BLOB NOT NULL, entry INTEGER NOT NULL REFERENCES entry(id),"
    " PRIMARY KEY(token, entry)) WITHOUT ROWID;"
    "CREATE INDEX token_entry ON token(entry);";

seal::ByteView view(const Token& token) { return std::as_bytes(std::span(token)); }

}  // namespace

/// A book read with another key would match nobody: that must not pass for "no objections".
Status ObjectionBook::State::check_key() {
  const auto expected = make("objection-book", "key check");
  auto asked = database.prepare("SELECT token FROM key_check");
  if (!asked.ok()) return asked.error();
  auto row = asked.value().step();
  if (!row.ok()) return row.error();
  if (row.value()) {
    const auto found = asked.value().bytes_at(0);
    if (std::equal(found.begin(), found.end(), view(expected).begin(), view(expected).end())) return {};
    return invalid("the objection book was made with another key; open it with the holding it belongs to");
  }
  auto insert = database.prepare("INSERT INTO key_check VALUES(?1)");
  if (!insert.ok()) return insert.error();
  return insert.value().bind(1, view(expected)).run();
}

Status ObjectionBook::State::load() {
  auto asked_entries = database.prepare("SELECT id FROM entry");
  if (!asked_entries.ok()) return asked_entries.error();
  for (;;) {
    auto row = asked_entries.value().step();
    if (!row.ok()) return row.error();
    if (!row.value()) break;
    entries.insert(asked_entries.value().int_at(0));
  }
  auto asked = database.prepare("SELECT token, entry FROM token");
  if (!asked.ok()) return asked.error();
  for (;;) {
    auto row = asked.value().step();
    if (!row.ok()) return row.error();
    if (!row.value()) return {};
    Token token{};
    const auto bytes = asked.value().bytes_at(0);
    if (bytes.size() != token.size())
      return invalid("the objection book is damaged; restore it from a backup");
    std::memcpy(token.data(), bytes.data(), token.size());
    entry_of.emplace(token, asked.value().int_at(1));
  }
}

/// Whether one entry has all of these. A relative's may share some of them.
bool ObjectionBook::State::holds_all(const std::vector<Token>& tokens) const {
  const auto [first, last] = entry_of.equal_range(tokens.front());
  return std::any_of(first, last, [&](const auto& candidate) {
    return std::all_of(tokens.begin(), tokens.end(), [&](const Token& token) {
      const auto [from, to] = entry_of.equal_range(token);
      return std::any_of(from, to, [&](const auto& held) { return held.second == candidate.second; });
    });
  });
}

Result<std::int64_t> ObjectionBook::State::add_entry(std::vector<Token> tokens, Date on) {
  const auto random = system_random();
  while (tokens.size() % kTokenCountStep != 0) random(tokens.emplace_back());
  std::int64_t entry = 0;
  do {
    entry = static_cast<std::int64_t>(random_below(random, std::uint64_t{1} << 62)) + 1;
  } while (entries.count(entry) != 0);
  auto insert_entry = database.prepare("INSERT INTO entry VALUES(?1, ?2)");
  if (!insert_entry.ok()) return insert_entry.error();
  if (auto ran = insert_entry.value().bind(1, entry).bind(2, to_iso(on)).run(); !ran.ok()) return ran.error();
  auto insert = database.prepare("INSERT OR IGNORE INTO token VALUES(?1, ?2)");
  if (!insert.ok()) return insert.error();
  for (const auto& token : tokens) {
    if (auto ran = insert.value().bind(1, view(token)).bind(2, entry).run(); !ran.ok()) return ran.error();
  }
  entries.insert(entry);
  for (const auto& token : tokens) entry_of.emplace(token, entry);
  return entry;
}

ObjectionBook::ObjectionBook(std::unique_ptr<State> state) : state_(std::move(state)) {}
ObjectionBook::ObjectionBook(ObjectionBook&&) noexcept = default;
ObjectionBook& ObjectionBook::operator=(ObjectionBook&&) noexcept = default;
ObjectionBook::~ObjectionBook() = default;

Result<ObjectionBook> ObjectionBook::open(const std::string& path, TokenMaker make) {
  auto database = Database::open(path, "the objection book", "kinfold objections 1", kSchema);
  if (!database.ok()) return database.error();
  auto state = std::make_unique<State>(State{std::move(database).value(), std::move(make), {}, {}});
  if (auto checked = state->check_key(); !checked.ok()) return checked.error();
  if (auto loaded = state->load(); !loaded.ok()) return loaded.error();
  return ObjectionBook(std::move(state));
}

Result<bool> ObjectionBook::add(const Identity& identity, Date on) {
  auto added = add_all({identity}, on);
  if (!added.ok()) return added.error();
  if (added.value().unrecognisable_count != 0) {
    return invalid(
        "too little is known to recognise the person again; a name with a date of birth is needed, "
        "or a National Insurance number with one of them");
  }
  return added.value().new_count != 0;
}

Result<ObjectionBook::Added> ObjectionBook::add_all(const std::vector<Identity>& identities, Date on) {
  auto transaction = Transaction::begin(state_->database);
  if (!transaction.ok()) return transaction.error();
  Added added;
  std::set<std::int64_t> fresh;
  const auto undo = [&](const Error& error) {
    std::erase_if(state_->entry_of, [&](const auto& held) { return fresh.count(held.second) != 0; });
    for (const auto entry : fresh) state_->entries.erase(entry);
    return error;
  };
  for (const auto& identity : identities) {
    auto tokens = objection_tokens(identity, state_->make);
    if (tokens.empty()) {
      ++added.unrecognisable_count;
    } else if (state_->holds_all(tokens)) {
      ++added.known_count;
    } else {
      auto entry = state_->add_entry(std::move(tokens), on);
      if (!entry.ok()) return undo(entry.error());
      fresh.insert(entry.value());
      ++added.new_count;
    }
  }
  if (auto committed = transaction.value().commit(); !committed.ok()) return undo(committed.error());
  return added;
}

bool ObjectionBook::matches(const Identity& identity) const {
  if (state_->entries.empty()) return false;
  for (const auto& token : objection_tokens(identity, state_->make)) {
    if (state_->entry_of.find(token) != state_->entry_of.end()) return true;
  }
  return false;
}

Result<std::uint64_t> ObjectionBook::remove(const Identity& identity) {
  const auto found = state_->entries_matching(identity);
  auto transaction = Transaction::begin(state_->database);
  if (!transaction.ok()) return transaction.error();
  for (const char* sql : {"DELETE FROM token WHERE entry = ?1", "DELETE FROM entry WHERE id = ?1"}) {
    auto statement = state_->database.prepare(sql);
    if (!statement.ok()) return statement.error();
    for (const auto entry : found) {
      if (auto ran = statement.value().bind(1, entry).run(); !ran.ok()) return ran.error();
    }
  }
  if (auto committed = transaction.value().commit(); !committed.ok()) return committed.error();
  std::erase_if(state_->entry_of, [&](const auto& held) { return found.count(held.second) != 0; });
  for (const auto entry : found) state_->entries.erase(entry);
  return static_cast<std::uint64_t>(found.size());
}

std::uint64_t ObjectionBook::entry_count() const { return state_->entries.size(); }

}  // namespace kinfold::identity
