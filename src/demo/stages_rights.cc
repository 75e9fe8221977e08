// Two people use their rights: one objects at her council, one asks for a copy and then to be erased.
#include <filesystem>

#include "demo/canary.h"
#include "demo/post.h"
#include "demo/stages.h"
#include "site/rights.h"

namespace kinfold::demo {
namespace {

/// Notices go out to the departments and to research, and their receipts come back; then the council's does.
Status carry_notices(State& state) {
  auto told = departments();
  told.emplace_back(kResearch);
  for (const auto& party : told) {
    const std::string actor = party == kResearch ? "analysis-1" : "linkage-1";
    if (const auto out = carry(state, kTrustedParty, "notice", party, actor); !out.ok()) return out.error();
    if (const auto back = carry(state, party, "receipt", kTrustedParty, "linkage-1"); !back.ok())
      return back.error();
  }
  for (const auto& council : councils()) {
    if (const auto back = carry(state, kTrustedParty, "receipt", council, "data-protection-1"); !back.ok())
      return back.error();
  }
  return {};
}

Result<Json> objection(State& state) {
  const auto& person = canaries()[1];
  if (outbox_files(state, councils()[0], "notice", kTrustedParty).empty()) {
    auto council = state.open_site(councils()[0]);
    if (!council.ok()) return council.error();
    const auto noted = site::object(*council.value(), person, "data-protection-1");
    if (!noted.ok()) return noted.error();
  }
  const auto received = carry(state, councils()[0], "notice", kTrustedParty, "linkage-1");
  if (!received.ok()) return received.error();
  if (auto s = carry_notices(state); !s.ok()) return s.error();
  return Json{{"told", departments().size()}};
}

Result<Json> copy_and_erasure(State& state) {
  if (state.done("rights-erased")) return state.facts("rights-erased");
  const auto& person = canaries()[2];
  const std::string folder = state.path("handed-over");
  Json facts;
  {
    auto site = state.open_site(kTrustedParty);
    if (!site.ok()) return site.error();
    const auto copy = site::access(*site.value(), person, "data-protection-1", "linkage-1", folder);
    if (copy.ok()) {
      facts["copy"] = facts_of(copy.value());
      const auto erased = site::erase(*site.value(), person, "data-protection-1", "linkage-1");
      if (!erased.ok()) return erased.error();
      facts["erased"] = facts_of(erased.value());
    } else if (copy.error().code != ErrorCode::kInvalid) {
      return copy.error();
    }
    // Otherwise a killed run had erased the person already: there is nobody to find.
  }
  // The copy belongs to the person now; nothing of it stays in the demo.
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  if (error) return io_error("cannot delete the copy that was handed over: " + error.message());
  if (auto s = state.finish("rights-erased", facts); !s.ok()) return s.error();
  return facts;
}

}  // namespace

Result<Json> people_use_their_rights(State& state, Progress& progress) {
  progress.begin("Two people use their rights", 2);
  auto objected = objection(state);
  if (!objected.ok()) return objected.error();
  progress.advance(1);
  auto erased = copy_and_erasure(state);
  if (!erased.ok()) return erased.error();
  if (auto s = carry_notices(state); !s.ok()) return s.error();
  progress.end();
  Json facts = std::move(objected).value();
  facts["erasure"] = std::move(erased).value();
  return facts;
}

}  // namespace kinfold::demo
