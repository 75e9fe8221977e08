#include <CLI/CLI.hpp>
#include <memory>

#include "cli/context.h"
#include "site/cases.h"
#include "site/rights.h"

namespace kinfold::cli {
namespace {

struct RightsArguments {
  std::string person;
  std::string linker;
  std::string out;
  std::string corrected;
  std::string a_case;
  std::string answers;
  std::string right;
  std::string received;
  std::string event;
  std::string reason;
  bool lift = false;
};

/// Reads who it is about, then does the verb at the site.
template <typename Verb>
void with_person(Context& context, const RightsArguments& arguments, Verb verb) {
  const auto person = site::read_identity(arguments.person);
  if (!person.ok()) return context.show_failure(person.error());
  context.run_at_site([&](site::Site& at) { return verb(at, person.value()); });
}

/// What happens in a case between its beginning and its answer.
void add_case_commands(CLI::App& rights, Context& context,
                       const std::shared_ptr<RightsArguments>& arguments) {
  auto* open = rights.add_subcommand("open", "A request or a complaint came in: its clock runs from here");
  open->add_option("right", arguments->right,
                   "access, rectification, erasure, restriction, objection or complaint")
      ->required();
  open->add_option("--received", arguments->received, "The day it arrived (2026-11-25); today if not given");
  open->callback([=, &context] {
    const auto right = rights::parse_right(arguments->right);
    if (!right)
      return context.show_failure(invalid("there is no such right; see `kinfold rights open --help`"));
    const auto received = parse_iso_date(arguments->received);
    if (!received && !arguments->received.empty())
      return context.show_failure(invalid("--received is not a date like 2026-11-25"));
    context.run_at_site([&](site::Site& at) { return site::open_case(at, *right, received, context.actor); });
  });
  auto* show =
      rights.add_subcommand("show", "One case: its clock, what happened in it, what may be noted next");
  show->add_option("case", arguments->a_case, "From `kinfold rights list`")->required();
  show->callback([=, &context] {
    context.run_at_site(
        [&](site::Site& at) { return site::show_case(at, arguments->a_case, context.actor); });
  });
  auto* step = rights.add_subcommand(
      "note", "What happened in a case: identity or clarification asked for and given, an extension ...");
  step->add_option("case", arguments->a_case, "From `kinfold rights list`")->required();
  step->add_option(
          "event", arguments->event,
          "ask_identity, identity_shown, ask_clarification, clarified, acknowledge, start, extend, refuse, "
          "withdraw; fulfil for a complaint")
      ->required();
  step->add_option("--because", arguments->reason, "Why it is refused");
  step->callback([=, &context] {
    const auto event = rights::parse_event(arguments->event);
    if (!event)
      return context.show_failure(invalid("there is no such event; see `kinfold rights note --help`"));
    context.run_at_site([&](site::Site& at) {
      return site::step_case(at, arguments->a_case, *event, arguments->reason, context.actor);
    });
  });
}

}  // namespace

void add_rights_commands(CLI::App& app, Context& context) {
  auto* rights = app.add_subcommand(
      "rights", "A person's rights: cases, objection, access, correction, restriction, erasure");
  rights->require_subcommand(1);
  auto arguments = std::make_shared<RightsArguments>();
  const auto verb = [&](const char* name, const char* text) {
    auto* added = rights->add_subcommand(name, text);
    added->add_option("--person", arguments->person, "TOML file that says who (- for standard input)")
        ->required();
    added->add_option("--case", arguments->answers,
                      "The open case that this answers (`kinfold rights open`)");
    return added;
  };
  const auto needs_linker = [&](CLI::App* added) {
    added->add_option("--with", arguments->linker, "The second person, of the duty `linkage`")->required();
  };

  auto* object = verb("object", "Stop the person's data, and tell everybody who has it");
  object->add_option("--with", arguments->linker,
                     "At the trusted party: the second person, of the duty `linkage`");
  object->callback([=, &context] {
    with_person(context, *arguments, [&](site::Site& at, const auto& person) {
      return site::object(at, person, context.actor, arguments->linker, arguments->answers);
    });
  });
  rights->add_subcommand("list", "The cases here, with their legal clock")->callback([&context] {
    context.run_at_site([&](site::Site& at) { return site::list_cases(at, context.actor); });
  });
  auto* receipt = rights->add_subcommand(
      "receipt", "What was done, who confirmed it, what cannot be undone: for the person");
  receipt->add_option("case", arguments->a_case, "From `kinfold rights list`")->required();
  receipt
      ->add_option("--out", arguments->out, "Folder for receipt.html, receipt.json and receipt.txt (signed)")
      ->required();
  receipt->callback([=, &context] {
    context.run_at_site([&](site::Site& at) {
      return site::write_receipt(at, arguments->a_case, context.actor, arguments->out);
    });
  });
  auto* access = verb("access", "A copy of everything held about the person; takes two people");
  needs_linker(access);
  access->add_option("--out", arguments->out, "Folder for copy.html and copy.json")->required();
  access->callback([=, &context] {
    with_person(context, *arguments, [&](site::Site& at, const auto& person) {
      return site::access(at, person, context.actor, arguments->linker, arguments->out, arguments->answers);
    });
  });
  auto* rectify = verb("rectify", "Correct the person's identity; takes two people");
  needs_linker(rectify);
  rectify->add_option("--corrected", arguments->corrected, "TOML file with the corrected identity, whole")
      ->required();
  rectify->callback([=, &context] {
    const auto corrected = site::read_identity(arguments->corrected);
    if (!corrected.ok()) return context.show_failure(corrected.error());
    with_person(context, *arguments, [&](site::Site& at, const auto& person) {
      return site::rectify(at, person, corrected.value(), context.actor, arguments->linker,
                           arguments->answers);
    });
  });
  auto* erase = verb("erase", "Make the person unreadable; takes two people");
  needs_linker(erase);
  erase->callback([=, &context] {
    with_person(context, *arguments, [&](site::Site& at, const auto& person) {
      return site::erase(at, person, context.actor, arguments->linker, arguments->answers);
    });
  });
  auto* restricted = verb("restrict", "Keep the record and use it for nothing; takes two people");
  needs_linker(restricted);
  restricted->add_flag("--lift", arguments->lift, "End a restriction");
  restricted->callback([=, &context] {
    with_person(context, *arguments, [&](site::Site& at, const auto& person) {
      return site::restrict(at, person, context.actor, arguments->linker, arguments->lift,
                            arguments->answers);
    });
  });
  add_case_commands(*rights, context, arguments);
}

}  // namespace kinfold::cli
