// Similarity of two short texts, and distance of two places. Pure functions; texts are bytes, callers pass
// capital ASCII.
#pragma once

#include <cstddef>
#include <string_view>

namespace kinfold::linkage {

/// Jaro similarity in [0, 1]; 1 for two empty texts. Bit-parallel up to 64 bytes.
/// Source: Jaro (1989), JASA 84, 414-420.
double jaro(std::string_view a, std::string_view b);

/// Jaro with a bonus of 0.1 for each of up to four leading bytes in common, where Jaro is above 0.7.
/// Source: Winkler (1990), "String comparator metrics and enhanced decision rules".
double jaro_winkler(std::string_view a, std::string_view b);
/// The leading bytes in common that it counts: at most four.
std::size_t winkler_prefix(std::string_view a, std::string_view b);

/// Edit distances, exact up to `limit`; anything larger gives limit + 1.
/// Source: Myers (1999), JACM 46, 395-415; Hyyrö (2003), "A bit-vector algorithm for computing
/// Levenshtein and Damerau edit distances".
std::size_t levenshtein(std::string_view a, std::string_view b, std::size_t limit);
/// With swaps of neighbours, no substring edited twice (optimal string alignment).
std::size_t osa(std::string_view a, std::string_view b, std::size_t limit);
/// With swaps of neighbours, without that restriction: OSA first, this only where OSA passes it.
std::size_t damerau(std::string_view a, std::string_view b, std::size_t limit);

/// Shared distinct pairs of neighbouring bytes over all distinct pairs; 0 where neither has one.
double jaccard_bigrams(std::string_view a, std::string_view b);
/// The same of runs of `size` bytes, 1 to kGramSizeMax.
double jaccard_grams(std::string_view a, std::string_view b, std::size_t size);
inline constexpr std::size_t kGramSizeMax = 8;

/// Cosine of the word counts of two texts with words parted by single blanks.
double cosine_tokens(std::string_view a, std::string_view b);
/// Shared distinct words over the words of the text that has fewer.
double token_overlap(std::string_view a, std::string_view b);

/// A place on Earth, in degrees.
struct Place {
  double latitude = 0.0;
  double longitude = 0.0;
};
/// Distance over a sphere of 6,371 km radius (the Earth's mean), by the haversine, which is exact for
/// neighbours too; up to 0.6 % off what an ellipsoid gives. Source: Sinnott (1984), "Virtues of the
/// haversine", Sky and Telescope 68, 159.
double great_circle_km(Place a, Place b);

}  // namespace kinfold::linkage
