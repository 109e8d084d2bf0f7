#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string_view>

namespace asbench::models {

/// The seed of one shot: the first 8 bytes (big endian, top bit cleared) of the SHA-256 of
/// "<run seed>|<story>|<shot>" (docs/design/animeshootergen.md 6). So a shot's noise depends
/// neither on the other shots of a run nor on their order.
/// @param shot  counted from 1
[[nodiscard]] std::uint64_t shot_seed(std::uint64_t run_seed, std::string_view story,
                                      std::int64_t shot);

/// Normal noise as torch.manual_seed(seed); torch.randn(sizes) makes it in float32 on the CPU. A
/// generator of its own: the global one is neither read nor seeded. One thread at a time.
class ShotNoise {
 public:
  explicit ShotNoise(std::uint64_t seed);

  /// The next values of the stream. A shot's latents are **one** draw: draws of 16 values and more
  /// take them in blocks of 16, shorter ones in another way, so the same numbers in two draws are
  /// others. Never in bfloat16 and never on a GPU: both are other streams; convert afterwards.
  /// @returns float32 on the CPU, contiguous
  [[nodiscard]] at::Tensor draw(at::IntArrayRef sizes);

 private:
  at::Generator generator_;
};

}  // namespace asbench::models
