// Compiled with AVX-512 and AMX; only called on CPUs that have them, after the kernel has allowed
// the tiles.
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "models/kernels/matrix_product.h"

namespace asbench::models {
namespace {

// Note [float32 from bfloat16 parts]
// AMX multiplies bfloat16 16 times as fast as AVX-512 multiplies float32. A float32 is the exact
// sum of three bfloat16: a = a1 + a2 + a3, each the rounded rest of those before, 8 bits of
// significand each. Of the nine products of the parts of a and b, the six of at least 2^-16 of the
// value are computed,
//   a1 b1 + (a1 b2 + a2 b1) + (a1 b3 + a2 b2 + a3 b1);
// what is left out is below 2^-23 of |a b|, as a rounded float32 product's error is. The products
// are exact and their sums are float32, so the result is as accurate as a float32 product, at about
// a third of AMX's speed and more than twice that of AVX-512. It isn't bfloat16 arithmetic: tests
// hold both kernels to the same error.
constexpr std::int64_t kParts = 3;
constexpr std::int64_t kSide = 16;             // a tile has 16 rows of 64 bytes
constexpr std::int64_t kStep = 32;             // inputs that one tile holds
constexpr std::int64_t kRows = 2 * kSide;      // rows that are computed together
constexpr std::int64_t kPanel = 2 * kSide;     // outputs that are computed together
constexpr std::int64_t kTile = kSide * kStep;  // values of a tile
constexpr std::int64_t kStepValues =
    kParts * 2 * kTile;  // values of 32 rows or outputs, 32 inputs, all parts
// The rows' parts (1.3 MB a block) stay in the second cache while the panels pass. Smaller blocks
// of inputs, whose panels would stay in the first, were slower: each block goes through the results
// once more. Each block of rows reads all the weights, which come from memory: a network's don't
// fit the third cache.
constexpr std::int64_t kInputsPerBlock = 24 * kStep;
constexpr std::int64_t kRowsPerBlock = 9 * kRows;

using Value = std::uint16_t;  // a bfloat16's bits

constexpr std::int64_t rounded_up(std::int64_t value, std::int64_t unit) {
  return (value + unit - 1) / unit * unit;
}

// The first `count` of 16 lanes; none for a count below 1.
__mmask16 first_lanes(std::int64_t count) {
  return static_cast<__mmask16>(
      (1U << static_cast<unsigned>(std::clamp<std::int64_t>(count, 0, kSide))) - 1U);
}

struct Parts {
  __m256i values[kParts];
};

Parts split(__m512 rest) {
  Parts parts;
  for (auto& part : parts.values) {
    part = reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(rest));
    const __m512 taken = _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(part), 16));
    rest = _mm512_sub_ps(rest, taken);
  }
  return parts;
}

// Rows of x as tiles: [32 rows][step][part][tile of 16 rows][row][32 inputs]. Rows and inputs that
// aren't there are 0.
void split_rows(const float* x, std::int64_t x_stride, std::int64_t rows, std::int64_t inputs,
                Value* to) {
  const std::int64_t steps = (inputs + kStep - 1) / kStep;
  for (std::int64_t r = 0; r < rounded_up(rows, kRows); ++r) {
    Value* row = to + (r / kRows * steps * kStepValues) + (r % kRows * kStep);
    for (std::int64_t k = 0; k < steps * kStep; k += kSide) {
      const Parts parts = split(
          _mm512_maskz_loadu_ps(first_lanes(r < rows ? inputs - k : 0), x + r * x_stride + k));
      Value* place = row + (k / kStep * kStepValues) + (k % kStep);
      for (const __m256i& part : parts.values) {
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(place), part);
        place += 2 * kTile;
      }
    }
  }
}

std::size_t packed_bytes(std::int64_t outputs, std::int64_t inputs) {
  return static_cast<std::size_t>(rounded_up(outputs, kPanel) * rounded_up(inputs, kStep) *
                                  kParts) *
         sizeof(Value);
}

