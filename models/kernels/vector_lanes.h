// Registers as values. Included, inside an anonymous namespace, by each source that compiles loops
// for one kind of CPU; ASBENCH_VECTOR_BYTES is the width of its registers. Two versions of one
// inline function would otherwise be merged by the linker.
using Lanes = float __attribute__((vector_size(ASBENCH_VECTOR_BYTES)));
using BitLanes = std::uint32_t __attribute__((vector_size(ASBENCH_VECTOR_BYTES)));
constexpr std::int64_t kLanes = ASBENCH_VECTOR_BYTES / sizeof(float);

#define ASBENCH_INLINE inline __attribute__((always_inline))

// Less nothing, not plus: -0 + 0 is 0, so a sum would have to be computed.
ASBENCH_INLINE Lanes broadcast(float value) {
  return value - Lanes{};
}

ASBENCH_INLINE Lanes load(const float* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof(lanes));
  return lanes;
}

ASBENCH_INLINE Lanes load_some(const float* from, std::int64_t count) {
  Lanes lanes{};
  std::memcpy(&lanes, from, static_cast<std::size_t>(count) * sizeof(float));
  return lanes;
}

ASBENCH_INLINE void store(float* to, const Lanes& lanes) {
  std::memcpy(to, &lanes, sizeof(lanes));
}

ASBENCH_INLINE void store_some(float* to, const Lanes& lanes, std::int64_t count) {
  std::memcpy(to, &lanes, static_cast<std::size_t>(count) * sizeof(float));
}
