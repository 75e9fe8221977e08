// Each sentence of the notice with whether it is kept on this site: looked at when the page is asked for.
#include "base/text.h"
#include "console/pages.h"
#include "site/promises.h"

namespace kinfold::console {
namespace {

struct Row {
  std::string sentence, status, check, seen, promise;
};

/// The command line's words for who has to look, as people at a console say it.
std::string seen_in_words(const std::string& seen) {
  constexpr std::string_view kAskAgain = "ask again with --as somebody of the duty ";
  return seen.starts_with(kAskAgain)
             ? "somebody of the duty " + seen.substr(kAskAgain.size()) + " has to look"
             : seen;
}

std::vector<Row> rows_of(const site::Report& report) {
  std::vector<Row> rows;
  if (!report.rows) return rows;
  const auto text = [&](const char* column, std::size_t row) {
    const auto* found = report.rows->find(column);
    return found == nullptr ? std::string() : found->text_at(row);
  };
  for (std::size_t row = 0; row < report.rows->row_count(); ++row) {
    rows.push_back({text("sentence", row), text("status", row), text("check", row),
                    seen_in_words(text("seen", row)), text("promise", row)});
  }
  return rows;
}

struct Status {
  site::Kept kept;
  const char* heading;
  const char* colour;
  const char* figure;
};
/// What has to be looked at first comes first.
constexpr Status kStatuses[] = {
    {site::Kept::kNo, "Broken", "red", "broken"},
    {site::Kept::kYes, "Kept, and seen here", "green", "kept, seen here"},
    {site::Kept::kNotSeen, "Not seen: another duty has to look", "yellow", "not seen by you"},
    {site::Kept::kElsewhere, "To be seen at other parties", "grey", "to be seen elsewhere"},
    {site::Kept::kPeople, "Only people can keep these", "grey", "for people to keep"},
};

}  // namespace

Response promises_page(Visit& visit) {
  return with_site(visit, [&](site::Site& site) {
    const auto report = site::live_promises(site, visit.actor->id);
    if (!report.ok()) return fault_page(visit, report.error());
    const auto rows = rows_of(report.value());
    View view("Promises of the notice");
    view.lead(report.value().headline + " Looked at now, " + long_time(site.clock().now()) + ".");
    std::vector<Grid> grids;
    for (const auto& status : kStatuses) {
      Grid grid{status.heading, {"Promise", "Status", "What was seen"}, {}, {}, 0, {}};
      for (const auto& row : rows) {
        if (row.status != site::name(status.kept)) continue;
        grid.rows.push_back({{row.promise, {}, {}, false},
                             {row.status == "BROKEN" ? "broken" : row.status, {}, status.colour, false},
                             {row.seen, {}, {}, false}});
      }
      view.figure(std::to_string(grid.rows.size()), status.figure,
                  status.kept == site::Kept::kNo && grid.rows.empty() ? "green" : status.colour);
      if (!grid.rows.empty()) grids.push_back(std::move(grid));
    }
    if (rows.empty()) view.inset("The charter of this site makes no promise that a program could look at.");
    for (const auto& grid : grids) view.grid(grid);
    view.link("The notice as families read it", "/notice").print_button();
    return visit.console.page(visit, view);
  });
}

}  // namespace kinfold::console
