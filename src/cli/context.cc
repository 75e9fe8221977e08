#include "cli/context.h"

#include <cstdio>

#include "cli/passphrase.h"

namespace kinfold::cli {

void Context::run_at_site(const std::function<Result<site::Report>(site::Site&)>& verb) {
  const auto passphrase = read_passphrase(passphrase_file, false);
  if (!passphrase.ok()) return show_failure(passphrase.error());
  auto site = site::Site::open(site_folder, passphrase.value(), clock);
  if (!site.ok()) return show_failure(site.error());
  show_report(verb(*site.value()));
}

void Context::print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace kinfold::cli
