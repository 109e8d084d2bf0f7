#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace asbench::testing {

/// One tensor of a checkpoint whose values follow from its name, its shape and a seed.
struct SeededTensor {
  std::string name;
  std::vector<std::int64_t> shape;
};

/// Value `index` of the tensor `name` before scaling: uniform with mean 0 and variance 1. Defined
/// so that NumPy gives the same bits (tests/golden/seeded_encoders/generate.py holds the twin of
/// this function):
///   h = FNV-1a 64 of the name; x = SplitMix64's output function of h + (seed << 32) + (index + 1)
///   * 0x9E3779B97F4A7C15 (mod 2^64); z = (2 * (x >> 11) * 2^-53 - 1) * sqrt(3), in double.
[[nodiscard]] double seeded_value(std::uint64_t name_hash, std::uint64_t seed, std::uint64_t index);

/// FNV-1a, 64 bits.
[[nodiscard]] std::uint64_t fnv1a(std::string_view text);

}  // namespace asbench::testing
