#include "site/receipts.h"

#include <filesystem>

#include "base/number.h"
#include "base/text.h"
#include "seal/files.h"
#include "seal/note.h"
#include "site/records.h"

namespace kinfold::site {
namespace {

constexpr std::string_view kTitle = "kinfold receipt v1";
constexpr std::uint64_t kReceiptBytesMax = 1 << 16;

std::string receipt_file(const seal::Id& notice) { return "receipt-" + seal::to_hex(notice) + ".txt"; }

seal::Id receipt_id(const std::string& party, const seal::Id& notice) {
  return seal::id_of("receipt of " + party + " for " + seal::to_hex(notice));
}

std::string receipt_text(const SignedReceipt& facts) {
  return std::string(kTitle) + "\nparty: " + facts.party + "\nnotice: " + seal::to_hex(facts.notice) +
         "\ndone: " + to_iso(facts.done) + "\nrows: " + std::to_string(facts.row_count) + "\n";
}

Result<SignedReceipt> parse_receipt(std::string_view text) {
  const Error bad = invalid("is not a receipt; ask the sender for a new one");
  const auto lines = split(text, '\n');
  if (lines.size() != 6 || lines[0] != kTitle) return bad;
  const std::string_view starts[] = {"party: ", "notice: ", "done: ", "rows: "};
  std::string_view values[4];
  for (std::size_t i = 0; i < 4; ++i) {
    if (!lines[i + 1].starts_with(starts[i])) return bad;
    values[i] = lines[i + 1].substr(starts[i].size());
  }
  SignedReceipt facts;
  facts.party = values[0];
  const auto notice = seal::parse_id(values[1]);
  const auto done = parse_iso_date(values[2]);
  const auto row_count = parse_number<decltype(facts.row_count)>(values[3]);
  if (!notice || !done || !row_count) return bad;
  facts.notice = *notice;
  facts.done = *done;
  facts.row_count = *row_count;
  return facts;
}

bool is_told(const Site& site, std::string_view party) {
  const auto* known = site.charter().find_party(party);
  return known != nullptr &&
         (known->role == charter::Role::kDepartment || known->role == charter::Role::kResearch);
}

/// Whether a notice that went to a department or to research still waits for its receipt.
Result<bool> anybody_awaited(Site& site) {
  return ledger::has_entry(site.ledger(), [&](const ledger::Entry& entry) {
    return entry.verb == ledger::Verb::kNotify && is_told(site, entry.party.text()) &&
           !receipt_for(site, std::string(entry.party.text()), entry.subject);
  });
}

}  // namespace

std::string awaited_as(const Notice& notice) { return notice.party + ":" + seal::to_hex(notice.id); }
std::string party_of(std::string_view awaited) { return std::string(awaited.substr(0, awaited.find(':'))); }

Result<SignedReceipt> verify_receipt(std::string_view note, const seal::Card& card) {
  const auto text = seal::verify_note(note, card.party, card.signer);
  if (!text.ok()) return text.error();
  auto facts = parse_receipt(text.value());
  if (facts.ok() && facts.value().party != card.party)
    return refused("the receipt is of another party than the one that signed it");
  return facts;
}

Result<Notice> send_notice(Site& site, const std::string& party, const std::vector<std::string>& data_classes,
                           const std::optional<seal::Id>& about, const seal::Contents& contents) {
  const auto expires = charter::expiry(site.charter(), charter::Kind::kNotice, party, site.today());
  if (!expires.ok()) return expires.error();
  const auto sent =
      site.send({seal::PackageKind::kNotice, party, kRightsPurpose, data_classes, {}, about, expires.value()},
                contents);
  if (!sent.ok()) return sent.error();
  ledger::Entry entry;
  entry.verb = ledger::Verb::kNotify;
  entry.subject = sent.value().manifest.id;
  entry.party = party;
  entry.purpose = kRightsPurpose;
  if (auto s = site.note(entry); !s.ok()) return s.error();
  return Notice{party, sent.value().manifest.id, sent.value().path};
}

Result<std::string> answer_notice(Site& site, const std::string& to, const seal::Id& notice,
                                  std::uint64_t row_count) {
  const auto expires = charter::expiry(site.charter(), charter::Kind::kNotice, to, site.today());
  if (!expires.ok()) return expires.error();
  const auto note = seal::sign_note(receipt_text({site.party().id, notice, site.today(), row_count}),
                                    site.party().id, site.keys().signer);
  if (!note.ok()) return note.error();
  const auto bytes = seal::as_bytes(note.value());
  seal::Contents contents;
  contents.documents.push_back({receipt_file(notice), seal::PlainBytes(bytes.begin(), bytes.end())});
  const auto sent = site.send({seal::PackageKind::kReceipt,
                               to,
                               kRightsPurpose,
                               {},
                               receipt_id(site.party().id, notice),
                               notice,
                               expires.value()},
                              contents);
  if (!sent.ok()) return sent.error();
  return sent.value().path;
}

Status file_receipt(Site& site, const std::string& note, const std::string& party) {
  const auto card = site.card_of(party);
  if (!card.ok()) return card.error();
  const auto receipt = verify_receipt(note, card.value());
  if (!receipt.ok()) return receipt.error();
  const auto& notice = receipt.value().notice;
  const auto ours = ledger::was_sent(site.ledger(), notice, party);
  if (!ours.ok()) return ours.error();
  if (!ours.value()) {
    return site.refuse(ledger::Verb::kReceive, ledger::Reason::kNotAnswering,
                       refused("the receipt answers no notice that was sent to this party"));
  }
  const auto folder = site.paths().certificates() + "/" + party;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return io_error("cannot make the folder of receipts: " + error.message());
  if (auto s = seal::write_whole_file(folder + "/" + receipt_file(notice), seal::as_bytes(note)); !s.ok())
    return s;
  ledger::Entry entry;
  entry.verb = ledger::Verb::kCertify;
  entry.subject = notice;
  entry.party = party;
  entry.purpose = kRightsPurpose;
  entry.counts = {{ledger::CountKind::kReceipts, 1}};
  return site.note(entry);
}

std::optional<SignedReceipt> receipt_for(const Site& site, const std::string& party, const seal::Id& notice) {
  const auto bytes = seal::read_whole_file(
      site.paths().certificates() + "/" + party + "/" + receipt_file(notice), kReceiptBytesMax);
  const auto card = site.card_of(party);
  if (!bytes.ok() || !card.ok()) return std::nullopt;
  // Checked again at each reading: a file in the folder proves nothing by lying there.
  auto receipt = verify_receipt(seal::as_text(bytes.value()), card.value());
  if (!receipt.ok() || receipt.value().notice != notice) return std::nullopt;
  return std::move(receipt).value();
}

Result<std::vector<std::string>> answer_councils(Site& site) {
  std::vector<std::string> sealed;
  if (site.party().role != charter::Role::kTrustedParty) return sealed;
  std::vector<std::pair<std::string, seal::Id>> unanswered;
  auto read = site.ledger().for_each(0, [&](const ledger::Recorded& recorded) {
    const auto& entry = recorded.entry;
    const auto* from = site.charter().find_party(entry.party.text());
    if (entry.phase != ledger::Phase::kDone || from == nullptr || from->role != charter::Role::kAuthority)
      return true;
    if (entry.verb == ledger::Verb::kReceive && entry.kind.text() == "notice" &&
        !entry.data_classes.empty()) {
      unanswered.emplace_back(from->id, entry.subject);
    } else if (entry.verb == ledger::Verb::kSend) {
      std::erase_if(unanswered, [&](const auto& each) {
        return entry.subject == receipt_id(site.party().id, each.second);
      });
    }
    return true;
  });
  if (!read.ok()) return read.error();
  if (unanswered.empty()) return sealed;
  const auto awaited = anybody_awaited(site);
  if (!awaited.ok()) return awaited.error();
  if (awaited.value()) return sealed;
  for (const auto& [council, notice] : unanswered) {
    auto path = answer_notice(site, council, notice, 0);
    if (!path.ok()) return path.error();
    sealed.push_back(std::move(path).value());
  }
  return sealed;
}

}  // namespace kinfold::site
