// Arrays with a number for each record or pair of a large file.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace kinfold {

/// `byte_count` bytes on huge pages where the system has them to give: memory of this size costs a fault for
/// each 2 MiB and not for each 4 KiB, and hardly a miss where it is read here and there. \throws
/// std::bad_alloc
void* allocate_on_huge_pages(std::size_t byte_count);
void free_on_huge_pages(void* memory, std::size_t byte_count) noexcept;

/// Gives the system back what smaller arrays have left in the heap: worth its milliseconds where a stage that
/// took much has ended and another begins.
void give_back_heap();

template <typename T>
class LargeAllocator {
 public:
  using value_type = T;
  LargeAllocator() = default;
  template <typename U>
  LargeAllocator(const LargeAllocator<U>&) {}

  T* allocate(std::size_t count) {
    if (is_large(count)) return static_cast<T*>(allocate_on_huge_pages(count * sizeof(T)));
    return std::allocator<T>().allocate(count);
  }
  void deallocate(T* items, std::size_t count) noexcept {
    if (is_large(count)) return free_on_huge_pages(items, count * sizeof(T));
    std::allocator<T>().deallocate(items, count);
  }
  /// resize() leaves numbers as they lie: whoever writes them first, maybe on another processor, is the first
  /// to touch them.
  template <typename U>
  void construct(U* item) noexcept(std::is_nothrow_default_constructible_v<U>) {
    ::new (static_cast<void*>(item)) U;
  }
  template <typename U, typename... Args>
  void construct(U* item, Args&&... args) {
    ::new (static_cast<void*>(item)) U(std::forward<Args>(args)...);
  }
  bool operator==(const LargeAllocator&) const { return true; }

 private:
  static constexpr std::size_t kLargeBytes = std::size_t{3} << 19;  // From which on a page is huge.
  static bool is_large(std::size_t count) { return count >= kLargeBytes / sizeof(T); }
};

/// A vector of plain numbers or structures of them. What resize() adds has no value yet.
template <typename T>
using LargeVector = std::vector<T, LargeAllocator<T>>;

}  // namespace kinfold
