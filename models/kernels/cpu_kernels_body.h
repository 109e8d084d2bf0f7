// The loops of cpu_kernels.h, included once by each source that compiles them for one kind of CPU.
// ASBENCH_VECTOR_BYTES: width of its registers; ASBENCH_KERNELS_NAME: for people. Everything here
// is in an anonymous namespace: two versions of one inline function would otherwise be merged by
// the linker.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "models/kernels/cpu_kernels.h"

namespace asbench::models {
namespace {

#include "models/kernels/vector_lanes.h"

ASBENCH_INLINE Lanes at_least(const Lanes& x, float low) {
  const Lanes lows = broadcast(low);
  return x < lows ? lows : x;
}

// e^x for |x| <= 87, NaN for NaN: 2^n e^f with |f| <= ln 2 / 2, e^f by the polynomial of Cephes'
// expf (Moshier).
ASBENCH_INLINE Lanes exponential(Lanes x) {
  const Lanes magic = broadcast(12582912.0F);  // 1.5 * 2^23: adding it rounds to an integer
  const Lanes shifted = x * 1.44269504F + magic;
  const Lanes n = shifted - magic;
  const Lanes f = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  // Pairs first (Estrin): the chain of dependent steps is what these loops wait for.
  const Lanes f2 = f * f;
  const Lanes high =
      (f * 1.9875691500e-4F + 1.3981999507e-3F) * f2 + (f * 8.3334519073e-3F + 4.1665795894e-2F);
  const Lanes p = high * f2 + (f * 1.6666665459e-1F + 5.0000001201e-1F);
  const Lanes e = p * f2 + (f + 1.0F);
  const BitLanes exponent = (__builtin_bit_cast(BitLanes, shifted) - 0x4B400000U) << 23U;
  const BitLanes bits = __builtin_bit_cast(BitLanes, e) + exponent;
  // Adding to a NaN's bits would make a number of some.
  return x == x ? __builtin_bit_cast(Lanes, bits) : x;  // NOLINT(misc-redundant-expression)
}

// x (1 + erf(x / sqrt 2)) / 2 = x (1 - h) for x > 0, x h otherwise, h = erfc(|x| / sqrt 2) / 2: no
// cancellation in the negative tail. erfc(z) = t e^(P(t) - z^2) with t = 1 / (1 + z / 2) and P
// fitted to ln(erfc(z) / t) + z^2 on 0 <= z <= 6.5, least maximum of the error that it makes in x h
// (6e-9).
ASBENCH_INLINE Lanes gelu(Lanes x) {
  const Lanes z = (x < Lanes{} ? -x : x) * 0.70710678118654752F;
  const Lanes t = 1.0F / (z * 0.5F + 1.0F);
  const Lanes t2 = t * t;
  const Lanes low = (t * 0.436193656F + 0.22634191F) * t2 + (t * 1.03005203F - 1.26788916F);
  const Lanes high = (t * -0.104938153F + 0.366850844F) * t2 + (t * -0.254708297F - 0.431903764F);
  const Lanes p = high * (t2 * t2) + low;
  const Lanes h = (t * 0.5F) * exponential(at_least(p - z * z, -87.0F));
  return x * (x > Lanes{} ? 1.0F - h : h);
}

// Below -51 the value is 0 to float32's last bit, and the exponential would overflow.
ASBENCH_INLINE Lanes quick_gelu(Lanes x) {
  x = at_least(x, -51.0F);
  return x / (1.0F + exponential(at_least(x * -1.702F, -87.0F)));
}

// (1 + tanh y) / 2 is the sigmoid of 2 y. Below -10 the value is 0 to float32's last bit, and the
// exponential would overflow.
ASBENCH_INLINE Lanes gelu_tanh(Lanes x) {
  x = at_least(x, -10.0F);
  const Lanes inner = x + x * x * x * 0.044715F;
  return x / (1.0F + exponential(at_least(inner * -1.5957691216F, -87.0F)));
}

// Below -87 the value is 0 to float32's last bit, and the exponential would overflow.
ASBENCH_INLINE Lanes silu_of(Lanes x) {
  x = at_least(x, -87.0F);
  return x / (1.0F + exponential(at_least(-x, -87.0F)));
}

template <typename Function>
ASBENCH_INLINE void add_bias_and_apply(float* x, const float* bias, std::int64_t rows,
                                       std::int64_t width, Function function) {
  const std::int64_t whole = width / kLanes * kLanes;
  for (std::int64_t r = 0; r < rows; ++r, x += width) {
    for (std::int64_t c = 0; c < whole; c += kLanes) {
      const Lanes v = load(x + c);
      store(x + c, function(bias != nullptr ? v + load(bias + c) : v));
    }
    if (const std::int64_t rest = width - whole; rest > 0) {
      const Lanes v = load_some(x + whole, rest);
      store_some(x + whole, function(bias != nullptr ? v + load_some(bias + whole, rest) : v),
                 rest);
    }
  }
}

void add_bias_gelu(float* x, const float* bias, std::int64_t rows, std::int64_t width) {
  add_bias_and_apply(x, bias, rows, width, [](Lanes v) { return gelu(v); });
}

void add_bias_quick_gelu(float* x, const float* bias, std::int64_t rows, std::int64_t width) {
  add_bias_and_apply(x, bias, rows, width, [](Lanes v) { return quick_gelu(v); });
}

void add_bias_gelu_tanh(float* x, const float* bias, std::int64_t rows, std::int64_t width) {
  add_bias_and_apply(x, bias, rows, width, [](Lanes v) { return gelu_tanh(v); });
}

void silu(float* x, std::int64_t count) {
  add_bias_and_apply(x, nullptr, 1, count, [](Lanes v) { return silu_of(v); });
}

void swiglu(const float* x, float* out, std::int64_t rows, std::int64_t width) {
  const std::int64_t whole = width / kLanes * kLanes;
  for (std::int64_t r = 0; r < rows; ++r, x += 2 * width, out += width) {
    for (std::int64_t c = 0; c < whole; c += kLanes)
      store(out + c, silu_of(load(x + c)) * load(x + width + c));
    if (const std::int64_t rest = width - whole; rest > 0) {
      store_some(out + whole,
                 silu_of(load_some(x + whole, rest)) * load_some(x + width + whole, rest), rest);
    }
  }
}

ASBENCH_INLINE double total(const Lanes& lanes) {
  double sum = 0.0;
  for (std::int64_t i = 0; i < kLanes; ++i) sum += static_cast<double>(lanes[i]);
  return sum;
}

// Sum over a row of function(value); four running sums hide the latency of the additions.
template <typename Function>
ASBENCH_INLINE double sum_row(const float* x, std::int64_t width, Function function) {
  Lanes sums[4] = {};
  std::int64_t c = 0;
  for (; c + 4 * kLanes <= width; c += 4 * kLanes) {
    for (std::int64_t k = 0; k < 4; ++k) sums[k] += function(load(x + c + k * kLanes));
  }
  double sum = total((sums[0] + sums[1]) + (sums[2] + sums[3]));
  for (; c < width; ++c) sum += static_cast<double>(function(broadcast(x[c]))[0]);
  return sum;
}

// Mean first, then the squares about it: a variance from the mean of squares would lose digits.
void norm_then_add(float* x, const float* then_add, const float* weight, const float* bias,
                   double eps, float* out, std::int64_t rows, std::int64_t width) {
  const std::int64_t whole = width / kLanes * kLanes;
  for (std::int64_t r = 0; r < rows; ++r, x += width, out += width) {
    const auto count = static_cast<double>(width);
    const auto mean = static_cast<float>(sum_row(x, width, [](Lanes v) { return v; }) / count);
    const double variance =
        sum_row(x, width, [mean](Lanes v) { return (v - mean) * (v - mean); }) / count;
    const auto scale = static_cast<float>(1.0 / std::sqrt(variance + eps));
    for (std::int64_t c = 0; c < whole; c += kLanes) {
      const Lanes v = load(x + c);
      store(out + c, (v - mean) * scale * load(weight + c) + load(bias + c));
      if (then_add != nullptr) store(x + c, v + load(then_add + c));
    }
    if (const std::int64_t rest = width - whole; rest > 0) {
      const Lanes v = load_some(x + whole, rest);
      store_some(
          out + whole,
          (v - mean) * scale * load_some(weight + whole, rest) + load_some(bias + whole, rest),
          rest);
      if (then_add != nullptr) store_some(x + whole, v + load_some(then_add + whole, rest), rest);
    }
  }
}

ASBENCH_INLINE Lanes larger(const Lanes& a, const Lanes& b) {
  return a > b ? a : b;
}

// The largest first, so that no power overflows.
void softmax(float* x, std::int64_t rows, std::int64_t width, std::int64_t stride, float scale) {
  const std::int64_t whole = width / kLanes * kLanes;
  for (std::int64_t r = 0; r < rows; ++r, x += stride) {
    Lanes tops = broadcast(x[0]);
    for (std::int64_t c = 0; c < whole; c += kLanes) tops = larger(tops, load(x + c));
    float top = x[0];
    for (std::int64_t i = 0; i < kLanes; ++i) top = std::max(top, tops[i]);
    for (std::int64_t c = whole; c < width; ++c) top = std::max(top, x[c]);
    const auto power = [top, scale](const Lanes& v) {
      return exponential(at_least((v - top) * scale, -87.0F));
    };
    Lanes sums{};
    for (std::int64_t c = 0; c < whole; c += kLanes) {
      const Lanes e = power(load(x + c));
      store(x + c, e);
      sums += e;
    }
    double sum = total(sums);
    if (const std::int64_t rest = width - whole; rest > 0) {
      const Lanes e = power(load_some(x + whole, rest));
      store_some(x + whole, e, rest);
      for (std::int64_t i = 0; i < rest; ++i) sum += static_cast<double>(e[i]);
    }
    const auto factor = static_cast<float>(1.0 / sum);
    for (std::int64_t c = 0; c < whole; c += kLanes) store(x + c, load(x + c) * factor);
    for (std::int64_t c = whole; c < width; ++c) x[c] *= factor;
  }
}

constexpr CpuKernels kKernels = {ASBENCH_KERNELS_NAME, add_bias_gelu, add_bias_quick_gelu,
                                 add_bias_gelu_tanh,   silu,          swiglu,
                                 norm_then_add,        softmax};

}  // namespace
}  // namespace asbench::models
