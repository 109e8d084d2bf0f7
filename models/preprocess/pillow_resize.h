#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/image.h"
#include "models/preprocess/resample_kernels.h"

namespace asbench::models {

/// Pillow's names. All are antialiased: their support grows with the reduction factor.
enum class Filter { bilinear, bicubic, lanczos };

[[nodiscard]] std::string_view to_string(Filter filter);

/// The weights of one axis, `in` samples to `out`: output x is the sum of coefficients
/// [offsets[x], offsets[x + 1]) times the inputs from first[x] on. Scale 2^22; they need not sum to
/// 2^22 exactly.
struct AxisWeights {
  int in = 0, out = 0;
  Filter filter = Filter::bicubic;
  std::vector<int> first;                           ///< [out]
  std::vector<int> offsets;                         ///< [out + 1]
  std::vector<std::int32_t> coefficients;           ///< [offsets[out]]
  std::vector<int> pair_offsets;                    ///< [out]
  std::vector<std::int32_t> high_pairs, low_pairs;  ///< as WeightsView

  [[nodiscard]] int taps(int x) const {
    return offsets[static_cast<std::size_t>(x) + 1] - offsets[static_cast<std::size_t>(x)];
  }
  [[nodiscard]] WeightsView view(int x) const;
};

/// Computes the table of one axis. Source: Pillow 11.3 `src/libImaging/Resample.c`
/// (precompute_coeffs, normalize_coeffs_8bpc); docs/design/metrics.md 1.1. @throws BadInput unless
/// both lengths are in [1, kMaxSide].
[[nodiscard]] AxisWeights axis_weights(int in, int out, Filter filter);

/// Longest side of a picture that is resized to or from; more is damage or an attack.
inline constexpr int kMaxSide = 1 << 20;

/// A rectangle in pixels; [top, top + height) x [left, left + width).
struct Region {
  int top = 0, left = 0, height = 0, width = 0;
  bool operator==(const Region&) const = default;
};

/// Resizes 8-bit pictures to the very bytes of Pillow 11.3's `Image.resize`: horizontal pass,
/// rounded to bytes, then vertical; a pass that keeps the length is skipped. Keeps its tables and
/// its scratch memory, so that pictures of sizes seen before cost no allocation.
///
/// 1, 3 or 4 channels, each resampled on its own (Pillow's modes L, RGB, CMYK). Pillow multiplies
/// mode RGBA by its alpha first; here RGBA is composited before (composite.h).
///
/// Not thread-safe: one Resizer per thread.
class Resizer {
 public:
  /// @throws UsageError when the CPU can't run `instructions`.
  explicit Resizer(Instructions instructions = Instructions::best);

  /// The part `region` of `image` resized to `height` x `width`. Only what the region needs is
  /// computed; its bytes are those of the whole picture.
  /// @param out  [region.height, region.width, channels], must not overlap the image
  /// @throws BadInput for an empty or malformed image, sizes outside [1, kMaxSide], a region that
  /// isn't inside the result, or an `out` of another size.
  void resize(const Image& image, int height, int width, Filter filter, const Region& region,
              std::span<std::uint8_t> out);

 private:
  const AxisWeights& weights(int in, int out, Filter filter);
  void horizontal(const Image& image, const AxisWeights& axis, const Region& region, int first_row,
                  int rows, std::uint8_t* out);

  const ResampleKernels* kernels_;
  std::vector<std::unique_ptr<AxisWeights>> tables_;  ///< last used last
  std::vector<std::uint8_t> tile_in_, tile_out_, between_;
};

/// The whole picture resized; for single pictures. @throws as Resizer::resize, and BadInput for
/// more than 2^30 pixels.
[[nodiscard]] Image resize_pillow(const Image& image, int width, int height, Filter filter);

}  // namespace asbench::models