// W as tiles: [panel][step][part][tile of 16 outputs][pair of inputs][output][2 inputs].
void pack(const WeightView& weight, std::byte* packed) {
  const std::int64_t steps = (weight.inputs + kStep - 1) / kStep;
  auto* to = reinterpret_cast<Value*>(packed);
  for (std::int64_t panel = 0; panel < weight.outputs; panel += kPanel) {
    for (std::int64_t step = 0; step < steps; ++step, to += kStepValues) {
      for (std::int64_t n = 0; n < kPanel; ++n) {
        alignas(64) std::array<float, kStep> values{};
        const std::int64_t count =
            panel + n < weight.outputs ? std::min(kStep, weight.inputs - step * kStep) : 0;
        const float* from =
            weight.values + (panel + n) * weight.output_stride + step * kStep * weight.input_stride;
        for (std::int64_t i = 0; i < count; ++i)
          values[static_cast<std::size_t>(i)] = from[i * weight.input_stride];
        const Parts low = split(_mm512_load_ps(values.data()));
        const Parts high = split(_mm512_load_ps(values.data() + kSide));
        Value* place = to + n / kSide * kTile + 2 * (n % kSide);
        for (std::int64_t part = 0; part < kParts; ++part, place += 2 * kTile) {
          alignas(64) std::array<Value, kStep> bits;
          _mm256_store_si256(reinterpret_cast<__m256i*>(bits.data()), low.values[part]);
          _mm256_store_si256(reinterpret_cast<__m256i*>(bits.data() + kSide), high.values[part]);
          for (std::int64_t pair = 0; pair < kSide; ++pair) {
            std::memcpy(place + pair * kStep, bits.data() + 2 * pair, 2 * sizeof(Value));
          }
        }
      }
    }
  }
}

// The tiles' shapes, for one thread; released again, so that a switch of threads needn't save 8 KiB
// of them.
class TileScope {
 public:
  TileScope() {
    alignas(64) std::array<std::uint8_t, 64> shapes{};
    shapes[0] = 1;  // the palette
    for (std::size_t tile = 0; tile < 8; ++tile) {
      shapes[16 + 2 * tile] = 64;  // bytes a row
      shapes[48 + tile] = 16;      // rows
    }
    _tile_loadconfig(shapes.data());
  }
  ~TileScope() { _tile_release(); }
  TileScope(const TileScope&) = delete;
  TileScope& operator=(const TileScope&) = delete;
};

// out [32][32], rows `stride` values apart = bias, unless that is null, + 32 rows times one panel
// over `steps` steps. Accumulators 0 to 3; 4 and 5 hold a part of the rows, 6 and 7 one of the
// weights. The order lets each part follow one that shares a factor, so that 14 tiles are loaded
// for 24 products. Meanwhile `ahead` fetches `lines` lines a step into the second cache.
void multiply_tiles(const Value* rows, const Value* weights, std::int64_t steps, const float* bias,
                    float* out, std::int64_t stride, const char* ahead, std::int64_t lines) {
  constexpr int kBytes = 64;
  // Macros, since a tile's number is part of its instruction's name.
  if (bias == nullptr) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  } else {  // the same 16 values in each row
    _tile_loadd(0, bias, 0);
    _tile_loadd(1, bias + kSide, 0);
    _tile_loadd(2, bias, 0);
    _tile_loadd(3, bias + kSide, 0);
  }
  for (std::int64_t step = 0; step < steps; ++step, rows += kStepValues, weights += kStepValues) {
    for (std::int64_t line = 0; line < lines; ++line, ahead += 64) _mm_prefetch(ahead, _MM_HINT_T1);
#define ASBENCH_ROWS(part)                                           \
  _tile_loadd(4, rows + (std::int64_t{2} * (part)) * kTile, kBytes); \
  _tile_loadd(5, rows + (std::int64_t{2} * (part) + 1) * kTile, kBytes)
#define ASBENCH_WEIGHTS(part)                                           \
  _tile_loadd(6, weights + (std::int64_t{2} * (part)) * kTile, kBytes); \
  _tile_loadd(7, weights + (std::int64_t{2} * (part) + 1) * kTile, kBytes)
#define ASBENCH_PRODUCTS   \
  _tile_dpbf16ps(0, 4, 6); \
  _tile_dpbf16ps(1, 4, 7); \
  _tile_dpbf16ps(2, 5, 6); \
  _tile_dpbf16ps(3, 5, 7)
    ASBENCH_ROWS(2);
    ASBENCH_WEIGHTS(0);
    ASBENCH_PRODUCTS;  // a3 b1
    ASBENCH_ROWS(1);
    ASBENCH_PRODUCTS;  // a2 b1
    ASBENCH_WEIGHTS(1);
    ASBENCH_PRODUCTS;  // a2 b2
    ASBENCH_ROWS(0);
    ASBENCH_PRODUCTS;  // a1 b2
    ASBENCH_WEIGHTS(2);
    ASBENCH_PRODUCTS;  // a1 b3
    ASBENCH_WEIGHTS(0);
    ASBENCH_PRODUCTS;  // a1 b1
#undef ASBENCH_ROWS
#undef ASBENCH_WEIGHTS
#undef ASBENCH_PRODUCTS
  }
  const auto row_bytes = static_cast<std::int64_t>(sizeof(float)) * stride;
  _tile_stored(0, out, row_bytes);
  _tile_stored(1, out + kSide, row_bytes);
  _tile_stored(2, out + kSide * stride, row_bytes);
  _tile_stored(3, out + kSide * stride + kSide, row_bytes);
}

