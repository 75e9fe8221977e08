#include <CLI/CLI.hpp>
#include <memory>

#include "charter/charter.h"
#include "charter/command.h"
#include "charter/notice.h"
#include "charter/record.h"
#include "cli/context.h"
#include "seal/files.h"
#include "site/promises.h"

namespace kinfold::cli {
namespace {

struct CharterArguments {
  std::string path;
  std::string format = "markdown";
  std::string question;
  std::string measured;
};

/// A table of sentences would be a mile wide: one paragraph a promise.
site::Report as_paragraphs(site::Report report) {
  if (!report.rows) return report;
  const auto text = [&](const char* name, std::size_t row) { return report.rows->find(name)->text_at(row); };
  for (std::size_t row = 0; row < report.rows->row_count(); ++row) {
    report.notes.push_back(text("status", row) + ": " + text("promise", row) + " [" + text("sentence", row) +
                           "; check " + text("check", row) + ": " + text("seen", row) + "; tested by " +
                           text("tests", row) + "]");
  }
  report.rows.reset();
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
    const Date today = context.clock.today();
    context.print(context.json ? charter::check_json(read, today) : charter::check_words(read, today));
  });
  auto* show = verb(
      "show", "Who may send what to whom, and for how long it is kept; or one question, asked",
      [=, &context](const charter::Charter& read) {
        const Date today = context.clock.today();
        if (arguments->question.empty())
          return context.print(context.json ? charter::show_json(read) : charter::show_words(read, today));
        const auto question = charter::parse_question(arguments->question, today);
        if (!question.ok()) return context.show_failure(question.error());
        const auto answer = charter::ask(read, question.value());
        context.print((context.json ? charter::answer_json(answer) : charter::answer_words(answer)) + "\n");
        context.exit_code = answer.allowed ? kDone : kRefusedOrFailed;
      });
  show->add_option("--ask", arguments->question,
                   "For example: ons-demo send request to dwp for linkage on 2020-08-01");
  auto* promises = charter->add_subcommand(
      "promises", "Every sentence of the notice, what keeps it, and whether it is kept on this site");
  promises->add_option("charter", arguments->path,
                       "Only read this charter; left out: look at the site (--site, --as)");
  promises->callback([=, &context] {
    if (arguments->path.empty()) {
      return context.run_at_site([&](site::Site& at) -> Result<site::Report> {
        auto report = site::live_promises(at, context.actor);
        if (!report.ok()) return report;
        if (report.value().count_of("broken") > 0) context.exit_code = kRefusedOrFailed;
        return context.json ? std::move(report).value() : as_paragraphs(std::move(report).value());
      });
    }
    const auto loaded = charter::load(arguments->path);
    if (!loaded.ok()) return context.show_failure(loaded.error());
    context.print(context.json ? charter::promises_json(loaded.value())
                               : charter::promises_words(loaded.value()));
  });
  verb("record", "The record of processing activities (UK GDPR Article 30)",
       [&context](const charter::Charter& read) {
         context.print(charter::record_of_processing_markdown(read));
       });
  auto* dpia = verb("dpia", "The skeleton of a data protection impact assessment (Article 35)",
                    [=, &context](const charter::Charter& read) {
                      std::vector<charter::Measured> measured;
                      if (!arguments->measured.empty()) {
                        const auto lines = seal::read_whole_file(arguments->measured, 1 << 20);
                        if (!lines.ok()) return context.show_failure(lines.error());
                        auto results = charter::parse_measured(seal::as_text(lines.value()));
                        if (!results.ok()) return context.show_failure(results.error());
                        measured = std::move(results).value();
                      }
                      context.print(charter::dpia_markdown(read, measured));
                    });
  dpia->add_option("--measured", arguments->measured,
                   "Measured results, one JSON object a line: docs/measured.jsonl has the test suite's");
  auto* notice =
      verb("notice", "The privacy notice that families read", [=, &context](const charter::Charter& read) {
        context.print(arguments->format == "html" ? charter::notice_html(read)
                                                  : charter::notice_markdown(read));
      });
  notice->add_option("--format", arguments->format, "markdown or html")
      ->check(CLI::IsMember({"markdown", "html"}))
      ->capture_default_str();
}

}  // namespace kinfold::cli
