// Fields that are read from several columns, put together, derived or weighed by a table: from the file to a
// pair's level.
#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>

#include "linkage/frequencies.h"
#include "linkage/link.h"
#include "linkage/pairs.h"

namespace kinfold::linkage {
namespace {

using Rows = std::initializer_list<std::initializer_list<const char*>>;

table::Table table_of(std::initializer_list<const char*> names, const Rows& rows) {
  table::Table table;
  for (const char* name : names) table.add(name, table::ColumnType::kString);
  for (const auto& row : rows) {
    std::size_t column = 0;
    for (const char* value : row) {
      auto& own = table.columns()[column++];
      if (*value == '\0')
        own.append_null();
      else
        own.append_string(value);
    }
  }
  return table;
}

Model model_of(const std::string& fields, const std::string& field, const std::string& levels) {
  const std::string text = "fitted = true\nmatch_rate = 0.01\n" + fields + "[[comparison]]\nfield = '" +
                           field + "'\nlevels = [" + levels +
                           "]\n[[block]]\nkeys = ['id']\n[[field]]\nname = 'id'\n";
  auto model = parse_model_toml(text);
  EXPECT_TRUE(model.ok()) << (model.ok() ? "" : model.error().message) << text;
  return model.ok() ? std::move(model).value() : Model{};
}

// The level at which each row meets the first one.
std::vector<std::string> levels_beside_first(const table::Table& table, const Model& model) {
  std::vector<RowPair> pairs;
  for (std::uint32_t row = 1; row < table.row_count(); ++row) pairs.emplace_back(0, row);
  const auto explained = explain_pairs(table, nullptr, model, pairs);
  EXPECT_TRUE(explained.ok()) << (explained.ok() ? "" : explained.error().message);
  std::vector<std::string> levels;
  if (explained.ok())
    for (const auto& pair : explained.value()) levels.push_back(pair.steps[0].level);
  return levels;
}

const std::string kElse = "{ when = 'else', m = 0.1, u = 0.9 }";
using Levels = std::vector<std::string>;

TEST(Location, IsReadFromTwoColumns) {
  const auto model = model_of(
      "[[field]]\nname = 'home'\nkind = 'location'\ncolumns = []\nlatitude_columns = "
      "['lat']\nlongitude_columns = ['lng', 'long']\n",
      "home", "{ when = 'km <= 1', m = 0.5, u = 0.01 }, { when = 'km <= 10', m = 0.4, u = 0.09 }, " + kElse);
  const auto table = table_of({"id", "lat", "long"}, {{"1", "51.5", "-0.1"},
                                                      {"2", "51.501", "-0.1"},
                                                      {"3", "51.55", "-0.1"},
                                                      {"4", "52", "1"},
                                                      {"5", "51.5", ""}});
  EXPECT_EQ(levels_beside_first(table, model), (Levels{"km <= 1", "km <= 10", "else", "missing"}));
}

const std::string kNames =
    "[[field]]\nname = 'first'\nkind = 'forenames'\n[[field]]\nname = 'last'\nkind = 'surname'\n"
    "[[field]]\nname = 'name'\nkind = 'together'\nfields = ['first', 'last']\n";
const std::string kNameLevels =
    "{ when = 'first: exact and last: exact', m = 0.6, u = 0.01 }, { when = 'first: swapped last', m = 0.1, "
    "u = 0.01 }, "
    "{ when = 'first: soundex and not last: exact', m = 0.1, u = 0.04 }, { when = 'last: exact', m = 0.1, u "
    "= 0.04 }, " +
    kElse;

const auto kPeople = [] {
  return table_of({"id", "first", "last"}, {{"1", "Robert", "Smith"},
                                            {"2", "robert", "SMITH"},
                                            {"3", "Smith", "Robert"},
                                            {"4", "Rupert", "Jones"},
                                            {"5", "Anna", "Smith"},
                                            {"6", "Anna", "Jones"},
                                            {"7", "", "Smith"},
                                            {"8", "Robert", ""},
                                            {"9", "", ""}});
};

TEST(Together, LevelsAskItsParts) {
  EXPECT_EQ(
      levels_beside_first(kPeople(), model_of(kNames, "name", kNameLevels)),
      (Levels{"first: exact and last: exact", "first: swapped last", "first: soundex and not last: exact",
              "last: exact", "else", "missing", "missing", "missing"}));
}

TEST(Together, MayNeedOnlyOneOfItsParts) {
  const auto levels = levels_beside_first(
      kPeople(), model_of(kNames + "needs_one_of = ['first', 'last']\n", "name", kNameLevels));
  // Where the surname is missing nothing is known of "not last: exact", so that neither it nor its opposite
  // holds.
  EXPECT_EQ(levels, (Levels{"first: exact and last: exact", "first: swapped last",
                            "first: soundex and not last: exact", "last: exact", "else", "last: exact",
                            "else", "missing"}));
  const auto two = table_of({"id", "first", "last"}, {{"1", "Robert", ""}, {"2", "", "Smith"}});
  EXPECT_EQ(
      levels_beside_first(two, model_of(kNames + "needs_one_of = ['first', 'last']\n", "name", kNameLevels)),
      Levels{"missing"})
      << "they have no part in common";
}

TEST(Together, WeighsByTheValuesOfAPart) {
  const auto table = table_of({"id", "first", "last"}, {{"1", "Robert", "Smith"},
                                                        {"2", "Anna", "Smith"},
                                                        {"3", "Eve", "Smith"},
                                                        {"4", "Ida", "Rare"},
                                                        {"5", "Una", "Rare"}});
  const auto model = model_of(
      kNames, "name",
      "{ when = 'last: exact', m = 0.5, u = 0.1, term_frequency = 1.0, term_frequency_of = 'last' }, " +
          kElse);
  const auto explained = explain_pairs(table, nullptr, model, {{0, 1}, {3, 4}});
  ASSERT_TRUE(explained.ok()) << explained.error().message;
  // Smith is 3 of 5, Rare 2 of 5, and two of one name are met with (3 x 2 + 2 x 1) / (5 x 4).
  EXPECT_NEAR(explained.value()[0].steps[0].term_frequency_bits, std::log2(0.4 / 0.6), 1e-12);
  EXPECT_NEAR(explained.value()[1].steps[0].term_frequency_bits, std::log2(0.4 / 0.4), 1e-12);
  const auto again = parse_model_toml(model_to_toml(model));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(model_to_toml(again.value()), model_to_toml(model));
}

TEST(Together, LinksAndFitsLikeAnyOtherField) {
  table::Table table = table_of({"id", "first", "last"}, {});
  for (int n = 0; n < 300; ++n) {
    const std::string first =
        std::string("N") + static_cast<char>('A' + n % 7) + static_cast<char>('A' + n % 11) + "A";
    const std::string last =
        std::string("S") + static_cast<char>('A' + n % 13) + static_cast<char>('A' + n % 5) + "SON";
    for (int twin = 0; twin < 2; ++twin) {
      table.columns()[0].append_string(std::to_string(2 * n + twin));
      table.columns()[1].append_string(first);
      if (n % 17 == 0 && twin == 1)
        table.columns()[2].append_null();
      else
        table.columns()[2].append_string(last);
    }
  }
  const auto model = parse_model_toml(kNames +
                                      "needs_one_of = ['first', 'last']\n[[comparison]]\nfield = "
                                      "'name'\nlevels = [{ when = 'first: exact and last: exact' }, "
                                      "{ when = 'last: exact' }, { when = 'first: exact' }, { when = 'else' "
                                      "}]\n[[block]]\nkeys = ['first.initial']\n");
  ASSERT_TRUE(model.ok()) << model.error().message;
  const auto result = link(table, nullptr, model.value());
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_GT(result.value().candidate_pair_count, 0U);
  EXPECT_GT(result.value().model.comparisons[0].levels[0].m.value,
            result.value().model.comparisons[0].levels[0].u.value);
}

TEST(Together, IsRefusedWhereItsPartsAreNone) {
  const auto message = [](const std::string& text) {
    const auto model = parse_model_toml(text +
                                        "[[comparison]]\nfield = 'a'\nlevels = [{ when = 'exact' }, { when = "
                                        "'else' }]\n[[block]]\nkeys = ['a']\n");
    return model.ok() ? std::string("read") : model.error().message;
  };
  EXPECT_EQ(message("[[field]]\nname = 'a'\nkind = 'together'\n"),
            "model: field a has kind = \"together\" without fields = [...], or the other way round; give "
            "both or neither");
  EXPECT_EQ(message("[[field]]\nname = 'a'\nkind = 'together'\nfields = ['b']\n"),
            "model: field a is put together from 'b', which is not the name of another [[field]] of values");
  EXPECT_EQ(
      message(
          "[[field]]\nname = 'b'\n[[field]]\nname = 'a'\nkind = 'together'\nfields = ['b']\nneeds = ['c']\n"),
      "model: field a needs 'c', which is not among its fields");
  EXPECT_EQ(message("[[field]]\nname = 'a'\nextract = '('\n"),
            "model: field a cannot be read: the pattern of a field is no regular expression; mend it");
}

TEST(Extract, ReadsOnlyWhatThePatternFinds) {
  const auto model = model_of(
      "[[field]]\nname = 'area'\nkind = 'as_written'\ncolumns = ['postcode']\nextract = '^[A-Z]{1,2}'\n",
      "area", "{ when = 'exact', m = 0.9, u = 0.1 }, " + kElse);
  const auto table =
      table_of({"id", "postcode"}, {{"1", "AB12 3CD"}, {"2", "AB9 9ZZ"}, {"3", "B1 1AA"}, {"4", "12"}});
  EXPECT_EQ(levels_beside_first(table, model), (Levels{"exact", "else", "missing"}));
}

TEST(AddressParts, AreDerivedAndAreKeys) {
  const std::string fields =
      "[[field]]\nname = 'address'\nkind = 'address'\n[[field]]\nname = 'building'\nkind = 'code'\nderive = "
      "'address.building'\n"
      "[[field]]\nname = 'street'\nderive = 'address.street'\n[[field]]\nname = 'flat'\nkind = "
      "'code'\nderive = 'address.flat'\n";
  const auto table = table_of(
      {"id", "address"},
      {{"1", "Flat 3, 12 High Street"}, {"2", "12 High St"}, {"3", "3/12 High St"}, {"4", "3 High Street"}});
  const std::string exact = "{ when = 'exact', m = 0.9, u = 0.1 }, " + kElse;
  EXPECT_EQ(levels_beside_first(table, model_of(fields, "building", exact)),
            (Levels{"exact", "exact", "else"}));
  EXPECT_EQ(levels_beside_first(table, model_of(fields, "flat", exact)),
            (Levels{"missing", "exact", "missing"}));
  EXPECT_EQ(levels_beside_first(table, model_of(fields, "street", exact)),
            (Levels{"exact", "exact", "exact"}));
  auto keyed = model_of(fields, "street", exact);
  keyed.settings.weight_floor_bits = -1000;
  const auto pairs_of = [&](std::vector<std::string> keys) {
    keyed.blocking = {{"own", std::move(keys), 0.0, false}};
    const auto result = link(table, nullptr, keyed);
    EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
    return result.ok() ? result.value().candidate_pair_count : 0;
  };
  EXPECT_EQ(pairs_of({"address.street"}), 6U);
  EXPECT_EQ(pairs_of({"address.street", "address.building"}), 3U);
  EXPECT_EQ(pairs_of({"address.flat", "address.building"}), 1U);
}

const std::string kSurname = "[[field]]\nname = 'surname'\nkind = 'surname'\n";
const std::string kByName = "{ when = 'exact', m = 0.9, u = 0.1, term_frequency = 1.0 }, " + kElse;

TEST(Frequencies, ComeFromATableOfThePopulation) {
  const auto table = table_of(
      {"id", "surname"},
      {{"1", "Smith"}, {"2", "smith"}, {"3", "Zyx"}, {"4", "zyx"}, {"5", "Unheard"}, {"6", "Unheard"}});
  const auto explained_by = [&](const table::Table& frequencies) {
    auto model = model_of(kSurname, "surname", kByName);
    model.fields[0].frequencies.file = "population.csv";
    EXPECT_TRUE(take_frequencies(model.fields[0], frequencies).ok());
    const auto explained = explain_pairs(table, nullptr, model, {{0, 1}, {2, 3}, {4, 5}});
    EXPECT_TRUE(explained.ok());
    std::vector<double> bits;
    for (const auto& pair : explained.value()) bits.push_back(pair.steps[0].term_frequency_bits);
    return bits;
  };
  const auto counts =
      explained_by(table_of({"value", "count"}, {{"SMITH", "900"}, {"smith", "60"}, {"Zyx", "40"}}));
  const double mean = (960.0 * 959.0 + 40.0 * 39.0) / (1000.0 * 999.0);
  EXPECT_NEAR(counts[0], std::log2(mean / 0.96), 1e-12);
  EXPECT_NEAR(counts[1], std::log2(mean / 0.04), 1e-12);
  EXPECT_EQ(counts[2], counts[1]) << "what the table lacks is as rare as its rarest";
  const auto shares = explained_by(table_of({"name", "share"}, {{"Smith", "0.96"}, {"Zyx", "0.04"}}));
  EXPECT_NEAR(shares[0], std::log2((0.96 * 0.96 + 0.04 * 0.04) / 0.96), 1e-6);
  EXPECT_NEAR(shares[1], std::log2((0.96 * 0.96 + 0.04 * 0.04) / 0.04), 1e-6);
}

TEST(Frequencies, BetweenTwoFilesCountTheOthersWhoHaveTheValue) {
  const auto left =
      table_of({"id", "surname"},
               {{"1", "Smith"}, {"2", "Smith"}, {"3", "Zyx"}, {"4", "Ar"}, {"5", "Be"}, {"6", "Ce"}});
  const auto right = table_of(
      {"id", "surname"}, {{"1", "Smith"}, {"2", "Zyx"}, {"3", "De"}, {"4", "Eg"}, {"5", "Fu"}, {"6", "Gi"}});
  const auto explained =
      explain_pairs(left, &right, model_of(kSurname, "surname", kByName), {{0, 0}, {2, 1}});
  ASSERT_TRUE(explained.ok());
  // A match's value has one record of its own, and a tenth (u) of ten others.
  EXPECT_NEAR(explained.value()[0].steps[0].term_frequency_bits, std::log2(2.0 / 2.0), 1e-12);
  EXPECT_NEAR(explained.value()[1].steps[0].term_frequency_bits, std::log2(2.0 / 1.0), 1e-12);
}

TEST(Frequencies, AreRefusedWithRowAndColumn) {
  const auto message = [](const table::Table& table) {
    Field field{"surname", FieldKind::kSurname, {"surname"}, ""};
    const auto status = take_frequencies(field, table);
    return status.ok() ? std::string("taken") : status.error().message;
  };
  EXPECT_EQ(message(table_of({"value", "count"}, {{"Smith", "9"}, {"Jones", "many"}})),
            "the table of frequencies of field surname, row 2: `count` is not a number of 0 or more");
  EXPECT_EQ(message(table_of({"value", "share"}, {{"Smith", "1.5"}})),
            "the table of frequencies of field surname, row 1: `share` is not a number between 0 and 1");
  EXPECT_EQ(message(table_of({"value", "n"}, {{"Smith", "1"}})),
            "the table of frequencies of field surname has no column `count` or `share`, or no rows; write "
            "value,count");
  EXPECT_EQ(message(table_of({"value", "count"}, {{"", "1"}})),
            "the table of frequencies of field surname has no values; write value,count");
  auto unread = model_of(kSurname + "frequencies = 'there.csv'\n", "surname", kByName);
  const auto result = link(table_of({"id", "surname"}, {{"1", "A"}}), nullptr, unread);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message,
            "field surname names a table of frequencies that was not read; read the model from its file, or "
            "give the table");
}

TEST(Frequencies, CanCountPeopleInsteadOfRecords) {
  // One Smith with eight records, and eight people called Brown with one each.
  table::Table table = table_of({"id", "surname", "code"}, {});
  for (int n = 0; n < 16; ++n) {
    table.columns()[0].append_string(std::to_string(10 + n));
    table.columns()[1].append_string(n < 8 ? "Smith" : "Brown");
    table.columns()[2].append_string(n < 8 ? "S" : "B" + std::to_string(n));
  }
  const auto weights = [&](bool people) {
    auto model = parse_model_toml(
        "fitted = true\nmatch_rate = 0.1\n" + kSurname +
        "[[field]]\nname = 'code'\nkind = 'code'\n[[comparison]]\nfield = 'surname'\nlevels = [" + kByName +
        "]\n[[comparison]]\nfield = 'code'\nlevels = [{ when = 'exact', m = 0.99, u = 0.001 }, { when = "
        "'else', m = 0.01, u = 0.999 }]\n[[block]]\nkeys = ['surname']\n");
    EXPECT_TRUE(model.ok());
    model.value().settings.term_frequency_by_person = people;
    model.value().settings.weight_floor_bits = -1000;
    LinkOptions options;
    options.threshold = 0.5;
    const auto result = link(table, nullptr, model.value(), options);
    EXPECT_TRUE(result.ok());
    double smith = 0.0;
    double brown = 0.0;
    for (const auto& pair : result.value().pairs) (pair.right < 8 ? smith : brown) = pair.weight_bits;
    EXPECT_EQ(result.value().candidate_pair_count, 56U);
    return std::pair(smith, brown);
  };
  const auto [smith, brown] = weights(false);
  const auto [smith_people, brown_people] = weights(true);
  // By records both names are as common; by people one in nine is a Smith and eight are Browns: mean share (8
  // x 7) / (9 x 8).
  EXPECT_NEAR(smith_people - smith,
              std::log2((56.0 / 72.0) * 9.0) - std::log2((2 * 56.0) / (16.0 * 15.0) * 2.0), 1e-9);
  EXPECT_NEAR(brown_people - brown,
              std::log2((56.0 / 72.0) * 9.0 / 8.0) - std::log2((2 * 56.0) / (16.0 * 15.0) * 2.0), 1e-9);
  const auto again = parse_model_toml("[settings]\nterm_frequency_counts = 'cats'\n");
  EXPECT_EQ(again.error().message,
            "model, line 1: term_frequency_counts is neither \"records\" nor \"people\"");
}

}  // namespace
}  // namespace kinfold::linkage
