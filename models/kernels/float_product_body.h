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
// kPanel columns of so many inputs stay in the first cache, beside a tile's rows.
constexpr std::int64_t kInputsPerBlock = 256;
// So many rows of kInputsPerBlock, and their sums for so many outputs, stay in the second.
constexpr std::int64_t kRowsPerBlock = 140 / kTileRows * kTileRows;
constexpr std::int64_t kOutputsPerBlock = 512;

// Note [The next panel]
// The first tile of a panel would wait for its weights, which come from the third cache or from
// memory: a tenth of the time where all weights are larger than the second cache. So each tile asks
// for a part of the next panel while it computes, a cache line (kLine) every kInputsPerLine inputs;
// the first kTilesAhead tiles ask for all of it.
constexpr std::int64_t kLine = 64 / sizeof(float);
constexpr std::int64_t kTilesAhead = 8;
constexpr std::int64_t kInputsPerLine = kTilesAhead * kLine / kPanel;

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

// sums[r] += x[r] times one input of the panel.
template <std::int64_t kRows>
ASBENCH_INLINE void add_input(const float* x, std::int64_t x_stride, const float* panel,
                              Lanes (&sums)[kRows][2]) {
  const Lanes low = load(panel);
  const Lanes high = load(panel + kLanes);
#pragma GCC unroll 16
  for (std::int64_t r = 0; r < kRows; ++r) {
    const Lanes value = broadcast(x[r * x_stride]);
    sums[r][0] += value * low;
    sums[r][1] += value * high;
  }
}

// sums[r][0..kPanel) = x[r] times one panel, over `inputs` inputs. `ahead`: what will be needed
// next, inputs / kInputsPerLine lines.
template <std::int64_t kRows>
ASBENCH_INLINE void sum_tile(const float* x, std::int64_t x_stride, const float* panel,
                             std::int64_t inputs, const float* ahead, Lanes (&sums)[kRows][2]) {
  for (std::int64_t r = 0; r < kRows; ++r) sums[r][0] = sums[r][1] = Lanes{};
  std::int64_t k = 0;
  for (; k + kInputsPerLine <= inputs; k += kInputsPerLine, ahead += kLine) {
    __builtin_prefetch(ahead, 0, 2);
#pragma GCC unroll 16
    for (std::int64_t i = 0; i < kInputsPerLine; ++i, panel += kPanel)
      add_input<kRows>(x + k + i, x_stride, panel, sums);
  }
  for (; k < inputs; ++k, panel += kPanel) add_input<kRows>(x + k, x_stride, panel, sums);
}

// out = start + sums; no `start`: out = sums.
struct TileTarget {
  const float* start;
  std::int64_t start_stride;  // 0: the same for each row
  float* out;
  std::int64_t out_stride;
};

struct TileFactors {
  const float* x;
  std::int64_t x_stride;
  const float* panel;
  std::int64_t inputs;
  const float* ahead;
};

template <std::int64_t kRows>
void tile(const TileFactors& factors, const TileTarget& target) {
  Lanes sums[kRows][2];
  sum_tile<kRows>(factors.x, factors.x_stride, factors.panel, factors.inputs, factors.ahead, sums);
#pragma GCC unroll 16
  for (std::int64_t r = 0; r < kRows; ++r) {
    float* out = target.out + r * target.out_stride;
    if (target.start == nullptr) {
      store(out, sums[r][0]);
      store(out + kLanes, sums[r][1]);
    } else {
      const float* start = target.start + r * target.start_stride;
      store(out, load(start) + sums[r][0]);
      store(out + kLanes, load(start + kLanes) + sums[r][1]);
    }
  }
}

using Tile = void (*)(const TileFactors&, const TileTarget&);

template <std::size_t... kRows>
constexpr std::array<Tile, sizeof...(kRows)> tiles_for(std::index_sequence<kRows...>) {
  return {tile<static_cast<std::int64_t>(kRows) + 1>...};
}

// By the number of rows, less one.
constexpr auto kTiles = tiles_for(std::make_index_sequence<kTileRows>());

