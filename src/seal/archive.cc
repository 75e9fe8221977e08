#include "seal/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <memory>

namespace kinfold::seal {
namespace {

constexpr std::uint64_t kTarBlock = 512;
constexpr std::uint64_t kSmallestBytes = 64 * 1024;

struct ArchiveFree {
  void operator()(archive* handle) const { archive_free(handle); }
};
struct EntryFree {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using ArchivePointer = std::unique_ptr<archive, ArchiveFree>;
using EntryPointer = std::unique_ptr<archive_entry, EntryFree>;

bool made_of(std::string_view text, std::string_view extra) {
  if (text.empty() || text[0] < 'a' || text[0] > 'z') return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || extra.find(c) != std::string_view::npos;
  });
}

/// The archive while it is made: libarchive writes into `ready`, from where it is read.
class Making {
 public:
  Making(NextFile next, bool padded)
      : next_(std::move(next)), padded_(padded), writer_(archive_write_new()) {}
  Making(const Making&) = delete;
  Making& operator=(const Making&) = delete;

  Result<std::size_t> read(std::span<std::byte> out) {
    std::size_t done = 0;
    while (done < out.size()) {
      if (at_ == ready_.size()) {
        ready_.clear();
        at_ = 0;
        if (ended_) break;
        if (auto status = go_on(); !status.ok()) return status.error();
        continue;
      }
      const std::size_t count = std::min(out.size() - done, ready_.size() - at_);
      std::memcpy(out.data() + done, ready_.data() + at_, count);
      at_ += count;
      done += count;
    }
    return done;
  }

 private:
  static la_ssize_t append(archive*, void* self, const void* block, std::size_t byte_count) {
    auto& making = *static_cast<Making*>(self);
    const auto* from = static_cast<const std::byte*>(block);
    making.ready_.insert(making.ready_.end(), from, from + byte_count);
    making.total_ += byte_count;
    return static_cast<la_ssize_t>(byte_count);
  }

  Status begin_file(const std::string& name, std::uint64_t byte_count) {
    const EntryPointer entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(byte_count));
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0600);
    archive_entry_set_mtime(entry.get(), 0, 0);
    return archive_write_header(writer_.get(), entry.get()) == ARCHIVE_OK ? Status() : failure();
  }

  Status write(ByteView bytes) {
    const auto written = archive_write_data(writer_.get(), bytes.data(), bytes.size());
    return written == static_cast<la_ssize_t>(bytes.size()) ? Status() : failure();
  }

  static Status failure() { return internal_error("an archive could not be written"); }

  Status go_on() {
    if (!begun_) {
      begun_ = true;
      archive_write_set_format_ustar(writer_.get());
      archive_write_set_bytes_per_block(writer_.get(), 0);
      return archive_write_open(writer_.get(), this, nullptr, append, nullptr) == ARCHIVE_OK ? Status()
                                                                                             : failure();
    }
    if (zeros_left_ > 0) {
      static constexpr std::array<std::byte, 64 * 1024> kZeros{};
      const auto count = std::min<std::uint64_t>(zeros_left_, kZeros.size());
      zeros_left_ -= count;
      return write(ByteView(kZeros).first(count));
    }
    if (next_ != nullptr) {
      auto file = next_();
      if (!file.ok()) return file.error();
      if (file.value()) {
        const auto& bytes = file.value()->bytes;
        if (auto status = begin_file(file.value()->name, bytes.size()); !status.ok()) return status;
        return bytes.empty() ? Status() : write(bytes);
      }
      next_ = nullptr;
      if (padded_) return begin_padding();
    }
    ended_ = true;
    return archive_write_close(writer_.get()) == ARCHIVE_OK ? Status() : failure();
  }

  Status begin_padding() {
    // What the last file lacks of its last block is written with the next head.
    const std::uint64_t so_far = (total_ + kTarBlock - 1) / kTarBlock * kTarBlock;
    const std::uint64_t total =
        so_far + kTarBlock + 2 * kTarBlock;  // the padding's own head, and the end of the archive
    zeros_left_ = padded_size(std::max(total, kSmallestBytes)) - total;
    return begin_file(std::string(kPaddingName), zeros_left_);
  }

  NextFile next_;
  bool padded_;
  bool begun_ = false;
  bool ended_ = false;
  std::uint64_t total_ = 0;
  std::uint64_t zeros_left_ = 0;
  PlainBytes ready_;
  std::size_t at_ = 0;
  ArchivePointer writer_;
};

