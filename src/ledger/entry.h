// One entry of a ledger: a fact about a batch. There is no field that could hold a person's value:
// verbs, reasons and kinds of count are enumerations, numbers are numbers, and words are only ever
// words that the charter or the site's list of actors already has.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "seal/bytes.h"

namespace kinfold::ledger {

enum class Verb {
  kInit,
  kSubmit,
  kReceive,
  kRequest,
  kMatch,
  kReturn,
  kRelease,
  kEvaluate,
  kCheck,
  kApprove,
  kPublish,
  kStore,
  kOpen,
  kDestroy,
  kSend,
  kCertify,
  kObject,
  kWithdraw,
  kAccess,
  kRectify,
  kErase,
  kRestrict,
  kComplain,
  kNotify,
  kWitness,
  kKeys,
  kRecover,
  kReview,
  kCase
};
/// An intent is written before the act, so that no act goes unrecorded.
enum class Phase { kIntent, kDone, kRefused, kFailed };
enum class Reason {
  kNone,
  kCharter,
  kExpired,
  kClock,
  kDuty,
  kIncompatibleDuties,
  kUnknownActor,
  kSignature,
  kAltered,
  kTruncated,
  kNotSealed,
  kWrongKey,
  kWrongRecipient,
  kWrongSender,
  kWrongPurpose,
  kWrongKind,
  kReplay,
  kNotAnswering,
  kUnreadable,
  kOverdueDestruction,
  kObjection,
  kDisclosure,
  kSelfApproval,
  kMissing,
  kStorage,
  kInterrupted,
  kRetention,
  kRights,
  kFork,
  kOther
};
enum class CountKind {
  kRows,
  kPeople,
  kFamilies,
  kRejected,
  kObjected,
  kEligible,
  kMatched,
  kUnmatched,
  kTables,
  kBytes,
  kHoldings,
  kCases,
  kCells,
  kRecords,
  kReceipts
};
enum class DigestKind { kCharter, kSealedFile, kCertificate, kHead, kOutput, kPlan, kActors };

std::string_view name(Verb verb);
std::string_view name(Phase phase);
std::string_view name(Reason reason);
std::string_view name(CountKind kind);
std::string_view name(DigestKind kind);
std::optional<Verb> parse_verb(std::string_view text);
std::optional<Phase> parse_phase(std::string_view text);
std::optional<Reason> parse_reason(std::string_view text);
std::optional<CountKind> parse_count_kind(std::string_view text);
std::optional<DigestKind> parse_digest_kind(std::string_view text);

/// A word of the charter or of the actor list: at most 40 of a-z 0-9 - _. Anything else becomes a
/// bad word, which no ledger takes; and a ledger takes only words of its vocabulary.
class Word {
 public:
  Word() = default;
  Word(std::string_view text);  // NOLINT implicit: callers name parties and purposes by their ids
  Word(const std::string& text) : Word(std::string_view(text)) {}  // NOLINT
  Word(const char* text) : Word(std::string_view(text)) {}         // NOLINT
  std::string_view text() const { return {text_.data(), size_}; }
  bool empty() const { return size_ == 0; }
  bool bad() const { return bad_; }
  bool operator==(const Word& other) const { return bad_ == other.bad_ && text() == other.text(); }

 private:
  std::array<char, 40> text_{};
  std::uint8_t size_ = 0;
  bool bad_ = false;
};

struct Count {
  CountKind kind = CountKind::kRows;
  std::uint64_t number = 0;
  bool operator==(const Count&) const = default;
};
struct Mark {
  DigestKind kind = DigestKind::kSealedFile;
  seal::Digest digest;
  bool operator==(const Mark&) const = default;
};

struct Entry {
  Verb verb = Verb::kInit;
  Phase phase = Phase::kDone;
  Reason reason = Reason::kNone;
  seal::Id subject;  ///< Holding, package or case; zero where there is none.
  Word kind;         ///< Kind of holding: `request`, `vault` ...
  Word party;        ///< The other party.
  Word actor;
  Word duty;          ///< The duty in which the actor acted.
  Word second_actor;  ///< Where an act takes two.
  Word purpose;
  std::vector<Word> data_classes;  ///< At most 16.
  std::vector<Count> counts;       ///< At most 8, each kind once.
  std::vector<Mark> marks;         ///< At most 4, each kind once.
};

/// An entry in its place in a ledger.
struct Recorded {
  std::uint64_t index = 0;  ///< 0 is the first.
  Instant at;
  Entry entry;
  seal::Digest previous;  ///< Leaf hash of the entry before; zero for the first.
  seal::Digest leaf;      ///< RFC 6962 leaf hash of the line.
};

/// The line that is hashed; docs/formats/ledger.md has its grammar. No line end.
std::string to_line(const Recorded& recorded);
/// Exact inverse of to_line, with `leaf` computed. \retval kInvalid naming the field at fault.
Result<Recorded> parse_line(std::string_view line);

/// The words that a ledger may hold.
class Vocabulary {
 public:
  void add(std::string_view word);
  void add_all(const std::vector<std::string>& words);
  bool has(const Word& word) const;

 private:
  std::vector<std::string> words_;  // sorted
};

}  // namespace kinfold::ledger
