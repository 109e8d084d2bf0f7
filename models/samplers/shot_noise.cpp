#include "models/samplers/shot_noise.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <fmt/format.h>

#include <string>

#include "core/hash.h"

namespace asbench::models {

std::uint64_t shot_seed(std::uint64_t run_seed, std::string_view story, std::int64_t shot) {
  const std::string digest = sha256_hex(fmt::format("{}|{}|{}", run_seed, story, shot));
  constexpr std::uint64_t kWithoutTopBit = ~(std::uint64_t{1} << 63U);
  return std::stoull(digest.substr(0, 16), nullptr, 16) & kWithoutTopBit;
}

ShotNoise::ShotNoise(std::uint64_t seed)
    : generator_(at::make_generator<at::CPUGeneratorImpl>(seed)) {}

at::Tensor ShotNoise::draw(at::IntArrayRef sizes) {
  return at::randn(sizes, generator_, at::TensorOptions(at::kFloat).device(at::kCPU));
}

}  // namespace asbench::models
