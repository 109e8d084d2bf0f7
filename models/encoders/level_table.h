#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include "models/preprocess/profile.h"

namespace asbench::models {

/// Scaling and normalisation of an encoder's input, on the device that computes: pictures can then
/// travel as bytes, a quarter of float32. The 768 possible values are computed once on the CPU by
/// Preprocessor's own arithmetic and looked up, so that no rounding can differ. Immutable, safe to
/// use from several threads.
class LevelTable {
 public:
  LevelTable(const Profile& profile, c10::Device device);

  /// @param levels  [N, H, W, 3] uint8 on the table's device
  /// @returns [N, 3, H, W] float32 there, contiguous: bit for bit what Preprocessor::run() gives
  /// @throws BadInput for another shape or type.
  [[nodiscard]] at::Tensor values_of(const at::Tensor& levels) const;

 private:
  at::Tensor values_;   ///< [3 * 256] float32: value of a channel's level
  at::Tensor offsets_;  ///< [3] int32: where a channel's levels begin in values_
};

}  // namespace asbench::models
