// The notice is put together once, as sections of paragraphs and lists, and then printed twice.
#include "charter/notice.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "charter/plain_internal.h"
#include "page/page.h"

namespace kinfold::charter {
namespace {

struct Block {
  enum class Type { kParagraph, kNote, kList, kContacts };
  Type type = Type::kParagraph;
  std::string text;
  std::vector<std::string> items;
};
struct Section {
  std::string heading;
  std::vector<Block> blocks;

  Section& say(std::string text) {
    if (!text.empty()) blocks.push_back({Block::Type::kParagraph, std::move(text), {}});
    return *this;
  }
  Section& set_apart(std::string text) {
    blocks.push_back({Block::Type::kNote, std::move(text), {}});
    return *this;
  }
  Section& list(std::vector<std::string> items) {
    if (!items.empty()) blocks.push_back({Block::Type::kList, {}, std::move(items)});
    return *this;
  }
};

/// A sentence ends with a full stop, whether or not the charter's author wrote it.
std::string sentence(std::string_view text) {
  std::string out = upper_first(trim(text));
  if (!out.empty() && std::string_view(".!?:").find(out.back()) == std::string_view::npos) out += '.';
  return out;
}

std::string trusted(const Charter& charter) { return plain_parties(charter, Role::kTrustedParty); }
std::string departments(const Charter& charter) { return plain_parties(charter, Role::kDepartment); }

std::string identity_label(const Charter& charter) {
  for (const auto& data_class : charter.data_classes) {
    if (data_class.identity) return data_class.label;
  }
  return {};
}

Section in_short(const Charter& charter) {
  Section section{"In short", {}};
  section.list({
      "This is research into how well services for families work. It decides nothing about you: not what "
      "benefits you get, not what services you use.",
      trusted(charter) + " holds your name, apart from everything else. Researchers see neither names nor "
                         "reference numbers.",
      "Everything that " + trusted(charter) + " holds for this research is destroyed by " +
          long_date(charter.ends) + ".",
      "You can see your data, have it corrected or deleted, and say no, now or later.",
  });
  return section;
}

Section what_and_why(const Charter& charter) {
  const auto& words = charter.wording;
  Section section{"What personal information is used, and what for", {}};
  section.say("The research is the " + charter.title + ". It is led by " + words.led_by + ".");
  section.say(sentence(words.responsibility));
  section.say("The research is to find out:");
  section.list(words.aims);
  section.say(sentence(words.linking));
  section.say("The personal information that is used:");
  section.list({identity_label(charter)});
  section.set_apart(
      "No information that you provide is used to make any decision about what benefits you get or what "
      "services you use, now or in future.");
  return section;
}

Section who_it_is_about(const Charter& charter) {
  Section section{"Why your family", {}};
  section.say("The programme is for families who have " + plain_number(charter.criteria.needed) +
              " or more of these problems, which local services hope to help with:");
  std::vector<std::string> problems;
  for (const auto& problem : charter.criteria.problems) problems.push_back(problem.label);
  section.list(problems);
  section.say(sentence(charter.wording.receiving));
  section.say(
      "To see how well services work for families with these problems, which public services they use and "
      "what benefits they receive, information about you that other government departments hold is gathered "
      "as well.");
  section.say(sentence(charter.wording.researchers));
  return section;
}

Section results(const Charter& charter) {
  Section section{"What happens to the results", {}};
  section.say("The final results are published on " + charter.wording.publication +
              ". You will not be identified in any research report.");
  section.say("A figure is published only if at least " + plain_number(charter.disclosure.threshold) +
              " people and at least " + plain_number(charter.disclosure.family_threshold) +
              " families stand behind it, and only after somebody other than its author has checked it.");
  if (!charter.wording.ask_in_person.empty()) {
    section.say(
        "If you would like to know more about the research, about what happens to your information, or about "
        "your rights, speak to " +
        charter.wording.ask_in_person + ". The addresses are at the end of this notice.");
  }
  return section;
}

Section legal_basis(const Charter& charter) {
  const auto& words = charter.wording;
  Section section{"Why we are allowed to use your information", {}};
  section.say("The law that this research rests on:");
  section.list(words.legal_powers);
  if (!charter.conditions.empty()) {
    section.say("Research data is passed on only while each of these conditions is met:");
    std::vector<std::string> conditions;
    for (const auto& condition : charter.conditions) conditions.push_back(sentence(condition.text));
    section.list(conditions);
  }
  section.say("For each sort of information:");
  std::vector<std::string> bases;
  for (const auto& data_class : charter.data_classes) {
    std::string line = data_class.label + ": UK GDPR Article " + data_class.lawful_basis;
    if (!data_class.special_condition.empty()) line += " with " + data_class.special_condition;
    if (!data_class.national_law.empty()) line += ", " + data_class.national_law;
    bases.push_back(line);
  }
  section.list(bases);
  section.say("Your local authority collects the personal data under its public task (" +
              words.authority_task + ") and shares it under the ministry's (" + words.research_task + ").");
  section.say("All use of the data is strictly within data protection law.");
  return section;
}

std::vector<std::string> named(const Charter& charter, Role role) {
  std::vector<std::string> items;
  for (const Party* party : charter.parties_with(role)) {
    items.push_back(party->name + (party->short_name == party->name ? "" : " (" + party->short_name + ")") +
                    ": " + party->what_for);
  }
  return items;
}

Section sharing(const Charter& charter) {
  Section section{"Who we share your information with", {}};
  std::vector<std::string> authorities;
  for (const Party* party : charter.parties_with(Role::kAuthority)) authorities.push_back(party->name);
  section.say("Your local authority (" + plain_list(authorities) + ") provides the information to:");
  section.list(named(charter, Role::kTrustedParty));
  section.say(
      "Your personal information and some of what the local authority provides is then linked to information "
      "held by other government departments:");
  section.list(named(charter, Role::kDepartment));
  if (const Retention* kept = find_retention(charter, Kind::kRequest, Role::kDepartment)) {
    section.say(departments(charter) + " keep your name for this research " + plain_period(*kept) +
                " and no longer, and keep no records showing that you were part of this research.");
  }
  section.say("The linked information, without names, goes to:");
  section.list(named(charter, Role::kResearch));
  return section;
}

Section sources(const Charter& charter) {
  Section section{"Where we get your information from", {}};
  section.say("What your local authority knows is linked with what the departments know:");
  std::vector<std::string> items;
  for (const auto& data_class : charter.data_classes) {
    const Party* holder = charter.find_party(data_class.holder);
    items.push_back(data_class.label + " (from " +
                    (holder == nullptr ? "your local authority" : holder->short_name) + ")");
  }
  section.list(items);
  std::set<std::string> windows;
  for (const auto& flow : charter.flows) {
    if (flow.kind == Kind::kReturn && flow.window_from && flow.window_until) {
      windows.insert("Departments look only at what happened from " + long_date(*flow.window_from) + " to " +
                     long_date(*flow.window_until) + ".");
    }
  }
  for (const auto& window : windows) section.say(window);
  return section;
}

/// Each role with each period that it has, in the order of the charter.
std::vector<std::pair<Role, std::string>> holders_and_periods(const Charter& charter) {
  std::vector<std::pair<Role, std::string>> found;
  for (const Role role : {Role::kTrustedParty, Role::kDepartment, Role::kResearch, Role::kAuthority}) {
    for (const auto& retention : charter.retention) {
      const std::pair<Role, std::string> entry{role, plain_period(retention)};
      if (retention.holder == role && std::find(found.begin(), found.end(), entry) == found.end())
        found.push_back(entry);
    }
  }
  return found;
}

Section how_long(const Charter& charter) {
  Section section{"How long we keep your information", {}};
  section.say("Everything that " + trusted(charter) + " holds for this research is securely destroyed by " +
              long_date(charter.ends) + ". In detail:");
  std::vector<std::string> items;
  for (const auto& [holder, period] : holders_and_periods(charter)) {
    std::vector<std::string> kinds;
    for (const auto& retention : charter.retention) {
      if (retention.holder == holder && plain_period(retention) == period)
        kinds.push_back(plain_kind(retention.kind));
    }
    items.push_back(plain_parties(charter, holder) + ", " + period + ": " + join(kinds, "; "));
  }
  section.list(items);
  section.say(
      "After that the key to the data is destroyed, so that nobody can read it wherever a copy lies, and a "
      "signed certificate says what was destroyed. What no certificate can prove is that nobody made a "
      "readable copy before.");
  return section;
}

Section storage(const Charter& charter) {
  Section section{"How your information is stored", {}};
  section.say(sentence(charter.wording.storage));
  section.say(
      "You are given a unique reference number: a random one, and a different one for each recipient and "
      "each request. Researchers get neither your name nor this number, so they can study the information "
      "and not know whose it is.");
  return section;
}

Section refusing(const Charter& charter) {
  Section section{"If you do not want to be part of this", {}};
  section.say(sentence(charter.wording.refusal));
  section.say(sentence(charter.wording.change_of_mind));
  section.say("What has already been published cannot be taken back; nobody can be identified in it.");
  return section;
}

Section yes_or_no(std::string heading, bool answer) {
  Section section{std::move(heading), {}};
  section.say(answer ? "Yes." : "No.");
  return section;
}

Section rights(const Charter& charter) {
  Section section{"Your rights", {}};
  section.say("Data protection law gives you rights that give you more control over your personal data:");
  std::vector<std::string> items;
  for (const auto& right : charter.rights) {
    std::string item = sentence(right.text);
    for (const auto& contact : charter.contacts) {
      if (contact.id == right.contact)
        item += " Ask: " + contact.name + (contact.email.empty() ? "" : ", " + contact.email) + ".";
    }
    items.push_back(item);
  }
  section.list(items);
  section.say("You get an answer within a month. If it takes longer you are told why.");
  if (!charter.wording.see_also.empty())
    section.say("For more about your rights see " + charter.wording.see_also + ".");
  return section;
}

Section contacts(const Charter& charter) {
  Section section{"Whom to contact", {}};
  Block block{Block::Type::kContacts, {}, {}};
  for (const auto& contact : charter.contacts) {
    block.items.push_back(contact.name);
    block.items.push_back(contact.email);
    block.items.push_back(contact.what_for);
  }
  section.blocks.push_back(std::move(block));
  return section;
}

Section about(const Charter& charter) {
  Section section{"About this notice", {}};
  if (!charter.wording.corrections.empty()) {
    section.say("Where it differs from the notice that was handed out before:");
    section.list(charter.wording.corrections);
  }
  section.say("Issued by " + charter.issued_by + ". Version " + charter.version + ", for the time from " +
              long_date(charter.starts) + " to " + long_date(charter.ends) +
              ". It is printed from the rules that the computer systems obey: what is not allowed here, they "
              "refuse. Fingerprint of the rules: " +
              charter.hash + ".");
  return section;
}

std::vector<Section> sections_of(const Charter& charter) {
  return {in_short(charter),
          what_and_why(charter),
          who_it_is_about(charter),
          results(charter),
          legal_basis(charter),
          sharing(charter),
          sources(charter),
          how_long(charter),
          storage(charter),
          refusing(charter),
          yes_or_no("Is your information used to make automated decisions?", charter.automated_decisions),
          yes_or_no("Is your information transferred abroad?", charter.transfers_abroad),
          rights(charter),
          contacts(charter),
          about(charter)};
}

std::string subtitle_of(const Charter& charter) {
  return charter.wording.service.empty() ? "Privacy notice" : charter.wording.service + ": privacy notice";
}

void add_contacts(const Block& block, page::Page& page) {
  std::string markup = "<ul>\n";
  for (std::size_t at = 0; at + 2 < block.items.size(); at += 3) {
    const auto& email = block.items[at + 1];
    markup += "<li><strong>" + html_escape(block.items[at]) + "</strong>";
    // The parser lets no address through that could leave the attribute; escaped all the same.
    if (!email.empty())
      markup += "<br><a href=\"mailto:" + html_escape(email) + "\">" + html_escape(email) + "</a>";
    markup += "<br>" + html_escape(block.items[at + 2]) + "</li>\n";
  }
  page.html(markup + "</ul>\n");
}

}  // namespace

std::string notice_markdown(const Charter& charter) {
  std::string out =
      "# " + markdown_escape(charter.title) + "\n\n" + markdown_escape(subtitle_of(charter)) + "\n";
  for (const auto& section : sections_of(charter)) {
    out += "\n## " + markdown_escape(section.heading) + "\n";
    for (const auto& block : section.blocks) {
      out += "\n";
      switch (block.type) {
        case Block::Type::kParagraph: out += markdown_escape(block.text) + "\n"; break;
        case Block::Type::kNote: out += "> " + markdown_escape(block.text) + "\n"; break;
        case Block::Type::kList:
          for (const auto& item : block.items) out += "- " + markdown_escape(item) + "\n";
          break;
        case Block::Type::kContacts:
          for (std::size_t at = 0; at + 2 < block.items.size(); at += 3) {
            const auto& email = block.items[at + 1];
            out += "- **" + markdown_escape(block.items[at]) + "**" +
                   (email.empty() ? "" : ", " + markdown_escape(email)) + ": " +
                   markdown_escape(block.items[at + 2]) + "\n";
          }
          break;
      }
    }
  }
  return out;
}

std::string notice_html(const Charter& charter) {
  page::Page page(charter.title, subtitle_of(charter));
  for (const auto& section : sections_of(charter)) {
    page.heading(section.heading);
    for (const auto& block : section.blocks) {
      switch (block.type) {
        case Block::Type::kParagraph: page.paragraph(block.text); break;
        case Block::Type::kNote: page.note(block.text); break;
        case Block::Type::kList: page.list(block.items); break;
        case Block::Type::kContacts: add_contacts(block, page); break;
      }
    }
  }
  return page.render();
}

}  // namespace kinfold::charter
