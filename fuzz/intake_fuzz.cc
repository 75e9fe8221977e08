// Any bytes as a council's file, all the way to the submission: nothing crashes, every line ends in
// exactly one place, and what goes on is fit to go on.
// LINKS: identity
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "base/text.h"
#include "identity/intake.h"
#include "table/csv_text.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

using namespace kinfold;

void check(const identity::Intake& intake, std::size_t line_count, Date today) {
  const auto& counts = intake.counts;
  require(counts.data_line_count == line_count);
  require(counts.data_line_count == counts.kept_count + counts.rejected_count + counts.merged_count +
                                        counts.ineligible_count + counts.objected_count);
  require(intake.identities.row_count() == counts.kept_count &&
          intake.attributes.row_count() == counts.kept_count);
  require(intake.rejects.size() == counts.rejected_count + counts.merged_count + counts.ineligible_count);
  const auto people = identity::identities_of(intake.identities);
  require(people.ok());
  for (const auto& person : people.value()) {
    require(person.date_of_birth.has_value() && *person.date_of_birth <= today);
    for (const auto* text :
         {&person.forenames, &person.surname, &person.address, &person.postcode, &person.nino}) {
      require(is_valid_utf8(*text));
      for (const char c : *text) require(static_cast<unsigned char>(c) >= 0x20);
    }
    require(!person.forenames.empty() && !person.surname.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto decoded = table::decode_text(std::string(reinterpret_cast<const char*>(data), size));
  if (!decoded.ok()) return 0;
  auto csv = table::parse_csv_text(decoded.value().text, 20'000);
  if (!csv.ok()) return 0;
  const std::size_t line_count = csv.value().line.size() + csv.value().bad_lines.size();
  const Date today{18'443};
  auto intake = identity::read_council_table(csv.value(), {{"school", "health"}, 1}, today);
  if (!intake.ok()) return 0;
  check(intake.value(), line_count, today);
  const auto submission = identity::to_submission(intake.value(), nullptr, identity::system_random());
  require(submission.ok());
  require(submission.value().identities.row_count() == intake.value().counts.kept_count);
  require(submission.value().counts.family_count == intake.value().counts.family_count);
  return 0;
}
