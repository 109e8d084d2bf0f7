// Products in float32, included once by each source that compiles them for one kind of CPU.
// ASBENCH_VECTOR_BYTES: width of its registers; ASBENCH_TILE_ROWS: rows whose sums fit its
// registers beside the rest. Everything here is in an anonymous namespace: two versions of one
// inline function would otherwise be merged by the linker.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "models/kernels/matrix_product.h"

namespace asbench::models {
namespace {

#include "models/kernels/vector_lanes.h"

// Note [A row's bits]
// A picture's feature must not depend on its batch, a caption's not on the other captions, nor
// either on the number of threads. Matrix libraries choose kernels, and with them the order of
// additions, by the number of rows and by alignment. Here every element of the result is one chain
// of fused multiply-adds over the inputs in ascending order, cut every kInputsPerBlock, the blocks
// added in order. Neither the number of rows, nor which of them stand together, nor the outputs
// asked for change that.

constexpr std::int64_t kTileRows = ASBENCH_TILE_ROWS;
constexpr std::int64_t kPanel = 2 * kLanes;  // outputs that are computed together
constexpr std::int64_t kInputsPerBlock =
    256;  // kPanel columns of so many inputs stay in the first cache
constexpr std::int64_t kRowsPerBlock =
    20 * kTileRows;  // so many rows of kInputsPerBlock stay in the second

std::size_t packed_bytes(std::int64_t outputs, std::int64_t inputs) {
  const std::int64_t panels = (outputs + kPanel - 1) / kPanel;
  return static_cast<std::size_t>(panels * kPanel * inputs) * sizeof(float);
}

// [panel][input][kPanel outputs], the last panel filled up with zeros.
void pack(const WeightView& weight, std::byte* packed) {
  auto* to = reinterpret_cast<float*>(packed);
  for (std::int64_t first = 0; first < weight.outputs; first += kPanel) {
    const std::int64_t count = std::min(kPanel, weight.outputs - first);
    const float* from = weight.values + first * weight.output_stride;
    for (std::int64_t k = 0; k < weight.inputs; ++k, to += kPanel, from += weight.input_stride) {
      for (std::int64_t n = 0; n < count; ++n) to[n] = from[n * weight.output_stride];
      for (std::int64_t n = count; n < kPanel; ++n) to[n] = 0.0F;
    }
  }
}

// sums[r][0..kPanel) = x[r] times one panel, over `inputs` inputs.
template <std::int64_t kRows>
ASBENCH_INLINE void sum_tile(const float* x, std::int64_t x_stride, const float* panel,
                             std::int64_t inputs, Lanes (&sums)[kRows][2]) {
  for (std::int64_t r = 0; r < kRows; ++r) sums[r][0] = sums[r][1] = Lanes{};
  for (std::int64_t k = 0; k < inputs; ++k, panel += kPanel) {
    const Lanes low = load(panel);
    const Lanes high = load(panel + kLanes);
#pragma GCC unroll 16
    for (std::int64_t r = 0; r < kRows; ++r) {
      const Lanes value = broadcast(x[r * x_stride + k]);
      sums[r][0] += value * low;
      sums[r][1] += value * high;
    }
  }
}

// What a block of inputs adds to: the value that the product starts with, then what the blocks
// before have left.
struct TileTarget {
  float* out;
  std::int64_t out_stride;
  const float* bias;  // of the tile's outputs; used when `begin` is set
  bool begin;         // nothing is in `out` yet
};

template <std::int64_t kRows>
void tile(const float* x, std::int64_t x_stride, const float* panel, std::int64_t inputs,
          const TileTarget& target) {
  Lanes sums[kRows][2];
  sum_tile<kRows>(x, x_stride, panel, inputs, sums);
#pragma GCC unroll 16
  for (std::int64_t r = 0; r < kRows; ++r) {
    float* out = target.out + r * target.out_stride;
    const float* start = target.begin ? target.bias : out;
    if (start == nullptr) {
      store(out, sums[r][0]);
      store(out + kLanes, sums[r][1]);
    } else {
      store(out, load(start) + sums[r][0]);
      store(out + kLanes, load(start + kLanes) + sums[r][1]);
    }
  }
}

using Tile = void (*)(const float*, std::int64_t, const float*, std::int64_t, const TileTarget&);

template <std::size_t... kRows>
constexpr std::array<Tile, sizeof...(kRows)> tiles_for(std::index_sequence<kRows...>) {
  return {tile<static_cast<std::int64_t>(kRows) + 1>...};
}

// By the number of rows, less one.
constexpr auto kTiles = tiles_for(std::make_index_sequence<kTileRows>());

// A tile of which only the outputs [begin, end) of its panel are wanted: computed whole beside
// `out`.
void part_of_tile(const float* x, std::int64_t x_stride, const float* panel, std::int64_t inputs,
                  std::int64_t rows, std::int64_t begin, std::int64_t end,
                  const TileTarget& target) {
  alignas(64) float beside[kTileRows * kPanel];
  kTiles[static_cast<std::size_t>(rows - 1)](x, x_stride, panel, inputs,
                                             {beside, kPanel, nullptr, true});
  for (std::int64_t r = 0; r < rows; ++r) {
    float* out = target.out + r * target.out_stride;
    for (std::int64_t n = begin; n < end; ++n) {
      const float* start = target.begin ? target.bias : out;
      const float sum = beside[r * kPanel + n];
      out[n - begin] = start == nullptr ? sum : start[n - begin] + sum;
    }
  }
}

void multiply(const Product& product, std::int64_t inputs, const std::byte* packed) {
  const auto* panels = reinterpret_cast<const float*>(packed);
  for (std::int64_t row = 0; row < product.rows; row += kRowsPerBlock) {
    const std::int64_t last_row = std::min(product.rows, row + kRowsPerBlock);
    for (std::int64_t k = 0; k < inputs; k += kInputsPerBlock) {
      const std::int64_t depth = std::min(kInputsPerBlock, inputs - k);
      for (std::int64_t panel = product.first / kPanel; panel * kPanel < product.last; ++panel) {
        const std::int64_t begin = std::max(product.first - panel * kPanel, std::int64_t{0});
        const std::int64_t end = std::min(product.last - panel * kPanel, kPanel);
        const std::int64_t column = panel * kPanel + begin - product.first;
        const float* weights = panels + (panel * inputs + k) * kPanel;
        for (std::int64_t r = row; r < last_row; r += kTileRows) {
          const std::int64_t rows = std::min(kTileRows, last_row - r);
          const float* x = product.x + r * product.x_stride + k;
          const TileTarget target{product.out + r * product.out_stride + column, product.out_stride,
                                  product.bias == nullptr ? nullptr : product.bias + column,
                                  k == 0 && !product.add};
          if (end - begin == kPanel) {
            kTiles[static_cast<std::size_t>(rows - 1)](x, product.x_stride, weights, depth, target);
          } else {
            part_of_tile(x, product.x_stride, weights, depth, rows, begin, end, target);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace asbench::models
