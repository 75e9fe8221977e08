#include <CLI/CLI.hpp>
#include <memory>

#include "charter/charter.h"
#include "charter/command.h"
#include "charter/notice.h"
#include "cli/context.h"

namespace kinfold::cli {
namespace {

struct CharterArguments {
  std::string path;
  std::string format = "markdown";
  std::string question;
};

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
  auto* show = verb("show", "Who may send what to whom, and for how long it is kept; or one question, asked", [=, &context](const charter::Charter& read) {
    const Date today = context.clock.today();
    if (arguments->question.empty()) return context.print(context.json ? charter::show_json(read) : charter::show_words(read, today));
    const auto question = charter::parse_question(arguments->question, today);
    if (!question.ok()) return context.show_failure(question.error());
    const auto answer = charter::ask(read, question.value());
    context.print((context.json ? charter::answer_json(answer) : charter::answer_words(answer)) + "\n");
    context.exit_code = answer.allowed ? kDone : kRefusedOrFailed;
  });
  show->add_option("--ask", arguments->question, "For example: ons-demo send request to dwp for linkage on 2020-08-01");
  verb("promises", "Every sentence of the notice, and what keeps it", [&context](const charter::Charter& read) {
    context.print(context.json ? charter::promises_json(read) : charter::promises_words(read));
  });
  auto* notice = verb("notice", "The privacy notice that families read", [=, &context](const charter::Charter& read) {
    context.print(arguments->format == "html" ? charter::notice_html(read) : charter::notice_markdown(read));
  });
  notice->add_option("--format", arguments->format, "markdown or html")->check(CLI::IsMember({"markdown", "html"}))->capture_default_str();
}

}  // namespace kinfold::cli
