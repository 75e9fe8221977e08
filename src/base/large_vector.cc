#include "base/large_vector.h"

#include <sys/mman.h>

#include <cstdlib>

namespace kinfold {

void* allocate_on_huge_pages(std::size_t byte_count) {
  constexpr std::size_t kHugePage = std::size_t{2} << 20;
  if (byte_count > ~std::size_t{0} - kHugePage) throw std::bad_alloc();
  void* memory = std::aligned_alloc(kHugePage, (byte_count + kHugePage - 1) & ~(kHugePage - 1));
  if (memory == nullptr) throw std::bad_alloc();
  // Advice: where it cannot be followed the pages are small.
  madvise(memory, byte_count & ~(kHugePage - 1), MADV_HUGEPAGE);
  return memory;
}

void free_on_huge_pages(void* memory) noexcept { std::free(memory); }

}  // namespace kinfold
