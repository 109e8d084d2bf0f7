#include "core/area_average.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace asbench {

AreaAxis stretched_axis(int from, int to) {
  const int common = std::gcd(from, to);
  return {to / common, from / common, 0};
}

std::vector<AreaOverlap> area_overlaps(const AreaAxis& axis, int from, int to) {
  std::vector<AreaOverlap> result(static_cast<std::size_t>(to));
  for (int i = 0; i < to; ++i) {
    AreaOverlap& overlap = result[static_cast<std::size_t>(i)];
    const std::int64_t begin = i * axis.cell - axis.offset;
    const std::int64_t end = begin + axis.cell;
    const std::int64_t last = std::min<std::int64_t>(from, (end + axis.pixel - 1) / axis.pixel);
    const std::int64_t first = begin <= 0 ? 0 : begin / axis.pixel;
    overlap.first = static_cast<int>(std::min<std::int64_t>(first, from - 1));
    for (std::int64_t j = first; j < last; ++j) {
      const std::int64_t shared =
          std::min(end, (j + 1) * axis.pixel) - std::max(begin, j * axis.pixel);
      overlap.weights.push_back(static_cast<std::uint32_t>(shared));
      overlap.covered += static_cast<std::uint32_t>(shared);
    }
  }
  return result;
}

}  // namespace asbench
