#include "demo/post.h"

#include <algorithm>
#include <filesystem>

#include "site/receive.h"

namespace kinfold::demo {
namespace {

bool received(site::Site& site, const std::string& path) {
  const std::string name = std::filesystem::path(path).stem();
  const auto id = seal::parse_id(name.substr(name.size() - 32));
  if (!id) return false;
  const auto found = ledger::was_received(site.ledger(), *id);
  return found.ok() && found.value();
}

}  // namespace

std::vector<std::string> outbox_files(const State& state, const std::string& from, const std::string& kind,
                                      const std::string& to) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(state.site_folder(from) + "/outbox", error)) {
    const std::string name = entry.path().filename();
    if (name.starts_with(kind + "-" + to + "-") && name.ends_with(".age")) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

Result<std::vector<site::Report>> carry(State& state, const std::string& from, const std::string& kind,
                                        const std::string& to, const std::string& actor) {
  std::vector<site::Report> reports;
  auto site = state.open_site(to);
  if (!site.ok()) return site.error();
  for (const auto& path : outbox_files(state, from, kind, to)) {
    if (received(*site.value(), path)) continue;
    auto report = site::receive_file(*site.value(), path, actor);
    if (!report.ok()) return report.error();
    reports.push_back(std::move(report).value());
  }
  return reports;
}

}  // namespace kinfold::demo
