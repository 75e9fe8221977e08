#include <CLI/CLI.hpp>
#include <memory>

#include "charter/charter.h"
#include "charter/notice.h"
#include "cli/context.h"

namespace kinfold::cli {
namespace {

struct CharterArguments {
  std::string path;
  std::string format = "markdown";
};

std::string retention_in_words(const charter::Retention& rule) {
  std::string words;
  const auto add = [&](const std::string& part) { words += (words.empty() ? "" : ", at the latest ") + part; };
  if (rule.months) add(std::to_string(*rule.months) + (*rule.months == 1 ? " month" : " months"));
  if (rule.days) add(std::to_string(*rule.days) + " days");
  if (rule.until) add(to_iso(*rule.until));
  return words;
}

site::Report check_report(const charter::Charter& charter, Date today) {
  site::Report report;
  report.headline = "The charter holds together.";
  report.text("programme", "Programme", charter.title)
      .text("hash", "Hash", charter.hash)
      .text("starts", "Starts", to_iso(charter.starts))
      .text("ends", "Ends", to_iso(charter.ends))
      .count("parties", "Parties", charter.parties.size())
      .count("flows", "Flows that are allowed", charter.flows.size())
      .count("data_classes", "Data classes", charter.data_classes.size());
  if (today > charter.ends) {
    report.notes.push_back("The programme ended on " + to_iso(charter.ends) + ": everything held for it has expired, and Kinfold refuses every act under it.");
  }
  return report;
}

site::Report show_report(const charter::Charter& charter, Date today) {
  site::Report report = check_report(charter, today);
  report.headline = charter.title;
  for (const auto& flow : charter.flows) {
    report.notes.push_back(std::string(charter::name(flow.kind)) + ": " + flow.from + " to " + flow.to + ", for " + flow.purpose);
  }
  for (const auto& rule : charter.retention) {
    report.notes.push_back(std::string(charter::name(rule.kind)) + " is kept at a " + std::string(charter::name(rule.holder)) + " for " +
                           retention_in_words(rule));
  }
  return report;
}

}  // namespace

void add_charter_commands(CLI::App& app, Context& context) {
  auto* charter = app.add_subcommand("charter", "The executable privacy notice of a programme");
  charter->require_subcommand(1);
  auto arguments = std::make_shared<CharterArguments>();
  const auto verb = [&](const char* name, const char* text, auto action) {
    auto* added = charter->add_subcommand(name, text);
    added->add_option("charter", arguments->path, "The charter (TOML)")->required();
    added->callback([=, &context] {
      const auto loaded = charter::load(arguments->path);
      if (!loaded.ok()) return context.show_failure(loaded.error());
      action(loaded.value());
    });
    return added;
  };
  verb("check", "Does it hold together?", [&context](const charter::Charter& read) {
    context.show_report(check_report(read, context.clock.today()));
  });
  verb("show", "Who may send what to whom, and for how long it is kept", [&context](const charter::Charter& read) {
    context.show_report(show_report(read, context.clock.today()));
  });
  auto* notice = verb("notice", "The privacy notice that families read", [=, &context](const charter::Charter& read) {
    context.print(arguments->format == "html" ? charter::notice_html(read) : charter::notice_markdown(read));
  });
  notice->add_option("--format", arguments->format, "markdown or html")->check(CLI::IsMember({"markdown", "html"}))->capture_default_str();
}

}  // namespace kinfold::cli