// out = values or out += values, for the columns and rows that there are.
void take_over(const float* values, bool add, float* out, std::int64_t out_stride,
               std::int64_t rows, std::int64_t columns) {
  for (std::int64_t r = 0; r < rows; ++r, values += kPanel, out += out_stride) {
    for (std::int64_t n = 0; n < columns; n += kSide) {
      const __mmask16 mask = first_lanes(columns - n);
      const __m512 before = add ? _mm512_maskz_loadu_ps(mask, out + n) : _mm512_setzero_ps();
      _mm512_mask_storeu_ps(out + n, mask,
                            _mm512_add_ps(before, _mm512_maskz_loadu_ps(mask, values + n)));
    }
  }
}

void multiply(const Product& product, std::int64_t inputs, const std::byte* packed) {
  const TileScope tiles;
  const auto* panels = reinterpret_cast<const Value*>(packed);
  const std::int64_t all_steps = (inputs + kStep - 1) / kStep;
  const std::int64_t most_rows = std::min(rounded_up(product.rows, kRows), kRowsPerBlock);
  static_assert(kInputsPerBlock % kStep == 0);
  thread_local std::vector<Value> memory;
  const auto wanted = static_cast<std::size_t>(most_rows * kInputsPerBlock * kParts);
  memory.resize(wanted + kSide * 2);
  void* aligned = memory.data();
  std::size_t room = memory.size() * sizeof(Value);
  auto* const split = static_cast<Value*>(std::align(64, wanted * sizeof(Value), aligned, room));
  alignas(64) std::array<float, kRows * kPanel> beside;
  alignas(64) std::array<float, kPanel> bias{};
  for (std::int64_t row = 0; row < product.rows; row += kRowsPerBlock) {
    const std::int64_t rows = std::min(kRowsPerBlock, product.rows - row);
    for (std::int64_t k = 0; k < inputs; k += kInputsPerBlock) {
      const std::int64_t depth = std::min(kInputsPerBlock, inputs - k);
      const std::int64_t steps = (depth + kStep - 1) / kStep;
      const bool add = product.add || k > 0;
      split_rows(product.x + row * product.x_stride + k, product.x_stride, rows, depth, split);
      for (std::int64_t panel = product.first / kPanel; panel * kPanel < product.last; ++panel) {
        const std::int64_t begin = std::max(product.first - panel * kPanel, std::int64_t{0});
        const std::int64_t end = std::min(product.last - panel * kPanel, kPanel);
        const std::int64_t column = panel * kPanel + begin - product.first;
        const Value* weights = panels + (panel * all_steps + k / kStep) * kStepValues;
        const bool biased = product.bias != nullptr && !add;
        // The next panel, or whatever lies behind the last one: a share of it with each of the row
        // blocks.
        const std::int64_t row_blocks = (rows + kRows - 1) / kRows;
        const std::int64_t lines =
            (kStepValues * static_cast<std::int64_t>(sizeof(Value)) / 64 + row_blocks - 1) /
            row_blocks;
        const char* ahead = reinterpret_cast<const char*>(weights + all_steps * kStepValues);
        if (biased) std::copy_n(product.bias + column, end - begin, bias.data() + begin);
        for (std::int64_t r = 0; r < rows; r += kRows, ahead += lines * steps * 64) {
          const Value* factors = split + r / kRows * steps * kStepValues;
          const float* start = biased ? bias.data() : nullptr;
          float* out = product.out + (row + r) * product.out_stride + column;
          if (!add && rows - r >= kRows && end - begin == kPanel) {
            multiply_tiles(factors, weights, steps, start, out, product.out_stride, ahead, lines);
          } else {
            multiply_tiles(factors, weights, steps, start, beside.data(), kPanel, ahead, lines);
            take_over(beside.data() + begin, add, out, product.out_stride,
                      std::min(kRows, rows - r), end - begin);
          }
        }
      }
    }
  }
}

}  // namespace

extern const ProductKernels kAmxProductKernels;
const ProductKernels kAmxProductKernels = {"AMX, float32 in three bfloat16 parts", packed_bytes,
                                           pack, multiply};

}  // namespace asbench::models
