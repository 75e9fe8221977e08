// Files in and out: a council's families, sealed files, and what came when from whom.
#include <algorithm>
#include <chrono>
#include <filesystem>

#include "base/text.h"
#include "console/pages.h"
#include "site/receive.h"
#include "site/rights.h"
#include "site/submit.h"

namespace kinfold::console {
namespace {

struct OutboxFile {
  std::string name;
  std::filesystem::file_time_type at;
};

std::vector<OutboxFile> outbox_files(const site::SitePaths& paths) {
  std::vector<OutboxFile> found;
  std::error_code error;
  for (const auto& each : std::filesystem::directory_iterator(paths.outbox(), error)) {
    if (each.path().extension() == ".age")
      found.push_back({each.path().filename().string(), each.last_write_time(error)});
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.at != b.at ? a.at > b.at : a.name < b.name; });
  return found;
}

std::string time_of(std::filesystem::file_time_type at) {
  const auto system = std::chrono::file_clock::to_sys(at);
  return long_time({std::chrono::duration_cast<std::chrono::seconds>(system.time_since_epoch()).count()});
}

/// A place for a sealed file while it is received; nothing in the clear ever lies there.
class Landing {
 public:
  explicit Landing(const site::SitePaths& paths)
      : folder_(paths.folder + "/console.landing/" + seal::to_hex(seal::random_id())) {}
  Landing(const Landing&) = delete;
  ~Landing() {
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
  }
  Result<std::string> put(const Upload& sealed, const Upload& signature) {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error) return io_error("the site's folder cannot be written to; is the disk full?");
    const std::string path = folder_ + "/" + safe_file_name(sealed.file_name);
    std::filesystem::copy_file(sealed.path(), path, error);
    if (!error) std::filesystem::copy_file(signature.path(), path + ".minisig", error);
    if (error) return io_error("the sealed file cannot be written to the site's folder; is the disk full?");
    return path;
  }

 private:
  std::string folder_;
};

}  // namespace

Response families_page(Visit& visit) {
  View view("Send a file of families");
  const auto& charter = visit.console.gate().charter();
  view.lead(
      "The file is read line by line. Good lines are sealed for the trusted party; the others come back with "
      "what to put right.");
  Form form{"/families", "Read and seal", {}, {}, false, false, false, false, {}};
  form.fields.push_back({Field::Kind::kFile,
                         "families",
                         "File of families",
                         "CSV from your case system. It stays in this machine's memory and is not kept",
                         {},
                         {},
                         {},
                         {},
                         ".csv,text/csv"});
  view.form(form, visit.csrf());
  view.heading("What the file needs");
  view.bullets(
      {"a line for each person: family number, forenames, surname, date of birth, gender, address, postcode, "
       "National Insurance number if known",
       "why the family is in the data (group) and when support began (start_date)",
       "a column for each problem, problem_... with the date on which it was shown",
       "families need " + plural(charter.criteria.needed, "problem", "problems") +
           " of these to be in the research"});
  std::vector<std::string> problems;
  for (const auto& each : charter.criteria.problems)
    problems.push_back("problem_" + each.id + ": " + each.label);
  view.bullets(problems);
  return visit.console.page(visit, view);
}

Response submit_families(Visit& visit) {
  const auto found = visit.request.files.find("families");
  if (found == visit.request.files.end())
    return problem_page(visit, "Send a file of families", "Choose the file of families first", "/families");
  auto upload = std::make_shared<Upload>(std::move(found->second));
  const std::string actor = visit.actor->id;
  return start_act(
      visit, "Send a file of families", [upload, actor](site::Site& site, Progress&) -> Result<Outcome> {
        const auto submitted = site::submit_families(site, site::CouncilFile{upload->path(), {}}, actor);
        if (!submitted.ok()) return submitted.error();
        auto outcome = told(submitted.value().report(),
                            "Take the sealed file and its signature to the trusted party", "/outbox");
        outcome.value().rejects = submitted.value().rejects;
        outcome.value().warnings = submitted.value().warnings;
        outcome.value().sealed_files = {
            std::filesystem::path(submitted.value().sealed_path).filename().string()};
        return outcome;
      });
}

