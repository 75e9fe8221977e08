#include "site/vault.h"

namespace kinfold::site {

namespace {

Result<OpenVault> open_with(Site& site, const holding::Asking& who, const identity::Vault::Options& options) {
  if (site.party().role != charter::Role::kTrustedParty) return refused("only the trusted party has a vault");
  auto records = open_records(site, charter::Kind::kVault, {kIdentityClass}, who);
  if (!records.ok()) return records.error();
  auto open = std::make_unique<OpenRecords>(std::move(records).value());
  auto keys = identity::keys_of(open->ring);
  auto vault =
      identity::Vault::open(open->folder + "/vault.sqlite", *keys, identity::system_random(), options);
  if (!vault.ok()) return vault.error();
  return OpenVault{std::move(open), std::move(keys), std::move(vault).value()};
}

}  // namespace

Result<OpenVault> open_vault(Site& site, const holding::Asking& who) { return open_with(site, who, {}); }

Result<OpenVault> open_vault_to_search(Site& site, const holding::Asking& who) {
  identity::Vault::Options options;
  options.only_found = true;
  return open_with(site, who, options);
}

}  // namespace kinfold::site
