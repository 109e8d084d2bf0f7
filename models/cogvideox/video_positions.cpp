#include "models/cogvideox/video_positions.h"

#include <ATen/ATen.h>

#include <cmath>
#include <utility>

namespace asbench::models {
namespace {

constexpr double kBase = 10000.0;

// [count, width]: the sines, then the cosines, of each place.
at::Tensor sines_of_axis(std::int64_t count, std::int64_t width, double scale) {
  const std::int64_t half = width / 2;
  at::Tensor table = at::empty({count, width}, at::kFloat);
  float* values = table.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < count; ++i) {
    // The division is in float32, the angles are in double: so the published tables were made.
    const float place = static_cast<float>(i) / static_cast<float>(scale);
    for (std::int64_t j = 0; j < half; ++j) {
      const double exponent = static_cast<double>(j) / static_cast<double>(half);
      const double angle = static_cast<double>(place) / std::pow(kBase, exponent);
      values[j] = static_cast<float>(std::sin(angle));
      values[half + j] = static_cast<float>(std::cos(angle));
    }
    values += width;
  }
  return table;
}

// The part of the own rows and columns that a grid of another size is spread over.
struct Region {
  double top, left, bottom, right;
};

// Rounding is to even, as Python's.
Region region_of(const PatchGrid& grid, const PatchGrid& own) {
  const auto rows = static_cast<double>(grid.rows);
  const auto columns = static_cast<double>(grid.columns);
  const auto own_rows = static_cast<double>(own.rows);
  const auto own_columns = static_cast<double>(own.columns);
  const bool tall = rows / columns > own_rows / own_columns;
  const double height = tall ? own_rows : std::nearbyint(own_columns / columns * rows);
  const double width = tall ? std::nearbyint(own_rows / rows * columns) : own_columns;
  const double top = std::nearbyint((own_rows - height) / 2.0);
  const double left = std::nearbyint((own_columns - width) / 2.0);
  return {top, left, top + height, left + width};
}

// [count, width / 2]: the angles of places from `start` on, the last one step before `stop`.
at::Tensor angles_of_axis(std::int64_t count, std::int64_t width, double start, double stop) {
  const auto steps = static_cast<double>(count);
  const at::Tensor places = at::linspace(start, stop * (steps - 1.0) / steps, count, at::kFloat);
  const at::Tensor exponents = at::arange(0, width, 2, at::kFloat).div_(static_cast<double>(width));
  const at::Tensor frequencies = at::pow(kBase, exponents).reciprocal_();
  return places.unsqueeze(1) * frequencies.unsqueeze(0);
}

}  // namespace

VideoSines video_sines(const PatchGrid& grid, std::int64_t width,
                       const InterpolationScales& scales) {
  TORCH_CHECK(width % 16 == 0, "a table of positions for ", width, " channels");
  const std::int64_t of_time = width / 4;
  const std::int64_t of_space = 3 * width / 8;
  return {sines_of_axis(grid.frames, of_time, scales.temporal),
          sines_of_axis(grid.columns, of_space, scales.spatial),
          sines_of_axis(grid.rows, of_space, scales.spatial)};
}

void add_video_sines(at::Tensor tokens, const VideoSines& sines, const PatchGrid& grid) {
  const at::Tensor video = tokens.unflatten(1, {grid.frames, grid.rows, grid.columns});
  const std::int64_t of_time = sines.time.size(1);
  const std::int64_t of_columns = sines.columns.size(1);
  const std::int64_t of_rows = sines.rows.size(1);
  video.narrow(4, 0, of_time).add_(sines.time.view({grid.frames, 1, 1, of_time}));
  video.narrow(4, of_time, of_columns).add_(sines.columns.view({1, 1, grid.columns, of_columns}));
  video.narrow(4, of_time + of_columns, of_rows).add_(sines.rows.view({1, grid.rows, 1, of_rows}));
}

Rotation video_rotation(const PatchGrid& grid, const PatchGrid& own, std::int64_t head_width) {
  TORCH_CHECK(head_width % 16 == 0, "rotary positions for heads of ", head_width);
  const Region region = region_of(grid, own);
  const auto frames = static_cast<double>(grid.frames);
  const std::int64_t of_space = 3 * head_width / 8;
  const at::Tensor time = angles_of_axis(grid.frames, head_width / 4, 0.0, frames);
  const at::Tensor rows = angles_of_axis(grid.rows, of_space, region.top, region.bottom);
  const at::Tensor columns = angles_of_axis(grid.columns, of_space, region.left, region.right);
  const auto spread = [&](const at::Tensor& part, at::IntArrayRef shape) {
    return part.view(shape).expand({grid.frames, grid.rows, grid.columns, part.size(1)});
  };
  const at::Tensor angles = at::cat({spread(time, {grid.frames, 1, 1, time.size(1)}),
                                     spread(rows, {1, grid.rows, 1, rows.size(1)}),
                                     spread(columns, {1, 1, grid.columns, columns.size(1)})},
                                    3)
                                .flatten(0, 2);
  return {angles.cos(), angles.sin()};
}

}  // namespace asbench::models