// A tile of which only `count` outputs of its panel are wanted, from `begin` on: computed whole
// beside `out`.
void part_of_tile(const TileFactors& factors, std::int64_t rows, std::int64_t begin,
                  std::int64_t count, const TileTarget& target) {
  alignas(64) float beside[kTileRows * kPanel];
  kTiles[static_cast<std::size_t>(rows - 1)](factors, {nullptr, 0, beside, kPanel});
  for (std::int64_t r = 0; r < rows; ++r) {
    float* out = target.out + r * target.out_stride;
    const float* start = target.start == nullptr ? nullptr : target.start + r * target.start_stride;
    for (std::int64_t n = 0; n < count; ++n) {
      const float sum = beside[r * kPanel + begin + n];
      out[n] = start == nullptr ? sum : start[n] + sum;
    }
  }
}

// Sums over the inputs of the blocks before, while there are more to come: so `out`, which may be
// larger than the caches, is written once.
struct PartialSums {
  // Rows a multiple of 4096 bytes apart would share a few places of the caches.
  static constexpr std::int64_t kStride = kOutputsPerBlock + kLine;
  alignas(64) float values[kRowsPerBlock * kStride];
};

// The outputs [first, last) of a product, counted as the weight's.
struct Range {
  std::int64_t first, last;
};

// Where the sums of one panel go in one block of inputs, from row `row` on. `column`: the panel's
// first wanted output, of product.out; `beside`: its place in `partial`.
TileTarget target_of(const Product& product, std::int64_t row, std::int64_t column, float* beside,
                     bool first_inputs, bool last_inputs) {
  float* const out = product.out + row * product.out_stride + column;
  TileTarget target{beside, PartialSums::kStride, beside, PartialSums::kStride};
  if (first_inputs) {
    target.start = product.add ? out : product.bias != nullptr ? product.bias + column : nullptr;
    target.start_stride = product.add ? product.out_stride : 0;
  }
  if (last_inputs) {
    target.out = out;
    target.out_stride = product.out_stride;
  }
  return target;
}

// At most kRowsPerBlock rows from `row` on, and at most kOutputsPerBlock outputs.
void multiply_block(const Product& product, std::int64_t inputs, const float* panels,
                    std::int64_t row, Range outputs) {
  PartialSums partial;
  const std::int64_t last_row = std::min(product.rows, row + kRowsPerBlock);
  const std::int64_t last_panel = (outputs.last - 1) / kPanel;
  for (std::int64_t k = 0; k < inputs; k += kInputsPerBlock) {
    const std::int64_t depth = std::min(kInputsPerBlock, inputs - k);
    for (std::int64_t panel = outputs.first / kPanel; panel <= last_panel; ++panel) {
      const std::int64_t begin = std::max(outputs.first - panel * kPanel, std::int64_t{0});
      const std::int64_t count = std::min(outputs.last - panel * kPanel, kPanel) - begin;
      const std::int64_t output = panel * kPanel + begin;
      const float* const weights = panels + (panel * inputs + k) * kPanel;
      for (std::int64_t r = row; r < last_row; r += kTileRows) {
        const std::int64_t rows = std::min(kTileRows, last_row - r);
        const std::int64_t number = (r - row) / kTileRows;
        const bool asks = panel < last_panel && number < kTilesAhead;
        const TileFactors factors{
            product.x + r * product.x_stride + k, product.x_stride, weights, depth,
            asks ? weights + inputs * kPanel + number * (depth / kInputsPerLine * kLine) : weights};
        const TileTarget target =
            target_of(product, r, output - product.first,
                      partial.values + (r - row) * PartialSums::kStride + output - outputs.first,
                      k == 0, k + depth == inputs);
        if (count == kPanel) {
          kTiles[static_cast<std::size_t>(rows - 1)](factors, target);
        } else {
          part_of_tile(factors, rows, begin, count, target);
        }
      }
    }
  }
}

void multiply(const Product& product, std::int64_t inputs, const std::byte* packed) {
  const auto* panels = reinterpret_cast<const float*>(packed);
  for (std::int64_t row = 0; row < product.rows; row += kRowsPerBlock) {
    for (std::int64_t first = product.first; first < product.last;) {
      // Blocks end where panels do, so that no panel is computed twice.
      const std::int64_t last =
          std::min(product.last, first / kOutputsPerBlock * kOutputsPerBlock + kOutputsPerBlock);
      multiply_block(product, inputs, panels, row, {first, last});
      first = last;
    }
  }
}

}  // namespace
}  // namespace asbench::models
