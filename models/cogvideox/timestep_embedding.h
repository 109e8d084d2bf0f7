#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace asbench::models {

/// Cosines and sines of t * exp(-ln(10000) k / (width / 2 - shift)), k = 0 .. width / 2 - 1
/// (docs/design/animeshootergen.md 4.7, step 1). In float32 and in that order of operations: the
/// published networks were trained so, and double angles differ by 7e-5 at t = 999.
/// @param timesteps      [B], any number type, any device
/// @param width          even
/// @param cosines_first  the cosines are the first half, else the sines
/// @param shift          `freq_shift`, below width / 2
/// @returns [B, width] float32 on the CPU
[[nodiscard]] at::Tensor timestep_embedding(const at::Tensor& timesteps, std::int64_t width,
                                            bool cosines_first, double shift);

}  // namespace asbench::models
