#include "site/site.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "seal/files.h"

namespace kinfold::site {
namespace {

constexpr std::uint64_t kSmallFileBytesMax = 1 << 20;

std::string short_name(seal::PackageKind kind) { return std::string(seal::name(kind)); }

charter::Kind charter_kind(seal::PackageKind kind) {
  switch (kind) {
    case seal::PackageKind::kSubmission: return charter::Kind::kSubmission;
    case seal::PackageKind::kRequest: return charter::Kind::kRequest;
    case seal::PackageKind::kReturn: return charter::Kind::kReturn;
    case seal::PackageKind::kRelease: return charter::Kind::kRelease;
    case seal::PackageKind::kNotice:
    case seal::PackageKind::kReceipt: break;
  }
  return charter::Kind::kNotice;
}

Result<std::string> read_text(const std::string& path) {
  const auto bytes = seal::read_whole_file(path, kSmallFileBytesMax);
  if (!bytes.ok()) return bytes.error();
  return std::string(seal::as_text(bytes.value()));
}

}  // namespace

std::string outbox_path(const SitePaths& paths, seal::PackageKind kind, std::string_view to,
                        const seal::Id& id) {
  return paths.outbox() + "/" + short_name(kind) + "-" + std::string(to) + "-" + seal::to_hex(id) + ".age";
}

Result<std::unique_ptr<Site>> Site::open_ledger(const std::string& folder,
                                                const seal::SecretBytes& passphrase, const Clock& clock) {
  std::unique_ptr<Site> site(new Site(SitePaths{folder}, clock));
  const auto party_id = read_text(site->paths_.party());
  if (!party_id.ok()) return io_error("this folder is not a site; make one with `kinfold site init`");

  auto charter = charter::load(site->paths_.charter());
  if (!charter.ok()) return charter.error();
  site->charter_ = std::move(charter).value();
  site->party_ = site->charter_.find_party(trim(party_id.value()));
  if (site->party_ == nullptr) return invalid("the site's party is not in its charter; restore charter.toml");

  auto actors = holding::load_actors(site->paths_.actors());
  if (!actors.ok()) return actors.error();
  site->actors_ = std::move(actors).value();

  auto keys = seal::load_keys(site->paths_.keys(), passphrase);
  if (!keys.ok()) return keys.error();
  site->keys_ = std::move(keys).value();

  auto ledger = ledger::Ledger::open(
      {site->paths_.ledger(), &*site->keys_, &clock, holding::vocabulary_of(site->charter_, site->actors_)});
  if (!ledger.ok()) return ledger.error();
  site->ledger_ = std::move(ledger).value();
  return site;
}

Status Site::open_door() {
  holding::DoorSetting setting;
  setting.folder = paths_.holdings();
  setting.party = party_->id;
  setting.charter = &charter_;
  setting.keys = &*keys_;
  setting.ledger = &*ledger_;
  setting.clock = &clock_;
  setting.actors = &actors_;
  auto door = holding::Door::at(std::move(setting));
  if (!door.ok()) return door.error();
  door_ = std::move(door).value();
  return {};
}

/// Whoever can write into the folder could loosen the rules by an editor: the ledger says which rules are in
/// force.
Status Site::hold_to_rules() {
  using ledger::DigestKind;
  const auto actors_text = read_text(paths_.actors());
  if (!actors_text.ok()) return actors_text.error();
  const auto charter_digest = seal::parse_digest(charter_.hash);
  if (!charter_digest) return internal_error("a charter's hash is none");
  const auto actors_digest = seal::sha256(seal::as_bytes(actors_text.value()));
  std::optional<seal::Digest> charter_in_force;
  std::optional<seal::Digest> actors_in_force;
  auto read = ledger_->for_each(0, [&](const ledger::Recorded& recorded) {
    if (recorded.entry.verb != ledger::Verb::kInit) return true;
    for (const auto& mark : recorded.entry.marks) {
      if (mark.kind == DigestKind::kCharter) charter_in_force = mark.digest;
      if (mark.kind == DigestKind::kActors) actors_in_force = mark.digest;
    }
    return true;
  });
  if (!read.ok()) return read.error();
  if (charter_in_force && charter_in_force != charter_digest) {
    return refused(
        "charter.toml is not the charter in force here, whose hash is in the ledger: put that one back, or "
        "take a "
        "new version up with `kinfold site charter FILE`");
  }
  ledger::Entry entry;
  entry.verb = ledger::Verb::kInit;
  entry.party = party_->id;
  if (!charter_in_force) entry.marks.push_back({DigestKind::kCharter, *charter_digest});
  if (actors_in_force != actors_digest) entry.marks.push_back({DigestKind::kActors, actors_digest});
  return entry.marks.empty() ? Status() : note(entry);
}

Result<std::unique_ptr<Site>> Site::open(const std::string& folder, const seal::SecretBytes& passphrase,
                                         const Clock& clock) {
  auto site = open_ledger(folder, passphrase, clock);
  if (!site.ok()) return site;
  if (auto held = site.value()->hold_to_rules(); !held.ok()) return held.error();
  if (auto opened = site.value()->open_door(); !opened.ok()) return opened.error();
  return site;
}

Status Site::take_up_charter(const std::string& folder, const seal::SecretBytes& passphrase,
                             const Clock& clock, const std::string& charter_path, const std::string& actor) {
  const auto next = charter::load(charter_path);
  if (!next.ok()) return next.error();
  const auto site = open_ledger(folder, passphrase, clock);
  if (!site.ok()) return site.error();
  if (auto alone = site.value()->open_door(); !alone.ok()) return alone;  // no other process may be at work
  if (site.value()->actors().find(actor) == nullptr)
    return refused("no such actor at this site; see actors.toml");
  const auto* party = next.value().find_party(site.value()->party().id);
  if (party == nullptr || party->role != site.value()->party().role) {
    return refused("the new charter does not have this party in the role that it has here");
  }
  const auto digest = seal::parse_digest(next.value().hash);
  if (!digest) return internal_error("a charter's hash is none");
  // The ledger first: a run that is killed between leaves a charter that is refused, and is run again.
  ledger::Entry entry;
  entry.verb = ledger::Verb::kInit;
  entry.party = party->id;
  entry.actor = actor;
  entry.marks.push_back({ledger::DigestKind::kCharter, *digest});
  if (auto noted = site.value()->note(entry); !noted.ok()) return noted;
  return seal::write_whole_file(site.value()->paths().charter(), seal::as_bytes(next.value().source_text));
}

Result<seal::Card> Site::card_of(std::string_view party) const {
  if (party == party_->id) return seal::card_of(*keys_);
  const auto text = read_text(paths_.keyring() + "/" + std::string(party) + ".card");
  if (!text.ok()) {
    return refused(
        "there is no card of " + std::string(party) +
        " here: get it from them, compare the fingerprint by telephone, then `kinfold site trust CARD`");
  }
  return seal::parse_card(text.value());
}

std::vector<seal::Card> Site::cards() const {
  std::vector<seal::Card> cards;
  for (const auto& party : charter_.parties) {
    auto card = card_of(party.id);
    if (card.ok() && party.id != party_->id) cards.push_back(std::move(card).value());
  }
  return cards;
}

Status Site::trust(const std::string& card_path) {
  const auto text = read_text(card_path);
  if (!text.ok()) return text.error();
  const auto card = seal::parse_card(text.value());
  if (!card.ok()) return card.error();
  if (charter_.find_party(card.value().party) == nullptr) {
    return refused("the card is of a party that the charter does not have");
  }
  const auto known = card_of(card.value().party);
  if (known.ok()) {
    if (known.value() == card.value()) return {};
    return refused(
        "another card of " + card.value().party +
        " is trusted here; if they changed their keys, compare fingerprints and remove the old card first");
  }
  return seal::write_whole_file(paths_.keyring() + "/" + card.value().party + ".card",
                                seal::as_bytes(text.value()));
}

Status Site::note(const ledger::Entry& entry) {
  const auto appended = ledger_->append(entry);
  if (!appended.ok()) return appended.error();
  return {};
}

Error Site::refuse(ledger::Verb verb, ledger::Reason reason, const Error& error) {
  ledger::Entry entry;
  entry.verb = verb;
  entry.phase = error.code == ErrorCode::kRefused ? ledger::Phase::kRefused : ledger::Phase::kFailed;
  entry.reason = reason;
  const auto noted = note(entry);
  return noted.ok() ? error : noted.error();
}

Status Site::may_send(charter::Kind kind, const std::string& to, const std::vector<std::string>& classes) {
  const auto* flow = charter_.find_flow(kind, party_->id, to);
  charter::Question question;
  question.act = charter::Act::kSend;
  question.kind = kind;
  question.party = party_->id;
  question.other_party = to;
  question.purpose = flow != nullptr ? flow->purpose : "";
  question.data_classes = classes;
  question.today = today();
  const auto answer = charter::ask(charter_, question);
  if (answer.allowed) return {};
  return refuse(ledger::Verb::kSend, ledger::Reason::kCharter,
                refused(answer.reason + " (charter: " + answer.rule + ")"));
}

Result<Site::Sent> Site::send(const Letter& letter, const seal::Contents& contents) {
  if (auto s = may_send(charter_kind(letter.kind), letter.to, letter.data_classes); !s.ok()) return s.error();
  const auto card = card_of(letter.to);
  if (!card.ok()) return card.error();
  const auto greeting = ledger_->greet(letter.to);
  if (!greeting.ok()) return greeting.error();

  seal::Manifest manifest;
  manifest.id = letter.id.value_or(seal::random_id());
  manifest.kind = letter.kind;
  manifest.charter_hash = charter_.hash;
  manifest.from = party_->id;
  manifest.to = letter.to;
  manifest.purpose = letter.purpose;
  manifest.data_classes = letter.data_classes;
  manifest.created = clock_.now();
  manifest.expires = letter.expires;
  manifest.in_answer_to = letter.in_answer_to;
  manifest.ledger_head = greeting.value().head;
  manifest.ledger_proof = greeting.value().proof;
  const std::string path = outbox_path(paths_, letter.kind, letter.to, manifest.id);
  const auto sealed = seal::seal_package(path, std::move(manifest), contents, card.value(), *keys_);
  if (!sealed.ok()) return sealed.error();

  Sent sent{path, sealed.value().manifest};
  ledger::Entry entry;
  entry.verb = ledger::Verb::kSend;
  entry.subject = sent.manifest.id;
  entry.kind = charter::name(charter_kind(letter.kind));
  entry.party = letter.to;
  entry.purpose = letter.purpose;
  for (const auto& data_class : letter.data_classes) entry.data_classes.emplace_back(data_class);
  entry.marks.push_back({ledger::DigestKind::kSealedFile, sealed.value().digest});
  if (auto s = note(entry); !s.ok()) return s.error();
  return sent;
}

}  // namespace kinfold::site
