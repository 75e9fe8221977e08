#include "seal/private_file.h"

#include <endian.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "seal/files.h"

namespace kinfold::seal {
namespace {

/// With an access list, the group's bits are only its upper bound: systemd hands a service its credentials by
/// a list that names the service's own user and nobody else. Linux's extended attribute: a version, then the
/// entries.
bool list_names_us_alone(int descriptor) {
  std::array<std::byte, sizeof(posix_acl_xattr_header) + 16 * sizeof(posix_acl_xattr_entry)> list{};
  const auto size = ::fgetxattr(descriptor, "system.posix_acl_access", list.data(), list.size());
  if (size < static_cast<ssize_t>(sizeof(posix_acl_xattr_header))) return false;
  posix_acl_xattr_entry entry{};
  for (std::size_t at = sizeof(posix_acl_xattr_header); at + sizeof entry <= static_cast<std::size_t>(size);
       at += sizeof entry) {
    std::memcpy(&entry, list.data() + at, sizeof entry);
    const auto tag = le16toh(entry.e_tag);
    const bool ours =
        tag == ACL_USER_OBJ || tag == ACL_MASK || (tag == ACL_USER && le32toh(entry.e_id) == ::geteuid());
    if (!ours && entry.e_perm != 0) return false;
  }
  return true;
}

}  // namespace

Status only_for_its_owner(int descriptor, std::string_view path) {
  struct stat facts {};
  if (::fstat(descriptor, &facts) != 0) return system_error("cannot be read", path, errno);
  if (!S_ISREG(facts.st_mode) || (facts.st_mode & 077) == 0) return {};
  if ((facts.st_mode & 007) == 0 && list_names_us_alone(descriptor)) return {};
  return refused(file_name(path) +
                 ": others than its owner can read or change it: find out who did, then `chmod 600` it");
}

Result<Bytes> read_private_file(const std::string& path, std::uint64_t byte_count_max) {
  const auto file = open_plain_file(path);
  if (!file.ok()) return file.error();
  if (auto mine = only_for_its_owner(file.value().handle.get(), path); !mine.ok()) return mine.error();
  return read_whole_file(path, byte_count_max);
}

}  // namespace kinfold::seal
