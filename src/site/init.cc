#include <sys/stat.h>

#include <filesystem>

#include "base/text.h"
#include "seal/files.h"
#include "site/site.h"

namespace kinfold::site {
namespace {

using charter::Duty;
using charter::Role;

/// One actor for each duty that this role has anything to open with: duties stay apart from the
/// first day on, and the folder's owner renames or adds actors as people come.
std::string default_actors(const charter::Charter& charter, Role role) {
  std::string toml =
      "# The users of this site. An id says who acts in the ledger; it is not a name. The charter says\n"
      "# which duties one actor may not combine.\n";
  for (const Duty duty :
       {Duty::kIntake, Duty::kLinkage, Duty::kAnalysis, Duty::kOutputChecking, Duty::kDataProtection}) {
    bool used = false;
    for (const auto& opening : charter.openings) {
      for (const Duty opener : opening.duties) used = used || (opening.role == role && opener == duty);
    }
    if (!used) continue;
    const std::string id(charter::name(duty));
    toml += "\n[[actor]]\nid = \"" + id + "-1\"\nduties = [\"" + id + "\"]\n";
  }
  return toml;
}

Status write_text(const std::string& path, std::string_view text) {
  return seal::write_whole_file(path, seal::as_bytes(text));
}

Status make_folders(const SitePaths& paths) {
  std::error_code error;
  for (const auto& folder : {paths.folder, paths.folder + "/keys", paths.keyring(), paths.outbox(),
                             paths.certificates(), paths.published()}) {
    std::filesystem::create_directories(folder, error);
    if (error)
      return io_error("cannot make the site's folder (" + error.message() +
                      "): check the path and its permissions");
    ::chmod(folder.c_str(), 0700);
  }
  return {};
}

/// Keys of an interrupted run are kept when the passphrase opens them.
Result<seal::SiteKeys> keys_of(const SitePaths& paths, const InitOptions& options,
                               const seal::SecretBytes& passphrase) {
  if (std::filesystem::exists(paths.keys())) return seal::load_keys(paths.keys(), passphrase);
  seal::SiteKeys keys = seal::make_site_keys(options.party);
  const auto saved = seal::save_keys(keys, paths.keys(), passphrase, options.work);
  if (!saved.ok()) return saved.error();
  return keys;
}

}  // namespace

Status init_site(const InitOptions& options, const seal::SecretBytes& passphrase, const Clock& clock) {
  const auto charter = charter::load(options.charter_path);
  if (!charter.ok()) return charter.error();
  const auto* party = charter.value().find_party(options.party);
  if (party == nullptr) {
    std::vector<std::string> ids;
    for (const auto& each : charter.value().parties) ids.push_back(each.id);
    return invalid("the charter has no such party; it has " + join(ids, ", "));
  }
  const SitePaths paths{options.folder};
  // The party file is written last: it is what makes the folder a site.
  if (std::filesystem::exists(paths.party())) return refused("this folder is a site already; choose another");
  if (auto made = make_folders(paths); !made.ok()) return made;

  std::string actors = default_actors(charter.value(), party->role);
  if (!options.actors_path.empty()) {
    const auto bytes = seal::read_whole_file(options.actors_path, 1 << 20);
    if (!bytes.ok()) return bytes.error();
    actors = seal::as_text(bytes.value());
  }
  const auto registry = holding::parse_actors(actors, "actors.toml");
  if (!registry.ok()) return registry.error();
  if (auto s = write_text(paths.charter(), charter.value().source_text); !s.ok()) return s;
  if (auto s = write_text(paths.actors(), actors); !s.ok()) return s;

  const auto keys = keys_of(paths, options, passphrase);
  if (!keys.ok()) return keys.error();
  const auto card = seal::card_file(keys.value());
  if (!card.ok()) return card.error();
  if (auto s = write_text(paths.card(), card.value()); !s.ok()) return s;
  if (auto s = write_text(paths.party(), options.party + "\n"); !s.ok()) return s;

  // Opening it for the first time writes the ledger's first entry: the charter and the actors it begins with.
  const auto site = Site::open(options.folder, passphrase, clock);
  return site.ok() ? Status() : Status(site.error());
}

}  // namespace kinfold::site
