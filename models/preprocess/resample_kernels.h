#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace asbench::models {

/// Which instructions the resampling uses. Every choice gives the same bytes.
enum class Instructions {
  best,      ///< avx2 where the CPU has it, else portable
  portable,  ///< plain C++
  avx2,      ///< UsageError where the CPU lacks it
};

/// The weights of one output sample in the forms the kernels read: `taps` fixed-point coefficients,
/// and the same in pairs of 16-bit halves, k = high * 2^12 + low with 0 <= low < 2^12. An odd last
/// pair is filled up with 0.
struct WeightsView {
  int taps = 0;
  const std::int32_t* coefficients = nullptr;  ///< [taps], scale 2^22
  const std::int32_t* high_pairs = nullptr;    ///< [ceil(taps / 2)], two int16 each
  const std::int32_t* low_pairs = nullptr;     ///< [ceil(taps / 2)], two int16 each
};

/// Rows of a tile: pictures are transposed this many rows at a time, so that the horizontal pass,
/// too, reads contiguous memory.
inline constexpr int kTileRows = 32;

/// One instruction set's inner loops. Stateless, thread-safe.
struct ResampleKernels {
  /// out[i] = clip((2^21 + sum over j of k_j * first[j * stride + i]) >> 22, 0, 255) for i in
  /// [0, count).
  void (*weighted_rows)(const std::uint8_t* first, std::ptrdiff_t stride,
                        const WeightsView& weights, int count, std::uint8_t* out);
  /// to[i * kTileRows + r] = from[r][i] for i in [0, count), r in [0, kTileRows).
  void (*rows_to_tile)(const std::uint8_t* const* from, int count, std::uint8_t* to);
  /// to[r][i] = from[i * kTileRows + r] for i in [0, count), r in [0, rows), rows <= kTileRows.
  void (*tile_to_rows)(const std::uint8_t* from, int count, int rows, std::uint8_t* const* to);
};

/// @throws UsageError when the CPU can't run `instructions`.
[[nodiscard]] const ResampleKernels& resample_kernels(Instructions instructions);

/// Whether this CPU, and this build, can run the AVX2 kernels.
[[nodiscard]] bool has_avx2();

}  // namespace asbench::models