Response inbox_page(Visit& visit) {
  View view("Take in a sealed file");
  view.lead(
      "Every sealed file comes with a signature (.minisig). Both are checked before anything is read: who "
      "sealed it, for whom, under which charter, and until when.");
  Form form{"/inbox", "Check and take in", {}, {}, false, false, false, false, {}};
  form.fields.push_back(
      {Field::Kind::kFile, "sealed", "Sealed file", "Its name ends in .age", {}, {}, {}, {}, ".age"});
  form.fields.push_back({Field::Kind::kFile,
                         "signature",
                         "Its signature",
                         "The same name with .minisig behind it",
                         {},
                         {},
                         {},
                         {},
                         ".minisig"});
  return visit.console.page(visit, view.form(form, visit.csrf()));
}

Response receive_file(Visit& visit) {
  auto sealed = visit.request.files.find("sealed");
  auto signature = visit.request.files.find("signature");
  if (sealed == visit.request.files.end() || signature == visit.request.files.end()) {
    return problem_page(visit, "Take in a sealed file",
                        "Choose both files: the sealed file, and its signature", "/inbox");
  }
  auto a = std::make_shared<Upload>(std::move(sealed->second));
  auto b = std::make_shared<Upload>(std::move(signature->second));
  const std::string actor = visit.actor->id;
  return start_act(
      visit, "Take in a sealed file", [a, b, actor](site::Site& site, Progress&) -> Result<Outcome> {
        Landing landing(site.paths());
        const auto path = landing.put(*a, *b);
        if (!path.ok()) return path.error();
        return told(site::receive_file(site, path.value(), actor), "Files to take to others", "/outbox");
      });
}

Response outbox_page(Visit& visit) {
  View view("Files to take to others");
  view.lead(
      "Sealed for one party each: nobody else can open them, not even this site. Send each with its "
      "signature, by any way.");
  Grid grid{"Sealed files",
            {"File", "Signature", "Sealed"},
            {},
            "Nothing was sealed here yet.",
            0,
            "Older ones lie in the site's outbox folder."};
  for (const auto& file : outbox_files(visit.console.gate().paths())) {
    grid.rows.push_back({{file.name, "/outbox/" + url_encode(file.name), {}, false},
                         {"signature", "/outbox/" + url_encode(file.name + ".minisig"), {}, false},
                         {time_of(file.at), {}, {}, false}});
  }
  return visit.console.page(visit, view.grid(grid));
}

Response outbox_file(Visit& visit) {
  const std::string name = safe_file_name(visit.rest);
  const auto ends = [&](std::string_view ending) {
    return name.size() > ending.size() &&
           name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
  };
  if (name != visit.rest || !(ends(".age") || ends(".age.minisig"))) return not_found(visit);
  auto file = Response::download_file("application/octet-stream", name,
                                      visit.console.gate().paths().outbox() + "/" + name);
  return file.ok() ? std::move(file).value() : not_found(visit);
}

Response received_page(Visit& visit) {
  View view("What came, from whom, when");
  view.lead(
      "Every sealed file that was taken in or turned away, the latest first. Facts about batches, never "
      "about people.");
  const auto facts = visit.console.gate().facts();
  Grid grid{"Sealed files",
            {"When", "From", "What", "Rows", "By", "Outcome"},
            {},
            "Nothing has come yet. Take in the first sealed file.",
            0,
            "The ledger has the older ones."};
  for (auto each = facts->entries.rbegin(); each != facts->entries.rend(); ++each) {
    const auto& entry = each->entry;
    if (entry.verb != ledger::Verb::kReceive || entry.phase == ledger::Phase::kIntent) continue;
    std::string rows;
    for (const auto& count : entry.counts) {
      if (count.kind == ledger::CountKind::kRows) rows = with_thousands(static_cast<long long>(count.number));
    }
    const bool taken = entry.phase == ledger::Phase::kDone;
    grid.rows.push_back({{long_time(each->at), "/ledger/" + std::to_string(each->index), {}, false},
                         {std::string(entry.party.text()), {}, {}, false},
                         {std::string(entry.kind.text()), {}, {}, false},
                         {rows, {}, {}, true},
                         {std::string(entry.actor.text()), {}, {}, false},
                         {taken ? "taken in" : "turned away: " + std::string(ledger::name(entry.reason)),
                          {},
                          taken ? "green" : "red",
                          false}});
  }
  view.grid(grid);
  return visit.console.page(visit, view);
}

}  // namespace kinfold::console
