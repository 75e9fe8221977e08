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
};

/// Reads who it is about, then does the verb at the site.
template <typename Verb>
void with_person(Context& context, const RightsArguments& arguments, Verb verb) {
  const auto person = site::read_identity(arguments.person);
  if (!person.ok()) return context.show_failure(person.error());
  context.run_at_site([&](site::Site& at) { return verb(at, person.value()); });
}

}  // namespace

void add_rights_commands(CLI::App& app, Context& context) {
  auto* rights = app.add_subcommand("rights", "A person's rights: objection, access, correction, erasure");
  rights->require_subcommand(1);
  auto arguments = std::make_shared<RightsArguments>();
  const auto verb = [&](const char* name, const char* text) {
    auto* added = rights->add_subcommand(name, text);
    added->add_option("--person", arguments->person, "TOML file that says who (- for standard input)")->required();
    return added;
  };
  const auto needs_linker = [&](CLI::App* added) {
    added->add_option("--with", arguments->linker, "The second person, of the duty `linkage`")->required();
  };

  auto* object = verb("object", "Stop the person's data, and tell everybody who has it");
  object->add_option("--with", arguments->linker, "At the trusted party: the second person, of the duty `linkage`");
  object->callback([=, &context] {
    with_person(context, *arguments, [&](site::Site& at, const auto& person) {
      return site::object(at, person, context.actor, arguments->linker);
    });
  });
  rights->add_subcommand("list", "The cases here, with their legal clock")->callback([&context] {
    context.run_at_site([&](site::Site& at) { return site::list_cases(at, context.actor); });
  });
  auto* receipt = rights->add_subcommand("receipt", "What was done, who confirmed it, what cannot be undone: for the person");
  receipt->add_option("case", arguments->a_case, "From `kinfold rights list`")->required();
  receipt->add_option("--out", arguments->out, "Folder for receipt.html, receipt.json and receipt.txt (signed)")->required();
  receipt->callback([=, &context] {
    context.run_at_site([&](site::Site& at) { return site::write_receipt(at, arguments->a_case, context.actor, arguments->out); });
  });
  auto* access = verb("access", "A copy of everything held about the person; takes two people");
  needs_linker(access);
  access->add_option("--out", arguments->out, "Folder for copy.html and copy.json")->required();
  access->callback([=, &context] {
    with_person(context, *arguments, [&](site::Site& at, const auto& person) {
      return site::access(at, person, context.actor, arguments->linker, arguments->out);
    });
  });
  auto* rectify = verb("rectify", "Correct the person's identity; takes two people");
  needs_linker(rectify);
  rectify->add_option("--corrected", arguments->corrected, "TOML file with the corrected identity, whole")->required();
  rectify->callback([=, &context] {
    const auto corrected = site::read_identity(arguments->corrected);
    if (!corrected.ok()) return context.show_failure(corrected.error());
    with_person(context, *arguments, [&](site::Site& at, const auto& person) {
      return site::rectify(at, person, corrected.value(), context.actor, arguments->linker);
    });
  });
  auto* erase = verb("erase", "Make the person unreadable; takes two people");
  needs_linker(erase);
  erase->callback([=, &context] {
    with_person(context, *arguments, [&](site::Site& at, const auto& person) {
      return site::erase(at, person, context.actor, arguments->linker);
    });
  });
}

}  // namespace kinfold::cli
