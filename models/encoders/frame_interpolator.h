#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/layers/placement.h"
#include "models/weights/checkpoint.h"

namespace asbench::models {

/// Three frames of a video in a row. The bytes are the caller's.
struct FrameTriple {
  std::span<const std::uint8_t> before, middle, after;  ///< RGB, [H, W, 3] each
  int height = 0;
  int width = 0;
};

/// A network that predicts the frame between two others, and how far it is from the real one
/// (docs/design/metrics.md 7, `vbench_smoothness`). Immutable after loading.
class FrameInterpolator {
 public:
  virtual ~FrameInterpolator() = default;
  /// @param triples  all of one size
  /// @returns for each the mean absolute difference of the predicted and the real middle frame over
  /// pixels and channels, levels of 0..255; NaN where the prediction has a NaN. On the CPU a triple
  /// is computed by one thread from beginning to end, so that a value depends neither on the other
  /// triples nor on the number of threads. @throws BadInput when the network fails,
  /// DeviceOutOfMemory.
  [[nodiscard]] virtual std::vector<double> prediction_errors(
      std::span<const FrameTriple> triples) const = 0;
  /// How many triples of a size are worth computing at a time, >= 1: as many as there are threads,
  /// fewer where memory would not hold them.
  [[nodiscard]] virtual int triples_at_once(int height, int width) const = 0;
};

/// A network of this kind on disk. Plain data.
struct InterpolatorFile {
  std::string id;  ///< its name, without the folder that a path names
  std::filesystem::path path;
};

/// @param id  a .pt or .torchscript file, as given or below one of the folders
/// @throws BadInput for another ending, and when it isn't there: what was searched. Thread-safe.
[[nodiscard]] InterpolatorFile open_interpolator_file(std::string_view id,
                                                      const WeightFolders& folders);

/// How frames reach the network, as signatures and store keys name it.
[[nodiscard]] std::string interpolator_preprocessing();

/// A TorchScript file that is called `network(frame0[1, 3, H, W], frame1[1, 3, H, W], embt[1, 1, 1,
/// 1])`: float32 RGB in [0, 1], H and W multiples of 16, embt = 0.5 (the time in the middle), and
/// returns the frame in between, [1, 3, H, W]. It is tried on two small sizes at once, because a
/// network that was traced wrongly knows one size only. A TorchScript file is a program: load only
/// those you trust.
/// @throws BadInput: unreadable, or no such form (the message says what was expected); UsageError:
/// bfloat16, since its arithmetic is its own; DeviceOutOfMemory.
[[nodiscard]] std::unique_ptr<FrameInterpolator> load_frame_interpolator(
    const InterpolatorFile& file, const Placement& placement = c10::kCPU);

}  // namespace asbench::models
