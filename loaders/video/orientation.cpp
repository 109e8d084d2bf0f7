#include "loaders/video/orientation.h"

#include <cmath>
#include <numbers>

namespace asbench::loaders {

std::string Orientation::name() const {
  if (is_upright()) return {};
  if (!swaps_sides()) {
    if (xx < 0 && yy < 0) return "rotated 180 degrees";
    return xx < 0 ? "mirrored left to right" : "mirrored top to bottom";
  }
  if (xy < 0 && yx > 0) return "rotated 90 degrees clockwise";
  if (xy > 0 && yx < 0) return "rotated 90 degrees counter-clockwise";
  return xy > 0 ? "rotated 90 degrees clockwise and mirrored left to right"
                : "rotated 90 degrees counter-clockwise and mirrored left to right";
}

DisplayMatrix read_display_matrix(const std::array<std::int32_t, 9>& matrix) {
  const double xx = matrix[0];
  const double yx = matrix[1];
  const double xy = matrix[3];
  const double yy = matrix[4];
  const double wide = std::hypot(xx, xy);
  const double high = std::hypot(yx, yy);
  if (wide == 0.0 || high == 0.0) return {};  // shows nothing: not meant
  const double degrees = std::atan2(yx / high, xx / wide) * 180.0 / std::numbers::pi;
  const double quarters = std::round(degrees / 90.0);
  if (std::abs(std::round(degrees) - 90.0 * quarters) >= 1.0) return {{}, true};
  const auto sign = [](double value) { return value < 0.0 ? -1 : 1; };
  if (std::fmod(std::abs(quarters), 2.0) == 1.0) {
    // A quarter turn; with both signs equal it is a mirrored one.
    return {{0, xy > 0.0 ? 1 : -1, sign(yx), 0}, false};
  }
  return {{sign(xx), 0, 0, sign(yy)}, false};
}

}  // namespace asbench::loaders
