#include <algorithm>
#include <cmath>
#include <numbers>

#include "linkage/kernels.h"

namespace kinfold::linkage {

double great_circle_km(Place a, Place b) {
  constexpr double kEarthRadiusKm = 6371.0;
  constexpr double kRadians = std::numbers::pi / 180.0;
  const double north = std::sin((b.latitude - a.latitude) * kRadians / 2.0);
  const double east = std::sin((b.longitude - a.longitude) * kRadians / 2.0);
  const double half =
      north * north + std::cos(a.latitude * kRadians) * std::cos(b.latitude * kRadians) * east * east;
  return 2.0 * kEarthRadiusKm * std::asin(std::sqrt(std::clamp(half, 0.0, 1.0)));
}

}  // namespace kinfold::linkage
