#include "site/records.h"

namespace kinfold::site {
Result<OpenRecords> open_records(Site& site, charter::Kind kind, const std::vector<std::string>& data_classes,
                                 const holding::Asking& who) {
  auto live = site.door().live(kind);
  if (!live.ok()) return live.error();
  std::optional<holding::Holding> found;
  for (const auto& each : live.value()) {
    if (each.records) found = each;
  }
  if (!found) {
    holding::NewHolding fresh;
    fresh.kind = kind;
    fresh.data_classes = data_classes;
    fresh.origin = site.party().id;
    fresh.purpose = who.purpose;
    auto made = site.door().create_records(fresh, who);
    if (!made.ok()) return made.error();
    found = std::move(made).value();
  }
  auto ring = site.door().open_records(found->id, who);
  if (!ring.ok()) return ring.error();
  const std::string folder = site.door().folder_of(found->id);
  return OpenRecords{std::move(*found), std::move(ring).value(), folder};
}

Result<OpenObjections> open_objections(Site& site, const std::string& actor) {
  auto records = open_records(site, charter::Kind::kObjections, {}, {actor, kRightsPurpose, {}, {}});
  if (!records.ok()) return records.error();
  auto open = std::make_unique<OpenRecords>(std::move(records).value());
  auto book =
      identity::ObjectionBook::open(open->folder + "/objections.sqlite", identity::tokens_of(open->ring));
  if (!book.ok()) return book.error();
  return OpenObjections{std::move(open), std::move(book).value()};
}

}  // namespace kinfold::site
