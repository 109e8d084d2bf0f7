#include "tools/tiny_generator/seeded_values.h"

namespace asbench::testing {
namespace {

constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15;

}  // namespace

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return hash;
}

double seeded_value(std::uint64_t name_hash, std::uint64_t seed, std::uint64_t index) {
  std::uint64_t x = name_hash + (seed << 32U) + (index + 1) * kGolden;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EB;
  x ^= x >> 31U;
  const double uniform = static_cast<double>(x >> 11U) * 0x1p-53;
  return (2.0 * uniform - 1.0) * 1.7320508075688772;
}

}  // namespace asbench::testing
