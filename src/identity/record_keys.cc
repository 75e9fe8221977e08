// What the rooms above the door need of a holding's ring of record keys.
#include "identity/record_keys.h"

#include <vector>

#include "identity/objections.h"

namespace kinfold::identity {
namespace {

class RingKeys final : public RecordKeys {
 public:
  explicit RingKeys(holding::RecordRing& ring) : ring_(ring) {}

  Result<std::pair<RecordNumber, seal::Bytes>> add(seal::ByteView plain) override {
    auto added = ring_.add(plain);
    if (!added.ok()) return added.error();
    return std::pair<RecordNumber, seal::Bytes>(added.value().first.number, std::move(added.value().second));
  }
  Result<holding::AddedRecords> add_all(std::span<const seal::PlainBytes> bodies,
                                        std::size_t thread_count) override {
    return ring_.add_all(bodies, thread_count);
  }
  Result<seal::Bytes> seal(RecordNumber record, seal::ByteView plain) override {
    return ring_.seal({record}, plain);
  }
  Result<seal::PlainBytes> open(RecordNumber record, seal::ByteView sealed) override {
    return ring_.open({record}, sealed);
  }
  Status sync() override { return ring_.sync(); }
  Status forget(std::span<const RecordNumber> records) override {
    std::vector<holding::RecordId> ids;
    for (const auto record : records) ids.push_back({record});
    return ring_.forget(ids);
  }
  bool readable(RecordNumber record) override { return ring_.readable({record}); }

 private:
  holding::RecordRing& ring_;
};

}  // namespace

std::unique_ptr<RecordKeys> keys_of(holding::RecordRing& ring) { return std::make_unique<RingKeys>(ring); }

TokenMaker tokens_of(const holding::RecordRing& ring) {
  return [&ring](std::string_view domain, std::string_view text) { return ring.token(domain, text); };
}

}  // namespace kinfold::identity
