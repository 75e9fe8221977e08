#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "cli/context.h"
#include "cli/passphrase.h"
#include "seal/custody.h"
#include "seal/files.h"

namespace kinfold::cli {
namespace {

constexpr std::uint64_t kShareBytesMax = 1 << 16;

Result<site::Report> split(site::Site& at, const seal::CustodyRule& rule, const std::string& folder) {
  const auto shares = seal::split_keys(at.keys(), rule);
  if (!shares.ok()) return shares.error();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return io_error("cannot make the folder for the shares: " + error.message());
  for (std::size_t k = 0; k < shares.value().size(); ++k) {
    const std::string path = folder + "/share-" + std::to_string(k + 1) + ".txt";
    if (auto s = seal::write_whole_file(path, shares.value()[k].bytes()); !s.ok()) return s.error();
  }
  ledger::Entry entry;
  entry.verb = ledger::Verb::kKeys;
  if (auto s = at.note(entry); !s.ok()) return s.error();
  site::Report report;
  report.headline = "The keys are split.";
  report.count("shares", "Shares", shares.value().size())
      .count("needed", "Needed to bring the keys back", static_cast<std::uint64_t>(rule.needed))
      .text("folder", "Folder", folder);
  report.notes.push_back("Give each share to its keeper on a medium of their own, then delete the folder.");
  return report;
}

Result<site::Report> combine(const std::vector<std::string>& paths, const std::string& card_path,
                             const std::string& key_path, const seal::SecretBytes& passphrase) {
  const auto card_text = seal::read_whole_file(card_path, kShareBytesMax);
  if (!card_text.ok()) return card_text.error();
  const auto card = seal::parse_card(seal::as_text(card_text.value()));
  if (!card.ok()) return card.error();
  std::vector<seal::NamedShare> shares;
  for (const auto& path : paths) {
    auto bytes = seal::read_whole_file(path, kShareBytesMax);
    if (!bytes.ok()) return bytes.error();
    shares.push_back({seal::file_name(path), seal::SecretBytes::copy_of(bytes.value())});
    seal::wipe(bytes.value().data(), bytes.value().size());
  }
  const auto keys = seal::combine_keys(shares, card.value());
  if (!keys.ok()) return keys.error();
  if (auto s = seal::save_keys(keys.value(), key_path, passphrase, {}); !s.ok()) return s.error();
  site::Report report;
  report.headline = "The keys are back, under the new passphrase.";
  report.text("party", "Party", keys.value().party).text("key_file", "Key file", key_path);
  return report;
}

}  // namespace

void add_keys_commands(CLI::App& app, Context& context) {
  auto* keys = app.add_subcommand("keys", "A site's keys in the custody of several people");
  keys->require_subcommand(1);

  auto rule = std::make_shared<seal::CustodyRule>();
  auto folder = std::make_shared<std::string>();
  auto* splitting = keys->add_subcommand("split", "Split the keys of --site into shares");
  splitting->add_option("--needed", rule->needed, "How many shares bring the keys back")
      ->capture_default_str();
  splitting->add_option("--count", rule->count, "How many shares there are")->capture_default_str();
  splitting->add_option("--out", *folder, "Folder for the shares")->required();
  splitting->callback(
      [=, &context] { context.run_at_site([&](site::Site& at) { return split(at, *rule, *folder); }); });

  auto shares = std::make_shared<std::vector<std::string>>();
  auto card = std::make_shared<std::string>();
  auto key_path = std::make_shared<std::string>();
  auto* combining =
      keys->add_subcommand("combine", "Bring the keys back from shares, under a new passphrase");
  combining->add_option("shares", *shares, "Share files")->required();
  combining->add_option("--card", *card, "The site's card (keys/site.card)")->required();
  combining->add_option("--out", *key_path, "Key file to write (keys/site.key)")->required();
  combining->callback([=, &context] {
    const auto passphrase = read_passphrase(context.passphrase_file, true);
    if (!passphrase.ok()) return context.show_failure(passphrase.error());
    context.show_report(combine(*shares, *card, *key_path, passphrase.value()));
  });
}

}  // namespace kinfold::cli
