// A page as a list of blocks of the GOV.UK Design System. Everything here is text; the markup is in
// templates/, and nothing that is passed in can become markup.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/long_date.h"
#include "site/report.h"
#include "table/table.h"

namespace kinfold::console {

struct Cell {
  std::string text;
  std::string href;  ///< A link, where not empty.
  std::string tag;   ///< A coloured tag instead of plain text: "green", "red", "yellow", "blue", "grey".
  bool number = false;
};
struct Grid {
  std::string caption;
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
  std::string empty;      ///< What to say, and what to do, where there are no rows.
  std::size_t more = 0;   ///< Rows that are not shown.
  std::string more_note;  ///< How to see them.
};

struct Option {
  std::string value;
  std::string text;
  std::string hint;
};
struct Field {
  enum class Kind { kText, kPassword, kCode, kDate, kFile, kArea, kSelect, kRadios, kHidden, kSearch };
  Kind kind = Kind::kText;
  std::string name;
  std::string label;
  std::string hint;
  std::string value;
  std::string error;
  std::string autocomplete;     ///< WCAG 1.3.5
  std::vector<Option> options;  ///< kSelect, kRadios
  std::string accept;           ///< kFile
};
struct Form {
  std::string action;
  std::string button;
  std::vector<Field> fields;
  std::string key;       ///< A letter that presses the button, shown on it.
  bool warning = false;  ///< For what cannot be undone.
  bool secondary = false;
  bool get = false;      ///< Only asks; carries no CSRF token.
  bool inline_ = false;  ///< Buttons side by side.
  std::string legend;    ///< Names the form for those who hear the page, where there are several.
};

struct Bar {
  std::string label;
  double share = 0;  ///< 0 to 1
  std::string text;  ///< The figure as people read it.
};

/// One field of records side by side, a value for each record; empty where it is not known.
struct Compared {
  std::string field;
  std::vector<std::string> values;
};

class View {
 public:
  explicit View(std::string title) : title_(std::move(title)) {}
  const std::string& title() const { return title_; }

  View& caption(std::string_view text);  ///< Small, above the title.
  View& lead(std::string_view text);
  View& text(std::string_view text);
  View& heading(std::string_view text);
  View& inset(std::string_view text);
  View& warning(std::string_view text);
  View& success(std::string_view title, std::string_view body);  ///< A green panel: done.
  View& banner(std::string_view title, std::string_view body);   ///< Something to know.
  View& errors(const std::vector<Field>& fields, std::string_view also = {});
  View& error(std::string_view text);
  View& bullets(const std::vector<std::string>& items);
  View& summary(const std::vector<std::pair<std::string, Cell>>& rows);
  View& grid(const Grid& grid);
  View& form(const Form& form, const std::string& csrf);
  View& link(std::string_view text, const std::string& href);
  View& cards(const std::vector<Option>& rooms);  ///< Links (value) with a line each.
  View& figure(std::string_view number, std::string_view label,
               std::string_view colour = {});                          ///< Large on the page.
  View& bars(std::string_view caption, const std::vector<Bar>& bars);  ///< With its table behind it.
  /// Marks what differs: of two records in both, of more where one is not what most say.
  View& compare(const std::vector<Compared>& rows, const std::vector<std::string>& records);
  View& details(std::string_view summary, std::string_view text);
  View& qr(const std::string& path, int width, std::string_view alternative);
  View& notice(
      const std::string& page);  ///< What `<main>` of charter::notice_html() has inside, without its title.
  View& markdown(const std::string& text);  ///< Written by us; raw HTML in it is left out.
  View& print_button();
  View& refresh();  ///< Says that the page comes again by itself.
  /// Headline, facts, notes and rows of a verb.
  View& report(const site::Report& report);

  nlohmann::json blocks() const { return {{"title", title_}, {"caption", caption_}, {"block", blocks_}}; }

 private:
  void add(const char* kind, nlohmann::json content);
  std::string title_;
  std::string caption_;
  nlohmann::json blocks_ = nlohmann::json::array();
  int count_ = 0;
};

/// "22 November 2026, 23:14 UTC"
std::string long_time(Instant instant);
/// The first eight characters, as people say them.
std::string short_id(const std::string& hex);
std::string plural(std::int64_t count, std::string_view one, std::string_view many);

}  // namespace kinfold::console
