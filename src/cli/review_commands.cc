#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/context.h"
#include "cli/review_terminal.h"
#include "linkage/agreement.h"
#include "linkage/review.h"

namespace kinfold::cli {
namespace {

using Json = nlohmann::ordered_json;

struct ReviewArguments {
  linkage::DrawOptions draw;
  std::string folder;
  std::string coder;
  bool settle = false;
};

Error bad_coder() {
  return invalid(
      "a coder's name has letters, digits, - and _ only, 40 at most; it becomes part of a file's name");
}

void draw(const ReviewArguments& arguments, Context& context) {
  const auto drawn = linkage::draw_review(arguments.draw);
  if (!drawn.ok()) return context.show_failure(drawn.error());
  const auto& report = drawn.value();
  const Json json = {{"pairs", report.pair_count},
                     {"sampled", report.sample_count},
                     {"clusters", report.cluster_count},
                     {"note", report.note},
                     {"file", report.file}};
  context.print(context.json ? json.dump(2) + "\n"
                             : "  pairs to judge " + std::to_string(report.pair_count) +
                                   "\n  by chance      " + std::to_string(report.sample_count) +
                                   "\n  clusters       " + std::to_string(report.cluster_count) +
                                   (report.note.empty() ? "" : "\n  note           " + report.note) +
                                   "\n  next           kinfold review code FOLDER --coder NAME, or kinfold "
                                   "review page FOLDER --coder NAME\n");
}

// With --settle: only what coders see differently, and the word is everybody's.
Result<linkage::ReviewSet> open_set(const ReviewArguments& arguments) {
  auto set = linkage::read_review(arguments.folder);
  if (!set.ok() || !arguments.settle) return set;
  const auto decisions = linkage::read_all_decisions(arguments.folder);
  if (!decisions.ok()) return decisions.error();
  const auto open = linkage::open_disagreements(decisions.value());
  std::erase_if(set.value().pairs, [&](const linkage::ReviewPair& pair) {
    return std::find(open.begin(), open.end(), std::pair(pair.left.id, pair.right.id)) == open.end();
  });
  return set;
}

void code(const ReviewArguments& arguments, Context& context) {
  const std::string coder = arguments.settle ? "agreed" : arguments.coder;
  if (!linkage::is_coder_name(coder)) return context.show_failure(bad_coder());
  auto set = open_set(arguments);
  if (!set.ok()) return context.show_failure(set.error());
  const std::string path = linkage::decisions_path(arguments.folder, coder);
  std::vector<linkage::Decision> earlier;
  if (std::filesystem::exists(path)) {
    auto read = linkage::read_decisions(path);
    if (!read.ok()) return context.show_failure(read.error());
    earlier = std::move(read).value();
  }
  linkage::ReviewSession session(std::move(set).value(), coder, std::move(earlier));
  const auto status = run_review(session, path);
  if (!status.ok()) return context.show_failure(status.error());
  const Json json = {{"decided", session.decided_count()},
                     {"pairs", session.pair_count()},
                     {"file", std::filesystem::path(path).filename().string()}};
  context.print(context.json ? json.dump(2) + "\n"
                             : "\n  " + std::to_string(session.decided_count()) + " of " +
                                   std::to_string(session.pair_count()) + " decided, in " +
                                   std::filesystem::path(path).filename().string() +
                                   "; the same command goes on from here.\n");
}

void page(const ReviewArguments& arguments, Context& context) {
  const std::string coder = arguments.settle ? "agreed" : arguments.coder;
  if (!linkage::is_coder_name(coder)) return context.show_failure(bad_coder());
  const auto set = open_set(arguments);
  if (!set.ok()) return context.show_failure(set.error());
  if (set.value().pairs.empty()) return context.show_failure(invalid("there is no pair to judge"));
  const std::string name = "review-" + coder + ".html";
  std::ofstream file(std::filesystem::path(arguments.folder) / name, std::ios::binary | std::ios::trunc);
  file << linkage::review_page(set.value(), coder);
  file.close();
  if (!file)
    return context.show_failure(io_error("the page could not be written; check space and permissions"));
  const Json json = {{"file", name}, {"pairs", set.value().pairs.size()}};
  context.print(context.json ? json.dump(2) + "\n"
                             : "  " + name + " holds " + std::to_string(set.value().pairs.size()) +
                                   " pairs with people's values: treat it as you treat the files.\n");
}

Json agreement_json(const linkage::Agreement& agreement) {
  Json json = {{"coders", {agreement.first_coder, agreement.second_coder}},
               {"pairs", agreement.both_count},
               {"agree", agreement.observed},
               {"kappa", agreement.kappa ? Json(*agreement.kappa) : Json(nullptr)},
               {"kappa_low", agreement.kappa_low},
               {"kappa_high", agreement.kappa_high},
               {"verdicts", {"same", "different", "cannot tell"}},
               {"counts", agreement.count}};
  json["disagreements"] = Json::array();
  for (const auto& pair : agreement.disagreements) {
    json["disagreements"].push_back(
        {{"left_id", pair.left_id},
         {"right_id", pair.right_id},
         {"verdicts", {linkage::verdict_name(pair.first), linkage::verdict_name(pair.second)}}});
  }
  return json;
}

std::string agreement_text(const linkage::Agreement& agreement) {
  char text[200];
  std::string out = "  " + agreement.first_coder + " and " + agreement.second_coder + "\n";
  std::snprintf(text, sizeof text, "    both judged    %llu pairs\n    agree on       %.2f %%\n",
                static_cast<unsigned long long>(agreement.both_count), agreement.observed * 100.0);
  out += text;
  if (agreement.kappa)
    std::snprintf(text, sizeof text, "    Cohen's kappa  %.3f (95 %% interval %.3f to %.3f)\n",
                  *agreement.kappa, agreement.kappa_low, agreement.kappa_high);
  else
    std::snprintf(text, sizeof text, "    Cohen's kappa  cannot be said: %s\n",
                  agreement.both_count == 0 ? "no pair was judged by both"
                                            : "both gave one and the same answer throughout");
  out += text;
  for (const auto& pair : agreement.disagreements) {
    out += "    differ         " + pair.left_id + "  " + pair.right_id + "  " +
           std::string(linkage::verdict_name(pair.first)) + " / " +
           std::string(linkage::verdict_name(pair.second)) + "\n";
  }
  return out;
}

// Also gathers everybody's words in decisions.csv, for `kinfold link --decisions`.
void compare(const ReviewArguments& arguments, Context& context) {
  const auto decisions = linkage::read_all_decisions(arguments.folder);
  if (!decisions.ok()) return context.show_failure(decisions.error());
  if (decisions.value().empty())
    return context.show_failure(invalid("there is no decision yet: no decisions-NAME.csv is in the folder"));
  std::ofstream file(std::filesystem::path(arguments.folder) / "decisions.csv",
                     std::ios::binary | std::ios::trunc);
  file << linkage::decisions_to_csv(decisions.value());
  file.close();
  if (!file)
    return context.show_failure(io_error("decisions.csv could not be written; check space and permissions"));
  const auto agreements = linkage::agreements(decisions.value());
  const auto open = linkage::open_disagreements(decisions.value());
  Json json = {
      {"decisions", decisions.value().size()}, {"unsettled", open.size()}, {"file", "decisions.csv"}};
  json["agreements"] = Json::array();
  std::string text =
      "  decisions      " + std::to_string(decisions.value().size()) + ", gathered in decisions.csv\n";
  for (const auto& agreement : agreements) {
    json["agreements"].push_back(agreement_json(agreement));
    text += agreement_text(agreement);
  }
  text += "  not settled    " + std::to_string(open.size()) +
          (open.empty() ? "\n" : "; kinfold review code FOLDER --settle goes through them\n");
  context.print(context.json ? json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n" : text);
}

}  // namespace

void add_review_commands(CLI::App& app, Context& context) {
  auto* verb = app.add_subcommand(
      "review", "Clerical review of a linkage: people judge pairs without seeing their weights");
  verb->require_subcommand(1);
  auto arguments = std::make_shared<ReviewArguments>();
  auto* drawing = verb->add_subcommand(
      "draw", "Draw pairs to judge: by chance from each weight band, and whole clusters if asked");
  drawing->add_option("run", arguments->draw.run_dir, "Folder that `kinfold link` wrote")->required();
  drawing->add_option("--out", arguments->draw.review_dir, "Folder for the review")->required();
  drawing->add_option("--pairs", arguments->draw.pair_count, "Pairs drawn by chance")->capture_default_str();
  drawing
      ->add_option("--clusters", arguments->draw.cluster_count, "Clusters besides, each with all its pairs")
      ->capture_default_str();
  drawing->add_option("--seed", arguments->draw.seed, "The same seed draws the same pairs")
      ->capture_default_str();
  drawing->callback([=, &context] { draw(*arguments, context); });
  const auto add = [&](const char* name, const char* what, auto&& act, bool coding) {
    auto* own = verb->add_subcommand(name, what);
    own->add_option("folder", arguments->folder, "The review's folder")->required();
    if (coding) {
      auto* coder =
          own->add_option("--coder", arguments->coder, "Who judges: each coder has a file of decisions");
      auto* settle = own->add_flag("--settle", arguments->settle,
                                   "Only pairs on which coders differ; the answer is everybody's");
      coder->excludes(settle);
    }
    own->callback([=, &context] { act(*arguments, context); });
  };
  add("code",
      "Judge pairs in the terminal: s same, d different, c cannot tell, b back, q leave and go on later",
      code, true);
  add("page", "Write a page on which pairs are judged in a browser, offline", page, true);
  add("compare", "Cohen's kappa between coders, where they differ, and all decisions in one file", compare,
      false);
}

}  // namespace kinfold::cli
