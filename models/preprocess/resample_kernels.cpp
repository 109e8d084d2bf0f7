#include "models/preprocess/resample_kernels.h"

#include <algorithm>
#include <array>

#include "core/error.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define ASBENCH_HAS_AVX2_BUILD 1
#include <immintrin.h>
#else
#define ASBENCH_HAS_AVX2_BUILD 0
#endif

namespace asbench::models {
namespace {

constexpr int kPrecisionBits = 22;
constexpr std::int32_t kHalf = 1 << (kPrecisionBits - 1);

// Note [32 bits are enough]
// The weights of one output sample sum to about 2^22, in absolute value those of the bicubic filter
// to at most 1.29 * 2^22 and those of Lanczos' to less than 1.6 * 2^22 (1.572, 4 samples to 49), so
// a sum over bytes stays below 0.8 * 2^31 in every order of summation.

void weighted_rows_portable(const std::uint8_t* first, std::ptrdiff_t stride,
                            const WeightsView& weights, int count, std::uint8_t* out) {
  constexpr int kBlock = 64;
  std::array<std::int32_t, kBlock> sums;
  for (int begin = 0; begin < count; begin += kBlock) {
    const int size = std::min(kBlock, count - begin);
    sums.fill(kHalf);
    const std::uint8_t* row = first + begin;
    for (int j = 0; j < weights.taps; ++j, row += stride) {
      const std::int32_t weight = weights.coefficients[j];
      for (int i = 0; i < size; ++i) sums[static_cast<std::size_t>(i)] += weight * row[i];
    }
    for (int i = 0; i < size; ++i) {
      const std::int32_t level = sums[static_cast<std::size_t>(i)] >> kPrecisionBits;
      out[begin + i] = static_cast<std::uint8_t>(std::clamp(level, 0, 255));
    }
  }
}

void rows_to_tile_portable(const std::uint8_t* const* from, int count, std::uint8_t* to) {
  for (int i = 0; i < count; ++i) {
    for (int r = 0; r < kTileRows; ++r) *to++ = from[r][i];
  }
}

void tile_to_rows_portable(const std::uint8_t* from, int count, int rows, std::uint8_t* const* to) {
  for (int r = 0; r < rows; ++r) {
    for (int i = 0; i < count; ++i) to[r][i] = from[std::ptrdiff_t{i} * kTileRows + r];
  }
}

constexpr ResampleKernels kPortable{weighted_rows_portable, rows_to_tile_portable,
                                    tile_to_rows_portable};

#if ASBENCH_HAS_AVX2_BUILD

// Note [Exact sums from 16-bit products]
// vpmaddwd multiplies pairs of 16-bit numbers and adds them in 32 bits. Bytes fit; the weights are
// split as k = high * 2^12 + low, both of 16 bits. Sum k p = 2^12 * sum high p + sum low p holds
// modulo 2^32 whatever overflows on the way, and the sum itself fits (above): the same bits as the
// plain loop, at a quarter of the instructions of 32-bit multiplications.

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i load(const std::uint8_t* address) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(address));
}

[[gnu::target("avx2"), gnu::always_inline]] inline void add_products(__m256i pixels, __m256i high,
                                                                     __m256i low, __m256i& high_sum,
                                                                     __m256i& low_sum) {
  high_sum = _mm256_add_epi32(high_sum, _mm256_madd_epi16(pixels, high));
  low_sum = _mm256_add_epi32(low_sum, _mm256_madd_epi16(pixels, low));
}

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i finish(__m256i high_sum,
                                                                  __m256i low_sum) {
  return _mm256_srai_epi32(_mm256_add_epi32(_mm256_slli_epi32(high_sum, 12), low_sum),
                           kPrecisionBits);
}

