#include "models/layers/position_table.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "core/error.h"

namespace asbench::models {

at::Tensor interpolate_positions(const at::Tensor& table, std::int64_t rows, std::int64_t columns,
                                 PositionScale scale, std::int64_t first) {
  const std::int64_t patches = table.size(0) - first;
  const auto side =
      static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(patches))));
  if (side * side != patches) {
    throw BadInput(fmt::format(
        "position table for {} patches: not a square grid, so it can't be stretched to {} x {}",
        patches, rows, columns));
  }
  if (rows == side && columns == side) return table;
  const at::Tensor grid = table.narrow(0, first, patches)
                              .to(at::kFloat)
                              .reshape({1, side, side, -1})
                              .permute({0, 3, 1, 2});
  const auto factor = [&](std::int64_t wanted) -> std::optional<double> {
    if (scale != PositionScale::plus_a_tenth) return std::nullopt;
    return (static_cast<double>(wanted) + 0.1) / static_cast<double>(side);
  };
  const at::Tensor planes =
      scale == PositionScale::antialiased
          ? at::_upsample_bicubic2d_aa(grid, {rows, columns}, /*align_corners=*/false)
          : at::upsample_bicubic2d(grid, {rows, columns}, /*align_corners=*/false, factor(rows),
                                   factor(columns));
  const at::Tensor stretched = planes.permute({0, 2, 3, 1}).reshape({rows * columns, -1});
  return at::cat({table.narrow(0, 0, first), stretched});
}

}  // namespace asbench::models