Error damaged() { return invalid("has a damaged archive inside; ask the sender to seal it again"); }

}  // namespace

bool is_table_name(std::string_view name) { return name.size() <= 40 && made_of(name, "_"); }

bool is_document_name(std::string_view name) {
  if (name.size() > 60) return false;
  for (const std::string_view ending : {".json", ".toml", ".txt"}) {
    if (name.ends_with(ending)) return made_of(name.substr(0, name.size() - ending.size()), "_-");
  }
  return false;
}

std::uint64_t padded_size(std::uint64_t byte_count) {
  constexpr unsigned kKeptBits = 3;  // below the highest: eight sizes to each doubling
  const auto bits = static_cast<unsigned>(std::bit_width(byte_count));
  if (bits <= kKeptBits + 1) return byte_count;
  const std::uint64_t mask = (std::uint64_t{1} << (bits - 1 - kKeptBits)) - 1;
  return (byte_count + mask) & ~mask;
}

Source archive_of(NextFile next, bool padded) {
  auto making = std::make_shared<Making>(std::move(next), padded);
  return [making](std::span<std::byte> out) { return making->read(out); };
}

struct ArchiveReader::State {
  Source in;
  std::uint64_t byte_count_max = 0;
  PlainBytes block = PlainBytes(64 * 1024);
  Status fault;
  std::size_t file_count = 0;
  ArchivePointer reader{archive_read_new()};

  static la_ssize_t read(archive* reader, void* self, const void** block) {
    auto& state = *static_cast<State*>(self);
    auto count = state.in(state.block);
    if (!count.ok()) {
      state.fault = count.error();
      archive_set_error(reader, EIO, "source");
      return -1;
    }
    *block = state.block.data();
    return static_cast<la_ssize_t>(count.value());
  }

  Error why() const { return fault.ok() ? damaged() : fault.error(); }

  /// stock tar fills its last record with zeros; nothing else may follow the archive.
  Status drain() {
    for (;;) {
      auto count = in(block);
      if (!count.ok()) return count.error();
      if (count.value() == 0) return {};
      const auto rest = ByteView(block).first(count.value());
      if (std::any_of(rest.begin(), rest.end(), [](std::byte b) { return b != std::byte{0}; }))
        return damaged();
    }
  }
};

ArchiveReader::ArchiveReader(Source in, std::uint64_t byte_count_max) : state_(std::make_unique<State>()) {
  state_->in = std::move(in);
  state_->byte_count_max = byte_count_max;
  archive_read_support_format_tar(state_->reader.get());
  if (archive_read_open(state_->reader.get(), state_.get(), nullptr, State::read, nullptr) != ARCHIVE_OK) {
    state_->fault = state_->why();
  }
}

ArchiveReader::~ArchiveReader() = default;

Result<std::optional<ArchiveFile>> ArchiveReader::next() {
  if (!state_->fault.ok()) return state_->fault.error();
  archive_entry* entry = nullptr;
  const int got = archive_read_next_header(state_->reader.get(), &entry);
  if (got == ARCHIVE_EOF) {
    if (auto drained = state_->drain(); !drained.ok()) return drained.error();
    return std::optional<ArchiveFile>();
  }
  if (got != ARCHIVE_OK) return state_->why();
  const char* name = archive_entry_pathname(entry);
  const auto size = archive_entry_size(entry);
  // No file is larger than the archive: a sparse entry that claims more is no file of ours.
  if (name == nullptr || archive_entry_filetype(entry) != AE_IFREG ||
      archive_entry_hardlink(entry) != nullptr || archive_entry_sparse_count(entry) > 0 || size < 0 ||
      static_cast<std::uint64_t>(size) > state_->byte_count_max) {
    return damaged();
  }
  if (++state_->file_count > kArchiveFileCountMax)
    return invalid(fmt::format("has more than {} files inside", kArchiveFileCountMax));
  ArchiveFile file{name, {}};
  if (file.name == kPaddingName) return std::optional<ArchiveFile>(std::move(file));
  if (static_cast<std::uint64_t>(size) > kArchiveFileBytesMax) {
    return invalid("has a file inside that is too large; ask the sender to seal it in parts");
  }
  file.bytes.resize(static_cast<std::size_t>(size));
  if (archive_read_data(state_->reader.get(), file.bytes.data(), file.bytes.size()) != size)
    return state_->why();
  return std::optional<ArchiveFile>(std::move(file));
}

}  // namespace kinfold::seal
