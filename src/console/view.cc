#include "console/view.h"

#include <cmark.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "base/text.h"

namespace kinfold::console {
namespace {

using nlohmann::json;

constexpr std::size_t kRowsMax = 500;
/// Tables with more columns are set smaller, and scroll within themselves.
constexpr std::size_t kColumnsUsual = 8;

json cell_json(const Cell& cell) {
  return {{"text", cell.text},
          {"href", cell.href},
          {"tag", cell.tag},
          {"plain", cell.href.empty() && cell.tag.empty()},
          {"number", cell.number}};
}

const char* kind_name(Field::Kind kind) {
  switch (kind) {
    case Field::Kind::kFile: return "file";
    case Field::Kind::kArea: return "area";
    case Field::Kind::kSelect: return "select";
    case Field::Kind::kRadios: return "radios";
    case Field::Kind::kHidden: return "hidden";
    default: return "input";
  }
}

const char* type_of(Field::Kind kind) {
  switch (kind) {
    case Field::Kind::kPassword: return "password";
    case Field::Kind::kDate: return "date";
    case Field::Kind::kSearch: return "search";
    default: return "text";
  }
}

json field_json(const Field& field) {
  json options = json::array();
  int number = 0;
  for (const auto& option : field.options) {
    options.push_back({{"value", option.value},
                       {"label", option.text},
                       {"note", option.hint},
                       {"chosen", option.value == field.value},
                       {"option_id", field.name + "-" + std::to_string(++number)}});
  }
  std::string described;
  if (!field.hint.empty()) described += field.name + "-hint";
  if (!field.error.empty()) described += (described.empty() ? "" : " ") + field.name + "-error";
  const bool code = field.kind == Field::Kind::kCode;
  return {{kind_name(field.kind), json{{"name", field.name},
                                       {"label", field.label},
                                       {"hint", field.hint},
                                       {"value", field.value},
                                       {"error", field.error},
                                       {"autocomplete", code ? "one-time-code" : field.autocomplete},
                                       {"type", type_of(field.kind)},
                                       {"numeric", code},
                                       {"option", options},
                                       {"accept", field.accept},
                                       {"described", described}}}};
}

std::string fact_text(const site::Fact& fact) {
  if (const auto* number = std::get_if<std::int64_t>(&fact.value)) return with_thousands(*number);
  if (const auto* share = std::get_if<double>(&fact.value)) return std::to_string(*share);
  if (const auto* yes = std::get_if<bool>(&fact.value)) return *yes ? "yes" : "no";
  return std::get<std::string>(fact.value);
}

/// A value cut where it parts from another: what begins and ends both alike is not marked.
struct Parts {
  std::string before;
  std::string differs;
  std::string after;
};

bool inside_letter(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

Parts parts_that_differ(const std::string& value, const std::string& other) {
  const std::size_t shorter = std::min(value.size(), other.size());
  std::size_t begin = 0;
  while (begin < shorter && value[begin] == other[begin]) ++begin;
  while (begin > 0 && inside_letter(value, begin)) --begin;
  if (begin == value.size() && begin == other.size()) return {value, {}, {}};
  std::size_t end = 0;
  while (end < shorter - begin && value[value.size() - 1 - end] == other[other.size() - 1 - end]) ++end;
  while (end > 0 && inside_letter(value, value.size() - end)) --end;
  // Letters that only the other has leave nothing here to mark: then the whole value is.
  if (begin + end == value.size()) return {{}, value, {}};
  return {value.substr(0, begin), value.substr(begin, value.size() - begin - end),
          value.substr(value.size() - end)};
}

/// Of those that are known, the one that more say than any other; where there is none, what two of them say
/// differs, and each is held against the next.
std::string most_usual(const std::vector<std::string>& values) {
  std::string best;
  std::ptrdiff_t best_count = 1;
  for (const auto& value : values) {
    const auto count = value.empty() ? 0 : std::count(values.begin(), values.end(), value);
    if (count > best_count) {
      best = value;
      best_count = count;
    }
  }
  return best;
}

/// The next known value that is another; the value itself where all are alike.
std::string other_than(const std::vector<std::string>& values, std::size_t at) {
  for (std::size_t step = 1; step < values.size(); ++step) {
    const auto& other = values[(at + step) % values.size()];
    if (!other.empty() && other != values[at]) return other;
  }
  return values[at];
}

/// People need a file's name; where it lies on the server is nobody's business.
std::string without_folders(const std::string& text) {
  return text.size() > 1 && text.front() == '/' ? std::filesystem::path(text).filename().string() : text;
}

}  // namespace

void View::add(const char* kind, json content) {
  content["n"] = std::to_string(++count_);
  blocks_.push_back({{kind, std::move(content)}});
}

View& View::caption(std::string_view text) {
  caption_ = text;
  return *this;
}
View& View::lead(std::string_view text) { return add("lead", {{"words", text}}), *this; }
View& View::text(std::string_view text) { return add("paragraph", {{"words", text}}), *this; }
View& View::heading(std::string_view text) { return add("heading", {{"words", text}}), *this; }
View& View::inset(std::string_view text) { return add("inset", {{"words", text}}), *this; }
View& View::warning(std::string_view text) { return add("warning", {{"words", text}}), *this; }
View& View::success(std::string_view title, std::string_view body) {
  return add("panel", {{"panel_title", title}, {"words", body}}), *this;
}
View& View::banner(std::string_view title, std::string_view body) {
  return add("banner", {{"banner_title", title}, {"words", body}}), *this;
}
View& View::error(std::string_view text) { return errors({}, text); }

View& View::errors(const std::vector<Field>& fields, std::string_view also) {
  json list = json::array();
  if (!also.empty()) list.push_back({{"words", also}, {"target", ""}});
  for (const auto& field : fields) {
    if (!field.error.empty()) list.push_back({{"words", field.error}, {"target", "#" + field.name}});
  }
  if (!list.empty()) add("errors", {{"wrong", list}});
  return *this;
}

View& View::bullets(const std::vector<std::string>& items) {
  json list = json::array();
  for (const auto& item : items) list.push_back({{"words", item}});
  if (!items.empty()) add("bullets", {{"item", list}});
  return *this;
}

View& View::summary(const std::vector<std::pair<std::string, Cell>>& rows) {
  json list = json::array();
  for (const auto& [key, cell] : rows) {
    auto entry = cell_json(cell);
    entry["key"] = key;
    list.push_back(std::move(entry));
  }
  if (!rows.empty()) add("summary", {{"fact", list}});
  return *this;
}

View& View::grid(const Grid& grid) {
  json head = json::array();
  for (std::size_t k = 0; k < grid.columns.size(); ++k) {
    const bool number = !grid.rows.empty() && k < grid.rows.front().size() && grid.rows.front()[k].number;
    head.push_back({{"words", grid.columns[k]}, {"number", number}});
  }
  json rows = json::array();
  const std::size_t shown = std::min(grid.rows.size(), kRowsMax);
  for (std::size_t row = 0; row < shown; ++row) {
    json cells = json::array();
    for (std::size_t k = 0; k < grid.rows[row].size(); ++k) {
      auto cell = cell_json(grid.rows[row][k]);
      cell["column"] = k < grid.columns.size() ? grid.columns[k] : "";
      cells.push_back(std::move(cell));
    }
    rows.push_back({{"cell", cells}});
  }
  const std::size_t more = grid.more + grid.rows.size() - shown;
  std::string note;
  if (more > 0)
    note = plural(static_cast<std::int64_t>(more), "more row is", "more rows are") + " not shown." +
           (grid.more_note.empty() ? "" : " " + grid.more_note);
  add("grid", {{"table_caption", grid.caption},
               {"wide", grid.columns.size() > kColumnsUsual},
               {"head", head},
               {"row", rows},
               {"filled", !rows.empty()},
               {"empty", rows.empty() ? grid.empty : std::string()},
               {"note", note}});
  return *this;
}

View& View::form(const Form& form, const std::string& csrf) {
  json fields = json::array();
  bool has_file = false;
  for (const auto& field : form.fields) {
    fields.push_back(field_json(field));
    has_file = has_file || field.kind == Field::Kind::kFile;
  }
  std::string style;
  if (form.warning) style = " govuk-button--warning";
  if (form.secondary) style = " govuk-button--secondary";
  add("form", {{"action", form.action},
               {"button", form.button},
               {"field", fields},
               {"key", form.key},
               {"style", style},
               {"get", form.get},
               {"upload", has_file},
               {"side", form.inline_},
               {"csrf", form.get ? std::string() : csrf},
               {"legend", form.legend}});
  return *this;
}

View& View::link(std::string_view text, const std::string& href) {
  return add("link", {{"words", text}, {"href", href}}), *this;
}

View& View::cards(const std::vector<Option>& rooms) {
  json list = json::array();
  for (const auto& room : rooms)
    list.push_back({{"href", room.value}, {"words", room.text}, {"note", room.hint}});
  add("cards", {{"card", list}});
  return *this;
}

View& View::figure(std::string_view number, std::string_view label, std::string_view colour) {
  add("figure", {{"number", number}, {"label", label}, {"colour", colour}});
  return *this;
}

View& View::bars(std::string_view caption, const std::vector<Bar>& bars) {
  json list = json::array();
  for (const auto& bar : bars) {
    const int width = static_cast<int>(std::clamp(bar.share, 0.0, 1.0) * 1000);
    list.push_back({{"label", bar.label}, {"figure", bar.text}, {"width", std::to_string(width)}});
  }
  add("bars", {{"chart_caption", caption}, {"bar", list}});
  return *this;
}

View& View::compare(const std::vector<Compared>& rows, const std::vector<std::string>& records) {
  json heads = json::array();
  for (const auto& each : records) heads.push_back({{"words", each}});
  json list = json::array();
  for (const auto& row : rows) {
    const std::string usual = row.values.size() == 2 ? std::string() : most_usual(row.values);
    bool missing = false;
    bool differs = false;
    const bool none = std::all_of(row.values.begin(), row.values.end(),
                                  [](const std::string& value) { return value.empty(); });
    json cells = json::array();
    for (std::size_t k = 0; k < row.values.size(); ++k) {
      const auto& value = row.values[k];
      const std::string other = usual.empty() ? other_than(row.values, k) : usual;
      const auto parts = value.empty() || other.empty() ? Parts{value.empty() ? "not known" : value, {}, {}}
                                                        : parts_that_differ(value, other);
      missing = missing || value.empty();
      differs = differs || (!value.empty() && !other.empty() && value != other);
      cells.push_back({{"record", k < records.size() ? records[k] : ""},
                       {"before", parts.before},
                       {"mark", parts.differs},
                       {"after", parts.after},
                       {"unknown", value.empty()}});
    }
    list.push_back({{"field_name", row.field},
                    {"cell", cells},
                    {"differs", differs},
                    {"same", !differs && !missing},
                    {"missing", missing && !differs && !none},
                    {"none", none}});
  }
  add("compare", {{"row", list}, {"head", heads}});
  return *this;
}

View& View::details(std::string_view summary, std::string_view text) {
  return add("details", {{"more", summary}, {"words", text}}), *this;
}

View& View::qr(const std::string& path, int width, std::string_view alternative) {
  add("qr", {{"path", path},
             {"box", "-4 -4 " + std::to_string(width + 8) + " " + std::to_string(width + 8)},
             {"alternative", alternative}});
  return *this;
}

View& View::notice(const std::string& page) {
  const auto begin = page.find("</header>");
  const auto end = page.rfind("</main>");
  const bool whole = begin != std::string::npos && end != std::string::npos && begin < end;
  return add("notice", {{"MARKUP", whole ? page.substr(begin + 9, end - begin - 9) : std::string()}}), *this;
}

View& View::markdown(const std::string& text) {
  const std::unique_ptr<char, decltype(&std::free)> html(
      cmark_markdown_to_html(text.data(), text.size(), CMARK_OPT_DEFAULT), &std::free);
  std::string markup = html ? html.get() : "";
  // The page has its own title.
  if (const auto end = markup.find("</h1>"); end != std::string::npos) markup.erase(0, end + 5);
  return add("notice", {{"MARKUP", markup}}), *this;
}

View& View::print_button() { return add("print", json::object()), *this; }
View& View::refresh() { return add("refresh", json::object()), *this; }

View& View::report(const site::Report& report) {
  if (!report.headline.empty()) lead(report.headline);
  std::vector<std::pair<std::string, Cell>> facts;
  for (const auto& fact : report.facts)
    facts.emplace_back(trim(fact.label), Cell{without_folders(fact_text(fact)), {}, {}, false});
  summary(facts);
  std::vector<std::string> notes;
  for (const auto& note : report.notes) {
    const auto colon = note.find(": /");
    notes.push_back(colon == std::string::npos
                        ? note
                        : note.substr(0, colon + 2) + without_folders(note.substr(colon + 2)));
  }
  bullets(notes);
  if (report.rows && report.rows->column_count() > 0) {
    Grid grid;
    grid.caption = "Details";
    grid.empty = "There is nothing in this list.";
    for (const auto& column : report.rows->columns()) {
      std::string heading = column.name();
      std::replace(heading.begin(), heading.end(), '_', ' ');
      if (!heading.empty())
        heading[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(heading[0])));
      grid.columns.push_back(heading);
    }
    for (std::size_t row = 0; row < report.rows->row_count(); ++row) {
      std::vector<Cell> cells;
      for (const auto& column : report.rows->columns()) {
        cells.push_back(
            {column.text_at(row),
             {},
             {},
             column.type() == table::ColumnType::kInt64 || column.type() == table::ColumnType::kDouble});
      }
      grid.rows.push_back(std::move(cells));
    }
    this->grid(grid);
  }
  return *this;
}

std::string long_time(Instant instant) {
  const std::string text = to_rfc3339(instant);
  return long_date(date_of(instant)) + ", " + text.substr(11, 5) + " UTC";
}

std::string short_id(const std::string& hex) { return hex.substr(0, 8); }

std::string plural(std::int64_t count, std::string_view one, std::string_view many) {
  return with_thousands(count) + " " + std::string(count == 1 ? one : many);
}

}  // namespace kinfold::console
