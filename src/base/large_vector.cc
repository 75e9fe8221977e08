#include "base/large_vector.h"

#include <malloc.h>
#include <sys/mman.h>

#include <cstdint>

namespace kinfold {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

std::size_t in_huge_pages(std::size_t byte_count) { return (byte_count + kHugePage - 1) & ~(kHugePage - 1); }

// Bytes that are asked for as huge pages. A last page of which less than three quarters are used is left to
// be taken in small ones, as it is needed.
std::size_t on_huge_pages(std::size_t byte_count) {
  const std::size_t rest = byte_count & (kHugePage - 1);
  return rest >= kHugePage / 4 * 3 ? in_huge_pages(byte_count) : byte_count - rest;
}

}  // namespace

// Straight from the system and back to it: a heap would keep what is left between such pieces.
void* allocate_on_huge_pages(std::size_t byte_count) {
  if (byte_count > ~std::size_t{0} / 2) throw std::bad_alloc();
  const std::size_t wanted = in_huge_pages(byte_count);
  const std::size_t mapped = wanted + kHugePage;
  void* memory = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  auto* begin = static_cast<char*>(memory);
  const std::size_t before =
      in_huge_pages(reinterpret_cast<std::uintptr_t>(begin)) - reinterpret_cast<std::uintptr_t>(begin);
  if (before > 0) munmap(begin, before);
  if (before < kHugePage) munmap(begin + before + wanted, kHugePage - before);
  // Advice: where it cannot be followed the pages are small.
  madvise(begin + before, on_huge_pages(byte_count), MADV_HUGEPAGE);
  return begin + before;
}

void free_on_huge_pages(void* memory, std::size_t byte_count) noexcept {
  munmap(memory, in_huge_pages(byte_count));
}

void give_back_heap() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace kinfold