/// 32 neighbouring samples. Interleaving and packing both work within 128-bit lanes, so the order
/// comes out right.
[[gnu::target("avx2"), gnu::always_inline]] inline void weighted_32(const std::uint8_t* first,
                                                                    std::ptrdiff_t stride,
                                                                    const WeightsView& weights,
                                                                    std::uint8_t* out) {
  const __m256i zero = _mm256_setzero_si256();
  const __m256i half = _mm256_set1_epi32(kHalf);
  __m256i high0 = zero, high1 = zero, high2 = zero, high3 = zero;
  __m256i low0 = half, low1 = half, low2 = half, low3 = half;
  for (int j = 0; j < weights.taps; j += 2) {
    const __m256i high = _mm256_set1_epi32(weights.high_pairs[j / 2]);
    const __m256i low = _mm256_set1_epi32(weights.low_pairs[j / 2]);
    const __m256i a = load(first + j * stride);
    // Beyond an odd last tap the weight is 0: any readable row will do.
    const __m256i b = j + 1 < weights.taps ? load(first + (j + 1) * stride) : a;
    const __m256i pairs_low = _mm256_unpacklo_epi8(a, b);
    const __m256i pairs_high = _mm256_unpackhi_epi8(a, b);
    add_products(_mm256_unpacklo_epi8(pairs_low, zero), high, low, high0, low0);
    add_products(_mm256_unpackhi_epi8(pairs_low, zero), high, low, high1, low1);
    add_products(_mm256_unpacklo_epi8(pairs_high, zero), high, low, high2, low2);
    add_products(_mm256_unpackhi_epi8(pairs_high, zero), high, low, high3, low3);
  }
  // |sum >> 22| <= 512, so saturating to int16 changes nothing and saturating to uint8 is the clip.
  const __m256i words_low = _mm256_packs_epi32(finish(high0, low0), finish(high1, low1));
  const __m256i words_high = _mm256_packs_epi32(finish(high2, low2), finish(high3, low3));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_packus_epi16(words_low, words_high));
}

[[gnu::target("avx2")]] void weighted_rows_avx2(const std::uint8_t* first, std::ptrdiff_t stride,
                                                const WeightsView& weights, int count,
                                                std::uint8_t* out) {
  int i = 0;
  for (; i + 32 <= count; i += 32) weighted_32(first + i, stride, weights, out + i);
  if (i == count) return;
  if (count >= 32) {  // the last 32 again, overlapping what is done: nothing is read beyond the row
    weighted_32(first + count - 32, stride, weights, out + count - 32);
  } else {
    weighted_rows_portable(first, stride, weights, count, out);
  }
}

/// Turns a 16 x 16 square of bytes: out[i] holds column i of the rows `in`. Interleaving row k with
/// row k + 8 four times moves each of the index's four bits to its place.
[[gnu::always_inline]] inline void transpose_16(__m128i (&in)[16]) {
  __m128i other[16];
  for (int round = 0; round < 2; ++round) {
    for (std::ptrdiff_t k = 0; k < 8; ++k) {
      other[2 * k] = _mm_unpacklo_epi8(in[k], in[k + 8]);
      other[2 * k + 1] = _mm_unpackhi_epi8(in[k], in[k + 8]);
    }
    for (std::ptrdiff_t k = 0; k < 8; ++k) {
      in[2 * k] = _mm_unpacklo_epi8(other[k], other[k + 8]);
      in[2 * k + 1] = _mm_unpackhi_epi8(other[k], other[k + 8]);
    }
  }
}

void rows_to_tile_sse2(const std::uint8_t* const* from, int count, std::uint8_t* to) {
  if (count < 16) return rows_to_tile_portable(from, count, to);
  for (int i = 0; i < count; i += 16) {
    const int begin = std::min(i, count - 16);
    for (int group = 0; group < kTileRows; group += 16) {
      __m128i square[16];
      for (int r = 0; r < 16; ++r) {
        square[r] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from[group + r] + begin));
      }
      transpose_16(square);
      for (int k = 0; k < 16; ++k) {
        _mm_storeu_si128(
            reinterpret_cast<__m128i*>(to + std::ptrdiff_t{begin + k} * kTileRows + group),
            square[k]);
      }
    }
  }
}

void tile_to_rows_sse2(const std::uint8_t* from, int count, int rows, std::uint8_t* const* to) {
  if (count < 16) return tile_to_rows_portable(from, count, rows, to);
  for (int i = 0; i < count; i += 16) {
    const int begin = std::min(i, count - 16);
    for (int group = 0; group < rows; group += 16) {
      __m128i square[16];
      for (int k = 0; k < 16; ++k) {
        square[k] = _mm_loadu_si128(
            reinterpret_cast<const __m128i*>(from + std::ptrdiff_t{begin + k} * kTileRows + group));
      }
      transpose_16(square);
      for (int r = 0; r < std::min(16, rows - group); ++r) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to[group + r] + begin), square[r]);
      }
    }
  }
}

constexpr ResampleKernels kAvx2{weighted_rows_avx2, rows_to_tile_sse2, tile_to_rows_sse2};

#endif

}  // namespace

bool has_avx2() {
#if ASBENCH_HAS_AVX2_BUILD
  return __builtin_cpu_supports("avx2") != 0;
#else
  return false;
#endif
}

const ResampleKernels& resample_kernels(Instructions instructions) {
#if ASBENCH_HAS_AVX2_BUILD
  if (instructions != Instructions::portable && has_avx2()) return kAvx2;
#endif
  if (instructions == Instructions::avx2) {
    throw UsageError("preprocess: this CPU has no AVX2 instructions. Use Instructions::best.");
  }
  return kPortable;
}

}  // namespace asbench::models
