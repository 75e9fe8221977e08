// What somebody probably meant who wrote a name that there is not.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kinfold {

/// The name of `known` nearest to `written`: fewest letters to add, drop, change or swap with their
/// neighbour, capitals and
/// `-`, `_`, `.` and spaces counting as alike. Empty if none is near (more than a third of its letters
/// differ, two at least). Of names as near, the first. Time O(names * length^2); names over 64 bytes are near
/// to themselves only.
std::string_view near_name(std::string_view written, const std::vector<std::string_view>& known);

/// `did you mean 'x'? ` with the nearest name, or nothing: to put before a list of what there is.
std::string did_you_mean(std::string_view written, const std::vector<std::string_view>& known);

/// The names with commas between them, the first `count_max` of them and how many more there are.
std::string list_names(const std::vector<std::string_view>& known, std::size_t count_max = 30);

}  // namespace kinfold
